"""Sheets written as text, as rule examples and tests show them: a CSV grid in which `=` begins a cell that is not text.

`=46000.5` is a number, `=2026-01-10` a date, `=2026-01-10T09:30` a date with a time, `=TRUE` and `=FALSE` are the two, `=#REF!` is an
error, and a bare `=` is a formula that was never calculated.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime

from provkit.tables import Cell, CellError, Sheet, Sheets

__all__ = ["from_text"]


def from_text(grids: Mapping[str, str], file: str = "example.xlsx") -> Sheets:
    """The sheets of a workbook that is written as text.

    Args:
        grids: Each sheet's name and its grid.
        file: The workbook's name.
    """
    sheets = []
    for name, text in grids.items():
        rows = [[_cell(field) for field in row] for row in csv.reader(io.StringIO(text, newline=""))]
        sheets.append(Sheet(file, name, rows, range(1, len(rows) + 1)))
    return Sheets(tuple(sheets), None, f"{file} is written as text.")


def _cell(field: str) -> Cell:
    if not field.startswith("="):
        return field
    text = field[1:]
    if text in ("TRUE", "FALSE"):
        return text == "TRUE"
    with suppress(ValueError):
        return float(text)
    with suppress(ValueError):
        return date.fromisoformat(text)
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    return CellError(text)
