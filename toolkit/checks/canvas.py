"""What Canvas makes of what reaches it: of a package, after the receiving server; or of CSV files that go straight to Canvas.

One set of rules serves both. `validate` asks about the rows that the server takes, and its places lead to the package and its sources;
`check` takes files as Canvas receives them, reads them as Canvas does, and asks the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from provkit.checks import values
from provkit.checks.canvas_rows import CanvasRows, elsewhere
from provkit.checks.canvas_text import CanvasText, Malformed, kind_of, read
from provkit.checks.catalogue.canvas import (
    account_not_known,
    blueprint_not_linked,
    course_date_blank,
    course_in_the_topmost_account,
    course_may_reopen,
    default_section_beside_those_listed,
    deletion_of_nothing,
    enrollment_of_a_deleted_user,
    header_unknown_to_canvas,
    login_of_somebody_else,
    malformed_to_canvas,
    reference_to_a_refused_row,
    role_not_known,
    section_dates_cleared,
    section_left_open,
    section_moves,
    student_in_a_blueprint,
    term_not_known,
    values_beyond_the_header,
    wrong_encoding_for_canvas,
)
from provkit.checks.catalogue.files import name_not_ending_in_csv, name_with_leading_dot
from provkit.checks.catalogue.references import neither_course_nor_section, section_of_another_course
from provkit.checks.coded import Coded, Rows, RowsOfFile
from provkit.checks.places import Places
from provkit.checks.references import compare
from provkit.column import Column
from provkit.receiver import Known
from provkit.rules import LISTED_PER_RULE, Collector, Finding, Report, Rule
from provkit.schemas.canvas import ADDRESSES, AT_CANVAS
from provkit.schemas.common import REQUIRED, Broken, facts
from provkit.schemas.layouts import Kind
from provkit.schemas.users import name_missing
from provkit.words import nearest

pc: Any = pyarrow.compute  # its stubs know no mixture of arrays and scalars

__all__ = ["addresses", "check", "inspect", "report"]

_PASSED_OVER = ("__macosx", "desktop db", "desktop df")
"""What paths hold that Canvas passes over by design."""

_THINGS = {Kind.COURSES: "course", Kind.SECTIONS: "section", Kind.USERS: "user"}


def check(files: Mapping[str, bytes], known: Known | None = None, *, listed: int = LISTED_PER_RULE) -> Sequence[Finding]:
    """Say what Canvas would make of CSV files that are handed to it as they are.

    Args:
        files: Their names, and their bytes.
        known: What Canvas holds; what is not listed there is not judged.
        listed: How many findings of one rule are listed.

    Returns:
        The findings, sorted by file, line, column, code. `line` is the physical line on which the record starts.
    """
    return report(files, known, listed=listed).findings


def report(files: Mapping[str, bytes], known: Known | None = None, *, listed: int = LISTED_PER_RULE) -> Report:
    """As `check`, with the exact counts.

    Args:
        files: As in `check`.
        known: As in `check`.
        listed: As in `check`.
    """
    collector = Collector(listed)
    known = Known() if known is None else known
    tables: dict[Kind, list[RowsOfFile]] = {}
    faulty: dict[Kind, list[np.ndarray]] = {}
    for name, content in sorted(files.items()):  # Canvas takes them in the order of their paths
        taken = _file(name, content, collector)
        if taken is not None:
            kind, rows = taken
            records = values.report(values.find(kind, rows, known, AT_CANVAS[kind]), rows, collector)
            tables.setdefault(kind, []).append(rows)
            faulty.setdefault(kind, []).append(rows.holding(records))
    refused = {kind: np.concatenate(parts) for kind, parts in faulty.items()}
    rows_of = {kind: Rows(kind, parts) for kind, parts in tables.items()}
    coded = Coded(rows_of, elsewhere(known), at_canvas=True, refused=refused)
    compare(coded, collector)
    inspect(coded, known, collector)
    return collector.report()


def addresses(rows: RowsOfFile) -> Sequence[Broken]:
    """Find what Canvas says of the addresses that the service passes on: it makes each user's id and address of login_id.

    Args:
        rows: The rows of a users file of a package.
    """
    return values.find(Kind.USERS, rows, None, ADDRESSES)


def inspect(tables: Coded, known: Known, collector: Collector) -> None:
    """Find what Canvas does with rows that nothing else has spoken of.

    Args:
        tables: The rows that reach Canvas.
        known: What exists elsewhere.
        collector: Takes the findings.
    """
    _Inspection(CanvasRows(tables, known), collector).run()


class _Inspection:
    """The rules, run in the order in which Canvas takes the files: what a refused row drags along comes after it."""

    def __init__(self, rows: CanvasRows, collector: Collector) -> None:
        self.rows, self.tables, self.known = rows, rows.tables, rows.known
        self.collector = collector

    def run(self) -> None:
        for kind, look in (
            (Kind.COURSES, self._courses),
            (Kind.SECTIONS, self._sections),
            (Kind.USERS, self._users),
            (Kind.ENROLLMENTS, self._enrollments),
        ):
            if kind in self.tables.rows:
                if kind in _THINGS:
                    self._deletions(kind)
                look()

    def _add(
        self,
        broken: Rule,
        mask: np.ndarray,
        kind: Kind,
        column: str,
        *,
        details: Callable[[int], Mapping[str, object]] | None = None,
        personal: Callable[[int], Mapping[str, str]] | None = None,
        value: Callable[[int], str] | None = None,
    ) -> None:
        """Count the rows of a mask; findings are made only for those listed."""
        if not mask.any():
            return
        found, rows = np.flatnonzero(mask), self.tables.rows[kind]

        def made(row: int) -> Finding:
            return rows.finding(
                broken,
                row,
                column,
                None if value is None else value(row),
                details=None if details is None else details(row),
                values=None if personal is None else personal(row),
            )

        self.collector.add_many(broken, len(found), (made(int(row)) for row in found))

    def _refuse(self, kind: Kind, mask: np.ndarray) -> np.ndarray:
        self.rows.refused[kind] = self.rows.refused.get(kind, np.zeros(len(mask), bool)) | mask
        return mask

    def _note(self, broken: Rule, mask: np.ndarray, kind: Kind, column: str, *, words: tuple[str, str]) -> None:
        """One note about all rows of a mask, at the first."""
        number = int(np.count_nonzero(mask))
        if number:
            what = f"{number:,} {words[number != 1]}"
            finding = self.tables.rows[kind].finding(broken, int(np.argmax(mask)), column, "", details={"what": what})
            self.collector.add(finding)

    def _hint(self, kind: Kind, column: str, listed: Iterable[str] | None) -> Callable[[int], Mapping[str, object]]:
        def hint(row: int) -> Mapping[str, object]:
            near = nearest(self.tables.rows[kind].text(column, row), listed or ())
            return {"hint": "" if near is None else f" (did you mean {near!r}?)"}

        return hint

    def _deletions(self, kind: Kind) -> None:
        thing = {"thing": _THINGS[kind]}
        mask = deletion_of_nothing(self.rows, kind)
        self._add(deletion_of_nothing, mask, kind, "status", details=lambda _: thing, value=lambda row: self._key(kind, row))

    def _key(self, kind: Kind, row: int) -> str:
        return self.tables.rows[kind].text(self.tables.keys[kind], row)

    def _courses(self) -> None:
        rows, kind, known = self.rows, Kind.COURSES, self.known
        if self.tables.at_canvas:
            unknown = self._refuse(kind, account_not_known(rows))
            self._add(account_not_known, unknown, kind, "account_id", details=self._hint(kind, "account_id", known.accounts))
            self._add(course_in_the_topmost_account, course_in_the_topmost_account(rows), kind, "account_id")
        self._add(term_not_known, term_not_known(rows), kind, "term_id", details=self._hint(kind, "term_id", known.terms))
        why = blueprint_not_linked(rows)
        self._add(blueprint_not_linked, why, kind, "blueprint_course_id", details=lambda row: {"why": rows.why_unlinked(row)})
        self._note(
            course_may_reopen, course_may_reopen(rows), kind, "status", words=("row sets a course to", "rows set courses to")
        )
        blank = course_date_blank(rows)
        column = "start_date" if self.tables.rows[kind].has("start_date") else "end_date"
        self._note(course_date_blank, blank, kind, column, words=("row has", "rows have"))

    def _sections(self) -> None:
        self._dragged(Kind.SECTIONS, "course_id")
        known = self.known.sections or {}
        self._add(
            section_moves,
            section_moves(self.rows),
            Kind.SECTIONS,
            "course_id",
            details=lambda row: {"owner": known[self._key(Kind.SECTIONS, row)]},
        )
        self._note(
            section_dates_cleared,
            section_dates_cleared(self.rows),
            Kind.SECTIONS,
            "section_id",
            words=("section has", "sections have"),
        )

    def _users(self) -> None:
        rows, kind = self.rows, Kind.USERS
        users = self.tables.rows[kind]
        claimed = self._refuse(kind, login_of_somebody_else(rows))
        self._add(
            login_of_somebody_else,
            claimed,
            kind,
            "login_id",
            details=lambda row: {"place": users.place(int(rows.claimed[row]))},
            personal=lambda row: {"holder": self._key(kind, int(rows.claimed[row]))},
        )
        if self.tables.at_canvas:
            first, last = (self.tables.blank(kind, name) for name in ("first_name", "last_name"))
            nameless = first & last if Kind.USERS in self.tables.known else np.zeros(len(users), bool)
            known = self.tables.known.get(kind, ())
            if nameless.any():
                nameless &= ~np.array([users.text("user_id", row) in known for row in range(len(users))], bool)
            self._add(name_missing, (first & ~last) | nameless, kind, "first_name")
            self._add(name_missing, last & ~first, kind, "last_name")

    def _enrollments(self) -> None:
        rows, kind = self.rows, Kind.ENROLLMENTS
        enrollments = self.tables.rows[kind]
        for column in ("user_id", "course_id", "section_id"):
            self._dragged(kind, column)
        if self.tables.at_canvas:
            nowhere = self.tables.blank(kind, "course_id") & self.tables.blank(kind, "section_id")
            self._add(neither_course_nor_section, nowhere, kind, "course_id")
            self._add(
                enrollment_of_a_deleted_user,
                enrollment_of_a_deleted_user(rows),
                kind,
                "user_id",
                details=lambda row: {"place": self.tables.deleting(Kind.USERS, enrollments.text("user_id", row))},
            )
        sections = self.known.sections or {}
        self._add(
            section_of_another_course,
            rows.unrelated_elsewhere(),
            kind,
            "section_id",
            details=lambda row: {
                "course": enrollments.text("course_id", row),
                "owner": sections[enrollments.text("section_id", row)],
            },
        )
        self._add(role_not_known, role_not_known(rows), kind, "role", details=self._hint(kind, "role", self.known.roles))
        self._add(
            student_in_a_blueprint,
            student_in_a_blueprint(rows),
            kind,
            "role",
            details=lambda row: {"course": self.tables.courses_in_effect.at(row)},
        )
        self._add(default_section_beside_those_listed, default_section_beside_those_listed(rows), kind, "section_id")
        self._note(section_left_open, section_left_open(rows), kind, "section_id", words=("row names", "rows name"))

    def _dragged(self, kind: Kind, column: str) -> None:
        """Rows that need a refused one."""
        mask = reference_to_a_refused_row(self.rows, kind, column)
        if not mask.any():
            return
        target = {"course_id": Kind.COURSES, "section_id": Kind.SECTIONS, "user_id": Kind.USERS}[column]
        place = self.tables.rows[target].place

        def details(row: int) -> Mapping[str, object]:
            needed = int(self.tables.last_rows(target)[self.tables.codes(kind, column)[row]])
            return {"thing": _THINGS[target], "place": place(needed, elsewhere=True)}

        self._add(reference_to_a_refused_row, mask, kind, column, details=details)


def _file(name: str, content: bytes, collector: Collector) -> tuple[Kind, RowsOfFile] | None:
    """One file's kind and rows, if Canvas gets at any."""
    path = name.replace("\\", "/")
    if any(part in path.lower() for part in _PASSED_OVER):
        return None
    lost: Finding | None = None
    text: CanvasText | None = None
    if any(part.startswith(".") and part.strip(".") for part in path.split("/")):
        if _is_meant(content):
            collector.add(Finding(name_with_leading_dot, name))
        return None
    if not path.lower().endswith(".csv"):
        lost = Finding(name_not_ending_in_csv, name)
    else:
        try:
            text = read(content)
        except UnicodeDecodeError:
            lost = Finding(wrong_encoding_for_canvas, name)
        except Malformed as error:
            lost = Finding(malformed_to_canvas, name, details={"where": f"line {error.line}"})
    kind = True if text is None else kind_of(text.header)
    if text is not None and not kind:
        lost = Finding(header_unknown_to_canvas, name, value=",".join(text.header))
    if lost is not None:
        collector.add(lost)
    if text is None or not isinstance(kind, Kind):
        return None
    return kind, _rows(kind, text, Places(name, content, text.line, None), collector)


