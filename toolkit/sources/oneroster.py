"""OneRoster CSV, 1.0 to 1.2, bulk and delta: a manifest, and a file per type whose rows refer to each other by sourcedId."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from provkit.errors import SourceError
from provkit.rules import Finding, Origin
from provkit.sources.records import Account, Records, filled_rows, fold, header_cells, stem
from provkit.sources.rules_sets import nothing_is_removed
from provkit.sources.school import Enrolled, School, SchoolReader
from provkit.sources.settings import SisSettings
from provkit.tables import Sheet, Sheets

__all__ = ["read", "recognise"]

_COMMON = {"id": "sourcedId", "status": "status", "changed": "dateLastModified"}
FIELDS: Mapping[str, Mapping[str, str]] = {
    "users": _COMMON
    | {
        "first_name": "givenName",
        "last_name": "familyName",
        "email": "email",
        "username": "username",
        "identifier": "identifier",
        "user_ids": "userIds|userId",
        "enabled": "enabledUser",
    },
    "enrollments": _COMMON | {"class": "classSourcedId", "user": "userSourcedId", "role": "role", "school": "schoolSourcedId"},
    "classes": _COMMON
    | {
        "title": "title",
        "code": "classCode",
        "course": "courseSourcedId",
        "org": "schoolSourcedId|orgSourcedId",
        "sessions": "termSourcedIds|termSourcedId",
        "type": "classType",
    },
    "courses": _COMMON
    | {"title": "title", "code": "courseCode", "org": "orgSourcedId", "sessions": "schoolYearSourcedId|schoolYearId"},
    "academicsessions": _COMMON | {"title": "title", "start": "startDate", "end": "endDate", "parent": "parentSourcedId"},
    "orgs": _COMMON | {"name": "name", "identifier": "identifier", "parent": "parentSourcedId"},
}
"""The columns that are read, by the official names and those of older sets."""

_OTHERS: Mapping[str, str] = {
    "manifest": "the manifest says what the set holds",
    "roles": "people have roles in their organisations; enrollments say their own",
    "userprofiles": "the service takes no profiles",
    "demographics": "nobody's demographics are needed",
}
_LINK = {"classsourcedid", "usersourcedid"}


def _headers(sheet: Sheet) -> set[str]:
    return set(map(fold, header_cells(sheet)))


def _manifest(sheets: Sheets) -> dict[str, str]:
    """The manifest's properties, in small; empty where there is none."""
    for sheet in sheets:
        if stem(sheet) == "manifest" and {"propertyname", "value"} <= _headers(sheet):
            records = Records.of(sheet, {"name": "propertyName", "value": "value"})
            return {records.text(row, "name").casefold(): records.text(row, "value") for row in records.rows}
    return {}


def recognise(sheets: Sheets) -> str | None:
    """Why sheets are a OneRoster set, as the end of a sentence; None where they are none.

    Args:
        sheets: As they stand in the source.
    """
    version = _manifest(sheets).get("oneroster.version")
    if version is not None:
        return f"its manifest says OneRoster {version}"
    for sheet in sheets:
        headers = _headers(sheet)
        if headers >= _LINK and (headers >= {"sourcedid", "status"} or "schoolsourcedid" in headers):
            return f"{sheet.file} has the columns of OneRoster enrollments (and there is no manifest)"
    return None


def read(sheets: Sheets, settings: SisSettings, *, has_account: bool) -> Sheets:
    """A OneRoster set as sheets that authoring knows.

    Args:
        sheets: The files, as they stand.
        settings: The keys of `[sis]`.
        has_account: Whether `[defaults]` names an account.

    Raises:
        SourceError: There are no enrollments and no classes in it.
    """
    files: dict[str, Records] = {}
    account = Account()
    for sheet in sheets:
        name = stem(sheet)
        if name in FIELDS and name not in files:
            files[name] = Records.of(sheet, FIELDS[name])
        else:
            why = _OTHERS.get(name, "the upload has no such kind of row")
            account.set_aside(Records.of(sheet, {}), filled_rows(sheet)[1:], why)
    if not files.keys() & {"enrollments", "classes", "courses"}:
        raise SourceError(
            f"There are no enrollments, classes or courses in this OneRoster set ({', '.join(sheet.file for sheet in sheets)}).",
            remedy="Export the set whole: users.csv, classes.csv, courses.csv, enrollments.csv, academicSessions.csv, orgs.csv, manifest.csv.",
        )
    manifest = _manifest(sheets)
    partial = "delta" in {
        manifest.get(f"file.{name}".casefold(), "").casefold() for name in ("enrollments", "users", "classes", "courses")
    }
    if not manifest and "enrollments" in files:
        records = files["enrollments"]
        partial = any(records.text(row, "status") for row in records.rows) and not {"users", "classes"} <= files.keys()
    school = School(
        users=[files["users"]] if "users" in files else [],
        enrollments=[Enrolled(files["enrollments"])] if "enrollments" in files else [],
        classes=files.get("classes"),
        courses=files.get("courses"),
        sessions=files.get("academicsessions"),
        orgs=files.get("orgs"),
        exclusive=True,
        partial=partial,
        reason="it is a file of a OneRoster set",
    )
    if manifest.get("file.enrollments", "").casefold() == "bulk":
        account.findings.append(
            Finding(
                nothing_is_removed, origin=Origin(files["enrollments"].sheet.file if "enrollments" in files else "manifest.csv")
            )
        )
    made = SchoolReader(school, settings, has_account, account).sheets()
    return replace(
        sheets,
        sheets=made,
        findings=(*sheets.findings, *account.findings),
        edits=(*sheets.edits, *account.edits),
        spoken=(*sheets.spoken, *account.spoken),
    )
