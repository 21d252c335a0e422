"""`provkit validate` as a user runs it: what it takes, what it says on which stream, how it ends."""

import csv
import json
import os
import stat
import subprocess
import sys
import zipfile

import pytest

SECTIONS = b"section_id,course_id,name,status\nS-1,C-1,Monday,active\n"
USERS = b"user_id,login_id,first_name,last_name,email,status\nana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active\n"
BROKEN = SECTIONS + b"S-2,C-1,Tuesday,nonsense\nS-3,C-1\n"


def provkit(*arguments, cwd, encoding="utf-8", **environ):
    return subprocess.run(
        [sys.executable, "-m", "provkit", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONUTF8": "1", **environ},
        capture_output=True,
        encoding=encoding,
        timeout=120,
        check=False,
    )


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "upload"
    made.mkdir()
    (made / "sections.csv").write_bytes(SECTIONS)
    (made / "users.csv").write_bytes(USERS)
    return made


def test_a_sound_folder_ends_with_the_verdict_and_0(folder):
    done = provkit("validate", folder, cwd=folder.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "No errors and no warnings (3 notes): fit to be sent."
    assert "The university invites 1 guest who has no account yet; nothing can stop that: ana@example.org." in " ".join(
        done.stdout.split()
    )
    assert "\x1b" not in done.stdout


def test_every_fault_is_found_in_one_pass_with_its_place_and_remedy(folder):
    (folder / "sections.csv").write_bytes(BROKEN)
    (folder / "README.txt").write_bytes(b"hello")
    done = provkit("validate", folder, cwd=folder.parent)
    assert (done.returncode, done.stderr) == (1, "")
    assert "PK002" in done.stdout
    assert "sections.csv line 3, status: " in done.stdout
    assert "sections.csv line 4: " in done.stdout
    assert "What to do: Remove the file from the folder or ZIP." in " ".join(done.stdout.split())
    assert done.stdout.splitlines()[-1].startswith("3 errors")
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_the_same_in_a_zip_and_as_a_single_file(folder, tmp_path):
    archive = tmp_path / "upload.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("sections.csv", BROKEN)
    single = tmp_path / "sections.csv"
    single.write_bytes(BROKEN)
    for path in (archive, single):
        done = provkit("validate", path, "--format", "json", cwd=tmp_path)
        report = json.loads(done.stdout)
        assert done.returncode == 1
        assert [
            (finding["code"], finding["file"], finding["line"]) for finding in report["findings"] if finding["severity"] == "error"
        ] == [
            ("PK220", "sections.csv", 3),
            ("PK121", "sections.csv", 4),
        ]


def test_json_is_the_documented_format_and_masks_values_unless_asked(folder):
    (folder / "users.csv").write_bytes(USERS + b"bo@example,bo@example,Bo,Lee,bo@example,active\n")
    done = provkit("validate", folder, "--format", "json", cwd=folder.parent)
    report = json.loads(done.stdout)
    assert (report["format"], report["ok"], report["rows"]) == (1, False, None)
    assert set(report) == {"format", "provkit", "server", "ok", "counts", "listed", "rows", "rules", "findings"}
    assert report["counts"]["by_code"]["PK201"] == 1
    assert "bo@example" not in done.stdout
    shown = provkit("validate", folder, "--format", "json", "--show-values", cwd=folder.parent)
    assert "bo@example" in shown.stdout
    hidden = provkit("validate", folder, "--mask-values", cwd=folder.parent)
    assert "bo@example" not in hidden.stdout
    (folder / "users.csv").write_bytes(USERS)
    hidden = provkit("validate", folder, "--mask-values", cwd=folder.parent)
    assert "ana@" not in hidden.stdout
    assert "a***@e***.org" in hidden.stdout


def test_warnings_end_with_0_and_with_strict_with_1(folder):
    (folder / "sections.csv").write_bytes(SECTIONS.replace(b"Monday", b"Lab A\\B"))
    assert provkit("validate", folder, cwd=folder.parent).returncode == 0
    assert provkit("validate", folder, "--strict", cwd=folder.parent).returncode == 1


def test_a_report_goes_to_a_file_that_is_the_users_alone(folder, tmp_path):
    report = tmp_path / "report.txt"
    report.write_text("old")
    done = provkit("validate", folder, "--output", report, cwd=folder.parent)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "fit to be sent" in report.read_text(encoding="utf-8")
    if os.name == "posix":
        assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".report")]


