"""The exports whose structure, not just their columns, must be understood."""

from __future__ import annotations

from functools import partial

from provkit.sources import canvas, oneroster, peoplesoft, school_data_sync
from provkit.sources.format import Format
from provkit.sources.settings import SisSettings

__all__ = ["set_formats"]


def set_formats(settings: SisSettings, *, has_account: bool) -> tuple[Format, ...]:
    """Every kind.

    Args:
        settings: The keys of `[sis]`.
        has_account: Whether `[defaults]` names an account.
    """
    return (
        Format(
            "oneroster",
            "a OneRoster set",
            oneroster.recognise,
            partial(oneroster.read, settings=settings, has_account=has_account),
        ),
        Format(
            "sds",
            "a set of Microsoft School Data Sync",
            school_data_sync.recognise,
            partial(school_data_sync.read, settings=settings, has_account=has_account),
        ),
        Format("canvas", "an export of Canvas", canvas.recognise, canvas.read),
        Format("gradebook", "the export of a Canvas gradebook", canvas.recognise_gradebook, canvas.read_gradebook),
        Format("peoplesoft", "the result of a PeopleSoft query", peoplesoft.recognise, peoplesoft.read),
    )
