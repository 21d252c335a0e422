"""Sheets written as text, as rule examples and tests show them: a CSV grid in which `=` begins a cell that is not text.

`=46000.5` is a number, `=2026-01-10` a date, `=2026-01-10T09:30` a date with a time, `=TRUE` and `=FALSE` are the two, `=#REF!` is an
error, and a bare `=` is a formula that was never calculated. Behind a sheet's name may stand what of it is hidden or merged, as in
`Roster hidden_rows=3,4 hidden_columns=C merged=A2:A5`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime

from provkit.tables import Area, Aspect, Cell, CellError, Sheet, Sheets, column_index

__all__ = ["from_text"]


def from_text(grids: Mapping[str, str], file: str = "example.xlsx") -> Sheets:
    """The sheets of a workbook that is written as text.

    Args:
        grids: Each sheet's name and its grid.
        file: The workbook's name.
    """
    sheets = []
    for said, text in grids.items():
        rows = [[_cell(field) for field in row] for row in csv.reader(io.StringIO(text, newline=""))]
        name, aspect = _aspect(said)
        sheets.append(Sheet(file, name, rows, range(1, len(rows) + 1), aspect=aspect))
    return Sheets(tuple(sheets), None, f"{file} is written as text.")


def _aspect(name: str) -> tuple[str, Aspect]:
    """A sheet's name, and what of it is hidden or merged."""
    words = name.split(" ")
    said = {key: value.split(",") for key, _, value in (word.partition("=") for word in words) if value}
    merged = [_AREA.fullmatch(area) for area in said.get("merged", ())]
    return " ".join(word for word in words if "=" not in word), Aspect(
        frozenset(map(int, said.get("hidden_rows", ()))),
        frozenset(map(column_index, said.get("hidden_columns", ()))),
        tuple(Area(int(at[2]), column_index(at[1]), int(at[4]), column_index(at[3])) for at in merged if at),
    )


_AREA = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")


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
