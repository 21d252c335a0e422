"""Text files: CSV with commas, semicolons or tabs, in the encodings that people's programs write."""

from __future__ import annotations

import csv
import io
from collections import Counter

from provkit.errors import SourceError
from provkit.rules import Finding, Origin
from provkit.schemas.layouts import BY_HEADER
from provkit.sources.decoding import decode
from provkit.sources.detect import upload_kind
from provkit.sources.rules import encoding_guessed
from provkit.tables import Sheet

__all__ = ["delimiter_of", "read_text"]

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

_END = "\x1f\x1fend of the file\x1f\x1f"
"""Stands below the last row while parsing: if it is not read as a row of its own, a quote was never closed."""


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


def read_text(content: bytes, name: str, encoding: str | None = None) -> tuple[Sheet, str, tuple[Finding, ...]]:
    """Read one text file.

    In a file whose header line is exactly one of the upload's, a doubled backslash is one: the server's reader escapes with it, and so
    does provkit when it writes. Everywhere else a backslash is a backslash.

    Args:
        content: The file's bytes.
        name: Its name, without folders.
        encoding: How it is written where it does not say so itself; None guesses, if that can be done safely.

    Returns:
        The sheet, what it was read as in words, and findings about the file.

    Raises:
        SourceError: It is no text, or a quote in it is never closed.
    """
    decoded = decode(content, name, encoding)
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
