"""What a user chose to hear: silenced, lowered, known; and what speaks all the same."""

import json

import pytest

from provkit.control import KNOWN_AT_MOST, Baseline, Control
from provkit.errors import ConfigError
from provkit.rules import Collector, Consequence, Finding, Origin, Report, Severity, rule


@rule("PK901", Consequence.REJECTED, "{value!r} is not a status")
def status_unknown():
    """A status is not one that is known."""


@rule("PK902", Consequence.ALTERED, "{value!r} arrives otherwise")
def arrives_otherwise():
    """A value arrives otherwise than written."""


@rule("PK903", Consequence.NOTED, "{count} rows")
def noted():
    """Worth knowing."""


@rule("PK904", Consequence.REFUSED, "refused")
def refused():
    """The upload is refused."""


def at(broken, line, *cells, value="x", column="status"):
    origin = Origin("roster.xlsx", "Roster", f"B{line}")
    return Finding(broken, "users.csv", line, column, value, origin, record=line, row=lambda: cells)


def report(*findings, listed=1000):
    collector = Collector(listed)
    collector.extend(findings)
    return collector.report()


FOUND = report(at(status_unknown, 2, "ana"), at(arrives_otherwise, 3, "bo"), Finding(noted, details={"count": 3}), Finding(refused))


def codes(found):
    return [finding.code for finding in found.findings]


def test_what_is_silenced_is_counted_with_who_asked_for_it():
    told = Control({"PK901": "provkit.toml", "PK903": "--ignore"}).applied(FOUND, acting=False)
    assert sorted(codes(told)) == ["PK902", "PK904"]
    assert told.counts == {arrives_otherwise: 1, refused: 1}
    assert {one.by: dict(one.counts) for one in told.silenced} == {"provkit.toml": {status_unknown: 1}, "--ignore": {noted: 1}}


def test_all_findings_of_a_rule_are_silenced_listed_or_not():
    many = report(*(at(arrives_otherwise, line, line) for line in range(2, 12)), listed=3)
    [silenced] = Control({"PK902": "--ignore"}).applied(many, acting=True).silenced
    assert silenced.counts == {arrives_otherwise: 10}


@pytest.mark.parametrize("code", ["PK901", "PK904"])
def test_an_error_is_silenced_for_who_asks_and_not_for_who_builds_or_sends(code):
    chosen = Control({code: "--ignore"})
    assert code not in codes(chosen.applied(FOUND, acting=False))
    told = chosen.applied(FOUND, acting=True)
    assert (codes(told), told.silenced, [rule.code for rule in told.insisted]) == (codes(FOUND), (), [code])


def test_a_severity_is_followed_in_the_findings_and_in_the_counts():
    told = Control(levels={"PK902": Severity.ERROR, "PK903": Severity.WARNING}).applied(FOUND, acting=True)
    assert {finding.code: str(finding.severity) for finding in told.findings} == {
        "PK901": "error",
        "PK902": "error",
        "PK903": "warning",
        "PK904": "error",
    }
    assert [told.count(severity) for severity in Severity] == [3, 1, 0]


def test_an_error_is_lowered_for_who_asks_and_not_for_who_builds_or_sends():
    chosen = Control(levels={"PK901": Severity.INFO, "PK904": Severity.WARNING})
    assert chosen.applied(FOUND, acting=False).ok
    told = chosen.applied(FOUND, acting=True)
    assert told.count(Severity.ERROR) == 2
    assert [rule.code for rule in told.insisted] == ["PK901", "PK904"]


def test_known_findings_are_known_again_when_rows_have_moved():
    known = Baseline.of(report(at(arrives_otherwise, 2, "ana", "x"), at(arrives_otherwise, 3, "bo", "x")))
    moved = report(at(arrives_otherwise, 7, "bo", "x"), at(arrives_otherwise, 9, "ana", "x"), at(arrives_otherwise, 8, "cy", "x"))
    told = Control(baseline=known, named="the baseline known.json").applied(moved, acting=True)
    assert [finding.line for finding in told.findings] == [8]
    assert told.counts == {arrives_otherwise: 1}
    [silenced] = told.silenced
    assert (silenced.by, silenced.counts) == ("the baseline known.json", {arrives_otherwise: 2})


