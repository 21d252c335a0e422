"""One pass over the content of an .ods: errors, repetitions that would take all memory, and what is hidden or merged."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from provkit.errors import SourceError
from provkit.sources.bounds import MAX_CELLS, read_member
from provkit.sources.xlsx import Seen, parse_xml
from provkit.tables import Area, Aspect, CellError

__all__ = ["look"]

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"


_MARKS = (b'value-type="error"', b'visibility="collapse"', b'visibility="filter"', b"-spanned=")


def look(archive: zipfile.ZipFile, name: str) -> Mapping[str, Seen]:
    """What calamine does not tell of each sheet: errors, what is hidden and what is merged.

    Args:
        archive: The spreadsheet.
        name: Its file name, for messages.

    Returns:
        Per sheet name; only sheets of which there is something to tell.

    Raises:
        SourceError: It is damaged, or repeats filled cells more often than can be read.
    """
    if "content.xml" not in archive.namelist():
        raise SourceError(
            f"{name} is damaged (it has no content.xml).", remedy="Open it in the program it comes from and save it again."
        )
    content = read_member(archive, "content.xml", name)
    repeats = (int(count) for count in re.findall(rb"""number-(?:rows|columns)-repeated=["'](\d{4,})["']""", content))
    if not any(mark in content for mark in _MARKS) and not any(count > 1 for count in repeats):
        return {}
    found: dict[str, Seen] = {}
    for table in parse_xml(content, name).iter(f"{_TABLE}table"):
        sheet = table.get(f"{_TABLE}name", "")
        here = _scan(table, sheet, name)
        if here != Seen():
            found[sheet] = here
    return found


def _scan(table: Element, sheet: str, name: str) -> Seen:
    found: dict[tuple[int, int], CellError] = {}
    hidden: set[int] = set()
    merged: list[Area] = []
    row = last_row = last_column = 0
    for line in table.iter(f"{_TABLE}table-row"):
        column, filled = 0, False
        for cell in line:
            if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                continue
            width = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            down, right = (int(cell.get(f"{_TABLE}number-{way}-spanned", "1")) for way in ("rows", "columns"))
            if down > 1 or right > 1:
                merged.append(Area(row + 1, column, row + down, column + right - 1))
            if cell.get(f"{_OFFICE}value-type") is not None or cell.get(_TYPE) is not None:
                filled = True
                last_column = max(last_column, column + width)
                if cell.get(_TYPE) == "error":
                    paragraph = cell.find(f"{_TEXT}p")
                    found[row, column] = CellError("" if paragraph is None else "".join(paragraph.itertext()))
            column += width
        repeated = int(line.get(f"{_TABLE}number-rows-repeated", "1"))
        if filled and line.get(f"{_TABLE}visibility", "visible") != "visible":
            hidden.update(range(row + 1, row + min(repeated, MAX_CELLS) + 1))
        row += repeated
        last_row = row if filled else last_row
        if last_row * last_column > MAX_CELLS:
            raise SourceError(
                f"{name}: sheet {sheet!r} repeats cells more often than can be read.",
                remedy="Delete what stands far to the right or far below the table, and save it again.",
            )
    return Seen(found, Aspect(frozenset(hidden), frozenset(_hidden_columns(table)), tuple(merged)))


def _hidden_columns(table: Element) -> Iterator[int]:
    column = 0
    for element in table.iter(f"{_TABLE}table-column"):
        repeated = int(element.get(f"{_TABLE}number-columns-repeated", "1"))
        if element.get(f"{_TABLE}visibility", "visible") != "visible":
            yield from range(column, min(column + repeated, 16384))
        column += repeated
