"""What is wrong with a package, as findings: what the receiver says of it, and what its rows say about each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provkit.checks.examine import Examined, check, examine

if TYPE_CHECKING:
    from provkit.rules import Rule

    RULES: tuple[Rule, ...]

__all__ = ["RULES", "Examined", "check", "examine"]


def __getattr__(name: str) -> object:
    """The list of all rules brings in every room that has some; only those who ask for it wait."""
    if name != "RULES":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from provkit.checks.catalogue.every import RULES

    return RULES
