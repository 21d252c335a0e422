"""How `build` and `validate` report: in which format, and where to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from provkit import console

if TYPE_CHECKING:
    from provkit.report import View

__all__ = ["FormatOption", "ListedOption", "OutputOption", "ValuesOption", "check_apart", "deliver"]

Format: TypeAlias = Literal["text", "json", "jsonl", "csv", "markdown"]

SUFFIXES: dict[str, Format] = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".md": "markdown",
    ".markdown": "markdown",
}
"""The format that a report's file name asks for where --format says nothing; any other name asks for text."""

SHOWING = frozenset({"text"})
"""Formats for the user's own eyes: personal values are shown there unless masked, and masked elsewhere unless shown."""

FormatOption: TypeAlias = Annotated[
    Format | None,
    typer.Option(
        "--format", help="How the report is written; by default as the name of --output says, else text.", show_default=False
    ),
]
OutputOption: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the report to a file, such as report.csv.", show_default=False)
]
ListedOption: TypeAlias = Annotated[
    int,
    typer.Option(min=0, metavar="N", help="How many findings of one rule are listed at most; all of them are counted."),
]
ValuesOption: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--show-values/--mask-values",
        help="Show personal values, or mask them; by default shown in text, masked elsewhere.",
        show_default=False,
    ),
]


def deliver(view: View, *, output_format: Format | None, output: Path | None, show_values: bool | None, judged: Path) -> None:
    """Write a report to the terminal or a file.

    Args:
        view: What was found, and what stands around it.
        output_format: What --format says.
        output: Where to; None is stdout.
        show_values: What --show-values or --mask-values says.
        judged: What the report is about, which it never replaces.

    Raises:
        GuardError: The report would replace what it is about, or become a stray file in it.
        SourceError: It cannot be written.
    """
    if output is not None:
        check_apart(output, judged)
    suffix = "" if output is None else output.suffix.lower()
    chosen = output_format or SUFFIXES.get(suffix, "text")
    text = _render(view, chosen, show_values=chosen in SHOWING if show_values is None else show_values, to_file=output is not None)
    if output is None:
        console.write(text)
    else:
        console.save(output, text)


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


def _render(view: View, chosen: Format, *, show_values: bool, to_file: bool) -> str:
    from provkit import report

    if chosen == "text":
        return report.render_text(view, show_values=show_values, color=not to_file and console.in_colour())
    if chosen == "markdown":
        return report.render_markdown(view, show_values=show_values)
    render = {"json": report.render_json, "jsonl": report.render_jsonl, "csv": report.render_csv}[chosen]
    return render(view.report, show_values=show_values)
