"""Header lines that the service does not know (PK101 to PK117): what differs from the nearest legal one, in words.

Whether a header is legal is the receiver's to say; here it is only explained why one is not.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provkit.checks.catalogue.headers import (
    byte_order_mark,
    canvas_kind_not_taken,
    columns_in_another_order,
    columns_missing,
    columns_not_known,
    encoding_unreadable,
    header_absent,
    header_in_wrong_case,
    header_not_first,
    header_unknown,
    header_with_blanks,
    header_with_nameless_columns,
    wrong_separator,
)
from provkit.rules import Rule
from provkit.schemas.layouts import BY_HEADER, LAYOUTS, Kind

__all__ = ["Explained", "explain"]

COLUMNS = tuple(dict.fromkeys(column for layout in LAYOUTS.values() for column in layout.columns))
_HEADERS = [columns for _, columns in BY_HEADER.values()]

_NEAR = 78
"""From which similarity on (of 100) a name is taken for a misspelled column."""
_LIKE = 0.5
"""Above which similarity (of 1) a line is taken for a header at all."""
_LOOK_AHEAD = 20
"""How many records are searched for a header that does not stand first."""

_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}

_CANVAS_KINDS = {
    "accounts": {"account_id", "parent_account_id"},
    "terms": {"term_id", "name", "status"},
    "cross-listings": {"xlist_course_id", "section_id"},
    "groups": {"group_id", "name"},
    "group memberships": {"group_id", "user_id"},
    "group categories": {"group_category_id", "category_name"},
    "observers": {"observer_id", "student_id"},
    "admins": {"user_id", "account_id", "role"},
    "logins": {"existing_user_id", "existing_integration_id"},
    "changed ids": {"old_id", "new_id"},
}
"""Kinds of file that Canvas itself knows and this service does not, by columns that tell them (Canvas's SIS import documentation)."""


Explained = tuple[Rule, Mapping[str, Any]]
"""A rule that a header breaks, and the details for its message."""


def explain(records: Sequence[Sequence[str]], lines: Sequence[int], start: bytes) -> list[Explained]:
    """Why a file's header is unknown; empty where the file does not look like one with a header at all.

    Args:
        records: The file's first records as the server reads them.
        lines: The physical line on which each of them starts.
        start: The file's first bytes.
    """
    encoding = _wide_encoding(start)
    if encoding is not None:
        return [(encoding_unreadable, {"encoding": encoding})]
    if not records:
        return []
    found: list[Explained] = []
    first = list(records[0])
    if first[0].startswith("\ufeff"):
        found.append((byte_order_mark, {}))
        first[0] = first[0].lstrip("\ufeff")
        if ",".join(first) in BY_HEADER:
            return found
    reason = _reason([first, *records[1:_LOOK_AHEAD]], lines)
    if reason is not None:
        found.append(reason)
    return found


def _wide_encoding(start: bytes) -> str | None:
    """UTF-16 or UTF-32, by its mark or by the NULs between ASCII letters."""
    marks = (
        (codecs.BOM_UTF32_LE, "UTF-32"),
        (codecs.BOM_UTF32_BE, "UTF-32"),
        (codecs.BOM_UTF16_LE, "UTF-16"),
        (codecs.BOM_UTF16_BE, "UTF-16"),
    )
    for mark, name in marks:
        if start.startswith(mark):
            return name
    if re.match(rb"(?:[ -~]\x00\x00\x00){4}|(?:\x00\x00\x00[ -~]){4}", start):
        return "UTF-32"
    if re.match(rb"(?:[ -~]\x00){4}|(?:\x00[ -~]){4}", start):
        return "UTF-16"
    return None


def _reason(records: Sequence[Sequence[str]], lines: Sequence[int]) -> Explained | None:
    """The fault of the first record, byte order mark aside."""
    first = records[0]
    nearest = _nearest(first)
    if nearest is None:
        for separator, words in _SEPARATORS.items():
            if len(first) == 1 and separator in first[0] and _nearest(first[0].split(separator)) is not None:
                return wrong_separator, {"separator": words}
        for index, record in enumerate(records[1:], start=1):
            if _nearest(record) is not None or any(_nearest(record[0].split(mark)) for mark in _SEPARATORS if len(record) == 1):
                return header_not_first, {"header_line": lines[index], "before": _before(first)}
    canvas = _canvas_kind(first)
    if canvas is not None and (nearest is None or not nearest.exact):
        return canvas_kind_not_taken, {"canvas_kind": canvas}
    if nearest is not None:
        return nearest.explained()
    kind = _looks_like(first)
    if kind is not None:
        return header_absent, {"kind": str(kind[0]), "nearest": ",".join(kind[1])}
    return None


@dataclass(frozen=True)
class _Match:
    """A header as it is beside the legal one that is nearest to it.

    Attributes:
        written: The names as they are written, nameless ones at the end taken off.
        meant: The column that each is taken for, or its own spelling where there is none.
        legal: The nearest legal header.
        nameless: How many names at the end are empty.
    """

    written: tuple[str, ...]
    meant: tuple[str, ...]
    legal: tuple[str, ...]
    nameless: int

    @property
    def exact(self) -> bool:
        """True where the names, once tidied, are those of the legal header, in whatever order."""
        return sorted(self.meant) == sorted(self.legal)

    def differences(self) -> Iterator[tuple[Rule, str]]:
        """Each way in which the header differs: the rule for it alone, and the words."""
        for broken, changes in self._respelled().items():
            yield broken, ", ".join(changes)
        missing = [column for column in self.legal if column not in self.meant]
        if missing:
            yield columns_missing, ", ".join(missing)
        extra = [name for name, column in zip(self.written, self.meant, strict=True) if column not in self.legal]
        extra += sorted({column for column in self.meant if column in self.legal and self.meant.count(column) > 1})
        if extra:
            yield columns_not_known, ", ".join(repr(name) for name in extra)
        shared = [column for column in dict.fromkeys(self.meant) if column in self.legal]
        if shared != [column for column in self.legal if column in shared]:
            yield columns_in_another_order, "the order"
        if self.nameless:
            yield header_with_nameless_columns, f"{self.nameless} nameless columns at the end"

    def _respelled(self) -> dict[Rule, list[str]]:
        """Names that mean a column and are not spelled like it, by what the matter is."""
        changes: dict[Rule, list[str]] = {}
        for name, column in zip(self.written, self.meant, strict=True):
            if name == column or column not in COLUMNS:
                continue
            if name.casefold() == column:
                broken = header_in_wrong_case
            elif re.sub(r"[\s\u200b\ufeff]+", "", name) == column:
                broken = header_with_blanks
            else:
                broken = header_unknown
            changes.setdefault(broken, []).append(f"{name!r} must be {column!r}")
        return changes

    def explained(self) -> Explained:
        """The one rule for all the differences."""
        differences = list(self.differences())
        nearest = ",".join(self.legal)
        if len(differences) == 1:
            broken, words = differences[0]
            return broken, {"nearest": nearest, "differences": words, "count": self.nameless}
        titles = {columns_missing: "missing ", columns_not_known: "not known "}
        words = "; ".join(titles.get(broken, "") + text for broken, text in differences)
        return header_unknown, {"nearest": nearest, "differences": words}


def _nearest(record: Sequence[str]) -> _Match | None:
    """The legal header that a record comes nearest to; None where it is hardly a header."""
    from rapidfuzz.distance import Indel

    names = list(record)
    while names and not names[-1].strip():
        names.pop()
    if not names or not any(_column(name) in COLUMNS for name in names):
        return None
    meant = tuple(_column(name) for name in names)
    scored = [(Indel.normalized_similarity(meant, legal), len(set(meant) & set(legal)), -len(legal), legal) for legal in _HEADERS]
    score, shared, _, legal = max(scored, key=lambda entry: (max(entry[0], entry[1] / max(len(meant), len(entry[3]))), entry[2]))
    if max(score, shared / max(len(meant), len(legal))) <= _LIKE:
        return None
    return _Match(tuple(names), meant, legal, len(record) - len(names))


def _column(name: str) -> str:
    """The column that a name is taken for; the tidied name where it is like none."""
    tidy = re.sub(r"[\s\u200b\ufeff.-]+", "_", name.strip(" \t\u00a0\u200b\ufeff'\"").casefold()).strip("_")
    if tidy in COLUMNS or not tidy:
        return tidy
    joined = {column.replace("_", ""): column for column in COLUMNS}
    if tidy.replace("_", "") in joined:
        return joined[tidy.replace("_", "")]
    from rapidfuzz import fuzz, process

    best = process.extractOne(tidy, COLUMNS, scorer=fuzz.ratio, score_cutoff=_NEAR)
    return tidy if best is None else str(best[0])


def _before(first: Sequence[str]) -> str:
    """What stands in the header's place, in words."""
    text = ",".join(first).strip()
    if not text.strip(","):
        return "a blank line"
    if text.casefold().startswith("sep="):
        return "a line for Excel (sep=)"
    if text.startswith("#"):
        return "a comment"
    return "other text"


def _canvas_kind(record: Sequence[str]) -> str | None:
    """One of Canvas's own kinds that the service does not take."""
    names = {name.strip().casefold() for name in record}
    if any(names >= set(layout.columns) - layout.optional for layout in LAYOUTS.values()):
        return None
    return next((kind for kind, telling in _CANVAS_KINDS.items() if names >= telling), None)


def _looks_like(record: Sequence[str]) -> tuple[Kind, tuple[str, ...]] | None:
    """The kind that a first line of data seems to be of, by its number of values and what they look like."""
    telling: dict[Kind, tuple[str, Callable[[str], bool]]] = {
        Kind.USERS: ("login_id", lambda text: "@" in text),
        Kind.ENROLLMENTS: ("role", {"student", "teacher", "ta", "observer", "designer"}.__contains__),
        Kind.COURSES: ("status", {"active", "deleted", "completed", "published", "unpublished"}.__contains__),
        Kind.SECTIONS: ("status", {"active", "deleted"}.__contains__),
    }
    for kind, (column, fits) in telling.items():
        for legal in LAYOUTS[kind].headers():
            if len(record) == len(legal) and fits(record[legal.index(column)].strip().casefold()):
                return kind, legal
    return None
