"""The workbook to author in: what is in it, and that what is typed there arrives."""

import shutil
import stat
import subprocess
import sys
from datetime import date

import pytest
from openpyxl import load_workbook

from provkit.authoring.workbook import Need, layouts
from provkit.config import Config
from provkit.errors import ConfigError, GuardError, SourceError
from provkit.rules import Severity
from provkit.schemas.layouts import LAYOUTS, Kind
from provkit.workflows.build import build
from provkit.workflows.new import new
from provkit.workflows.validate import validate

PLAIN = Config()


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != "package.zip"}


@pytest.fixture
def empty(tmp_path):
    return new(tmp_path / "roster.xlsx", config=PLAIN).path


@pytest.fixture
def sample(root, tmp_path):
    build(root / "sample_data" / "roster.xlsx", tmp_path / "out", notify=True, config=PLAIN)
    return tmp_path / "out"


def fill(path, **sheets):
    """Type rows below the headings, as a person would."""
    book = load_workbook(path)
    for title, rows in sheets.items():
        for number, row in enumerate(rows, 2):
            for column, value in enumerate(row, 1):
                book[title].cell(number, column).value = value
    book.save(path)


def package(folder, **contents):
    folder.mkdir()
    for name, content in contents.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return folder


# What is in it


def test_there_is_a_sheet_per_kind_a_flat_one_a_guide_and_one_for_the_message(empty):
    names = load_workbook(empty).sheetnames
    assert names == ["Guide", "Roster", "Users", "Courses", "Sections", "Enrollments", "Expand", "Message"]


def test_the_columns_are_those_of_the_files_but_for_what_the_service_ignores():
    by_kind = {sheet.kind: [column.facts.name for column in sheet.columns] for sheet in layouts()}
    assert by_kind[Kind.USERS] == ["login_id", "first_name", "last_name", "service"]
    for kind in set(Kind) - {Kind.USERS}:
        assert by_kind[kind] == list(LAYOUTS[kind].columns)
    assert set(by_kind[None]) == {*by_kind[Kind.USERS], *by_kind[Kind.ENROLLMENTS], *by_kind[Kind.EXPAND]} - {"login_id"}


def test_what_must_be_filled_in_shows_by_a_sign_and_by_its_colour(empty):
    sheet = load_workbook(empty)["Courses"]
    heads = {cell.value: cell.fill.fgColor.rgb for cell in sheet[1]}
    required, optional = heads["Course ID *"], heads["Term ID"]
    assert required != optional
    assert {name for name, colour in heads.items() if colour == required} == {name for name in heads if name.endswith(" *")}
    assert sheet.freeze_panes == "B2"


def test_every_cell_says_what_belongs_there_and_offers_what_can_be_chosen(empty):
    book = load_workbook(empty)
    for sheet in layouts():
        made = {str(found.sqref): found for found in book[sheet.title].data_validations.dataValidation}
        for number, column in enumerate(sheet.columns):
            below = made[f"{chr(65 + number)}2:{chr(65 + number)}1048576"]
            assert below.promptTitle == column.heading
            assert below.prompt.startswith(column.facts.meaning[:200])
            assert len(below.prompt) <= 255
            if column.facts.choices:
                assert below.formula1 == '"' + ",".join(choice.value for choice in column.facts.choices) + '"'


def test_ids_typed_on_other_sheets_can_be_chosen_and_others_be_typed(empty):
    book = load_workbook(empty)
    made = {str(found.sqref): found for found in book["Enrollments"].data_validations.dataValidation}
    offered = {letter: made[f"{letter}2:{letter}1048576"] for letter in "ABD"}
    assert "Courses!$A$2" in offered["A"].formula1
    assert "Users!$A$2" in offered["B"].formula1
    assert "Sections!$A$2" in offered["D"].formula1
    assert not any(found.showErrorMessage for found in offered.values())


def test_ids_are_kept_as_text_and_dates_as_dates(empty):
    sheet = load_workbook(empty)["Courses"]
    assert sheet.column_dimensions["A"].number_format == "@"
    assert sheet.column_dimensions["G"].number_format == "yyyy-mm-dd"


def test_the_guide_tells_what_to_type_with_the_name_of_this_very_workbook(empty):
    said = [row[0].value for row in load_workbook(empty)["Guide"].iter_rows()]
    assert "provkit validate roster.xlsx" in said
    assert any("America/Indiana/Indianapolis" in line for line in said if line)


def test_the_same_gives_the_same_bytes(tmp_path, sample):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert (
        new(tmp_path / "a" / "roster.xlsx", package=sample, config=PLAIN).path.read_bytes()
        == new(tmp_path / "b" / "roster.xlsx", package=sample, config=PLAIN).path.read_bytes()
    )


# That it does no harm


