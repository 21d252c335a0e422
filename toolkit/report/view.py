"""The one model that every report for a person is made from: what was found, and what stands around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from provkit.report.words import place, verdict
from provkit.rules import Consequence, Finding, Report, Rule, Severity

if TYPE_CHECKING:
    from provkit.checks.people import Mailing
    from provkit.receiver import Reception

__all__ = ["Cause", "Paragraph", "Section", "View"]


@dataclass(frozen=True)
class Paragraph:
    """A heading with sentences below it.

    Attributes:
        title: The heading.
        lines: A sentence each.
        offer: A sentence, and the command to copy that it is about, which stands whole on a line of its own. It may hold values: where these
            are masked, it is not shown.
    """

    title: str
    lines: tuple[str, ...]
    offer: tuple[str, str] | None = None


@dataclass(frozen=True)
class Cause:
    """All findings of one rule.

    Attributes:
        rule: The rule.
        count: How many there are, listed or not.
        findings: Those that are listed.
    """

    rule: Rule
    count: int
    findings: tuple[Finding, ...]

    def messages(self, *, show_values: bool) -> list[tuple[str, list[str]]]:
        """Findings that say the same at several places are one; in order of their first place.

        Args:
            show_values: False masks personal values.

        Returns:
            Pairs of a message and its places.
        """
        groups: dict[str, list[str]] = {}
        for finding in self.findings:
            groups.setdefault(finding.render(show_values=show_values), []).append(place(finding))
        return list(groups.items())


@dataclass(frozen=True)
class Section:
    """All causes of one severity, those with the worst consequence first.

    Attributes:
        severity: Which.
        count: How many findings there are.
        causes: At least one.
    """

    severity: Severity
    count: int
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class View:
    """What a person is shown.

    Attributes:
        report: What was found, with the row account where there is one.
        subject: The file or folder that was judged, without the folders above it.
        mailing: Who would get mail; None leaves it out.
        reception: What the service makes of the upload; None where there is none to be made.
        read: What the source was taken for, in sentences.
        changed: What was changed on the way, in sentences.
        written: What was written, or why nothing was; None where nothing was to be written.
        after: What to do then, where that has a heading of its own.
        rows_title: The heading of the row account.
        closing: The last sentence in place of the verdict.
    """

    report: Report
    subject: str = ""
    mailing: Mailing | None = None
    reception: Reception | None = None
    read: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    written: Paragraph | None = None
    after: Paragraph | None = None
    rows_title: str = "Rows"
    closing: str | None = None

    @property
    def conclusion(self) -> str:
        """One sentence that says whether it may be sent."""
        return verdict(self.report) if self.closing is None else self.closing

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """What was found, by severity and cause; severities of which nothing was found are missing."""
        return tuple(self._sections())

    def _sections(self) -> Iterator[Section]:
        listed: dict[Rule, list[Finding]] = {}
        for finding in self.report.findings:
            listed.setdefault(finding.rule, []).append(finding)
        order = tuple(Consequence)
        for severity in Severity:
            broken = [rule for rule, number in self.report.counts.items() if rule.severity is severity and number]
            broken.sort(key=lambda rule: (order.index(rule.consequence), rule.code))
            causes = tuple(Cause(rule, self.report.counts[rule], tuple(listed.get(rule, ()))) for rule in broken)
            if causes:
                yield Section(severity, self.report.count(severity), causes)
