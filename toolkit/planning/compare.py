"""What an upload would change: what was last accepted from a feed, against what its package says now. A pure function over both.

A plain upload ends nobody's access by leaving a row out; only a row that says so does. Changes only can say it for those who disappeared
from the source, and is careful: a row that is held back, or that another feed still lists, has not disappeared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from provkit.held_back import HeldBack
from provkit.planning.codes import Codes, Strings, number, positions
from provkit.planning.settings import Removals
from provkit.planning.state import (
    Mask,
    Rows,
    State,
    ended_enrollment,
    keys,
    places,
    same_id,
    same_person,
)
from provkit.schemas.layouts import Kind

__all__ = ["Changes", "Gone", "KindChanges", "compare", "courses_of"]

pc: Any = pyarrow.compute  # its stubs know no mixture of arrays and scalars

_COMPARED: Mapping[Kind, tuple[str, ...]] = {
    Kind.USERS: ("login_id", "first_name", "last_name"),
    Kind.COURSES: (
        *("short_name", "long_name", "account_id", "term_id", "status", "start_date", "end_date", "blueprint_course_id"),
    ),
    Kind.SECTIONS: ("course_id", "name", "status", "start_date", "end_date"),
    Kind.ENROLLMENTS: ("course_id", "user_id"),
    Kind.EXPAND: (),
}
"""Columns that are compared as written; what the server derives or does not read is not among them."""

_STATUSES = ("deleted_last_completed", "active", "deleted", "completed", "inactive")


@dataclass(frozen=True, eq=False)
class KindChanges:
    """What becomes of the rows of one kind.

    Attributes:
        kind: Which kind.
        before: What was last accepted.
        now: What the package says.
        new: Rows of the package that were not there before.
        changed: Rows of the package that say something else than before.
        again: Rows of the package that are not known to have arrived.
        ended: Rows of the package that end something which was there, or which nobody knows of.
        gone: Rows of before that the package does not hold, although it holds others of the kind.
        idle: Enrollments of the package whose course or section is over: they go once it is opened again.
    """

    kind: Kind
    before: Rows
    now: Rows
    new: Mask
    changed: Mask
    again: Mask
    ended: Mask
    gone: Mask
    idle: Mask

    @property
    def goes(self) -> Mask:
        """Which rows of the package go where only changes do. A row of Expand goes once."""
        if self.kind is Kind.EXPAND:
            return self.new | self.again
        return (self.new | self.changed | self.again) & ~self.idle

    @property
    def added(self) -> int:
        """How many rows are new and end nothing."""
        return int(np.count_nonzero(self.new & ~self.ended))

    @property
    def altered(self) -> int:
        """How many rows say something else, and end nothing."""
        return int(np.count_nonzero(self.changed & ~self.ended))

    @property
    def untouched(self) -> int:
        """How many rows say what they said before."""
        return int(np.count_nonzero(~(self.new | self.changed | self.ended)))


@dataclass(frozen=True, eq=False)
class Gone:
    """Enrollments that gave access and are no longer in the source, as masks over what was there before.

    Attributes:
        ended: They get another status: the upload ends them.
        left: They are reported, and keep their access.
        held_back: They may be among the rows held back.
        elsewhere: Another feed still lists them.
        renamed: They may be people who are now named by university id instead of username, or the other way round.
    """

    ended: Mask
    left: Mask
    held_back: Mask
    elsewhere: Mask
    renamed: Mask


@dataclass(frozen=True, eq=False)
class Changes:
    """What an upload changes.

    Attributes:
        before: What was last accepted; None where nothing is known of it.
        now: What the package says.
        after: What will have been asked for once this is accepted.
        kinds: What becomes of the rows of each kind.
        gone: What becomes of enrollments that disappeared.
        partial: Whether only changes go.
        removals: What becomes of what disappeared, where only changes go.
    """

    before: State | None
    now: State
    after: State
    kinds: Mapping[Kind, KindChanges]
    gone: Gone
    partial: bool
    removals: Removals

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to send where only changes go."""
        return not self.gone.ended.any() and not any(change.goes.any() for change in self.kinds.values())

    def rows_to_send(self) -> Mapping[Kind, Rows]:
        """What goes where only changes do: new and different rows, and the ends of those who disappeared."""
        found: dict[Kind, Rows] = {}
        for kind, change in self.kinds.items():
            rows = change.now.take(change.goes)
            if kind is Kind.ENROLLMENTS and self.gone.ended.any():
                rows = rows.and_(change.before.take(self.gone.ended).with_column("status", self.removals))
            if len(rows):
                found[kind] = rows
        return found


