"""`provkit explain`: one rule, in full."""

from __future__ import annotations

from typing import Annotated

import typer

from provkit import console

__all__ = ["command"]


def command(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A code such as PK201, or a rule's name.", show_default=False)],
) -> None:
    """Explain a rule: what happens, what to do, an example, and what to write instead."""
    from provkit.report.catalogue import render_one
    from provkit.workflows.catalogue import find

    console.write(render_one(find(rule), color=console.in_colour()))
