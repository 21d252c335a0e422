"""Header lines that the service does not know (PK101 to PK117): what differs from the nearest legal one, in words.

Whether a header is legal is the receiver's to say; here it is only explained why one is not.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provkit.rules import Consequence, Rule, rule
from provkit.schemas.layouts import BY_HEADER, LAYOUTS, Kind

__all__ = ["RULES", "explain"]

COLUMNS = tuple(dict.fromkeys(column for layout in LAYOUTS.values() for column in layout.columns))
_HEADERS = [columns for _, columns in BY_HEADER.values()]

_NEAR = 78
"""From which similarity on (of 100) a name is taken for a misspelled column."""
_LIKE = 0.5
"""From which similarity on (of 1) a line is taken for a header at all."""
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


@rule("PK101", Consequence.REFUSED, "This header is not one that the service knows. Nearest: {nearest} Different: {differences}.")
def header_unknown() -> None:
    """The first line is not one of the header lines that the service knows.

    What happens: the service decides by the first line alone what a file holds, and compares it letter by letter. One file that it
    does not know refuses the whole upload, and the answer says neither where nor why.
    Remedy: copy the nearest header given here over the first line, and put the columns below in that order.
    Evidence: server source, util/FileParsingUtil; server-findings 1, 3, 5

    ## Example
    ```csv enrollments.csv
    Course,user_id,role,section_id,state
    C-1,1234567890,student,,active
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status
    C-1,1234567890,student,,active
    ```
    """


@rule("PK102", Consequence.REFUSED, "The file begins with a byte order mark, which becomes part of the first column's name.")
def byte_order_mark() -> None:
    r"""The file begins with an invisible byte order mark.

    What happens: the mark is read as part of the first column's name, so that the header is unknown and the whole upload is refused.
    Remedy: save the file as "CSV UTF-8" without a byte order mark (BOM), or let provkit write it: provkit build.
    Evidence: server-findings 2

    ## Example
    ```bytes expand-enrollments.csv
    b"\xef\xbb\xbfuser_id,listing_id\n1234567890,L-1\n"
    ```
    ## Use instead
    ```bytes expand-enrollments.csv
    b"user_id,listing_id\n1234567890,L-1\n"
    ```
    """


@rule("PK103", Consequence.REFUSED, "Column names must be written in small letters: {differences}. Right: {nearest}")
def header_in_wrong_case() -> None:
    """Column names are written with capital letters.

    What happens: the service knows column names in small letters only; the whole upload is refused.
    Remedy: write the header in small letters.
    Evidence: server-findings 3

    ## Example
    ```csv expand-enrollments.csv
    User_ID,Listing_ID
    1234567890,L-1
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK104", Consequence.REFUSED, "Blanks stand around or inside column names: {differences}. Right: {nearest}")
def header_with_blanks() -> None:
    """Blanks stand around or inside column names.

    What happens: nothing is trimmed; a blank after a comma makes another name, and the whole upload is refused.
    Remedy: remove the blanks, also those after commas.
    Evidence: server-findings 3

    ## Example
    ```csv expand-enrollments.csv
    user_id, listing_id
    1234567890,L-1
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK105", Consequence.REFUSED, "The values are separated by {separator} instead of commas.")
def wrong_separator() -> None:
    """The values are separated by something other than commas.

    What happens: the header is read as one long name, and the whole upload is refused.
    Remedy: save the file with commas between the values. A spreadsheet program that writes semicolons does so because of the region
    set on the computer; provkit build reads such a file and writes commas.
    Evidence: server-findings 3

    ## Example
    ```csv expand-enrollments.csv
    user_id;listing_id
    1234567890;L-1
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK106", Consequence.REFUSED, "The columns are in another order than the service wants. Right: {nearest}")
def columns_in_another_order() -> None:
    """The columns are all there, in another order than the service wants.

    What happens: the order is part of what the service compares; the whole upload is refused.
    Remedy: put the columns in the order given, values included.
    Evidence: server-findings 3, 4

    ## Example
    ```csv expand-enrollments.csv
    listing_id,user_id
    L-1,1234567890
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK107", Consequence.REFUSED, "Columns are missing: {differences}. Right: {nearest}")
def columns_missing() -> None:
    """Columns that the service wants are missing.

    What happens: a header must name all of its columns, also those whose values are never read; the whole upload is refused.
    Remedy: add the columns; where the value is optional the cells may stay empty.
    Evidence: server-findings 3, 4

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,status
    C-1,1234567890,student,active
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status
    C-1,1234567890,student,,active
    ```
    """


@rule("PK108", Consequence.REFUSED, "The service knows no column {differences} here. Right: {nearest}")
def columns_not_known() -> None:
    """There are columns that the service does not know.

    What happens: columns that Canvas itself would take or ignore (short_name of users, integration_id, start_date of enrollments)
    are refused here, and with them the whole upload.
    Remedy: remove these columns.
    Evidence: server-findings 3, 5

    ## Example
    ```csv expand-enrollments.csv
    user_id,listing_id,send_email,comment
    1234567890,L-1,false,moved
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id,send_email
    1234567890,L-1,false
    ```
    """


@rule("PK109", Consequence.REFUSED, "The header stands on line {header_line}; before it stands {before}.")
def header_not_first() -> None:
    """Something stands before the header.

    What happens: the very first line must be the header. A blank line, a title, a comment or a line such as sep=, refuses the whole upload.
    Remedy: remove everything above the header.
    Evidence: server-findings 6

    ## Example
    ```csv expand-enrollments.csv
    sep=,
    user_id,listing_id
    1234567890,L-1
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK110", Consequence.REFUSED, "The first line holds data instead of column names. It looks like {kind}: {nearest}")
def header_absent() -> None:
    """The file has no header; its first line holds data.

    What happens: the service takes the first line for the header, does not know it and refuses the whole upload.
    Remedy: put the header given here on the first line.
    Evidence: server-findings 1, 3

    ## Example
    ```csv enrollments.csv
    C-1,1234567890,student,,active
    C-1,1234567891,student,,active
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status
    C-1,1234567890,student,,active
    C-1,1234567891,student,,active
    ```
    """


@rule("PK111", Consequence.REFUSED, "This is a Canvas file of {canvas_kind}, which this service does not take.")
def canvas_kind_not_taken() -> None:
    """The file is of a kind that Canvas knows and this service does not.

    What happens: the service takes users, courses, sections, enrollments and Expand enrollments; any other file refuses the whole upload.
    Remedy: leave the file out; terms, accounts and groups are the business of those who run Canvas.
    Evidence: server-findings 5

    ## Example
    ```csv terms.csv
    term_id,name,status,start_date,end_date
    T-1,Fall,active,2026-08-24T00:00:00Z,2026-12-18T00:00:00Z
    ```
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK112", Consequence.REFUSED, "The file is written in {encoding}, of which the service can read nothing.")
def encoding_not_utf8() -> None:
    r"""The file is written in UTF-16 or UTF-32.

    What happens: every second character is read as NUL, the header is unknown and the whole upload is refused.
    Remedy: save the file as "CSV UTF-8"; "Unicode text" is something else.
    Evidence: server-findings 8

    ## Example
    ```bytes expand-enrollments.csv
    b"\xff\xfeu\x00s\x00e\x00r\x00_\x00i\x00d\x00,\x00l\x00i\x00s\x00t\x00i\x00n\x00g\x00_\x00i\x00d\x00\n\x00"
    ```
    ## Use instead
    ```bytes expand-enrollments.csv
    b"user_id,listing_id\n"
    ```
    """


@rule("PK116", Consequence.REFUSED, "The header has {count} more columns than names (commas at its end). Right: {nearest}")
def header_with_nameless_columns() -> None:
    """The header ends in commas: columns without a name.

    What happens: a comma at the end makes another header, and the whole upload is refused. Spreadsheet programs write such commas for
    columns that once held something.
    Remedy: delete the empty columns to the right in the spreadsheet and save again.
    Evidence: server-findings 3

    ## Example
    ```csv expand-enrollments.csv
    user_id,listing_id,,
    1234567890,L-1,,
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


RULES: tuple[Rule, ...] = (
    header_unknown,
    byte_order_mark,
    header_in_wrong_case,
    header_with_blanks,
    wrong_separator,
    columns_in_another_order,
    columns_missing,
    columns_not_known,
    header_not_first,
    header_absent,
    canvas_kind_not_taken,
    encoding_not_utf8,
    header_with_nameless_columns,
)

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
        return [(encoding_not_utf8, {"encoding": encoding})]
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
    if max(score, shared / max(len(meant), len(legal))) < _LIKE:
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
    telling = {
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
