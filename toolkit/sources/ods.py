"""One pass over the content of an .ods: formula errors, and repetitions that would take all memory."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from provkit.errors import SourceError
from provkit.sources.bounds import MAX_CELLS, read_member
from provkit.sources.xlsx import parse_xml
from provkit.tables import CellError

__all__ = ["errors"]

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"


def errors(archive: zipfile.ZipFile, name: str) -> Mapping[str, Mapping[tuple[int, int], CellError]]:
    """The cells of each sheet whose value is an error.

    Args:
        archive: The spreadsheet.
        name: Its file name, for messages.

    Returns:
        Per sheet name, (row index, column index) to the error. Only sheets that have some.

    Raises:
        SourceError: It is damaged, or repeats filled cells more often than can be read.
    """
    if "content.xml" not in archive.namelist():
        raise SourceError(
            f"{name} is damaged (it has no content.xml).", remedy="Open it in the program it comes from and save it again."
        )
    content = read_member(archive, "content.xml", name)
    repeats = (int(count) for count in re.findall(rb"""number-(?:rows|columns)-repeated=["'](\d{4,})["']""", content))
    if b'value-type="error"' not in content and not any(count > 1 for count in repeats):
        return {}
    found: dict[str, Mapping[tuple[int, int], CellError]] = {}
    for table in parse_xml(content, name).iter(f"{_TABLE}table"):
        sheet = table.get(f"{_TABLE}name", "")
        here = _scan(table, sheet, name)
        if here:
            found[sheet] = here
    return found


def _scan(table: Element, sheet: str, name: str) -> dict[tuple[int, int], CellError]:
    found: dict[tuple[int, int], CellError] = {}
    row = last_row = last_column = 0
    for line in table.iter(f"{_TABLE}table-row"):
        column, filled = 0, False
        for cell in line:
            if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                continue
            width = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            if cell.get(f"{_OFFICE}value-type") is not None or cell.get(_TYPE) is not None:
                filled = True
                last_column = max(last_column, column + width)
                if cell.get(_TYPE) == "error":
                    paragraph = cell.find(f"{_TEXT}p")
                    found[row, column] = CellError("" if paragraph is None else "".join(paragraph.itertext()))
            column += width
        row += int(line.get(f"{_TABLE}number-rows-repeated", "1"))
        last_row = row if filled else last_row
        if last_row * last_column > MAX_CELLS:
            raise SourceError(
                f"{name}: sheet {sheet!r} repeats cells more often than can be read.",
                remedy="Delete what stands far to the right or far below the table, and save it again.",
            )
    return found
