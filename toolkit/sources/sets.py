"""Which kind of export a source is whose structure, not just its columns, must be understood; and how it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from provkit.errors import SourceError
from provkit.sources import canvas, oneroster, peoplesoft, school_data_sync
from provkit.sources.settings import SisSettings
from provkit.tables import Sheets

__all__ = ["SetFormat", "read_set", "set_formats"]


@dataclass(frozen=True)
class SetFormat:
    """A kind of export.

    Attributes:
        name: A short name, for options.
        label: What it is called, for the user.
        recognise: Gives the reason why sheets are of this kind, as the end of a sentence that begins with "because", or None.
        read: Makes sheets that authoring knows of those that stand in the source.
    """

    name: str
    label: str
    recognise: Callable[[Sheets], str | None]
    read: Callable[[Sheets], Sheets]


def set_formats(settings: SisSettings, *, has_account: bool) -> tuple[SetFormat, ...]:
    """Every kind.

    Args:
        settings: The keys of `[sis]`.
        has_account: Whether `[defaults]` names an account.
    """
    return (
        SetFormat(
            "oneroster",
            "a OneRoster set",
            oneroster.recognise,
            partial(oneroster.read, settings=settings, has_account=has_account),
        ),
        SetFormat(
            "sds",
            "a set of Microsoft School Data Sync",
            school_data_sync.recognise,
            partial(school_data_sync.read, settings=settings, has_account=has_account),
        ),
        SetFormat("canvas", "an export of Canvas", canvas.recognise, canvas.read),
        SetFormat("gradebook", "the export of a Canvas gradebook", canvas.recognise_gradebook, canvas.read_gradebook),
        SetFormat("peoplesoft", "the result of a PeopleSoft query", peoplesoft.recognise, peoplesoft.read),
    )


def read_set(sheets: Sheets, settings: SisSettings, *, has_account: bool) -> Sheets:
    """Sheets as the kind of export that they are; as they stand, where they are of none.

    Args:
        sheets: As they stand in the source.
        settings: The keys of `[sis]`.
        has_account: Whether `[defaults]` names an account.

    Raises:
        SourceError: They could be of several kinds.
    """
    found = [(known, why) for known in set_formats(settings, has_account=has_account) if (why := known.recognise(sheets))]
    if len(found) > 1:
        could = "; ".join(f"{known.label}, because {why}" for known, why in found)
        raise SourceError(
            f"{sheets.sheets[0].file} could be of several kinds: {could}.", remedy="Build from the files of one kind at a time."
        )
    if not found:
        return sheets
    known, why = found[0]
    return replace(known.read(sheets), recognised=f"{sheets.recognised} It is taken for {known.label}, because {why}.".strip())
