"""Ids by template, where a row has none."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from provkit.authoring.changes import ChangeKind
from provkit.authoring.columns import Coded, Mask, group
from provkit.authoring.grids import Grid
from provkit.authoring.ledger import Ledger
from provkit.authoring.normalize import shown, text
from provkit.authoring.templates import IdTemplate

__all__ = ["fill_by_setting", "fill_by_template", "place_of_section"]


def fill_by_template(
    ledger: Ledger, grid: Grid, columns: dict[str, Coded], field: str, template: IdTemplate | None, *, within: Mask
) -> None:
    """Fill empty ids by a template over the row: its fields by name, and columns that are no field by their header.

    Args:
        ledger: Where changes go.
        grid: The sheet.
        columns: The sheet's columns by field; the one filled is replaced.
        field: Which to fill.
        template: The template, if there is one.
        within: The rows that need an id.

    Raises:
        ConfigError: The template names what the sheet has not.
    """
    gap = columns[field].empty & within
    if template is None or not gap.any():
        return
    told = {name: column for name, column in columns.items() if name in grid.columns.fields or not column.empty.all()}
    context = {**_extras(grid), **told}
    used = {name: context[name] for name in sorted(template.names & context.keys())}
    groups, first = group(list(used.values())) if used else (np.zeros(len(grid), dtype=np.int64), np.zeros(1, dtype=np.int64))
    needed = np.unique(groups[gap])
    texts = [""] * len(first)
    everything = {name: column.texts for name, column in context.items()}
    for number in needed.tolist():
        row = int(first[number])
        texts[number] = template.render({name: everything[name][int(column.codes[row])] for name, column in context.items()})
    made = Coded.of(texts, groups)
    _fill(ledger, grid, columns, field, made=made, rows=gap & ~made.empty)


def place_of_section(grid: Grid, template: IdTemplate | None) -> Mask | None:
    """The rows that name a section in a column that is no field, such as a class number, and of which the template makes its id.

    Args:
        grid: The sheet.
        template: The template of section ids, if there is one.

    Returns:
        The rows; None where the template reads no such column, or something that the sheet has not.
    """
    if template is None:
        return None
    extras = _extras(grid)
    read = template.names & extras.keys()
    if not read or not template.names <= extras.keys() | grid.columns.fields.keys():
        return None
    told = np.ones(len(grid), dtype=bool)
    for name in read:
        told &= ~extras[name].empty
    return told


def fill_by_setting(ledger: Ledger, grid: Grid, columns: dict[str, Coded], field: str, value: str | None, *, within: Mask) -> None:
    """Fill empty cells with what a setting says.

    Args:
        ledger: Where changes go.
        grid: The sheet.
        columns: The sheet's columns by field; the one filled is replaced.
        field: Which to fill.
        value: The setting; None or "" fills nothing.
        within: The rows that need a value.
    """
    if value:
        made = Coded([value], np.zeros(len(grid), dtype=np.int64))
        _fill(ledger, grid, columns, field, made=made, rows=columns[field].empty & within)


def _fill(ledger: Ledger, grid: Grid, columns: dict[str, Coded], field: str, *, made: Coded, rows: Mask) -> None:
    if rows.any():
        columns[field] = columns[field].or_else(made, within=rows)
        ledger.change(ChangeKind.FILLED, grid, field, np.flatnonzero(rows), after=columns[field])


def _extras(grid: Grid) -> Mapping[str, Coded]:
    """Columns that are no field, by their header in lower case with underscores."""
    names = grid.sheet.rows[grid.header]
    found = {}
    for index in grid.columns.unknown:
        name = re.sub(r"\W+", "_", shown(names[index]).strip().lower()).strip("_")
        raw = grid.column(index)
        found[name] = Coded.of((text(cell).text for cell in raw.cells), raw.codes)
    return found
