"""Sheets as people keep them: titles, groups, totals, tables beside and below each other, marks, several people in a cell."""

import pytest

from provkit.authoring import with_constants
from provkit.errors import ConfigError, SourceError

KEY = ("course_id", "user_id", "role")
PLAIN = [("NC-1", "ana@example.org", "student"), ("NC-2", "bo@example.org", "teacher")]


def roster(*rows):
    return {"Roster": "\n".join(rows)}


TWO = ("ana@example.org,Ana,Ruiz,NC-1,student", "bo@example.org,Bo,Ek,NC-2,teacher")
HEADER = "Email,First name,Last name,Course ID,Role"


def test_titles_and_filters_above_the_header_are_set_aside(made):
    result = made(roster("Spring workshops,,,,", "Term:,Spring 2026,,,", ",,,,", HEADER, *TWO))
    assert result.rows("enrollments", *KEY) == PLAIN
    assert result.found == ["PK625 Roster"]
    assert result.account() == (4, 2, 0, 2, 0)


def test_a_row_of_groups_above_the_header_says_whose_id_it_is(made):
    grid = roster("Participant,,,Course,,", "Email,First,Last,ID,Title,Role", *(row.replace(",NC", ",NC") for row in TWO_TITLED))
    result = made(grid)
    assert result.rows("enrollments", *KEY) == PLAIN
    assert result.account() == (2, 2, 0, 0, 0)


TWO_TITLED = ("ana@example.org,Ana,Ruiz,NC-1,First Aid,student", "bo@example.org,Bo,Ek,NC-2,CPR,teacher")


def test_merged_groups_are_groups_even_if_one_stands_alone(made):
    sheet = "Roster merged=D1:E1"
    result = made({sheet: "\n".join((",,,Course,,", "Email,First,Last,ID,Title,Role", *TWO_TITLED))})
    assert result.rows("enrollments", *KEY) == PLAIN


def test_a_header_of_two_lines_is_read_as_one(made):
    result = made(roster("E-mail,First,Last,Course,Role in", "address,name,name,ID,course", *TWO))
    assert result.rows("users", "first_name", "last_name") == [("Ana", "Ruiz"), ("Bo", "Ek")]
    assert [row[:2] for row in result.rows("enrollments", *KEY)] == [row[:2] for row in PLAIN]


def test_a_first_row_of_data_is_no_second_line_of_the_header(made):
    result = made({"Guests": "Email,Name,Type\nana@example.org,Ana Ruiz,student\nbo@example.org,Bo Ek,student"})
    assert result.rows("users", "login_id") == ["ana@example.org", "bo@example.org"]


@pytest.mark.parametrize(
    "notes",
    [
        "(required),text,text,(from the catalogue),student or teacher",
        "e.g. jdoe@example.org,max. 50 characters,text,text,choose",
        "required,required,required,required,optional",
    ],
)
def test_units_and_notes_under_the_header_are_set_aside(made, notes):
    result = made(roster(HEADER, f'"{notes.split(",")[0]}",' + notes.partition(",")[2], *TWO))
    assert result.rows("enrollments", *KEY) == PLAIN
    assert result.account() == (3, 2, 0, 1, 0)


@pytest.mark.parametrize(
    "below",
    [
        ["Total: 2,,,,"],
        ["Total,,,=2,"],
        ["Grand total,=2,,,"],
        [",,,,", "Printed 2026-03-01,,,,"],
        ["Questions? Write to office@example.org please,,,,"],
        [",,,,", "Registrar,,,,"],
        ["----,----,----,----,----"],
        ["* preliminary,,,,", "Page 1 of 1,,,,"],
        ["Records: 2,,,,"],
        [",,2 people,,"],
    ],
)
def test_totals_and_footers_are_set_aside(made, below):
    result = made(roster(HEADER, *TWO, *below))
    assert result.rows("enrollments", *KEY) == PLAIN
    assert set(result.codes) == {"PK625"}
    read, used, _, aside, held = result.account()
    assert (read, used, held) == (2 + aside, 2, 0)