def test_a_file_that_is_there_is_left_as_it_is_and_a_free_name_is_offered(tmp_path, empty):
    (tmp_path / "roster-2.xlsx").write_bytes(b"mine")
    before = empty.read_bytes()
    with pytest.raises(GuardError, match="never replaced") as stopped:
        new(empty, config=PLAIN)
    assert empty.read_bytes() == before
    assert str(tmp_path / "roster-3.xlsx") in stopped.value.remedy


def test_a_name_of_no_workbook_is_refused_with_the_command_to_type(tmp_path):
    with pytest.raises(ConfigError) as stopped:
        new(tmp_path / "roster.csv", config=PLAIN)
    assert "provkit new" in stopped.value.remedy
    assert "roster.xlsx" in stopped.value.remedy
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_its_owner_can_read_it(empty):
    assert stat.S_IMODE(empty.stat().st_mode) == 0o600


def test_an_untouched_workbook_is_refused_with_what_to_do(empty, tmp_path):
    with pytest.raises(SourceError, match="nothing is filled in") as stopped:
        build(empty, tmp_path / "out", config=PLAIN)
    assert "at least one row" in stopped.value.remedy


# That what is typed arrives


def test_a_filled_roster_is_clean_and_says_nothing_of_the_sheets_left_empty(empty, tmp_path):
    fill(
        empty,
        Roster=[
            ("ana@safety-guests.org", "Ana", "Ruiz", "c", "REC-YOGA-2026", "student", "", "active"),
            ("rfenwick", None, None, None, "REC-YOGA-2026", "teacher", None, "active"),
            ("0009990001", None, None, None, "REC-YOGA-2026", "ta", None, "active", "false"),
            ("bo@safety-guests.org", "Bo", "Ek", "e", None, None, None, None, None, "1024", "true"),
        ],
        Courses=[
            ("REC-YOGA-2026", "Yoga", "Yoga for beginners", "RECREATION", None, "active", date(2026, 8, 24), date(2026, 12, 18))
        ],
    )
    built = build(empty, tmp_path / "out", config=PLAIN)
    assert built.report.ok, [finding.message for finding in built.report.findings]
    assert validate(tmp_path / "out").ok
    assert {finding.severity for finding in built.report.findings} == {Severity.INFO}
    assert not [finding.code for finding in built.report.findings if finding.code.startswith("PK6")]
    assert (built.account.read, built.account.set_aside) == (5, 0)
    written = files(tmp_path / "out")
    assert set(written) == {"users.csv", "courses.csv", "enrollments.csv", "expand-enrollments.csv"}
    assert b"2026-08-24T04:00:00Z,2026-12-19T04:59:59Z" in written["courses.csv"]
    assert b"0009990001" in written["enrollments.csv"]


def test_a_message_typed_there_goes_along(empty, tmp_path):
    fill(empty, Users=[("ana@safety-guests.org", "Ana", "Ruiz")])
    book = load_workbook(empty)
    for row in book["Message"].iter_rows():
        row[1].value = {"Sender": "rec@example.edu", "Subject": "Hello", "Body": "Dear all,\n\nwelcome."}.get(row[0].value)
    book.save(empty)
    build(empty, tmp_path / "out", notify=True, config=PLAIN)
    assert b"welcome." in files(tmp_path / "out")["message.properties"]


# Filled from a package


def test_a_package_put_into_a_workbook_and_built_again_is_the_same_to_the_byte(tmp_path, sample):
    made = new(tmp_path / "again.xlsx", package=sample, config=PLAIN)
    assert made.rows == {"Users": 36, "Courses": 3, "Sections": 5, "Enrollments": 48, "Expand": 5}
    assert made.message
    build(made.path, tmp_path / "anew", notify=True, config=PLAIN)
    assert files(tmp_path / "anew") == files(sample)
    assert (tmp_path / "anew" / "package.zip").read_bytes() == (sample / "package.zip").read_bytes()


def test_a_zip_serves_as_well_as_a_folder(tmp_path, sample):
    made = new(tmp_path / "again.xlsx", package=sample / "package.zip", config=PLAIN)
    assert made.rows["Enrollments"] == 48


def test_dates_are_dates_where_they_come_back_the_same_and_texts_where_not(tmp_path):
    theirs = package(
        tmp_path / "theirs",
        courses__csv=b"course_id,short_name,long_name,account_id,status,start_date,end_date\n"
        b"A,A,A,REC,active,2026-08-24T04:00:00Z,2026-12-19T04:59:59Z\n"
        b"B,B,B,REC,active,2026-08-24T13:30:00Z,2026-12-19T05:00:00Z\n"
        b"C,C,C,REC,active,2026-11-01T06:30:00Z,08/09/2026\n",
    )
    sheet = load_workbook(new(tmp_path / "t.xlsx", package=theirs, config=PLAIN).path)["Courses"]
    cells = [(str(row[6].value), str(row[7].value)) for row in sheet.iter_rows(min_row=2, max_row=4)]
    assert sheet["G2"].is_date
    assert cells[0] == ("2026-08-24 00:00:00", "2026-12-18 00:00:00")
    assert sheet["G3"].is_date
    assert cells[1] == ("2026-08-24 09:30:00", "2026-12-19T05:00:00Z")  # midnight would be the end of that day
    assert cells[2] == ("2026-11-01T06:30:00Z", "08/09/2026")  # an hour that the clock shows twice; two dates


