"""Cells of reports that a spreadsheet program opens: none of them may become a formula there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

__all__ = ["RISKY", "as_csv", "inert"]

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a cell begins that a spreadsheet program would take for a formula, or that hides such a beginning."""


def inert(text: str) -> str:
    """A cell's text, with an apostrophe in front where a spreadsheet program would otherwise calculate it.

    Args:
        text: The text as it stands. Only reports are treated so; the files that are sent never are.
    """
    return f"'{text}" if text.startswith(RISKY) else text


def as_csv(rows: Iterable[Iterable[str]]) -> str:
    """A table as CSV that a spreadsheet program opens well: UTF-8 with a byte-order mark, no formulas, each row ending in a line feed.

    Args:
        rows: The header, then each row.
    """
    return "\ufeff" + "".join(_lines(rows))


def _lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")  # or a carriage return inside a cell would not be quoted
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(map(inert, row))
        yield f"{buffer.getvalue()[:-2]}\n"
