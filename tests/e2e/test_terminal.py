"""What is typed at a terminal, a real one: ids of what is to end, and what a job gets back where nothing has changed."""

from __future__ import annotations

import fcntl
import json
import os
import select
import struct
import subprocess
import sys
import termios

import pytest

from provkit.config import Config
from provkit.workflows.send import send

COURSES = b"course_id,short_name,long_name,account_id,status\nC-1,One,One,ACC,%s\nC-2,Two,Two,ACC,%s\n"
SECTIONS = b"section_id,course_id,name,status\nS-1,C-3,Mondays,%s\n"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a terminal to type into is made by POSIX means")


@pytest.fixture
def at_terminal(tmp_path):
    """Runs the command line at a terminal of 80 columns; each answer is typed when its question stands there."""

    def run(*arguments, answers=(), environ=None):
        ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        process = subprocess.Popen(
            [sys.executable, "-m", "provkit", *arguments],
            cwd=tmp_path,
            env=dict(os.environ) | {"TERM": "xterm", "COLUMNS": "80"} | dict(environ or {}),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        shown, waiting = b"", list(answers)
        try:
            while True:
                if not select.select([ours], [], [], 60)[0]:
                    process.kill()
                    raise AssertionError(f"it waits for something that nobody types: {shown.decode()}")
                try:
                    read = os.read(ours, 4096)
                except OSError:  # the other end is closed
                    break
                if not read:
                    break
                shown += read
                if waiting and waiting[0][0].encode() in shown.rpartition(b"\n")[2]:
                    shown += b"\n"
                    os.write(ours, waiting.pop(0)[1].encode() + b"\n")
        finally:
            os.close(ours)
        assert waiting == []
        return process.wait(timeout=60), shown.decode()

    return run


@pytest.fixture
def sent(service, keys, built, write_settings):
    """A package that was accepted, and then one whose courses and section are over."""
    write_settings(beta=service.settings)
    config = Config(None, {"env": {"beta": service.settings}}, keys)
    out = built(files={"courses.csv": COURSES % (b"active", b"active"), "sections.csv": SECTIONS % b"active"})
    send(out, env="beta", config=config)
    return built(files={"courses.csv": COURSES % (b"completed", b"deleted"), "sections.csv": SECTIONS % b"deleted"})


FIRST, SECOND, ONLY = ("let it end (1 of 2)", "let it end (2 of 2)", "let it end (1 of 1)")


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ([(FIRST, "C-1"), (SECOND, " C-2 "), (ONLY, "S-1")], 0),
        ([(FIRST, "C-1"), (SECOND, "C-1"), (ONLY, "S-1")], 3),
        ([(FIRST, "yes"), (ONLY, "S-1")], 3),
        ([(FIRST, "C-1"), (SECOND, "C-2"), (ONLY, "s-1")], 3),
        ([(FIRST, ""), (ONLY, "")], 3),
        ([(FIRST, "\x04")], 3),
    ],
    ids=["all", "one of two", "another word", "other letters", "nothing", "end of input"],
)
def test_what_is_to_end_is_typed_id_by_id(service, keys, sent, at_terminal, answers, code):
    found, shown = at_terminal("send", "--env", "beta", answers=answers, environ=keys)
    assert found == code, shown
    assert "C-1 is completed, C-2 is deleted" in " ".join(shown.split())
    assert len(service.uploads) == (2 if code == 0 else 1)


def test_nobody_is_asked_for_ids_where_something_else_stops_it_anyway(service, keys, sent, built, at_terminal):
    built(files={"courses.csv": COURSES % (b"completed", b"active")}, held_back=1)
    found, shown = at_terminal("send", "--env", "beta", environ=keys)
    assert found == 3, shown
    assert "Type the id" not in shown
    assert "--end-course C-1 --allow held_back" in " ".join(shown.split())
    assert len(service.uploads) == 1


@pytest.mark.parametrize("flag", ["--non-interactive", "--yes"])
def test_a_job_is_asked_nothing_although_it_has_a_terminal(service, keys, sent, at_terminal, flag):
    found, shown = at_terminal("send", "--env", "beta", flag, environ=keys)
    assert found == 3, shown
    assert "Type the id" not in shown
    assert len(service.uploads) == 1


def test_a_job_can_tell_that_nothing_has_changed(service, keys, built, provkit, write_settings):
    write_settings(beta=service.settings)
    built()
    flags = ("send", "--env", "beta", "--changes-only", "--exit-unchanged", "99")
    assert provkit(*flags, environ=keys).returncode == 0  # the first time all is new
    done = provkit(*flags, "--format", "json", environ=keys)
    assert (done.returncode, json.loads(done.stdout)["kind"]) == (99, "unchanged"), done.stderr
    done = provkit("send", "--env", "beta", "--changes-only", environ=keys)
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        "Nothing has changed since what was last accepted; nothing was sent.",
    )
    # A full send of the same is no change that was looked for: it stops as having been sent, or goes if that is meant.
    assert provkit("send", "--env", "beta", "--exit-unchanged", "99", "--again", environ=keys).returncode == 0
    assert provkit("send", "--env", "beta", "--changes-only", "--exit-unchanged", "126", environ=keys).returncode == 2
    assert len(service.uploads) == 2
