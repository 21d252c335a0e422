"""What is wrong with a package, as findings: what the receiver says of it, and what its rows say about each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from provkit.package import Package
from provkit.receiver import Known, receive
from provkit.rules import LISTED_PER_RULE, Collector, Report

if TYPE_CHECKING:
    from provkit.checks.examined import Examined
    from provkit.rules import Rule

    RULES: tuple[Rule, ...]

__all__ = ["RULES", "Examined", "check", "examine"]


def check(
    package: Package, *, known: Known | None = None, notify: bool = False, app: bool = False, listed: int = LISTED_PER_RULE
) -> Report:
    """Say what is wrong with a package.

    Args:
        package: The upload.
        known: What exists elsewhere; without it whatever lies outside the package counts as existing.
        notify: Whether the notification of new guests is asked for.
        app: Whether it goes to the upload page instead of the API.
        listed: How many findings of one rule are listed; counts are always exact.
    """
    return examine(package, known=known, notify=notify, app=app, listed=listed).report


def examine(
    package: Package,
    *,
    known: Known | None = None,
    notify: bool = False,
    app: bool = False,
    listed: int = LISTED_PER_RULE,
    collector: Collector | None = None,
) -> Examined:
    """As `check`, with all that the service makes of the package.

    Args:
        package: The upload.
        known: What exists elsewhere.
        notify: Whether the notification of new guests is asked for.
        app: Whether it goes to the upload page.
        listed: How many findings of one rule are listed.
        collector: Takes the findings; by default one that lists so many.
    """
    if app and package.door != "app":
        package = replace(package, door="app")
    with ThreadPoolExecutor(1) as reader:
        receiving = reader.submit(partial(receive, package, notify=notify, known=known))
        # The rules bring in pandas and Pandera, which takes as long as reading a million rows.
        from provkit.checks.examined import look

        return look(package, receiving.result(), known=known, notify=notify, collector=collector or Collector(listed))


def __getattr__(name: str) -> object:
    """What brings in every room that has rules, or pandas; only those who ask for it wait."""
    if name == "RULES":
        from provkit.checks.catalogue.every import RULES

        return RULES
    if name == "Examined":
        from provkit.checks.examined import Examined

        return Examined
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