def test_a_report_that_cannot_be_written_ends_with_2(folder, tmp_path):
    done = provkit("validate", folder, "--output", tmp_path / "none" / "report.txt", cwd=tmp_path)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("arguments", [["nothing-here"], []])
def test_what_is_not_there_ends_with_2_and_says_what_to_type(arguments, tmp_path):
    done = provkit("validate", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "There is no file or folder" in done.stderr
    assert "provkit build" in done.stderr


def test_what_canvas_holds_is_taken_from_known_toml(folder, tmp_path):
    known = tmp_path / "known.toml"
    known.write_text('courses = ["C-2"]\n')
    done = provkit("validate", folder, "--known", known, cwd=tmp_path)
    assert done.returncode == 1
    assert "There is no course 'C-1'" in done.stdout
    known.write_text('courses = ["C-1"]\n')
    assert provkit("validate", folder, "--known", known, cwd=tmp_path).returncode == 0
    known.write_text("curses = []\n")
    wrong = provkit("validate", folder, "--known", known, cwd=tmp_path)
    assert (wrong.returncode, wrong.stdout) == (2, "")


def test_the_message_and_the_upload_page_are_options(folder):
    (folder / "message.properties").write_bytes(b"sender=office@example.edu\nsubject=Hi\nbody=Hello.\n")
    assert "PK414" in provkit("validate", folder, cwd=folder.parent).stdout
    assert "PK414" not in provkit("validate", folder, "--notify", cwd=folder.parent).stdout
    page = provkit("validate", folder, "--for", "app", cwd=folder.parent)
    assert page.returncode == 1
    assert "PK420" in page.stdout


def test_a_workbook_is_built_in_memory_and_spoken_of_in_cells(root, tmp_path):
    done = provkit("validate", root / "sample_data" / "broken.xlsx", cwd=tmp_path)
    assert done.returncode == 1
    assert "Users!A3: " in done.stdout
    assert list(tmp_path.iterdir()) == []
    sound = provkit("validate", root / "sample_data" / "roster.xlsx", "--no-notify", cwd=tmp_path)
    assert sound.returncode == 0
    assert "  read 100 = 100 used" in sound.stdout


def test_a_text_file_that_is_a_roster_is_judged_as_what_it_would_become(tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("Name,E-mail,Course ID,Role\nAna Ruiz,ana@example.org,C-1,student\nBo Lee,bo@example,C-1,student\n")
    done = provkit("validate", roster, cwd=tmp_path)
    assert done.returncode == 1
    assert "roster.csv!B3: 'bo@example'" in done.stdout
    assert list(tmp_path.iterdir()) == [roster]


def test_a_folder_that_provkit_built_speaks_in_cells_and_knows_when_it_was_edited(root, tmp_path):
    assert provkit("build", root / "sample_data" / "roster.xlsx", cwd=tmp_path).returncode == 0
    sound = provkit("validate", cwd=tmp_path)
    assert sound.returncode == 0
    assert "  read 100 = " in sound.stdout
    users = tmp_path / "out" / "users.csv"
    rows = list(csv.reader(users.read_text(encoding="utf-8").splitlines()))
    users.write_bytes(users.read_bytes().replace(rows[1][1].encode(), b"nobody"))
    edited = provkit("validate", cwd=tmp_path)
    assert edited.returncode == 1
    assert "users.csv was changed after the build; provkit send sends package.zip" in " ".join(edited.stdout.split())
    assert "users.csv line 2, login_id: 'nobody'" in edited.stdout
    archive = provkit("validate", "out/package.zip", cwd=tmp_path)
    assert archive.returncode == 0


def test_no_colour_and_a_narrow_code_page_do_no_harm(folder):
    (folder / "users.csv").write_bytes(
        USERS.replace(b"Ana,", "Zoë\N{ZERO WIDTH SPACE}\N{PARTY POPPER},".encode()).replace(b"active", "gelöscht".encode())
    )
    done = provkit("validate", folder, cwd=folder.parent, encoding="cp1252", PYTHONUTF8="0", PYTHONIOENCODING="cp1252")
    assert done.returncode == 0
    assert "PK203" in done.stdout


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("report.json", '{\n  "format": 1'),
        ("report.jsonl", '{"format": 1'),
        ("report.csv", "\ufeffseverity,code,"),
        ("report.md", "# provkit: upload"),
        ("report.txt", "MUST FIX"),
    ],
)
def test_the_name_of_the_output_says_the_format(folder, tmp_path, name, begins):
    (folder / "sections.csv").write_bytes(BROKEN)
    done = provkit("validate", folder, "--output", name, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)


