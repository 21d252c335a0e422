"""Attempts to make a send go wrong: files changed under its feet, plans edited, histories lost, disks full."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from itertools import pairwise

import pytest

from provkit.config import Config
from provkit.errors import GuardError, HistoryError
from provkit.workflows import plan_file
from provkit.workflows.plan import plan
from provkit.workflows.send import prepare, send

HEADER = b"course_id,user_id,role,section_id,status\n"


def rows(count, course=b"SAFETY-101", first=0):
    return HEADER + b"".join(b"%s,u%06d,student,,active\n" % (course, first + number) for number in range(count))


@pytest.fixture
def config(service, keys):
    return Config(None, {"env": {"beta": service.settings}}, keys)


@pytest.mark.parametrize("individual", [False, True])
def test_what_is_posted_is_what_was_judged_although_the_files_change_meanwhile(service, config, built, individual):
    out = built(files={"enrollments.csv": rows(60_000)})  # large enough to be mapped, if it were
    prepared = prepare(out, env="beta", individual=individual, config=config)
    judged = bytes(prepared.upload.files[0].content)
    for name in ("enrollments.csv", "package.zip"):
        with (out / name).open("r+b") as file:
            file.write(b"\0" * 4096)
        os.truncate(out / name, 5000)
    assert prepared.deliver().ok
    [(_, _, posted)] = [part for part in service.uploads[-1].parts if part[1]]
    assert posted == judged


@pytest.mark.parametrize(
    "edit",
    [
        {"environment": "test"},
        {"group": "BL-OTHER"},
        {"host": "elsewhere.example.org"},
        {"feed": "other"},
        {"digest": "0" * 64},
        {"basis": "0" * 64},
        {"changes_only": False},
        {"removals": "completed"},
    ],
    ids=lambda edit: next(iter(edit)),
)
def test_a_plan_that_was_edited_is_not_sent(service, config, built, tmp_path, edit):
    send(built(files={"enrollments.csv": rows(20)}), env="beta", config=config)
    out = built(files={"enrollments.csv": rows(20, first=1)})
    text = plan_file.render(plan(out, env="beta", changes_only=True, removals="deleted", config=config))
    (tmp_path / "plan.json").write_text(json.dumps(json.loads(text) | edit), "utf-8")
    with pytest.raises(GuardError) as caught:
        send(out, env="beta", plan=tmp_path / "plan.json", config=config)
    assert caught.value.reason == "plan_differs"
    assert len(service.uploads) == 1


def test_a_package_that_a_link_leads_to_is_the_package_itself(service, config, built, tmp_path):
    out = built("there")
    (tmp_path / "out").symlink_to(out, target_is_directory=True)
    assert send(tmp_path / "out", env="beta", config=config).ok
    with pytest.raises(GuardError) as caught:
        send(out, env="beta", config=config)
    assert caught.value.reason == "already_sent"


def test_a_link_in_the_place_of_a_package_is_not_replaced_by_a_build(tmp_path, provkit):
    (tmp_path / "roster.csv").write_text("login_id,course_id,role\n0001234567,C,student\n", "utf-8")
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("years of work", "utf-8")
    (tmp_path / "out").symlink_to(tmp_path / "precious", target_is_directory=True)
    done = provkit("build", "roster.csv")
    assert done.returncode != 0
    assert (tmp_path / "precious" / "thesis.txt").read_text("utf-8") == "years of work"


def test_a_history_that_was_lost_lets_no_changes_end_anybody(service, config, built, tmp_path):
    send(built(files={"enrollments.csv": rows(20)}), env="beta", config=config)
    prepared = prepare(built(files={"enrollments.csv": rows(19)}), env="beta", changes_only=True, removals="deleted", config=config)
    assert prepared.outlook.changes.gone.ended.sum() == 1
    for file in prepared.history.ledger.folder.glob("history.sqlite3*"):
        file.unlink()
    with pytest.raises(GuardError):  # what it was compared with is gone
        prepared.deliver()
    prepared = prepare(built(files={"enrollments.csv": rows(19)}), env="beta", changes_only=True, removals="deleted", config=config)
    assert not prepared.outlook.changes.gone.ended.any()
    assert any("counts as new" in note for note in prepared.warnings)
    assert len(service.uploads) == 1


def test_a_history_that_is_damaged_stops_everything(service, config, built):
    out = built()
    history = prepare(out, env="beta", config=config).history
    send(out, env="beta", config=config)
    history.ledger.path.write_bytes(b"no database" * 1000)
    for file in history.ledger.folder.glob("history.sqlite3-*"):
        file.unlink()
    with pytest.raises(HistoryError, match="cannot be used"):
        send(built(files={"enrollments.csv": rows(3)}), env="beta", config=config)
    assert len(service.uploads) == 1


def test_two_sends_that_both_got_a_confirmation_arrive_once(service, config, built):
    out = built()
    prepared = [prepare(out, env="beta", config=config) for _ in range(2)]
    found = []

    def deliver(one):
        try:
            found.append(one.deliver().ok)
        except GuardError as error:
            found.append(error.reason)

    threads = [threading.Thread(target=deliver, args=(one,)) for one in prepared]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(service.uploads) == 1
    assert True in found


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="a small disk is made by Linux's means, and by root")
def test_on_a_full_disk_nothing_is_sent(service, config, keys, built, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", small], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no file system may be mounted here")
    try:
        environ = keys | {"PROVKIT_DATA_DIR": str(small / "data")}
        full = Config(None, {"env": {"beta": service.settings}}, environ)
        with pytest.raises(OSError), (small / "filler").open("wb") as filler:
            filler.write(bytes(1 << 20))
        with pytest.raises(HistoryError, match="cannot be used"):
            send(built(files={"enrollments.csv": rows(2000)}), env="beta", config=full)
        assert service.uploads == []
        (small / "filler").unlink()
        # Room again: the next one goes, and nothing half-written is in its way.
        assert send(built(files={"enrollments.csv": rows(20)}), env="beta", config=full).ok
    finally:
        subprocess.run(["umount", small], check=True)


@pytest.mark.parametrize("command", ["send", "plan", "run"])
def test_without_an_environment_the_environments_are_named(provkit, command):
    said = provkit(command, *(["list.csv"] if command == "run" else []))
    assert said.returncode == 2
    assert "say where it goes: beta, test, production, or" in " ".join(said.stderr.replace("│", " ").split())


def test_paragraphs_of_help_flow(provkit):
    """Lines end where the terminal does, not where they end in the source."""
    said = provkit("build", "--help", environ={"COLUMNS": "80"}).stdout
    lines = [line.strip() for line in said.partition("╭")[0].splitlines()]
    for line, following in pairwise(lines):
        if line and following:
            assert len(line) + 1 + len(following.split()[0]) > 77, line
