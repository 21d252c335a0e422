"""What Canvas does with single values and rows, fact by fact: one thing is changed in files that are in order, and what is found is told.

The base is a package of two users, courses, sections and enrollments; Canvas holds an account and a term and nothing else (`HELD`).
"""

import pytest

from provkit.checks.canvas import check
from provkit.receiver import Known

BASE = {
    "users": (
        "user_id,login_id,first_name,last_name,email,status",
        "U1,login1,Ana,Ruiz,ana@b.edu,active",
        "U2,login2,Bo,Li,bo@b.edu,active",
    ),
    "courses": (
        "course_id,short_name,long_name,account_id,term_id,status,start_date,end_date",
        "C1,Short,Long,EXT,T1,active,2026-08-24T04:00:00Z,2026-12-18T04:00:00Z",
        "C2,Short,Long,EXT,T1,active,2026-08-24,2026-12-18",
    ),
    "sections": (
        "section_id,course_id,name,status,start_date,end_date",
        "S1,C1,Monday,active,2026-08-24T04:00:00Z,2026-12-18T04:00:00Z",
        "S2,C2,Tuesday,active,2026-08-24T04:00:00Z,2026-12-18T04:00:00Z",
    ),
    "enrollments": (
        "course_id,user_id,role,section_id,status,limit_section_privileges",
        "C1,U1,student,S1,active,false",
        "C2,U2,teacher,S2,active,",
    ),
}
HELD = Known(accounts=("EXT",), terms=("T1",), roles=(), blueprints=(), courses=(), users=(), sections={})
"""What Canvas holds."""


def files(changes=(), more=()):
    """The base with cells changed in first rows, and with rows added."""
    tables = {kind: list(rows) for kind, rows in BASE.items()}
    for kind, column, value in changes:
        header, row = tables[kind][0].split(","), tables[kind][1].split(",")
        row[header.index(column)] = '"' + value.replace('"', '""') + '"' if any(sign in value for sign in ',"\n') else value
        tables[kind][1] = ",".join(row)
    for kind, row in more:
        tables[kind].append(row)
    return {f"{kind}.csv": ("\n".join(rows) + "\n").encode() for kind, rows in tables.items()}


def loud(given, known=None):
    """Errors and warnings, each as severity, file, line and column."""
    return [
        f"{finding.severity} {finding.file.removesuffix('.csv')}:{finding.line}:{finding.column}"
        for finding in check(given, known)
        if str(finding.severity) != "info"
    ]


def test_the_base_is_in_order():
    assert loud(files()) == loud(files(), HELD) == []


