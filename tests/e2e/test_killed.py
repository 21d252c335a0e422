"""A process killed at any moment of build, send and history writing leaves nothing half-written, and the next run does the right thing."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from provkit.config import Config
from provkit.delivery import History
from provkit.errors import GuardError
from provkit.package import ARCHIVE_NAME, Meta, Package, differences, digest_of
from provkit.workflows.build import build
from provkit.workflows.send import send

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is forked for each run, so that it begins at once")

# One process that has everything imported, and forks for each run: the run's moments count, not those of the imports.
HERD = """
import json, os, sys
from provkit.config import Config
from provkit.errors import ProvkitError
import provkit.checks, provkit.receiver
from provkit.workflows.build import build
from provkit.workflows.send import send

tables, environ = json.loads(sys.stdin.readline())
config = Config(None, tables, environ)
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        try:
            build("roster.csv", "out", config=config)
            send("out", env="beta", config=config)
        except ProvkitError as error:
            print(error, file=sys.stderr)
        finally:
            os._exit(0)
    print(child, flush=True)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    print("over", flush=True)
    sys.stdin.readline()
    os.waitpid(child, 0)
"""


def roster(number):
    """A roster that differs every night."""
    return "course_id,user_id,role,section_id,status\n" + "".join(
        f"SAFETY-101,u{number:04d}x{row:04d},student,,active\n" for row in range(200)
    )


@pytest.fixture
def herd(tmp_path, service, keys):
    environ = keys | {"PROVKIT_DATA_DIR": str(tmp_path / "data")}
    tables = {"env": {"beta": service.settings | {"timeout": 60}}}
    process = subprocess.Popen(
        [sys.executable, "-c", HERD],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    process.stdin.write(json.dumps([tables, environ]) + "\n")
    process.stdin.flush()
    assert process.stdout.readline() == "ready\n"

    def run(kill_after=None):
        """One run of build and send, killed after so many seconds; how long it took."""
        begun = time.monotonic()
        process.stdin.write("\n")
        process.stdin.flush()
        child = int(process.stdout.readline())
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)  # the number is its own until the herd is told to let it go
        assert process.stdout.readline() == "over\n"
        process.stdin.write("\n")
        process.stdin.flush()
        return time.monotonic() - begun

    yield run, Config(None, tables, environ)
    process.stdin.close()
    process.stdout.close()
    process.wait(30)


def whole(out):
    """Whether a package's folder is as it was built."""
    meta = Meta.read(out)
    assert meta is not None
    assert differences(out, meta) == {}
    assert digest_of(out / ARCHIVE_NAME) == meta.archive
    return Package.read(out)


@pytest.mark.parametrize("kills", [6, pytest.param(200, marks=pytest.mark.slow)])
def test_a_run_killed_at_a_random_moment_leaves_nothing_half_written(service, say, herd, tmp_path, kills, record_property):
    run, config = herd
    taken = []

    def take(connection):
        connection.read()
        if len(connection.received.body) == connection.length:
            taken.append(connection.received.parts[0][2])
            say.queued(connection)

    service.upload_script = [take]
    source, out = tmp_path / "roster.csv", tmp_path / "out"
    source.write_text(roster(0), "utf-8")
    lasts = run()
    history = History.open(config)
    [first] = history.sends()
    moments = random.Random(kills)
    seen = {"nothing new": 0, "built": 0, "unsent": 0, "unknown": 0, "accepted": 0}

    for number in range(1, kills + 1):
        source.write_text(roster(number), "utf-8")
        before = len(history.sends())
        run(kill_after=moments.uniform(0.0, lasts * 1.1))

        # Nothing is half-written: the folder is the old package or the new one, or a rename away from it; the history can be read.
        if out.exists():
            whole(out)
        with closing(sqlite3.connect(history.ledger.path)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        lines = history.sends()
        assert {line.state for line in lines} <= {"accepted", "unsent", "unknown", "lost"}
        assert len(history.last_accepted(first.feed).package.parts) == 1
        word = lines[-1].state if len(lines) > before else "built" if out.exists() and not stale(out) else "nothing new"
        seen[word] += 1

        # The next run is right.
        build(source, out, config=config)
        package = whole(out)
        arrived = (out / ARCHIVE_NAME).read_bytes() in taken
        assert package.meta.stale_sources(out) == ()
        if word == "unknown":
            with pytest.raises(GuardError, match="not known"):
                send(out, env="beta", config=config)
            history.settle(lines[-1].id, "accepted" if arrived else "lost")
        if arrived:
            with pytest.raises(GuardError, match="before"):
                send(out, env="beta", config=config)
        else:
            assert send(out, env="beta", config=config).ok
        assert history.last_accepted(first.feed).package.parts[0].content == (out / ARCHIVE_NAME).read_bytes()
        assert len(taken) == len(set(taken)) == number + 1

    record_property("killed", json.dumps(seen))
    assert sum(seen.values()) == kills


def stale(out):
    return Meta.read(out).stale_sources(out) != ()
