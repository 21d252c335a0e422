"""What a row says as it is written, beside what the server's reader makes of it.

This is no second opinion about what the server reads; it is the plain reading (RFC 4180) that whoever wrote the file had in mind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from provkit.receiver.records import Records

__all__ = ["Change", "changes", "doubtful", "raw"]

_QUOTE, _COMMA, _LF, _CR, _BACKSLASH = b'",\n\r\\'
_FIELD = re.compile(r'([ \t]*"((?:[^"]|"")*)"[ \t]*|[^,]*)(,|\Z)', re.DOTALL)
_SINGLE = re.compile(r"(?<!\\)(?:\\\\)*\\(?!\\)")
"""A backslash that is not written twice, as it must be to arrive."""
_LINE_END = re.compile(r"\r\n|\r")


@dataclass(frozen=True, slots=True)
class Change:
    """A value that is read otherwise than it is written.

    Attributes:
        field: Its position; None where the row falls into other values than written.
        written: The text as it stands in the file.
        read: The value that the server reads.
    """

    field: int | None
    written: str
    read: str


def raw(records: Records, record: int) -> str:
    """A record's text as it stands in the file, without its line end.

    Args:
        records: The file's records.
        record: Which; 0 is the header.
    """
    start, stop = _span(records, record)
    return bytes(records.content[start:stop]).decode(errors="replace").rstrip("\r\n")


def doubtful(records: Records) -> np.ndarray:
    """The records that the server may read otherwise than they are written: those with a backslash, or a quote out of place.

    Args:
        records: The file's records.
    """
    if records.content.find(b'"') < 0 and records.content.find(b"\\") < 0:
        return np.zeros(0, np.int64)
    starts = _starts(records)
    array = np.frombuffer(records.content, np.uint8)
    found = np.zeros(len(records), bool)
    found[np.searchsorted(starts, np.flatnonzero(array == _BACKSLASH), side="right") - 1] = True
    quotes = np.flatnonzero(array == _QUOTE)
    if len(quotes):
        record = np.searchsorted(starts, quotes, side="right") - 1
        counts = np.bincount(record, minlength=len(starts))
        first = np.concatenate([[0], np.cumsum(counts)[:-1]])
        opening = (np.arange(len(quotes)) - first[record]) % 2 == 0
        before = np.where(quotes > 0, array[np.maximum(quotes - 1, 0)], _LF)
        after = np.where(quotes + 1 < len(array), array[np.minimum(quotes + 1, len(array) - 1)], _LF)
        opens = (before == _COMMA) | (before == _QUOTE) | (quotes == starts[record])
        closes = (after == _COMMA) | (after == _QUOTE) | (after == _LF) | (after == _CR)
        found[record[~np.where(opening, opens, closes)]] = True
    return np.flatnonzero(found)


def changes(records: Records, record: int) -> list[Change]:
    """The values of a record that are read otherwise than they are written.

    Args:
        records: The file's records.
        record: Which; 0 is the header.
    """
    text = raw(records, record)
    if "\\" in text and not _SINGLE.search(text):
        return []
    plain = _plainly(text)
    read = records.fields(record)
    if len(plain) != len(read):
        differing = next(
            (i for i, (pair, text) in enumerate(zip(plain, read, strict=False)) if pair[1] != text), min(len(plain), len(read)) - 1
        )
        return [Change(None, plain[differing][0], read[differing])]
    return [Change(i, text, got) for i, ((text, meant), got) in enumerate(zip(plain, read, strict=True)) if meant != got]


def _plainly(text: str) -> Sequence[tuple[str, str]]:
    """The fields of one record: each as it stands, and as it is meant."""
    fields = []
    position = 0
    while True:
        match = _FIELD.match(text, position)
        assert match is not None, "the pattern matches at any place"
        written, inside = match[1], match[2]
        meant = written if inside is None else inside.replace('""', '"')
        fields.append((written, _LINE_END.sub("\n", meant)))
        position = match.end()
        if not match[3]:
            return fields


def _starts(records: Records) -> np.ndarray:
    """The index of the byte at which each record begins."""
    if records.starts is not None:
        return records.starts
    feeds = np.flatnonzero(np.frombuffer(records.content, np.uint8) == _LF) + 1
    return np.concatenate([[0], feeds])[: len(records)]


def _span(records: Records, record: int) -> tuple[int, int]:
    """Where a record begins and ends."""
    starts = _starts(records)
    stop = int(starts[record + 1]) if record + 1 < len(records) else len(records.content)
    return int(starts[record]), stop
