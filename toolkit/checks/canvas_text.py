"""A CSV file as Canvas reads it: Ruby's CSV library, strict, with white space trimmed at both ends of each value.

Source: Canvas, lib/sis/csv/csv_base_importer.rb, lib/sis/csv/import_refactored.rb; Ruby 3.1, csv 3.2.5, executed. What the receiving server
sends on is always quoted and valid; only a file that goes straight to Canvas meets the rest.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from provkit.receiver.records import read as read_records
from provkit.schemas.layouts import Kind
from provkit.schemas.letters import CANVAS_BLANKS

__all__ = ["CanvasText", "Malformed", "kind_of", "read"]

pc: Any = pyarrow.compute  # its stubs know no mixture of arrays and scalars

_OTHER_KINDS = (
    {"old_id"},
    {"old_integration_id"},
    {"account_id", "parent_account_id"},
    {"term_id", "name"},
    {"abstract_course_id", "short_name"},
    {"xlist_course_id", "section_id"},
    {"existing_user_id"},
    {"account_id", "role", "user_id"},
    {"group_category_id"},
    {"group_id", "name"},
    {"group_id", "user_id"},
    {"observer_id", "student_id"},
)
"""Columns by which Canvas knows files of other kinds, which are none of ours."""

_KINDS = (
    (Kind.COURSES, {"course_id", "short_name"}),
    (Kind.SECTIONS, {"section_id", "name"}),
    (Kind.USERS, {"user_id", "login_id"}),
    (Kind.ENROLLMENTS, {"course_id", "user_id"}),
    (Kind.ENROLLMENTS, {"section_id", "user_id"}),
)
"""The columns by which Canvas tells the kind of a file; the first that fits, whatever else there is."""

_QUOTED = re.compile(r'"((?:[^"]|"")*+)"')
_LINE_END = re.compile(r"\r\n|\n|\r")


class Malformed(Exception):
    """Ruby's CSV library gives up, and nothing of the file is imported.

    Args:
        line: The physical line on which the record at fault starts.
    """

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, eq=False)
class CanvasText:
    """The records of a file, the header not among them.

    Attributes:
        header: The header's names, in small letters.
        lengths: How many values each record has.
        surplus: Which records hold something behind the header's last column.
        columns: The values by position, "" where a record is shorter; trimmed.
        line: Gives the physical line on which a record starts; record 0 is the header.
    """

    header: Sequence[str]
    lengths: np.ndarray
    surplus: np.ndarray
    columns: Sequence[Any]
    line: Callable[[int], int]

    def named(self) -> dict[str, Any]:
        """The columns by name; of two with one name the first counts."""
        found: dict[str, Any] = {}
        for index, name in enumerate(self.header):
            if index < len(self.columns):
                found.setdefault(name, self.columns[index])
        return found


def kind_of(header: Sequence[str]) -> Kind | bool:
    """What Canvas takes a file for.

    Args:
        header: The header's names, in small letters.

    Returns:
        The kind; True for a kind that is none of ours, False where Canvas does not know it.
    """
    names = {name.strip() for name in header}
    if any(wanted <= names for wanted in _OTHER_KINDS[:5]):
        return True
    for kind, wanted in _KINDS:
        if wanted <= names:
            return kind
    return any(wanted <= names for wanted in _OTHER_KINDS)


def read(content: bytes) -> CanvasText | None:
    """Read a file as Canvas does.

    Args:
        content: Its bytes.

    Returns:
        Its records; None where there is not even a header.

    Raises:
        UnicodeDecodeError: It is not UTF-8.
        Malformed: It is no CSV file to Ruby.
    """
    content = content.removeprefix(b"\xef\xbb\xbf")
    if content.isascii() or content.decode():
        pass
    plain = not any(sign in content for sign in (b'"', b"\\", b"\r", b"\n\n")) and not content.startswith(b"\n")
    return (_plain(content) if plain else _exact(content.decode())) if content else None


def _plain(content: bytes) -> CanvasText:
    """A file without quotes, in which every line is a record: nothing that could be read in two ways."""
    records = read_records(content)
    header = [name.lower() for name in records.fields(0)]
    width = min(len(header), len(records.columns))
    columns = [_trimmed(pc.fill_null(column.slice(1), "")) for column in map(records.column, range(len(records.columns)))]
    surplus = np.zeros(len(records) - 1, bool)
    for column in columns[width:]:
        surplus |= pc.not_equal(column, "").to_numpy().astype(bool)
    return CanvasText(header, records.lengths[1:], surplus, columns[:width], records.line)


def _exact(text: str) -> CanvasText | None:
    end = _LINE_END.search(text)
    starts: list[int] = []
    rows: list[list[str]] = []
    line_ends = [found.end() for found in _LINE_END.finditer(text)]
    for start, fields in _records(text, "\n" if end is None else end[0], line_ends):
        starts.append(start)
        rows.append(fields)
    if not rows:
        return None
    header = [name.lower() for name in rows[0]]
    columns = [
        _trimmed(pa.chunked_array([pa.array([row[index] if index < len(row) else "" for row in rows[1:]], pa.large_string())]))
        for index in range(len(header))
    ]
    lengths = np.array([len(row) for row in rows[1:]], np.int32)
    surplus = np.array([any(value.strip() for value in row[len(header) :]) for row in rows[1:]], bool)
    return CanvasText(header, lengths, surplus, columns, lambda record: bisect_right(line_ends, starts[record]) + 1)


def _records(text: str, separator: str, line_ends: Sequence[int]) -> Iterator[tuple[int, list[str]]]:
    """Where each record starts, and its values; empty lines are none."""
    unquoted = re.compile(r"[^,\r\n]*+")
    at = 0
    while at < len(text):
        start, fields = at, list[str]()
        while True:
            match = _QUOTED.match(text, at)
            if match is not None:
                fields.append(match[1].replace('""', '"'))
            else:
                match = unquoted.match(text, at)
                assert match is not None, "the pattern matches at any place"
                if '"' in match[0]:
                    raise Malformed(bisect_right(line_ends, start) + 1)
                fields.append(match[0])
            at = match.end()
            if at == len(text):
                break
            if text.startswith(separator, at):
                at += len(separator)
                break
            if text[at] != ",":
                raise Malformed(bisect_right(line_ends, start) + 1)
            at += 1
        if fields != [""] or text[start] == '"':
            yield start, fields


def _trimmed(column: Any) -> Any:
    """The values as Canvas trims them; of Unicode blanks alone nothing is left."""
    trimmed = pc.utf8_trim(column.cast(pa.large_string()), characters=CANVAS_BLANKS)
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(trimmed), ""), "", trimmed)
