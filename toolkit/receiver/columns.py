"""Columns of records, and what is asked of them: each distinct value once."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from provkit.addresses import PLAINLY_VALID, PLAINLY_VALID_LENGTH, valid_mask
from provkit.receiver.model import Strings
from provkit.receiver.records import Records

__all__ = ["among", "coded", "equals", "is_header", "mapped", "spread", "to_csv", "valid_addresses", "where"]


def equals(column: Strings, text: str) -> np.ndarray:
    """Which values equal a text.

    Args:
        column: The column; null equals nothing.
        text: What to compare with.
    """
    same: Any = pc.equal(column, pa.scalar(text))
    return _bools(same.fill_null(False))  # noqa: FBT003  the filling


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


def spread(column: Strings, test: Callable[[str], bool]) -> np.ndarray:
    """Test each distinct value, and say of each record what its value gave; False for null.

    Args:
        column: The column.
        test: Takes a value.
    """
    distinct, indices = coded(column)
    broken = np.fromiter((value is not None and test(value) for value in distinct), bool, len(distinct))
    return broken[indices] if len(distinct) else np.zeros(len(column), bool)


def mapped(column: Strings, change: Callable[[str], str | None]) -> Strings:
    """The column with each distinct value replaced; null stays null.

    Args:
        column: The column.
        change: Takes a value, gives the new one.
    """
    distinct, indices = coded(column)
    changed = pa.array([None if value is None else change(value) for value in distinct], pa.large_string())
    return pa.chunked_array([changed.take(pa.array(indices))])


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
        found[found] = equals(where(records.column(index), found), name)
    return found


def among(column: Strings, values: Collection[str]) -> np.ndarray:
    """Which values are among those given.

    Args:
        column: The column; null is not.
        values: What to look for.
    """
    if not values:
        return np.zeros(len(column), bool)
    return _bools(pc.is_in(column, value_set=pa.array(list(values), pa.string())))


def valid_addresses(column: Strings) -> np.ndarray:
    """Which values are addresses that the server takes (`provkit.addresses`); null is none.

    Args:
        column: The column.
    """
    if not len(column):
        return np.zeros(0, bool)
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        valid = np.concatenate(list(workers.map(_plainly_valid, column.chunks)))
    odd = ~valid
    if odd.any():
        distinct, indices = coded(where(column, odd))
        valid[odd] = np.array(valid_mask(distinct), bool)[indices]
    return valid


def _plainly_valid(column: Any) -> np.ndarray:
    plain: Any = pc.and_(
        pc.match_substring_regex(column, PLAINLY_VALID),
        pc.less_equal(pc.binary_length(column), pa.scalar(PLAINLY_VALID_LENGTH, pa.int32())),
    )
    mask: np.ndarray = plain.fill_null(False).to_numpy(zero_copy_only=False)  # noqa: FBT003  the filling
    return mask.astype(bool)


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


def coded(column: Strings) -> tuple[list[str | None], np.ndarray]:
    """Distinct values, and which of them each record has.

    Args:
        column: The column; null is a value like any other.
    """
    if not len(column):
        return [], np.zeros(0, np.int32)
    encoded = pc.dictionary_encode(column, null_encoding="encode")  # all chunks have one dictionary
    indices = np.concatenate([chunk.indices.to_numpy() for chunk in encoded.chunks])
    return encoded.chunk(0).dictionary.to_pylist(), indices


def _bools(values: Strings) -> np.ndarray:
    mask: np.ndarray = values.to_numpy()
    return mask.astype(bool)
