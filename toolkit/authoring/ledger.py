"""Where the stages of one authoring write down what they find and change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from provkit.authoring.changes import ChangeKind, Group
from provkit.authoring.columns import Coded, Codes, Mask
from provkit.authoring.normalize import PASSING, SIMPLE, Cleaned, Cleaner, shown, text
from provkit.rules import Collector, Finding, Origin, Rule, Severity
from provkit.tables import Edit

if TYPE_CHECKING:
    from provkit.authoring.grids import Grid

__all__ = ["Ledger"]


COLUMN = {"email": "login_id", "name": "first_name", "username": "user_id", "university_id": "user_id", "course_status": "status"}
"""Columns of the package that fields of a source end up in, where they have other names."""


class Ledger:
    """Findings and changes of one authoring.

    Args:
        listed: How many findings of one rule are kept.
    """

    def __init__(self, listed: int) -> None:
        self.collector = Collector(listed)
        self.groups: list[Group] = []

    def change(
        self,
        kind: ChangeKind,
        grid: Grid,
        field: str | None,
        rows: Codes,
        *,
        before: Coded | Sequence[str] | str = "",
        after: Coded | Sequence[str] | str = "",
    ) -> None:
        """Record one change per row.

        Args:
            kind: What was done.
            grid: In which sheet.
            field: The field, or None for whole rows.
            rows: Positions among the sheet's data rows.
            before: What stood there: a column of the sheet's length, or one text for all.
            after: What became of it, likewise.
        """
        if not len(rows):
            return
        if field in grid.spotted:
            for spot in np.unique(grid.spots[rows]).tolist():
                self._change(kind, grid, field, spot, rows[grid.spots[rows] == spot], before=before, after=after)
            return
        column = grid.columns.fields.get(field) if field is not None else None
        self._change(kind, grid, field, column, rows, before=before, after=after)

    def _change(
        self,
        kind: ChangeKind,
        grid: Grid,
        field: str | None,
        column: int | None,
        rows: Codes,
        *,
        before: Coded | Sequence[str] | str,
        after: Coded | Sequence[str] | str,
    ) -> None:
        old = before if isinstance(before, Coded) else Coded([str(before)], np.zeros(len(grid), dtype=np.int64))
        new = after if isinstance(after, Coded) else Coded([str(after)], np.zeros(len(grid), dtype=np.int64))
        old, new = old.take(rows), new.take(rows)
        pairs = old.codes * len(new.texts) + new.codes
        if grid.repeated:
            once = np.sort(np.unique(np.stack([grid.numbers[rows], pairs]), axis=1, return_index=True)[1])
            rows, pairs = rows[once], pairs[once]
        distinct, codes = np.unique(pairs, return_inverse=True)
        texts_before = [old.texts[code // len(new.texts)] for code in distinct.tolist()]
        texts_after = [new.texts[code % len(new.texts)] for code in distinct.tolist()]
        place = grid.sheet.place(column)
        numbers = place.rows(grid.numbers[rows])
        if not numbers.all():  # no row of the other file belongs to some: what was filled in there stands in the sheet's own row
            place, numbers = grid.sheet.place(None), grid.numbers[rows]
        self.groups.append(Group(kind, place.file, place.sheet, place.column, field, numbers, codes, texts_before, texts_after))

    def take_over(self, edits: Iterable[Edit]) -> None:
        """Record what the reader changed.

        Args:
            edits: Its changes.
        """
        for edit in edits:
            codes = np.arange(len(edit.numbers), dtype=np.int64)
            place = edit.place
            self.groups.append(
                Group(
                    ChangeKind(edit.reason),
                    place.file,
                    place.sheet,
                    place.column,
                    edit.field,
                    edit.numbers,
                    codes,
                    edit.before,
                    edit.after,
                )
            )

    def fault(
        self,
        broken: Rule,
        grid: Grid,
        field: str | None,
        rows: Codes,
        *,
        value: Coded | None = None,
        details: Mapping[str, object] | Callable[[int], Mapping[str, object]] | None = None,
        values: Sequence[Mapping[str, str]] | None = None,
    ) -> None:
        """Record one finding per row.

        Args:
            broken: The rule.
            grid: In which sheet.
            field: The field, or None for whole rows.
            rows: Positions among the sheet's data rows.
            value: A column of the sheet's length that holds the values; None: what stands in the field's cells.
            details: Public facts, the same for all or by row.
            values: Personal ones, one mapping per row.
        """
        if grid.repeated and len(rows):
            rows, values = _once(grid, field, rows, value, values)

        def found() -> Iterator[Finding]:
            for index, row in enumerate(rows.tolist()):
                said = grid.shown(field, row) if value is None else value.texts[int(value.codes[row])]
                personal = values[index] if values is not None else {}
                public = details(row) if callable(details) else details or {}
                column = COLUMN.get(field, field) if field is not None else None
                yield Finding(
                    broken,
                    column=column,
                    value=said,
                    origin=grid.origin(row, field),
                    details=public,
                    values=personal,
                    row=partial(grid.cells, row),
                )

        if len(rows):
            self.collector.add_many(broken, len(rows), found())

    def note(self, broken: Rule, origin: Origin, *, value: str | None = None, details: Mapping[str, object] | None = None) -> None:
        """Record one finding about a whole sheet or column.

        Args:
            broken: The rule.
            origin: Where.
            value: What stands there.
            details: Public facts.
        """
        self.collector.add(Finding(broken, value=value, origin=origin, details=details or {}))

    def quiet(self, grid: Grid, field: str) -> Coded:
        """A column as text, for what is only looked at: nothing is recorded.

        Args:
            grid: The sheet.
            field: The field.
        """
        raw = grid.raw(field)
        return Coded.of((text(cell).text for cell in raw.cells), raw.codes)

    def read(self, grid: Grid, field: str, cleaner: Cleaner, *, within: Mask | None = None) -> Coded:
        """Clean a column, and record what was changed and what is broken in it.

        Args:
            grid: The sheet.
            field: The field; a sheet without it has an empty column.
            cleaner: What is done to each distinct cell.
            within: The rows that count; others are cleaned without a word.

        Returns:
            The cleaned column. `grid.broken` tells which of its rows are broken.
        """
        raw = grid.raw(field)
        texts: list[str] = []
        odd: dict[int, Cleaned] = {}
        for code, cell in enumerate(raw.cells):
            if cleaner in PASSING and isinstance(cell, str) and SIMPLE.fullmatch(cell):
                texts.append(cell)
                continue
            result = cleaner(cell)
            texts.append(result.text)
            if result.changes or result.fault is not None:
                odd[code] = result
        column = Coded.of(texts, raw.codes)

        def rows(codes: list[int]) -> Codes:
            affected = np.zeros(len(raw.cells), dtype=bool)
            affected[codes] = True
            mask = affected[raw.codes]
            return np.flatnonzero(mask if within is None else mask & within)

        kinds, faults = _sorted_out(odd)
        before = Coded([shown(cell) for cell in raw.cells], raw.codes) if kinds else column
        for kind, codes in kinds.items():
            self.change(kind, grid, field, rows(codes), before=before, after=column)
        broken = grid.broken.setdefault(field, np.zeros(len(grid), dtype=bool))
        for fault, codes in faults.items():
            found = rows(codes)
            self.fault(fault, grid, field, found, details=lambda row: odd[int(raw.codes[row])].details)
            if fault.severity is Severity.ERROR:
                broken[found] = True
        return column


def _once(
    grid: Grid, field: str | None, rows: Codes, value: Coded | None, values: Sequence[Mapping[str, str]] | None
) -> tuple[Codes, Sequence[Mapping[str, str]] | None]:
    """Of the rows that were made of one row of the sheet, the first for each cell and what it says."""
    seen: set[tuple[int, int | None, str | None]] = set()
    kept: list[int] = []
    for index, row in enumerate(rows.tolist()):
        said = grid.shown(field, row) if value is None else value.texts[int(value.codes[row])]
        key = int(grid.numbers[row]), grid.column_of(field, row), said
        if key not in seen:
            seen.add(key)
            kept.append(index)
    return rows[kept], None if values is None else [values[index] for index in kept]


def _sorted_out(odd: Mapping[int, Cleaned]) -> tuple[dict[ChangeKind, list[int]], dict[Rule, list[int]]]:
    """The codes of cells by what was done to them, and by what is wrong with them."""
    kinds: dict[ChangeKind, list[int]] = {}
    faults: dict[Rule, list[int]] = {}
    for code, result in odd.items():
        for kind in result.changes:
            kinds.setdefault(kind, []).append(code)
        if result.fault is not None:
            faults.setdefault(result.fault, []).append(code)
    return kinds, faults
