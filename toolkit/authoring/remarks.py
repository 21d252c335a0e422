"""Rows among the data that hold none: titles, units and notes under a header, totals, footers, headers repeated on every page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from provkit.authoring.columns import Codes, Mask, Raw
from provkit.authoring.heading import Heading, is_blank
from provkit.authoring.mapping import Columns, map_header
from provkit.authoring.normalize import LEFT_OUT, shown
from provkit.authoring.wide import leads
from provkit.tables import Cell, Sheet
from provkit.vocabulary import Target, is_word, may_be_word, token

__all__ = ["Below", "is_note", "leaves_out", "look_below"]

_TOTAL = re.compile(
    r"(?:grand[\s-]*|sub[\s-]*)?totals?\b(?!\s*\w+@).*|(?:sum|count|average)\b\W*\d*|n\s*=\s*\d+|(?:number|no\.?) of \w+.*",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?:page|seite|printed|print date|generated|exported|created (?:on|by)|report|run date|as of|notes?|please|legend|source|end of|"
    r"continued|confidential|last updated|updated|contact|questions?|totals?|[*†‡©]).*|[^\W\d_][\w ]{0,40}[:=]\s*\d+|\d+ [^\W\d_]+",
    re.IGNORECASE | re.DOTALL,
)
_UNIT = re.compile(
    r"[(\[{<].*[)\]}>]|(?:e\.?g\.?|i\.?e\.?|for example|example|ex\.|format|max\.?|min\.?|maximum|minimum|up to|as in|like|see|choose|pick|"
    r"select|enter|type|must|please|if)\b.*|(?:required|optional|mandatory|text|string|number|numeric|integer|date|dropdown|drop-down|"
    r"list|yes ?/ ?no|y ?/ ?n|true ?/ ?false|unique|auto(?:matic)?|plain text|varchar|char)\W*\d*\W*|"
    r"[ymd]{2,4}([-/. ])[ymd]{1,4}\1[ymd]{2,4}(?:[ t].*)?|\d+ (?:digits|characters|letters|chars).*|.*\((?:required|optional)\)",
    re.IGNORECASE | re.DOTALL,
)
_RULE = re.compile(r"[\s\-_=.*~#–—]+")
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+|[^@<>]*<[^\s@<>]+@[^\s@<>]+>")
_AFTER = re.compile(r"\s*[(\[:,;–—]|\s+-|\s+\d")
"""How what follows the words of a title begins: how many they are, or of what."""
_UNDER = 3
"""How many rows under a header may explain it."""
_MANY = 1000
_SENTENCE = 4
"""So many words in the only cell of a row are a remark."""


@dataclass(frozen=True)
class Below:
    """What stands below a header besides data. Positions count from the first row below the header.

    Attributes:
        aside: Rows that hold no data.
        second: Where another table begins: the position of its header; None where there is none.
        title: The first row of what belongs to that other table, its titles.
        strange: Where something seems to begin that is no part of this table, though no known word heads it.
    """

    aside: Mask
    second: int | None = None
    title: int | None = None
    strange: int | None = None


def look_below(
    sheet: Sheet,
    heading: Heading,
    target: Target,
    columns: Columns,
    *,
    raws: Sequence[Raw],
    holds: Sequence[Mask],
    named: Sequence[int],
) -> Below:
    """Tell the rows that hold no data from those that do.

    Args:
        sheet: The sheet.
        heading: The table's header.
        target: What the table holds.
        columns: What its columns were taken for.
        raws: Its columns, from the row below the header.
        holds: Per column, which rows hold something.
        named: The columns that say something that is known.
    """
    look = _Look(sheet, heading, target, columns, raws=raws, holds=holds, named=named)
    second = look.second_header()
    aside = look.repeated()
    title = second
    if second is not None:
        title = look.titles_above(second)
        aside[title:] = False
    for row in np.flatnonzero(aside).tolist():
        aside[look.titles_above(row) : row] |= look.count[look.titles_above(row) : row] > 0
    end = len(aside) if title is None else title
    strange = look.something_else(end)
    if strange is not None:
        end = look.titles_above(strange)
    look.remarks(aside, end)
    return Below(aside, second, title, None if strange is None else end)


def is_note(text: str) -> bool:
    """Whether a row's only cell is a total, a rule or a note, which says nothing of the rows below it.

    Args:
        text: What it holds.
    """
    return any(known.fullmatch(text.strip()) for known in (_TOTAL, _NOTE, _RULE))


def leaves_out(text: str) -> bool:
    """Whether a title says that the people below it dropped, cancelled or wait.

    Args:
        text: The title; what follows such a word may be how many they are, or of what.
    """
    return token(_AFTER.split(text.strip(), maxsplit=1)[0]) in LEFT_OUT


class _Look:
    def __init__(
        self,
        sheet: Sheet,
        heading: Heading,
        target: Target,
        columns: Columns,
        *,
        raws: Sequence[Raw],
        holds: Sequence[Mask],
        named: Sequence[int],
    ) -> None:
        self.sheet, self.heading, self.target, self.columns, self.raws, self.named = sheet, heading, target, columns, raws, named
        self.first = heading.last + 1
        rows = len(sheet.rows) - self.first
        self.count = np.zeros(rows, dtype=np.int64)
        for mask in holds:
            self.count += mask
        self.wide = {area.top for area in sheet.aspect.merged if area.right > area.left}

    def cells(self, row: int) -> list[Cell]:
        """What a row holds, blanks left out."""
        return [cell for cell in self.sheet.rows[self.first + row] if not is_blank(cell)]

    def header_like(self) -> Codes:
        """Rows with nothing but words of which at least two head columns."""
        words = np.zeros(len(self.count), dtype=np.int64)
        for raw in self.raws:
            known = np.array([_might_head(cell) and _heads(shown(cell)) for cell in raw.cells], dtype=bool)
            if known.any():
                words += known[raw.codes]
        likely = np.flatnonzero((words >= 2) & (words * 5 >= self.count * 3))
        return np.array([row for row in likely.tolist() if all(map(_might_head, self.cells(row)))], dtype=np.int64)

    def second_header(self) -> int | None:
        """The first row that heads other columns than the header does."""
        for row in self.header_like().tolist():
            if not self._says_again(self.sheet.rows[self.first + row]) and not self._is_a_line(row):
                return int(row)
        return None

    def something_else(self, end: int) -> int | None:
        """The row with which, below a blank one, something begins that has no addresses: words where a header might stand, and rows below."""
        column = self.columns.fields.get("email")
        if column is None or column >= len(self.raws):
            return None
        raw = self.raws[column]
        addressed = np.array([_is_data(cell) for cell in raw.cells], dtype=bool)[raw.codes][:end]
        if not addressed.any():
            return None
        last = int(np.flatnonzero(addressed)[-1])
        row, after = [*(other for other in range(last + 1, end) if self.count[other] > 1), end, end][:2]
        if after == end or (self.count[last + 1 : row] > 0).all():
            return None
        cells, below = self.cells(row), self.sheet.rows[self.first + after]
        read = any(place < len(below) and not is_blank(below[place]) for place in self.named)
        heads = all(map(_might_head, cells)) and not _TOTAL.fullmatch(str(cells[0]).strip())
        return row if read and heads else None

    def _says_again(self, names: Sequence[Cell]) -> bool:
        """Whether a row names the same fields at the same places."""
        there = {column for column in self.named if column < len(names) and not is_blank(names[column])}
        same = {column for column in there if _same(names[column], self.heading.names[column])}
        if len(same) * 2 > len(self.named):
            return True
        fields = map_header(self.target, names).fields
        again = {field for field, column in fields.items() if self.columns.fields.get(field) == column}
        return len(again) == len(fields) and len(again) * 2 > len(self.named)

    def _is_a_line(self, row: int) -> bool:
        """Whether a row says again what one line of the header says."""
        said = [shown(cell).strip() for cell in self.cells(row)]
        lines = self.heading.lines or (self.heading.names,)
        return any(said == [shown(cell).strip() for cell in line if not is_blank(cell)] for line in lines)

    def repeated(self) -> Mask:
        """Rows that repeat the header, or a line of it, as printed pages do."""
        names = self.heading.names
        mask = np.ones(len(self.count), dtype=bool) if self.named else np.zeros(len(self.count), dtype=bool)
        for column in self.named:
            raw, name = self.raws[column], names[column] if column < len(names) else None
            mask &= np.array([_same(cell, name) for cell in raw.cells], dtype=bool)[raw.codes]
        for row in self.header_like().tolist():
            if self._says_again(self.sheet.rows[self.first + row]) or self._is_a_line(row):
                mask[row] = True
        if self.heading.first < self.heading.last:  # both lines of a header of two
            for row in np.flatnonzero((self.count > 0) & (self.count <= len(self.named) + 1)).tolist()[:20_000]:
                if self._is_a_line(row):
                    mask[row] = True
        return mask

    def titles_above(self, row: int) -> int:
        """The first of the rows directly above a header that belong to it: rows of one cell, and blank ones between them."""
        start = above = row
        while above > 0:
            above -= 1
            count = int(self.count[above])
            if count == 0:
                continue
            if count > 1 or _is_data(self.cells(above)[0]) or (len(self.named) < 2 and above and self.count[above - 1]):
                break
            start = above
        return start

    def remarks(self, aside: Mask, end: int) -> None:
        """Mark units under the header, totals, rules and remarks up to a row."""
        for row in range(min(_UNDER, end)):
            if self.count[row] == 0 or not self._explains(row):
                break
            aside[row] = True
        aside[:end] |= self._rules()[:end]
        for row in np.flatnonzero(self._totals()[:end] & ~aside[:end]).tolist():
            aside[row] = self._is_total(row)
        few = (self.count[:end] > 0) & (self.count[:end] <= max(1, (len(self.named) + 1) // 2)) & ~aside[:end]
        if few.sum() > _MANY:
            few &= ~self._addressed()[:end]
        several = np.flatnonzero((self.count[:end] > 1) & ~aside[:end])
        last = int(several[-1]) if len(several) else -1
        blanks = np.flatnonzero(self.count[:end] == 0)
        for row in np.flatnonzero(few).tolist():
            ended = len(self.named) > 1 and row > last >= 0 and bool(np.any((blanks > last) & (blanks < row)))
            if self._is_remark(row, ended=ended):
                aside[row] = True

    def _rules(self) -> Mask:
        """Rows of dashes and the like."""
        mask = self.count > 0
        for raw in self.raws:
            told = [is_blank(cell) or (isinstance(cell, str) and _RULE.fullmatch(cell) is not None) for cell in raw.cells]
            mask = mask & np.array(told, dtype=bool)[raw.codes]
        return mask

    def _totals(self) -> Mask:
        """Rows that have a cell that says it is a total."""
        mask = np.zeros(len(self.count), dtype=bool)
        for raw in self.raws:
            told = np.array(
                [isinstance(cell, str) and _TOTAL.fullmatch(cell.strip()) is not None for cell in raw.cells], dtype=bool
            )
            if told.any():
                mask |= told[raw.codes]
        return mask

    def _addressed(self) -> Mask:
        """Rows that hold an address."""
        mask = np.zeros(len(self.count), dtype=bool)
        for raw in self.raws:
            mask |= np.array([_is_data(cell) for cell in raw.cells], dtype=bool)[raw.codes]
        return mask

    def _explains(self, row: int) -> bool:
        """Whether a row under the header tells what is to be written below it."""
        cells = self.cells(row)
        told = sum(isinstance(cell, str) and _UNIT.fullmatch(cell.strip()) is not None for cell in cells)
        return told * 2 > len(cells) and not any(map(_is_data, cells))

    def _is_total(self, row: int) -> bool:
        cells = self.cells(row)
        texts = [cell.strip() for cell in cells if isinstance(cell, str)]
        return bool(texts) and _TOTAL.fullmatch(texts[0]) is not None and not any(map(_is_data, cells)) and len(texts) <= 2

    def _is_remark(self, row: int, *, ended: bool) -> bool:
        cells = self.cells(row)
        if len(cells) > 1 or not isinstance(cells[0], str) or _is_data(cells[0]):
            return False
        text = cells[0].strip()
        long = len(text.split()) >= _SENTENCE
        if "@" in text:
            return long
        if len(self.named) < 2:
            return long or _NOTE.fullmatch(text) is not None
        over = int(self.sheet.numbers[self.first + row]) in self.wide
        return long or over or ended or _NOTE.fullmatch(text) is not None or leaves_out(text)


def _might_head(cell: Cell) -> bool:
    return isinstance(cell, str) and len(cell) <= 60 and "@" not in cell and not any(map(str.isdigit, cell))


def _heads(text: str) -> bool:
    return (may_be_word(text) and is_word(text)) or bool(leads(text))


def _is_data(cell: Cell) -> bool:
    """Whether a cell is an address, or one with a name around it."""
    return isinstance(cell, str) and "@" in cell and _ADDRESS.fullmatch(cell.strip()) is not None


def _same(cell: Cell, name: Cell) -> bool:
    if not isinstance(cell, str) or not isinstance(name, str):
        return cell == name
    return cell == name or (
        cell.strip()[:1].casefold() == name.strip()[:1].casefold() and cell.casefold().split() == name.casefold().split()
    )
