"""What the receiving server makes of an upload, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import cached_property
from mmap import mmap
from typing import TYPE_CHECKING, Any

import numpy as np

from provkit.schemas.layouts import Kind

if TYPE_CHECKING:
    from provkit.receiver.records import Records

__all__ = [
    "KIND_CLASSES",
    "Answer",
    "CanvasFile",
    "ExpandCall",
    "Fate",
    "FileClass",
    "FileError",
    "FileFate",
    "Guest",
    "Mail",
    "Notification",
    "Processing",
    "Reason",
    "ReceivedFile",
    "Result",
]


class FileClass(StrEnum):
    """What the server takes a file for; its own words."""

    USERS = "USERS"
    COURSES = "COURSES"
    SECTIONS = "SECTIONS"
    ENROLLMENTS = "ENROLLMENTS"
    EXPAND_ENROLLMENTS = "EXPAND_ENROLLMENTS"
    PROPERTIES = "PROPERTIES"
    BAD = "BAD"
    EXCEPTION = "EXCEPTION"


KIND_CLASSES: Mapping[Kind, FileClass] = {
    Kind.USERS: FileClass.USERS,
    Kind.COURSES: FileClass.COURSES,
    Kind.SECTIONS: FileClass.SECTIONS,
    Kind.ENROLLMENTS: FileClass.ENROLLMENTS,
    Kind.EXPAND: FileClass.EXPAND_ENROLLMENTS,
}


class Reason(StrEnum):
    """Why a file is BAD or EXCEPTION."""

    UNKNOWN_HEADER = "unknown_header"
    UNCLOSED_QUOTE = "unclosed_quote"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class FileError:
    """One entry of `fileErrors` in the server's answer."""

    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The HTTP answer of an upload endpoint.

    Attributes:
        status: The status; None where an exception leaves the controller and the framework answers (500, an HTML page).
        message: The sentence; None likewise.
        file_errors: The list in the answer; None is written as null.
        uncaught: What left the controller, in a word of ours; None otherwise.
    """

    status: int | None
    message: str | None
    file_errors: tuple[FileError, ...] | None = None
    uncaught: str | None = None

    @property
    def accepted(self) -> bool:
        """True where the upload is queued."""
        return self.status == 200

    @property
    def body(self) -> dict[str, object] | None:
        """The JSON object; None where there is none of the server's own."""
        if self.status is None:
            return None
        errors = self.file_errors
        return {
            "message": self.message,
            "fileErrors": None if errors is None else [{"title": e.title, "description": e.description} for e in errors],
        }


@dataclass(frozen=True, slots=True)
class Notification:
    """The package's own message to new guests, as the server reads it."""

    sender: str
    subject: str
    body: str


@dataclass(frozen=True, eq=False)
class ReceivedFile:
    """One file as the server sees it.

    Attributes:
        name: Its name, or None.
        content: Its bytes.
        klass: What it is taken for.
        kind: The kind of its rows; None for anything that is no CSV file of the upload.
        records: What the CSV reader makes of it; None where the reader failed.
        reason: Why it is BAD or EXCEPTION; None otherwise.
        line: Where the quote that stays open was opened (physical line); None otherwise.
        path: Its name in the archive, where it comes from one.
    """

    name: str | None
    content: bytes | mmap
    klass: FileClass
    kind: Kind | None = None
    records: Records | None = None
    reason: Reason | None = None
    line: int | None = None
    path: str | None = None


class Fate(IntEnum):
    """What becomes of a record."""

    HEADER = 0
    """A header line, also where it is repeated and skipped."""
    SENT = 1
    """Sent on to Canvas, or enrolled in Expand."""
    REJECTED = 2
    """Not sent; counted and named in the mail."""
    IGNORED_COUNTED = 3
    """Vanishes unsaid, but is counted in the total."""
    IGNORED = 4
    """Vanishes unsaid and uncounted."""
    CRASH = 5
    """Stops the whole background run."""
    NOT_REACHED = 6
    """Stands behind the record that stops the run."""


