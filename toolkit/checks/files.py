"""The upload as a whole and its files: what refuses it, what gets lost, what the ZIP hides."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence

from provkit.checks.catalogue.files import (
    archive_among_the_files,
    csv_of_unknown_content,
    done_file,
    file_is_empty,
    file_not_in_the_zips_directory,
    file_not_recognised,
    file_skipped_in_macosx,
    files_add_up,
    files_with_other_columns_add_up,
    larger_than_the_limit,
    more_files_than_the_limit,
    name_not_ending_in_csv,
    name_not_plain,
    name_of_another_kind,
    name_of_no_use,
    name_repeated,
    name_with_leading_dot,
    nothing_to_process,
    quote_not_closed,
    several_files_of_a_kind,
    workbook_in_the_upload,
    zip_cannot_be_unzipped,
    zip_without_files,
)
from provkit.checks.catalogue.message import message_is_empty, message_named_otherwise, message_with_an_odd_quote
from provkit.checks.headers import explain
from provkit.checks.message import looks_like_a_message
from provkit.package import Package
from provkit.properties import FILE_NAME
from provkit.receiver import Reception
from provkit.receiver.archive import Fault, Unzipped
from provkit.receiver.model import Reason, ReceivedFile
from provkit.rules import Finding
from provkit.schemas.layouts import Kind

__all__ = ["MAX_FILE", "MAX_FILES", "MAX_REQUEST", "inspect", "meant_as_message"]

MAX_FILE = 1_048_576
MAX_REQUEST = 10_485_760
MAX_FILES = 50
"""What the framework and the web server beneath the service take unless set otherwise (receiving-server 3.3)."""

_TO_CANVAS = (Kind.USERS, Kind.COURSES, Kind.SECTIONS, Kind.ENROLLMENTS)
_ACCUMULATING = (Kind.COURSES, Kind.SECTIONS)

_START = 4096
"""How many bytes of a file tell what it is."""

_LEFT_BEHIND = {
    ".ds_store": "a file that a Mac leaves in its folders",
    "thumbs.db": "a file that Windows leaves in its folders",
    "desktop.ini": "a file that Windows leaves in its folders",
}
_BY_ENDING = {
    "pdf": "a PDF document",
    "doc": "a Word document",
    "docx": "a Word document",
    "txt": "a text file",
    "md": "a text file",
    "html": "a web page",
    "htm": "a web page",
    "json": "a JSON file",
    "xml": "an XML file",
    "log": "a log file",
    "png": "a picture",
    "jpg": "a picture",
    "jpeg": "a picture",
    "gif": "a picture",
}
_WORKBOOKS = {
    "xlsx": "workbook",
    "xlsm": "workbook",
    "xlsb": "workbook",
    "xls": "workbook",
    "ods": "workbook",
    "numbers": "workbook",
}
_ARCHIVES = {"zip", "gz", "7z", "rar", "tar"}
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP = b"PK\x03\x04"

_FAULTS = {
    Fault.CUT_OFF: "it is cut off",
    Fault.NAME_NOT_UTF8: "a name in it is written in an old code page, as older Windows programs do",
    Fault.NAME_TOO_LONG: "a name in it is too long",
    Fault.ENCRYPTED: "it is protected by a password",
    Fault.METHOD: "it is compressed in a way that the service does not know",
    Fault.STORED_STREAM: "an uncompressed file in it does not say how long it is",
    Fault.BAD_DATA: "the compressed data are damaged",
    Fault.WRONG_SIZE: "a file in it does not have the size that the ZIP states",
    Fault.WRONG_CRC: "a file in it does not have the check sum that the ZIP states",
    Fault.OUTSIDE: "a name in it leads out of the folder",
    Fault.CLASH: "names in it clash, or pass through a folder that is not there",
}


def inspect(package: Package, reception: Reception) -> Iterator[Finding]:
    """Everything about the upload and its files but their rows and the message's content.

    Args:
        package: The upload.
        reception: What the service makes of it.
    """
    if package.door == "zip":
        yield from _archive(package, reception)
    elif not package.parts:
        yield Finding(nothing_to_process)
    yield from _sizes(package)
    for file in reception.files:
        if file.reason is not None:
            yield from _unknown(file, package)
        else:
            yield from _name(file)
        yield from _useless_name(file)
    yield from _together(reception.files)


def meant_as_message(file: ReceivedFile) -> bool:
    """Whether a file that the service does not know is meant as the message.

    Args:
        file: A file of the upload.
    """
    return file.reason is not None and looks_like_a_message(file.name or "", bytes(file.content[:_START]))


def _archive(package: Package, reception: Reception) -> Iterator[Finding]:
    """The ZIP itself."""
    name = package.parts[0].name if package.parts else None
    archive = reception.archive
    if archive is None:
        return
    if archive.too_large:
        yield Finding(zip_cannot_be_unzipped, name, details={"why": "what it unpacks to is far too large"})
    elif archive.thrown is not None:
        path = archive.thrown.path
        where = f" ({path})" if path else ""
        yield Finding(zip_cannot_be_unzipped, name, details={"why": f"{_FAULTS[archive.thrown.fault]}{where}"})
    elif not archive.entries:
        yield Finding(zip_without_files, name, details={"why": _why_empty(package, archive)})
    for path in archive.skipped:
        base = path.rpartition("/")[2]
        if not base.startswith("._") and (base.lower().endswith(".csv") or base.lower() == FILE_NAME):
            yield Finding(file_skipped_in_macosx, path)
    listed = _listed(package)
    for entry in archive.entries:
        if listed is not None and entry.offset not in listed:
            yield Finding(file_not_in_the_zips_directory, entry.name, details={"name": entry.path})
        if not entry.path.isascii():
            yield Finding(name_not_plain, entry.name, details={"name": entry.path})


def _why_empty(package: Package, archive: Unzipped) -> str:
    """Why the service sees no file in an archive."""
    if archive.folders or archive.skipped:
        return "it holds nothing but folders" if not archive.skipped else "all its files are inside a folder __MACOSX"
    content = package.parts[0].content
    if not len(content):
        return "the file is empty"
    if content[:4] == b"PK\x05\x06":
        return "it holds nothing"
    if content.find(_ZIP) > 0:
        return "something stands before its beginning"
    return "it does not begin as a ZIP does"


def _listed(package: Package) -> set[int] | None:
    """Where the entries begin that the ZIP's own directory lists; None where it has none that can be read."""
    content = package.parts[0].content
    try:
        with zipfile.ZipFile(io.BytesIO(content) if isinstance(content, bytes) else content) as archive:  # type: ignore[arg-type]
            return {entry.header_offset for entry in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None


def _sizes(package: Package) -> Iterator[Finding]:
    """What is probably too large for one request."""
    for part in package.parts:
        if len(part) > MAX_FILE:
            yield Finding(larger_than_the_limit, part.name, details={"what": "file", "size": len(part), "limit": MAX_FILE})
    total = sum(map(len, package.parts))
    if total > MAX_REQUEST:
        yield Finding(larger_than_the_limit, details={"what": "upload", "size": total, "limit": MAX_REQUEST})
    if len(package.parts) > MAX_FILES:
        yield Finding(more_files_than_the_limit, details={"count": len(package.parts), "limit": MAX_FILES})


def _unknown(file: ReceivedFile, package: Package) -> Iterator[Finding]:
    """A file that refuses the upload: the likeliest reason."""
    name, start = file.name or "", bytes(file.content[:_START])
    path = file.path or name
    base = name.replace("\\", "/").rpartition("/")[2].lower()
    ending = base.rpartition(".")[2]
    if base in _LEFT_BEHIND or base.startswith(("._", "~$", ".~lock")) or "__MACOSX/" in path:
        yield Finding(file_not_recognised, name, details={"what": _left_behind(base)})
    elif ending in _WORKBOOKS or start.startswith(_OLE):
        yield Finding(workbook_in_the_upload, name)
    elif ending in _ARCHIVES or (start.startswith(_ZIP) and ending not in _BY_ENDING):
        where = {"zip": "inside another ZIP", "app": "on the upload page", "files": "among single files"}[package.door]
        yield Finding(archive_among_the_files, name, details={"where": where})
    elif ending == "done":
        yield Finding(done_file, name)
    elif base == FILE_NAME and name.lower() == FILE_NAME:
        yield _unreadable_message(file)
    elif looks_like_a_message(name, start):
        yield Finding(message_named_otherwise, name)
    elif file.reason is Reason.EMPTY:
        yield Finding(file_is_empty, name)
    elif ending in _BY_ENDING or base.startswith("readme") or (b"\0" in start and ending != "csv"):
        yield from _explained(file, start) or [
            Finding(file_not_recognised, name, details={"what": _BY_ENDING.get(ending, _plain_words(start))})
        ]
    elif file.reason is Reason.UNCLOSED_QUOTE:
        why = "; the backslash before one takes its meaning" if file.content.find(b'\\"') >= 0 else ""
        yield Finding(quote_not_closed, name, file.line, details={"why": why})
    else:
        yield from _explained(file, start) or [_unlike_any(file)]


def _unreadable_message(file: ReceivedFile) -> Finding:
    """A message that refuses the upload: it can only be empty, or have a quotation mark without partner."""
    if file.reason is Reason.EMPTY:
        return Finding(message_is_empty, file.name)
    return Finding(
        message_with_an_odd_quote,
        file.name,
        bytes(file.content).replace(b"\r\n", b"\n")[: bytes(file.content).rfind(b'"')].count(b"\n") + 1,
    )


def _explained(file: ReceivedFile, start: bytes) -> list[Finding]:
    """Why the header is unknown; empty where there is nothing like a header."""
    if file.records is None:
        return []
    first = range(min(20, len(file.records)))
    reasons = explain([file.records.fields(record) for record in first], [file.records.line(record) for record in first], start)
    return [Finding(broken, file.name, 1, details=details) for broken, details in reasons]


def _unlike_any(file: ReceivedFile) -> Finding:
    assert file.records is not None, "a file without records has a reason of its own"
    return Finding(csv_of_unknown_content, file.name, 1, values={"header": ",".join(file.records.fields(0))[:60]})


def _left_behind(base: str) -> str:
    if base in _LEFT_BEHIND:
        return _LEFT_BEHIND[base]
    return "the mark of a workbook that is open" if base.startswith(("~$", ".~lock")) else "a note that a Mac puts beside a file"


def _plain_words(start: bytes) -> str:
    return "a file of unknown form" if b"\0" in start else "a text file"


def _name(file: ReceivedFile) -> Iterator[Finding]:
    """What a known file's name does."""
    if file.name is None or file.kind is None:
        return
    base = file.name.rpartition("/")[2]
    if file.kind in _TO_CANVAS:
        if not base.lower().endswith(".csv"):
            yield Finding(name_not_ending_in_csv, file.name)
        elif base.startswith("."):
            yield Finding(name_with_leading_dot, file.name)
    stem = base.rpartition(".")[0].lower()
    named = next((kind for kind in Kind if stem == kind or stem.startswith(f"{kind}-")), None)
    if named not in (None, file.kind):
        yield Finding(name_of_another_kind, file.name, details={"named": str(named), "kind": str(file.kind)})


def _useless_name(file: ReceivedFile) -> Iterator[Finding]:
    """A name with which the service cannot archive the upload."""
    if file.name is None:
        yield Finding(name_of_no_use, details={"why": "it has no name"})
    elif any("\ud800" <= letter <= "\udfff" for letter in file.name):
        yield Finding(name_of_no_use, file.name, details={"why": "its name is damaged"})


def _together(files: Sequence[ReceivedFile]) -> Iterator[Finding]:
    """Files that come into each other's way."""
    by_name: dict[str, int] = {}
    for file in files:
        if file.kind in _TO_CANVAS and file.name is not None:
            by_name[file.name] = by_name.get(file.name, 0) + 1
    for name, count in by_name.items():
        if count > 1:
            yield Finding(name_repeated, name, details={"name": name})
    for kind in Kind:
        of_kind = [file for file in files if file.kind is kind]
        if len(of_kind) < 2:
            continue
        if kind not in _ACCUMULATING:
            yield Finding(several_files_of_a_kind, of_kind[1].name, details={"count": len(of_kind), "kind": str(kind)})
            continue
        first = of_kind[0]
        for number, file in enumerate(of_kind[1:], start=2):
            same = _header(file) == _header(first)
            details = {"number": number, "kind": str(kind), "first": first.name}
            yield Finding(files_add_up if same else files_with_other_columns_add_up, file.name, details=details)


def _header(file: ReceivedFile) -> list[str]:
    return [] if file.records is None else file.records.fields(0)
