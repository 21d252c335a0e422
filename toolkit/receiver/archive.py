r"""What the receiving server sees in an uploaded ZIP: the files it would take from it, or that it gives up.

Source: `DeptProvFileUploadService.unzip`, which reads with `java.util.zip.ZipInputStream` of Java 25: one local header after the other,
never the central directory. So entries deleted only in the directory are still seen, bytes before the first header hide everything,
and reading ends without complaint where no further local header stands. Folders are flattened; the check that a name stays inside the
temporary folder, and the folder itself, are in `provkit.receiver.folder`.

Nothing is written to disk and no declared size is believed. The one departure from the server is the limit on what is inflated: past
it, reading stops and the outcome says `too_large`; what the server does then depends on its memory and is not modelled.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import StrEnum
from mmap import mmap
from struct import Struct

from provkit.receiver.folder import Folder, Path

__all__ = ["INFLATED_LIMIT", "Entry", "Fault", "Thrown", "Unzipped", "unzip"]

INFLATED_LIMIT = 1 << 29
"""How many bytes all entries of an archive may have together, unless told otherwise: fifty times the largest request."""

_LOCAL = Struct("<4s 2x H H 4x L L L H H")
_LOCAL_SIGNATURE = b"PK\x03\x04"
_DESCRIPTOR_SIGNATURE = b"PK\x07\x08"
_DESCRIPTOR = Struct("<L L L")
_DESCRIPTOR_64 = Struct("<L q q")
_FIELD = Struct("<H H")
_SIZES_64 = Struct("<q q")

_ENCRYPTED = 1
_HAS_DESCRIPTOR = 8
_STORED = 0
_DEFLATED = 8
_ZIP64 = 1
_MAGIC = 0xFFFFFFFF
_NAME_AND_EXTRA = 0xFFFF - 46  # what Java leaves for them in a header of the central directory

_FIRST_CHUNK = 1 << 9
_CHUNK = 1 << 18
_PIECE = 1 << 20


class Fault(StrEnum):
    """Why the server gives up on an archive. All are answered alike, but the one that is no IOException."""

    CUT_OFF = "cut_off"
    """The bytes end inside an entry."""
    NAME_NOT_UTF8 = "name_not_utf8"
    """A name is in an old code page."""
    NAME_TOO_LONG = "name_too_long"
    """Name and extra field together are longer than Java takes: not an IOException, so it leaves the controller."""
    ENCRYPTED = "encrypted"
    """An entry is encrypted."""
    METHOD = "method"
    """An entry is compressed in another way than deflate."""
    STORED_STREAM = "stored_stream"
    """A stored entry says that its size follows behind it."""
    BAD_DATA = "bad_data"
    """The deflated data cannot be read."""
    WRONG_SIZE = "wrong_size"
    """A size that the archive states is not that of the entry."""
    WRONG_CRC = "wrong_crc"
    """The check sum is wrong."""
    OUTSIDE = "outside"
    """A name leaves the folder, is the folder itself, or cannot be a path."""
    CLASH = "clash"
    """A name is both file and folder, passes through a folder that is not there, or is too long for a file."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file that the server takes from the archive.

    Attributes:
        name: The name that it goes by afterwards: what follows the last slash.
        path: The name in the archive.
        content: Its bytes.
        offset: Where its local header stands.
    """

    name: str
    path: str
    content: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class Thrown:
    """What stopped the server.

    Attributes:
        fault: Why.
        path: The name of the entry at which it stopped; None where the name itself cannot be read.
        offset: Where the entry's local header stands.
    """

    fault: Fault
    path: str | None
    offset: int


@dataclass(frozen=True, slots=True)
class Unzipped:
    """The outcome.

    Attributes:
        entries: The files in order, names repeated where they are; empty where something was thrown.
        thrown: What stopped the server, or None.
        io_exception: Whether that leads to "Unable to unzip uploaded file"; otherwise an exception leaves the controller.
        skipped: Names of entries passed over because they stand directly in a folder called __MACOSX.
        folders: Names of entries that are folders.
        end: Where no further local header was found; None where reading did not get there.
        too_large: Whether the limit was passed; then nothing else says anything.
    """

    entries: tuple[Entry, ...] = ()
    thrown: Thrown | None = None
    io_exception: bool = False
    skipped: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    end: int | None = None
    too_large: bool = False


def unzip(content: bytes | mmap, *, limit: int = INFLATED_LIMIT) -> Unzipped:
    """Read an archive as the server does.

    Args:
        content: The bytes that came in, whatever they are.
        limit: How many bytes the entries may have together before `too_large` is said.
    """
    reader = _Reader(content, limit)
    folder = Folder()
    entries: list[Entry] = []
    skipped: list[str] = []
    folders: list[str] = []
    try:
        while (header := reader.header()) is not None:
            path = tuple(part for part in header.path.split("/") if part)
            _demand(folder.contains(path), Fault.OUTSIDE)
            if header.path.endswith("/"):
                _demand(folder.make(path), Fault.CLASH)
                folders.append(header.path)
                reader.data(header, keep=False)
            elif path[-2:-1] == ("__MACOSX",):
                skipped.append(header.path)
                reader.data(header, keep=False)
            else:
                _open(folder, path)
                entries.append(Entry(path[-1], header.path, reader.data(header), header.offset))
    except _Stop as stop:
        thrown = Thrown(stop.fault, reader.path, reader.offset)
        return Unzipped((), thrown, stop.fault is not Fault.NAME_TOO_LONG, tuple(skipped), tuple(folders))
    except _TooLarge:
        return Unzipped(too_large=True)
    return Unzipped(tuple(entries), None, io_exception=False, skipped=tuple(skipped), folders=tuple(folders), end=reader.offset)


class _Stop(Exception):
    """The server throws."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


