"""What stops a send until somebody has said that it is meant. Each guard is declared here, once: help texts and docs are made of it.

A guard speaks of what the upload would do, stops with exit code 3 and its own stable word, and names what is to be typed if it is meant.
Saying so counts for one send.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provkit.errors import ConfigError, GuardError
from provkit.planning.settings import MAX_ENDED
from provkit.schemas.layouts import Kind
from provkit.words import counted, did_you_mean

if TYPE_CHECKING:
    from provkit.planning.compare import Changes
    from provkit.planning.courses import CourseChanges

__all__ = [
    "GUARDS",
    "HELD_BACK",
    "HELD_BACK_LIMIT",
    "NOT_CONFIRMED",
    "OLD_SOURCE",
    "PLAN_DIFFERS",
    "STALE_SOURCE",
    "Allowed",
    "Guard",
    "Stop",
    "allowed",
    "refuse",
    "stops",
]

AT_LEAST = 5
"""So many enrollments must end before their share counts."""
HALF_AT_LEAST = 2
"""So many people must lose a course before it counts that they are more than half of it."""
SMALLER = 0.5
"""A package with less than this share of the last one's rows is much smaller."""
SMALLER_AT_LEAST = 10
"""So many rows must the last package have had before it counts that this one is smaller."""
NAMED = 5
"""How many courses a sentence names."""


@dataclass(frozen=True)
class Guard:
    """One reason to stop.

    Attributes:
        reason: The stable word for machines.
        when: When it stops, as a clause for docs.
        flag: What lets it pass, once; None where nothing does.
        help: What the flag says, for the command line.
        by_name: Whether the flag takes the id of what is meant, once for each.
        remedy: What else to do about it.
    """

    reason: str
    when: str
    flag: str | None
    help: str = ""
    by_name: bool = False
    remedy: str = ""


ENDS_COURSE = Guard(
    "ends_course",
    "a course is deleted or completed that was not before; its enrollments end with it",
    "--end-course",
    "Let this course be deleted or completed as the package says; its id, once for each.",
    by_name=True,
)
ENDS_SECTION = Guard(
    "ends_section",
    "a section is deleted that was not before; its enrollments end with it",
    "--end-section",
    "Let this section be deleted as the package says; its id, once for each.",
    by_name=True,
)
FIRST_SEND_ENDS = Guard(
    "first_send_ends",
    "nothing of this feed was accepted there before, and the package ends enrollments",
    "--allow first_send_ends",
    "Let the first package of a feed end enrollments.",
    remedy="If this feed was uploaded by other means before, say so first: provkit history add",
)
ENDS_TEACHERS = Guard(
    "ends_teachers",
    "a course loses all who teach it, or more than half of them",
    "--allow ends_teachers",
    "Let courses lose all or most of their teachers.",
)
ENDS_HALF = Guard(
    "ends_half",
    f"more than half of a course's people, and at least {HALF_AT_LEAST}, lose access, or the only one in a course that is gone from the source",
    "--allow ends_half",
    "Let more than half of a course lose access.",
    remedy="Has the source lost rows? Compare it with an earlier one. Is it another source of the same name? Then build it with --feed NAME.",
)
ENDS_MANY = Guard(
    "ends_many",
    f"more than {MAX_ENDED:g} % of all enrollments (max_ended in [env.NAME]), and at least {AT_LEAST}, end",
    "--allow ends_many",
    "Let more enrollments end than max_ended says.",
    remedy="Has the source lost rows? Compare it with an earlier one.",
)
MUCH_SMALLER = Guard(
    "much_smaller",
    f"the package, or one of its files, has less than half the rows of the last one, which had at least {SMALLER_AT_LEAST}",
    "--allow much_smaller",
    "Let a package be much smaller than the last.",
    remedy="Has the source lost rows? Compare it with an earlier one.",
)
UNUSUAL_GROUP = Guard(
    "unusual_group",
    "this computer has sent under other groups, and never under this one",
    "--allow unusual_group",
    "Let a package go under a group that was not used from here before.",
    remedy="Look at --group and at [env.NAME] in provkit.toml.",
)
STALE_SOURCE = Guard(
    "stale_source",
    "the source has changed since the package was built from it",
    "--outdated-ok",
    "Send the package although its source has changed since it was built.",
    remedy="Build it again.",
)
HELD_BACK = Guard(
    "held_back",
    "rows of the source were held back when the package was built",
    "--allow held_back",
    "Send the package although rows of its source were held back.",
    remedy="Mend the rows that the build named, and build again.",
)
HELD_BACK_LIMIT = Guard(
    "held_back_limit",
    "in a run with --hold-back, more rows would be held back than --hold-back-limit says",
    "--hold-back-limit",
    remedy="Mend the rows that the build step names.",
)
OLD_SOURCE = Guard(
    "old_source",
    "in a run with --max-age, the source was last written longer ago",
    "--max-age",
    remedy="Look whether the job that writes it still runs.",
)
CHANGED_BY_HAND = Guard(
    "changed_by_hand", "a file of the package is not as it was built", None, remedy="Make the change in the source and build again."
)
MESSAGE_WITHOUT_NOTIFY = Guard(
    "message_without_notify", "the package holds a message, and nobody has asked for it to be sent", "--notify"
)
NOTIFY_WITHOUT_MESSAGE = Guard("notify_without_message", "a message is asked for, and the package holds none", None)
RESERVED_ADDRESSES = Guard("reserved_addresses", "addresses stand in it that are set aside for examples", None)
PLAN_DIFFERS = Guard(
    "plan_differs",
    "what would be sent is not what the plan was made of, or something else was accepted in between",
    None,
    remedy="Make the plan again, look at it, and send with the new one.",
)
NOT_CONFIRMED = Guard(
    "not_confirmed",
    "it goes to production, and nobody has typed that name",
    "--yes --confirm-env production",
    remedy="Type the environment's name when asked.",
)

