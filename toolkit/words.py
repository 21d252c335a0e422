"""Words for people: a number with its noun, and what somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["did_you_mean", "listed", "nearest"]

_NEAR = 70
"""How alike two words must be, of 100, for one to be offered in place of the other."""


def listed(value: object) -> object:
    """A list of words, which an option or an environment variable holds with commas between them; anything else as it is.

    Args:
        value: As written.
    """
    return [word for word in value.replace(",", " ").split() if word] if isinstance(value, str) else value


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    Args:
        number: How many.
        one: The noun for one.
        many: The noun for several, if it is not `one` and an s.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


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
