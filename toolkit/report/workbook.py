"""The user's own workbook as a new file: the cells at fault coloured and commented, and a sheet "To fix" that links to each.

The colours are conditional formats, so that every cell keeps the format it has, and a workbook annotated before can be annotated anew.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule as FormatRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import column_index_from_string, get_column_letter, quote_sheetname
from openpyxl.utils.cell import coordinate_from_string
from openpyxl.worksheet.hyperlink import Hyperlink

from provkit.errors import SourceError
from provkit.report.view import View
from provkit.report.words import NOUNS, TITLES, capital, place, silence, unheard
from provkit.rules import Finding, Origin, Severity
from provkit.sources.annotations import COLUMNS, SHEET
from provkit.sources.bounds import chunks, open_zip
from provkit.words import counted

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["MAX_CELLS", "SHEET", "SUFFIXES", "annotated", "is_annotated", "lost"]

SUFFIXES = frozenset({".xlsx", ".xlsm"})
"""The workbooks that can be annotated."""
MAX_CELLS = 2_000_000
"""How many cells a workbook may have: openpyxl keeps each as an object."""

_MARK = 'N("provkit")=0'
"""The formula of our conditional formats; always true, and known again by it."""
_SIGN = "provkit:"
"""How our part of a comment begins."""
_COLOURS = {Severity.ERROR: "FFC7CE", Severity.WARNING: "FFE699", Severity.INFO: "DDEBF7"}
_WIDTHS = (7, 14, 22, 60, 60, 9)
_FONT = "Calibri"
_LINE = 15
"""The height of a line of text, in points."""
_COMMENT_SIZE = (260, 420)
_LONGEST = 2000
"""How many characters of one comment or cell are written; a spreadsheet program shows no more of a comment."""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

_NOT_KEPT = {
    "shapes, text boxes or SmartArt": r"xl/(?:diagrams|ctrlProps|activeX)/|xl/drawings/drawing\d+\.xml$",
    "charts (drawn anew, not as they looked)": r"xl/charts/",
    "images": r"xl/media/",
    "pivot tables (kept as they last looked)": r"xl/pivotTables/",
    "slicers or timelines": r"xl/(?:slicers|timelines)/",
    "threaded comments (kept as plain ones)": r"xl/threadedComments/",
    "links to other workbooks' queries": r"xl/(?:connections\.xml|queryTables/)",
}
"""What openpyxl cannot keep, or not as it was, by the parts of the file that hold it."""


def annotated(content: bytes, name: str, view: View, *, show_values: bool = True) -> bytes:
    """A workbook with what was found in it marked.

    Args:
        content: The workbook (.xlsx or .xlsm), as it is.
        name: Its file name without folders, as the findings' origins have it.
        view: What was found.
        show_values: False masks personal values in comments and on the sheet "To fix".

    Returns:
        The bytes of the new workbook.

    Raises:
        SourceError: It cannot be read, is protected by a password, or is too large to be annotated.
    """
    book = _load(content, name)
    _clear(book)
    marked: dict[str, dict[tuple[int, int], list[Finding]]] = {}
    for finding in view.report.findings:
        cell = _cell(book, name, finding.origin)
        if cell is not None:
            sheet, row, column = cell
            marked.setdefault(sheet, {}).setdefault((row, column), []).append(finding)
    for sheet, cells in marked.items():
        _mark(book[sheet], cells, show_values=show_values)
    _list(book, name, view, lost(content), show_values=show_values)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def lost(content: bytes) -> tuple[str, ...]:
    """What a workbook has that its annotated copy has not, or not as it was.

    Args:
        content: The workbook.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    return tuple(what for what, pattern in _NOT_KEPT.items() if any(re.match(pattern, name) for name in names))


