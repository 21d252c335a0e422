"""The sheets that provkit itself writes into workbooks for people to read, and does not read when such a workbook is built from."""

from __future__ import annotations

from collections.abc import Sequence

from provkit.tables import Cell

__all__ = ["COLUMNS", "GUIDE", "GUIDE_TITLE", "SHEET", "is_own"]

SHEET = "To fix"
COLUMNS = ("Done", "Kind", "Place", "What is wrong", "What to do", "Rule")
GUIDE = "Guide"
GUIDE_TITLE = "How to fill in this workbook"
_WITHIN = 20
"""In how many of the first rows the header is looked for."""


def is_own(name: str, rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether a sheet is one that provkit wrote: by its name and its header or title, so that nobody's own sheet of that name is passed over.

    Args:
        name: The sheet's name.
        rows: Its cells.
    """
    if name == GUIDE:
        return any(row[0] == GUIDE_TITLE for row in rows[:1] if row)
    return name == SHEET and any(tuple(row[: len(COLUMNS)]) == COLUMNS for row in rows[:_WITHIN])
