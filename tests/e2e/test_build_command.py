"""`provkit build` as a user runs it: exit codes, streams, and that a killed build leaves what stood there."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROVKIT = [sys.executable, "-m", "provkit"]


def provkit(*arguments, cwd, **environ):
    return subprocess.run(
        [*PROVKIT, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONUTF8": "1", **environ},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def tree(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


@pytest.fixture
def samples(root):
    return root / "sample_data"


def test_a_good_workbook_is_written_and_the_row_account_comes_last(samples, tmp_path):
    done = provkit("build", samples / "roster.xlsx", "--notify", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "message.properties" in tree(tmp_path / "out")
    last = done.stdout.rstrip().split("\n\n")[-1].splitlines()
    assert last[0] == "ROWS"
    assert last[1] == "  read 100 = 100 used"
    assert last[2].startswith("  written: users.csv 36, courses.csv 3, sections.csv 5, enrollments.csv 48,")
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


def test_a_broken_workbook_writes_nothing_and_ends_with_1(samples, tmp_path):
    done = provkit("build", samples / "broken.xlsx", cwd=tmp_path)
    assert done.returncode == 1
    assert not (tmp_path / "out").exists()
    assert "Users!A3: 'peregrine.holt@example.con'" in done.stdout
    assert "NOTHING WAS WRITTEN" in done.stdout
    assert done.stdout.rstrip().splitlines()[-1] == "  read 100 = 85 used + 15 held back"


def test_holding_back_writes_the_rest_and_still_ends_with_1(samples, tmp_path):
    done = provkit("build", samples / "broken.xlsx", "--hold-back", cwd=tmp_path)
    assert done.returncode == 1
    note = json.loads((tmp_path / "out" / ".provkit" / "package.json").read_bytes())
    assert f"{note['held_back']} held back" in done.stdout
    assert "whose own row is held back" in " ".join(done.stdout.split())


def test_a_folder_that_is_not_provkits_stops_the_build_with_3(samples, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    done = provkit("build", samples / "roster.xlsx", "-o", "mine", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "was not written by provkit" in done.stderr
    assert "-o" in done.stderr
    assert tree(tmp_path / "mine") == {"thesis.txt": b"x"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build", "missing.xlsx"], "missing.xlsx"),
        (["build", "roster.csv", "--message", "nothing"], "There is no message template"),
        (["build"], "Missing argument"),
        (["build", "roster.csv", "--for", "nobody"], "nobody"),
    ],
)
def test_what_cannot_be_read_ends_with_2(tmp_path, arguments, said):
    (tmp_path / "roster.csv").write_text("Email,First name,Last name\nana@example.org,Ana,Ruiz\n")
    done = provkit(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_for_the_upload_page_the_last_lines_say_what_to_choose_and_tick(samples, tmp_path):
    done = provkit("build", samples / "roster.xlsx", "--for", "app", "--notify", cwd=tmp_path)
    assert done.returncode == 0
    last = done.stdout.rstrip().split("\n\n")[-1]
    assert last.startswith("ON THE UPLOAD PAGE\n")
    assert "Tick" in last
    assert not [name for name in tree(tmp_path / "out") if name.endswith((".zip", ".properties"))]


def test_every_change_can_be_written_to_a_file(samples, tmp_path):
    done = provkit("build", samples / "roster.xlsx", "--changes", "changes.csv", cwd=tmp_path)
    assert done.returncode == 0
    lines = (tmp_path / "changes.csv").read_text("utf-8-sig").splitlines()
    assert lines[0] == "file,sheet,cell,column,kind,before,after"
    assert "roster.xlsx,Courses,F2,start_date,date,2026-09-08,2026-09-08T04:00:00Z" in lines
    assert f"Dates written in UTC ({sum(',date,' in line for line in lines)})" in done.stdout


def test_known_toml_tells_what_exists_elsewhere(tmp_path):
    rows = "Email,First name,Last name,Course ID,Role\nana@example.org,Ana,Ruiz,NC-1,student\n"
    (tmp_path / "roster.csv").write_text(rows)
    (tmp_path / "known.toml").write_text('courses = ["NC-2"]\n')
    done = provkit("build", "roster.csv", "--known", "known.toml", cwd=tmp_path)
    assert done.returncode == 1
    assert "roster.csv!D2" in done.stdout


def test_settings_come_from_provkit_toml_and_flags_win(samples, tmp_path):
    (tmp_path / "provkit.toml").write_text("[defaults]\nnotify = true\n")
    assert provkit("build", samples / "roster.xlsx", cwd=tmp_path).returncode == 0
    assert "message.properties" in tree(tmp_path / "out")
    assert provkit("build", samples / "roster.xlsx", "--no-notify", cwd=tmp_path).returncode == 0
    assert "message.properties" not in tree(tmp_path / "out")


def test_a_console_of_another_encoding_does_not_crash_it(tmp_path):
    (tmp_path / "roster.csv").write_text("Email,First name,Last name\nana@example.org,Ana 李,\n", "utf-8")
    done = provkit("build", "roster.csv", cwd=tmp_path, PYTHONUTF8="0", PYTHONIOENCODING="cp1252")
    assert done.returncode == 0, done.stderr


def test_a_killed_build_leaves_the_old_package_whole(tmp_path):
    people = [f"person{index}@example.org,First{index},Last{index}" for index in range(20_000)]
    source, out = tmp_path / "roster.csv", tmp_path / "out"
    source.write_text("\n".join(["Email,First name,Last name", *people[:10]]))
    assert provkit("build", "roster.csv", "-o", "old", cwd=tmp_path).returncode == 0
    source.write_text("\n".join(["Email,First name,Last name", *people]))
    assert provkit("build", "roster.csv", "-o", "new", cwd=tmp_path).returncode == 0
    old, new = tree(tmp_path / "old"), tree(tmp_path / "new")

    killed_while_writing = False
    for moment in ("early", "writing", "written", "writing"):
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(tmp_path / "old", out)
        with subprocess.Popen([*PROVKIT, "build", "roster.csv"], cwd=tmp_path, stdout=subprocess.DEVNULL) as process:
            if moment == "early":
                time.sleep(0.5)
            else:
                wait_until(process, lambda moment=moment: any(aside(tmp_path, moment)))
            process.kill()
        killed_while_writing |= any(aside(tmp_path, "writing"))
        if not out.exists():  # between the two renames: the next build puts it back
            (before,) = tmp_path.glob(".out.*.old")
            before.rename(out)
        assert tree(out) in (old, new)
        for left in tmp_path.glob(".out.*"):
            shutil.rmtree(left)
    assert killed_while_writing


def aside(folder, moment):
    """Folders in which a new package is being written, or already is."""
    return folder.glob(".out.*.new" if moment == "writing" else ".out.*.new/.provkit/package.json")


def wait_until(process, happened):
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        if happened():
            return


def test_a_build_reports_in_every_format_too(samples, tmp_path):
    done = provkit("build", samples / "roster.xlsx", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0
    report = json.loads(done.stdout)
    assert report["rows"]["written"]["users.csv"] == 36
    assert (tmp_path / "out" / "package.zip").exists()
    done = provkit("build", samples / "broken.xlsx", "-o", "broken", "--output", "broken.md", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    ticket = (tmp_path / "broken.md").read_text(encoding="utf-8")
    assert "## Nothing was written" in ticket
    assert "peregrine" not in ticket


def test_a_report_among_the_files_to_upload_stops_the_build_before_it_writes(samples, tmp_path):
    done = provkit("build", samples / "roster.xlsx", "--output", tmp_path / "out" / "report.md", cwd=tmp_path)
    assert done.returncode == 3
    assert not (tmp_path / "out").exists()


def test_every_change_goes_to_a_private_file_by_its_ending(samples, tmp_path):
    done = provkit("build", samples / "roster.xlsx", "--changes", "changes.json", cwd=tmp_path)
    assert done.returncode == 0
    assert "It holds personal values" in " ".join(done.stderr.split())
    records = json.loads((tmp_path / "changes.json").read_bytes())["changes"]
    assert {"file", "sheet", "cell", "column", "kind", "before", "after"} == set(records[0])
    assert records[0]["file"] == "roster.xlsx"
    if os.name == "posix":
        assert (tmp_path / "changes.json").stat().st_mode & 0o777 == 0o600


def test_a_file_of_changes_with_another_ending_is_refused_before_anything_is_read(samples, tmp_path):
    done = provkit("build", samples / "roster.xlsx", "--changes", "changes.txt", cwd=tmp_path)
    assert done.returncode == 2
    assert ".csv or .json" in " ".join(done.stderr.split())
    assert not list(tmp_path.iterdir())


def test_diff_shows_what_would_be_mended_and_writes_nothing(tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "e.csv").write_text("course_id,user_id,role,section_id,status\nYOGA,rfenwick,Teacher,,Enrolled\n")
    done = provkit("build", "theirs", "--diff", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "line 2\n    role: 'Teacher' becomes 'teacher'\n    status: 'Enrolled' becomes 'active'" in done.stdout
    assert done.stdout.rstrip().endswith("Nothing was written.")
    assert [path.name for path in tmp_path.iterdir()] == ["theirs"]
    (tmp_path / "theirs" / "e.csv").write_text("course_id,user_id,role,section_id,status\nYOGA,rfenwick,wizzard,,lost\n")
    done = provkit("build", "theirs", "--diff", cwd=tmp_path)
    assert done.returncode == 1
    assert "provkit validate theirs names each" in done.stdout


def test_diff_as_json_masks_what_stands_in_cells_and_can_go_to_a_file(tmp_path):
    (tmp_path / "theirs").mkdir()
    rows = "YOGA,rfenwick,Teacher,,Enrolled\nYOGA,rfenwick,Teacher,,Enrolled\nYOGA,hoyt,wizzard,,lost\n"
    (tmp_path / "theirs" / "e.csv").write_text(f"course_id,user_id,role,section_id,status\n{rows}")
    done = provkit("build", "theirs", "--diff", "--format", "json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    told = json.loads(done.stdout)
    assert (told["format"], told["ok"], told["mends"]) == (1, False, True)
    assert sum(told["left"].values()) >= 1
    (file,) = told["files"]
    assert (file["file"], file["becomes"], file["unchanged"]) == ("e.csv", "enrollments.csv", 0)
    assert [(row["line"], row["written"]) for row in file["rows"]] == [(2, True), (3, False), (4, False)]
    assert file["rows"][0]["cells"][0] == {"column": "role", "before": "T***", "after": "t***"}
    done = provkit("build", "theirs", "--diff", "--output", "diff.json", "--show-values", cwd=tmp_path)
    assert done.stdout == ""
    assert json.loads((tmp_path / "diff.json").read_text())["files"][0]["rows"][0]["cells"][0]["before"] == "Teacher"
    refused = provkit("build", "theirs", "--diff", "--format", "csv", cwd=tmp_path)
    assert refused.returncode == 2
    assert "text or json" in refused.stderr


def test_the_command_that_is_offered_for_ids_in_brackets_builds_as_it_stands(tmp_path):
    (tmp_path / "chess club.csv").write_text(
        "Name,Email,Beginners (NC-B),Advanced (NC-A)\nAna Ruiz,ana@example.org,x,\nBo Ek,bo@example.org,x,x\n"
    )
    asked = provkit("build", "chess club.csv", cwd=tmp_path)
    assert asked.returncode == 1
    (command,) = [line.strip() for line in asked.stdout.splitlines() if line.strip().startswith("provkit build ")]
    done = provkit(*shlex.split(command)[1:], cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "out" / "enrollments.csv").read_text().count("NC-B") == 2
    assert (
        "Beginners" not in provkit("build", "chess club.csv", "--mask-values", cwd=tmp_path).stdout.split("NOTHING WAS WRITTEN")[1]
    )


@pytest.mark.parametrize("name", ["a$b.csv", "a`b.csv", "a!.csv"])
def test_no_command_is_offered_that_a_shell_would_read_otherwise(tmp_path, name):
    (tmp_path / name).write_text(
        "Name,Email,Beginners (NC-B),Advanced (NC-A)\nAna Ruiz,ana@example.org,x,\nBo Ek,bo@example.org,x,x\n"
    )
    assert "provkit build" not in provkit("build", name, cwd=tmp_path).stdout.split("NOTHING WAS WRITTEN")[1]
