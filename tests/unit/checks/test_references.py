"""Rows that refer to each other, repeat or contradict each other: which rows, at which place."""

import csv
import io

import pyarrow as pa
import pytest

from provkit.checks.coded import Coded, Rows, RowsOfFile
from provkit.checks.places import Places
from provkit.checks.references import compare
from provkit.column import Column
from provkit.rules import Collector
from provkit.schemas.layouts import Kind

USERS = "user_id,login_id,first_name,last_name,email,status\n"
COURSES = "course_id,short_name,long_name,account_id,status\n"
SECTIONS = "section_id,course_id,name,status\n"
ENROLLMENTS = "course_id,user_id,role,section_id,status\n"
EXPAND = "user_id,listing_id\n"

ANA = "ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active\n"


def rows(kind, *texts):
    files = []
    for number, text in enumerate(texts):
        header, *body = csv.reader(io.StringIO(text))
        columns = {name: Column(pa.chunked_array([[row[i] for row in body]], pa.string())) for i, name in enumerate(header)}
        name = f"{kind}{number or ''}.csv"
        files.append(RowsOfFile(Places(name, text.encode(), lambda record: record + 1, None), columns, None, len(body)))
    return Rows(kind, files)


def report(known=None, **files):
    tables = {
        kind: rows(kind, *([files[kind.name.lower()]] if isinstance(files[kind.name.lower()], str) else files[kind.name.lower()]))
        for kind in Kind
        if kind.name.lower() in files
    }
    collector = Collector()
    compare(Coded(tables, known), collector)
    return collector.report()


def found(**files):
    return [(finding.code, finding.file, finding.line, finding.column) for finding in report(**files).findings]


def messages(**files):
    return [finding.message for finding in report(**files).findings]


@pytest.mark.parametrize(
    ("written", "held"),
    [
        ("7", "007"),
        ("007", "7"),
        ("4567.0", "4567"),
        ("7.0", "007"),
        ("YOGA–1", "yoga-1"),
        ("O’HARA", "O'HARA"),
        (" YOGA ", "yoga"),
    ],
)
def test_what_a_spreadsheet_made_of_an_id_is_met_with_the_id_of_the_package(written, held):
    files = {"courses": COURSES + f"{held},C1,Safety,EXT,active\n", "sections": SECTIONS + f"S-1,{written},Monday,active\n"}
    assert messages(**files) == [f"{written!r} is not in this package, but {held!r} is; the two count as different."]


@pytest.mark.parametrize("written", ["70", "1.7", "007A", "7.5", "YOGA1"])
def test_ids_that_differ_in_more_than_what_a_spreadsheet_changes_are_not_taken_for_each_other(written):
    files = {
        "courses": COURSES + "007,C1,Safety,EXT,active\n17,C1,Safety,EXT,active\nYOGA-1,C1,Safety,EXT,active\n",
        "sections": SECTIONS + f"S-1,{written},Monday,active\n",
    }
    assert {code for code, *_ in found(**files)} == {"PK301"}


def sections(*ids):
    return SECTIONS + "".join(f"{name},C-1,Monday,active\n" for name in ids)


def lost(**files):
    return [
        (finding.line, finding.value, finding.values["meant"]) for finding in report(**files).findings if finding.code == "PK268"
    ]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["0010", "0011", "12", "0013"], [(4, "12", "0012")]),
        (["0010", "0011", "0013", "12345", "A"], []),  # longer than the others is nothing that was lost
        (["1010", "1011", "12", "1013"], []),  # no id begins with a zero
        (["007", "7", "8"], [(3, "7", "007")]),  # the same id in two spellings; two of one width would be no habit
        (["0010", "0011", "12", "13", "14", "15"], []),  # most are short
        (["0010", "0011", "0012", "12"], [(5, "12", "0012")]),
        (["0010", "0011", "0012", "12-A", "1.2"], []),
    ],
)
def test_ids_that_lost_the_zeros_in_front_are_known_by_their_column(ids, expected):
    assert lost(sections=sections(*ids)) == expected


