"""Profiles: what they read, what they refuse, and that nothing is guessed where they speak."""

import pytest

from provkit.authoring import find, formats, shipped, with_constants
from provkit.config import Config
from provkit.errors import ConfigError, SourceError
from provkit.sources import FORMATS, from_text, read_as

TICKETS = "Email,First name,Last name,Ticket,State\nana@example.org,Ana,Ruiz,Day,ok\nbo@example.org,Bo,Ek,Night,ok\ncy@example.org,Cy,Ng,Day,void\n"
COLUMNS = 'columns = { email = "Email", first_name = "First name", last_name = "Last name", course_id = "Ticket" }\n'
STUDENT = 'constants = { role = "student" }\n'


def profiles(text):
    import tomllib

    return Config(tables=tomllib.loads(text))


def test_columns_constants_lookups_and_rows_set_aside(made):
    result = made(
        {"Sheet1": TICKETS},
        COLUMNS + STUDENT + 'lookup.course_id = { "day" = "NC-1", "NIGHT " = "NC-2" }\nset_aside = { State = "void" }\n',
    )
    assert result.rows("enrollments", "course_id", "user_id", "role", "status") == [
        ("NC-1", "ana@example.org", "student", "active"),
        ("NC-2", "bo@example.org", "student", "active"),
    ]
    assert result.rows("users", "login_id") == ["ana@example.org", "bo@example.org"]
    assert result.account() == (3, 2, 0, 1, 0)
    assert result.changed("looked-up") == [("Sheet1!D2", "course_id", "Day", "NC-1"), ("Sheet1!D3", "course_id", "Night", "NC-2")]


def test_an_answer_means_the_same_with_what_nobody_sees_around_it(made):
    result = made(
        {"Sheet1": TICKETS.replace("Day", "\u200bDay").replace("void", "void\u200b")},
        COLUMNS + STUDENT + 'lookup.course_id = { Day = "NC-1", Night = "NC-2" }\nset_aside = { State = "void" }\n',
    )
    assert result.rows("enrollments", "course_id") == ["NC-1", "NC-2"]
    assert result.account() == (3, 2, 0, 1, 0)


def test_an_answer_without_a_meaning_holds_its_rows_back_and_says_which_line_to_add(made):
    result = made({"Sheet1": TICKETS}, COLUMNS + STUDENT + 'lookup.course_id = { "Day" = "NC-1" }\n')
    finding = next(finding for finding in result.authored.report.findings if finding.code == "PK670")
    assert str(finding.origin) == "Sheet1!D3"
    assert finding.message.endswith('add to [lookup.course_id]: "Night" = "..."')
    assert result.account() == (3, 2, 0, 0, 1)


def test_an_id_may_stand_in_place_of_the_answer(made):
    result = made({"Sheet1": TICKETS.replace("Night", "NC-1")}, COLUMNS + STUDENT + 'lookup.course_id = { "Day" = "NC-1" }\n')
    assert result.rows("enrollments", "course_id") == ["NC-1"] * 3


def test_several_answers_in_a_cell_make_several_enrollments_and_one_row_of_the_account(made):
    grid = 'Email,First name,Last name,Ticket\nana@example.org,Ana,Ruiz,"Day, first; Night"\nbo@example.org,Bo,Ek,Night;\n'
    result = made(
        {"Sheet1": grid.replace("; ", ", ").replace("Night;", "Night,").replace("Night,\n", '"Night,"\n')},
        COLUMNS + STUDENT + 'split.course_id = ","\nlookup.course_id = { "Day, first" = "NC-1", "Night" = "NC-2" }\n',
    )
    assert result.rows("enrollments", "course_id", "user_id") == [
        ("NC-1", "ana@example.org"),
        ("NC-2", "ana@example.org"),
        ("NC-2", "bo@example.org"),
    ]
    assert result.account() == (2, 2, 0, 0, 0)


def test_a_column_that_is_missing_is_named_with_the_nearest(made):
    result = made({"Sheet1": TICKETS.replace("Last name", "Last nam")}, COLUMNS + STUDENT)
    finding = next(finding for finding in result.authored.report.findings if finding.code == "PK671")
    assert str(finding.origin) == "Sheet1!1"
    assert finding.message.endswith("and this sheet has none. Did you mean 'Last nam'?")
    assert result.account() == (3, 0, 0, 0, 3)


def test_title_rows_above_the_header_are_passed_over(made):
    result = made({"Sheet1": "Report of\nMade,today\n" + TICKETS}, COLUMNS + STUDENT)
    assert result.account() == (5, 3, 0, 2, 0)


def test_of_two_columns_the_filled_one_counts_and_where_they_differ_the_row_is_held_back(made):
    grid = (
        "Email,Mail,First name,Last name,Ticket\na@example.org,,A,Aa,1\n,b@example.org,B,Bb,1\nc@example.org,d@example.org,C,Cc,1\n"
    )
    result = made({"Sheet1": grid}, COLUMNS.replace('"Email"', '["Email", "Mail"]') + STUDENT)
    assert result.rows("users", "login_id")[:2] == ["a@example.org", "b@example.org"]
    assert [found for found in result.found if "PK673" in found] == ["PK673 Sheet1!A4"]
    assert result.account() == (3, 2, 0, 0, 1)


