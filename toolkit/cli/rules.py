"""`provkit rules`: all rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from provkit import console

__all__ = ["command"]


def command(
    output_format: Annotated[
        Literal["table", "json", "markdown"], typer.Option("--format", help="How the rules are written.")
    ] = "table",
    output: Annotated[Path | None, typer.Option(help="Write them to a file.", show_default=False)] = None,
) -> None:
    """List all rules: what can be wrong, and what befalls the data then."""
    from provkit.report.catalogue import render_all_json, render_all_markdown, render_all_table
    from provkit.workflows.catalogue import rules

    if output_format == "table":
        text = render_all_table(rules(), color=output is None and console.in_colour())
    else:
        text = (render_all_json if output_format == "json" else render_all_markdown)(rules())
    if output is None:
        console.write(text)
    else:
        console.save(output, text)
