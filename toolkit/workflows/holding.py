"""One look at what a source makes: its rows as files, what is wrong with them, and which rows that concerns.

A mistake is reported once, at its own cell: what authoring has said of a cell is not said again by the checks of the files, and one cell
that feeds two files has one finding.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from provkit.authoring import Authored
from provkit.authoring.authored import Fate
from provkit.authoring.held import dependents
from provkit.checks import Examined, examine
from provkit.held_back import HeldBack
from provkit.origins import Origins
from provkit.package import MESSAGE_NAME, Package
from provkit.receiver import Known
from provkit.rules import Collector, Finding, Origin, Report, Severity, merge
from provkit.schemas.layouts import Kind
from provkit.tables import Table, Tables
from provkit.writer import encode, file_name

__all__ = ["Held", "Look", "Outcome", "held_enrollments", "judge"]

Held = Mapping[Kind, npt.NDArray[np.int64]]
"""Positions of table rows, per kind, ascending."""

EVERY = 1 << 60
"""More findings than any report lists: where a row is taken out for its error, none may be missed."""

_KINDS = {f"{kind}.csv": kind for kind in Kind}

Extra = Callable[[Tables], Mapping[str, bytes]]
"""Gives further files of a package that holds the tables: the message."""


@dataclass(frozen=True, eq=False)
class Look:
    """The rows that are not held back, as files, and what was found in them.

    Attributes:
        package: The files.
        examined: What was found.
        kept: Per kind, the positions in the authored table of the rows written.
    """

    package: Package
    examined: Examined
    kept: Held

    def row(self, finding: Finding) -> tuple[Kind, int] | None:
        """The table row that a finding is about; None where it is about something else.

        Args:
            finding: One of the files.
        """
        kind = _KINDS.get(finding.file or "")
        if kind is None or kind not in self.kept or finding.record is None or not 2 <= finding.record < len(self.kept[kind]) + 2:
            return None
        return kind, int(self.kept[kind][finding.record - 2])

    @cached_property
    def errors(self) -> tuple[Finding, ...]:
        """The errors listed."""
        return tuple(finding for finding in self.examined.report.findings if finding.severity is Severity.ERROR)

    @property
    def stuck(self) -> bool:
        """Whether there is an error that no row can be taken out for."""
        return any(self.row(finding) is None for finding in self.errors)

    @property
    def complete(self) -> bool:
        """Whether every error is listed."""
        return len(self.errors) == self.examined.report.count(Severity.ERROR)

    def broken(self, also: Held) -> Held:
        """The rows with errors.

        Args:
            also: Further rows.
        """
        masks = {kind: set(positions.tolist()) for kind, positions in also.items()}
        for finding in self.errors:
            row = self.row(finding)
            if row is not None:
                masks.setdefault(row[0], set()).add(row[1])
        return {kind: np.array(sorted(positions), dtype=np.int64) for kind, positions in masks.items() if positions}


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of it all.

    Attributes:
        package: The files; None where errors stand in the way.
        examined: What was found in the last look at the files.
        report: Every finding, of the source and of the files.
        held: The rows that are not in the package.
        written: Rows per file of the package.
    """

    package: Package | None
    examined: Examined
    report: Report
    held: Held
    written: Mapping[str, int]


def judge(
    authored: Authored,
    extra: Extra,
    places: Mapping[str, Origin],
    *,
    known: Known | None,
    notify: bool,
    app: bool,
    hold_back: bool,
    listed: int,
) -> Outcome:
    """Make the files of a source, and say what is wrong with them.

    Args:
        authored: What the source says.
        extra: Gives further files.
        places: Where the parts of the message stand in the source; under "" the message as a whole; empty where it is not from there.
        known: What exists elsewhere.
        notify: Whether the notification of new guests is asked for.
        app: Whether the files are for the upload page.
        hold_back: Whether rows with errors, and those that depend on them, are taken out.
        listed: How many findings of one rule are listed.
    """

    def look(held: Held, listed: int) -> Look:
        package, kept = _files(authored, held, extra, app=app)
        examined = examine(package, known=known, notify=notify, app=app, listed=listed)
        return Look(package, replace(examined, report=_in_the_message(places, examined.report)), kept)

    first = look({}, listed)
    if not first.complete or (hold_back and not first.examined.report.ok):
        first = look({}, EVERY)
    found = merge(authored.report, _once(authored, first))
    direct = first.broken(authored.broken)
    if found.ok:
        return Outcome(first.package, first.examined, found, {}, _written(first))
    if not hold_back or first.stuck:
        return Outcome(None, first.examined, _only(found, placed=False), direct, {})
    found = merge(authored.report, _only(_once(authored, first), errors=True))
    while True:
        held = dependents(authored, direct)[0]
        last = look(held, EVERY)
        if last.examined.report.ok or last.stuck:
            break
        found = merge(found, _only(last.examined.report, errors=True))
        direct = last.broken(direct)
    collector = Collector(listed)
    collector.extend(dependents(authored, direct)[1])
    found = _only(merge(found, collector.report()), placed=False)
    if last.stuck:
        return Outcome(None, last.examined, merge(found, _only(last.examined.report, placed=False)), held, {})
    return Outcome(last.package, last.examined, merge(found, last.examined.report), held, _written(last))


