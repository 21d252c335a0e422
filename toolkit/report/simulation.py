"""What the receiving server makes of an upload, for a person and for machines: the answer, the row account, and the mails."""

from __future__ import annotations

import hashlib
import json
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

import numpy as np

from provkit._version import VERSION
from provkit.checks.written import Written
from provkit.receiver import Fate, FileClass, Mail, Reason, ReceivedFile, Reception
from provkit.receiver.altered import altered
from provkit.receiver.mail import Letterhead, rejections, summary
from provkit.rules import mask
from provkit.server import MODELLED_SERVER

__all__ = ["Account", "account", "arrives_whole", "render_json", "render_text"]

WIDTH = 80
LISTED = 10
"""How many rows, guests or calls of one sort are listed in text."""
MAIL_LINES = 40
"""How many lines of one mail to the department are shown in text; what guests get is shown whole."""

_ACCOUNTS = {
    Fate.SENT: "sent",
    Fate.DEFERRED: "deferred",
    Fate.REJECTED: "rejected",
    Fate.IGNORED_COUNTED: "dropped",
    Fate.IGNORED: "dropped",
    Fate.CRASH: "stopped",
    Fate.NOT_REACHED: "not_reached",
}
_REASONS = {
    Reason.UNKNOWN_HEADER: "its first line is none of the 26 headers that the service knows",
    Reason.UNCLOSED_QUOTE: "a quote is opened in the record on line {line} and never closed",
    Reason.EMPTY: "it is empty",
}


