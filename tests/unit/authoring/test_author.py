"""Sheets per kind, and what is common to all sources."""

import numpy as np
import pytest

from provkit.authoring import AuthoringSettings, Fate, author
from provkit.errors import SourceError
from provkit.schemas.layouts import Kind
from provkit.sources import from_text
from provkit.tables import Sheet, Sheets

USERS = "Email,First name,Last name\nana@example.org,Ana,Ruiz\n"


def test_a_sheet_per_kind_becomes_a_table_per_kind(made):
    result = made(
        {
            "Guests": "E-Mail,Surname,Given name,Service\nana@example.org,Ruiz,Ana,Expand\n",
            "courses": (
                "Course,Title,Short name,Account,Term,Status,Begins,Ends,Blueprint\n"
                "NC-1,First Aid,FA,SPEA,4268,Active,2026-08-24,=2026-12-18,BP-1\n"
            ),
            "Sections": "Section ID,Course,Name,Status\nNC-1-A,NC-1,Monday,ACTIVE\n",
            "Enrolments": "Course,User,Role,Section,Status,Limit\nNC-1,ana@example.org,Learner,NC-1-A,Enrolled,\n",
            "Expand": "User,Listing,Send e-mail\nana@example.org,42,Yes\n",
        }
    )
    assert result.rows("users") == [("ana@example.org", "ana@example.org", "Ana", "Ruiz", "ana@example.org", "active", "e")]
    assert result.rows("courses") == [
        ("NC-1", "FA", "First Aid", "SPEA", "4268", "active", "2026-08-24T04:00:00Z", "2026-12-19T04:59:59Z", "BP-1")
    ]
    assert result.rows("sections") == [("NC-1-A", "NC-1", "Monday", "active")]
    assert result.rows("enrollments") == [("NC-1", "ana@example.org", "student", "NC-1-A", "active")]
    assert result.rows("expand-enrollments") == [("ana@example.org", "42", "true")]
    assert result.codes == ["PK621"]  # Limit is no word that is known
    assert result.account() == (5, 5, 0, 0, 0)


def test_optional_columns_are_there_only_if_a_row_needs_them(made):
    result = made({"Courses": "Course ID,Short name,Title,Account,Status,Start,End\nNC-1,A,B,C,active,,2026-01-01\n"})
    columns = list(result.authored.tables.get(Kind.COURSES).frame)
    assert columns == ["course_id", "short_name", "long_name", "account_id", "status", "end_date"]


def test_rows_are_sorted_by_key_and_know_where_they_come_from(made):
    result = made({"Users": "Last name,Email,First name\nRuiz,b@example.org,Bo\nEk,a@example.org,Al\n"})
    table = result.authored.tables.get(Kind.USERS)
    assert list(table.frame["login_id"]) == ["a@example.org", "b@example.org"]
    assert [str(table.origin(row, "login_id")) for row in range(2)] == ["Users!B3", "Users!B2"]
    assert str(table.origin(0, "first_name")) == "Users!C3"
    assert str(table.origin(0, "status")) == "Users!3"


def test_every_change_is_recorded_with_its_cell(made):
    result = made(
        {
            "Users": "Email,First name,Last name\n mailto:ana@example.org ,Ana,Ruiz\u00a0\n",
            "Enrollments": "Course,User,University ID,Role,Status\nNC-1,,=1234567,Instructor,active\n",
        }
    )
    assert sorted(result.changes) == sorted(
        [
            ("trimmed", "Users!A2", "email", " mailto:ana@example.org ", "ana@example.org"),
            ("address", "Users!A2", "email", " mailto:ana@example.org ", "ana@example.org"),
            ("trimmed", "Users!C2", "last_name", "Ruiz\u00a0", "Ruiz"),
            ("padded", "Enrollments!C2", "university_id", "1234567", "0001234567"),
            ("word", "Enrollments!D2", "role", "Instructor", "teacher"),
        ]
    )
    assert len(result.authored.changes) == 5
    assert result.authored.changes.counts[("word", "role")] == 1


def test_values_that_are_not_recognised_are_left_as_they_stand(made):
    result = made({"Enrollments": "Course,User,Role,Status\nNC-1,jdoe,Grader,suspended\n"})
    assert result.rows("enrollments", "role", "status") == [("Grader", "suspended")]
    assert result.codes == []


