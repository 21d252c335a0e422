"""Splitting one name into first and last: plain ones here, the rest by nameparser. Every split is a guess, and recorded as one."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from nameparser import Lexicon, parse

__all__ = ["Split", "split_name"]


class Split(NamedTuple):
    """A name in two parts; one is empty where there is nothing to split."""

    first: str
    last: str


_WORD = r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ0-9]+(?:[-'’][A-Za-zÀ-ɏ]{2,})?"
_LAST_FIRST = re.compile(rf"({_WORD}(?: {_WORD})*), ?({_WORD}(?: {_WORD})*)")
_FIRST_LAST = re.compile(rf"({_WORD}(?: {_WORD})*) ({_WORD})")


@cache
def _special() -> frozenset[str]:
    """Every word that nameparser treats as more than a name."""
    words = Lexicon.default()
    return frozenset().union(
        words.titles,
        words.given_name_titles,
        words.after_given_titles,
        words.suffix_acronyms,
        words.suffix_acronyms_ambiguous,
        words.suffix_words,
        words.particles,
        words.conjunctions,
        words.conjunctions_ambiguous,
        words.bound_given_names,
        words.maiden_markers,
    )


def split_name(name: str) -> Split:
    """Split a name as "Last, First" where it has a comma, else with the family name last.

    Titles and nicknames are left out; what follows a name, such as Jr., stays with the family name.

    Args:
        name: The whole name, trimmed.
    """
    plain = _LAST_FIRST.fullmatch(name) or _FIRST_LAST.fullmatch(name)
    if plain and _special().isdisjoint(name.casefold().replace(",", " ").split()):
        return Split(plain[2], plain[1]) if "," in name else Split(plain[1], plain[2])
    parsed = parse(name)
    first = " ".join(part for part in (parsed.given, parsed.middle) if part)
    last = " ".join(part for part in (parsed.family, parsed.suffix) if part)
    return Split(first, last) if parsed.family else Split(first, "")
