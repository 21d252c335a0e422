"""What Canvas itself writes: SIS import files, SIS Export and Provisioning reports, and the export of a gradebook."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from provkit.errors import SourceError
from provkit.schemas.layouts import Kind
from provkit.sources.records import Account, Column, Records, fold, header_cells, made_sheet
from provkit.tables import Reason, Sheet, Sheets

__all__ = ["read", "read_gradebook", "recognise", "recognise_gradebook"]

FIELDS: Mapping[Kind, Mapping[str, str]] = {
    Kind.USERS: {
        "user_id": "user_id",
        "login_id": "login_id",
        "email": "email",
        "first_name": "first_name",
        "last_name": "last_name",
        "name": "sortable_name|full_name",
        "status": "status",
    },
    Kind.COURSES: {
        name: name
        for name in (
            "course_id",
            "short_name",
            "long_name",
            "account_id",
            "term_id",
            "status",
            "start_date",
            "end_date",
            "blueprint_course_id",
        )
    },
    Kind.SECTIONS: {name: name for name in ("section_id", "course_id", "name", "status", "start_date", "end_date")},
    Kind.ENROLLMENTS: {
        "course_id": "course_id",
        "user_id": "user_id",
        "role": "role|base_role_type",
        "section_id": "section_id",
        "status": "status",
        "limit_section_privileges": "limit_section_privileges",
    },
}
"""The columns that have a place in the upload."""

_MARKS = frozenset(
    map(
        fold,
        [
            "integration_id",
            "authentication_provider_id",
            "ssha_password",
            "full_name",
            "sortable_name",
            "declared_user_type",
            "pronouns",
            "canvas_user_id",
            "canvas_course_id",
            "canvas_section_id",
            "canvas_account_id",
            "canvas_term_id",
            "canvas_enrollment_id",
            "created_by_sis",
            "course_format",
            "grade_passback_setting",
            "homeroom_course",
            "friendly_name",
            "associated_user_id",
            "role_id",
            "root_account",
            "user_integration_id",
            "canvas_password_notification",
            "base_role_type",
            "notify",
        ],
    )
)
"""Columns that Canvas has and the upload has not."""

_NEEDED: Mapping[Kind, frozenset[str]] = {
    Kind.USERS: frozenset({"userid", "loginid", "status"}),
    Kind.COURSES: frozenset({"courseid", "shortname", "longname", "status"}),
    Kind.SECTIONS: frozenset({"sectionid", "courseid", "name", "status"}),
    Kind.ENROLLMENTS: frozenset({"userid", "status"}),
}
_PENDING: Mapping[str, str] = {"invited": "active", "creation_pending": "active"}
_GONE = ("suspended", "deleted")


def _headers(sheet: Sheet) -> set[str]:
    return set(map(fold, header_cells(sheet))) - {""}


def _kind(sheet: Sheet) -> Kind | None:
    """What a file of Canvas holds; None for one that is none, or has only what the upload has as well."""
    headers = _headers(sheet)
    if not headers & _MARKS:
        return None
    for kind in (Kind.USERS, Kind.COURSES, Kind.SECTIONS):
        if headers >= _NEEDED[kind]:
            return kind
    members = (
        headers >= _NEEDED[Kind.ENROLLMENTS]
        and headers & {"courseid", "sectionid"}
        and headers & {"role", "roleid", "baseroletype"}
    )
    return Kind.ENROLLMENTS if members else None


def recognise(sheets: Sheets) -> str | None:
    """Why sheets are files of Canvas, as the end of a sentence; None where they are none.

    Args:
        sheets: As they stand in the source.
    """
    for sheet in sheets:
        kind = _kind(sheet)
        if kind is not None:
            names = [str(cell).strip() for cell in header_cells(sheet) if fold(cell) in _MARKS]
            return f"{sheet.name or sheet.file} has the columns of Canvas {kind}, {names[0]} among them"
    return None


def read(sheets: Sheets) -> Sheets:
    """Files of Canvas as sheets that authoring knows: only what has a place in the upload, whatever the order of the columns.

    Args:
        sheets: The files, as they stand; those that are not of Canvas's own form stay so.
    """
    account = Account()
    found = [(sheet, _kind(sheet)) for sheet in sheets]
    files = [(sheet, kind, Records.of(sheet, FIELDS[kind]) if kind is not None else None) for sheet, kind in found]
    away = {
        records.text(row, "user_id")
        for _, kind, records in files
        if kind is Kind.USERS and records is not None
        for row in records.rows
        if records.text(row, "status").casefold() in _GONE
    } - {""}
    made: list[Sheet] = []
    for sheet, kind, records in files:
        if kind is None or records is None:
            made.append(sheet)
            continue
        rows = _rows(kind, records, away, account)
        account.left_columns(records, FIELDS[kind])
        if rows:
            columns = [Column(name, [records.text(row, name) for row in rows], records, name) for name in FIELDS[kind]]
            made.append(
                made_sheet(
                    kind, records, rows, _as_written(kind, columns, account, records, rows), f"it has the columns of Canvas {kind}"
                )
            )
    return _with(sheets, made, account)


def _with(sheets: Sheets, made: Sequence[Sheet], account: Account) -> Sheets:
    return replace(
        sheets,
        sheets=tuple(made),
        findings=(*sheets.findings, *account.findings),
        edits=(*sheets.edits, *account.edits),
        spoken=(*sheets.spoken, *account.spoken),
    )


def _rows(kind: Kind, records: Records, away: set[str], account: Account) -> list[int]:
    """The rows that can be sent; the others are set aside."""
    rows: list[int] = []
    aside: dict[str, list[int]] = {}
    for row in records.rows:
        why = _why_not(kind, records, row, away)
        if why:
            aside.setdefault(why, []).append(row)
        else:
            rows.append(row)
    for why, those in aside.items():
        account.set_aside(records, those, why)
    return rows


def _why_not(kind: Kind, records: Records, row: int, away: set[str]) -> str:
    status = records.text(row, "status").casefold()
    if kind is Kind.USERS:
        return f"they are {status} there, and the service can neither suspend nor delete people" if status in _GONE else ""
    if kind is Kind.ENROLLMENTS:
        return _why_not_enrolled(records, row, status, away)
    missing = not records.text(row, f"{str(kind).removesuffix('s')}_id")
    return "they have no SIS id, which only Canvas's support can give" if missing else ""


def _why_not_enrolled(records: Records, row: int, status: str, away: set[str]) -> str:
    if records.text(row, "user_id") in away and status != "deleted":
        return "the people in them are suspended or deleted there"
    if status == "rejected":
        return "these people declined"
    if not records.text(row, "user_id"):
        return "the people in them have no SIS id"
    named = records.text(row, "course_id") or records.text(row, "section_id")
    return "" if named else "the courses in them have no SIS id"


def _as_written(kind: Kind, columns: Sequence[Column], account: Account, records: Records, rows: Sequence[int]) -> list[Column]:
    """Columns as the upload has them."""
    if kind is Kind.USERS:
        split = any(any(column.texts) for column in columns if column.field in ("first_name", "last_name"))
        return [column for column in columns if column.field != "status" and (column.field != "name" or not split)]
    if kind is not Kind.ENROLLMENTS:
        return list(columns)
    worked = []
    for column in columns:
        if column.field == "status":
            changes = {
                row: (said, _PENDING[said.casefold()])
                for row, said in zip(rows, column.texts, strict=True)
                if said.casefold() in _PENDING
            }
            account.change(Reason.WORD, records, "status", changes, "status")
            texts = [changes[row][1] if row in changes else said for row, said in zip(rows, column.texts, strict=True)]
            worked.append(replace(column, texts=texts))
        else:
            worked.append(column)
    return worked


_GRADEBOOK = {
    "name": "Student|Student Name",
    "first_name": "FirstName|First Name",
    "last_name": "LastName|Last Name",
    "user_id": "SIS User ID",
    "username": "SIS Login ID",
    "section_name": "Section",
}


def recognise_gradebook(sheets: Sheets) -> str | None:
    """Why a sheet is the export of a gradebook, as the end of a sentence; None where none is.

    Args:
        sheets: As they stand in the source.
    """
    for sheet in sheets:
        headers = _headers(sheet)
        if (
            {"id", "section"} <= headers
            and headers & {"sisuserid", "sisloginid"}
            and headers & {"student", "firstname", "lastname"}
        ):
            return f"{sheet.name or sheet.file} has the columns of a Canvas gradebook: SIS User ID or SIS Login ID, ID, Section"
    return None


def read_gradebook(sheets: Sheets) -> Sheets:
    """The people of a gradebook, all of them students; grades are left out.

    Args:
        sheets: As they stand in the source.

    Raises:
        SourceError: It is no gradebook.
    """
    if recognise_gradebook(sheets) is None:
        raise SourceError(
            f"{sheets.sheets[0].file} is no gradebook: no columns Student, ID, SIS User ID and Section.",
            remedy="In Canvas, open the course's Grades and choose Export.",
        )
    account = Account()
    made: list[Sheet] = []
    for sheet in sheets:
        if recognise_gradebook(Sheets((sheet,))) is None:
            made.append(sheet)
            continue
        records = Records.of(sheet, _GRADEBOOK)
        points = [row for row in records.rows if not records.text(row, "user_id") and not records.text(row, "username")]
        tests = [
            row
            for row in records.rows
            if row not in points and re.fullmatch(r"student,\s*test", records.text(row, "name"), re.IGNORECASE)
        ]
        account.set_aside(records, points, "they hold points or notes, or people whom no SIS id and no login is known of")
        account.set_aside(records, tests, "the test student is nobody")
        rows = [row for row in records.rows if row not in {*points, *tests}]
        several = [row for row in rows if re.search(r"\band\b|,", records.text(row, "section_name"))]
        said = {name: [records.text(row, name) for row in rows] for name in _GRADEBOOK if name != "section_name"}
        # A guest's login is a number of the guest service's own: the SIS id comes first.
        said["username"] = ["" if own else login for own, login in zip(said["user_id"], said["username"], strict=True)]
        columns = [Column(name, texts, records, name) for name, texts in said.items()]
        sections = ["" if row in several else records.text(row, "section_name") for row in rows]
        columns += [Column("section_name", sections, records, "section_name"), Column("role", ["student"] * len(rows))]
        account.left_columns(records, _GRADEBOOK)
        if rows:
            made.append(made_sheet(Kind.ENROLLMENTS, records, rows, columns, "it has the columns of a Canvas gradebook"))
    return _with(sheets, made, account)
