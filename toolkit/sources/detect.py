"""Which kind of source a file is, and why: by content first, by name second."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from provkit.errors import SourceError
from provkit.schemas.layouts import LAYOUTS, Kind
from provkit.sources.bounds import open_zip, read_bytes, read_member
from provkit.tables import Cell

__all__ = ["Detected", "Form", "recognise", "upload_kind"]


class Form(StrEnum):
    """How a source is to be read."""

    XLSX = "Excel workbook (.xlsx)"
    XLSB = "Excel binary workbook (.xlsb)"
    XLS = "old Excel workbook (.xls)"
    ODS = "OpenDocument spreadsheet (.ods)"
    PARQUET = "Parquet file"
    TEXT = "text file"
    HTML = "web page with a table"
    FOLDER = "folder of CSV files"
    ARCHIVE = "ZIP of CSV files"


@dataclass(frozen=True, eq=False)
class Detected:
    """What a source is.

    Attributes:
        form: How it is to be read.
        reason: Why, for the user.
        content: The file's bytes; b"" for a folder.
    """

    form: Form
    reason: str
    content: bytes = b""


_REPAIR = "Open it in the program it comes from and save it again."
_COPY = "Copy the table into a spreadsheet and save that."
_PICTURE = "Type the table into a spreadsheet, or ask for the file behind the picture."

_ATTACHED = "Save the table that is attached to it and use that file. A mail with results of an upload: provkit results FILE"
_ITS_TABLE = "If it makes a table, run it and use the file that it writes."

_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|table|head|meta|style)\b", re.IGNORECASE)
"""How web pages begin: systems write tables so, under names that end in .xls."""

_OTHERS: tuple[tuple[re.Pattern[bytes], str, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), is_what, remedy)
    for pattern, is_what, remedy in (
        (rb"%PDF", "is a PDF", "Save the table as an Excel workbook or CSV in the program it comes from."),
        (rb"\{\\rtf", "is a text document (RTF)", _COPY),
        (rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\0|MM\0\*|RIFF....WEBP|BM....\0\0\0\0|....ftyp(?:hei|mif|avi)", "is a picture", _PICTURE),
        (rb"\x1f\x8b|7z\xbc\xaf|Rar!", "is an archive of a kind that is not read", "Unpack it first."),
        (rb"SQLite format 3", "is a database", "Save the table as CSV."),
        (rb"(?:\xef\xbb\xbf)?\s*<\?xml", "is XML", "Open it in Excel and save it as an Excel workbook (.xlsx)."),
        (rb"#!", "is a script", _ITS_TABLE),
        (
            rb"(?:\xef\xbb\xbf)?\s*[{\[]\s*(?:[{\[\"]|\r?\n|[}\]])",
            "is JSON",
            "Open it in Excel (Data > Get Data), or have it exported as CSV.",
        ),
        (rb"BEGIN:VCARD", "is a file of contacts (vCard)", "Export the contacts as CSV."),
        (rb"BEGIN:VCALENDAR", "is a calendar", _COPY),
        (rb"(?:Return-Path|Received|Delivered-To|MIME-Version|Message-ID):[ \t]", "is a mail", _ATTACHED),
    )
)
"""What people hand in instead of a table, by how it begins."""

_NAMED: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(
        (".py", ".ipynb", ".r", ".rmd", ".js", ".ts", ".sh", ".bash", ".zsh", ".bat", ".cmd", ".ps1", ".rb", ".pl", ".php", ".java", ".vbs"),
        ("is a script", _ITS_TABLE),
    ),
    ".sql": ("is a script for a database", "Run it there and save the result as CSV."),
    **dict.fromkeys((".md", ".rst", ".tex"), ("is a page of text", _COPY)),
    **dict.fromkeys((".yaml", ".yml", ".ini", ".cfg", ".conf"), ("is a file of settings", "Name the list that is to be read.")),
    ".eml": ("is a mail", _ATTACHED),
    ".toml": ("is a file of settings", "Name the list; a mapping profile goes behind it: provkit build LIST --profile FILE.toml"),
    ".properties": ("is a message or a file of settings", "Name the list; a message goes behind it: provkit build LIST --message FILE.properties"),
    **dict.fromkeys((".json", ".jsonl", ".ndjson"), ("is JSON", "Open it in Excel (Data > Get Data), or have it exported as CSV.")),
}  # fmt: skip
"""Text files that hold no table, by how their names end."""


def recognise(path: Path) -> Detected:
    """Say how a source is to be read.

    Args:
        path: A file or folder.

    Raises:
        SourceError: It is none that provkit reads; the remedy says what to do with it.
    """
    if path.is_dir():
        return Detected(Form.FOLDER, "it is a folder")
    if path.name.startswith("~$"):
        raise SourceError(
            f"{path.name} is the mark that Excel leaves while a workbook is open.",
            remedy=f"Name the workbook itself: {path.name[2:]}",
        )
    content = read_bytes(path)
    if not content:
        raise SourceError(f"{path.name} is empty.")
    if content[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zipped(path, content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(path, content)
    return _neither(path, content)


def _neither(path: Path, content: bytes) -> Detected:
    """The kinds of file that are neither a ZIP nor Microsoft's old container."""
    if _HTML.match(content[:512]):
        return Detected(Form.HTML, "it begins as web pages do", content)
    if content.startswith(b"PAR1"):
        return Detected(Form.PARQUET, "it begins as Parquet files do", content)
    for magic, is_what, remedy in _OTHERS:
        if magic.match(content[:512]):
            raise SourceError(f"{path.name} {is_what}, not a spreadsheet.", remedy=remedy)
    if path.suffix.lower() in _NAMED:
        is_what, remedy = _NAMED[path.suffix.lower()]
        raise SourceError(f"{path.name} {is_what}, not a spreadsheet.", remedy=remedy)
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"):
        if b"\0" in content[:4096]:
            raise SourceError(f"{path.name} is damaged or not a workbook.", remedy=_REPAIR)
        return Detected(Form.TEXT, f"it holds plain text, although its name ends in {path.suffix}", content)
    return Detected(Form.TEXT, "it holds plain text", content)


