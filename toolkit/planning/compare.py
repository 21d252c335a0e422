"""What an upload would change: what was last accepted from a feed, against what its package says now. A pure function over both.

A plain upload ends nobody's access by leaving a row out; only a row that says so does. Changes only can say it for those who disappeared
from the source, and is careful: a row that is held back, or that another feed still lists, has not disappeared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from provkit.held_back import HeldBack
from provkit.planning.codes import Codes, holds, number, positions
from provkit.planning.gone import Gone, find_gone
from provkit.planning.rows import Mask, Rows, ended_enrollment, keys, same_id
from provkit.planning.settings import Removals
from provkit.planning.state import State, courses_of
from provkit.schemas.layouts import Kind

__all__ = ["Changes", "KindChanges", "compare", "compared_columns"]

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
        idle: Enrollments of the package whose course or section is deleted: Canvas would refuse them; they go once it is opened again.
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
    elsewhere = _turns_elsewhere(others)
    then = State() if before is None else _ended_elsewhere(before, elsewhere)
    kinds: dict[Kind, KindChanges] = {kind: _changes(kind, then, now) for kind in Kind if kind is not Kind.ENROLLMENTS}
    # Courses and sections that the package does not name are as they were.
    homes = {kind: _kept(kinds[kind]) for kind in (Kind.COURSES, Kind.SECTIONS)}
    current = State({**now.rows, **{kind: rows for kind, rows in homes.items() if len(rows)}})
    enrollments = _changes(Kind.ENROLLMENTS, then, current)
    kinds[Kind.ENROLLMENTS] = enrollments
    gone = find_gone(
        enrollments.gone,
        enrollments.new & ~enrollments.ended,
        then,
        current,
        partial=partial,
        removals=removals,
        held=held,
        others=others,
    )
    turns = Counter(then.turns)
    turns.update(_differing(then.ended_courses, current.ended_courses))
    after = replace(_after(then, current, kinds, gone, partial=partial), turns=dict(turns), turns_elsewhere=dict(elsewhere))
    return Changes(before, now, after, kinds, gone, partial, removals)


def _turns_elsewhere(others: Sequence[State]) -> Counter[str]:
    found: Counter[str] = Counter()
    for other in others:
        found.update(other.turns)
    return found


def _ended_elsewhere(then: State, elsewhere: Mapping[str, int]) -> State:
    """The same, where another feed has ended a course or opened it again since: what this one enrolls there ended with it, and goes again."""
    turned = then.within(_differing(then.turns_elsewhere, elsewhere))
    if not turned.any():
        return then
    rows = then.get(Kind.ENROLLMENTS)
    return replace(then, rows={**then.rows, Kind.ENROLLMENTS: replace(rows, sure=rows.sure & ~turned)})


def _differing(one: Mapping[str, object], other: Mapping[str, object]) -> set[str]:
    """What two mappings do not say alike."""
    return {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


def _changes(kind: Kind, then: State, now: State) -> KindChanges:
    rows, known = now.get(kind), then.get(kind)
    ours, theirs = keys(rows, known)
    at = positions(ours, theirs)
    new = at < 0
    found, where = np.flatnonzero(~new), at[~new]
    differs = np.zeros(len(rows), bool)
    for one, other in compared_columns(kind, rows, known):
        differs[found] |= one[found] != other[where]
    ended, idle = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    if kind is Kind.ENROLLMENTS:
        statuses = number(rows.columns["status"])
        says_ended = statuses.where(ended_enrollment)[statuses.codes[0]] if len(rows) else ended
        given, had = now.access, then.access
        # A course that ends or comes back takes its enrollments along, although their own rows say what they said. Those of a completed
        # course go once more behind its row, as they do in a full send: so they stand when it is opened again, even if a cell is bad by then.
        differs[found] |= (given[found] != had[where]) | (now.stands[found] != then.stands[where])
        ended = new & says_ended
        ended[found] = had[where] & ~given[found]
        idle = ~now.stands & ~says_ended
    elif kind in (Kind.COURSES, Kind.SECTIONS):
        ended = _newly_ended(kind, rows, then, now)
    again = np.zeros(len(rows), bool)
    again[found] = ~known.sure[where]
    gone = np.ones(len(known), bool)
    gone[where] = False
    return KindChanges(kind, known, rows, new, differs, again, ended, gone & bool(len(rows)), idle)


def compared_columns(kind: Kind, rows: Rows, known: Rows) -> list[tuple[Codes, Codes]]:
    """What counts as different, as numbers that are equal where Canvas would be told the same.

    Args:
        kind: Which kind.
        rows: Rows of it.
        known: Other rows of it.

    Returns:
        Per column the numbers of the rows, and of the others.
    """
    pairs: list[Sequence[Codes]] = [number(rows.columns[name], known.columns[name]).codes for name in _COMPARED[kind]]
    if kind is Kind.USERS:
        pairs.append([holds(side.columns["service"], lambda text: text == "e").astype(np.int64) for side in (rows, known)])
    if kind is Kind.ENROLLMENTS:
        pairs.append(number(rows.columns["status"], known.columns["status"], change=_statuses).codes)
        pairs.append([_limited(side) for side in (rows, known)])
    return [(one, other) for one, other in pairs]


def _statuses(texts: Any) -> Any:
    """Statuses of enrollments as Canvas takes them: by their beginning."""
    words = [text.strip().lower() for text in texts.to_pylist()]
    return pa.array([next((one for one in _STATUSES if word.startswith(one)), word) for word in words], pa.large_string())


def _limited(rows: Rows) -> Codes:
    """limit_section_privileges as the server sends it: true but for teachers, unless the row says otherwise."""
    said = number(rows.columns["limit_section_privileges"])
    empty, no = (said.where(test) for test in (lambda text: not text, lambda text: text.lower() == "false"))
    teacher = holds(rows.columns["role"], lambda role: role == "teacher")
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
    kept = [rows.take(gone.held_back), rows.take(gone.elsewhere | gone.misplaced).marked(listed=False)]
    if gone.left.any():
        here = number(courses_of(current.get(Kind.ENROLLMENTS), current, then)).texts
        few = rows.take(gone.left)
        stays = pc.is_in(courses_of(few, current, then), value_set=here).to_numpy().astype(bool)
        kept.append(few.take(stays).marked(listed=False))
    return kept