def test_lost_zeros_are_said_where_the_id_stands_itself_and_of_what_is_not_in_the_package():
    people = "".join(f",ana@example.org,student,{name},active\n" for name in ("0010", "0011", "0013", "12"))
    files = {"sections": sections("0010", "0011", "12", "0013"), "enrollments": ENROLLMENTS + people}
    assert lost(**files) == [(4, "12", "0012")]
    assert lost(enrollments=ENROLLMENTS + people) == [(5, "12", "0012")]


def test_a_package_whose_rows_fit_together_has_no_finding():
    assert not found(
        users=USERS + ANA,
        courses=COURSES + "C-1,C1,Safety,EXT,active\n",
        sections=SECTIONS + "S-1,C-1,Monday,active\n",
        enrollments=ENROLLMENTS + "C-1,ana@example.org,student,S-1,active\nC-1,ana@example.org,student,,active\n",
        expand=EXPAND + "ana@example.org,L-1\n",
    )


def test_what_lies_outside_the_package_is_one_note_per_column_with_counts():
    files = {
        "sections": SECTIONS + "S-1,C-1,Monday,active\nS-2,C-1,Tuesday,active\nS-3,C-2,Friday,active\n",
        "enrollments": ENROLLMENTS + "C-1,ana@example.org,student,S-1,active\nC-1,1234567890,student,S-9,active\n",
    }
    assert found(**files) == [
        ("PK301", "enrollments.csv", 2, "course_id"),
        ("PK301", "enrollments.csv", 2, "user_id"),
        ("PK301", "enrollments.csv", 3, "section_id"),
        ("PK301", "sections.csv", 2, "course_id"),
    ]
    assert messages(**files)[3] == (
        "3 rows name 2 courses that are not in this package; Canvas must know them already (the first: 'C-1')."
    )
    assert messages(**files)[1].startswith("1 row names 1 person that is not in this package; Canvas must know it")


def test_with_a_list_of_what_canvas_holds_only_what_it_lacks_is_an_error():
    files = {"sections": SECTIONS + "S-1,C-1,Monday,active\nS-2,C-2,Tuesday,active\n"}
    assert found(known={Kind.COURSES: ["C-1"]}, **files) == [("PK302", "sections.csv", 3, "course_id")]


def test_a_section_of_another_course_is_found_at_each_row_and_names_the_right_course():
    files = {
        "courses": COURSES + "C-1,C1,Safety,EXT,active\nC-2,C2,First aid,EXT,active\n",
        "sections": SECTIONS + "S-1,C-1,Monday,active\n",
        "enrollments": ENROLLMENTS + "C-1,1,student,S-1,active\nC-2,1,student,S-1,active\nC-2,2,student,S-1,active\n",
    }
    assert [(code, line) for code, _, line, _ in found(**files)] == [("PK303", 3), ("PK303", 4)]
    assert messages(**files)[0] == "Section 'S-1' belongs to course 'C-1', not to 'C-2'."


@pytest.mark.parametrize(("course", "codes"), [("C-7", []), ("C-8", ["PK303"])])
def test_courses_outside_the_package_are_compared_as_they_are_spelled(course, codes):
    files = {"sections": SECTIONS + "S-1,C-7,Monday,active\n", "enrollments": ENROLLMENTS + f"{course},1,student,S-1,active\n"}
    assert [code for code, *_ in found(**files) if code != "PK301"] == codes


def test_an_enrollment_without_course_needs_a_section_that_canvas_holds():
    files = {
        "sections": SECTIONS + "S-1,,Monday,active\n",
        "enrollments": ENROLLMENTS + ",2,student,S-1,active\n,3,student,S-1,active\n,3,student,S-9,active\n",
    }
    assert [(code, line) for code, _, line, _ in found(**files)] == [("PK310", 2), ("PK301", 4)]
    assert messages(**files)[0].startswith("2 rows name a section of this package and no course")
    assert found(known={Kind.SECTIONS: ["S-9"]}, **files) == []


@pytest.mark.parametrize("written", ["s-1", "s-1 ", "S-1\u00a0"])
def test_other_capitals_are_another_id(written):
    files = {"sections": SECTIONS + "S-1,,Monday,active\n", "enrollments": ENROLLMENTS + f"C-1,1,student,{written},active\n"}
    assert ("PK306", "enrollments.csv", 2, "section_id") in found(**files)
    assert f"{written!r} is not in this package, but 'S-1' is; the two count as different." in messages(**files)


