"""Values of one row that do not go together."""

import pytest

from provkit.checks import check
from provkit.package import Package


def found(name, text):
    report = check(Package.from_files({name: text.encode()}))
    return [
        (finding.code, finding.line, finding.column) for finding in report.findings if finding.code in ("PK324", "PK325", "PK326")
    ]


def sections(name, status):
    return found("sections.csv", f"section_id,course_id,name,status\nS-1,C-1,{name},{status}\n")


@pytest.mark.parametrize(("name", "status"), [("", "active"), (" ", "Active"), ("\u3000", "activee")])
def test_a_section_that_becomes_active_needs_a_name(name, status):
    assert sections(name, status) == [("PK324", 2, "name")]


@pytest.mark.parametrize(("name", "status"), [("", "deleted"), ("-", "active"), ("Monday", "active")])
def test_a_section_that_is_deleted_or_has_a_name_is_no_fault(name, status):
    assert sections(name, status) == []


@pytest.mark.parametrize(("first", "last", "faulty"), [(127, 126, False), (127, 127, True), (253, 1, True), (1, 252, False)])
def test_first_and_last_name_share_253_characters(first, last, faulty):
    header = "user_id,login_id,first_name,last_name,email,status\n"
    row = f"ana@example.org,ana@example.org,{'é' * first} ,{'n' * last},ana@example.org,active\n"
    assert found("users.csv", header + row) == ([("PK325", 2, "last_name")] if faulty else [])


def test_the_message_counts_what_canvas_counts():
    header = "user_id,login_id,first_name,last_name,email,status\n"
    row = f"ana@example.org,ana@example.org,{'A' * 200}  ,{'R' * 100},ana@example.org,active\n"
    report = check(Package.from_files({"users.csv": (header + row).encode()}))
    assert [finding.message for finding in report.findings if finding.code == "PK325"] == [
        "First and last name have 300 characters together; Canvas takes 253."
    ]


@pytest.mark.parametrize("role", ["Teacher", "TEACHER", "TeacherEnrollment", "teacher "])
def test_a_teacher_spelled_otherwise_is_limited_unless_told(role):
    header = "course_id,user_id,role,section_id,status"
    row = f"C-1,1234567890,{role},S-1,active"
    limited = [("PK326", 2, "role")]
    assert found("enrollments.csv", f"{header}\n{row}\n") == limited
    assert found("enrollments.csv", f"{header},limit_section_privileges\n{row},\n") == limited
    assert found("enrollments.csv", f"{header},limit_section_privileges\n{row},false\n") == []
    assert found("enrollments.csv", f"{header},limit_section_privileges\n{row},TRUE\n") == []


@pytest.mark.parametrize("role", ["teacher", "ta", "Student", "teacherenrollment"])
def test_other_roles_are_limited_as_they_are_meant_to_be(role):
    assert found("enrollments.csv", f"course_id,user_id,role,section_id,status\nC-1,1234567890,{role},S-1,active\n") == []