@dataclass(frozen=True, eq=False)
class FileFate:
    """What becomes of each record of one file, judged by itself.

    Attributes:
        fates: A `Fate` for each record (uint8).
        messages: What rejected records add to the mail: record index to text, without tab and line end.
        crash: Why the run stops, where it does: which field is missing and how many there are.
    """

    fates: np.ndarray
    messages: Mapping[int, str]
    crash: tuple[int, int] | None = None

    def where(self, fate: Fate) -> np.ndarray:
        """Indexes of the records with that fate.

        Args:
            fate: Which.
        """
        return np.flatnonzero(self.fates == fate)

    def count(self, fate: Fate) -> int:
        """How many records have that fate.

        Args:
            fate: Which.
        """
        return int(np.count_nonzero(self.fates == fate))


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest account that the run would create or find."""

    email: str
    first: str
    last: str
    service: str


@dataclass(frozen=True, slots=True)
class ExpandCall:
    """One enrollment posted to the Expand catalogue."""

    user: str
    listing: str
    send_email: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that would go out."""

    to: str
    sender: str
    subject: str
    body: str


@dataclass(frozen=True, eq=False)
class CanvasFile:
    """A CSV file that goes on to Canvas, written when first asked for.

    Attributes:
        name: Its name, as uploaded.
        write: Makes its bytes.
    """

    name: str | None
    write: Any = field(repr=False)

    @cached_property
    def content(self) -> bytes:
        """The bytes: UTF-8, every cell quoted, LF."""
        made: bytes = self.write()
        return made


@dataclass(frozen=True, eq=False)
class Result:
    """What the run says of one file.

    Attributes:
        canvas_file: What goes on to Canvas; None for Expand files.
        deferred: Whether the file waits until Canvas has imported the others.
        write_mail: Makes the file's part of the summary mail.
    """

    canvas_file: CanvasFile | None
    deferred: bool
    write_mail: Any = field(repr=False)

    @cached_property
    def email(self) -> str:
        """The file's part of the summary mail."""
        made: str = self.write_mail()
        return made


@dataclass(frozen=True, eq=False)
class Processing:
    """The background run after a 200.

    Attributes:
        thrown: Why it stopped, as (missing field, number of fields); None where it went through. Then nothing reaches Canvas and no
            mail is made.
        results: Per file, in the server's order; empty where it stopped.
        fates: Per file of the upload (same order as `Reception.files`), None for files without rows.
        make_guests: Makes the guests.
        make_calls: Makes the Expand calls.
        notification: The message that goes out to each new guest; None where none does.
    """

    thrown: tuple[int, int] | None
    results: Sequence[Result]
    fates: Sequence[FileFate | None]
    make_guests: Any = field(repr=False)
    make_calls: Any = field(repr=False)
    notification: Notification | None = None

    @cached_property
    def guests(self) -> Sequence[Guest]:
        """Guest accounts looked up, and created where there is none yet, in order."""
        made: Sequence[Guest] = self.make_guests()
        return made

    @cached_property
    def expand_calls(self) -> Sequence[ExpandCall]:
        """Enrollments posted to Expand in this run, in order."""
        made: Sequence[ExpandCall] = self.make_calls()
        return made

    @property
    def canvas_files(self) -> list[CanvasFile]:
        """What goes on to Canvas, repeated names included."""
        return [result.canvas_file for result in self.results if result.canvas_file is not None]

    @property
    def zipped(self) -> list[CanvasFile]:
        """What really gets into the ZIP for Canvas: of files with one name only the first."""
        first: dict[str | None, CanvasFile] = {}
        for file in self.canvas_files:
            first.setdefault(file.name, file)
        return list(first.values())

    @property
    def welcome_mails(self) -> list[Mail]:
        """The package's own message, once per guest that is created."""
        if self.notification is None:
            return []
        message = self.notification
        return [Mail(guest.email, message.sender, message.subject, message.body) for guest in self.guests]

    @cached_property
    def summary(self) -> str | None:
        """The results part of the summary mail; None where no mail is made."""
        if self.thrown is not None or not self.results:
            return None
        return "".join(f"{result.email}\r\n" for result in self.results)
