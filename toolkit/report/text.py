"""The report for a person at a terminal: grouped by cause, 80 columns, readable without colour."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from provkit.report.view import Cause, Paragraph, Section, View
from provkit.report.words import BEFALLS, NOUNS, SILENCED, TITLES, account, capital, joined, silence
from provkit.rules import Severity
from provkit.words import counted

__all__ = ["STYLES", "WIDTH", "render"]

WIDTH = 80
MESSAGES = 5
"""How many different messages of one cause are shown."""

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}


def render(view: View, *, show_values: bool = True, color: bool = False, width: int = WIDTH) -> str:
    """The report as text, ending in a line end.

    The verdict comes last, unless something was to be written: then what was written, and where every row went, follow it.

    Args:
        view: What was found, and what stands around it.
        show_values: False masks personal values.
        color: True adds terminal colours.
        width: The widest line.
    """
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
    )
    _paragraph(console, "What was read", view.read)
    _paragraph(console, "What was changed", view.changed)
    for section in view.sections:
        _section(console, section, show_values=show_values)
    if view.mailing is not None:
        from provkit.report.mailing import render as render_mailing

        _paragraph(console, "Who gets mail", render_mailing(view.mailing, show_values=show_values))
    _paragraph(console, SILENCED, silence(view.report))
    rows = None if view.report.rows is None else Paragraph(view.rows_title, tuple(account(view.report.rows)))
    last = [view.written, rows, view.after] if view.written is not None else []
    if view.written is None and rows is not None:
        _paragraph(console, rows.title, rows.lines)
    console.print(Text(view.conclusion, style="bold"), end="\n\n")
    for paragraph in filter(None, last):
        _paragraph(console, paragraph.title, paragraph.lines, paragraph.offer if show_values else None)
    return "\n".join(line.rstrip() for line in buffer.getvalue().rstrip().splitlines()) + "\n"


def _paragraph(console: Console, title: str, lines: Iterable[str], offer: tuple[str, str] | None = None) -> None:
    """A heading with sentences below it; nothing where there are none. Names of files and folders stay whole, and so does a command."""
    said = [*lines, *(offer[:1] if offer is not None else ())]
    if not said:
        return
    console.print(Text(title.upper(), style="bold"))
    for line in said:
        hanging = textwrap.wrap(
            line, console.width, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
        )
        console.print(Text("\n".join(hanging)), soft_wrap=True)
    if offer is not None:
        console.print(Text(f"    {offer[1]}"), soft_wrap=True)
    console.print()


def _section(console: Console, section: Section, *, show_values: bool) -> None:
    """All causes of one severity."""
    style = STYLES[section.severity]
    causes = f" from {counted(len(section.causes), 'cause')}" if section.count > len(section.causes) else ""
    found = counted(section.count, NOUNS[section.severity])
    console.print(Text.assemble((TITLES[section.severity].upper(), style), f": {found}{causes}"))
    console.print()
    for cause in section.causes:
        _cause(console, cause, style, show_values=show_values)


def _cause(console: Console, cause: Cause, style: str, *, show_values: bool) -> None:
    """One cause: what it is, where it is, what happens and what to do."""
    rule = cause.rule
    times = f", {cause.count:,} times" if cause.count > 1 else ""
    console.print(_marked(Text(f"{rule.code}  ", style=style), Text(rule.summary, style="bold")))
    _under(console, Text(f"({BEFALLS[rule.consequence]}{times})"))
    shown = 0
    for message, places in cause.messages(show_values=show_values)[:MESSAGES]:
        where = joined(places)
        _under(console, _marked("- ", Text(f"{where}: {message}" if where else message)))
        shown += len(places)
    if cause.count > shown:
        _under(console, Text(f"- and {cause.count - shown:,} more"))
    for title, prose in (("What happens", rule.what_happens), ("What to do", rule.remedy)):
        if prose:
            _under(console, Text.assemble((f"{title}: ", "italic"), capital(prose)))
    console.print()


def _under(console: Console, what: RenderableType) -> None:
    """Print something below a cause's code."""
    console.print(Padding(what, (0, 0, 0, 7)))


def _marked(mark: str | Text, line: Text) -> Table:
    """A paragraph that hangs beside its mark."""
    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(mark if isinstance(mark, Text) else Text(mark), line)
    return grid
