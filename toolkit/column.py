"""A column of strings whose distinct values are found once and shared by everything that looks at it.

What is asked of values is asked of each distinct value; what is asked of rows is asked of integers. The strings of all rows come into
being only where somebody wants them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute

__all__ = ["Column", "Distinct", "Strings", "among", "integers", "texts", "together", "truths"]

pc: Any = pyarrow.compute  # its stubs know no mixture of arrays and scalars

Strings: TypeAlias = Any
"""A pyarrow.ChunkedArray of strings; null where a record has no such field."""
Distinct: TypeAlias = Any
"""A pyarrow.Array of strings, each once; null may be one of them."""

_SHARE = 1 << 21
"""How many values are worth another thread, which has to hash all the others anew."""
_AT_ONCE = 1 << 20
"""How many rows of strings are put together at a time: an array of strings holds at most 2 GB."""


class Column:
    """One column: strings, codes, or both. Each is made from the other when it is first asked for.

    Args:
        strings: The value of each row.
        coded: The distinct values, and for each row the position of its value among them (int32). Values that no row holds may be
            among them.
    """

    def __init__(self, strings: Strings | None = None, coded: tuple[Distinct, np.ndarray] | None = None) -> None:
        self._strings: Any = strings
        self._coded: Any = coded

    @classmethod
    def of_dictionaries(cls, chunks: Sequence[Any]) -> Column:
        """A column read as dictionaries, each chunk with one of its own.

        Args:
            chunks: Arrow dictionary arrays of strings.
        """
        if not chunks:
            return cls(pa.chunked_array([], pa.string()))
        # Arrow's own unification takes minutes where there are many values; coding the dictionaries as a column does not.
        together = _encoded([chunk.dictionary for chunk in chunks])
        codes = []
        start = 0
        for chunk in chunks:
            size = len(chunk.dictionary)
            codes.append(_mapped(_numbers(chunk.indices), together[1][start : start + size]))
            start += size
        return cls(coded=(together[0], np.concatenate(codes)))

    @classmethod
    def joined(cls, columns: Sequence[Column]) -> Column:
        """Columns below one another, as codes.

        Args:
            columns: At least one.
        """
        if len(columns) == 1:
            return columns[0]
        values, mapping = _encoded([column.values for column in columns])
        codes = []
        start = 0
        for column in columns:
            size = len(column.values)
            codes.append(mapping[start : start + size][column.codes] if size else np.zeros(0, np.int32))
            start += size
        return cls(coded=(values, np.concatenate(codes)))

    def __len__(self) -> int:
        if self._coded is not None:
            return len(self._coded[1])
        return len(self._strings)

    @property
    def strings(self) -> Strings:
        """The value of each row, as Arrow strings."""
        if self._strings is None:
            values, codes = self.values, self.codes
            pieces = [values.take(pa.array(codes[start : start + _AT_ONCE])) for start in range(0, len(codes), _AT_ONCE)]
            self._strings = pa.chunked_array(pieces, values.type)
        return self._strings

    @property
    def values(self) -> Distinct:
        """The distinct values, in the order in which they first appear."""
        return self._both()[0]

    @property
    def codes(self) -> np.ndarray:
        """For each row the position of its value among the distinct values."""
        return self._both()[1]

    def code_along(self, other: Column) -> None:
        """Find the distinct values, those of another column first, so that positions in one are positions in the other.

        It pays where both mostly hold the same. In both the first row is a header, whose value stands nowhere else; where that is not
        so, nothing is done, and the column is coded by itself when it is asked.

        Args:
            other: A column. Its values are among this one's then, also those that no row of this one holds.
        """
        if self._coded is not None or not 1 < len(other.values) <= len(self) or other.codes[0] or not other.codes[1:].all():
            return
        header, known = self._strings[0], other.values.slice(1)
        if not header.is_valid or pc.any(pc.equal(known, header)).as_py():
            return
        values = pa.concat_arrays([texts([header.as_py()]).cast(known.type), known])
        alike = pc.equal(self._strings.slice(1), other.strings.slice(1)) if len(self) == len(other) else None
        if alike is not None and not alike.null_count and pc.all(alike).as_py():
            self._coded = values, other.codes
            return
        places = _places(self._strings, values)
        codes = np.concatenate([_numbers(chunk) for chunk in places])
        missing = np.flatnonzero(np.concatenate([_bits(chunk.is_null()) for chunk in places]))
        if len(missing):
            more, added = _encoded(self._strings.take(integers(missing)).chunks)
            codes[missing] = added + len(values)
            values = pa.concat_arrays([values, more])
        self._coded = values, codes

    def code(self) -> None:
        """Find the distinct values now, as a thread may do whose work it is."""
        self._both()

    def _both(self) -> tuple[Distinct, np.ndarray]:
        if self._coded is None:
            self._coded = _encoded(self._strings.chunks)
        both: tuple[Distinct, np.ndarray] = self._coded
        return both

    def at(self, row: int) -> str | None:
        """The value of one row.

        Args:
            row: Which.
        """
        found = self._strings[row] if self._coded is None else self.values[int(self.codes[row])]
        text: str | None = found.as_py()
        return text

    def spread(self, mask: np.ndarray) -> np.ndarray:
        """For each row what is true of its value.

        Args:
            mask: One truth value per distinct value.
        """
        if not mask.any():
            return np.zeros(len(self), bool)
        if mask.all():
            return np.ones(len(self), bool)
        found: np.ndarray = mask[self.codes]
        return found

    def equals(self, text: str) -> np.ndarray:
        """Which rows hold a value.

        Args:
            text: The value.
        """
        if self._coded is None:
            return np.concatenate([np.zeros(0, bool), *map(_bits, pc.is_in(self._strings, value_set=texts([text])).chunks)])
        code = pc.index(self.values, texts([text])[0].cast(self.values.type)).as_py()
        return np.zeros(len(self), bool) if code < 0 else np.asarray(self.codes == code)

    def same(self, other: Column) -> np.ndarray:
        """Which rows hold what another column of the same rows holds in them.

        Args:
            other: The other column.
        """
        if self.values.equals(other.values):
            return np.asarray(self.codes == other.codes)
        return truths(pc.equal(self.strings, other.strings))

    def renamed(self, values: Distinct) -> Column:
        """The column with other words for its values; those that get the same word become one.

        Args:
            values: A word for each distinct value.
        """
        distinct, numbers = _encoded([values])
        return Column(coded=(distinct, numbers[self.codes] if len(numbers) else self.codes))

    def rows(self, chosen: slice | np.ndarray, *, narrow: bool = True) -> Column:
        """The column over some rows.

        Args:
            chosen: Which rows.
            narrow: Whether their values only are to be among the distinct ones. Null is, in any case, only if one of the rows has it.
        """
        codes = self.codes[chosen]
        if isinstance(chosen, slice) and chosen == slice(1, None) and len(codes) and self.codes[0] == 0 and codes.all():
            # All rows but the first, whose value is its own, as a header's is.
            return Column(coded=(self.values.slice(1), codes - np.int32(1)))
        if not narrow and not self.values.null_count:
            return Column(coded=(self.values, codes))
        used = np.zeros(len(self.values), bool)
        used[codes] = True
        if used.all():
            return Column(coded=(self.values, codes))
        numbers = np.cumsum(used, dtype=np.int32) - np.int32(1)
        return Column(coded=(self.values.filter(pa.array(used)), numbers[codes]))


def truths(answer: Any) -> np.ndarray:
    """An Arrow truth array as numpy's; null is False.

    Args:
        answer: A truth array, in chunks or not.
    """
    if answer.null_count:
        answer = pc.fill_null(answer, False)  # noqa: FBT003 - Arrow's own signature
    found: np.ndarray = answer.to_numpy(zero_copy_only=False) if isinstance(answer, pa.Array) else answer.to_numpy()
    return found.astype(bool, copy=False)


def among(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Which of some row numbers are among others. Row numbers are small, so a mark for each costs less than sorting them.

    Args:
        rows: Row numbers.
        others: Row numbers.
    """
    if not len(rows) or not len(others):
        return np.zeros(len(rows), bool)
    marked = np.zeros(int(max(rows.max(), others.max())) + 1, bool)
    marked[others] = True
    found: np.ndarray = marked[rows]
    return found


