"""`provkit run`, as a job calls it: each way that it ends gives its exit code, and one JSON line that says why."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from provkit.config import Config
from provkit.delivery import History, oauth, page
from provkit.errors import EXIT_CODES, ConfigError
from provkit.planning.guards import GUARDS
from provkit.workflows.run import STEPS, Limit, run

HEADER = "login_id,first_name,last_name,email,course_id,role\n"


def person(number, name="Ottoline"):
    address = f"quill{number}@safety-guests.org"
    return f"{address},{name},Quill{number},{address},SAFETY-101,student\n"


def bad(number):
    return person(number).replace(f"quill{number}@safety-guests.org", f"quill{number}@safety-guests")


@pytest.fixture
def roster(tmp_path):
    """Writes the source."""

    def write(*rows, name="roster.csv"):
        (tmp_path / name).write_text(HEADER + "".join(rows), "utf-8")
        return tmp_path / name

    return write


@pytest.fixture
def night(provkit, keys, service, write_settings):
    """A run, and what it said: its exit code and its lines."""
    write_settings(beta=service.settings, production=service.settings)
    more = {name.replace("TEST", "PRODUCTION"): value for name, value in keys.items()}

    def call(*arguments, source="roster.csv", env="beta", environ=None, known=keys):
        done = provkit("run", source, "--env", env, *arguments, environ={**known, **more, **(environ or {})})
        assert "Traceback" not in done.stderr, done.stderr
        assert "quill" not in done.stdout.lower()
        assert "ottoline" not in done.stdout.lower()
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    return call


def ends(said, code, reason, at, *, ok=False):
    """The last line says what the process ended with."""
    returned, lines = said
    last = lines[-1]
    assert (returned, last["exit_code"], last["reason"], last["at"], last["ok"]) == (code, code, reason, at, ok), last
    assert last["step"] == "end"
    assert [line["step"] for line in lines[:-1]] == list(STEPS[: len(lines) - 1])
    return last


def test_a_run_tells_every_step_and_the_next_one_that_nothing_has_changed(night, roster, service):
    roster(*map(person, range(3)))
    first = night("--changes-only")
    assert [line["step"] for line in first[1]] == list(STEPS)
    assert ends(first, 0, "accepted", "send", ok=True)["send"] == 1
    build = first[1][1]
    assert build["rows"] == {"read": 3, "used": 3, "merged": 0, "set_aside": 0, "held_back": 0, "written": build["rows"]["written"]}
    last = ends(night("--changes-only"), 0, "unchanged", "guards", ok=True)
    assert (last["name"], last["message"]) == ("done", "Nothing has changed since what was last accepted; nothing was sent.")
    returned, lines = night("--changes-only", "--exit-unchanged", "99")
    assert (returned, lines[-1]["exit_code"], lines[-1]["reason"]) == (99, 99, "unchanged")
    assert len(service.uploads) == 1


def test_without_changes_only_the_same_once_more_is_unchanged_too(night, roster, service):
    roster(*map(person, range(3)))
    ends(night(), 0, "accepted", "send", ok=True)
    ends(night(), 0, "unchanged", "guards", ok=True)
    roster(*map(person, range(4)))
    ends(night(), 0, "accepted", "send", ok=True)
    # What was sent before the last would undo it: that is for a person to say.
    roster(*map(person, range(3)))
    ends(night(), 3, "already_sent", "send")
    assert len(service.uploads) == 2


def test_it_runs_in_the_environment_that_cron_gives(tmp_path, keys, service, write_settings, roster):
    write_settings(beta=service.settings)
    roster(person(1, "Zoë"), name="Kursübersicht.csv")
    home = tmp_path / "home"
    home.mkdir()
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", **keys}
    done = subprocess.run(
        [sys.executable, "-m", "provkit", "run", "Kursübersicht.csv", "--env", "beta", "--status", "status.json"],
        cwd=tmp_path,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    lines = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    assert (lines[0]["source"], lines[-1]["reason"]) == ("Kursübersicht.csv", "accepted")
    assert (home / ".local" / "share" / "provkit" / "history.sqlite3").is_file()


@pytest.mark.skipif(os.name != "posix", reason="HOME is POSIX's")
def test_without_a_home_it_says_so_and_sends_nothing(tmp_path, keys, service, write_settings, roster):
    write_settings(beta=service.settings)
    roster(person(1))
    for more, code in (({}, 2), ({"PROVKIT_DATA_DIR": str(tmp_path / "data")}, 0)):
        done = subprocess.run(
            [sys.executable, "-m", "provkit", "run", "roster.csv", "--env", "beta"],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", **keys, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.returncode == lines[-1]["exit_code"] == code, done.stderr
        if code:
            assert lines[-1]["message"].startswith("HOME is not set")
            assert "PROVKIT_DATA_DIR=" in lines[-1]["remedy"]
            assert service.received == []


def test_another_run_that_holds_the_lock_ends_it_with_7(night, roster, service):
    roster(person(1))
    history = History.open(Config(None, {}, {}))
    with history.lock("beta", "BL-TEST"):
        last = ends(night(), 7, "busy", "start")
    assert last["message"].startswith("Another run of provkit is sending to beta for BL-TEST.")
    assert service.received == []
    ends(night(), 0, "accepted", "send", ok=True)


def test_the_lock_is_held_from_the_build_on(roster, service, keys, tmp_path):
    config = Config(None, {"env": {"beta": service.settings}}, {"HOME": "/", **keys})
    busy = []

    def tell(line):
        if line["step"] == "build":
            second = run(roster(person(1)), env="beta", out=tmp_path / "other", config=config)
            busy.append((second.exit_code, second.reason))

    ended = run(roster(person(1)), env="beta", out=tmp_path / "out", config=config, tell=tell, allow=())
    assert busy == [(7, "busy")]
    assert ended.reason == "stale_source" or ended.ok


def test_a_source_that_changes_while_it_runs_stops_it(roster, service, keys, tmp_path):
    config = Config(None, {"env": {"beta": service.settings}}, {"HOME": "/", **keys})

    def tell(line):
        if line["step"] == "build":
            roster(person(1), person(2))

    ended = run(roster(person(1)), env="beta", out=tmp_path / "out", config=config, tell=tell)
    assert (ended.exit_code, ended.reason, ended.at) == (3, "stale_source", "guards")
    assert service.received == []


def test_a_source_that_nobody_has_written_for_long_stops_it(night, roster, service):
    path = roster(person(1))
    yesterday = time.time() - 25 * 3600
    os.utime(path, (yesterday, yesterday))
    last = ends(night("--max-age", "24"), 3, "old_source", "build")
    assert "more than 24 hours ago" in last["message"]
    assert service.received == []
    ends(night("--max-age", "26"), 0, "accepted", "send", ok=True)


@pytest.mark.parametrize("flags", [(), ("--changes-only",)])
def test_a_source_that_shrank_by_half_stops_it(night, roster, service, flags):
    roster(*map(person, range(30)))
    ends(night(*flags), 0, "accepted", "send", ok=True)
    roster(*map(person, range(14)))
    last = ends(night(*flags), 3, "much_smaller", "guards")
    assert "had 30" in last["message"]
    assert len(service.uploads) == 1
    meant = [word for guard in ("much_smaller", "ends_half", "ends_many") for word in ("--allow", guard)]
    ends(night(*flags, "--removals", "deleted", *meant), 0, "accepted", "send", ok=True)


def test_rows_with_errors_stop_it_or_are_held_back_up_to_a_limit(night, roster, service):
    roster(*map(person, range(9)), bad(9))
    said = night()
    last = ends(said, 1, "findings", "build")
    assert (last["name"], last["send"], service.received) == ("findings", None, [])
    [error] = said[1][1]["errors"]
    assert error["origin"] == {"file": "roster.csv", "sheet": None, "cell": "A11"}
    last = ends(night("--hold-back"), 3, "held_back_limit", "build")  # 10 % are more than 5 %
    assert last["message"].startswith("1 of 10 rows would be held back, and the limit is 5%.")
    ends(night("--hold-back", "--hold-back-limit", "0"), 3, "held_back_limit", "build")
    assert service.received == []
    assert ends(night("--hold-back", "--hold-back-limit", "1"), 0, "accepted", "send", ok=True)["held_back"] == 1
    assert ends(night("--hold-back", "--hold-back-limit", "10%"), 0, "unchanged", "guards", ok=True)["held_back"] == 1


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "101%", "5 %%"])
def test_a_limit_is_a_number_of_rows_or_a_share(text):
    with pytest.raises(ConfigError, match="neither a number of rows nor a share"):
        Limit.parse(text)


def test_a_server_that_is_down_ends_it_with_5_and_it_may_be_repeated(night, roster, service, write_settings):
    roster(person(1))
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    write_settings(beta=service.settings | {"base_url": f"https://localhost:{port}"})
    last = ends(night(), 5, "refused", "send")
    assert last["send"] == 1
    write_settings(beta=service.settings)
    ends(night(), 0, "accepted", "send", ok=True)


def test_a_login_that_fails_ends_it_with_4(night, roster, service, say):
    roster(person(1))
    service.token_script = [say.answer(401, {"error": "invalid_client"})]
    ends(night(), 4, "wrong_client", "send")
    assert service.uploads == []


def test_after_an_unknown_outcome_nothing_goes_until_it_is_settled(night, roster, service, say, provkit):
    roster(person(1))
    service.upload_script = [say.cut(1.0), say.queued]
    last = ends(night("--changes-only"), 6, "connection_lost", "send")
    assert (last["name"], last["send"]) == ("unknown", 1)
    last = ends(night("--changes-only"), 3, "outcome_unknown", "guards")
    assert "provkit history settle 1 lost" in last["remedy"]
    assert len(service.uploads) == 1
    assert provkit("history", "settle", "1", "lost").returncode == 0
    ends(night("--changes-only"), 0, "accepted", "send", ok=True)


def test_production_is_confirmed_on_the_command_line_and_nobody_is_asked(night, roster, service):
    roster(person(1))
    ends(night(env="production"), 3, "not_confirmed", "send")
    assert service.received == []
    ends(night("--confirm-env", "production", env="production", environ={}), 0, "accepted", "send", ok=True)


def test_a_rehearsal_logs_in_and_uploads_nothing(night, roster, service):
    roster(person(1))
    ends(night("--dry-run"), 0, "rehearsed", "send", ok=True)
    assert (len(service.tokens), service.uploads) == (1, [])


def test_what_is_not_set_up_ends_it_with_2_before_anything_is_built(night, roster, service, tmp_path, write_settings):
    roster(person(1))
    last = ends(night(known={}), 2, "setup", "start")
    assert "client id" in last["remedy"]
    assert not (tmp_path / "out").exists()
    ends(night(source="missing.csv"), 2, "setup", "build")
    (tmp_path / "provkit.toml").write_text("[env.beta]\ngruop = 1\n", "utf-8")
    returned, lines = night()
    assert (returned, lines[-1]["reason"]) == (2, "setup")
    assert "gruop" in lines[-1]["message"]
    assert service.received == []


def test_the_status_file_says_how_it_stands_and_when_it_last_ended_well(night, roster, service, say, tmp_path):
    roster(person(1))
    _, lines = night("--status", "status.json")
    first = json.loads((tmp_path / "status.json").read_text("utf-8"))
    assert (first["running"], first["lines"], first["last_done"]) == (False, lines, lines[-1]["time"])
    if os.name == "posix":
        assert (tmp_path / "status.json").stat().st_mode & 0o077 == 0
    roster(person(2))
    service.upload_script = [say.answer(503, "busy")]
    ends(night("--status", "status.json"), 5, "unavailable", "send")
    second = json.loads((tmp_path / "status.json").read_text("utf-8"))
    assert second["last_done"] == first["last_done"]
    assert second["lines"][-1]["reason"] == "unavailable"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".status")] == []


def test_a_status_file_that_cannot_be_written_stops_it_before_anything_is_built(night, roster, service, tmp_path):
    roster(person(1))
    for path in ("no/folder/status.json", "out/status.json", "roster.csv"):
        returned, lines = night("--status", path)
        assert returned == lines[-1]["exit_code"] == (2 if path.startswith("no") else 3), path
    assert not (tmp_path / "out").exists()
    assert service.received == []


def test_while_it_runs_the_status_file_says_so(roster, service, keys, tmp_path, write_settings):
    """A run that is broken off leaves no last line; the file says that it was still running, or why it ended."""
    write_settings(beta=service.settings)
    roster(person(1))
    stood = []

    def behave(connection):
        stood.append(json.loads((tmp_path / "status.json").read_text("utf-8")))
        connection.read()
        connection.write(200, {"Content-Type": "application/json"}, b'{"message": "queued"}')

    service.upload_script = [behave]
    done = subprocess.run(
        [sys.executable, "-m", "provkit", "run", "roster.csv", "--env", "beta", "--status", "status.json"],
        cwd=tmp_path,
        env={**os.environ, **keys},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [(one["running"], one["lines"][-1]["step"]) for one in stood] == [(True, "guards")]


ROOT = Path(__file__).parents[2]


def reasons():
    """Every stable word that the code gives as a reason to stop, as it is written there."""
    found = {guard.reason for guard in GUARDS}
    for room in ("delivery", "workflows", "writer.py", "package.py"):
        path = ROOT / "toolkit" / room
        for file in path.rglob("*.py") if path.is_dir() else [path]:
            text = file.read_text("utf-8")
            found |= set(re.findall(r'\breason="([a-z_]+)"', text)) | set(re.findall(r'\bOutcome\(\s*"([a-z_]+)"', text))
            found |= set(re.findall(r'\bFailure\(\s*"([a-z_]+)"', text)) | set(re.findall(r'\bkind="(token_[a-z_]+)"', text))
    found |= set(oauth._SENTENCES) | {cause.kind for cause in page._CAUSES}
    # What only other commands stop at.
    return found - {"exists", "no_such_send", "outcome_known", "target_exists", "not_replaceable", "source_changed"}


def test_every_exit_code_and_reason_is_on_the_page():
    text = (ROOT / "docs" / "night-jobs.md").read_text("utf-8")
    assert "\n".join(f"| {code} | `{name}` | {meaning} |" for code, (name, meaning) in EXIT_CODES.items()) in text
    assert sorted(word for word in reasons() if f"`{word}`" not in text) == []
