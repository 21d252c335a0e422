"""What becomes of rows is said at each row, by the receiver's account; what builds on a faulty header or row is left out."""

from dataclasses import replace

import numpy as np
import pytest

from provkit.checks import check
from provkit.origins import FileOrigins, Origins
from provkit.package import Package
from provkit.receiver import Known
from provkit.rules import Severity
from provkit.tables import Place

USERS = "user_id,login_id,first_name,last_name,email,status\n"
SERVICE = "user_id,login_id,first_name,last_name,email,status,service\n"
COURSES = "course_id,short_name,long_name,account_id,status\n"
SECTIONS = "section_id,course_id,name,status\n"
ENROLLMENTS = "course_id,user_id,role,section_id,status,limit_section_privileges\n"
EXPAND = "user_id,listing_id\n"
ANA = "ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active"


def report(known=None, **files):
    named = {f"{name}.csv": text if isinstance(text, bytes) else text.encode() for name, text in files.items()}
    return check(Package.from_files(named), known=known)


def found(*, notes=False, known=None, **files):
    result = report(known, **files)
    return [
        (finding.code, finding.line, finding.column)
        for finding in result.findings
        if notes or finding.severity is not Severity.INFO
    ]


def messages(code, **files):
    return [finding.message for finding in report(**files).findings if finding.code == code]


@pytest.mark.parametrize("row", ["a,b", "a,b,c,d,e", "a,b,c,d,e,f,g,h", "just text"])
def test_users_rows_of_other_lengths_vanish(row):
    assert found(users=f"{USERS}{row}\n{ANA}\n") == [("PK120", 2, None)]


@pytest.mark.parametrize("row", ["C-1,1234567890", "C-1,1234567890,student,S-1,active,false,x"])
def test_enrollment_rows_of_other_lengths_vanish(row):
    assert found(enrollments=f"{ENROLLMENTS}{row}\n") == [("PK120", 2, None)]
    assert "6 are wanted" in messages("PK120", enrollments=f"{ENROLLMENTS}{row}\n")[0]


def test_expand_rows_of_other_lengths_vanish():
    assert found(**{"expand-enrollments": f"{EXPAND}1\n1,2,3,4\n"}) == [("PK120", 2, None), ("PK120", 3, None)]


@pytest.mark.parametrize("row", ["S-1,C-1,Monday", "S-1,C-1,Monday, evening,active"])
def test_sections_rows_of_other_lengths_are_rejected(row):
    assert found(sections=f"{SECTIONS}{row}\nS-2,C-1,Tuesday,active\n") == [("PK121", 2, None)]


def test_a_short_row_under_the_service_header_ends_the_run_and_only_it_is_blamed():
    users = f"{SERVICE}{ANA},c\n{ANA.replace('ana', 'bo')}\n{ANA.replace('ana', 'cy')},c\n"
    assert found(users=users) == [("PK122", 3, None)]


def test_the_same_short_row_with_an_invalid_address_is_rejected_for_the_address():
    assert found(users=f"{SERVICE}{ANA.replace('.org', '')}\n") == [("PK190", 2, "login_id")]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"users": f"{USERS}ana@example.org,ana@example.org,Ana,Ruiz, PhD,ana@example.org,active\n"}, "7 values and the header 6"),
        ({"enrollments": f"{ENROLLMENTS}C-1,1234567890,student,S-1,active\n"}, "5 values and the header 6"),
        ({"expand": f"{EXPAND}1234567890,L-1,true\n"}, "3 values and the header 2"),
    ],
)
def test_rows_that_are_accepted_with_another_length_are_named(files, words):
    (message,) = messages("PK123", **files)
    assert words in message


def test_values_of_a_row_of_another_length_are_not_judged():
    users = f"{USERS}ana@example.org,ana@example.org,Ana,Ruiz, PhD,nonsense,nonsense\n"
    assert found(users=users) == [("PK123", 2, None)]


def test_a_quotation_mark_or_backslash_behind_a_wrong_length_is_pointed_out():
    (message,) = messages("PK121", sections=f"{SECTIONS}S-1,C-1,Monday\\,active\n")
    assert "mind the backslash" in message
    (message,) = messages("PK121", sections=f'{SECTIONS}S-1,C-1,5" a,6" b,x,active\n')
    assert "mind the quotation marks" in message


