"""What refuses the upload as a whole, gets a file lost, or hides in a ZIP is named by file."""

import io
import zipfile

import pytest

from provkit.checks import check
from provkit.package import Package
from provkit.rules import Severity

SECTIONS = b"section_id,course_id,name,status\nS-1,C-1,Monday,active\n"
COURSES = b"course_id,short_name,long_name,account_id,status\nC-1,C1,Safety,EXT,active\n"
ENROLLMENTS = b"course_id,user_id,role,section_id,status,limit_section_privileges\nC-1,1234567890,student,S-1,active,false\n"
EXPAND = b"user_id,listing_id\n1234567890,L-1\n"


def found(package, *, notes=False, **options):
    return [
        (finding.code, finding.file)
        for finding in check(package, **options).findings
        if notes or finding.severity is not Severity.INFO
    ]


def beside(name, content, **options):
    return found(Package.from_files([("expand-enrollments.csv", EXPAND), (name, content)]), **options)


def zipped(*members, **options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return Package.from_zip(file.getvalue())


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        (".DS_Store", b"\0\0\0\1Bud1", "PK002"),
        ("Thumbs.db", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "PK002"),
        ("desktop.ini", b"[.ShellClassInfo]\r\n", "PK002"),
        ("._users.csv", b"\0\x05\x16\x07", "PK002"),
        ("~$roster.xlsx", b"\0", "PK002"),
        ("README", b"How to\n", "PK002"),
        ("notes.pdf", b"%PDF-1.7\n\x00", "PK002"),
        ("roster.xlsx", b"PK\3\4rest", "PK003"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "PK003"),
        ("more.zip", b"PK\3\4rest", "PK004"),
        ("users.done", b"", "PK005"),
        ("users.csv.done", b"done", "PK005"),
        ("courses.csv", b"", "PK006"),
        ("courses.csv", b'course_id\n"x\n', "PK007"),
        ("courses.csv", b"building,room\nA,1\n", "PK008"),
        ("export", b"building,room\nA,1\n", "PK008"),
        ("terms.csv", b"term_id,name,status\n", "PK111"),
        ("users.csv", b"User_id,login_id,first_name,last_name,email,status\n", "PK103"),
        ("users.txt", "user_id,login_id,first_name,last_name,email,status\n".encode("utf-16"), "PK112"),
        ("messages.properties", b"sender=a@example.org\n", "PK403"),
        ("message.properties", b"", "PK402"),
        ("message.properties", b'body="\n', "PK401"),
    ],
)
def test_a_file_that_refuses_the_upload_is_one_finding_with_its_likeliest_reason(name, content, code):
    assert beside(name, content) == [(code, name)]


