"""Rows of one kind as the receiver read them, in columns, and what makes two of them the same row for Canvas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from provkit.planning.codes import Codes, Strings, combine, number
from provkit.schemas.layouts import LAYOUTS, Kind
from provkit.writer import encode_columns

__all__ = [
    "BLANKS",
    "ENDED",
    "ROLES",
    "Mask",
    "Rows",
    "ended_course",
    "ended_enrollment",
    "ended_section",
    "keys",
    "places",
    "same_id",
    "same_person",
    "same_role",
]

pc: Any = pyarrow.compute  # its stubs know no mixture of arrays and scalars

Mask = npt.NDArray[np.bool_]

ENDED = ("deleted", "completed", "inactive")
"""What ends somebody's part in a course."""

BLANKS = "\0\t\n\v\f\r "
"""What Canvas trims at both ends of a value."""

ROLES = ("student", "teacher", "ta", "observer", "designer")
"""Canvas's own roles; others are known by their exact names."""


def same_id(texts: Any) -> Any:
    """Ids as Canvas compares them: blanks at the ends are trimmed, capitals and small letters are distinct.

    Args:
        texts: A pyarrow.Array of strings.
    """
    return pc.utf8_trim(texts, BLANKS)


def same_person(texts: Any) -> Any:
    """People as they are told apart here: an address or username in other letters is the same person, spelled otherwise.

    Canvas would not know that person again; taking the two spellings for two people would end one's access.

    Args:
        texts: A pyarrow.Array of strings.
    """
    return pc.utf8_lower(pc.utf8_trim(texts, BLANKS))


def same_role(texts: Any) -> Any:
    """Roles as Canvas compares them: its own in any letters, others exactly.

    Args:
        texts: A pyarrow.Array of strings.
    """
    trimmed = pc.utf8_trim(texts, BLANKS)
    lowered = pc.utf8_lower(trimmed)
    return pc.if_else(pc.is_in(lowered, value_set=pa.array(ROLES, pa.large_string())), lowered, trimmed)


def ended_enrollment(status: str) -> bool:
    """Whether Canvas takes an enrollment's status for one without access; it goes by the word's beginning.

    Args:
        status: The status as written.
    """
    return status.strip(BLANKS).lower().startswith(ENDED)


def ended_course(status: str) -> str | None:
    """What Canvas takes a course's status for, if it ends the course: deleted or completed, wherever the word stands in it.

    Args:
        status: The status as written.
    """
    word = status.lower()
    return next((one for one in ("deleted", "completed") if one in word), None)


def ended_section(status: str) -> str | None:
    """What Canvas takes a section's status for, if it ends the section.

    Args:
        status: The status as written.
    """
    word = status.strip(BLANKS).lower()
    return "deleted" if word.startswith("deleted") and "active" not in word else None


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of one kind, each key once.

    Attributes:
        kind: Which kind.
        columns: Every column of the kind, as the receiver read it; "" where the file has no such column.
        header: The columns that the file had.
        listed: Which rows the source still lists, as far as is known.
        sure: Which rows are known to have arrived; the others go again.
    """

    kind: Kind
    columns: Mapping[str, Strings]
    header: tuple[str, ...]
    listed: Mask
    sure: Mask

    def __len__(self) -> int:
        return len(self.listed)

    @classmethod
    def none(cls, kind: Kind) -> Rows:
        """No rows of a kind.

        Args:
            kind: Which.
        """
        layout = LAYOUTS[kind]
        empty = pa.chunked_array([], pa.large_string())
        nothing = np.zeros(0, bool)
        return cls(kind, dict.fromkeys(layout.columns, empty), next(layout.headers()), nothing, nothing)

    def take(self, rows: Mask | Codes) -> Rows:
        """Some of the rows.

        Args:
            rows: Which: a mask, or positions.
        """
        if rows.dtype == bool and rows.all():
            return self
        columns: dict[str, Strings] = {}
        for name, column in self.columns.items():
            columns[name] = column.filter(pa.array(rows)) if rows.dtype == bool else column.take(pa.array(rows))
        return replace(self, columns=columns, listed=self.listed[rows], sure=self.sure[rows])

    def with_column(self, name: str, text: str) -> Rows:
        """The same rows with one text in one column.

        Args:
            name: The column.
            text: The text.
        """
        column = pa.chunked_array([pa.repeat(pa.scalar(text, pa.large_string()), len(self))], pa.large_string())
        return replace(self, columns={**self.columns, name: column})

    def marked(self, *, listed: bool | None = None, sure: bool | None = None) -> Rows:
        """The same rows with other marks.

        Args:
            listed: Whether the source lists them; None leaves that.
            sure: Whether they are known to have arrived; None leaves that.
        """
        return replace(
            self,
            listed=self.listed if listed is None else np.full(len(self), listed),
            sure=self.sure if sure is None else np.full(len(self), sure),
        )

    def and_(self, *others: Rows) -> Rows:
        """These rows and others of the kind; the header is one that has room for all.

        Args:
            *others: More rows.
        """
        parts = [self, *others]
        header = {name for part in parts if len(part) or part is self for name in part.header}
        return Rows(
            self.kind,
            {
                name: pa.chunked_array([chunk for part in parts for chunk in part.columns[name].chunks], pa.large_string())
                for name in self.columns
            },
            tuple(name for name in self.columns if name in header),
            np.concatenate([part.listed for part in parts]),
            np.concatenate([part.sure for part in parts]),
        )

    def encode(self) -> bytes:
        """As the bytes of a CSV file."""
        return encode_columns(self.header, [self.columns[name] for name in self.header])

    def each_once(self) -> Rows:
        """Without earlier rows of a key that comes again: Canvas lets the last one win, but carries out deletions at the end."""
        if not len(self):
            return self
        (codes,) = keys(self)
        order = np.arange(len(codes))
        if self.kind is Kind.ENROLLMENTS:
            statuses = number(self.columns["status"])
            ends = statuses.where(lambda status: status.strip(BLANKS).lower().startswith("deleted"))[statuses.codes[0]]
            order = np.lexsort((order, ends))
        _, last = np.unique(codes[order][::-1], return_index=True)
        if len(last) == len(codes):
            return self
        kept = np.zeros(len(codes), bool)
        kept[order[::-1][last]] = True
        return self.take(kept)


def keys(*sides: Rows) -> list[Codes]:
    """What identifies each row, as numbers that can be compared between the sides.

    A section's id is unique in all of Canvas, so an enrollment that names one is known by it, whatever course it names.

    Args:
        *sides: Rows of one kind.
    """
    kind = sides[0].kind

    def numbered(name: str, change: Callable[[Any], Any]) -> list[Codes]:
        return list(number(*(side.columns[name] for side in sides), change=change).codes)

    if kind is Kind.USERS:
        return numbered("login_id", same_person)
    if kind is Kind.COURSES:
        return numbered("course_id", same_id)
    if kind is Kind.SECTIONS:
        return numbered("section_id", same_id)
    if kind is Kind.EXPAND:
        return combine(numbered("user_id", same_person), numbered("listing_id", same_id))
    return combine(places(*sides), numbered("user_id", same_person), numbered("role", same_role))


def places(*sides: Rows) -> list[Codes]:
    """Where each enrollment is: its section, or the course's own where it names none.

    Args:
        *sides: Enrollments.
    """
    sections = number(*(side.columns["section_id"] for side in sides), change=same_id)
    courses = number(*(side.columns["course_id"] for side in sides), change=same_id)
    named = sections.where(bool)
    both = zip(sections.codes, courses.codes, strict=True)
    return [np.where(named[section], section, course + len(sections)) if len(section) else section for section, course in both]
