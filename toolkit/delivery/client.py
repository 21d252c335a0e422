"""The upload: one multipart POST, and never a second one on its own.

A repeat can mail guests twice and enrol people in Expand twice. So the client keeps account of whether any byte of the body may have
left. What fails before that is safe to repeat and says so; what fails after it, without an answer that can be read, is unknown and
stays unknown. One exception: a 401 with `error="invalid_token"`, which the service gives before it reads the body: the token is
renewed, and the upload is posted once more.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from mmap import mmap
from typing import TYPE_CHECKING

import httpx2

from provkit.delivery.answers import Outcome, recognise
from provkit.delivery.environments import Door, host_of
from provkit.delivery.oauth import Login, Token
from provkit.delivery.wire import Failure, Reply, connect_failure, open_client, read_reply
from provkit.errors import OutcomeUnknown, Unreachable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["PART_NAME", "Upload", "UploadFile", "post"]

PART_NAME = "deptFileUpload"
NOTIFY_FIELD = "customUsersNotification"

# Said outright: what the standard library guesses for .csv depends on the computer. The service does not look at it.
_TYPES = {"zip": "application/zip", "csv": "text/csv", "properties": "text/plain"}


@dataclass(frozen=True, eq=False)
class UploadFile:
    """One file of an upload.

    Attributes:
        name: Its name on the wire.
        content: Its bytes, or a file mapped into memory, which is streamed from disk.
    """

    name: str
    content: bytes | mmap

    def __len__(self) -> int:
        return len(self.content)


@dataclass(frozen=True, eq=False)
class Upload:
    """What is posted.

    Attributes:
        files: The files, in order. At "zip" there is one, the archive.
        door: Which endpoint they go to.
        notify: Whether the package's own message is asked for.
        local_names: What the files are called on this computer, by their names on the wire, those inside the archive too.
    """

    files: tuple[UploadFile, ...]
    door: Door
    notify: bool = False
    local_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """The size of the request's body in bytes."""
        return int(_request("https://localhost", self, {}).headers["Content-Length"])


def post(upload: Upload, login: Login, *, leaving: Callable[[], None] = lambda: None) -> Outcome:
    """Post an upload, once.

    Args:
        upload: What to post.
        login: Where the token comes from; it also knows the environment.
        leaving: Called when a connection stands and the first byte of the body is about to leave; what it raises stops the upload.

    Returns:
        What the service answered, whatever it was.

    Raises:
        AuthError: There is no token.
        Unreachable: Nothing was sent.
        OutcomeUnknown: Something was sent, and there is no answer that can be read.
    """
    reply = _post_once(upload, login, login.token(), leaving)
    if reply.status == 401 and reply.challenge("error") == "invalid_token":
        reply = _post_once(upload, login, login.renew(), leaving)
    return recognise(reply, login.target, upload.local_names)


def _post_once(upload: Upload, login: Login, token: Token, leaving: Callable[[], None]) -> Reply:
    target = login.target
    url = target.upload_url(upload.door)
    host = host_of(url)
    with open_client(target, url) as client:
        headers = {"Authorization": f"Bearer {token.value.get_secret_value()}"}
        request = _request(url, upload, dict(client.headers) | headers)
        body = _Counted(request.stream, int(request.headers["Content-Length"]), leaving)
        request.stream = body
        try:
            response = client.send(request, stream=True)
            try:
                return read_reply(response, login.secrets)
            finally:
                response.close()
        except httpx2.HTTPError as error:
            failure = _lost(error, host) if body.began else connect_failure(error, host)
        except KeyboardInterrupt:
            if not body.began:
                raise
            failure = Failure("interrupted", "You stopped it while the files were on their way.", _LOOK_FIRST)
    # Raised here, not in a handler: the client's exceptions hold the request, and that holds the token.
    if not body.began:
        raise Unreachable(f"Nothing was sent: {failure.sentence}", kind=failure.kind, remedy=failure.remedy)
    raise OutcomeUnknown(
        f"It is not known whether the upload arrived. {failure.sentence} {body.account} It was not sent again.",
        kind=failure.kind,
        remedy=failure.remedy,
    )


def _request(url: str, upload: Upload, headers: Mapping[str, str]) -> httpx2.Request:
    """The request, reading every file from its start."""
    files = [
        (
            PART_NAME,
            (
                file.name,
                io.BufferedReader(_Reader(file.content)),
                _TYPES.get(file.name.rpartition(".")[2].lower(), "application/octet-stream"),
            ),
        )
        for file in upload.files
    ]
    data = {NOTIFY_FIELD: "true"} if upload.notify else None
    return httpx2.Request("POST", url, headers=headers, data=data, files=files)


_LOOK_FIRST = (
    "Do not send it again yet. Wait for the mail with the results (subject: csv file upload(s) for ...), or ask the service's team "
    "whether the files came in. Only if they did not, send again."
)


def _lost(error: httpx2.HTTPError, host: str) -> Failure:
    """Why there is no answer, once the body had begun to leave."""
    if isinstance(error, httpx2.ReadTimeout):
        return Failure("no_answer", f"{host} gave no answer in time.", _LOOK_FIRST)
    if isinstance(error, httpx2.WriteTimeout):
        return Failure("write_timeout", f"{host} stopped taking bytes.", _LOOK_FIRST)
    if isinstance(error, httpx2.RemoteProtocolError) and "disconnected" not in str(error):
        return Failure("answer_garbled", f"{host} answered something that is not HTTP.", _LOOK_FIRST)
    return Failure("connection_lost", f"{host} closed the connection without an answer.", _LOOK_FIRST)


class _Counted(httpx2.SyncByteStream):
    """A body that keeps account of what was handed to the network."""

    def __init__(self, stream: object, total: int, leaving: Callable[[], None]) -> None:
        assert isinstance(stream, httpx2.SyncByteStream)
        self._stream = stream
        self._leaving = leaving
        self.began = False
        self.handed = 0
        self.total = total

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            if not self.began:
                self._leaving()
            # From here on the bytes may be on the wire, whatever the network says afterwards.
            self.began = True
            self.handed += len(chunk)
            yield chunk

    @property
    def account(self) -> str:
        """How much may have left, in words."""
        if self.handed >= self.total:
            return f"All {self.total:,} bytes had left."
        return f"At most {self.handed:,} of {self.total:,} bytes had left, so most likely it was not taken."


class _Reader(io.RawIOBase):
    """Reads bytes, or a file mapped into memory, without a copy of the whole."""

    def __init__(self, content: bytes | mmap) -> None:
        self._view = memoryview(content)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._view)}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer).cast("B")
        piece = self._view[self._at : self._at + len(target)]
        target[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
