"""The rows that go on to Canvas or Expand, their ids turned into integers once and shared by all rules that compare rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from provkit.checks.places import Places
from provkit.column import Column, Distinct, Strings, among, truths
from provkit.rules import Finding, Rule
from provkit.schemas.dates import canvas_date
from provkit.schemas.enrollments import ROLE_TYPES, STANDARD_ROLES
from provkit.schemas.layouts import LAYOUTS, Kind
from provkit.schemas.letters import CANVAS_BLANKS, TYPOGRAPHIC
from provkit.words import slip_of

__all__ = ["KEYS", "REFERENCES", "Coded", "Outside", "Repeats", "Rows", "RowsOfFile"]

pc: Any = pyarrow.compute  # its stubs know no mixture of arrays and scalars

KEYS: Mapping[Kind, str] = {Kind.USERS: "login_id", Kind.COURSES: "course_id", Kind.SECTIONS: "section_id"}
"""The column by which others refer to a row, as it is known in Canvas: of users the address, whatever user_id says."""

REFERENCES: Mapping[tuple[Kind, str], Kind] = {
    (Kind.SECTIONS, "course_id"): Kind.COURSES,
    (Kind.ENROLLMENTS, "course_id"): Kind.COURSES,
    (Kind.ENROLLMENTS, "section_id"): Kind.SECTIONS,
    (Kind.ENROLLMENTS, "user_id"): Kind.USERS,
    (Kind.EXPAND, "user_id"): Kind.USERS,
}
"""Which column refers to which kind."""

_NEVER_READ = {Kind.USERS: {"user_id", "email", "status"}}
"""Columns whose values the service does not read, so that rows do not contradict each other in them."""


_KEYBOARD = {
    f"[{''.join(sign for sign, plain in TYPOGRAPHIC.items() if plain == key)}]": key for key in dict.fromkeys(TYPOGRAPHIC.values())
}
"""Patterns for signs that programs put in, each with the sign of the keyboard."""

_ANY_CASE = {"status", "limit_section_privileges"}
"""Columns in which capitals, and blanks around the word, make no difference."""

_COMPARED = (200, 20_000)
"""So many values, and so many ids, are compared letter by letter; more would take too long."""

_DELETES: Mapping[Kind, Callable[[str], bool]] = {
    Kind.USERS: lambda status: status == "deleted",
    Kind.COURSES: lambda status: (
        "deleted" in status and status.startswith(("active", "deleted", "completed", "unpublished", "published"))
    ),
    Kind.SECTIONS: lambda status: status.startswith("deleted") and "active" not in status,
    Kind.ENROLLMENTS: lambda status: status.startswith("deleted"),
}
"""By which status, in small letters, Canvas deletes (canvas-sis-import 2, 3, 5, 6)."""


@dataclass(frozen=True, eq=False)
class RowsOfFile:
    """The rows of one file that are compared.

    Attributes:
        places: Makes its findings.
        columns: Its columns, each with one value per row of the file that is compared.
        records: The record of each row; None where they are all but the header, in order.
        size: How many rows there are.
    """

    places: Places
    columns: Mapping[str, Column]
    records: np.ndarray | None
    size: int

    def holding(self, records: np.ndarray) -> np.ndarray:
        """Which rows have one of these records.

        Args:
            records: Records of the file, ascending; others than those compared are passed over.
        """
        found = np.zeros(self.size, bool)
        if self.records is None:
            found[records - 1] = True
        else:
            found |= among(self.records, records)
        return found


class Rows:
    """The rows of one kind, over all files of that kind.

    Args:
        kind: Which kind.
        files: In the order of the upload.
    """

    def __init__(self, kind: Kind, files: Sequence[RowsOfFile]) -> None:
        self.kind = kind
        self.files = files
        self._ends = np.cumsum([file.size for file in files])
        self.coded = cache(self._coded)

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def has(self, column: str) -> bool:
        """Whether any file has the column."""
        return any(column in file.columns for file in self.files)

    def column(self, name: str) -> Strings:
        """One column over all files; "" where a file does not have it.

        Args:
            name: A column of the kind.
        """
        return self.coded(name).strings

    def _coded(self, name: str) -> Column:
        """One column over all files with its distinct values; "" where a file does not have it."""
        if not self.files:
            return Column(pa.chunked_array([], pa.string()))
        return Column.joined(
            [
                file.columns[name]
                if name in file.columns
                else Column(coded=(pa.array([""], pa.string()), np.zeros(file.size, np.int32)))
                for file in self.files
            ]
        )

    def text(self, name: str, row: int) -> str:
        """One value.

        Args:
            name: A column of the kind.
            row: Which row.
        """
        return self.coded(name).at(int(row)) or ""

    def at(self, row: int) -> tuple[RowsOfFile, int]:
        """The file that holds a row, and the row's record in it.

        Args:
            row: Which row.
        """
        number = int(np.searchsorted(self._ends, row, side="right"))
        file = self.files[number]
        index = int(row) - (int(self._ends[number - 1]) if number else 0)
        return file, index + 1 if file.records is None else int(file.records[index])

    def finding(
        self,
        broken: Rule,
        row: int,
        column: str | None = None,
        value: str | None = None,
        *,
        details: Mapping[str, object] | None = None,
        values: Mapping[str, str] | None = None,
    ) -> Finding:
        """A finding at a row.

        Args:
            broken: The rule.
            row: Which row.
            column: A column of the kind.
            value: The value at fault; by default the column's.
            details: Public facts for the message.
            values: Personal values for the message.
        """
        file, record = self.at(row)
        if value is None and column is not None:
            value = self.text(column, row)
        return file.places.finding(broken, record, column, value, details=details, values=values)

    def place(self, row: int, *, elsewhere: bool = False) -> str:
        """Where a row is, in words.

        Args:
            row: Which row.
            elsewhere: Whether that may be another file than the reader has in mind.
        """
        file, record = self.at(row)
        return file.places.words(record, other_file=elsewhere or len(self.files) > 1)


@dataclass(frozen=True, eq=False)
class Outside:
    """Values of one column that refer to nothing in the package, by what is the matter with each.

    Attributes:
        rows: The rows that hold one.
        codes: For each of these rows, which of `values` it holds.
        values: The distinct values.
        respelled: Mask over all rows of the kind: the package has it in another spelling.
        replaced: Likewise: it is a user_id that the service replaces.
        nowhere: Likewise: what is known to exist elsewhere does not hold it either.
        unknown: Likewise: nothing is known about it.
        meant: The package's own spelling of each value that is respelled or replaced.
    """

    rows: np.ndarray
    codes: np.ndarray
    values: Distinct
    respelled: np.ndarray
    replaced: np.ndarray
    nowhere: np.ndarray
    unknown: np.ndarray
    meant: Mapping[str, str]

    def distinct(self, mask: np.ndarray) -> int:
        """How many different values the rows of a mask hold.

        Args:
            mask: One of the masks.
        """
        return len(np.unique(self.codes[mask[self.rows]]))


@dataclass(frozen=True, eq=False)
class Repeats:
    """Rows that are about the same thing as a row before them.

    Attributes:
        rows: The later rows.
        before: For each of these, the nearest earlier row about the same thing.
        differ: For each column, in which of them the two rows differ.
    """

    rows: np.ndarray
    before: np.ndarray
    differ: Mapping[str, np.ndarray]

    @property
    def contradicting(self) -> np.ndarray:
        """In which of them anything differs."""
        return np.logical_or.reduce(list(self.differ.values())) if self.differ else np.zeros(len(self.rows), bool)


class Coded:
    """All rows of a package, with what the rules share.

    Args:
        rows: By kind; kinds without a file are missing.
        known: By kind, the ids that exist elsewhere, where a list of them was given; of sections, their courses as well.
        at_canvas: Whether the rows are as they reach Canvas, where a user is known by user_id and every column counts.
        refused: By kind, which rows have an error; more may be found later.
    """

    def __init__(
        self,
        rows: Mapping[Kind, Rows],
        known: Mapping[Kind, Collection[str]] | None = None,
        *,
        at_canvas: bool = False,
        refused: dict[Kind, np.ndarray] | None = None,
    ) -> None:
        self.rows = rows
        self.known = known or {}
        self.at_canvas = at_canvas
        self.refused: dict[Kind, np.ndarray] = {} if refused is None else refused
        self.keys: Mapping[Kind, str] = {**KEYS, Kind.USERS: "user_id"} if at_canvas else KEYS
        self.ids = cache(self._ids)
        self.codes = cache(self._codes)
        self.outside = cache(self._outside)
        self.repeats = cache(self._repeats)
        self.deleted = cache(self._deleted)
        self.same_as_login = cache(self._same_as_login)

    def slow_answers(self) -> Iterator[Callable[[], object]]:
        """What takes long to work out, and is asked before any rule that compares rows finds more of them to have errors."""
        if Kind.ENROLLMENTS in self.rows:
            yield lambda: self.repeats(Kind.ENROLLMENTS)
            yield lambda: self.codes(Kind.ENROLLMENTS, "user_id")
            yield lambda: self.namesakes
            yield lambda: self.also_student
        if Kind.USERS in self.rows:
            yield lambda: self.repeats(Kind.USERS)

    def blank(self, kind: Kind, column: str) -> np.ndarray:
        """In which rows a column is empty.

        Args:
            kind: Of which kind.
            column: Which column.
        """
        return self.rows[kind].coded(column).equals("")

    def _ids(self, kind: Kind) -> Distinct:
        """The distinct ids that others may refer to; empty where the package has no such kind."""
        if kind not in self.rows:
            return pa.array([], pa.string())
        return self.rows[kind].coded(self.keys[kind]).values

    def _codes(self, kind: Kind, column: str) -> np.ndarray:
        """For each row the position among `ids` of what a column refers to (of a key column: of itself), and -1 where it is not there."""
        own = self.rows[kind].coded(column)
        if self.keys.get(kind) == column:
            return own.codes
        target = REFERENCES[kind, column]
        found = _positions(own.values, self.ids(target))
        if target is not Kind.USERS and (found < 0).any():
            # Canvas passes over blanks at the ends; the service, which looks people up before, does not (canvas-sis-import 1).
            left = np.flatnonzero(found < 0)
            found = found.copy()
            found[left] = _positions(_trimmed(own.values.take(pa.array(left))), _trimmed(self.ids(target)))
        spread: np.ndarray = found[own.codes]
        return spread

    def last_rows(self, kind: Kind) -> np.ndarray:
        """For each id the last row that it is the key of: the later row counts."""
        codes = self.codes(kind, self.keys[kind])
        last = np.zeros(len(self.ids(kind)), np.int64)
        np.maximum.at(last, codes, np.arange(len(codes)))
        return last

    def accepted(self, kind: Kind, codes: np.ndarray) -> np.ndarray:
        """The row that decides about each of some ids: the last one without an error; -1 where there is none.

        Args:
            kind: Of which kind.
            codes: Positions among `ids`; -1 is none.
        """
        keys = self.codes(kind, self.keys[kind])
        rows = np.arange(len(keys))
        refused = self.refused.get(kind)
        if refused is not None and refused.any():
            keys, rows = keys[~refused], rows[~refused]
        last = np.full(len(self.ids(kind)) + 1, -1, np.int64)  # the last place is that of -1
        np.maximum.at(last, keys, rows)
        found: np.ndarray = last[codes]
        return found

    @cached_property
    def courses_in_effect(self) -> Column:
        """The course that each enrollment is in: the one that it names, else that of its section, as far as it is known."""
        rows = self.rows[Kind.ENROLLMENTS]
        named, sections = rows.coded("course_id"), rows.coded("section_id")
        alone = named.equals("") & ~sections.equals("")
        if not alone.any():
            return named
        owners = self._owners(sections.values).cast(named.values.type)
        courses = pa.concat_arrays([named.values, owners])
        codes = np.where(alone, len(named.values) + sections.codes, named.codes).astype(np.int32)
        return Column(coded=(courses, codes)).renamed(courses)

    def _owners(self, sections: Distinct) -> Distinct:
        """For each section the course that it is in, after this package or else elsewhere; "" where that is not known."""
        listed = self.known.get(Kind.SECTIONS)
        owners = (
            [listed.get(text or "", "") for text in sections.to_pylist()] if isinstance(listed, Mapping) else [""] * len(sections)
        )
        if Kind.SECTIONS in self.rows and len(self.rows[Kind.SECTIONS]):
            row = self.accepted(Kind.SECTIONS, _positions(sections, self.ids(Kind.SECTIONS)))
            there = np.flatnonzero(row >= 0)
            courses = self.rows[Kind.SECTIONS].column("course_id").take(pa.array(row[there])).to_pylist()
            for index, course in zip(there.tolist(), courses, strict=True):
                owners[index] = course or ""
        return pa.array(owners, sections.type)

    def _outside(self, kind: Kind, column: str) -> Outside:
        """What a column refers to that is not in the package, and what is the matter with it."""
        rows = self.rows[kind]
        target = REFERENCES[kind, column]
        missing = np.flatnonzero(self.codes(kind, column) < 0)
        left_out = rows.coded(column).rows(missing)
        values, codes = left_out.values, left_out.codes
        written = truths(pc.not_equal(values, ""))
        # Who is named neither by an address nor by a number is looked up by the service, which is the receiver's to say.
        people = target is Kind.USERS and not self.at_canvas
        named = truths(pc.match_substring_regex(values, "@|^[0-9]+$")) if people else written
        replaced, addresses_of = self._replaced(values) if people else (np.zeros(len(values), bool), {})
        respelled, spellings = _respelled(values, self.ids(target), _folded_address if target is Kind.USERS else _folded_id)
        respelled &= written & ~replaced
        if people:  # what has blanks around it is no address to the service, which is an error of its own
            named &= truths(pc.equal(values, pc.utf8_trim_whitespace(values)))
            respelled &= named
        if self.at_canvas and target not in self.known:
            respelled[:] = False  # Canvas may hold the one as well as the other
        if target in self.known:
            listed = _listed(values, self.known[target], folded=people)
            respelled &= ~listed
            nowhere, unknown = written & named & ~replaced & ~respelled & ~listed, np.zeros(len(values), bool)
        else:
            left = written & named & ~replaced & ~respelled
            nowhere, unknown = np.zeros(len(values), bool), left
            if people:  # by a university id somebody is named whom Canvas knows by itself
                unknown = left & ~truths(pc.match_substring_regex(values, "^[0-9]+$"))

        def spread(mask: np.ndarray) -> np.ndarray:
            whole = np.zeros(len(rows), bool)
            whole[missing] = mask[codes]
            return whole

        return Outside(
            missing,
            codes,
            values,
            spread(respelled),
            spread(replaced),
            spread(nowhere),
            spread(unknown),
            {**spellings, **addresses_of},
        )

    def nearly(self, kind: Kind, column: str) -> Mapping[int, str]:
        """Ids of the package to which nothing refers, and that differ from what a column refers to in a letter or two, or behind the @.

        Args:
            kind: Of which kind the rows are.
            column: Which column.

        Returns:
            By the first row that holds a value, the id that may be meant. Where there are too many to compare, nothing.
        """
        outside, target = self.outside(kind, column), REFERENCES[kind, column]
        unknown = np.flatnonzero(outside.unknown)
        codes = outside.codes[outside.unknown[outside.rows]]
        distinct, first = np.unique(codes, return_index=True)
        if not len(distinct) or len(distinct) > _COMPARED[0] or target not in self.rows:
            return {}
        referred = np.zeros(len(self.ids(target)) + 1, bool)
        for (referring, name), wanted in REFERENCES.items():
            if wanted is target and referring in self.rows:
                referred[self.codes(referring, name)] = True
        alone = self.ids(target).filter(pa.array(~referred[:-1]))
        if not len(alone) or len(alone) > _COMPARED[1]:
            return {}
        candidates = alone.to_pylist()
        by_name: dict[str, list[str]] = {}
        for text in candidates:
            by_name.setdefault(text.rpartition("@")[0].lower(), []).append(text)
        found = {}
        for code, at in zip(distinct.tolist(), first.tolist(), strict=True):
            value = str(outside.values[code])
            same = by_name.get(value.rpartition("@")[0].lower(), []) if "@" in value else []
            near = same[0] if len(same) == 1 else slip_of(value, candidates)
            if near is not None:
                found[int(unknown[at])] = near
        return found

    def _replaced(self, values: Distinct) -> tuple[np.ndarray, dict[str, str]]:
        """Which values are a user_id of users that the service replaces, and the addresses in their place."""
        users = self.rows.get(Kind.USERS)
        if users is None or not len(values):
            return np.zeros(len(values), bool), {}
        other = ~self.same_as_login("user_id") & ~self.blank(Kind.USERS, "user_id")
        if not other.any():
            return np.zeros(len(values), bool), {}
        chosen = pa.array(np.flatnonzero(other))
        ids, addresses = users.column("user_id").take(chosen), users.column("login_id").take(chosen)
        found = truths(pc.is_in(values, value_set=pc.unique(ids).cast(values.type)))
        if not found.any():
            return found, {}
        wanted = pc.is_in(ids, value_set=values.filter(pa.array(found)).cast(ids.type))
        return found, dict(zip(ids.filter(wanted).to_pylist(), addresses.filter(wanted).to_pylist(), strict=True))

    def referred_to(self) -> np.ndarray:
        """Which users rows have a user_id to which other rows refer, although the service replaces it."""
        users = self.rows[Kind.USERS]
        found = np.zeros(len(users), bool)
        for kind in (Kind.ENROLLMENTS, Kind.EXPAND):
            if kind in self.rows and self.outside(kind, "user_id").replaced.any():
                outside = self.outside(kind, "user_id")
                named = self.rows[kind].column("user_id").filter(pa.array(outside.replaced))
                found |= truths(pc.is_in(users.column("user_id"), value_set=pc.unique(named).cast(users.column("user_id").type)))
        return found

    def _same_as_login(self, column: str) -> np.ndarray:
        """In which users rows a column holds the address in login_id."""
        users = self.rows[Kind.USERS]
        return users.coded(column).same(users.coded("login_id"))

    @cached_property
    def unrelated(self) -> np.ndarray:
        """In which enrollments the section belongs, in this package, to another course than the one named."""
        enrollments, sections = self.rows[Kind.ENROLLMENTS], self.rows.get(Kind.SECTIONS)
        if sections is None or not len(sections):
            return np.zeros(len(enrollments), bool)
        section, course = self.codes(Kind.ENROLLMENTS, "section_id"), self.codes(Kind.ENROLLMENTS, "course_id")
        deciding = self.accepted(Kind.SECTIONS, section)
        there = deciding >= 0
        owner = self.codes(Kind.SECTIONS, "course_id")[deciding]
        found: np.ndarray = there & (owner != course) & ~self.blank(Kind.ENROLLMENTS, "course_id")
        # Courses outside the package have no position: these are compared as they are spelled.
        unsure = np.flatnonzero(there & (owner < 0) & (course < 0))
        if len(unsure):
            named = enrollments.column("course_id").take(pa.array(unsure))
            owners = sections.column("course_id").take(pa.array(deciding[unsure]))
            found[unsure] = truths(pc.and_(pc.not_equal(named, owners.cast(named.type)), pc.not_equal(named, "")))
        if (owner < 0).any():
            # A section whose own course is wrong has a finding of its own; that is not said again of everybody in it.
            outside = self.outside(Kind.SECTIONS, "course_id")
            found &= ~(there & (outside.respelled | outside.nowhere)[deciding])
        return found

    @cached_property
    def also_student(self) -> np.ndarray:
        """For each enrollment of a teacher or assistant the row in which the person is a student of the same course, -1 where none is."""
        rows = self.rows[Kind.ENROLLMENTS]
        found = np.full(len(rows), -1, np.int64)
        roles = rows.coded("role")
        bases = [_base(text or "") for text in roles.values.to_pylist()]
        teaching = np.array([base in ("teacher", "ta") for base in bases], bool)
        learning = np.array([base.startswith("student") for base in bases], bool)
        if not teaching.any() or not learning.any():
            return found
        present = ~self.deleted(Kind.ENROLLMENTS)
        teachers = np.flatnonzero(roles.spread(teaching) & present)
        user, course = rows.coded("user_id").codes, rows.coded("course_id").codes
        courses = len(rows.coded("course_id").values)
        # Hardly anybody teaches here and learns there: only of those are the courses compared.
        teaches = np.zeros(len(rows.coded("user_id").values), bool)
        teaches[user[teachers]] = True
        students = np.flatnonzero(teaches[user] & roles.spread(learning) & present)
        pair = user.astype(np.int64) * courses + course
        chosen = students[np.isin(pair[students], pair[teachers])] if len(students) else students
        if len(chosen):
            order = chosen[np.argsort(pair[chosen], kind="stable")]
            at = np.minimum(np.searchsorted(pair[order], pair[teachers]), len(order) - 1)
            both = pair[order[at]] == pair[teachers]
            found[teachers[both]] = order[at[both]]
        return found

    @cached_property
    def namesakes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Users who share their name and a course with a user of another address.

        Returns:
            Rows of users, ascending; for each a row before it with the same name; and an enrollment of the later one in that course.
        """
        nobody = np.zeros(0, np.int64)
        if Kind.USERS not in self.rows or Kind.ENROLLMENTS not in self.rows:
            return nobody, nobody, nobody
        users, enrollments = self.rows[Kind.USERS], self.rows[Kind.ENROLLMENTS]
        first, last = (_folded(users.coded(name)) for name in ("first_name", "last_name"))
        names = first.codes.astype(np.int64) * len(last.values) + last.codes
        if not len(_twice(names)):
            return nobody, nobody, nobody
        _, group, size = np.unique(names, return_inverse=True, return_counts=True)
        shared = (size[group] > 1) & ~first.equals("") & ~last.equals("")
        if not shared.any():
            return nobody, nobody, nobody
        of_login = np.full(len(self.ids(Kind.USERS)), -1, np.int64)
        of_login[self.codes(Kind.USERS, self.keys[Kind.USERS])[shared]] = group[shared]
        person, course = self.codes(Kind.ENROLLMENTS, "user_id"), enrollments.coded("course_id")
        chosen = np.flatnonzero((person >= 0) & ~self.deleted(Kind.ENROLLMENTS) & ~course.equals(""))
        chosen = chosen[of_login[person[chosen]] >= 0]
        place = of_login[person[chosen]] * len(course.values) + course.codes[chosen]
        user = self.last_rows(Kind.USERS)[person[chosen]]
        order = np.lexsort((user, place))
        place, user, chosen = place[order], user[order], chosen[order]
        pairs = np.flatnonzero((place[1:] == place[:-1]) & (user[1:] != user[:-1]))
        later, at = np.unique(user[pairs + 1], return_index=True)
        return later, user[pairs[at]], chosen[pairs[at] + 1]

    def owner(self, row: int) -> str:
        """The course to which an enrollment's section belongs.

        Args:
            row: An enrollment whose section is in the package.
        """
        section = self.codes(Kind.ENROLLMENTS, "section_id")[row : row + 1]
        return self.rows[Kind.SECTIONS].text("course_id", int(self.accepted(Kind.SECTIONS, section)[0]))

    def _deleted(self, kind: Kind) -> np.ndarray:
        """In which rows the status is one that deletes."""
        rows = self.rows[kind]
        if kind is Kind.USERS and not self.at_canvas:  # the service sends every user as active
            return np.zeros(len(rows), bool)
        statuses, deletes = rows.coded("status"), _DELETES[kind]
        deleting = [deletes((text or "").strip(CANVAS_BLANKS).lower()) for text in statuses.values.to_pylist()]
        return statuses.spread(np.array(deleting, bool))

    def in_deleted(self, kind: Kind, column: str) -> np.ndarray:
        """In which rows, themselves not deleted, a column refers to something that the package deletes.

        Args:
            kind: Of which kind.
            column: Which column.
        """
        rows, target = self.rows[kind], REFERENCES[kind, column]
        if target not in self.rows or not self.deleted(target).any():
            return np.zeros(len(rows), bool)
        deciding = self.accepted(target, self.codes(kind, column))
        found: np.ndarray = (deciding >= 0) & self.deleted(target)[deciding] & ~self.deleted(kind)
        return found

    @cached_property
    def by_section_in_deleted(self) -> np.ndarray:
        """Which enrollments, themselves not deleted, name a section alone whose course the package deletes."""
        rows = self.rows[Kind.ENROLLMENTS]
        if Kind.COURSES not in self.rows or not self.deleted(Kind.COURSES).any():
            return np.zeros(len(rows), bool)
        courses = self.courses_in_effect
        deciding = self.accepted(Kind.COURSES, _positions(courses.values, self.ids(Kind.COURSES)))
        ends = (deciding >= 0) & self.deleted(Kind.COURSES)[deciding]
        found: np.ndarray = courses.spread(ends) & self.blank(Kind.ENROLLMENTS, "course_id") & ~self.deleted(Kind.ENROLLMENTS)
        return found

    def deleting(self, target: Kind, text: str) -> str:
        """Where the package deletes something, in words.

        Args:
            target: A course, section or user.
            text: Its id.
        """
        position = _positions(_trimmed(pa.array([text], pa.large_string())), _trimmed(self.ids(target)))
        return self.rows[target].place(int(self.accepted(target, position)[0]), elsewhere=True)

    def _repeats(self, kind: Kind) -> Repeats:
        """Rows about the same thing as one before them."""
        rows = self.rows[kind]
        key = self._key(kind)
        empty = np.zeros(0, np.int64)
        if key is None:
            return Repeats(empty, empty, {})
        among = _repeated(key)
        if not len(among):
            return Repeats(empty, empty, {})
        order = among[np.argsort(key[among], kind="stable")]
        again = np.flatnonzero(key[order[1:]] == key[order[:-1]])
        later, before = order[again + 1], order[again]
        sort = np.argsort(later, kind="stable")
        later, before = later[sort], before[sort]
        named = [name for name in self._identity(kind) if rows.has(name)]
        blank = np.logical_and.reduce([rows.coded(name).equals("")[later] for name in named])
        later, before = later[~blank], before[~blank]
        facts = [name for name in LAYOUTS[kind].columns if name not in named and rows.has(name)]
        differ = {
            name: codes[later] != codes[before]
            for name in facts
            if self.at_canvas or name not in _NEVER_READ.get(kind, ())
            for codes in [(_folded(rows.coded(name)) if name in _ANY_CASE else rows.coded(name)).codes]
        }
        return Repeats(later, before, differ)

    def _identity(self, kind: Kind) -> tuple[str, ...]:
        """The columns that say what a row is about."""
        return (self.keys[kind],) if kind in self.keys else LAYOUTS[kind].key

    def _key(self, kind: Kind) -> np.ndarray | None:
        """One integer per row that stands for its key; None where no two rows can share it."""
        packed: np.ndarray | None = None
        room = 1
        for codes, size, alone in self._key_parts(kind):
            if alone:
                return None
            if packed is None:
                packed, room = codes.astype(np.int64), size
                continue
            if room > (1 << 62) // max(size, 1):
                distinct, packed = np.unique(packed, return_inverse=True)
                room = len(distinct)
            packed *= size
            packed += codes
            room *= size
        return packed

    def _key_parts(self, kind: Kind) -> Iterator[tuple[np.ndarray, int, bool]]:
        """The columns of a key as integers, each with how many there may be, and whether each row has one of its own."""
        rows = self.rows[kind]
        if kind is not Kind.ENROLLMENTS:
            yield from (self._part(rows.coded(name)) for name in self._identity(kind))
            return
        # An enrollment is known by its section, user and role; whether the course is named as well makes no difference.
        yield self._part(rows.coded("user_id"))
        yield self._part(_roles_alike(rows.coded("role")))
        yield self._part(rows.coded("section_id"))
        yield self._courses_alike(), len(self.courses_in_effect.values), False

    def _courses_alike(self) -> np.ndarray:
        """For each enrollment the course that it is in; where a section alone is named, the one that others name beside it."""
        sections, courses = self.rows[Kind.ENROLLMENTS].coded("section_id"), self.courses_in_effect
        found, unnamed = courses.codes, courses.equals("")
        if unnamed.any():
            found = found.copy()
            beside = np.full(len(sections.values), -1, found.dtype)
            beside[sections.codes[~unnamed]] = found[~unnamed]
            filled = unnamed & ~sections.equals("") & (beside[sections.codes] >= 0)
            found[filled] = beside[sections.codes[filled]]
        return found

    @staticmethod
    def _part(column: Column) -> tuple[np.ndarray, int, bool]:
        return column.codes, len(column.values), _each_once(column.codes, len(column.values))

    def backwards(self, kind: Kind) -> np.ndarray:
        """In which rows the end date is before the start date, as Canvas reads both.

        Args:
            kind: Courses or sections.
        """
        rows = self.rows[kind]
        if not (rows.has("start_date") and rows.has("end_date")):
            return np.zeros(len(rows), bool)
        (starts, start_of), (ends, end_of) = (self._instants(rows.coded(name)) for name in ("start_date", "end_date"))
        found: np.ndarray = starts[start_of] > ends[end_of]
        return found

    def _instants(self, column: Column) -> tuple[np.ndarray, np.ndarray]:
        """The distinct values of a date column as numbers (NaN where there is no date), and for each row which it holds."""
        read = [canvas_date(text).instant for text in column.values.to_pylist()]
        return np.array([np.nan if instant is None else instant.timestamp() for instant in read]), column.codes