@pytest.mark.parametrize("row", ["cy@example.org,,,,", "Cy,,,,", ",,,NC-3,", "Cy Lee,,,,"])
def test_a_row_that_lacks_most_of_its_cells_is_still_data(made, row):
    result = made(roster(HEADER, *TWO, row))
    assert result.account()[-1] == 1
    assert "PK625" not in result.codes


def test_blank_rows_and_headers_in_the_middle_are_passed_over(made):
    result = made(roster(HEADER, TWO[0], ",,,,", "Spring workshops (page 2),,,,", HEADER.upper(), TWO[1], ",,,,"))
    assert result.rows("enrollments", *KEY) == PLAIN
    assert result.account() == (4, 2, 0, 2, 0)


def test_both_lines_of_a_header_are_passed_over_in_the_middle(made):
    lines = ("E-mail,First,Last,Course,Course", "address,name,name,ID,role")
    result = made(roster(*lines, TWO[0], *lines, TWO[1]))
    assert result.rows("enrollments", *KEY) == PLAIN


def test_a_table_below_with_another_header_is_read_too(made):
    grid = roster(
        "Guests,,,,", "Email,First name,Last name,,", "ana@example.org,Ana,Ruiz,,", "bo@example.org,Bo,Ek,,", ",,,,",
        "Who is where,,,,", "Course ID,User ID,Role,Section ID,Status", "NC-1,ana@example.org,student,,active",
        "NC-2,bo@example.org,teacher,,active",
    )  # fmt: skip
    result = made(grid)
    assert result.rows("enrollments", *KEY) == PLAIN
    assert result.rows("users", "login_id") == ["ana@example.org", "bo@example.org"]
    assert result.account() == (6, 4, 0, 2, 0)
    table = result.authored.tables.by_kind
    assert [str(each.origin(1, "user_id")) for each in table.values()] == ["Roster!A4", "Roster!B9"]


def test_tables_beside_each_other_are_read_each(made):
    grid = {
        "Spring": "Guests,,,,Where,,\nEmail,First name,Last name,,User email,Course ID,Role\n"
        "ana@example.org,Ana,Ruiz,,ana@example.org,NC-1,student\nbo@example.org,Bo,Ek,,bo@example.org,NC-2,teacher\n"
        ",,,,bo@example.org,NC-1,student"
    }
    result = made(grid)
    assert result.rows("enrollments", *KEY) == [PLAIN[0], ("NC-1", "bo@example.org", "student"), PLAIN[1]]
    assert result.rows("users", "first_name") == ["Ana", "Bo"]
    table = result.authored.tables.by_kind
    assert [str(each.origin(0, "user_id")) for each in table.values()] == ["Spring!A3", "Spring!E3"]
    assert result.account() == (4, 3, 0, 1, 0)


def test_an_empty_column_within_a_table_changes_nothing(made):
    result = made(roster("Email,First name,Last name,,Course ID,Role", *(row.replace(",NC", ",,NC") for row in TWO)))
    assert result.rows("enrollments", *KEY) == PLAIN


def test_what_could_be_one_table_or_two_names_both_places(made):
    grid = {
        "Sheet1": "Email,First name,Last name,,Section ID,Course ID,Section name,Section status\n"
        "ana@example.org,Ana,Ruiz,,NC-1-A,NC-1,Monday,active\nbo@example.org,Bo,Ek,,,,,"
    }
    result = made(grid)
    (finding,) = [finding for finding in result.authored.report.findings if finding.code == "PK629"]
    assert "A1:C3 and E1:H2" in finding.render(show_values=True)
    assert result.account()[-1] == 2


def test_a_merged_cell_says_the_same_in_every_row(made):
    rows = ("Course ID,Email,First name,Last name,Role", "NC-1,ana@example.org,Ana,Ruiz,student", ",bo@example.org,Bo,Ek,student",
            ",,,,", "NC-2,cy@example.org,Cy,Lee,teacher")  # fmt: skip
    result = made({"Roster merged=A2:A4": "\n".join(rows)})
    assert result.rows("enrollments", "course_id", "user_id") == [
        ("NC-1", "ana@example.org"), ("NC-1", "bo@example.org"), ("NC-2", "cy@example.org")
    ]  # fmt: skip
    assert result.changed("filled")[0] == ("Roster!A3", "course_id", "", "NC-1")
    assert result.account() == (3, 3, 0, 0, 0)


