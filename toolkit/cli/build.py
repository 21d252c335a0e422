"""`provkit build`: turn a spreadsheet into exactly the files that the service takes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from provkit import console
from provkit.cli.options import KnownFile
from provkit.cli.reporting import (
    AnnotateOption,
    BaselineOption,
    FormatOption,
    IgnoreOption,
    ListedOption,
    OutputOption,
    SelectOption,
    SeverityOption,
    ValuesOption,
    WriteBaselineOption,
    check_annotate,
    check_apart,
    deliver,
    format_of,
    write_baseline,
)
from provkit.cli.sourcing import (
    Constants,
    CreateCourses,
    Encoding,
    FeedName,
    HiddenRows,
    KindOfSource,
    Message,
    OutFolder,
    ProfileName,
    again_with,
    constants_of,
)
from provkit.rules import LISTED_PER_RULE

if TYPE_CHECKING:
    from provkit.report import View
    from provkit.workflows.build import Built

__all__ = ["command"]


def command(
    source: Annotated[
        Path, typer.Argument(help="A workbook (.xlsx, .xls, .xlsb, .ods), a CSV file, or somebody's package (folder or ZIP).")
    ],
    *,
    out: OutFolder = Path("out"),
    message: Message = None,
    notify: Annotated[
        bool | None,
        typer.Option("--notify/--no-notify", help="Put the message for new guests into the package.", show_default=False),
    ] = None,
    create_courses: CreateCourses = None,
    hold_back: Annotated[
        bool, typer.Option("--hold-back", help="Write the rest where rows have errors, and say what was held back.")
    ] = False,
    door: Annotated[
        Literal["api", "app"], typer.Option("--for", help="Where it goes: the API, or the upload page in Canvas.")
    ] = "api",
    changes: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write every change, guess and omission to a file (.csv or .json).", show_default=False),
    ] = None,
    diff: Annotated[
        bool,
        typer.Option(
            "--diff", help="Show what building a package again would mend, cell by cell, as text or json, and write nothing."
        ),
    ] = False,
    profile: ProfileName = None,
    kind: KindOfSource = None,
    constants: Constants = None,
    hidden_rows: HiddenRows = None,
    encoding: Encoding = None,
    feed: FeedName = None,
    known: KnownFile = None,
    output_format: FormatOption = None,
    output: OutputOption = None,
    annotate: AnnotateOption = None,
    listed: ListedOption = LISTED_PER_RULE,
    show_values: ValuesOption = None,
    select: SelectOption = None,
    ignore: IgnoreOption = None,
    severity: SeverityOption = None,
    baseline: BaselineOption = None,
    new_baseline: WriteBaselineOption = None,
) -> None:
    """Turn a spreadsheet into exactly the files that the service takes.

    With errors nothing is written, and what stood there still stands; each is named with its cell and what to do. The last lines say where
    every row went. Exit code 0: written. 1: errors (with --hold-back the rest is written all the same). 2: it cannot be read. 3: the folder
    is not provkit's to replace.
    """
    from provkit.workflows.build import build, prepare
    from provkit.workflows.known import known_facts
    from provkit.workflows.rules_control import control

    copy = None if annotate is None else check_annotate(annotate, source)
    for file in filter(None, (output, changes, annotate, new_baseline)):
        check_apart(file, source)
        check_apart(file, out)
    chosen = control(select=select, ignore=ignore, severity=severity, baseline=baseline, anew=new_baseline is not None)
    if changes is not None and changes.suffix.lower() not in (".csv", ".json"):
        raise typer.BadParameter(f"--changes {changes}: its name must end in .csv or .json.")
    if diff and annotate is not None:
        raise typer.BadParameter("--diff writes nothing but what it shows; leave --annotate out.")
    if diff and format_of(output_format, output) not in ("text", "json"):
        raise typer.BadParameter("--diff is told as text or json; say --format json, or --output diff.json.")
    work = prepare if diff else partial(build, out=out, feed=feed)
    built = work(
        source,
        message=message,
        notify=notify,
        create_courses=create_courses,
        hold_back=hold_back,
        app=door == "app",
        known=known_facts(known),
        listed=listed,
        profile=profile,
        kind=kind,
        constants=constants_of(constants or ()),
        hidden_rows=hidden_rows,
        encoding=encoding,
        control=chosen,
    )
    write_baseline(new_baseline, chosen, built.everything, acting=True)
    if changes is not None:
        _save_changes(changes, built)
    if diff:
        form = format_of(output_format, output)
        _show_diff(
            built, source, listed, form=form, output=output, show_values=form == "text" if show_values is None else show_values
        )
        return
    again = again_with(source, out, constants or (), built.offered)
    view = _view(built, source.resolve().name, hold_back=hold_back, again=again)
    deliver(view, output_format=output_format, output=output, show_values=show_values, judged=source, annotate=copy)
    if not built.report.ok:
        raise typer.Exit(1)


def _save_changes(path: Path, built: Built) -> None:
    """Write every change, and say what the file is."""
    from provkit.report import changes
    from provkit.words import counted

    render = changes.render_json if path.suffix.lower() == ".json" else changes.render_csv
    console.save(path, render(built.changes))
    said = f"{path} lists {counted(len(built.changes), 'change')}. It holds personal values, and only you can read it."
    console.talk().print(said, markup=False)


def _show_diff(built: Built, source: Path, listed: int, *, form: str, output: Path | None, show_values: bool) -> None:
    """Show what would be mended; errors that no building mends are counted, and end it with 1."""
    from provkit.report.mend import render_mended, render_mended_json
    from provkit.report.words import verdict
    from provkit.workflows.mend import mended

    found = mended(built, source)
    if form == "json":
        text = render_mended_json(found, built.report, show_values=show_values)
    else:
        text = render_mended(found, listed=listed, show_values=show_values) + "\nNothing was written.\n"
        if not built.report.ok:
            text += f"What is left: {verdict(built.report)}\nprovkit validate {source} names each.\n"
    if output is None:
        console.write(text)
    else:
        console.save(output, text)
    if not built.report.ok:
        raise typer.Exit(1)


def _view(built: Built, subject: str, *, hold_back: bool, again: str) -> View:
    """The result, with what was read and changed before it, and what was written and what to do then after it."""
    from provkit.report.changes import render_summary
    from provkit.report.view import Paragraph, View
    from provkit.words import counted

    view = View(built.report, subject, read=built.recognised, changed=tuple(render_summary(built.changes)))
    if built.package is None or built.written is None:
        way_out = (
            "what is left has errors that no row can be held back for." if hold_back else "or keep those rows out with --hold-back."
        )
        mend = f"Mend what must be fixed{';' if hold_back else ','} {way_out}"
        role = " and whoever is marked is a student" if "role" in built.offered else ""
        offer = f"Or, if the ids are those in the brackets{role}, build with this (and the other options that you gave):"
        nothing = Paragraph("Nothing was written", (mend,), (offer, again) if again else None)
        return replace(view, written=nothing, rows_title="Rows, if it were")
    names = [*(str(part.name) for part in built.package.parts), *([] if built.app else ["package.zip"])]
    written = (f"{', '.join(names)} in {built.written}", *(() if built.app else built.next_steps))
    rest = f"{counted(built.account.held_back, 'row')} held back for these errors; the rest is written."
    return replace(
        view,
        mailing=built.examined.mailing,
        reception=built.examined.reception,
        written=Paragraph("Written", written),
        after=Paragraph("On the upload page", built.next_steps) if built.app else None,
        closing=None if built.report.ok else rest,
    )
