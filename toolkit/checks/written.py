"""What a row says as it is written, beside what the server's reader makes of it.

This is no second opinion about what the server reads; it is the plain reading (RFC 4180) that whoever wrote the file had in mind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from provkit.receiver.records import Records, positions

__all__ = ["Change", "Written"]

_QUOTE, _COMMA, _LF, _CR, _BACKSLASH = b'",\n\r\\'
_FIELD = re.compile(r'([ \t]*"((?:[^"]|"")*)"[ \t]*|[^,]*)(,|\Z)', re.DOTALL)
_DOUBLED = "\\\\"
"""A backslash must be written twice to arrive, so two of them mean one; a single one means itself, and vanishes."""
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


class Written:
    """The records of one file as they stand in it.

    Args:
        records: What the server's reader makes of the file.
    """

    def __init__(self, records: Records) -> None:
        self.records = records

    def text(self, record: int) -> str:
        """A record as it stands in the file, without its line end.

        Args:
            record: Which; 0 is the header.
        """
        start = int(self._starts[record])
        stop = int(self._starts[record + 1]) if record + 1 < len(self.records) else len(self.records.content)
        return bytes(self.records.content[start:stop]).decode(errors="replace").rstrip("\r\n")

    def changes(self, record: int) -> list[Change]:
        """The values of a record that are read otherwise than they are written.

        Args:
            record: Which; 0 is the header.
        """
        text = self.text(record)
        plain = _plainly(text)
        read = self.records.fields(record)
        if len(plain) == len(read):
            pairs = enumerate(zip(plain, read, strict=True))
            return [Change(index, written, got) for index, ((written, meant), got) in pairs if meant != got]
        shorter = min(len(plain), len(read))
        first = next((index for index in range(shorter) if plain[index][1] != read[index]), shorter - 1)
        return [Change(None, plain[first][0], read[first])]

    def doubtful(self) -> np.ndarray:
        """The records that the server may read otherwise than they are written: those with a backslash, or a quote out of place."""
        if self.records.as_written:
            return np.zeros(0, np.int64)
        starts, array = self._starts, np.frombuffer(self.records.content, np.uint8)
        found = np.zeros(len(self.records), bool)
        found[np.searchsorted(starts, positions(array, _BACKSLASH), side="right") - 1] = True
        quotes = positions(array, _QUOTE)
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

    @cached_property
    def _starts(self) -> np.ndarray:
        """The index of the byte at which each record begins."""
        if self.records.starts is not None:
            return self.records.starts
        feeds = positions(self.records.content, _LF) + 1
        return np.concatenate([[0], feeds])[: len(self.records)]


def _plainly(text: str) -> Sequence[tuple[str, str]]:
    """The fields of one record: each as it stands, and as it is meant."""
    fields = []
    position = 0
    while True:
        match = _FIELD.match(text, position)
        assert match is not None, "the pattern matches at any place"
        written, inside = match[1], match[2]
        meant = written if inside is None else inside.replace('""', '"')
        fields.append((written, _LINE_END.sub("\n", meant.replace(_DOUBLED, "\\"))))
        position = match.end()
        if not match[3]:
            return fields