def test_cells_that_are_blank_and_not_merged_are_not_filled(made):
    result = made(
        roster(
            "Course ID,Email,First name,Last name,Role", "NC-1,ana@example.org,Ana,Ruiz,student", ",bo@example.org,Bo,Ek,student"
        )
    )
    assert "PK640 Roster!A3" in result.found


HIDDEN = {"Roster hidden_rows=3": "\n".join((HEADER, *TWO))}


def test_hidden_rows_stop_the_build_unless_somebody_says(made):
    result = made(HIDDEN)
    assert result.found == ["PK626 Roster"]
    assert result.account() == (2, 1, 0, 0, 1)
    taken = made(HIDDEN, hidden_rows="take")
    assert taken.rows("enrollments", *KEY) == PLAIN
    assert taken.found == ["PK628 Roster"]
    left = made(HIDDEN, hidden_rows="leave")
    assert left.rows("enrollments", *KEY) == PLAIN[:1]
    assert left.account() == (2, 1, 0, 1, 0)


def test_hidden_rows_that_hold_no_data_do_not_matter(made):
    assert made({"Roster hidden_rows=1,4,9": "\n".join(("Title,,,,", HEADER, *TWO[:1], ",,,,", TWO[1]))}).found == ["PK625 Roster"]


def test_a_hidden_column_stops_the_build_only_where_it_is_needed(made):
    grid = "\n".join((HEADER + ",Remark", *(row + ",x y z" for row in TWO)))
    assert made({"Roster hidden_columns=F": grid}).codes == ["PK621"]
    result = made({"Roster hidden_columns=E,F": grid})
    assert "PK627 Roster" in result.found
    assert result.account()[-1] == 2
    taken = made({"Roster hidden_columns=E,F": grid}, hidden_rows="take")
    assert taken.rows("enrollments", *KEY) == PLAIN
    left = made({"Roster hidden_columns=E,F": grid}, hidden_rows="leave", role="observer")
    assert left.rows("enrollments", "role") == ["observer", "observer"]


@pytest.mark.parametrize(("mark", "no"), [("x", ""), ("X", "-"), ("✓", ""), ("=1", "=0"), ("yes", "no"), ("=TRUE", "=FALSE")])
def test_marks_below_course_ids_are_enrollments(made, mark, no):
    grid = {
        "Sheet1": f"Email,First name,Last name,NC-1,NC-2\nana@example.org,Ana,Ruiz,{mark},{no}\nbo@example.org,Bo,Ek,{mark},{mark}"
    }
    result = made(grid, role="student")
    assert result.rows("enrollments", *KEY) == [
        ("NC-1", "ana@example.org", "student"), ("NC-1", "bo@example.org", "student"), ("NC-2", "bo@example.org", "student")
    ]  # fmt: skip
    assert str(result.authored.tables.by_kind["enrollments"].origin(2, "course_id")) == "Sheet1!E3"
    assert result.account() == (2, 2, 0, 0, 0)
    assert result.codes == []


def test_a_mark_can_be_a_role_and_people_without_any_are_left_out(made):
    result = made({"Sheet1": "Email,First name,Last name,NC-1\nana@example.org,Ana,Ruiz,TA\nbo@example.org,Bo,Ek,"})
    assert result.rows("enrollments", *KEY) == [("NC-1", "ana@example.org", "ta")]
    assert result.changed("word") == [("Sheet1!D2", "role", "TA", "ta")]
    assert result.found == ["PK646 Sheet1"]
    assert result.rows("users", "login_id") == ["ana@example.org"]
    assert result.account() == (2, 1, 0, 1, 0)


