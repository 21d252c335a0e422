"""The report as a table: a row for each finding listed, for a spreadsheet program or a script."""

from __future__ import annotations

from collections.abc import Iterator

from provkit.report.cells import as_csv
from provkit.report.words import capital
from provkit.rules import Finding, Report, mask

__all__ = ["COLUMNS", "render"]

COLUMNS = (
    "severity",
    "code",
    "name",
    "consequence",
    "message",
    "file",
    "line",
    "column",
    "value",
    "source_file",
    "source_sheet",
    "source_cell",
    "remedy",
    "count",
)
"""`file`, `line` and `column` mean the package, `source_...` the user's own source; `count` is how many findings of this code there are in
all, listed or not. What is silenced has a row for each rule at the end, with the severity "silenced"."""


def render(report: Report, *, show_values: bool = False) -> str:
    """The findings as CSV that a spreadsheet program opens well: UTF-8 with a byte-order mark, no formulas.

    Args:
        report: What was found.
        show_values: True shows personal values; otherwise they are masked.
    """
    findings = (_cells(finding, report, show_values=show_values) for finding in report.findings)
    return as_csv((COLUMNS, *findings, *_silenced(report)))


def _silenced(report: Report) -> Iterator[tuple[str, ...]]:
    """A row for each rule that is silenced, since a table that says nothing of it would look whole."""
    for one in report.silenced:
        for rule, number in sorted(one.counts.items(), key=lambda pair: pair[0].code):
            row = dict.fromkeys(COLUMNS, "")
            row |= {"severity": "silenced", "code": rule.code, "name": rule.name, "consequence": str(rule.consequence)}
            yield tuple({**row, "message": f"silenced by {one.by}", "count": str(number)}.values())


def _cells(finding: Finding, report: Report, *, show_values: bool) -> tuple[str, ...]:
    rule, origin, value = finding.rule, finding.origin, finding.value or ""
    return (
        str(finding.severity),
        rule.code,
        rule.name,
        str(finding.consequence),
        finding.render(show_values=show_values),
        finding.file or "",
        "" if finding.line is None else str(finding.line),
        finding.column or "",
        value if show_values else mask(value),
        "" if origin is None else origin.file,
        "" if origin is None else origin.sheet or "",
        "" if origin is None else origin.cell or "",
        capital(rule.remedy),
        str(report.counts[rule]),
    )