GUARDS: tuple[Guard, ...] = (
    ENDS_COURSE,
    ENDS_SECTION,
    FIRST_SEND_ENDS,
    ENDS_TEACHERS,
    ENDS_HALF,
    ENDS_MANY,
    MUCH_SMALLER,
    UNUSUAL_GROUP,
    STALE_SOURCE,
    HELD_BACK,
    HELD_BACK_LIMIT,
    OLD_SOURCE,
    CHANGED_BY_HAND,
    MESSAGE_WITHOUT_NOTIFY,
    NOTIFY_WITHOUT_MESSAGE,
    RESERVED_ADDRESSES,
    PLAN_DIFFERS,
    NOT_CONFIRMED,
)
"""Every guard of this module, in the order in which they are shown."""


@dataclass(frozen=True)
class Allowed:
    """What somebody has said is meant, for one send.

    Attributes:
        reasons: Guards that may pass, by their words.
        courses: Courses that may end.
        sections: Sections that may end.
    """

    reasons: frozenset[str] = frozenset()
    courses: frozenset[str] = frozenset()
    sections: frozenset[str] = frozenset()

    def named(self, guard: Guard) -> Collection[str]:
        """The ids that were said for a guard that asks for them.

        Args:
            guard: The guard.
        """
        return {ENDS_COURSE.reason: self.courses, ENDS_SECTION.reason: self.sections}.get(guard.reason, ())


def allowed(reasons: Collection[str] = (), courses: Collection[str] = (), sections: Collection[str] = ()) -> Allowed:
    """What was said on the command line.

    Args:
        reasons: What `--allow` said.
        courses: Courses that may end.
        sections: Sections that may end.

    Raises:
        ConfigError: There is no such guard, or it cannot be let pass.
    """
    known = [guard.reason for guard in GUARDS if guard.flag == f"--allow {guard.reason}"]
    for reason in reasons:
        if reason not in known:
            raise ConfigError(
                f"--allow knows no {reason!r}.{did_you_mean(reason, known)}",
                remedy=f"It takes one of {', '.join(known)}; see docs/changes.md.",
            )
    return Allowed(frozenset(reasons), frozenset(courses), frozenset(sections))


@dataclass(frozen=True)
class Stop:
    """A guard that stops, and why.

    Attributes:
        guard: Which.
        sentence: Why, in words about this upload.
        ids: What is to be named for it to pass.
    """

    guard: Guard
    sentence: str
    ids: tuple[str, ...] = field(default=())

    @property
    def meant(self) -> str:
        """What is to be typed if it is meant; "" where nothing helps."""
        if self.guard.flag is None or not self.guard.by_name:
            return self.guard.flag or ""
        shown = " ".join(f"{self.guard.flag} {one}" for one in self.ids[:NAMED])
        more = len(self.ids) - NAMED
        return f"{shown} and so on for {more:,} more (or {self.guard.flag} @FILE, an id a line)" if more > 0 else shown

    @property
    def remedy(self) -> str:
        """What to do, and what to type if it is meant."""
        return " ".join(filter(None, (self.guard.remedy, f"If it is meant: {self.meant}" if self.meant else "")))


def refuse(found: Sequence[Stop]) -> GuardError:
    """All that stops a send as one error; its reason is the first one's.

    Args:
        found: What stops it; at least one.
    """
    sentences = "\n".join(stop.sentence for stop in found)
    remedies = list(dict.fromkeys(stop.guard.remedy for stop in found if stop.guard.remedy))
    meant = " ".join(stop.meant for stop in found if stop.meant)
    return GuardError(
        f"{sentences}\nNothing was sent.",
        reason=found[0].guard.reason,
        remedy="\n".join([*remedies, *([f"If it is meant: {meant}"] if meant else [])]),
    )


