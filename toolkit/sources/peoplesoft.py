"""Results of PeopleSoft queries: a title row above the header, names as "Last,First", terms and status codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from provkit.errors import SourceError
from provkit.schemas.layouts import Kind
from provkit.sources.records import Account, Column, Records, fold, made_sheet
from provkit.sources.rules_sets import status_not_known
from provkit.tables import Reason, Sheet, Sheets

__all__ = ["read", "recognise"]

_FIELDS: Mapping[str, str] = {
    "university_id": "EMPLID|Empl ID|ID",
    "name": "NAME|Full Name|Student Name",
    "first_name": "FIRST_NAME|First Name",
    "last_name": "LAST_NAME|Last Name",
    "email": "EMAIL_ADDR|Email|Email Address|E-mail Address",
    "status": "STDNT_ENRL_STATUS|Enrollment Status|Enrl Status|ENRL_STATUS_REASON|Status Reason|Enrl Status Reason",
}
_PERSON = {"emplid", "id"}
_CLASS = {"classnbr", "classnumber", "strm", "term", "catalognbr", "catalog", "catalognumber", "crseid", "stdntenrlstatus"}
_STATUS: Mapping[str, str] = {
    **dict.fromkeys(("e", "enrl", "enrolled"), "active"),
    **dict.fromkeys(("d", "drop", "adrp", "canc", "dropped", "cancelled"), "deleted"),
    **dict.fromkeys(("w", "ewat", "waiting", "waitlisted"), ""),
}
_WITHIN = 5
"""How many rows there may be down to the header."""


def _header(sheet: Sheet) -> int | None:
    for row, cells in enumerate(sheet.rows[:_WITHIN]):
        words = set(map(fold, cells))
        sure = bool(words & {"emplid", "strm", "stdntenrlstatus", "classnbr"})
        if sure and words & _PERSON and len(words & _CLASS) >= 1:
            return row
    return None


def recognise(sheets: Sheets) -> str | None:
    """Why a sheet is the result of a PeopleSoft query, as the end of a sentence; None where none is.

    Args:
        sheets: As they stand in the source.
    """
    for sheet in sheets:
        row = _header(sheet)
        if row is not None:
            return f"row {sheet.numbers[row]} of {sheet.name or sheet.file} names columns of PeopleSoft's student records"
    return None


def read(sheets: Sheets) -> Sheets:
    """Query results as sheets that authoring knows. Columns without a place keep their names, so that id templates can use them.

    Args:
        sheets: As they stand in the source.

    Raises:
        SourceError: There is no such header.
    """
    account = Account()
    made: list[Sheet] = []
    for sheet in sheets:
        header = _header(sheet)
        made.append(sheet if header is None else _made(sheet, header, account))
    if all(_header(sheet) is None for sheet in sheets):
        raise SourceError(
            f"{sheets.sheets[0].file} is no result of a PeopleSoft query: no row near the top names EMPLID (or ID) and a class.",
            remedy="Run the query to Excel or CSV with the fields EMPLID, STRM, CLASS_NBR and STDNT_ENRL_STATUS.",
        )
    return replace(
        sheets,
        sheets=tuple(made),
        findings=(*sheets.findings, *account.findings),
        edits=(*sheets.edits, *account.edits),
        spoken=(*sheets.spoken, *account.spoken),
    )


def _made(sheet: Sheet, header: int, account: Account) -> Sheet:
    whole = Records.of(replace(sheet, rows=sheet.rows[header:], numbers=sheet.numbers[header:]), _FIELDS)
    titles = [row for row in range(header) if any(cell is not None and str(cell).strip() for cell in sheet.rows[row])]
    account.set_aside(Records(sheet, None, {}, titles), titles, "they are the query's title")
    kept: list[int] = []
    waiting: list[int] = []
    statuses: list[str] = []
    changes: dict[int, tuple[str, str]] = {}
    broken: list[int] = []
    for row in whole.rows:
        said = whole.text(row, "status")
        status = _STATUS.get(said.casefold(), said or "active")
        if status == "":
            waiting.append(row)
            continue
        if said and said.casefold() not in _STATUS:
            account.say(status_not_known, whole, row, "status", known="E (enrolled), D (dropped), W (waiting)")
            broken.append(row)
        elif said and status != said:
            changes[row] = (said, status)
        kept.append(row)
        statuses.append(status)
    account.set_aside(whole, waiting, "these people are on a waiting list")
    account.change(Reason.WORD, whole, "status", changes, "status")
    columns = [
        Column(name, [whole.text(row, name) for row in kept], whole, name)
        for name in _FIELDS
        if name in whole.columns and name != "status"
    ]
    columns += [Column("status", statuses, whole, "status"), Column("role", ["student"] * len(kept))]
    taken = set(whole.columns.values())
    names = whole.sheet.rows[0]
    others = {f"column {at}": at for at, cell in enumerate(names) if at not in taken and cell is not None and str(cell).strip()}
    rest = Records(whole.sheet, whole.header, others, whole.rows)
    columns += [Column(str(names[at]).strip(), [rest.text(row, key) for row in kept], rest, key) for key, at in others.items()]
    return made_sheet(
        Kind.ENROLLMENTS,
        whole,
        kept,
        columns,
        "it is the result of a PeopleSoft query",
        broken=broken,
        always=[column.field for column in columns],
    )
