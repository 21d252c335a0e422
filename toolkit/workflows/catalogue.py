"""Look a rule up: by its code, its name, or something near to either."""

from __future__ import annotations

from collections.abc import Sequence

from provkit.errors import ConfigError
from provkit.rules import Rule

__all__ = ["find", "rules"]

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
