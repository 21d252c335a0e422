"""Columns that nobody needs for provisioning and that nobody wants to be copied: passwords, birth dates, home addresses and the like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from provkit.rules import Finding
from provkit.sources.rules import sensitive_columns_dropped
from provkit.tables import Cell, Sheet, Sheets

__all__ = ["header_row", "is_sensitive", "without_sensitive"]

_WITHIN = 40
"""How many rows that are not blank are looked at to find the header."""

_WORDS = re.compile(
    r"(?:student|teacher|parent|guardian|contact|home|cell|mobile|work|business|emergency|legal|person|participant|attendee|your|the|"
    r"primary|secondary|permanent|mailing|current|billing|shipping|recipient)*"
    r"(?:"
    r"(?:ssha)?passw(?:or)?d(?:hash)?|passphrase|pin(?:code|number)?|secret(?:question|answer)|"
    r"ssn|socialsecurity(?:number|no)?|socialinsurancenumber|nationalid(?:number)?|taxid|passport(?:number|no)?|driverslicen[cs]e(?:number)?|"
    r"dob|birth(?:day|date)|dateofbirth|age|"
    r"race|ethnicity|raceethnicity|race(?:and|or)?ethnicity|ethnicgroup|hispanic(?:latino|orlatino)?(?:ethnicity)?|"
    r"americanindianoralaskanative|asian|blackorafricanamerican|nativehawaiianorotherpacificislander|white|demographicracetwoormoreraces|"
    r"gender(?:identity)?|sex|sexualorientation|maritalstatus|religion|nationality|citizenship|countryofbirth(?:code)?|cityofbirth|stateofbirthabbreviation|"
    r"(?:home|native|primary)language|disability(?:status)?|ellstatus|frlstatus|iepstatus|lunchstatus|medical(?:conditions?|notes)?|allerg(?:y|ies)|"
    r"dietary(?:restrictions?|requirements?|needs)?|"
    r"(?:home|street|mailing|postal|residential|permanent|billing|shipping)address(?:line)?\d?|address(?:line)?\d|street\d?|homestreet|homecity|homestate|"
    r"homezip(?:code)?|homecountry|zip(?:code)?|postal(?:code)|zippostalcode|"
    r"(?:tele)?phone(?:number|no|\d)?|(?:home|cell|mobile|work|daytime|evening)?(?:tele)?phone(?:number|no)?|mobile(?:number|no)?|cell(?:number)?|sms|fax(?:number)?|"
    r"ipaddress|locationlatitude|locationlongitude|latitude|longitude|"
    r"creditcard(?:number)?|cardnumber|bankaccount(?:number)?|iban"
    r")"
)
"""What the headers of such columns come to without blanks and punctuation."""

_OF_STUDENTS = frozenset({"studentcity", "studentstate", "studentzip", "studentstreet", "contactphone", "contactphonetype"})


@cache
def is_sensitive(header: str) -> bool:
    """Whether a header names such a column.

    Args:
        header: As typed.
    """
    plain = unicodedata.normalize("NFKD", header).casefold()
    bare = "".join(character for character in plain if character.isalnum())
    return bare in _OF_STUDENTS or _WORDS.fullmatch(bare) is not None


def header_row(sheet: Sheet) -> int | None:
    """The row that looks most like a header: the first that is about as wide as the sheet and holds nothing but words.

    Args:
        sheet: Any sheet.
    """
    filled: list[tuple[int, list[Cell]]] = []
    for index, cells in enumerate(sheet.rows):
        held: list[Cell] = [cell for cell in cells if cell not in (None, "")]
        if held:
            filled.append((index, held))
        if len(filled) == _WITHIN:
            break
    width = max((len(held) for _, held in filled), default=0)
    return next((index for index, held in filled if len(held) >= max(2, width * 0.6) and all(map(_is_word, held))), None)


def _is_word(cell: Cell) -> bool:
    return isinstance(cell, str) and "@" not in cell and any(map(str.isalpha, cell))


def without_sensitive(sheets: Sheets) -> Sheets:
    """Take such columns out, header and all, before anything else looks at them.

    Args:
        sheets: As they stand in the source.

    Returns:
        The same, with empty cells in their place, and one note per sheet that names the columns.
    """
    kept: list[Sheet] = []
    findings: list[Finding] = []
    for sheet in sheets:
        header = header_row(sheet)
        named = [] if header is None else [(at, cell) for at, cell in enumerate(sheet.rows[header]) if _named(cell)]
        if header is None or not named:
            kept.append(sheet)
            continue
        columns = frozenset(at for at, _ in named)
        kept.append(replace(sheet, rows=[*sheet.rows[:header], *_blanked(sheet.rows[header:], columns)]))
        said = ", ".join(" ".join(str(cell).split()) for _, cell in named)
        findings.append(
            Finding(sensitive_columns_dropped, origin=sheet.origin(header), details={"headers": said, "count": len(named)})
        )
    return replace(sheets, sheets=tuple(kept), findings=(*sheets.findings, *findings)) if findings else sheets


def _named(cell: Cell) -> bool:
    return isinstance(cell, str) and is_sensitive(cell)


def _blanked(rows: Sequence[Sequence[Cell]], columns: frozenset[int]) -> Iterator[list[Cell]]:
    for cells in rows:
        row = list(cells)
        for column in columns:
            if column < len(row):
                row[column] = None
        yield row
