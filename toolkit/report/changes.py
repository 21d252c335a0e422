"""What a build says besides its findings: what it changed on the way, in short or every single change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from provkit._version import VERSION
from provkit.report.cells import as_csv

if TYPE_CHECKING:
    from provkit.authoring import ChangeKind, Changes
    from provkit.authoring.changes import Change, Group

__all__ = ["render_csv", "render_json", "render_summary"]

EXAMPLES = 4
"""How many different changes of one kind are shown."""

_FIELDS = ("file", "sheet", "cell", "column", "kind", "before", "after")
_PLACES = ("sheet", "cell", "column")

_SAID = {
    "trimmed": "Blanks and unseen characters taken away",
    "line-ends": "Line ends written as the server reads them",
    "address": "Addresses freed of what stood around them",
    "word": "Words written as the server knows them",
    "date": "Dates written in UTC",
    "padded": "University ids given their leading zeros back",
    "name-split": "Names split into first and last name (a guess)",
    "username": "University addresses replaced by the username",
    "followed": "Ids of the sheet's own replaced by the address",
    "spelled": "Addresses spelled as where they were first met",
    "filled": "Empty cells filled from a setting or from the rest of the sheet",
    "looked-up": "Answers replaced by what the profile says they mean",
    "parted": "Cells with several people or ids made into rows",
    "merged": "Rows that say again what another row says",
    "column-set-aside": "Columns left out",
    "row-set-aside": "Rows left out",
    "sheet-set-aside": "Sheets left out",
    "held-back": "Rows held back",
}


def render_summary(changes: Changes) -> Iterator[str]:
    """One line per kind of change: how many, what, the most frequent ones with their first place.

    Args:
        changes: All changes.
    """
    by_kind: dict[ChangeKind, list[Group]] = {}
    for group in changes.groups:
        by_kind.setdefault(group.kind, []).append(group)
    for kind, groups in by_kind.items():
        alike: dict[tuple[str, str], list[_Alike]] = {}
        for group in groups:
            for code, first, number in zip(*_distinct(group), strict=True):
                pair = group.before[code], group.after[code]
                alike.setdefault(pair, []).append(_Alike(group, first, number))
        most = sorted(alike.items(), key=lambda item: -sum(one.number for one in item[1]))
        said = "; ".join(_example(*pair, found) for pair, found in most[:EXAMPLES])
        more = f"; and {len(most) - EXAMPLES:,} others" if len(most) > EXAMPLES else ""
        yield f"{_SAID.get(str(kind), str(kind))} ({sum(map(len, groups)):,}): {said}{more}"


def render_csv(changes: Changes) -> str:
    """Every change as a row of a CSV file that a spreadsheet program opens well: UTF-8 with a byte order mark, no formulas.

    Args:
        changes: All changes.
    """
    return as_csv((_FIELDS, *map(_cells, changes)))


def render_json(changes: Changes) -> str:
    """Every change as a record of a JSON file; what has no sheet, cell or column has null there.

    Args:
        changes: All changes.
    """
    records = (
        {name: text or (None if name in _PLACES else "") for name, text in zip(_FIELDS, _cells(change), strict=True)}
        for change in changes
    )
    document = {"format": 1, "provkit": VERSION, "changes": list(records)}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _cells(change: Change) -> tuple[str, ...]:
    origin = change.origin
    return (
        origin.file,
        origin.sheet or "",
        origin.cell or "",
        change.column or "",
        str(change.kind),
        change.before,
        change.after,
    )


class _Alike(NamedTuple):
    """Changes of one group that say the same: where the first is, and how many there are."""

    group: Group
    first: int
    number: int


def _distinct(group: Group) -> tuple[list[int], list[int], list[int]]:
    """The codes of a group's distinct changes, the index of each one's first, and how often it occurs."""
    import numpy as np

    codes, first, numbers = np.unique(group.codes, return_index=True, return_counts=True)
    return codes.tolist(), first.tolist(), numbers.tolist()


def _example(before: str, after: str, found: Sequence[_Alike]) -> str:
    """Like changes in a few words: "'no' became 'false' (12 times, first Enrollments!H2)"."""
    number = sum(one.number for one in found)
    group, first, _ = found[0]
    place = group.origin(first)
    where = f"({number:,} times, first {place})" if number > 1 else f"({place})"
    if not before:
        return f"{_short(after)!r} {where}" if after else where.strip("()")
    return f"{_short(before)!r} became {_short(after)!r} {where}" if after else f"{_short(before)!r} {where}"


def _short(text: str) -> str:
    text = " ".join(text.split()) if "\n" in text else text
    return text if len(text) <= 30 else f"{text[:29]}…"
