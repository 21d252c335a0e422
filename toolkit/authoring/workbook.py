"""The workbook to author in: which sheets and columns it has, and what it says about each. All of that comes from the schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from provkit.authoring.authored import REFERENCES
from provkit.schemas import COURSES, ENROLLMENTS, EXPAND, SECTIONS, USERS
from provkit.schemas.common import IGNORED, REQUIRED, ColumnFacts, facts
from provkit.schemas.layouts import LAYOUTS, Kind

__all__ = ["MESSAGE_SHEET", "ROSTER", "Column", "Need", "SheetLayout", "layouts"]

_SCHEMAS = {Kind.USERS: USERS, Kind.COURSES: COURSES, Kind.SECTIONS: SECTIONS, Kind.ENROLLMENTS: ENROLLMENTS, Kind.EXPAND: EXPAND}

ROSTER = "Roster"
MESSAGE_SHEET = "Message"
_TITLES: Mapping[Kind, str] = {Kind.EXPAND: "Expand"}
"""Sheets that are not called like their kind."""
_LABELS: Mapping[tuple[Kind, str], str] = {(Kind.USERS, "login_id"): "Email"}
"""Columns that are not called like those of the file."""


class Need(Enum):
    """Whether a column must be filled in; the value is the sign behind its heading."""

    ALWAYS = "*"
    SOMETIMES = "(*)"
    OPTIONAL = ""


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    Attributes:
        kind: The kind of file whose column it is.
        facts: What the schema declares about it.
        need: Whether it must be filled in.
        when: When it must be, where that is not always; a sentence, or "".
        ids: The sheet and column where the ids that can stand in it are typed; None where there are none.
    """

    kind: Kind
    facts: ColumnFacts
    need: Need
    when: str = ""
    ids: tuple[str, str] | None = None

    @property
    def label(self) -> str:
        """What it is called, in a word that the reader knows."""
        name = self.facts.name
        words = _LABELS.get((self.kind, name)) or name.replace("_", " ").capitalize()
        return " ".join("ID" if word.lower() == "id" else word for word in words.split())

    @property
    def heading(self) -> str:
        """Its first cell: the label, and the sign that it must be filled in."""
        return f"{self.label} {self.need.value}".rstrip()

    @property
    def hint(self) -> str:
        """What belongs in its cells."""
        said = [self.facts.meaning, *filter(None, (self.when,))]
        if self.facts.choices:
            said.append("\n".join(f"{choice.value}: {choice.meaning}" for choice in self.facts.choices))
        else:
            said.append(f"Example: {self.facts.example}")
        return "\n".join(said)


@dataclass(frozen=True)
class SheetLayout:
    """One sheet with a row per thing.

    Attributes:
        title: Its name.
        kind: The kind of file that it holds; None for the flat roster.
        columns: Its columns, in order.
    """

    title: str
    kind: Kind | None
    columns: tuple[Column, ...]


def layouts() -> tuple[SheetLayout, ...]:
    """The sheets, the flat roster first, then one per kind. Columns that the service ignores are left out."""
    return (SheetLayout(ROSTER, None, tuple(_roster())), *(SheetLayout(_title(kind), kind, tuple(_of(kind))) for kind in Kind))


def _title(kind: Kind) -> str:
    return _TITLES.get(kind, kind.capitalize())


def _of(kind: Kind) -> Iterator[Column]:
    for name in LAYOUTS[kind].columns:
        declared = facts(_SCHEMAS[kind], name)
        if declared.needed == REQUIRED:
            need = Need.ALWAYS
        else:
            need = Need.SOMETIMES if declared.needed.startswith(REQUIRED) else Need.OPTIONAL
        if declared.needed != IGNORED:
            when = f"{declared.needed[0].upper()}{declared.needed[1:]}." if need is Need.SOMETIMES else ""
            yield Column(kind, declared, need, when, _provider(kind, name))


def _provider(kind: Kind, name: str) -> tuple[str, str] | None:
    """Where the ids that a column refers to are typed; the last of several, for a section is more than its course."""
    found = [(_title(source), own) for source, (own, other), target in REFERENCES if target is kind and other == name]
    return found[-1] if found else None


def _roster() -> Iterator[Column]:
    """One row per person and course: the person, then what a new guest needs, then where the person is enrolled."""
    first, *enrolled = sorted(_of(Kind.ENROLLMENTS), key=lambda column: column.facts.name != "user_id")
    yield replace(first, ids=None)
    yield from (column for column in _of(Kind.USERS) if column.facts.name not in LAYOUTS[Kind.USERS].key)
    listed = (column for column in _of(Kind.EXPAND) if column.facts.name != first.facts.name)
    for column in (*enrolled, *listed):
        if column.need is Need.ALWAYS:
            when = "listing id alone" if column.kind is Kind.ENROLLMENTS else "course id"
            yield replace(column, need=Need.SOMETIMES, when=f"Required, but not in a row with a {when}.")
        else:
            yield column
