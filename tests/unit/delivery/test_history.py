"""The history: what it records, what it stops, what it keeps, and what it makes of processes that died."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import keyring
import pytest
from keyrings.alt.file import PlaintextKeyring

from provkit.config import Config
from provkit.delivery import Feed, History, Outcome, SentFile, digest_of
from provkit.errors import AuthError, Busy, GuardError, HistoryError, OutcomeUnknown, Refused, Unreachable
from provkit.origins import Origins
from provkit.package import Meta, Package, SourceFile
from provkit.rules import RowAccount

FEED = Feed("beta", "BL-TEST", "roster")
CSV = b"course_id,user_id,role,section_id,status\nSAFETY-101,jdoe,student,,active\n"
ACCEPTED = Outcome("accepted", "The service says: fine", None, 200)
NO_ANSWER = OutcomeUnknown("?", kind="no_answer")
META = Meta(
    format=1,
    provkit="1.0",
    door="api",
    notify=False,
    feed="roster",
    sources=(SourceFile("roster.csv", "00"),),
    files={"enrollments.csv": "11"},
    archive="22",
    held_back=0,
    rows=RowAccount(1, 1, 0, 0, 0, {}),
)
needs_modes = pytest.mark.skipif(os.name != "posix", reason="a file's mode says who can read it on POSIX systems only")


@pytest.fixture
def history(tmp_path):
    return History(tmp_path / "data")


@pytest.fixture
def file_keyring(tmp_path):
    """A keyring with a real backend, which keeps its values in a file."""
    before = keyring.get_keyring()
    backend = PlaintextKeyring()
    backend.file_path = str(tmp_path / "keyring.cfg")
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


def package(content=CSV):
    return Package.from_files({"enrollments.csv": content})


def files(content=CSV):
    import hashlib

    return (SentFile("enrollments", 1, hashlib.sha256(content).hexdigest()),)


def sent(history, content=CSV, *, result=ACCEPTED, feed=FEED, **more):
    """One send, from its record to its outcome."""
    with history.begin(feed, package(content), files(content), host="service.example.org", **more) as attempt:
        attempt.leaving()
        attempt.settle(result)
    return history.get(attempt.id)


def test_a_send_is_recorded_before_it_leaves_and_with_what_came_of_it(history, tmp_path):
    other = History(tmp_path / "data")
    assert history.sends() == ()
    with history.begin(FEED, package(), files(), host="service.example.org") as attempt:
        [line] = other.sends()
        assert (line.state, line.settled_by) == ("begun", None)
        attempt.leaving()
        assert other.get(attempt.id).state == "sending"
        attempt.settle(ACCEPTED)
    [line] = other.sends()
    assert (line.state, line.kind, line.status, line.settled_by) == ("accepted", "accepted", 200, "answer")
    assert (line.feed, line.host, line.counts, line.complete) == (FEED, "service.example.org", {"enrollments": 1}, True)
    assert line.seconds >= 0
    assert line.digest == digest_of(files())


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (Outcome("files_refused", "", None, 400, error=Refused), "refused"),
        (Outcome("blocked", "", None, 403, error=AuthError), "refused"),
        (Outcome("gateway", "", None, 502, error=OutcomeUnknown), "unknown"),
        (NO_ANSWER, "unknown"),
        (Unreachable("", kind="name"), "unsent"),
    ],
)
def test_every_outcome_has_its_state(history, result, state):
    assert sent(history, result=result).state == state


@pytest.mark.parametrize(("left", "state"), [(False, "unsent"), (True, "unknown")])
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_what_breaks_off_in_the_middle_is_unknown_once_bytes_may_have_left(history, left, state, error):
    def breaks_off():
        with history.begin(FEED, package(), files(), host="h") as attempt:
            if left:
                attempt.leaving()
            raise error

    with pytest.raises(error):
        breaks_off()
    [line] = history.sends()
    assert (line.state, line.kind) == (state, error.__name__)


def test_the_same_content_again_is_stopped_however_it_is_packed_unless_it_is_meant(history):
    first = sent(history)
    with pytest.raises(GuardError) as caught:
        sent(history, feed=Feed("beta", "BL-TEST", "another"))
    assert caught.value.reason == "already_sent"
    assert f"send {first.id}" in caught.value.message
    assert "--again" in caught.value.remedy
    assert len(history.sends()) == 1
    assert sent(history, again=True).state == "accepted"
    assert sent(history, feed=Feed("test", "BL-TEST", "roster")).state == "accepted"
    assert sent(history, feed=Feed("beta", "BL-OTHER", "roster")).state == "accepted"
    assert sent(history, complete=False, baseline=package()).state == "accepted"


def test_what_was_refused_or_never_left_may_be_sent_again(history):
    for result in (Outcome("files_refused", "", None, 400, error=Refused), Unreachable("", kind="name")):
        sent(history, result=result)
    assert sent(history).state == "accepted"


def test_an_unknown_outcome_blocks_its_feed_until_it_is_settled(history):
    unknown = sent(history, result=NO_ANSWER)
    assert history.unknown(FEED).id == unknown.id
    for again in (False, True):
        with pytest.raises(GuardError) as caught:
            sent(history, b"other", again=again)
        assert caught.value.reason == "outcome_unknown"
        assert f"provkit history settle {unknown.id} accepted" in caught.value.remedy
    with pytest.raises(GuardError, match="not known"):
        sent(history, feed=Feed("beta", "BL-TEST", "same content under another name"))
    assert sent(history, b"third", feed=Feed("beta", "BL-TEST", "another")).state == "accepted"
    assert history.settle(unknown.id, "lost").settled_by == "hand"
    assert sent(history).state == "accepted"


def test_settling_an_unknown_send_as_accepted_makes_it_the_last_accepted(history):
    sent(history, b"first")
    unknown = sent(history, b"second", result=NO_ANSWER)
    assert history.last_accepted(FEED).package.parts[0].content == b"first"
    history.settle(unknown.id, "accepted", by="mail")
    assert history.last_accepted(FEED).package.parts[0].content == b"second"
    for number, reason in ((unknown.id, "outcome_known"), (99, "no_such_send")):
        with pytest.raises(GuardError) as caught:
            history.settle(number, "lost")
        assert caught.value.reason == reason


def test_the_sandbox_takes_anything_any_time(history):
    feed = Feed("sandbox", "SANDBOX", "roster")
    sent(history, feed=feed, result=NO_ANSWER)
    sent(history, feed=feed)
    assert sent(history, feed=feed).state == "accepted"
    assert history.last_accepted(feed).package.parts[0].content == CSV


def test_only_the_last_accepted_and_open_packages_are_kept(history):
    sent(history, b"first")
    sent(history, b"second", result=Outcome("files_refused", "", None, 400, error=Refused))
    last = sent(history, b"third")
    other = sent(history, b"first", feed=Feed("beta", "BL-TEST", "another"), again=True)
    unknown = sent(history, b"fourth", result=NO_ANSWER)
    kept = [line for line in history.sends() if line.kept is not None]
    assert [line.id for line in kept] == [last.id, other.id, unknown.id]
    assert sorted(path.name for path in (history.ledger.folder / "packages").iterdir()) == sorted(line.kept for line in kept)


def test_a_kept_package_comes_back_with_notes_origins_and_baseline(history):
    origins = Origins(dict)
    whole = Package.from_files([("a.csv", CSV), (None, b"x"), ("a.csv", b"y")])
    changes = Package((package().parts), "files", None, origins, META)
    with history.begin(FEED, changes, files(), host="h", complete=False, baseline=whole) as attempt:
        attempt.leaving()
        attempt.settle(ACCEPTED)
    history.record_failures(attempt.id, [("11", 2), ("11", 2), ("11", 7)])
    kept = history.last_accepted(FEED)
    assert [(part.name, part.content) for part in kept.package.parts] == [("enrollments.csv", CSV)]
    assert kept.package.meta == META
    assert kept.package.origins.to_bytes() == origins.to_bytes()
    assert [(part.name, part.content) for part in kept.baseline.parts] == [("a.csv", CSV), (None, b"x"), ("a.csv", b"y")]
    assert kept.failures == {("11", 2), ("11", 7)}
    assert (kept.send.complete, kept.send.id) == (False, attempt.id)


def test_a_setting_keeps_none_and_says_so_when_it_is_wanted(tmp_path):
    config = Config(None, {"defaults": {"keep_sent": False}}, {"PROVKIT_DATA_DIR": str(tmp_path / "data")})
    history = History.open(config)
    assert history.last_accepted(FEED) is None
    sent(history)
    assert not (tmp_path / "data" / "packages").exists()
    with pytest.raises(HistoryError, match="keep_sent = false") as caught:
        history.last_accepted(FEED)
    assert "provkit history add PATH --env beta --group BL-TEST" in caught.value.remedy


@needs_modes
def test_without_a_keyring_a_kept_package_is_a_private_file(history):
    assert not history.keeper.encrypts
    name = sent(history).kept
    for path in (history.ledger.folder, history.ledger.folder / "packages"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    for path in (history.ledger.path, history.ledger.folder / "packages" / name):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_with_a_keyring_a_kept_package_is_encrypted_and_wants_its_key(history, tmp_path, file_keyring):
    assert history.keeper.encrypts
    saved = (history.ledger.folder / "packages" / sent(history).kept).read_bytes()
    assert saved.startswith(b"provkit kept package 1 fernet ")
    assert b"jdoe" not in saved
    assert b"PK\x03\x04" not in saved
    later = History(tmp_path / "data")
    assert later.last_accepted(FEED).package.parts[0].content == CSV
    file_keyring.delete_password("provkit", "history key")
    with pytest.raises(HistoryError, match="does not give its key"):
        History(tmp_path / "data").last_accepted(FEED)
    History(tmp_path / "data").keeper.encrypts  # noqa: B018 - makes a new key
    with pytest.raises(HistoryError, match="a key that is gone"):
        History(tmp_path / "data").last_accepted(FEED)
    assert not History(tmp_path / "plain", use_keyring=False).keeper.encrypts


@pytest.mark.parametrize("damage", [b"", b"something", b"provkit kept package 1 plain\nPK"])
def test_a_damaged_or_missing_package_is_a_sentence(history, damage):
    path = history.ledger.folder / "packages" / sent(history).kept
    path.write_bytes(damage)
    with pytest.raises(HistoryError, match="damaged"):
        history.last_accepted(FEED)
    path.unlink()
    with pytest.raises(HistoryError, match="cannot be read"):
        history.last_accepted(FEED)


def test_no_name_is_in_the_history_itself(history):
    sent(history, b"course_id,user_id,role,section_id,status\nSAFETY-101,quillfeather,student,,active\n")
    for path in history.ledger.folder.glob("history*"):
        assert b"quillfeather" not in path.read_bytes()


def test_uploads_by_hand_can_be_added_and_everything_can_be_erased(history):
    line = history.add(FEED, package(), files())
    assert (line.state, line.settled_by, line.kind) == ("accepted", "hand", "by_hand")
    assert history.last_accepted(FEED).send.id == line.id
    history.purge(history.sends())
    with pytest.raises(HistoryError, match="not kept"):
        history.last_accepted(FEED)
    history.purge(history.sends(), records=True)
    assert history.sends() == ()
    assert sent(history).id > line.id


def test_a_history_that_cannot_be_used_is_a_sentence_and_nothing_may_leave(tmp_path):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(HistoryError, match="cannot be used"), History(tmp_path / "data").begin(FEED, package(), files(), host="h"):
        pytest.fail("it went on")
    damaged = History(tmp_path / "damaged")
    sent(damaged)
    damaged.ledger.path.write_bytes(b"no database at all" * 100)
    with pytest.raises(HistoryError, match="history add"):
        damaged.sends()
    newer = History(tmp_path / "newer")
    sent(newer)
    with sqlite3.connect(newer.ledger.path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(HistoryError, match="later version"):
        newer.sends()


SCRIPT = """
import sys
from pathlib import Path
from provkit.delivery import Feed, History, Outcome, SentFile
from provkit.package import Package

