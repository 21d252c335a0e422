"""What Java does with characters where Python does otherwise. The server is a Java program."""

from __future__ import annotations

import codecs
from mmap import mmap

__all__ = ["decode_utf8", "equals_ignore_case", "is_whitespace"]

_SURROGATE_LEAD = 0xED
_NO_BREAK_SPACES = "\u00a0\u2007\u202f"


def _malformed(error: UnicodeError) -> tuple[str, int]:
    """Java replaces an encoded surrogate as one unit (three bytes, or what there is of it); Python goes byte by byte."""
    assert isinstance(error, UnicodeDecodeError)
    data, start = error.object, error.start
    if data[start] == _SURROGATE_LEAD and 0xA0 <= int.from_bytes(data[start + 1 : start + 2]) <= 0xBF:
        whole = 0x80 <= int.from_bytes(data[start + 2 : start + 3]) <= 0xBF
        return "\ufffd", start + (3 if whole else 2)
    return "\ufffd", error.end


codecs.register_error("provkit-java", _malformed)


def decode_utf8(content: bytes | mmap | memoryview) -> str:
    """Decode as `InputStreamReader` does: a byte order mark is kept, what is malformed becomes U+FFFD.

    Source: the UTF-8 decoder of the JDK (sun.nio.cs.UTF_8), compared on random bytes.

    Args:
        content: Any bytes.
    """
    return codecs.decode(content, "utf-8", "provkit-java")


def is_whitespace(text: str) -> bool:
    """Whether every character is white space by `Character.isWhitespace`; True for empty text.

    Args:
        text: Any text.
    """
    return all((char.isspace() and char not in _NO_BREAK_SPACES and char != "\x85") or char in "\x1c\x1d\x1e\x1f" for char in text)


def equals_ignore_case(text: str, other: str) -> bool:
    """`String.equalsIgnoreCase`: character by character, through upper and then lower case.

    Args:
        text: Any text.
        other: Any text.
    """
    return len(text) == len(other) and all(
        mine == theirs or _folded(mine) == _folded(theirs) for mine, theirs in zip(text, other, strict=True)
    )


def _folded(char: str) -> str:
    upper = char.upper()
    upper = upper if len(upper) == 1 else char
    return upper.lower()[0]  # only of the dotted capital I does Python make two characters
