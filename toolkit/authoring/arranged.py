"""What a spreadsheet program shows otherwise than it stands: cells merged into one, and rows and columns that are hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from provkit.authoring.authored import Fate
from provkit.authoring.changes import ChangeKind
from provkit.authoring.columns import Coded, Codes, Raw
from provkit.authoring.grids import Grid
from provkit.authoring.heading import is_blank
from provkit.authoring.ledger import Ledger
from provkit.authoring.normalize import LEFT_OUT, shown
from provkit.authoring.rules_tables import columns_hidden, hidden_as_said, rows_hidden
from provkit.rules import Origin
from provkit.tables import Cell, column_letters
from provkit.vocabulary import token
from provkit.words import rows_named

__all__ = ["Hidden", "fill_merged", "settle_hidden"]

Hidden = Literal["take", "leave"]


def fill_merged(ledger: Ledger, grid: Grid) -> None:
    """Let a cell that is merged over several rows say in each of them what it says.

    Args:
        ledger: Where changes go.
        grid: The table, before anything of it is read.
    """
    sheet = grid.sheet
    fields = {column: field for field, column in grid.columns.fields.items() if column is not None}
    numbers = np.asarray(sheet.numbers, dtype=np.int64)
    found: dict[str, list[tuple[Cell, Codes]]] = {}
    for area in sheet.aspect.merged:
        field = fields.get(area.left - sheet.left)
        if area.bottom == area.top or field is None:
            continue
        at = int(numbers.searchsorted(area.top))
        if not grid.header < at < len(numbers) or numbers[at] != area.top:
            continue
        cells = sheet.rows[at]
        cell = cells[area.left - sheet.left] if area.left - sheet.left < len(cells) else None
        rows = np.arange(*grid.numbers.searchsorted([area.top + 1, area.bottom + 1]))
        if len(rows) and not is_blank(cell):
            found.setdefault(field, []).append((cell, rows))
    for field, fills in found.items():
        raw = grid.raw(field)
        empty = np.array([is_blank(cell) for cell in raw.cells], dtype=bool)[raw.codes]
        codes = raw.codes.copy()
        for number, (_, rows) in enumerate(fills):
            codes[rows[empty[rows]]] = len(raw.cells) + number
        grid.worked[field] = Raw([*raw.cells, *(cell for cell, _ in fills)], codes)
        after = Coded.of((shown(cell) for cell in grid.worked[field].cells), codes)
        ledger.change(ChangeKind.FILLED, grid, field, np.flatnonzero(codes != raw.codes), after=after)


def settle_hidden(ledger: Ledger, grid: Grid, said: Hidden | None, besides: Mapping[int, str]) -> list[tuple[int, Codes, Fate]]:
    """Take or leave what is hidden, as the setting says; without one it is an error, for nobody knows whether it is meant.

    Args:
        ledger: Where findings and changes go.
        grid: The table, before anything of it is read.
        said: What the setting says.
        besides: Columns that are read besides those of fields, with their names.

    Returns:
        The rows left out.
    """
    if not grid.chief:
        return []
    aspect, sheet = grid.sheet.aspect, grid.sheet
    where = Origin(sheet.file, sheet.name)
    names = {column: field for field, column in grid.columns.fields.items() if column is not None}
    columns = sorted(
        column for column in {*names, *besides} if column + sheet.left in aspect.hidden_columns and _holds(grid, column)
    )
    fates: list[tuple[int, Codes, Fate]] = []
    if columns:
        named = (f"{column_letters(column + sheet.left)} {_header(grid, column)!r}" for column in columns)
        which = f"column{'s' if len(columns) > 1 else ''} {', '.join(named)}"
        if said is None:
            ledger.note(columns_hidden, where, details={"which": which})
            grid.mark_broken(np.ones(len(grid), dtype=bool))
        else:
            ledger.note(hidden_as_said, where, details={"what": which, "done": _DONE[said]})
        if said == "leave":
            fields = {field: column for field, column in grid.columns.fields.items() if column not in columns}
            grid.columns = replace(grid.columns, fields=fields, sure=grid.columns.sure & fields.keys())
    hidden = np.isin(grid.numbers, np.fromiter(aspect.hidden_rows, dtype=np.int64)) if aspect.hidden_rows else None
    if hidden is None:
        return fates
    status = grid.raw("status")  # who dropped is left out, hidden or not
    hidden &= ~np.array([token(shown(cell)) in LEFT_OUT for cell in status.cells], dtype=bool)[status.codes]
    if not hidden.any():
        return fates
    which = rows_named(grid.numbers[hidden].tolist())
    if said is None:
        ledger.note(rows_hidden, where, details={"which": which})
        grid.mark_broken(hidden)
        return fates
    ledger.note(hidden_as_said, where, details={"what": which, "done": _DONE[said]})
    if said == "leave":
        ledger.change(ChangeKind.ROW_SET_ASIDE, grid, None, np.flatnonzero(hidden), before="a hidden row")
        fates.append((grid.index, grid.rows_of_sheet(hidden), Fate.SET_ASIDE))
        grid.drop(hidden)
    return fates


_DONE: Mapping[str, str] = {"take": "read", "leave": "left out"}


def _holds(grid: Grid, column: int) -> bool:
    raw = grid.column(column)
    return any(not is_blank(raw.cells[code]) for code in np.unique(raw.codes).tolist())


def _header(grid: Grid, column: int) -> str:
    names = grid.sheet.rows[grid.header]
    return " ".join(shown(names[column]).split()) if column < len(names) else ""
