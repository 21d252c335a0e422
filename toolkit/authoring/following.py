"""Following a profile: which columns of a sheet it reads, and what it makes of their cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from provkit.authoring.authored import Fate
from provkit.authoring.changes import ChangeKind
from provkit.authoring.columns import Coded, Codes, Mask, Raw, group
from provkit.authoring.dates import DateReader
from provkit.authoring.ledger import Ledger
from provkit.authoring.mapping import Columns, map_header
from provkit.authoring.normalize import shown
from provkit.authoring.profile import Profile, TableProfile, fold
from provkit.authoring.rules_profiles import answer_not_in_the_lookup, column_of_profile_missing, columns_disagree, rows_left_out
from provkit.config import did_you_mean
from provkit.tables import Cell, Sheet
from provkit.vocabulary import hits, token
from provkit.words import counted

if TYPE_CHECKING:
    from provkit.authoring.grids import Grid

__all__ = ["Planned", "columns_for", "follow", "header_for"]

Fates = list[tuple[int, Codes, Fate]]

_WITHIN = 40
"""How many rows that are not blank are looked at to find the header."""

_PEOPLE = ("email", "user_id", "login_id", "username", "university_id")
_NAMES = ("first_name", "last_name", "name")
_ZONE = re.compile(r"(?<![ap])\s+(?![ap]\.?m\b)[a-z]{2,4}(?:[+-]\d{1,2}(?::?\d\d)?)?$", re.IGNORECASE)
"""A zone behind a time, as forms write it; it is the same in all rows of an export."""


@dataclass(frozen=True)
class Planned:
    """What a profile reads from one sheet.

    Attributes:
        columns: Field to column; of several the first.
        several: Fields that are read from several columns, and these.
        missing: What should be there and is not: field or "", and header.
        aside: Columns with the values whose rows are left out.
        nothing: Columns with the values that stand for nothing.
        latest: The column of the time by which the latest row counts; None where there is none.
        used: Every column that has a part in it.
    """

    columns: Columns
    several: Mapping[str, tuple[int, ...]]
    missing: tuple[tuple[str, str], ...]
    aside: Mapping[int, Sequence[str]]
    nothing: Mapping[int, Sequence[str]]
    latest: int | None
    used: frozenset[int]


def header_for(plan: TableProfile, sheet: Sheet, filled: Sequence[int]) -> int | None:
    """The row of a sheet that holds most of the headers that a table's profile names.

    Args:
        plan: The table's profile.
        sheet: The sheet.
        filled: Indexes of its rows that are not blank.

    Returns:
        The row's index; None where the profile does not mean this sheet.
    """
    if plan.sheet is not None:
        names = {sheet.name or "", sheet.file, PurePath(sheet.file).stem} - {""}
        if not any(fnmatchcase(name.casefold(), plan.sheet.casefold()) for name in names):
            return None
    wanted = plan.headers()
    best, best_count = None, 0
    for row in filled[:_WITHIN]:
        cells = sheet.rows[row]
        count = len(wanted & {token(cell) for cell in cells if isinstance(cell, str)})
        if plan.understand:
            count = count * 2 + hits(cells)
        if count > best_count:
            best, best_count = row, count
    demanded = {token(several[0]) for field, several in plan.columns.items() if field not in plan.optional}
    least = 1 if plan.sheet is not None else 2 if plan.understand else max(1, len(demanded) // 2)
    return best if best_count >= least else None


def columns_for(plan: TableProfile, names: Sequence[Cell], *, sections: str) -> Planned:
    """The columns that a table's profile reads.

    Args:
        plan: The table's profile.
        names: The header row.
        sections: "keep", or "ignore" what is said about sections.
    """
    there = _There(plan, names)
    fields: dict[str, int | None] = {}
    several: dict[str, tuple[int, ...]] = {}
    for field, headers in plan.columns.items():
        found = there.find(field, headers)
        if found:
            fields[field] = found[0]
        if len(found) > 1:
            several[field] = found
    aside, nothing = (
        {
            column: values
            for key, values in said.items()
            for column in (several.get(key, (fields.get(key),)) if key in plan.columns else there.find(key, [key]))
            if column is not None
        }
        for said in (plan.set_aside, plan.nothing)
    )
    latest = next(iter(there.find("latest_by", [plan.latest_by])), None) if plan.latest_by else None
    sure = frozenset(fields)
    if plan.understand:
        taken = there.used - nothing.keys()
        rest = map_header(plan.target, [None if column in taken else cell for column, cell in enumerate(names)])
        new = {field: column for field, column in rest.fields.items() if field not in fields and column is not None}
        fields |= new
        several |= {field: columns for field, columns in rest.rivals.items() if field in new}
        there.used.update(new.values(), *several.values())
        sure |= rest.sure
    if sections == "ignore":
        fields = {field: column for field, column in fields.items() if not field.startswith("section_")}
    unknown = tuple(column for column, cell in enumerate(names) if cell not in (None, "") and column not in there.used)
    return Planned(Columns(fields, {}, unknown, sure), several, tuple(there.missing), aside, nothing, latest, frozenset(there.used))


class _There:
    """The columns of a header row by their names, and which were asked for."""

    def __init__(self, plan: TableProfile, names: Sequence[Cell]) -> None:
        self._optional = {*plan.optional, *map(token, plan.optional)}
        self._places: dict[str, list[int]] = {}
        for column, cell in enumerate(names):
            if isinstance(cell, str) and cell.strip():
                self._places.setdefault(token(cell), []).append(column)
        self.used: set[int] = set()
        self.missing: list[tuple[str, str]] = []

    def find(self, field: str, headers: Sequence[str]) -> tuple[int, ...]:
        """The columns under some headers, in their order; where there is none, and it is not optional, that is noted."""
        found = tuple(column for header in headers for column in self._places.get(token(header), ()))
        if not found and field not in self._optional and not self._optional.issuperset(map(token, headers)):
            self.missing.append((field, headers[0]))
        self.used.update(found)
        return found


def follow(ledger: Ledger, grid: Grid, profile: Profile, plan: TableProfile, planned: Planned) -> Fates:
    """Do to a table what its profile says, before anything else is read.

    Args:
        ledger: Where findings and changes go.
        grid: The table.
        profile: The profile, for its name.
        plan: What it says of this table.
        planned: The columns it reads.

    Returns:
        The rows left out.
    """
    step = _Steps(ledger, grid, profile, plan, planned)
    step.miss()
    step.empty()
    step.join()
    fates = [*step.leave_out(), *step.take_latest()]
    step.part_answers()
    step.look_up()
    step.fill()
    return fates


@dataclass(eq=False)
class _Steps:
    """One table, while its profile is followed."""

    ledger: Ledger
    grid: Grid
    profile: Profile
    plan: TableProfile
    planned: Planned

    def miss(self) -> None:
        """Say which columns are not there; without them nothing of the table can be used."""
        names = [shown(cell) for cell in self.grid.sheet.rows[self.grid.header] if cell not in (None, "")]
        for _field, header in self.planned.missing:
            details = {"header": header, "profile": self.profile.name, "near": did_you_mean(header, names)}
            self.ledger.note(column_of_profile_missing, self.grid.header_origin(), details=details)
            self.grid.mark_broken(np.ones(len(self.grid), dtype=bool))

    def empty(self) -> None:
        """Take what stands in place of nothing for nothing."""
        for field, column in self.grid.columns.fields.items():
            if column is not None and column in self.planned.nothing and field not in self.planned.several:
                self.grid.worked[field] = self._column(column)

    def _column(self, column: int) -> Raw:
        raw, empty = self.grid.column(column), set(map(fold, self.planned.nothing.get(column, ())))
        return Raw([None if fold(shown(cell)) in empty else cell for cell in raw.cells], raw.codes) if empty else raw

    def join(self) -> None:
        """One column of several: the first that is filled counts, and where others say something else, nobody knows what is meant."""
        grid = self.grid
        for field, columns in self.planned.several.items():
            raws = [self._column(column) for column in columns]
            texts = [self._text(raw) for raw in raws]
            pieces = Coded.concat(texts)
            cells: list[Cell] = [cell for raw in raws for cell in raw.cells]
            starts = np.cumsum([0, *(len(raw.cells) for raw in raws)])
            codes = raws[0].codes.copy()
            gap, differs = texts[0].empty.copy(), np.zeros(len(grid), dtype=bool)
            folded = pieces.map(fold)
            rows = len(grid)
            chosen = np.arange(rows)
            for number in range(1, len(columns)):
                filled = ~texts[number].empty
                here = np.arange(rows) + number * rows
                differs |= filled & ~gap & (folded.codes[here] != folded.codes[chosen])
                codes = np.where(gap & filled, raws[number].codes + starts[number], codes)
                chosen = np.where(gap & filled, here, chosen)
                gap &= ~filled
            grid.worked[field] = Raw(cells, codes)
            names = grid.sheet.rows[grid.header]
            said = " and ".join(dict.fromkeys(" ".join(shown(names[column]).split()) for column in columns))
            self.ledger.fault(columns_disagree, grid, field, np.flatnonzero(differs), details={"headers": said})
            grid.mark_broken(differs, field)

    def leave_out(self) -> Iterator[tuple[int, Codes, Fate]]:
        """Take out the rows whose values the profile sets aside."""
        for column, values in self.planned.aside.items():
            folded = {fold(value) for value in values}
            said = self._text(self.grid.column(column))
            out = said.where(lambda answer: fold(answer) in folded)  # noqa: B023 - used at once
            if not out.any():
                continue
            header = " ".join(shown(self.grid.sheet.rows[self.grid.header][column]).split())
            for answer in said.take(out).used():
                rows = np.flatnonzero(said.codes == said.texts.index(answer))
                self._say_left_out(column, rows, f"{header} is {answer!r}", answer)
            yield from self._drop(out, said)

    def take_latest(self) -> Iterator[tuple[int, Codes, Fate]]:
        """Of several rows of one person take the latest, where it is known which that is."""
        column, grid = self.planned.latest, self.grid
        if column is None or not grid.columns.any(*_PEOPLE) or not len(grid):
            return
        fields = [field for field in (*_PEOPLE, *_NAMES) if field in grid.columns.fields]
        texts = {field: self._text(grid.raw(field)).map(fold) for field in fields}
        nobody = np.logical_and.reduce([texts[field].empty for field in fields if field in _PEOPLE])
        people, first = group(list(texts.values()))
        whens = [_moments(grid.column(column), order) for order in ("mdy", "dmy")]
        out = np.zeros(len(grid), dtype=bool)
        for number in np.flatnonzero(np.bincount(people, minlength=len(first)) > 1).tolist():
            rows = np.flatnonzero(people == number).tolist()
            if nobody[rows[0]] or any(not when[row] for when in whens for row in rows):
                continue
            one, other = ({row for row in rows if when[row] == max(when[at] for at in rows)} for when in whens)
            if one == other:
                out[[row for row in rows if row not in one]] = True
        if out.any():
            self._say_left_out(column, np.flatnonzero(out), "a later row of the same person stands in their place", "")
            yield from self._drop(out, self._text(grid.column(column)))

    def part_answers(self) -> None:
        """Make a row of each answer in a cell that holds several."""
        grid = self.grid
        for field, mark in self.plan.split.items():
            if field not in grid.columns.fields:
                continue
            raw = grid.raw(field)
            known = {fold(answer) for answer in self.plan.lookup.get(field, ())}
            pieces = [tuple(_answers(shown(cell), mark, known)) or (shown(cell),) for cell in raw.cells]
            counts = np.array([len(piece) for piece in pieces], dtype=np.int64)
            starts = np.cumsum([0, *counts])[:-1]
            per_row = counts[raw.codes]
            begins = np.repeat(starts[raw.codes], per_row)
            within = np.arange(int(per_row.sum())) - np.repeat(np.cumsum(per_row) - per_row, per_row)
            grid.repeat(per_row)
            grid.worked[field] = Raw([answer for piece in pieces for answer in piece], begins + within)

    def look_up(self) -> None:
        """Put in place of what a column says what the profile's table says that it means."""
        for field, table in self.plan.lookup.items():
            if field in self.grid.columns.fields:
                self._look_up(field, table)

    def _look_up(self, field: str, table: Mapping[str, str]) -> None:
        ledger, grid = self.ledger, self.grid
        raw = grid.raw(field)
        before = Coded([shown(cell).strip() for cell in raw.cells], raw.codes)
        meanings = {fold(answer): meaning for answer, meaning in table.items()} | {meaning: meaning for meaning in table.values()}
        found = [
            (meanings.get(said) or meanings.get(fold(said)) or None) if said else meanings.get(said, "") for said in before.texts
        ]
        after = Coded([said if meaning is None else meaning for said, meaning in zip(before.texts, found, strict=True)], raw.codes)
        changed = np.array([said != meaning for said, meaning in zip(before.texts, after.texts, strict=True)], dtype=bool)
        unknown = np.array([meaning is None and not self.profile.only_says for meaning in found], dtype=bool)
        ledger.change(ChangeKind.LOOKED_UP, grid, field, np.flatnonzero(changed[raw.codes]), before=before, after=after)
        unmatched = np.flatnonzero(unknown[raw.codes])
        once = np.sort(unmatched[np.unique(raw.codes[unmatched], return_index=True)[1]])
        counts = np.bincount(raw.codes, minlength=len(raw.cells))
        where = f"[{self.profile.section}lookup.{field}]"
        ledger.fault(
            answer_not_in_the_lookup,
            grid,
            field,
            once,
            value=before,
            details=lambda row: {"count": int(counts[raw.codes[row]]), "table": where},
            values=[{"entry": f'{_quoted(before.texts[int(raw.codes[row])])} = "..."'} for row in once.tolist()],
        )
        grid.mark_broken(unknown[raw.codes], field)
        grid.worked[field] = Raw(after.texts, after.codes)

    def fill(self) -> None:
        """Fill what is empty with what the profile says it is in every row."""
        grid = self.grid
        for field, value in self.plan.constants.items():
            raw = grid.raw(field)
            gap = self._text(raw).empty
            grid.worked[field] = Raw([*raw.cells, value], np.where(gap, len(raw.cells), raw.codes))
            fields = {field: None, **grid.columns.fields}
            grid.columns = replace(grid.columns, fields=fields)
            self.ledger.change(ChangeKind.FILLED, grid, field, np.flatnonzero(gap), after=value)

    def _say_left_out(self, column: int, rows: Codes, why: str, value: str) -> None:
        grid = self.grid
        if not grid.chief:
            return
        origin = grid.sheet.origin(int(grid.rows_of_sheet(rows[:1])[0]), column)
        self.ledger.note(rows_left_out, origin, value=value, details={"why": why, "rows": counted(len(rows), "row")})

    def _drop(self, out: Mask, said: Coded) -> Iterator[tuple[int, Codes, Fate]]:
        grid = self.grid
        if grid.chief:
            self.ledger.change(ChangeKind.ROW_SET_ASIDE, grid, None, np.flatnonzero(out), before=said)
        yield grid.index, grid.rows_of_sheet(out), Fate.SET_ASIDE
        grid.drop(out)

    @staticmethod
    def _text(raw: Raw) -> Coded:
        return Coded.of((shown(cell).strip() for cell in raw.cells), raw.codes)


def _moments(raw: Raw, order: str) -> list[str]:
    """Per row a text that sorts as its time does; "" where that is not known."""
    reader = DateReader("UTC", "mdy" if order == "mdy" else "dmy")
    known: list[str] = []
    for cell in raw.cells:
        said = cell if isinstance(cell, date) else _ZONE.sub("", shown(cell).strip())
        found = reader.read(said, end=False)
        known.append(found.text if found is not None else "")
    return [known[code] for code in raw.codes.tolist()]


def _answers(text: str, mark: str, known: set[str]) -> Iterator[str]:
    """The answers in one cell. Where an answer that is known holds the mark itself, it stays whole."""
    pieces = [piece.strip() for piece in text.split(mark)]
    at = 0
    while at < len(pieces):
        end = next((end for end in range(len(pieces), at + 1, -1) if fold(_joined(pieces[at:end], mark)) in known), at + 1)
        answer = _joined(pieces[at:end], mark)
        if answer:
            yield answer
        at = end


def _joined(pieces: Sequence[str], mark: str) -> str:
    return f"{mark} ".join(pieces) if mark.strip() and not mark[-1:].isspace() else mark.join(pieces)


def _quoted(text: str) -> str:
    """A text as a key of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
