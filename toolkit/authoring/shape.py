"""What a sheet holds, by its name and the names of its columns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from provkit.authoring.mapping import Columns, map_header
from provkit.tables import Cell
from provkit.vocabulary import Target

__all__ = ["COURSES", "PERSON", "find_target"]

PERSON = ("email", "user_id", "login_id", "username", "university_id")
"""Fields that say who is meant."""
COURSES = ("course_id", "section_id", "listing_id", "short_name", "long_name", "section_name")
"""Fields that say which course is meant."""
_NAMES = ("name", "first_name", "last_name")


def find_target(said: Target | None, header: Sequence[Cell], *, given: Collection[str] = (), email: bool = False) -> Target | None:
    """What a table holds: what its sheet's name says, if its columns can be that; else what its columns say.

    Args:
        said: What its name says, if anything.
        header: Its header row.
        given: Fields that a setting gives for every row.
        email: Whether there is a column of addresses though no header says so.

    Returns:
        What it holds, or None where its columns do not tell.
    """
    mapped = {target: _with(map_header(target, header), target, given, email=email) for target in _CAN}
    can = [target for target in _CAN if _CAN[target](mapped[target])]
    members = mapped[Target.MEMBERS]
    if Target.MEMBERS in can and members.any("role"):
        return Target.MEMBERS  # people have roles in courses, whatever the sheet is called
    if {Target.USERS, Target.MEMBERS} <= set(can):
        # Whoever is called a user, and stands beside a course all the same, is enrolled in it.
        beside = ("course_id", "section_id", "listing_id") if said is Target.USERS else (*COURSES, "role")
        can.remove(Target.USERS if said is Target.MEMBERS or members.any(*beside) else Target.MEMBERS)
    if said in can:
        return said
    return next((target for target in can if _SURE[target](mapped[target])), None)


def _with(columns: Columns, target: Target, given: Collection[str], *, email: bool) -> Columns:
    """The columns, and as if they were columns, what is known otherwise."""
    more = {
        *(given if target is Target.MEMBERS else ()),
        *(("email",) if email and target in (Target.USERS, Target.MEMBERS) else ()),
    }
    fields = {**dict.fromkeys(more), **columns.fields}
    return replace(columns, fields=fields, sure=columns.sure | ({"email"} if email else set()))


_CAN: Mapping[Target, Callable[[Columns], bool]] = {
    Target.MEMBERS: lambda columns: columns.any(*PERSON, *_NAMES) and columns.any(*COURSES),
    Target.USERS: lambda columns: columns.any(*PERSON, *_NAMES),
    Target.SECTIONS: lambda columns: columns.any("section_id", "name"),
    Target.COURSES: lambda columns: columns.any("course_id", "long_name", "short_name"),
}
"""Which columns a sheet must have to be what its name says."""

_SURE: Mapping[Target, Callable[[Columns], bool]] = {
    Target.MEMBERS: lambda columns: bool(columns.sure & {*PERSON, "first_name", "last_name"}),
    Target.USERS: lambda columns: bool(columns.sure & {"email", "login_id", "university_id", "first_name", "last_name"}),
    Target.SECTIONS: lambda columns: "section_id" in columns.sure and columns.any("course_id"),
    Target.COURSES: lambda columns: (
        columns.any("course_id")
        and columns.any("long_name", "short_name", "account_id")
        and bool(columns.sure & {"course_id", "short_name", "long_name", "account_id"})
    ),
}
"""Which columns a sheet must have to be it whatever its name."""