def test_an_address_column_alone_is_enough_whatever_the_file_is_called(made):
    result = made({"Sheet1": "Email,NC-1,NC-2\nana@example.org,x,\nbo@example.org,,x"}, role="student")
    assert result.rows("enrollments", *KEY) == [("NC-1", "ana@example.org", "student"), ("NC-2", "bo@example.org", "student")]
    unsaid = made({"Sheet1": "Email,NC-1,NC-2\nana@example.org,x,\nbo@example.org,,x"})
    assert unsaid.found == ["PK623 Sheet1!1"]
    assert "--set role=student" in unsaid.authored.report.findings[0].rule.remedy


def test_what_is_found_in_a_persons_cells_is_told_once_for_all_marks(made):
    result = made({"Sheet1": "Email,First name,Last name,NC-1,NC-2\n mailto:ana@example.org,Ana,=#REF!,student,student"})
    assert result.found == ["PK610 Sheet1!C2"]
    assert result.changed("address") == [("Sheet1!A2", "email", " mailto:ana@example.org", "ana@example.org")]


def test_a_cell_that_is_no_mark_is_asked_about_at_its_place(made):
    rows = [f"p{number}@example.org,P,Q,student,student" for number in range(8)]
    result = made(
        {"Sheet1": "\n".join(("Email,First name,Last name,NC-1,NC-2", *rows, "ana@example.org,Ana,Ruiz,perhaps,student"))}
    )
    assert result.found == ["PK649 Sheet1!D10"]
    assert len(result.broken("enrollments")) == 1


def test_groups_over_the_marks_say_that_they_are_sections_or_courses(made):
    grid = "{},,,Sections,,\nEmail,First name,Last name,Mon,Tue,Course ID\nana@example.org,Ana,Ruiz,student,,NC-1\nbo@example.org,Bo,Ek,,teacher,NC-1"
    result = made({"Sheet1 merged=D1:E1": grid.format("")})
    assert result.rows("enrollments", "course_id", "section_id", "role") == [("NC-1", "Mon", "student"), ("NC-1", "Tue", "teacher")]


def test_titles_over_marks_are_said_on_the_command_line(made):
    grid = {"Sheet1": "Email,First Aid,CPR,Vegetarian\nana@example.org,x,,yes\nbo@example.org,x,x,no"}
    asked = made(grid, role="student")
    assert [code for code in asked.found if code.startswith("PK647")] == ["PK647 Sheet1!B1", "PK647 Sheet1!C1"]
    said = with_constants(None, {"role": "student", "course_id[First Aid]": "NC-1", "course_id[cpr]": "NC-2"})
    result = made(grid, said)
    assert result.rows("enrollments", *KEY) == [
        ("NC-1", "ana@example.org", "student"), ("NC-1", "bo@example.org", "student"), ("NC-2", "bo@example.org", "student")
    ]  # fmt: skip
    assert result.found == ["PK621 Sheet1!D1"]


def test_attendance_and_questions_are_no_courses(made):
    result = made({"Guests": "Email,First name,Last name,Day1,Day2,Q1\nana@example.org,Ana,Ruiz,x,x,x"})
    assert result.rows("enrollments") == []
    assert "PK648" in result.codes


def test_people_listed_below_courses_or_roles(made):
    result = made({"Sheet1": "Course ID,Instructors,Students\nNC-1,Bo Ek <bo@example.org>,ana@example.org; cy@example.org"})
    assert result.rows("enrollments", *KEY) == [
        ("NC-1", "ana@example.org", "student"), ("NC-1", "bo@example.org", "teacher"), ("NC-1", "cy@example.org", "student")
    ]  # fmt: skip
    assert str(result.authored.tables.by_kind["enrollments"].origin(1, "user_id")) == "Sheet1!B2"


def test_several_people_in_a_cell_become_a_row_each(made):
    grid = roster(
        "Course ID,Email,Role", 'NC-1,"Ann Lee <a@example.org>; ""Ek, Bo"" <bo@example.org>",student', "NC-2,bo@example.org,teacher"
    )
    result = made(grid)
    assert result.rows("enrollments", *KEY) == [
        ("NC-1", "a@example.org", "student"), ("NC-1", "bo@example.org", "student"), ("NC-2", "bo@example.org", "teacher")
    ]  # fmt: skip
    assert result.rows("users", "first_name", "last_name") == [("Ann", "Lee"), ("Bo", "Ek")]
    assert [change[0] for change in result.changed("parted")] == ["Roster!B2"]
    assert result.account() == (2, 2, 0, 0, 0)


