"""Flat rosters: one row per person and course."""

import pytest

from provkit.schemas.layouts import Kind

HEAD = "Name,Email,Course ID,Section ID,Section name,Role,Course title,Account,Course status,Start,End\n"
ROSTER = (
    HEAD
    + '"Ruiz, Ana",ana@example.org,NC-1,NC-1-A,Monday,student,First Aid,SPEA,active,2026-08-24,2026-12-18\n'
    + "Bo Ek,bo@example.org,NC-1,NC-1-A,Monday,teacher,First Aid,SPEA,active,2026-08-24,2026-12-18\n"
    + "Bo Ek,bo@example.org,NC-2,,,student,,,,,\n"
)


def test_users_and_enrollments_are_derived_and_courses_count_as_existing(made):
    result = made({"Class list": ROSTER})
    assert result.rows("users", "login_id", "first_name", "last_name", "status") == [
        ("ana@example.org", "Ana", "Ruiz", "active"),
        ("bo@example.org", "Bo", "Ek", "active"),
    ]
    assert result.rows("enrollments") == [
        ("NC-1", "ana@example.org", "student", "NC-1-A", "active"),
        ("NC-1", "bo@example.org", "teacher", "NC-1-A", "active"),
        ("NC-2", "bo@example.org", "student", "", "active"),
    ]
    assert result.authored.tables.get(Kind.COURSES) is None
    assert result.authored.tables.get(Kind.SECTIONS) is None
    assert result.found == ["PK642 Class list!1"]
    assert result.account() == (3, 3, 0, 0, 0)
    assert result.changed("name-split") == [
        ("Class list!A2", "name", "Ruiz, Ana", "Ana | Ruiz"),
        ("Class list!A3", "name", "Bo Ek", "Bo | Ek"),
        ("Class list!A4", "name", "Bo Ek", "Bo | Ek"),
    ]
    table = result.authored.tables.get(Kind.USERS)
    assert str(table.origin(0, "last_name")) == "Class list!A2"
    assert str(result.authored.tables.get(Kind.ENROLLMENTS).origin(0, "user_id")) == "Class list!B2"


def test_courses_and_sections_are_created_where_asked_and_all_is_given(made):
    result = made({"Class list": ROSTER}, create_courses=True)
    assert result.rows("courses") == [
        ("NC-1", "First Aid", "First Aid", "SPEA", "active", "2026-08-24T04:00:00Z", "2026-12-19T04:59:59Z")
    ]
    assert result.rows("sections") == [("NC-1-A", "NC-1", "Monday", "active")]
    assert result.codes == []
    assert result.account() == (3, 3, 0, 0, 0)


def test_a_roster_and_sheets_per_kind_that_hold_the_same_facts_give_the_same_tables(made):
    sheets = {
        "Users": "Email,First name,Last name\nana@example.org,Ana,Ruiz\nbo@example.org,Bo,Ek\n",
        "Courses": "Course ID,Title,Account,Status,Start,End\nNC-1,First Aid,SPEA,active,2026-08-24,2026-12-18\n",
        "Sections": "Section ID,Course ID,Name,Status\nNC-1-A,NC-1,Monday,active\n",
        "Enrollments": (
            "Course,User,Role,Section\nNC-2,bo@example.org,student,\nNC-1,ana@example.org,student,NC-1-A\n"
            "NC-1,bo@example.org,teacher,NC-1-A\n"
        ),
    }
    first, second = made({"Roster": ROSTER}, create_courses=True), made(sheets)
    for kind in Kind:
        one, two = first.authored.tables.get(kind), second.authored.tables.get(kind)
        assert (one is None) == (two is None)
        assert one is None or one.frame.equals(two.frame)


def test_the_sheet_itself_may_say_which_courses_to_create(made):
    grid = (
        "Email,Course ID,Role,Course title,Account,Course status,Create course\n"
        "ana@example.org,NC-1,student,A,X,active,yes\nana@example.org,NC-2,student,B,X,active,no\nana@example.org,NC-3,student,C,X,active,\n"
    )
    assert made({"Roster": grid}).rows("courses", "course_id") == ["NC-1"]
    assert made({"Roster": grid}, create_courses=True).rows("courses", "course_id") == ["NC-1", "NC-3"]


