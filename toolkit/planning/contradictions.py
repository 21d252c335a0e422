"""Where two feeds of one group say different things of one person, course or section.

Nobody here can tell which of them is right. Canvas keeps what was sent last: of two nightly sends of everything the later one wins every
night, of two sends of changes only the one that changed last. So it is said, and neither row is withheld or repeated for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from provkit.planning.codes import positions
from provkit.planning.compare import compared_columns
from provkit.planning.rows import Rows, keys
from provkit.planning.state import State
from provkit.schemas.layouts import LAYOUTS, Kind

__all__ = ["Contradiction", "contradictions"]

_KINDS = (Kind.USERS, Kind.COURSES, Kind.SECTIONS)


@dataclass(frozen=True, eq=False)
class Contradiction:
    """Rows of one kind that another feed has sent with other words.

    Attributes:
        feed: The other feed.
        kind: Which kind.
        ours: The rows as the package has them.
        theirs: The same as the other feed sent them, in the same order.
    """

    feed: str
    kind: Kind
    ours: Rows
    theirs: Rows

    def __len__(self) -> int:
        return len(self.ours)

    @property
    def ids(self) -> list[str]:
        """Whom or what it is about."""
        return list(self.ours.columns[LAYOUTS[self.kind].key[0]].to_pylist())

    def names(self) -> Iterator[tuple[str, str, str]]:
        """Of people: who, the name here, and the name there."""
        here, there = (
            [
                " ".join(filter(None, name))
                for name in zip(*(side.columns[one].to_pylist() for one in ("first_name", "last_name")), strict=True)
            ]
            for side in (self.ours, self.theirs)
        )
        return zip(self.ids, here, there, strict=True)


def contradictions(now: State, others: Mapping[str, State]) -> tuple[Contradiction, ...]:
    """Find the rows of a package that other feeds have sent with other words.

    Args:
        now: What the package says.
        others: What was last accepted from other feeds of the same group, by their names.
    """
    found = []
    for feed, other in others.items():
        for kind in _KINDS:
            ours, theirs = now.get(kind), other.get(kind)
            theirs = theirs.take(theirs.listed)
            if not len(ours) or not len(theirs):
                continue
            at = positions(*keys(ours, theirs))
            shared = np.flatnonzero(at >= 0)
            differs = np.zeros(len(shared), bool)
            for one, another in compared_columns(kind, ours, theirs):
                differs |= one[shared] != another[at[shared]]
            if differs.any():
                rows = shared[differs]
                found.append(Contradiction(feed, kind, ours.take(rows), theirs.take(at[rows])))
    return tuple(found)