@dataclass(frozen=True, slots=True)
class Account:
    """Where the rows of one file go. `rows` is the sum of all others but `altered`; headers are not counted.

    Attributes:
        rows: Rows read.
        sent: Sent on to Canvas, or enrolled in Expand.
        deferred: Enrolled in Expand once Canvas has imported the rest.
        rejected: Not sent, and named in the mail.
        dropped: Not sent, and named nowhere.
        stopped: The row that stops the run.
        not_reached: Rows behind it.
        lost: Sent, but in a file that is lost because another one has its name.
        altered: Of those sent or deferred, the ones that arrive otherwise than written.
    """

    rows: int
    sent: int = 0
    deferred: int = 0
    rejected: int = 0
    dropped: int = 0
    stopped: int = 0
    not_reached: int = 0
    lost: int = 0
    altered: int = 0

    def to_dict(self) -> dict[str, int]:
        """The account as in the JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def account(file: ReceivedFile, *, lost: bool = False) -> Account | None:
    """Count the rows of one file.

    Args:
        file: The file.
        lost: Whether it does not get into the ZIP for Canvas.

    Returns:
        The account; None for a file whose rows are not processed.
    """
    if file.fates is None or file.judged is None or file.records is None:
        return None
    numbers = dict.fromkeys(_ACCOUNTS.values(), 0)
    for fate, name in _ACCOUNTS.items():
        numbers[name] += int(np.count_nonzero(file.fates == fate))
    rows = sum(numbers.values())
    if lost:
        numbers["lost"], numbers["sent"] = numbers["sent"], 0
    changed = altered(file.judged)
    written = Written(file.records)
    for record in written.doubtful().tolist():
        changed[record] = changed[record] or bool(written.changes(record))
    passed = np.isin(file.fates, (Fate.SENT, Fate.DEFERRED))
    return Account(rows, altered=int(np.count_nonzero(changed & passed)), **numbers)


def arrives_whole(reception: Reception) -> bool:
    """Whether the upload is taken, the run goes through, and every row arrives.

    Args:
        reception: What the server makes of it.
    """
    run = reception.processing
    if run is None or run.thrown is not None or run.lost:
        return False
    arriving = (Fate.HEADER, Fate.SENT, Fate.DEFERRED)
    return all(file.fates is None or bool(np.isin(file.fates, arriving).all()) for file in reception.files)


def render_json(reception: Reception, *, show_values: bool = False, letterhead: Letterhead | None = None) -> str:
    """Everything, as JSON, ending in a line end.

    Args:
        reception: What the server makes of the upload.
        show_values: True shows personal values, and the content of the files for Canvas; otherwise they are masked.
        letterhead: What of mails is not known from the upload.
    """
    hide: Callable[[str], str] = str if show_values else mask
    run = reception.processing
    lost = run.lost if run is not None else ()
    document: dict[str, Any] = {
        "format": 1,
        "provkit": VERSION,
        "server": MODELLED_SERVER,
        "ok": arrives_whole(reception),
        "answer": {"status": reception.answer.status, "body": reception.answer.body, "uncaught": reception.answer.uncaught},
        "queued": None
        if reception.queued is None
        else {str(klass): [reception.files[index].name for index in files] for klass, files in reception.queued.items()},
        "assumed": list(reception.assumed),
        "files": [_file(file, hide, lost=index in lost) for index, file in enumerate(reception.files)],
        "processing": None,
    }
    if run is not None:
        document["processing"] = {
            "thrown": None
            if run.thrown is None
            else {
                "file": reception.files[run.thrown[0]].name,
                "record": run.thrown[1].record + 1,
                "field": run.thrown[1].field + 1,
                "fields": run.thrown[1].length,
            },
            "canvas_zip": [_canvas(file.name, file.content, show_values=show_values) for file in run.canvas_zip],
            "guests_invited": [
                {"email": hide(guest.email), "first": hide(guest.first), "last": hide(guest.last), "service": guest.service}
                for guest in run.guests
            ],
            "expand_calls": [
                {"user": hide(call.user), "listing": call.listing, "send_email": call.send_email, "deferred": later}
                for later, calls in ((False, run.expand_calls), (True, run.later_calls))
                for call in calls
            ],
            "mails": [
                {"to": None if one.to is None else hide(one.to), "from": one.sender, "subject": one.subject, "body": one.body}
                for one in (*run.welcome_mails, *_group_mails(reception, hide, letterhead or Letterhead()))
            ],
        }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _file(file: ReceivedFile, hide: Callable[[str], str], *, lost: bool) -> dict[str, Any]:
    """One file, with the fates of its records as runs of equal ones."""
    counted = account(file, lost=lost)
    document: dict[str, Any] = {
        "name": file.name,
        "path": file.path,
        "class": str(file.klass),
        "reason": None if file.reason is None else str(file.reason),
        "line": file.line,
        "records": None if file.records is None else len(file.records),
        "lost": lost,
        "rows": None if counted is None else counted.to_dict(),
        "fates": None,
        "rejected": [],
    }
    if file.fates is not None and file.judged is not None and file.records is not None:
        edges = [0, *(np.flatnonzero(np.diff(file.fates)) + 1).tolist(), len(file.fates)]
        document["fates"] = [[Fate(int(file.fates[start])).name.lower(), stop - start] for start, stop in pairwise(edges)]
        document["rejected"] = [
            {"record": record + 1, "line": file.records.line(record), "message": text.strip()}
            for record, text in rejections(file.judged, hide).items()
            if file.fates[record] == Fate.REJECTED
        ]
    return document


def _canvas(name: str, content: bytes, *, show_values: bool) -> dict[str, Any]:
    described: dict[str, Any] = {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    if show_values:
        described["content"] = content.decode()
    return described


def _group_mails(reception: Reception, hide: Callable[[str], str], letterhead: Letterhead) -> Iterator[Mail]:
    """The mails to the department's group."""
    run = reception.processing
    results = run.summary(hide) if run is not None else None
    if run is None or results is None:
        return
    yield summary(results, letterhead, imported=bool(run.canvas_zip))
    if run.write_later is not None:
        yield Mail(None, None, f"{letterhead.header} {letterhead.group} Canvas Provisioning Errors", run.write_later(hide))


