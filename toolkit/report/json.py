"""The report for machines, format 1 (see `provkit.rules.Report.to_dict`)."""

from __future__ import annotations

import json

from provkit.rules import Report

__all__ = ["render"]


def render(report: Report, *, show_values: bool = False) -> str:
    """The report as JSON, ending in a line end.

    Args:
        report: What was found.
        show_values: True shows personal values; otherwise they are masked.
    """
    return json.dumps(report.to_dict(show_values=show_values), ensure_ascii=False, indent=2) + "\n"