def _each_once(codes: np.ndarray, size: int) -> bool:
    """Whether no two rows have one code."""
    if size < len(codes):
        return False
    held = np.zeros(size, bool)
    held[codes] = True
    return int(np.count_nonzero(held)) == len(codes)


def _repeated(key: np.ndarray) -> np.ndarray:
    """The rows whose key another row has as well, in order."""
    # Half as many bits are sorted in half the time, and tell nearly all rows apart; only the others are compared.
    scattered = key.view(np.uint64) * _FIBONACCI
    scattered >>= np.uint64(32)
    scattered = scattered.astype(np.uint32)
    again = _twice(scattered)
    if not len(again):
        return np.zeros(0, np.int64)
    marks = np.zeros(1 << _BITS, bool)
    marks[again >> (32 - _BITS)] = True
    likely = np.flatnonzero(marks[scattered >> (32 - _BITS)])
    found: np.ndarray = likely[np.isin(key[likely], _twice(key[likely]))]
    return found


_FIBONACCI = np.uint64(0x9E3779B97F4A7C15)
_BITS = 20


def _twice(numbers: np.ndarray) -> np.ndarray:
    """The numbers that are there more than once."""
    ordered = np.sort(numbers)
    found: np.ndarray = ordered[1:][ordered[1:] == ordered[:-1]]
    return found


