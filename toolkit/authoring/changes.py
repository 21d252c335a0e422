"""The record of every change, guess and omission, kept by column: a hundred thousand records cost a few arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from provkit.rules import Origin
from provkit.tables import column_letters

__all__ = ["Change", "ChangeKind", "Changes", "Group"]


class ChangeKind(StrEnum):
    """What was done."""

    TRIMMED = "trimmed"
    """White space around it, or characters that cannot be seen, were taken away."""
    LINE_ENDS = "line-ends"
    """CR and CRLF in a cell became LF."""
    ADDRESS = "address"
    """`mailto:` or a display name around an address was taken away."""
    WORD = "word"
    """A role, status or yes/no was written as the server knows it."""
    DATE = "date"
    """A date was written in UTC."""
    EXCLUSIVE_END = "exclusive-end"
    """The source's first day after the end became the last day."""
    PADDED = "padded"
    """A university id got its leading zeros back."""
    NAME_SPLIT = "name-split"
    """One name was split into first and last: a guess."""
    USERNAME = "username"
    """An address of the university's own became the username."""
    FOLLOWED = "followed"
    """A reference followed from an id of the source's own to the address, or to the university id."""
    SPELLED = "spelled"
    """An address was spelled as where it was first met."""
    FILLED = "filled"
    """An empty place was filled from a setting or from the rest of the sheet."""
    LOOKED_UP = "looked-up"
    """What a cell says was replaced by what the profile's table says it means."""
    PARTED = "parted"
    """A cell with several people or ids became several rows."""
    MERGED = "merged"
    """The row says again what another row says."""
    COLUMN_SET_ASIDE = "column-set-aside"
    """A column has no place in the upload."""
    ROW_SET_ASIDE = "row-set-aside"
    """A row is not written."""
    SHEET_SET_ASIDE = "sheet-set-aside"
    """A sheet is not read."""
    HELD_BACK = "held-back"
    """A row is kept out of what is written, for its errors or for those of others."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change at one place.

    Attributes:
        kind: What was done.
        origin: Where, in the user's source.
        column: The field or column of the package that it concerns; None for a row or sheet.
        before: What stands in the source.
        after: What became of it; "" for an omission.
    """

    kind: ChangeKind
    origin: Origin
    column: str | None
    before: str
    after: str


@dataclass(frozen=True, eq=False)
class Group:
    """Changes of one kind in one column of one sheet.

    Attributes:
        kind: What was done.
        file: The source file's name.
        sheet: The sheet's name, or None.
        source_column: Index of the source's column; None for whole rows.
        column: The field or column of the package.
        numbers: The row of each change, as the user counts; 0 stands for the sheet as a whole.
        codes: Per change, the index into `before` and `after`.
        before: Distinct texts before.
        after: The texts after, matching `before`.
    """

    kind: ChangeKind
    file: str
    sheet: str | None
    source_column: int | None
    column: str | None
    numbers: np.ndarray
    codes: np.ndarray
    before: Sequence[str]
    after: Sequence[str]

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Change]:
        for index, code in enumerate(self.codes.tolist()):
            yield Change(self.kind, self.origin(index), self.column, self.before[code], self.after[code])

    def origin(self, index: int) -> Origin:
        """Where one of the changes is.

        Args:
            index: Which of them.
        """
        number = int(self.numbers[index])
        letters = "" if self.source_column is None else column_letters(self.source_column)
        return Origin(self.file, self.sheet, f"{letters}{number}" if number else None)


@dataclass(frozen=True, eq=False)
class Changes:
    """All changes of one authoring; iterating makes the single records."""

    groups: tuple[Group, ...] = ()

    def __len__(self) -> int:
        return sum(map(len, self.groups))

    def __iter__(self) -> Iterator[Change]:
        for group in self.groups:
            yield from group

    @cached_property
    def counts(self) -> Counter[tuple[ChangeKind, str | None]]:
        """How many there are of each kind and column, without making the records."""
        counts: Counter[tuple[ChangeKind, str | None]] = Counter()
        for group in self.groups:
            counts[group.kind, group.column] += len(group)
        return counts
