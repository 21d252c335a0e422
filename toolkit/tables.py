"""What is read from a source, and what becomes of it: cells with their origins.

`Sheet` is what stands in the user's file. `Table` is the rows of one kind, each cell still knowing where it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from provkit.rules import Finding, Origin
from provkit.schemas.layouts import Kind

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = ["Cell", "CellError", "Place", "Sheet", "Sheets", "Table", "Tables", "column_letters", "place_of"]


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
    """

    file: str
    name: str | None
    rows: Sequence[Sequence[Cell]]
    numbers: Sequence[int]
    kind: Kind | None = None
    hidden: bool = False

    def origin(self, row: int, column: int | None = None) -> Origin:
        """Where a cell stands in the user's file.

        Args:
            row: Index into `rows`.
            column: Index into that row; None for the row as a whole.
        """
        letters = "" if column is None else column_letters(column)
        return Origin(self.file, self.name, f"{letters}{self.numbers[row]}")


@dataclass(frozen=True)
class Sheets:
    """All of one source.

    Attributes:
        sheets: In the source's order.
        message: The bytes of a message.properties found in the source; None if there is none.
        recognised: What kind of source it was taken for, and why, in one sentence.
        findings: What the reader has to say about the files themselves.
        form: The kind of source that it was taken for, as `--from` names it; "" for plain tables.
    """

    sheets: tuple[Sheet, ...]
    message: bytes | None = None
    recognised: str = ""
    findings: tuple[Finding, ...] = ()
    form: str = ""

    def __iter__(self) -> Iterator[Sheet]:
        return iter(self.sheets)


@dataclass(frozen=True)
class Place:
    """Where one column of a table was read from: a sheet, and a column of it (None: derived from the row as a whole).

    Attributes:
        file: The file's name, without folders.
        sheet: The worksheet's name, or None.
        column: Index of the source's column, 0 for A; None where no single cell holds the value.
    """

    file: str
    sheet: str | None
    column: int | None


def place_of(places: Mapping[str, Place], number: int, column: str | None) -> Origin | None:
    """Where a value came from; None where the source is not known.

    Args:
        places: Each column's place in the sheet.
        number: The row's number in the sheet.
        column: A column of the kind; None for the row as a whole.
    """
    place = places.get(column) if column is not None else None
    if place is None:
        place = next(iter(places.values()), None)
        return None if place is None else Origin(place.file, place.sheet, str(number))
    letters = "" if place.column is None else column_letters(place.column)
    return Origin(place.file, place.sheet, f"{letters}{number}")


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