def begin(folder, content, group="BL-TEST"):
    feed = Feed("beta", group, "roster")
    return History(Path(folder)).begin(feed, Package.from_files({"a.csv": content}), (SentFile("users", 1, content.hex()),), host="h")
"""


def child(script, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT + script, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


HOLD = """
with begin(sys.argv[1], b"held") as attempt:
    if sys.argv[2] == "sending":
        attempt.leaving()
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize(("state", "after"), [("begun", "unsent"), ("sending", "unknown")])
def test_a_second_send_at_the_same_moment_stops_and_a_killed_one_is_understood(history, tmp_path, state, after):
    first = child(HOLD, tmp_path / "data", state)
    try:
        assert first.stdout.readline() == "ready\n"
        with pytest.raises(Busy) as caught:
            sent(history)
        assert caught.value.exit_code == 7
        assert [line.state for line in history.sends()] == [state]
        assert sent(history, feed=Feed("beta", "BL-OTHER", "roster")).state == "accepted"
    finally:
        first.kill()
        first.communicate()
    line = history.sends()[0]
    assert (line.state, line.kind, line.settled_by) == (after, "killed", "restart")
    if after == "unknown":
        history.settle(line.id, "accepted")
        assert history.last_accepted(FEED).package.parts[0].content == b"held"
    assert sent(history).state == "accepted"


MANY = """
for number in range(int(sys.argv[3])):
    with begin(sys.argv[1], f"{sys.argv[2]} {number}".encode(), sys.argv[2]) as attempt:
        attempt.leaving()
        attempt.settle(Outcome("accepted", "", None, 200))
"""


def test_processes_that_write_at_the_same_time_lose_nothing(history, tmp_path):
    children = [child(MANY, tmp_path / "data", f"G{number}", 8) for number in range(4)]
    for one in children:
        one.communicate()
    assert [one.returncode for one in children] == [0] * 4
    lines = history.sends()
    assert len(lines) == 32
    assert {line.state for line in lines} == {"accepted"}
    assert sum(line.kept is not None for line in lines) == 4
    assert len(list(Path(history.ledger.folder, "packages").glob("*.kept"))) == 4
