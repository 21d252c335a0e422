"""How much a source may hold. Past these a file is refused with the reason, before it can take the machine down."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from provkit.errors import SourceError

__all__ = ["MAX_CELLS", "MAX_FILE", "MAX_MEMBERS", "MAX_RATIO", "MAX_UNPACKED", "chunks", "open_zip", "read_bytes", "read_member"]

MAX_FILE = 256 << 20
"""Bytes of a file on disk."""
MAX_UNPACKED = 1 << 30
"""Bytes of one member of a ZIP once unpacked."""
MAX_RATIO = 400
"""How much larger a member over 16 MiB may be unpacked than packed; real worksheets stay below 100."""
MAX_MEMBERS = 10_000
"""Files in a ZIP."""
MAX_CELLS = 25_000_000
"""Cells of a worksheet, counted from A1 to the last column and row that hold anything."""

_CHUNK = 1 << 20


def read_bytes(path: Path) -> bytes:
    """A file's bytes.

    Args:
        path: A file.

    Raises:
        SourceError: It cannot be read, or is too large.
    """
    try:
        if path.stat().st_size > MAX_FILE:
            raise SourceError(f"{path.name} is larger than {MAX_FILE >> 20} MB.", remedy="Divide it into several files.")
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: OSError) -> SourceError:
    """What to say where a file cannot be opened.

    Args:
        path: The file.
        error: What the system said.
    """
    if isinstance(error, FileNotFoundError):
        return SourceError(f"There is no file or folder {path}.", remedy="Check the name and the folder.")
    if isinstance(error, PermissionError):
        return SourceError(
            f"{path.name} is open in another program, or you may not read it.",
            remedy="Close it in Excel and try again.",
        )
    return SourceError(f"{path.name} cannot be read: {error.strerror or error}.")


def open_zip(content: bytes, name: str) -> zipfile.ZipFile:
    """Open a ZIP that lies in memory.

    Args:
        content: Its bytes.
        name: The file's name, for messages.

    Raises:
        SourceError: It is damaged, locked with a password, or too large.
    """
    from io import BytesIO

    try:
        archive = zipfile.ZipFile(BytesIO(content))
        members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise SourceError(
            f"{name} is damaged or not complete.", remedy="Open it in the program it comes from and save it again."
        ) from None
    if len(members) > MAX_MEMBERS:
        raise SourceError(f"{name} holds more than {MAX_MEMBERS} files.")
    if any(member.flag_bits & 1 for member in members):
        raise SourceError(f"{name} is locked with a password.", remedy="Save it without a password and try again.")
    return archive


def chunks(archive: zipfile.ZipFile, member: str, name: str) -> Iterator[bytes]:
    """A member's content, piece by piece, as long as it stays within bounds.

    Args:
        archive: The archive.
        member: The member's name.
        name: The archive's name, for messages.

    Raises:
        SourceError: It is damaged, or grows too large.
    """
    import zlib

    packed = max(1, archive.getinfo(member).compress_size)
    size = 0
    try:
        with archive.open(member) as file:
            while piece := file.read(_CHUNK):
                size += len(piece)
                if size > MAX_UNPACKED or (size > 16 * _CHUNK and size > packed * MAX_RATIO):
                    raise SourceError(
                        f"{name} unpacks to far more than it should ({member}).",
                        remedy="Delete empty rows and columns that carry formats, and save it again.",
                    )
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
        raise SourceError(
            f"{name} is damaged ({member}).", remedy="Open it in the program it comes from and save it again."
        ) from None


def read_member(archive: zipfile.ZipFile, member: str, name: str) -> bytes:
    """A member's whole content; see `chunks`."""
    return b"".join(chunks(archive, member, name))
