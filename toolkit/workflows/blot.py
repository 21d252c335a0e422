"""Sensitive columns in files that go into a bundle: what provkit never reads goes nowhere, not even as a stand-in that keeps words and dates."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from provkit.sources.delimited import delimiter_of
from provkit.sources.detect import Detected, Form, upload_kind
from provkit.sources.html import read_html
from provkit.sources.sensitive import unread_of
from provkit.sources.workbook import read_workbook
from provkit.sources.xlsx import members_of
from provkit.tables import Sheet, column_letters

__all__ = ["blotted", "cells_to_blot", "page_holds_any"]


def blotted(text: str) -> str:
    """A text of rows and fields with every letter of its sensitive columns an x and every digit a 0; signs, quotes and line ends stay.

    Args:
        text: The file's text.
    """
    delimiter = delimiter_of(text)
    spans = list(_rows(text, delimiter))
    rows = [[_field(text[start:end]) for start, end in row] for row in spans]
    unread = unread_of(Sheet("", None, rows, range(len(rows)), upload_kind(rows[0]) if rows else None))
    marked: dict[int, int] = {}
    for one in unread:
        for row in range(one.first, one.end):
            if one.column < len(rows[row]) and not _is_header(rows[row][one.column], one.header):
                start, end = spans[row][one.column]
                marked[start] = end
    pieces: list[str] = []
    at = 0
    for start, end in sorted(marked.items()):
        pieces += (text[at:start], re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "0", text[start:end])))
        at = end
    return "".join((*pieces, text[at:]))


def page_holds_any(content: bytes, name: str) -> bool:
    """Whether a web page has a table with sensitive columns.

    Args:
        content: Its bytes.
        name: What it is called, for messages.

    Raises:
        SourceError: It cannot be read.
    """
    return any(map(unread_of, read_html(content, name)))


def cells_to_blot(content: bytes, archive: zipfile.ZipFile, name: str) -> Mapping[str, frozenset[str]]:
    """The sensitive cells of a workbook (.xlsx): its members to the places of such cells, as in D5.

    Args:
        content: Its bytes.
        archive: The same, opened.
        name: What it is called, for messages.

    Raises:
        SourceError: It cannot be read.
    """
    members = dict(members_of(archive, name))
    sheets = read_workbook(Path(name), Detected(Form.XLSX, "", content))
    return {members[sheet.name]: frozenset(_places(sheet)) for sheet in sheets if sheet.name in members}


def _places(sheet: Sheet) -> Iterator[str]:
    for one in unread_of(sheet):
        for row in range(one.first, one.end):
            cells = sheet.rows[row]
            if one.column < len(cells) and not _is_header(cells[one.column], one.header):
                yield f"{column_letters(one.column)}{sheet.numbers[row]}"


def _is_header(cell: object, header: str) -> bool:
    """Whether a cell is the header, or a line of it; it stays, so that the column is still known by it."""
    said = " ".join(str(cell or "").split())
    return bool(said) and said in header


def _rows(text: str, delimiter: str) -> Iterator[list[tuple[int, int]]]:
    """Where each field of each row begins and ends, quotes among it."""
    sign = re.escape(delimiter)
    field = re.compile(rf'(?:"[^"]*(?:""[^"]*)*"[^{sign}\r\n]*|[^{sign}\r\n]*)({sign}|\r\n|\r|\n|$)')
    row: list[tuple[int, int]] = []
    at = 0
    while found := field.match(text, at):
        row.append((at, found.start(1)))
        at = found.end()
        if found[1] != delimiter:
            yield row
            row = []
            if at >= len(text):
                return


def _field(text: str) -> str:
    return text[1:-1].replace('""', '"') if len(text) > 1 and text[0] == text[-1] == '"' else text
