"""One look at what a source makes: its rows as files, what is wrong with them, and which rows that concerns.

A mistake is reported once, at its own cell: what authoring has said of a cell is not said again by the checks of the files, and one cell
that feeds two files has one finding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

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
from provkit.workflows.sifting import KINDS, Held, Said, Sieve, at_the_source
from provkit.writer import encode, file_name

__all__ = ["Held", "Look", "Outcome", "held_enrollments", "judge"]

Extra = Callable[[Tables], Mapping[str, bytes]]
"""Gives further files of a package that holds the tables: the message."""


@dataclass(frozen=True, eq=False)
class Look:
    """The rows that are not held back, as files, and what was found in them.

    Attributes:
        package: The files.
        examined: What was found.
        kept: Per kind, the positions in the authored table of the rows written.
        sieve: Which rows have errors.
    """

    package: Package
    examined: Examined
    kept: Held
    sieve: Sieve


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
    sizes = {table.kind: len(table) for table in authored.tables}

    def look(held: Held, said: Said | None = None) -> Look:
        package, kept = _files(authored, held, extra, app=app)
        sieve = Sieve(listed, kept, sizes, said, partial(_in_the_message, places))
        return Look(package, examine(package, known=known, notify=notify, app=app, collector=sieve), kept, sieve)

    first = look({}, Said(authored))
    direct = first.sieve.broken(authored.broken)
    found = merge(authored.report, first.examined.report)
    if found.ok:
        return Outcome(first.package, first.examined, found, {}, _written(first))
    if not hold_back or first.sieve.stuck:
        return Outcome(None, first.examined, _at_the_source(found), direct, {})
    found = merge(authored.report, _errors(first.examined.report))
    while True:
        held = dependents(authored, direct)[0]
        last = look(held)
        if last.sieve.ok or last.sieve.stuck:
            break
        found = merge(found, _errors(last.examined.report))
        direct = last.sieve.broken(direct)
    collector = Collector(listed)
    collector.extend(dependents(authored, direct)[1])
    found = _at_the_source(merge(found, collector.report()))
    if last.sieve.stuck:
        return Outcome(None, last.examined, merge(found, _at_the_source(last.examined.report)), held, {})
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
    origins = {part.digest: tables[kind] for part in package.parts if (kind := KINDS.get(part.name or "")) is not None}
    return replace(package, origins=Origins.of(origins)), kept


def _in_the_message(places: Mapping[str, Origin], finding: Finding) -> Finding:
    """What is found in the message, with its place on the message's sheet."""
    if not places or finding.file != MESSAGE_NAME:
        return finding
    return replace(finding, origin=places.get(finding.column or "", places[""]))


def _written(look: Look) -> dict[str, int]:
    return {f"{kind}.csv": len(look.kept[kind]) for kind in Kind if kind in look.kept}


def _errors(report: Report) -> Report:
    """A report's errors only."""
    findings = tuple(finding for finding in report.findings if finding.severity is Severity.ERROR)
    return Report(findings, {broken: number for broken, number in report.counts.items() if broken.severity is Severity.ERROR})


def _at_the_source(report: Report) -> Report:
    """A report of files that are not written: with places in the source only, where those are known."""
    return replace(report, findings=tuple(sorted(map(at_the_source, report.findings), key=lambda finding: finding.sort_key)))
