"""Finding the table on each sheet: what it holds, where its header is, which rows are data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import PurePath

import numpy as np
import numpy.typing as npt

from provkit.authoring.authored import Fate
from provkit.authoring.changes import ChangeKind, Group
from provkit.authoring.columns import Codes, Mask, Raw, encode
from provkit.authoring.following import Planned, columns_for, follow, header_for
from provkit.authoring.ledger import Ledger
from provkit.authoring.mapping import OF_KIND, Columns, Target, hint, map_header
from provkit.authoring.message_sheet import places_of_message, read_message
from provkit.authoring.normalize import shown
from provkit.authoring.profile import Profile, TableProfile
from provkit.authoring.rules_sheets import (
    column_set_aside,
    header_not_found,
    rows_set_aside,
    sheet_set_aside,
    two_columns_for_one,
)
from provkit.authoring.shape import find_header, find_target
from provkit.rules import Origin
from provkit.tables import Cell, Sheet, Sheets, column_letters

__all__ = ["Grid", "Survey", "survey"]


@dataclass(eq=False)
class Grid:
    """One table on a sheet: its columns by field, and its data rows.

    Attributes:
        index: Which sheet of the source.
        sheet: The sheet itself.
        target: What it holds.
        columns: What its columns were taken for.
        header: Index of the header row.
        keep: Per data row, its index below the header.
        numbers: Per data row, its number as the user counts.
        broken: Per field that was read, which data rows are broken in it; under "" those broken as a whole.
        worked: Columns that a profile worked on, by field, as long as the data rows; they stand for the sheet's own.
        chief: Whether the fate of the sheet's rows is that of this table; False for one that is read off the sheet besides.
    """

    index: int
    sheet: Sheet
    target: Target
    columns: Columns
    header: int
    raws: Sequence[Raw]
    keep: Codes
    numbers: npt.NDArray[np.int64]
    broken: dict[str, Mask] = field(default_factory=dict)
    worked: dict[str, Raw] = field(default_factory=dict)
    chief: bool = True

    def __len__(self) -> int:
        return len(self.keep)

    def column(self, index: int) -> Raw:
        """A column of the sheet, data rows only.

        Args:
            index: 0 for the first.
        """
        raw = self.raws[index]
        return Raw(raw.cells, raw.codes[self.keep])

    def raw(self, field: str) -> Raw:
        """A field's column; an empty one where the sheet has none.

        Args:
            field: The field.
        """
        if field in self.worked:
            return self.worked[field]
        index = self.columns.fields.get(field)
        return self.column(index) if index is not None else Raw([None], np.zeros(len(self), dtype=np.int64))

    def shown(self, field: str | None, row: int) -> str | None:
        """What stands in a field's cell, or None where there is no such cell.

        Args:
            field: The field.
            row: Position among the data rows.
        """
        index = self.columns.fields.get(field) if field is not None else None
        if index is None:
            return None
        raw = self.raws[index]
        return shown(raw.cells[int(raw.codes[self.keep[row]])])

    def cells(self, row: int) -> Sequence[Cell]:
        """All cells of a row, as the sheet has them.

        Args:
            row: Position among the data rows.
        """
        return self.sheet.rows[self.header + 1 + int(self.keep[row])]

    def origin(self, row: int, field: str | None = None) -> Origin:
        """Where a field's cell is.

        Args:
            row: Position among the data rows.
            field: The field; without a column of its own the row as a whole.
        """
        index = self.columns.fields.get(field) if field is not None else None
        number = int(self.numbers[row])
        return self.sheet.place(index).origin(number) or Origin(self.sheet.file, self.sheet.name, str(number))

    def header_origin(self, index: int | None = None) -> Origin:
        """Where a column's header is, or the header row.

        Args:
            index: The column.
        """
        return self.sheet.origin(self.header, index)

    def broken_in(self, *fields: str) -> Mask:
        """The data rows that are broken in one of the fields, or as a whole.

        Args:
            *fields: Fields, read or not.
        """
        mask = np.zeros(len(self), dtype=bool)
        for name in ("", *fields):
            if name in self.broken:
                mask |= self.broken[name]
        return mask

    def mark_broken(self, rows: Codes | Mask, field: str = "") -> None:
        """Mark data rows as broken.

        Args:
            rows: Positions, or a mask.
            field: In which field; "" for the row as a whole.
        """
        self.broken.setdefault(field, np.zeros(len(self), dtype=bool))[rows] = True

    def drop(self, rows: Mask) -> None:
        """Take rows out of the data, before anything else is read.

        Args:
            rows: Which.
        """
        self.keep, self.numbers = self.keep[~rows], self.numbers[~rows]
        self.broken = {name: mask[~rows] for name, mask in self.broken.items()}
        self.worked = {name: Raw(raw.cells, raw.codes[~rows]) for name, raw in self.worked.items()}

    def repeat(self, counts: Codes) -> None:
        """Make several data rows of one, before anything else is read.

        Args:
            counts: Per data row, how many it becomes.
        """
        self.keep, self.numbers = np.repeat(self.keep, counts), np.repeat(self.numbers, counts)
        self.broken = {name: np.repeat(mask, counts) for name, mask in self.broken.items()}
        self.worked = {name: Raw(raw.cells, np.repeat(raw.codes, counts)) for name, raw in self.worked.items()}

    def rows_of_sheet(self, rows: Codes | Mask) -> Codes:
        """Indexes into the sheet's rows.

        Args:
            rows: Positions among the data rows, or a mask.
        """
        return self.keep[rows] + self.header + 1


@dataclass(eq=False)
class Survey:
    """What was found on all sheets.

    Attributes:
        grids: The tables, in the order of the sheets.
        fates: Rows that are no data, or that no table will hold: sheet, indexes of rows, fate.
        message: The message's parts, from a sheet of its own.
        message_origins: Where they stand; under "" the sheet.
        recognised: What each sheet was taken for and why.
    """

    grids: list[Grid] = field(default_factory=list)
    fates: list[tuple[int, Codes, Fate]] = field(default_factory=list)
    message: dict[str, str] | None = None
    message_origins: dict[str, Origin] = field(default_factory=dict)
    recognised: list[str] = field(default_factory=list)


def survey(sheets: Sheets, ledger: Ledger, profile: Profile | None = None) -> Survey:
    """Look at every sheet.

    Args:
        sheets: The source.
        ledger: Where findings and changes go.
        profile: How its tables are read, where that was written down.
    """
    found = Survey()
    for index, sheet in enumerate(sheets):
        _Look(found, ledger, index, sheet, profile).look()
    return found


@dataclass(eq=False)
class _Look:
    """One sheet, while it is looked at."""

    found: Survey
    ledger: Ledger
    index: int
    sheet: Sheet
    profile: Profile | None

    def look(self) -> None:
        sheet = self.sheet
        filled = [row for row, cells in enumerate(sheet.rows) if any(cell not in (None, "") for cell in cells)]
        if not filled:
            return
        place = sheet.name if sheet.name is not None else sheet.file
        if sheet.hidden:
            self._set_aside(filled, "it is hidden")
            return
        said = hint(sheet.name if sheet.name is not None else PurePath(sheet.file).stem)
        if sheet.made is not None and sheet.kind is not None:
            grid = self._table(OF_KIND[sheet.kind], filled[0], place, sheet.made.reason, chief=sheet.made.chief)
            grid.mark_broken(np.isin(grid.keep + grid.header + 1, np.array(sorted(sheet.made.broken), dtype=np.int64)))
            return
        if self.profile is not None:
            self._by_profile(self.profile, filled, place, named=said is Target.MESSAGE)
            return
        if sheet.kind is not None:
            self._table(OF_KIND[sheet.kind], filled[0], place, f"its header is that of {sheet.kind}.csv")
            return
        message = read_message(sheet, filled, named=said is Target.MESSAGE)
        if message is not None:
            self._message(message, filled, place)
            return
        header = find_header(sheet, filled, said)
        target = find_target(said, sheet.rows[header]) if header is not None else None
        if header is not None and target is not None:
            self._table(target, header, place, "its name and columns say so" if said is target else "its columns say so")
        elif said is None:
            self._set_aside(filled, "neither its name nor its columns say what it holds")
        else:
            origin = Origin(sheet.file, sheet.name)
            self.ledger.note(header_not_found, origin, details={"kind": _LABELS[said]})
            self.found.fates.append((self.index, np.array(filled, dtype=np.int64), Fate.HELD_BACK))
            self.found.recognised.append(f"{place}: {_LABELS[said]} by its name, but no row names its columns.")

    def _by_profile(self, profile: Profile, filled: list[int], place: str, *, named: bool) -> None:
        """Read what the profile says of this sheet: nothing, one table, or several of the same rows."""
        message = read_message(self.sheet, filled, named=named)
        if message is not None:
            self._message(message, filled, place)
            return
        plans: list[tuple[TableProfile, int, Planned]] = []
        for plan in profile.plans:
            header = header_for(plan, self.sheet, filled)
            if header is None:
                continue
            planned = columns_for(plan, self.sheet.rows[header], sections=profile.sections)
            if not planned.missing or "*" not in plan.optional:
                plans.append((plan, header, planned))
        if not plans:
            self._set_aside(filled, f"the profile {profile.name} reads nothing from it")
        for number, (plan, header, planned) in enumerate(plans):
            others = frozenset(column for _, _, other in plans for column in other.used)
            unknown = tuple(column for column in planned.columns.unknown if column not in others)
            columns = replace(planned.columns, unknown=unknown)
            why = f"the profile {profile.name} says so"
            grid = self._table(plan.target, header, place, why, columns=columns, also=planned.aside, chief=not number)
            left_out = follow(self.ledger, grid, profile, plan, planned)
            self.found.fates.extend(left_out if grid.chief else ())

    def _set_aside(self, filled: list[int], why: str) -> None:
        sheet = self.sheet
        self.ledger.note(sheet_set_aside, Origin(sheet.file, sheet.name), details={"why": why})
        self._record(ChangeKind.SHEET_SET_ASIDE, [0], None, [sheet.name or sheet.file])
        self.found.fates.append((self.index, np.array(filled, dtype=np.int64), Fate.SET_ASIDE))
        self.found.recognised.append(f"{sheet.name or sheet.file}: not read, because {why}.")

    def _message(self, message: dict[str, str], filled: list[int], place: str) -> None:
        if self.found.message is not None:
            self._set_aside(filled, "the message already stands on another sheet")
            return
        self.found.message = message
        self.found.message_origins = places_of_message(self.sheet, filled)
        self.found.fates.append((self.index, np.array(filled, dtype=np.int64), Fate.USED))
        self.found.recognised.append(f"{place}: the message to new guests ({', '.join(message)}).")

    def _table(
        self,
        target: Target,
        header: int,
        place: str,
        why: str,
        *,
        columns: Columns | None = None,
        also: Iterable[int] = (),
        chief: bool = True,
    ) -> Grid:
        sheet = self.sheet
        names = sheet.rows[header]
        columns = map_header(target, names) if columns is None else columns
        width = max(map(len, sheet.rows[header:]))
        rows = len(sheet.rows) - header - 1
        raws = [encode(cells) for cells in zip_longest(*sheet.rows[header + 1 :])]
        raws += [Raw([None], np.zeros(rows, dtype=np.int64)) for _ in range(width - len(raws))]
        holds = [_holds(raw) for raw in raws]
        columns = self._settle(columns, header, raws, holds)
        filled = _any(holds, rows)
        named = [column for column in columns.fields.values() if column is not None]
        data = _any((holds[column] for column in (*named, *also)), rows)
        data &= ~_repeats(raws, named, names, rows)
        above = [row for row in range(header) if any(not _blank(cell) for cell in sheet.rows[row])]
        aside = np.concatenate([np.array(above, dtype=np.int64), np.flatnonzero(filled & ~data) + header + 1])
        numbers = np.asarray(sheet.numbers, dtype=np.int64)
        if len(aside) and chief:
            listed = ", ".join(map(str, numbers[aside][:5].tolist())) + (", ..." if len(aside) > 5 else "")
            self.ledger.note(rows_set_aside, Origin(sheet.file, sheet.name), details={"count": len(aside), "which": listed})
            said = [" | ".join(shown(cell) for cell in sheet.rows[row] if not _blank(cell)) for row in aside.tolist()]
            self._record(ChangeKind.ROW_SET_ASIDE, numbers[aside].tolist(), None, said)
            self.found.fates.append((self.index, aside, Fate.SET_ASIDE))
        keep = np.flatnonzero(data)
        grid = Grid(self.index, sheet, target, columns, header, raws, keep, numbers[keep + header + 1], chief=chief)
        for unknown in columns.unknown if chief else ():
            text = shown(names[unknown])
            self.ledger.note(column_set_aside, sheet.origin(header, unknown), details={"header": " ".join(text.split())})
            self._record(ChangeKind.COLUMN_SET_ASIDE, [int(numbers[header])], unknown, [text])
        for name, rivals in columns.rivals.items():
            said_by = " and ".join(sorted(" ".join(shown(names[column]).split()) for column in rivals))
            details = {"headers": said_by, "field": LABEL.get(name, name.replace("_", " "))}
            self.ledger.note(two_columns_for_one, sheet.origin(header, rivals[0]), details=details)
            grid.mark_broken(np.ones(len(grid), dtype=bool))
        self.found.grids.append(grid)
        self.found.recognised.append(f"{place}: {describe(grid)}, header in row {numbers[header]}, because {why}.")
        return grid

    def _settle(self, columns: Columns, header: int, raws: Sequence[Raw], holds: Sequence[Mask]) -> Columns:
        """Columns that say the same in every row, or nothing, are no rivals; columns without a header are named if they hold something."""
        names, fields, rivals = self.sheet.rows[header], dict(columns.fields), {}
        for name, candidates in columns.rivals.items():
            held = [column for column in candidates if holds[column].any()] or [candidates[0]]
            first = [shown(cell).strip() for cell in raws[held[0]].cells]
            same = all(
                np.array_equal(np.array(first, dtype=object)[raws[held[0]].codes], _texts(raws[column])) for column in held[1:]
            )
            fields[name] = held[0]
            if not same:
                rivals[name] = candidates
        for column, mask in enumerate(holds):
            if (column >= len(names) or _blank(names[column])) and mask.any():
                letters = column_letters(column)
                details = {"header": f"without a name, {letters}"}
                self.ledger.note(column_set_aside, self.sheet.origin(header, column), details=details)
                self._record(ChangeKind.COLUMN_SET_ASIDE, [self.sheet.numbers[header]], column, [""])
        return Columns(fields, rivals, columns.unknown, columns.sure)

    def _record(self, kind: ChangeKind, numbers: Sequence[int], column: int | None, before: Sequence[str]) -> None:
        rows = np.array(numbers, dtype=np.int64)
        codes = np.arange(len(rows), dtype=np.int64)
        self.ledger.groups.append(
            Group(kind, self.sheet.file, self.sheet.name, column, None, rows, codes, list(before), [""] * len(before))
        )


_LABELS = {
    Target.USERS: "users",
    Target.COURSES: "courses",
    Target.SECTIONS: "sections",
    Target.MEMBERS: "enrollments",
    Target.MESSAGE: "the message",
}

LABEL = {
    "name": "name",
    "email": "e-mail address",
    "login_id": "login",
    "user_id": "person",
    "long_name": "title",
    "limit_section_privileges": "limit to the section",
    "account_id": "account",
    "term_id": "term",
}
"""What fields are called in messages, where the name of the field is not plain enough."""


def describe(grid: Grid) -> str:
    """What a table is, in words.

    Args:
        grid: The table.
    """
    if grid.target is not Target.MEMBERS:
        return _LABELS[grid.target]
    if grid.columns.any("name", "first_name", "last_name"):
        return "a flat roster, one row per person and course"
    return (
        "Expand enrollments"
        if not grid.columns.any("course_id", "section_id") and grid.columns.any("listing_id")
        else "enrollments"
    )


def _blank(cell: Cell) -> bool:
    if not isinstance(cell, str):
        return cell is None
    said = cell.strip()
    return not said or (said[0] in _UNSEEN and not said.strip(_UNSEEN + " \t\r\n\u00a0"))


_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff"


def _texts(raw: Raw) -> npt.NDArray[np.object_]:
    return np.array([shown(cell).strip() for cell in raw.cells], dtype=object)[raw.codes]


def _holds(raw: Raw) -> Mask:
    """Which rows of a column hold something."""
    distinct = [not _blank(cell) for cell in raw.cells]
    return np.array(distinct, dtype=bool)[raw.codes]


def _any(masks: Iterable[Mask], rows: int) -> Mask:
    """The rows that are in one of the masks."""
    found = np.zeros(rows, dtype=bool)
    for mask in masks:
        found |= mask
    return found


def _repeats(raws: Sequence[Raw], columns: Iterable[int], names: Sequence[Cell], rows: int) -> Mask:
    """The rows that repeat the header, as printed pages do."""
    mask = np.ones(rows, dtype=bool)
    for column in columns:
        raw, name = raws[column], names[column]
        mask &= np.array([cell == name for cell in raw.cells], dtype=bool)[raw.codes]
    return mask
