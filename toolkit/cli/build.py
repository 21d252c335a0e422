"""`provkit build`: turn a spreadsheet into exactly the files that the service takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from provkit import console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provkit.workflows.build import Built

__all__ = ["command"]


def command(
    source: Annotated[
        Path, typer.Argument(help="A workbook (.xlsx, .xls, .xlsb, .ods), a CSV file, or somebody's package (folder or ZIP).")
    ],
    *,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The folder to write. Replaced whole if provkit wrote it, and never otherwise.")
    ] = Path("out"),
    message: Annotated[
        str | None,
        typer.Option(
            metavar="TEMPLATE",
            help="The message for new guests: a template (a file, or 'welcome'), or a message.properties.",
            show_default=False,
        ),
    ] = None,
    notify: Annotated[
        bool | None,
        typer.Option("--notify/--no-notify", help="Put the message for new guests into the package.", show_default=False),
    ] = None,
    create_courses: Annotated[
        bool | None,
        typer.Option(
            "--create-courses/--no-create-courses",
            help="Create the courses and sections that a flat roster names; otherwise they count as existing.",
            show_default=False,
        ),
    ] = None,
    hold_back: Annotated[
        bool, typer.Option("--hold-back", help="Write the rest where rows have errors, and say what was held back.")
    ] = False,
    door: Annotated[
        Literal["api", "app"], typer.Option("--for", help="Where it goes: the API, or the upload page in Canvas.")
    ] = "api",
    changes: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write every change made on the way to a CSV file.", show_default=False),
    ] = None,
    known: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A known.toml: what exists in Canvas and at the service already.", show_default=False),
    ] = None,
) -> None:
    """Turn a spreadsheet into exactly the files that the service takes.

    With errors nothing is written, and what stood there still stands; each is named with its cell and what to do. The last lines say where
    every row went. Exit code 0: written. 1: errors (with --hold-back the rest is written all the same). 2: it cannot be read. 3: the folder
    is not provkit's to replace.
    """
    from provkit.report.changes import render_csv
    from provkit.workflows.build import build

    facts = None
    if known is not None:
        from provkit.receiver import Known

        facts = Known.read(known)
    built = build(
        source,
        out,
        message=message,
        notify=notify,
        create_courses=create_courses,
        hold_back=hold_back,
        app=door == "app",
        known=facts,
    )
    if changes is not None:
        console.save(changes, render_csv(built.changes))
    console.write("\n".join(_told(built, hold_back=hold_back, color=console.in_colour())))
    if not built.report.ok:
        raise typer.Exit(1)


def _told(built: Built, *, hold_back: bool, color: bool) -> Iterator[str]:
    """The result, a paragraph each; the row account comes last, and after it only what to do on the upload page."""
    from dataclasses import replace

    from provkit.report.changes import paragraph, render_summary
    from provkit.report.text import account, counted, render

    yield paragraph("WHAT WAS READ", built.recognised, color=color)
    if len(built.changes):
        yield paragraph("WHAT WAS CHANGED", render_summary(built.changes), color=color)
    mailing = None if built.package is None else built.examined.mailing
    rest = built.written is not None and not built.report.ok
    closing = f"{counted(built.account.held_back, 'row')} held back for the errors above; the rest is written." if rest else None
    yield render(replace(built.report, rows=None), mailing=mailing, color=color, closing=closing)
    if built.package is None or built.written is None:
        way_out = (
            "what is left has errors that no row can be held back for." if hold_back else "or keep those rows out with --hold-back."
        )
        yield paragraph("NOTHING WAS WRITTEN", [f"Mend what is named above{';' if hold_back else ','} {way_out}"], color=color)
        yield paragraph("ROWS, IF IT WERE", account(built.account), color=color)
        return
    names = [*(str(part.name) for part in built.package.parts), *([] if built.app else ["package.zip"])]
    written = [f"{', '.join(names)} in {built.written}", *([] if built.app else built.next_steps)]
    yield paragraph("WRITTEN", written, color=color)
    yield paragraph("ROWS", account(built.account), color=color)
    if built.app:
        yield paragraph("ON THE UPLOAD PAGE", built.next_steps, color=color)
