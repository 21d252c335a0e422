"""Servers on loopback: one scripted answer per request, over TLS with a certificate authority of our own."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

import pytest
import trustme

from provkit.package import Meta, Package, SourceFile, digest_of
from provkit.rules import RowAccount
from provkit.writer import write_folder

CLIENT_ID = "unit:tests"
SECRET = "sécret+100% of:it"
TOKEN = "eyJhbGciOiJub25lIn0.first-token"
SECOND_TOKEN = "eyJhbGciOiJub25lIn0.second-token"
QUEUED = {"message": "The files are being processed. Summary emails will be sent at a later time.", "fileErrors": None}


@dataclass
class Received:
    """One request, as far as the server read it."""

    method: str
    path: str
    headers: Message
    body: bytes = b""

    @property
    def parts(self) -> list[tuple[str, str | None, bytes]]:
        """The form: name, file name, content."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        message = BytesParser(policy=HTTP).parsebytes(head + self.body)
        return [
            (str(part.get_param("name", header="content-disposition")), part.get_filename(), part.get_payload(decode=True))
            for part in message.iter_parts()
        ]


class Connection:
    """One request on its connection: a behaviour decides what to read and what to answer."""

    def __init__(self, sock: socket.socket, received: Received, begun: bytes) -> None:
        self.sock = sock
        self.received = received
        self.length = int(received.headers.get("content-length", "0"))
        self.received.body = begun

    def read(self, share: float = 1.0) -> None:
        """Read a share of the body."""
        wanted = int(self.length * share)
        while len(self.received.body) < wanted:
            piece = self.sock.recv(min(65536, wanted - len(self.received.body)))
            if not piece:
                return
            self.received.body += piece

    def write(self, status: int, headers: Mapping[str, str], body: bytes, *, claim: int | None = None) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body) if claim is None else claim}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.sock.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


Behaviour = Callable[[Connection], None]


def answer(status: int, body: object = b"", **headers: str) -> Behaviour:
    """Read everything, then answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, (dict, list)):
        content, named = json.dumps(body).encode(), {"Content-Type": "application/json"} | named
    else:
        content = body.encode() if isinstance(body, str) else bytes(body)  # type: ignore[arg-type]

    def behave(connection: Connection) -> None:
        connection.read()
        connection.write(status, named, content)

    return behave


def token(value: str = TOKEN, **more: object) -> Behaviour:
    return answer(200, {"access_token": value, "token_type": "bearer", "expires_in": 43199, "scope": "lms:prov:upload"} | more)


def cut(share: float) -> Behaviour:
    """Read a share of the body, then close without an answer."""

    def behave(connection: Connection) -> None:
        connection.read(share)

    return behave


def silent(connection: Connection) -> None:
    """Read everything, and never answer."""
    connection.read()
    connection.sock.settimeout(5)
    with suppress(OSError):
        connection.sock.recv(1)


def stuck(connection: Connection) -> None:
    """Take nothing of the body, and never answer."""
    threading.Event().wait(1.5)


def garbage(connection: Connection) -> None:
    """Answer something that is not HTTP."""
    connection.read()
    connection.sock.sendall(b"\x00\x01 what is this\r\n\r\n")


def broken_off(status: int) -> Behaviour:
    """Begin an answer, and close in its middle."""

    def behave(connection: Connection) -> None:
        connection.read()
        connection.write(status, {"Content-Type": "application/json"}, b'{"message": "The fi', claim=500)

    return behave


@dataclass
class Scripted:
    """A server that answers each path by its script; the last entry of a script is repeated."""

    base: str
    certificate: Path | None
    token_script: list[Behaviour] = field(default_factory=lambda: [token()])
    upload_script: list[Behaviour] = field(default_factory=lambda: [answer(200, QUEUED)])
    received: list[Received] = field(default_factory=list)

    @property
    def uploads(self) -> list[Received]:
        return [one for one in self.received if one.path.startswith("/rest/upload/")]

    @property
    def tokens(self) -> list[Received]:
        return [one for one in self.received if one.path.endswith("/oauth/token")]

    @property
    def settings(self) -> dict[str, Any]:
        """What [env.NAME] in provkit.toml has to say to reach this server."""
        found: dict[str, Any] = {"base_url": self.base, "token_url": f"{self.base}/uaa-stg/oauth/token", "group": "BL-TEST"}
        return found if self.certificate is None else found | {"ca_bundle": str(self.certificate)}

    def behave(self, connection: Connection) -> None:
        script = self.token_script if connection.received.path.endswith("/oauth/token") else self.upload_script
        behaviour = script.pop(0) if len(script) > 1 else script[0]
        behaviour(connection)


def serve(scripted: Scripted, listener: socket.socket, context: ssl.SSLContext | None) -> None:
    def handle(raw: socket.socket) -> None:
        with suppress(OSError), raw:
            raw.settimeout(10)
            sock = raw if context is None else context.wrap_socket(raw, server_side=True)
            with sock:
                begun = b""
                while b"\r\n\r\n" not in begun:
                    piece = sock.recv(65536)
                    if not piece:
                        return
                    begun += piece
                    if begun[:1] == b"\x16":  # a TLS greeting, where none is understood
                        sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                        return
                head, _, rest = begun.partition(b"\r\n\r\n")
                line, _, fields = head.partition(b"\r\n")
                method, path, _ = line.decode().split(" ")
                received = Received(method, path, BytesParser(policy=HTTP).parsebytes(fields + b"\r\n\r\n"))
                scripted.received.append(received)
                scripted.behave(Connection(sock, received, rest))

    while True:
        try:
            raw, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=handle, args=(raw,), daemon=True).start()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def authority_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="session")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


def _listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0), backlog=20)


@pytest.fixture
def service(tls: ssl.SSLContext, authority_file: Path) -> Iterator[Scripted]:
    """Token and upload endpoints over TLS; by default everything goes well."""
    with _listening() as listener:
        scripted = Scripted(f"https://localhost:{listener.getsockname()[1]}", authority_file)
        threading.Thread(target=serve, args=(scripted, listener, tls), daemon=True).start()
        yield scripted
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def plain_service() -> Iterator[Scripted]:
    """The same without TLS."""
    with _listening() as listener:
        scripted = Scripted(f"http://localhost:{listener.getsockname()[1]}", None)
        threading.Thread(target=serve, args=(scripted, listener, None), daemon=True).start()
        yield scripted
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="session")
def say() -> SimpleNamespace:
    """What a scripted server can be told to do."""
    return SimpleNamespace(
        answer=answer,
        token=token,
        cut=cut,
        silent=silent,
        stuck=stuck,
        garbage=garbage,
        broken_off=broken_off,
        queued=answer(200, QUEUED),
    )


@pytest.fixture
def keys() -> dict[str, str]:
    """Credentials of the test set, as a process's environment has them; the secret needs encoding on the wire."""
    return {"PROVKIT_TEST_CLIENT_ID": CLIENT_ID, "PROVKIT_TEST_CLIENT_SECRET": SECRET}