def test_titles_blank_rows_and_repeated_headers_are_accounted_for(made):
    result = made(
        {
            "Users": (
                "Guests of spring,,,\nPrinted on Monday,,,\n,,,\nEmail,First name,Last name,Note\n"
                "ana@example.org,Ana,Ruiz,\n, ,\u00a0,\nEmail,First name,Last name,Note\nbo@example.org,Bo,Ek,x\n,,,2 guests\n"
            )
        }
    )
    assert result.rows("users", "login_id") == ["ana@example.org", "bo@example.org"]
    assert result.account() == (6, 2, 0, 4, 0)
    assert result.changed("row-set-aside") == [
        ("Users!1", None, "Guests of spring", ""),
        ("Users!2", None, "Printed on Monday", ""),
        ("Users!7", None, "Email | First name | Last name | Note", ""),
        ("Users!9", None, "2 guests", ""),
    ]
    assert result.found == ["PK625 Users", "PK621 Users!D4"]


def test_the_header_is_found_among_the_first_rows_only(made):
    title = "Report,x\n" * 19
    assert made({"Users": title + USERS}).rows("users", "login_id") == ["ana@example.org"]
    assert made({"Users": title + "x,\n" + USERS}).found == ["PK620 Users"]


def test_columns_without_a_name_are_reported_if_they_hold_something(made):
    result = made({"Users": "Email,First name,Last name,,\nana@example.org,Ana,Ruiz,x,\n"})
    assert result.found == ["PK621 Users!D1"]
    assert "without a name, D" in result.authored.report.findings[0].message


def test_rows_of_other_lengths_than_the_header_are_read():
    sheet = Sheet(
        "a.csv", None, [["Email", "First name", "Last name"], ["a@example.org"], ["b@example.org", "B", "B", "", "x"]], [1, 2, 3]
    )
    made = author(Sheets((sheet,)), AuthoringSettings())
    assert list(made.tables.get(Kind.USERS).frame["last_name"]) == ["", "B"]
    assert [str(finding.origin) for finding in made.report.findings] == ["a.csv!E1"]


def test_columns_that_say_the_same_are_no_rivals(made):
    same = "Email,E-mail address,First name,Last name\nana@example.org,ana@example.org,Ana,Ruiz\n"
    assert made({"Users": same}).codes == []
    empty = "Email,E-mail address,First name,Last name\n,ana@example.org,Ana,Ruiz\n"
    assert made({"Users": empty}).rows("users", "login_id") == ["ana@example.org"]
    half = "Email,E-mail address,First name,Last name\n,ana@example.org,Ana,Ruiz\nbo@example.org,,Bo,Ek\n"
    assert made({"Users": half}).codes == ["PK622"]


def test_a_sheet_is_what_its_columns_say_where_its_name_says_nothing(made):
    result = made(
        {
            "Sheet1": USERS,
            "Sheet2": "Course ID,Title,Account,Status,Short name\nNC-1,A,SPEA,active,A\n",
            "Sheet3": "Section ID,Course ID,Section name,Status\nS,NC-1,A,active\n",
            "Sheet4": "Email,Course ID,Role\nana@example.org,NC-1,student\n",
            "Sheet5": "a,b\n1,2\n",
        }
    )
    assert {kind.value: len(table) for kind, table in result.authored.tables.by_kind.items()} == {
        "users": 1,
        "courses": 1,
        "sections": 1,
        "enrollments": 1,
    }
    assert result.found == ["PK624 Sheet5"]
    assert result.account() == (6, 4, 0, 2, 0)
    assert result.authored.recognised[4] == "Sheet5: not read, because neither its name nor its columns say what it holds."


def test_an_id_and_a_name_alone_do_not_make_people(made):
    grids = {"Users": USERS, "Schools": "ID,Name\n1,North\n", "Rooms": "ID,Title,Start\n1,Hall,9:00\n"}
    assert made(grids).found == ["PK624 Rooms", "PK624 Schools"]
    assert made({"Sheet1": "ID,Name,Course,Role\njdoe,Jo Doe,NC-1,student\n"}).rows("enrollments", "user_id") == ["jdoe"]


def test_two_sheets_of_a_kind_make_one_table(made):
    result = made({"Users": USERS, "More people": "Email,Name\nbo@example.org,Bo Ek\n"})
    assert result.rows("users", "login_id") == ["ana@example.org", "bo@example.org"]