def test_several_names_beside_several_addresses_go_together(made):
    grid = roster("Course ID,Name,Email,Role", 'NC-1,Ann Lee; Bo Ek,"a@example.org, bo@example.org",student')
    assert made(grid).rows("users", "login_id", "first_name") == [("a@example.org", "Ann"), ("bo@example.org", "Bo")]


def test_two_addresses_beside_one_name_are_not_two_people(made):
    result = made(roster(HEADER, '"ana@example.org; ruiz@example.org",Ana,Ruiz,NC-1,student'))
    assert result.found == ["PK617 Roster!A2"]


def test_several_courses_in_a_cell_become_a_row_each(made):
    result = made(roster(HEADER, 'ana@example.org,Ana,Ruiz,"NC-1, NC-2;NC-3",student'))
    assert result.rows("enrollments", "course_id") == ["NC-1", "NC-2", "NC-3"]
    assert result.rows("users", "login_id") == ["ana@example.org"]
    assert result.account() == (1, 1, 0, 0, 0)


def test_a_title_with_commas_is_no_list(made):
    result = made(roster(HEADER, 'ana@example.org,Ana,Ruiz,"Aid, first",student'))
    assert result.rows("enrollments", "course_id") == ["Aid, first"]


def test_settings_on_the_command_line_reach_the_sheets_that_they_are_about(made):
    grids = {"Users": "Email,First name,Last name\nana@example.org,Ana,Ruiz", "Roster": "Email,Course ID\nana@example.org,NC-1"}
    result = made(grids, with_constants(None, {"role": "teacher"}))
    assert result.rows("enrollments", *KEY) == [("NC-1", "ana@example.org", "teacher")]
    assert result.rows("users", "first_name") == ["Ana"]


def test_an_unknown_field_on_the_command_line_is_an_error():
    with pytest.raises(ConfigError, match="no field 'corse_id'"):
        with_constants(None, {"corse_id[x]": "NC-1"})


def test_who_is_hidden_and_dropped_is_not_asked_about(made):
    rows = (HEADER + ",Status", TWO[0] + ",Registered", TWO[1] + ",Dropped")
    result = made({"Roster hidden_rows=3": "\n".join(rows)})
    assert result.codes == ["PK645"]
    assert result.account() == (2, 1, 0, 1, 0)


def test_totals_below_marks_do_not_hide_that_they_are_marks(made):
    rows = ("No.,Full name,Contact,AIT-PROMPT,AIT-ETHICS,Vegetarian", "=1,Ana Ruiz,ana@example.org,x,,yes", '=2,"Ek, Bo",bo@example.org,x,x,no',
            ",Sum,,=2,=1,=1", ",,,,,", "Organisers,,,,,", "Course ID,Led by,,,,", "AIT-PROMPT,Kim Ray <kim@example.org>; lou@example.org,,,,")  # fmt: skip
    result = made({"Sheet1": "\n".join(rows)}, with_constants(None, {"role": "student"}))
    assert result.rows("enrollments", *KEY) == [
        ("AIT-ETHICS", "bo@example.org", "student"),
        ("AIT-PROMPT", "ana@example.org", "student"),
        ("AIT-PROMPT", "bo@example.org", "student"),
        ("AIT-PROMPT", "kim@example.org", "teacher"),
        ("AIT-PROMPT", "lou@example.org", "teacher"),
    ]
    assert result.account() == (5, 3, 0, 2, 0)


def test_one_column_of_crosses_beside_guests_is_left_out_like_any_other(made):
    assert made({"Guests": "Email,First name,Last name,Paid\nana@example.org,Ana,Ruiz,x"}).codes == ["PK621"]


