"""What the columns of a sheet are taken for, by what they are called."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from provkit.tables import Cell
from provkit.vocabulary import ANYBODYS, HINTS, WEAK, Target, token, tokens, words_of
from provkit.words import nearest

__all__ = ["Columns", "anybodys_id", "hint", "map_header", "meant", "meant_sheet"]


@dataclass(frozen=True)
class Columns:
    """What the columns of a sheet were taken for.

    Attributes:
        fields: Field to column; None where a profile says what it is in every row.
        rivals: Fields that several columns name, and those columns.
        unknown: Columns with a header that names no field.
        sure: The fields named by a word that says what it is about; id, name and title may be those of anything.
    """

    fields: Mapping[str, int | None]
    rivals: Mapping[str, tuple[int, ...]]
    unknown: tuple[int, ...]
    sure: frozenset[str] = frozenset()

    def any(self, *fields: str) -> bool:
        """Whether there is a column for one of the fields."""
        return any(field in self.fields for field in fields)


def anybodys_id(header: Cell) -> bool:
    """Whether a header that names the university id may as well name an id of the source's own; what stands below tells.

    Args:
        header: A header cell.
    """
    return bool({token(word) for word in ANYBODYS.split("|")} & set(tokens(header)))


def map_header(target: Target, header: Sequence[Cell]) -> Columns:
    """Take the columns of a sheet for fields. The order of the columns plays no part.

    Args:
        target: What the sheet holds.
        header: Its header row.
    """
    words = words_of(target)
    claims: dict[str, list[int]] = {}
    weak: dict[str, list[int]] = {}
    unknown: list[int] = []
    for column, cell in enumerate(header):
        said = tokens(cell)
        field = next((words[word] for word in said if word in words), None)
        if field is not None:
            claims.setdefault(field, []).append(column)
        elif hope := next((word for word in said if word in WEAK[target]), None):
            weak.setdefault(hope, []).append(column)
        elif cell not in (None, ""):
            unknown.append(column)
    sure = set(claims) - {"name"}
    for word, candidates in WEAK[target].items():
        if word in weak:
            free = next((field for field in candidates if field not in claims), None)
            if free is None:
                unknown.extend(weak[word])
            else:
                claims[free] = weak[word]
                if word not in ("id", "name", "title"):
                    sure.add(free)
    return Columns(
        {field: columns[0] for field, columns in claims.items()},
        {field: tuple(columns) for field, columns in claims.items() if len(columns) > 1},
        tuple(sorted(unknown)),
        frozenset(sure),
    )


_SLIP = 84
"""How alike a header and a word that is known must be, of 100, for the word to be offered: most headers that are left out are no slips."""
_SHORT = 6
"""A shorter header is near to too many words."""


def meant(header: str, target: Target, taken: Collection[str]) -> str:
    """A hint for a column that is not read: the field that its header may mean, as the end of a sentence; "" where none is near.

    Args:
        header: The header as typed.
        target: What its table holds.
        taken: Fields that other columns are read for.
    """
    words = words_of(target)
    written = token(header)
    if len(written) < _SHORT:
        return ""  # State is no slip for status
    near = nearest(written, [word for word, field in words.items() if field not in taken], alike=_SLIP)
    return "" if near is None else f"; did you mean {words[near].replace('_', ' ')!r}?"


def meant_sheet(name: str | None) -> str:
    """A hint for a sheet that is not read: what its name may mean, as the end of a sentence; "" where nothing is near.

    Args:
        name: The sheet's name.
    """
    if hint(name) is not None:
        return ""
    near = nearest(name or "", ("Users", "Courses", "Sections", "Enrollments", "Roster", "Message"), alike=75)
    return "" if near is None else f"; did you mean {near!r}?"


@cache
def _hint_words() -> Mapping[str, Target]:
    return {word: target for target, words in HINTS.items() for word in words.split()}


def hint(name: str | None) -> Target | None:
    """What the name of a sheet or file says that it holds; None where it says nothing, or two things.

    Args:
        name: The sheet's name, or the file's without its ending.
    """
    known = _hint_words()
    words = re.findall(r"[^\W\d_]+", name or "")
    for said in ([token("".join(words))], [token(word) for word in words]):
        found = {known[form] for word in said for form in (word, word.removesuffix("s"), word.removesuffix("es")) if form in known}
        if Target.MEMBERS in found and found <= {Target.MEMBERS, Target.COURSES, Target.USERS}:
            return Target.MEMBERS  # "Course roster", "User enrollments"
        if len(found) == 1:
            return found.pop()
    return None