def held_enrollments(authored: Authored, outcome: Outcome) -> HeldBack | None:
    """Which enrollments are held back, so that nobody takes them for gone; None where there is no package.

    Args:
        authored: What the source says.
        outcome: What is in the package.
    """
    if outcome.package is None:
        return None
    digests = "".join(part.digest for part in outcome.package.parts)
    table, held = authored.tables.get(Kind.ENROLLMENTS), outcome.held.get(Kind.ENROLLMENTS)
    rows: Iterable[tuple[str, str, str]] = ()
    if table is not None and held is not None and len(held):
        frame = table.frame.iloc[held]
        rows = zip(*(frame[name].tolist() for name in ("course_id", "section_id", "user_id")), strict=True)
    # A row that never got into a table may be anybody's.
    unplaced = sum(int(((sheet.fates == Fate.HELD_BACK) & (sheet.positions < 0)).sum()) for sheet in authored.account.sheets)
    return HeldBack.of(hashlib.sha256(digests.encode()).hexdigest(), rows, unplaced)


def _files(authored: Authored, held: Held, extra: Extra, *, app: bool) -> tuple[Package, Held]:
    """The files of all rows but those held back."""
    kept: dict[Kind, npt.NDArray[np.int64]] = {}
    tables: dict[Kind, Table] = {}
    for table in authored.tables:
        stays = np.ones(len(table), dtype=bool)
        if table.kind in held:
            stays[held[table.kind]] = False
        if stays.any():
            kept[table.kind] = np.flatnonzero(stays)
            tables[table.kind] = table if stays.all() else table.take(kept[table.kind])
    files = {file_name(table): encode(table) for table in tables.values()}
    files |= extra(Tables(tables, authored.tables.message))
    package = Package.from_files(files, door="app" if app else "files")
    origins = {part.digest: tables[kind] for part in package.parts if (kind := _KINDS.get(part.name or "")) is not None}
    return replace(package, origins=Origins.of(origins)), kept


def _in_the_message(places: Mapping[str, Origin], report: Report) -> Report:
    """What is found in the message, with its place on the message's sheet."""
    if not places:
        return report
    findings = [
        replace(finding, origin=places.get(finding.column or "", places[""])) if finding.file == MESSAGE_NAME else finding
        for finding in report.findings
    ]
    return replace(report, findings=tuple(findings))


def _written(look: Look) -> dict[str, int]:
    return {f"{kind}.csv": len(look.kept[kind]) for kind in Kind if kind in look.kept}


def _once(authored: Authored, look: Look) -> Report:
    """What the files have that authoring has not said already, and each cell once."""
    said = [finding for finding in authored.report.findings if finding.severity is Severity.ERROR]
    cells = {finding.origin for finding in said if _is_cell(finding.origin)}
    all_said = len(said) == authored.report.count(Severity.ERROR)
    broken = {kind: set(positions.tolist()) for kind, positions in authored.broken.items()}
    seen: set[tuple[Origin, str | None]] = set()

    def again(finding: Finding) -> bool:
        row = look.row(finding)
        if row is None:
            return False
        of_one_value = finding.rule.shape == "value" and _is_cell(finding.origin)
        if row[1] in broken.get(row[0], ()) and not (all_said and of_one_value and finding.value):
            return True  # of a broken row nothing is known but what its other cells plainly say
        if not of_one_value or finding.origin is None:
            return False
        if finding.origin in cells or (finding.origin, finding.value) in seen:
            return True
        seen.add((finding.origin, finding.value))
        return False

    order = sorted(look.examined.report.findings, key=lambda finding: (finding.severity.rank, _rank(finding), finding.sort_key))
    return _without(look.examined.report, [finding for finding in order if again(finding)])


def _rank(finding: Finding) -> int:
    """The place of a finding's file among the kinds: what is said of a person comes before what is said of an enrollment."""
    kind = _KINDS.get(finding.file or "")
    return len(Kind) if kind is None else tuple(Kind).index(kind)


def _is_cell(origin: Origin | None) -> bool:
    """Whether a place is a single cell rather than a row or sheet."""
    return origin is not None and origin.cell is not None and not origin.cell.isdigit()


def _without(report: Report, dropped: Iterable[Finding]) -> Report:
    gone = {id(finding): finding for finding in dropped}
    counts = Counter(report.counts)
    counts.subtract(Counter(finding.rule for finding in gone.values()))
    kept = tuple(finding for finding in report.findings if id(finding) not in gone)
    return Report(kept, {broken: number for broken, number in counts.items() if number}, report.rows)


def _only(report: Report, *, errors: bool = False, placed: bool = True) -> Report:
    """A report's errors only; or without places in a file that is not written, where the place in the source is known."""
    findings = [finding for finding in report.findings if not errors or finding.severity is Severity.ERROR]
    if not placed:
        findings = [
            finding if finding.origin is None else replace(finding, file=None, line=None, record=None) for finding in findings
        ]
    counts = {broken: number for broken, number in report.counts.items() if not errors or broken.severity is Severity.ERROR}
    return Report(tuple(sorted(findings, key=lambda finding: finding.sort_key)), counts, report.rows)
