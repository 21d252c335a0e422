"""The words that all reports share: headings, consequences, places, and sentences about numbers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from provkit.rules import Consequence, Finding, Report, RowAccount, Severity
from provkit.words import counted

__all__ = [
    "BEFALLS",
    "NOUNS",
    "SILENCED",
    "TITLES",
    "account",
    "capital",
    "joined",
    "paragraph",
    "place",
    "silence",
    "unheard",
    "verdict",
]

PLACES = 6
"""How many places of one message are named before the rest is only counted."""

TITLES = {Severity.ERROR: "Must fix", Severity.WARNING: "Should check", Severity.INFO: "Good to know"}

SILENCED = "Silenced"
"""The heading over what is not told."""

NOUNS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

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


def capital(text: str) -> str:
    """A sentence with a capital at its start, unless it begins with the name of the command or of a column (`last_name`)."""
    return text if text.startswith("provkit") or "_" in text.partition(" ")[0] else text[:1].upper() + text[1:]


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


def joined(places: Sequence[str], shown: int = PLACES) -> str:
    """Places with what they share said once: `users.csv line 5, login_id; line 9, login_id`; `Roster!B17, B19 and 4 more`.

    Args:
        places: As `place` gives them; empty ones are left out.
        shown: How many are named.
    """
    named = [where for where in places if where]
    said = []
    for head, group in groupby(named[:shown], key=_head):
        tails = [where[len(head) :] for where in group]
        said.append(head + (", " if head.endswith("!") else "; ").join(tails))
    more = f" and {len(named) - shown:,} more" if len(named) > shown else ""
    return "; ".join(said) + more


def verdict(report: Report) -> str:
    """One sentence that says whether it may be sent.

    Args:
        report: What was found.
    """
    errors, warnings, notes = (report.count(severity) for severity in Severity)
    hidden, lowered = _silenced(report), _lowered(report)
    found = ", ".join(counted(number, NOUNS[severity]) for severity in Severity if (number := report.count(severity)))
    if errors:
        return f"{found}: not fit to be sent as it is."
    if hidden or lowered:
        parts = (
            found,
            f"{counted(hidden, 'error is', 'errors are')} silenced",
            f"{counted(lowered, 'error is', 'errors are')} lowered",
        )
        told = "; ".join(part for part, number in zip(parts, (found, hidden, lowered), strict=True) if number)
        return f"{told}: not fit to be sent as it is."
    if warnings:
        return f"{found}: it can be sent; look at the warnings first."
    return f"No errors and no warnings{f' ({found})' if notes else ''}: fit to be sent."


def silence(report: Report) -> Iterator[str]:
    """What is not told, and who asked for that, in sentences; what is told although somebody asked otherwise.

    Args:
        report: What was found.
    """
    for one in report.silenced:
        rules = ", ".join(f"{rule.code} {number:,}" for rule, number in sorted(one.counts.items(), key=lambda pair: pair[0].code))
        yield f"{counted(sum(one.counts.values()), 'finding')} silenced by {one.by}: {rules}."
    hidden, lowered = _silenced(report), _lowered(report)
    if hidden:
        yield f"{counted(hidden, 'of them is an error', 'of them are errors')}: build and send stop for {'it' if hidden == 1 else 'them'} all the same."
    if lowered:
        yield f"{counted(lowered, 'error counts', 'errors count')} as less: build and send stop for {'it' if lowered == 1 else 'them'} all the same."
    if report.insisted:
        codes = ", ".join(rule.code for rule in report.insisted)
        yield (
            f"Told all the same: {codes}. What is refused, lost, dropped, rejected or kept out is neither silenced nor lowered "
            "where something is built or sent."
        )


def unheard(report: Report) -> int:
    """How many errors are not told, or not as errors.

    Args:
        report: What was found.
    """
    return _silenced(report) + _lowered(report)


def _lowered(report: Report) -> int:
    return sum(
        number
        for rule, number in report.counts.items()
        if rule.consequence.severity is Severity.ERROR and rule.severity is not Severity.ERROR
    )


def _silenced(report: Report) -> int:
    return sum(
        number for one in report.silenced for rule, number in one.counts.items() if rule.consequence.severity is Severity.ERROR
    )


def account(rows: RowAccount) -> Iterator[str]:
    """The row account, in lines.

    Args:
        rows: Where every row of the source went.
    """
    parts = ((rows.used, "used"), (rows.merged, "merged"), (rows.set_aside, "set aside"), (rows.held_back, "held back"))
    yield f"read {rows.read:,} = " + " + ".join(f"{number:,} {word}" for number, word in parts if number or word == "used")
    if rows.written:
        yield "written: " + ", ".join(f"{name} {number:,}" for name, number in rows.written.items())


def _head(where: str) -> str:
    """The part of a place that its neighbours may share: the sheet or the file."""
    if "!" in where:
        return where.rpartition("!")[0] + "!"
    before, found, _ = where.rpartition(" line ")
    return f"{before} " if found else ""


def paragraph(title: str, lines: Iterable[str], *, width: int = 80) -> str:
    """A heading with sentences below it, ending in a line end. Names of files and folders stay whole.

    Args:
        title: The heading.
        lines: A sentence each.
        width: The widest line.
    """
    wrapped = [
        textwrap.fill(line, width, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
        for line in lines
    ]
    return "\n".join((title, *wrapped)) + "\n"