class _TooLarge(Exception):
    """More was inflated than the limit allows."""


@dataclass(frozen=True, slots=True)
class _Header:
    """What counts of a local header."""

    path: str
    offset: int
    method: int
    streamed: bool
    long_descriptor: bool
    crc: int
    packed: int
    size: int


class _Reader:
    """The bytes, read from the front as ZipInputStream does."""

    def __init__(self, content: bytes | mmap, limit: int) -> None:
        self._content = content
        self._left = limit
        self._position = 0
        self.offset = 0
        self.path: str | None = None

    def header(self) -> _Header | None:
        """The next local header; None where there is none."""
        self.offset, self.path = self._position, None
        fixed = self._content[self._position : self._position + _LOCAL.size]
        if len(fixed) < _LOCAL.size or fixed[:4] != _LOCAL_SIGNATURE:
            return None
        _, flags, method, crc, packed, size, name_length, extra_length = _LOCAL.unpack(fixed)
        self._position += _LOCAL.size
        try:
            path = self.path = self._take(name_length).decode("utf-8")
        except UnicodeDecodeError:
            raise _Stop(Fault.NAME_NOT_UTF8) from None
        units = len(path) + sum(character > "\uffff" for character in path)
        _demand(units <= _NAME_AND_EXTRA, Fault.NAME_TOO_LONG)
        _demand(not flags & _ENCRYPTED, Fault.ENCRYPTED)
        streamed = bool(flags & _HAS_DESCRIPTOR)
        _demand(not streamed or method == _DEFLATED, Fault.STORED_STREAM)
        long_descriptor = False
        if extra_length:
            extra = self._take(extra_length)
            _demand(units + extra_length <= _NAME_AND_EXTRA, Fault.NAME_TOO_LONG)
            if _MAGIC in (packed, size):
                if streamed:
                    long_descriptor = _announces_zip64(extra)
                else:
                    size, packed = _zip64_sizes(extra) or (size, packed)
        return _Header(path, self.offset, method, streamed, long_descriptor, crc, packed, size)

    def data(self, header: _Header, *, keep: bool = True) -> bytes:
        """The entry's bytes, with whatever follows them; empty where they are not kept."""
        if header.method == _DEFLATED:
            return self._inflate(header, keep=keep)
        _demand(header.method == _STORED, Fault.METHOD)
        if header.size <= 0:
            return b""  # and the check sum is not looked at
        data = self._take(header.size)
        self._count(len(data))
        _demand(zlib.crc32(data) == header.crc, Fault.WRONG_CRC)
        return data if keep else b""

    def _inflate(self, header: _Header, *, keep: bool) -> bytes:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        start = self._position
        pieces: list[bytes] = []
        size = crc = 0
        chunk = _FIRST_CHUNK  # small at first: what an entry leaves over is copied
        pending = b""
        while not inflater.eof:
            if not pending:
                pending = self._content[self._position : self._position + chunk]
                self._position += len(pending)
                chunk = min(2 * chunk, _CHUNK)
            try:
                piece = inflater.decompress(pending, _PIECE)
            except zlib.error:
                raise _Stop(Fault.BAD_DATA) from None
            _demand(bool(pending or piece), Fault.CUT_OFF)
            pending = inflater.unconsumed_tail
            size += len(piece)
            crc = zlib.crc32(piece, crc)
            self._count(len(piece))
            if keep:
                pieces.append(piece)
        self._position -= len(inflater.unused_data)
        packed = self._position - start
        self._check(header, size, packed, crc)
        return b"".join(pieces)

    def _check(self, header: _Header, size: int, packed: int, crc: int) -> None:
        """Compare with what the header or, for a streamed entry, the descriptor behind the data says."""
        stated = header.crc, header.packed, header.size
        if header.streamed:
            long = header.long_descriptor or size > _MAGIC or packed > _MAGIC
            layout = _DESCRIPTOR_64 if long else _DESCRIPTOR
            # Java reads the length with a signature, and gives four bytes back where there is none.
            record = self._take(4 + layout.size)
            if record[:4] == _DESCRIPTOR_SIGNATURE:
                stated = layout.unpack_from(record, 4)
            else:
                stated = layout.unpack_from(record)
                self._position -= 4
        _demand(stated[2] == size and stated[1] == packed, Fault.WRONG_SIZE)
        _demand(stated[0] == crc, Fault.WRONG_CRC)

    def _take(self, length: int) -> bytes:
        """The next bytes, all of them."""
        taken = self._content[self._position : self._position + length]
        _demand(len(taken) == length, Fault.CUT_OFF)
        self._position += length
        return taken

    def _count(self, size: int) -> None:
        """Hold the limit."""
        self._left -= size
        if self._left < 0:
            raise _TooLarge


