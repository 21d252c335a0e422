"""The records of a CSV file in columns, as the receiving server's reader gives them, read by Arrow wherever that provably agrees.

Without a backslash the server's reader is inside quotes exactly where an odd number of quotes stands before, so records end at the
line ends with an even number before them. A record is *plain* if Arrow reads it as the server does: no backslash, no CR inside it, not
blank, all its quotes at field edges or doubled inside a quoted field, and as many fields as most. Runs of plain records are Arrow's;
the exact reader takes the others one by one and hands back where they end.
"""

from __future__ import annotations

import mmap as mappings
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from mmap import mmap
from typing import Any, TypeAlias, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from provkit.column import Column, Strings, integers, texts
from provkit.receiver.dialect import UnterminatedQuote, parse, split_lines
from provkit.receiver.java import decode_utf8
from provkit.schemas.layouts import BY_HEADER, LAYOUTS

__all__ = ["Records", "positions", "read"]

Bytes: TypeAlias = bytes | mmap

_CODED = pa.dictionary(pa.int32(), pa.string())
_MARK = b"\xef\xbb\xbf"
_QUOTE, _COMMA, _LF, _CR, _BACKSLASH = b'",\n\r\\'
_BLOCK = 1 << 22
_SCANNED = 1 << 24
"""How much is looked through at a time: after each time a thread may have to wait for another one."""
_BLANK_LINE = b"\n\n"
_LONGEST_HEADER = 1 << 16
_FEW = 256
"""Up to so many stretches are put together from slices; beyond, rows are gathered one by one."""
_MANY = 100_000
"""Beyond so many records of another width nothing is gained by Arrow's reading of the others."""
_WIDEST = 32
"""Fields beyond this position are kept by record instead of in columns; no kind of file has so many."""
_ONE_EACH = frozenset({"user_id", "login_id", "email", "first_name", "last_name", "short_name", "long_name"})
"""Columns in which most rows have a value of their own, as in the key of a kind; the others are coded while they are read."""


class _Irregular(Exception):
    """Arrow met something that it does not read as the server does."""


@dataclass(frozen=True, eq=False)
class Records:
    """All records of one file; record 0 is the header.

    Attributes:
        lengths: How many fields each record has (int32).
        columns: The fields by position; null where a record is shorter.
        content: The bytes they were read from, valid UTF-8.
        starts: The index of the byte at which each record begins (int64); None where each record is one line and nobody had to look.
        one_line: Whether each record is one line.
        as_written: Whether there is neither a quotation mark nor a backslash nor a CR, so that what is read is what is written.
        wide: All fields of records that have more than there are columns.
    """

    lengths: np.ndarray
    columns: Sequence[Column]
    content: Bytes
    starts: np.ndarray | None = None
    one_line: bool = False
    as_written: bool = False
    wide: Mapping[int, list[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lengths)

    def column(self, index: int) -> Strings:
        """One column over all records, the header included; null where a record is shorter.

        Args:
            index: 0 for the first.
        """
        return self.columns[index].strings

    def fields(self, record: int) -> list[str]:
        """The fields of one record.

        Args:
            record: 0 for the header.
        """
        if record in self.wide:
            return list(self.wide[record])
        return [self.columns[index].at(record) or "" for index in range(int(self.lengths[record]))]

    def line(self, record: int) -> int:
        """The physical line on which a record starts, the header's being 1; LF, CRLF and CR each end a line.

        Args:
            record: 0 for the header.
        """
        if self.one_line or self.starts is None:
            return record + 1
        return int(self._line_ends.searchsorted(self.starts[record], side="right")) + 1

    def coded(self, index: int) -> Column:
        """The same with its distinct values.

        Args:
            index: 0 for the first.
        """
        return self.columns[index]

    @cached_property
    def _line_ends(self) -> np.ndarray:
        return _line_ends(np.frombuffer(self.content, np.uint8))


def read(content: bytes | mmap) -> Records:
    """Read a file as the server does.

    Args:
        content: Any bytes.

    Returns:
        Its records; none at all for an empty file.

    Raises:
        UnterminatedQuote: A quote is open at the end.
    """
    data = _valid(content)
    if not len(data):
        return Records(np.zeros(0, np.int32), (), data)
    records = _read(data)
    if sys.platform != "win32" and isinstance(data, mmap):
        data.madvise(mappings.MADV_DONTNEED)  # the columns are copies; the system brings back what somebody asks for again
    return records


def _read(data: Bytes) -> Records:
    if not _holds(data, _QUOTE) and not _holds(data, _CR):
        try:
            return _lines(data)
        except _Irregular:
            pass
    return _Reader(data).read()


def _valid(content: bytes | mmap) -> Bytes:
    """The content with whatever is malformed replaced as Java does; the same bytes where nothing is."""
    if len(content):
        offsets = pa.py_buffer(np.array([0, len(content)], np.int64).data)
        text = pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(content)])
        try:
            text.validate(full=True)
        except pa.ArrowInvalid:
            return decode_utf8(content).encode()
    return content


