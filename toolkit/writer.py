"""Writes packages: tables as CSV, one ZIP, a folder that is swapped in whole. The same input gives the same bytes."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import stat
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute

from provkit.errors import GuardError, PackageError
from provkit.package import (
    ARCHIVE_NAME,
    META_FILE,
    META_FOLDER,
    ORIGINS_FILE,
    PASTE_FOLDER,
    Meta,
    Package,
    differences,
    digest_of,
    wire_name,
)
from provkit.schemas.layouts import LAYOUTS
from provkit.tables import Table

__all__ = ["check_replaceable", "encode", "encode_columns", "file_name", "recover", "write_archive", "write_folder"]

ABANDONED_AFTER = 3600
"""Seconds after which a half-written folder beside the target is taken for a killed build's and erased."""

_COMPRESSION_LEVEL = 6
_CHUNK = 1 << 20
_UNIX = 3
"""The system that a ZIP's members say they come from, wherever they were written: it is where their attributes mean something."""

pc: Any = pyarrow.compute  # its stubs know no mixture of arrays and scalars

_MUST_QUOTE = r'[",\\\n\r]|^[\pZ\s]|[\pZ\s]$'
"""What the server's reader would read otherwise without quotes, and blanks at an edge, which an editor might cut off."""


_EMPTY, _COMMA, _QUOTE, _LINE_END = (pa.scalar(text, pa.large_string()) for text in ("", ",", '"', "\n"))


def file_name(table: Table) -> str:
    """The name of a table's file in the folder."""
    return f"{table.kind}.csv"


def encode(table: Table) -> bytes:
    r"""A table as the bytes of its CSV: the smallest legal header that holds the data, UTF-8 without BOM, LF.

    What the server's reader reads is what the table holds, for every text without CR (which it reads as LF) and lone surrogates
    (which have no UTF-8). A value with a quote, comma, backslash, line end, or a blank at its edge is quoted; a quote inside is
    doubled, and so is a backslash, which that reader takes for an escape, quoted or not.

    Args:
        table: Its frame may lack columns, which are then empty.
    """
    columns = {str(name): _strings(table, str(name)) for name in table.frame.columns}
    needed = [name for name, values in columns.items() if pc.max(pc.binary_length(values)).as_py()]
    header = LAYOUTS[table.kind].smallest(needed)
    return encode_columns(header, [columns[name] if name in columns else pa.repeat(_EMPTY, len(table)) for name in header])


def encode_columns(header: Sequence[str], columns: Sequence[Any]) -> bytes:
    """As `encode`, for columns that are Arrow's already and a header that is given.

    Args:
        header: A legal header.
        columns: One column of large strings without nulls for each of its fields, all of one length.
    """
    first = (",".join(header) + "\n").encode("ascii")
    if len(columns[0]) == 0:
        return first
    fields = [_quoted(column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column) for column in columns]
    lines = pc.binary_join_element_wise(pc.binary_join_element_wise(*fields, _COMMA), _EMPTY, _LINE_END)
    # The texts of an Arrow array stand one after the other in a single buffer: that buffer is the file.
    offsets, text = lines.buffers()[1:]
    bounds = memoryview(offsets).cast("q")
    return first + memoryview(text)[bounds[lines.offset] : bounds[lines.offset + len(lines)]].tobytes()


def _strings(table: Table, name: str) -> Any:
    values: Any = pa.array(table.frame[name], from_pandas=True)
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return pc.fill_null(whole.cast(pa.large_string()), _EMPTY)


def _quoted(values: Any) -> Any:
    """Each value as it stands between two commas."""
    needed = pc.match_substring_regex(values, _MUST_QUOTE)
    if not pc.any(needed).as_py():
        return values
    escaped = pc.replace_substring(pc.replace_substring(values, "\\", "\\\\"), '"', '""')
    return pc.if_else(needed, pc.binary_join_element_wise(_QUOTE, escaped, _QUOTE, _EMPTY), values)


