"""The columns of each kind of file, and the 26 header lines that the receiving server accepts. Imports neither pandas nor pandera.

Source: the server's `CsvService` and `FileParsingUtil`: the kind is decided by the header line alone, which must equal one of
these exactly.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

__all__ = ["BY_HEADER", "LAYOUTS", "NAMING", "Kind", "Layout"]


class Kind(StrEnum):
    """What a CSV file holds. The value is the stem of the file's name, in the order in which the files are listed."""

    USERS = "users"
    COURSES = "courses"
    SECTIONS = "sections"
    ENROLLMENTS = "enrollments"
    EXPAND = "expand-enrollments"


@dataclass(frozen=True)
class Layout:
    """The columns of one kind, in the one order that is legal.

    Attributes:
        kind: Which kind.
        columns: All columns, in order.
        optional: Those that a header may leave out, each by itself.
        key: The columns that identify a row.
    """

    kind: Kind
    columns: tuple[str, ...]
    optional: frozenset[str]
    key: tuple[str, ...]

    def headers(self) -> Iterator[tuple[str, ...]]:
        """Every legal header, the shortest first."""
        choices = [[False, True] if column in self.optional else [True] for column in self.columns]
        headers = (
            tuple(column for column, taken in zip(self.columns, choice, strict=True) if taken) for choice in product(*choices)
        )
        return iter(sorted(headers, key=len))

    def position(self, column: str) -> int:
        """Where a column stands in every header that has it.

        Args:
            column: A column of this kind before which none may be left out.

        Raises:
            ValueError: It is none.
        """
        return self.columns.index(column)

    def smallest(self, needed: Collection[str]) -> tuple[str, ...]:
        """The shortest legal header that has room for the columns given.

        Args:
            needed: Names of columns that hold data; all must be columns of this kind.

        Raises:
            KeyError: A name is no column of this kind.
        """
        unknown = set(needed) - set(self.columns)
        if unknown:
            raise KeyError(f"no column of {self.kind}: {', '.join(sorted(unknown))}")
        return tuple(column for column in self.columns if column not in self.optional or column in needed)


LAYOUTS: Mapping[Kind, Layout] = {
    layout.kind: layout
    for layout in (
        Layout(
            Kind.USERS,
            ("user_id", "login_id", "first_name", "last_name", "email", "status", "service"),
            frozenset({"service"}),
            ("login_id",),
        ),
        Layout(
            Kind.COURSES,
            (
                "course_id",
                "short_name",
                "long_name",
                "account_id",
                "term_id",
                "status",
                "start_date",
                "end_date",
                "blueprint_course_id",
            ),
            frozenset({"term_id", "start_date", "end_date", "blueprint_course_id"}),
            ("course_id",),
        ),
        Layout(
            Kind.SECTIONS,
            ("section_id", "course_id", "name", "status", "start_date", "end_date"),
            frozenset({"start_date", "end_date"}),
            ("section_id",),
        ),
        Layout(
            Kind.ENROLLMENTS,
            ("course_id", "user_id", "role", "section_id", "status", "limit_section_privileges"),
            frozenset({"limit_section_privileges"}),
            ("course_id", "section_id", "user_id", "role"),
        ),
        Layout(Kind.EXPAND, ("user_id", "listing_id", "send_email"), frozenset({"send_email"}), ("user_id", "listing_id")),
    )
}
"""Every kind's layout, in the order in which files are listed."""

NAMING: Mapping[Kind, str] = {Kind.USERS: "login_id", Kind.ENROLLMENTS: "user_id", Kind.EXPAND: "user_id"}
"""The column that names a person: of users the address, whatever user_id says."""

BY_HEADER: Mapping[str, tuple[Kind, tuple[str, ...]]] = {
    ",".join(header): (layout.kind, header) for layout in LAYOUTS.values() for header in layout.headers()
}
"""Every legal header line (fields joined with commas) to its kind and columns."""