def _holds(data: Bytes, byte: int) -> bool:
    """Whether a byte is in it. A file that is mapped is slow to search, and no other thread gets on meanwhile; numpy lets them."""
    array = np.frombuffer(data, np.uint8)
    mask = np.empty(min(len(array), _SCANNED), bool)
    parts = (array[start : start + _SCANNED] for start in range(0, len(array), _SCANNED))
    return any(np.equal(part, byte, out=mask[: len(part)]).any() for part in parts)


def positions(data: Bytes | np.ndarray, byte: int) -> np.ndarray:
    """Where a byte stands, ascending.

    Args:
        data: Bytes of any number; a part at a time, since a mask of the whole would take as much memory again.
        byte: Which.
    """
    array = np.frombuffer(data, np.uint8)
    mask = np.empty(min(len(array), _SCANNED), bool)
    found = [np.zeros(0, np.int64)]
    for start in range(0, len(array), _SCANNED):
        part = array[start : start + _SCANNED]
        found.append(np.flatnonzero(np.equal(part, byte, out=mask[: len(part)])) + start)
    return np.concatenate(found)


def _lines(data: Bytes) -> Records:
    """A file without quotes and CR, so that every line is a record; nearly all have as many fields as the header, and no backslash.

    Arrow takes a blank line for a row of empty fields, so one is only looked for where a row begins with an empty field.

    Raises:
        _Irregular: It is not as even as that.
    """
    end = data.find(b"\n", 0, _LONGEST_HEADER) + 1
    if end < 2:
        raise _Irregular
    backslashes = _holds(data, _BACKSLASH)
    odd = [(0, end), *(_with_backslash(data, end) if backslashes else ())]
    header = _line(data, *odd[0])
    width = len(header)
    if width > _WIDEST:
        raise _Irregular
    starts: np.ndarray | None = None
    try:
        even = _arrow(_without(data, odd), width, quotes=False, one_each=_one_each(header))
        numbers = _lines_before(data, odd)
    except _Irregular:
        starts = np.concatenate([np.zeros(1, np.int64), positions(data, _LF) + 1])
        starts = starts[: len(starts) - int(starts[-1] == len(data))]
        odd = sorted({*odd, *_of_other_width(data, width, starts)})
        even = _arrow(_without(data, odd), width, quotes=False, one_each=_one_each(header))
        numbers = np.searchsorted(starts, [start for start, _ in odd])
    fields = [_line(data, start, stop) for start, stop in odd]
    plain = np.ones(len(odd) + len(even[0]), bool)
    if max(map(len, fields)) > _WIDEST or numbers[-1] >= len(plain) or (starts is not None and len(starts) != len(plain)):
        raise _Irregular
    plain[numbers] = False
    records = replace(
        _put_together(even, fields, plain, width, data=data, starts=starts), one_line=True, as_written=not backslashes
    )
    if records.coded(0).equals("").any() and data.find(_BLANK_LINE) >= 0:
        raise _Irregular
    return records