def test_a_course_half_told_is_a_finding_and_one_without_a_title_exists(made):
    grid = (
        "Email,Course ID,Role,Course title,Account,Course status\n"
        "ana@example.org,NC-1,student,A,,\nana@example.org,NC-2,student,,X,active\nana@example.org,NC-1,ta,A,,\n"
    )
    result = made({"Roster": grid}, create_courses=True)
    assert result.found == ["PK643 Roster!B2"]
    assert "its account and status" in result.authored.report.findings[0].message
    assert result.rows("courses", "course_id") == ["NC-1"]
    held = result.authored.dependents(result.authored.broken)
    assert {kind.value: rows.tolist() for kind, rows in held.items()} == {"courses": [0], "enrollments": [0, 1]}
    assert result.account(held) == (3, 1, 0, 0, 2)
    assert made({"Roster": grid}, create_courses=True, account_id="X", course_status="active").codes == []


def test_a_section_of_a_new_course_needs_a_name(made):
    grid = (
        "Email,Course ID,Section ID,Section name,Role,Course title,Account,Course status\n"
        "ana@example.org,NC-1,S1,,student,A,X,active\nana@example.org,NC-2,S2,,student,,,\nana@example.org,NC-2,S3,C,student,,,\n"
    )
    result = made({"Roster": grid}, create_courses=True)
    assert result.found == ["PK643 Roster!C2", "PK643 Roster!C4"]
    assert [finding.message for finding in result.authored.report.findings] == [
        "the section 'S1' is to be created, but the roster does not give its name",
        "the section 'S3' is to be created, but the roster does not give its status",
    ]
    assert result.rows("sections", "section_id") == ["S1", "S3"]


def test_facts_are_gathered_from_all_rows_of_a_course(made):
    grid = (
        "Email,Course ID,Role,Course title,Account,Course status\n"
        "a@example.org,NC-1,student,,X,\nb@example.org,NC-1,student,A,,active\nc@example.org,NC-1,student,A,X,\n"
    )
    result = made({"Roster": grid}, create_courses=True)
    assert result.rows("courses") == [("NC-1", "A", "A", "X", "active")]
    assert result.codes == []


def test_facts_that_contradict_are_found_once(made):
    grid = (
        "Email,Course ID,Section ID,Section name,Role,Course title,Account,Course status\n"
        "a@example.org,NC-1,S1,A,student,A,X,active\nb@example.org,NC-1,S1,B,student,B,X,active\nc@example.org,NC-1,S1,B,student,B,X,active\n"
    )
    result = made({"Roster": grid}, create_courses=True)
    assert result.found == ["PK644 Roster!D3", "PK644 Roster!F3"]
    held = result.authored.dependents(result.authored.broken)
    assert {kind.value: rows.tolist() for kind, rows in held.items()} == {"courses": [0], "sections": [0], "enrollments": [0, 1, 2]}


def test_a_cell_of_a_course_matters_only_if_the_course_is_created(made):
    grid = "Email,Course ID,Role,Course title,Account,Course status,Start\na@example.org,NC-1,student,A,X,active,05/06/2026\n"
    assert made({"Roster": grid}).codes == ["PK642"]
    result = made({"Roster": grid}, create_courses=True)
    assert result.found == ["PK615 Roster!G2"]
    assert {kind.value: rows.tolist() for kind, rows in result.authored.broken.items()} == {"courses": [0]}


def test_courses_with_a_sheet_of_their_own_are_not_created_twice(made):
    grid = {
        "Courses": "Course ID,Title,Account,Status\nNC-1,First,X,active\n",
        "Sections": "Section ID,Course ID,Name,Status\nS1,NC-1,First,active\n",
        "Roster": (
            "Email,Course ID,Section ID,Section name,Role,Course title,Account,Course status\n"
            "a@example.org,NC-1,S1,Other,student,Other,X,active\n"
        ),
    }
    result = made(grid, create_courses=True)
    assert result.rows("courses", "long_name") == ["First"]
    assert result.rows("sections", "name") == ["First"]


def test_the_course_of_a_section_is_followed_from_the_sheet_of_sections(made):
    result = made(
        {
            "Sections": "Section ID,Course ID,Name,Status\nS1,NC-1,A,active\nS2,NC-1,B,active\nS2,NC-2,B,active\n",
            "Enrollments": "Section,User,Role\nS1,jdoe,student\nS2,jdoe,student\nS3,jdoe,student\n",
        }
    )
    assert result.rows("enrollments", "course_id", "section_id") == [("", "S2"), ("", "S3"), ("NC-1", "S1")]
    assert ("Enrollments!2", "course_id", "", "NC-1") in result.changed("filled")


