"""What was found, for each reader: one pure function per format, all from one `provkit.rules.Report`.

What a person reads has words around the findings and is made from a `provkit.report.view.View`; what a program reads is the report alone.
"""

from __future__ import annotations

from provkit.report.csv import render as render_csv
from provkit.report.html import render as render_html
from provkit.report.json import render as render_json
from provkit.report.jsonl import render as render_jsonl
from provkit.report.markdown import render as render_markdown
from provkit.report.text import render as render_text
from provkit.report.view import View

__all__ = ["View", "render_csv", "render_html", "render_json", "render_jsonl", "render_markdown", "render_text"]
