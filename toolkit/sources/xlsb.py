"""One pass over the records of an .xlsb: formula errors, and cells that stand too far out. Records: [MS-XLSB] 2.1.4."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator, Mapping

from provkit.errors import SourceError
from provkit.sources.bounds import MAX_CELLS, read_member
from provkit.sources.xlsx import Seen, relations
from provkit.tables import CellError, column_letters

__all__ = ["look"]

_ROW, _BLANK, _ERROR, _LAST_CELL = 0, 1, 3, 11
_SHEET = 156
_CODES = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}


def look(archive: zipfile.ZipFile, name: str) -> Mapping[str, Seen]:
    """The cells of each sheet whose value is an error.

    Args:
        archive: The workbook.
        name: Its file name, for messages.

    Returns:
        Per sheet name; only sheets that have some. What is hidden or merged is not looked for.

    Raises:
        SourceError: It is damaged, unpacks to too much, or a cell stands so far out that reading would take all memory.
    """
    members = set(archive.namelist())
    targets = relations(archive, "xl/_rels/workbook.bin.rels", name)
    found: dict[str, Seen] = {}
    try:
        for kind, data in _records(read_member(archive, "xl/workbook.bin", name)):
            if kind != _SHEET:
                continue
            identifier, rest = _wide(data[8:])
            sheet, _ = _wide(rest)
            member = targets.get(identifier, "")
            here = _scan(read_member(archive, member, name), sheet, name) if member in members else {}
            if here:
                found[sheet] = Seen(here)
    except (struct.error, IndexError):
        raise SourceError(f"{name} is damaged.", remedy="Open it in the program it comes from and save it again.") from None
    return found


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and data of each record; both numbers before the data keep seven bits to the byte."""
    at = 0
    while at < len(content):
        kind = content[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (content[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            byte = content[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift == 28:
                break
        yield kind, content[at : at + size]
        at += size


def _wide(data: bytes) -> tuple[str, bytes]:
    (length,) = struct.unpack_from("<I", data)
    end = 4 + 2 * length
    return data[4:end].decode("utf-16-le", "replace"), data[end:]


def _scan(content: bytes, sheet: str, name: str) -> dict[tuple[int, int], CellError]:
    found: dict[tuple[int, int], CellError] = {}
    row = last_row = last_column = 0
    for kind, data in _records(content):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", data)
        elif _BLANK < kind <= _LAST_CELL:
            (column,) = struct.unpack_from("<I", data)
            last_row, last_column = max(last_row, row), max(last_column, column)
            if kind in (_ERROR, _LAST_CELL):
                found[row, column] = CellError(_CODES.get(data[8], "#N/A"))
    if (last_row + 1) * (last_column + 1) > MAX_CELLS:
        raise SourceError(
            f"{name}: sheet {sheet!r} reaches as far as {column_letters(last_column)}{last_row + 1}, which is more than can be read.",
            remedy="Delete what stands far to the right or far below the table (Ctrl+End goes there), and save it again.",
        )
    return found
