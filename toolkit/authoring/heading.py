"""The header of a table: one row, two lines of it, or a row with the names of groups above it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from provkit.authoring.normalize import shown
from provkit.tables import Cell, Sheet
from provkit.vocabulary import hits, is_word, strong_hits

__all__ = ["HEADER_WITHIN", "Heading", "find_heading", "is_blank"]

HEADER_WITHIN = 20
"""How many rows that are not blank are looked at to find the header."""
_WIDEST = 60
"""More letters than a line of a header has."""


@dataclass(frozen=True)
class Heading:
    """What heads the columns of a table.

    Attributes:
        first: Index of the first row of it.
        last: Index of the last; data begin below.
        names: What each column is called, all lines together.
        groups: What stands over each column in a row of groups above the header; "" where nothing does.
        lines: Its rows as they stand, where there are two.
    """

    first: int
    last: int
    names: Sequence[Cell]
    groups: Sequence[str] = ()
    lines: Sequence[Sequence[Cell]] = ()

    def group(self, column: int) -> str:
        """What stands over a column in the row of groups.

        Args:
            column: Its index.
        """
        return self.groups[column] if column < len(self.groups) else ""


def is_blank(cell: Cell) -> bool:
    """Whether a cell shows nothing.

    Args:
        cell: Any cell.
    """
    if not isinstance(cell, str):
        return cell is None
    said = cell.strip()
    return not said or (said[0] in _UNSEEN and not said.strip(_UNSEEN + " \t\r\n\u00a0"))


_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff"


def find_heading(sheet: Sheet, filled: Sequence[int], *, least: int = 2) -> Heading | None:
    """The row, or the two rows, with the most words that head columns; the first where several have as many.

    Two lines are taken together where that gives more known words than either alone: `First` over `name`, or `ID` under the group
    `Course`. Below a header there are data, hence a second line never holds digits or addresses.

    Args:
        sheet: The sheet.
        filled: Indexes of its rows that are not blank.
        least: How many such words there must be.

    Returns:
        The header, or None where no row near the top will do.
    """
    best: Heading | None = None
    most = (0, 0, 0)
    for heading in _candidates(sheet, filled[:HEADER_WITHIN]):
        count = hits(heading.names)
        score = count, strong_hits(heading.names), heading.first - heading.last
        if count < least or score <= most:
            continue
        if best is not None and _is_whole(best, most[0]) and _has_data(sheet, best, heading.first):
            break  # the header of another table, further down
        best, most = heading, score
    return best if best is None or best.groups else _with_groups(sheet, best)


def _is_whole(heading: Heading, count: int) -> bool:
    """Whether most of what stands in a header are known words."""
    return count > 1 and count * 5 >= 3 * sum(not is_blank(cell) for cell in heading.names)


def _has_data(sheet: Sheet, heading: Heading, end: int) -> bool:
    """Whether there are data between a header and a row further down."""
    for cells in sheet.rows[heading.last + 1 : end]:
        held = [cell for cell in cells if not is_blank(cell)]
        if len(held) > 1 and (any(isinstance(cell, str) and "@" in cell for cell in held) or not _could_be_header(cells)):
            return True
    return False


def _candidates(sheet: Sheet, rows: Sequence[int]) -> Iterator[Heading]:
    for row in rows:
        yield Heading(row, row, sheet.rows[row])
        if row + 1 in rows and _could_be_header(sheet.rows[row + 1]) and _could_be_header(sheet.rows[row]):
            yield _together(sheet, row)


def _with_groups(sheet: Sheet, heading: Heading) -> Heading:
    """The header with what the row above it says of several columns at once, if that is such a row."""
    above = heading.first - 1
    if above < 0 or not _could_be_header(sheet.rows[above]):
        return heading
    spans = _spans(sheet, above, sheet.rows[heading.first])
    return Heading(heading.first, heading.last, heading.names, tuple(text if wide else "" for text, wide in spans))


def _together(sheet: Sheet, row: int) -> Heading:
    """Two lines as one: what stands over several columns says something of each."""
    lower = sheet.rows[row + 1]
    upper = _spans(sheet, row, lower)
    names: list[Cell] = []
    for column in range(max(len(lower), len(upper))):
        below = lower[column] if column < len(lower) else None
        above, wide = upper[column] if column < len(upper) else ("", False)
        said = shown(below).strip() if not is_blank(below) else ""
        both = f"{above} {said}".strip() if above != said else said
        names.append(said if wide and said and not is_word(both) else both)
    return Heading(row, row + 1, names, tuple(text if wide else "" for text, wide in upper), (sheet.rows[row], lower))


def _spans(sheet: Sheet, row: int, below: Sequence[Cell]) -> list[tuple[str, bool]]:
    """What a row says over each column, and whether it says it over several: cells merged, or blanks beside it over filled cells."""
    cells = sheet.rows[row]
    number = int(sheet.numbers[row])
    found = [("" if is_blank(cell) else " ".join(shown(cell).split()), False) for cell in cells]
    found += [("", False)] * (len(below) - len(found))
    merged = {
        area.left - sheet.left: area.right - sheet.left
        for area in sheet.aspect.merged
        if area.top <= number <= area.bottom and area.left >= sheet.left
    }
    under = [column for column, cell in enumerate(below) if not is_blank(cell)]
    several = sum(text != "" for text, _ in found) > 1
    column = 0
    while column < len(found):
        text, _ = found[column]
        end = column
        if text and column in merged:
            end = min(merged[column], len(found) - 1)
        elif text and several:
            while end + 1 < len(found) and not found[end + 1][0] and end + 1 < len(below) and not is_blank(below[end + 1]):
                end += 1
        if end > column and any(not column <= at <= end for at in under):  # what stands over all of them is a title
            found[column : end + 1] = [(text, True)] * (end + 1 - column)
        column = end + 1
    return found


def _could_be_header(cells: Sequence[Cell]) -> bool:
    """Whether a row holds only words, as headers do; headers that are ids have digits, but no second line."""
    held = [cell for cell in cells if not is_blank(cell)]
    return bool(held) and all(
        isinstance(cell, str) and "@" not in cell and len(cell) <= _WIDEST and not any(map(str.isdigit, cell)) for cell in held
    )
