"""What the receiving server makes of an upload, as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import cached_property
from mmap import mmap
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from provkit.schemas.layouts import Kind

if TYPE_CHECKING:
    from provkit.receiver.archive import Unzipped
    from provkit.receiver.records import Records

__all__ = [
    "KIND_CLASSES",
    "Answer",
    "CanvasFile",
    "Crash",
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
    "Reception",
    "Result",
    "Why",
]

Strings: TypeAlias = Any
"""A pyarrow.ChunkedArray of strings."""


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
        judged: What would become of each record if the file were processed by itself; None for what has no rows or is refused.
        fates: What becomes of each record in this upload (`Fate`, uint8); None likewise.
    """

    name: str | None
    content: bytes | mmap
    klass: FileClass
    kind: Kind | None = None
    records: Records | None = None
    reason: Reason | None = None
    line: int | None = None
    path: str | None = None
    judged: FileFate | None = None
    fates: np.ndarray | None = None


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
    """Comes after the record that stops the run."""
    DEFERRED = 7
    """Waits until Canvas has imported the users of the same upload; then enrolled in Expand."""


class Why(IntEnum):
    """Why a record is rejected."""

    NOT_REJECTED = 0
    LENGTH = 1
    """It has not as many fields as the header."""
    ADDRESS = 2
    """login_id is no address that the server takes."""
    OFFICIAL_COURSE = 3
    """The course is an official class."""
    OFFICIAL_SECTION = 4
    """The section is one of an official class."""
    ACCOUNT = 5
    """The account is not the department's."""
    NO_COURSE = 6
    """The course is left empty, and the section's course is not found."""
    NO_USER = 7
    """The user is not found."""


@dataclass(frozen=True, slots=True)
class Crash:
    """A record for which the server throws an ArrayIndexOutOfBoundsException.

    Attributes:
        record: The record's index, the header being 0.
        field: The index of the field that is asked for.
        length: How many fields there are.
    """

    record: int
    field: int
    length: int


@dataclass(frozen=True, eq=False)
class FileFate:
    """What becomes of each record of one file, processed by itself.

    Attributes:
        kind: The kind of the rows.
        records: The records.
        fates: A `Fate` for each record (uint8).
        why: A `Why` for each record (uint8).
        crash: The record that stops the run, or None.
        rewrite: Takes a boolean mask over the records and gives the columns as they go on to Canvas; for Expand user, listing and
            send_email.
        service: Takes a mask likewise and gives each guest's service, canvas or expand; None for other kinds than users.
        find_existing: Says which records are users whose guest account exists by then; None for other kinds.
    """

    kind: Kind
    records: Records
    fates: np.ndarray
    why: np.ndarray
    crash: Crash | None
    rewrite: Callable[[np.ndarray], list[Strings]] = field(repr=False)
    service: Callable[[np.ndarray], Strings] | None = field(default=None, repr=False)
    find_existing: Callable[[], np.ndarray] | None = field(default=None, repr=False)

    def count(self, fate: Fate) -> int:
        """How many records have a fate.

        Args:
            fate: Which.
        """
        return int(np.count_nonzero(self.fates == fate))

    def where(self, fate: Fate) -> np.ndarray:
        """Indexes of the records that have a fate.

        Args:
            fate: Which.
        """
        return np.flatnonzero(self.fates == fate)

    @cached_property
    def existing(self) -> np.ndarray:
        """Which records are users whose guest account exists by then (boolean); they are updated, not created and not mailed."""
        return np.zeros(len(self.fates), bool) if self.find_existing is None else self.find_existing()

    @cached_property
    def sent(self) -> list[Strings]:
        """The rows as they go on, in columns, the header not among them."""
        return self.rewrite(self.fates == Fate.SENT)


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest account that the run creates; the account service invites its owner by mail, always."""

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
    """A mail that goes out. `to` is None for the department's mail group, `sender` for the service itself."""

    to: str | None
    sender: str | None
    subject: str
    body: str


@dataclass(frozen=True, eq=False)
class CanvasFile:
    """A CSV file that goes on to Canvas, written when first asked for.

    Attributes:
        name: Its name, as uploaded.
        write: Makes its bytes.
    """

    name: str
    write: Callable[[], bytes] = field(repr=False)

    @cached_property
    def content(self) -> bytes:
        """The bytes: UTF-8, every cell quoted, LF."""
        return self.write()


