"""The report for a ticket or a chat: Markdown, grouped by cause, personal values masked unless asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from provkit.report.view import Cause, View
from provkit.report.words import BEFALLS, NOUNS, SILENCED, TITLES, account, capital, joined, silence
from provkit.words import counted

__all__ = ["render"]

MESSAGES = 5
"""How many different messages of one cause are shown."""

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_HANDLE = re.compile(r"[^\s,;]*@(?:[^\s,;]*[^\s,;:.!?])?")


def render(view: View, *, show_values: bool = False) -> str:
    """The report as Markdown (CommonMark), ending in a line end.

    Args:
        view: What was found, and what stands around it.
        show_values: True shows personal values; otherwise they are masked. What was changed on the way is left out then.
    """
    return "\n".join(_lines(view, show_values=show_values)) + "\n"


def _lines(view: View, *, show_values: bool) -> Iterator[str]:
    yield f"# provkit: {_plain(view.subject)}" if view.subject else "# provkit"
    yield ""
    yield f"**{_plain(view.conclusion)}**"
    for title, lines in (("What was read", view.read), ("What was changed", view.changed if show_values else ())):
        yield from _paragraph(title, lines)
    for section in view.sections:
        yield ""
        yield f"## {TITLES[section.severity]}: {counted(section.count, NOUNS[section.severity])}"
        for cause in section.causes:
            yield from _cause(cause, show_values=show_values)
    yield from _paragraph(SILENCED, tuple(silence(view.report)))
    if view.mailing is not None:
        from provkit.report.mailing import render as render_mailing

        yield from _paragraph("Who gets mail", tuple(render_mailing(view.mailing, show_values=show_values)))
    if view.written is not None:
        yield from _paragraph(view.written.title, view.written.lines)
    if view.report.rows is not None:
        yield from _paragraph(view.rows_title, tuple(account(view.report.rows)))


def _paragraph(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield from ("", f"## {title}", "", *(f"- {_plain(line)}" for line in lines))


def _cause(cause: Cause, *, show_values: bool) -> Iterator[str]:
    rule = cause.rule
    times = f", {cause.count:,} times" if cause.count > 1 else ""
    yield from ("", f"### {rule.code} {_plain(rule.summary)}", "", f"{capital(BEFALLS[rule.consequence])}{times}.", "")
    shown = 0
    for message, places in cause.messages(show_values=show_values)[:MESSAGES]:
        where = joined(places)
        yield f"- {_plain(f'{where}: {message}' if where else message)}"
        shown += len(places)
    if cause.count > shown:
        yield f"- and {cause.count - shown:,} more"
    for title, prose in (("What happens", rule.what_happens), ("What to do", rule.remedy)):
        if prose:
            yield from ("", f"**{title}:** {_plain(capital(prose))}")


def _plain(text: str) -> str:
    """Text that Markdown shows as it stands, on one line. What holds an @ becomes code, or a tracker would call somebody of that name."""
    text = " ".join(text.split())
    pieces = []
    last = 0
    for found in _HANDLE.finditer(text):
        pieces += [_MARKUP.sub(r"\\\1", text[last : found.start()]), _code(found[0])]
        last = found.end()
    return "".join(pieces) + _MARKUP.sub(r"\\\1", text[last:])


def _code(text: str) -> str:
    """Text as code, between more backticks than stand in it side by side."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"