def _is_meant(content: bytes) -> bool:
    """Whether a file with a hidden name is one that somebody meant to import, and not what an operating system leaves behind."""
    try:
        text = read(content)
    except (UnicodeDecodeError, Malformed):
        return False
    return text is not None and bool(kind_of(text.header))


def _rows(kind: Kind, text: CanvasText, places: Places, collector: Collector) -> RowsOfFile:
    """The rows of one file, without those that Canvas passes over: nothing but commas."""
    surplus = np.flatnonzero(text.surplus)

    def beyond(row: int) -> Finding:
        details = {"fields": int(text.lengths[row]), "columns": len(text.header)}
        return places.finding(values_beyond_the_header, row + 1, details=details)

    collector.add_many(values_beyond_the_header, len(surplus), (beyond(int(row)) for row in surplus))
    written = np.zeros(len(text.lengths), bool)
    for column in text.columns:
        written |= pc.not_equal(column, "").to_numpy().astype(bool)
    named, declared = text.named(), AT_CANVAS[kind]
    nothing = pa.chunked_array([pa.repeat(pa.scalar("", pa.large_string()), len(written))])
    kept = np.flatnonzero(written)
    everything = len(kept) == len(written)
    columns = {}
    for name in declared.columns:
        if name in named or facts(declared, name).needed == REQUIRED:
            column = named.get(name, nothing)
            columns[name] = Column(column if everything else column.take(pa.array(kept)))
    return RowsOfFile(places, columns, None if everything else kept + 1, len(kept))
