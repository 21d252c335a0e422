"""Workbooks as people keep them, from the file to what is said of it: nothing is guessed that could enroll or invite somebody wrongly."""

import pytest
from openpyxl import Workbook

from provkit.config import Config
from provkit.workflows.build import prepare


@pytest.fixture
def tried(tmp_path):
    def build(*rows, **said):
        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / "list.xlsx")
        return prepare(tmp_path / "list.xlsx", config=Config({}), **said)

    return build


def errors(built):
    return [(finding.code, finding.origin.cell) for finding in built.report.findings if finding.severity == "error"]


def enrollments(built):
    table = built.authored.tables.by_kind["enrollments"]
    return list(table.frame[["course_id", "user_id", "role"]].itertuples(index=False, name=None))


CONFERENCE = (
    ("Ruiz, Ana", "ana@example.org", "NC-S1; NC-S2"),
    ("Ek, Bo", "bo@example.org", "NC-S2"),
    ("Lee, Cy", "cy@example.org", "NC-S1, NC-S3"),
)


def test_a_conference_list_with_sessions_chosen_asks_and_is_read_as_soon_as_the_column_is_called_course_id(tried):
    title = ("Spring conference: registrations",)
    built = tried(title, (), ("Registrant", "E-mail", "Sessions chosen"), *CONFERENCE)
    assert errors(built) == [("PK651", "C3")]
    assert built.package is None
    assert built.account.held_back == 3
    mended = tried(title, (), ("Registrant", "E-mail", "Course ID"), *CONFERENCE, constants={"role": "student"})
    assert errors(mended) == []
    assert [row[0] for row in enrollments(mended)] == ["NC-S1", "NC-S1", "NC-S2", "NC-S2", "NC-S3"]


def test_a_department_export_with_short_headers_is_read(tried):
    rows = (("Ana Ruiz", "ana@example.org", "HIST-101", "Student"), ("Bo Ek", "bo@example.org", "HIST-101", "Instructor"))
    built = tried(("Name", "E-mail", "Crs no.", "Enr. type"), *rows)
    assert errors(built) == []
    assert enrollments(built) == [("HIST-101", "ana@example.org", "student"), ("HIST-101", "bo@example.org", "teacher")]


CLUB = (("Ana Ruiz", "ana@example.org", "x", None), ("Bo Ek", "bo@example.org", "x", "x"))


@pytest.mark.parametrize("names", [("Name",), ("First name", "Last name")])
def test_a_club_list_with_ids_in_brackets_offers_all_that_is_to_be_said_at_once(tried, names):
    rows = CLUB if len(names) == 1 else [(*row[0].split(), *row[1:]) for row in CLUB]
    sheet = ((*names, "Email", "Beginners (NC-CHESS-B)", "Advanced (NC-CHESS-A)"), *rows)
    built = tried(*sheet)
    assert {code for code, _ in errors(built)} == {"PK623", "PK647"}
    assert built.offered == {
        "course_id[Beginners (NC-CHESS-B)]": "NC-CHESS-B", "course_id[Advanced (NC-CHESS-A)]": "NC-CHESS-A", "role": "student"
    }  # fmt: skip
    said = tried(*sheet, constants=built.offered)
    assert errors(said) == []
    assert [row[:2] for row in enrollments(said)] == [
        ("NC-CHESS-A", "bo@example.org"), ("NC-CHESS-B", "ana@example.org"), ("NC-CHESS-B", "bo@example.org")
    ]  # fmt: skip
    assert said.offered == {}


@pytest.mark.parametrize(
    "other",
    ["Advanced", "Advanced (NC-CHESS-B)", "Advanced (follow-up)", "Advanced (Mon-Wed)", "Advanced (9-10)", "Advanced (NC CHESS)", "Advanced (room)",
     "Advanced (12)", "(NC-A1)"],
)  # fmt: skip
def test_nothing_is_offered_by_halves_or_where_a_bracket_may_hold_something_else(tried, other):
    built = tried(("Name", "Email", "Beginners (NC-CHESS-B)", other), *CLUB)
    assert "PK647" in {code for code, _ in errors(built)}
    assert built.offered == {}


def test_people_who_wait_by_a_column_of_another_name_are_warned_of_and_left_out_as_soon_as_it_is_called_status(tried):
    rows = (
        ("Ruiz, Ana", "ana@example.org", "Registered"),
        ("Ek, Bo", "bo@example.org", "Waitlisted"),
        ("Lee, Cy", "cy@example.org", "waitlisted"),
    )
    built = tried(("Name", "Email", "Attendance"), *rows)
    (finding,) = [finding for finding in built.report.findings if finding.severity == "warning"]
    assert (finding.code, finding.origin.cell) == ("PK652", "C1")
    assert "'Waitlisted' in 2 rows" in finding.message
    mended = tried(("Name", "Email", "Registration status"), *rows, constants={"course_id": "NC-1", "role": "student"})
    assert [row[1] for row in enrollments(mended)] == ["ana@example.org"]
    paid = tried(("Name", "Email", "Payment"), (*rows[0][:2], "Paid"), (*rows[1][:2], "Pending"))
    assert "PK652" not in {finding.code for finding in paid.report.findings}
