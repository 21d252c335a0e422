"""Columns of a list of guests that say what people are to be enrolled in, though no word tells provkit how to read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from provkit.authoring.heading import is_blank
from provkit.authoring.normalize import LEFT_OUT, WORDS, shown
from provkit.authoring.several import ids_in
from provkit.authoring.wide import is_mark, looks_like_id, role_of
from provkit.tables import Cell
from provkit.vocabulary import Target, token, tokens, words_of
from provkit.words import trimmed

__all__ = ["leaving", "told_by"]

_NOUN = r"(?:sessions?|courses?|class(?:es)?|workshops?|trainings?|seminars?|webinars?|modules?|tracks?)"
_ABOUT = re.compile(rf"\b{_NOUN}\b", re.IGNORECASE)
_CHOSEN = re.compile(
    r"\b(?:chosen|choices?|choose|selected|selections?|select|attending|attend|registered|registering|enrol+ed|enrol+ing|enrol+|"
    r"sign(?:ed)?[ -]?up|booked|bookings?|taking|joining|join)\b",
    re.IGNORECASE,
)
_OF_IDS = re.compile(
    rf"(?:sessions|courses|classes|workshops|trainings|seminars|{_NOUN}\W+(?:no|nr|numbers?|ids?|codes?))\W*", re.IGNORECASE
)
"""Headers that say no more than of what their cells are; only ids below them tell that people take part in it."""
_WISHED = re.compile(
    r"\b(?:previous(?:ly)?|past|earlier|ever|already|last|interests?|interested|feedback|reasons?|why|how|number of)\b",
    re.IGNORECASE,
)
"""Words of headers that ask for something else."""


def told_by(header: str, cells: Sequence[Cell]) -> str:
    """What a column that is not read says of people's enrollments, as the middle of a sentence; "" where it says nothing of them.

    Args:
        header: Its header.
        cells: Its distinct cells.
    """
    role = any(words_of(Target.MEMBERS).get(word) == "role" for word in tokens(header))
    named = _OF_IDS.fullmatch(header) is not None
    asked = bool(_ABOUT.search(header) and _CHOSEN.search(header)) and not _WISHED.search(header)
    said = [trimmed(shown(cell)) for cell in cells if not is_blank(cell)] if role or named or asked else []
    if not said:
        return ""
    if role:
        return "gives people roles" if sum(bool(role_of(text)) for text in said) * 2 >= len(said) else ""
    listed = all(looks_like_id(text) or _list_of_ids(text) for text in said)
    titled = all(len(text) <= 300 and re.search(r"[^\W\d_]{2}", text) and not is_mark(text) for text in said)
    return "seems to say what each person takes part in" if listed or (asked and titled) else ""


def leaving(cells: Iterable[str]) -> str:
    """The word by which a column of statuses says that somebody waits or has dropped; "" where it is no such column, or says so of nobody.

    Args:
        cells: Its distinct cells; no more of them are asked for than it takes to see that it is no such column.
    """
    found = ""
    for text in filter(None, cells):
        if token(text) in LEFT_OUT:
            found = found or text
        elif token(text) not in WORDS["status"]:
            return ""
    return found


def _list_of_ids(text: str) -> bool:
    pieces = ids_in(text)
    return bool(pieces) and all(map(looks_like_id, pieces))