LONG = "x" * 256
REFUSED = {
    ("users", "user_id"): ["", " ", "\u3000", LONG, "U\0001"],
    ("users", "login_id"): ["", "x" * 101, "a\tb", "a\nb", "a\x7fb", "a\u2028b", "a\x85b", "a\u0378b", "a\0b"],
    ("users", "first_name"): ["a\0b"],
    ("users", "last_name"): ["x" * 251],
    ("users", "email"): ["x" * 250 + "@b.edu", "a\0b@c.edu"],
    ("users", "status"): ["", " ", "delete", "inactive", "enabled", "\u00a0active"],
    ("courses", "course_id"): ["", LONG, "C\0001"],
    ("courses", "short_name"): ["", "\u3000", LONG, "a\0b"],
    ("courses", "long_name"): ["", LONG, "é" * 256],
    ("courses", "status"): ["", "inactive", "available", "concluded", "publish", "delete", "complete", "\u00a0active"],
    ("sections", "section_id"): ["", LONG],
    ("sections", "course_id"): ["", LONG],
    ("sections", "name"): ["", " ", LONG],
    ("sections", "status"): ["", "completed", "inactive", "published", "delete"],
    ("enrollments", "user_id"): ["", " ", "U\0001"],
    ("enrollments", "role"): ["", " "],
    ("enrollments", "status"): ["", "enrolled", "concluded", "dropped", "suspended", "delete"],
}
ALTERED = {
    ("users", "user_id"): ["U1\u00a0", "U\u200b1", "U\ufeff1"],
    ("users", "login_id"): ["a\u200bb", "a\u00a0b", "a\u00adb"],
    ("users", "first_name"): [""],
    ("users", "last_name"): [""],
    ("users", "email"): ["a", "a@b.", "Name <a@b.edu>", "a@b.edu,c@d.edu", "a b@c.edu", "mailto:a@b.edu", "a(x)@b.edu", "N/A"],
    ("users", "status"): ["actived", "deleted-2026", "Deleted by HR", "suspended?", "active\u00a0"],
    ("courses", "status"): ["activecompleted", "published in May", "completed?", "Published!", "active\u00a0"],
    ("courses", "start_date"): [
        "08/24/2026",
        "TBD",
        "05/06/2026",
        "2026-02-30",
        "46258",
        "Monday",
        "2026",
        "25:00",
        "9am",
        "#VALUE!",
    ],
    ("courses", "end_date"): ["2026-13-01", "none", "31 Sep 2026"],
    ("sections", "status"): ["activee", "deleted-inactive"],
    ("sections", "start_date"): ["8/24/2026 8:00 AM", "ongoing"],
    ("enrollments", "status"): ["activex", "completed?", "inactive.", "deleted_last"],
    ("enrollments", "limit_section_privileges"): ["2", "-1", "00", "limited", "nein"],
}
TAKEN = {
    ("users", "user_id"): [" U1 ", "U1\0"],
    ("users", "login_id"): ["x" * 100, "0012", "a b", "a\U0001f600b", "a\ufffdb"],
    ("users", "email"): ["", "a@localhost", "o'brien@b.edu", '"x y"@b.edu', "a\u200b@b.edu", " a@b.edu ", "a.@b.edu"],
    ("users", "status"): ["ACTIVE", " active ", "Suspended"],
    ("courses", "course_id"): [" C1 "],
    ("courses", "long_name"): ["x" * 255, "José", "a\u00a0b", "JosÃ©", "a\nb", 'say "hi"'],
    ("courses", "status"): ["Published", " ACTIVE ", "unpublished", "completed"],
    ("courses", "start_date"): ["", "2026-8-4", "20260824", "24/08/2026", "Aug 24, 2026", "2026-08-24T24:00:00Z", "<delete>"],
    ("sections", "status"): [" ACTIVE "],
    ("sections", "end_date"): ["2026-08-24T04:00:00Z", "2026-08-24T00:00:00-04:00"],
    ("enrollments", "course_id"): [""],
    ("enrollments", "role"): ["STUDENT", "Ta", "TeacherEnrollment", "students", "Instructor", "Student Aide", "Librarian"],
    ("enrollments", "status"): ["Completed", " INACTIVE ", "deleted_last_completed"],
    ("enrollments", "limit_section_privileges"): ["yes", "N", "on", "0", "TRUE", "F", ""],
}


def cells(table):
    return [(kind, column, value) for (kind, column), values in table.items() for value in values]


def at(kind, column):
    return f"{kind}:2:{column}"


@pytest.mark.parametrize(("kind", "column", "value"), cells(REFUSED))
def test_what_canvas_refuses_is_an_error_at_the_cell(kind, column, value):
    assert f"error {at(kind, column)}" in loud(files([(kind, column, value)]))


@pytest.mark.parametrize(("kind", "column", "value"), cells(ALTERED))
def test_what_canvas_takes_otherwise_is_a_warning_at_the_cell_and_nothing_else(kind, column, value):
    assert loud(files([(kind, column, value)])) == [f"warning {at(kind, column)}"]


@pytest.mark.parametrize(("kind", "column", "value"), cells(TAKEN))
def test_what_canvas_takes_as_meant_or_may_hold_is_not_spoken_of(kind, column, value):
    assert loud(files([(kind, column, value)])) == []


