"""Building: what is written, what is refused, what is held back, and that every row and mistake is accounted for."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

import provkit
from provkit import properties
from provkit.config import Config
from provkit.errors import ConfigError, GuardError, SourceError
from provkit.package import Meta, Package
from provkit.rules import Origin, Severity
from provkit.workflows.build import build, prepare

USERS = [["Email", "First name", "Last name"], ["ana@example.org", "Ana", "Ruiz"], ["bo@example.org", "Bo", "Ek"]]
COURSES = [["Course ID", "Short name", "Title", "Account", "Status"], ["NC-1", "NC 1", "First Aid", "SPEA", "active"]]
SECTIONS = [["Section ID", "Course ID", "Section name", "Status"], ["NC-1-A", "NC-1", "Mondays", "active"]]
ENROLLMENTS = [
    ["Course ID", "User ID", "Role", "Section ID", "Status"],
    ["NC-1", "ana@example.org", "student", "NC-1-A", "active"],
    ["NC-1", "bo@example.org", "student", "", "active"],
]
EXPAND = [["Email", "Listing ID"], ["bo@example.org", "77"]]
MESSAGE = [["Sender", "arts@example.edu"], ["Subject", "Grüße 👋"], ["Body", "One\n\ntwo"]]

WHOLE = {"Users": USERS, "Courses": COURSES, "Sections": SECTIONS, "Enrollments": ENROLLMENTS, "Expand": EXPAND}
NO_SETTINGS = Config()


def workbook(path, sheets):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    book.save(path)
    return path


def changed(sheets, sheet, row, column, value):
    rows = [list(cells) for cells in sheets[sheet]]
    rows[row - 1][column] = value
    return {**sheets, sheet: rows}


def tree(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def loud(report):
    """Code and cell of everything that is more than a note."""
    return sorted((finding.code, str(finding.origin)) for finding in report.findings if finding.severity is not Severity.INFO)


@pytest.fixture
def source(tmp_path):
    return workbook(tmp_path / "roster.xlsx", {**WHOLE, "Message": MESSAGE})


# What is written


def test_a_folder_holds_one_file_per_kind_and_the_same_in_a_zip(source, tmp_path):
    built = build(source, tmp_path / "out", config=NO_SETTINGS)
    assert built.report.ok
    assert built.written == tmp_path / "out"
    files = {name: content for name, content in tree(tmp_path / "out").items() if name.endswith(".csv")}
    assert set(files) == {"users.csv", "courses.csv", "sections.csv", "enrollments.csv", "expand-enrollments.csv"}
    assert files["users.csv"].decode().splitlines() == [
        "user_id,login_id,first_name,last_name,email,status",
        "ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active",
        "bo@example.org,bo@example.org,Bo,Ek,bo@example.org,active",
    ]
    with zipfile.ZipFile(tmp_path / "out" / "package.zip") as archive:
        zipped = {name: archive.read(name) for name in archive.namelist()}
    assert {content: name for name, content in zipped.items()} == {
        content: f"{name[:-4]}-{hashlib.sha256(content).hexdigest()[:8]}.csv" for name, content in files.items()
    }


def test_two_builds_of_one_workbook_are_byte_identical(source, tmp_path):
    first = build(source, tmp_path / "one", notify=True, config=NO_SETTINGS)
    build(source, tmp_path / "two", notify=True, config=NO_SETTINGS)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert [part.content for part in first.package.parts] == [
        part.content for part in prepare(source, notify=True, config=NO_SETTINGS).package.parts
    ]


def test_preparing_writes_nothing(source, tmp_path):
    before = tree(tmp_path)
    assert prepare(source, config=NO_SETTINGS).package is not None
    assert tree(tmp_path) == before


def test_every_row_is_accounted_for(source, tmp_path):
    built = build(source, tmp_path / "out", config=NO_SETTINGS)
    account = built.account
    assert (account.read, account.used, account.merged, account.set_aside, account.held_back) == (10, 10, 0, 0, 0)
    assert account.written == {
        "users.csv": 2,
        "courses.csv": 1,
        "sections.csv": 1,
        "enrollments.csv": 2,
        "expand-enrollments.csv": 1,
    }
    assert built.report.rows == account
    assert Meta.read(tmp_path / "out").rows == account


def test_what_was_noted_holds_no_value_no_time_and_no_absolute_path(source, tmp_path):
    build(source, tmp_path / "out", config=NO_SETTINGS)
    notes = b"".join((tmp_path / "out" / ".provkit" / name).read_bytes() for name in ("package.json", "origins.json"))
    for secret in ("ana", "Ruiz", "NC-1", str(tmp_path)):
        assert secret.encode() not in notes
    note = json.loads((tmp_path / "out" / ".provkit" / "package.json").read_bytes())
    assert note["sources"] == [
        {"name": "roster.xlsx", "sha256": hashlib.sha256(source.read_bytes()).hexdigest(), "path": "roster.xlsx"}
    ]
    assert note["feed"] == "roster"


def test_what_was_built_is_validated_in_the_cells_of_the_workbook(source, tmp_path):
    build(workbook(source, changed(WHOLE, "Users", 3, 2, "")), tmp_path / "out", config=NO_SETTINGS)
    for path in ("out", "out/package.zip", "out/users.csv"):
        report = provkit.validate(tmp_path / path)
        (missing,) = [finding for finding in report.findings if finding.code == "PK202"]
        assert missing.origin == Origin("roster.xlsx", "Users", "C3")
        assert missing.line == 3


def test_somebodys_package_is_built_from_as_well(source, tmp_path):
    build(source, tmp_path / "out", config=NO_SETTINGS)
    again = build(tmp_path / "out" / "package.zip", tmp_path / "again", config=NO_SETTINGS)
    assert [part.content for part in again.package.parts] == [
        part.content for part in prepare(source, config=NO_SETTINGS).package.parts
    ]


# Flat rosters


def flat_and_kinds(root, tmp_path, **options):
    samples = root / "sample_data"
    kinds = build(samples / "roster.xlsx", tmp_path / "kinds", config=NO_SETTINGS)
    flat = build(samples / "roster_flat.xlsx", tmp_path / "flat", config=NO_SETTINGS, **options)
    return kinds, flat


def test_a_flat_roster_that_creates_courses_gives_the_same_package_as_a_sheet_per_kind(root, tmp_path):
    kinds, flat = flat_and_kinds(root, tmp_path, create_courses=True)
    assert kinds.report.ok
    assert flat.report.ok
    assert (tmp_path / "kinds" / "package.zip").read_bytes() == (tmp_path / "flat" / "package.zip").read_bytes()
    assert [part.name for part in kinds.package.parts] == [part.name for part in flat.package.parts]


def test_a_flat_roster_counts_courses_as_existing_unless_told(root, tmp_path):
    kinds, flat = flat_and_kinds(root, tmp_path)
    parts = {part.name: part.content for part in kinds.package.parts}
    assert {part.name: part.content for part in flat.package.parts} == {
        name: content for name, content in parts.items() if name not in ("courses.csv", "sections.csv")
    }


# Mistakes


def test_with_errors_nothing_is_written_and_what_stood_there_still_stands(source, tmp_path):
    build(source, tmp_path / "out", config=NO_SETTINGS)
    before = tree(tmp_path / "out")
    workbook(source, changed(WHOLE, "Users", 2, 0, "ana@example"))
    built = build(source, tmp_path / "out", config=NO_SETTINGS)
    assert not built.report.ok
    assert (built.package, built.written) == (None, None)
    assert tree(tmp_path / "out") == before
    assert built.account.written == {}


def test_what_a_killed_build_moved_out_of_the_way_is_put_back_even_by_a_build_that_fails(source, tmp_path):
    build(source, tmp_path / "out", config=NO_SETTINGS)
    before = tree(tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / ".out.0badcafe.old")
    workbook(source, changed(WHOLE, "Users", 2, 0, "ana@example"))
    assert build(source, tmp_path / "out", config=NO_SETTINGS).written is None
    assert tree(tmp_path / "out") == before


def test_each_mistake_is_reported_once_at_its_own_cell(root):
    report = provkit.validate(root / "sample_data" / "broken.xlsx")
    assert loud(report) == sorted(
        [
            ("PK201", "Users!A3"),
            ("PK617", "Users!A5"),
            ("PK610", "Users!B7"),
            ("PK202", "Users!C9"),
            ("PK262", "Users!B10"),
            ("PK204", "Users!D11"),
            ("PK615", "Courses!F3"),
            ("PK322", "Courses!G4"),
            ("PK210", "Courses!E5"),
            ("PK214", "Courses!A6"),
            ("PK614", "Sections!A4"),
            ("PK306", "Sections!B7"),
            ("PK613", "Enrollments!C4"),
            ("PK619", "Enrollments!C5"),
            ("PK303", "Enrollments!E12"),
            ("PK234", "Enrollments!F13"),
            ("PK235", "Enrollments!G14"),
            ("PK634", "Enrollments!A15"),
            ("PK237", "Enrollments!H16"),
            ("PK612", "Expand!B4"),
        ]
    )
    for finding in report.findings:
        if finding.severity is not Severity.INFO:
            assert finding.rule.what_happens
            assert finding.rule.remedy
            assert finding.rule.consequence


def test_the_places_of_the_mistakes_are_those_that_the_script_of_the_samples_spoiled(root):
    book = load_workbook(root / "sample_data" / "broken.xlsx")
    good = load_workbook(root / "sample_data" / "roster.xlsx")
    spoiled = {
        f"{name}!{cell.coordinate}"
        for name in ("Users", "Enrollments", "Expand")
        for row in book[name].iter_rows()
        for cell in row
        if cell.value != good[name][cell.coordinate].value
    }
    said = {place for _, place in loud(provkit.validate(root / "sample_data" / "broken.xlsx"))}
    assert spoiled == {place for place in said if not place.startswith(("Courses", "Sections"))}


def test_one_cell_that_feeds_two_files_has_one_finding(tmp_path):
    flat = [["Email", "First name", "Last name", "Course ID", "Role"], ["ana@example", "Ana", "Ruiz", "NC-1", "student"]]
    built = prepare(workbook(tmp_path / "r.xlsx", {"Roster": flat}), config=NO_SETTINGS)
    assert loud(built.report) == [("PK201", "Roster!A2")]
    assert built.report.count(Severity.ERROR) == 1


def test_two_mistakes_in_one_row_are_both_reported_at_once(tmp_path):
    sheets = changed(changed(WHOLE, "Users", 2, 0, "ana@example"), "Users", 2, 1, "#REF!")
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([cell or None for cell in row])
    book["Users"]["B2"].data_type = "e"
    book.save(tmp_path / "r.xlsx")
    assert loud(prepare(tmp_path / "r.xlsx", config=NO_SETTINGS).report) == [("PK201", "Users!A2"), ("PK610", "Users!B2")]


def test_a_section_whose_course_is_misspelled_is_one_mistake_however_many_are_in_it(tmp_path):
    built = prepare(workbook(tmp_path / "r.xlsx", changed(WHOLE, "Sections", 2, 1, "nc-1")), config=NO_SETTINGS)
    assert loud(built.report) == [("PK306", "Sections!B2")]


def test_counts_are_exact_where_listings_are_capped(tmp_path):
    people = [USERS[0], *([f"person{index}@example", "Ana", "Ruiz"] for index in range(30))]
    report = prepare(workbook(tmp_path / "r.xlsx", {"Users": people}), config=NO_SETTINGS, listed=4).report
    assert report.count(Severity.ERROR) == 30
    assert len([finding for finding in report.findings if finding.code == "PK201"]) == 4


def test_an_error_of_a_file_that_is_not_written_names_no_line_of_it(tmp_path):
    built = prepare(workbook(tmp_path / "r.xlsx", changed(WHOLE, "Users", 2, 0, "ana@example")), config=NO_SETTINGS)
    (error,) = [finding for finding in built.report.findings if finding.severity is Severity.ERROR]
    assert (error.file, error.line, error.column, str(error.origin)) == (None, None, "login_id", "Users!A2")


# Holding back


def held(tmp_path, sheets, **options):
    return build(workbook(tmp_path / "roster.xlsx", sheets), tmp_path / "out", hold_back=True, config=NO_SETTINGS, **options)


def rows(tmp_path, name):
    path = tmp_path / "out" / name
    return path.read_text("utf-8").splitlines()[1:] if path.exists() else None


def test_without_errors_nothing_is_held_back(tmp_path):
    built = held(tmp_path, WHOLE)
    assert built.report.ok
    assert built.held_back == 0
    assert built.account.used == 7


def test_a_held_back_person_takes_along_what_depends_on_it(tmp_path):
    sheets = changed(changed(WHOLE, "Users", 3, 0, "bo@example"), "Enrollments", 3, 1, "bo@example")
    sheets = changed(sheets, "Expand", 2, 0, "bo@example")
    built = held(tmp_path, sheets)
    assert built.written is not None
    assert not built.report.ok
    assert loud(built.report)[0] == ("PK201", "Users!A3")
    assert "Users!A3" not in {place for code, place in loud(built.report) if code != "PK201"}
    assert {place for _, place in loud(built.report)} == {"Users!A3", "Enrollments!B3", "Expand!A2"}
    assert rows(tmp_path, "users.csv") == ["ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active"]
    assert rows(tmp_path, "enrollments.csv") == ["NC-1,ana@example.org,student,NC-1-A,active"]
    assert rows(tmp_path, "expand-enrollments.csv") is None
    assert built.held_back == built.account.held_back == 3
    assert Meta.read(tmp_path / "out").held_back == 3


def test_every_row_that_is_held_back_is_recorded_also_the_other_one_of_two_that_contradict_each_other(tmp_path):
    built = held(tmp_path, changed(WHOLE, "Users", 3, 0, "ana@example.org"))
    gone = [str(change.origin) for change in built.changes if change.kind == "held-back"]
    assert {"Users!2", "Users!3"} <= set(gone)
    assert len(gone) == len(set(gone)) == built.account.held_back


def test_a_held_back_course_takes_along_sections_and_enrollments_each_named(tmp_path):
    built = held(tmp_path, changed(WHOLE, "Courses", 2, 4, "open"))
    assert loud(built.report) == sorted(
        [
            *[("PK210", "Courses!E2"), ("PK690", "Sections!B2"), ("PK690", "Enrollments!A2"), ("PK690", "Enrollments!A3")],
            ("PK693", "Users!A2"),
        ]
    )
    (named,) = [finding for finding in built.report.findings if str(finding.origin) == "Sections!B2"]
    assert named.message == "this row needs the course 'NC-1', whose own row is held back"
    assert set(built.account.written) == {"users.csv", "expand-enrollments.csv"}


def test_a_held_back_section_leaves_its_course_and_those_who_need_only_the_course(tmp_path):
    built = held(tmp_path, changed(WHOLE, "Sections", 2, 3, "open"))
    assert loud(built.report) == sorted([("PK220", "Sections!D2"), ("PK690", "Enrollments!D2"), ("PK693", "Users!A2")])
    assert rows(tmp_path, "courses.csv") == ["NC-1,NC 1,First Aid,SPEA,active"]
    assert rows(tmp_path, "enrollments.csv") == ["NC-1,bo@example.org,student,,active"]


def test_what_is_held_back_has_no_place_in_the_package_and_what_is_written_has(tmp_path):
    sheets = changed(changed(WHOLE, "Users", 2, 0, "ana@example"), "Users", 3, 2, "")
    findings = {finding.code: finding for finding in held(tmp_path, sheets).report.findings}
    assert (findings["PK201"].file, findings["PK201"].line) == (None, None)
    assert (findings["PK202"].file, findings["PK202"].line, str(findings["PK202"].origin)) == ("users.csv", 2, "Users!C3")


def test_a_package_built_with_rows_held_back_is_free_of_errors_and_speaks_in_cells(root, tmp_path):
    built = build(root / "sample_data" / "broken.xlsx", tmp_path / "out", hold_back=True, config=NO_SETTINGS)
    assert built.written is not None
    report = provkit.validate(tmp_path / "out")
    assert report.ok
    assert {str(finding.origin) for finding in report.findings if finding.severity is Severity.WARNING} == {
        "Users!B10",
    }
    assert report.rows.held_back == built.held_back


def test_holding_back_cannot_mend_what_is_no_row(tmp_path):
    built = held(tmp_path, {"Users": USERS, "Message": [["Sender", "Arts <arts@example.edu>"], *MESSAGE[1:]]}, notify=True)
    assert loud(built.report) == [("PK409", "Message!B1")]
    assert built.written is None


def test_where_everything_is_held_back_nothing_is_written(tmp_path):
    built = held(tmp_path, {"Users": [USERS[0], ["ana@example", "Ana", "Ruiz"]]})
    assert built.written is None
    assert ("PK201", "Users!A2") in loud(built.report)


# The message


def message_of(built):
    return next((properties.read(part.content) for part in built.package.parts if part.name == "message.properties"), None)


def test_the_message_goes_along_only_if_asked_for(source, tmp_path):
    quiet = build(source, tmp_path / "quiet", config=NO_SETTINGS)
    assert message_of(quiet) is None
    assert [finding.code for finding in quiet.report.findings].count("PK691") == 1
    assert not Meta.read(tmp_path / "quiet").notify
    asked = build(source, tmp_path / "asked", notify=True, config=NO_SETTINGS)
    found = message_of(asked)
    assert (found.sender, found.subject, found.body) == ("arts@example.edu", "Grüße 👋", "One\n\ntwo")
    assert "PK691" not in {finding.code for finding in asked.report.findings}
    assert Meta.read(tmp_path / "asked").notify


def test_the_setting_asks_for_it_and_the_flag_wins(source):
    config = Config(tables={"defaults": {"notify": True}})
    assert message_of(prepare(source, config=config)) is not None
    assert message_of(prepare(source, notify=False, config=config)) is None


def test_a_template_wins_over_the_sheet_and_knows_the_package(source, tmp_path):
    template = tmp_path / "letter.txt"
    template.write_text(
        "Sender: {{ sender }}\nSubject: {{ courses[0].name }}\n\n{{ guests }} guests, {{ courses[0].people }} people", "utf-8"
    )
    config = Config(tables={"defaults": {"message": {"sender": "arts@example.edu"}}})
    found = message_of(prepare(source, message=template, notify=True, config=config))
    assert (found.sender, found.subject, found.body) == ("arts@example.edu", "First Aid", "2 guests, 2 people")
    with pytest.raises(ConfigError, match="sender"):
        prepare(source, message=template, notify=True, config=NO_SETTINGS)


def test_a_changed_template_makes_the_package_stale(source, tmp_path):
    template = tmp_path / "letter.txt"
    template.write_text("Sender: a@example.edu\nSubject: S\n\nHi", "utf-8")
    build(source, tmp_path / "out", message=template, notify=True, config=NO_SETTINGS)
    assert Package.read(tmp_path / "out").meta.stale_sources(tmp_path / "out") == ()
    template.write_text("Sender: a@example.edu\nSubject: S\n\nHello", "utf-8")
    assert Package.read(tmp_path / "out").meta.stale_sources(tmp_path / "out") == ("letter.txt",)


def test_a_message_file_is_kept_byte_for_byte_where_it_arrives_as_written(source, tmp_path):
    path = tmp_path / "message.properties"
    path.write_bytes(b"# ours\nsender = arts@example.edu\nsubject: Hi\nbody=One\\n\\\n\\n\\\ntwo\n")
    built = prepare(source, message=path, notify=True, config=NO_SETTINGS)
    assert next(part.content for part in built.package.parts if part.name == "message.properties") == path.read_bytes()
    path.write_bytes("sender=arts@example.edu\nsubject=Grüße\nbody=x\n".encode())
    built = prepare(source, message=path, notify=True, config=NO_SETTINGS)
    assert message_of(built).subject == "Grüße"
    assert "PK692" in {finding.code for finding in built.report.findings}


def test_asking_for_a_message_that_is_not_there_is_an_error(tmp_path):
    built = prepare(workbook(tmp_path / "r.xlsx", WHOLE), notify=True, config=NO_SETTINGS)
    assert built.package is None
    assert [code for code, _ in loud(built.report)] == ["PK416"]


# For the upload page


def test_for_the_upload_page_there_are_loose_files_and_a_text_to_paste(source, tmp_path):
    built = build(source, tmp_path / "out", app=True, notify=True, config=NO_SETTINGS)
    names = set(tree(tmp_path / "out"))
    assert {name for name in names if "/" not in name} == {
        *("users.csv", "courses.csv", "sections.csv", "enrollments.csv", "expand-enrollments.csv")
    }
    pasted = (tmp_path / "out" / "not-to-upload" / "message.txt").read_text("utf-8")
    assert pasted == "Sender:\narts@example.edu\n\nSubject:\nGrüße 👋\n\nText:\nOne\n\ntwo\n"
    steps = " ".join(built.next_steps)
    for said in ("Canvas Provisioning", "users.csv", "no ZIP", "Tick", "message.txt"):
        assert said in steps
    assert Meta.read(tmp_path / "out").door == "app"
    assert provkit.validate(tmp_path / "out").ok


def test_for_the_upload_page_without_a_message_the_box_stays_unticked(source, tmp_path):
    built = build(source, tmp_path / "out", app=True, config=NO_SETTINGS)
    assert "unticked" in " ".join(built.next_steps)
    assert not (tmp_path / "out" / "not-to-upload").exists()


# What is refused


def test_somebodys_own_folder_is_refused_before_anything_is_read(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("x")
    with pytest.raises(GuardError) as stopped:
        build(tmp_path / "missing.xlsx", tmp_path / "thesis", config=NO_SETTINGS)
    assert stopped.value.reason == "not_ours"
    assert tree(tmp_path / "thesis") == {"chapter.txt": b"x"}


def test_a_build_never_replaces_its_own_source(source, tmp_path):
    build(source, tmp_path / "out", config=NO_SETTINGS)
    for inside in ("out", "out/package.zip"):
        with pytest.raises(GuardError) as stopped:
            build(tmp_path / inside, tmp_path / "out", config=NO_SETTINGS)
        assert stopped.value.reason == "source_in_target"


def test_a_missing_source_is_said_to_be_missing(tmp_path):
    with pytest.raises(SourceError):
        build(tmp_path / "missing.xlsx", tmp_path / "out", config=NO_SETTINGS)
    assert not (tmp_path / "out").exists()


def test_an_unknown_setting_is_a_mistake_not_ignored(source):
    with pytest.raises(ConfigError, match="creat_courses"):
        prepare(source, config=Config(tables={"defaults": {"creat_courses": True}}))


# The samples


def test_the_sample_workbooks_are_those_that_the_script_writes(root, tmp_path):
    import runpy

    runpy.run_path(str(root / "sample_data" / "make_samples.py"))["main"](tmp_path)
    for name in ("roster.xlsx", "roster_flat.xlsx", "broken.xlsx", "untidy.xlsx"):
        with zipfile.ZipFile(tmp_path / name) as made, zipfile.ZipFile(root / "sample_data" / name) as kept:
            assert {member: made.read(member) for member in made.namelist()} == {
                member: kept.read(member) for member in kept.namelist()
            }, f"{name}: run sample_data/make_samples.py"
