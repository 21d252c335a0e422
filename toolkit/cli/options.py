"""Options that several commands share, whatever they do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

__all__ = ["EnvironmentName", "GroupName", "KnownFile"]


def _said(name: str) -> str:
    if not name:
        raise typer.BadParameter(
            "say where it goes: beta, test, production, or sandbox for a try on this computer. There is no default."
        )
    return name


EnvironmentName: TypeAlias = Annotated[
    str,
    typer.Option(
        "--env",
        metavar="NAME",
        help="Where it goes: beta, test, production or sandbox. It must be said: there is no default, and no setting for it.",
        callback=_said,
        show_default=False,
    ),
]
GroupName: TypeAlias = Annotated[
    str | None, typer.Option(help="The group name assigned to your unit; by default from provkit.toml.", show_default=False)
]
KnownFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A known.toml: what exists in Canvas and at the service already.", show_default=False),
]
