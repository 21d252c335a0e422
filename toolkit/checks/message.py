r"""What is wrong with a message.properties that the service recognises. How it is read is `provkit.properties`' to say."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from provkit import properties
from provkit.addresses import is_valid
from provkit.checks.catalogue.message import (
    message_backslash,
    message_cut,
    message_escape_malformed,
    message_incomplete_and_asked_for,
    message_incomplete_and_ignored,
    message_key_repeated,
    message_letters_garbled,
    message_value_with_leftovers,
    message_with_byte_order_mark,
    sender_not_an_address,
    sender_not_authorised,
)
from provkit.properties import Entry
from provkit.rules import Finding

__all__ = ["inspect", "looks_like_a_message"]

KEYS = ("sender", "subject", "body")
_BOM = "\u00ef\u00bb\u00bf"
"""A byte order mark as ISO-8859-1 reads it."""

_BEYOND_ASCII = re.compile("[\u0080-\u00ff]+")
_EXCERPT = 12
"""How many characters before and after a fault an excerpt shows."""

_PATH = re.compile(r"(?<![A-Za-z])[A-Za-z]:\\(?!\\)")
_ESCAPE = re.compile(r"\\(.)")
_MEANT = set("nu\\:=#!\"' ")
"""Characters that are commonly meant to stand behind a backslash."""
_BECOMES = {"t": "becomes a tab", "r": "becomes a carriage return", "f": "becomes a form feed", "n": "becomes a line break"}


def looks_like_a_message(name: str, content: bytes) -> bool:
    """Whether a file that the service does not know is meant as the message.

    Args:
        name: Its name.
        content: Its first bytes.
    """
    folded = name.casefold().replace("\\", "/").rpartition("/")[2]
    if ".propert" in folded:
        return True
    keys = re.findall(rb"^[ \t]*(sender|subject|body)[ \t]*[=:]", content, re.IGNORECASE | re.MULTILINE)
    return len({key.lower() for key in keys}) > 1


def inspect(name: str, content: bytes, *, notify: bool, senders: Collection[str] | None) -> Iterator[Finding]:
    """Everything that is wrong with a message.

    Args:
        name: The file's name.
        content: Its bytes.
        notify: Whether a notification is asked for.
        senders: The authorised senders, where they are known.
    """
    try:
        entries = list(properties.entries(content))
    except properties.MalformedEscape as fault:
        yield Finding(message_escape_malformed, name, fault.line, value=fault.text)
        return
    last = {entry.key.lower(): entry for entry in entries}
    marked = next((entry for entry in entries[:1] if entry.key.startswith(_BOM)), None)
    if marked is not None:
        yield Finding(message_with_byte_order_mark, name, 1, details={"key": marked.key.removeprefix(_BOM)})
    yield from _incomplete(name, entries, last, marked, notify=notify)
    yield from _order(name, entries)
    sender = last.get("sender")
    if sender is not None and not properties.is_blank(sender.value):
        yield from _sender(name, sender, senders)
    for key in ("subject", "body"):
        if key in last:
            yield from _value(name, last[key])
    yield from _backslashes(name, content)


def _incomplete(
    name: str, entries: Sequence[Entry], last: Mapping[str, Entry], marked: Entry | None, *, notify: bool
) -> Iterator[Finding]:
    """Missing or blank settings, unless a byte order mark explains them."""
    spoiled = {marked.key.removeprefix(_BOM).lower()} if marked is not None else set()
    missing = [key for key in KEYS if properties.is_blank(last[key].value if key in last else None) and key not in spoiled]
    if not missing:
        return
    unknown = [entry.key for entry in entries if entry.key.lower() not in KEYS and entry is not marked]
    near = _near(missing, unknown)
    broken = message_incomplete_and_asked_for if notify else message_incomplete_and_ignored
    yield Finding(broken, name, details={"missing": ", ".join(missing), "near": f" (what is {near!r}?)" if near else ""})


def _near(missing: Sequence[str], unknown: Sequence[str]) -> str | None:
    """A setting of another name that may be meant for a missing one."""
    from rapidfuzz import fuzz, process

    meant = {"from": "sender", "title": "subject", "text": "body", "message": "body", "content": "body"}
    for key in unknown:
        if meant.get(key.lower()) in missing:
            return key
    found = [process.extractOne(key, unknown, processor=str.lower, scorer=fuzz.ratio, score_cutoff=60) for key in missing]
    return next((str(best[0]) for best in found if best is not None), None)


def _order(name: str, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Settings that stand twice, and lines below the body that belong to nothing."""
    seen: set[str] = set()
    stray: list[Entry] = []
    for entry in entries:
        key = entry.key.lower()
        if key not in KEYS:
            if "body" in seen:
                stray.append(entry)
            continue
        if key in seen:
            yield Finding(message_key_repeated, name, entry.line, details={"key": key})
        seen.add(key)
    if stray:
        what = "this line does" if len(stray) == 1 else f"this line and {len(stray) - 1} more do"
        yield Finding(message_cut, name, stray[0].line, "body", details={"what": what})


def _sender(name: str, sender: Entry, senders: Collection[str] | None) -> Iterator[Finding]:
    """A sender that no authorised address can equal."""
    if not is_valid(sender.value):
        yield Finding(sender_not_an_address, name, sender.line, "sender", sender.value)
    elif senders is not None and sender.value.lower() not in {known.lower() for known in senders}:
        yield Finding(sender_not_authorised, name, sender.line, "sender", sender.value)


def _value(name: str, entry: Entry) -> Iterator[Finding]:
    """A subject or body that arrives with something nobody meant."""
    key, value = entry.key.lower(), entry.value
    for run in _BEYOND_ASCII.finditer(value):
        if _is_garbled(run[0]):
            excerpt = value[max(0, run.start() - _EXCERPT) : run.end() + _EXCERPT]
            yield Finding(message_letters_garbled, name, entry.line, key, excerpt)
            break
    what = None
    if len(value) > 1 and value[0] == value[-1] == '"':
        what = "quotation marks around it"
    elif value.endswith('",') or (key == "subject" and value.endswith(",")):
        what = "a comma at its end"
    elif key == "subject" and value != value.rstrip(" \t"):
        what = "a blank at its end"
    if what is not None:
        yield Finding(message_value_with_leftovers, name, entry.line, key, value[: 4 * _EXCERPT], details={"what": what})


def _is_garbled(run: str) -> bool:
    """Whether letters beyond ASCII were written in UTF-8 or cp1252, which ISO-8859-1 reads as others."""
    if any(letter < "\u00a0" for letter in run):
        return True
    try:
        run.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _backslashes(name: str, content: bytes) -> Iterator[Finding]:
    """Backslashes that were meant as such, as far as the text shows it."""
    column = None
    for number, line in enumerate(re.split(r"\r\n|\r|\n", content.decode("latin-1")), start=1):
        if line.lstrip(" \t\f")[:1] in {"#", "!"}:
            continue
        key = re.match(r"[ \t\f]*(sender|subject|body)[ \t\f]*[=: \t\f]", line, re.IGNORECASE)
        column = key[1].lower() if key else column
        path = _PATH.search(line) is not None
        for escape in _ESCAPE.finditer(line):
            letter = escape[1]
            if letter in _MEANT and not (path and letter == "n"):
                continue
            if letter in "trf" and not path:
                continue
            details = {"letter": letter, "becomes": _BECOMES.get(letter, "vanishes")}
            yield Finding(message_backslash, name, number, column, details=details)
