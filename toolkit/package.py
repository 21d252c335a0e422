"""The upload itself: exact bytes, in order. Reading the inside of a ZIP is the receiver's alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Literal

from provkit.errors import PackageError

__all__ = ["ARCHIVE_NAME", "META_FOLDER", "Door", "Package", "Part"]

ARCHIVE_NAME = "package.zip"
META_FOLDER = ".provkit"

Door = Literal["files", "zip", "app"]
"""How an upload comes in: the files endpoint, the ZIP endpoint, or the upload page (which never unzips)."""


@dataclass(frozen=True, eq=False)
class Part:
    """One file of an upload.

    Attributes:
        name: The file name as it is sent; None where the client sends none.
        content: The bytes, or a file mapped into memory.
    """

    name: str | None
    content: bytes | mmap

    def __len__(self) -> int:
        return len(self.content)


@dataclass(frozen=True, eq=False)
class Package:
    """One upload.

    Attributes:
        parts: The files, in the order in which they are sent; names may repeat.
        door: Which way they come in. At "zip" there is one part, the archive.
        path: Where it was read from, or None.
    """

    parts: tuple[Part, ...]
    door: Door = "files"
    path: Path | None = None

    @classmethod
    def from_files(cls, files: Mapping[str, bytes] | Iterable[tuple[str | None, bytes]], *, door: Door = "files") -> Package:
        """A package of files in memory.

        Args:
            files: Names and contents; a sequence of pairs where names repeat.
            door: Which way they come in.
        """
        pairs = files.items() if isinstance(files, Mapping) else files
        return cls(tuple(Part(name, content) for name, content in pairs), door)

    @classmethod
    def from_zip(cls, content: bytes, name: str = ARCHIVE_NAME) -> Package:
        """A package that is one ZIP archive, sent to the ZIP endpoint.

        Args:
            content: The archive's bytes, whatever they are.
            name: Its file name.
        """
        return cls((Part(name, content),), "zip")

    @classmethod
    def read(cls, path: str | Path) -> Package:
        """Read an upload from disk.

        A folder gives all its top-level files but `package.zip` and `.provkit/`, by name. A file whose name ends in .zip (any case)
        goes to the ZIP endpoint; any other file is an upload of that one file.

        Args:
            path: A folder or a file.

        Raises:
            PackageError: There is nothing there, or it cannot be read.
        """
        path = Path(path)
        try:
            if path.is_dir():
                files = sorted(
                    (entry for entry in path.iterdir() if entry.is_file() and entry.name != ARCHIVE_NAME),
                    key=lambda entry: entry.name,
                )
                return cls(tuple(Part(file.name, _content(file)) for file in files), "files", path)
            return cls((Part(path.name, _content(path)),), "zip" if path.suffix.lower() == ".zip" else "files", path)
        except FileNotFoundError:
            raise PackageError(f"There is no file or folder {path}.", remedy="Check the name, or build first: provkit build SOURCE") from None
        except OSError as error:
            raise PackageError(f"{path} cannot be read: {error.strerror or error}.") from error


def _content(path: Path) -> bytes | mmap:
    """A file's bytes: small ones read, large ones mapped."""
    with path.open("rb") as file:
        if path.stat().st_size < 1 << 20:
            return file.read()
        return mmap(file.fileno(), 0, access=ACCESS_READ)
