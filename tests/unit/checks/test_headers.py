"""An unknown header is explained by its nearest legal one and by what differs, in words."""

import pytest

from provkit.checks.headers import explain
from provkit.schemas.layouts import BY_HEADER

USERS = "user_id,login_id,first_name,last_name,email,status"
ENROLLMENTS = "course_id,user_id,role,section_id,status"


def codes(*lines):
    records = [line.split(",") for line in lines]
    return [broken.code for broken, _ in explain(records, range(1, len(records) + 1), lines[0].encode())]


def message(*lines):
    records = [line.split(",") for line in lines]
    return [broken.template.format(**details) for broken, details in explain(records, range(1, len(records) + 1), b"")]


@pytest.mark.parametrize("header", BY_HEADER)
def test_every_legal_header_in_capitals_is_a_matter_of_case_alone(header):
    assert codes(header.upper()) == ["PK103"]


@pytest.mark.parametrize("header", BY_HEADER)
def test_every_legal_header_with_blanks_after_commas_is_a_matter_of_blanks_alone(header):
    assert codes(header.replace(",", ", ")) == ["PK104"]


@pytest.mark.parametrize("separator", ";\t|")
@pytest.mark.parametrize("header", BY_HEADER)
def test_every_legal_header_with_another_separator_is_recognised(header, separator):
    assert codes(header.replace(",", separator)) == ["PK105"]


@pytest.mark.parametrize("header", BY_HEADER)
def test_every_legal_header_backwards_is_a_matter_of_order_and_names_that_very_header(header):
    (found,) = explain([header.split(",")[::-1]], [1], b"")
    assert (found[0].code, found[1]["nearest"]) == ("PK106", header)


@pytest.mark.parametrize("header", BY_HEADER)
def test_every_legal_header_behind_a_byte_order_mark_is_a_matter_of_the_mark_alone(header):
    assert codes("\ufeff" + header) == ["PK102"]


@pytest.mark.parametrize("header", BY_HEADER)
def test_every_legal_header_with_commas_at_its_end_is_a_matter_of_nameless_columns(header):
    assert codes(header + ",,") == ["PK116"]


@pytest.mark.parametrize("before", ["", "sep=,", "# made on Monday", "Guests of the summer school,,"])
def test_what_stands_before_a_legal_header_is_named_with_the_headers_line(before):
    (found,) = message(before, USERS, "a,b")
    assert found.startswith("The header stands on line 2")


def test_two_faults_at_once_are_both_named():
    (found,) = message("User_id,login_id,first_name,last_name,email")
    assert "'User_id' must be 'user_id'" in found
    assert "missing status" in found
    assert USERS in found


def test_a_mark_and_another_fault_are_two_findings():
    assert codes("\ufeff" + USERS.upper()) == ["PK102", "PK103"]


def test_a_misspelled_name_is_given_its_right_spelling():
    assert message("user_id,login_id,firstname,last_name,email,status") == [
        f"This header is not one that the service knows. Nearest: {USERS} Different: 'firstname' must be 'first_name'."
    ]


def test_a_missing_column_is_named():
    assert codes("course_id,user_id,role,status") == ["PK107"]
    assert "section_id" in message("course_id,user_id,role,status")[0]


@pytest.mark.parametrize("extra", ["short_name", "integration_id", "notes"])
def test_a_column_that_the_service_does_not_know_is_named(extra):
    (found,) = message(f"{USERS},{extra}")
    assert repr(extra) in found
    assert codes(f"{USERS},{extra}") == ["PK108"]


def test_a_column_named_twice_is_one_that_does_not_belong():
    assert codes(f"{USERS},email") == ["PK108"]


def test_optional_columns_in_another_order_keep_their_columns_in_the_nearest_header():
    header = "course_id,short_name,long_name,account_id,status,end_date,start_date"
    (found,) = explain([header.split(",")], [1], b"")
    assert found[0].code == "PK106"
    assert found[1]["nearest"] == "course_id,short_name,long_name,account_id,status,start_date,end_date"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active", "users"),
        ("C-1,1234567890,student,,active", "enrollments"),
        ("S-1,C-1,Monday,active", "sections"),
        ("C-1,C1,Safety,EXT,active", "courses"),
    ],
)
def test_a_first_line_of_data_is_recognised_as_such(line, kind):
    assert codes(line) == ["PK110"]
    assert f"It looks like {kind}" in message(line)[0]


@pytest.mark.parametrize(
    "header", ["term_id,name,status,start_date,end_date", "account_id,parent_account_id,name,status", "group_id,name,status"]
)
def test_kinds_that_only_canvas_knows_are_told_apart_from_misspelled_headers(header):
    assert codes(header) == ["PK111"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "utf-32-le"])
def test_wide_encodings_are_recognised_with_and_without_a_mark(encoding):
    content = USERS.encode(encoding)
    (found,) = explain([["?"]], [1], content)
    assert found[0].code == "PK112"
    assert found[1]["encoding"] == encoding[:6].upper()


@pytest.mark.parametrize("line", ["building,room,seats", "", "Dear all", "1,2,3"])
def test_what_is_no_header_at_all_is_left_to_others(line):
    assert codes(line) == []