def test_of_several_submissions_the_latest_counts_in_whatever_order_they_stand(made):
    rows = ["8/24/2026 9:00:00,ana@example.org,Ana,Ruiz,NC-1", "8/25/2026 9:00:00,ana@example.org,Ana,Ruiz,NC-2"]
    for order in (rows, rows[::-1]):
        result = made(
            {"Sheet1": "\n".join(["Timestamp,Email,First name,Last name,Ticket", *order])},
            COLUMNS + STUDENT + 'latest_by = "Timestamp"\n',
        )
        assert result.rows("enrollments", "course_id") == ["NC-2"]
        assert result.account() == (2, 1, 0, 1, 0)


def test_where_the_time_can_be_read_two_ways_no_submission_is_left_out(made):
    rows = ["1/2/2026 9:00:00,ana@example.org,Ana,Ruiz,NC-1", "2/1/2026 9:00:00,ana@example.org,Ana,Ruiz,NC-2"]
    grid = "\n".join(["Timestamp,Email,First name,Last name,Ticket", *rows])
    result = made({"Sheet1": grid}, COLUMNS + STUDENT + 'latest_by = "Timestamp"\n')
    assert result.rows("enrollments", "course_id") == ["NC-1", "NC-2"]


def test_who_has_an_account_need_not_become_a_guest(made):
    result = made({"Sheet1": TICKETS}, COLUMNS + STUDENT + 'guests = "none"\n')
    assert result.rows("users") == []
    assert len(result.rows("enrollments")) == 3


def test_one_sheet_may_be_read_as_two_tables_and_its_rows_count_once(made):
    grid = "Class,Name,Course,Teacher\nS-1,Monday,C-1,t@example.org\nS-2,Friday,C-1,u@example.org\n"
    result = made(
        {"Classes": grid},
        """
        [[tables]]
        holds = "sections"
        columns = { section_id = "Class", name = "Name", course_id = "Course" }
        constants = { status = "active" }
        [[tables]]
        columns = { section_id = "Class", course_id = "Course", email = "Teacher" }
        constants = { role = "teacher" }
        """,
    )
    assert result.rows("sections", "section_id") == ["S-1", "S-2"]
    assert result.rows("enrollments", "section_id", "user_id", "role") == [
        ("S-1", "t@example.org", "teacher"),
        ("S-2", "u@example.org", "teacher"),
    ]
    assert result.account() == (2, 2, 0, 0, 0)


def test_a_source_without_any_of_the_columns_is_refused_with_what_is_needed(made):
    with pytest.raises(SourceError, match=r"reads sheets with these columns: Email; First name; Last name; Ticket"):
        made({"Sheet1": "One,Two\n1,2\n"}, COLUMNS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[profile.x]\ncolums = {}\n", r"\[profile\.x\]: there is no setting 'colums'\. Did you mean 'columns'\?"),
        ('[profile.x.columns]\nemial = "A"\n', r"there is no field 'emial' .* Did you mean 'email'\?"),
        ('[profile.x.lookup.course_id]\nA = "1"\n', r"lookup\.course_id needs the column that it reads"),
        ('[profile.x]\ncolumns.course_id = "T"\nlookup.course_id = { A = "1", "a " = "2" }\n', "stands there twice"),
        ('[profile.x.templates]\ncourse_id = "{{ x"\n', "is no template"),
        ('[profile.x]\ntime_zone = "Mars"\n', "is not a time zone"),
        ('[[profile.x.tables]]\n[profile.x.columns]\nemail = "A"\n', "columns stands beside tables"),
        ("[profile.y]\n", r"There is no profile 'x'"),
    ],
)
def test_a_profile_that_is_wrong_is_refused_with_its_place(text, says):
    with pytest.raises(ConfigError, match=says):
        find(profiles(text), "x")


def test_a_profile_of_a_known_kind_is_filled_in_by_the_one_that_comes_with_provkit():
    profile = find(profiles('[profile.x]\nfrom = "eventbrite"\n[profile.x.constants]\ncourse_id = "NC-1"\n'), "x")
    assert profile.constants == {"role": "student", "course_id": "NC-1"}
    assert profile.columns["email"] == ("Email",)


def test_a_profile_may_stand_in_a_file_of_its_own(tmp_path):
    (tmp_path / "spring.toml").write_text("\ufeff" + COLUMNS, encoding="utf-8")
    assert find(Config(), str(tmp_path / "spring.toml")).name == "spring"
    (tmp_path / "two.toml").write_text("[profile.a]\n[profile.b]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="holds 2 profiles"):
        find(Config(), str(tmp_path / "two.toml"))


def test_constants_from_the_command_line_are_fields():
    assert with_constants(None, {"role": "student"}).understand
    assert with_constants(shipped()["eventbrite"], {"role": "ta"}).constants["role"] == "ta"
    with pytest.raises(ConfigError, match=r"no field 'rol'\. Did you mean 'role'"):
        with_constants(None, {"rol": "student"})


def test_a_source_of_two_kinds_is_refused_and_named_by_hand():
    grid = {"Sheet1": "Order #,Attendee #,Attendee Status,ResponseId,StartDate,Finished\n1,2,Attending,R_1,2026-01-01,True\n"}
    every = (*FORMATS, *formats())
    with pytest.raises(
        SourceError, match=r"a Qualtrics export \(qualtrics\), because .*; an Eventbrite attendee list \(eventbrite\)"
    ) as caught:
        read_as(from_text(grid), every)
    assert "--from qualtrics" in caught.value.remedy
    assert read_as(from_text(grid), every, "eventbrite").form == "eventbrite"
    assert read_as(from_text(grid), every, "table").form == ""
    with pytest.raises(ConfigError, match=r"no kind of source 'eventbright'\. Did you mean 'eventbrite'"):
        read_as(from_text(grid), every, "eventbright")
