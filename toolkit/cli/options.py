"""Options that several commands share, whatever they do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

__all__ = ["GroupName", "KnownFile"]

GroupName: TypeAlias = Annotated[
    str | None, typer.Option(help="The group name assigned to your unit; by default from provkit.toml.", show_default=False)
]
KnownFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A known.toml: what exists in Canvas and at the service already.", show_default=False),
]
