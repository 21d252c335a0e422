"""Words that stand in for other words: whatever is personal is replaced, the same each time, and what the rules look at stays.

A word is a run of letters and digits. Its stand-in has letters where it has letters, in the same case, digits where it has digits, a zero at
its beginning where it has one, and the same length; two words that differ have two stand-ins that differ. Everything between words stays: signs,
quotes, blanks, line ends. So what is equal stays equal, whatever the file, and what is an address, an id or a number stays one.

Kept as they are: the words of the formats themselves (columns, roles, states, what provkit knows columns and answers by), top-level domains and
those domains that a rule knows, dates and times since 2000, single letters, and numbers of up to two digits.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import re
import secrets
import string
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache, cached_property
from importlib import import_module
from importlib.resources import files
from types import ModuleType
from typing import Any

from provkit._tlds import TLDS

__all__ = ["StandIns", "kept_domains", "vocabulary"]

_MODULES = (
    *("provkit.schemas.layouts", "provkit.schemas.users", "provkit.schemas.courses", "provkit.schemas.sections"),
    *("provkit.schemas.enrollments", "provkit.schemas.expand", "provkit.schemas.canvas", "provkit.schemas.people"),
    *("provkit.schemas.dates", "provkit.vocabulary", "provkit.authoring.normalize", "provkit.authoring.dates"),
    *("provkit.authoring.message_sheet", "provkit.authoring.names", "provkit.sources.sensitive", "provkit.sources.canvas"),
    *("provkit.sources.oneroster", "provkit.sources.school", "provkit.sources.school_data_sync", "provkit.sources.peoplesoft"),
    *("provkit.sources.qualtrics", "provkit.sources.records", "provkit.properties"),
)
"""Where the words stand that provkit knows columns, answers, roles and states by."""

_MORE = (
    "sender subject body message properties test true false yes no null none na ref value name div num error getting data calc spill "
    "http https www mailto html head title style script meta link img src href table thead tbody tr td th br div span strong em ul ol li "
    "password passphrase social security number birth date day phone mobile home address street zip postal code gender "
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec am pm utc gmt est edt "
    "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun "
    "dissociate accounts terms roles blueprints courses users official classes senders sections known "
    "csv txt tsv zip xlsx xlsm xls xlsb ods pdf properties macosx package json xml"
)

_WORD = r"(?:[^\W_]|[\udcc0-\udcff])+"
"""A run of letters and digits; bytes that are no UTF-8 and letters in most other encodings (as Python keeps them) among them."""
_TOKEN = re.compile(
    r"(?P<kept>\\u[0-9A-Fa-f]{4}|\\[^\r\n]"  # escapes of CSV and properties
    r"|(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"  # an address of the internet
    r"|\b20\d\d-\d\d?-\d\d?[T ]\d\d?:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?\b|\b20\d\d-\d\d?-\d\d?\b"
    r"|\b20[0-3]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:T\d{4,6}Z?)?\b"
    r"|\b(?:SP|SU|FA|WI)\d\d\b)"  # a term in the id of an official class
    r"|(?P<science>\b\d(?:[.,]\d+)?[eE][+-]?\d+\b)"
    r"|(?<=@)(?P<domain>[^\s@,;\"'<>()\\]*[^\s@,;\"'<>()\\.])"
    rf"|(?P<word>{_WORD})"
)
_LABEL = re.compile(_WORD)
_YEAR = re.compile(r"20[0-3]\d")
_LAST_CENTURY = re.compile(r"(19)(\d\d)")
_ALIKE = 84
"""From which likeness on (of 100) a word may be a misspelled role or state, which rules look at."""


def _texts(value: Any) -> Iterator[str]:
    """The texts of a constant, however it is nested."""
    if isinstance(value, str):
        yield value
        return
    if isinstance(value, re.Pattern):
        value = [str(value.pattern)]
    elif isinstance(value, type):
        value = [str(one.value) for one in value] if issubclass(value, Enum) else []
    elif isinstance(value, Mapping):
        value = [*value.keys(), *value.values()]
    elif hasattr(value, "__dataclass_fields__"):
        value = [getattr(value, name) for name in value.__dataclass_fields__]
    for one in value if isinstance(value, (tuple, list, set, frozenset)) else ():
        yield from _texts(one)


def _constants(module: ModuleType) -> Iterator[str]:
    from provkit.rules import Rule

    for name, value in vars(module).items():
        if not name.startswith("__") and not isinstance(value, (Rule, ModuleType)):
            yield name
            yield from _texts(value)


@cache
def vocabulary() -> frozenset[str]:
    """Every word that stays as it is, casefolded."""
    texts = [_MORE]
    for name in _MODULES:
        texts += _constants(import_module(name))
    profiles = files("provkit.templates") / "profiles"
    texts += [profile.read_text("utf-8") for profile in profiles.iterdir() if profile.name.endswith(".toml")]
    return frozenset(word.casefold() for text in texts for word in _LABEL.findall(text))


@cache
def kept_domains() -> tuple[str, ...]:
    """The domains that rules know; they stay as they are, their subdomains' own labels do not."""
    from provkit.checks import people as checked
    from provkit.schemas import people

    misspelled = people._MISSPELLED  # noqa: SLF001 - the only list of them
    return (*checked.UNIVERSITY_DOMAINS, "indiana.edu", *checked._RESERVED, *misspelled, *dict.fromkeys(misspelled.values()))  # noqa: SLF001


