"""Which row of a sheet is the header, and what the sheet holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from provkit.authoring.mapping import Columns, Target, hits, map_header
from provkit.tables import Cell, Sheet

__all__ = ["HEADER_WITHIN", "find_header", "find_target"]

HEADER_WITHIN = 20
"""How many rows that are not blank are looked at to find the header."""

_PERSON = ("email", "user_id", "login_id", "username", "university_id")
_NAMES = ("name", "first_name", "last_name")
_COURSES = ("course_id", "section_id", "listing_id", "short_name", "long_name", "section_name")


def find_header(sheet: Sheet, filled: Sequence[int], said: Target | None) -> int | None:
    """The row that has the most words that head columns; the first where several have.

    Args:
        sheet: The sheet.
        filled: Indexes of its rows that are not blank.
        said: What its name says that it holds, if anything; then one such word is enough.

    Returns:
        The row's index, or None where no row near the top will do.
    """
    best, best_hits = None, 0
    for row in filled[:HEADER_WITHIN]:
        count = hits(sheet.rows[row])
        if count > best_hits:
            best, best_hits = row, count
    return best if best_hits > 1 or (best_hits == 1 and said is not None) else None


def find_target(said: Target | None, header: Sequence[Cell]) -> Target | None:
    """What a table holds: what its sheet's name says, if its columns can be that; else what its columns say.

    Args:
        said: What its name says, if anything.
        header: Its header row.

    Returns:
        What it holds, or None where its columns do not tell.
    """
    can = [target for target in _CAN if _CAN[target](map_header(target, header))]
    members = map_header(Target.MEMBERS, header)
    if Target.MEMBERS in can and members.any("role"):
        return Target.MEMBERS  # people have roles in courses, whatever the sheet is called
    if {Target.USERS, Target.MEMBERS} <= set(can):
        # Whoever is called a user, and stands beside a course all the same, is enrolled in it.
        beside = ("course_id", "section_id", "listing_id") if said is Target.USERS else (*_COURSES, "role")
        can.remove(Target.USERS if said is Target.MEMBERS or members.any(*beside) else Target.MEMBERS)
    if said in can:
        return said
    return next((target for target in can if _SURE[target](map_header(target, header))), None)


_CAN: Mapping[Target, Callable[[Columns], bool]] = {
    Target.MEMBERS: lambda columns: columns.any(*_PERSON, *_NAMES) and columns.any(*_COURSES),
    Target.USERS: lambda columns: columns.any(*_PERSON, *_NAMES),
    Target.SECTIONS: lambda columns: columns.any("section_id", "name"),
    Target.COURSES: lambda columns: columns.any("course_id", "long_name", "short_name"),
}
"""Which columns a sheet must have to be what its name says."""

_SURE: Mapping[Target, Callable[[Columns], bool]] = {
    Target.MEMBERS: lambda columns: bool(columns.sure & {*_PERSON, "first_name", "last_name"}),
    Target.USERS: lambda columns: bool(columns.sure & {"email", "login_id", "university_id", "first_name", "last_name"}),
    Target.SECTIONS: lambda columns: "section_id" in columns.sure and columns.any("course_id"),
    Target.COURSES: lambda columns: (
        columns.any("course_id")
        and columns.any("long_name", "short_name", "account_id")
        and bool(columns.sure & {"course_id", "short_name", "long_name", "account_id"})
    ),
}
"""Which columns a sheet must have to be it whatever its name."""
