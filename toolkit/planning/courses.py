"""What an upload changes for people, course by course: who gains access, who loses it, who is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from provkit.planning.codes import Codes, distinct, number, shared, union, without
from provkit.planning.compare import Changes
from provkit.planning.rows import Mask, Rows, ended_enrollment, same_person
from provkit.planning.state import State, courses_of
from provkit.schemas.layouts import Kind

__all__ = ["CourseChanges", "People", "by_course"]

_TEACHERS = ("teacher", "teacherenrollment")


class Roll:
    """Everybody in two states, by number.

    Args:
        texts: Each person as enrolled, in small letters.
        states: Where names are looked up, the first that knows one.
    """

    def __init__(self, texts: Sequence[str], states: Sequence[State]) -> None:
        self._texts = texts
        self._states = states

    @cached_property
    def _names(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for state in reversed(self._states):
            rows = state.get(Kind.USERS)
            logins = same_person(rows.columns["login_id"]).to_pylist()
            names = zip(*(rows.columns[name].to_pylist() for name in ("first_name", "last_name")), strict=True)
            found |= {login: " ".join(filter(None, name)) for login, name in zip(logins, names, strict=True)}
        return found

    def show(self, person: int) -> str:
        """A person as people say it: the name, if it is known, and the address or id.

        Args:
            person: The number.
        """
        text = self._texts[person]
        name = self._names.get(text)
        return f"{name} ({text})" if name else text


@dataclass(frozen=True, eq=False)
class People:
    """Some people of one course.

    Attributes:
        numbers: Their numbers.
        roll: Who they are.
    """

    numbers: Codes
    roll: Roll

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[str]:
        return (self.roll.show(person) for person in self.numbers.tolist())

    def first(self, count: int) -> list[str]:
        """The first few, by address or id.

        Args:
            count: How many.
        """
        return sorted(self.roll.show(person) for person in self.numbers[:count].tolist())


@dataclass(frozen=True, eq=False)
class CourseChanges:
    """What an upload changes in one course.

    Attributes:
        course: Its id; "" for enrollments whose course is not known.
        title: Its title; "" where no row gives one.
        before: How many people had access.
        after: How many have it afterwards.
        teachers_before: How many of them taught.
        teachers_after: How many teach afterwards.
        gained: Who gains access.
        lost: Who loses it.
        changed: Who keeps it, and changes role, section, or the like.
        left: Who is no longer in the source, and keeps access.
        waiting: Who may have disappeared, but keeps access: the row may be held back, or another feed lists it, or the person may be named
            otherwise now.
        ends: "deleted" or "completed" where the course itself ends, and did not before.
        ended_sections: Its sections that end, and did not before.
        reopened: Whether it had ended before, and comes back.
        renamed: Its title before, where it gets another.
        vanished: Whether the package has nothing of it any more.
    """

    course: str
    title: str
    before: int
    after: int
    teachers_before: int
    teachers_after: int
    gained: People
    lost: People
    changed: People
    left: People
    waiting: People
    ends: str | None = None
    ended_sections: tuple[str, ...] = ()
    reopened: bool = False
    renamed: str | None = None
    vanished: bool = False

    @property
    def name(self) -> str:
        """What it is called in sentences."""
        return self.title or self.course or "a course that is not known"


@dataclass(frozen=True, eq=False)
class _Side:
    """Enrollments of one state with the numbers of their courses and people."""

    rows: Rows
    courses: Codes
    people: Codes
    teaches: Mask

    def pairs(self, mask: Mask, width: int) -> Codes:
        found: Codes = distinct(self.courses[mask] * width + self.people[mask])
        return found


def by_course(changes: Changes) -> tuple[CourseChanges, ...]:
    """What changes in each course that is touched; where most people lose access comes first.

    Args:
        changes: What the upload changes.
    """
    then, after = changes.before or State(), changes.after
    rows = changes.kinds[Kind.ENROLLMENTS]
    tables = (rows.before, after.get(Kind.ENROLLMENTS), rows.now)
    places = number(*(courses_of(table, after, then) for table in tables))
    persons = number(*(table.columns["user_id"] for table in tables), change=same_person)
    roles = number(*(table.columns["role"] for table in tables))
    teaching = roles.where(lambda role: role.strip().lower() in _TEACHERS)
    sides = [
        _Side(table, place, person, teaching[role])
        for table, place, person, role in zip(tables, places.codes, persons.codes, roles.codes, strict=True)
    ]
    old, new, package = sides
    width = max(1, len(persons))
    # A row that ends somebody of whom nothing is known counts as that person's end: who it is may well have had access.
    statuses = number(rows.now.columns["status"])
    said = statuses.where(ended_enrollment)[statuses.codes[0]] if len(rows.now) else np.zeros(0, bool)
    unknown = rows.new & said
    had = union(old.pairs(then.access, width), package.pairs(unknown, width))
    has = new.pairs(after.access, width)
    taught = union(old.pairs(then.access & old.teaches, width), package.pairs(unknown & package.teaches, width))
    teach = new.pairs(after.access & new.teaches, width)
    lost, gained = without(had, has), without(has, had)
    moved = union(package.pairs((rows.new | rows.changed) & ~rows.ended, width), old.pairs(changes.gone.ended, width))
    changed = shared(without(moved, union(lost, gained)), has)
    gone = changes.gone
    groups = _Groups(
        had,
        has,
        taught,
        teach,
        gained=gained,
        lost=lost,
        changed=changed,
        left=shared(old.pairs(gone.left | gone.renamed | gone.misplaced, width), had),
        waiting=shared(old.pairs(gone.held_back | gone.elsewhere, width), had),
    )
    return _courses(changes, places.texts.to_pylist(), Roll(persons.texts.to_pylist(), (after, then)), width, groups)


class _Groups:
    """People in courses, as numbers: that of the course times a width, and that of the person.

    Args:
        *counted: Who had access, has it, taught, and teaches.
        **named: Others, by name.
    """

    def __init__(self, *counted: Codes, **named: Codes) -> None:
        self.counted = counted
        self.named = named


def _courses(changes: Changes, ids: Sequence[str], roll: Roll, width: int, groups: _Groups) -> tuple[CourseChanges, ...]:
    counts = [np.bincount(pairs // width, minlength=len(ids) + 1).tolist() for pairs in groups.counted]
    bounds = {name: np.searchsorted(pairs, np.arange(len(ids) + 1) * width) for name, pairs in groups.named.items()}
    numbers = {one: index for index, one in enumerate(ids)}
    touched = {int(index) for pairs in groups.named.values() for index in distinct(pairs // width)}
    facts = _Facts(changes)
    then, after = changes.before or State(), changes.after
    here = set(number(courses_of(changes.now.get(Kind.ENROLLMENTS), after)).texts.to_pylist()) | set(changes.now.course_names)

    def people(name: str, index: int) -> People:
        if index == len(ids):
            return People(np.zeros(0, np.int64), roll)
        return People(groups.named[name][bounds[name][index] : bounds[name][index + 1]] % width, roll)

    found = []
    for course in {ids[index] for index in touched} | facts.courses:
        index = numbers.get(course, len(ids))
        before, now, taught, teach = (count[index] for count in counts)
        found.append(
            CourseChanges(
                course,
                after.course_names.get(course) or then.course_names.get(course, ""),
                before,
                now,
                taught,
                teach,
                gained=people("gained", index),
                lost=people("lost", index),
                changed=people("changed", index),
                left=people("left", index),
                waiting=people("waiting", index),
                ends=facts.ends.get(course),
                ended_sections=tuple(facts.sections.get(course, ())),
                reopened=course in facts.reopened,
                renamed=facts.renamed.get(course),
                vanished=course not in here and changes.before is not None,
            )
        )
    return tuple(sorted(found, key=lambda one: (-len(one.lost), -len(one.left), -len(one.gained), one.course)))


class _Facts:
    """What the rows of courses and sections themselves change.

    Args:
        changes: What the upload changes.
    """

    def __init__(self, changes: Changes) -> None:
        then, after, now = changes.before or State(), changes.after, changes.now
        self.ends = {course: word for course, word in now.ended_courses.items() if then.ended_courses.get(course) != word}
        self.reopened = {one for one in then.ended_courses if one in now.course_names and one not in now.ended_courses}
        self.renamed = {
            course: then.course_names[course]
            for course, title in now.course_names.items()
            if title and then.course_names.get(course, title) not in ("", title)
        }
        self.sections: dict[str, list[str]] = {}
        for section in sorted(set(now.ended_sections) - set(then.ended_sections)):
            self.sections.setdefault(after.section_courses.get(section, ""), []).append(section)

    @property
    def courses(self) -> set[str]:
        """The courses that there is something to say of."""
        return {*self.ends, *self.reopened, *self.renamed, *self.sections}