def together(parts: Sequence[np.ndarray]) -> np.ndarray:
    """All row numbers of several lists, each once, ascending.

    Args:
        parts: Row numbers.
    """
    filled = [part for part in parts if len(part)]
    if not filled:
        return np.zeros(0, np.int64)
    marked = np.zeros(int(max(part.max() for part in filled)) + 1, bool)
    for part in filled:
        marked[part] = True
    return np.flatnonzero(marked)


def _encoded(chunks: Sequence[Any]) -> tuple[Distinct, np.ndarray]:
    """The distinct values of arrays of strings, null among them, and the position of each element's value."""
    filled = [chunk for chunk in chunks if len(chunk)]
    if not filled:
        return texts([]), np.zeros(0, np.int32)
    encoded: Any = pa.chunked_array(filled).dictionary_encode(null_encoding="encode")  # all chunks have one dictionary
    codes = [_numbers(chunk.indices) for chunk in encoded.chunks]
    return encoded.chunk(len(codes) - 1).dictionary, codes[0] if len(codes) == 1 else np.concatenate(codes)


def _places(strings: Strings, values: Distinct) -> Sequence[Any]:
    """For each value its position among others, null where it is not there. Of very many each thread looks up its share."""
    shares = min(len(strings) // _SHARE, os.cpu_count() or 1)
    if shares < 2:
        return pc.index_in(strings, value_set=values).chunks  # type: ignore[no-any-return]
    size = -(-len(strings) // shares)
    with ThreadPoolExecutor(shares) as workers:
        found = workers.map(lambda start: pc.index_in(strings.slice(start, size), value_set=values), range(0, len(strings), size))
        return [chunk for one in found for chunk in one.chunks]


def _mapped(codes: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Codes by other numbers: an addition, where these are one behind the other."""
    if len(numbers) and (numbers[1:] - numbers[:-1] == 1).all():
        return np.asarray(codes + numbers[0])
    found: np.ndarray = numbers[codes]
    return found


# Wherever Arrow meets Python's values or numpy's it imports pandas. A thread that reads files would wait for that as long as another
# one is at it; what stands below does without.


def texts(values: Iterable[str | None]) -> Distinct:
    """Arrow's strings of Python's.

    Args:
        values: Texts; None is null.
    """
    builder: Any = pa.lib.StringBuilder()
    builder.append_values(list(values))
    return builder.finish()


def integers(numbers: np.ndarray) -> Any:
    """Arrow's integers of numpy's.

    Args:
        numbers: Integers of 32 or 64 bits.
    """
    kind: Any = pa.int32() if numbers.dtype == np.int32 else pa.int64()
    return pa.Array.from_buffers(kind, len(numbers), [None, pa.py_buffer(np.ascontiguousarray(numbers).data)])


def _numbers(indices: Any) -> np.ndarray:
    """Numpy's int32 of Arrow's."""
    return np.frombuffer(indices.buffers()[1], np.int32)[indices.offset : indices.offset + len(indices)]


def _bits(answer: Any) -> np.ndarray:
    """Numpy's truths of an Arrow array of truths without null."""
    packed = np.frombuffer(answer.buffers()[1], np.uint8)
    return np.unpackbits(packed, count=answer.offset + len(answer), bitorder="little")[answer.offset :].view(bool)
