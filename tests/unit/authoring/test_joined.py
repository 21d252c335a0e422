"""Sheets that a reader made of several files: every cell keeps the place it has in its own file."""

import numpy as np
import pytest

from provkit.authoring import AuthoringSettings, author
from provkit.origins import FileOrigins
from provkit.rules import Finding
from provkit.schemas.layouts import Kind
from provkit.sources.rules import encoding_guessed
from provkit.tables import Edit, Joined, Made, Place, Reason, Sheet, Sheets, Spoken, place_of


@pytest.fixture
def sheets():
    """enrollments.csv, to which the address in users.csv was joined; the third row has no user there."""
    users = Joined(np.array([1, 2, 3, 5]), np.array([1, 17, 9, 0]))
    rows = [
        ["email", "course_id", "role", "status"],
        ["Ana@Example.org ", "NC-1", "student", "active"],
        ["bo@example.org", "NC-1", "student", "active"],
        ["", "NC-1", "student", "active"],
    ]
    made = Made(
        (Place("users.csv", None, 11, users), Place("enrollments.csv", None, 4), Place("enrollments.csv", None, 6), None),
        "there is a manifest",
        broken=frozenset({3}),
    )
    sheet = Sheet("enrollments.csv", None, rows, [1, 2, 3, 5], Kind.ENROLLMENTS, made=made)
    edit = Edit(Reason.ROW_SET_ASIDE, Place("enrollments.csv", None, None), None, np.array([4], dtype=np.int64), ["guardian"], [""])
    return Sheets((sheet,), edits=(edit,), spoken=(Spoken(2, used=True), Spoken(1, used=False)))


def test_a_joined_column_is_spoken_of_in_its_own_file(sheets):
    authored = author(sheets, AuthoringSettings())
    assert [(str(change.kind), str(change.origin), change.before) for change in authored.changes] == [
        ("row-set-aside", "enrollments.csv!4", "guardian"),
        ("trimmed", "users.csv!L17", "Ana@Example.org "),
    ]
    table = authored.tables.by_kind[Kind.ENROLLMENTS]
    first = table.frame["user_id"].tolist().index("Ana@Example.org")
    assert str(table.origin(first, "user_id")) == "users.csv!L17"
    assert str(table.origin(first, "course_id")) == "enrollments.csv!E2"
    assert str(table.origin(first, "status")) == "enrollments.csv!2"
    assert str(table.origin(first)) == "enrollments.csv!2"


def test_a_row_that_nothing_was_joined_to_is_its_own_place(sheets):
    table = author(sheets, AuthoringSettings()).tables.by_kind[Kind.ENROLLMENTS]
    third = table.source_rows.tolist().index(5)
    assert str(table.origin(third, "user_id")) == "enrollments.csv!5"


def test_rows_that_the_reader_found_broken_are_held_back_and_not_complained_of_again(sheets):
    authored = author(sheets, AuthoringSettings())
    assert authored.report.counts == {}
    assert len(authored.broken[Kind.ENROLLMENTS]) == 1


def test_rows_on_no_sheet_are_in_the_account(sheets):
    authored = author(sheets, AuthoringSettings())
    account = authored.account.rows(authored.broken)
    assert (account.read, account.used, account.merged, account.set_aside, account.held_back) == (6, 4, 0, 1, 1)


def test_origins_of_joined_columns_are_saved_and_come_back(sheets):
    table = author(sheets, AuthoringSettings()).tables.by_kind[Kind.ENROLLMENTS]
    saved = FileOrigins.of(table).to_dict()
    back = FileOrigins.from_dict(saved)
    assert back.to_dict() == saved
    for row, number in enumerate(table.source_rows.tolist()):
        for column in (None, "user_id", "course_id", "status"):
            assert place_of(back.places[int(back.sheets[row])], number, column) == table.origin(row, column)


def test_the_header_of_a_joined_column_stands_in_its_own_file(sheets):
    sheet = sheets.sheets[0]
    assert str(sheet.origin(0, 0)) == "users.csv!L1"
    assert str(sheet.origin(3, 0)) == "enrollments.csv!5"


def test_findings_of_the_reader_are_kept(sheets):
    found = Finding(encoding_guessed, value="é", origin=sheets.sheets[0].origin(1, 0), details={"encoding": "Windows-1252"})
    report = author(Sheets(sheets.sheets, findings=(found,)), AuthoringSettings()).report
    assert [str(finding.origin) for finding in report.findings] == ["users.csv!L17"]
