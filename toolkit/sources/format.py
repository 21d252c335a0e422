"""What a kind of source is: how it is known, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from provkit.tables import Sheets

__all__ = ["Format"]


def _as_it_is(sheets: Sheets) -> Sheets:
    return sheets


@dataclass(frozen=True)
class Format:
    """A kind of source that is more than a table with plain headers.

    Each kind that needs code has a module of its own in this room, with a `FORMAT`; kinds that are only columns are mapping profiles.

    Attributes:
        name: What `--from` takes.
        label: What it is called, for the user.
        recognise: Takes the sheets as they stand in the source; gives the reason why they are of this kind, as the end of a sentence that
            begins with "because", or None.
        read: Takes the sheets as they stand; gives sheets whose headers are words that authoring knows, every cell with its place. It
            raises SourceError where the source is not of this kind after all.
    """

    name: str
    label: str
    recognise: Callable[[Sheets], str | None]
    read: Callable[[Sheets], Sheets] = _as_it_is


def names(formats: Sequence[Format]) -> str:
    """What `--from` takes, for messages.

    Args:
        formats: The kinds.
    """
    return ", ".join(sorted(known.name for known in formats))
