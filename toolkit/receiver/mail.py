r"""The mails that the server writes, word for word: its summary of a run, and what it says of a run that failed.

Source: the provisioning services of each kind, `DeptRouter.sendToCanvas`, `BackgroundMessageListener.sendEmail`. Lines end in CR LF.
The number of a line in these mails is that of the record, the header being 1, which is not that of the text line where a quoted cell
holds a line end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from provkit.receiver.model import Fate, FileError, FileFate, Mail, Notification, Why
from provkit.schemas.layouts import Kind

__all__ = [
    "ELSEWHERE",
    "TEMPLATES",
    "Hide",
    "Letterhead",
    "courses_or_sections",
    "deferred",
    "enrollments",
    "expand",
    "failure",
    "later",
    "rejections",
    "shown",
    "summary",
    "users",
    "welcome",
]

Hide: TypeAlias = Callable[[str], str]
"""What a cell's text is passed through before it stands in a mail: `str` shows it, `provkit.rules.mask` masks it."""

_LENGTH = (
    "\tLine {line}: Row did not match the amount of fields specified in the header. Skipping. "
    "Double check the amount of commas and try again.\r\n"
)
TEMPLATES: Mapping[tuple[Kind, Why], str] = {
    (Kind.USERS, Why.ADDRESS): "\t{1} - invalid email address. Will not attempt to make a guest account.\r\n",
    (Kind.COURSES, Why.LENGTH): _LENGTH,
    (Kind.COURSES, Why.OFFICIAL_COURSE): "\tLine {line}: Course {0} rejected. Not authorized for SIS changes.\r\n",
    (Kind.COURSES, Why.ACCOUNT): "\tLine {line}: Course {0} rejected. Not authorized to work in {3} subaccount.\r\n",
    (Kind.SECTIONS, Why.LENGTH): _LENGTH,
    (Kind.SECTIONS, Why.OFFICIAL_COURSE): "\tLine {line}: Course {1} rejected. Not authorized for SIS changes.\r\n",
    (Kind.SECTIONS, Why.OFFICIAL_SECTION): "\tLine {line}: Section {0} rejected. Not authorized for SIS changes.\r\n",
    (Kind.ENROLLMENTS, Why.OFFICIAL_COURSE): "\tLine {line}: Enrollment for {1} rejected. Not authorized for SIS changes.\r\n",
    (Kind.ENROLLMENTS, Why.OFFICIAL_SECTION): "\tLine {line}: Enrollment for {1} rejected. Not authorized for SIS changes.\r\n",
    (Kind.ENROLLMENTS, Why.NO_COURSE): "\tLine {line}: Enrollment for {1} rejected. Not able to determine parent course of section "
    "for account permission checks.\r\n",
    (Kind.ENROLLMENTS, Why.NO_USER): "\tLine {line}: no emplId found for {1}\r\n",
    (Kind.EXPAND, Why.NO_USER): "\tCould not find the canvas user identified by the csv supplied user id {0}\r\n",
}
"""What a rejected record adds to the mail: `{line}` is its number, the header being 1, and a digit stands for that field of it."""

ELSEWHERE = (
    "\t{1} - GuestAccountService error: returned null\r\n",
    "\t{1} - Guest Account creation error: {error}\r\n",
    "\tLine {line}: Section {0} rejected. Not authorized to work in {account} subaccount.\r\n",
    "\tLine {line}: Enrollment for {1} rejected. Not authorized to work in {account} subaccount.\r\n",
    (
        "\tAn error occurred while attempting to enroll user {0} in Expand listing {1}. Double check the listing to make sure all required "
        "fields contain data and try to run the job again. If the problem persists, contact lmsreq@iu.edu for assistance.\r\n"
    ),
)
"""What it says of rows that fail for a reason which lies in other systems, so that the model never writes it."""

