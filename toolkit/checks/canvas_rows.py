"""The rows of a package in the light of what Canvas does with them: masks over the rows of one kind, for the rules PK801 to PK816.

Nothing here is guessed: what lies in Canvas alone is only compared where known.toml lists it.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from provkit.checks.coded import REFERENCES, Coded
from provkit.column import truths
from provkit.receiver import Known
from provkit.schemas.enrollments import role_of_its_own
from provkit.schemas.layouts import Kind
from provkit.schemas.letters import CANVAS_BLANKS

__all__ = ["CanvasRows", "elsewhere"]

pc: Any = pyarrow.compute  # its stubs know no mixture of arrays and scalars

_OPENING = ("active", "published", "unpublished")


def elsewhere(known: Known) -> dict[Kind, Collection[str]]:
    """What is known to exist outside the package, by kind; kinds of which no list was given are missing.

    Args:
        known: What exists elsewhere.
    """
    lists = {Kind.COURSES: known.courses, Kind.SECTIONS: known.sections, Kind.USERS: known.users}
    return {kind: ids for kind, ids in lists.items() if ids is not None}


class CanvasRows:
    """What the rules about Canvas share.

    Args:
        tables: The rows of the package.
        known: What exists elsewhere.
    """

    def __init__(self, tables: Coded, known: Known) -> None:
        self.tables = tables
        self.known = known
        self.refused = tables.refused  # grows as rows turn out to need a refused one

    def _none(self, kind: Kind) -> np.ndarray:
        return np.zeros(len(self.tables.rows[kind]), bool)

    @cached_property
    def claimed(self) -> np.ndarray:
        """For each users row the row of the user who has its login by then, -1 where nobody else has."""
        tables = self.tables
        rows = tables.rows[Kind.USERS]
        nobody = np.full(len(rows), -1, np.int64)
        if not tables.at_canvas:
            # The login is the guest account's, which belongs to the address whatever its capitals.
            ids = tables.ids(Kind.USERS)
            lowered = pc.utf8_lower(ids)
            if lowered.equals(ids) or len(distinct := pc.unique(lowered)) == len(ids):
                return nobody
            user = tables.codes(Kind.USERS, "login_id")
            login = pc.index_in(lowered, value_set=distinct).to_numpy()[user]
        else:
            user = tables.codes(Kind.USERS, "user_id")
            lowered = pc.utf8_lower(rows.column("login_id"))
            login = pc.index_in(lowered, value_set=pc.unique(lowered)).to_numpy()
        first = np.zeros(int(login.max(initial=-1)) + 1, np.int64)
        first[login[::-1]] = user[::-1]
        if not (first[login] != user).any():
            return nobody
        return self._claims(user, login, np.flatnonzero(_connected(user, login, first[login] != user)), nobody)

    def _claims(self, user: np.ndarray, login: np.ndarray, among: np.ndarray, claimed: np.ndarray) -> np.ndarray:
        """Row by row, as Canvas goes: who has which login."""
        skipped = self.refused.get(Kind.USERS, self._none(Kind.USERS)) | self.tables.blank(Kind.USERS, "login_id")
        deleted = self.tables.deleted(Kind.USERS)
        holder: dict[int, int] = {}
        held: dict[int, int] = {}
        row_of: dict[int, int] = {}
        for row in among.tolist():
            if skipped[row]:
                continue
            person, wanted = int(user[row]), int(login[row])
            if holder.get(wanted, person) != person:
                claimed[row] = row_of[holder[wanted]]
                continue
            if held.get(person) is not None and holder.get(held[person]) == person:
                del holder[held[person]]
            row_of[person], held[person] = row, wanted
            if not deleted[row]:
                holder[wanted] = person
        return claimed

    def enrolling_the_deleted(self) -> np.ndarray:
        """Which enrollments are active and of a user whom the package deletes."""
        if not self.tables.at_canvas:
            return self._none(Kind.ENROLLMENTS)
        found: np.ndarray = self.tables.in_deleted(Kind.ENROLLMENTS, "user_id") & self._status(Kind.ENROLLMENTS, "active")
        return found

    def _status(self, kind: Kind, *beginnings: str) -> np.ndarray:
        """In which rows the status begins with one of these words, in any case."""
        column = self.tables.rows[kind].column("status")
        return _by_value(column, lambda text: text.strip(CANVAS_BLANKS).lower().startswith(beginnings))

    def without_section(self) -> np.ndarray:
        """Which enrollments name no section of a course to which the package gives sections."""
        tables = self.tables
        blank = tables.blank(Kind.ENROLLMENTS, "section_id")
        if Kind.SECTIONS not in tables.rows or not blank.any():
            return self._none(Kind.ENROLLMENTS)
        courses = tables.rows[Kind.ENROLLMENTS].column("course_id")
        divided = pc.unique(tables.rows[Kind.SECTIONS].column("course_id")).cast(courses.type)
        found: np.ndarray = (
            blank
            & ~tables.blank(Kind.ENROLLMENTS, "course_id")
            & truths(pc.is_in(courses, value_set=divided))
            & ~tables.deleted(Kind.ENROLLMENTS)
        )
        return found

    def in_new_courses(self, among: np.ndarray) -> np.ndarray:
        """Which enrollments are in courses that Canvas does not hold.

        Args:
            among: Which of them are asked about.
        """
        if self.known.courses is None or not among.any():
            return self._none(Kind.ENROLLMENTS)
        return ~_among(self.tables.rows[Kind.ENROLLMENTS].column("course_id"), self.known.courses)

    def deleting_nothing(self, kind: Kind) -> np.ndarray:
        """Which rows delete something that Canvas does not hold.

        Args:
            kind: Users, courses or sections.
        """
        tables = self.tables
        if kind not in tables.known or (kind is Kind.USERS and not tables.at_canvas) or not tables.deleted(kind).any():
            return self._none(kind)
        key = tables.keys[kind]
        codes = tables.codes(kind, key)
        first = np.zeros(len(tables.ids(kind)), np.int64)
        first[codes[::-1]] = np.arange(len(codes))[::-1]
        found: np.ndarray = (
            tables.deleted(kind)
            & ~_among(tables.rows[kind].column(key), tables.known[kind])
            & ~tables.blank(kind, key)
            & (first[codes] == np.arange(len(codes)))
        )
        return found

    def not_listed(self, kind: Kind, column: str, listed: Collection[str] | None) -> np.ndarray:
        """Which rows name something that is not in a list.

        Args:
            kind: Of which kind.
            column: Which column.
            listed: What there is; None where that is not known.
        """
        if listed is None or not self.tables.rows[kind].has(column):
            return self._none(kind)
        found: np.ndarray = ~_among(self.tables.rows[kind].column(column), listed) & ~self.tables.blank(kind, column)
        return found

    def unlinked(self) -> np.ndarray:
        """Which courses cannot be linked to the blueprint that they name."""
        rows, known = self.tables.rows[Kind.COURSES], self.known
        if not rows.has("blueprint_course_id") or (known.blueprints is None and known.courses is None):
            return self._none(Kind.COURSES)
        column = rows.column("blueprint_course_id")
        asked = _by_value(column, lambda text: text.strip(CANVAS_BLANKS).lower() not in ("", "dissociate"))
        there = _among(column, known.courses if known.blueprints is None else known.blueprints)  # type: ignore[arg-type]
        itself = self._none(Kind.COURSES) if known.blueprints is None else _among(rows.column("course_id"), known.blueprints)
        found: np.ndarray = asked & (~there | itself) & ~self.tables.deleted(Kind.COURSES)
        return found

    def why_unlinked(self, row: int) -> str:
        """Why a course cannot be linked, as a clause.

        Args:
            row: The course.
        """
        rows = self.tables.rows[Kind.COURSES]
        if rows.text("course_id", row) in (self.known.blueprints or ()):
            return "it is a blueprint itself"
        named = rows.text("blueprint_course_id", row)
        if bool(_among(self.tables.ids(Kind.COURSES), [named]).any()):
            return "this package makes that course, and it is no blueprint yet"
        return "Canvas has no such blueprint"

    def roles_unknown(self) -> np.ndarray:
        """Which enrollments have a role that is neither Canvas's own nor listed."""
        roles = self.known.roles
        if roles is None:
            return self._none(Kind.ENROLLMENTS)
        column = self.tables.rows[Kind.ENROLLMENTS].column("role")
        distinct = pc.unique(column).to_pandas()
        odd = distinct[role_of_its_own(distinct) & ~distinct.isin(list(roles))]
        return _among(column, odd.tolist()) if len(odd) else self._none(Kind.ENROLLMENTS)

    def students_in_blueprints(self) -> np.ndarray:
        """Which enrollments are of students or observers in blueprint courses."""
        rows = self.tables.rows[Kind.ENROLLMENTS]
        if not self.known.blueprints:
            return self._none(Kind.ENROLLMENTS)
        courses = self.tables.courses_in_effect
        found = courses.spread(_among(courses.values, self.known.blueprints))
        if not found.any():
            return found
        roles = self.known.roles or ()

        def passive(text: str) -> bool:
            return text not in roles and (text.lower().startswith("student") or text.lower() in ("observer", "observerenrollment"))

        found &= _by_value(rows.column("role"), passive)
        return found

    def new_and_blank(self, column: str) -> np.ndarray:
        """Which courses are new in Canvas and leave a column empty; asked only of rows as they reach Canvas.

        Args:
            column: Which column.
        """
        if self.known.courses is None or not self.tables.at_canvas:
            return self._none(Kind.COURSES)
        found: np.ndarray = self._new(Kind.COURSES) & self.tables.blank(Kind.COURSES, column)
        return found

    def _new(self, kind: Kind) -> np.ndarray:
        """Which rows are about something that Canvas does not hold."""
        return ~_among(self.tables.rows[kind].column(self.tables.keys[kind]), self.tables.known[kind])

    def moving(self) -> np.ndarray:
        """Which sections are in another course than in Canvas."""
        rows, known = self.tables.rows[Kind.SECTIONS], self.known.sections
        if not known:
            return self._none(Kind.SECTIONS)
        there = np.flatnonzero(_among(rows.column("section_id"), known))
        found = self._none(Kind.SECTIONS)
        for row in there.tolist():
            found[row] = rows.text("course_id", row) not in ("", known[rows.text("section_id", row)])
        return found

    def unrelated_elsewhere(self) -> np.ndarray:
        """Which enrollments name a section of Canvas, not of the package, and another course than Canvas has it in."""
        rows, known = self.tables.rows[Kind.ENROLLMENTS], self.known.sections
        found = self._none(Kind.ENROLLMENTS)
        if not known:
            return found
        left = self.tables.codes(Kind.ENROLLMENTS, "section_id")
        if Kind.SECTIONS in self.tables.rows:  # a section whose rows are refused stays where it is
            left = self.tables.accepted(Kind.SECTIONS, left)
        there = _among(rows.column("section_id"), known) & (left < 0)
        if there.any():
            chosen = pa.array(there)
            pairs = zip(*(rows.column(name).filter(chosen).to_pylist() for name in ("section_id", "course_id")), strict=True)
            found[there] = [course not in ("", known[section]) for section, course in pairs]
        return found

    def needing_the_refused(self, kind: Kind, column: str) -> np.ndarray:
        """Which rows refer to what is refused in every row of the package, and not in Canvas already; they are refused as well.

        Args:
            kind: Of which kind.
            column: Which column.
        """
        tables, target = self.tables, REFERENCES[kind, column]
        refused = self.refused.get(target)
        if refused is None or not refused.any() or target not in tables.known:
            return self._none(kind)
        missing = np.ones(len(tables.ids(target)), bool)
        missing[tables.codes(target, tables.keys[target])[~refused]] = False
        missing &= ~_among(tables.ids(target), tables.known[target], folded=target is Kind.USERS and not tables.at_canvas)
        codes = tables.codes(kind, column)
        found: np.ndarray = (codes >= 0) & missing[codes]
        if found.any():
            self.refused[kind] = self.refused.get(kind, self._none(kind)) | found
        return found

    def opening(self) -> np.ndarray:
        """Which courses would be reopened, if they are concluded in Canvas."""
        found = _by_value(
            self.tables.rows[Kind.COURSES].column("status"), lambda text: text.strip(CANVAS_BLANKS).lower() in _OPENING
        )
        return found if self.known.courses is None else found & ~self._new(Kind.COURSES)

    def undated(self, kind: Kind) -> np.ndarray:
        """Which sections have no date; which courses leave one empty that the file has a column for.

        Args:
            kind: Courses or sections.
        """
        columns = [name for name in ("start_date", "end_date") if self.tables.rows[kind].has(name)]
        if kind is Kind.COURSES and not columns:
            return self._none(kind)
        blanks = [self.tables.blank(kind, name) for name in columns]
        found: np.ndarray
        if kind is Kind.SECTIONS:
            found = np.logical_and.reduce(blanks) if blanks else ~self._none(kind)
        else:
            found = np.logical_or.reduce(blanks)
        found = found & ~self.tables.deleted(kind)
        return found & ~self._new(kind) if kind in self.tables.known else found


def _connected(user: np.ndarray, login: np.ndarray, clashing: np.ndarray) -> np.ndarray:
    """The rows that share a user or a login with one that clashes, or with one of these."""
    found = clashing
    while True:
        wider = np.isin(user, user[found]) | np.isin(login, login[found])
        if wider.sum() == found.sum():
            return wider
        found = wider


def _among(column: Any, listed: Collection[str], *, folded: bool = False) -> np.ndarray:
    """Which values are in a list, whatever their case if `folded`."""
    values = pa.array(list(listed), column.type)
    if folded:
        column, values = pc.utf8_lower(column), pc.utf8_lower(values)
    return truths(pc.is_in(column, value_set=values))


def _by_value(column: Any, test: Any) -> np.ndarray:
    """The mask of a test on single values; it is asked of each distinct one."""
    distinct = pc.unique(column)
    passing = [text for text in distinct.to_pylist() if test(text)]
    return _among(column, passing) if passing else np.zeros(len(column), bool)