@cache
def _judged() -> tuple[str, ...]:
    """Words that rules look for in misspelled or longer forms too."""
    from provkit.schemas import canvas, courses, enrollments

    found = [*canvas._STATUSES, *courses._STATUSES, *enrollments._STATUSES, *enrollments.STANDARD_ROLES, *enrollments.ROLE_TYPES]  # noqa: SLF001
    return tuple(dict.fromkeys(word.casefold() for one in found for word in _LABEL.findall(one) if len(word) > 3))


class StandIns:
    """Stand-ins for the words of one set of texts. First every text is looked at (`learn`), then each is replaced.

    Args:
        key: What they are made with; by default drawn, and kept nowhere.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._key = secrets.token_bytes(32) if key is None else key
        self._seen: dict[str, None] = {}
        self._made: dict[str, str] = {}
        self._taken: set[str] = set()

    def learn(self, text: str) -> str:
        """Look at a text, so that no stand-in is a word of it.

        Args:
            text: Any text.

        Returns:
            The same text.
        """
        self._seen |= dict.fromkeys(word.lower() for word in _LABEL.findall(text))
        return text

    def replace(self, text: str) -> str:
        """A text with its stand-ins.

        Args:
            text: A text that `learn` has seen.
        """
        return _TOKEN.sub(self._token, text)

    def rename(self, name: str) -> str:
        """A file's name with its stand-ins; its ending stays.

        Args:
            name: The name, with folders or without.
        """
        stem, ending = re.fullmatch(r"(.*?)((?:\.[A-Za-z0-9]{1,10})?)", name, re.DOTALL).groups()  # type: ignore[union-attr]
        return self.replace(stem) + ending

    @cached_property
    def _words(self) -> frozenset[str]:
        return vocabulary()

    def is_kept(self, word: str) -> bool:
        """Whether a word stays as it is.

        Args:
            word: A run of letters and digits.
        """
        low = word.lower()
        return (
            len(word) < 2
            or (word.isdigit() and len(word) < 3)
            or _YEAR.fullmatch(word) is not None
            or word.casefold() in self._words
            or low in _judged()
            or (len(word) > 4 and _is_like(low))
        )

    def _token(self, found: re.Match[str]) -> str:
        if found["word"] is not None:
            return self._word(found["word"])
        if found["domain"] is not None:
            return self._domain(found["domain"])
        if found["science"] is not None:
            head, exponent = re.split(r"(?=[eE])", found["science"], maxsplit=1)
            return _LABEL.sub(lambda word: self._word(word[0]), head) + exponent
        return found[0]

    def _domain(self, text: str) -> str:
        low = text.lower().rstrip(".")
        known = next((one for one in kept_domains() if low == one or low.endswith(f".{one}")), None)
        if known is not None:
            cut = len(low) - len(known)
            return _LABEL.sub(lambda word: self._word(word[0]), text[:cut]) + text[cut:]
        head, dot, last = text.rpartition(".")
        swapped = _LABEL.sub(lambda word: self._word(word[0]), head)
        return swapped + dot + (last if last.lower() in TLDS else _LABEL.sub(lambda word: self._word(word[0]), last))

    def _word(self, word: str) -> str:
        if self.is_kept(word):
            return word
        low = word.lower()
        stem = next((one for one in _judged() if low.startswith(one)), "")
        if stem:
            # "activex" and "Deleted2": a rule asks what a state begins with.
            return word[: len(stem)] + (self._word(word[len(stem) :]) if len(word) > len(stem) else "")
        if len(low) != len(word):
            low = word
        made = self._made.get(low)
        if made is None:
            made = self._made[low] = self._make(low)
            self._taken.add(made)
        return "".join(new.upper() if old.isupper() else new for old, new in zip(word, made, strict=True))

    def _make(self, low: str) -> str:
        slots = _slots(low)
        for number in range(4400):
            made = "".join(slot[digit % len(slot)] for slot, digit in zip(slots, self._stream(low, number), strict=False))
            # Short words may be used up; then the stand-in of one may be another word of the input, but never one that stays as it is.
            used_up = number >= 400
            if made != low and made not in self._taken and made not in self._words and (used_up or not self._is_known(made)):
                return made
        free = ("".join(signs) for signs in itertools.product(*slots))
        return next((made for made in free if made not in self._taken and made not in self._words), low)

    def _is_known(self, made: str) -> bool:
        return made in self._seen or made in TLDS or self.is_kept(made)

    def _stream(self, word: str, number: int) -> Iterator[int]:
        """Numbers without end that follow from the key and the word."""
        for block in itertools.count():
            seed = f"{number} {block} {word}".encode("utf-8", "surrogatepass")
            yield from memoryview(hmac.digest(self._key, seed, hashlib.sha256)).cast("H")


def _slots(word: str) -> list[str]:
    """Per sign, the signs that may stand in for it."""
    century = _LAST_CENTURY.fullmatch(word)
    fixed = 2 if century is not None else 1 if word[0] == "0" else 0
    mixed = any(sign in _ASCII for sign in word)
    slots = []
    for index, sign in enumerate(word):
        if index < fixed:
            slots.append(sign)
        elif sign in string.digits:
            slots.append(string.digits[1:] if index == 0 else string.digits)
        elif sign in _ASCII:
            slots.append(string.ascii_lowercase if sign.islower() else string.ascii_uppercase)
        else:
            slots.append(sign if mixed else _alike(sign))
    return slots


_ASCII = frozenset(string.ascii_letters + string.digits)


@cache
def _alike(sign: str) -> str:
    """Signs of the same script, kind and length in bytes as one that is not ASCII."""
    start = ord(sign) & ~0x3F
    kind, size = unicodedata.category(sign), len(sign.encode("utf-8", "surrogatepass"))
    signs = map(chr, range(max(start, 0x80), min(start + 0x40, sys.maxunicode + 1)))
    found = [
        one
        for one in signs
        if unicodedata.category(one) == kind
        and len(one.encode("utf-8", "surrogatepass")) == size
        and one.lower() == one
        and len(one.upper()) == 1
        and unicodedata.normalize("NFKC", one) == one
    ]
    return "".join(found) or sign


@cache
def _is_like(low: str) -> bool:
    from rapidfuzz import fuzz, process

    return process.extractOne(low, _judged(), scorer=fuzz.ratio, score_cutoff=_ALIKE) is not None
