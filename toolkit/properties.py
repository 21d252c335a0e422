r"""message.properties: read as the receiving server reads it, written so that any text arrives as typed.

Reading is `java.util.Properties.load(InputStream)` of Java 25 with the server's own twist that keys are put in lower case
(`CustomNotificationBuilder.CaselessProperties`). The library javaproperties was tried against Java on generated files and differs in
one point (a comment after a line that holds only a backslash), so the reading is our own.

Writing follows the layout that the university's page shows: one key a line, the body's lines each closed with `\n\`. Only ASCII is
written: the server reads ISO-8859-1, where letters of UTF-8 arrive as two or three wrong ones. No quotation mark is written as it is,
since the server first reads the file as CSV, where an odd number of them refuses the whole upload.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

__all__ = ["FILE_NAME", "Entry", "MalformedEscape", "Message", "entries", "is_blank", "read", "write"]

FILE_NAME = "message.properties"

_BLANKS = " \t\f"
_LINE_END = re.compile(r"\r\n|\r|\n")
_ENTRY = re.compile(r"((?:\\.|[^=: \t\f\\])*+)[ \t\f]*[=:]?[ \t\f]*")
_ESCAPE = re.compile(r"\\(u([0-9A-Fa-f]{4})?|.)", re.DOTALL)
_CONTROLS = {"t": "\t", "r": "\r", "n": "\n", "f": "\f"}
_WHITE_SPACE = (
    "\t\n\x0b\f\r\x1c\x1d\x1e\x1f \u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u2028\u2029\u205f\u3000"
)


class MalformedEscape(ValueError):
    r"""A `\u` without four hexadecimal digits, for which the server throws an IllegalArgumentException.

    Attributes:
        line: The physical line on which it stands, the first being 1.
        text: The escape and what follows it on its line, at most 12 characters.
    """

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text!r} is no escape of a character")
        self.line = line
        self.text = text


@dataclass(frozen=True, slots=True)
class Entry:
    """One key and its value.

    Attributes:
        line: The physical line on which it begins, the first being 1.
        key: The key as written, escapes resolved.
        value: The value, escapes resolved.
    """

    line: int
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Message:
    """What the server takes from a message.properties.

    Attributes:
        sender: The sender's address, or None where the key is missing.
        subject: The subject, or None.
        body: The text, or None.
        exists: Whether there is a file at all.
        valid: Whether none of the three is missing or blank.
    """

    sender: str | None
    subject: str | None
    body: str | None
    exists: bool = True
    valid: bool = True


def read(content: bytes | mmap) -> Message:
    """Read a message.properties as the server does.

    Args:
        content: The file's bytes.

    Raises:
        MalformedEscape: The server would throw, wherever in the file the escape stands but in a comment.
    """
    values = {entry.key.lower(): entry.value for entry in entries(content)}
    sender, subject, body = (values.get(key) for key in ("sender", "subject", "body"))
    return Message(sender, subject, body, valid=not (is_blank(sender) or is_blank(subject) or is_blank(body)))


def entries(content: bytes | mmap) -> Iterator[Entry]:
    """Every key and value of the file, in order, also those that a later one replaces.

    Args:
        content: The file's bytes.

    Raises:
        MalformedEscape: The server would throw.
    """
    for line, pieces in _logical_lines(bytes(content).decode("latin-1")):
        text = "".join(pieces)
        match = _ENTRY.match(text)
        assert match is not None, "the pattern matches any text"
        start = match.end()
        yield Entry(line, _unescaped(match[1], line, pieces, 0), _unescaped(text[start:], line, pieces, start))


def is_blank(text: str | None) -> bool:
    """`StringUtils.isBlank`: nothing, or only what Java calls white space. A no-break space is none.

    Args:
        text: A value, or None.
    """
    return text is None or not text.strip(_WHITE_SPACE)


def write(sender: str, subject: str, body: str) -> bytes:
    r"""A message.properties that gives back exactly these texts when the server reads it.

    Args:
        sender: The sender's address.
        subject: The subject.
        body: The text; its line ends become `\n\` and a new line.

    Raises:
        ValueError: A text holds half of a surrogate pair, which is no character.
    """
    lines = body.split("\n")
    broken = "\\n\\\n".join(map(_escaped, lines[:-1])) + ("\\n" if len(lines) > 1 else "")
    last = _escaped(lines[-1])
    joint = "\\\n" if len(lines) > 1 and last else ""
    return f"sender={_escaped(sender)}\nsubject={_escaped(subject)}\nbody={broken}{joint}{last}\n".encode("ascii")


def _logical_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold keys: number of the first physical line, and the text of each, without blanks before and joints behind."""
    first = 0
    pieces: list[str] = []
    for number, natural in enumerate(_LINE_END.split(text), start=1):
        line = natural.lstrip(_BLANKS)
        if not any(pieces):  # nothing but joints so far: blank lines and comments are passed over
            if not line or line[0] in "#!":
                continue
            first, pieces = number, []
        if (len(line) - len(line.rstrip("\\"))) % 2:
            pieces.append(line[:-1])
            continue
        yield first, [*pieces, line]
        pieces = []
    if pieces:
        yield first, pieces


def _unescaped(text: str, line: int, pieces: list[str], offset: int) -> str:
    """A key or value with its escapes resolved; `offset` is where it begins in the joined pieces."""
    if "\\" not in text:
        return text

    def character(match: re.Match[str]) -> str:
        if match[1][0] != "u":
            return _CONTROLS.get(match[1], match[1])
        if match[2] is None:
            raise _malformed(line, pieces, offset + match.start())
        return chr(int(match[2], 16))

    units = _ESCAPE.sub(character, text)
    if any("\ud800" <= unit <= "\udfff" for unit in units):
        return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return units


def _malformed(line: int, pieces: list[str], position: int) -> MalformedEscape:
    """The error, with the physical line on which the position of the joined pieces stands."""
    for number, piece in enumerate(pieces, start=line):
        if position < len(piece):
            return MalformedEscape(number, piece[position : position + 12])
        position -= len(piece)
    return MalformedEscape(line, "\\u")


def _escaped(text: str) -> str:
    """A value, or one line of it, as it is written."""
    out = _UNSAFE.sub(_escape, text)
    return f"\\{out}" if out.startswith(" ") else out


_UNSAFE = re.compile(r"[^ !#-\[\]-~]")
_NAMED = {"\\": "\\\\", "\t": "\\t", "\r": "\\r", "\n": "\\n", "\f": "\\f"}


def _escape(match: re.Match[str]) -> str:
    """One character that cannot stand as it is."""
    character = match[0]
    if character in _NAMED:
        return _NAMED[character]
    if "\ud800" <= character <= "\udfff":
        raise ValueError(f"U+{ord(character):04X} is half of a surrogate pair and no character")
    units = character.encode("utf-16-be").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))
