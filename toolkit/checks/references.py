"""Compares rows: runs the rules on references, repetitions and contradictions, and says where."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from provkit.checks.catalogue.damage import padded, zeros_lost
from provkit.checks.catalogue.people import one_name_with_two_addresses, teacher_and_student_at_once
from provkit.checks.catalogue.references import (
    address_not_the_same_everywhere,
    course_left_to_canvas,
    end_before_start,
    enrolled_by_a_replaced_user_id,
    enrollment_in_something_deleted,
    reference_nearly_the_same,
    reference_outside_the_package,
    reference_spelled_otherwise,
    reference_to_nothing,
    row_contradicted,
    row_repeated,
    section_in_a_deleted_course,
    section_of_another_course,
)
from provkit.checks.catalogue.within import full_name_too_long, section_without_name, teacher_limited_by_spelling
from provkit.checks.coded import REFERENCES, Coded, Rows
from provkit.column import Distinct
from provkit.rules import Collector, Finding, Rule
from provkit.schemas.layouts import Kind
from provkit.schemas.letters import CANVAS_BLANKS

__all__ = ["compare"]

_WORDS = {Kind.COURSES: ("course", "courses"), Kind.SECTIONS: ("section", "sections"), Kind.USERS: ("person", "people")}


def compare(tables: Coded, collector: Collector) -> None:
    """Run every rule that compares rows.

    Args:
        tables: The rows of the package; those that are refused for what is found here are added to `refused`.
        collector: Takes the findings.
    """
    refused = tables.refused
    for kind, column in REFERENCES:
        if kind in tables.rows and not (tables.codes(kind, column) >= 0).all():
            _references(tables, kind, column, collector, refused)
    for kind in tables.rows:
        _repeats(tables, kind, collector)
    if not tables.at_canvas:
        _zeros(tables, collector)
    if Kind.USERS in tables.rows:
        _users(tables, tables.rows[Kind.USERS], collector, refused)
    for kind in (Kind.COURSES, Kind.SECTIONS):
        if kind in tables.rows:
            _dates(tables, kind, collector, refused)
    if Kind.SECTIONS in tables.rows:
        _sections(tables, tables.rows[Kind.SECTIONS], collector, refused)
    if Kind.ENROLLMENTS in tables.rows:
        _enrollments(tables, tables.rows[Kind.ENROLLMENTS], collector)


def _add(collector: Collector, broken: Rule, mask: np.ndarray, make: Callable[[int], Finding]) -> None:
    """Count the rows of a mask; `make` is asked for those findings only that are listed."""
    if mask.any():
        found = np.flatnonzero(mask)
        collector.add_many(broken, len(found), (make(int(row)) for row in found))


def _references(tables: Coded, kind: Kind, column: str, collector: Collector, refused: dict[Kind, np.ndarray]) -> None:
    """What one column refers to that is not in the package."""
    rows, outside = tables.rows[kind], tables.outside(kind, column)
    one, many = _WORDS[REFERENCES[kind, column]]
    unknown = reference_outside_the_package(outside)
    if unknown.any():
        number, distinct = int(unknown.sum()), outside.distinct(unknown)
        named = f"{number:,} {'row names' if number == 1 else 'rows name'} {distinct:,} {one if distinct == 1 else many}"
        details = {"what": f"{named} that {'is' if distinct == 1 else 'are'}", "them": "it" if distinct == 1 else "them"}
        collector.add(rows.finding(reference_outside_the_package, int(np.argmax(unknown)), column, details=details))

    if unknown.any() and not tables.at_canvas:
        for row, meant in tables.nearly(kind, column).items():
            collector.add(rows.finding(reference_nearly_the_same, row, column, values={"meant": meant}))

    def nothing(row: int) -> Finding:
        return rows.finding(reference_to_nothing, row, column, details={"thing": one})

    def respelled(row: int) -> Finding:
        return rows.finding(reference_spelled_otherwise, row, column, values={"meant": outside.meant[rows.text(column, row)]})

    def replaced(row: int) -> Finding:
        return rows.finding(enrolled_by_a_replaced_user_id, row, column, values={"address": outside.meant[rows.text(column, row)]})

    _add(collector, reference_to_nothing, _refuse(refused, kind, reference_to_nothing(outside)), nothing)
    _add(collector, reference_spelled_otherwise, _refuse(refused, kind, reference_spelled_otherwise(outside)), respelled)
    _add(collector, enrolled_by_a_replaced_user_id, enrolled_by_a_replaced_user_id(outside), replaced)


def _zeros(tables: Coded, collector: Collector) -> None:
    """Ids that are shorter than the others of their column. Of a reference to the package, it is said where the id stands itself."""
    for kind, column in (*tables.keys.items(), *REFERENCES):
        if kind not in tables.rows or Kind.USERS in (kind, REFERENCES.get((kind, column))):
            continue
        rows = tables.rows[kind]
        ids = rows.coded(column)
        lost = ids.spread(zeros_lost(ids.values))
        if (kind, column) in REFERENCES and lost.any():
            lost &= tables.outside(kind, column).unknown

        def made(row: int, rows: Rows = rows, column: str = column, ids: Distinct = ids.values) -> Finding:
            return rows.finding(zeros_lost, row, column, values={"meant": padded(rows.text(column, row), ids)})

        _add(collector, zeros_lost, lost, made)


def _repeats(tables: Coded, kind: Kind, collector: Collector) -> None:
    """Rows about the same thing as one before them."""
    rows, repeats = tables.rows[kind], tables.repeats(kind)
    if not len(repeats.rows):
        return

    def repeated(pair: int) -> Finding:
        return rows.finding(row_repeated, int(repeats.rows[pair]), details={"place": rows.place(int(repeats.before[pair]))})

    def contradicted(pair: int) -> Finding:
        columns = [column for column, mask in repeats.differ.items() if mask[pair]]
        details = {"place": rows.place(int(repeats.before[pair])), "columns": ", ".join(columns)}
        column = tables.keys.get(kind, columns[0]) if tables.at_canvas else columns[0]
        return rows.finding(row_contradicted, int(repeats.rows[pair]), column, details=details)

    _add(collector, row_repeated, row_repeated(repeats), repeated)
    _add(collector, row_contradicted, row_contradicted(repeats), contradicted)


def _both(tables: Coded, rows: Rows, collector: Collector) -> None:
    """People who teach a course and take it."""

    def made(row: int) -> Finding:
        return rows.finding(teacher_and_student_at_once, row, "role", details={"place": rows.place(int(tables.also_student[row]))})

    _add(collector, teacher_and_student_at_once, teacher_and_student_at_once(tables), made)


def _namesakes(tables: Coded, collector: Collector) -> None:
    """People who may be one person under two addresses."""
    later, earlier, enrolled = tables.namesakes
    users, enrollments = tables.rows[Kind.USERS], tables.rows[Kind.ENROLLMENTS]

    def made(row: int, other: int, enrollment: int) -> Finding:
        details = {"place": users.place(other), "course": enrollments.text("course_id", enrollment)}
        return users.finding(
            one_name_with_two_addresses, row, "login_id", details=details, values={"other": users.text("login_id", other)}
        )

    collector.add_many(
        one_name_with_two_addresses, len(later), (made(*map(int, one)) for one in zip(later, earlier, enrolled, strict=True))
    )


def _refuse(refused: dict[Kind, np.ndarray], kind: Kind, mask: np.ndarray) -> np.ndarray:
    if mask.any():
        refused[kind] = refused.get(kind, np.zeros(len(mask), bool)) | mask
    return mask


def _users(tables: Coded, rows: Rows, collector: Collector, refused: dict[Kind, np.ndarray]) -> None:
    """Columns that the service fills with the address, and names that are too long together."""
    for column in () if tables.at_canvas else ("user_id", "email"):

        def unequal(row: int, column: str = column) -> Finding:
            return rows.finding(address_not_the_same_everywhere, row, column, values={"address": rows.text("login_id", row)})

        _add(collector, address_not_the_same_everywhere, address_not_the_same_everywhere(tables, column), unequal)

    def overlong(row: int) -> Finding:
        length = sum(len(rows.text(name, row).strip(CANVAS_BLANKS)) for name in ("first_name", "last_name"))
        return rows.finding(full_name_too_long, row, "last_name", details={"length": length})

    _add(collector, full_name_too_long, _refuse(refused, Kind.USERS, full_name_too_long(tables)), overlong)


def _dates(tables: Coded, kind: Kind, collector: Collector, refused: dict[Kind, np.ndarray]) -> None:
    """Ends before starts."""
    rows = tables.rows[kind]

    def backwards(row: int) -> Finding:
        return rows.finding(end_before_start, row, "end_date", details={"start": rows.text("start_date", row)})

    _add(collector, end_before_start, _refuse(refused, kind, end_before_start(tables, kind)), backwards)


def _sections(tables: Coded, rows: Rows, collector: Collector, refused: dict[Kind, np.ndarray]) -> None:
    """Sections without a name, or in courses that the package deletes."""

    def nameless(row: int) -> Finding:
        return rows.finding(section_without_name, row, "name")

    _add(collector, section_without_name, _refuse(refused, Kind.SECTIONS, section_without_name(tables)), nameless)

    def deleted(row: int) -> Finding:
        return rows.finding(
            section_in_a_deleted_course,
            row,
            "course_id",
            details={"place": tables.deleting(Kind.COURSES, rows.text("course_id", row))},
        )

    _add(collector, section_in_a_deleted_course, section_in_a_deleted_course(tables), deleted)


def _enrollments(tables: Coded, rows: Rows, collector: Collector) -> None:
    """Enrollments whose course and section do not fit or are deleted, and teachers whose role is spelled otherwise."""

    def unrelated(row: int) -> Finding:
        details = {"course": rows.text("course_id", row), "owner": tables.owner(row)}
        return rows.finding(section_of_another_course, row, "section_id", details=details)

    def limited(row: int) -> Finding:
        return rows.finding(teacher_limited_by_spelling, row, "role")

    _add(collector, section_of_another_course, section_of_another_course(tables), unrelated)
    if not tables.at_canvas:
        _add(collector, teacher_limited_by_spelling, teacher_limited_by_spelling(tables), limited)
        _both(tables, rows, collector)
        if Kind.USERS in tables.rows:
            _namesakes(tables, collector)
    alone = course_left_to_canvas(tables)
    if alone.any() and not tables.at_canvas:
        number = int(alone.sum())
        what = f"{number:,} {'row names' if number == 1 else 'rows name'} a section"
        collector.add(rows.finding(course_left_to_canvas, int(np.argmax(alone)), "section_id", details={"what": what}))
    for column, thing in (("course_id", "course"), ("section_id", "section")):

        def deleted(row: int, column: str = column, thing: str = thing) -> Finding:
            place = tables.deleting(REFERENCES[Kind.ENROLLMENTS, column], rows.text(column, row))
            return rows.finding(enrollment_in_something_deleted, row, column, details={"thing": thing, "place": place})

        _add(collector, enrollment_in_something_deleted, enrollment_in_something_deleted(tables, column), deleted)

    def by_section(row: int) -> Finding:
        course = tables.courses_in_effect.at(row) or ""
        details = {"thing": "course", "place": tables.deleting(Kind.COURSES, course)}
        return rows.finding(enrollment_in_something_deleted, row, "section_id", course, details=details)

    left = tables.by_section_in_deleted & ~enrollment_in_something_deleted(tables, "section_id")
    _add(collector, enrollment_in_something_deleted, left, by_section)