@pytest.mark.parametrize(
    ("changes", "more", "expected"),
    [
        # the later row counts
        ((), [("users", "U1,login1,Anna,Ruiz,ana@b.edu,active")], ["warning users:4:user_id"]),
        ((), [("users", "U1,login1,Ana,Ruiz,ana@b.edu,ACTIVE")], []),
        (
            (),
            [("courses", "C1,Short,Longer,EXT,T1,active,2026-08-24T04:00:00Z,2026-12-18T04:00:00Z")],
            ["warning courses:4:course_id"],
        ),
        (
            (),
            [("sections", "S1,C2,Monday,active,2026-08-24T04:00:00Z,2026-12-18T04:00:00Z")],
            ["error enrollments:2:section_id", "warning sections:4:section_id"],
        ),
        # an enrollment is known by section, user and role; the course counts where no section is named
        ((), [("enrollments", "C1,U1,Student,S1,deleted,false")], ["warning enrollments:4:status"]),
        ((), [("enrollments", "C1,U1,StudentEnrollment,S1,deleted,false")], ["warning enrollments:4:status"]),
        ((), [("enrollments", ",U1,student,S1,completed,false")], ["warning enrollments:4:status"]),
        ((), [("enrollments", " C1 ,U1,student, S1,completed,false")], ["warning enrollments:4:status"]),
        ((), [("enrollments", "C1,U1,ta,S1,active,false")], []),
        ((), [("enrollments", "C1,U1,student,S1,Active,FALSE")], []),
        # a login belongs to one user
        ((), [("users", "U9,LOGIN1,A,B,x@b.edu,active")], ["error users:4:login_id"]),
        ((), [("users", "U9,login1,A,B,x@b.edu,deleted")], ["error users:4:login_id"]),
        # what the package deletes
        ([("sections", "status", "Deleted")], (), ["error enrollments:2:section_id"]),
        ([("courses", "status", "deleted")], (), ["error enrollments:2:course_id", "warning sections:2:course_id"]),
        (
            [("courses", "status", "deleted"), ("enrollments", "course_id", "")],
            (),
            ["error enrollments:2:section_id", "warning sections:2:course_id"],
        ),
        ([("users", "status", "deleted")], (), ["error enrollments:2:user_id"]),
        ([("users", "status", "deleted"), ("enrollments", "status", "completed")], (), []),
        # a row that is refused decides nothing
        ([("users", "status", "deleted"), ("users", "login_id", "")], (), ["error users:2:login_id"]),
        ([("sections", "course_id", "C2"), ("sections", "name", "")], (), ["error sections:2:name"]),
        ([("courses", "status", "deleted"), ("courses", "short_name", "")], (), ["error courses:2:short_name"]),
        # a section and another course
        ([("enrollments", "section_id", "S2")], (), ["error enrollments:2:section_id"]),
        ([("enrollments", "course_id", "c1")], (), ["error enrollments:2:section_id"]),
        ([("enrollments", "course_id", ""), ("enrollments", "section_id", "")], (), ["error enrollments:2:course_id"]),
        # dates
        ([("sections", "end_date", "2026-08-23")], (), ["error sections:2:end_date"]),
        ([("courses", "start_date", "2026-12-18T00:00:01-04:00")], (), ["error courses:2:end_date"]),
    ],
)
def test_rows_that_meet_in_one_package(changes, more, expected):
    assert loud(files(changes, more)) == expected


@pytest.mark.parametrize(
    ("kind", "column", "value"),
    [
        ("sections", "course_id", "c1"),
        ("enrollments", "user_id", "u1"),
        ("enrollments", "section_id", "s1"),
        ("enrollments", "section_id", "S9"),
        ("enrollments", "user_id", "U9"),
        ("courses", "account_id", "NOPE"),
        ("enrollments", "role", "Instructor"),
    ],
)
def test_what_canvas_may_hold_is_an_error_only_where_it_is_known_that_it_does_not(kind, column, value):
    given = files([(kind, column, value)])
    unsaid = loud(given)
    assert f"error {at(kind, column)}" not in unsaid
    assert f"error {at(kind, column)}" in loud(given, HELD)


