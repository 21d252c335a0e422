"""One table on a sheet: its columns by field, and its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from provkit.authoring.columns import Codes, Mask, Raw
from provkit.authoring.mapping import Columns
from provkit.authoring.normalize import shown
from provkit.rules import Origin
from provkit.tables import Cell, Sheet
from provkit.vocabulary import Target

__all__ = ["LABEL", "LABELS", "Grid", "describe"]


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
        top: Index of the worksheet's row with which `sheet` begins; 0 but for a table that stands below another.
        spotted: Fields whose cell stands in another column from row to row, as in a wide roster.
        spots: Per data row, the column of those fields; empty where there are none.
        repeated: Whether several data rows were made of one; then what is found or changed in a cell is told once.
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
    top: int = 0
    spotted: frozenset[str] = frozenset()
    spots: Codes = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    repeated: bool = False

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
        if field in self.spotted or (self.repeated and field in self.worked):
            worked = self.worked[field]
            return shown(worked.cells[int(worked.codes[row])])
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

    def column_of(self, field: str | None, row: int) -> int | None:
        """The column in which a field of a row stands; None where it stands nowhere.

        Args:
            field: The field; None for the row as a whole.
            row: Position among the data rows.
        """
        if field in self.spotted:
            return int(self.spots[row])
        return self.columns.fields.get(field) if field is not None else None

    def origin(self, row: int, field: str | None = None) -> Origin:
        """Where a field's cell is.

        Args:
            row: Position among the data rows.
            field: The field; without a column of its own the row as a whole.
        """
        index = self.column_of(field, row)
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
        self.spots = self.spots[~rows] if self.spotted else self.spots

    def repeat(self, counts: Codes) -> None:
        """Make several data rows of one, before anything else is read.

        Args:
            counts: Per data row, how many it becomes; none for one that is taken out.
        """
        self.repeated = True
        self.spots = np.repeat(self.spots, counts) if self.spotted else self.spots
        self.keep, self.numbers = np.repeat(self.keep, counts), np.repeat(self.numbers, counts)
        self.broken = {name: np.repeat(mask, counts) for name, mask in self.broken.items()}
        self.worked = {name: Raw(raw.cells, np.repeat(raw.codes, counts)) for name, raw in self.worked.items()}

    def rows_of_sheet(self, rows: Codes | Mask) -> Codes:
        """Indexes into the worksheet's rows.

        Args:
            rows: Positions among the data rows, or a mask.
        """
        return self.keep[rows] + self.header + 1 + self.top


LABELS = {
    Target.USERS: "users",
    Target.COURSES: "courses",
    Target.SECTIONS: "sections",
    Target.MEMBERS: "enrollments",
    Target.MESSAGE: "the message",
}
"""What a table holds, in messages."""

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
        return LABELS[grid.target]
    if grid.columns.any("name", "first_name", "last_name"):
        return "a flat roster, one row per person and course"
    return (
        "Expand enrollments"
        if not grid.columns.any("course_id", "section_id") and grid.columns.any("listing_id")
        else "enrollments"
    )