@pytest.mark.parametrize(
    ("group", "ids"), [("", ("LAB-101", "LAB-102")), ("Workshops", ("LAB-1", "LAB-2")), ("Courses", ("30211", "30212"))]
)
def test_ids_of_every_sort_stand_over_marks(made, group, ids):
    rows = f",,,{group},\nEmail,First name,Last name,{ids[0]},{ids[1]}\nana@example.org,Ana,Ruiz,x,\nbo@example.org,Bo,Ek,,x"
    result = made({"Sheet1 merged=D1:E1": rows}, role="student")
    assert result.rows("enrollments", "course_id") == list(ids)


def test_marks_without_a_role_beside_roles_are_asked_about_at_their_place(made):
    grid = {"Sheet1": "Email,First name,Last name,NC-1,NC-2\nana@example.org,Ana,Ruiz,x,TA"}
    result = made(grid)
    assert result.rows("enrollments", "course_id", "role") == [("NC-1", ""), ("NC-2", "ta")]
    assert str(result.authored.tables.by_kind["enrollments"].origin(0, "role")) == "Sheet1!D2"
    assert made(grid, role="student").rows("enrollments", "role") == ["student", "ta"]


def test_people_listed_below_the_ids_of_courses(made):
    grid = {"Lists": "Safety courses,\nSAFE-101,SAFE-102\nana@example.org,Cy Lee <cy@example.org>\nbo@example.org,"}
    result = made(grid, with_constants(None, {"role": "student"}))
    assert result.rows("enrollments", *KEY) == [
        ("SAFE-101", "ana@example.org", "student"),
        ("SAFE-101", "bo@example.org", "student"),
        ("SAFE-102", "cy@example.org", "student"),
    ]
    assert str(result.authored.tables.by_kind["enrollments"].origin(2, "user_id")) == "Lists!B3"
    assert result.rows("users", "first_name", "last_name") == [("", ""), ("", ""), ("Cy", "Lee")]


def test_a_list_of_addresses_under_any_word_is_enough_where_the_course_is_given(made):
    grid = {"Sheet1": 'Workshop: Safety\nWho comes\nAnn Lee <ann@example.org>\n"Ray, Di <di@example.org>"'}
    result = made(grid, with_constants(None, {"role": "student", "course_id": "NC-1"}))
    assert result.rows("enrollments", *KEY) == [("NC-1", "ann@example.org", "student"), ("NC-1", "di@example.org", "student")]
    assert result.rows("users", "first_name", "last_name") == [("Ann", "Lee"), ("Di", "Ray")]
    with pytest.raises(SourceError):
        made(grid)


@pytest.mark.parametrize("days", [",,Mon,Wed", ",,Mon 9-10,Wed 2-3", ",,Room 2,"])
def test_a_second_line_over_marks_is_left_out_and_hides_none_of_them(made, days):
    result = made(
        roster("Name,Email,NC-101,NC-102", days, "Ana Ruiz,ana@example.org,student,", "Bo Ek,bo@example.org,,teacher"),
    )
    assert result.rows("enrollments", *KEY) == [("NC-101", "ana@example.org", "student"), ("NC-102", "bo@example.org", "teacher")]
    assert result.found == ["PK625 Roster"]
    assert result.account() == (3, 2, 0, 1, 0)


def test_titles_with_a_line_of_days_are_asked_about_by_name(made):
    result = made(
        roster("Name,Email,Wed Section,Fri Section", ",,Mon,Tue", "Ana Ruiz,ana@example.org,x,", "Bo Ek,bo@example.org,,x")
    )
    assert {"PK647 Roster!C1", "PK647 Roster!D1"} <= set(result.found)
    assert not [said for said in result.found if said.startswith("PK649")]


@pytest.mark.parametrize(("header", "warned"), [("Wed Section,Fri Section", True), ("Mon,Tue", True), ("Waiver,Photo", False)])
def test_marks_that_may_be_sections_of_the_course_are_warned_of(made, header, warned):
    rows = ("ana@example.org,Ana,Ruiz,NC-1,student,x,", "bo@example.org,Bo,Ek,NC-2,teacher,,x")
    result = made(roster(f"{HEADER},{header}", *rows))
    assert result.rows("enrollments", *KEY) == PLAIN
    assert ("PK648 Roster!F1" in result.found) is warned


