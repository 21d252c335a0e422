"""`provkit new`: a workbook to author in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provkit import console
from provkit.cli.sourcing import Encoding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.workflows.new import New

__all__ = ["command"]


def command(
    workbook: Annotated[Path, typer.Argument(help="The workbook to write, such as roster.xlsx. What exists is never replaced.")],
    *,
    package: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="PACKAGE", help="Fill it from a package: a folder, a ZIP or one of its CSV files.", show_default=False
        ),
    ] = None,
    encoding: Encoding = None,
) -> None:
    """Write a workbook to type a roster in: a sheet per kind of file, choices to pick from, and a guide.

    Exit code 0: written. 2: the name is none of a workbook, or the package cannot be read. 3: there is a file of this name.
    """
    from provkit.workflows.new import new

    console.write("\n".join(_told(new(workbook, package=package, encoding=encoding))))


def _told(made: New) -> Iterator[str]:
    from provkit.report.words import paragraph
    from provkit.words import counted

    yield paragraph("WRITTEN", [f"{made.path}, with the sheets Guide, {', '.join(made.sheets)} and Message"])
    if made.rows or made.message:
        filled = [f"{title}: {counted(rows, 'row')}" for title, rows in made.rows.items()]
        yield paragraph("FILLED IN", [*filled, *(["Message: sender, subject and text"] if made.message else [])])
    yield paragraph("THEN", ["Open it and begin with the sheet Guide. Afterwards:", f"provkit validate {made.path}"])