def compare(
    before: State | None,
    now: State,
    *,
    partial: bool = False,
    removals: Removals = "leave",
    held: HeldBack | None = None,
    others: Sequence[State] = (),
) -> Changes:
    """Say what an upload changes.

    Args:
        before: What was last accepted from this feed; None where nothing is known of it.
        now: What its package says now, whole.
        partial: Whether only changes go.
        removals: What becomes of enrollments that disappeared from the source, where only changes go.
        held: The enrollments that were held back when the package was built.
        others: What was last accepted from other feeds of the same group: whom they list is not ended here.
    """
    then = State() if before is None else before
    kinds: dict[Kind, KindChanges] = {kind: _changes(kind, then, now) for kind in Kind if kind is not Kind.ENROLLMENTS}
    # Courses and sections that the package does not name are as they were.
    homes = {kind: _kept(kinds[kind]) for kind in (Kind.COURSES, Kind.SECTIONS)}
    current = State({**now.rows, **{kind: rows for kind, rows in homes.items() if len(rows)}})
    kinds[Kind.ENROLLMENTS] = _changes(Kind.ENROLLMENTS, then, current)
    enrollments = kinds[Kind.ENROLLMENTS]
    gone = _gone(enrollments, then, current, partial=partial, removals=removals, held=held, others=others)
    after = _after(then, current, kinds, gone, partial=partial)
    return Changes(before, now, after, kinds, gone, partial, removals)


def _changes(kind: Kind, then: State, now: State) -> KindChanges:
    rows, known = now.get(kind), then.get(kind)
    ours, theirs = keys(rows, known)
    at = positions(ours, theirs)
    new = at < 0
    found, where = np.flatnonzero(~new), at[~new]
    differs = np.zeros(len(rows), bool)
    for one, other in _compared(kind, rows, known):
        differs[found] |= one[found] != other[where]
    ended, idle = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    if kind is Kind.ENROLLMENTS:
        statuses = number(rows.columns["status"])
        says_ended = statuses.where(ended_enrollment)[statuses.codes[0]] if len(rows) else ended
        given, had = now.access, then.access
        # A course that ends or comes back takes its enrollments along, although their own rows say what they said.
        differs[found] |= given[found] != had[where]
        ended = new & says_ended
        ended[found] = had[where] & ~given[found]
        idle = ~given & ~says_ended
    elif kind in (Kind.COURSES, Kind.SECTIONS):
        ended = _newly_ended(kind, rows, then, now)
    again = np.zeros(len(rows), bool)
    again[found] = ~known.sure[where]
    gone = np.ones(len(known), bool)
    gone[where] = False
    return KindChanges(kind, known, rows, new, differs, again, ended, gone & bool(len(rows)), idle)


def _compared(kind: Kind, rows: Rows, known: Rows) -> list[tuple[Codes, Codes]]:
    """What counts as different, as numbers: each time for the package's rows and for those of before."""
    pairs: list[Sequence[Codes]] = [number(rows.columns[name], known.columns[name]).codes for name in _COMPARED[kind]]
    if kind is Kind.USERS:
        pairs.append([_is(side.columns["service"], lambda text: text == "e") for side in (rows, known)])
    if kind is Kind.ENROLLMENTS:
        pairs.append(number(rows.columns["status"], known.columns["status"], change=_statuses).codes)
        pairs.append([_limited(side) for side in (rows, known)])
    return [(one, other) for one, other in pairs]


def _is(column: Strings, test: Callable[[str], bool]) -> Codes:
    numbers = number(column)
    return numbers.where(test)[numbers.codes[0]].astype(np.int64)


