"""The report for a person at a terminal: grouped by cause, 80 columns, readable without colour."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from provkit.rules import Consequence, Finding, Report, RowAccount, Rule, Severity

if TYPE_CHECKING:
    from provkit.checks.people import Mailing

__all__ = ["counted", "place", "render", "verdict"]

WIDTH = 80
MESSAGES = 5
"""How many different messages of one cause are shown."""
PLACES = 6
"""How many places of one message are shown."""

HEADINGS = {
    Severity.ERROR: ("MUST FIX", "bold red"),
    Severity.WARNING: ("SHOULD CHECK", "bold yellow"),
    Severity.INFO: ("GOOD TO KNOW", "bold cyan"),
}

BEFALLS = {
    Consequence.REFUSED: "the whole upload is refused",
    Consequence.LOST: "accepted, then lost without a word",
    Consequence.DROPPED: "the row vanishes without a word",
    Consequence.REJECTED: "reported, and not imported",
    Consequence.HELD_BACK: "kept out of the package",
    Consequence.ALTERED: "arrives otherwise than written",
    Consequence.MAILED: "somebody gets mail",
    Consequence.NOTED: "nothing is wrong",
}


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    Args:
        number: How many.
        one: The noun for one.
        many: The noun for several, if it is not `one` and an s.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def place(finding: Finding) -> str:
    """Where a finding is, in the words of the user's own source where that is known.

    Args:
        finding: Any finding; "" where it has no place.
    """
    if finding.origin is not None:
        return str(finding.origin)
    words = [finding.file or ""]
    if finding.line is not None:
        words.append(f"line {finding.line}")
    where = " ".join(filter(None, words))
    return f"{where}, {finding.column}" if finding.column and where else where


def verdict(report: Report) -> str:
    """The last line: one sentence that says whether it may be sent.

    Args:
        report: What was found.
    """
    errors, warnings, notes = (report.count(severity) for severity in Severity)
    found = ", ".join(
        counted(number, word) for number, word in ((errors, "error"), (warnings, "warning"), (notes, "note")) if number
    )
    if errors:
        return f"{found}: not fit to be sent as it is."
    if warnings:
        return f"{found}: it can be sent; look at the warnings first."
    return f"No errors and no warnings{f' ({found})' if found else ''}: fit to be sent."


def render(
    report: Report,
    *,
    mailing: Mailing | None = None,
    show_values: bool = True,
    color: bool = False,
    width: int = WIDTH,
    closing: str | None = None,
) -> str:
    """The report as text, ending in a line end.

    Args:
        report: What was found.
        mailing: Who would get mail; left out where None.
        show_values: False masks personal values.
        color: True adds terminal colours.
        width: The widest line.
        closing: The last line in place of the verdict.
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
    for severity in Severity:
        _section(console, report, severity, show_values=show_values)
    if mailing is not None:
        from provkit.report.mailing import render as render_mailing

        console.print(Text("WHO GETS MAIL", style="bold"))
        for line in render_mailing(mailing, show_values=show_values):
            console.print(_marked("  ", line))
        console.print()
    if report.rows is not None:
        console.print(Text("ROWS", style="bold"))
        for line in account(report.rows):
            console.print(_marked("  ", line))
        console.print()
    console.print(Text(verdict(report) if closing is None else closing, style="bold"))
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def account(rows: RowAccount) -> Iterator[str]:
    """The row account, in lines.

    Args:
        rows: Where every row of the source went.
    """
    parts = ((rows.used, "used"), (rows.merged, "merged"), (rows.set_aside, "set aside"), (rows.held_back, "held back"))
    yield f"read {rows.read:,} = " + " + ".join(f"{number:,} {word}" for number, word in parts if number or word == "used")
    if rows.written:
        yield "written: " + ", ".join(f"{name} {number:,}" for name, number in rows.written.items())


def _section(console: Console, report: Report, severity: Severity, *, show_values: bool) -> None:
    """All causes of one severity, those with the worst consequence first."""
    rules = [broken for broken, number in report.counts.items() if broken.severity is severity and number]
    if not rules:
        return
    title, style = HEADINGS[severity]
    causes = f" from {counted(len(rules), 'cause')}" if report.count(severity) > len(rules) else ""
    noun = "note" if severity is Severity.INFO else str(severity)
    console.print(Text.assemble((title, style), f": {counted(report.count(severity), noun)}{causes}"))
    console.print()
    order = tuple(Consequence)
    for broken in sorted(rules, key=lambda broken: (order.index(broken.consequence), broken.code)):
        findings = [finding for finding in report.findings if finding.rule is broken]
        _cause(console, broken, report.counts[broken], findings, style, show_values=show_values)


def _cause(console: Console, broken: Rule, count: int, findings: Sequence[Finding], style: str, *, show_values: bool) -> None:
    """One cause: what it is, where it is, what happens and what to do."""
    times = f", {count:,} times" if count > 1 else ""
    console.print(_marked(Text(f"{broken.code}  ", style=style), Text(broken.summary, style="bold")))
    _under(console, Text(f"({BEFALLS[broken.consequence]}{times})"))
    shown = 0
    groups = _by_message(findings, show_values=show_values)
    for message, places in groups[:MESSAGES]:
        _under(console, _marked("- ", _places(message, places)))
        shown += len(places)
    if count > shown:
        _under(console, Text(f"- and {count - shown:,} more"))
    for title, prose in (("What happens", broken.what_happens), ("What to do", broken.remedy)):
        if prose:
            _under(console, Text.assemble((f"{title}: ", "italic"), prose))
    console.print()


def _under(console: Console, what: RenderableType) -> None:
    """Print something below a cause's code."""
    console.print(Padding(what, (0, 0, 0, 7)))


def _by_message(findings: Iterable[Finding], *, show_values: bool) -> list[tuple[str, list[str]]]:
    """Findings that say the same at several places are one; in order of their first place."""
    groups: dict[str, list[str]] = {}
    for finding in findings:
        groups.setdefault(finding.render(show_values=show_values), []).append(place(finding))
    return list(groups.items())


def _places(message: str, places: Sequence[str]) -> str:
    """A message with the places it holds for."""
    named = [where for where in places if where]
    if not named:
        return message
    more = f" and {len(named) - PLACES:,} more" if len(named) > PLACES else ""
    return f"{_joined(named[:PLACES])}{more}: {message}"


def _joined(places: Sequence[str]) -> str:
    """Places with what they share said once: `users.csv line 5, login_id; line 9, login_id`; `Roster!B17, B19`."""
    said = []
    for head, group in groupby(places, key=_head):
        tails = [where[len(head) :] for where in group]
        said.append(head + (", " if head.endswith("!") else "; ").join(tails))
    return "; ".join(said)


def _head(where: str) -> str:
    """The part of a place that its neighbours may share: the sheet or the file."""
    if "!" in where:
        return where.rpartition("!")[0] + "!"
    before, found, _ = where.rpartition(" line ")
    return f"{before} " if found else ""


def _marked(mark: str | Text, line: str | Text) -> Table:
    """A paragraph that hangs beside its mark."""
    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(mark if isinstance(mark, Text) else Text(mark), line if isinstance(line, Text) else Text(line))
    return grid
