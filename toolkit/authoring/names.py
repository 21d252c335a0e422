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


_PLAIN = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ0-9]+(?:[-'’][A-Za-zÀ-ɏ]{2,})?")


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


def _plain(part: str) -> list[str] | None:
    """The words of a part of a name, or None where one of them may be more than a name."""
    words = part.split()
    special = _special()
    return words if words and all(_PLAIN.fullmatch(word) and word.casefold() not in special for word in words) else None


def split_name(name: str) -> Split:
    """Split a name as "Last, First" where it has a comma, else with the family name last.

    Titles and nicknames are left out; what follows a name, such as Jr., stays with the family name.

    Args:
        name: The whole name, trimmed.
    """
    before, comma, after = name.partition(",")
    if comma and "," not in after:
        family, given = _plain(before), _plain(after)
        if family and given:
            return Split(" ".join(given), " ".join(family))
    elif not comma and (words := _plain(name)) and len(words) > 1:
        return Split(" ".join(words[:-1]), words[-1])
    parsed = parse(name)
    first = " ".join(part for part in (parsed.given, parsed.middle) if part)
    last = " ".join(part for part in (parsed.family, parsed.suffix) if part)
    return Split(first, last) if parsed.family else Split(first, "")
