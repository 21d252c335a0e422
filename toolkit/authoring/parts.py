"""Rows for the tables, by column, and how they become one sorted table of each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from provkit.authoring.columns import Coded, Codes, Mask, blank, group
from provkit.authoring.grids import Grid
from provkit.schemas.layouts import LAYOUTS, Kind
from provkit.tables import Place, Table

__all__ = ["Built", "Part", "build", "first_filled", "joined"]


@dataclass(frozen=True, eq=False)
class Part:
    """Rows of one kind that one sheet gives.

    Attributes:
        kind: Which kind.
        grid: The sheet.
        rows: Positions among the sheet's data rows, ascending.
        columns: By column of the kind, as long as `rows`.
        broken: Which of the rows are broken.
        fields: Column of the kind to field of the sheet, for places; several where they differ by row.
        choice: Per row, which of `fields` holds.
        chief: Whether these rows are what the source rows are chiefly about, so that their fate is these rows' fate.
    """

    kind: Kind
    grid: Grid
    rows: Codes
    columns: Mapping[str, Coded]
    broken: Mask
    fields: Sequence[Mapping[str, str]]
    choice: npt.NDArray[np.int64] | None = None
    chief: bool = True

    def places(self) -> list[Mapping[str, Place]]:
        """Where the columns stand, for each of `fields`."""
        sheet, columns, spotted = self.grid.sheet, self.grid.columns.fields, self.grid.spotted
        found: list[Mapping[str, Place]] = []
        for spot in self._spots()[0].tolist():
            for fields in self.fields:
                here = {
                    column: sheet.place(spot if name in spotted else columns[name])
                    for column, name in fields.items()
                    if name in columns
                }
                whole = {"": Place(sheet.file, sheet.name, None)}
                found.append(here if here and sheet.made is None else whole | here)
        return found

    def choices(self) -> Codes:
        """Per row, which of `places` holds."""
        chosen = np.zeros(len(self.rows), dtype=np.int64) if self.choice is None else self.choice
        return self._spots()[1] * len(self.fields) + chosen

    def _spots(self) -> tuple[Codes, Codes]:
        """The columns in which the cells of a wide roster stand, and per row which of them."""
        if not self.grid.spotted:
            return np.zeros(1, dtype=np.int64), np.zeros(len(self.rows), dtype=np.int64)
        spots, codes = np.unique(self.grid.spots[self.rows], return_inverse=True)
        return spots.astype(np.int64), codes.astype(np.int64)


@dataclass(frozen=True, eq=False)
class Built:
    """A table, and how its rows come from the parts.

    Attributes:
        table: The table, sorted by key.
        broken: Positions of broken rows.
        positions: Per part, the table row of each of its rows.
    """

    table: Table
    broken: Codes
    positions: list[Codes] = field(default_factory=list)


def joined(parts: Sequence[Part], column: str) -> Coded:
    """One column of all parts.

    Args:
        parts: In order.
        column: A column of their kind; empty where a part lacks it.
    """
    return Coded.concat([part.columns.get(column) or blank(len(part.rows)) for part in parts])


def first_filled(groups: Codes, count: int, column: Coded) -> Coded:
    """Give every row what the first row of its group that is not empty says.

    Args:
        groups: Per row, its group.
        count: How many groups there are.
        column: What the rows say.
    """
    filled = np.flatnonzero(~column.empty)
    first = np.full(count, -1, dtype=np.int64)
    first[groups[filled[::-1]]] = filled[::-1]
    texts = [*column.texts, ""]
    codes = np.append(column.codes, len(column.texts))[first]  # -1 picks the empty text
    return Coded.of(texts, codes[groups])


def build(kind: Kind, parts: Sequence[Part], columns: Mapping[str, Coded] | None = None, broken: Mask | None = None) -> Built:
    """One table of all parts: rows that say the same are one, and rows are sorted by key and then by every column.

    Broken rows stay by themselves, so that none drags a good one along; those of chief parts each, the others together.

    Args:
        kind: Which kind.
        parts: In the order of the source.
        columns: The parts' columns joined, where they have been worked on since.
        broken: Which of the parts' rows joined are broken, where more are than the parts say.
    """
    layout = LAYOUTS[kind]
    worked = columns or {}
    full = {column: worked.get(column) or joined(parts, column) for column in layout.columns}
    faulty = np.concatenate([part.broken for part in parts]) if broken is None else broken
    chief = np.concatenate([np.full(len(part.rows), part.chief) for part in parts])
    apart = np.where(faulty, np.where(chief, np.arange(len(faulty)) + 2, 1), 0)
    groups, first = group([Coded([], apart), *full.values()])
    order = np.lexsort([full[column].take(first).ranks() for column in reversed((*layout.key, *layout.columns))])
    place = np.empty(len(first), dtype=np.int64)
    place[order] = np.arange(len(first))
    rows = first[order]
    held = np.zeros(len(first), dtype=bool)
    held[place[groups[faulty]]] = True
    present = {column: full[column].take(rows) for column in layout.columns}
    frame = pd.DataFrame(
        {
            column: pd.array(values.array(), dtype="str")
            for column, values in present.items()
            if column not in layout.optional or not values.empty.all()
        }
    )
    places: list[Mapping[str, Place]] = []
    choices = []
    for part in parts:
        choices.append(part.choices() + len(places))
        places.extend(part.places())
    table = Table(
        kind,
        frame,
        np.concatenate([part.grid.numbers[part.rows] for part in parts])[rows],
        np.concatenate(choices)[rows].astype(np.int16),
        tuple(places),
    )
    ends = np.cumsum([len(part.rows) for part in parts])
    return Built(table, np.flatnonzero(held), np.split(place[groups], ends[:-1]))