def _demand(condition: bool, fault: Fault) -> None:  # noqa: FBT001  the condition is what it is about
    """Stop as the server does where a condition does not hold."""
    if not condition:
        raise _Stop(fault)


def _open(folder: Folder, path: Path) -> None:
    """Make room for a file and open it, as the server does before it reads the data."""
    _demand(folder.make(path[:-1]) and folder.write(path), Fault.CLASH)


def _zip64_sizes(extra: bytes) -> tuple[int, int] | None:
    """Size and packed size of the last ZIP64 field that is long enough; Java reads fields while more than four bytes are left."""
    found: tuple[int, int] | None = None
    position = 0
    while position + _FIELD.size < len(extra):
        tag, length = _FIELD.unpack_from(extra, position)
        position += _FIELD.size
        if position + length > len(extra):
            break
        if tag == _ZIP64 and length >= _SIZES_64.size:
            found = _SIZES_64.unpack_from(extra, position)
        position += length
    return found


def _announces_zip64(extra: bytes) -> bool:
    """Whether the descriptor of a streamed entry has sizes of eight bytes: there is a ZIP64 field, however short."""
    position = 0
    while position + _FIELD.size < len(extra):
        tag, length = _FIELD.unpack_from(extra, position)
        if position + _FIELD.size + length > len(extra):
            return False
        if tag == _ZIP64:
            return True
        position += _FIELD.size + length
    return False
