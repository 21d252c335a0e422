"""`provkit validate`: say what would become of an upload, before it is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

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
    write_baseline,
)
from provkit.cli.sourcing import Encoding, HiddenRows, check_unread
from provkit.rules import LISTED_PER_RULE

__all__ = ["command"]


def command(
    path: Annotated[Path, typer.Argument(help="A folder, a ZIP, a single CSV, or a workbook.")] = Path("out"),
    *,
    output_format: FormatOption = None,
    output: OutputOption = None,
    annotate: AnnotateOption = None,
    listed: ListedOption = LISTED_PER_RULE,
    strict: Annotated[bool, typer.Option("--strict", help="Count warnings as errors for the exit code.")] = False,
    known: KnownFile = None,
    door: Annotated[
        Literal["api", "app"] | None,
        typer.Option("--for", help="Where it goes: the API, or the upload page in Canvas.", show_default=False),
    ] = None,
    notify: Annotated[
        bool | None, typer.Option("--notify/--no-notify", help="Whether new guests are to be notified.", show_default=False)
    ] = None,
    hidden_rows: HiddenRows = None,
    encoding: Encoding = None,
    show_values: ValuesOption = None,
    select: SelectOption = None,
    ignore: IgnoreOption = None,
    severity: SeverityOption = None,
    baseline: BaselineOption = None,
    new_baseline: WriteBaselineOption = None,
) -> None:
    """Say what would become of an upload: every fault in one pass, with its place and what to do.

    Exit code 0: nothing found that stops it. 1: errors, with --strict also warnings. 2: it cannot be read.
    """
    from provkit.report import View
    from provkit.rules import Severity
    from provkit.workflows.known import known_facts
    from provkit.workflows.rules_control import control
    from provkit.workflows.validate import judge

    copy = None if annotate is None else check_annotate(annotate, path)
    if new_baseline is not None:
        check_apart(new_baseline, path)
    chosen = control(select=select, ignore=ignore, severity=severity, baseline=baseline, anew=new_baseline is not None)
    found = judge(
        path,
        known=known_facts(known),
        notify=notify,
        app=None if door is None else door == "app",
        hidden_rows=hidden_rows,
        encoding=encoding,
        listed=listed,
        control=chosen,
    )
    if not found.built:
        check_unread(path, hidden_rows=hidden_rows, encoding=encoding)
    write_baseline(new_baseline, chosen, found.everything, acting=False)
    view = View(found.report, path.resolve().name, mailing=found.mailing, reception=found.reception)
    deliver(view, output_format=output_format, output=output, show_values=show_values, judged=path, annotate=copy)
    if not found.report.ok or (strict and found.report.count(Severity.WARNING)):
        raise typer.Exit(1)
