"""`provkit validate`: say what would become of an upload, before it is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from provkit import console

__all__ = ["command"]


def command(
    path: Annotated[Path, typer.Argument(help="A folder, a ZIP, a single CSV, or a workbook.")] = Path("out"),
    *,
    output_format: Annotated[Literal["text", "json"], typer.Option("--format", help="How the report is written.")] = "text",
    output: Annotated[Path | None, typer.Option(help="Write the report to a file.", show_default=False)] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Count warnings as errors for the exit code.")] = False,
    known: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A known.toml: what exists in Canvas and at the service already.", show_default=False),
    ] = None,
    door: Annotated[
        Literal["api", "app"] | None,
        typer.Option("--for", help="Where it goes: the API, or the upload page in Canvas.", show_default=False),
    ] = None,
    notify: Annotated[
        bool | None, typer.Option("--notify/--no-notify", help="Whether new guests are to be notified.", show_default=False)
    ] = None,
    show_values: Annotated[
        bool | None,
        typer.Option(
            "--show-values/--mask-values",
            help="Show personal values, or mask them; by default shown in text, masked in JSON.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Say what would become of an upload: every fault in one pass, with its place and what to do.

    Exit code 0: nothing found that stops it. 1: errors, with --strict also warnings. 2: it cannot be read.
    """
    from provkit.report import render_json, render_text
    from provkit.rules import Severity
    from provkit.workflows.validate import judge

    facts = None
    if known is not None:
        from provkit.receiver import Known

        facts = Known.read(known)
    found = judge(path, known=facts, notify=notify, app=None if door is None else door == "app")
    if output_format == "json":
        text = render_json(found.report, show_values=bool(show_values))
    else:
        to_terminal = output is None and console.in_colour()
        text = render_text(found.report, mailing=found.mailing, show_values=show_values is not False, color=to_terminal)
    if output is None:
        console.write(text)
    else:
        console.save(output, text)
    if not found.report.ok or (strict and found.report.count(Severity.WARNING)):
        raise typer.Exit(1)