def test_a_left_behind_thumbs_file_is_known_by_its_name_before_its_form():
    (finding,) = [
        f
        for f in check(Package.from_files({"a.csv": EXPAND, "Thumbs.db": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"})).findings
        if f.code == "PK002"
    ]
    assert "Windows leaves" in finding.message


def test_the_line_of_a_quote_that_stays_open_is_that_of_its_record():
    content = b'section_id,course_id,name,status\nS-1,C-1,Monday,active\nS-2,C-1,24" frame,active\nS-3,C-1,x,active\n'
    (finding,) = check(Package.from_files({"sections.csv": content})).findings
    assert (finding.code, finding.line) == ("PK007", 3)


def test_the_line_of_an_odd_quote_in_the_message_is_that_of_the_last():
    content = b'subject="x"\r\nbody=24"\r\nsender=a\r\n'
    (finding,) = [f for f in check(Package.from_files({"message.properties": content})).findings if f.code == "PK401"]
    assert finding.line == 2


def test_header_faults_and_an_unknown_file_are_found_in_one_pass():
    files = {"README.txt": b"hello", "sections.csv": b"Section_id,course_id,name,status\n", "users.csv": b""}
    assert found(Package.from_files(files)) == [("PK002", "README.txt"), ("PK103", "sections.csv"), ("PK006", "users.csv")]


def test_an_empty_folder_has_nothing_to_upload():
    assert found(Package.from_files({})) == [("PK001", None)]
    assert found(Package.from_files({}, door="app")) == [("PK001", None)]


def test_two_files_of_courses_add_up_and_with_other_columns_spoil_each_other():
    more = b"course_id,short_name,long_name,account_id,status\nC-2,C2,First aid,EXT,active\n"
    dated = b"course_id,short_name,long_name,account_id,status,start_date\nC-2,C2,First aid,EXT,active,\n"
    assert found(Package.from_files({"a.csv": COURSES, "b.csv": more})) == [("PK010", "b.csv")]
    assert found(Package.from_files({"a.csv": COURSES, "b.csv": dated})) == [("PK011", "b.csv")]


def test_two_files_of_enrollments_are_a_note():
    more = ENROLLMENTS.replace(b"1234567890", b"1234567891")
    package = Package.from_files({"a.csv": ENROLLMENTS, "b.csv": more})
    assert found(package) == []
    assert ("PK016", "b.csv") in found(package, notes=True)


def test_a_repeated_name_loses_a_file_unless_it_never_goes_to_canvas():
    assert found(Package.from_files([("a.csv", SECTIONS), ("a.csv", ENROLLMENTS)])) == [("PK012", "a.csv")]
    assert found(Package.from_files([("a.csv", EXPAND), ("a.csv", EXPAND.replace(b"L-1", b"L-2"))])) == []
    assert found(Package.from_files([("a.csv", SECTIONS), ("A.csv", ENROLLMENTS)])) == []


@pytest.mark.parametrize(
    ("name", "code"), [("sections.txt", "PK013"), ("message.properties", "PK013"), (".s.csv", "PK014"), ("fall/.s.csv", "PK014")]
)
def test_names_that_canvas_skips_lose_a_file(name, code):
    assert found(Package.from_files({name: SECTIONS})) == [(code, name)]
    assert found(Package.from_files({name: EXPAND})) == []


@pytest.mark.parametrize("name", ["sections.csv", "Sections.CSV", "anything.csv", "fall/s.csv"])
def test_names_that_end_in_csv_are_in_order(name):
    assert found(Package.from_files({name: SECTIONS})) == []


def test_a_name_of_another_kind_is_a_note():
    assert ("PK017", "users.csv") in found(Package.from_files({"users.csv": SECTIONS}), notes=True)
    assert ("PK017", "users-1a2b3c4d.csv") in found(Package.from_files({"users-1a2b3c4d.csv": SECTIONS}), notes=True)
    assert "PK017" not in dict(found(Package.from_files({"data.csv": SECTIONS}), notes=True))


@pytest.mark.parametrize(("name", "shown"), [(None, None), ("a\udc80.csv", "a\udc80.csv")])
def test_names_with_which_the_upload_cannot_be_archived_refuse_it(name, shown):
    assert found(Package.from_files([(name, SECTIONS)])) == [("PK015", shown)]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty"),
        (EXPAND, "does not begin as a ZIP does"),
        (b"PK\5\6" + b"\0" * 18, "it holds nothing"),
        (b"x" + zipped(("a.csv", EXPAND)).parts[0].content, "something stands before its beginning"),
    ],
)
def test_what_is_no_zip_for_the_service_says_why(content, why):
    (finding,) = check(Package.from_zip(content)).findings
    assert finding.code == "PK020"
    assert why in finding.message


def test_a_zip_of_folders_or_mac_notes_holds_no_files():
    (finding,) = check(zipped(("fall/", b""))).findings
    assert "nothing but folders" in finding.message
    assert found(zipped(("__MACOSX/._users.csv", b"x"))) == [("PK020", "package.zip")]


def test_a_good_file_in_a_mac_folder_is_lost_and_its_notes_are_passed_over():
    package = zipped(("a.csv", EXPAND), ("__MACOSX/sections.csv", SECTIONS), ("__MACOSX/._a.csv", b"x"))
    assert found(package) == [("PK022", "__MACOSX/sections.csv")]


def test_mac_notes_in_a_nested_folder_refuse_the_zip():
    assert found(zipped(("fall/a.csv", EXPAND), ("__MACOSX/fall/._a.csv", b"\0"))) == [("PK002", "._a.csv")]


def test_a_zip_inside_the_zip_and_a_zip_on_the_page_are_not_opened():
    inner = zipped(("a.csv", EXPAND)).parts[0].content
    assert found(zipped(("a.csv", EXPAND), ("b.zip", inner))) == [("PK004", "b.zip")]
    page = Package.from_files({"b.zip": inner})
    assert found(page, app=True) == [("PK004", "b.zip")]


@pytest.mark.parametrize("path", ["../users.csv", "/../../x.csv"])
def test_names_that_leave_the_folder_refuse_the_zip_and_are_named(path):
    (finding,) = check(zipped((path, SECTIONS))).findings
    assert finding.code == "PK021"
    assert "leads out of the folder" in finding.message


def test_an_unknown_compression_is_named():
    (finding,) = check(zipped(("a.csv", EXPAND), compression=zipfile.ZIP_BZIP2)).findings
    assert "compressed in a way" in finding.message


def test_accented_names_in_a_zip_are_a_note():
    assert ("PK024", "ñ.csv") in found(zipped(("ñ.csv", EXPAND)), notes=True)


def test_sizes_beyond_the_usual_limits_are_notes_with_the_figures():
    large = EXPAND + b"".join(b"%010d,L\n" % number for number in range(90_000))
    report = check(Package.from_files({f"{letter}.csv": large.replace(b",L", b"," + letter.encode()) for letter in "abcdefghij"}))
    messages = [finding.message for finding in report.findings if finding.code == "PK030"]
    assert len(messages) == 11
    assert report.ok
    assert any("The upload is" in message and "10,485,760" in message for message in messages)
    assert any("1,048,576" in message for message in messages)


def test_more_than_fifty_files_are_a_note():
    files = {f"{n}.csv": EXPAND.replace(b"L-1", str(n).encode()) for n in range(51)}
    assert ("PK031", None) in found(Package.from_files(files), notes=True)


def test_a_header_inside_the_first_lines_of_a_sheet_export_is_found():
    content = b"Guests of the summer school\n\n" + EXPAND
    (finding,) = check(Package.from_files({"a.csv": content})).findings
    assert finding.message == "The header stands on line 3; before it stands other text."
