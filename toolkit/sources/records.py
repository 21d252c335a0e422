"""Files of a set as records: cells by field, whatever the order of the columns; and sheets made of several such files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

import numpy as np

from provkit.rules import Finding, Origin, Rule
from provkit.schemas.layouts import LAYOUTS, Kind
from provkit.sources.rules_sets import columns_without_place, rows_without_place
from provkit.tables import Cell, Edit, Joined, Made, Place, Reason, Sheet, Spoken
from provkit.words import rows_named, trimmed

__all__ = ["Account", "Column", "Records", "filled_rows", "fold", "header_cells", "made_sheet", "stem"]


def fold(cell: Cell) -> str:
    """A header as its letters and digits in small.

    Args:
        cell: A cell of a header row.
    """
    return "".join(letter for letter in str(cell).casefold() if letter.isalnum()) if isinstance(cell, str) else ""


def stem(sheet: Sheet) -> str:
    """What a file or worksheet is called, without ending and punctuation, in small.

    Args:
        sheet: Any sheet.
    """
    return fold(sheet.name if sheet.name is not None else PurePath(sheet.file).stem)


def filled_rows(sheet: Sheet) -> list[int]:
    """Indexes of the rows that hold anything.

    Args:
        sheet: Any sheet.
    """
    return [row for row, cells in enumerate(sheet.rows) if any(cell is not None and str(cell).strip() for cell in cells)]


def header_cells(sheet: Sheet) -> Sequence[Cell]:
    """The first row that holds anything; no cells where none does.

    Args:
        sheet: Any sheet.
    """
    return next((cells for cells in sheet.rows if any(cell is not None and str(cell).strip() for cell in cells)), ())


@dataclass(frozen=True, eq=False)
class Records:
    """One file of a set.

    Attributes:
        sheet: The file.
        header: Index of its header row; None where it has none.
        columns: Field to column.
        rows: Indexes of the rows that hold data.
    """

    sheet: Sheet
    header: int | None
    columns: Mapping[str, int]
    rows: Sequence[int]

    @classmethod
    def of(cls, sheet: Sheet, fields: Mapping[str, str]) -> Records:
        """Read a file whose first row names its columns.

        Args:
            sheet: The file.
            fields: Field to the headers that name it, `|` between them; case and punctuation play no part.
        """
        filled = filled_rows(sheet)
        header = filled[0] if filled else None
        names = [] if header is None else [fold(cell) for cell in sheet.rows[header]]
        columns: dict[str, int] = {}
        for name, headers in fields.items():
            found = next((names.index(known) for known in map(fold, headers.split("|")) if known in names), None)
            if found is not None:
                columns[name] = found
        return cls(sheet, header, columns, filled[1:])

    @classmethod
    def without_header(cls, sheet: Sheet, fields: Mapping[str, int]) -> Records:
        """Read a file that has no header row.

        Args:
            sheet: The file.
            fields: Field to column.
        """
        return cls(sheet, None, fields, filled_rows(sheet))

    def text(self, row: int, name: str) -> str:
        """A field of a row, without blanks at its ends and what nobody sees; "" where there is none.

        Args:
            row: Index of the row.
            name: The field.
        """
        cell = self.cell(row, name)
        if cell is None:
            return ""
        said = f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
        return said if said.isascii() else trimmed(said)

    def cell(self, row: int, name: str) -> Cell:
        """A field of a row as it stands; None where there is none.

        Args:
            row: Index of the row.
            name: The field.
        """
        column = self.columns.get(name)
        cells = self.sheet.rows[row]
        return None if column is None or column >= len(cells) else cells[column]

    def place(self, name: str) -> Place | None:
        """Where a field stands; None where the file has no such column."""
        column = self.columns.get(name)
        return None if column is None else Place(self.sheet.file, self.sheet.name, column)

    def number(self, row: int) -> int:
        """The row's number, as the user counts."""
        return int(self.sheet.numbers[row])

    def origin(self, row: int, name: str | None = None) -> Origin:
        """Where a field of a row stands, or the row."""
        return self.sheet.origin(row, self.columns.get(name) if name is not None else None)

    def index(self, name: str = "id") -> dict[str, int]:
        """The first row of each id, ids without regard to case of hexadecimal letters only as they are written."""
        found: dict[str, int] = {}
        for row in self.rows:
            if key := self.text(row, name):
                found.setdefault(key, row)
        return found


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a sheet to be made.

    Attributes:
        field: The field, in authoring's words.
        texts: Its cells, one per row.
        source: The file it comes from; None where it stands nowhere.
        of: The field there.
        joined: Per row, the row of the other file; None: the column comes from the sheet's own file.
    """

    field: str
    texts: Sequence[str]
    source: Records | None = None
    of: str = ""
    joined: Sequence[int | None] | None = None


def made_sheet(
    kind: Kind,
    own: Records,
    rows: Sequence[int],
    columns: Iterable[Column],
    reason: str,
    *,
    broken: Iterable[int] = (),
    chief: bool = True,
    always: Iterable[str] = (),
) -> Sheet:
    """A sheet that is made of rows of one file, and what belongs to them in others.

    Args:
        kind: What it holds.
        own: The file whose rows they are.
        rows: Indexes of its rows, ascending.
        columns: Its columns.
        reason: Why it was made, as the end of a sentence.
        broken: Indexes of rows of the file with an error that was said.
        chief: Whether the fate of the file's rows is that of this sheet.
        always: Columns that are there even if they hold nothing.
    """
    needed = set(LAYOUTS[kind].columns) - LAYOUTS[kind].optional  # of these an empty one that stands there is not a missing one
    wanted = [
        column
        for column in columns
        if any(column.texts) or column.field in always or (column.field in needed and _stands(column, own))
    ]
    here = np.array([own.number(row) for row in rows], dtype=np.int64)
    head = own.number(own.header) if own.header is not None else 0
    places = tuple(_place(column, own, here, head) for column in wanted)
    grid: list[list[Cell]] = [[column.field for column in wanted]]
    grid += (
        [list(cells) for cells in zip(*(_as_it_stands(column, own, rows) for column in wanted), strict=True)]
        if wanted
        else [[] for _ in rows]
    )
    at = {row: position + 1 for position, row in enumerate(rows)}
    made = Made(places, reason, frozenset(at[row] for row in broken if row in at), chief)
    return Sheet(own.sheet.file, own.sheet.name, grid, [head, *here.tolist()], kind, made=made)


def _stands(column: Column, own: Records) -> bool:
    """Whether a column stands in a file."""
    return (column.source or own).place(column.of) is not None


def _as_it_stands(column: Column, own: Records, rows: Sequence[int]) -> Sequence[Cell]:
    """A column's texts; where a cell says the same with blanks around it the cell itself, so that what is taken away is recorded."""
    source = column.source or own
    if not _stands(column, own):
        return column.texts
    cells = [None if row is None else source.cell(row, column.of) for row in column.joined or rows]
    return [
        cell if isinstance(cell, str) and cell != text and (cell.strip() == text or trimmed(cell) == text) else text
        for cell, text in zip(cells, column.texts, strict=True)
    ]


