"""The upload itself: exact bytes, in order. Reading the inside of a ZIP is the receiver's alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from provkit import properties
from provkit.errors import PackageError
from provkit.held_back import HeldBack
from provkit.origins import Origins
from provkit.rules import RowAccount
from provkit.schemas.layouts import Kind

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = [
    "ARCHIVE_NAME",
    "MESSAGE_NAME",
    "META_FOLDER",
    "PASTE_FOLDER",
    "Door",
    "Meta",
    "Package",
    "Part",
    "SourceFile",
    "differences",
    "digest_of",
    "relative_to",
    "wire_name",
]

ARCHIVE_NAME = "package.zip"
MESSAGE_NAME = properties.FILE_NAME
META_FOLDER = ".provkit"
PASTE_FOLDER = "not-to-upload"
"""What is pasted on the upload page rather than uploaded; a folder, so that choosing all files of the package never takes it along."""

META_FILE = "package.json"
ORIGINS_FILE = "origins.json"

LEFT_BY_FILE_MANAGERS = frozenset({".ds_store", "thumbs.db", "desktop.ini"})

MAPPED_FROM = 1 << 20
"""Files from this size on are mapped into memory, not read."""

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

    @cached_property
    def digest(self) -> str:
        """The sha256 of the content, in hex."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class SourceFile:
    """A file that a package was built from.

    Attributes:
        name: Its name, without folders.
        sha256: The digest of its bytes; of a folder, the digest of its files' names and digests.
        path: The way to it from the folder that holds the package's folder, with `/`; None where there is none (another drive).
    """

    name: str
    sha256: str
    path: str | None = None


@dataclass(frozen=True)
class Meta:
    """What provkit notes beside a package that it built (`.provkit/package.json`): no values, no times, no absolute paths.

    Attributes:
        format: The version of this format.
        provkit: The version that built it.
        door: Whom it was prepared for: the API, or the upload page ("app").
        notify: Whether it was built with the message for new guests asked for.
        feed: Which stream of uploads it belongs to: the source's name.
        sources: What it was built from.
        files: The digest of each file's bytes, by its name in the folder.
        archive: The digest of `package.zip`; None where there is none.
        held_back: How many rows of the source were kept out.
        rows: The row account.
        held_enrollments: Which enrollments are among the rows kept out, as keyed hashes; None where that was not noted.
    """

    format: Literal[1]
    provkit: str
    door: Literal["api", "app"]
    notify: bool
    feed: str
    sources: tuple[SourceFile, ...]
    files: Mapping[str, str]
    archive: str | None
    held_back: int
    rows: RowAccount
    held_enrollments: HeldBack | None = None

    def to_bytes(self) -> bytes:
        """As saved: the same facts give the same bytes."""
        return _notes().dump_json(self, indent=2) + b"\n"

    @classmethod
    def from_bytes(cls, saved: bytes) -> Meta:
        """The inverse of `to_bytes`.

        Args:
            saved: The note's bytes.

        Raises:
            ValueError: They are no note, or one of a later version.
        """
        return _notes().validate_json(saved)

    @classmethod
    def read(cls, folder: Path) -> Meta | None:
        """What was noted beside a package; None where provkit did not build it.

        Args:
            folder: The package's folder.

        Raises:
            PackageError: The note is damaged, or of a later version.
            OSError: It cannot be read.
        """
        path = folder / META_FOLDER / META_FILE
        try:
            saved = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        try:
            return cls.from_bytes(saved)
        except ValueError:
            raise PackageError(
                f"{path} is damaged, or was written by a later version of provkit.", remedy="Build the package again."
            ) from None

    def stale_sources(self, folder: Path) -> tuple[str, ...]:
        """The names of sources that are not as they were when the package was built; those no longer found are not counted.

        Args:
            folder: The package's folder.
        """
        found = ((source, folder.resolve().parent / source.path) for source in self.sources if source.path is not None)
        return tuple(source.name for source, path in found if path.exists() and digest_of(path) != source.sha256)


@cache
def _notes() -> TypeAdapter[Meta]:
    """Reads and writes notes. Only packages that provkit built have one, and pydantic takes its time to begin."""
    from pydantic import TypeAdapter

    return TypeAdapter(Meta)


