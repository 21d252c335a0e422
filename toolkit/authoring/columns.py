"""Columns as distinct values and codes: whatever is done to a value is done once, however many rows hold it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from provkit.tables import Cell

__all__ = ["Coded", "Codes", "Mask", "Raw", "blank", "encode", "group"]

Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Raw:
    """A column of a sheet.

    Attributes:
        cells: Its distinct cells; 1, 1.0 and TRUE are three.
        codes: Per row, the index into `cells`.
    """

    cells: Sequence[Cell]
    codes: Codes


def encode(cells: Sequence[Cell]) -> Raw:
    """Find a column's distinct cells.

    Args:
        cells: One per row.
    """
    keys: Sequence[Hashable] = cells
    if not set(map(type, cells)) <= {str, type(None)}:
        keys = [(type(cell), cell) for cell in cells]
    first = dict(zip(reversed(keys), range(len(keys) - 1, -1, -1), strict=True))
    order = sorted(first.values())
    index = {keys[position]: code for code, position in enumerate(order)}
    codes = np.fromiter(map(index.__getitem__, keys), dtype=np.int64, count=len(keys))
    return Raw([cells[position] for position in order], codes)


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of texts.

    Attributes:
        texts: Its distinct texts.
        codes: Per row, the index into `texts`.
    """

    texts: list[str]
    codes: Codes

    @classmethod
    def of(cls, texts: Iterable[str], codes: Codes) -> Coded:
        """A column of texts that may repeat.

        Args:
            texts: What each code stands for.
            codes: Per row, the index into `texts`.
        """
        said = list(texts)
        distinct = list(dict.fromkeys(said))
        if len(distinct) == len(said):
            return cls(said, codes)
        index = dict(zip(distinct, range(len(distinct)), strict=True))
        recode = np.fromiter(map(index.__getitem__, said), dtype=np.int64, count=len(said))
        return cls(distinct, recode[codes])

    def __len__(self) -> int:
        return len(self.codes)

    def map(self, change: Callable[[str], str]) -> Coded:
        """Change every distinct text.

        Args:
            change: From text to text.
        """
        return Coded.of(map(change, self.texts), self.codes)

    def where(self, test: Callable[[str], object]) -> Mask:
        """The rows whose text passes a test.

        Args:
            test: Asked once per distinct text.
        """
        passed: Mask = np.fromiter((bool(test(value)) for value in self.texts), dtype=np.bool_, count=len(self.texts))
        return passed[self.codes] if len(self.texts) else np.zeros(len(self.codes), dtype=np.bool_)

    @property
    def empty(self) -> Mask:
        """The rows that hold nothing."""
        mask: Mask = self.codes == (self.texts.index("") if "" in self.texts else -1)
        return mask

    def take(self, positions: Codes | Mask) -> Coded:
        """The rows given.

        Args:
            positions: Positions, or a mask.
        """
        return Coded(self.texts, self.codes[positions])

    def without(self, rows: Mask) -> Coded:
        """The column with nothing in the rows given.

        Args:
            rows: Which.
        """
        return Coded.of([*self.texts, ""], np.where(rows, len(self.texts), self.codes))

    def or_else(self, other: Coded, *, within: Mask | None = None) -> Coded:
        """The other column's text where this one is empty.

        Args:
            other: A column of the same length.
            within: Only in these rows.
        """
        gap = self.empty if within is None else self.empty & within
        codes = np.where(gap, other.codes + len(self.texts), self.codes)
        return Coded.of([*self.texts, *other.texts], codes)

    def array(self) -> npt.NDArray[np.object_]:
        """The text of every row."""
        return np.array(self.texts, dtype=object)[self.codes] if self.texts else np.empty(0, dtype=object)

    def used(self) -> list[str]:
        """The texts that some row holds; after taking rows these may be fewer than `texts`."""
        return [self.texts[code] for code in np.unique(self.codes).tolist()]

    def ranks(self) -> Codes:
        """Per row, the place of its text among the sorted ones."""
        rank = np.empty(len(self.texts), dtype=np.int64)
        rank[sorted(range(len(self.texts)), key=self.texts.__getitem__)] = np.arange(len(self.texts))
        return rank[self.codes] if len(rank) else self.codes

    @staticmethod
    def concat(columns: Sequence[Coded]) -> Coded:
        """Columns one below the other.

        Args:
            columns: In order.
        """
        texts = [value for column in columns for value in column.texts]
        starts = np.cumsum([0, *(len(column.texts) for column in columns)])
        codes = [column.codes + start for column, start in zip(columns, starts[:-1], strict=True)]
        return Coded.of(texts, np.concatenate(codes) if codes else np.empty(0, dtype=np.int64))


def blank(rows: int) -> Coded:
    """A column that holds nothing.

    Args:
        rows: How long it is.
    """
    return Coded([""], np.zeros(rows, dtype=np.int64))


def group(columns: Sequence[Coded]) -> tuple[Codes, Codes]:
    """Number the distinct rows of several columns, in the order in which they first appear.

    Args:
        columns: At least one, of the same length.

    Returns:
        Per row, its group's number; per group, the first row of it.
    """
    numbers = columns[0].codes
    for column in columns[1:]:
        numbers = np.asarray(pd.factorize(numbers * len(column.texts) + column.codes)[0], dtype=np.int64)
    numbers = np.asarray(pd.factorize(numbers)[0], dtype=np.int64)
    first = np.empty(int(numbers.max()) + 1 if len(numbers) else 0, dtype=np.int64)
    first[numbers[::-1]] = np.arange(len(numbers) - 1, -1, -1)
    return numbers, first