def write_archive(file: IO[bytes], package: Package) -> None:
    """Write a package's files as one ZIP, its members named as on the wire.

    Everything that could differ between two runs is fixed: the order, the time stamps, the system, the attributes; there are no extra
    fields. (The compressor is the one that Python was built with: another build of Python may compress to other bytes.)

    Args:
        file: Where it is written; it must be able to seek.
        package: The files.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION_LEVEL) as archive:
        for part in package.parts:
            member = zipfile.ZipInfo(wire_name(part) or "", date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = _UNIX
            member.external_attr = (stat.S_IRUSR | stat.S_IWUSR) << 16
            member.file_size = len(part)  # known beforehand, it needs no ZIP64 fields
            with archive.open(member, "w") as target:
                for start in range(0, len(part), _CHUNK):
                    target.write(part.content[start : start + _CHUNK])


def check_replaceable(folder: Path) -> None:
    """Stop before harm: only what provkit wrote, and as it wrote it, is ever replaced.

    Args:
        folder: Where a package is to be written.

    Raises:
        GuardError: Something else stands there.
        PackageError: What stands there cannot be read.
    """
    elsewhere = "Name another folder with -o, for example: -o package"
    if not folder.exists():
        return
    if not folder.is_dir():
        raise GuardError(f"{folder} is a file, and a package is a folder.", reason="not_a_folder", remedy=elsewhere)
    try:
        held = {entry.name for entry in folder.iterdir()}
        meta = Meta.read(folder) if held else None
        here = Path.cwd().resolve()
        if folder.resolve() in (here, *here.parents):
            raise GuardError(
                f"{folder} is the folder that you are working in; a package folder is replaced as a whole.",
                reason="current_folder",
                remedy=elsewhere,
            )
        if not held:
            return
        if meta is None:
            raise GuardError(f"{folder} was not written by provkit, and is left as it is.", reason="not_ours", remedy=elsewhere)
        found = {name: what for name, what in differences(folder, meta).items() if what != "missing"}
    except OSError as error:
        raise PackageError(f"{folder} cannot be read: {error.strerror or error}.", remedy=elsewhere) from error
    if found:
        listed = ", ".join(f"{name} ({what} since)" for name, what in list(found.items())[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise GuardError(
            f"{folder} is not as provkit wrote it: {listed}{more}. A build would erase that.",
            reason="changed_by_hand",
            remedy=f"Move what you want to keep somewhere else and erase the rest of {folder}, or name another folder with -o.",
        )


def write_folder(folder: Path, package: Package, meta: Meta, paste: Mapping[str, str] | None = None) -> Meta:
    """Write a package's folder: its files, `package.zip`, and `.provkit/`; then swap it in whole.

    It is written aside, in a folder of its own beside the target, and then takes the target's name. Where a package stood before, that
    one is first renamed out of the way, and erased last. No system can exchange two folders in one step by portable means: a process
    killed exactly between the two renames leaves both whole under their hidden names, `.NAME.*.old` being the one that stood there,
    and the next build puts it back.

    Args:
        folder: The target.
        package: The files, named as in a folder.
        meta: What is noted beside them; its digest of the ZIP is filled in here. There is no ZIP for the upload page.
        paste: Texts for the upload page, by file name; None for the API.

    Returns:
        What was noted.

    Raises:
        GuardError: What stands there is not provkit's; see `check_replaceable`.
        PackageError: The disk is full, a file is open in another program, or the like.
    """
    folder = folder.resolve()
    check_replaceable(folder)
    token = secrets.token_hex(4)
    aside, before = (folder.with_name(f".{folder.name}.{token}.{state}") for state in ("new", "old"))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        recover(folder)
        aside.mkdir(mode=0o700)
        try:
            for part in package.parts:
                with _private(aside / str(part.name)) as file:
                    file.write(part.content)
            if meta.door == "api":
                with _private(aside / ARCHIVE_NAME) as file:
                    write_archive(file, package)
                meta = replace(meta, archive=digest_of(aside / ARCHIVE_NAME))
            notes = {f"{META_FOLDER}/{META_FILE}": meta.to_bytes()}
            if package.origins is not None:
                notes[f"{META_FOLDER}/{ORIGINS_FILE}"] = package.origins.to_bytes()
            notes |= {f"{PASTE_FOLDER}/{name}": text.encode("utf-8") for name, text in (paste or {}).items()}
            for name, content in notes.items():
                (aside / name).parent.mkdir(mode=0o700, exist_ok=True)
                with _private(aside / name) as file:
                    file.write(content)
            _swap(aside, folder, before)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise PackageError(
            f"{folder} cannot be written: {error.strerror or error}. What stood there still stands.",
            remedy="Close every program that has a file of it open, and look whether the disk is full or the folder write-protected.",
        ) from error
    shutil.rmtree(before, ignore_errors=True)
    return meta


def recover(folder: Path) -> None:
    """Put back what a killed build moved out of the way, and erase what killed builds left half-written.

    Args:
        folder: The target of the build.

    Raises:
        OSError: What was moved out of the way cannot be put back.
    """
    folder = folder.resolve()
    if not folder.parent.is_dir():
        return
    ours = re.compile(rf"\.{re.escape(folder.name)}\.[0-9a-f]{{8}}\.(new|old)")
    for entry in sorted(folder.parent.iterdir()):
        match = ours.fullmatch(entry.name)
        if match is None or not entry.is_dir():
            continue
        if match[1] == "old" and not folder.exists():
            entry.rename(folder)
        elif time.time() - entry.stat().st_mtime > ABANDONED_AFTER:
            shutil.rmtree(entry, ignore_errors=True)


def _swap(aside: Path, folder: Path, before: Path) -> None:
    stood = folder.exists()
    if stood:
        folder.rename(before)
    try:
        aside.rename(folder)
    except OSError:
        if stood:
            before.rename(folder)
        raise


@contextlib.contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """A new file that only its owner may read, on disk when the block ends."""
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, stat.S_IRUSR | stat.S_IWUSR), "w+b") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