def _without(data: Bytes, lines: Sequence[tuple[int, int]]) -> bytes | memoryview:
    """What is left without some lines.

    Args:
        data: The bytes.
        lines: Where each begins and ends, in order; the first is that of the header.
    """
    view, ends = memoryview(data), [*(start for start, _ in lines[1:]), len(data)]
    pieces = [view[stop:start] for (_, stop), start in zip(lines, ends, strict=True) if stop < start]
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _lines_before(data: Bytes, lines: Sequence[tuple[int, int]]) -> np.ndarray:
    """How many lines stand before each of a few."""
    array = np.frombuffer(data, np.uint8)
    between = [np.count_nonzero(array[stop:start] == _LF) for (_, stop), (start, _) in pairwise(lines)]
    return np.cumsum([0, *between]) + np.arange(len(lines))


def _line(data: Bytes, start: int, stop: int) -> list[str]:
    """The fields of a record that is one line without quotes and CR."""
    text = bytes(data[start:stop]).decode().removesuffix("\n")
    return next(parse([text]))[0] if "\\" in text else text.split(",")


def _of_other_width(data: Bytes, width: int, starts: np.ndarray) -> Iterator[tuple[int, int]]:
    """Where lines with another number of fields begin and end.

    In a line of more than 255 fields the count is off by that many; Arrow's own count does not agree then.

    Raises:
        _Irregular: There are too many.
    """
    commas = np.add.reduceat((np.frombuffer(data, np.uint8) == _COMMA).view(np.uint8), starts, dtype=np.uint8)
    found = np.flatnonzero(commas != width - 1)
    if len(found) > _MANY:
        raise _Irregular
    stops = np.append(starts, len(data))[found + 1]
    yield from zip(starts[found].tolist(), stops.tolist(), strict=True)


def _one_each(header: Sequence[str]) -> frozenset[int]:
    """The positions of columns in which most rows have a value of their own; all columns where the header is none that is known."""
    kind, names = BY_HEADER.get(",".join(header), (None, ()))
    if kind is None or len(names) != len(header):
        return frozenset(range(len(header)))
    key = LAYOUTS[kind].key
    return frozenset(index for index, name in enumerate(names) if name in _ONE_EACH or key == (name,))


def _with_backslash(data: Bytes, start: int) -> list[tuple[int, int]]:
    """Where lines with a backslash begin and end.

    Raises:
        _Irregular: There are too many.
    """
    lines: list[tuple[int, int]] = []
    found = data.find(b"\\", start)
    while found >= 0:
        if len(lines) == _FEW:
            raise _Irregular
        stop = data.find(b"\n", found) + 1 or len(data)
        lines.append((data.rfind(b"\n", 0, found) + 1, stop))
        found = data.find(b"\\", stop)
    return lines


