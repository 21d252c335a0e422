"""Qualtrics exports: two or three header rows (ids, question texts, import ids), the answers below."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from provkit.errors import SourceError
from provkit.sources.format import Format
from provkit.tables import Cell, Sheet, Sheets

__all__ = ["FORMAT"]

_OWN = frozenset(
    [
        "StartDate",
        "EndDate",
        "Status",
        "IPAddress",
        "Progress",
        "Duration(inseconds)",
        "Finished",
        "RecordedDate",
        "ResponseId",
        "RecipientLastName",
        "RecipientFirstName",
        "RecipientEmail",
        "ExternalReference",
        "LocationLatitude",
        "LocationLongitude",
        "DistributionChannel",
        "UserLanguage",
        "ResponseID",
        "ResponseSet",
        "ExternalDataReference",
    ]
)
"""Columns of Qualtrics' own, without blanks."""

_ID = ("ResponseId", "ResponseID", "Response ID")


def _own(cell: Cell) -> bool:
    return isinstance(cell, str) and "".join(cell.split()) in _OWN


def _header(sheet: Sheet) -> tuple[int, int] | None:
    """The row of ids, and the column that holds each answer's own."""
    for row, cells in enumerate(sheet.rows[:20]):
        for column, cell in enumerate(cells):
            if cell in _ID and sum(map(_own, cells)) >= 3:
                return row, column
    return None


def _recognise(sheets: Sheets) -> str | None:
    for sheet in sheets:
        found = _header(sheet)
        if found is not None:
            return f"row {sheet.numbers[found[0]]} names the columns of a Qualtrics export, {sheet.rows[found[0]][found[1]]} among them"
    return None


def _read(sheets: Sheets) -> Sheets:
    read = tuple(_one_header(sheet) for sheet in sheets)
    if all(_header(sheet) is None for sheet in sheets):
        raise SourceError(
            f"{sheets.sheets[0].file} is no Qualtrics export: no row names a column ResponseId.",
            remedy="In Qualtrics choose Data & Analysis > Export & Import > Export Data > CSV.",
        )
    return replace(sheets, sheets=read)


def _one_header(sheet: Sheet) -> Sheet:
    """The sheet with one header row: Qualtrics' own columns by their id, questions by their text."""
    found = _header(sheet)
    if found is None:
        return sheet
    header, column = found
    below = header + 1
    while below < min(header + 3, len(sheet.rows)) and not _is_answer(sheet.rows[below], column):
        below += 1
    ids = list(sheet.rows[header])
    texts = list(sheet.rows[header + 1]) if below > header + 1 else []
    names: list[Cell] = []
    for index, name in enumerate(ids):
        text = texts[index] if index < len(texts) else None
        asked = isinstance(text, str) and text.strip() and not _own(name) and not text.lstrip().startswith('{"ImportId"')
        names.append(" ".join(str(text).split()) if asked else name)
    often = Counter(names)
    names = [f"{name} ({own})" if often[name] > 1 and own != name else name for name, own in zip(names, ids, strict=True)]
    rows = [*sheet.rows[:header], names, *sheet.rows[below:]]
    numbers = [*sheet.numbers[: header + 1], *sheet.numbers[below:]]
    return replace(sheet, rows=rows, numbers=numbers)


def _is_answer(cells: object, column: int) -> bool:
    cell = cells[column] if isinstance(cells, (list, tuple)) and column < len(cells) else None
    return isinstance(cell, str) and cell.strip().startswith("R_")


FORMAT = Format("qualtrics", "a Qualtrics export", _recognise, _read)
