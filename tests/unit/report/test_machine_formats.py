"""JSON Lines, CSV and Markdown: what machines, spreadsheets and tickets get, masked unless asked."""

import csv
import io
import json

import pytest

from provkit.checks.people import Mailing
from provkit.report import View, render_csv, render_json, render_jsonl, render_markdown
from provkit.report.csv import COLUMNS
from provkit.rules import Collector, Consequence, Finding, Origin, rule


@rule("PK901", Consequence.REJECTED, "{value!r} is not a status")
def status_unknown():
    """A status is not one that is known.

    What happens: the row is not imported. Remedy: write active. Evidence: none
    """


@rule("PK904", Consequence.NOTED, "All is well in {file} (*really*)")
def all_well():
    """All is <well>.

    What happens: nothing.
    """


RENDERERS = [render_json, render_jsonl, render_csv, lambda found, **shown: render_markdown(View(found), **shown)]


def at(line, value="enrolled"):
    return Finding(status_unknown, "users.csv", line, "status", value, Origin("roster.xlsx", "Roster", f"B{line}"))


def report(*findings, listed=1000):
    collector = Collector(listed)
    collector.extend(findings)
    return collector.report()


def rows(text):
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize("render", RENDERERS)
def test_values_are_masked_unless_asked_for(render):
    found = report(at(2, "ana@example.org"))
    assert "ana@" not in render(found)
    assert "ana@" in render(found, show_values=True)


def test_json_lines_are_the_json_report_in_pieces():
    found = report(*(at(line) for line in range(2, 9)), Finding(all_well, "users.csv"), listed=3)
    head, *findings = map(json.loads, render_jsonl(found).splitlines())
    assert {**head, "findings": findings} == json.loads(render_json(found))
    assert head["counts"]["by_code"]["PK901"] == 7
    assert [one["code"] for one in findings] == ["PK904", "PK901", "PK901", "PK901"]


def test_a_line_separator_in_a_value_does_not_break_a_json_line():
    text = render_jsonl(report(at(2, "a\u2028b\nc")), show_values=True)
    assert len(text.split("\n")) == 3
    assert json.loads(text.split("\n")[1])["value"] == "a\u2028b\nc"


def test_csv_says_place_remedy_and_how_many_there_are_in_all():
    found = rows(render_csv(report(*(at(line) for line in range(2, 9)), listed=2), show_values=True))
    assert tuple(found[0]) == COLUMNS
    assert len(found) == 2
    assert found[1] == {
        "severity": "error",
        "code": "PK901",
        "name": "status_unknown",
        "consequence": "rejected",
        "message": "'enrolled' is not a status",
        "file": "users.csv",
        "line": "3",
        "column": "status",
        "value": "enrolled",
        "source_file": "roster.xlsx",
        "source_sheet": "Roster",
        "source_cell": "B3",
        "remedy": "Write active.",
        "count": "7",
    }


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_of_a_csv_report_becomes_a_formula(value):
    (found,) = rows(render_csv(report(at(2, value)), show_values=True))
    assert found["value"] == f"'{value}"
    (masked,) = rows(render_csv(report(at(2, value))))
    assert not masked["value"].startswith(tuple("=+-@\t\r"))


def test_a_note_about_the_whole_upload_has_empty_cells():
    (found,) = rows(render_csv(report(Finding(all_well))))
    assert (found["file"], found["line"], found["value"], found["source_sheet"]) == ("", "", "", "")


def test_markdown_explains_each_cause_once_with_first_places_and_counts():
    text = render_markdown(
        View(report(*(at(line) for line in range(2, 30)), Finding(all_well, "a_b.csv"), listed=9), "my roster.xlsx")
    )
    lines = text.splitlines()
    assert lines[0] == "# provkit: my roster.xlsx"
    assert "**28 errors, 1 note: not fit to be sent as it is.**" in lines
    assert "## Must fix: 28 errors" in lines
    assert "Reported, and not imported, 28 times." in lines
    assert "- Roster\\!B2, B3, B4, B5, B6, B7 and 3 more: 'e\\*\\*\\*' is not a status" in lines
    assert "- and 19 more" in lines
    assert text.count("**What to do:** Write active.") == 1


def test_markdown_shows_markup_as_it_stands_and_calls_nobody():
    text = render_markdown(View(report(Finding(all_well, "a_b.csv"), at(2, "@boss `x` <b>"))), show_values=True)
    assert "### PK904 All is \\<well\\>." in text
    assert "- a\\_b.csv: All is well in a\\_b.csv (\\*really\\*)" in text
    assert "`'@boss` \\`x\\` \\<b\\>' is not a status" in text


def test_markdown_masks_who_gets_mail():
    mailing = Mailing(accepted=True, guests=1, first_guests=("ana@example.org",), files=("users.csv",))
    assert "`a***@e***.org`" in render_markdown(View(report(), mailing=mailing))