def test_who_is_in_a_section_whose_course_does_not_exist_is_refused_as_well():
    assert loud(files([("sections", "course_id", "C9")]), HELD) == ["error enrollments:2:section_id", "error sections:2:course_id"]


def test_a_section_named_alone_leads_to_its_course_in_canvas():
    given = {"enrollments.csv": b"course_id,user_id,role,section_id,status\n,U1,student,S7,active\n"}
    known = Known(courses=("BP",), users=("U1",), sections={"S7": "BP"}, blueprints=("BP",))
    assert loud(given, known) == ["error enrollments:2:role"]
    ended = given | {"courses.csv": b"course_id,short_name,long_name,account_id,status\nC7,S,L,EXT,deleted\n"}
    assert loud(ended, Known(courses=("C7",), users=("U1",), sections={"S7": "C7"})) == ["error enrollments:2:section_id"]


USERS = "\n".join(BASE["users"]) + "\n"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("users.CSV", USERS, []),
        ("a folder/list of (people).csv", USERS, []),
        ("./users.csv", USERS, []),
        ("users.txt", USERS, ["error None:None"]),
        ("fall/.users.csv", USERS, ["error None:None"]),
        (".fall/users.csv", USERS, ["error None:None"]),
        ("__MACOSX/users.csv", USERS, []),
        ("__MACOSX/._users.csv", "\0\5\26\7", []),
        ("fall/.DS_Store", "\0\0\0\1Bud1", []),
        ("users.csv", "", []),
        ("users.csv", "\ufeff" + USERS, []),
        ("users.csv", USERS.replace("Ana", 'A"na'), ["error None:None"]),
        ("users.csv", USERS.replace("Ana", '"Ana" '), ["error None:None"]),
        ("users.csv", USERS.replace("Ana", ' "Ana"'), ["error None:None"]),
        ("users.csv", USERS.replace("Ana", '"Ana'), ["error None:None"]),
        ("users.csv", USERS.replace("Ana", '"A\\"na"'), ["error None:None"]),
        ("users.csv", USERS.replace("active\n", "active\r\n", 1), ["error None:None"]),
        ("users.csv", USERS.replace("Ana", "A\rna"), ["error None:None"]),
        ("users.csv", USERS.replace("\n", "\r\n"), []),
        ("users.csv", USERS.replace("\n", "\r"), []),
        ("users.csv", USERS.replace("Ana", '"A\rna"'), []),
        ("users.csv", USERS.replace("\n", "\n\n  \n,,,,,\n"), []),
        ("users.csv", USERS.replace("active\n", "active,\n"), []),
        ("users.csv", USERS.replace("active\n", "active,x\n", 1), ["warning 2:None"]),
        ("users.csv", USERS.replace("ana@b.edu,active", "ana@b.edu"), ["error 2:status"]),
        ("users.csv", USERS.replace("user_id", " user_id"), ["error 2:user_id", "error 3:user_id"]),
        ("users.csv", USERS.replace("user_id", "User_ID"), []),
        ("users.csv", USERS.replace("Bo,Li", '"B\no",Li').replace("U2", "U1\u00a0"), ["warning 3:user_id"]),
        ("users.csv", USERS.replace("Ana", '"A\n\nna"').replace("bo@b.edu,active", ",open"), ["error 5:status"]),
    ],
)
def test_files_as_canvas_finds_and_reads_them(name, content, expected):
    told = [
        line.split(" ", 1)[0] + " " + line.rsplit(":", 2)[-2] + ":" + line.rsplit(":", 1)[-1]
        for line in loud({name: content.encode()})
    ]
    assert told == expected


def test_files_of_one_kind_are_taken_in_the_order_of_their_paths():
    header, row, _ = BASE["users"]
    later, earlier = f"{header}\n{row}\n", f"{header}\nU9,LOGIN1,A,B,x@b.edu,active\n"
    assert loud({"b.csv": later.encode(), "a.csv": earlier.encode()}) == ["error b:2:login_id"]
