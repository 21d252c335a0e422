"""Columns of records, and what is asked of them: each distinct value once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from provkit.addresses import valid_values
from provkit.column import Column, Strings, truths
from provkit.receiver.records import Records

__all__ = ["among", "equals", "is_header", "mapped", "spread", "to_csv", "valid_addresses", "where"]


def equals(column: Strings, text: str) -> np.ndarray:
    """Which values equal a text.

    Args:
        column: The column; null equals nothing.
        text: What to compare with.
    """
    return truths(pc.equal(column, pa.scalar(text)))


def where(column: Strings, mask: np.ndarray) -> Strings:
    """The values at which a mask is True.

    Args:
        column: The column.
        mask: One truth value per record.
    """
    taken = int(np.count_nonzero(mask))
    if taken == len(mask):
        return column
    first = int(np.argmax(mask)) if taken else 0
    if mask[first : first + taken].all():
        return column.slice(first, taken)
    return column.filter(pa.array(mask))


def spread(column: Column, test: Callable[[str], bool]) -> np.ndarray:
    """Test each distinct value, and say of each record what its value gave; False for null.

    Args:
        column: The column.
        test: Takes a value.
    """
    values = column.values.to_pylist()
    return column.spread(np.fromiter((value is not None and test(value) for value in values), bool, len(values)))


def mapped(column: Strings, change: Callable[[str], str | None]) -> Strings:
    """The column with each distinct value replaced; null stays null.

    Args:
        column: The column.
        change: Takes a value, gives the new one.
    """
    coded = Column(column)
    changed = pa.array([None if value is None else change(value) for value in coded.values.to_pylist()], pa.large_string())
    return pa.chunked_array([changed.take(pa.array(coded.codes))])


def is_header(records: Records, names: Sequence[str]) -> np.ndarray:
    """Which records are exactly that header.

    Args:
        records: The records.
        names: The header's fields.
    """
    found: np.ndarray = records.lengths == len(names)
    if not found.any():
        return found
    for index, name in enumerate(names):
        if not found.any():
            break
        found &= records.coded(index).equals(name)
    return found


def among(column: Column, values: Collection[str]) -> np.ndarray:
    """Which values are among those given.

    Args:
        column: The column; null is not.
        values: What to look for.
    """
    if not values:
        return np.zeros(len(column), bool)
    return column.spread(truths(pc.is_in(column.values, value_set=pa.array(list(values), pa.string()))))


def valid_addresses(column: Column) -> np.ndarray:
    """Which values are addresses that the server takes (`provkit.addresses`); null is none.

    Args:
        column: The column.
    """
    return column.spread(valid_values(column.values))


def to_csv(header: Sequence[str], tables: Sequence[Sequence[Strings]]) -> bytes:
    """CSV as the server writes it for Canvas: every cell quoted, quotes doubled, LF.

    Source: opencsv's `CSVWriter` with its defaults, as `CsvServiceImpl.writeCsvToBytes` uses it.

    Args:
        header: The header's fields.
        tables: Columns of equal length, below one another.
    """
    first = '"' + '","'.join(name.replace('"', '""') for name in header) + '"\n'
    return b"".join([first.encode(), *(_written(columns) for columns in tables)])


def _written(columns: Sequence[Strings]) -> bytes:
    if not columns or not len(columns[0]):
        return b""
    quote, end, comma, nothing = (pa.scalar(text, pa.large_string()) for text in ('"', '"\n', '","', ""))
    join: Any = pc.binary_join_element_wise  # its stubs do not know that arrays and scalars mix
    table = pa.table([column.cast(pa.large_string()) for column in columns], [str(index) for index in range(len(columns))])
    pieces = []
    for batch in table.to_batches(max_chunksize=1 << 17):
        cells: list[Any] = [pc.replace_substring(column, '"', '""') for column in batch.columns]
        cells[0] = join(quote, cells[0], nothing)
        cells[-1] = join(cells[-1], end, nothing)
        rows = join(*cells, comma)
        offsets, data = np.frombuffer(rows.buffers()[1], np.int64), rows.buffers()[2]
        pieces.append(data[int(offsets[rows.offset]) : int(offsets[rows.offset + len(rows)])].to_pybytes())
    return b"".join(pieces)