@pytest.mark.parametrize("kind", ["users", "enrollments", "expand"])
def test_blank_lines_that_are_left_out_are_one_note(kind):
    header = {"users": USERS, "enrollments": ENROLLMENTS, "expand": EXPAND}[kind]
    assert found(**{kind: f"{header}\n\n"}) == []
    assert found(notes=True, **{kind: f"{header}\n\n"}) == [("PK124", 2, None)]
    assert messages("PK124", **{kind: f"{header}\n\n"}) == ["Blank lines: 2, the first here."]


def test_blank_lines_in_courses_and_sections_are_rejected_rows():
    assert found(sections=f"{SECTIONS}\nS-1,C-1,Monday,active\n\n") == [("PK125", 2, None), ("PK125", 4, None)]


def test_a_repeated_header_is_skipped_in_some_kinds_and_sent_on_in_others():
    assert found(users=f"{USERS}{ANA}\n{USERS}") == []
    assert ("PK115", 3, None) in found(notes=True, users=f"{USERS}{ANA}\n{USERS}")
    assert found(sections=f"{SECTIONS}S-1,C-1,Monday,active\n{SECTIONS}") == [("PK114", 3, None)]


@pytest.mark.parametrize(
    "header", ['"section_id,course_id,name,status"', '"section_id,course_id",name,status', 'section_id,course_id,"name,status"']
)
def test_names_in_one_pair_of_quotes_are_one_finding_about_the_header(header):
    assert found(sections=f"{header}\nS-1,C-1,Monday,active\nS-2,C-1,,nonsense\n") == [("PK113", 1, None)]


@pytest.mark.parametrize(("written", "arrives"), [("ADS\\jdoe", "ADSjdoe"), ("a\\nb", "anb"), ('"quoted \\x"', "quoted x")])
def test_a_lone_backslash_vanishes_and_both_readings_are_shown(written, arrives):
    users = f"{USERS}ana@example.org,ana@example.org,Ana,{written},ana@example.org,active\n"
    result = [finding for finding in report(users=users).findings if finding.code == "PK130"]
    assert [(finding.column, finding.value, finding.values["written"]) for finding in result] == [("last_name", arrives, written)]


def test_a_backslash_at_the_end_of_a_line_vanishes_too():
    users = f"{USERS}{ANA}\\\n"
    assert found(users=users) == [("PK130", 2, "status")]


def test_a_doubled_backslash_is_how_one_is_written():
    assert found(sections=f"{SECTIONS}S-1,C-1,Lab A\\\\B,active\n") == []


def test_a_backslash_before_a_comma_is_named_where_the_row_still_fits():
    assert found(users=f"{USERS}ana@example.org,ana@example.org,A\\,na,Ru,iz,ana@example.org\n") == [("PK130", 2, None)]


@pytest.mark.parametrize(
    ("written", "arrives"),
    [('"Monday" evening', 'Monday" evening'), ('Room"A"', 'Room"A'), ('"a" ', 'a" '), ('a"b"', 'a"b')],
)
def test_quotes_that_the_reader_keeps_or_eats_are_named_with_both_readings(written, arrives):
    result = [finding for finding in report(sections=f"{SECTIONS}S-1,C-1,{written},active\n").findings if finding.code == "PK131"]
    assert [(finding.column, finding.values["written"]) for finding in result] == [("name", written)]
    assert result[0].value == arrives


@pytest.mark.parametrize("written", ['"a ""b"" c"', '"a,b"', '""', 'Robert "Bob" Smith', ' "a"', '"a\nb"', '"""a"""'])
def test_quotes_that_arrive_as_meant_are_no_fault(written):
    assert found(sections=f"{SECTIONS}S-1,C-1,{written},active\n") in ([], [("PK324", 2, "name")])


def test_rows_between_two_odd_quotes_vanish_and_are_counted():
    sections = f'{SECTIONS}S-1,C-1,24" frame,active\nS-2,C-1,Monday,active\nS-3,C-1,36" frame,active\nS-4,C-1,Friday,active\n'
    (finding,) = [finding for finding in report(sections=sections).findings if finding.severity is Severity.ERROR]
    assert (finding.code, finding.line) == ("PK132", 2)
    assert finding.message == "Everything up to line 4 is read as part of this row; 2 more rows vanish in it."


