"""How `build` and `validate` report: in which format, and where to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from provkit import console
from provkit.words import counted

if TYPE_CHECKING:
    from provkit.control import Control
    from provkit.report import View
    from provkit.rules import Report
    from provkit.workflows.annotation import Annotation

__all__ = [
    "AnnotateOption",
    "BaselineOption",
    "FormatOption",
    "IgnoreOption",
    "ListedOption",
    "OutputOption",
    "SelectOption",
    "SeverityOption",
    "ValuesOption",
    "WriteBaselineOption",
    "check_annotate",
    "check_apart",
    "deliver",
    "format_of",
    "write_baseline",
]

Format: TypeAlias = Literal["text", "json", "jsonl", "csv", "html", "markdown"]

SUFFIXES: dict[str, Format] = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".markdown": "markdown",
}
"""The format that a report's file name asks for where --format says nothing; any other name asks for text."""

SHOWING = frozenset({"text", "html"})
"""Formats for the user's own eyes: personal values are shown there unless masked, and masked elsewhere unless shown."""

TOLD = "What is told"
"""The panel of the options that choose it."""

FormatOption: TypeAlias = Annotated[
    Format | None,
    typer.Option(
        "--format", help="How the report is written; by default as the name of --output says, else text.", show_default=False
    ),
]
OutputOption: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the report to a file, such as report.html.", show_default=False)
]
AnnotateOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.xlsx",
        help="Write a copy of the workbook, or of the one a package was built from, with the cells at fault coloured and commented, "
        "and a sheet 'To fix'.",
        show_default=False,
    ),
]
ListedOption: TypeAlias = Annotated[
    int,
    typer.Option(min=0, metavar="N", help="How many findings of one rule are listed at most; all of them are counted."),
]
ValuesOption: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--show-values/--mask-values",
        help="Show personal values, or mask them; by default shown in text and html, masked elsewhere.",
        show_default=False,
    ),
]
SelectOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        metavar="RULES",
        help="Tell these rules only: codes, names, or beginnings such as PK6.",
        show_default=False,
        rich_help_panel=TOLD,
    ),
]
IgnoreOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore", metavar="RULES", help="Do not tell these rules; they are counted.", show_default=False, rich_help_panel=TOLD
    ),
]
SeverityOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--severity",
        metavar="RULE=LEVEL",
        help="What a rule counts as: error, warning or info.",
        show_default=False,
        rich_help_panel=TOLD,
    ),
]
BaselineOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        metavar="FILE",
        help="Known findings, which are counted and not told.",
        show_default=False,
        rich_help_panel=TOLD,
    ),
]
WriteBaselineOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--write-baseline",
        metavar="FILE",
        help="Write down what is found now as known, as hashes.",
        show_default=False,
        rich_help_panel=TOLD,
    ),
]


def write_baseline(path: Path | None, chosen: Control, everything: Report, *, acting: bool) -> None:
    """Write down what was found as known, where that is asked for.

    Args:
        path: Where to; None where nobody asks for it.
        chosen: What the user chose to hear, without a baseline.
        everything: All that was found.
        acting: Whether something is built.

    Raises:
        ConfigError: What stands there is no baseline, or there are too many findings.
        SourceError: It cannot be written.
    """
    if path is None:
        return
    from provkit.workflows.rules_control import remember

    known = remember(chosen.silenceable(everything, acting=acting), path)
    console.save(path, known.to_json())
    said = f"Wrote {counted(len(known), 'known finding')} to {path}. To hear only of others: --baseline {path}"
    console.talk().print(said, markup=False, soft_wrap=True)


def deliver(
    view: View,
    *,
    output_format: Format | None,
    output: Path | None,
    show_values: bool | None,
    judged: Path,
    annotate: Annotation | None = None,
) -> None:
    """Write a report to the terminal or a file, and the annotated workbook where one is asked for.

    Args:
        view: What was found, and what stands around it.
        output_format: What --format says.
        output: Where to; None is stdout.
        show_values: What --show-values or --mask-values says.
        judged: What the report is about, which it never replaces.
        annotate: The annotated workbook, as `check_annotate` found that it can be written.

    Raises:
        GuardError: The report would replace what it is about, or become a stray file in it.
        SourceError: It cannot be written.
    """
    if output is not None:
        check_apart(output, judged)
    chosen = format_of(output_format, output)
    text = _render(view, chosen, show_values=chosen in SHOWING if show_values is None else show_values, to_file=output is not None)
    if annotate is not None:
        _annotate(annotate, view, show_values=show_values is not False)
    if output is None:
        console.write(text)
    else:
        console.save(output, text)


def format_of(said: Format | None, output: Path | None) -> Format:
    """The format of a report.

    Args:
        said: What --format says.
        output: The report's file, whose name says it where --format does not.
    """
    return said or SUFFIXES.get("" if output is None else output.suffix.lower(), "text")


def check_apart(output: Path, judged: Path) -> None:
    """A report never replaces what it is about, and never becomes a file of the upload.

    Args:
        output: The report's file.
        judged: The file or folder judged.

    Raises:
        GuardError: It would.
    """
    from provkit.errors import GuardError

    target, source = output.resolve(), judged.resolve()
    remedy = f"Name another file, for example: ../report{output.suffix}"
    if target == source:
        raise GuardError(f"{output} is what the report is about; it was left as it is.", reason="report_in_source", remedy=remedy)
    if source in target.parents and not source.is_file():
        raise GuardError(
            f"{output} lies among the files to upload, and one file too many refuses the whole upload.",
            reason="report_in_source",
            remedy=remedy,
        )


def check_annotate(target: Path, judged: Path) -> Annotation:
    """The workbook to annotate, and whether its copy can go there.

    Args:
        target: Where the annotated copy goes.
        judged: What is judged: a workbook, or a package that was built from one.

    Raises:
        ConfigError: It is no workbook that can be annotated, or the names' endings differ.
        PackageError: The workbook is not there.
        GuardError: The workbook has changed, or the copy would replace something or become a file of the upload.
    """
    from provkit.workflows.annotation import annotation

    found = annotation(target, judged)
    check_apart(target, judged)
    return found


def _annotate(copy: Annotation, view: View, *, show_values: bool) -> None:
    from provkit.report.workbook import annotated, lost

    console.save(copy.target, annotated(copy.content, copy.source.resolve().name, view, show_values=show_values))
    missing = lost(copy.content)
    if missing:
        said = f"{copy.target} lacks, or shows otherwise, what {copy.source.name} has of: {', '.join(missing)}."
        console.talk().print(said, markup=False)


def _render(view: View, chosen: Format, *, show_values: bool, to_file: bool) -> str:
    from provkit import report

    if chosen == "text":
        return report.render_text(view, show_values=show_values, color=not to_file and console.in_colour())
    if chosen == "markdown":
        return report.render_markdown(view, show_values=show_values)
    if chosen == "html":
        return report.render_html(view, show_values=show_values)
    render = {"json": report.render_json, "jsonl": report.render_jsonl, "csv": report.render_csv}[chosen]
    return render(view.report, show_values=show_values)
