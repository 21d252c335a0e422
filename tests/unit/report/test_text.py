"""The text report groups by cause, speaks the user's places, and fits a terminal."""

import json
import re

import pytest

from provkit.checks.people import Mailing, Message
from provkit.report import View, render_json
from provkit.report import render_text as render_view
from provkit.report.view import Paragraph
from provkit.rules import Collector, Consequence, Finding, Origin, Report, RowAccount, rule


@rule("PK901", Consequence.REJECTED, "{value!r} is not a status")
def status_unknown():
    """A status is not one that is known.

    What happens: the row is not imported. Remedy: write active. Evidence: none
    """


@rule("PK902", Consequence.REFUSED, "The file is of no use")
def file_useless():
    """A file is of no use.

    What happens: everything is refused.
    """


@rule("PK903", Consequence.ALTERED, "{value!r} arrives changed")
def value_changed():
    """A value arrives changed.

    What happens: it does.
    """


@rule("PK904", Consequence.NOTED, "All is well")
def all_well():
    """All is well.

    What happens: nothing.
    """


def report(*findings, **arguments):
    collector = Collector(**arguments)
    collector.extend(findings)
    return collector.report()


def render_text(found, **arguments):
    shown = {name: arguments.pop(name) for name in ("show_values", "color", "width") if name in arguments}
    return render_view(View(found, **arguments), **shown)


def at(line, value="enrolled", broken=status_unknown, column="status"):
    return Finding(broken, "users.csv", line, column, value)


def test_each_cause_is_explained_once_however_often_it_occurs():
    text = render_text(report(*(at(line) for line in range(2, 30))))
    assert text.count("The row is not imported") == 1
    assert text.count("What to do: Write active.") == 1
    assert "28 times" in text


def test_equal_messages_share_one_entry_with_their_first_places():
    text = render_text(report(*(at(line) for line in range(2, 30))))
    assert "- users.csv line 2, status; line 3, status" in text
    assert "and 22 more: 'enrolled' is not a status" in " ".join(text.split())


def test_what_is_not_listed_is_counted():
    text = render_text(report(*(at(line, str(line)) for line in range(2, 1002)), listed=7))
    assert "MUST FIX: 1,000 errors" in text
    assert "- and 995 more" in text


def test_places_are_cells_where_the_source_is_known():
    finding = Finding(status_unknown, "users.csv", 2, "status", "x", origin=Origin("roster.xlsx", "Roster", "B17"))
    assert "- Roster!B17: 'x' is not a status" in render_text(report(finding))


def test_the_most_severe_stands_first():
    text = render_text(report(at(2), Finding(all_well), at(3, "x", value_changed), Finding(file_useless, "a.txt")))
    assert [text.index(code) for code in ("PK902", "PK901", "PK903", "PK904")] == sorted(
        text.index(code) for code in ("PK901", "PK902", "PK903", "PK904")
    )


def test_no_line_is_wider_than_eighty_columns_however_long_a_value():
    text = render_text(report(at(2, "x" * 500), at(3, "word " * 100)))
    assert max(map(len, text.splitlines())) <= 80
    assert "".join(text.split()).count("x" * 500) == 1


def test_without_colour_there_is_no_escape_and_with_it_the_words_are_the_same():
    plain = render_text(report(at(2)))
    coloured = render_text(report(at(2)), color=True)
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_values_that_look_like_markup_are_shown_as_they_are():
    assert "'[bold]:smile:' is not a status" in render_text(report(at(2, "[bold]:smile:")))


def test_values_are_masked_when_asked():
    text = render_text(report(at(2, "ana@example.org")), show_values=False)
    assert "ana@" not in text
    assert "a***@e***.org" in text


@pytest.mark.parametrize(
    ("findings", "sentence"),
    [
        ((), "No errors and no warnings: fit to be sent."),
        ((Finding(all_well),), "No errors and no warnings (1 note): fit to be sent."),
        ((at(2, "x", value_changed),), "1 warning: it can be sent; look at the warnings first."),
        ((at(2), at(3), Finding(all_well)), "2 errors, 1 note: not fit to be sent as it is."),
    ],
)
def test_the_last_line_is_the_verdict(findings, sentence):
    assert render_text(report(*findings)).splitlines()[-1] == sentence


def test_the_row_account_stands_before_the_verdict():
    rows = RowAccount(10, 7, 1, 2, 0, {"users.csv": 5, "enrollments.csv": 7})
    lines = render_text(Report().with_rows(rows)).splitlines()
    assert "  read 10 = 7 used + 1 merged + 2 set aside" in lines
    assert "  written: users.csv 5, enrollments.csv 7" in lines


def test_what_was_written_follows_the_verdict_and_where_every_row_went_comes_after_it():
    found = Report().with_rows(RowAccount(2, 2, 0, 0, 0, {"users.csv": 2}))
    text = render_text(
        found,
        read=("r.xlsx was read as a workbook.",),
        changed=("one two three four",),
        written=Paragraph("Written", ("expand-enrollments.csv in out",)),
        after=Paragraph("On the upload page", ("Leave it unticked.",)),
        width=24,
    )
    assert text.splitlines() == [
        "WHAT WAS READ",
        "  r.xlsx was read as a",
        "    workbook.",
        "",
        "WHAT WAS CHANGED",
        "  one two three four",
        "",
        "No errors and no",
        "warnings: fit to be",
        "sent.",
        "",
        "WRITTEN",
        "  expand-enrollments.csv",
        "    in out",
        "",
        "ROWS",
        "  read 2 = 2 used",
        "  written: users.csv 2",
        "",
        "ON THE UPLOAD PAGE",
        "  Leave it unticked.",
    ]


def test_who_gets_mail_is_said_in_sentences():
    mailing = Mailing(
        accepted=True,
        guests=12,
        first_guests=("ana@example.org", "bo@example.org"),
        message=Message("office@example.edu", "Welcome", "Hello."),
        expand=3,
        listings=(("L-1", 2), ("L-2", 1)),
        expand_later=True,
        files=("users.csv",),
    )
    text = " ".join(render_text(Report(), mailing=mailing).split())
    assert "invites 12 guests, each who has no account yet" in text
    assert "ana@example.org, bo@example.org and 10 more" in text
    assert "'Welcome' from office@example.edu" in text
    assert "although no notification is asked for" in text
    assert "3 rows ask for it, once Canvas has imported the rest; listings: L-1 (2), L-2 (1)" in text
    assert "results mail about users.csv goes to the department's mail group" in text


def test_a_refused_upload_mails_nobody():
    assert "Nobody: the service would refuse this upload." in render_text(Report(), mailing=Mailing(accepted=False))


def test_json_is_the_reports_own_format_and_masks_values():
    found = report(at(2, "ana@example.org"))
    assert json.loads(render_json(found)) == found.to_dict()
    assert json.loads(render_json(found, show_values=True)) == found.to_dict(show_values=True)
    assert "ana@" not in render_json(found)
