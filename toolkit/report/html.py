"""The report as one page that needs nothing else: for a person to read, filter and print. It loads nothing and sends nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from provkit._version import VERSION
from provkit.report.mailing import render as render_mailing
from provkit.report.outlook import fates, outlook
from provkit.report.view import Cause, View
from provkit.report.words import BEFALLS, NOUNS, TITLES, capital, joined, silence, unheard
from provkit.rules import Finding, RowAccount, Rule, Severity
from provkit.server import MODELLED_SERVER
from provkit.words import counted

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

__all__ = ["render"]

MESSAGES = 5
"""How many different messages of one cause are shown where it is explained; the table has all that are listed."""
AT_ONCE = 250
"""How many rows of the table are laid out at once, as in the page's script: a long table must not keep anybody waiting."""
BAR = 1000
"""How wide the bar of the row account is, in its own units."""


@dataclass(frozen=True)
class _Inline:
    """A style or script that stands in the page, and the digest by which the page's policy allows it and no other."""

    text: Markup
    digest: str


@dataclass(frozen=True)
class _Shown:
    """A cause as it is explained: with its first places."""

    rule: Rule
    count: int
    findings: tuple[Finding, ...]
    shown: tuple[tuple[str, str], ...]
    more: int

    @property
    def listed(self) -> int:
        return len(self.findings)


@dataclass(frozen=True)
class _Part:
    """A part of the row account, and where it stands in its bar."""

    key: str
    title: str
    number: int
    meaning: str
    x: int
    width: int


def render(view: View, *, show_values: bool = True) -> str:
    """The report as a page of HTML.

    Args:
        view: What was found, and what stands around it.
        show_values: False masks personal values; what was changed on the way is left out then.
    """
    report = view.report
    unlisted = sum(report.counts.values()) - len(report.findings)
    mood = "bad" if not report.ok or unheard(report) else "fair" if report.count(Severity.WARNING) else "good"
    return (
        _environment()
        .get_template("report/report.html.j2")
        .render(
            view=view,
            sections=[(section, [_shown(cause, show_values=show_values) for cause in section.causes]) for section in view.sections],
            mood=mood,
            titles=TITLES,
            nouns=NOUNS,
            befalls=BEFALLS,
            rows=None
            if report.rows is None
            else {"read": report.rows.read, "parts": _parts(report.rows), "written": report.rows.written},
            outlook=tuple(outlook(report)),
            fates=None if view.reception is None else fates(view.reception),
            mailing=() if view.mailing is None else tuple(render_mailing(view.mailing, show_values=show_values)),
            changed=view.changed if show_values else (),
            silenced=tuple(silence(report)),
            table=[_row(finding, show_values=show_values) for finding in report.findings],
            wheres=tuple(dict.fromkeys(filter(None, map(_where, report.findings)))),
            at_once=AT_ONCE,
            unlisted=unlisted,
            show_values=show_values,
            version=VERSION,
            server=MODELLED_SERVER,
            style=_inline("report.css"),
            script=_inline("report.js"),
        )
    )


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("provkit.templates", ""),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["capital"] = capital
    environment.filters["number"] = "{:,}".format
    environment.globals["counted"] = counted
    return environment


@cache
def _inline(name: str) -> _Inline:
    from markupsafe import Markup

    text = files("provkit.templates").joinpath("report", name).read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return _Inline(Markup(text), f"sha256-{digest}")  # noqa: S704 - our own file, not a value


def _shown(cause: Cause, *, show_values: bool) -> _Shown:
    groups = cause.messages(show_values=show_values)[:MESSAGES]
    shown = tuple((joined(places), capital(message)) for message, places in groups)
    return _Shown(cause.rule, cause.count, cause.findings, shown, cause.count - sum(len(places) for _, places in groups))


def _parts(rows: RowAccount) -> list[_Part]:
    """The parts of a row account that have rows, and always those that are used."""
    parts = []
    start = 0
    for key, number in (("used", rows.used), ("merged", rows.merged), ("set_aside", rows.set_aside), ("held_back", rows.held_back)):
        if not number and key != "used":
            continue
        width = BAR * number // max(rows.read, 1)
        parts.append(_Part(key, key.replace("_", " ").capitalize(), number, MEANINGS[key], start, width))
        start += width
    return parts


MEANINGS = {
    "used": "Used: what they say goes into the files.",
    "merged": "Merged: they say again what another row says.",
    "set_aside": "Set aside: titles, totals, and people who were dropped or are on a waiting list.",
    "held_back": "Held back: they have errors, or depend on rows that have.",
}


def _where(finding: Finding) -> str:
    """The sheet or file that a finding is about."""
    if finding.origin is not None:
        return finding.origin.sheet or finding.origin.file
    return finding.file or ""


def _row(finding: Finding, *, show_values: bool) -> dict[str, str]:
    origin = finding.origin
    place = ", ".join(_words(finding)) if origin is None else origin.cell or ""
    return {
        "severity": str(finding.severity),
        "title": TITLES[finding.severity],
        "where": _where(finding),
        "place": place,
        "message": capital(finding.render(show_values=show_values)),
        "code": finding.code,
    }


def _words(finding: Finding) -> Iterator[str]:
    if finding.line is not None:
        yield f"line {finding.line:,}"
    if finding.column:
        yield finding.column
