"""Who dropped, cancelled or waits is neither enrolled nor invited, whatever the sheet is about."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from provkit.authoring.authored import Fate
from provkit.authoring.changes import ChangeKind
from provkit.authoring.columns import Coded, Codes
from provkit.authoring.grids import Grid
from provkit.authoring.heading import is_blank
from provkit.authoring.ledger import Ledger
from provkit.authoring.normalize import LEFT_OUT, shown, text
from provkit.authoring.remarks import is_note, leaves_out
from provkit.authoring.rules_sheets import row_not_enrolled
from provkit.rules import Origin
from provkit.vocabulary import token
from provkit.words import counted

__all__ = ["leave_blocks", "leave_out"]


def leave_out(ledger: Ledger, grid: Grid) -> list[tuple[int, Codes, Fate]]:
    """Take out the rows of people who dropped, cancelled or wait.

    Looked at are the status, and every column that is no field but has the word in its name.

    Args:
        ledger: Where findings and changes go.
        grid: The sheet, before anything of it is read.

    Returns:
        The rows taken out.
    """
    fates: list[tuple[int, Codes, Fate]] = []
    names = grid.sheet.rows[grid.header]
    others = [column for column in grid.columns.unknown if "status" in token(shown(names[column]))]
    for column in (None, *others):
        raw = grid.raw("status") if column is None else grid.column(column)
        status = Coded.of((text(cell).text for cell in raw.cells), raw.codes)
        out = status.where(lambda said: token(said) in LEFT_OUT)
        if not out.any():
            continue
        ledger.change(ChangeKind.ROW_SET_ASIDE, grid, "status" if column is None else None, np.flatnonzero(out), before=status)
        for said in status.take(out).used():
            rows = np.flatnonzero(status.codes == status.texts.index(said))
            row = int(rows[0])
            origin = (
                grid.origin(row, "status") if column is None else grid.sheet.origin(int(grid.rows_of_sheet(rows[:1])[0]), column)
            )
            ledger.note(row_not_enrolled, origin, value=said, details={"rows": counted(len(rows), "row")})
        fates.append((grid.index, grid.rows_of_sheet(out), Fate.SET_ASIDE))
        grid.drop(out)
    return fates


def leave_blocks(ledger: Ledger, grid: Grid, titles: Iterable[int], name: str | None) -> list[tuple[int, Codes, Fate]]:
    """Take out the people who stand below a title that says that they dropped, cancelled or wait, down to the next title.

    Args:
        ledger: Where findings and changes go.
        grid: The sheet, before anything of it is read.
        titles: Indexes of the rows that hold no data, those above the header among them, ascending.
        name: What the sheet is called, where that counts as a title.

    Returns:
        The rows taken out.
    """
    said = name if name is not None and leaves_out(name) else None
    origin = grid.sheet.origin(grid.header, None)
    starts: list[tuple[int, str | None, Origin]] = [(-1, said, origin)]
    for row in titles:
        cells = [cell for cell in grid.sheet.rows[row] if not is_blank(cell)]
        if len(cells) == 1 and isinstance(cells[0], str) and not is_note(cells[0]):
            text = " ".join(cells[0].split())
            if row > grid.header or leaves_out(text):
                starts.append(
                    (row, text if leaves_out(text) else None, grid.sheet.origin(row, grid.sheet.rows[row].index(cells[0])))
                )
    if all(said is None for _, said, _ in starts):
        return []
    rows = grid.keep + grid.header + 1
    which = np.searchsorted(np.array([row for row, _, _ in starts], dtype=np.int64), rows, side="right") - 1
    out = np.zeros(len(grid), dtype=bool)
    for number, (_, said, origin) in enumerate(starts):
        mine = which == number
        if said is None or not mine.any():
            continue
        out |= mine
        ledger.change(ChangeKind.ROW_SET_ASIDE, grid, None, np.flatnonzero(mine), before=said)
        ledger.note(row_not_enrolled, origin, value=said, details={"rows": counted(int(mine.sum()), "row")})
    fates = [(grid.index, grid.rows_of_sheet(out), Fate.SET_ASIDE)] if out.any() else []
    grid.drop(out)
    return fates
