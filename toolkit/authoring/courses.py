"""Courses and sections: sheets of them, and those that a roster is to create."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from provkit.authoring.changes import ChangeKind
from provkit.authoring.columns import Coded, Codes, Mask, group
from provkit.authoring.dates import DateReader
from provkit.authoring.grids import LABEL, Grid
from provkit.authoring.ids import fill_by_setting, fill_by_template
from provkit.authoring.ledger import Ledger
from provkit.authoring.normalize import Cleaner, identifier, moment, text, words
from provkit.authoring.parts import Part, first_filled
from provkit.authoring.rules_sheets import (
    column_missing,
    course_id_missing,
    facts_contradict,
    new_course_incomplete,
    section_id_missing,
)
from provkit.authoring.settings import AuthoringSettings
from provkit.authoring.templates import IdTemplate
from provkit.schemas.layouts import Kind
from provkit.vocabulary import COURSE_FIELDS, SECTION_FIELDS

__all__ = ["Desk", "course_part", "new_courses", "new_sections", "section_part"]


@dataclass(frozen=True, eq=False)
class Desk:
    """What every stage needs at hand.

    Attributes:
        ledger: Where findings and changes go.
        settings: Defaults.
        dates: Reads dates.
        course_id: Template of course ids, if there is one.
        section_id: Template of section ids, if there is one.
        guests: Whether people without an account become guests.
    """

    ledger: Ledger
    settings: AuthoringSettings
    dates: DateReader
    course_id: IdTemplate | None
    section_id: IdTemplate | None
    guests: bool = True

    def cleaner(self, field: str) -> Cleaner:
        """What a field's cells go through.

        Args:
            field: A field of courses or sections, under a roster's name for it.
        """
        if field in ("short_name", "long_name", "section_name"):
            return text
        if field in ("course_status", "section_status"):
            return words(field)
        if field.endswith(("start_date", "end_date")):
            return moment(self.dates, end=field.endswith("end_date"))
        return identifier


class Roster(Protocol):
    """What is needed of a roster to create its courses and sections."""

    @property
    def grid(self) -> Grid:
        """The sheet."""

    @property
    def columns(self) -> Mapping[str, Coded]:
        """Its columns by field, read so far."""

    @property
    def wanted(self) -> Mask:
        """Rows whose course and section are to be created if the row tells enough."""

    @property
    def asked(self) -> Mask:
        """Rows that ask for it themselves."""


def course_part(desk: Desk, grid: Grid) -> Part:
    """The rows of a sheet of courses.

    Args:
        desk: What is at hand.
        grid: The sheet.
    """
    ledger, settings = desk.ledger, desk.settings
    everywhere = np.ones(len(grid), dtype=bool)
    columns = {column: ledger.read(grid, column, desk.cleaner(field)) for column, field in COURSE_FIELDS.items()}
    fill_by_template(ledger, grid, columns, "course_id", desk.course_id, within=everywhere)
    fill_by_setting(ledger, grid, columns, "account_id", settings.account_id, within=everywhere)
    fill_by_setting(ledger, grid, columns, "term_id", settings.term_id, within=everywhere)
    fill_by_setting(ledger, grid, columns, "status", settings.course_status, within=everywhere)
    _one_name(desk, grid, columns, everywhere)
    if not grid.columns.any("short_name", "long_name"):
        _missing(desk, grid, "long_name")
    if "status" not in grid.columns.fields and not settings.course_status:
        _missing(desk, grid, "status")
    _need(desk, grid, columns, "course_id")
    return _part(Kind.COURSES, grid, columns, {column: column for column in COURSE_FIELDS})


def section_part(desk: Desk, grid: Grid) -> Part:
    """The rows of a sheet of sections.

    Args:
        desk: What is at hand.
        grid: The sheet.
    """
    ledger, settings = desk.ledger, desk.settings
    everywhere = np.ones(len(grid), dtype=bool)
    columns = {column: ledger.read(grid, column, desk.cleaner(field)) for column, field in SECTION_FIELDS.items()}
    fill_by_template(ledger, grid, columns, "course_id", desk.course_id, within=everywhere)
    fill_by_template(ledger, grid, columns, "section_id", desk.section_id, within=everywhere)
    fill_by_setting(ledger, grid, columns, "status", settings.section_status, within=everywhere)
    for column in ("name", "status"):
        if column not in grid.columns.fields and columns[column].empty.all():
            _missing(desk, grid, column)
    _need(desk, grid, columns, "section_id")
    _need(desk, grid, columns, "course_id")
    return _part(Kind.SECTIONS, grid, columns, {column: column for column in SECTION_FIELDS})


def _one_name(desk: Desk, grid: Grid, columns: dict[str, Coded], within: Mask) -> None:
    """Where a sheet has one name for its courses, it is both the short and the long one."""
    for column, other in (("short_name", "long_name"), ("long_name", "short_name")):
        if column not in grid.columns.fields and other in grid.columns.fields:
            columns[column] = columns[other]
            rows = np.flatnonzero(within & ~columns[other].empty)
            desk.ledger.change(ChangeKind.FILLED, grid, column, rows, after=columns[other])


def _missing(desk: Desk, grid: Grid, field: str) -> None:
    desk.ledger.note(column_missing, grid.header_origin(), details={"field": LABEL.get(field, field.replace("_", " "))})
    grid.mark_broken(np.ones(len(grid), dtype=bool))


def _need(desk: Desk, grid: Grid, columns: Mapping[str, Coded], column: str) -> None:
    """Ids are never made up: a row without one is broken."""
    gap = columns[column].empty
    if column not in grid.columns.fields and gap.all():
        _missing(desk, grid, column)
    elif column == "section_id":
        desk.ledger.fault(section_id_missing, grid, column, np.flatnonzero(gap))
    else:
        desk.ledger.fault(course_id_missing, grid, column, np.flatnonzero(gap))
    grid.mark_broken(gap, column)


def _part(kind: Kind, grid: Grid, columns: Mapping[str, Coded], fields: Mapping[str, str]) -> Part:
    return Part(kind, grid, np.arange(len(grid)), columns, grid.broken_in(*fields.values()), [fields])


def new_courses(desk: Desk, roster: Roster, given: frozenset[str]) -> Part | None:
    """The courses that a roster is to create: those with a title, an account and a status.

    Args:
        desk: What is at hand.
        roster: The roster.
        given: Ids of courses that have rows of their own on another sheet.
    """
    ids = roster.columns["course_id"]
    rows = np.flatnonzero(roster.wanted & ids.where(lambda said: said and said not in given))
    if not len(rows):
        return None
    settings = desk.settings
    facts = _Facts(desk, roster.grid, rows, ids, COURSE_FIELDS)
    for column in COURSE_FIELDS:
        if column != "course_id":
            facts.read(column)
    titled = ~facts.columns["long_name"].empty | ~facts.columns["short_name"].empty
    facts.copy("short_name", "long_name")
    facts.copy("long_name", "short_name")
    facts.fill("account_id", settings.account_id)
    facts.fill("term_id", settings.term_id)
    facts.fill("status", settings.course_status)
    facts.demand({"long_name": "title", "account_id": "account", "status": "status"}, titled | facts.spread(roster.asked[rows]))
    return facts.part(Kind.COURSES)


def new_sections(desk: Desk, roster: Roster, given: frozenset[str], new: frozenset[str]) -> Part | None:
    """The sections that a roster is to create: those with a name and a status.

    Args:
        desk: What is at hand.
        roster: The roster.
        given: Ids of sections that have rows of their own on another sheet.
        new: Ids of courses that the roster creates: their sections cannot exist yet.
    """
    ids = roster.columns["section_id"]
    rows = np.flatnonzero(roster.wanted & ids.where(lambda said: said and said not in given))
    if not len(rows):
        return None
    facts = _Facts(desk, roster.grid, rows, ids, SECTION_FIELDS)
    facts.take("course_id", roster.columns["course_id"])
    for column in SECTION_FIELDS:
        if column not in ("section_id", "course_id"):
            facts.read(column)
    fresh = facts.columns["course_id"].where(new.__contains__)
    named = ~facts.columns["name"].empty | ~facts.columns["status"].empty
    facts.fill("status", desk.settings.section_status)
    facts.fill("status", "active", within=fresh)
    facts.demand({"name": "name", "status": "status"}, named | fresh | facts.spread(roster.asked[rows]))
    return facts.part(Kind.SECTIONS)


class _Facts:
    """What the rows of a roster tell together about the courses or sections in it."""

    def __init__(self, desk: Desk, grid: Grid, rows: Codes, ids: Coded, fields: Mapping[str, str]) -> None:
        self._desk, self._grid, self._rows, self._fields = desk, grid, rows, fields
        self._key = next(iter(fields))
        self._within = np.zeros(len(grid), dtype=bool)
        self._within[rows] = True
        self._ids = ids
        self._groups, self._first = group([ids.take(rows)])
        self._torn = np.zeros(len(self._first), dtype=bool)
        self._taken = np.ones(len(rows), dtype=bool)
        self.columns: dict[str, Coded] = {self._key: ids.take(rows)}

    def spread(self, mask: Mask) -> Mask:
        """True for all rows of a group of which one is True."""
        some = np.zeros(len(self._first), dtype=bool)
        some[self._groups[mask]] = True
        return some[self._groups]

    def read(self, column: str) -> None:
        """Read a field; every row gets what the first row of its group says, and rows that say otherwise are a finding."""
        ledger, grid, field = self._desk.ledger, self._grid, self._fields[column]
        self.take(column, ledger.read(grid, field, self._desk.cleaner(field), within=self._within))
        self._torn[self._groups[grid.broken_in(field)[self._rows]]] = True

    def take(self, column: str, whole: Coded) -> None:
        """The same with a column that has been read."""
        field = self._fields[column]
        own = whole.take(self._rows)
        self.columns[column] = first_filled(self._groups, len(self._first), own)
        both = Coded.concat([own, self.columns[column]])
        differs = np.flatnonzero((both.codes[: len(own)] != both.codes[len(own) :]) & ~own.empty)
        once = np.sort(differs[np.unique(self._groups[differs], return_index=True)[1]])
        details = {"field": LABEL.get(field, field.replace("_", " "))}
        self._desk.ledger.fault(facts_contradict, self._grid, field, self._rows[once], value=self._ids, details=details)
        self._torn[self._groups[differs]] = True

    def copy(self, column: str, other: str) -> None:
        """Fill a name from the other one."""
        self._set(column, self.columns[other], np.ones(len(self._rows), dtype=bool))

    def fill(self, column: str, value: str | None, within: Mask | None = None) -> None:
        """Fill what is empty with a value."""
        if value:
            everywhere = np.ones(len(self._rows), dtype=bool)
            self._set(column, Coded([value], np.zeros(len(self._rows), dtype=np.int64)), everywhere if within is None else within)

    def _set(self, column: str, values: Coded, within: Mask) -> None:
        gap = self.columns[column].empty & within & ~values.empty
        self.columns[column] = self.columns[column].or_else(values, within=gap)
        firsts = self._first[gap[self._first]]
        whole = np.zeros(len(self._grid), dtype=np.int64)
        whole[self._rows] = self.columns[column].codes
        after = Coded(self.columns[column].texts, whole)
        self._desk.ledger.change(ChangeKind.FILLED, self._grid, self._fields[column], self._rows[firsts], after=after)

    def demand(self, needed: Mapping[str, str], claimed: Mask) -> None:
        """Of the groups that claim to be created, those that lack something are broken; the others are taken for existing."""
        self._taken = claimed
        gaps = {word: self.columns[column].empty for column, word in needed.items()}
        for number, row in enumerate(self._first.tolist()):
            lacking = [word for word, gap in gaps.items() if gap[row]]
            if lacking and claimed[row]:
                at = self._rows[row : row + 1]
                details = {"what": self._key.removesuffix("_id"), "missing": " and ".join(lacking)}
                self._desk.ledger.fault(new_course_incomplete, self._grid, self._key, at, value=self._ids, details=details)
                self._torn[number] = True

    def part(self, kind: Kind) -> Part | None:
        """The rows for the table."""
        taken = np.flatnonzero(self._taken)
        if not len(taken):
            return None
        columns = {column: values.take(taken) for column, values in self.columns.items()}
        broken = self._torn[self._groups][taken] | self._grid.broken_in(self._key)[self._rows[taken]]
        return Part(kind, self._grid, self._rows[taken], columns, broken, [self._fields], chief=False)


def ids_of(parts: Sequence[Part], column: str) -> frozenset[str]:
    """The ids that rows give.

    Args:
        parts: Rows of one kind.
        column: The column of ids.
    """
    return frozenset(said for part in parts for said in part.columns[column].used())
