"""Reading what people have, as it is: workbooks, text files, somebody's package. Every cell keeps its place and type."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from provkit.sources.detect import Form, recognise
from provkit.sources.format import Format
from provkit.sources.formats import FORMATS, PLAIN, formats_for, read_as
from provkit.sources.grid import from_text
from provkit.sources.rules import RULES as _RULES
from provkit.sources.rules_sets import RULES as _SET_RULES
from provkit.sources.sensitive import without_sensitive
from provkit.sources.settings import SisSettings
from provkit.tables import Sheets

__all__ = ["FORMATS", "PLAIN", "RULES", "Format", "SisSettings", "formats_for", "from_text", "read", "read_as"]

RULES = (*_RULES, *_SET_RULES)
"""Every rule of this room."""


def read(path: str | Path, *, kind: str | None = None, formats: Sequence[Format] = FORMATS, encoding: str | None = None) -> Sheets:
    """Read a source: a workbook (.xlsx, .xls, .xlsb, .ods), a text file, or a folder or ZIP of CSV files.

    Columns that are sensitive and that nobody needs are taken out before anything else looks at them.

    Args:
        path: A file or folder.
        kind: The kind of source, where the user named it; None finds it out.
        formats: The kinds that come into question.
        encoding: How text files are written that do not say so themselves, such as "windows-1250".

    Returns:
        Every grid of cells in it; `recognised` says what it was taken for, and why.

    Raises:
        SourceError: It cannot be read, or could be of several kinds; the message names the file, the remedy what to do.
        ConfigError: There is no such kind.
    """
    return read_as(without_sensitive(_as_it_stands(Path(path), encoding)), formats, kind)


def _as_it_stands(path: Path, encoding: str | None) -> Sheets:
    detected = recognise(path)
    if detected.form in (Form.FOLDER, Form.ARCHIVE):
        from provkit.sources.upload import read_upload

        return read_upload(path, detected, encoding)
    if detected.form is Form.TEXT:
        from provkit.sources.delimited import read_text

        sheet, said, findings = read_text(detected.content, path.name, encoding)
        return Sheets((sheet,), None, f"{path.name} was read as {said}, because {detected.reason}.", findings)
    if detected.form is Form.HTML:
        from provkit.sources.html import read_html

        return read_html(detected.content, path.name, encoding)
    if detected.form is Form.PARQUET:
        from provkit.sources.parquet import read_parquet

        sheet = read_parquet(detected.content, path.name)
        return Sheets((sheet,), None, f"{path.name} was read as a {detected.form.value}, because {detected.reason}.")
    from provkit.sources.workbook import read_workbook

    return read_workbook(path, detected)
