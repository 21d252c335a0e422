"""The report as JSON Lines: first the report without its findings, then each finding on a line of its own."""

from __future__ import annotations

import json

from provkit.rules import Report

__all__ = ["render"]


def render(report: Report, *, show_values: bool = False) -> str:
    """The report as JSON Lines, each ending in a line end.

    The first line is the object of the JSON report without `findings` (the counts are exact there, listed or not); every further line is
    one object of its `findings`.

    Args:
        report: What was found.
        show_values: True shows personal values; otherwise they are masked.
    """
    head = report.without_findings()
    findings = (finding.to_dict(show_values=show_values) for finding in report.findings)
    return "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in (head, *findings))
