"""Making a row of each mark, or of each cell of people, in a wide roster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from provkit.authoring.authored import Fate
from provkit.authoring.changes import ChangeKind
from provkit.authoring.columns import Coded, Codes, Raw
from provkit.authoring.grids import Grid
from provkit.authoring.heading import is_blank
from provkit.authoring.ledger import Ledger
from provkit.authoring.normalize import LEFT_OUT, WORDS, shown
from provkit.authoring.profile import fold
from provkit.authoring.rules_tables import header_is_no_id, mark_unknown, rows_without_mark
from provkit.authoring.wide import Wide, is_mark, looks_like_id, marked, role_of
from provkit.rules import Origin
from provkit.tables import Cell
from provkit.vocabulary import token
from provkit.words import rows_named

__all__ = ["widen"]


def widen(ledger: Ledger, grid: Grid, wide: Wide, meant: Mapping[str, str]) -> list[tuple[int, Codes, Fate]]:
    """Make a row of each cell that is marked, or that holds people, and let it say what its column's header says.

    Args:
        ledger: Where findings and changes go.
        grid: The table, before anything of it is read.
        wide: Its columns of that kind.
        meant: Headers, folded, to the ids that somebody said they mean.

    Returns:
        Rows that have no such cell.
    """
    columns = np.array(list(wide.columns), dtype=np.int64)
    raws = [grid.column(int(column)) for column in columns]
    counts = np.column_stack([_counted(raw, wide) for raw in raws])
    rows, picked = np.nonzero(counts)
    per_row = (counts > 0).sum(axis=1)
    fates: list[tuple[int, Codes, Fate]] = []
    none = per_row == 0
    if none.any():
        fates.append((grid.index, grid.rows_of_sheet(none), Fate.SET_ASIDE))
        said = "these columns" if len(columns) > 4 else " or ".join(_header(grid, int(column)) for column in columns)
        details = {"headers": said, "which": rows_named(grid.numbers[none].tolist())}
        ledger.note(rows_without_mark, Origin(grid.sheet.file, grid.sheet.name), details=details)
        ledger.change(ChangeKind.ROW_SET_ASIDE, grid, None, np.flatnonzero(none), before=f"no mark in {said}")
    headers = [meant.get(fold(text), text) for text in wide.columns.values()]
    cells = _cells(raws, rows, picked)
    grid.repeat(per_row.astype(np.int64))
    grid.spots = columns[picked]
    fields = {wide.field, *({"email"} if wide.holds == "people" else ())}
    grid.worked[wide.field] = Raw(headers, picked.astype(np.int64))
    if wide.holds == "people":
        grid.worked["email"] = cells
    else:
        roles = [shown(cell) if token(shown(cell)) in WORDS["role"] else role_of(shown(cell)) or None for cell in cells.cells]
        if any(roles):
            own = grid.raw("role")
            given = np.array([role is not None for role in roles], dtype=bool)[cells.codes]
            grid.worked["role"] = Raw([*own.cells, *roles], np.where(given, len(own.cells) + cells.codes, own.codes))
            fields |= {"role"} - grid.columns.fields.keys()
    grid.spotted |= fields
    unknown = tuple(column for column in grid.columns.unknown if column not in wide.columns)
    kept = {field: column for field, column in grid.columns.fields.items() if column is None or column not in wide.columns}
    grid.columns = replace(grid.columns, fields={**kept, **{field: None for field in fields if field not in kept}}, unknown=unknown)
    _judge(ledger, grid, wide, meant, cells)
    return fates


def _judge(ledger: Ledger, grid: Grid, wide: Wide, meant: Mapping[str, str], cells: Raw) -> None:
    """Say which headers are no ids, and which cells are no marks; neither makes an enrollment."""
    if wide.field == "course_id" and wide.holds == "marks":
        for column, name in wide.columns.items():
            if not wide.ids and fold(name) not in meant and not looks_like_id(name):
                ledger.note(header_is_no_id, grid.header_origin(column), value=name)
                grid.mark_broken(grid.spots == column)
    if wide.holds == "people":
        return
    odd = np.array([not is_mark(cell) for cell in cells.cells], dtype=bool)[cells.codes]
    said = Coded.of((shown(cell) for cell in cells.cells), cells.codes)
    names = dict(zip(wide.columns, wide.columns.values(), strict=True))
    for row in np.flatnonzero(odd).tolist():
        details = {"header": names[int(grid.spots[row])]}
        ledger.fault(mark_unknown, grid, wide.field, np.array([row]), value=said, details=details)
    grid.mark_broken(odd)


def _counted(raw: Raw, wide: Wide) -> Codes:
    """Per row, 1 where its cell makes a row of its own."""
    if wide.holds == "people":
        told = [not is_blank(cell) for cell in raw.cells]
    else:
        told = [marked(cell) or not (is_blank(cell) or is_mark(cell) or token(shown(cell)) in LEFT_OUT) for cell in raw.cells]
    return np.array(told, dtype=np.int64)[raw.codes]


def _cells(raws: list[Raw], rows: Codes, picked: Codes) -> Raw:
    """The cells picked, of columns beside each other, as one column."""
    starts = np.cumsum([0, *(len(raw.cells) for raw in raws)])
    cells: list[Cell] = [cell for raw in raws for cell in raw.cells]
    codes = np.empty(len(rows), dtype=np.int64)
    for number, raw in enumerate(raws):
        here = picked == number
        codes[here] = raw.codes[rows[here]] + starts[number]
    return Raw(cells, codes)


def _header(grid: Grid, column: int) -> str:
    return " ".join(shown(grid.sheet.rows[grid.header][column]).split())
