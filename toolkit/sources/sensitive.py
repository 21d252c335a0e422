"""Columns that nobody needs for provisioning and that nobody wants to be copied: passwords, birth dates, home addresses and the like.

They are looked for in every header of a sheet: that of its first table, those of tables below and beside it, headers of several lines, and
cells merged over several columns. Where it is not certain that a row is one of headers, its words decide: nobody says "Date of birth" in a
cell of a roster but over such dates, while "White" is a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from provkit.rules import Finding
from provkit.sources.rules import sensitive_columns_dropped
from provkit.tables import Cell, Sheet, Sheets, Unread
from provkit.vocabulary import strong_hits, strong_words, tokens

__all__ = ["header_row", "is_sensitive", "unread_of", "without_sensitive"]

_WITHIN = 40
"""How many rows that are not blank are looked at to find the first header."""
_LINES = 3
"""How many lines a header may have."""
_LONGEST = 80
"""No cell of a header is longer."""
_LABELLED = 3
"""A row that begins with the name of such a thing and says it beside has no more cells."""

_BEFORE = (
    r"(?:student|teacher|parent|guardian|contact|home|cell|mobile|work|business|emergency|legal|person|participant|attendee|your|the|my|"
    r"primary|secondary|permanent|mailing|current|billing|shipping|recipient|user|account|login|email|google|network|portal|wifi|initial|"
    r"temporary|temp|default|new|old)*"
)
_GRAVE = (
    r"(?:ssha|sis)?(?:passw(?:or)?d|pwd|pword|passcode|passphrase)(?:hash|again|confirmation)?|passwort|kennwort|motdepasse|contrasena|"
    r"(?:last(?:4|four)(?:digits)?(?:of)?)?(?:ssn|socialsecurity(?:number|no))(?:number|no|last(?:4|four)(?:digits)?)?|"
    r"socialinsurancenumber|nationalid(?:number|no)?|taxid(?:number|no)?|passport(?:number|no)|drivers?licen[cs]e(?:number|no)?|"
    r"dob|birthdate|dateofbirth|geburtsdatum|datedenaissance|fechadenacimiento"
)
"""The gravest. No cell of a roster says just this but over such a column, or before the thing itself."""
_WORDS = re.compile(
    rf"{_BEFORE}(?:{_GRAVE}|"
    r"pin(?:code|number)?|secret(?:question|answer)|socialsecurity|passport|birthday|age|"
    r"race|ethnicity|raceethnicity|race(?:and|or)?ethnicity|ethnicgroup|hispanic(?:latino|orlatino)?(?:ethnicity)?|"
    r"americanindianoralaskanative|asian|blackorafricanamerican|nativehawaiianorotherpacificislander|white|demographicracetwoormoreraces|"
    r"gender(?:identity)?|sex|sexualorientation|maritalstatus|religion|nationality|citizenship|countryofbirth(?:code)?|cityofbirth|stateofbirthabbreviation|"
    r"(?:home|native|primary)language|disability(?:status)?|ellstatus|frlstatus|iepstatus|lunchstatus|medical(?:conditions?|notes)?|allerg(?:y|ies)|"
    r"dietary(?:restrictions?|requirements?|needs)?|"
    r"(?:home|street|mailing|postal|residential|permanent|billing|shipping)address(?:line)?\d?|address(?:line)?\d|street\d?|homestreet|homecity|homestate|"
    r"homezip(?:code)?|homecountry|zip(?:code)?|postal(?:code)|zippostalcode|"
    r"(?:tele)?phone(?:number|no|\d)?|(?:home|cell|mobile|work|daytime|evening)?(?:tele)?phone(?:number|no)?|mobile(?:number|no)?|cell(?:number)?|sms|fax(?:number)?|"
    r"ipaddress|locationlatitude|locationlongitude|latitude|longitude|"
    r"creditcard(?:number)?|cardnumber|bankaccount(?:number)?|iban"
    r")"
)
"""What the headers of such columns come to without blanks and punctuation."""
_GRAVEST = re.compile(rf"{_BEFORE}(?:{_GRAVE})")
_STEMS = re.compile(
    r"pass|pwd|pword|kennwort|contrase|pin|secret|ssn|social|nationa|taxid|licen|dob|birth|geburt|naissance|nacimiento|age|race|ethni|hispanic|indian|"
    r"asian|black|hawaiian|white|gender|sex|marital|religion|citizen|language|disab|status|medical|allerg|dietary|address|street|home|city|"
    r"state|zip|postal|phone|mobile|cell|sms|fax|latitude|longitude|card|bank|iban"
)
"""One of these is in each of them: a quick look, which rules out most cells."""
_SIGNS = {ord(sign): None for sign in " \t\r\n\xa0.,:;-_/\\'\"()[]{}*?!#+"}

_ASIDE = re.compile(r"[(\[{?:*]|[^\x00-\x7f]")
"""What stands around the word of a header, or in it, that a quick look does not see through."""

_OF_STUDENTS = frozenset({"studentcity", "studentstate", "studentzip", "studentstreet", "contactphone", "contactphonetype"})


@cache
def is_sensitive(header: str) -> bool:
    """Whether a header names such a column.

    Args:
        header: As typed.
    """
    return any(word in _OF_STUDENTS or _WORDS.fullmatch(word) for word in tokens(header))


@cache
def _is_grave(header: str) -> bool:
    return any(_GRAVEST.fullmatch(word) for word in tokens(header))


def header_row(sheet: Sheet) -> int | None:
    """The row that looks most like a header: the first that is about as wide as the sheet and holds nothing but words.

    Args:
        sheet: Any sheet.
    """
    filled: list[tuple[int, list[Cell]]] = []
    for index, cells in enumerate(sheet.rows):
        held: list[Cell] = [cell for cell in cells if cell not in (None, "")]
        if held:
            filled.append((index, held))
        if len(filled) == _WITHIN:
            break
    width = max((len(held) for _, held in filled), default=0)
    return next((index for index, held in filled if len(held) >= max(2, width * 0.6) and all(map(_is_word, held))), None)


def _is_word(cell: Cell) -> bool:
    return isinstance(cell, str) and "@" not in cell and any(map(str.isalpha, cell))


def without_sensitive(sheets: Sheets) -> Sheets:
    """Take such columns out, header and all, before anything else looks at them: of every table, wherever on a sheet it stands.

    Args:
        sheets: As they stand in the source.

    Returns:
        The same, with empty cells in their place, told in each sheet's `unread`; and one note per header that names the columns.
    """
    kept: list[Sheet] = []
    findings: list[Finding] = []
    for sheet in sheets:
        unread = unread_of(sheet)
        kept.append(replace(sheet, rows=_blanked(sheet.rows, unread), unread=unread) if unread else sheet)
        for first in dict.fromkeys(one.first for one in unread):
            said = [one.header for one in unread if one.first == first and one.header]
            details = {"headers": ", ".join(said)}
            findings.append(Finding(sensitive_columns_dropped, origin=sheet.origin(first), details=details))
    return replace(sheets, sheets=tuple(kept), findings=(*sheets.findings, *findings)) if findings else sheets


def _blanked(rows: Sequence[Sequence[Cell]], unread: Iterable[Unread]) -> list[Sequence[Cell]]:
    copies: dict[int, list[Cell]] = {}
    for one in unread:
        for row in range(one.first, one.end):
            if one.column < len(rows[row]):
                copies.setdefault(row, list(rows[row]))[one.column] = None
    return [copies.get(row, cells) for row, cells in enumerate(rows)]


@dataclass(frozen=True)
class _Line:
    """A row that heads columns, or several rows that do together.

    Attributes:
        first: Index of the first such row.
        last: Index of the last.
        drops: Its sensitive columns, with their headers; "" for columns that a cell merged over several heads too.
        names: Its other columns; empty where it is not certain that they are headers.
    """

    first: int
    last: int
    drops: Mapping[int, str]
    names: frozenset[int] = frozenset()


def unread_of(sheet: Sheet) -> tuple[Unread, ...]:
    """The sensitive columns of a sheet, each from its header down to where another header gives that column to something else.

    Args:
        sheet: As it stands in the source.
    """
    return tuple(_unread(sheet))


def _unread(sheet: Sheet) -> Iterator[Unread]:
    looked = _Looked(sheet)
    lines = sorted(looked.lines(), key=lambda line: (line.first, line.last))
    ends: dict[int, int] = {}
    for number, line in enumerate(lines):
        block = line.last
        below = lines[number + 1 :]
        for other in below:
            if other.first <= block + 1:  # another line of the same header
                block = max(block, other.last)
        for column, header in line.drops.items():
            if ends.get(column, 0) <= line.first:
                taken = (other.first for other in below if other.first > block and column in other.names)
                ends[column] = next(taken, len(sheet.rows))
                yield Unread(header, column, line.first, ends[column])
    yield from looked.labelled()


class _Looked:
    """A sheet, and those of its cells that tell where its headers are."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._strong: set[Cell] = set()
        self._named: set[Cell] = set()
        words = strong_words()
        for cell in set().union(*sheet.rows):
            if isinstance(cell, str) and len(cell) <= _LONGEST and "@" not in cell:
                bare = cell.casefold().translate(_SIGNS)
                if bare in words or (_ASIDE.search(cell) and strong_hits((cell,))):
                    self._strong.add(cell)
                if _STEMS.search(bare) and is_sensitive(cell):
                    self._named.add(cell)

    def lines(self) -> Iterator[_Line]:
        """Every row, and every few rows together, that head columns of which some are sensitive, or that may end such columns."""
        rows = self._sheet.rows
        if self._sheet.kind is not None:  # one table, whose first row says what it is
            yield self._line(0, self._cells(0), sure=True)
            return
        first = header_row(self._sheet)
        telling = [row for row, cells in enumerate(rows) if row == first or self._tells(cells)]
        for row in telling:
            cells = self._cells(row)
            yield self._line(row, cells, sure=row == first)
            for run in _runs(cells):
                yield self._line(row, run)
        yield from self._of_several({row for row in telling if _might_head(rows[row])})

    def labelled(self) -> Iterator[Unread]:
        """What stands beside the name of such a thing, as in "Password:" | "...", where that is no header."""
        for row, cells in enumerate(self._sheet.rows):
            if self._named.isdisjoint(cells):
                continue
            held = self._cells(row)
            (_, label), *beside = held.items()
            alone = not any(cell in self._strong or cell in self._named for _, cell in beside)
            if _grave(label) and 0 < len(beside) < _LABELLED and alone:
                said = _said(label) if _is_label(label) else ""  # else it is told as a header
                yield from (Unread("" if number else said, at, row, row + 1) for number, (at, _) in enumerate(beside))

    def _tells(self, cells: Sequence[Cell]) -> bool:
        return not self._named.isdisjoint(cells) or len(self._strong.intersection(cells)) > 1

    def _cells(self, row: int) -> dict[int, Cell]:
        return {column: cell for column, cell in enumerate(self._sheet.rows[row]) if cell not in (None, "")}

    def _line(self, row: int, cells: Mapping[int, Cell], *, sure: bool = False) -> _Line:
        """What a row, or a run of its cells, heads."""
        named = {column: cell for column, cell in cells.items() if cell in self._named}
        known = len(named) + sum(cell in self._strong for cell in cells.values())
        if not sure and any(isinstance(cell, str) and "@" in cell for cell in cells.values()):
            return _Line(row, row, {})
        heads = known > 1 and all(map(_is_word, cells.values()))
        if not heads:
            named = {column: cell for column, cell in named.items() if not _is_label(cell)}
        if not (sure or heads or known > 2):
            several = len(self._cells(row)) > 1
            named = {column: cell for column, cell in named.items() if several and _grave(cell)}
        covered = {other: "" for column in named for other in self._merged(row, column)}
        drops = covered | {column: _said(cell) for column, cell in named.items()}
        return _Line(row, row, dict(sorted(drops.items())), frozenset(set(cells) - set(drops)) if heads else frozenset())

    def _merged(self, row: int, column: int) -> range:
        """The columns over which a cell is merged."""
        number = int(self._sheet.numbers[row])
        return next(
            (
                range(area.left, area.right + 1)
                for area in self._sheet.aspect.merged
                if area.top <= number <= area.bottom and area.left == column
            ),
            range(column, column + 1),
        )

    def _of_several(self, rows: set[int]) -> Iterator[_Line]:
        """Headers of several lines, which name more columns together than each line by itself: `Date of` over `birth`."""
        for first in sorted({row - back for row in rows for back in range(_LINES) if row >= back}):
            lines: list[Mapping[int, str]] = []
            for row in range(first, min(first + _LINES, len(self._sheet.rows))):
                if not _might_head(self._sheet.rows[row]):
                    break
                lines.append({column: _said(cell) for column, cell in self._cells(row).items()})
                if len(lines) == 1:
                    continue
                both = {
                    column: " ".join(line[column] for line in lines if column in line) for column in sorted(set().union(*lines))
                }
                drops = {
                    column: said
                    for column, said in both.items()
                    if is_sensitive(said) and not any(is_sensitive(line.get(column, "")) for line in lines)
                }
                if drops and _known(both) > max(map(_known, lines)) and _known(both) > 1:
                    yield _Line(first, row, drops)


def _known(line: Mapping[int, str]) -> int:
    return sum(is_sensitive(said) or strong_hits((said,)) for said in line.values())


def _runs(cells: Mapping[int, Cell]) -> Iterator[Mapping[int, Cell]]:
    """The cells of a row between empty ones, where there are several such runs: tables may stand beside each other."""
    runs: list[dict[int, Cell]] = []
    for column, cell in cells.items():
        if column - 1 not in cells or not runs:
            runs.append({})
        runs[-1][column] = cell
    return iter(runs if len(runs) > 1 else ())


def _might_head(cells: Sequence[Cell]) -> bool:
    """Whether a row can be a line of a header: words without digits or addresses."""
    held = [cell for cell in cells if cell not in (None, "")]
    return bool(held) and all(_is_word(cell) and not any(map(str.isdigit, str(cell))) for cell in held)


def _grave(cell: Cell) -> bool:
    return isinstance(cell, str) and _is_grave(cell)


def _is_label(cell: Cell) -> bool:
    return isinstance(cell, str) and cell.rstrip().endswith(":")


def _said(cell: Cell) -> str:
    return " ".join(str(cell).split())