def test_line_breaks_in_text_are_a_note_and_lines_after_them_are_still_counted_as_an_editor_does():
    sections = f'{SECTIONS}S-1,C-1,"Monday\r\nevening",active\nS-2,C-1,Tuesday,nonsense\n'
    assert found(sections=sections) == [("PK220", 4, "status")]
    assert ("PK133", 2, None) in found(notes=True, sections=sections)


def test_line_feed_then_carriage_return_makes_blank_lines():
    assert ("PK124", 3, None) in found(notes=True, users=f"{USERS}{ANA}\n\r{ANA}\n\r")


def test_what_the_service_fills_in_is_one_note_per_file():
    many = "".join(f"C-{n},1234567890,ta,,active,\n" for n in range(20))
    assert found(enrollments=f"{ENROLLMENTS}{many}") == []
    (message,) = messages(
        "PK150", enrollments=f"{ENROLLMENTS}{many}C-1,1234567890,teacher,,active,\nC-1,9234567890,ta,,active,false\n"
    )
    assert "not written in 20 rows" in message


@pytest.mark.parametrize(
    ("known", "files", "expected"),
    [
        ({"users": ["jdoe"]}, {"enrollments": f"{ENROLLMENTS}C-1,asmith,student,,active,false\n"}, ("PK190", 2, "user_id")),
        ({"accounts": ["EXT"]}, {"courses": f"{COURSES}C-1,C1,Safety,OTHER,active\n"}, ("PK190", 2, "account_id")),
        ({"official_classes": ["X-1"]}, {"courses": f"{COURSES}X-1,C1,Safety,EXT,active\n"}, ("PK190", 2, "course_id")),
        ({"official_classes": ["X-1"]}, {"sections": f"{SECTIONS}X-1,C-1,Monday,active\n"}, ("PK190", 2, "section_id")),
        ({"sections": {}}, {"enrollments": f"{ENROLLMENTS},1234567890,student,S-1,active,false\n"}, ("PK190", 2, "section_id")),
        ({"users": []}, {"expand": f"{EXPAND}nobody,L-1\n"}, ("PK190", 2, "user_id")),
    ],
)
def test_rows_that_the_service_rejects_for_what_it_looks_up_are_named_with_the_column(known, files, expected):
    assert expected in found(known=Known(**known), **files)
    assert found(**files) == []


def test_an_official_class_that_is_known_is_one_finding():
    courses = f"{COURSES}FA26-BL-HPER-E100-12345,C1,Safety,EXT,active\n"
    assert found(courses=courses) == [("PK214", 2, "course_id")]
    assert found(known=Known(official_classes=["FA26-BL-HPER-E100-12345"]), courses=courses) == [("PK214", 2, "course_id")]
    assert found(known=Known(official_classes=[]), courses=courses) == []


def test_an_enrollment_with_neither_course_nor_section_is_one_finding():
    assert found(enrollments=f"{ENROLLMENTS},1234567890,student,,active,false\n") == [("PK304", 2, "course_id")]


def test_rows_are_judged_although_another_file_refuses_the_upload():
    assert found(users=f"{USERS}a,b\n", rooms="nothing of use here\n") == [("PK008", 1, None), ("PK120", 2, None)]


def test_places_are_the_users_own_where_the_origin_is_known():
    content = f"{SECTIONS}S-1,C-1,Monday,active\nS-2,C-1,Monday,nonsense\nS-1,C-1,Friday,active\n".encode()
    places = ({"status": Place("roster.xlsx", "Roster", 1)},)
    rows = FileOrigins(np.array([11, 14, 17]), np.zeros(3, np.int16), places)
    package = Package.from_files({"sections.csv": content})
    package = replace(package, origins=Origins(lambda: {package.parts[0].digest: rows}))
    status, again = [finding for finding in check(package).findings if finding.severity is not Severity.INFO]
    assert (str(status.origin), status.line, status.record) == ("Roster!B14", 3, 3)
    assert again.message == "The row contradicts Roster!11 in name; the later row counts."


def test_a_doubled_backslash_does_not_hide_a_quote_that_is_kept():
    report = check(
        Package.from_files(
            {
                "users.csv": b"user_id,login_id,first_name,last_name,email,status\n"
                b'ana@example.org,ana@example.org,a\\\\b,"Lee, PhD" ,ana@example.org,active\n'
            }
        )
    )
    assert [finding.column for finding in report.findings if finding.code == "PK131"] == ["last_name"]