def _place(column: Column, own: Records, here: np.ndarray, head: int) -> Place | None:
    source = column.source or own
    place = source.place(column.of)
    if place is None or column.joined is None:
        return place
    there = np.array([0 if row is None else source.number(row) for row in column.joined], dtype=np.int64)
    first = source.number(source.header) if source.header is not None else 0
    joined = Joined(
        np.concatenate([np.array([head], dtype=np.int64), here]), np.concatenate([np.array([first], dtype=np.int64), there])
    )
    return Place(place.file, place.sheet, place.column, joined)


@dataclass(eq=False)
class Account:
    """What a reader says, changes and leaves out, while it makes sheets."""

    findings: list[Finding] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)

    def say(self, rule: Rule, records: Records, row: int, name: str | None = None, **details: object) -> None:
        """A finding at a field of a row, with what stands there."""
        said = records.text(row, name) if name is not None else None
        self.findings.append(Finding(rule, value=said, origin=records.origin(row, name), details=details))

    def set_aside(self, records: Records, rows: Sequence[int], why: str) -> None:
        """Rows that are on no sheet.

        Args:
            records: Their file.
            rows: Their indexes.
            why: For the user, as the end of a sentence.
        """
        if not rows:
            return
        numbers = [records.number(row) for row in sorted(rows)]
        place = Place(records.sheet.file, records.sheet.name, None)
        details = {"which": rows_named(numbers), "why": why}
        self.findings.append(Finding(rows_without_place, origin=Origin(place.file, place.sheet), details=details))
        nothing = [""] * len(numbers)
        self.edits.append(Edit(Reason.ROW_SET_ASIDE, place, None, np.array(numbers, dtype=np.int64), [why] * len(numbers), nothing))
        self.spoken.append(Spoken(len(numbers), used=False))

    def used(self, count: int) -> None:
        """Rows of which something is in the package, though they are on no sheet."""
        if count:
            self.spoken.append(Spoken(count, used=True))

    def left_columns(self, records: Records, used: Iterable[str]) -> None:
        """Name the columns that hold something and have no place in the upload.

        Args:
            records: The file.
            used: The fields that are read.
        """
        if records.header is None:
            return
        taken = {records.columns[name] for name in used if name in records.columns}
        held: Counter[int] = Counter()
        for row in records.rows:
            for column, cell in enumerate(records.sheet.rows[row]):
                if column not in taken and cell is not None and str(cell).strip():
                    held[column] += 1
        names = records.sheet.rows[records.header]
        left = [column for column in sorted(held) if column < len(names) and str(names[column] or "").strip()]
        if not left:
            return
        origin = records.sheet.origin(records.header, left[0])
        headers = ", ".join(str(names[column]).strip() for column in left)
        self.findings.append(Finding(columns_without_place, origin=origin, details={"headers": headers}))
        for column in left:
            place = Place(records.sheet.file, records.sheet.name, column)
            number = np.array([records.number(records.header)], dtype=np.int64)
            self.edits.append(Edit(Reason.COLUMN_SET_ASIDE, place, None, number, [str(names[column])], [""]))

    def change(self, reason: Reason, records: Records, name: str, changes: Mapping[int, tuple[str, str]], to: str) -> None:
        """Cells that were changed.

        Args:
            reason: What was done.
            records: Their file.
            name: The field there.
            changes: Row to what stood there and what became of it.
            to: The field or column of the package.
        """
        place = records.place(name)
        if changes and place is not None:
            rows = sorted(changes)
            numbers = np.array([records.number(row) for row in rows], dtype=np.int64)
            before, after = [changes[row][0] for row in rows], [changes[row][1] for row in rows]
            self.edits.append(Edit(reason, place, to, numbers, before, after))
