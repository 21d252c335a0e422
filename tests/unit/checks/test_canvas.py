import pytest

from provkit.checks import check
from provkit.checks.canvas import check as at_canvas
from provkit.package import Package
from provkit.receiver import Known

USERS = "user_id,login_id,first_name,last_name,email,status\n"
COURSES = "course_id,short_name,long_name,account_id,status\n"
SECTIONS = "section_id,course_id,name,status\n"
ENROLLMENTS = "course_id,user_id,role,section_id,status\n"


def found(known=None, **files):
    """What is found at Canvas, notes apart."""
    sent = {f"{name}.csv": content.encode() for name, content in files.items()}
    return [
        (finding.code, finding.file, finding.line, finding.column)
        for finding in at_canvas(sent, known)
        if str(finding.severity) != "info"
    ]


def person(number, login, status="active"):
    return f"G-{number},{login},A,B,a{number}@example.org,{status}\n"


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ([(1, "ana"), (2, "ANA")], [3]),
        ([(1, "ana"), (2, "ana"), (3, "ana")], [3, 4]),
        ([(1, "ana", "deleted"), (2, "ana")], []),
        ([(1, "ana", "suspended"), (2, "ana")], [3]),
        ([(1, "ana", "enabled"), (2, "ana")], []),
        ([(2, "bo"), (1, "ana"), (1, "cy"), (2, "ana")], []),
        ([(1, "ana"), (2, "bo"), (2, "ana"), (3, "bo")], [4, 5]),
    ],
    ids=["capitals", "three", "given up", "suspended", "refused", "handed over", "not handed over"],
)
def test_a_login_belongs_to_one_user_at_a_time_in_the_order_of_the_rows(rows, lines):
    content = USERS + "".join(person(*row) for row in rows)
    assert [line for code, _, line, _ in found(users=content) if code == "PK801"] == lines


def test_two_spellings_of_one_address_are_one_login_through_the_service():
    content = USERS + "".join(
        f"{name}@example.org,{name}@example.org,A,B,{name}@example.org,active\n" for name in ("ana", "bo", "ANA")
    )
    report = check(Package.from_files({"users.csv": content.encode()}))
    [finding] = [finding for finding in report.findings if finding.code == "PK801"]
    assert (finding.line, finding.column) == (4, "login_id")
    assert (
        finding.message == "'ANA@example.org' gets the login that 'ana@example.org' has by then (line 2); Canvas refuses the row."
    )
    assert "ana@example.org" not in finding.render(show_values=False).casefold()


@pytest.mark.parametrize(
    ("address", "stored"),
    [
        ("a@b", True),
        ("a@localhost", True),
        ("o'brien@b.edu", True),
        ("a@b_c.edu", True),
        ('"x y"@b.edu', True),
        ("jos\u00e9@b.edu", True),
        ("a\u200b@b.edu", True),
        ("a..b@b.edu", True),
        ("a.@b.edu", True),
        ("a@b.", False),
        ("a@b@c.d", False),
        ("mailto:a@b.edu", False),
        ("a(x)@b.edu", False),
        ("a@b.edu;c@d.edu", False),
        ("a b@c.edu", False),
        ("a\\b@c.edu", False),
        ("@b.edu", False),
        ("nobody", False),
        ("a@", False),
        ("", True),
    ],
)
def test_canvas_stores_what_reads_as_itself(address, stored):
    quoted = address.replace('"', '""')
    content = USERS + f'G-1,ana,A,B,"{quoted}",active\n'
    assert (("PK824", "users.csv", 2, "email") in found(users=content)) is not stored


def test_a_refused_course_drags_sections_and_enrollments_along_if_canvas_does_not_hold_it():
    files = {
        "courses": COURSES + "C-1,C,Course,EXT,running\nC-2,C,Course,EXT,active\n",
        "sections": SECTIONS + "S-1,C-1,Monday,active\nS-2,C-2,Monday,active\n",
        "enrollments": ENROLLMENTS + "C-1,G-1,student,S-1,active\nC-2,G-1,student,S-2,active\n",
    }
    dragged = [
        ("PK813", "enrollments.csv", 2, "course_id"),
        ("PK813", "enrollments.csv", 2, "section_id"),
        ("PK813", "sections.csv", 2, "course_id"),
    ]
    only = {"PK813"}
    assert [entry for entry in found(Known(courses=(), sections={}), **files) if entry[0] in only] == dragged
    assert [entry for entry in found(Known(courses=("C-1",), sections={}), **files) if entry[0] in only] == []
    assert [entry for entry in found(**files) if entry[0] in only] == []


def test_what_lies_in_canvas_is_not_guessed():
    files = {
        "courses": "course_id,short_name,long_name,account_id,term_id,status,blueprint_course_id\nC-1,C,Course,X,T,deleted,BP\nC-2,C,D,X,T,active,BP\n",
        "enrollments": ENROLLMENTS + "BP,G-1,student,,active\nC-9,G-1,Librarian,S-9,active\n",
    }
    assert found(**files) == []
    known = Known(accounts=("Y",), terms=("T1",), roles=(), blueprints=("BP",), courses=("BP",), users=(), sections={})
    assert {code for code, *_ in found(known, **files)} == {"PK805", "PK806", "PK807", "PK810", "PK302", "PK809"}


def test_the_nearest_of_what_is_known_is_offered():
    content = COURSES + "C-1,C,Course,EXT-ART,active\n"
    [finding] = [
        each for each in at_canvas({"courses.csv": content.encode()}, Known(accounts=("EXT-ARTS", "CE"))) if each.code == "PK807"
    ]
    assert finding.message == "Canvas has no account 'EXT-ART' (did you mean 'EXT-ARTS'?)."


def test_a_section_of_canvas_keeps_its_course():
    known = Known(sections={"S-1": "C-1"}, courses=("C-1", "C-2"))
    assert found(known, sections=SECTIONS + "S-1,C-2,Monday,active\n") == [("PK812", "sections.csv", 2, "course_id")]
    assert found(known, enrollments=ENROLLMENTS + "C-2,G-1,student,S-1,active\nC-1,G-1,student,S-1,active\n") == [
        ("PK303", "enrollments.csv", 2, "section_id")
    ]


def test_counts_are_exact_and_findings_listed_up_to_a_limit():
    content = (USERS + "".join(f"G-{number},l{number},A,B,nobody,active\n" for number in range(50))).encode()
    assert len(at_canvas({"users.csv": content}, listed=7)) == 7


@pytest.mark.parametrize("name", ["users.txt", ".users.csv", "folder/.users.csv"])
def test_files_that_canvas_passes_over_have_no_rows(name):
    [finding] = at_canvas({name: (USERS + person(1, "")).encode()})
    assert finding.file == name
    assert finding.line is None


def test_blank_lines_and_lines_of_commas_are_passed_over():
    assert found(users=USERS + person(1, "ana") + "\n,,,,,\n" + "  ,,,,,\n" + person(2, "")) == [
        ("PK260", "users.csv", 6, "login_id")
    ]
