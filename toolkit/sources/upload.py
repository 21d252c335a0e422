"""A package that somebody else made: a folder or ZIP of CSV files, with a message.properties or without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from provkit.errors import SourceError
from provkit.rules import Finding
from provkit.sources.bounds import open_zip, read_bytes, read_member, unreadable
from provkit.sources.delimited import read_text
from provkit.sources.detect import Detected, Form
from provkit.tables import Sheet, Sheets

__all__ = ["read_upload"]

_TEXT = (".csv", ".tsv", ".txt", ".tab")
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_MESSAGE = "message.properties"


def read_upload(path: Path, detected: Detected, encoding: str | None = None) -> Sheets:
    """Read a folder or ZIP of CSV files by plain, forgiving rules.

    Hidden files, Excel's `~$` marks, macOS's `__MACOSX`, and a `package.zip` beside the files are passed over; what else is no CSV is
    named in `recognised`.

    Args:
        path: The folder or file.
        detected: What it was found to be.
        encoding: As `read_text` takes it.

    Raises:
        SourceError: There is no CSV in it, or one cannot be read.
    """
    files = sorted(_folder(path) if detected.form is Form.FOLDER else _archive(path, detected.content))
    sheets: list[Sheet] = []
    findings: list[Finding] = []
    message: bytes | None = None
    left: list[str] = []
    for name, content in files:
        if PurePosixPath(name).name.lower() == _MESSAGE and message is None:
            message = content
        elif not name.lower().endswith(_TEXT):
            left.append(name)
        elif content.strip():
            sheet, _, found = read_text(content, name, encoding)
            sheets.append(sheet)
            findings.extend(found)
        else:
            left.append(f"{name} (empty)")
    if not sheets:
        books = [name for name in left if name.lower().endswith(_WORKBOOKS)]
        raise SourceError(
            f"There is no CSV file in {path}.",
            remedy=f"Name the workbook itself: {', '.join(books)}"
            if books
            else "Name a workbook, a CSV file, or a folder or ZIP that holds CSV files.",
        )
    said = f"{path.name or path} was read as a {detected.form.value}, because {detected.reason}: {', '.join(sheet.file for sheet in sheets)}"
    said += f"; {_MESSAGE} goes with it" if message is not None else ""
    said += f". Left out: {', '.join(left)}." if left else "."
    return Sheets(tuple(sheets), message, said, tuple(findings))


def _passed_over(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    last = parts[-1].lower() if parts else ""
    return not parts or "__MACOSX" in parts or last.startswith((".", "~$")) or last in ("thumbs.db", "desktop.ini")


def _folder(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        entries = sorted(path.iterdir())
    except OSError as error:
        raise unreadable(path, error) from None
    for entry in entries:
        if entry.is_file() and not _passed_over(entry.name) and entry.name != "package.zip":
            readable = entry.name.lower().endswith((*_TEXT, ".properties"))
            yield entry.name, read_bytes(entry) if readable else b""


def _archive(path: Path, content: bytes) -> Iterator[tuple[str, bytes]]:
    archive = open_zip(content, path.name)
    members = [member for member in archive.infolist() if not member.is_dir() and not _passed_over(member.filename)]
    bases = [PurePosixPath(member.filename.replace("\\", "/")).name for member in members]
    for member, base in zip(members, bases, strict=True):
        name = base if bases.count(base) == 1 else member.filename
        readable = base.lower().endswith((*_TEXT, ".properties"))
        yield name, read_member(archive, member.filename, path.name) if readable else b""