def render_text(reception: Reception, *, show_values: bool = True, letterhead: Letterhead | None = None) -> str:
    """Everything, for a person at a terminal 80 columns wide; the mails stand as they would arrive.

    Args:
        reception: What the server makes of the upload.
        show_values: False masks personal values.
        letterhead: What of mails is not known from the upload.
    """
    hide: Callable[[str], str] = str if show_values else mask
    return "\n".join(_lines(reception, hide, letterhead or Letterhead())) + "\n"


def _lines(reception: Reception, hide: Callable[[str], str], letterhead: Letterhead) -> Iterator[str]:
    yield from _answer(reception)
    if reception.files:
        yield from ("", "FILES")
    for index, file in enumerate(reception.files):
        yield from _file_lines(reception, index, file, hide)
    run = reception.processing
    if run is None:
        yield from ("", "Nothing is processed, nothing reaches Canvas, nobody gets mail.")
    else:
        yield from _run_lines(reception, hide)
        yield from _mail_lines(reception, hide, letterhead)
    if run is not None and reception.assumed:
        yield from ("", "TAKEN FOR GRANTED (known.toml can say otherwise)")
        for sentence in reception.assumed:
            yield from _wrapped(f"- {sentence}", "  ")
    yield from ("", f"Server modelled: {MODELLED_SERVER}")


def _answer(reception: Reception) -> Iterator[str]:
    answer = reception.answer
    if answer.status is None:
        yield f"ANSWER  500, a page with a stack trace ({answer.uncaught})"
        return
    yield f"ANSWER  {answer.status}"
    yield from _wrapped(answer.message or "", "  ")
    for error in answer.file_errors or ():
        yield from _wrapped(error.title, "  - ")
        yield from _wrapped(error.description, "    ")


def _file_lines(reception: Reception, index: int, file: ReceivedFile, hide: Callable[[str], str]) -> Iterator[str]:
    name = "(a file without a name)" if file.name is None else file.name
    if file.reason is not None:
        yield from _wrapped(f"{name}: not recognised; {_REASONS[file.reason].format(line=file.line)}.", "  ")
        return
    if file.klass is FileClass.PROPERTIES:
        taken = " Its message is valid." if reception.notification is not None else ""
        yield from _wrapped(f"{name}: a message to new guests.{taken}", "  ")
        return
    run = reception.processing
    lost = run is not None and index in run.lost
    counted = account(file, lost=lost)
    if counted is None:
        yield from _wrapped(f"{name}: {file.kind}, not processed.", "  ")
        return
    parts = [
        f"{number:,} {word}"
        for number, word in (
            (counted.sent, "sent"),
            (counted.deferred, "deferred until Canvas has imported the rest"),
            (counted.rejected, "rejected"),
            (counted.dropped, "dropped unsaid"),
            (counted.lost, "lost, since an earlier file has the same name"),
            (counted.stopped, "stops the run"),
            (counted.not_reached, "not reached"),
        )
        if number
    ]
    rows = "1 row" if counted.rows == 1 else f"{counted.rows:,} rows"
    arrive = "arrives" if counted.altered == 1 else "arrive"
    more = f" {counted.altered:,} of them {arrive} otherwise than written." if counted.altered else ""
    yield from _wrapped(f"{name}: {file.kind}, {rows}: {', '.join(parts) or 'none'}.{more}", "  ")
    assert file.judged is not None
    assert file.records is not None
    assert file.fates is not None
    fates, records = file.fates, file.records
    said = rejections(file.judged, hide, first=LISTED) if counted.rejected else {}
    for record, text in said.items():
        yield from _wrapped(f"line {records.line(record)}: {text.strip()}", "    ")
    if counted.rejected > LISTED:
        yield f"    and {counted.rejected - LISTED:,} more rejected"
    dropped = np.flatnonzero(np.isin(fates, (Fate.IGNORED, Fate.IGNORED_COUNTED)))
    for record in dropped[:LISTED].tolist():
        fields = int(records.lengths[record])
        yield f"    line {records.line(record)}: dropped, it has {fields} field{'' if fields == 1 else 's'}"
    if len(dropped) > LISTED:
        yield f"    and {len(dropped) - LISTED:,} more dropped"


