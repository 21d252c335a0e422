"""`provkit explain`: one rule, in full."""

from __future__ import annotations

from typing import Annotated

import typer

from provkit import console

__all__ = ["command"]


def command(
    rule: Annotated[
        list[str],
        typer.Argument(
            metavar="RULE",
            help="A code such as PK201, a rule's name, or a sentence from one of the service's mails.",
            show_default=False,
        ),
    ],
) -> None:
    """Explain a rule: what happens, what to do, an example, and what to write instead."""
    from provkit.report.catalogue import render_one
    from provkit.workflows.catalogue import explained

    found = explained(" ".join(rule))
    console.write("\n\n".join(render_one(each, color=console.in_colour()) for each in found))