def _statuses(texts: Any) -> Any:
    """Statuses of enrollments as Canvas takes them: by their beginning."""
    words = [text.strip().lower() for text in texts.to_pylist()]
    return pa.array([next((one for one in _STATUSES if word.startswith(one)), word) for word in words], pa.large_string())


def _limited(rows: Rows) -> Codes:
    """limit_section_privileges as the server sends it: true but for teachers, unless the row says otherwise."""
    said = number(rows.columns["limit_section_privileges"])
    empty, no = (said.where(test) for test in (lambda text: not text, lambda text: text.lower() == "false"))
    teacher = _is(rows.columns["role"], lambda role: role == "teacher").astype(bool)
    codes = said.codes[0]
    limited: Mask = np.where(empty[codes], ~teacher, ~no[codes]) if len(rows) else np.zeros(0, bool)
    return limited.astype(np.int64)


def _newly_ended(kind: Kind, rows: Rows, then: State, now: State) -> Mask:
    """Courses or sections that end, unless that very end was accepted before."""
    name = "course_id" if kind is Kind.COURSES else "section_id"
    ends, ended = (now.ended_courses, then.ended_courses) if kind is Kind.COURSES else (now.ended_sections, then.ended_sections)
    if not ends:
        return np.zeros(len(rows), bool)
    ids = number(rows.columns[name], change=same_id)
    return ids.where(lambda one: one in ends and ended.get(one) != ends[one])[ids.codes[0]]


def _gone(
    enrollments: KindChanges,
    then: State,
    now: State,
    *,
    partial: bool,
    removals: Removals,
    held: HeldBack | None,
    others: Sequence[State],
) -> Gone:
    rows = enrollments.before
    nobody = np.zeros(len(rows), bool)
    candidates = enrollments.gone & then.access
    if candidates.any():
        candidates &= ~_end_anyway(rows, candidates, now)
    if not candidates.any():
        return Gone(nobody, nobody, nobody, nobody, nobody)
    waits = candidates & _maybe_held_back(then, held) if held is not None else nobody
    open_ = candidates & ~waits
    elsewhere = open_ & _listed_elsewhere(rows, open_, others) if others else nobody
    open_ = open_ & ~elsewhere
    renamed = open_ & _named_otherwise(enrollments, open_)
    open_ = open_ & ~renamed
    ends = partial and removals != "leave"
    return Gone(open_ if ends else nobody, nobody if ends else open_, waits, elsewhere, renamed)


def _end_anyway(rows: Rows, candidates: Mask, now: State) -> Mask:
    """Those whose course or section the package itself ends."""
    found = np.zeros(len(rows), bool)
    if now.ended_courses or now.ended_sections:
        few = rows.take(candidates)
        courses = courses_of(few, now)
        ends = _is(courses, now.ended_courses.__contains__).astype(bool)
        ends |= _is(same_id(few.columns["section_id"]), now.ended_sections.__contains__).astype(bool)
        found[candidates] = ends
    return found


def _maybe_held_back(then: State, held: HeldBack) -> Mask:
    """Those that may be among the rows that a build held back."""
    rows = then.get(Kind.ENROLLMENTS)
    courses = number(courses_of(rows, then))
    sections = number(rows.columns["section_id"], change=same_id)
    people = number(rows.columns["user_id"], change=same_person)
    covered = held.covers(courses.texts.to_pylist(), sections.texts.to_pylist(), people.texts.to_pylist())
    if covered.everything:
        return np.ones(len(rows), bool)
    found: Mask = courses.where(covered.courses.__contains__)[courses.codes[0]]
    found |= sections.where(covered.sections.__contains__)[sections.codes[0]]
    if covered.people:
        found |= people.where(covered.people.__contains__)[people.codes[0]]
    return found


def _listed_elsewhere(rows: Rows, candidates: Mask, others: Sequence[State]) -> Mask:
    """Those whom another feed lists, and who have access there."""
    few = rows.take(candidates)
    theirs = [other.get(Kind.ENROLLMENTS).take(other.access & other.get(Kind.ENROLLMENTS).listed) for other in others]
    ours, *listed = keys(few, *theirs)
    found = np.zeros(len(rows), bool)
    found[candidates] = np.isin(ours, np.concatenate(listed))
    return found


