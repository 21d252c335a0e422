"""Cells that hold several people or several courses: each becomes a row of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from provkit.authoring.changes import ChangeKind
from provkit.authoring.columns import Coded, Codes, Raw
from provkit.authoring.normalize import shown
from provkit.tables import Cell

if TYPE_CHECKING:
    from provkit.authoring.grids import Grid
    from provkit.authoring.ledger import Ledger

__all__ = ["SomeBody", "ids_in", "part_ids", "part_people", "people_in"]

_ADDRESS = re.compile(r"[^\s@<>,;|()\"']+@[^\s@<>,;|()\"']+\.[^\s@<>,;|()\"']+")
_NAME = re.compile(r"[^\d@<>|]{2,80}")
_IDS = re.compile(r"\s*[;\n\r|]\s*|\s*,\s*")
_ONE_ID = re.compile(r"(?=[\w.:/+-]*\d)[^\W_][\w.:/+-]*")
_LONGEST = 20_000


class SomeBody(NamedTuple):
    """One of several people in a cell; the name is "" where it gives none."""

    name: str
    address: str


def people_in(text: str) -> tuple[SomeBody, ...]:
    """The people that a cell names, each with an address; none where anything in it is not understood.

    "Ann Lee <a@example.org>; bob@example.org" are two, and so are "Lee, Ann (a@example.org), bob@example.org".

    Args:
        text: The cell.
    """
    if "@" not in text or len(text) > _LONGEST:
        return ()
    found: list[SomeBody] = []
    at = 0
    for match in _ADDRESS.finditer(text):
        address = match[0].removeprefix("mailto:").rstrip(".")
        name = _name_before(text[at : match.start()], first=not found)
        if name is None:
            return ()
        found.append(SomeBody(name, address))
        at = match.end()
        closing = re.match(r"\s*[>)\]]", text[at:])
        if closing:
            at += closing.end()
    rest = text[at:].strip(" \t\r\n;,|.")
    return tuple(found) if not rest else ()


def _name_before(text: str, *, first: bool) -> str | None:
    """What stands between two addresses: a separator, and perhaps a name; None where it is something else."""
    said = text.strip()
    opened = bool(said) and said[-1] in "<(["
    said = re.sub(r"[<(\[]\s*(?:mailto:)?$", "", said).strip()
    if not first:
        parted = re.match(r"[;,|\n\r]+\s*|(?:and|und|et|y|&|/)(?:\s+|$)", said, re.IGNORECASE)
        if parted:
            said = said[parted.end() :].strip()
        elif said and not text[:1].isspace():
            return None
    said = re.sub(r"\s*[-–—:,]$", "", said).strip().strip('"').strip()
    if not said:
        return ""
    if not opened and re.search(r"[;|\n]", said):
        return None
    return said if _NAME.fullmatch(said) and len(said.split()) <= 6 else None


def ids_in(text: str) -> tuple[str, ...]:
    """The ids that a cell lists; none where it is no list, or not all of them are ids.

    Args:
        text: The cell.
    """
    pieces = [piece for piece in _IDS.split(text.strip()) if piece]
    return tuple(dict.fromkeys(pieces)) if len(pieces) > 1 and all(map(_ONE_ID.fullmatch, pieces)) else ()


def part_people(ledger: Ledger, grid: Grid) -> None:
    """Make a row of each person in a cell of addresses, with the name that stands with the address.

    Several addresses beside one name may be one person with two addresses: such a row is left as it stands, and found wrong later.

    Args:
        ledger: Where changes go.
        grid: The table, before anything of it is read.
    """
    if "email" not in grid.columns.fields:
        return
    raw = grid.raw("email")
    likely = np.array([isinstance(cell, str) and _several_or_named(cell) for cell in raw.cells], dtype=bool)
    told = _Told(grid, raw)
    for row in np.flatnonzero(likely[raw.codes]).tolist() if likely.any() else ():
        told.at(row)
    if told.idle:
        return
    several = told.counts > 1
    after = Coded.of((f"{count} people" for count in range(int(told.counts.max()) + 1)), told.counts)
    ledger.change(ChangeKind.PARTED, grid, "email", np.flatnonzero(several), before=_shown(raw), after=after)
    per_row = told.counts
    within = np.arange(int(per_row.sum())) - np.repeat(np.cumsum(per_row) - per_row, per_row)
    names = np.repeat(told.names, per_row)
    names = np.where(names >= 0, names + within, -1)
    codes = np.repeat(told.begins, per_row) + within
    grid.repeat(per_row)
    grid.worked["email"] = Raw(told.cells, codes)
    if (names >= 0).any():
        _rename(grid, told.said, names)


class _Told:
    """What the cells of addresses come to, row by row.

    Attributes:
        cells: The addresses' cells: those of the sheet, then the pieces.
        said: The names that stand with them.
        counts: Per row, how many people.
        begins: Per row, the first of its cells.
        names: Per row, the first of its names; -1 where its own stays.
    """

    def __init__(self, grid: Grid, raw: Raw) -> None:
        self._raw = raw
        self._own = [grid.raw(field) for field in ("name", "first_name", "last_name") if field in grid.columns.fields]
        self._whole = grid.raw("name") if "name" in grid.columns.fields else None
        self._known: dict[tuple[int, ...], tuple[int, int, int]] = {}
        self.cells: list[Cell] = list(raw.cells)
        self.said: list[str] = []
        self.counts = np.ones(len(raw.codes), dtype=np.int64)
        self.begins = raw.codes.copy()
        self.names = np.full(len(raw.codes), -1, dtype=np.int64)

    @property
    def idle(self) -> bool:
        """Whether nothing came of it."""
        return not (self.names >= 0).any() and bool((self.counts == 1).all())

    def at(self, row: int) -> None:
        """Look at one row."""
        key = tuple(int(raw.codes[row]) for raw in (self._raw, *self._own))
        if key not in self._known:
            self._known[key] = self._read(row)
        self.counts[row], self.begins[row], self.names[row] = self._known[key]

    def _read(self, row: int) -> tuple[int, int, int]:
        code = int(self._raw.codes[row])
        cell = self._raw.cells[code]
        assert isinstance(cell, str)
        people = people_in(cell)
        own = [shown(raw.cells[int(raw.codes[row])]).strip() for raw in self._own]
        names = [somebody.name for somebody in people]
        if len(people) > 1 and any(own) and not any(names):
            whole = "" if self._whole is None else shown(self._whole.cells[int(self._whole.codes[row])])
            names = [name.strip() for name in re.split(r"[;\n|]|,(?![^,;\n|]*,)\s*(?=\S+ \S)| (?:and|&|/) ", whole) if name.strip()]
            if len(names) != len(people):
                return 1, code, -1
        if len(people) < 2 and (any(own) or not any(names)):
            return 1, code, -1
        start, first = len(self.cells), len(self.said)
        self.cells.extend([somebody.address for somebody in people] if len(people) > 1 else [cell])
        self.said.extend(names)
        return len(people), start, first


def _rename(grid: Grid, said: Sequence[str], names: Codes) -> None:
    """Where a cell of addresses gives names, these are the people's, and the row's own are nobody's."""
    given = names >= 0
    for field in ("first_name", "last_name"):
        if field in grid.columns.fields:
            raw = grid.raw(field)
            grid.worked[field] = Raw([*raw.cells, None], np.where(given, len(raw.cells), raw.codes))
    raw = grid.raw("name")
    grid.worked["name"] = Raw([*raw.cells, *said], np.where(given, len(raw.cells) + names, raw.codes))
    if "name" not in grid.columns.fields:
        grid.columns = replace(grid.columns, fields={**grid.columns.fields, "name": grid.columns.fields["email"]})
        if "email" in grid.spotted:
            grid.spotted |= {"name"}


