"""Writes the workbook to author in, empty or filled. The same content gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Template
from openpyxl import Workbook
from openpyxl.formatting.rule import Rule as FormatRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from provkit.authoring.workbook import MESSAGE_SHEET, Column, Need, SheetLayout, layouts
from provkit.schemas.common import Form
from provkit.sources.annotations import GUIDE, GUIDE_TITLE
from provkit.vocabulary import STRONG, Target

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell

__all__ = ["LONGEST_TEXT", "MOST_ROWS", "UNWRITABLE", "Content", "Value", "write_workbook"]

Value = str | date | datetime

MOST_ROWS = 1_048_575
"""How many rows a sheet has room for below its heading."""
LONGEST_TEXT = 32_767
"""How many characters a cell holds."""
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\ufffe\uffff\ud800-\udfff]|_x[0-9A-Fa-f]{4}_")
"""What no cell can hold: characters that XML has not, CR, and what a spreadsheet program reads as the code of such a character."""

_FONT = "Calibri"
_DARK, _MIDDLE, _LIGHT = "1F4E5F", "4F7F91", "DCE6EA"
_HEADS: Mapping[Need, tuple[str, str]] = {
    Need.ALWAYS: (_DARK, "FFFFFF"),
    Need.SOMETIMES: (_MIDDLE, "FFFFFF"),
    Need.OPTIONAL: (_LIGHT, _DARK),
}
_MISSING = PatternFill(bgColor="F8CBAD")
_LINE = Side(style="thin", color="9FB4BD")
_LEFT = Alignment(horizontal="left", indent=1)
_WIDTHS: Mapping[Form, int] = {Form.ID: 24, Form.PERSON: 30, Form.ADDRESS: 32, Form.TEXT: 24, Form.DATE: 14, Form.CHOICE: 14}
_WIDEST = 60
_TEXT_FORMAT, _DATE_FORMAT, _TIME_FORMAT = "@", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
_LAST = 1_048_576
_WATCHED = 5000
"""Down to which row missing cells are coloured: beyond it a spreadsheet program would grow slow."""
_LONGEST_HINT, _LONGEST_TITLE = 255, 32
"""What a spreadsheet program shows of an input message."""
_MESSAGE_HINTS: Mapping[str, str] = {
    "template": "A text that comes with provkit: choose one, or leave this empty and type subject and body yourself.",
    "sender": "The address that the message comes from: one that the university has authorised for your department.",
    "signature": "Who signs a text that comes with provkit, such as the name of your programme.",
    "subject": "The subject of your own message.",
    "body": "The text of your own message, line breaks and all. It may name what the package knows: {{ start | date }}, {{ guests }}.",
}


@dataclass(frozen=True)
class Content:
    """What is in the workbook besides its headings.

    Attributes:
        rows: Per sheet title, rows as long as the sheet has columns; longer ones go on beyond its last heading.
        further: Per sheet title, headings of further columns.
        message: Parts of the message, by name.
    """

    rows: Mapping[str, Sequence[Sequence[Value]]] = field(default_factory=dict)
    further: Mapping[str, Sequence[str]] = field(default_factory=dict)
    message: Mapping[str, str] = field(default_factory=dict)


def write_workbook(file_name: str, time_zone: str, content: Content, templates: Sequence[str]) -> bytes:
    """The workbook's bytes.

    Args:
        file_name: What it will be called, for the commands in the guide.
        time_zone: The zone in which its dates are meant.
        content: What is filled in; no text has anything that `UNWRITABLE` matches, or is longer than `LONGEST_TEXT`.
        templates: The names of message templates to choose from.
    """
    book = Workbook()
    _guide(book, file_name, time_zone)
    sheets = layouts()
    places = {(sheet.title, column.facts.name): number for sheet in sheets for number, column in enumerate(sheet.columns, 1)}
    for sheet in sheets:
        _sheet(book, sheet, places, content)
    _message(book, content.message, templates)
    book.active = next((number for number, made in enumerate(book.worksheets) if content.rows.get(made.title)), 0)
    return _saved(book)


def _sheet(book: Workbook, sheet: SheetLayout, places: Mapping[tuple[str, str], int], content: Content) -> None:
    made: Worksheet = book.create_sheet(sheet.title)
    made.sheet_properties.tabColor = _DARK if sheet.kind is None else _MIDDLE
    for number, column in enumerate(sheet.columns, 1):
        letter = get_column_letter(number)
        _head(made.cell(1, number, column.heading), column.need)
        width = made.column_dimensions[letter]
        width.width = max(_WIDTHS[column.facts.form], len(column.heading) + 5)
        width.alignment = _LEFT
        width.number_format = _DATE_FORMAT if column.facts.form is Form.DATE else _TEXT_FORMAT
        _validate(made, letter, column, places)
    for number, heading in enumerate(content.further.get(sheet.title, ()), len(sheet.columns) + 1):
        _head(made.cell(1, number, heading), Need.OPTIONAL)
        made.column_dimensions[get_column_letter(number)].width = len(heading) + 5
    longest: dict[int, int] = {}
    for number, row in enumerate(content.rows.get(sheet.title, ()), 2):
        for index, value in enumerate(row, 1):
            if value != "":
                _put(made.cell(number, index), value)
                longest[index] = max(longest.get(index, 0), len(str(value)))
    for index, length in longest.items():
        width = made.column_dimensions[get_column_letter(index)]
        width.width = min(max(width.width, length + 3), _WIDEST)
    _watch(made, sheet)
    made.row_dimensions[1].height = 24
    made.freeze_panes = "B2"
    _page(made)


def _head(cell: Cell | MergedCell, need: Need) -> None:
    ground, letters = _HEADS[need]
    cell.fill = PatternFill("solid", fgColor=ground)
    cell.font = Font(name=_FONT, bold=need is not Need.OPTIONAL, color=letters)
    cell.alignment = Alignment(horizontal="left", vertical="center", indent=1)
    cell.border = Border(right=_LINE)


def _put(cell: Cell | MergedCell, value: Value) -> None:
    """Fill a cell; a text is a text, also where it looks like a formula or a number."""
    cell.value = value
    cell.alignment = _LEFT
    if isinstance(value, str):
        cell.data_type = "s"
        cell.number_format = _TEXT_FORMAT
    else:
        cell.number_format = _TIME_FORMAT if isinstance(value, datetime) else _DATE_FORMAT


def _validate(made: Worksheet, letter: str, column: Column, places: Mapping[tuple[str, str], int]) -> None:
    """Say what belongs in a column's cells, offer what can be chosen, and refuse what is wrong for certain."""
    heading = DataValidation(**_prompt(column))
    heading.add(f"{letter}1")
    made.add_data_validation(heading)
    cells = DataValidation(**_test(letter, column, places), **_prompt(column), allow_blank=True)
    cells.add(f"{letter}2:{letter}{_LAST}")
    made.add_data_validation(cells)


