"""School Data Sync, files of Canvas, gradebooks, PeopleSoft queries and tables in web pages, each to a package or to findings at the cells."""

import csv
import io
import zipfile

import pytest

from provkit.config import Config
from provkit.errors import SourceError
from provkit.sources import read
from provkit.sources.bounds import MAX_CELLS
from provkit.workflows.build import build, prepare
from provkit.workflows.validate import validate

CONFIG = Config(None, {"defaults": {"account_id": "RECREATION"}}, {})


def files(folder, **contents):
    folder.mkdir(exist_ok=True)
    for name, text in contents.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def table(built, name):
    part = next((part for part in built.package.parts if part.name == name), None) if built.package else None
    return [] if part is None else list(csv.DictReader(io.StringIO(bytes(part.content).decode())))


def errors(built):
    return [f"{finding.code} {finding.origin}" for finding in built.report.findings if str(finding.severity) == "error"]


def said(built):
    return " ".join(finding.message for finding in built.report.findings)


def lines(folder):
    """How many data rows the files of a set have."""
    return sum(
        len([line for line in path.read_bytes().decode("utf-8-sig").splitlines() if line.strip(", ")]) - 1
        for path in folder.glob("*.csv")
    )


SDS_V1 = {
    "School": "SIS ID,Name\n10,Example School\n",
    "Section": (
        "SIS ID,School SIS ID,Section Name,Section Number,Term SIS ID,Term Name,Term StartDate,Term EndDate,Course SIS ID,Course Name,"
        "Course Number,Course Description,Course Subject,Periods,Status\n"
        "s1,10,First Aid A,1,T1,Fall,8/1/2026,12/18/2026,k1,First Aid,FA-1,,,1,Active\n"
        "s2,10,First Aid B,2,T1,Fall,8/1/2026,12/18/2026,k1,First Aid,FA-1,,,2,Active\n"
    ),
    "Student": "SIS ID,School SIS ID,First Name,Last Name,Username,Password,Secondary Email,Status\n1,10,Ana,Ruiz,ana,x9x9x9,ana@example.org,Active\n",
    "Teacher": "SIS ID,School SIS ID,First Name,Last Name,Username,Password,Secondary Email,Status\n1,10,Bo,Ek,bo@example.org,x9x9x9,,Active\n",
    "StudentEnrollment": "Section SIS ID,SIS ID\ns1,1\ns2,1\n",
    "TeacherRoster": "Section SIS ID,SIS ID\ns1,1\n",
}


@pytest.mark.parametrize("uk", [False, True])
def test_school_data_sync_v1_and_its_uk_form(uk, tmp_path):
    contents = dict(SDS_V1)
    if uk:
        swap = {
            "School SIS ID": "School DfE Number",
            "Section SIS ID": "Section ID",
            "Term SIS ID": "Term#",
            "Course SIS ID": "Course#",
        }
        for name, text in contents.items():
            head, body = text.split("\n", 1)
            for old, new in swap.items():
                head = head.replace(old, new)
            head = head.replace("SIS ID", "DfE Number" if name == "School" else "ID")
            contents[name] = head.replace("Term#", "Term SIS ID").replace("Course#", "Course SIS ID") + "\n" + body
    folder = files(tmp_path / "sds", **contents)
    built = build(folder, tmp_path / "out", config=CONFIG)
    assert errors(built) == []
    assert [(row["course_id"], row["short_name"], row["start_date"], row["end_date"]) for row in table(built, "courses.csv")] == [
        ("k1", "FA-1", "2026-08-01T04:00:00Z", "2026-12-19T04:59:59Z")
    ]
    assert [row["section_id"] for row in table(built, "sections.csv")] == ["s1", "s2"]
    assert {(row["user_id"], row["role"], row["section_id"]) for row in table(built, "enrollments.csv")} == {
        ("ana@example.org", "student", "s1"),
        ("ana@example.org", "student", "s2"),
        ("bo@example.org", "teacher", "s1"),
    }
    assert built.account.read == lines(folder) == 8
    assert validate(tmp_path / "out").ok
    assert not any(b"x9x9x9" in path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())


def test_dates_that_no_other_date_explains_are_not_guessed(tmp_path):
    contents = dict(SDS_V1)
    contents["Section"] = contents["Section"].replace("12/18/2026", "12/10/2026")
    built = prepare(files(tmp_path / "sds", **contents), config=CONFIG)
    assert {error.split("!")[0] for error in errors(built)} == {"PK612 Section.csv"} or all(
        "Section.csv" in error for error in errors(built)
    )
    assert errors(built)


