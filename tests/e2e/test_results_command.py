"""`provkit results`, as it is called."""

import json
import subprocess
import sys

MAIL = (
    "Results from the uploads:\n\nImportId is 7\n\nusers.csv:\n\tzed@example.org - GuestAccountService error: returned null\n"
    "\tGuest accounts creation failures: 1\n"
)
USERS = "user_id,login_id,first_name,last_name,email,status\nzed@example.org,zed@example.org,Zed,Ek,zed@example.org,active\n"


def provkit(folder, *arguments, stdin=""):
    return subprocess.run(
        [sys.executable, "-m", "provkit", *arguments], cwd=folder, input=stdin, capture_output=True, encoding="utf-8", check=False
    )


def test_a_mail_from_standard_input_about_the_package_in_out(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "users.csv").write_text(USERS, encoding="utf-8")
    done = provkit(tmp_path, "results", "-", stdin=MAIL)
    assert done.returncode == 1
    assert "users.csv line 2: zed@example.org - GuestAccountService error" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_machines_get_no_names(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "users.csv").write_text(USERS, encoding="utf-8")
    (tmp_path / "mail.txt").write_text(MAIL, encoding="utf-8")
    done = provkit(tmp_path, "results", "mail.txt", "--format", "json")
    assert "zed" not in done.stdout
    said = json.loads(done.stdout)
    assert said["failed"] == [{"file": "users.csv", "record": 2, "line": 2, "origin": None}]


def test_corrections_are_written_and_need_a_package(tmp_path):
    (tmp_path / "users.csv").write_text(USERS, encoding="utf-8")
    done = provkit(tmp_path, "results", "-", "--package", "users.csv", "--corrections", "again", stdin=MAIL)
    assert "Written to again: users.csv" in " ".join(done.stderr.split())
    assert (tmp_path / "again" / "users.csv").read_text(encoding="utf-8") == USERS
    assert provkit(tmp_path, "results", "-", "--corrections", "more", stdin=MAIL).returncode == 2


def test_what_is_no_mail_ends_with_2(tmp_path):
    done = provkit(tmp_path, "results", "-", stdin="lunch is at noon\n")
    assert done.returncode == 2
    assert "no mail of the provisioning service" in " ".join(done.stderr.split())


def test_what_simulate_shows_is_read_for_its_mails_alone(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "users.csv").write_text(USERS.replace("zed@example.org,active", "zed@@,active"), encoding="utf-8")
    shown = provkit(tmp_path, "simulate").stdout
    done = provkit(tmp_path, "results", "-", stdin=shown)
    assert "THE SERVICE'S OWN RESULTS" in done.stdout
    assert not [line for line in ("did not get the message", "Not understood", "BESIDE THE MAILS") if line in done.stdout]
    assert "Rows are looked up in out/" in done.stderr
