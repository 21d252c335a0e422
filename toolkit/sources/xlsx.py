"""One pass over the sheets of an .xlsx: errors, formulas never calculated, cells too far out, and what is hidden or merged."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from posixpath import join, normpath
from typing import NamedTuple
from xml.etree import ElementTree as ET

from provkit.errors import SourceError
from provkit.sources.bounds import MAX_CELLS, chunks, read_member
from provkit.tables import Area, Aspect, CellError, column_index, column_letters

__all__ = ["Seen", "look", "members_of", "parse_xml", "relations"]

_INTERESTING = (b't="e"', b"t='e'", b"<f>", b"<f ", b":f>", b":f ")
_TOKEN = re.compile(rb"<(?:\w+:)?(?:(row)\b([^>]*)>|c\b((?:[^>/]|/(?!>))*)(?:/>|>(.*?)</(?:\w+:)?c>))", re.DOTALL)
_REFERENCE = re.compile(rb"""\br=["']([A-Z]*)(\d+)["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>/]*>([^<]+)<|<(?:\w+:)?is\b")
_BEYOND_Z = re.compile(rb' r="[A-Z][A-Z]')
_BEYOND_AZ = re.compile(rb' r="[B-Z][A-Z]')
_BEYOND_ZZ = re.compile(rb' r="[A-Z]{3}')
_FIRST_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br=["'](\d+)["']""")
_HIDDEN = (b' hidden="1"', b" hidden='1'", b' hidden="true"', b" hidden='true'")
_ROW_TAG = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_COLUMN_TAG = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_MERGE_TAG = re.compile(rb"""<(?:\w+:)?mergeCell\b[^>]*?\bref=["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")
_LIMITS = re.compile(rb"""\b(min|max)=["'](\d{1,5})["']""")
_MAX_MERGED = 100_000
"""Merged areas of a worksheet; no sheet that people made has so many."""
_KEEP = 4096
"""Bytes of one piece that are looked at again with the next, so that nothing is cut in two."""


class _Cell(NamedTuple):
    row: int
    column: int
    attributes: bytes
    content: bytes


class Seen(NamedTuple):
    """What a worksheet's file tells besides the values.

    Attributes:
        errors: (row index, column index) to the error, for cells that hold one or a formula without a stored result.
        aspect: What is hidden and merged.
    """

    errors: Mapping[tuple[int, int], CellError] = {}
    aspect: Aspect = Aspect()


def look(archive: zipfile.ZipFile, name: str) -> Mapping[str, Seen]:
    """What calamine does not tell of each sheet: errors, formulas without a stored result, what is hidden and what is merged.

    Args:
        archive: The workbook.
        name: Its file name, for messages.

    Returns:
        Per sheet name; only sheets of which there is something to tell.

    Raises:
        SourceError: It is damaged, unpacks to too much, or a cell stands so far out that reading would take all memory.
    """
    if "xl/sharedStrings.xml" in archive.namelist():
        for _ in chunks(archive, "xl/sharedStrings.xml", name):  # only to see that it stays within bounds
            pass
    found: dict[str, Seen] = {}
    for sheet, member in members_of(archive, name):
        here = _scan(archive, member, sheet, name)
        if here != Seen():
            found[sheet] = here
    return found


def parse_xml(content: bytes, name: str) -> ET.Element:
    """Parse a small XML part; a document type (and so any entity of its own) is refused.

    Args:
        content: The part.
        name: The file's name, for messages.

    Raises:
        SourceError: It is damaged or declares a document type.
    """
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise SourceError(f"{name} declares XML entities, which no spreadsheet program writes; it is not read.")
    try:
        return ET.fromstring(content)  # noqa: S314 (no document type, hence no entities)
    except ET.ParseError as error:
        raise SourceError(
            f"{name} is damaged ({error}).", remedy="Open it in the program it comes from and save it again."
        ) from None


def relations(archive: zipfile.ZipFile, member: str, name: str) -> Mapping[str, str]:
    """The parts of a workbook by the ids that it gives them.

    Args:
        archive: The workbook.
        member: The part that lists them.
        name: The file's name, for messages.

    Raises:
        SourceError: It is damaged.
    """
    if member not in archive.namelist():
        return {}
    return {
        relation.get("Id", ""): normpath(join("/xl", relation.get("Target", ""))).lstrip("/")
        for relation in parse_xml(read_member(archive, member, name), name)
    }


def members_of(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, str]]:
    """Each worksheet's name and member.

    Args:
        archive: The workbook, opened.
        name: The file's name, for messages.

    Raises:
        SourceError: It is damaged.
    """
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return
    targets = relations(archive, "xl/_rels/workbook.xml.rels", name)
    for element in parse_xml(read_member(archive, "xl/workbook.xml", name), name).iter():
        if element.tag.endswith("}sheet"):
            identifier = next((value for key, value in element.items() if key.endswith("}id")), "")
            member = targets.get(identifier, "")
            if member in names:
                yield element.get("name", ""), member


def _scan(archive: zipfile.ZipFile, member: str, sheet: str, name: str) -> Seen:
    look = _Look()
    for piece in chunks(archive, member, name):
        look.at(piece)
    if look.doctype:
        raise SourceError(f"{name} declares XML entities, which no spreadsheet program writes; it is not read.")
    within = look.rows * look.columns <= MAX_CELLS
    if not look.interesting and not look.arranged and within:
        return Seen()
    content = read_member(archive, member, name)
    errors = {} if not look.interesting and within else _errors(content, sheet, name)
    return Seen(errors, _aspect(content, sheet, name) if look.arranged else Aspect())


def _errors(content: bytes, sheet: str, name: str) -> dict[tuple[int, int], CellError]:
    found: dict[tuple[int, int], CellError] = {}
    last_row = last_column = 0
    for cell in _cells(content):
        value = _VALUE.search(cell.content)
        if b't="e"' in cell.attributes or b"t='e'" in cell.attributes:
            text = "" if value is None or value[1] is None else value[1].decode("utf-8", "replace")
            found[cell.row, cell.column] = CellError(text)
        elif value is None:
            if _FORMULA.search(cell.content) and b't="str"' not in cell.attributes and b"t='str'" not in cell.attributes:
                found[cell.row, cell.column] = CellError("")
            continue
        last_row, last_column = max(last_row, cell.row), max(last_column, cell.column)
    if (last_row + 1) * (last_column + 1) > MAX_CELLS:
        raise SourceError(
            f"{name}: sheet {sheet!r} reaches as far as {column_letters(last_column)}{last_row + 1}, which is more than can be read.",
            remedy="Delete what stands far to the right or far below the table (Ctrl+End goes there), and save it again.",
        )
    return found


def _aspect(content: bytes, sheet: str, name: str) -> Aspect:
    """What is hidden and merged; rows are counted where a file leaves out their numbers."""
    start = content.find(b"sheetData")
    rows, number = set(), 0
    if any(mark in content for mark in _HIDDEN):
        for match in _ROW_TAG.finditer(content, max(start, 0)):
            reference = _REFERENCE.search(match[1])
            number = int(reference[2]) if reference else number + 1
            if any(mark in match[1] for mark in _HIDDEN):
                rows.add(number)
    columns: set[int] = set()
    for match in _COLUMN_TAG.finditer(content, 0, start if start > 0 else len(content)):
        if any(mark in match[1] for mark in _HIDDEN):
            limits = {key: int(said) for key, said in _LIMITS.findall(match[1])}
            if len(limits) == 2:
                columns.update(range(limits[b"min"] - 1, min(limits[b"max"], 16384)))
    merged = []
    for match in _MERGE_TAG.finditer(content):
        merged.append(Area(int(match[2]), column_index(match[1].decode()), int(match[4]), column_index(match[3].decode())))
        if len(merged) > _MAX_MERGED:
            raise SourceError(
                f"{name}: sheet {sheet!r} merges cells in more than {_MAX_MERGED:,} places, which is more than can be read.",
                remedy="Unmerge its cells (Home, Merge & Center) and save it again.",
            )
    return Aspect(frozenset(rows), frozenset(columns), tuple(merged))


class _Look:
    """A quick look at a sheet's XML, by plain searches alone: most sheets need no other."""

    def __init__(self) -> None:
        self.interesting = self.doctype = self.arranged = False
        self.rows = 0
        self.columns = 26
        self._tail = b""

    def at(self, piece: bytes) -> None:
        """Look at the next piece."""
        window = self._tail + piece
        self._tail = window[-_KEEP:]
        self.doctype = self.doctype or b"<!DOCTYPE" in window
        self.interesting = self.interesting or any(mark in window for mark in _INTERESTING)
        self.arranged = self.arranged or b"mergeCell" in window or any(mark in window for mark in _HIDDEN)
        if self.columns < 16384:
            self.columns = max(self.columns, _reach(window))
        start = window.rfind(b"row ")
        while start > 0 and not (match := _FIRST_ROW.match(window, window.rfind(b"<", 0, start))):
            start = window.rfind(b"row ", 0, start)
        if start > 0 and match:
            self.rows = max(self.rows, int(match[1]))


def _reach(window: bytes) -> int:
    """How many columns there can be, given the references in sight."""
    if b' r="' not in window:
        return 16384  # references in another style, or none: whoever asks must count
    if not _BEYOND_Z.search(window):
        return 26
    if _BEYOND_ZZ.search(window):
        return 16384
    return 702 if _BEYOND_AZ.search(window) else 52


def _cells(content: bytes) -> Iterator[_Cell]:
    """Every cell; positions are counted where a file leaves them out."""
    row, column = -1, -1
    for is_row, row_attributes, attributes, inside in map(re.Match.groups, _TOKEN.finditer(content)):
        if is_row is not None:
            reference = _REFERENCE.search(row_attributes)
            row, column = (int(reference[2]) - 1 if reference else row + 1), -1
            continue
        reference = _REFERENCE.search(attributes)
        if reference:
            row, column = int(reference[2]) - 1, column_index(reference[1].decode())
        else:
            column += 1
        yield _Cell(row, column, attributes, inside or b"")