def test_a_column_of_ones_own_leaves_school_data_sync_what_it_is(tmp_path):
    contents = dict(SDS_V1)
    for name in ("StudentEnrollment", "TeacherRoster"):
        header, *rows = contents[name].splitlines()
        contents[name] = "\n".join([f"Notes,{header}", *(f"late,{row}" for row in rows)]) + "\n"
    plain, more = (
        prepare(files(tmp_path / "one", **SDS_V1), config=CONFIG),
        prepare(files(tmp_path / "two", **contents), config=CONFIG),
    )
    assert [part.content for part in more.package.parts] == [part.content for part in plain.package.parts]


def test_what_nobody_sees_in_a_cell_is_taken_away_and_recorded(tmp_path):
    contents = dict(SDS_V1)
    contents["StudentEnrollment"] = "Section SIS ID,SIS ID\n\u200bs1,1\u00a0\ns2, 1\n"
    contents["Student"] = contents["Student"].replace("Ruiz", "Ruiz\u00a0")
    plain, pasted = (
        prepare(files(tmp_path / "one", **SDS_V1), config=CONFIG),
        prepare(files(tmp_path / "two", **contents), config=CONFIG),
    )
    assert [part.content for part in pasted.package.parts] == [part.content for part in plain.package.parts]
    assert ("Student.csv!D2", "Ruiz\u00a0", "Ruiz") in [
        (str(change.origin), change.before, change.after) for change in pasted.changes if change.kind == "trimmed"
    ]


def test_a_column_that_is_needed_and_empty_is_not_called_missing(tmp_path):
    contents = dict(CANVAS)
    contents["courses"] = contents["courses"].replace("4268,active", "4268,")
    assert errors(prepare(files(tmp_path / "report", **contents), config=CONFIG)) == ["PK260 courses.csv!J2"]


@pytest.mark.parametrize(
    "name",
    [
        "SDS_v2",
        "SDS_v2.1",
        "SDS_Format/100_Users",
        "SDS_Format/Min_Required_Attributes",
        "UK_Format/100_Users",
        "UK_Format/Min_Required_Attributes",
    ],
)
def test_real_sets_of_school_data_sync_end_in_a_package_or_in_findings_at_their_cells(name, shared, tmp_path):
    folder = shared / "samples" / "OfficeDev-O365-EDU-Tools" / name
    built = prepare(
        folder,
        config=Config(
            None, {"defaults": {"account_id": "R"}, "sis": {"username_domain": "example.edu", "roles": {"staff": "ta"}}}, {}
        ),
    )
    assert "School Data Sync" in built.recognised[0]
    assert built.account.read == lines(folder)
    if "Min_Required" in name:  # these have no names, without which nobody can be invited
        assert "PK623 Student.csv!1" in errors(built)
        assert {error.split()[1].split("!")[0] for error in errors(built)} <= {
            "Student.csv",
            "Teacher.csv",
            "StudentEnrollment.csv",
            "TeacherRoster.csv",
            "Section.csv",
        }
    else:
        assert errors(built) == []
        assert built.account.held_back == 0
        assert table(built, "enrollments.csv")


def test_usernames_of_a_real_set_are_taken_for_no_accounts_unasked(shared):
    built = prepare(shared / "samples" / "OfficeDev-O365-EDU-Tools" / "SDS_Format" / "100_Users", config=CONFIG)
    assert {error.split("!")[0] for error in errors(built)} == {"PK669 Student.csv", "PK669 Teacher.csv"}
    assert built.package is None


CANVAS = {
    "users": (
        "canvas_user_id,user_id,integration_id,authentication_provider_id,login_id,first_name,last_name,full_name,sortable_name,short_name,"
        "email,status,created_by_sis,pronouns\n"
        '7,P-1,,,ana@example.org,Ana,Ruiz,Ana Ruiz,"Ruiz, Ana",Ana,ana@example.org,active,true,she\n'
        '8,P-2,,,bo@example.org,Bo,Ek,Bo Ek,"Ek, Bo",Bo,bo@example.org,suspended,true,\n'
        '9,0001234567,,,jdoe,Jo,Doe,Jo Doe,"Doe, Jo",Jo,jdoe@iu.edu,active,true,\n'
    ),
    "courses": (
        "canvas_course_id,course_id,integration_id,short_name,long_name,canvas_account_id,account_id,canvas_term_id,term_id,status,"
        "start_date,end_date,course_format,blueprint_course_id,created_by_sis\n"
        "1,NC-1,INT-9,Yoga,Yoga for beginners,3,RECREATION,5,4268,active,2026-08-24T04:00:00Z,,on_campus,,true\n"
        "2,,,Made by hand,Made by hand,3,RECREATION,5,4268,active,,,,,false\n"
    ),
    "sections": (
        "canvas_section_id,section_id,canvas_course_id,course_id,integration_id,name,status,start_date,end_date,created_by_sis\n"
        "4,NC-1-A,1,NC-1,,Monday,active,,,true\n"
    ),
    "enrollments": (
        "canvas_course_id,course_id,canvas_user_id,user_id,role,role_id,canvas_section_id,section_id,status,canvas_associated_user_id,"
        "associated_user_id,created_by_sis,base_role_type,limit_section_privileges,canvas_enrollment_id,start_date\n"
        "1,NC-1,7,P-1,student,3,4,NC-1-A,active,,,true,StudentEnrollment,false,11,2026-08-24\n"
        "1,NC-1,8,P-2,student,3,4,NC-1-A,active,,,true,StudentEnrollment,false,12,\n"
        "1,NC-1,9,0001234567,teacher,4,4,NC-1-A,invited,,,true,TeacherEnrollment,false,13,\n"
        "1,NC-1,10,,student,3,4,NC-1-A,active,,,true,StudentEnrollment,false,14,\n"
    ),
}