_OPENING = (
    "The preprocessing stage of your Canvas provisioning job is complete and the results are provided below. "
    "The final results from Canvas ({host}) will be sent out at a later time and will inform you "
    "of any issues that may have been encountered while importing the data. "
    "Guest account provisioning is the exception and will have final results in this email.\r\n\r\n"
    "Results from the uploads: \r\n\r\n"
)
_FAILURE = (
    "The preprocessing stage of your Canvas provisioning job is incomplete and encountered the following errors below.\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What of a mail is not known from the upload.

    Attributes:
        header: How subjects begin.
        group: The department's group.
        host: Canvas's host.
        import_id: The id that Canvas gives the import.
    """

    header: str = "[LMS <environment> Notifications]"
    group: str = "<group>"
    host: str = "<Canvas>"
    import_id: str = "<number>"


def summary(results: str, letterhead: Letterhead, *, imported: bool) -> Mail:
    """The mail after a run that went through.

    Args:
        results: What the files' results add, each followed by CR LF.
        letterhead: What is not known from the upload.
        imported: Whether something went to Canvas, which then gave an id.
    """
    number = f"ImportId is {letterhead.import_id}\r\n\r\n" if imported else ""
    body = _OPENING.format(host=letterhead.host) + number + results
    return Mail(None, None, f"{letterhead.header} csv file upload(s) for {letterhead.group}", body)


def failure(errors: Sequence[FileError], letterhead: Letterhead) -> Mail:
    """The mail after a run that failed in one of the ways that the server foresees (a disk or archive that cannot be written).

    Args:
        errors: What failed.
        letterhead: What is not known from the upload.
    """
    lines = "".join(f"{error.title}\r\n\t{error.description}\r\n" for error in errors)
    return Mail(None, None, f"{letterhead.header} processing errors for {letterhead.group}", _FAILURE + lines)


def welcome(message: Notification, to: str) -> Mail:
    """The package's own message to one guest.

    Args:
        message: The message.
        to: The guest's address.
    """
    return Mail(to, message.sender, message.subject, message.body)


def shown(name: str | None) -> str:
    """A file's name as the server writes it out.

    Args:
        name: The name; a missing one becomes the word null.
    """
    return "null" if name is None else name


def rejections(judged: FileFate, hide: Hide = str, *, first: int | None = None) -> dict[int, str]:
    """What each rejected record adds to the mail, by the record's index.

    Args:
        judged: The file.
        hide: What cells are passed through.
        first: How many at most; None for all.
    """
    records = judged.records
    indexes = np.flatnonzero(judged.fates == Fate.REJECTED)[:first]
    taken = pa.array(indexes)
    # Only the columns that a text can show; a record that is too short for one is not told about with it.
    columns = [records.column(index).take(taken).to_pylist() for index in range(min(len(records.columns), 4))]
    columns += [[None] * len(indexes)] * (4 - len(columns))
    whys = judged.why[indexes].tolist()
    return {
        index: TEMPLATES[judged.kind, Why(why)].format(*(hide(text or "") for text in fields), line=index + 1)
        for index, why, *fields in zip(indexes.tolist(), whys, *columns, strict=True)
    }


def users(files: Sequence[tuple[str, FileFate]], *, message_sent: bool | None, hide: Hide = str) -> str:
    """The part about all users files; every one of them gets this whole.

    Args:
        files: Names and fates.
        message_sent: Whether each new guest gets the package's message; None where there is no message.
        hide: What cells are passed through.
    """
    return "".join(_users(name, judged, message_sent=message_sent, hide=hide) for name, judged in files)


def _users(name: str, judged: FileFate, *, message_sent: bool | None, hide: Hide) -> str:
    failed = judged.count(Fate.REJECTED)
    sent = judged.fates == Fate.SENT
    updated = int(np.count_nonzero(sent & judged.existing))
    created = int(np.count_nonzero(sent)) - updated
    text = (
        f"{name}:\r\n{''.join(rejections(judged, hide).values())}"
        f"\tGuest accounts creation failures: {failed}\r\n"
        f"\tGuest accounts successfully created: {created}\r\n"
        f"\tGuest account updates sent to Canvas: {updated}\r\n"
        f"\tTotal records processed: {failed + created + updated + judged.count(Fate.IGNORED_COUNTED)}\r\n"
    )
    if message_sent is None:
        return text
    unsent = [] if message_sent else judged.rewrite(sent & ~judged.existing)[0].to_pylist()
    return (
        f"{text}\tTotal custom email messages sent: {created if message_sent else 0}\r\n"
        f"\tTotal custom email message failures: {len(unsent)}\r\n" + "".join(f"\t\t- {hide(address)}\r\n" for address in unsent)
    )


def courses_or_sections(kind: Kind, files: Sequence[tuple[str, FileFate]], hide: Hide = str) -> str:
    """The part about one file of courses or sections: it repeats all that was said of the earlier ones.

    Args:
        kind: Which of the two.
        files: Names and fates of this file, the last, and of those before it.
        hide: What cells are passed through.
    """
    rejected = sum(judged.count(Fate.REJECTED) for _, judged in files)
    sent = sum(judged.count(Fate.SENT) for _, judged in files)
    names = "".join(f"{name}:\r\n" for name, _ in files)
    errors = "".join("".join(rejections(judged, hide).values()) for _, judged in files)
    return names + errors + _counts(kind.capitalize(), rejected, sent)


def enrollments(name: str, judged: FileFate, hide: Hide = str) -> str:
    """The part about one file of enrollments.

    Args:
        name: The file's name.
        judged: What becomes of its records.
        hide: What cells are passed through.
    """
    errors = "".join(rejections(judged, hide).values())
    return f"{name}:\r\n{errors}{_counts('Enrollments', judged.count(Fate.REJECTED), judged.count(Fate.SENT))}"


def _counts(what: str, rejected: int, sent: int) -> str:
    return f"\t{what} rejected: {rejected}\r\n\t{what} sent to Canvas: {sent}\r\n\tTotal {what.lower()} processed: {rejected + sent}\r\n"


def expand(name: str, judged: FileFate, hide: Hide = str) -> str:
    """The part about one file of Expand enrollments that is processed at once.

    Args:
        name: The file's name.
        judged: What becomes of its records.
        hide: What cells are passed through.
    """
    failed, added = judged.count(Fate.REJECTED), judged.count(Fate.SENT)
    return (
        f"{name}:\r\n{''.join(rejections(judged, hide).values())}"
        f"\tUsers failed to be added to expand's enrollment: {failed}\r\n"
        f"\tUsers successfully added to expand's enrollment: {added}\r\n"
        f"\tTotal records processed: {failed + added}\r\n"
    )


def deferred(name: str, hide: Hide = str) -> str:  # noqa: ARG001  called like the others
    """The part about one file of Expand enrollments that came along with users.

    Args:
        name: The file's name.
        hide: Not needed: no cell is shown.
    """
    return f"{name}:\r\n\tProcessing of this file has been deferred until after all other files have been imported into Canvas\r\n"


def later(parts: Sequence[str]) -> str:
    """What files that were deferred add to the mail of Canvas's own results, once Canvas has imported the rest.

    Args:
        parts: The part about each (`expand`).
    """
    return "\r\nPost processing results:\r\n" + "".join(f"{part}\r\n" for part in parts)
