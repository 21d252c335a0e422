"""What a build says besides its findings: what it changed on the way, in short or every single change, and paragraphs."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from provkit.report.text import WIDTH, counted

if TYPE_CHECKING:
    from provkit.authoring import ChangeKind, Changes
    from provkit.rules import Origin

__all__ = ["paragraph", "render_csv", "render_summary"]

PLACES = 4
"""How many places of one kind of change are named."""

_SAID = {
    "trimmed": "blanks and unseen characters taken away",
    "line-ends": "line ends written as the server reads them",
    "address": "addresses freed of what stood around them",
    "word": "words written as the server knows them",
    "date": "dates written in UTC",
    "padded": "university ids given their leading zeros back",
    "name-split": "names split into first and last name (a guess)",
    "username": "university addresses replaced by the username",
    "followed": "ids of the sheet's own replaced by the address",
    "spelled": "addresses spelled as where they were first met",
    "filled": "empty cells filled from a setting or from the rest of the sheet",
    "merged": "rows that say again what another row says",
    "column-set-aside": "columns left out",
    "row-set-aside": "rows left out",
    "sheet-set-aside": "sheets left out",
}

_RISKY = ("=", "+", "-", "@", "\t")
"""How a cell begins that a spreadsheet program would take for a formula."""


def render_summary(changes: Changes) -> Iterator[str]:
    """One line per kind of change: how many, what, the first places with before and after.

    Args:
        changes: All changes.
    """
    by_kind: dict[ChangeKind, list[int]] = {}
    for index, group in enumerate(changes.groups):
        by_kind.setdefault(group.kind, []).append(index)
    for kind, indexes in by_kind.items():
        number = sum(len(changes.groups[index]) for index in indexes)
        first = islice((change for index in indexes for change in changes.groups[index]), PLACES)
        said = "; ".join(_example(change.origin, change.before, change.after) for change in first)
        more = f" and {counted(number - PLACES, 'more', 'more')}" if number > PLACES else ""
        yield f"{number:,} {_SAID.get(str(kind), str(kind))}: {said}{more}"


def render_csv(changes: Changes) -> str:
    """Every change as a row of a CSV file that a spreadsheet program opens well: UTF-8 with a byte order mark, no formulas.

    Args:
        changes: All changes.
    """
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("file", "sheet", "cell", "column", "kind", "before", "after"))
    for change in changes:
        origin = change.origin
        row = (
            origin.file,
            origin.sheet or "",
            origin.cell or "",
            change.column or "",
            str(change.kind),
            change.before,
            change.after,
        )
        writer.writerow(tuple(f"'{text}" if text.startswith(_RISKY) else text for text in row))
    return buffer.getvalue()


def paragraph(title: str, lines: Iterable[str], *, color: bool = False, width: int = WIDTH) -> str:
    """A heading with lines below it, wrapped and indented, ending in a line end.

    Args:
        title: The heading.
        lines: One item each.
        color: True adds terminal colours.
        width: The widest line.
    """
    heading = f"\x1b[1m{title}\x1b[0m" if color else title
    wrapped = [
        textwrap.fill(line, width, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
        for line in lines
    ]
    return "\n".join((heading, *wrapped)) + "\n"


def _example(origin: Origin, before: str, after: str) -> str:
    """One change in a few words."""
    if not before:
        return f"{origin}: {_short(after)!r}" if after else str(origin)
    return f"{origin}: {_short(before)!r} became {_short(after)!r}" if after else f"{origin} ({_short(before)})"


def _short(text: str) -> str:
    text = " ".join(text.split()) if "\n" in text else text
    return text if len(text) <= 30 else f"{text[:29]}…"