def test_an_address_with_other_capitals_is_another_person():
    files = {"users": USERS + ANA, "enrollments": ENROLLMENTS + "C-1,Ana@example.org,student,,active\n"}
    assert ("PK306", "enrollments.csv", 2, "user_id") in found(**files)


def test_a_user_id_that_the_service_replaces_cannot_be_referred_to():
    files = {
        "users": USERS + "guest-7,ana@example.org,Ana,Ruiz,ana@example.org,active\n",
        "expand": EXPAND + "guest-7,L-1\njdoe,L-1\n",
    }
    assert found(**files) == [("PK307", "expand-enrollments.csv", 2, "user_id")]
    assert "which the service replaces by 'ana@example.org'" in messages(**files)[0]


def test_what_the_service_replaces_in_users_is_named_where_nothing_refers_to_it():
    users = USERS + "guest-7,ana@example.org,Ana,Ruiz,Ana@example.org,active\n,bo@example.org,Bo,Lee,,active\n"
    assert found(users=users) == [("PK323", "users.csv", 2, "email"), ("PK323", "users.csv", 2, "user_id")]


@pytest.mark.parametrize(("status", "hit"), [("deleted", True), ("Deleted", True), ("active", False), ("completed", False)])
def test_enrollments_in_what_the_package_deletes_are_refused(status, hit):
    files = {
        "courses": COURSES + f"C-1,C1,Safety,EXT,{status}\n",
        "sections": SECTIONS + "S-1,C-1,Monday,active\n",
        "enrollments": ENROLLMENTS + "C-1,1,student,,active\nC-1,2,student,,deleted\n",
    }
    expected = [("PK308", "enrollments.csv", 2, "course_id"), ("PK309", "sections.csv", 2, "course_id")]
    assert found(**files) == (expected if hit else [])


def test_where_something_is_deleted_is_said_with_its_file():
    files = {"sections": SECTIONS + "S-1,,Monday,deleted\n", "enrollments": ENROLLMENTS + ",1,student,S-1,active\n"}
    assert "The section 'S-1' is deleted by this package (sections.csv line 2)." in messages(**files)


def test_the_later_row_decides_whether_something_is_deleted():
    courses = COURSES + "C-1,C1,Safety,EXT,deleted\nC-1,C1,Safety,EXT,active\n"
    assert [code for code, *_ in found(courses=courses, enrollments=ENROLLMENTS + "C-1,1,student,,active\n")] == ["PK321"]


def test_a_row_said_again_is_a_note_and_a_contradiction_a_warning():
    enrollments = (
        ENROLLMENTS
        + "C-1,1,student,S,active\nC-2,1,student,S,active\nC-1,1,student,S,active\nC-2,1,student,S,deleted\nC-1,1,ta,S,active\n"
    )
    result = [(finding.code, finding.line, finding.column, finding.message) for finding in report(enrollments=enrollments).findings]
    assert [entry for entry in result if entry[0] != "PK301"] == [
        ("PK320", 4, None, "The row says again what line 2 says."),
        ("PK321", 5, "status", "The row contradicts line 3 in status; the later row counts."),
        ("PK504", 6, "role", "The person is enrolled as a student in this course as well (line 2)."),
    ]


def test_of_three_rows_each_is_compared_with_the_one_before():
    sections = SECTIONS + "S-1,,Monday,active\nS-1,,Tuesday,active\nS-1,,Tuesday,active\n"
    assert [(code, line) for code, _, line, _ in found(sections=sections)] == [("PK321", 3), ("PK320", 4)]


def test_rows_with_an_empty_key_do_not_repeat_each_other():
    assert not found(sections=SECTIONS + ",,Monday,active\n,,Monday,active\n")


def test_users_are_the_same_by_address_and_do_not_contradict_in_what_is_never_read():
    users = USERS + ANA + ANA.replace("active", "deleted") + ANA.replace("Ruiz", "Ortiz")
    assert [(code, line, column) for code, _, line, column in found(users=users)] == [
        ("PK320", 3, None),
        ("PK321", 4, "last_name"),
    ]


