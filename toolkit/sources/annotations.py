"""The sheet that provkit itself adds to a copy of a workbook, and does not read when such a copy is built from."""

from __future__ import annotations

from collections.abc import Sequence

from provkit.tables import Cell

__all__ = ["COLUMNS", "SHEET", "is_own"]

SHEET = "To fix"
COLUMNS = ("Done", "Kind", "Place", "What is wrong", "What to do", "Rule")
_WITHIN = 20
"""In how many of the first rows the header is looked for."""


def is_own(name: str, rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether a sheet is one that provkit wrote: by its name and its header, so that nobody's own sheet of that name is passed over.

    Args:
        name: The sheet's name.
        rows: Its cells.
    """
    return name == SHEET and any(tuple(row[: len(COLUMNS)]) == COLUMNS for row in rows[:_WITHIN])
