"""Wide rosters: courses, sections or roles as columns, with marks or people in the cells below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from provkit.authoring.heading import Heading, is_blank
from provkit.authoring.mapping import Columns
from provkit.authoring.normalize import WORDS, shown
from provkit.authoring.profile import fold
from provkit.authoring.several import people_in
from provkit.tables import Cell
from provkit.vocabulary import token
from provkit.words import trimmed

__all__ = [
    "MOST",
    "Wide",
    "id_in_brackets",
    "is_mark",
    "leads",
    "looks_like_id",
    "marked",
    "role_of",
    "section_columns",
    "wide_columns",
]

MOST = 2000
"""Columns with marks; more are no roster."""

_PERSONS = ("email", "user_id", "login_id", "username", "university_id", "name", "first_name", "last_name")
_KNOWN_PERSON = ("email", "user_id", "login_id", "username", "university_id")
_COURSES = ("course_id", "section_id", "listing_id", "short_name", "long_name", "section_name")
_ID = re.compile(r"[A-Z]{2,}(?:[-_.:/][A-Z]{2,})+|(?=[\w.:/+-]*\d)(?=[\w.:/+-]*[^\W\d_])[^\W_][\w.:/+-]+")
_NUMBERED = re.compile(
    r"(?:day|wk|week|q|qu?estion|quiz|test|exam|hw|homework|assignment|lab|lesson|lecture|meeting|lunch|dinner|night|col|column|field|no|nr|"
    r"step|part|choice|option|round|w|t|v|jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)\W?\d{1,2}[a-z]?"
    r"|\d+\W?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*(?:\W?\d+)?|\d+(?:st|nd|rd|th)",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?")
_GROUPS: Mapping[str, str] = {
    **dict.fromkeys(
        ("course", "courses", "class", "classes", "workshop", "workshops", "courseid", "courseids", "training", "trainings", "program",
         "programs", "modules", "enrollments", "enrolments", "enrolledin"),
        "course_id",
    ),
    **dict.fromkeys(("section", "sections", "sectionid", "sectionids", "group", "groups"), "section_id"),
    **dict.fromkeys(("listing", "listings", "listingid", "listingids"), "listing_id"),
}  # fmt: skip
"""What stands over columns in a row of groups, and what their own names are then."""


@dataclass(frozen=True)
class Wide:
    """Columns that each stand for a course, a section or a role.

    Attributes:
        field: What their headers are.
        holds: "marks" (of the person in the row) or "people".
        columns: Column to what its header says.
        reason: Why that is so, for the user.
        ids: Whether the headers are ids as they stand; False where somebody must say what they mean.
    """

    field: str
    holds: Literal["marks", "people"]
    columns: Mapping[int, str]
    reason: str
    ids: bool = True


def wide_columns(
    heading: Heading,
    columns: Columns,
    held: Mapping[int, Sequence[tuple[Cell, int]]],
    *,
    given: Iterable[str] = (),
    meant: Iterable[str] = (),
    only: bool = False,
) -> Wide | None:
    """The columns of a sheet that stand for courses, sections or roles, where that is certain.

    Args:
        heading: The sheet's header.
        columns: What its columns were taken for, were it a roster.
        held: Per column that no word is sure of, its distinct cells that are not blank, and how many rows hold each.
        given: Fields that a setting gives for every row.
        meant: Headers of which somebody said what course they mean.
        only: Whether the sheet has nothing else that would tell which course is meant; then marks under headers that are no ids are told
            of too, with `ids` False.
    """
    finder = _Finder(heading, columns, held, frozenset(given))
    if not columns.any(*_PERSONS) or finder.roles:
        return finder.people()
    return (
        finder.named({fold(text) for text in meant})
        or finder.grouped()
        or finder.by_their_ids()
        or (finder.titles() if only else None)
    )


class _Finder:
    def __init__(
        self, heading: Heading, columns: Columns, held: Mapping[int, Sequence[tuple[Cell, int]]], given: frozenset[str]
    ) -> None:
        self.heading, self.held = heading, held
        self.taken = {column for column in columns.fields.values() if column is not None}
        self.names = {column: " ".join(shown(cell).split()) for column, cell in enumerate(heading.names) if not is_blank(cell)}
        self.free = {column: self.names[column] for column in held if column in self.names}
        self.within = "course_id" in columns.fields or "course_id" in given
        self.placed = self.within or columns.any(*_COURSES) or bool(given & set(_COURSES))
        people = {
            column: name for column, name in self.free.items() if held[column] and all(_peopled(cell) for cell, _ in held[column])
        }
        self.roles = {
            column: role
            for column, name in people.items()
            if (role := leads(name)) and self.placed and not columns.any(*_KNOWN_PERSON)
        }
        self.attended = {column: name for column, name in people.items() if looks_like_id(name)}
        self.marks = {
            column: name
            for column, name in self.free.items()
            if column not in self.taken and _marks(held[column], looks_like_id(name))
        }

    def people(self) -> Wide | None:
        """People below roles, or below the ids of courses."""
        if self.roles:
            return Wide("role", "people", self.roles, "people stand below each role")
        if self.attended and not self.placed:
            return Wide("course_id", "people", self.attended, f"people stand below {_some(self.attended.values())}")
        return None

    def named(self, meant: set[str]) -> Wide | None:
        """Columns of which somebody said what they mean, and with them those that have ids."""
        said = {column: name for column, name in self.marks.items() if fold(name) in meant}
        if not said:
            return None
        more = {} if self.placed else {column: name for column, name in self.marks.items() if looks_like_id(name)}
        return Wide("course_id", "marks", dict(sorted((said | more).items())), f"marks stand below {_some(said.values())}")

    def grouped(self) -> Wide | None:
        """Columns under a group that says that they are courses, sections or listings; one without any mark counts with the others."""
        groups = {column: _GROUPS[group] for column in self.free if (group := token(self.heading.group(column))) in _GROUPS}
        found = {column: self.names[column] for column in groups if column in self.marks or not self.held[column]}
        if not found.keys() & self.marks.keys():
            return None
        field = groups[min(found)]
        ids = all(_ID.fullmatch(name) or (name.isdigit() and len(name) > 2) for name in found.values())
        return Wide(field, "marks", found, f"marks stand below {_some(found.values())}", ids or field != "course_id")

    def by_their_ids(self) -> Wide | None:
        """Columns whose headers can only be ids; beside a course they are its sections, if they begin alike."""
        ids = {column: name for column, name in self.marks.items() if looks_like_id(name)}
        told = any(role_of(shown(cell)) for column in ids for cell, _ in self.held[column])
        if not ids or not (len(ids) > 1 or told or any(map(_telling, ids.values()))):
            return None
        if self.placed and not (self.within and _alike(ids.values())):
            return None
        nobody = {column: name for column, name in self.free.items() if looks_like_id(name) and not self.held[column]}
        field = "section_id" if self.within else "course_id"
        return Wide(field, "marks", dict(sorted((ids | nobody).items())), f"marks stand below {_some(ids.values())}")

    def titles(self) -> Wide | None:
        """Columns with marks below headers that are no ids; answers of yes and no may be about anything."""
        found = {
            column: name
            for column, name in self.marks.items()
            if all(shown(cell).strip().casefold() in _TICKS or role_of(shown(cell)) for cell, _ in self.held[column])
        }
        if not found or self.placed:
            return None
        return Wide("course_id", "marks", found, f"marks stand below {_some(found.values())}", ids=False)


def section_columns(heading: Heading, columns: Columns, held: Mapping[int, Sequence[tuple[Cell, int]]]) -> Wide | None:
    """The columns with marks of a roster that names its courses elsewhere, whose headers speak of sections, groups or days.

    Args:
        heading: The sheet's header.
        columns: What its columns were taken for, were it a roster.
        held: As in `wide_columns`.
    """
    finder = _Finder(heading, columns, held, frozenset())
    found = {column: name for column, name in finder.marks.items() if _OF_SECTIONS.search(name)}
    return Wide("section_id", "marks", found, f"marks stand below {_some(found.values())}", ids=False) if len(found) > 1 else None


_OF_SECTIONS = re.compile(
    r"\b(?:sections?|groups?|sec|(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)(?:day|nesday|rsday|urday)?s?)\b",
    re.IGNORECASE,
)
"""Words of headers that may stand for sections of a course."""


def _marks(cells: Sequence[tuple[Cell, int]], sure: bool) -> bool:  # noqa: FBT001 - whether its header is an id
    """Whether a column holds marks: nothing else, or where its header is an id, little else."""
    good = sum(count for cell, count in cells if is_mark(cell))
    return any(marked(cell) for cell, _ in cells) and good >= sum(count for _, count in cells) * (0.8 if sure else 1)


def looks_like_id(text: str) -> bool:
    """Whether a header can be the id of a course or section: one word with letters and digits that is no date, day or question.

    Args:
        text: The header.
    """
    return len(text) >= 3 and bool(_ID.fullmatch(text)) and not _NUMBERED.fullmatch(text) and not _DATE.fullmatch(text)


def id_in_brackets(header: str) -> str:
    """The id that stands in brackets at the end of a header, as in "Beginners (NC-CHESS-B)"; "" where nothing there can only be one.

    Args:
        header: The header.
    """
    found = _BRACKETED.fullmatch(header.strip())
    if found is None or _NUMBERED.fullmatch(found[1]) or _DAYS.search(found[1]):
        return ""
    return found[1]


_BRACKETED = re.compile(r"[^()\[\]]+\(((?=[A-Z])(?=[\w.:-]*[\d-])(?:[A-Z\d_.:-]{3,}|(?=[\w.:-]*\d)[\w.:-]{3,}))\)")
"""An id begins with a capital, holds a digit or a hyphen, and where it has no digit, no small letters: "follow-up" is none."""
_DAYS = re.compile(r"\b(?:mon|tue|wed|thu|fri|sat|sun|am|pm)", re.IGNORECASE)


def marked(cell: Cell) -> bool:
    """Whether a cell marks that the person is in it.

    Args:
        cell: A cell that is a mark, or blank.
    """
    if is_blank(cell):
        return False
    text = trimmed(shown(cell))
    return WORDS["boolean"].get(token(text) or text) == "true" or bool(role_of(text)) or _enrolled(text)


def role_of(text: str) -> str:
    """The role that a word names, in the singular or plural; "" for none.

    Args:
        text: A header or mark.
    """
    said = token(text)
    for word in (said, said.removesuffix("s"), said.removesuffix("es")):
        if word and word in WORDS["role"]:
            return WORDS["role"][word]
    return ""


def leads(text: str) -> str:
    """The role of the people below a header; "" where it names none.

    Args:
        text: The header.
    """
    said = token(text)
    return "teacher" if said in _LEADERS or said.removesuffix("s") in _LEADERS else role_of(text)


_LEADERS = frozenset(
    {"ledby", "taughtby", "trainer", "facilitator", "presenter", "speaker", "lead", "leader", "coach", "teachingstaff"}
)
"""What people call those who teach, in the headers of columns that list them."""


def _enrolled(text: str) -> bool:
    return WORDS["status"].get(token(text)) == "active"


def is_mark(cell: Cell) -> bool:
    """Whether a cell says that the person is in it, or is not.

    Args:
        cell: Any cell.
    """
    if isinstance(cell, float) and not cell.is_integer():
        return False
    text = trimmed(shown(cell))
    return (token(text) or text) in WORDS["boolean"] or text in _NOT or bool(role_of(text)) or _enrolled(text)


_TICKS = ("x", "✓", "✔", "☑", "1", "☐")
"""Marks that say no more than that."""
_NOT = ("-", "–", "—", ".", "/")
"""What people write where there is no mark."""


def _peopled(cell: Cell) -> bool:
    return isinstance(cell, str) and bool(people_in(cell))


def _telling(name: str) -> bool:
    return len(name) >= 5 or bool(re.search(r"[-_.:/]", name))


def _alike(names: Iterable[str]) -> bool:
    """Whether several names begin alike, as the sections of a course do."""
    said = list(names)
    return len(said) > 1 and len({re.split(r"\d", name)[0] for name in said}) == 1


def _some(names: Iterable[str]) -> str:
    said = list(names)
    return ", ".join(said[:4]) + (", ..." if len(said) > 4 else "")