def _folded(names: Column) -> Column:
    """Names whatever their case and the blanks around them."""
    return names.renamed(pc.utf8_lower(pc.utf8_trim_whitespace(names.values)))


def _roles_alike(roles: Column) -> Column:
    """The roles with Canvas's own in one spelling: to Canvas Student, StudentEnrollment and student are one (canvas-sis-import 6)."""
    names = ["" if text is None else text for text in roles.values.to_pylist()]
    plain = [_one_spelling(name) for name in names]
    return roles if plain == names else roles.renamed(pa.array(plain, pa.string()))


def _one_spelling(role: str) -> str:
    """A role of Canvas's own in small letters; any other as it is."""
    word = role.strip(CANVAS_BLANKS)
    word = ROLE_TYPES.get(word, word.lower())
    return word if word in STANDARD_ROLES else role


def _base(role: str) -> str:
    """A role's name without capitals and the ending of Canvas's own names for it."""
    return role.strip(CANVAS_BLANKS).lower().removesuffix("enrollment")


def _trimmed(values: Distinct) -> Distinct:
    """Values without the blanks that Canvas passes over."""
    return pc.utf8_trim(values, characters=CANVAS_BLANKS)


def _positions(values: Distinct, among: Distinct) -> np.ndarray:
    """For each value its position among others, -1 where it is not there."""
    if 0 < len(among) <= len(values) and values.slice(0, len(among)).equals(among):  # as columns are that were coded along another
        return np.where(np.arange(len(values)) < len(among), np.arange(len(values)), -1)
    found: np.ndarray = pc.fill_null(pc.index_in(values, value_set=among.cast(values.type)), -1).to_numpy()
    return found


