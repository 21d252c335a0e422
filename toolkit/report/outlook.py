"""What would happen if it were sent as it is: in sentences by consequence, and in numbers by file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provkit.rules import Consequence, Report, Severity

if TYPE_CHECKING:
    from provkit.receiver import Reception

__all__ = ["Fates", "fates", "outlook"]

_SENTENCES = {
    Consequence.REFUSED: ("The whole upload is refused, and nothing of it arrives.",) * 2,
    Consequence.LOST: ("The upload is accepted, and then something of it is lost without a word.",) * 2,
    Consequence.DROPPED: (
        "1 row vanishes without a word: no mail names it.",
        "{:,} rows vanish without a word: no mail names them.",
    ),
    Consequence.REJECTED: (
        "1 fault keeps what it is in from being imported; a mail says so hours later, without a row number.",
        "{:,} faults keep what they are in from being imported; a mail says so hours later, without row numbers.",
    ),
    Consequence.HELD_BACK: (
        "1 fault leaves nothing that could be sent, so provkit keeps its row out.",
        "{:,} faults leave nothing that could be sent, so provkit keeps their rows out.",
    ),
    Consequence.ALTERED: ("1 thing arrives otherwise than written.", "{:,} things arrive otherwise than written."),
    Consequence.MAILED: (
        "1 finding is about mail to people who perhaps should not get it.",
        "{:,} findings are about mail to people who perhaps should not get it.",
    ),
}
"""For one finding of each consequence, and for several."""

_COLUMNS = {
    "sent": "Go on",
    "deferred": "Go on later",
    "rejected": "Reported, not sent",
    "dropped": "Vanish",
    "lost": "Lost",
    "stopped": "Stop the run",
    "not_reached": "Never reached",
    "altered": "Arrive changed",
}
"""What a `provkit.report.simulation.Account` counts, in words; columns in which every number is 0 are left out, but for the first."""


def outlook(report: Report) -> Iterator[str]:
    """What the findings mean for the upload, worst first. What is silenced happens all the same.

    Args:
        report: What was found.
    """
    counts: Counter[Consequence] = Counter()
    for found in (report.counts, *(one.counts for one in report.silenced)):
        for rule, number in found.items():
            counts[rule.consequence] += number
    for consequence in Consequence:
        number = counts[consequence]
        if number and consequence in _SENTENCES:
            one, several = _SENTENCES[consequence]
            yield one if number == 1 else several.format(number)
    if not any(number and consequence.severity is Severity.ERROR for consequence, number in counts.items()):
        yield "Everything is taken and arrives." if not counts[Consequence.ALTERED] else "Everything else is taken and arrives."


@dataclass(frozen=True)
class Fates:
    """Where the rows of each file go.

    Attributes:
        columns: What is counted.
        rows: Per file its name, its rows, and a number for each column.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, int, tuple[int, ...]], ...]


def fates(reception: Reception) -> Fates | None:
    """Where the rows of each file go, as far as the service itself decides; Canvas may refuse some of what goes on.

    Args:
        reception: What the service makes of the upload.

    Returns:
        None where the upload is refused, or no file has rows.
    """
    from provkit.report.simulation import account

    run = reception.processing
    if run is None:
        return None
    counted_files = [
        (file.name or "(no name)", found)
        for index, file in enumerate(reception.files)
        if (found := account(file, lost=index in run.lost)) is not None
    ]
    used = [key for key in _COLUMNS if key == "sent" or any(getattr(found, key) for _, found in counted_files)]
    rows = tuple((name, found.rows, tuple(getattr(found, key) for key in used)) for name, found in counted_files)
    return Fates(tuple(_COLUMNS[key] for key in used), rows) if rows else None
