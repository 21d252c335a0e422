"""What becomes of enrollments that disappeared from the source: whom the upload ends, and who may only seem to be gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from provkit.held_back import HeldBack
from provkit.planning.codes import Codes, distinct, holds, number
from provkit.planning.rows import ROLES, Mask, Rows, keys, places, same_id, same_person, same_role
from provkit.planning.settings import Removals
from provkit.planning.state import State, courses_of
from provkit.schemas.layouts import Kind

__all__ = ["Gone", "find_gone"]


@dataclass(frozen=True, eq=False)
class Gone:
    """Enrollments that gave access, or will once their course is opened again, and are no longer in the source: masks over what was there before.

    Attributes:
        ended: They get another status: the upload ends them.
        left: They are reported, and keep their access.
        held_back: They may be among the rows held back.
        elsewhere: Another feed still lists them.
        renamed: They may be people who are now named by university id instead of username, or the other way round.
        misplaced: The same people come in a course, a section or a role that nobody else is in, which may be a slip.
    """

    ended: Mask
    left: Mask
    held_back: Mask
    elsewhere: Mask
    renamed: Mask
    misplaced: Mask


def find_gone(
    missing: Mask,
    new: Mask,
    then: State,
    now: State,
    *,
    partial: bool,
    removals: Removals,
    held: HeldBack | None,
    others: Sequence[State],
) -> Gone:
    """Say what becomes of enrollments that were there before and are no longer in the source.

    Args:
        missing: Which of the enrollments of before the package does not hold.
        new: Which of its own were not there before and end nothing.
        then: What was last accepted from this feed.
        now: What its package says now, with what stays in force of courses and sections.
        partial: Whether only changes go.
        removals: What becomes of them where only changes go.
        held: The enrollments that were held back when the package was built.
        others: What was last accepted from other feeds of the same group.
    """
    rows = then.get(Kind.ENROLLMENTS)
    nobody = np.zeros(len(rows), bool)
    candidates = missing & then.stands
    if candidates.any():
        candidates &= ~_end_anyway(rows, candidates, then, now)
    if not candidates.any():
        return Gone(*[nobody] * 6)
    waits = candidates & _maybe_held_back(then, held) if held is not None else nobody
    open_ = candidates & ~waits
    elsewhere = open_ & _listed_elsewhere(rows, open_, others) if others else nobody
    open_ = open_ & ~elsewhere
    renamed = open_ & _named_otherwise(rows, open_, now.get(Kind.ENROLLMENTS).take(new))
    open_ = open_ & ~renamed
    misplaced = open_ & _maybe_misplaced(rows, open_, new, then, now)
    open_ = open_ & ~misplaced
    ends = partial and removals != "leave"
    return Gone(open_ if ends else nobody, nobody if ends else open_, waits, elsewhere, renamed, misplaced)


def _end_anyway(rows: Rows, candidates: Mask, then: State, now: State) -> Mask:
    """Those whose course or section the package itself ends. A course that was over before ends nobody once more."""
    found = np.zeros(len(rows), bool)
    ended = {course for course, word in now.ended_courses.items() if then.ended_courses.get(course) != word}
    if ended or now.ended_sections:
        few = rows.take(candidates)
        courses = courses_of(few, now)
        ends = holds(courses, ended.__contains__)
        ends |= holds(same_id(few.columns["section_id"]), now.ended_sections.__contains__)
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
    """Those whom another feed lists, and not as ended."""
    few = rows.take(candidates)
    theirs = [other.get(Kind.ENROLLMENTS).take(other.stands & other.get(Kind.ENROLLMENTS).listed) for other in others]
    ours, *listed = keys(few, *theirs)
    found = np.zeros(len(rows), bool)
    found[candidates] = np.isin(ours, np.concatenate(listed))
    return found


def _named_otherwise(rows: Rows, candidates: Mask, arriving: Rows) -> Mask:
    """Those who may be there under another name: a username and a university id can be one person, and nobody here can tell.

    To end the one in the upload that brings the other would end that person's access.
    """
    found = np.zeros(len(rows), bool)
    if not len(arriving):
        return found
    few = rows.take(candidates)
    few_places, new_places = places(few, arriving)
    few_forms, new_forms = _forms(few), _forms(arriving)
    blocked = np.zeros(len(few), bool)
    for form, other in ((1, 2), (2, 1)):
        blocked |= (few_forms == form) & np.isin(few_places, new_places[new_forms == other])
    found[candidates] = blocked
    return found


def _maybe_misplaced(rows: Rows, candidates: Mask, new: Mask, then: State, now: State) -> Mask:
    """Those whose people come, in the same package, in a course, a section or a role that nobody else is in and no row describes.

    A cell with a slip in it looks so. Canvas may well refuse that row; to end the old one with it would end that person's access. Who was
    not ended for it once is not ended later, as long as the slip stands there.
    """
    found = np.zeros(len(rows), bool)
    few = rows.take(candidates)
    enrolled = (now.get(Kind.ENROLLMENTS), few, then.get(Kind.ENROLLMENTS))
    if not len(few) or not len(enrolled[0]):
        return found
    people = number(*(side.columns["user_id"] for side in enrolled), change=same_person)
    here, gone = people.codes[:2]
    if not np.isin(here, gone).any():
        return found
    alone = np.zeros(len(here), bool)
    columns: tuple[tuple[str, Callable[[Any], Any], Collection[str]], ...] = (
        ("course_id", same_id, now.course_names),
        ("section_id", same_id, now.section_courses),
        ("role", same_role, ROLES),
    )
    for name, change, described in columns:
        ids = number(*(side.columns[name] for side in enrolled), change=change)
        pairs = distinct(np.concatenate(ids.codes) * len(people) + np.concatenate(people.codes))
        lonely = np.bincount(pairs // len(people), minlength=len(ids)) == 1
        lonely &= np.array([bool(one) and one not in described for one in ids.texts.to_pylist()], bool)
        alone |= lonely[ids.codes[0]]
    found[candidates] = np.isin(gone, here[alone & new]) | (np.isin(gone, here[alone]) & ~few.listed)
    return found


def _forms(rows: Rows) -> Codes:
    """How people are named: 0 by address, 1 by university id, 2 by username."""
    numbers = number(rows.columns["user_id"], change=same_person)
    forms = np.array([0 if "@" in text else 1 if text.isdigit() else 2 for text in numbers.texts.to_pylist()], np.int64)
    return forms[numbers.codes[0]]