def test_a_format_on_the_command_line_wins_over_the_name(folder, tmp_path):
    provkit("validate", folder, "--format", "markdown", "--output", "report.csv", cwd=tmp_path)
    assert (tmp_path / "report.csv").read_text(encoding="utf-8").startswith("# provkit: upload")


def test_listed_caps_the_list_of_each_rule_and_counts_all(folder):
    (folder / "sections.csv").write_bytes(SECTIONS + b"".join(b"S-%d,C-1,Lab,odd\n" % number for number in range(2, 22)))
    report = json.loads(provkit("validate", folder, "--format", "json", "--listed", "3", cwd=folder.parent).stdout)
    assert report["counts"]["by_code"]["PK220"] == 20
    assert sum(finding["code"] == "PK220" for finding in report["findings"]) == 3


@pytest.mark.parametrize("command", ["validate", "build"])
def test_a_report_never_becomes_a_stray_file_or_replaces_what_it_is_about(folder, tmp_path, command):
    inside = provkit(command, folder, "--output", folder / "report.csv", cwd=tmp_path)
    assert inside.returncode == 3
    assert "one file too many refuses the whole upload" in " ".join(inside.stderr.split())
    single = tmp_path / "sections.csv"
    single.write_bytes(SECTIONS)
    onto = provkit(command, single, "--output", single, cwd=tmp_path)
    assert onto.returncode == 3
    assert single.read_bytes() == SECTIONS
    assert sorted(path.name for path in folder.iterdir()) == ["sections.csv", "users.csv"]


def test_what_is_silenced_is_said_in_every_format_and_an_error_among_it(folder, tmp_path):
    (folder / "sections.csv").write_bytes(BROKEN)
    for suffix in ("txt", "json", "jsonl", "csv", "html", "md"):
        report = tmp_path / f"report.{suffix}"
        done = provkit("validate", folder, "--ignore", "PK1,PK2", "--output", report, cwd=folder.parent)
        assert done.returncode == 0, done.stderr
        said = " ".join(report.read_text(encoding="utf-8").split())
        assert "--ignore" in said
        assert "PK220" in said
        if suffix in {"txt", "html", "md"}:
            assert "2 errors are silenced: not fit to be sent as it is." in said
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    [silenced] = report["silenced"]
    assert silenced["by"] == "--ignore"
    assert (silenced["by_code"]["PK121"], silenced["by_code"]["PK220"]) == (1, 1)
    assert not [one for one in report["findings"] if one["code"].startswith(("PK1", "PK2"))]


def test_what_was_known_is_silenced_and_what_is_new_is_told(folder):
    (folder / "sections.csv").write_bytes(BROKEN)
    written = provkit("validate", folder, "--write-baseline", "known.json", cwd=folder.parent)
    assert written.returncode == 1
    assert "known.json" in written.stderr
    assert b"nonsense" not in (folder.parent / "known.json").read_bytes()
    again = provkit("validate", folder, "--baseline", "known.json", cwd=folder.parent)
    assert again.returncode == 0
    assert "silenced by the baseline known.json" in " ".join(again.stdout.split())
    (folder / "sections.csv").write_bytes(BROKEN + b"S-9,C-1,Friday,gibberish\n")
    fresh = provkit("validate", folder, "--baseline", "known.json", cwd=folder.parent)
    assert fresh.returncode == 1
    assert "gibberish" in fresh.stdout
    assert "nonsense" not in fresh.stdout


def test_a_baseline_never_becomes_a_file_of_the_upload(folder):
    done = provkit("validate", folder, "--write-baseline", folder / "known.json", cwd=folder.parent)
    assert done.returncode == 3
    assert not (folder / "known.json").exists()


def test_the_settings_are_followed_and_named(folder):
    (folder / "sections.csv").write_bytes(BROKEN)
    (folder.parent / "provkit.toml").write_text(
        '[rules]\nignore = ["status_unknown_for_sections"]\n[rules.severity]\nPK121 = "warning"\n', encoding="utf-8"
    )
    done = provkit("validate", folder, cwd=folder.parent)
    assert done.returncode == 2
    assert "provkit.toml: there is no rule" in done.stderr
    (folder.parent / "provkit.toml").write_text(
        '[rules]\nignore = ["PK220"]\n[rules.severity]\nPK121 = "warning"\n', encoding="utf-8"
    )
    done = provkit("validate", folder, cwd=folder.parent)
    assert done.returncode == 0
    assert "1 finding silenced by provkit.toml: PK220 1." in done.stdout
    assert "1 warning, " in done.stdout