def test_people_who_dropped_or_wait_are_left_out(made):
    grid = (
        "Name,Email,Course ID,Role,Registration status\n"
        "Ana Ruiz,ana@example.org,NC-1,student,Registered\nBo,bo@example.org; b2@example.org,NC-1,student,Waitlisted\n"
        "Cy Ek,cy@example.org,NC-1,student,DROPPED\nDi Ek,di@example.org,NC-1,student,Deleted\nEd Ek,ed@example.org,NC-1,student,Wait-listed\n"
    )
    result = made({"Roster": grid})
    assert result.rows("enrollments", "user_id", "status") == [("ana@example.org", "active"), ("di@example.org", "deleted")]
    assert result.rows("users", "login_id") == ["ana@example.org", "di@example.org"]
    assert result.found == ["PK645 Roster!E3", "PK645 Roster!E4", "PK645 Roster!E6"]
    assert result.account() == (5, 2, 0, 3, 0)


def test_a_row_may_name_a_course_and_a_listing(made):
    grid = "Name,Email,Course ID,Listing ID,Role\nAna Ruiz,ana@example.org,NC-1,42,student\nBo Ek,bo@example.org,,43,\n"
    result = made({"Roster": grid})
    assert result.rows("enrollments", "user_id") == ["ana@example.org"]
    assert result.rows("expand-enrollments") == [("ana@example.org", "42"), ("bo@example.org", "43")]
    assert result.account() == (2, 2, 0, 0, 0)
    assert result.codes == []


def test_an_expand_sheet_without_a_listing_in_a_row_keeps_the_row(made):
    result = made({"Expand": "Email,Listing\na@example.org,\nb@example.org,2\n"})
    assert result.rows("expand-enrollments") == [("a@example.org", ""), ("b@example.org", "2")]
    assert result.codes == []


def test_no_guests_are_made_of_a_roster_without_names(made):
    result = made({"Roster": "Email,Course ID,Role\nana@example.org,NC-1,student\n"})
    assert result.authored.tables.get(Kind.USERS) is None
    assert result.rows("enrollments", "user_id") == ["ana@example.org"]


def test_who_has_a_row_on_a_sheet_of_guests_is_not_made_again(made):
    result = made(
        {
            "Roster": "Name,Email,Course ID,Role\nAnn Ruiz,ANA@example.org,NC-1,student\nBo Ek,bo@example.org,NC-1,student\n",
            "Users": "Email,First name,Last name\nana@example.org,Ana,Ruiz\n",
        }
    )
    assert result.rows("users", "login_id", "first_name") == [("ana@example.org", "Ana"), ("bo@example.org", "Bo")]
    assert result.rows("enrollments", "user_id") == ["ana@example.org", "bo@example.org"]
    assert result.codes == []


def test_first_and_last_name_win_over_the_whole_name(made):
    grid = "Name,First name,Last name,Email,Course ID,Role\nX Y,Ana,Ruiz,ana@example.org,NC-1,student\nBo Ek,,,bo@example.org,NC-1,student\n"
    result = made({"Roster": grid})
    assert result.rows("users", "first_name", "last_name") == [("Ana", "Ruiz"), ("Bo", "Ek")]
    assert [change[0] for change in result.changed("name-split")] == ["Roster!A3"]


def test_ids_of_a_roster_are_made_by_template(made):
    grid = "Name,Email,Event,Role,Section name\nAna Ruiz,ana@example.org,FA26,student,Monday\n"
    result = made({"Roster": grid}, course_id="NC-{{ event }}", section_id="{{ course_id }}-{{ section_name[:3] }}")
    assert result.rows("enrollments", "course_id", "section_id") == [("NC-FA26", "NC-FA26-Mon")]
    assert [code for code in made({"Roster": grid}, course_id="NC-1").codes if code == "PK641"] == ["PK641"]


def test_one_broken_cell_breaks_only_what_it_belongs_to(made):
    grid = "First name,Last name,Email,Course ID,Role\n=#REF!,Ruiz,ana@example.org,NC-1,student\nBo,Ek,bo@example.org,=2026-01-02,student\n"
    result = made({"Roster": grid})
    assert result.found == ["PK610 Roster!A2", "PK614 Roster!D3"]
    assert {kind.value: rows.tolist() for kind, rows in result.authored.broken.items()} == {"users": [0], "enrollments": [0]}
    held = result.authored.dependents(result.authored.broken)
    assert {kind.value: rows.tolist() for kind, rows in held.items()} == {"users": [0, 1], "enrollments": [0, 1]}


@pytest.mark.parametrize("name", ["Sheet1", "Roster", "Users", "Courses", "Participants"])
def test_a_roster_is_known_whatever_its_sheet_is_called(made, name):
    assert len(made({name: ROSTER}).rows("enrollments")) == 3