def test_hidden_sheets_are_left_out_and_said_so():
    sheets = from_text({"Users": USERS})
    hidden = Sheet("example.xlsx", "Old", [["Email", "First name", "Last name"], ["x@example.org", "X", "X"]], [1, 2], hidden=True)
    made = author(Sheets((*sheets.sheets, hidden)), AuthoringSettings())
    assert len(made.tables.get(Kind.USERS)) == 1
    assert [(finding.code, str(finding.origin)) for finding in made.report.findings] == [("PK624", "Old")]


def test_a_source_without_anything_known_is_refused():
    with pytest.raises(SourceError, match="Nothing that provkit knows") as caught:
        author(from_text({"Sheet1": "a,b\n1,2\n"}), AuthoringSettings())
    assert "Email" in caught.value.remedy


def test_a_missing_column_is_said_once_and_all_rows_are_held_back(made):
    result = made({"Enrollments": "Course,User\nNC-1,jdoe\nNC-2,jdoe\n"})
    assert result.found == ["PK623 Enrollments!1"]
    assert list(result.broken("enrollments")) == [0, 1]
    assert result.account() == (2, 0, 0, 0, 2)
    assert made({"Sections": "Section ID,Course ID\nS,C\n"}).codes == ["PK623", "PK623"]
    assert made({"Courses": "Course ID,Account,Status\nC,A,active\n"}).codes == ["PK623"]
    assert made({"Users": "Email\na@example.org\n"}).codes == ["PK623"]
    assert made({"Users": "First name,Last name\nAna,Ruiz\nBo,Ek\n"}).codes == ["PK623"]
    assert made({"Roster": "Name,Course,Role\nAna Ruiz,NC-1,student\nBo Ek,NC-1,student\n"}).codes == ["PK623"]
    assert made({"Roster": "Email,Course title,Role\na@example.org,X,student\nb@example.org,X,student\n"}).codes == [
        "PK623",
        "PK642",
    ]
    assert made({"Sections": "Section name,Status\nA,active\nB,active\n"}).codes == ["PK623", "PK623"]


def test_settings_fill_what_a_sheet_does_not_give(made):
    result = made(
        {
            "Users": USERS,
            "Courses": "Course ID,Title\nNC-1,First Aid\n",
            "Sections": "Section ID,Course ID,Name\nS,NC-1,A\n",
            "Enrollments": "Course,User\nNC-1,jdoe\n",
        },
        role="student",
        service="e",
        account_id="SPEA",
        term_id="4268",
        course_status="active",
        section_status="active",
    )
    assert result.codes == []
    assert result.rows("courses") == [("NC-1", "First Aid", "First Aid", "SPEA", "4268", "active")]
    assert result.rows("sections", "status") == ["active"]
    assert result.rows("enrollments", "role", "status") == [("student", "active")]
    assert result.rows("users", "service") == ["e"]
    assert ("Enrollments!2", "role", "", "student") in result.changed("filled")


def test_a_status_is_taken_for_active_only_where_there_is_no_such_column(made):
    assert made({"Enrollments": "Course,User,Role\nNC-1,jdoe,student\n"}).rows("enrollments", "status") == ["active"]
    there = {"Enrollments": "Course,User,Role,Status\nNC-1,jdoe,student,\n"}
    assert made(there).rows("enrollments", "status") == [""]
    assert made(there, status="inactive").rows("enrollments", "status") == ["inactive"]


def test_ids_are_made_by_template_and_never_otherwise(made):
    courses = "Title,Account,Status,Dept code\nFirst Aid,SPEA,active,hl\nSecond Aid,SPEA,active,hl\n"
    assert made({"Courses": courses}).found == ["PK623 Courses!1", "PK621 Courses!D1"]
    result = made({"Courses": courses}, course_id="NC-{{ dept_code|upper }}-{{ long_name|replace(' ', '') }}")
    assert result.rows("courses", "course_id") == ["NC-HL-FirstAid", "NC-HL-SecondAid"]
    assert ("Courses!2", "course_id", "", "NC-HL-FirstAid") in result.changed("filled")
    assert made({"Courses": "Title,Account,Status,Course ID\nA,B,active,X\n"}, course_id="{{ nothing }}").rows(
        "courses", "course_id"
    ) == ["X"]


