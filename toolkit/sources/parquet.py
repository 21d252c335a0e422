"""Parquet files, as data warehouses write them: a table whose columns have names and types."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from provkit.errors import SourceError
from provkit.sources.bounds import MAX_CELLS
from provkit.tables import Cell, Sheet

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_parquet"]


def read_parquet(content: bytes, name: str) -> Sheet:
    """Read one Parquet file. Columns that hold lists or records are given as nothing but their names.

    Args:
        content: The file's bytes.
        name: Its name, without folders.

    Returns:
        A sheet whose first row holds the columns' names, numbered as a spreadsheet would.

    Raises:
        SourceError: It is damaged, locked, or too large.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        if file.metadata.num_rows * file.metadata.num_columns > MAX_CELLS:
            raise SourceError(f"{name} holds more than {MAX_CELLS:,} cells.", remedy="Divide it into several files.")
        table = file.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceError(f"{name} is damaged or not a Parquet file ({str(error)[:120]}).", remedy="Export it again.") from None
    names: list[Cell] = list(table.column_names)
    columns = [_cells(column) for column in table.columns]
    rows = [names, *(list(cells) for cells in zip(*columns, strict=True))]
    return Sheet(name, None, rows, range(1, len(rows) + 1))


def _cells(column: pa.ChunkedArray[Any]) -> list[Cell]:
    import pyarrow as pa

    if pa.types.is_nested(column.type):
        return [None] * len(column)
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    return [_cell(value) for value in column.to_pylist()]


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, (str, bool, int, float, date, time, timedelta)):
        aware = isinstance(value, datetime) and value.tzinfo is not None
        return value.isoformat() if aware else value  # type: ignore[union-attr]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
