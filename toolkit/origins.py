"""Where every row of a package came from: kept beside it, so that a finding about a file can speak of a cell.

`.provkit/origins.json` holds row numbers, sheet names and column positions; no value of any cell, no time, no path. A file is known by
the digest of its bytes: one that was edited since has no origins, rather than wrong ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from provkit.errors import PackageError
from provkit.rules import Origin
from provkit.tables import Joined, Place, Table, place_of

__all__ = ["FORMAT", "FileOrigins", "Origins"]

FORMAT = 1


@dataclass(frozen=True, eq=False)
class FileOrigins:
    """The origins of one file's rows, in the file's order, the header not counted.

    Attributes:
        rows: The row's number in its source.
        sheets: Index into `places`.
        places: Per source sheet, each column's place.
    """

    rows: np.ndarray
    sheets: np.ndarray
    places: tuple[Mapping[str, Place], ...]

    @classmethod
    def of(cls, table: Table) -> FileOrigins:
        """The origins of a file that holds a table's rows, in order."""
        return cls(table.source_rows, table.source_sheets, table.places)

    def to_dict(self) -> dict[str, object]:
        """As saved: row numbers as steps from row to row, and both columns as runs of the same number."""
        joined: dict[int, tuple[int, Joined]] = {}
        for sheet in self.places:
            for place in sheet.values():
                if place.joined is not None:
                    joined.setdefault(id(place.joined), (len(joined), place.joined))
        saved: dict[str, object] = {
            "places": [
                {
                    name: [place.file, place.sheet, place.column] + ([] if place.joined is None else [joined[id(place.joined)][0]])
                    for name, place in sheet.items()
                }
                for sheet in self.places
            ],
            "sheets": _runs(self.sheets),
            "steps": _runs(_steps(self.rows)),
        }
        if joined:
            saved["joined"] = [[_runs(_steps(rows.here)), _runs(_steps(rows.there))] for _, rows in joined.values()]
        return saved

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> FileOrigins:
        """The inverse of `to_dict`."""
        joined = [Joined(*(np.cumsum(_spread(steps)) for steps in pair)) for pair in saved.get("joined", ())]

        def place(file: str, sheet: str | None, column: int | None, by: int | None = None) -> Place:
            return Place(file, sheet, column, None if by is None else joined[by])

        places = tuple({name: place(*told) for name, told in sheet.items()} for sheet in saved["places"])
        return cls(np.cumsum(_spread(saved["steps"])), _spread(saved["sheets"]), places)


class Origins:
    """The origins of all files of a package, by the digest of their bytes.

    Args:
        load: Gives the files' origins when they are first asked for: most packages have no finding that needs them.
    """

    def __init__(self, load: Callable[[], Mapping[str, FileOrigins]]) -> None:
        self._load = load

    @classmethod
    def of(cls, tables: Mapping[str, Table]) -> Origins:
        """The origins of a package just made.

        Args:
            tables: By the digest of the bytes that hold the table's rows.
        """
        files = {digest: FileOrigins.of(table) for digest, table in tables.items()}
        return cls(lambda: files)

    @classmethod
    def saved(cls, read: Callable[[], bytes]) -> Origins:
        """Origins as they were saved.

        Args:
            read: Gives the bytes of `origins.json` when they are first asked for.
        """

        def load() -> Mapping[str, FileOrigins]:
            try:
                saved = json.loads(read())
                if saved["format"] != FORMAT:
                    raise PackageError(
                        "This package's places in the source were saved by another version of provkit.", remedy="Build it again."
                    )
                return {digest: FileOrigins.from_dict(file) for digest, file in saved["files"].items()}
            except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
                raise PackageError("The file origins.json in .provkit is damaged.", remedy="Build the package again.") from error

        return cls(load)

    @cached_property
    def files(self) -> Mapping[str, FileOrigins]:
        """Per digest (sha256, hex), the origins of the file's rows."""
        return self._load()

    def at(self, digest: str, record: int, column: str | None) -> Origin | None:
        """Where a value of a file came from; None where that is not known.

        Args:
            digest: The sha256 of the file's bytes, in hex.
            record: The record's number, the header being 1.
            column: A column of the file; None for the row as a whole.
        """
        file = self.files.get(digest)
        row = record - 2
        if file is None or not 0 <= row < len(file.rows):
            return None
        return place_of(file.places[int(file.sheets[row])], int(file.rows[row]), column)

    def to_bytes(self) -> bytes:
        """As saved in `origins.json`: the same origins give the same bytes."""
        files = {digest: file.to_dict() for digest, file in self.files.items()}
        return json.dumps({"format": FORMAT, "files": files}, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def _steps(rows: np.ndarray) -> np.ndarray:
    """From row to row."""
    return np.diff(rows.astype(np.int64), prepend=np.int64(0))


def _runs(numbers: np.ndarray) -> list[list[int]]:
    """Numbers as two lists: each run's number, and how often it stands there."""
    if len(numbers) == 0:
        return [[], []]
    starts = np.flatnonzero(np.diff(numbers, prepend=numbers[0] - 1))
    lengths = np.diff(starts, append=len(numbers))
    return [numbers[starts].tolist(), lengths.tolist()]


def _spread(runs: list[list[int]]) -> np.ndarray:
    """The inverse of `_runs`."""
    values, lengths = runs
    return np.repeat(np.array(values, dtype=np.int64), np.array(lengths, dtype=np.int64))
