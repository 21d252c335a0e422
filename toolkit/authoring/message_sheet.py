"""A sheet that holds the message to new guests: sender, subject and body, one below the other or side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence

from provkit.authoring.normalize import shown
from provkit.rules import Origin
from provkit.tables import Cell, Sheet
from provkit.vocabulary import STRONG, Target, token

__all__ = ["is_label", "places_of_message", "read_message"]

LONGEST = 500
"""A sheet of more rows is no message, unless its name says so."""

WHOLE = {"sender", "subject", "body"}
"""The parts of a message that is whole: a sheet that has them all is one, whatever its name."""

_KEYS = {token(word): part for part, words in STRONG[Target.MESSAGE].items() for word in words.split("|")}


def read_message(sheet: Sheet, filled: Sequence[int], *, named: bool) -> dict[str, str] | None:
    """The parts of a message, if the sheet holds one.

    The body may span rows: rows below it that name no part continue it, each on a line of its own, blank rows between them too.

    Args:
        sheet: The sheet.
        filled: Indexes of its rows that are not blank.
        named: Whether the sheet's name says that it is a message.

    Returns:
        The parts found, as typed; empty where the sheet has room for a message and none is typed there; None where it is no message.
    """
    if not named and len(filled) > LONGEST:
        return None
    found = _side_by_side(sheet, filled)
    if found is None:
        found = _below(sheet, filled)
    if found is None or not (named or found.keys() >= WHOLE):
        return None
    return found


def places_of_message(sheet: Sheet, filled: Sequence[int]) -> dict[str, Origin]:
    """Where each part of a message stands; under "" the sheet as a whole.

    Args:
        sheet: A sheet that holds a message.
        filled: Indexes of its rows that are not blank.
    """
    found = {"": Origin(sheet.file, sheet.name)}
    for row in filled:
        columns = [column for column, cell in enumerate(sheet.rows[row]) if cell not in (None, "")]
        keys = {part: column for column in columns if (part := _key(_text(sheet.rows[row][column]).rstrip(" :")))}
        if len(keys) > 1:
            below = filled[filled.index(row) + 1 :]
            return found | {part: sheet.origin(below[0], column) for part, column in keys.items() if below}
        part = _key(_text(sheet.rows[row][columns[0]]).rstrip(" :"))
        if part is not None and part not in found:
            found[part] = sheet.origin(row, columns[1] if len(columns) > 1 else columns[0])
    return found


def is_label(cell: Cell) -> bool:
    """Whether a cell names a part of a message, and so heads what stands beside or below it.

    Args:
        cell: Any cell.
    """
    return isinstance(cell, str) and _key(_text(cell).rstrip(" :")) is not None


def _key(cell: Cell) -> str | None:
    return _KEYS.get(token(re.sub(r"[(\[{].*?[)\]}]", " ", cell))) if isinstance(cell, str) else None


def _text(cell: Cell) -> str:
    return re.sub("\r\n|\r", "\n", shown(cell))


def _side_by_side(sheet: Sheet, filled: Sequence[int]) -> dict[str, str] | None:
    """A header row that names at least two parts, with the texts below."""
    for row in filled:
        parts = {_key(cell): column for column, cell in enumerate(sheet.rows[row]) if _key(cell)}
        if len(parts) > 1:
            below = sheet.rows[row + 1 : filled[-1] + 1]
            texts = {
                part: [_text(cells[column]) if column < len(cells) else "" for cells in below] for part, column in parts.items()
            }
            return {part: "\n".join(lines).strip("\n") for part, lines in texts.items() if part and any(lines)}
    return None


def _below(sheet: Sheet, filled: Sequence[int]) -> dict[str, str] | None:
    """Rows that begin with the name of a part."""
    found: dict[str, list[str]] = {}
    part: str | None = None
    for row in range(filled[0], filled[-1] + 1):
        cells = [_text(cell) for cell in sheet.rows[row] if cell not in (None, "")]
        said = _key(cells[0].rstrip(" :")) if cells else None
        if said is not None and said not in found:
            part = said
            found[part] = cells[1:2] or [""]
        elif part == "body":
            found[part].append(" ".join(cells))
        elif cells and part is not None:
            return None
    if part is None:
        return None
    return {name: "\n".join(lines).strip("\n") for name, lines in found.items() if any(lines)}