def _arrow(data: Bytes | memoryview, width: int, *, quotes: bool, one_each: Collection[int]) -> list[Strings]:
    """The columns of plain records of one width, read by Arrow: as dictionaries, but for those in which most values stand once.

    Raises:
        _Irregular: Arrow cannot read it; a record has another width.
    """
    if not len(data):
        return [pa.chunked_array([], pa.string())] * width
    names = [str(index) for index in range(width)]
    if bytes(data[:3]) == _MARK:
        data = _MARK + bytes(data)  # Arrow passes over one byte order mark; the server over none
    try:
        table = pyarrow.csv.read_csv(
            cast("Any", pa.BufferReader(pa.py_buffer(data))),  # its stubs know only Python's own files
            read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=_BLOCK),
            parse_options=pyarrow.csv.ParseOptions(
                quote_char='"' if quotes else False,
                double_quote=True,
                escape_char=False,
                newlines_in_values=quotes,
                ignore_empty_lines=False,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                check_utf8=False,
                column_types={name: pa.string() if int(name) in one_each else _CODED for name in names},
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        raise _Irregular from None
    return list(table.columns)


def _line_ends(array: np.ndarray) -> np.ndarray:
    """The index just behind each line end (LF, CRLF, CR), and the size where the last line has none."""
    feeds, returns = positions(array, _LF), positions(array, _CR)
    if len(returns):
        followed = np.zeros(len(returns), bool)
        inner = returns[returns + 1 < len(array)]
        followed[: len(inner)] = array[inner + 1] == _LF
        ends = np.sort(np.concatenate([feeds, returns[~followed]])) + 1
    else:
        ends = feeds + 1
    if not len(ends) or ends[-1] != len(array):
        ends = np.append(ends, len(array))
    return ends


class _Reader:
    """Reads a file that is not even: finds where records end, and shares them out between Arrow and the exact reader."""

    def __init__(self, data: Bytes) -> None:
        self.data = data
        self.array = np.frombuffer(data, np.uint8)
        self.quotes = positions(data, _QUOTE)
        self.ends = _line_ends(self.array)
        self.quotes_before = np.searchsorted(self.quotes, self.ends)
        # Stretches of records between backslashes: ends of records whose reading needs no look at characters.
        self.bounds: list[np.ndarray] = []
        self.exact: dict[int, list[str]] = {}
        """Records that the exact reader has read, by the index at which they begin."""

    def read(self) -> Records:
        self._cut()
        stops = np.concatenate(self.bounds)
        starts = np.concatenate([[0], stops[:-1]])
        plain = self._plain(starts, stops)
        width = self._widths(starts, stops, plain)
        for record in np.flatnonzero(~plain).tolist():
            if int(starts[record]) not in self.exact:
                self.exact[int(starts[record])] = self._one(int(starts[record]), int(stops[record]))
        return self._assemble(starts, stops, plain, width)

    def _cut(self) -> None:
        """Find where each record ends; where a backslash stands, the exact reader says."""
        position = 0
        for backslash in self._backslashes():
            if backslash < position:
                continue
            first, last = np.searchsorted(self.ends, [position, backslash], side="right")
            stops = self._even_ends(position, int(first), int(last))
            if len(stops):
                self.bounds.append(stops)
                position = int(stops[-1])
            position = self._exactly(position)
        if position < len(self.array):
            first = int(np.searchsorted(self.ends, position, side="right"))
            stops = self._even_ends(position, first, len(self.ends))
            if not len(stops) or stops[-1] != len(self.array):
                last_stop = int(stops[-1]) if len(stops) else position
                raise UnterminatedQuote(int(np.searchsorted(self.ends, last_stop, side="right")) + 1)
            self.bounds.append(stops)

    def _backslashes(self) -> Iterator[int]:
        yield from positions(self.data, _BACKSLASH).tolist()

    def _even_ends(self, position: int, first: int, last: int) -> np.ndarray:
        """Of the line ends first to last those with an even number of quotes since a record began at `position`."""
        before = int(np.searchsorted(self.quotes, position))
        return np.asarray(self.ends[first:last][(self.quotes_before[first:last] - before) % 2 == 0])

    def _exactly(self, position: int) -> int:
        """Read the record at `position` and those right behind it that hold a backslash; where the next one begins."""
        line = int(np.searchsorted(self.ends, position, side="right"))
        taken: list[int] = []
        for fields, count in self._records_from(position, line):
            self.exact[position] = fields
            line += count
            position = int(self.ends[line - 1])
            taken.append(position)
            if position == len(self.array) or self.data[position : int(self.ends[line])].find(b"\\") < 0:
                break
        self.bounds.append(np.array(taken, np.int64))
        return position

    def _records_from(self, position: int, line: int) -> Iterator[tuple[list[str], int]]:
        """Records from a place on, decoding a growing number of lines at a time."""
        first, many = line, 4
        while position < len(self.array):
            last = min(line + many, len(self.ends))
            text = split_lines(bytes(self.data[position : int(self.ends[last - 1])]).decode())
            read = 0
            try:
                for fields, _, count in parse(text, line + 1):
                    yield fields, count
                    read += count
            except UnterminatedQuote:
                if last == len(self.ends):
                    raise UnterminatedQuote(line + read + 1) from None
            line += read
            position = int(self.ends[line - 1]) if line > first else position
            many *= 2

    def _blank(self, starts: np.ndarray) -> np.ndarray:
        """Records of nothing but a line end."""
        first = self.array[starts]
        return np.asarray((first == _LF) | (first == _CR))

    def _plain(self, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
        plain = np.ones(len(starts), bool)
        plain[np.searchsorted(starts, np.fromiter(self.exact, np.int64, len(self.exact)))] = False
        size = len(self.array)
        # Arrow passes over a byte order mark where it begins to read.
        marked = starts[self.array[starts] == _MARK[0]]
        for start in marked.tolist():
            if self.data[start : start + 3] == _MARK:
                plain[np.searchsorted(starts, start)] = False
        # A CR that is not part of the record's own end.
        returns = positions(self.data, _CR)
        if len(returns):
            record = np.searchsorted(stops, returns, side="right")
            tail = stops[record] - returns
            own = (tail == 1) | ((tail == 2) & (self.array[np.minimum(returns + 1, size - 1)] == _LF))
            plain[record[~own]] = False
        if len(self.quotes):
            record = np.searchsorted(stops, self.quotes, side="right")
            counts = np.bincount(record, minlength=len(starts))
            offset = np.concatenate([[0], np.cumsum(counts)[:-1]])
            opening = (np.arange(len(self.quotes)) - offset[record]) % 2 == 0
            before = np.where(self.quotes > 0, self.array[np.maximum(self.quotes - 1, 0)], _LF)
            after = np.where(self.quotes + 1 < size, self.array[np.minimum(self.quotes + 1, size - 1)], _LF)
            at_start = (before == _COMMA) | (before == _QUOTE) | (self.quotes == starts[record])
            at_end = (after == _COMMA) | (after == _QUOTE) | (after == _LF) | (after == _CR)
            plain[record[~np.where(opening, at_start, at_end)]] = False
        return plain

    def _widths(self, starts: np.ndarray, stops: np.ndarray, plain: np.ndarray) -> int:
        """The commonest number of fields among plain records; those with another are not plain for Arrow."""
        commas = positions(self.data, _COMMA)
        if len(self.quotes):
            commas = commas[~self._inside_quotes(commas, stops)]
        lengths = np.diff(np.searchsorted(commas, stops), prepend=0) + 1
        blank = self._blank(starts)
        counted = lengths[plain & ~blank]
        width = int(np.bincount(np.minimum(counted, _WIDEST + 1)).argmax()) if len(counted) else 1
        # Arrow reads a blank line as a row of empty fields, of which only the first is kept.
        plain &= ((lengths == width) | blank) & (width <= _WIDEST)
        return width

    def _inside_quotes(self, commas: np.ndarray, stops: np.ndarray) -> np.ndarray:
        """Which commas have an odd number of quotes between the beginning of their record and themselves."""
        quotes = np.diff(np.searchsorted(self.quotes, stops), prepend=0)
        # A record that backslashes left with an odd number is followed by one that begins outside quotes all the same.
        toggles = np.concatenate([self.quotes, stops[quotes % 2 == 1]])
        toggled = np.zeros(len(commas) + 1, np.uint8)
        np.bitwise_xor.at(toggled, np.searchsorted(commas, toggles), np.uint8(1))
        return np.bitwise_xor.accumulate(toggled)[:-1].astype(bool)

    def _one(self, start: int, stop: int) -> list[str]:
        text = bytes(self.data[start:stop]).decode()
        return next(parse(split_lines(text)))[0]

    def _assemble(self, starts: np.ndarray, stops: np.ndarray, plain: np.ndarray, width: int) -> Records:
        even: list[Strings] = []
        if plain.any():
            try:
                header = self._one(0, int(stops[0])) if 0 not in self.exact else self.exact[0]
                joined = self._joined(starts, stops, plain)
                even = _arrow(joined, width, quotes=bool(len(self.quotes)), one_each=_one_each(header))
            except _Irregular:
                even = []
            if not even or len(even[0]) != int(plain.sum()):
                # What Arrow would not take after all.
                for start, stop in zip(starts[plain].tolist(), stops[plain].tolist(), strict=True):
                    self.exact[start] = self._one(start, stop)
                plain, even = np.zeros(len(starts), bool), []
        odd = [self.exact[start] for start in starts[~plain].tolist()]
        records = _put_together(even, odd, plain, width, data=self.data, starts=starts)
        blank = self._blank(starts)
        if not blank.any():
            return records
        records.lengths[blank] = 1
        filled = pa.array(~blank)
        nothing = pa.scalar(None, pa.string())
        rest = [Column(pc.if_else(filled, column.strings, nothing)) for column in records.columns[1:]]
        return replace(records, columns=[*records.columns[:1], *rest])

    def _joined(self, starts: np.ndarray, stops: np.ndarray, plain: np.ndarray) -> bytes | memoryview:
        """The plain records, one behind the other."""
        edges = np.flatnonzero(np.diff(np.concatenate([[False], plain, [False]]).astype(np.int8)))
        view = memoryview(self.data)
        pieces = [view[int(starts[a]) : int(stops[b - 1])] for a, b in zip(edges[::2], edges[1::2], strict=True)]
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _put_together(
    even: list[Strings], odd: list[list[str]], plain: np.ndarray, width: int, *, data: Bytes, starts: np.ndarray | None = None
) -> Records:
    """All records: those of Arrow's columns and those read exactly, in the file's order."""
    numbers = np.flatnonzero(~plain)
    lengths = np.full(len(plain), width, np.int32)
    lengths[numbers] = [len(fields) for fields in odd]
    wide = {number: fields for number, fields in zip(numbers.tolist(), odd, strict=True) if len(fields) > _WIDEST}
    columns = [
        _spliced(
            even[index] if index < len(even) else pa.chunked_array([pa.nulls(int(plain.sum()), pa.string())]),
            [fields[index] if index < len(fields) else None for fields in odd],
            plain,
        )
        for index in range(min(int(lengths.max()), _WIDEST))
    ]
    return Records(lengths, columns, data, starts, wide=wide)


def _spliced(even: Strings, odd: list[str | None], plain: np.ndarray) -> Column:
    """Both kinds of record in the file's order."""
    others = texts(odd)
    if not len(even):
        return Column(pa.chunked_array([others]))
    edges = np.flatnonzero(plain[1:] != plain[:-1]) + 1
    runs = _runs(plain, edges) if len(edges) <= _FEW else None
    coded = pa.types.is_dictionary(even.type)
    if not coded and runs is not None:
        chunks = [chunk for is_even, start, stop in runs for chunk in _slices(even if is_even else others, start, stop)]
        return Column(pa.chunked_array(chunks))
    # The header, which is one of the others, comes to have the first code.
    if coded:
        each_its_own = pa.DictionaryArray.from_arrays(integers(np.arange(len(others), dtype=np.int32)), others)
        both = Column.of_dictionaries([each_its_own, *even.chunks])
    else:
        both = Column.joined([Column(pa.chunked_array([others])), Column(even)])
    if runs is not None:
        ahead = {True: len(odd), False: 0}
        codes = np.concatenate([both.codes[ahead[is_even] + start : ahead[is_even] + stop] for is_even, start, stop in runs])
    else:
        codes = np.empty(len(plain), np.int32)
        codes[~plain], codes[plain] = np.split(both.codes, [len(odd)])
    return Column(coded=(both.values, codes))


def _runs(plain: np.ndarray, edges: np.ndarray) -> list[tuple[bool, int, int]]:
    """The runs of records of one sort, in the file's order: whether they are plain, and from which to which they go among their sort."""
    taken = {True: 0, False: 0}
    found = []
    for start, stop in zip([0, *edges.tolist()], [*edges.tolist(), len(plain)], strict=True):
        sort = bool(plain[start])
        found.append((sort, taken[sort], taken[sort] + stop - start))
        taken[sort] += stop - start
    return found


def _slices(values: Any, start: int, stop: int) -> list[Any]:
    """Part of an array, in chunks if the array has some."""
    part = values.slice(start, stop - start)
    return part.chunks if isinstance(part, pa.ChunkedArray) else [part]