def test_rows_of_two_files_repeat_each_other_and_the_place_names_the_file():
    files = [ENROLLMENTS + "C-1,1,student,S,active\n", ENROLLMENTS + "C-1,1,student,S,active\n"]
    assert "The row says again what enrollments.csv line 2 says." in messages(enrollments=files)


def test_a_column_that_only_one_of_two_files_has_counts_as_empty_in_the_other():
    with_limit = ENROLLMENTS.replace("status", "status,limit_section_privileges")
    files = [ENROLLMENTS + "C-1,1,student,S,active\n", with_limit + "C-1,1,student,S,active,false\nC-1,2,student,S,active,\n"]
    assert ("PK321", "enrollments1.csv", 2, "limit_section_privileges") in found(enrollments=files)


@pytest.mark.parametrize(
    ("start", "end", "hit"),
    [
        ("2026-12-18T00:00:00Z", "2026-08-24T00:00:00Z", True),
        ("2026-08-24T00:00:00Z", "2026-08-24T00:00:00Z", False),
        ("2026-08-24T02:00:00+02:00", "2026-08-24T00:00:00Z", False),
        ("2026-08-24T00:00:01Z", "2026-08-24", True),
        ("", "2026-08-24", False),
        ("TBD", "2026-08-24", False),
    ],
)
def test_an_end_before_its_start_is_found_as_canvas_reads_both(start, end, hit):
    sections = SECTIONS.replace("status", "status,start_date,end_date") + f"S-1,,Monday,active,{start},{end}\n"
    assert found(sections=sections) == ([("PK322", "sections.csv", 2, "end_date")] if hit else [])


def test_findings_beyond_the_cap_are_counted_without_being_made():
    collector = Collector(listed=5)
    body = "".join(f"S-{n},C-1,Monday,active\n" for n in range(1000))
    tables = Coded({Kind.SECTIONS: rows(Kind.SECTIONS, SECTIONS + body)}, {Kind.COURSES: []})
    compare(tables, collector)
    report = collector.report()
    assert len(report.findings) == 5
    assert {broken.code: number for broken, number in report.counts.items()} == {"PK302": 1000}


def test_blanks_that_canvas_passes_over_are_no_other_id():
    assert not found(
        courses=COURSES + "C-1,C1,Safety,EXT,active\n",
        sections=SECTIONS + "S-1, C-1 ,Monday,active\n",
        enrollments=ENROLLMENTS + "C-1,1234567890,student,S-1 ,active\n",
    )


def test_an_address_with_blanks_around_it_is_left_to_the_rule_of_addresses():
    said = found(users=USERS + ANA, enrollments=ENROLLMENTS + "C-1,ana@example.org ,student,,active\n")
    assert [one for one in said if one[3] == "user_id"] == []


@pytest.mark.parametrize(("role", "code"), [("Student", "PK320"), (" student", "PK320"), ("TA", None), ("Grader", None)])
def test_canvas_own_roles_are_one_in_any_case(role, code):
    rows_of = "C-1,1234567890,student,S-1,active\n" + f"C-1,1234567890,{role},S-1,active\n"
    assert [one[0] for one in found(enrollments=ENROLLMENTS + rows_of) if one[0] in {"PK320", "PK321"}] == ([code] if code else [])


def test_custom_roles_differ_by_case():
    rows_of = "C-1,1234567890,Grader,S-1,active\nC-1,1234567890,grader,S-1,active\n"
    assert "PK320" not in [one[0] for one in found(enrollments=ENROLLMENTS + rows_of)]


BO = "bo@example.org,bo@example.org,Bo,Lee,bo@example.org,active\n"
ANA_AGAIN = "ruiz@example.edu,ruiz@example.edu, ana,RUIZ,ruiz@example.edu,active\n"