def is_annotated(content: bytes) -> bool:
    """Whether a file is a workbook that was annotated here, which may be replaced by a newer one.

    Args:
        content: Any file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return f'name="{SHEET}"'.encode() in archive.read("xl/workbook.xml")
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError):
        return False


def _load(content: bytes, name: str) -> Workbook:
    with open_zip(content, name) as archive:
        cells = 0
        for member in archive.namelist():
            if member.startswith("xl/worksheets/"):
                cells += sum(piece.count(b"<c ") for piece in chunks(archive, member, name))
            elif member.startswith("xl/") and not member.endswith("/"):
                for _ in chunks(archive, member, name):  # only to see that it stays within bounds
                    pass
    if cells > MAX_CELLS:
        raise SourceError(
            f"{name} has {cells:,} cells, which is too much to annotate (at most {MAX_CELLS:,}).",
            remedy="The page has the same findings: --output report.html",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of what it does not keep; `lost` says it in words
            return load_workbook(io.BytesIO(content), keep_vba=name.lower().endswith(".xlsm"), rich_text=True)
    except Exception as error:
        # openpyxl raises whatever its parsers raise; each means that it cannot read the file.
        raise SourceError(
            f"{name} cannot be annotated: openpyxl, which writes the copy, does not read it ({str(error)[:120]}).",
            remedy="The page has the same findings: --output report.html",
        ) from error


def _clear(book: Workbook) -> None:
    """Take away what an earlier annotation has left."""
    if SHEET in book.sheetnames:
        del book[SHEET]
    for sheet in book.worksheets:
        for ranges in list(sheet.conditional_formatting):
            ranges.rules[:] = [rule for rule in ranges.rules if _MARK not in rule.formula]
            if not ranges.rules:
                del sheet.conditional_formatting[str(ranges.sqref)]
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None and _SIGN in cell.comment.text:
                    kept = cell.comment.text.partition(_SIGN)[0].rstrip()
                    cell.comment = _comment(kept) if kept else None


def _cell(book: Workbook, name: str, origin: Origin | None) -> tuple[str, int, int] | None:
    """The cell that stands for a place: itself, or the first filled cell of a row; None for a place elsewhere or a whole sheet."""
    if origin is None or origin.file != name or origin.sheet is None or origin.cell is None:
        return None
    if origin.sheet not in book.sheetnames:
        return None
    sheet = book[origin.sheet]
    if not hasattr(sheet, "cell"):
        return None  # a chart sheet
    if origin.cell.isdigit():
        row = int(origin.cell)
        filled = (cell.column for cell in sheet[row] if cell.value not in (None, "")) if row <= sheet.max_row else iter(())
        return origin.sheet, row, next(filled, 1)
    letters, row = coordinate_from_string(origin.cell)
    return origin.sheet, row, column_index_from_string(letters)


def _mark(sheet: Worksheet, cells: Mapping[tuple[int, int], Sequence[Finding]], *, show_values: bool) -> None:
    """Colour and comment the cells of one sheet. The user's own conditional formats come after ours."""
    for ranges in sheet.conditional_formatting:
        for rule in ranges.rules:
            rule.priority += len(Severity)
    by_severity: dict[Severity, list[str]] = {}
    for (row, column), findings in sorted(cells.items()):
        worst = min((finding.severity for finding in findings), key=lambda severity: severity.rank)
        by_severity.setdefault(worst, []).append(f"{get_column_letter(column)}{row}")
        cell = sheet.cell(row, column)
        if type(cell).__name__ == "MergedCell":
            continue  # only the first cell of a merged range can hold a comment; the sheet "To fix" has the rest
        said = "\n\n".join(dict.fromkeys(_said(finding, show_values=show_values) for finding in findings))
        before = f"{cell.comment.text}\n\n" if cell.comment is not None else ""
        cell.comment = _comment(f"{before}{_SIGN} {said}")
    for severity, places in by_severity.items():
        style = DifferentialStyle(fill=PatternFill(bgColor=_COLOURS[severity], fill_type="solid"))
        rule = FormatRule("expression", formula=[_MARK], dxf=style, priority=1 + severity.rank)
        sheet.conditional_formatting.add(" ".join(places), rule)


def _said(finding: Finding, *, show_values: bool) -> str:
    remedy = f"\nWhat to do: {capital(finding.rule.remedy)}" if finding.rule.remedy else ""
    return f"{TITLES[finding.severity]} ({finding.code}): {capital(finding.render(show_values=show_values))}{remedy}"