def _run_lines(reception: Reception, hide: Callable[[str], str]) -> Iterator[str]:
    run = reception.processing
    assert run is not None
    yield from ("", "WHAT REACHES CANVAS AND EXPAND")
    if run.thrown is not None:
        index, crash = run.thrown
        file = reception.files[index]
        assert file.records is not None
        yield from _wrapped(
            f"Nothing reaches Canvas: line {file.records.line(crash.record)} of {file.name} has {crash.length} fields where the service "
            f"asks for number {crash.field + 1}, and the whole run stops there. No mail says so.",
            "  ",
        )
    elif not run.canvas_zip:
        yield "  Nothing goes to Canvas."
    for one in run.canvas_zip:
        yield from _wrapped(f"{one.name}: {len(one.content):,} bytes", "  ")
    for calls, when in ((run.expand_calls, "now"), (run.later_calls, "once Canvas has imported the rest")):
        if calls:
            yield from _wrapped(f"Expand enrolls {len(calls):,}, {when}:", "  ")
            shown = (f"{hide(call.user)} in {call.listing}{', with mail' if call.send_email else ''}" for call in calls)
            yield from _some(list(islice(shown, LISTED)), len(calls))


def _mail_lines(reception: Reception, hide: Callable[[str], str], letterhead: Letterhead) -> Iterator[str]:
    run = reception.processing
    assert run is not None
    yield from ("", "WHO GETS MAIL")
    guests = run.guests
    if guests:
        yield from _wrapped(f"The university invites {len(guests):,} new guest{'' if len(guests) == 1 else 's'}, always:", "  ")
        yield from _some([hide(guest.email) for guest in guests[:LISTED]], len(guests))
    else:
        yield "  No guest is invited."
    if run.message is not None and guests:
        yield from ("", "  The package's own message to each of them:")
        yield from _shown(Mail(None, run.message.sender, run.message.subject, run.message.body), whole=True)
    elif reception.notification is not None:
        why = "its sender is not authorised" if run.message is None else "no guest is new"
        yield from _wrapped(f"The package's own message goes to nobody: {why}.", "  ")
    mails = list(_group_mails(reception, hide, letterhead))
    for one, when in zip(mails, ("at once", "after the import, among Canvas's results"), strict=False):
        yield from ("", f"  To the department's mail group, {when}:")
        yield from _shown(one)
    if not mails:
        yield "  The department's mail group gets nothing."


def _shown(mail: Mail, *, whole: bool = False) -> Iterator[str]:
    if mail.sender is not None:
        yield f"  | From: {mail.sender}"
    yield f"  | Subject: {mail.subject}"
    yield "  |"
    lines = mail.body.replace("\r\n", "\n").rstrip("\n").split("\n")
    for line in lines if whole else lines[:MAIL_LINES]:
        body = line.expandtabs(4)
        indent = " " * (len(body) - len(body.lstrip()))
        for piece in textwrap.wrap(body, WIDTH - 4, subsequent_indent=indent) or [""]:
            yield f"  | {piece}".rstrip()
    if len(lines) > MAIL_LINES and not whole:
        yield f"  | ... and {len(lines) - MAIL_LINES:,} more lines"


def _some(shown: Sequence[str], total: int) -> Iterator[str]:
    yield from (f"    {text}" for text in shown)
    if total > len(shown):
        yield f"    and {total - len(shown):,} more"


def _wrapped(text: str, indent: str) -> Iterator[str]:
    # A name can hold anything; what would move the cursor is shown as a question mark.
    clean = "".join(character if character.isprintable() or character == " " else "?" for character in text)
    yield from textwrap.wrap(clean, WIDTH, initial_indent=indent, subsequent_indent=" " * (len(indent) + 2))
