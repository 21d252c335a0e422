"""What was found, for each reader: one pure function per format, all from one `provkit.rules.Report`."""

from __future__ import annotations

from provkit.report.json import render as render_json
from provkit.report.text import render as render_text

__all__ = ["render_json", "render_text"]
