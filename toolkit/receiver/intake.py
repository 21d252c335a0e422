"""What the receiving server answers, and what it queues: every file's kind by its header line, and the errors in their order.

Source: `UploadRestController`, `DeptProvFileUploadService.parseFiles`, `FileParsingUtil`, `FileParsingException`, `DeptRouter.zipOriginals`,
and `ProvisioningController` for the upload page. One file that is not recognised refuses all. Then the originals are archived, which
fails on a name that cannot stand in a ZIP; then, on the endpoints only, the first message.properties is read, whatever the flag; only
then the flag is looked at.

The upload page runs the same recognition, shows the same errors in a list, ignores every message.properties and asks for a message on a
second page where the box is ticked. It has no JSON answer; what it says is given in the endpoints' words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from provkit import properties
from provkit.package import Package
from provkit.receiver.archive import Unzipped, unzip
from provkit.receiver.files import read_files
from provkit.receiver.model import Answer, FileClass, FileError, Notification, ReceivedFile

__all__ = ["ARCHIVE_UNREADABLE", "NOTHING", "NO_MESSAGE", "PARSE_ERROR", "QUEUED", "Intake", "Uncaught", "intake"]

QUEUED = "The files are being processed. Summary emails will be sent at a later time."
NOTHING = "No files to process"
ARCHIVE_UNREADABLE = "Unable to unzip uploaded file"
PARSE_ERROR = "Error parsing uploaded files"
NO_MESSAGE = "User indicated that custom user notification was desired, but either no message.properties file was supplied, or it was malformed"

_NO_USERS = FileError(
    "No files found that match the 'users' format",
    "You indicated that you wanted to send custom notifications to new guest users, but did not provide a users file.  Either provide a "
    "properly formatted file, or refrain from checking the notification option.",
)

_ORDER = (
    FileClass.USERS,
    FileClass.COURSES,
    FileClass.ENROLLMENTS,
    FileClass.SECTIONS,
    FileClass.EXPAND_ENROLLMENTS,
    FileClass.PROPERTIES,
)
_ZIP_NAME = 0xFFFF - 46  # UTF-16 units that `java.util.zip.ZipEntry` takes


class Uncaught(StrEnum):
    """Why an exception leaves the controller, so that the framework answers (status 500 and a page, not run)."""

    MALFORMED_ESCAPE = "malformed_escape"
    r"""A message.properties holds a `\\u` without four hexadecimal digits."""
    NAME_MISSING = "name_missing"
    """A file has no name: the originals cannot be archived."""
    NAME_NOT_FOR_ZIP = "name_not_for_zip"
    """A file's name is too long for a ZIP, or holds half of a surrogate pair."""
    ARCHIVE_NAME_TOO_LONG = "archive_name_too_long"
    """A name in the archive is longer than Java takes."""
    ARCHIVE_TOO_LARGE = "archive_too_large"
    """The archive unpacks to more than the model reads; the server would run out of memory, or take long."""


@dataclass(frozen=True, eq=False)
class Intake:
    """What became of an upload before anything is processed.

    Attributes:
        answer: What the client is told.
        files: The files as the server sees them, in order; for an archive those in it.
        queued: Per kind that is there the indexes of its files, kinds in the order in which the run takes them, message.properties last;
            None where nothing is queued.
        notification: The message to new guests that is queued along, or None.
        archive: What was seen in the archive; None where none was sent to the ZIP endpoint.
    """

    answer: Answer
    files: tuple[ReceivedFile, ...] = ()
    queued: Mapping[FileClass, tuple[int, ...]] | None = None
    notification: Notification | None = None
    archive: Unzipped | None = field(default=None, repr=False)


def intake(package: Package, *, notify: bool) -> Intake:
    """Take an upload in.

    Args:
        package: The upload; its door says at which end it comes in. At "zip" the first part is the archive.
        notify: Whether customUsersNotification is set, or the page's box ticked.
    """
    archive: Unzipped | None = None
    if package.door == "zip":
        archive = unzip(package.parts[0].content) if package.parts else Unzipped()
        answer = _archive_answer(archive)
        if answer is not None:
            return Intake(answer, archive=archive)
        files = read_files([(entry.name, entry.content, entry.path) for entry in archive.entries])
    else:
        files = read_files([(part.name, part.content, None) for part in package.parts])
    if not files and package.door != "app":
        return Intake(Answer(400, NOTHING), archive=archive)
    answer, notification = _answer(files, notify=notify, page=package.door == "app")
    return Intake(answer, files, _queue(files) if answer.accepted else None, notification, archive)


def _archive_answer(archive: Unzipped) -> Answer | None:
    """The answer where the archive is the end of it."""
    if archive.too_large:
        return Answer(None, None, uncaught=Uncaught.ARCHIVE_TOO_LARGE)
    if archive.thrown is None:
        return None
    if archive.io_exception:
        return Answer(400, ARCHIVE_UNREADABLE)
    return Answer(None, None, uncaught=Uncaught.ARCHIVE_NAME_TOO_LONG)


def _answer(files: Sequence[ReceivedFile], *, notify: bool, page: bool) -> tuple[Answer, Notification | None]:
    """What is said of files that were read, and the message that goes along."""
    errors = [_not_known(file.name) for file in files if file.klass in {FileClass.BAD, FileClass.EXCEPTION}]
    if notify and not any(file.klass is FileClass.USERS for file in files):
        errors.append(_NO_USERS)
    if errors:
        return Answer(400, PARSE_ERROR, tuple(errors)), None
    for file in files:
        uncaught = _archiving(file.name)
        if uncaught is not None:
            return Answer(None, None, uncaught=uncaught), None
    if page:
        return Answer(200, QUEUED), None
    try:
        notification = _notification(files)
    except properties.MalformedEscape:
        return Answer(None, None, uncaught=Uncaught.MALFORMED_ESCAPE), None
    if notify and notification is None:
        return Answer(400, NO_MESSAGE), None
    return Answer(200, QUEUED), notification


def _not_known(name: str | None) -> FileError:
    """The two sentences about a file that is not recognised; a missing name is written out as null."""
    shown = "null" if name is None else name
    return FileError(
        f"The format of {shown} did not conform to any of the documented formats.",
        f"No files will be processed. Correct {shown} and try again.",
    )


def _archiving(name: str | None) -> Uncaught | None:
    """Why a file of that name cannot be put into the ZIP of originals; a repeated name is only logged."""
    if name is None:
        return Uncaught.NAME_MISSING
    units = name.encode("utf-16-le", "surrogatepass")
    try:
        units.decode("utf-16-le")
    except UnicodeDecodeError:
        return Uncaught.NAME_NOT_FOR_ZIP
    return Uncaught.NAME_NOT_FOR_ZIP if len(units) > 2 * _ZIP_NAME else None


def _notification(files: Sequence[ReceivedFile]) -> Notification | None:
    """The message of the first message.properties, if all of it is there."""
    for file in files:
        if file.klass is FileClass.PROPERTIES:
            message = properties.read(file.content)
            if message.valid and message.sender is not None and message.subject is not None and message.body is not None:
                return Notification(message.sender, message.subject, message.body)
            return None
    return None


def _queue(files: Sequence[ReceivedFile]) -> dict[FileClass, tuple[int, ...]]:
    """Indexes of the files of each kind that is there."""
    found = {klass: tuple(index for index, file in enumerate(files) if file.klass is klass) for klass in _ORDER}
    return {klass: indexes for klass, indexes in found.items() if indexes}