def _named_otherwise(enrollments: KindChanges, candidates: Mask) -> Mask:
    """Those who may be there under another name: a username and a university id can be one person, and nobody here can tell.

    To end the one in the upload that brings the other would end that person's access.
    """
    found = np.zeros(len(enrollments.before), bool)
    arriving = enrollments.now.take(enrollments.new & ~enrollments.ended)
    if not len(arriving):
        return found
    few = enrollments.before.take(candidates)
    few_places, new_places = places(few, arriving)
    few_forms, new_forms = _forms(few), _forms(arriving)
    blocked = np.zeros(len(few), bool)
    for form, other in ((1, 2), (2, 1)):
        blocked |= (few_forms == form) & np.isin(few_places, new_places[new_forms == other])
    found[candidates] = blocked
    return found


def _forms(rows: Rows) -> Codes:
    """How people are named: 0 by address, 1 by university id, 2 by username."""
    numbers = number(rows.columns["user_id"], change=same_person)
    forms = np.array([0 if "@" in text else 1 if text.isdigit() else 2 for text in numbers.texts.to_pylist()], np.int64)
    return forms[numbers.codes[0]]


def courses_of(rows: Rows, *states: State) -> Strings:
    """The course of each enrollment: the one that it names, else its section's; "" where that is not known.

    Args:
        rows: Enrollments.
        *states: Where sections are looked up, the first that knows one.
    """
    courses = same_id(rows.columns["course_id"])
    blank = pc.equal(courses, "")
    if not len(rows) or not pc.any(blank).as_py():
        return courses
    numbers = number(rows.columns["section_id"], change=same_id)
    homes = [
        next((state.section_courses[one] for state in states if one in state.section_courses), "")
        for one in numbers.texts.to_pylist()
    ]
    looked_up: Any = pa.array(homes, pa.large_string())
    return pc.if_else(blank, pa.chunked_array([looked_up.take(pa.array(numbers.codes[0]))]), courses)


def _kept(change: KindChanges) -> Rows:
    """Rows of one kind that are in force afterwards: those of the package, and others that it does not name."""
    if not len(change.now):
        return change.before  # a kind that is missing altogether says nothing
    if change.kind is Kind.USERS:
        return change.now  # somebody who comes back is sent again: an account may have lapsed
    rest = change.before.take(change.gone)
    # A row of Expand would be sent twice if it were forgotten and came back.
    return change.now.and_(rest if change.kind is Kind.EXPAND else rest.marked(listed=False))


def _after(then: State, current: State, kinds: Mapping[Kind, KindChanges], gone: Gone, *, partial: bool) -> State:
    """What will have been asked for: the package, and what stays in force of before."""
    rows: dict[Kind, Rows] = {kind: _kept(change) for kind, change in kinds.items() if kind is not Kind.ENROLLMENTS}
    change = kinds[Kind.ENROLLMENTS]
    rows[Kind.ENROLLMENTS] = change.now.and_(*_in_force(change.before, then, current, gone)) if len(change.now) else change.before
    return State({kind: rows[kind] for kind in Kind if len(rows[kind])}, then.partial_sends + 1 if partial else 0)


def _in_force(rows: Rows, then: State, current: State, gone: Gone) -> list[Rows]:
    """Enrollments that are not in the package and still give access; they are looked at again the next time.

    Of courses that are not in the package at all nothing is kept: they have left the source as a whole, and were reported once.
    """
    kept = [rows.take(gone.held_back), rows.take(gone.elsewhere).marked(listed=False)]
    if gone.left.any():
        here = number(courses_of(current.get(Kind.ENROLLMENTS), current, then)).texts
        few = rows.take(gone.left)
        stays = pc.is_in(courses_of(few, current, then), value_set=here).to_numpy().astype(bool)
        kept.append(few.take(stays).marked(listed=False))
    return kept
