"""Text files: CSV with commas, semicolons or tabs, in the encodings that people's programs write."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from provkit.errors import SourceError
from provkit.rules import Finding, Origin
from provkit.schemas.layouts import BY_HEADER
from provkit.sources.detect import upload_kind
from provkit.sources.rules import encoding_guessed
from provkit.tables import Sheet

__all__ = ["Decoded", "decode", "delimiter_of", "read_text"]

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_NAMES = {"cp1252": "Windows-1252", "mac_roman": "Mac Roman"}

_SAMPLE = 20_000
"""How many letters that are not ASCII are looked at to tell one code page from another."""
_FOREIGN = re.compile(r"[^\x00-\x7f]")

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

_END = "\x1f\x1fend of the file\x1f\x1f"
"""Stands below the last row while parsing: if it is not read as a row of its own, a quote was never closed."""


@dataclass(frozen=True)
class Decoded:
    """A file's text.

    Attributes:
        text: What it says.
        encoding: What it was read as, in the user's words.
        guessed: True where nothing in the file proves the encoding.
        marked: True where UTF-8 begins with a byte order mark, which it needs not.
    """

    text: str
    encoding: str
    guessed: bool = False
    marked: bool = False


def decode(content: bytes, name: str) -> Decoded:
    """Find a text file's encoding: a byte order mark, UTF-8, UTF-16 by its pattern of NULs, else the likeliest of the old code pages.

    Args:
        content: The file's bytes.
        name: Its name, for messages.

    Raises:
        SourceError: It is no text.
    """
    for mark, codec in _BOMS:
        if content.startswith(mark):
            try:
                return Decoded(content.decode(codec), codec.removesuffix("-sig").upper(), marked=codec == "utf-8-sig")
            except UnicodeDecodeError:
                raise _no_text(name) from None
    if b"\0" in content:
        codec = "utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be"
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            raise _no_text(name) from None
        if content.count(0) * 4 < len(content) or "\0" in text:
            raise _no_text(name)
        return Decoded(text, "UTF-16")
    try:
        return Decoded(content.decode("utf-8"), "UTF-8")
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes

    matches = from_bytes(content, cp_isolation=list(_NAMES), threshold=1.0, enable_fallback=False)
    candidates = [(match.chaos, match.encoding, content.decode(match.encoding)) for match in matches]
    if not candidates:
        raise _no_text(name)
    # Where nothing tells them apart, the code page of Windows is the likelier; its name comes first.
    _, encoding, text = min(candidates, key=lambda candidate: (_oddities(candidate[2]), *candidate[:2]))
    return Decoded(text, _NAMES[encoding], guessed=True)


def _oddities(text: str) -> int:
    """How often a capital stands inside a word, or a sign touches a letter: what a wrong code page makes of accented letters.

    The library alone takes short lists of names in Mac Roman for Windows-1252.
    """
    odd = 0
    for match in islice(_FOREIGN.finditer(text), _SAMPLE):
        letter, before, after = match[0], text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
        if letter.isalpha():
            odd += letter.isupper() and (before.islower() or (before.isalpha() and after.islower()))
        elif letter == "’":
            odd += not before.isalpha()
        elif letter in "‘“":
            odd += before.isalpha()
        elif not letter.isspace():
            odd += before.isalpha() and after.isalpha() if letter in "–—”…" else before.isalpha() or after.isalpha()
    return odd


def _no_text(name: str) -> SourceError:
    return SourceError(
        f"{name} is not a text file, or its encoding cannot be told.",
        remedy="In Excel choose Save As, type 'CSV UTF-8 (Comma delimited)', and use that file.",
    )


def delimiter_of(text: str) -> str:
    """The character between a file's fields: the one that most rows near the top hold the same number of times.

    Args:
        text: The file's text. A first line `sep=;`, as Excel writes it, decides.
    """
    first = text[:16].splitlines()[0] if text[:16].strip() else ""
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4]
    sample = text[: 1 << 16]
    best, best_score = ",", 0
    for delimiter in _DELIMITERS:
        widths: Counter[int] = Counter()
        try:
            for row, _ in zip(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), range(50), strict=False):
                if len(row) > 1:
                    widths[len(row)] += 1
        except csv.Error:
            continue
        score = max((count * (width - 1) for width, count in widths.items()), default=0)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def read_text(content: bytes, name: str) -> tuple[Sheet, str, tuple[Finding, ...]]:
    """Read one text file.

    In a file whose header line is exactly one of the upload's, a doubled backslash is one: the server's reader escapes with it, and so
    does provkit when it writes. Everywhere else a backslash is a backslash.

    Args:
        content: The file's bytes.
        name: Its name, without folders.

    Returns:
        The sheet, what it was read as in words, and findings about the file.

    Raises:
        SourceError: It is no text, or a quote in it is never closed.
    """
    decoded = decode(content, name)
    delimiter = delimiter_of(decoded.text)
    rows, numbers = _parse(decoded.text, delimiter, name)
    if rows and "".join(rows[0]).lower() == f"sep={delimiter}".replace(delimiter, "") and len(rows[0]) <= 2:
        rows, numbers = rows[1:], numbers[1:]
    kind = upload_kind(rows[0]) if rows else None
    if kind is not None and "\\" in decoded.text and ",".join(rows[0]) in BY_HEADER:
        rows = [[field.replace("\\\\", "\\") for field in row] for row in rows]
    findings: tuple[Finding, ...] = ()
    if decoded.guessed:
        example = next((field for row in rows for field in row if not field.isascii()), "")
        findings = (Finding(encoding_guessed, value=example, origin=Origin(name), details={"encoding": decoded.encoding}),)
    said = f"{decoded.encoding} text with{' a byte order mark and' if decoded.marked else ''} {_DELIMITERS.get(delimiter, repr(delimiter))} between the fields"
    return Sheet(name, None, rows, numbers, kind, text=said), said, findings


def _parse(text: str, delimiter: str, name: str) -> tuple[list[list[str]], list[int]]:
    """Rows, and the physical line on which each starts."""
    if text and text[-1] not in "\r\n":
        text += "\n"
    reader = csv.reader(io.StringIO(text + _END, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    numbers: list[int] = []
    line = 1
    try:
        for row in reader:
            rows.append(row)
            numbers.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise SourceError(f"{name}: the row that begins on line {line} cannot be read ({error}).", remedy=_UNCLOSED) from None
    if rows[-1] != [_END]:
        raise SourceError(
            f'{name}: a quote (") is opened in the row that begins on line {numbers[-1]} and never closed.', remedy=_UNCLOSED
        )
    return rows[:-1], numbers[:-1]


_UNCLOSED = "Look for a single double quote there, such as an inch mark, and take it out; or save the sheet anew as CSV from Excel."