def test_a_provisioning_report_of_canvas(tmp_path):
    built = build(files(tmp_path / "report", **CANVAS), tmp_path / "out", config=Config(None, {}, {}))
    assert errors(built) == []
    assert [(row["course_id"], row["account_id"], row["term_id"]) for row in table(built, "courses.csv")] == [
        ("NC-1", "RECREATION", "4268")
    ]
    assert [row["section_id"] for row in table(built, "sections.csv")] == ["NC-1-A"]
    assert [row["login_id"] for row in table(built, "users.csv")] == ["ana@example.org"]
    assert {
        (row["user_id"], row["role"], row["status"], row["limit_section_privileges"]) for row in table(built, "enrollments.csv")
    } == {
        ("ana@example.org", "student", "active", "false"),
        ("jdoe", "teacher", "active", "false"),
    }
    for words in ("suspended", "integration_id", "pronouns", "start_date", "no SIS id", "canvas_user_id"):
        assert words in said(built)
    account = built.account
    assert (account.read, account.used, account.set_aside) == (10, 5, 5)
    assert validate(tmp_path / "out").ok


def test_files_of_canvas_in_any_order_of_columns_give_the_same(tmp_path):
    turned = {}
    for name, text in CANVAS.items():
        grid = [list(reversed(row)) for row in csv.reader(io.StringIO(text))]
        out = io.StringIO()
        csv.writer(out).writerows([grid[0], *reversed(grid[1:])])
        turned[name] = out.getvalue()
    one = prepare(files(tmp_path / "one", **CANVAS), config=CONFIG)
    two = prepare(files(tmp_path / "two", **turned), config=CONFIG)
    assert [bytes(part.content) for part in one.package.parts] == [bytes(part.content) for part in two.package.parts]


def test_a_fault_in_a_file_of_canvas_is_found_in_its_cell(tmp_path):
    contents = dict(CANVAS)
    contents["courses"] = contents["courses"].replace("1,NC-1,INT-9,Yoga", f"1,NC-1,INT-9,{'Y' * 300}")
    built = prepare(files(tmp_path / "report", **contents), config=CONFIG)
    assert errors(built) == ["PK261 courses.csv!D2"]


def test_what_has_only_the_uploads_own_columns_is_no_export_of_canvas(tmp_path):
    folder = files(
        tmp_path / "plain",
        users="user_id,login_id,first_name,last_name,email,status\na@example.org,a@example.org,A,B,a@example.org,active\n",
    )
    assert "Canvas" not in prepare(folder, config=CONFIG).recognised[0]


GRADEBOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Quiz 1 (55)\n"
    "    Points Possible,,,,,10\n"
    '"Ruiz, Ana",101,0001234567,anaruiz,Monday,9\n'
    '"Ek, Bo",102,0001234568,boek,"Monday and Tuesday",8\n'
    '"Student, Test",103,,4f2a9c0d,Monday,\n'
)


def test_a_gradebook_gives_students_and_nothing_of_their_grades(tmp_path):
    path = tmp_path / "grades.csv"
    path.write_text(GRADEBOOK, encoding="utf-8")
    config = Config(None, {"defaults": {"course_id": "NC-1", "section_id": "NC-1-{{ section_name }}"}}, {})
    built = prepare(path, config=config)
    assert errors(built) == []
    assert {(row["user_id"], row["course_id"], row["section_id"]) for row in table(built, "enrollments.csv")} == {
        ("0001234567", "NC-1", "NC-1-Monday"),
        ("0001234568", "NC-1", ""),
    }
    assert "test student" in said(built)
    assert "Quiz 1" in said(built)
    assert (built.account.read, built.account.used, built.account.set_aside) == (4, 2, 2)
    assert "gradebook" in built.recognised[0]


