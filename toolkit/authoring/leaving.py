"""Who dropped, cancelled or waits is neither enrolled nor invited, whatever the sheet is about."""

from __future__ import annotations

import numpy as np

from provkit.authoring.authored import Fate
from provkit.authoring.changes import ChangeKind
from provkit.authoring.columns import Coded, Codes
from provkit.authoring.grids import Grid
from provkit.authoring.ledger import Ledger
from provkit.authoring.normalize import LEFT_OUT, shown, text
from provkit.authoring.rules_sheets import row_not_enrolled
from provkit.vocabulary import token
from provkit.words import counted

__all__ = ["leave_out"]


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
