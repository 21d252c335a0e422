"""What is read from a source, and what becomes of it: cells with their origins.

`Sheet` is what stands in the user's file. `Table` is the rows of one kind, each cell still knowing where it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from provkit.rules import Finding, Origin
from provkit.schemas.layouts import Kind

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = [
    "Area",
    "Aspect",
    "Cell",
    "CellError",
    "Edit",
    "Joined",
    "Made",
    "Place",
    "Reason",
    "Sheet",
    "Sheets",
    "Spoken",
    "Table",
    "Tables",
    "Unread",
    "column_index",
    "column_letters",
    "place_of",
]


@dataclass(frozen=True, slots=True)
class CellError:
    """A spreadsheet's own error value, such as #REF!; the text is "" where a formula was never calculated."""

    text: str


Cell = str | int | float | bool | datetime | date | time | timedelta | CellError | None
"""A cell as the source's reader gives it; None and "" are empty cells. Text is never trimmed or changed."""


def column_letters(index: int) -> str:
    """The letters over a spreadsheet's column.

    Args:
        index: 0 for A.
    """
    letters = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


def column_index(letters: str) -> int:
    """The index of a spreadsheet's column, 0 for A.

    Args:
        letters: Those over it, capitals.
    """
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


@dataclass(frozen=True, eq=False)
class Joined:
    """Which row of one file belongs to each row of a sheet that is made of another.

    Attributes:
        here: Row numbers of the sheet, ascending (int64).
        there: Per such row, the other file's row that belongs to it; 0 for none (int64).
    """

    here: np.ndarray
    there: np.ndarray

    def at(self, numbers: np.ndarray) -> np.ndarray:
        """The other file's rows, 0 for none.

        Args:
            numbers: Row numbers of the sheet (int64).
        """
        found = self.here.searchsorted(numbers)
        inside = found < len(self.here)
        rows = numbers * 0
        rows[inside] = self.there[found[inside]] * (self.here[found[inside]] == numbers[inside])
        return rows

    def one(self, number: int) -> int:
        """The other file's row for one row of the sheet, 0 for none.

        Args:
            number: The row's number in the sheet.
        """
        found = int(self.here.searchsorted(number))
        return int(self.there[found]) if found < len(self.here) and self.here[found] == number else 0


@dataclass(frozen=True)
class Place:
    """Where one column of a table was read from: a sheet, and a column of it (None: derived from the row as a whole).

    Attributes:
        file: The file's name, without folders.
        sheet: The worksheet's name, or None.
        column: Index of the source's column, 0 for A; None where no single cell holds the value.
        joined: Where the column was joined from another file: which of its rows belongs to each; None: the row is the same.
    """

    file: str
    sheet: str | None
    column: int | None
    joined: Joined | None = None

    def rows(self, numbers: np.ndarray) -> np.ndarray:
        """The rows of this place that belong to rows of the sheet; 0 for those that none belongs to.

        Args:
            numbers: Row numbers of the sheet (int64).
        """
        return numbers if self.joined is None else self.joined.at(numbers)

    def origin(self, number: int) -> Origin | None:
        """The cell that belongs to a row of the sheet; None where none does.

        Args:
            number: The row's number in the sheet.
        """
        row = number if self.joined is None else self.joined.one(number)
        letters = "" if self.column is None else column_letters(self.column)
        return Origin(self.file, self.sheet, f"{letters}{row}") if row else None


@dataclass(frozen=True, eq=False)
class Made:
    """What there is to know of a sheet that stands in no file as it is: a reader made it of several files.

    Each row belongs to one row of the sheet's own file; the row's other cells may come from rows of others. The first row names fields.

    Attributes:
        places: Per column, where its cells stand; None for a column that stands nowhere.
        reason: Why it was made, as the end of a sentence that begins with "because".
        broken: Indexes of rows in which the reader found an error, and said so.
        chief: Whether the fate of the file's rows is that of this sheet; False for a second sheet that is made of the same rows.
    """

    places: tuple[Place | None, ...]
    reason: str
    broken: frozenset[int] = frozenset()
    chief: bool = True


