"""The rows of one CSV file: what becomes of each by the receiver's account, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from provkit.checks.catalogue.references import course_missing_beside_a_new_section, neither_course_nor_section
from provkit.checks.catalogue.rows import (
    backslash_vanishes,
    blank_line_rejected,
    blank_lines,
    expand_rows_wait,
    filled_in_by_the_service,
    header_inside_quotes,
    header_repeated,
    header_skipped,
    line_breaks_in_values,
    quotes_read_otherwise,
    row_accepted_with_another_length,
    row_dropped_for_its_length,
    row_rejected,
    row_rejected_for_its_length,
    row_that_ends_the_run,
    rows_swallowed,
)
from provkit.checks.coded import RowsOfFile
from provkit.checks.places import Places
from provkit.checks.written import Change, Written
from provkit.column import among, truths
from provkit.receiver.model import Fate, FileFate, Why
from provkit.receiver.records import Records
from provkit.rules import Collector, Finding, Rule
from provkit.schemas.layouts import BY_HEADER, Kind

__all__ = ["FileRows"]

pc: Any = pyarrow.compute  # its stubs know no mixture of arrays and scalars

_REASONS = {
    Why.ADDRESS: ("The service takes no guest by this address", "login_id"),
    Why.OFFICIAL_COURSE: ("This is an official class, which needs special rights", "course_id"),
    Why.OFFICIAL_SECTION: ("This is a section of an official class, which needs special rights", "section_id"),
    Why.ACCOUNT: ("The department may not work in this account", "account_id"),
    Why.NO_COURSE: ("No course is named, and the service finds none for this section", "section_id"),
    Why.NO_USER: ("The service finds nobody by this name", "user_id"),
}
"""Why the service rejects a row, and the column that this is about."""

_SECTION = 3
"""Where an enrollment names its section."""

_STRICT = (Kind.COURSES, Kind.SECTIONS)
"""Kinds of which every row must be as long as the header."""

_SHOWN = 60
"""How many characters are shown of a value that is read otherwise than it is written."""


@dataclass(frozen=True, eq=False)
class FileRows:
    """The rows of one file, with what the receiver says of them.

    Attributes:
        kind: What the file holds.
        records: What the service's reader makes of it.
        judged: What becomes of each record, of this file by itself.
        places: Makes its findings.
    """

    kind: Kind
    records: Records
    judged: FileFate
    places: Places

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The columns that the header names."""
        return BY_HEADER[",".join(self.records.fields(0))][1]

    @property
    def header_taken_apart(self) -> bool:
        """Whether the service counts the header's columns as they are meant."""
        return int(self.records.lengths[0]) == len(self.header)

    @cached_property
    def _written(self) -> Written:
        return Written(self.records)

    def inspect(self, collector: Collector) -> RowsOfFile | None:
        """Find what is wrong with rows as such.

        Args:
            collector: Takes the findings.

        Returns:
            The rows whose values can be looked at; None where the header is read otherwise than it is meant.
        """
        if not self.header_taken_apart:
            details = {"fields": int(self.records.lengths[0]), "columns": len(self.header)}
            collector.add(self.places.finding(header_inside_quotes, 0, details=details))
            return None
        usual = self.records.lengths == len(self.header)
        usual[0] = False
        headers = self._repeated_headers(usual, collector)
        swallowing = self._swallowing(collector)
        self._lengths(~usual, swallowing, collector)
        usual &= ~headers
        usual[swallowing] = False
        usual[self._alterations(swallowing, collector)] = False
        size = int(np.count_nonzero(usual))
        kept = None if size == len(usual) - 1 else np.flatnonzero(usual)
        chosen = slice(1, None) if kept is None else kept
        columns = {name: self.records.coded(index).rows(chosen, narrow=False) for index, name in enumerate(self.header)}
        return RowsOfFile(self.places, columns, kept, size)

    def derived(self, rows: RowsOfFile, collector: Collector, *, waits: bool) -> None:
        """Note what the service does for every row.

        Args:
            rows: The rows whose values can be looked at.
            collector: Takes the note.
            waits: Whether Expand rows wait for users of the same upload.
        """
        what = None
        sent = self.judged.count(Fate.SENT)
        if self.kind is Kind.USERS and sent:
            what = (
                f"In {sent:,} {_plural(sent, 'row', 'rows')} the service puts the address in login_id into user_id and email, "
                "the guest account's own id into login_id, and active into status"
            )
        elif self.kind is Kind.ENROLLMENTS:
            number = _unlimited(rows)
            if number:
                what = (
                    f"limit_section_privileges is not written in {number:,} {_plural(number, 'row', 'rows')} of others than teachers; "
                    "the service writes true: they see their own section only"
                )
        elif self.kind is Kind.EXPAND and waits and sent:
            collector.add(self.places.finding(expand_rows_wait))
        if what is not None:
            collector.add(self.places.finding(filled_in_by_the_service, details={"what": what}))

    def rejected(self, covered: np.ndarray, sections: Any, collector: Collector) -> None:
        """Name rows that the service rejects for a reason that no other finding has given.

        Args:
            covered: The records that have an error already.
            sections: The ids of the package's sections, an Arrow array.
            collector: Takes the findings.
        """
        rejected = np.flatnonzero((self.judged.fates == Fate.REJECTED) & (self.judged.why != Why.LENGTH))
        left = rejected[~among(rejected, covered)]
        homeless = self.judged.why[left] == Why.NO_COURSE
        if homeless.any():
            named = self.records.column(_SECTION).take(pa.array(left))
            nothing = homeless & truths(pc.equal(named, ""))
            new = homeless & ~nothing & truths(pc.is_in(named, value_set=sections.cast(named.type)))
            _many(
                collector,
                neither_course_nor_section,
                left[nothing],
                lambda record: self.places.finding(neither_course_nor_section, record, "course_id"),
            )
            _many(collector, course_missing_beside_a_new_section, left[new], self._new_section)
            left = left[~nothing & ~new]
        _many(collector, row_rejected, left, self._rejection)

    def _new_section(self, record: int) -> Finding:
        return self.places.finding(course_missing_beside_a_new_section, record, "course_id", self.records.fields(record)[_SECTION])

    def _rejection(self, record: int) -> Finding:
        reason, column = _REASONS[Why(int(self.judged.why[record]))]
        value = dict(zip(self.header, self.records.fields(record), strict=False)).get(column, "")
        return self.places.finding(row_rejected, record, column, value, details={"reason": reason})

    def _repeated_headers(self, usual: np.ndarray, collector: Collector) -> np.ndarray:
        """The header among the rows: skipped where the service knows it, sent on as a row elsewhere."""
        skipped: np.ndarray = self.judged.fates == Fate.HEADER
        skipped[0] = False
        _many(collector, header_skipped, np.flatnonzero(skipped), lambda record: self.places.finding(header_skipped, record))
        if self.kind not in _STRICT:
            return skipped
        again = usual.copy()
        for index, name in enumerate(self.header):
            again &= self.records.coded(index).equals(name)
            if not again.any():
                return skipped
        details = {"kind": str(self.kind)}
        _many(
            collector,
            header_repeated,
            np.flatnonzero(again),
            lambda record: self.places.finding(header_repeated, record, details=details),
        )
        either: np.ndarray = skipped | again
        return either

    def _lengths(self, unusual: np.ndarray, swallowing: np.ndarray, collector: Collector) -> None:
        """Rows that are longer or shorter than the header."""
        crash = np.flatnonzero(self.judged.fates == Fate.CRASH)
        _many(collector, row_that_ends_the_run, crash, lambda record: self._length(row_that_ends_the_run, record))
        unusual = unusual.copy()
        unusual[0] = False
        unusual[crash] = False
        unusual[swallowing] = False
        unusual &= self.judged.fates != Fate.HEADER
        if not unusual.any():
            return
        blank = unusual & (self.records.lengths == 1) & self.records.coded(0).equals("")
        if blank.any():
            self._blank(np.flatnonzero(blank), collector)
        odd = np.flatnonzero(unusual & ~blank)
        fates_of, why = self.judged.fates[odd], self.judged.why[odd]
        by_fate = (
            (row_dropped_for_its_length, (Fate.IGNORED, Fate.IGNORED_COUNTED)),
            (row_rejected_for_its_length, (Fate.REJECTED,)),
            (row_accepted_with_another_length, (Fate.SENT,)),
        )
        for broken, fates in by_fate:
            found = odd[np.isin(fates_of, fates) & np.isin(why, (Why.NOT_REJECTED, Why.LENGTH))]
            _many(collector, broken, found, partial(self._length, broken))

    def _length(self, broken: Rule, record: int) -> Finding:
        text = self._written.text(record)
        why = ""
        if "\\" in text:
            why = "; mind the backslash, which takes the meaning from the comma or quotation mark behind it"
        elif '"' in text:
            why = "; mind the quotation marks"
        fields = int(self.records.lengths[record])
        details = {"fields": "1 value" if fields == 1 else f"{fields} values", "wanted": len(self.header), "why": why}
        return self.places.finding(broken, record, details=details)

    def _blank(self, records: np.ndarray, collector: Collector) -> None:
        """Blank lines: of no consequence in some kinds, rejected rows in others."""
        if self.kind in _STRICT:
            _many(collector, blank_line_rejected, records, lambda record: self.places.finding(blank_line_rejected, record))
        else:
            collector.add(self.places.finding(blank_lines, int(records[0]), details={"count": f"{len(records):,}"}))

    def _swallowing(self, collector: Collector) -> np.ndarray:
        """Rows in which quotation marks enclose further rows; a note on others that hold line breaks."""
        broken = self._multiline()
        if not len(broken):
            return broken
        # Line breaks that are meant stand between quotation marks at the edges of a value.
        odd = among(broken, self._doubtful)
        odd[~odd] = [self._encloses_rows(record) for record in broken[~odd].tolist()]
        swallowing: np.ndarray = broken[odd]

        def swallowed(record: int) -> Finding:
            text = self._written.text(record)
            number = text.count("\n") + text.count("\r") - text.count("\r\n")
            noun = "row vanishes" if number == 1 else "rows vanish"
            details = {"last_line": self.places.line(record) + number, "rows": f"{number:,}", "noun": noun}
            return self.places.finding(rows_swallowed, record, details=details)

        _many(collector, rows_swallowed, swallowing, swallowed)
        left = broken[~odd]
        if len(left):
            details = {"count": f"{len(left):,}"}
            collector.add(self.places.finding(line_breaks_in_values, int(left[0]), details=details))
        return swallowing

    def _multiline(self) -> np.ndarray:
        """Records that hold a line break."""
        if self.records.one_line or self.records.content.find(b'"') < 0:
            return np.zeros(0, np.int64)
        found = np.zeros(len(self.records), bool)
        for column in self.records.columns:
            found |= column.spread(truths(pc.match_substring(column.values, "\n")))
        found[0] = False
        return np.flatnonzero(found)

    def _encloses_rows(self, record: int) -> bool:
        """Whether a value of a record holds as many commas as if there were whole rows in it."""
        commas = len(self.header) - 1
        return any("\n" in field and field.count(",") >= field.count("\n") * commas for field in self.records.fields(record))

    @cached_property
    def _doubtful(self) -> np.ndarray:
        return self._written.doubtful()

    def _alterations(self, swallowing: np.ndarray, collector: Collector) -> list[int]:
        """Values of rows that are sent, and arrive otherwise than they are written; the rows that fall into other values."""
        candidates = self._doubtful
        candidates = candidates[(self.judged.fates[candidates] == Fate.SENT) & (candidates > 0)]
        apart = []
        for record in candidates[~among(candidates, swallowing)].tolist():
            for change in self._written.changes(record):
                self._altered(record, change, collector)
                if change.field is None:
                    apart.append(record)
        return apart

    def _altered(self, record: int, change: Change, collector: Collector) -> None:
        broken = backslash_vanishes if "\\" in change.written else quotes_read_otherwise
        named = change.field is not None and change.field < len(self.header)
        column = self.header[change.field] if named and change.field is not None else None

        def made() -> Iterator[Finding]:
            yield self.places.finding(broken, record, column, change.read[:_SHOWN], values={"written": change.written[:_SHOWN]})

        collector.add_many(broken, 1, made())


def _many(collector: Collector, broken: Rule, records: np.ndarray, make: Callable[[int], Finding]) -> None:
    """Count findings; `make` is asked for those only that are listed."""
    if len(records):
        collector.add_many(broken, len(records), (make(int(record)) for record in records))


def _unlimited(rows: RowsOfFile) -> int:
    """Enrollments of others than teachers whose limit_section_privileges is not written."""
    other = ~rows.columns["role"].equals("teacher")
    if "limit_section_privileges" in rows.columns:
        other &= rows.columns["limit_section_privileges"].equals("")
    return int(np.count_nonzero(other))


def _plural(number: int, one: str, many: str) -> str:
    return one if number == 1 else many
