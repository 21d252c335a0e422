"""Which kind of source a set of sheets is. A kind is added here once, with a module of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from provkit.config import did_you_mean
from provkit.errors import ConfigError, SourceError
from provkit.sources import qualtrics
from provkit.sources.format import Format, names
from provkit.sources.sets import set_formats
from provkit.sources.settings import SisSettings
from provkit.tables import Sheets

__all__ = ["FORMATS", "PLAIN", "formats_for", "read_as"]

PLAIN = "table"
"""What `--from` takes for a source whose headers say what they are."""


def formats_for(settings: SisSettings, *, has_account: bool) -> tuple[Format, ...]:
    """Every kind that needs code, as the settings have it read.

    Args:
        settings: The keys of `[sis]`.
        has_account: Whether `[defaults]` names an account.
    """
    return (qualtrics.FORMAT, *set_formats(settings, has_account=has_account))


FORMATS: tuple[Format, ...] = formats_for(SisSettings(), has_account=False)
"""The same without any setting."""


def read_as(sheets: Sheets, formats: Sequence[Format], asked: str | None = None) -> Sheets:
    """Read sheets as the kind that they are.

    Args:
        sheets: As they stand in the source.
        formats: The kinds that come into question.
        asked: The kind that the user named; None finds it out.

    Returns:
        The sheets with `form` set; as they stand, where they are of no kind.

    Raises:
        ConfigError: There is no such kind.
        SourceError: They could be of several kinds, or are not of the kind named.
    """
    if asked == PLAIN:
        return sheets
    if asked is not None:
        chosen = next((known for known in formats if known.name == asked), None)
        if chosen is None:
            known = [*(known.name for known in formats), PLAIN]
            raise ConfigError(
                f"There is no kind of source {asked!r}.{did_you_mean(asked, known)}",
                remedy=f"--from takes: {names(formats)}, or {PLAIN} for a plain table.",
            )
        return _read(sheets, chosen, "--from says so")
    found = [(known, reason) for known in formats if (reason := known.recognise(sheets)) is not None]
    if len(found) > 1:
        place = sheets.sheets[0].file
        could = "; ".join(f"{known.label} ({known.name}), because {reason}" for known, reason in found)
        raise SourceError(
            f"{place} could be of several kinds: {could}.",
            remedy=f"Say which it is with --from, for example: --from {found[0][0].name}, or --from {PLAIN} for a plain table.",
        )
    return _read(sheets, *found[0]) if found else sheets


def _read(sheets: Sheets, chosen: Format, reason: str) -> Sheets:
    read = chosen.read(sheets)
    said = f"It is taken for {chosen.label}, because {reason}."
    return replace(read, recognised=f"{read.recognised} {said}".strip(), form=chosen.name)
