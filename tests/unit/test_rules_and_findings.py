"""Rules, findings, reports: what is said, what is masked, what is counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provkit.rules import Collector, Consequence, Finding, Origin, Report, RowAccount, Severity, mask, merge, rule


@rule("PK901", Consequence.REJECTED, "{value!r} is wrong, like {other}; {count} rows")
def value_wrong(values):
    """A value is wrong.

    What happens: it is refused by the server. Remedy: write another,
    on one line. Evidence: none: a test.

    ## Example
    ```csv users.csv
    a,b
    ```
    ## Use instead
    ```csv users.csv
    a
    b
    ```
    """


@rule("PK902", Consequence.NOTED, "just so")
def something_noted():
    """Something is worth knowing."""


@rule("PK903", Consequence.ALTERED, "{value} changes")
def something_altered(left, right):
    """Something changes."""


def test_a_rule_reads_its_prose_from_its_docstring():
    assert value_wrong.name == "value_wrong"
    assert value_wrong.summary == "A value is wrong."
    assert value_wrong.what_happens == "it is refused by the server."
    assert value_wrong.remedy == "write another, on one line."
    assert value_wrong.evidence == "none: a test."
    assert value_wrong.blocks("Example") == [("csv users.csv", "a,b\n")]
    assert value_wrong.blocks("Use instead") == [("csv users.csv", "a\nb\n")]


def test_the_shape_of_a_rule_follows_from_its_parameters():
    assert [broken.shape for broken in (value_wrong, something_noted, something_altered)] == ["value", "structural", "relation"]


def test_severity_follows_from_the_consequence():
    assert [broken.severity for broken in (value_wrong, something_altered, something_noted)] == list(Severity)
    assert {one for one in Consequence if one.severity is Severity.ERROR} == {
        Consequence.REFUSED,
        Consequence.LOST,
        Consequence.DROPPED,
        Consequence.REJECTED,
        Consequence.HELD_BACK,
    }


@pytest.mark.parametrize("code", ["PK1", "PK1234", "XX123", "pk123"])
def test_a_malformed_code_is_refused(code):
    with pytest.raises(ValueError, match="not a rule code"):
        rule(code, Consequence.NOTED, "")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("jane@example.org", "j***@e***.org"),
        ("Jane Roe <jane@mail.example.org>", "j***@m***.org"),
        ("jane@localhost", "j***@l***"),
        ("Roe", "R***"),
        ("", ""),
    ],
)
def test_masking_keeps_just_enough_to_recognise_a_value(text, masked):
    assert mask(text) == masked


@given(st.text(min_size=4))
def test_masking_never_shows_a_whole_value_of_some_length(text):
    assert text not in mask(text)


def _finding(broken=value_wrong, line=2, origin=None, value="jane@example.org"):
    return Finding(
        broken, "users.csv", line, "login_id", value, origin, details={"count": 3}, values={"other": "joe@example.org"}, record=line
    )


def test_a_finding_shows_its_values_to_a_person_and_masks_them_for_a_machine():
    finding = _finding(origin=Origin("roster.xlsx", "Users", "B17"))
    assert finding.message == "'jane@example.org' is wrong, like joe@example.org; 3 rows"
    written = finding.to_dict()
    assert written == {
        "code": "PK901",
        "severity": "error",
        "consequence": "rejected",
        "message": "'j***@e***.org' is wrong, like j***@e***.org; 3 rows",
        "file": "users.csv",
        "line": 2,
        "column": "login_id",
        "value": "j***@e***.org",
        "origin": {"file": "roster.xlsx", "sheet": "Users", "cell": "B17"},
    }
    assert "jane@example.org" in str(finding.to_dict(show_values=True))


def test_a_place_is_spoken_as_sheet_and_cell():
    assert str(Origin("roster.xlsx", "Users", "B17")) == "Users!B17"
    assert str(Origin("roster.csv", None, "17")) == "roster.csv!17"
    assert str(Origin("roster.xlsx", "Users")) == "Users"


def test_findings_are_sorted_by_place_with_columns_in_spreadsheet_order():
    collector = Collector()
    for cell in ("AA2", "B10", "B2"):
        collector.add(Finding(something_noted, origin=Origin("r.xlsx", "Users", cell)))
    assert [finding.origin.cell for finding in collector.report().findings] == ["B2", "AA2", "B10"]


def test_counts_are_exact_where_listings_are_capped():
    collector = Collector(listed=2)
    made = []

    def lazily():
        for line in range(2, 1_000_000):
            made.append(line)
            yield _finding(line=line)

    collector.add(_finding(line=1))
    collector.add_many(value_wrong, 5_000_000, lazily())
    report = collector.report()
    assert report.counts[value_wrong] == 5_000_001
    assert [finding.line for finding in report.findings] == [1, 2]
    assert len(made) <= 2
    assert not report.ok
    assert report.count(Severity.ERROR) == 5_000_001


def test_warnings_and_notes_leave_a_report_ok():
    collector = Collector()
    collector.add(_finding(something_altered))
    collector.add(_finding(something_noted))
    assert collector.report().ok
    assert Report().ok


def test_a_row_account_that_does_not_balance_is_a_bug_and_says_so():
    with pytest.raises(AssertionError, match="unaccounted"):
        RowAccount(read=3, used=1, merged=0, set_aside=1, held_back=0, written={})


def test_the_json_report_is_a_closed_list_of_fields():
    collector = Collector()
    collector.add(_finding())
    report = collector.report(RowAccount(1, 1, 0, 0, 0, {"users.csv": 1}))
    written = report.to_dict()
    assert set(written) == {"format", "provkit", "server", "ok", "counts", "listed", "rows", "rules", "findings"}
    assert written["format"] == 1
    assert written["counts"] == {"error": 1, "warning": 0, "info": 0, "by_code": {"PK901": 1}}
    assert written["rows"]["written"] == {"users.csv": 1}
    assert written["rules"]["PK901"] == {
        "name": "value_wrong",
        "summary": "A value is wrong.",
        "remedy": "write another, on one line.",
        "severity": "error",
        "consequence": "rejected",
    }


def test_merging_adds_counts_and_keeps_the_row_account():
    first, second = Collector(), Collector()
    first.add(_finding(line=9))
    second.add(_finding(line=3))
    merged = merge(first.report(), second.report(RowAccount(0, 0, 0, 0, 0, {})))
    assert merged.counts == {value_wrong: 2}
    assert [finding.line for finding in merged.findings] == [3, 9]
    assert merged.rows is not None