@dataclass(frozen=True, eq=False)
class Result:
    """What the run says of one file.

    Attributes:
        file: The file's index in the upload.
        canvas_file: What goes on to Canvas; None for Expand files.
        deferred: Whether the file waits until Canvas has imported the others.
        write_mail: Makes the file's part of the summary mail; takes what each cell's text is passed through (`str` shows it).
    """

    file: int
    canvas_file: CanvasFile | None
    deferred: bool
    write_mail: Callable[[Callable[[str], str]], str] = field(repr=False)

    @cached_property
    def email(self) -> str:
        """The file's part of the summary mail."""
        return self.write_mail(str)


@dataclass(frozen=True, eq=False)
class Processing:
    """The background run after a 200.

    Attributes:
        thrown: What stopped it, with the index of the file; None where it went through. Then nothing reaches Canvas, and no mail
            is made.
        results: Per file, in the order of the run; empty where it stopped.
        write_guests: Makes the guests.
        write_calls: Makes the Expand calls of this run.
        write_later: Makes what Expand files that are deferred add to the mail of Canvas's results; None where none is.
        write_later_calls: Makes the Expand calls that are deferred.
        message: The message that goes out to each new guest; None where none does.
    """

    thrown: tuple[int, Crash] | None
    results: tuple[Result, ...]
    write_guests: Callable[[], list[Guest]] = field(repr=False)
    write_calls: Callable[[], list[ExpandCall]] = field(repr=False)
    write_later: Callable[[Callable[[str], str]], str] | None = field(default=None, repr=False)
    write_later_calls: Callable[[], list[ExpandCall]] = field(default=list, repr=False)
    message: Notification | None = None

    @cached_property
    def guests(self) -> list[Guest]:
        """Guest accounts created, in order; also those before the record that stopped the run."""
        return self.write_guests()

    @cached_property
    def expand_calls(self) -> list[ExpandCall]:
        """Enrollments posted to Expand in this run, in order."""
        return self.write_calls()

    @cached_property
    def later_calls(self) -> list[ExpandCall]:
        """Enrollments posted to Expand once Canvas has imported the users of the same upload."""
        return self.write_later_calls()

    @property
    def canvas_files(self) -> list[CanvasFile]:
        """What is meant for Canvas, repeated names included."""
        return [result.canvas_file for result in self.results if result.canvas_file is not None]

    @property
    def canvas_zip(self) -> list[CanvasFile]:
        """What really gets into the ZIP for Canvas: of files with one name only the first; empty where none is sent."""
        first: dict[str, CanvasFile] = {}
        for file in self.canvas_files:
            first.setdefault(file.name, file)
        return list(first.values())

    @property
    def lost(self) -> tuple[int, ...]:
        """Indexes of files whose rows are lost, because another file of the upload has the same name."""
        kept = {id(file) for file in self.canvas_zip}
        return tuple(
            result.file for result in self.results if result.canvas_file is not None and id(result.canvas_file) not in kept
        )

    @property
    def welcome_mails(self) -> list[Mail]:
        """The package's own message, once per guest that is created."""
        message = self.message
        if message is None:
            return []
        return [Mail(guest.email, message.sender, message.subject, message.body) for guest in self.guests]

    def summary(self, hide: Callable[[str], str] = str) -> str | None:
        """What the files' results add to the summary mail; None where no mail is made.

        Args:
            hide: What each cell's text is passed through.
        """
        return "".join(f"{result.write_mail(hide)}\r\n" for result in self.results) or None


@dataclass(frozen=True, eq=False)
class Reception:
    """What becomes of an upload, from the answer to the mails.

    Attributes:
        answer: What the client is told.
        files: The files as the server sees them, in order.
        queued: Per kind the indexes of its files, in the order of the run; None where nothing is queued.
        notification: The message to new guests that is queued along, or None.
        processing: The background run; None where nothing is queued.
        archive: What was seen in the archive; None where none was sent to the ZIP endpoint.
        assumed: What is taken for granted of other systems, as sentences.
    """

    answer: Answer
    files: tuple[ReceivedFile, ...] = ()
    queued: Mapping[FileClass, tuple[int, ...]] | None = None
    notification: Notification | None = None
    processing: Processing | None = None
    archive: Unzipped | None = field(default=None, repr=False)
    assumed: tuple[str, ...] = ()