def _compound(path: Path, content: bytes) -> Detected:
    """The kinds of file that Microsoft's old container holds."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise SourceError(f"{path.name} is locked with a password.", remedy="Save it without a password and try again.")
    if "WordDocument".encode("utf-16-le") in content:
        raise SourceError(f"{path.name} is a Word document.", remedy=_COPY)
    if "PowerPoint Document".encode("utf-16-le") in content:
        raise SourceError(f"{path.name} is a presentation (PowerPoint).", remedy=_COPY)
    if "__properties_version1.0".encode("utf-16-le") in content:
        raise SourceError(
            f"{path.name} is a mail that Outlook has saved.",
            remedy=_ATTACHED,
        )
    return Detected(Form.XLS, "it begins as the workbooks of Excel 97 to 2003 do", content)


def _zipped(path: Path, content: bytes) -> Detected:
    """The kinds of file that are ZIPs inside."""
    archive = open_zip(content, path.name)
    names = set(archive.namelist())
    if "xl/workbook.bin" in names:
        return Detected(Form.XLSB, "it is a ZIP that holds xl/workbook.bin", content)
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return Detected(Form.XLSX, "it is a ZIP that holds an Excel workbook", content)
    if "mimetype" in names:
        kind = read_member(archive, "mimetype", path.name)[:80].decode("ascii", "replace").strip()
        if kind.startswith("application/vnd.oasis.opendocument.spreadsheet"):
            manifest = read_member(archive, "META-INF/manifest.xml", path.name) if "META-INF/manifest.xml" in names else b""
            if b"encryption-data" in manifest:
                raise SourceError(f"{path.name} is locked with a password.", remedy="Save it without a password and try again.")
            return Detected(Form.ODS, "it is a ZIP that says it is an OpenDocument spreadsheet", content)
        raise SourceError(f"{path.name} is a document, not a spreadsheet ({kind}).", remedy=_COPY)
    if "word/document.xml" in names:
        raise SourceError(f"{path.name} is a Word document.", remedy=_COPY)
    if "ppt/presentation.xml" in names:
        raise SourceError(f"{path.name} is a presentation (PowerPoint).", remedy=_COPY)
    if "Index/Document.iwa" in names or any(name.startswith("Index/Tables") for name in names):
        raise SourceError(
            f"{path.name} is an Apple Numbers document.", remedy="In Numbers choose File > Export To > Excel, and use that file."
        )
    return Detected(Form.ARCHIVE, "it is a ZIP, and no workbook", content)


def upload_kind(header: Sequence[Cell]) -> Kind | None:
    """The kind of upload file that a header names, its columns in any order and case, columns of other systems among them or not.

    Args:
        header: The first row.

    Returns:
        The kind whose required columns are all there; None where none or several fit.
    """
    names = {str(cell).strip().lower() for cell in header if cell is not None}
    fits = [layout.kind for layout in LAYOUTS.values() if set(layout.columns) - layout.optional <= names]
    if Kind.USERS in fits:
        return Kind.USERS if fits == [Kind.USERS] else None
    return fits[0] if len(fits) == 1 else None