def stops(
    changes: Changes,
    courses: Sequence[CourseChanges],
    *,
    said: Allowed | None = None,
    max_ended: float = MAX_ENDED,
    group: str | None = None,
    groups_before: Collection[str] = (),
    held_back: int = 0,
) -> tuple[Stop, ...]:
    """What stops an upload, without what was said to be meant.

    Args:
        changes: What the upload changes.
        courses: The same by course.
        said: What was said to be meant.
        max_ended: Which share of the enrollments may end without a word, in percent.
        group: The group that it goes to.
        groups_before: Groups that were sent to from this computer.
        held_back: How many rows of the source were held back.
    """
    said = said or Allowed()
    found = [
        *_ends_by_name(changes, said),
        *(_first_send(changes) if changes.before is None else _ends(changes, courses, max_ended)),
        *_smaller(changes),
        *_group(group, groups_before),
        *_held_back(held_back),
    ]
    return tuple(stop for stop in found if stop.guard.reason not in said.reasons)


def _ends_by_name(changes: Changes, said: Allowed) -> Iterator[Stop]:
    for guard, kind, thing, name, ends in (
        (ENDS_COURSE, Kind.COURSES, "course", "course_id", changes.now.ended_courses),
        (ENDS_SECTION, Kind.SECTIONS, "section", "section_id", changes.now.ended_sections),
    ):
        rows = changes.kinds[kind]
        ids = [one.strip() for one in rows.now.take(rows.ended).columns[name].to_pylist()] if rows.ended.any() else []
        unsaid = sorted(set(ids) - set(said.named(guard)))
        if unsaid:
            shown = _listed([f"{one} is {ends[one]}" for one in unsaid])
            yield Stop(
                guard,
                f"This ends {counted(len(unsaid), thing)}, with every enrollment there: {shown}.",
                tuple(unsaid),
            )


def _first_send(changes: Changes) -> Iterator[Stop]:
    ends = int(changes.kinds[Kind.ENROLLMENTS].ended.sum())
    if ends:
        yield Stop(
            FIRST_SEND_ENDS,
            f"Nothing of this feed is known to have been accepted there, and its package ends {counted(ends, 'enrollment')}.",
        )


def _ends(changes: Changes, courses: Sequence[CourseChanges], max_ended: float) -> Iterator[Stop]:
    # A course that ends itself was asked about by its name.
    left = [course for course in courses if course.ends is None]
    teachers = [course for course in left if course.teachers_before and _loses_teachers(course)]
    if teachers:
        shown = _listed(
            [f"{course.name} ({course.teachers_before:,} before, {course.teachers_after:,} after)" for course in teachers]
        )
        yield Stop(ENDS_TEACHERS, f"All or most teachers of {counted(len(teachers), 'course')} lose access: {shown}.")
    # A course of one is gone too where another source, of the same name, is compared with this one's last package.
    halves = [
        course for course in left if 2 * len(course.lost) > course.before and (len(course.lost) >= HALF_AT_LEAST or course.vanished)
    ]
    if halves:
        shown = _listed([f"{course.name} ({len(course.lost):,} of {course.before:,})" for course in halves])
        yield Stop(ENDS_HALF, f"More than half of {counted(len(halves), 'course')} lose access: {shown}.")
    lost = sum(len(course.lost) for course in left)
    before = int((changes.before.access if changes.before is not None else ()).sum()) if changes.before is not None else 0
    before += int((changes.kinds[Kind.ENROLLMENTS].new & changes.kinds[Kind.ENROLLMENTS].ended).sum())
    if lost >= AT_LEAST and 100 * lost > max_ended * before:
        yield Stop(
            ENDS_MANY,
            f"{counted(lost, 'person', 'people')} lose access to a course, of {counted(before, 'enrollment')} before: more than {max_ended:g} %.",
        )


def _loses_teachers(course: CourseChanges) -> bool:
    lost = course.teachers_before - course.teachers_after
    return lost > 0 and (course.teachers_after == 0 or 2 * lost > course.teachers_before)


def _smaller(changes: Changes) -> Iterator[Stop]:
    before = {kind: int(change.before.listed.sum()) for kind, change in changes.kinds.items() if kind is not Kind.EXPAND}
    now = {kind: len(changes.kinds[kind].now) for kind in before}
    pairs = [("the package", sum(before.values()), sum(now.values()))]
    pairs += [(f"{kind}.csv", before[kind], now[kind]) for kind in before if now[kind]]
    shown = [
        f"{what} has {counted(rows, 'row')}, and had {had:,}"
        for what, had, rows in pairs
        if had >= SMALLER_AT_LEAST and rows < SMALLER * had
    ]
    if shown:
        yield Stop(MUCH_SMALLER, f"This is much smaller than what was last accepted: {'; '.join(shown)}.")


def _group(group: str | None, before: Collection[str]) -> Iterator[Stop]:
    if group is not None and before and group not in before:
        yield Stop(UNUSUAL_GROUP, f"Nothing was ever sent from here under the group {group}; it was {_listed(sorted(before))}.")


def _held_back(count: int) -> Iterator[Stop]:
    if count:
        yield Stop(
            HELD_BACK,
            f"{counted(count, 'row')} of the source {'was' if count == 1 else 'were'} held back and not in this package.",
        )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