@pytest.fixture(scope="session")
def secrets() -> list[str]:
    """What must never be shown, in every spelling that is on the wire or at hand."""
    form = quote_plus(SECRET)
    basic = base64.b64encode(f"{quote_plus(CLIENT_ID)}:{form}".encode()).decode()
    return [SECRET, form, basic, TOKEN, SECOND_TOKEN]


ENROLLMENTS = b"course_id,user_id,role,section_id,status\nSAFETY-101,0001234567,student,,active\nSAFETY-101,jdoe,teacher,,active\n"
USERS = b"user_id,login_id,first_name,last_name,email,status\n" + b",".join(
    [b"ana@safety-guests.org"] * 2 + [b"Ana", b"Ruiz", b"ana@safety-guests.org", b"active\n"]
)
MESSAGE = b"sender=safety@iu.edu\nsubject=Welcome\nbody=Hello\n"


@pytest.fixture
def built(tmp_path) -> Callable[..., Path]:
    """Writes a package's folder as build does."""

    def build(name: str = "out", *, message: bool = False, files: Mapping[str, bytes] | None = None, **changed: Any) -> Path:
        contents = dict(files or {"enrollments.csv": ENROLLMENTS})
        if message:
            contents |= {"users.csv": USERS, "message.properties": MESSAGE}
        digests = {one: hashlib.sha256(content).hexdigest() for one, content in contents.items()}
        source = tmp_path / "roster.csv"
        if not source.exists():
            source.write_text("anything", "utf-8")
        meta = Meta(
            format=1,
            provkit="1.0",
            door="api",
            notify=message,
            feed="roster",
            sources=(SourceFile("roster.csv", digest_of(source), "roster.csv"),),
            files=digests,
            archive=None,
            held_back=0,
            rows=RowAccount(2, 2, 0, 0, 0, {"enrollments.csv": 2}),
        )
        write_folder(tmp_path / name, Package.from_files(contents), replace(meta, **changed))
        return tmp_path / name

    return build


@pytest.fixture
def provkit(tmp_path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command line in a process of its own, in a folder of its own."""

    def run(*arguments: str, environ: Mapping[str, str] | None = None, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "provkit", *arguments],
            cwd=tmp_path,
            env=dict(os.environ) | dict(environ or {}),
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture
def write_settings(tmp_path) -> Callable[..., None]:
    """Writes provkit.toml with tables of plain texts and numbers."""

    def write(**environments: Mapping[str, Any]) -> None:
        lines = []
        for name, values in environments.items():
            lines += [f"[env.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
        (tmp_path / "provkit.toml").write_text("\n".join(lines), "utf-8")

    return write