@dataclass(frozen=True, eq=False)
class Package:
    """One upload.

    Attributes:
        parts: The files, in the order in which they are sent; names may repeat.
        door: Which way they come in. At "zip" there is one part, the archive.
        path: Where it was read from, or None.
        origins: Where its rows came from, if provkit built it.
        meta: What provkit noted when it built it; None for anybody else's package.
    """

    parts: tuple[Part, ...]
    door: Door = "files"
    path: Path | None = None
    origins: Origins | None = None
    meta: Meta | None = None

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
        goes to the ZIP endpoint; any other file is an upload of that one file. What `.provkit/` holds is taken along, also for a
        single file of a folder that provkit built.

        Args:
            path: A folder or a file.

        Raises:
            PackageError: There is nothing there, or it cannot be read.
        """
        path = Path(path)
        try:
            if path.is_dir():
                meta = Meta.read(path)
                parts = tuple(Part(file.name, _content(file)) for file in _files(path))
                return cls(parts, "app" if meta is not None and meta.door == "app" else "files", path, _origins(path), meta)
            part = Part(path.name, _content(path))
            door: Door = "zip" if path.suffix.lower() == ".zip" else "files"
            meta = Meta.read(path.parent)
            if meta is None:
                return cls((part,), door, path)
            if part.digest not in (meta.archive, *meta.files.values()):
                return cls((part,), door, path)
            return cls((part,), door, path, _origins(path.parent), meta)
        except FileNotFoundError:
            raise PackageError(
                f"There is no file or folder {path}.", remedy="Check the name, or build first: provkit build SOURCE"
            ) from None
        except OSError as error:
            raise PackageError(f"{path} cannot be read: {error.strerror or error}.") from error

    def on_wire(self) -> Package:
        """The same files as they are named on the wire (see `wire_name`); somebody else's package keeps its names."""
        if self.meta is None:
            return self
        return replace(self, parts=tuple(Part(wire_name(part), part.content) for part in self.parts))


def wire_name(part: Part) -> str | None:
    """The name of a file in the ZIP and on the wire: a CSV carries eight hex digits of its digest.

    The server goes by the header and does not care; its mails name the files, and so a mail names the package that it is about.

    Args:
        part: A file as it is named in the folder.
    """
    stem, dot, suffix = (part.name or "").rpartition(".")
    return f"{stem}-{part.digest[:8]}.{suffix}" if dot and suffix == "csv" and stem in tuple(Kind) else part.name


def differences(folder: Path, meta: Meta) -> dict[str, str]:
    """What in a package's folder is not as provkit wrote it: per name "changed", "missing" or "added".

    What file managers leave behind by themselves (`.DS_Store` and the like) is passed over.

    Args:
        folder: The package's folder.
        meta: What was noted when it was built.

    Raises:
        OSError: Something cannot be read.
    """
    written = dict(meta.files)
    if meta.archive is not None:
        written[ARCHIVE_NAME] = meta.archive
    found: dict[str, str] = {}
    for entry in sorted(folder.iterdir()):
        if entry.name in (META_FOLDER, PASTE_FOLDER) or entry.name.lower() in LEFT_BY_FILE_MANAGERS:
            continue
        digest = written.pop(entry.name, None)
        if digest is None or entry.is_dir():
            found[entry.name] = "added"
        elif digest_of(entry) != digest:
            found[entry.name] = "changed"
    return found | dict.fromkeys(written, "missing")


def digest_of(path: Path) -> str:
    """The sha256 of a file's bytes, in hex; of a folder, that of its files' names and digests.

    Args:
        path: A file or folder.

    Raises:
        OSError: It cannot be read.
    """
    if path.is_dir():
        listing = "".join(f"{digest_of(file)} {file.name}\n" for file in _files(path))
        return hashlib.sha256(listing.encode("utf-8", "surrogateescape")).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def relative_to(path: Path, folder: Path) -> str | None:
    """The way to a file from the folder that holds `folder`, with `/`; None where there is none (another drive).

    Args:
        path: The file.
        folder: The package's folder.
    """
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve().parent)).as_posix()
    except ValueError:
        return None


def _files(folder: Path) -> list[Path]:
    """The files of a folder that are uploaded, by name."""
    return sorted(
        (entry for entry in folder.iterdir() if entry.is_file() and entry.name != ARCHIVE_NAME), key=lambda entry: entry.name
    )


def _origins(folder: Path) -> Origins | None:
    """The origins kept beside a package, read when they are first asked for."""
    path = folder / META_FOLDER / ORIGINS_FILE
    return Origins.saved(path.read_bytes) if path.is_file() else None


def _content(path: Path) -> bytes | mmap:
    """A file's bytes: small ones read, large ones mapped."""
    with path.open("rb") as file:
        if path.stat().st_size < MAPPED_FROM:
            return file.read()
        return mmap(file.fileno(), 0, access=ACCESS_READ)
