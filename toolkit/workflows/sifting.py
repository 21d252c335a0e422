"""Which rows have errors, without a list of all of them: a mask per kind, and of each rule the first findings.

Who holds rows back must miss no error. Ten million findings would fill any memory, so each one is made, looked at and forgotten, unless
it is among those that are listed.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

import numpy as np
import numpy.typing as npt

from provkit.authoring import Authored
from provkit.rules import Collector, Finding, Origin, Report, RowAccount, Rule, Severity
from provkit.schemas.layouts import Kind

__all__ = ["Held", "Said", "Sieve", "at_the_source"]

Held = Mapping[Kind, npt.NDArray[np.int64]]
"""Positions of table rows, per kind, ascending."""

KINDS = {f"{kind}.csv": kind for kind in Kind}
"""What the files of a package hold, by their names."""


class Sieve(Collector):
    """Gathers findings of files that were made of tables: counts them, marks the rows that have errors, and keeps the first of each rule.

    Args:
        listed: How many findings of one rule are kept: those that come first in the source.
        kept: Per kind, the positions in the authored table of the rows written.
        sizes: Per kind, how many rows the authored table has.
        said: What has been said already and is not said again; None says everything.
        placed: Gives a finding its place in the source, where the files do not know it.
    """

    def __init__(
        self, listed: int, kept: Held, sizes: Mapping[Kind, int], said: Said | None, placed: Callable[[Finding], Finding]
    ) -> None:
        super().__init__(listed)
        self.stuck = False
        """Whether there is an error that no row can be taken out for."""
        self.ok = True
        """Whether there is no error, said already or not."""
        self._rows = kept
        self._said = said
        self._placed = placed
        self._masks = {kind: np.zeros(size, dtype=bool) for kind, size in sizes.items()}
        self._first: dict[Rule, list[Finding]] = {}

    def add(self, finding: Finding) -> None:
        """Count one finding, mark its row if it is an error, and keep it if it is among the first."""
        row = self._row(finding)
        if finding.severity is Severity.ERROR:
            self.ok = False
            if row is None:
                self.stuck = True
            else:
                self._masks[row[0]][row[1]] = True
        if self._said is not None and self._said.again(finding, row):
            return
        self.counts[finding.rule] += 1
        first = self._first.setdefault(finding.rule, [])
        first.append(self._placed(finding))
        if len(first) > 2 * self.listed + 1000:
            self._cut(first)

    def add_many(self, broken: Rule, count: int, findings: Iterator[Finding]) -> None:
        """Count `count` findings of one rule; each error is looked at, and of others those that there is room for.

        Args:
            broken: The rule.
            count: How many there are in all.
            findings: Makes them, in order, when asked.
        """
        asked = count if broken.severity is Severity.ERROR else min(count, max(0, self.listed - self.counts[broken]))
        for finding in islice(findings, asked):
            self.add(finding)
        if count > asked:
            self.counts[broken] += count - asked

    def broken(self, also: Held) -> Held:
        """The rows with errors, ascending.

        Args:
            also: Further rows.
        """
        masks = {kind: mask.copy() for kind, mask in self._masks.items()}
        for kind, positions in also.items():
            masks[kind][positions] = True
        return {kind: np.flatnonzero(mask) for kind, mask in masks.items() if mask.any()}

    def report(self, rows: RowAccount | None = None) -> Report:
        """What was gathered so far, as a sorted report."""
        kept: list[Finding] = []
        for first in self._first.values():
            self._cut(first)
            kept += first
        return Report(tuple(sorted(kept, key=lambda finding: finding.sort_key)), +self.counts, rows)

    def _cut(self, first: list[Finding]) -> None:
        first.sort(key=lambda finding: at_the_source(finding).sort_key)
        del first[self.listed :]

    def _row(self, finding: Finding) -> tuple[Kind, int] | None:
        """The table row that a finding is about; None where it is about something else."""
        kind = KINDS.get(finding.file or "")
        if kind is None or kind not in self._rows or finding.record is None or not 2 <= finding.record < len(self._rows[kind]) + 2:
            return None
        return kind, int(self._rows[kind][finding.record - 2])


class Said:
    """What authoring has said of its cells, and what has been said of them since: each mistake is told once, at its own cell.

    Args:
        authored: What the source says.
    """

    def __init__(self, authored: Authored) -> None:
        errors = [finding for finding in authored.report.findings if finding.severity is Severity.ERROR]
        self._cells = {finding.origin for finding in errors if _is_cell(finding.origin)}
        self._all_said = len(errors) == authored.report.count(Severity.ERROR)
        self._broken: dict[Kind, npt.NDArray[np.bool_]] = {}
        for table in authored.tables:
            mask = np.zeros(len(table), dtype=bool)
            mask[np.asarray(authored.broken.get(table.kind, ()), dtype=np.int64)] = True
            self._broken[table.kind] = mask
        self._seen: dict[tuple[str, str | None, str], _Seen] = {}

    def again(self, finding: Finding, row: tuple[Kind, int] | None) -> bool:
        """Whether a finding says again what has been said, or speaks of a row of which nothing is known; else it counts as said from now on.

        Args:
            finding: One of the files.
            row: The table row that it is about; None where it is about something else.
        """
        if row is None:
            return False
        of_one_value = finding.rule.shape == "value" and _is_cell(finding.origin)
        if self._broken[row[0]][row[1]] and not (self._all_said and of_one_value and finding.value):
            return True  # of a broken row nothing is known but what its other cells plainly say
        if not of_one_value or finding.origin is None:
            return False
        if finding.origin in self._cells:
            return True
        origin = finding.origin
        letters = (origin.cell or "").rstrip("0123456789")
        number = int((origin.cell or "")[len(letters) :])
        column = self._seen.setdefault((origin.file, origin.sheet, letters), _Seen())
        return column.again(number, finding.value or "", error=finding.severity is Severity.ERROR)


class _Seen:
    """The values that errors, and others, have been told of in one column: four bytes for each row, for there may be millions."""

    def __init__(self) -> None:
        self._marks = {True: np.zeros(0, np.uint32), False: np.zeros(0, np.uint32)}
        self._others: set[tuple[int, int, bool]] = set()

    def again(self, number: int, value: str, *, error: bool) -> bool:
        """Whether something as grave was told of a value; else it is from now on.

        Args:
            number: The row, as the user counts.
            value: The value; one cell may hold several.
            error: Whether it is an error: one is told although a warning was.
        """
        mark = zlib.crc32(value.encode("utf-8", "surrogatepass")) | 1
        if any(self._has(number, mark, of) for of in ({True} if error else {True, False})):
            return True
        marks = self._marks[error]
        if number >= len(marks):
            marks = self._marks[error] = np.concatenate(
                [marks, np.zeros(max(number + 1 - len(marks), len(marks), 1024), np.uint32)]
            )
        if marks[number]:
            self._others.add((number, mark, error))
        else:
            marks[number] = mark
        return False

    def _has(self, number: int, mark: int, error: bool) -> bool:  # noqa: FBT001 - which of the two
        marks = self._marks[error]
        return (number < len(marks) and int(marks[number]) == mark) or (number, mark, error) in self._others


def at_the_source(finding: Finding) -> Finding:
    """A finding without its place in a file that is not written, where the place in the source is known.

    Args:
        finding: Any finding.
    """
    return finding if finding.origin is None else replace(finding, file=None, line=None, record=None)


def _is_cell(origin: Origin | None) -> bool:
    """Whether a place is a single cell rather than a row or sheet."""
    return origin is not None and origin.cell is not None and not origin.cell.isdigit()