def _prompt(column: Column) -> dict[str, Any]:
    hint = column.hint
    while len(hint) > _LONGEST_HINT:
        hint = hint[: hint.rindex("\n")] if "\n" in hint else f"{hint[: _LONGEST_HINT - 1]}…"
    return {"showInputMessage": True, "promptTitle": column.heading[:_LONGEST_TITLE], "prompt": hint}


def _test(letter: str, column: Column, places: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    """What a cell may hold, as a data validation says it."""
    cell = f"{letter}2"
    if column.facts.choices:
        words = ",".join(choice.value for choice in column.facts.choices)
        # Canvas may have roles of its own; everything else is one of these or wrong.
        refused = {"errorStyle": "warning" if column.facts.name == "role" else "stop"}
        return {"type": "list", "formula1": f'"{words}"', **refused, **_error(f"Choose one of: {words.replace(',', ', ')}.")}
    if column.ids is not None:
        there = get_column_letter(places[column.ids])
        # What is typed there so far, and nothing but that; others can be right too, for Canvas may have them already.
        whole = f"{column.ids[0]}!${there}$2"
        typed = f"OFFSET({whole},0,0,MAX(1,COUNTA({whole}:${there}${_LAST})),1)"
        return {"type": "list", "formula1": typed, "showErrorMessage": False}
    if column.facts.form is Form.ADDRESS:
        one_at = f'LEN({cell})-LEN(SUBSTITUTE({cell},"@",""))=1'
        test = f'AND({one_at},ISERROR(FIND(" ",{cell})),ISNUMBER(FIND(".",{cell},FIND("@",{cell}))))'
        return {
            "type": "custom",
            "formula1": test,
            "errorStyle": "stop",
            **_error("Type one e-mail address, such as ana@example.org."),
        }
    if column.facts.form is Form.DATE:
        said = "This is not read as a date here. Type it as 2026-08-24, or keep it if you mean it."
        return {"type": "date", "operator": "greaterThan", "formula1": "36526", "errorStyle": "warning", **_error(said)}
    if column.facts.max_length is not None:
        most = column.facts.max_length
        limit = {"type": "textLength", "operator": "lessThanOrEqual", "formula1": str(most)}
        return {**limit, "errorStyle": "stop", **_error(f"At most {most} characters.")}
    return {}


def _error(said: str) -> dict[str, Any]:
    return {"showErrorMessage": True, "errorTitle": "provkit", "error": said}


def _watch(made: Worksheet, sheet: SheetLayout) -> None:
    """Colour what must still be filled in, in rows that are begun."""
    last = get_column_letter(len(sheet.columns))
    for number, column in enumerate(sheet.columns, 1):
        if column.need is Need.ALWAYS:
            letter = get_column_letter(number)
            test = f"AND(COUNTA($A2:${last}2)>0,LEN(${letter}2)=0)"
            made.conditional_formatting.add(
                f"{letter}2:{letter}{_WATCHED}", FormatRule(type="expression", dxf=DifferentialStyle(fill=_MISSING), formula=[test])
            )


def _message(book: Workbook, parts: Mapping[str, str], templates: Sequence[str]) -> None:
    """The parts of the message, one below the other, each beside its name."""
    made: Worksheet = book.create_sheet(MESSAGE_SHEET)
    made.sheet_properties.tabColor = _LIGHT
    for number, part in enumerate(STRONG[Target.MESSAGE], 1):
        head, cell = made.cell(number, 1, part.capitalize()), made.cell(number, 2)
        _head(head, Need.OPTIONAL)
        head.alignment = Alignment(horizontal="left", vertical="top", indent=1)
        cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=True, indent=1)
        cell.border = Border(bottom=_LINE, right=_LINE)
        cell.number_format = _TEXT_FORMAT
        if parts.get(part):
            cell.value, cell.data_type = parts[part], "s"
        choices: dict[str, Any] = {}
        if part == "template":
            choices = {"type": "list", "formula1": f'"{",".join(templates)}"', **_error(f"Choose one of: {', '.join(templates)}.")}
        hint = DataValidation(
            **choices, showInputMessage=True, promptTitle=part.capitalize(), prompt=_MESSAGE_HINTS[part], allow_blank=True
        )
        hint.add(f"B{number}")
        made.add_data_validation(hint)
        made.row_dimensions[number].height = 320 if part == "body" else 22
    made.column_dimensions["A"].width = 14
    made.column_dimensions["B"].width = 92
    _page(made)


