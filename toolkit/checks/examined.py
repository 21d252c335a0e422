"""One look at a package: everything that is found, who would get mail, and what the receiver made of it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from provkit.checks import canvas, files, message, people, values
from provkit.checks.canvas_rows import elsewhere
from provkit.checks.catalogue.message import (
    message_alone,
    message_at_the_upload_page,
    message_sent_unasked,
    message_without_users,
    notification_without_message,
    notification_without_users,
    second_message,
)
from provkit.checks.catalogue.people import university_address_as_guest
from provkit.checks.coded import Coded, Rows, RowsOfFile
from provkit.checks.people import Mailing
from provkit.checks.places import Places
from provkit.checks.references import compare
from provkit.checks.rows import FileRows
from provkit.column import together
from provkit.package import Package
from provkit.receiver import Fate, FileClass, Known, ReceivedFile, Reception
from provkit.receiver.model import FileFate
from provkit.receiver.preprocess import ORDER, judge
from provkit.rules import Collector, Finding, Report, Severity
from provkit.schemas.common import Broken
from provkit.schemas.layouts import Kind

__all__ = ["Examined", "look"]


@dataclass(frozen=True, eq=False)
class Examined:
    """What was found in a package.

    Attributes:
        report: The findings.
        reception: What the service makes of the package.
        notify: Whether the notification of new guests was asked for.
    """

    report: Report
    reception: Reception
    notify: bool

    @cached_property
    def mailing(self) -> Mailing:
        """Who would get mail."""
        return people.mailing(self.reception, notify=self.notify)

    @cached_property
    def reserved(self) -> list[str]:
        """Addresses that nobody can have, since their domains are set aside for examples: a sign of sample data."""
        return people.reserved_addresses(people.addresses(self.reception))


def look(package: Package, reception: Reception, *, known: Known | None, notify: bool, collector: Collector) -> Examined:
    """Run every rule.

    Args:
        package: The upload.
        reception: What the service makes of it.
        known: What exists elsewhere; None where nothing is said.
        notify: Whether the notification of new guests is asked for.
        collector: Takes the findings.
    """
    collector.extend(files.inspect(package, reception))
    collector.extend(_messages(package, reception, known, notify=notify))
    _rows(package, reception, known or Known(), collector)
    return Examined(collector.report(), reception, notify)


@dataclass(frozen=True, eq=False)
class _File:
    """One file whose rows can be looked at.

    Attributes:
        kind: What it holds.
        file_rows: Its rows, with what the service makes of them.
        rows: Those whose values can be looked at.
        broken: What is wrong with their values.
        at_canvas: What Canvas says of addresses besides.
        university: Which rows are guests with a university address.
    """

    kind: Kind
    file_rows: FileRows
    rows: RowsOfFile
    broken: Future[Sequence[Broken]]
    at_canvas: Future[Sequence[Broken]] | None
    university: Future[np.ndarray] | None


def _rows(package: Package, reception: Reception, known: Known, collector: Collector) -> None:
    """The rows of all CSV files. What takes long is worked out side by side; what is reported, and in which order, hangs on no clock."""
    tables: dict[Kind, list[RowsOfFile]] = {}
    left: list[tuple[FileRows, np.ndarray]] = []
    wrong: dict[Kind, list[np.ndarray]] = {}
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        for file in list(_files(package, reception, known, collector, workers)):
            faulty = values.report(file.broken.result(), file.rows, collector)
            left.append((file.file_rows, faulty))
            tables.setdefault(file.kind, []).append(file.rows)
            refused_rows = file.rows.holding(together([faulty, file.file_rows.judged.where(Fate.REJECTED)]))
            wrong.setdefault(file.kind, []).append(refused_rows)
            if file.university is not None:
                _university_addresses(file.rows, file.university.result(), collector)
            if file.at_canvas is not None:
                values.report(file.at_canvas.result(), file.rows, collector, covered=faulty)
        refused = {kind: np.concatenate(parts) for kind, parts in wrong.items()}
        coded = Coded({kind: Rows(kind, parts) for kind, parts in tables.items()}, elsewhere(known), refused=refused)
        list(workers.map(lambda answer: answer(), coded.slow_answers()))
    compare(coded, collector)
    canvas.inspect(coded, known, collector)
    for file_rows, faulty in left:
        file_rows.rejected(faulty, coded.ids(Kind.SECTIONS), collector)


def _files(
    package: Package, reception: Reception, known: Known, collector: Collector, workers: ThreadPoolExecutor
) -> Iterator[_File]:
    """What is wrong with rows as such; what is wrong with their values is begun."""
    for file, fate in _judged(reception, known):
        places = Places(file.name, file.content, fate.records.line, package.origins, fate.records.fields)
        file_rows = FileRows(fate.kind, fate.records, fate, places)
        rows = file_rows.inspect(collector)
        if rows is None:
            continue
        file_rows.derived(rows, collector, waits=any(other.kind is Kind.USERS for other in reception.files))
        users = fate.kind is Kind.USERS
        yield _File(
            fate.kind,
            file_rows,
            rows,
            workers.submit(values.find, fate.kind, rows, known),
            workers.submit(canvas.addresses, rows) if users else None,
            workers.submit(_at_the_university, rows) if users else None,
        )


def _judged(reception: Reception, known: Known) -> list[tuple[ReceivedFile, FileFate]]:
    """What would become of each file's rows, in the upload's order; also where the upload is refused for another file."""
    found: dict[int, FileFate] = {}
    users: list[FileFate] = []
    for kind in ORDER:
        for index, file in enumerate(reception.files):
            if file.kind is not kind or file.records is None:
                continue
            found[index] = file.judged or judge(kind, file.records, known, earlier=users)
            if kind is Kind.USERS:
                users.append(found[index])
    return [(reception.files[index], found[index]) for index in sorted(found)]


def _at_the_university(rows: RowsOfFile) -> np.ndarray:
    """Guests who have a university address."""
    logins = rows.columns["login_id"]
    return np.flatnonzero(logins.spread(people.at_the_university(logins.values)))


def _university_addresses(rows: RowsOfFile, found: np.ndarray, collector: Collector) -> None:
    """Report guests who have a university address."""

    def made(row: int) -> Finding:
        record = row + 1 if rows.records is None else int(rows.records[row])
        return rows.places.finding(university_address_as_guest, record, "login_id", rows.columns["login_id"].at(row))

    collector.add_many(university_address_as_guest, len(found), (made(int(row)) for row in found))


def _messages(package: Package, reception: Reception, known: Known | None, *, notify: bool) -> Iterator[Finding]:
    """The message to new guests, and whether it goes out."""
    letters = [file for file in reception.files if file.klass is FileClass.PROPERTIES]
    users = any(file.kind is Kind.USERS for file in reception.files)
    page = package.door == "app"
    if notify and not users and reception.files:
        yield Finding(notification_without_users)
    if page:
        yield from (Finding(message_at_the_upload_page, file.name) for file in letters)
        return
    yield from (Finding(second_message, file.name) for file in letters[1:])
    if letters:
        senders = None if known is None else known.senders
        yield from _letter(letters[0], users=users, alone=len(letters) == len(reception.files), notify=notify, senders=senders)
    elif notify and users and not any(files.meant_as_message(file) for file in reception.files):
        yield Finding(notification_without_message)


def _letter(file: ReceivedFile, *, users: bool, alone: bool, notify: bool, senders: Collection[str] | None) -> Iterator[Finding]:
    """The message that counts."""
    faults = list(message.inspect(file.name or "", bytes(file.content), notify=notify, senders=senders))
    yield from faults
    if notify:
        return
    if alone:
        yield Finding(message_alone, file.name)
    elif not users:
        yield Finding(message_without_users, file.name)
    elif not any(fault.severity is Severity.ERROR for fault in faults):
        yield Finding(message_sent_unasked, file.name)