def _listed(values: Distinct, known: Collection[str], *, folded: bool) -> np.ndarray:
    """Which values are among those known elsewhere, whatever their case if `folded`."""
    if folded:
        return truths(pc.is_in(pc.utf8_lower(values), value_set=pc.utf8_lower(pa.array(sorted(known), values.type))))
    return truths(pc.is_in(values, value_set=pa.array(sorted(known), values.type)))


def _folded_address(addresses: Distinct) -> Distinct:
    """Addresses, or ids of people, whatever their case and the blanks around them."""
    return pc.utf8_lower(pc.utf8_trim_whitespace(addresses))


def _folded_id(ids: Distinct) -> Distinct:
    """Ids without what people and programs change in them: capitals, blanks around them, dashes, decimals, zeros in front of numbers."""
    plain = _folded_address(ids)
    if not all(truths(pc.string_is_ascii(plain))):
        for signs, sign in _KEYBOARD.items():
            plain = pc.replace_substring_regex(plain, signs, sign)
    return pc.replace_substring_regex(plain, r"^0*([0-9]+?)(?:\.0+)?$", r"\1")


def _respelled(values: Distinct, ids: Distinct, folded: Callable[[Distinct], Distinct]) -> tuple[np.ndarray, dict[str, str]]:
    """Which values are an id in another spelling, and each such value's proper one."""
    if not len(ids) or not len(values):
        return np.zeros(len(values), bool), {}
    plain_values, plain_ids = folded(values), folded(ids)
    found = truths(pc.is_in(plain_values, value_set=plain_ids.cast(plain_values.type)))
    if not found.any():
        return found, {}
    chosen = pa.array(found)
    wanted = pc.is_in(plain_ids, value_set=plain_values.filter(chosen).cast(plain_ids.type))
    proper = dict(zip(plain_ids.filter(wanted).to_pylist(), ids.filter(wanted).to_pylist(), strict=True))
    spelled = zip(values.filter(chosen).to_pylist(), plain_values.filter(chosen).to_pylist(), strict=True)
    return found, {value: proper[plain] for value, plain in spelled}
