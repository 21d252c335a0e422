"""`provkit simulate`: show what the receiving server would make of an upload."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from provkit import console
from provkit.cli.options import KnownFile

__all__ = ["command"]


def command(
    path: Annotated[Path, typer.Argument(help="A folder, a ZIP, or a single CSV.")] = Path("out"),
    *,
    notify: Annotated[
        bool | None,
        typer.Option("--notify/--no-notify", help="Whether the notification of new guests is asked for.", show_default=False),
    ] = None,
    door: Annotated[
        Literal["api", "app"] | None,
        typer.Option("--for", help="Where it goes: the API, or the upload page in Canvas.", show_default=False),
    ] = None,
    known: KnownFile = None,
    output_format: Annotated[Literal["text", "json"], typer.Option("--format", help="How it is shown.")] = "text",
    output: Annotated[Path | None, typer.Option(help="Write it to a file.", show_default=False)] = None,
    show_values: Annotated[
        bool | None,
        typer.Option(
            "--show-values/--mask-values",
            help="Show personal values, or mask them; by default shown in text, masked in JSON.",
            show_default=False,
        ),
    ] = None,
    canvas_zip: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the ZIP that Canvas would receive.", show_default=False)
    ] = None,
) -> None:
    """Show what the university's server would make of an upload: its answer, every row's fate, and every mail. Nothing is sent.

    Exit code 0: everything would arrive. 1: it would be refused, stop, or lose rows. 2: it cannot be read.
    """
    from provkit.report.simulation import arrives_whole, render_json, render_text
    from provkit.workflows import simulate
    from provkit.workflows.known import known_facts

    reception = simulate.simulate(path, notify=notify, app=None if door is None else door == "app", known=known_facts(known))
    if output_format == "json":
        text = render_json(reception, show_values=bool(show_values))
    else:
        text = render_text(reception, show_values=show_values is not False)
    if output is None:
        console.write(text)
    else:
        console.save(output, text)
    for hint in simulate.hints(path, reception, notify=bool(notify)):
        console.talk().print(hint, markup=False)
    if canvas_zip is not None:
        files = reception.processing.canvas_zip if reception.processing is not None else []
        if files:
            console.save(canvas_zip, simulate.canvas_zip(files))
        else:
            console.talk().print(f"Canvas would receive nothing, so {canvas_zip} was not written.", markup=False)
    if not arrives_whole(reception):
        raise typer.Exit(1)
