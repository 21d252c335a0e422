"""Reading what people have, as it is: workbooks, text files, somebody's package. Every cell keeps its place and type."""

from __future__ import annotations

from pathlib import Path

from provkit.sources.detect import Form, recognise
from provkit.sources.grid import from_text
from provkit.sources.rules import RULES as _RULES
from provkit.sources.rules_sets import RULES as _SET_RULES
from provkit.sources.sets import read_set
from provkit.sources.settings import SisSettings
from provkit.tables import Sheets

__all__ = ["RULES", "SisSettings", "from_text", "read", "read_set"]

RULES = (*_RULES, *_SET_RULES)
"""Every rule of this room."""


def read(path: str | Path) -> Sheets:
    """Read a source: a workbook (.xlsx, .xls, .xlsb, .ods), a text file, or a folder or ZIP of CSV files.

    Args:
        path: A file or folder.

    Returns:
        Every grid of cells in it; `recognised` says what it was taken for, and why.

    Raises:
        SourceError: It cannot be read; the message names the file, the remedy what to do.
    """
    path = Path(path)
    detected = recognise(path)
    if detected.form in (Form.FOLDER, Form.ARCHIVE):
        from provkit.sources.upload import read_upload

        return read_upload(path, detected)
    if detected.form is Form.TEXT:
        from provkit.sources.delimited import read_text

        sheet, said, findings = read_text(detected.content, path.name)
        return Sheets((sheet,), None, f"{path.name} was read as {said}, because {detected.reason}.", findings)
    if detected.form is Form.HTML:
        from provkit.sources.html import read_html

        return read_html(detected.content, path.name)
    from provkit.sources.workbook import read_workbook

    return read_workbook(path, detected)
