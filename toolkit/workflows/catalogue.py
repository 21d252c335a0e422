"""Look a rule up: by its code, its name, or something near to either."""

from __future__ import annotations

import re
from collections.abc import Sequence

from provkit.errors import ConfigError
from provkit.rules import Rule

__all__ = ["explained", "find", "rules", "said"]

_NEAR = 55
"""How alike a name must be, of 100, to be offered."""
_OFFERED = 3


def rules() -> tuple[Rule, ...]:
    """Every rule, sorted by code."""
    from provkit.checks import RULES

    return RULES


def find(word: str, among: Sequence[Rule] | None = None) -> Rule:
    """Look a rule up.

    Args:
        word: A code (PK201, pk201, 201) or a name (email_not_deliverable, with blanks or hyphens if you like).
        among: The rules; all of them by default.

    Returns:
        The rule.

    Raises:
        ConfigError: There is no such rule; the remedy names the nearest.
    """
    among = rules() if among is None else among
    wanted = "_".join(word.strip().lower().replace("-", " ").replace("_", " ").split())
    code = f"PK{wanted.removeprefix('pk').removeprefix('_')}"
    for rule in among:
        if rule.name == wanted or rule.code == code:
            return rule
    nearest = _nearest(wanted, among)
    offer = f"Did you mean {' or '.join(f'{rule.code} ({rule.name})' for rule in nearest)}? " if nearest else ""
    raise ConfigError(f"There is no rule {word!r}.", remedy=f"{offer}All rules: provkit rules")


def explained(words: str) -> Sequence[Rule]:
    """The rules that a code, a name, or a sentence of one of the service's or Canvas's mails is about.

    Args:
        words: A code or a name, as in `find`; or a sentence, pasted as it is.

    Returns:
        One rule for a code or name; for a sentence those that it may stand for, most telling first.

    Raises:
        ConfigError: There is no such rule, and no rule is known to be told in these words.
    """
    if len(words.split()) > 1:
        found = said(words)
        if found:
            return found
    return (find(words),)


def said(sentence: str, among: Sequence[Rule] | None = None) -> Sequence[Rule]:
    """The rules whose text quotes what a sentence says.

    What a rule's "What happens" quotes is what the service or Canvas says of it; three dots there stand for anything.

    Args:
        sentence: A sentence of a mail, with the values that it names.
        among: The rules; all of them by default.
    """
    plain = " ".join(sentence.split()).casefold()
    found: dict[Rule, int] = {}
    for rule in rules() if among is None else among:
        for quoted in re.findall(r'"([^"]{8,})"', rule.what_happens):
            parts = [part.strip().casefold() for part in quoted.split("...")]
            if re.search(".*".join(map(re.escape, parts)), plain):
                found[rule] = max(found.get(rule, 0), sum(map(len, parts)))
    longest = max(found.values(), default=0)
    return tuple(rule for rule, length in found.items() if length == longest)


def _nearest(wanted: str, among: Sequence[Rule]) -> list[Rule]:
    from rapidfuzz import fuzz, process

    # A number is compared with codes, anything else with names and what they say.
    if wanted.removeprefix("pk").strip("_").isdigit():
        found = process.extract(
            f"PK{wanted.removeprefix('pk').strip('_')}", [rule.code for rule in among], scorer=fuzz.ratio, limit=_OFFERED
        )
    else:
        names = [rule.name.replace("_", " ") for rule in among]
        found = process.extract(wanted.replace("_", " "), names, scorer=fuzz.WRatio, score_cutoff=_NEAR, limit=_OFFERED)
    return [among[index] for _, _, index in found]