def _guide(book: Workbook, file_name: str, time_zone: str) -> None:
    """One page that explains the workbook."""
    made: Worksheet = book.worksheets[0]
    made.title = GUIDE
    made.sheet_properties.tabColor = _LIGHT
    made.sheet_view.showGridLines = False
    made.column_dimensions["A"].width = 78
    title = made.cell(1, 1, GUIDE_TITLE)
    title.font = Font(name=_FONT, bold=True, size=18, color=_DARK)
    made.row_dimensions[1].height = 30
    template = Template(files("provkit.templates").joinpath("workbook", "guide.txt.j2").read_text("utf-8"))
    for number, line in enumerate(template.render(file=file_name, time_zone=time_zone).splitlines(), 2):
        heading, command = line.startswith("# "), line.startswith("provkit ")
        cell = made.cell(number, 1, line.removeprefix("# "))
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="bottom" if heading else "top")
        cell.font = Font(
            name="Consolas" if command else _FONT,
            bold=heading or command,
            size=13 if heading else 11,
            color=_DARK if heading else "222222",
        )
        # Not every program finds the height of a wrapped text by itself.
        made.row_dimensions[number].height = 24 if heading else 15.5 * (1 + len(line) // 84)
    _page(made)
    made.page_setup.orientation = "portrait"


def _page(made: Worksheet) -> None:
    """Make a sheet print well."""
    made.page_setup.orientation = "landscape"
    made.page_setup.paperSize = Worksheet.PAPERSIZE_LETTER
    made.page_margins = PageMargins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    made.page_setup.fitToWidth = 1
    made.page_setup.fitToHeight = 0
    made.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if made.freeze_panes is not None:
        made.print_title_rows = "1:1"


def _saved(book: Workbook) -> bytes:
    """A workbook's bytes, which do not depend on when it is written."""
    made = datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook's dates have no time zone
    book.properties.creator = "provkit"
    book.properties.created = made
    buffer, fixed = io.BytesIO(), io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as written, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in written.namelist():
            content = written.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + f"{made:%Y-%m-%dT%H:%M:%SZ}".encode(), content)
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(member, content)
    return fixed.getvalue()