def test_what_looks_like_a_formula_or_a_template_stays_a_text(tmp_path):
    theirs = package(
        tmp_path / "theirs",
        users__csv=b"user_id,login_id,first_name,last_name,email,status\n,ana@safety-guests.org,=1+1,'Ruiz,,active\n",
        message__properties=b"sender=rec@example.edu\nsubject={{ 1 }} and {% x\nbody=Dear {# all #} {{{ x }}},\\nwelcome\n",
    )
    made = new(tmp_path / "t.xlsx", package=theirs, config=PLAIN)
    build(made.path, tmp_path / "mine", notify=True, config=PLAIN)
    build(theirs, tmp_path / "other", notify=True, config=PLAIN)
    assert b"=1+1" in files(tmp_path / "mine")["users.csv"]
    assert files(tmp_path / "mine")["users.csv"] == files(tmp_path / "other")["users.csv"]
    from provkit import properties

    read = properties.read(files(tmp_path / "mine")["message.properties"])
    assert (read.subject, read.body) == ("{{ 1 }} and {% x", "Dear {# all #} {{{ x }}},\nwelcome")


def test_a_column_that_the_service_ignores_goes_along_where_others_refer_to_it(tmp_path):
    theirs = package(
        tmp_path / "theirs",
        users__csv=b"user_id,login_id,first_name,last_name,email,status\nG-7,ana@safety-guests.org,Ana,Ruiz,,active\n",
        enrollments__csv=b"course_id,user_id,role,section_id,status\nYOGA,G-7,student,,active\n",
    )
    made = new(tmp_path / "t.xlsx", package=theirs, config=PLAIN)
    assert load_workbook(made.path)["Users"]["E2"].value == "G-7"
    build(made.path, tmp_path / "mine", config=PLAIN)
    build(theirs, tmp_path / "other", config=PLAIN)
    assert files(tmp_path / "mine") == files(tmp_path / "other")
    assert b"YOGA,ana@safety-guests.org" in files(tmp_path / "mine")["enrollments.csv"]


def test_values_too_many_in_a_row_are_not_lost(tmp_path):
    theirs = package(tmp_path / "theirs", expand__csv=b"user_id,listing_id,send_email\nana@safety-guests.org,1024,true,extra\n")
    sheet = load_workbook(new(tmp_path / "t.xlsx", package=theirs, config=PLAIN).path)["Expand"]
    assert sheet["D2"].value == "extra"


@pytest.mark.parametrize("name", [b"A\x01na", b"_x0041_na", b"A" * 40_000])
def test_what_no_cell_can_hold_is_refused_with_its_place(tmp_path, name):
    theirs = package(
        tmp_path / "theirs",
        users__csv=b"user_id,login_id,first_name,last_name,email,status\n,ana@safety-guests.org," + name + b",Ruiz,,active\n",
    )
    with pytest.raises(SourceError, match=r"users\.csv!?.*C2"):
        new(tmp_path / "t.xlsx", package=theirs, config=PLAIN)
    assert not (tmp_path / "t.xlsx").exists()


def test_what_is_no_package_is_refused_with_the_command_to_type(tmp_path):
    (tmp_path / "list.csv").write_text("Email,Course\nana@safety-guests.org,YOGA\n")
    with pytest.raises(SourceError, match="no file of a package") as stopped:
        new(tmp_path / "t.xlsx", package=tmp_path / "list.csv", config=PLAIN)
    assert "provkit build" in stopped.value.remedy


# In another program


@pytest.mark.skipif(shutil.which("libreoffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_saved_by_libreoffice_it_still_builds_to_the_same_files(tmp_path, sample, suffix):
    made = new(tmp_path / "again.xlsx", package=sample, config=PLAIN)
    command = ["libreoffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", suffix]
    subprocess.run([*command, "--outdir", tmp_path / "saved", made.path], check=True, capture_output=True, timeout=120)
    build(tmp_path / "saved" / f"again.{suffix}", tmp_path / "anew", notify=True, config=PLAIN)
    assert files(tmp_path / "anew") == files(sample)


def test_there_is_a_column_of_each_need():
    assert {column.need for sheet in layouts() for column in sheet.columns} == set(Need)
