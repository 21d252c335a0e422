"""Microsoft School Data Sync: v1 and its UK form (a file per role), v2 and v2.1 (named like OneRoster, with other columns)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from provkit.errors import SourceError
from provkit.sources.records import Account, Records, filled_rows, fold, header_cells, stem
from provkit.sources.school import Enrolled, School, SchoolReader
from provkit.sources.settings import SisSettings
from provkit.tables import Reason, Sheet, Sheets

__all__ = ["read", "recognise"]

_PEOPLE = {
    "id": "SIS ID|ID",
    "first_name": "First Name",
    "last_name": "Last Name",
    "username": "Username",
    "email": "Secondary Email|Email",
    "status": "Status",
}
_MEMBERS = {"class": "Section SIS ID|Section ID", "user": "SIS ID|ID"}
V1: Mapping[str, Mapping[str, str]] = {
    "school": {"id": "SIS ID|DfE Number", "name": "Name", "identifier": "School Number"},
    "section": {
        "id": "SIS ID|ID",
        "org": "School SIS ID|School DfE Number",
        "title": "Section Name",
        "code": "Section Number",
        "sessions": "Term SIS ID",
        "start": "Term StartDate|Term Start Date",
        "end": "Term EndDate|Term End Date",
        "course": "Course SIS ID|Course ID",
        "course_name": "Course Name",
        "course_code": "Course Number",
        "status": "Status",
    },
    "student": _PEOPLE,
    "teacher": _PEOPLE,
    "studentenrollment": _MEMBERS,
    "teacherroster": _MEMBERS,
}
"""The columns of v1 and of its UK form."""

V2: Mapping[str, Mapping[str, str]] = {
    "orgs": {"id": "sourcedId", "name": "name", "parent": "parentSourcedId"},
    "users": {
        "id": "sourcedId",
        "first_name": "givenName",
        "last_name": "familyName",
        "username": "username",
        "email": "email",
        "identifier": "activeDirectoryMatchId",
    },
    "classes": {
        "id": "sourcedId",
        "org": "orgSourcedId|orgSourcedIds",
        "title": "title",
        "sessions": "sessionSourcedIds|sessionSourcedId",
        "course": "courseSourcedId",
        "code": "code",
    },
    "enrollments": {"class": "classSourcedId", "user": "userSourcedId", "role": "role"},
    "courses": {"id": "sourcedId", "org": "orgSourcedId", "title": "title", "code": "code", "sessions": "schoolYearSourcedId"},
    "academicsessions": {"id": "sourcedId", "title": "title", "start": "startDate", "end": "endDate", "parent": "parentSourcedId"},
}
"""The columns of v2 and v2.1."""

_OTHERS: Mapping[str, str] = {
    "roles": "people have roles in their organisations; enrollments say their own",
    "demographics": "nobody's demographics are needed",
    "relationships": "guardians and relatives are not enrolled",
    "userflags": "nobody's flags are needed",
}


def _headers(sheet: Sheet) -> set[str]:
    return set(map(fold, header_cells(sheet)))


def recognise(sheets: Sheets) -> str | None:
    """Why sheets are a set of School Data Sync, as the end of a sentence; None where they are none.

    Args:
        sheets: As they stand in the source.
    """
    if any({"propertyname", "value"} <= _headers(sheet) for sheet in sheets):
        return None
    for sheet in sheets:
        headers = _headers(sheet)
        if {"classsourcedid", "usersourcedid", "role"} <= headers and not headers & {"status", "schoolsourcedid"}:
            return (
                f"{sheet.file} has the columns of School Data Sync v2 (there is no manifest and no status, as OneRoster has them)"
            )
        if ({"sectionsisid", "sisid"} <= headers or {"sectionid", "id"} <= headers) and stem(sheet) in (
            "studentenrollment",
            "teacherroster",
        ):
            return f"{sheet.file} has the columns of School Data Sync v1"
    return None


def read(sheets: Sheets, settings: SisSettings, *, has_account: bool) -> Sheets:
    """A set of School Data Sync as sheets that authoring knows.

    Args:
        sheets: The files, as they stand.
        settings: The keys of `[sis]`.
        has_account: Whether `[defaults]` names an account.

    Raises:
        SourceError: There are neither sections nor enrollments in it.
    """
    first = any(stem(sheet) in ("section", "studentenrollment", "teacherroster") for sheet in sheets)
    fields = V1 if first else V2
    account = Account()
    files: dict[str, Records] = {}
    for sheet in sheets:
        name = stem(sheet)
        if name in fields and name not in files:
            files[name] = Records.of(sheet, fields[name])
        else:
            why = _OTHERS.get(name, "the upload has no such kind of row")
            account.set_aside(Records.of(sheet, {}), filled_rows(sheet)[1:], why)
    if not files.keys() & {"section", "classes", "enrollments", "studentenrollment", "teacherroster"}:
        raise SourceError(
            f"There are neither classes nor enrollments in this set ({', '.join(sheet.file for sheet in sheets)}).",
            remedy="Export the set whole: School, Section, Student, Teacher, StudentEnrollment and TeacherRoster; or orgs, users, classes and enrollments.",
        )
    reason = "it is a file of a set of School Data Sync"
    school = _first(files, account, reason) if first else _second(files, reason)
    made = SchoolReader(school, settings, has_account, account).sheets()
    return replace(
        sheets,
        sheets=made,
        findings=(*sheets.findings, *account.findings),
        edits=(*sheets.edits, *account.edits),
        spoken=(*sheets.spoken, *account.spoken),
    )


def _first(files: Mapping[str, Records], account: Account, reason: str) -> School:
    enrolled = []
    for name, role, people in (("studentenrollment", "student", "student"), ("teacherroster", "teacher", "teacher")):
        if name in files:
            enrolled.append(Enrolled(files[name], role, files.get(people)))
    classes = files.get("section")
    return School(
        users=[files[name] for name in ("student", "teacher") if name in files],
        enrollments=enrolled,
        classes=None if classes is None else _with_iso_dates(classes, account),
        orgs=files.get("school"),
        reason=reason,
    )


def _second(files: Mapping[str, Records], reason: str) -> School:
    return School(
        users=[files["users"]] if "users" in files else [],
        enrollments=[Enrolled(files["enrollments"])] if "enrollments" in files else [],
        classes=files.get("classes"),
        courses=files.get("courses"),
        sessions=files.get("academicsessions"),
        orgs=files.get("orgs"),
        reason=reason,
    )


def _with_iso_dates(records: Records, account: Account) -> Records:
    """Dates such as 7/1/2017, where other dates of the file show which number is the month."""
    columns = [name for name in ("start", "end") if name in records.columns]
    said = {(row, name): _parts(records.text(row, name)) for row in records.rows for name in columns}
    parts = [found for found in said.values() if found]
    if any(one > 12 for one, _, _ in parts) == any(two > 12 for _, two, _ in parts):
        return records  # nothing shows it, or both: each date is judged by itself
    monthly = any(two > 12 for _, two, _ in parts)
    rows = [list(cells) for cells in records.sheet.rows]
    for name in columns:
        changes: dict[int, tuple[str, str]] = {}
        for row in records.rows:
            found = said[row, name]
            day = _date(found, monthly=monthly) if found else None
            if day is not None:
                changes[row] = (records.text(row, name), day)
                rows[row][records.columns[name]] = day
        account.change(Reason.DATE, records, name, changes, f"{name}_date")
    return replace(records, sheet=replace(records.sheet, rows=rows))


def _parts(text: str) -> tuple[int, int, int] | None:
    parts: Sequence[str] = text.split("/")
    return (int(parts[0]), int(parts[1]), int(parts[2])) if len(parts) == 3 and all(map(str.isdecimal, parts)) else None


def _date(parts: tuple[int, int, int], *, monthly: bool) -> str | None:
    one, two, year = parts
    try:
        return date(year + 2000 * (year < 100), *((one, two) if monthly else (two, one))).isoformat()
    except ValueError:
        return None
