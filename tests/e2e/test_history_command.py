"""`provkit history` at the command line, and what a send says of it."""

from __future__ import annotations

import json

import pytest

from provkit.config import Config
from provkit.errors import ConfigError
from provkit.workflows import history
from provkit.workflows.send import send


@pytest.fixture
def config(service, keys):
    return Config(None, {"env": {"beta": service.settings}}, keys)


def test_a_send_is_listed_and_the_same_again_stops_unless_it_is_meant(service, keys, built, provkit, write_settings):
    out = built()
    write_settings(beta=service.settings)
    assert provkit("history").stdout == "Nothing was sent yet.\n"
    done = provkit("send", "--env", "beta", "--format", "json", environ=keys)
    assert json.loads(done.stdout)["send"] == 1
    shown = " ".join(done.stderr.split())
    assert "roster (the history knows of no earlier upload)" in shown
    assert "a file that only you can read" in shown
    again = provkit("send", str(out / "enrollments.csv"), "--individual", "--env", "beta", "--format", "json", environ=keys)
    assert again.returncode == 3, again.stderr
    assert json.loads(again.stdout)["kind"] == "already_sent"
    assert "--again" in again.stderr
    assert provkit("send", "--env", "beta", "--again", environ=keys).returncode == 0
    assert len(service.uploads) == 2
    table = provkit("history").stdout.splitlines()
    assert table[0].split() == ["ID", "WHEN", "ENV", "GROUP", "FEED", "ROWS", "OUTCOME"]
    assert [line.split()[0] for line in table[1:]] == ["1", "2"]
    assert table[1].split()[3:] == ["beta", "BL-TEST", "roster", "2", "accepted"]
    listed = json.loads(provkit("history", "--format", "json", "--env", "beta").stdout)
    assert [one["counts"] for one in listed["sends"]] == [{"enrollments": 2}] * 2


def test_an_unknown_outcome_is_settled_by_hand(service, keys, built, provkit, write_settings, say):
    built()
    write_settings(beta=service.settings)
    service.upload_script = [say.cut(1.0), say.queued]
    assert provkit("send", "--env", "beta", environ=keys).returncode == 6
    blocked = provkit("send", "--env", "beta", "--again", environ=keys)
    assert blocked.returncode == 3
    assert "provkit history settle 1 lost" in blocked.stderr
    table = provkit("history").stdout
    assert "unknown (connection lost)" in " ".join(table.split())
    assert "provkit history settle 1 accepted" in " ".join(table.split())
    settled = provkit("history", "settle", "1", "lost")
    assert settled.returncode == 0, settled.stderr
    assert "lost" in settled.stdout
    assert provkit("history", "settle", "1", "lost").returncode == 3
    assert provkit("send", "--env", "beta", environ=keys).returncode == 0


def test_an_upload_by_hand_is_added_and_counts(service, config, built, tmp_path):
    out = built(door="app")
    with pytest.raises(ConfigError, match="no group"):
        history.add(out, env="production", config=config)
    line = history.add(out, env="beta", config=config)
    assert (line.state, line.settled_by, line.feed.name, line.counts) == ("accepted", "hand", "roster", {"enrollments": 2})
    found = history.listed(config=config)
    assert [one.id for one in found] == [line.id]


def test_erasing_asks_first(service, config, built, provkit):
    send(built(), env="beta", config=config)
    asked = provkit("history", "purge")
    assert asked.returncode == 3
    assert "1 kept package" in asked.stderr
    assert provkit("history", "purge", "--env", "test", "--yes").stdout == "There is nothing to erase.\n"
    assert provkit("history", "purge", "--yes").stdout == "Erased: 1 kept package.\n"
    [line] = history.listed(config=config)
    assert line.kept is None
    assert provkit("history", "purge", "--everything", "--yes").returncode == 0
    assert history.listed(config=config) == ()


def test_a_history_that_cannot_be_written_stops_before_anything_leaves(service, keys, built, provkit, write_settings, tmp_path):
    built()
    write_settings(beta=service.settings)
    (tmp_path / "file").write_text("", "utf-8")
    done = provkit("send", "--env", "beta", environ=keys | {"PROVKIT_DATA_DIR": str(tmp_path / "file")})
    assert done.returncode == 2
    assert "PROVKIT_DATA_DIR" in done.stderr
    assert "Traceback" not in done.stderr
    assert service.uploads == []
