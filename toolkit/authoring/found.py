"""A table that was recognised on a sheet, and what its cells say where its header alone does not tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import zip_longest

import numpy as np

from provkit.authoring.columns import Mask, Raw, encode
from provkit.authoring.heading import Heading, is_blank
from provkit.authoring.mapping import Columns, anybodys_id, map_header
from provkit.authoring.normalize import shown
from provkit.authoring.remarks import look_below
from provkit.authoring.several import people_in
from provkit.authoring.shape import COURSES, PERSON
from provkit.authoring.wide import MOST, Wide, is_mark, leads, looks_like_id, marked, role_of, section_columns, wide_columns
from provkit.errors import SourceError
from provkit.tables import Cell, Sheet
from provkit.vocabulary import Target

__all__ = ["ColumnsBelow", "Found"]

MOST_WORDS = 50
"""A column with more different words than these holds no roles."""


@dataclass(frozen=True, eq=False)
class Found:
    """A table that was recognised.

    Attributes:
        target: What it holds.
        heading: Its header.
        wide: Its columns that stand for courses, sections or roles, if there are such.
        email: A column that holds addresses though its header does not say so.
        columns: What its columns are, where a profile says so.
        marks: Columns with marks that could stand for courses, though nothing says so.
        below: Its columns, where they have been looked at.
    """

    target: Target
    heading: Heading
    wide: Wide | None = None
    email: int | None = None
    columns: Columns | None = None
    marks: Wide | None = None
    below: ColumnsBelow | None = None

    def mapped(self) -> Columns:
        """What its columns are."""
        if self.columns is not None:
            return self.columns
        columns = map_header(self.target, self.heading.names)
        if self.email is None:
            return columns
        fields = {name: column for name, column in columns.fields.items() if column != self.email} | {"email": self.email}
        unknown = tuple(column for column in columns.unknown if column != self.email)
        return replace(columns, fields=fields, unknown=unknown)


class ColumnsBelow:
    """The columns below a header, their distinct cells counted once."""

    def __init__(self, sheet: Sheet, heading: Heading, columns: Columns | None = None) -> None:
        self._sheet, self._heading, self._columns = sheet, heading, columns
        first = heading.last + 1
        self.rows = len(sheet.rows) - first
        width = max(map(len, sheet.rows[heading.last :]))
        self.raws = [encode(cells) for cells in zip_longest(*sheet.rows[first:])]
        self.raws += [Raw([None], np.zeros(self.rows, dtype=np.int64)) for _ in range(width - len(self.raws))]
        self.holds = [_holds(raw) for raw in self.raws]

    @cached_property
    def _data(self) -> Mask:
        """The rows that hold data, were it a roster."""
        assert self._columns is not None
        named = [column for column in self._columns.fields.values() if column is not None]
        look = look_below(self._sheet, self._heading, Target.MEMBERS, self._columns, raws=self.raws, holds=self.holds, named=named)
        mask: Mask = ~look.aside
        if named:  # a row that says nothing of anybody is another line of the header, with days or rooms
            mask &= np.logical_or.reduce([self.holds[column] for column in named if column < len(self.holds)])
        mask[self.rows if look.title is None else look.title :] = False
        return mask

    def _counted(self, column: int) -> list[tuple[Cell, int]]:
        raw = self.raws[column]
        if not any(marked(cell) for cell in raw.cells) and not self.addressed(column):
            return [(cell, 1) for cell in raw.cells if not is_blank(cell)]
        counts = np.bincount(raw.codes[self._data], minlength=len(raw.cells)).tolist()
        return [(cell, count) for cell, count in zip(raw.cells, counts, strict=True) if count and not is_blank(cell)]

    def _free(self, columns: Columns) -> list[int]:
        """Columns that may stand for courses: those whose header is no known word, or that of a role."""
        names = self._heading.names
        roles = {column for column, cell in enumerate(names) if isinstance(cell, str) and leads(cell)}
        return [column for column in sorted({*columns.unknown, *roles}) if column < len(self.raws)]

    def lines_over_marks(self, columns: Columns, wide: Wide) -> Mask:
        """Rows that say nothing of anybody, and hold no mark: further lines of the header, with days or rooms.

        Args:
            columns: The columns that are fields.
            wide: The columns with marks.
        """
        nobody: Mask = np.ones(self.rows, dtype=bool)
        for column in columns.fields.values():
            if column is not None and column < len(self.holds):
                nobody &= ~self.holds[column]
        for column in wide.columns:
            nobody &= ~np.array([is_mark(cell) and not is_blank(cell) for cell in self.raws[column].cells], dtype=bool)[
                self.raws[column].codes
            ]
        return nobody

    def wide(self, columns: Columns, given: frozenset[str], meant: Mapping[str, str], *, only: bool = False) -> Wide | None:
        """The columns that stand for courses, sections or roles; see `wide_columns`."""
        free = [column for column in self._free(columns) if len(self.raws[column].cells) <= max(50, self.rows)]
        if only:
            free = [column for column in free if column != self.roles]
        found = wide_columns(
            self._heading, columns, {column: self._counted(column) for column in free}, given=given, meant=meant, only=only
        )
        if found is not None and len(found.columns) > MOST:
            raise SourceError(
                f"More than {MOST:,} columns hold marks, which is no roster that people made.",
                remedy="Divide it into several files.",
            )
        return found

    def sections(self, columns: Columns) -> Wide | None:
        """Columns with marks that may stand for sections of the courses that other columns name; see `section_columns`."""
        return section_columns(self._heading, columns, {column: self._counted(column) for column in self._free(columns)})

    @cached_property
    def roles(self) -> int | None:
        """The one column that says of everybody who they are, in words for roles, though no header says so.

        Marks below a title can be roles too; but not in every row, or the same in each, or other titles stand beside it.
        """
        if self._columns is None or self._columns.any("role"):
            return None
        found = [column for column in self._columns.unknown if column < len(self.raws) and self._tells_roles(column)]
        return found[0] if len(found) == 1 and not looks_like_id(shown(self._heading.names[found[0]])) else None

    def _tells_roles(self, column: int) -> bool:
        if len(self.raws[column].cells) > MOST_WORDS:
            return False
        counted = [(role_of(shown(cell)), count) for cell, count in self._counted(column)]
        known = sum(count for role, count in counted if role)
        everybody = self.rows > 0 and bool(self.holds[column][self._data].all())
        return everybody and len({role for role, _ in counted if role}) > 1 and known * 2 > sum(count for _, count in counted)

    def addresses(self, columns: Columns) -> int | None:
        """The one column that holds addresses and nothing else, where no header says which one does."""
        if columns.any(*PERSON):
            return None
        names = self._heading.names
        free = [
            column
            for column in range(len(self.raws))
            if column in columns.unknown or column >= len(names) or is_blank(names[column])
        ]
        free += [column for field, column in columns.fields.items() if field == "name" and column is not None]
        found = [column for column in free if self.addressed(column)]
        return found[0] if len(found) == 1 else None

    def addressed(self, column: int | None) -> bool:
        """Whether a column holds addresses and nothing else."""
        if column is None or column >= len(self.raws):
            return False
        cells = [cell for cell in self.raws[column].cells if not is_blank(cell)]
        return bool(cells) and all(isinstance(cell, str) and people_in(cell) for cell in cells)

    def own_ids(self, columns: Columns) -> Columns:
        """Columns, where ids such as X000123 under "Student Number" are the source's own and not the university's."""
        column = columns.fields.get("university_id")
        if column is None or "user_id" in columns.fields or not anybodys_id(self._heading.names[column]):
            return columns
        said = [shown(cell).strip() for cell, _ in self._counted(column)]
        if not said or any(re.fullmatch("[0-9]{7,10}", text) for text in said):
            return columns
        fields = {"user_id" if name == "university_id" else name: place for name, place in columns.fields.items()}
        rivals = {"user_id" if name == "university_id" else name: places for name, places in columns.rivals.items()}
        return replace(columns, fields=fields, rivals=rivals)

    def alone(self, columns: Columns) -> bool:
        """Whether nothing tells which course is meant."""
        return not columns.any(*COURSES)


def _holds(raw: Raw) -> Mask:
    """Which rows of a column hold something."""
    distinct = [not is_blank(cell) for cell in raw.cells]
    return np.array(distinct, dtype=bool)[raw.codes]