def test_one_name_in_one_course_under_two_addresses_is_proposed_as_one_person():
    made = report(
        users=USERS + ANA + BO + ANA_AGAIN,
        enrollments=ENROLLMENTS
        + "C-1,bo@example.org,student,,active\nC-1,ana@example.org,student,,active\nC-2,ana@example.org,student,,active\n"
        + "C-1,ruiz@example.edu,teacher,,active\nC-2,ruiz@example.edu,student,,active\n",
    )
    [one] = [finding for finding in made.findings if finding.code == "PK505"]
    assert (one.file, one.line, one.column, one.value) == ("users.csv", 4, "login_id", "ruiz@example.edu")
    assert "'ana@example.org' (line 2), and both are enrolled in C-1" in one.message
    assert "ana@" not in one.render(show_values=False)


@pytest.mark.parametrize(
    "enrolled",
    [
        "C-1,ana@example.org,student,,active\nC-2,ruiz@example.edu,student,,active\n",
        "C-1,ana@example.org,student,,active\nC-1,ruiz@example.edu,student,,deleted\n",
        "C-1,ana@example.org,student,,active\nC-1,ana@example.org,ta,,active\n",
    ],
    ids=["other courses", "one deleted", "one address"],
)
def test_namesakes_who_do_not_meet_are_not_spoken_of(enrolled):
    assert "PK505" not in [one[0] for one in found(users=USERS + ANA + ANA_AGAIN, enrollments=ENROLLMENTS + enrolled)]


def test_people_without_a_whole_name_are_no_namesakes():
    users = (
        USERS + "a@example.org,a@example.org,,Ruiz,a@example.org,active\nb@example.org,b@example.org,,Ruiz,b@example.org,active\n"
    )
    enrolled = ENROLLMENTS + "C-1,a@example.org,student,,active\nC-1,b@example.org,student,,active\n"
    assert "PK505" not in [one[0] for one in found(users=users, enrollments=enrolled)]


ENROLLED = ENROLLMENTS + "C-1,{},student,,active\n"


@pytest.mark.parametrize(
    ("written", "held", "meant"),
    [
        ("ana.riuz@example.org", "ana.ruiz@example.org", True),
        ("ana.ruiz@example.com", "ana.ruiz@example.org", True),
        ("Ana.Ruiz@mail.example.edu", "ana.ruiz@example.org", True),
        ("ana.ruiz1@example.org", "ana.ruiz2@example.org", False),  # digits are no slip
        ("ruiz@example.org", "ana.ruiz@example.org", False),
        ("a@b.org", "a@c.org", True),
        ("a@b.org", "c@b.org", False),  # short words are alike by chance
    ],
)
def test_a_slip_of_something_in_the_package_is_noted(written, held, meant):
    users = USERS + f"{held},{held},Ana,Ruiz,{held},active\n"
    said = [finding for finding in report(users=users, enrollments=ENROLLED.format(written)).findings if finding.code == "PK311"]
    assert [finding.message for finding in said] == (
        [f"{written!r} is not in this package, but {held!r} is, and nothing refers to it: is it meant?"] if meant else []
    )
    assert all(held not in finding.render(show_values=False) for finding in said)


def test_a_slip_of_what_others_refer_to_or_of_several_is_none():
    other = "Ana,Ruiz,ana@example.org,active\n"
    users = USERS + "".join(f"{name}@example.org,{name}@example.org,{other}" for name in ("ana.ruiz", "ana.ruis"))
    assert "PK311" not in [code for code, *_ in found(users=users, enrollments=ENROLLED.format("ana.ruit@example.org"))]
    both = ENROLLED.format("ana.ruit@example.org") + "C-1,ana.ruis@example.org,student,,active\n"
    assert [finding.values["meant"] for finding in report(users=users, enrollments=both).findings if finding.code == "PK311"] == [
        "ana.ruiz@example.org"
    ]
    all_of_them = both + "C-1,ana.ruiz@example.org,student,,active\n"
    assert "PK311" not in [code for code, *_ in found(users=users, enrollments=all_of_them)]
    assert "PK311" not in [
        code
        for code, *_ in found(
            sections=SECTIONS + "YOGA-2026-01,C-1,Mon,active\n", enrollments=ENROLLMENTS + "C-1,1,student,YOGA-2026-02,active\n"
        )
    ]