@pytest.mark.parametrize(
    "other",
    [
        at(status_unknown, 2, "ana", "x"),
        at(arrives_otherwise, 2, "ana", "y"),
        at(arrives_otherwise, 2, "ana", "x", value="y"),
        at(arrives_otherwise, 2, "ana", "x", column="role"),
    ],
    ids=["another rule", "another row", "another value", "another column"],
)
def test_what_differs_in_anything_but_its_line_is_new(other):
    known = Baseline.of(report(at(arrives_otherwise, 2, "ana", "x")))
    assert len(Control(baseline=known).applied(report(other), acting=False).findings) == 1


def test_a_third_of_two_that_were_known_is_new():
    known = Baseline.of(report(at(arrives_otherwise, 2, "ana"), at(arrives_otherwise, 3, "ana")))
    again = report(*(at(arrives_otherwise, line, "ana") for line in (2, 3, 4)))
    assert Control(baseline=known).applied(again, acting=False).counts == {arrives_otherwise: 1}


def test_empty_cells_at_the_end_of_a_row_make_no_difference():
    known = Baseline.of(report(at(arrives_otherwise, 2, "ana", None, "")))
    assert not Control(baseline=known).applied(report(at(arrives_otherwise, 2, "ana")), acting=False).findings


def test_a_known_error_speaks_all_the_same_to_who_builds():
    known = Baseline.of(FOUND)
    assert not Control(baseline=known).applied(FOUND, acting=False).findings
    told = Control(baseline=known).applied(FOUND, acting=True)
    assert sorted(codes(told)) == ["PK901", "PK904"]
    assert [rule.code for rule in told.insisted] == ["PK901", "PK904"]


def test_a_finding_about_no_row_is_known_by_what_it_says():
    known = Baseline.of(report(Finding(noted, "a.csv", details={"count": 3})))
    chosen = Control(baseline=known)
    assert not chosen.applied(report(Finding(noted, "a.csv", details={"count": 3})), acting=False).findings
    assert chosen.applied(report(Finding(noted, "a.csv", details={"count": 4})), acting=False).findings


def test_a_baseline_holds_no_value_and_differs_with_its_salt(tmp_path):
    found = report(at(arrives_otherwise, 2, "ana@example.org", value="ana@example.org"))
    known = Baseline.of(found)
    text = known.to_json()
    assert "ana" not in text
    assert known.known != Baseline.of(found).known
    assert Baseline.of(found, known.salt).to_json() == text
    (tmp_path / "known.json").write_text(text, "ascii")
    assert Baseline.read(tmp_path / "known.json").to_json() == text


@pytest.mark.parametrize("text", ["", "{}", '{"format": 1, "salt": "zz", "known": {}}', '{"format": 2}', "[]"])
def test_another_file_is_no_baseline(tmp_path, text):
    file = tmp_path / "known.json"
    file.write_text(text, "ascii")
    with pytest.raises(ConfigError, match=r"known\.json"):
        Baseline.read(file)


def test_more_findings_than_are_listed_make_no_baseline():
    with pytest.raises(ConfigError, match="3 times") as stopped:
        Baseline.of(report(*(at(arrives_otherwise, line, line) for line in range(3)), listed=2))
    assert "--ignore PK902" in str(stopped.value)


def test_as_many_are_listed_as_a_baseline_needs():
    assert Control().listed(7) == 7
    assert Control(baseline=Baseline(b"")).listed(7) == Control(anew=True).listed(7) == KNOWN_AT_MOST


def test_the_json_report_says_what_is_silenced_and_is_as_ever_where_nothing_is():
    told = Control({"PK901": "provkit.toml"}).applied(FOUND, acting=False)
    assert json.loads(json.dumps(told.to_dict()))["silenced"] == [{"by": "provkit.toml", "by_code": {"PK901": 1}}]
    assert "silenced" not in Control().applied(FOUND, acting=False).to_dict()
    assert "silenced" not in Report().to_dict()