class Area(NamedTuple):
    """A rectangle of a worksheet: row numbers as the user counts, columns from 0 for A, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Aspect:
    """How a spreadsheet program shows a worksheet, as far as it bears on what people mean by it.

    Attributes:
        hidden_rows: Numbers of the rows that are not shown, by hand or by a filter.
        hidden_columns: Indexes of the columns that are not shown, 0 for A.
        merged: Cells that are shown as one; what they say stands in the first.
    """

    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[Area, ...] = ()


class Unread(NamedTuple):
    """A column of a sheet that is never read, for it is sensitive: its cells are empty wherever the sheet goes.

    Attributes:
        header: What it is called; "" for what a name beside or over it covers too.
        column: Its index.
        first: Index of the row with its header.
        end: Index of the row below its last.
    """

    header: str
    column: int
    first: int
    end: int


@dataclass(frozen=True)
class Sheet:
    """One grid of cells: a worksheet, or a text file.

    Attributes:
        file: The file's name, without folders.
        name: The worksheet's name; None for a file that has no sheets.
        rows: The grid, row by row; rows may differ in length.
        numbers: The number of each row as the user counts: the row of a spreadsheet, the physical line of a text file.
        kind: Set where the file's own header says that this is a file of the upload (somebody's package).
        hidden: True for a worksheet that the spreadsheet program does not show.
        made: Set where the sheet was made of several files; then `kind` says what it holds.
        text: What a text file was read as, in words; "" for a worksheet.
        left: Index of the worksheet's column with which the grid begins; 0 but for a table that stands beside another.
        aspect: How the spreadsheet program shows it.
        unread: Its columns that are sensitive.
    """

    file: str
    name: str | None
    rows: Sequence[Sequence[Cell]]
    numbers: Sequence[int]
    kind: Kind | None = None
    hidden: bool = False
    made: Made | None = None
    text: str = ""
    left: int = 0
    aspect: Aspect = Aspect()
    unread: tuple[Unread, ...] = ()

    def place(self, column: int | None) -> Place:
        """Where a column stands.

        Args:
            column: Its index; None for rows as a whole.
        """
        if self.made is None:
            return Place(self.file, self.name, None if column is None else column + self.left)
        found = None if column is None else self.made.places[column]
        return found or Place(self.file, self.name, None)

    def origin(self, row: int, column: int | None = None) -> Origin:
        """Where a cell stands in the user's file.

        Args:
            row: Index into `rows`.
            column: Index into that row; None for the row as a whole.
        """
        number = int(self.numbers[row])
        return self.place(column).origin(number) or Origin(self.file, self.name, str(number))


class Reason(StrEnum):
    """Why a reader changed something; the names of the same in `authoring.changes`."""

    WORD = "word"
    DATE = "date"
    EXCLUSIVE_END = "exclusive-end"
    COLUMN_SET_ASIDE = "column-set-aside"
    ROW_SET_ASIDE = "row-set-aside"


@dataclass(frozen=True, eq=False)
class Edit:
    """What a reader changed in one column of one file, or which of its rows it left out.

    Attributes:
        reason: What was done.
        place: Which column; one without a column is about whole rows.
        field: The field or column of the package that it concerns.
        numbers: The row of each change, as the user counts (int64).
        before: What stands there, per row.
        after: What became of it, per row.
    """

    reason: Reason
    place: Place
    field: str | None
    numbers: np.ndarray
    before: Sequence[str]
    after: Sequence[str]


@dataclass(frozen=True, eq=False)
class Spoken:
    """Rows of a file that are on none of the sheets a reader made, and are accounted for all the same.

    Attributes:
        count: How many.
        used: True where something of them is in the package (a term's dates); False where they are set aside.
    """

    count: int
    used: bool


@dataclass(frozen=True)
class Sheets:
    """All of one source.

    Attributes:
        sheets: In the source's order.
        message: The bytes of a message.properties found in the source; None if there is none.
        recognised: What kind of source it was taken for, and why, in one sentence.
        findings: What the reader has to say about the files themselves.
        edits: What the reader changed while it made the sheets.
        spoken: The rows that are on none of the sheets made.
        form: The kind of source that it was taken for, as `--from` names it; "" for plain tables.
    """

    sheets: tuple[Sheet, ...]
    message: bytes | None = None
    recognised: str = ""
    findings: tuple[Finding, ...] = ()
    edits: tuple[Edit, ...] = ()
    spoken: tuple[Spoken, ...] = ()
    form: str = ""

    def __iter__(self) -> Iterator[Sheet]:
        return iter(self.sheets)


def place_of(places: Mapping[str, Place], number: int, column: str | None) -> Origin | None:
    """Where a value came from; None where the source is not known.

    Args:
        places: Each column's place in the sheet.
        number: The row's number in the sheet.
        column: A column of the kind; None for the row as a whole.
    """
    place = places.get(column) if column is not None else None
    found = None if place is None else place.origin(number)
    if found is None:
        home = next((place for place in places.values() if place.joined is None), None)
        return None if home is None else Origin(home.file, home.sheet, str(number))
    return found


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of one kind, ready to be written.

    Attributes:
        kind: Which kind.
        frame: One string column per column of the kind that is present; index 0..n-1. Empty cells are "".
        source_rows: The row's number in its source, one per row (int64).
        source_sheets: Index into `places`, one per row (int16).
        places: Per source sheet, each column's place.
    """

    kind: Kind
    frame: pd.DataFrame
    source_rows: np.ndarray
    source_sheets: np.ndarray
    places: tuple[Mapping[str, Place], ...]

    def __len__(self) -> int:
        return len(self.frame)

    def origin(self, row: int, column: str | None = None) -> Origin | None:
        """Where a value came from; None where the source is not known.

        Args:
            row: Position in the frame.
            column: A column of the kind; None for the row as a whole.
        """
        return place_of(self.places[int(self.source_sheets[row])], int(self.source_rows[row]), column)

    def take(self, positions: np.ndarray) -> Table:
        """The rows at the positions given, in that order.

        Args:
            positions: Integer positions (int64).
        """
        return Table(
            self.kind,
            self.frame.iloc[positions].reset_index(drop=True),
            self.source_rows[positions],
            self.source_sheets[positions],
            self.places,
        )


@dataclass(frozen=True)
class Tables:
    """The tables of one package, by kind.

    Attributes:
        by_kind: Only kinds that have a table; a table may be empty.
        message: The message's parts (sender, subject, body) as text, or None.
        message_origins: Where each part stands in the source; under "" the message as a whole.
    """

    by_kind: Mapping[Kind, Table] = field(default_factory=dict)
    message: Mapping[str, str] | None = None
    message_origins: Mapping[str, Origin] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Table]:
        return iter(self.by_kind.values())

    def get(self, kind: Kind) -> Table | None:
        """The table of a kind, or None."""
        return self.by_kind.get(kind)
