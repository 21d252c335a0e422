"""Tables that stand beside each other on one sheet, with an empty column between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from provkit.authoring.heading import find_heading, is_blank
from provkit.authoring.mapping import map_header
from provkit.authoring.shape import find_target
from provkit.tables import Sheet, column_letters
from provkit.vocabulary import Target

__all__ = ["Parts", "apart"]


@dataclass(frozen=True)
class Parts:
    """A sheet, or the tables beside each other on it.

    Attributes:
        sheets: One grid per table, each with its column of the worksheet.
        unclear: Two places that could be one table or two; empty where that is known.
    """

    sheets: Sequence[Sheet]
    unclear: tuple[str, ...] = ()


def apart(sheet: Sheet, said: Target | None) -> Parts:
    """Part a sheet where it is certain that several tables stand beside each other.

    It is certain where each has a header of its own that says what it holds, and both name the same field or stand in different rows.
    It is one table where the same rows are filled on both sides. Else nobody knows, and that is said.

    Args:
        sheet: The sheet.
        said: What its name says that it holds.
    """
    spans = _spans(sheet)
    if len(spans) < 2:
        return Parts((sheet,))
    grids = _joined(sheet, spans, said)
    if len(grids) < 2:
        return Parts((sheet,))
    for left, right in pairwise(grids):
        one, other = _table(left, said), _table(right, said)
        assert one is not None
        assert other is not None
        if one.row == other.row and not one.fields & other.fields:
            if one.filled == other.filled:
                return Parts((sheet,))
            return Parts((sheet,), (one.place, other.place))
    return Parts(grids)


@dataclass(frozen=True)
class _Table:
    row: int
    fields: frozenset[str]
    filled: frozenset[int]
    place: str


def _table(sheet: Sheet, said: Target | None) -> _Table | None:
    """What there is to know of a table by itself; None where it is none."""
    filled = [row for row, cells in enumerate(sheet.rows) if not all(map(is_blank, cells))]
    heading = find_heading(sheet, filled)
    target = None if heading is None else find_target(said, heading.names)
    if heading is None or target is None:
        return None
    below = frozenset(row for row in filled if row > heading.last)
    named = [column for column, cell in enumerate(heading.names) if not is_blank(cell)]
    letters = [column_letters(sheet.left + column) for column in (named[0], named[-1])]
    place = f"{letters[0]}{sheet.numbers[heading.first]}:{letters[1]}{sheet.numbers[max(below, default=heading.last)]}"
    return _Table(heading.last, frozenset(map_header(Target.MEMBERS, heading.names).fields), below, place)


def _spans(sheet: Sheet) -> list[tuple[int, int]]:
    """The runs of columns that hold anything: first and end."""
    width = max(map(len, sheet.rows), default=0)
    held = [any(column < len(cells) and not is_blank(cells[column]) for cells in sheet.rows) for column in range(width)]
    spans: list[tuple[int, int]] = []
    for column, holds in enumerate(held):
        if holds and column and held[column - 1]:
            spans[-1] = spans[-1][0], column + 1
        elif holds:
            spans.append((column, column + 1))
    return spans


def _joined(sheet: Sheet, spans: Sequence[tuple[int, int]], said: Target | None) -> list[Sheet]:
    """One grid per table; columns that are no table by themselves go with the table on their left."""
    grids: list[Sheet] = []
    for first, end in spans:
        grid = replace(sheet, rows=[cells[first:end] for cells in sheet.rows], left=sheet.left + first)
        if grids and _table(grid, said) is None:
            start = grids[-1].left - sheet.left
            grids[-1] = replace(sheet, rows=[cells[start:end] for cells in sheet.rows], left=grids[-1].left)
        else:
            grids.append(grid)
    return grids if len(grids) > 1 and all(_table(grid, said) is not None for grid in grids) else []
