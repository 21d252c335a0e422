"""`provkit results`: read the service's mails, and say which rows they mean."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from provkit import console

if TYPE_CHECKING:
    from provkit.package import Package

__all__ = ["command"]


def command(
    mails: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Mails as .eml, .msg or text; - reads standard input.", show_default=False),
    ],
    *,
    package: Annotated[
        Path | None,
        typer.Option(
            "--package",
            metavar="PATH",
            help="The package that they are about; by default the one sent, as the history kept it, else out/.",
            show_default=False,
        ),
    ] = None,
    corrections: Annotated[
        Path | None,
        typer.Option("--corrections", metavar="FOLDER", help="Write the rows that failed into a new folder.", show_default=False),
    ] = None,
    output_format: Annotated[Literal["text", "json"], typer.Option("--format", help="How it is shown.")] = "text",
    output: Annotated[Path | None, typer.Option(help="Write it to a file.", show_default=False)] = None,
    show_values: Annotated[
        bool | None,
        typer.Option(
            "--show-values/--mask-values",
            help="Show the mails' own words, or mask them; by default shown in text, masked in JSON.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Read the service's results mails: what succeeded, and which rows of your own sheet failed.

    Exit code 0: nothing failed. 1: something did. 2: a file cannot be read, or is no mail of the service.
    """
    from provkit.config import load
    from provkit.delivery import History
    from provkit.report.results import render_json, render_text
    from provkit.workflows import results as workflow

    sources = [sys.stdin.buffer.read() if str(mail) == "-" else mail for mail in mails]
    history = History.open(load())
    about: Path | Package | None = package or workflow.package_of(sources, history)
    taken = "the package that was sent, as the history kept it" if about is not None else ""
    if about is None and Path("out").is_dir():
        about, taken = Path("out"), "out/, since the history keeps none that these mails are about"
    if package is None and taken:
        console.talk().print(f"Rows are looked up in {taken}. --package names another.", markup=False)
    found = workflow.results(sources, about)
    settled = workflow.settle(found, history)
    if output_format == "json":
        text = render_json(found, show_values=bool(show_values))
    else:
        text = render_text(found, show_values=show_values is not False)
    if output is None:
        console.write(text)
    else:
        console.save(output, text)
    if corrections is not None:
        if about is None:
            raise typer.BadParameter("needs the package: name it with --package", param_hint="--corrections")
        written = workflow.write_corrections(found, about, corrections)
        talk = (
            f"Written to {corrections}: {', '.join(written)}. Mend them there, then: provkit validate {corrections}"
            if written
            else ""
        )
        console.talk().print(talk or "No row failed, so nothing was written.", markup=False)
    for one in settled:
        console.talk().print(one.sentence, markup=False)
    if not found.ok:
        raise typer.Exit(1)
