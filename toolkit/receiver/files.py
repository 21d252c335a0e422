"""The files of an upload: each is read as CSV whatever it is, then known by its first record, and only then by its name.

Source: `FileParsingUtil`. While one file is read, the columns of those before are coded, since everything that follows asks for their
distinct values.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from mmap import mmap

from provkit import properties
from provkit.column import Column
from provkit.receiver.dialect import UnterminatedQuote
from provkit.receiver.model import KIND_CLASSES, FileClass, Reason, ReceivedFile
from provkit.receiver.records import read
from provkit.schemas.layouts import BY_HEADER, LAYOUTS, NAMING, Kind

__all__ = ["read_files"]

_MESSAGE_NAME = re.compile(re.escape(properties.FILE_NAME), re.IGNORECASE)
"""Python's folding and that of `equalsIgnoreCase` agree on these letters: a dotless i, a dotted capital I and a long s pass in both."""

_LARGE = 20_000
"""From so many records on it pays to look at several columns at once."""

_READERS = 2
"""How many files are read at once: some take much more memory than they have bytes."""

_LOGIN = LAYOUTS[Kind.USERS].position(NAMING[Kind.USERS])
_LIKE_LOGIN: Mapping[Kind, Sequence[int]] = {
    kind: [LAYOUTS[kind].position(name) for name in names]
    for kind, names in {
        Kind.USERS: ("user_id", "email"),
        Kind.ENROLLMENTS: (NAMING[Kind.ENROLLMENTS],),
        Kind.EXPAND: (NAMING[Kind.EXPAND],),
    }.items()
}
"""Where columns stand that mostly hold the addresses that stand in login_id of users."""


def read_files(parts: Sequence[tuple[str | None, bytes | mmap, str | None]]) -> tuple[ReceivedFile, ...]:
    """Read the files of an upload.

    Args:
        parts: The name, the bytes, and the name in the archive of each file.

    Returns:
        The files, in the same order.
    """
    with ThreadPoolExecutor(_READERS) as readers, ThreadPoolExecutor(os.cpu_count()) as workers:
        coding = _Coding(workers)
        # The largest first: it takes longest, and the others are done while Arrow reads it.
        order = sorted(range(len(parts)), key=lambda index: len(parts[index][1]), reverse=True)
        begun = {index: readers.submit(_read, *parts[index], coding) for index in order}
        files = tuple(begun[index].result() for index in range(len(parts)))
        coding.finish()
    return files


def _read(name: str | None, content: bytes | mmap, path: str | None, coding: _Coding) -> ReceivedFile:
    """One file, whose columns are being coded then."""
    file = _received(name, content, path)
    coding.take(file)
    return file


def _received(name: str | None, content: bytes | mmap, path: str | None) -> ReceivedFile:
    """One file."""
    try:
        records = read(content)
    except UnterminatedQuote as error:
        return ReceivedFile(name, content, FileClass.EXCEPTION, reason=Reason.UNCLOSED_QUOTE, line=error.line, path=path)
    if not len(records):
        return ReceivedFile(name, content, FileClass.EXCEPTION, records=records, reason=Reason.EMPTY, path=path)
    known = BY_HEADER.get(",".join(records.fields(0)))
    if known is not None:
        return ReceivedFile(name, content, KIND_CLASSES[known[0]], known[0], records, path=path)
    if name is not None and _MESSAGE_NAME.fullmatch(name):
        return ReceivedFile(name, content, FileClass.PROPERTIES, records=records, path=path)
    return ReceivedFile(name, content, FileClass.BAD, records=records, reason=Reason.UNKNOWN_HEADER, path=path)


class _Coding:
    """Finds the distinct values of large files.

    Args:
        workers: They do it.
    """

    def __init__(self, workers: ThreadPoolExecutor) -> None:
        self._workers = workers
        self._begun: list[Future[None]] = []
        self._logins: list[tuple[Column, Future[None]]] = []
        self._alike: list[Column] = []

    def take(self, file: ReceivedFile) -> None:
        """Begin with a file's columns, but for those that are coded along others.

        Args:
            file: A file that was read; what is no CSV file of the upload, or small, is left alone.
        """
        columns = _large(file)
        like = () if file.kind is None else _LIKE_LOGIN.get(file.kind, ())
        self._alike += [columns.pop(index) for index in like if index in columns]
        for index, column in columns.items():
            coded = self._workers.submit(column.code)
            self._begun.append(coded)
            if file.kind is Kind.USERS and index == _LOGIN:
                self._logins.append((column, coded))

    def finish(self) -> None:
        """Code what is left, and wait until all is done; all files have been read."""
        logins, coded = self._logins[0] if self._logins else (None, None)
        if coded is not None:
            coded.result()
        self._begun += [self._workers.submit(_code_along, column, logins) for column in self._alike]
        for begun in self._begun:
            begun.result()


def _large(file: ReceivedFile) -> dict[int, Column]:
    """The columns of a large file of the upload; none of any other."""
    large = file.kind is not None and file.records is not None and len(file.records) > _LARGE
    return dict(enumerate(file.records.columns)) if large and file.records is not None else {}


def _code_along(column: Column, other: Column | None) -> None:
    if other is not None:
        column.code_along(other)
    column.code()
