"""What provkit keeps, that `clean` erases all of it and nothing else, and that docs/privacy.md says the same."""

import json
import os
import re
from pathlib import Path

import pytest

from provkit.config import Config
from provkit.delivery import ENVIRONMENTS, History, environment
from provkit.delivery.environments import host_of
from provkit.workflows.clean import FILES, KEYRING

ROSTER = (
    "login_id,first_name,last_name,email,course_id,role\nana@safety-guests.org,Ana,Ruiz,ana@safety-guests.org,SAFETY-101,student\n"
)
KEYRING_FILE = {"PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring"}


@pytest.fixture
def used(service, provkit, keys, write_settings, tmp_path):
    """A home that provkit was used in."""
    write_settings(beta=service.settings)
    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8")
    environ = keys | KEYRING_FILE
    said = provkit("run", "roster.csv", "--env", "beta", "--status", "status.json", environ=environ)
    assert said.returncode == 0, said.stderr

    def call(*arguments):
        return provkit(*arguments, environ=environ)

    return call


def below(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_clean_lists_all_that_is_kept_and_erases_it_and_nothing_else(used, tmp_path):
    data = Path.home() / ".local" / "share" / "provkit"
    (data / "notes.txt").write_text("mine", "utf-8")
    kept = below(data) - {"notes.txt"}
    outside = below(tmp_path)
    assert any(name.endswith(".kept") for name in kept)
    for flags in ((), ("--non-interactive",)):
        shown = used("clean", *flags)
        assert shown.returncode == 3
        assert [name for name in kept if str(data / name) not in shown.stdout] == []
        assert "history key (in your keyring)" in shown.stdout
        assert "knows of 1 send." in " ".join(shown.stderr.split())
        assert "Ruiz" not in shown.stdout + shown.stderr
    assert below(data) == kept | {"notes.txt"}
    done = used("clean", "--yes")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "Erased.")
    assert below(data) == {"notes.txt"}
    assert below(tmp_path) == outside
    assert used("clean").stdout.startswith("provkit keeps nothing here.")


def test_clean_waits_for_nobody_and_erases_nothing_while_a_run_is_under_way(used):
    history = History.open(Config(None, {}, {}))
    with history.lock("beta", "BL-TEST"):
        done = used("clean", "--yes")
    assert done.returncode == 7
    assert json.loads(used("history", "--format", "json").stdout)["sends"]


def test_what_a_run_writes_is_what_the_page_and_clean_know(used, root):
    """A file that provkit began to keep without saying so would be found here."""
    data = Path.home() / ".local" / "share" / "provkit"
    known = {path.relative_to(data).as_posix() for pattern, _ in FILES for path in data.glob(pattern)}
    assert below(data) == known
    elsewhere = {
        path for path in below(Path.home()) if not path.startswith((".local/share/provkit/", ".local/share/python_keyring/"))
    }
    assert elsewhere == set()
    page = (root / "docs" / "privacy.md").read_text("utf-8")
    for pattern, what in (*FILES, *KEYRING):
        assert f"| `{pattern}` | {what} |" in page, pattern


def test_the_page_names_every_host_that_is_spoken_to(root):
    page = (root / "docs" / "privacy.md").read_text("utf-8")
    hosts = {
        host_of(url)
        for name in ENVIRONMENTS
        for target in [environment(name, Config())]
        for url in (target.base_url, target.token_url)
    }
    named = set(re.findall(r"`((?:[a-z0-9-]+\.)+iu\.edu)`", page))
    assert named == hosts - {""}
    # No other address is opened anywhere in the code: whoever imports an HTTP client or opens a socket stands here.
    clients = {
        path.relative_to(root / "toolkit").as_posix()
        for path in (root / "toolkit").rglob("*.py")
        if re.search(
            r"^\s*(?:import|from) (?:httpx2|socket|urllib\.request|http\.client|smtplib|ftplib)\b",
            path.read_text("utf-8"),
            re.MULTILINE,
        )
    }
    assert clients == {
        "delivery/client.py",
        "delivery/credentials.py",
        "delivery/environments.py",
        "delivery/oauth.py",
        "delivery/wire.py",
        "sandbox/server.py",
    }


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_what_is_kept_is_its_owners_alone(used):
    data = Path.home() / ".local" / "share" / "provkit"
    for path in (data, *data.rglob("*")):
        if path.name.endswith(("-wal", "-shm")):
            continue  # SQLite gives them the mode of the file that they belong to
        assert path.stat().st_mode & 0o077 == 0, path
