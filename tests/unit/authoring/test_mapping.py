import pytest

from provkit.authoring.mapping import hint, map_header, meant, meant_sheet
from provkit.schemas.layouts import LAYOUTS, Kind
from provkit.vocabulary import STRONG, WEAK, Target, hits, token


@pytest.mark.parametrize(
    ("target", "header", "fields"),
    [
        (Target.USERS, ["E-mail", "First Name", "Surname"], ["email", "first_name", "last_name"]),
        (Target.USERS, ["EMAIL ADDRESS", "Given name(s)", "family-name"], ["email", "first_name", "last_name"]),
        (Target.USERS, ["User ID", "Login", "Email *", "Name"], ["user_id", "login_id", "email", "name"]),
        (Target.USERS, ["Email (required)", "First", "Last"], ["email", "first_name", "last_name"]),
        (Target.COURSES, ["Course", "Title", "Account", "Starts", "Ends"], ["course_id", "long_name", "account_id", "start_date", "end_date"]),
        (Target.COURSES, ["Course ID", "Course", "Code"], ["course_id", "long_name", "short_name"]),
        (Target.COURSES, ["ID", "Name"], ["course_id", "long_name"]),
        (Target.SECTIONS, ["Section", "Course", "Name"], ["section_id", "course_id", "name"]),
        (Target.SECTIONS, ["Section ID", "Course ID", "Section"], ["section_id", "course_id", "name"]),
        (Target.MEMBERS, ["Student", "E-mail", "Course", "Section"], ["name", "email", "course_id", "section_id"]),
        (Target.MEMBERS, ["Course #", "Course ID", "Title"], [None, "course_id", "long_name"]),
        (Target.MEMBERS, ["EMPLID", "Username", "Enrolment status"], ["university_id", "username", "status"]),
        (Target.MEMBERS, ["Cour\u200bse ID", "U\u0308ser"], ["course_id", "user_id"]),
    ],
)  # fmt: skip
def test_headers_are_known_by_the_words_people_use(target, header, fields):
    columns = map_header(target, header)
    found = {column: field for field, column in columns.fields.items()}
    assert [found.get(column) for column in range(len(header))] == fields
    assert columns.rivals == {}


def test_the_order_of_columns_plays_no_part():
    header = ["Course", "Section", "Name", "Student", "Email", "Course ID"]
    forward = {field: header[column] for field, column in map_header(Target.MEMBERS, header).fields.items()}
    backward = header[::-1]
    assert forward == {field: backward[column] for field, column in map_header(Target.MEMBERS, backward).fields.items()}


@pytest.mark.parametrize("kind", list(Kind))
def test_the_specifications_own_columns_are_all_known(kind):
    from provkit.vocabulary import OF_KIND

    columns = LAYOUTS[kind].columns
    found = map_header(OF_KIND[kind], list(columns))
    assert {columns[column]: field for field, column in found.fields.items()} == {column: column for column in columns}


def test_two_columns_for_one_field_are_rivals():
    columns = map_header(Target.USERS, ["Email", "Name", "E-Mail Address"])
    assert columns.rivals == {"email": (0, 2)}


def test_unknown_and_nameless_columns_are_told_apart():
    columns = map_header(Target.USERS, ["Email", "Shoe size", None, "", " ", 7])
    assert columns.unknown == (1, 4, 5)


@pytest.mark.parametrize("target", list(Target))
def test_no_word_stands_for_two_things(target):
    seen = {}
    for field, words in STRONG[target].items():
        for word in {token(word) for word in (field, *words.split("|"))}:
            assert seen.setdefault(word, field) == field
    assert not seen.keys() & WEAK[target].keys()


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("Users", Target.USERS),
        ("guest users", Target.USERS),
        ("People 2026", Target.USERS),
        ("COURSES", Target.COURSES),
        ("Spring Sections", Target.SECTIONS),
        ("Enrolments", Target.MEMBERS),
        ("Course roster", Target.MEMBERS),
        ("Class list", Target.MEMBERS),
        ("expand-enrollments", Target.MEMBERS),
        ("Message", Target.MESSAGE),
        ("welcome e-mail", Target.MESSAGE),
        ("Sheet1", None),
        ("Courses and sections", None),
        (None, None),
    ],
)
def test_names_of_sheets_say_what_they_hold(name, target):
    assert hint(name) is target


def test_hits_counts_words_that_head_columns():
    assert hits(["Email", "First name", "x", None, 3.0]) == 2
    assert hits(["ana@example.org", "Ana", "Ruiz"]) == 0


@pytest.mark.parametrize(
    ("header", "field"),
    [("Statuss", "status"), ("Couse ID", "course id"), ("Frist name", "first name"), ("SECTOIN ID", "section id")],
)
def test_a_slip_in_a_header_is_met_with_the_field_that_it_may_mean(header, field):
    assert meant(header, Target.MEMBERS, ()) == f"; did you mean {field!r}?"
    assert not meant(header, Target.MEMBERS, {field.replace(" ", "_")})


@pytest.mark.parametrize(
    "header", ["State", "Phone", "City", "Company", "Notes", "Grade", "Shoe size", "Start time", "Date of birth"]
)
def test_another_header_is_no_slip(header):
    assert not meant(header, Target.MEMBERS, ())


@pytest.mark.parametrize(
    ("name", "said"), [("Usres", "; did you mean 'Users'?"), ("Sheet1", ""), ("Enrolments", ""), ("Notes", ""), (None, "")]
)
def test_a_slip_in_the_name_of_a_sheet(name, said):
    assert meant_sheet(name) == said
