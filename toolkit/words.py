"""Words for people: a number with its noun, and what somebody may have meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

__all__ = ["counted", "did_you_mean", "listed", "nearest", "rows_named", "slip_of", "trimmed"]

_RUNS = 5
"""How many rows, or runs of rows, are named before the rest is only counted."""
_NO_BREAK = re.compile("[\u00a0\u2007\u202f]")
_UNSEEN = re.compile("[\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_JOINERS = "\u200c\u200d"
"""These shape letters in Persian and Indic names: taken away only at the ends, or in ids."""

_LONG_ENOUGH = 8
_SLIPS = 2
"""From which length on a word is compared for slips, and how many letters may differ."""

_NEAR = 70
"""How alike two words must be, of 100, for one to be offered in place of the other."""


def listed(value: object) -> object:
    """A list of words, which an option or an environment variable holds with commas between them; anything else as it is.

    Args:
        value: As written.
    """
    return [word for word in value.replace(",", " ").split() if word] if isinstance(value, str) else value


def trimmed(text: str, *, joiners: bool = True) -> str:
    """A text without blanks at its ends and without characters that nobody sees; blanks that do not break become plain ones.

    Args:
        text: As it stands in a source.
        joiners: Whether characters that only join letters stay between them, as names need.
    """
    ends = _UNSEEN.sub("", _NO_BREAK.sub(" ", text)).strip().strip(_JOINERS).strip()
    return ends if joiners else ends.replace(_JOINERS[0], "").replace(_JOINERS[1], "")


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    Args:
        number: How many.
        one: The noun for one.
        many: The noun for several, if it is not `one` and an s.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def rows_named(numbers: Sequence[int]) -> str:
    """Rows by their numbers, in a few words: "row 16", "rows 5-9, 12", "rows 1, 3, 5, 7, 9 and others, 12 in all".

    Args:
        numbers: Ascending.
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        elif len(runs) > _RUNS:
            break
        else:
            runs.append([number, number])
    said = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs[:_RUNS])
    more = f" and others, {len(numbers):,} in all" if len(runs) > _RUNS else ""
    return f"row{'s' if len(numbers) > 1 else ''} {said}{more}"


def slip_of(word: str, known: Sequence[str]) -> str | None:
    """The one known word that differs from another in a slip: one letter or two, but no digit; None where there is none or several.

    Args:
        word: What was written; short words are too much alike.
        known: What may have been meant.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if len(word) < _LONG_ENOUGH:
        return None
    digits = _digits(word)
    near = [text for text, *_ in process.extract(word, known, scorer=OSA.distance, score_cutoff=_SLIPS) if _digits(text) == digits]
    return near[0] if len(near) == 1 else None


def _digits(word: str) -> str:
    return "".join(sign for sign in word if sign.isdigit())


def nearest(word: str, known: Iterable[str], *, alike: int = _NEAR) -> str | None:
    """The known word that is most like one that is not known; None where none is near.

    Args:
        word: What was written.
        known: What could be written.
        alike: How alike the two must be at least, of 100.
    """
    from rapidfuzz import fuzz, process, utils

    found = process.extractOne(word, list(known), scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=alike)
    return None if found is None else str(found[0])


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint with the nearest known word, with a blank in front; "" where none is near.

    Args:
        word: What was written.
        known: What could be written.
    """
    near = nearest(word, known)
    return f" Did you mean {near!r}?" if near else ""
