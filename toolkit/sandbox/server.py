"""A sandbox as a server on 127.0.0.1, and how `send` finds one that its user has started."""

from __future__ import annotations

import json
import os
import secrets
import socket
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2
import platformdirs
import uvicorn
from pydantic import SecretStr

from provkit.errors import ConfigError
from provkit.sandbox.app import Seen, Settings, make_app

__all__ = ["DEFAULT_PORT", "Running", "Server", "running", "running_file"]

DEFAULT_PORT = 8765
_PATIENCE = 10.0


@dataclass(frozen=True)
class Running:
    """A sandbox that can be spoken to.

    Attributes:
        base_url: Its address.
        client_id: Its made-up client id.
        secret: Its made-up client secret.
    """

    base_url: str
    client_id: str
    secret: SecretStr

    @property
    def token_url(self) -> str:
        """Its token endpoint."""
        return f"{self.base_url}/oauth/token"


class Server:
    """A sandbox in a thread of this process, for the length of a `with` block.

    Args:
        settings: How it behaves.
        seen: Told of each upload, in the server's thread; by default it is kept in `uploads` only.
        port: Where it listens; 0 takes any free port.

    Attributes:
        settings: How it behaves.
        uploads: What it has received.
    """

    def __init__(self, settings: Settings | None = None, seen: Callable[[Seen], None] | None = None, *, port: int = 0) -> None:
        self.settings = settings or Settings()
        self.uploads: list[Seen] = []
        self.instance = secrets.token_hex(16)
        self._seen = seen
        self._port = port

    def _received(self, seen: Seen) -> None:
        self.uploads.append(seen)
        if self._seen is not None:
            self._seen(seen)

    def __enter__(self) -> Self:
        """Start it.

        Raises:
            ConfigError: The port is taken.
        """
        try:
            self._socket = socket.create_server(("127.0.0.1", self._port))
        except OSError as error:
            raise ConfigError(
                f"The sandbox cannot listen on port {self._port}: {error.strerror or error}.", remedy="Name another: --port 8770"
            ) from None
        app = make_app(self.settings, self._received, self.instance)
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, name="sandbox", daemon=True)
        self._thread.start()
        pause = threading.Event()
        while not self._server.started and self._thread.is_alive():
            pause.wait(0.01)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.should_exit = True
        self._thread.join(_PATIENCE)
        self._socket.close()

    @property
    def address(self) -> Running:
        """How to speak to it."""
        return Running(f"http://127.0.0.1:{self._socket.getsockname()[1]}", self.settings.client_id, self.settings.secret)

    def publish(self) -> None:
        """Leave word of it where this user's `send --env sandbox` looks, and nobody else can."""
        path = running_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            path.unlink()
        here = self.address
        word = {
            "base_url": here.base_url,
            "client_id": here.client_id,
            "secret": here.secret.get_secret_value(),
            "instance": self.instance,
        }
        mode = stat.S_IRUSR | stat.S_IWUSR
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "w", encoding="utf-8") as file:
            json.dump(word, file)

    def withdraw(self) -> None:
        """Take that word back, if it is still this sandbox's."""
        with suppress(OSError, ValueError):
            if json.loads(running_file().read_text("utf-8"))["instance"] == self.instance:
                running_file().unlink()


def running_file() -> Path:
    """Where a started sandbox leaves word."""
    return platformdirs.user_state_path("provkit", appauthor=False) / "sandbox.json"


def running() -> Running | None:
    """The sandbox that this user has started by `provkit sandbox`; None where none runs.

    Whoever else may listen on its port by now does not know its name, and is not taken for it.
    """
    try:
        word = json.loads(running_file().read_text("utf-8"))
        found = Running(str(word["base_url"]), str(word["client_id"]), SecretStr(str(word["secret"])))
        with httpx2.Client(trust_env=False, timeout=2.0) as client:
            about = client.get(found.base_url).json()
        return found if about == {"provkit": "sandbox", "instance": word["instance"]} else None
    except (OSError, ValueError, KeyError, TypeError, httpx2.HTTPError, httpx2.InvalidURL):
        return None
