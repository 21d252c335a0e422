"""`provkit map`: propose how a source's columns are to be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provkit import console
from provkit.cli.sourcing import Encoding, KindOfSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.workflows.mapping import Mapped

__all__ = ["command"]


def command(
    source: Annotated[Path, typer.Argument(help="A workbook, a CSV or Parquet file, or a folder or ZIP of CSV files.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the profile to a file of its own, such as spring.toml.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Add the profile to provkit.toml, under this name.", show_default=False)] = None,
    kind: KindOfSource = None,
    encoding: Encoding = None,
) -> None:
    """Propose a mapping profile: which column seems to be what, how sure that is, and why.

    Without -o or --name the profile is shown and not written. It never asks; what it could not tell stands in the profile as a line to fill
    in. Exit code 0: proposed. 2: the source cannot be read, or the name is taken. 3: the file is there already.
    """
    from provkit.workflows.mapping import map_source

    if output is not None and name is not None:
        raise typer.BadParameter("Take one of --output and --name.")
    console.write("\n".join(_told(map_source(source, output=output, name=name, kind=kind, encoding=encoding), source)))


def _told(mapped: Mapped, source: Path) -> Iterator[str]:
    from provkit.report.words import paragraph

    over = [f"Passed over: {', '.join(mapped.proposal.passed_over)}."] if mapped.proposal.passed_over else []
    beyond = [
        *mapped.proposal.beyond,
        f"Marks and further tables are read without a profile: provkit build {source} --set role=student",
    ]
    yield paragraph("WHAT WAS READ", [mapped.recognised, *over, *(beyond if mapped.proposal.beyond else [])])
    for table in mapped.proposal.tables:
        lines = [
            f"{guess.letters} {guess.header!r} is {guess.field}, {guess.confidence} %: {guess.reason}"
            if guess.field is not None
            else f"{guess.letters} {guess.header!r} is no field: {guess.reason}"
            for guess in table.guesses
        ]
        yield paragraph(f"{table.place}: {table.target.value.upper()}, HEADER IN ROW {table.number}", lines)
    if mapped.written is None:
        yield mapped.text
        yield paragraph("TO KEEP IT", [f"provkit map {source} -o NAME.toml, or --name NAME to add it to provkit.toml"])
        return
    unsaid = [
        f"[lookup.{name}]: what each answer means"
        for table in mapped.proposal.tables
        for name, said in table.answers.items()
        if "" in said.values()
    ] + [f"{name}: no column says it" for table in mapped.proposal.tables for name, value in table.constants.items() if not value]
    yield paragraph("WRITTEN", [f"{mapped.written}"])
    if unsaid:
        yield paragraph("TO FILL IN", unsaid)
    yield paragraph("THEN", [f"provkit build {source} --profile {mapped.named}"])
