"""Workbooks: values by python-calamine, and from one pass over the file what calamine does not tell: errors, hidden rows, merged cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from provkit.errors import SourceError
from provkit.rules import Finding, Origin
from provkit.sources import ods, xlsb, xlsx
from provkit.sources.annotations import is_own
from provkit.sources.bounds import open_zip
from provkit.sources.detect import Detected, Form
from provkit.sources.rules import errors_unseen, hidden_unseen
from provkit.sources.xlsx import Seen
from provkit.tables import Cell, CellError, Sheet, Sheets

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["read_workbook"]

_REPAIR = "Open it in the program it comes from and save it again."


def read_workbook(path: Path, detected: Detected) -> Sheets:
    """Read every worksheet of a workbook. Nothing in it is calculated or followed.

    Args:
        path: The file, for its name.
        detected: What it was found to be, and its bytes.

    Raises:
        SourceError: It is locked, damaged, too large, or has nothing in it.
    """
    seen = _look(path.name, detected)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(detected.content))
        sheets = tuple(_sheets(book, path.name, seen))
    except PasswordError:
        raise SourceError(f"{path.name} is locked with a password.", remedy="Save it without a password and try again.") from None
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise SourceError(f"{path.name} is damaged or not a workbook ({str(error)[:120]}).", remedy=_REPAIR) from None
    if not any(len(sheet.rows) for sheet in sheets):
        raise SourceError(f"{path.name} has no cell with anything in it.", remedy="Was it saved? Open it and look.")
    unseen = {Form.XLS: (errors_unseen, hidden_unseen), Form.XLSB: (hidden_unseen,)}.get(detected.form, ())
    findings = tuple(Finding(rule, origin=Origin(path.name), details={"ending": path.suffix.lower()}) for rule in unseen)
    return Sheets(sheets, None, f"{path.name} was read as an {detected.form.value}, because {detected.reason}.", findings)


def _look(name: str, detected: Detected) -> Mapping[str, Seen]:
    """What calamine does not tell, by sheet; refuses what would take too much memory."""
    if detected.form is Form.XLSX:
        return xlsx.look(open_zip(detected.content, name), name)
    if detected.form is Form.XLSB:
        return xlsb.look(open_zip(detected.content, name), name)
    if detected.form is Form.ODS:
        return ods.look(open_zip(detected.content, name), name)
    return {}


def _sheets(book: CalamineWorkbook, name: str, seen: Mapping[str, Seen]) -> Iterator[Sheet]:
    for metadata in book.sheets_metadata:
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        rows: list[list[Cell]] = book.get_sheet_by_name(metadata.name).to_python(skip_empty_area=False)  # type: ignore[assignment]
        here = seen.get(metadata.name, Seen())
        for (row, column), error in here.errors.items():
            _put(rows, row, column, error)
        if is_own(metadata.name, rows):
            continue
        rows_found: Sequence[Sequence[Cell]] = rows
        hidden = metadata.visible != SheetVisibleEnum.Visible
        yield Sheet(name, metadata.name, rows_found, range(1, len(rows) + 1), hidden=hidden, aspect=here.aspect)


def _put(rows: list[list[Cell]], row: int, column: int, error: CellError) -> None:
    """Write an error into the grid, which may end before it."""
    while len(rows) <= row:
        rows.append([])
    cells = rows[row]
    cells.extend([None] * (column + 1 - len(cells)))
    cells[column] = error