def _comment(text: str) -> Comment:
    height, width = _COMMENT_SIZE
    return Comment(_clean(text), "provkit", height=height, width=width)


def _clean(text: str) -> str:
    """Text that a workbook can hold."""
    text = _UNPRINTABLE.sub("\ufffd", text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _list(book: Workbook, name: str, view: View, missing: Sequence[str], *, show_values: bool) -> None:
    """The sheet "To fix", first in the workbook."""
    sheet = book.create_sheet(SHEET, 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    sheet.sheet_properties.tabColor = "C00000" if not view.report.ok or unheard(view.report) else "548235"
    head = list(_head(view, missing))
    for row, text in enumerate(head, 1):
        _put(sheet, row, 1, text)
        sheet.cell(row, 1).font = Font(name=_FONT, bold=row == 1, size=14 if row == 1 else 11)
        sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(COLUMNS))
        sheet.row_dimensions[row].height = (20 if row == 1 else _LINE) * _lines(text, sum(_WIDTHS))
    top = len(head) + 2
    for column, (title, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True), 1):
        cell = sheet.cell(top, column, title)
        cell.font = Font(name=_FONT, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F3A4D")
        sheet.column_dimensions[get_column_letter(column)].width = width
    order = sorted(view.report.findings, key=lambda finding: finding.severity.rank)  # stable: by place within each kind
    for row, finding in enumerate(order, top + 1):
        texts = (
            "",
            TITLES[finding.severity],
            place(finding),
            capital(finding.render(show_values=show_values)),
            capital(finding.rule.remedy),
            finding.code,
        )
        for column, text in enumerate(texts, 1):
            _put(sheet, row, column, text)
            sheet.cell(row, column).font = Font(name=_FONT)
            sheet.cell(row, column).alignment = Alignment(wrap_text=True, vertical="top")
            sheet.cell(row, column).border = Border(bottom=Side("thin", "BFBFBF"))
        # Not every program fits a row to its text by itself.
        sheet.row_dimensions[row].height = _LINE * max(map(_lines, texts, _WIDTHS))
        sheet.cell(row, 2).fill = PatternFill("solid", fgColor=_COLOURS[finding.severity])
        target = _cell(book, name, finding.origin)
        if target is not None:
            link = sheet.cell(row, 3)
            location = f"{quote_sheetname(target[0])}!{get_column_letter(target[2])}{target[1]}"
            link.hyperlink = Hyperlink(ref=link.coordinate, location=location)
            link.font = Font(name=_FONT, color="0563C1", underline="single")
    sheet.freeze_panes = f"A{top + 1}"
    last = max(top + 1, top + len(order))
    sheet.auto_filter.ref = f"A{top}:{get_column_letter(len(COLUMNS))}{last}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{top}:{top}"


def _lines(text: str, width: int) -> int:
    """About how many lines a text takes in a column of so many characters; words do not break."""
    return max(1, sum(-(-len(line) * 11 // (width * 10)) or 1 for line in _clean(text).split("\n")))


def _head(view: View, missing: Sequence[str]) -> Iterator[str]:
    yield f"{view.subject}: {view.conclusion}" if view.subject else view.conclusion
    yield (
        "Each place below is a link to its cell, which is coloured and has a comment. Mend the cells in your own workbook, or here and save "
        "it under another name; this sheet and the colours are not read when the workbook is built."
    )
    for severity in Severity:
        unlisted = view.report.count(severity) - sum(finding.severity is severity for finding in view.report.findings)
        if unlisted:
            yield f"{counted(unlisted, 'further ' + NOUNS[severity])} of the same kinds not listed here."
    yield from silence(view.report)
    if missing:
        yield f"This copy lacks, or shows otherwise, what your workbook has of: {', '.join(missing)}. Your own workbook is as it was."


def _put(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Write text that stays text: a cell that begins like a formula is marked as a spreadsheet program does for a leading apostrophe."""
    cell = sheet.cell(row, column)
    cell.value = _clean(text)
    cell.data_type = "s"
    cell.quotePrefix = True
