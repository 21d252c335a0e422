"""The message for new guests as message.properties: written from its parts, or kept as somebody wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from provkit import properties

__all__ = ["for_pasting", "mended", "to_properties"]

_BOM = b"\xef\xbb\xbf"


def to_properties(parts: Mapping[str, str]) -> bytes:
    """A message's parts as message.properties; line ends of any kind are line ends.

    Args:
        parts: sender, subject and body; what is missing is empty.
    """
    sender, subject, body = (
        parts.get(part, "").replace("\r\n", "\n").replace("\r", "\n") for part in ("sender", "subject", "body")
    )
    return properties.write(sender, subject, body)


def for_pasting(content: bytes) -> str:
    """A message as a text to paste on the upload page, which takes sender, subject and body one by one.

    Args:
        content: A message.properties.

    Raises:
        ValueError: The server could not read it.
    """
    message = properties.read(content)
    return f"Sender:\n{message.sender or ''}\n\nSubject:\n{message.subject or ''}\n\nText:\n{message.body or ''}\n"


def mended(content: bytes) -> bytes:
    r"""Somebody's message.properties: the same bytes where it arrives as written, else written anew.

    Written anew are files in UTF-8 or cp1252 with letters that the server would garble, files with a byte order mark, and files with an
    odd number of quotation marks, which would refuse the whole upload. Nothing is guessed: where keys are missing or lines belong to
    nothing, the file stays as it is, and `provkit validate` says so.

    Args:
        content: The file's bytes.
    """
    marked = content.startswith(_BOM)
    text = content.removeprefix(_BOM)
    encoding = _encoding(text)
    if not marked and encoding == "latin-1" and content.count(b'"') % 2 == 0:
        return content
    units = _as_escapes(text.decode(encoding, "replace"))
    try:
        found = [(entry.key.lower(), entry.value) for entry in properties.entries(units)]
    except properties.MalformedEscape:
        return content
    values = dict(found)
    if len(found) != 3 or set(values) != {"sender", "subject", "body"}:
        return content
    return properties.write(values["sender"], values["subject"], values["body"])


def _encoding(content: bytes) -> str:
    """How a file's letters are written, "latin-1" being what the server reads."""
    if content.isascii():
        return "latin-1"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252" if any(0x80 <= byte < 0xA0 for byte in content) else "latin-1"
    return "utf-8"


def _as_escapes(text: str) -> bytes:
    r"""A text with every letter beyond ASCII as `\uXXXX`, which the server reads as that letter."""

    def escaped(match: re.Match[str]) -> str:
        units = match[0].encode("utf-16-be").hex()
        return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))

    return re.sub("[^\x00-\x7f]", escaped, text).encode("ascii")