def test_something_unknown_below_a_table_is_refused_once_and_the_table_is_read(made):
    result = made(roster(HEADER, *TWO, ",,,,", "Shirts,,,,", "Nickname,Pronoun,Shirt,,", "Annie,she,M,,", "Bo,he,L,,"))
    assert result.rows("enrollments", *KEY) == PLAIN
    assert result.found == ["PK639 Roster!6"]
    assert result.account() == (6, 2, 0, 0, 4)


def test_people_without_an_address_below_a_blank_row_are_no_other_table(made):
    result = made(roster(HEADER, *TWO, ",,,,", ",Cy,Lee,NC-1,student", ",Di,Ray,NC-1,student"))
    assert not [said for said in result.found if said.startswith("PK639")]


def test_an_id_of_several_words_below_course_is_doubted_unless_a_row_describes_it(made):
    rows = [row.replace("NC-1", "NC-1 First Aid") for row in TWO]
    doubted = made(roster(HEADER.replace("Course ID", "Course"), *rows))
    assert doubted.found == ["PK638 Roster!D2"]
    sure = made(roster(HEADER, *rows))
    assert sure.found == []
    described = "Course ID,Short name,Long name,Account,Status\nNC-1 First Aid,FA,First Aid,BL-NC,active"
    assert made({**roster(HEADER.replace("Course ID", "Course"), *rows), "Courses": described}).found == []


BLOCKS = (
    "Workshop,,\nREGISTERED,,\nSurname,Given name,Email\nRuiz,Ana,ana@example.org\nEk,Bo,bo@example.org\n,,\n{title},,\n{header}"
    "Ng,Di,di@example.org\n,,\nREGISTERED LATE,,\nAx,Ed,ed@example.org\nPage 2,,\nOz,Flo,flo@example.org\n"
)


@pytest.mark.parametrize("header", ["", "Surname,Given name,Email\n"])
@pytest.mark.parametrize("title", ["WAITING LIST", "Waitlist (1)", "Cancelled:", "Liste d'attente"])
def test_people_below_a_title_that_says_they_wait_or_cancelled_are_not_invited(made, title, header):
    result = made({"Sheet1": BLOCKS.format(title=title, header=header)})
    assert "di@example.org" not in result.rows("users", "login_id")
    assert {"ana@example.org", "bo@example.org"} <= set(result.rows("users", "login_id"))
    assert ("Sheet1!A7") in [place.split()[1] for place in result.found if place.startswith("PK645")]
    assert sum(result.account()[1:]) == result.account()[0]


def test_a_title_of_another_kind_ends_the_list_of_those_who_wait_and_a_note_does_not(made):
    grid = "Email,First name,Last name\n,,\nWaiting list,,\nPage 2,,\nana@example.org,Ana,Ruiz\n,,\nConfirmed later,,\nEmail,First name,Last name\nbo@example.org,Bo,Ek\n"
    assert made({"Sheet1": grid}).rows("users", "login_id") == ["bo@example.org"]


def test_a_sheet_called_waiting_list_beside_others_invites_nobody(made):
    people = "Email,First name,Last name\n{}@example.org,Ana,Ruiz\n"
    result = made({"Registered": people.format("ana"), "Waiting list": people.format("bo")})
    assert result.rows("users", "login_id") == ["ana@example.org"]
    assert made({"Waiting list": people.format("bo")}).rows("users", "login_id") == ["bo@example.org"]


def test_somebody_called_like_such_a_word_is_somebody(made):
    result = made({"Sheet1": "Email,First name,Last name\nana@example.org,Waiting,Pending\nbo@example.org,Bo,Ek\n"})
    assert result.rows("users", "login_id") == ["ana@example.org", "bo@example.org"]


def test_a_sheet_of_nothing_but_blanks_is_passed_over(made):
    result = made({"Users": " \n \u00a0,\n", "Roster": "\n".join([HEADER, *TWO])})
    assert result.rows("enrollments", *KEY) == PLAIN
    assert result.account() == (2, 2, 0, 0, 0)
    with pytest.raises(SourceError, match="Nothing that provkit knows"):
        made({"Users": " \n"})