def part_ids(ledger: Ledger, grid: Grid) -> None:
    """Make a row of each id where one of the cells that tell the course, the section or the listing lists several.

    Args:
        ledger: Where changes go.
        grid: The table, before anything of it is read.
    """
    for field in ("course_id", "section_id", "listing_id"):
        if field not in grid.columns.fields or field in grid.spotted:
            continue
        raw = grid.raw(field)
        ids = [ids_in(cell) if isinstance(cell, str) and _LISTS(cell) else () for cell in raw.cells]
        counts = np.array([max(1, len(found)) for found in ids], dtype=np.int64)
        if counts.max(initial=1) == 1:
            continue
        rows = np.flatnonzero((counts > 1)[raw.codes])
        ledger.change(ChangeKind.PARTED, grid, field, rows, before=_shown(raw), after=_counted(counts, raw, "rows"))
        cells = [piece for cell, found in zip(raw.cells, ids, strict=True) for piece in (found or (cell,))]
        grid.worked[field] = Raw(cells, _spread(grid, raw, counts))


_LISTS: Callable[[str], object] = re.compile(r"[,;|\n]").search


def _several_or_named(cell: str) -> bool:
    return cell.count("@") > 1 or "<" in cell or "(" in cell


def _spread(grid: Grid, raw: Raw, counts: Codes) -> Codes:
    """Repeat the rows of a table, and give each the number of its piece."""
    starts = np.cumsum([0, *counts])[:-1]
    per_row = counts[raw.codes]
    begins = np.repeat(starts[raw.codes], per_row)
    within = np.arange(int(per_row.sum())) - np.repeat(np.cumsum(per_row) - per_row, per_row)
    grid.repeat(per_row)
    return begins + within


def _shown(raw: Raw) -> Coded:
    return Coded.of((shown(cell) for cell in raw.cells), raw.codes)


def _counted(counts: Codes, raw: Raw, what: str) -> Coded:
    return Coded.of((f"{count} {what}" for count in counts.tolist()), raw.codes)
