"""What every test runs under: sockets to loopback only, a home of its own without a keyring, no settings from outside, a terminal of fixed width."""

import os
import sys
from pathlib import Path

import pytest

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def _loopback_only(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address[0]}")


sys.addaudithook(_loopback_only)


@pytest.fixture(autouse=True)
def _isolated(monkeypatch, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("PROVKIT_", "XDG_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the checkout."""
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared(root) -> Path:
    """The folder of conformance cases and samples beside the checkout."""
    folder = root.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs ../shared (conformance cases and samples), which lies beside the checkout where provkit is developed")
    return folder