def test_a_mark_with_what_nobody_sees_around_it_is_a_mark(made):
    rows = ("ana@example.org,Ana,Ruiz,\u200bx,\u200b-", "bo@example.org,Bo,Ek,-,\u2713\u200b")
    result = made(roster("Email,First name,Last name,NC-101,NC-102", *rows), role="student")
    assert result.rows("enrollments", *KEY) == [("NC-101", "ana@example.org", "student"), ("NC-102", "bo@example.org", "student")]


@pytest.mark.parametrize(
    ("header", "first", "other"),
    [
        ("Sessions chosen", "NC-S1; NC-S2", "NC-S2"),
        ("Which workshops will you attend?", "First Aid, CPR", "CPR"),
        ("Courses", "NC-1, NC-2", "NC-2"),
        ("Course no.", "NC-1", "NC-2"),
        ("Enr. type", "Student", "Auditor"),
    ],
)
def test_a_list_that_says_who_takes_part_in_what_invites_nobody_into_nothing(made, header, first, other):
    people = {"Sheet1": f'Email,First name,Last name,{header}\nana@example.org,Ana,Ruiz,"{first}"\nbo@example.org,Bo,Ek,"{other}"'}
    result = made(people)
    assert result.found == ["PK651 Sheet1!D1"]
    assert result.account() == (2, 0, 0, 0, 2)
    beside = {**people, "Enrollments": "Email,Course ID,Role\nana@example.org,NC-1,student\nbo@example.org,NC-1,student"}
    assert made(beside).found == ["PK621 Sheet1!D1"]


@pytest.mark.parametrize(
    ("header", "first", "other"),
    [("Sessions attending", "x", ""), ("Classes", "12", "4"), ("Courses taken already", "NC-1", "NC-2"), ("Class", "Senior", "Junior"),
     ("Workshops attending", "2", "3"), ("Track", "A", "B"), ("Enr. type", "Early bird", "Regular")],
)  # fmt: skip
def test_a_column_that_says_nothing_of_who_takes_part_in_what_is_left_out(made, header, first, other):
    people = {"Sheet1": f"Email,First name,Last name,{header}\nana@example.org,Ana,Ruiz,{first}\nbo@example.org,Bo,Ek,{other}"}
    assert made(people).found == ["PK621 Sheet1!D1"]


def test_short_words_for_course_numbers_and_roles_are_known(made):
    rows = ("Ana Ruiz,ana@example.org,HIST-101,Student", "Bo Ek,bo@example.org,HIST-102,Instructor")
    result = made({"Export": "\n".join(("Name,E-mail,Crs no.,Enr. type", *rows))})
    assert result.rows("enrollments", *KEY) == [
        ("HIST-101", "ana@example.org", "student"), ("HIST-102", "bo@example.org", "teacher")
    ]  # fmt: skip
    assert result.codes == []
    with_id = made({"Export": "Name,E-mail,Crs no.,Course ID,Role\nAna Ruiz,ana@example.org,101,NC-1,student"})
    assert with_id.rows("enrollments", *KEY) == [PLAIN[0]]


@pytest.mark.parametrize(("course", "asked"), [("Crs no.", ["PK621 Sheet1!D1", "PK623 Sheet1!1"]),
                                               ("Offering", ["PK621 Sheet1!C1", "PK621 Sheet1!D1", "PK623 Sheet1!1", "PK623 Sheet1!1"])])  # fmt: skip
def test_roles_under_another_word_are_no_marks_and_are_asked_about(made, course, asked):
    rows = (
        "Ana Ruiz,ana@example.org,HIST-101,Student",
        "Bo Ek,bo@example.org,HIST-101,Instructor",
        "Cy Lee,cy@example.org,HIST-102,Student",
    )
    result = made({"Sheet1": "\n".join((f"Name,E-mail,{course},Capacity", *rows))})
    assert sorted(result.found) == asked
    assert any("call it Role" in finding.message for finding in result.authored.report.findings)
    assert result.account()[-1] == 3
