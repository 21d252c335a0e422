"""Mails as people keep them: .eml and .msg files, and text that was pasted or saved. Only the subject and the text are taken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

from provkit.errors import SourceError

__all__ = ["Letter", "read_letters"]

LARGEST = 25 << 20
"""Bytes of a file that is read as a mail; the service's own mails are a few kilobytes."""

_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_HEADERS = re.compile(rb"\A(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*)+\r?\n")
_OF_A_MAIL = re.compile(rb"(?im)^(?:mime-version|received|message-id|return-path|content-type):")


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail.

    Attributes:
        name: The file it was read from, without folders.
        subject: Its subject; None where it has none.
        text: Its text.
    """

    name: str
    subject: str | None
    text: str


def read_letters(source: Path | bytes, name: str = "standard input") -> tuple[Letter, ...]:
    """The mails in a file: an .eml or .msg and what is forwarded in it as an attachment, or a text.

    Args:
        source: The file, or its bytes.
        name: What bytes are called in messages.

    Raises:
        SourceError: It cannot be read, is too large, or is damaged.
    """
    if isinstance(source, Path):
        name = source.name
        try:
            with source.open("rb") as file:
                content = file.read(LARGEST + 1)
        except OSError as error:
            raise SourceError(f"{source} cannot be read: {error.strerror or error}.") from error
    else:
        content = source
    if len(content) > LARGEST:
        raise SourceError(
            f"{name} is larger than {LARGEST >> 20} MB, too large for a mail.", remedy="Save the mail itself as .eml or text."
        )
    if content.startswith(_COMPOUND_FILE):
        return (_outlook(content, name),)
    head = _HEADERS.match(content.lstrip(b"\xef\xbb\xbf"))
    if head is not None and _OF_A_MAIL.search(head[0]):
        return tuple(_parts(BytesParser(policy=policy.default).parsebytes(content.lstrip(b"\xef\xbb\xbf")), name))
    return (Letter(name, None, _decoded(content)),)


def _parts(message: EmailMessage, name: str) -> Iterator[Letter]:
    """A mail, and the mails attached to it."""
    body = message.get_body(("plain", "html"))
    text = ""
    if isinstance(body, EmailMessage):
        try:
            text = str(body.get_content())
        except (LookupError, ValueError):
            payload = body.get_payload(decode=True)  # a character set that Python does not know
            text = _decoded(payload if isinstance(payload, bytes) else b"")
        if body.get_content_subtype() == "html":
            text = _plain(text)
    subject = message["subject"]
    yield Letter(name, None if subject is None else str(subject), text)
    for part in message.iter_attachments():
        if part.get_content_type() == "message/rfc822":
            attached = part.get_content()
            if isinstance(attached, EmailMessage):
                yield from _parts(attached, name)


def _outlook(content: bytes, name: str) -> Letter:
    """A mail saved by Outlook."""
    from oxmsg import Message

    try:
        message = Message.load(BytesIO(content))
        text = message.body or _plain(message.html_body or "")
        return Letter(name, message.subject, text)
    except Exception as error:
        # The library raises whatever its parsing of a damaged file runs into.
        raise SourceError(
            f"{name} is no mail that can be read.", remedy="Open it, copy its text, and save that as a text file."
        ) from error


def _decoded(content: bytes) -> str:
    """Text in UTF-8 or UTF-16 as its byte order mark says, else in UTF-8 or, where it is not that, in Windows' code page."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


class _Text(HTMLParser):
    """The text of a page, with line ends where a browser shows them."""

    _BREAKS = frozenset({"br", "p", "div", "tr", "li", "pre", "table", "blockquote", "h1", "h2", "h3"})
    _UNSEEN = frozenset({"style", "script", "head", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._unseen = 0
        self._as_is = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in self._BREAKS:
            self.pieces.append("\n")
        self._unseen += tag in self._UNSEEN
        self._as_is += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag in self._BREAKS and tag != "br":
            self.pieces.append("\n")
        self._unseen -= tag in self._UNSEEN
        self._as_is -= tag == "pre"

    def handle_data(self, data: str) -> None:
        if self._unseen <= 0:
            self.pieces.append(data if self._as_is > 0 else re.sub(r"\s+", " ", data))


def _plain(page: str) -> str:
    reader = _Text()
    reader.feed(page)
    reader.close()
    return "".join(reader.pieces)