def test_a_template_that_cannot_be_filled_in_stops_with_what_there_is(made):
    from provkit.errors import ConfigError

    with pytest.raises(ConfigError, match="'nothing' is undefined") as caught:
        made({"Courses": "Title,Account,Status\nA,B,active\n"}, course_id="{{ nothing }}")
    assert "long_name" in caught.value.remedy
    with pytest.raises(ConfigError, match="cannot be filled in"):
        made({"Courses": "Title,Account,Status\nA,B,active\n"}, course_id="{{ 1 / 0 }}")
    with pytest.raises(ConfigError):
        made({"Courses": "Title,Account,Status\nA,B,active\n"}, course_id="{{ long_name.__class__.__mro__ }}")


def test_a_template_that_gives_nothing_leaves_the_finding(made):
    courses = {"Courses": "Course ID,Title,Account,Status\n,A,B,active\nNC-1,A,B,active\n"}
    assert made(courses, course_id="{{ '' }}").found == ["PK640 Courses!A2"]


def test_the_same_row_again_is_merged(made):
    result = made({"Enrollments": "Course,User,Role\nNC-1,jdoe,student\nNC-1,jdoe,Student\nNC-1,jdoe,ta\n"})
    assert len(result.rows("enrollments")) == 2
    assert result.account() == (3, 2, 1, 0, 0)
    assert result.changed("merged") == [("Enrollments!3", None, "", "")]


def test_ambiguous_dates_follow_the_setting(made):
    grid = {"Courses": "Course ID,Short name,Title,Account,Status,Start\nC,A,B,X,active,05/06/2026\n"}
    assert made(grid).rows("courses", "start_date") == ["05/06/2026"]
    assert made(grid, date_order="mdy").rows("courses", "start_date") == ["2026-05-06T04:00:00Z"]
    assert made(grid, date_order="dmy", time_zone="UTC").rows("courses", "start_date") == ["2026-06-05T00:00:00Z"]


def test_one_mistake_in_many_rows_is_found_in_each(made):
    grid = {
        "Courses": "Course ID,Short name,Title,Account,Status,Start\n"
        + "".join(f"C{n},A,B,X,active,05/06/2026\n" for n in range(3))
    }
    assert made(grid).found == ["PK615 Courses!F2", "PK615 Courses!F3", "PK615 Courses!F4"]


def test_findings_are_counted_beyond_those_listed():
    grid = {
        "Courses": "Course ID,Short name,Title,Account,Status,Start\n"
        + "".join(f"C{n},A,B,X,active,05/06/2026\n" for n in range(30))
    }
    result = author(from_text(grid), AuthoringSettings(), listed=10)
    assert len(result.report.findings) == 10
    assert sum(result.report.counts.values()) == 30
    assert len(result.broken[Kind.COURSES]) == 30


def test_what_is_held_back_and_what_depends_on_it_is_accounted_for(made):
    result = made(
        {
            "Courses": "Course ID,Title,Account,Status,Start\nNC-1,A,X,active,05/06/2026\nNC-2,B,X,active,\n",
            "Sections": "Section ID,Course ID,Name,Status\nS1,NC-1,A,active\nS2,NC-2,A,active\n",
            "Users": "Email,First name,Last name\nana@example.org,=#REF!,Ruiz\nbo@example.org,Bo,Ek\n",
            "Enrollments": (
                "Course,User,Role,Section\nNC-1,bo@example.org,student,\nNC-2,ana@example.org,student,\n"
                ",bo@example.org,student,S1\nNC-2,bo@example.org,student,S2\n"
            ),
            "Expand": "User,Listing\nana@example.org,1\nbo@example.org,1\n",
        }
    )
    broken = result.authored.broken
    assert {kind.value: list(rows) for kind, rows in broken.items()} == {"courses": [0], "users": [0]}
    held = result.authored.dependents(broken)
    assert {kind.value: rows.tolist() for kind, rows in held.items()} == {
        "users": [0],
        "courses": [0],
        "sections": [0],
        "enrollments": [0, 1, 2],
        "expand-enrollments": [0],
    }
    assert result.account(held) == (12, 5, 0, 0, 7)
    assert result.authored.account.rows(held, {"users.csv": 1}).written == {"users.csv": 1}
    assert result.account({}) == (12, 12, 0, 0, 0)


def test_a_course_that_another_row_still_brings_takes_nothing_with_it(made):
    result = made(
        {
            "Courses": "Course ID,Title,Account,Status,Start\nNC-1,A,X,active,05/06/2026\nNC-1,A,X,active,\n",
            "Enrollments": "Course,User,Role\nNC-1,jdoe,student\n",
        }
    )
    assert list(result.authored.dependents(result.authored.broken)) == [Kind.COURSES]


