"""The installed `provkit simulate` in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile

USERS = "user_id,login_id,first_name,last_name,email,status\nann@example.org,ann@example.org,Ann,Lee,ann@example.org,active\n"


def run(*args):
    return subprocess.run(
        [sys.executable, "-m", "provkit", "simulate", *map(str, args)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_a_folder_is_simulated_and_what_canvas_receives_is_written(tmp_path):
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "users.csv").write_text(USERS)
    target = tmp_path / "canvas.zip"
    done = run(tmp_path / "p", "--canvas-zip", target)
    assert done.returncode == 0, done.stderr
    assert "ANSWER  200" in done.stdout
    assert zipfile.ZipFile(target).namelist() == ["users.csv"]


def test_a_row_that_does_not_arrive_gives_1(tmp_path):
    path = tmp_path / "users.csv"
    path.write_text(USERS + "x,jdoe,J,D,x,active\n")
    done = run(path, "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["files"][0]["rows"]["rejected"] == 1
    assert "jdoe" not in done.stdout


def test_a_refusal_writes_no_zip_and_says_so(tmp_path):
    path = tmp_path / "users.csv"
    path.write_text("x\n")
    done = run(path, "--canvas-zip", tmp_path / "canvas.zip")
    assert done.returncode == 1
    assert "was not written" in " ".join(done.stderr.split())
    assert not (tmp_path / "canvas.zip").exists()


def test_nothing_there_gives_2(tmp_path):
    assert run(tmp_path / "none").returncode == 2


def test_a_refusal_says_what_to_do(root, tmp_path):
    book = run(root / "sample_data" / "roster.xlsx")
    assert book.returncode == 2
    assert "Build them first: provkit build" in book.stderr
    (tmp_path / "list.csv").write_text("Email,Course\nann@example.org,NC-1\n")
    assert "is a list, build the files of it first" in " ".join(run(tmp_path / "list.csv").stderr.split())
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "users.csv").write_text(USERS)
    asked = run(tmp_path / "p", "--notify")
    assert "ANSWER  400" in asked.stdout
    assert "leave --notify out" in " ".join(asked.stderr.split())
