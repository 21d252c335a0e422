"""What may be set about plans and guards; loaded with every command, so it brings in nothing."""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = ["MAX_ENDED", "Removals"]

MAX_ENDED = 10.0
"""Which share of the enrollments may end without a word, in percent, unless a setting says otherwise."""

Removals: TypeAlias = Literal["leave", "deleted", "inactive", "completed"]
"""What becomes of enrollments that disappeared from the source: they are reported and left, or they get this status."""