def test_fates_name_the_table_row_that_a_source_row_feeds(made):
    result = made({"Users": "Email,First name,Last name\nb@example.org,B,B\na@example.org,A,A\nB@example.org,B,B\n"})
    (sheet,) = result.authored.account.sheets
    assert sheet.rows.tolist() == [1, 2, 3]
    assert sheet.positions.tolist() == [1, 0, 1]
    assert [Fate(fate) for fate in sheet.fates] == [Fate.USED, Fate.USED, Fate.MERGED]
    assert sheet.with_held({Kind.USERS: np.array([1])}).tolist() == [Fate.HELD_BACK, Fate.USED, Fate.HELD_BACK]


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ("From,x@example.edu\nSubject,Welcome\nMessage,Hello\n", ("x@example.edu", "Welcome", "Hello")),
        ("Sender:,x@example.edu\n,\nSubject:,Hi\nBody:,one\n,two\n,\n,four\n", ("x@example.edu", "Hi", "one\ntwo\n\nfour")),
        ("Sender,Subject,Body\nx@example.edu,Hi,one\n,,two\n", ("x@example.edu", "Hi", "one\ntwo")),
        ('Subject,Hi\nSender,x@example.edu\nText,"a\r\nb"\n', ("x@example.edu", "Hi", "a\nb")),
        ("Welcome message\nSender,x@example.edu\nSubject,Hi\nBody\nfirst line\nsecond\n", ("x@example.edu", "Hi", "first line\nsecond")),
    ],
)  # fmt: skip
def test_a_message_sheet_is_read(made, grid, message):
    result = made({"Users": USERS, "Message": grid})
    assert dict(result.authored.tables.message) == dict(zip(("sender", "subject", "body"), message, strict=True))
    assert result.codes == []
    assert result.account()[3:] == (0, 0)


def test_a_message_is_known_without_its_sheets_name_only_if_it_is_whole(made):
    whole = "Sender,x@example.edu\nSubject,Hi\nBody,Hello\n"
    assert made({"Users": USERS, "Sheet2": whole}).authored.tables.message is not None
    assert made({"Users": USERS, "Sheet2": "Subject,Hi\nBody,Hello\n"}).found == ["PK624 Sheet2"]
    partly = made({"Users": USERS, "Message": "Subject,Hi\nBody,Hello\n"})
    assert partly.authored.tables.message == {"subject": "Hi", "body": "Hello"}
    assert made({"Users": USERS, "Message": whole, "Message 2": whole}).found == ["PK624 Message 2"]
    assert made({"Users": USERS, "Message": "Hello\n"}).found == ["PK620 Message"]


def test_findings_of_the_reader_come_first_hand(tmp_path):
    from provkit.sources import read

    path = tmp_path / "users.csv"
    path.write_bytes("Email,First name,Last name\nines@example.org,Inés,Ruiz\n".encode("cp1252"))
    made = author(read(path), AuthoringSettings())
    assert [finding.code for finding in made.report.findings] == ["PK601"]


def test_a_csv_file_is_known_by_its_name_or_columns(tmp_path):
    from provkit.sources import read

    path = tmp_path / "Spring people.csv"
    path.write_text("Mail,First,Last\nana@example.org,Ana,Ruiz\n", encoding="utf-8")
    made = author(read(path), AuthoringSettings())
    table = made.tables.get(Kind.USERS)
    assert str(table.origin(0, "login_id")) == "Spring people.csv!A2"


def test_somebodys_package_is_read_by_its_headers(tmp_path):
    from provkit.sources import read

    (tmp_path / "x.csv").write_bytes(
        b"login_id,user_id,email,STATUS,first_name,last_name\nana@example.org,ana@example.org,ana@example.org,active,Ana,Ruiz\n"
    )
    (tmp_path / "y.csv").write_bytes(
        b"course_id,user_id,role,section_id,status,notify\nNC-1,ana@example.org,Student,,active,true\n"
    )
    made = author(read(tmp_path), AuthoringSettings())
    assert {kind.value: len(table) for kind, table in made.tables.by_kind.items()} == {"users": 1, "enrollments": 1}
    assert [(finding.code, str(finding.origin)) for finding in made.report.findings] == [("PK667", "y.csv!F1")]
    assert made.recognised[0] == "x.csv: users, header in row 1, because its header is that of users.csv."
