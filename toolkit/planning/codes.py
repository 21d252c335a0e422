"""Texts of several columns as integers of one numbering, so that a million rows are compared without a look at a single text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

__all__ = [
    "Codes",
    "Numbered",
    "Strings",
    "combine",
    "distinct",
    "holds",
    "number",
    "positions",
    "shared",
    "union",
    "without",
]

pc: Any = pyarrow.compute  # its stubs know no mixture of arrays and scalars

Strings: TypeAlias = Any
"""A pyarrow.ChunkedArray of strings without nulls."""
Codes: TypeAlias = npt.NDArray[np.int64]

_LARGEST = 1 << 62


class Numbered:
    """Columns that share one numbering.

    Attributes:
        codes: One array per column, in the order given (int64).
        texts: The text of each number (a pyarrow.Array).
    """

    def __init__(self, codes: Sequence[Codes], texts: Any) -> None:
        self.codes = codes
        self.texts = texts

    def __len__(self) -> int:
        return len(self.texts)

    def where(self, test: Callable[[str], bool]) -> npt.NDArray[np.bool_]:
        """Which numbers stand for a text that passes a test, asked once of each.

        Args:
            test: Takes a text.
        """
        return np.fromiter((test(text) for text in self.texts.to_pylist()), bool, len(self.texts))


def number(*columns: Strings, change: Callable[[Any], Any] | None = None) -> Numbered:
    """Number the texts of columns; equal texts have equal numbers, whichever column they stand in.

    Args:
        *columns: Any columns of strings.
        change: What is done to the distinct texts (a pyarrow.Array) before they are compared, such as making letters small.
    """
    whole = pa.chunked_array([chunk for column in columns for chunk in column.cast(pa.large_string()).chunks], pa.large_string())
    if not len(whole):
        return Numbered([np.zeros(0, np.int64) for _ in columns], pa.array([], pa.large_string()))
    encoded = pc.dictionary_encode(whole)
    codes = np.concatenate([chunk.indices.to_numpy() for chunk in encoded.chunks]).astype(np.int64)
    texts = encoded.chunk(0).dictionary
    if change is not None:
        again = pc.dictionary_encode(change(texts))
        codes, texts = again.indices.to_numpy().astype(np.int64)[codes], again.dictionary
    ends = np.cumsum([len(column) for column in columns])
    return Numbered(np.split(codes, ends[:-1]), texts)


def holds(column: Strings, test: Callable[[str], bool]) -> npt.NDArray[np.bool_]:
    """Which texts of a column pass a test, asked once of each distinct one.

    Args:
        column: A column of strings.
        test: Takes a text.
    """
    numbers = number(column)
    return numbers.where(test)[numbers.codes[0]]


def combine(*parts: Sequence[Codes]) -> list[Codes]:
    """One number for each combination of numbers.

    Args:
        *parts: Per column of a key the codes on each side; all have the same sides and lengths.

    Returns:
        The combined codes on each side.
    """
    sides = list(parts[0])
    lengths = [len(side) for side in sides]
    whole = np.concatenate(sides)
    for part in parts[1:]:
        more = np.concatenate(list(part))
        width = int(more.max(initial=0)) + 1
        if int(whole.max(initial=0)) + 1 > _LARGEST // width:
            whole = np.unique(whole, return_inverse=True)[1].astype(np.int64)
        whole = whole * width + more
    return np.split(whole, np.cumsum(lengths)[:-1])


def positions(wanted: Codes, among: Codes) -> Codes:
    """Where each number stands among others, -1 where it does not.

    Args:
        wanted: What is looked for.
        among: Where it is looked for; each number once.
    """
    if not len(among):
        return np.full(len(wanted), -1, np.int64)
    if len(wanted) == len(among) and np.array_equal(wanted, among):
        return np.arange(len(wanted))
    order = np.argsort(among, kind="stable")
    ordered = among[order]
    place = np.searchsorted(ordered, wanted)
    place[place == len(ordered)] = 0
    found: Codes = np.where(ordered[place] == wanted, order[place], -1)
    return found


def distinct(numbers: Codes) -> Codes:
    """Each number once, ascending. numpy's own way hashes, which takes several times as long where most are different.

    Args:
        numbers: In any order.
    """
    ordered = np.sort(numbers)
    first = np.ones(len(ordered), bool)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def union(one: Codes, other: Codes) -> Codes:
    """The numbers of two sets.

    Args:
        one: Each number once, ascending; so is what comes back.
        other: Likewise.
    """
    return distinct(np.concatenate([one, other])) if len(one) and len(other) else one if len(one) else other


def shared(one: Codes, other: Codes) -> Codes:
    """The numbers that two sets have in common.

    Args:
        one: Each number once, ascending; so is what comes back.
        other: Likewise.
    """
    return one[positions(one, other) >= 0]


def without(one: Codes, other: Codes) -> Codes:
    """The numbers of one set that another has not.

    Args:
        one: Each number once, ascending; so is what comes back.
        other: Likewise.
    """
    return one[positions(one, other) < 0]