QUERY = [
    ["IE_SIS_SR_CRS_ENRL", "4"],
    ["ID", "Name", "Term", "Class Nbr", "Subject", "Enrollment Status", "Email"],
    ["1234567", "Ruiz,Ana Maria", "4268", "12345", "SPEA", "E", "anaruiz@iu.edu"],
    ["0007654321", "Ek,Bo", "4268", "12345", "SPEA", "D", "boek@iu.edu"],
    ["0007654322", "Orr,Cy", "4268", "12345", "SPEA", "W", "cyorr@iu.edu"],
]
TEMPLATES = Config(None, {"defaults": {"course_id": "NC-{{ term_id }}-{{ subject }}", "section_id": "NC-{{ class_nbr }}"}}, {})


def as_csv(path):
    out = io.StringIO()
    csv.writer(out).writerows(QUERY)
    path.write_text(out.getvalue(), encoding="utf-8")


def as_page(path):
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in QUERY)
    path.write_text(
        f"<html><head><style>td {{}}</style></head><body><table border=1>{rows}</table></body></html>", encoding="utf-8"
    )


@pytest.mark.parametrize(("name", "write"), [("query.csv", as_csv), ("ps.xls", as_page)])
def test_the_result_of_a_peoplesoft_query_as_csv_and_as_a_web_page(name, write, tmp_path):
    write(tmp_path / name)
    built = prepare(tmp_path / name, config=TEMPLATES)
    assert errors(built) == []
    assert {(row["user_id"], row["course_id"], row["role"], row["status"]) for row in table(built, "enrollments.csv")} == {
        ("0001234567", "NC-4268-SPEA", "student", "active"),
        ("0007654321", "NC-4268-SPEA", "student", "deleted"),
    }
    assert {row["section_id"] for row in table(built, "enrollments.csv")} == {"NC-12345"}
    assert table(built, "users.csv") == []
    assert "waiting list" in said(built)
    assert "PeopleSoft" in built.recognised[0]
    assert (built.account.read, built.account.used, built.account.set_aside) == (4, 2, 2)


def test_a_status_of_peoplesoft_that_nobody_knows_is_found_in_its_cell(tmp_path):
    rows = [list(row) for row in QUERY]
    rows[2][5] = "Q"
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    (tmp_path / "query.csv").write_text(out.getvalue(), encoding="utf-8")
    assert errors(prepare(tmp_path / "query.csv", config=TEMPLATES)) == ["PK668 query.csv!F3"]


def test_a_web_page_is_read_as_its_cells_stand(tmp_path):
    path = tmp_path / "ps.xls"
    path.write_text(
        "<table><tr><th colspan=2>Email</th><th>First&nbsp;name</th></tr><tr><td>a@example.org<script>alert(1)</script>"
        "<td><td>Ren&eacute;e<br>Ann</table>",
        encoding="utf-8",
    )
    (sheet,) = read(path).sheets
    assert [list(row) for row in sheet.rows] == [["Email", None, "First name"], ["a@example.org", "", "Renée\nAnn"]]


def test_a_web_page_without_a_table_is_refused(tmp_path):
    path = tmp_path / "login.xls"
    path.write_text("<html><body><p>Please log in</p></body></html>", encoding="utf-8")
    with pytest.raises(SourceError, match="without a table"):
        read(path)


def test_a_web_page_of_enormous_cells_is_bounded(tmp_path):
    path = tmp_path / "wide.xls"
    path.write_text("<table><tr>" + "<td colspan=99999999>x" * (MAX_CELLS // 1000 + 1) + "</table>", encoding="utf-8")
    with pytest.raises(SourceError, match="cells"):
        read(path)


def test_a_set_of_school_data_sync_in_a_zip_gives_the_same_and_takes_what_is_said_of_it(tmp_path):
    folder = files(tmp_path / "sds", **SDS_V1)
    with zipfile.ZipFile(tmp_path / "sds.zip", "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    plain, zipped = prepare(folder, config=CONFIG), prepare(tmp_path / "sds.zip", config=CONFIG)
    assert zipped.package is not None
    assert [part.content for part in zipped.package.parts] == [part.content for part in plain.package.parts]
    said = prepare(tmp_path / "sds.zip", config=Config(None, {}, {}), constants={"account_id": "ELSEWHERE"})
    assert {row["account_id"] for row in table(said, "courses.csv")} == {"ELSEWHERE"}
