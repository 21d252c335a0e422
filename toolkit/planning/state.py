"""What a feed has asked the service for, row by row: the receiver's reading of its packages, not a second opinion on CSV.

A state is what was last accepted: the rows of the last package, and with them rows of earlier ones that are still in force although that
package does not hold them: of people whom the source no longer lists and nobody has ended, and of rows that were held back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from provkit.errors import PackageError
from provkit.package import Package
from provkit.planning.codes import Codes, Strings, combine, number
from provkit.receiver import Fate, ReceivedFile, Reception, receive
from provkit.schemas.layouts import BY_HEADER, LAYOUTS, Kind
from provkit.writer import encode_columns

__all__ = [
    "BLANKS",
    "ENDED",
    "Mask",
    "Rows",
    "State",
    "ended_enrollment",
    "keys",
    "places",
    "same_id",
    "same_person",
    "same_role",
]

pc: Any = pyarrow.compute  # its stubs know no mixture of arrays and scalars

Mask = npt.NDArray[np.bool_]

FORMAT = 1
NOTES = "state.json"

ENDED = ("deleted", "completed", "inactive")
"""What ends somebody's part in a course."""

BLANKS = "\0\t\n\v\f\r "
"""What Canvas trims at both ends of a value."""

_ROLES = ("student", "teacher", "ta", "observer", "designer")


def same_id(texts: Any) -> Any:
    """Ids as Canvas compares them: blanks at the ends are trimmed, capitals and small letters are distinct.

    Args:
        texts: A pyarrow.Array of strings.
    """
    return pc.utf8_trim(texts, BLANKS)


def same_person(texts: Any) -> Any:
    """People as they are told apart here: an address or username in other letters is the same person, spelled otherwise.

    Canvas would not know that person again; taking the two spellings for two people would end one's access.

    Args:
        texts: A pyarrow.Array of strings.
    """
    return pc.utf8_lower(pc.utf8_trim(texts, BLANKS))


def same_role(texts: Any) -> Any:
    """Roles as Canvas compares them: its own in any letters, others exactly.

    Args:
        texts: A pyarrow.Array of strings.
    """
    trimmed = pc.utf8_trim(texts, BLANKS)
    lowered = pc.utf8_lower(trimmed)
    return pc.if_else(pc.is_in(lowered, value_set=pa.array(_ROLES, pa.large_string())), lowered, trimmed)


def ended_enrollment(status: str) -> bool:
    """Whether Canvas takes an enrollment's status for one without access; it goes by the word's beginning.

    Args:
        status: The status as written.
    """
    return status.strip(BLANKS).lower().startswith(ENDED)


def ended_course(status: str) -> str | None:
    """What Canvas takes a course's status for, if it ends the course: deleted or completed, wherever the word stands in it.

    Args:
        status: The status as written.
    """
    word = status.lower()
    return next((one for one in ("deleted", "completed") if one in word), None)


def ended_section(status: str) -> str | None:
    """What Canvas takes a section's status for, if it ends the section.

    Args:
        status: The status as written.
    """
    word = status.strip(BLANKS).lower()
    return "deleted" if word.startswith("deleted") and "active" not in word else None


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of one kind, each key once.

    Attributes:
        kind: Which kind.
        columns: Every column of the kind, as the receiver read it; "" where the file has no such column.
        header: The columns that the file had.
        listed: Which rows the source still lists, as far as is known.
        sure: Which rows are known to have arrived; the others go again.
    """

    kind: Kind
    columns: Mapping[str, Strings]
    header: tuple[str, ...]
    listed: Mask
    sure: Mask

    def __len__(self) -> int:
        return len(self.listed)

    @classmethod
    def none(cls, kind: Kind) -> Rows:
        """No rows of a kind.

        Args:
            kind: Which.
        """
        layout = LAYOUTS[kind]
        empty = pa.chunked_array([], pa.large_string())
        nothing = np.zeros(0, bool)
        return cls(kind, dict.fromkeys(layout.columns, empty), next(layout.headers()), nothing, nothing)

    def take(self, rows: Mask | Codes) -> Rows:
        """Some of the rows.

        Args:
            rows: Which: a mask, or positions.
        """
        if rows.dtype == bool and rows.all():
            return self
        columns: dict[str, Strings] = {}
        for name, column in self.columns.items():
            columns[name] = column.filter(pa.array(rows)) if rows.dtype == bool else column.take(pa.array(rows))
        return replace(self, columns=columns, listed=self.listed[rows], sure=self.sure[rows])

    def with_column(self, name: str, text: str) -> Rows:
        """The same rows with one text in one column.

        Args:
            name: The column.
            text: The text.
        """
        column = pa.chunked_array([pa.repeat(pa.scalar(text, pa.large_string()), len(self))], pa.large_string())
        return replace(self, columns={**self.columns, name: column})

    def marked(self, *, listed: bool | None = None, sure: bool | None = None) -> Rows:
        """The same rows with other marks.

        Args:
            listed: Whether the source lists them; None leaves that.
            sure: Whether they are known to have arrived; None leaves that.
        """
        return replace(
            self,
            listed=self.listed if listed is None else np.full(len(self), listed),
            sure=self.sure if sure is None else np.full(len(self), sure),
        )

    def and_(self, *others: Rows) -> Rows:
        """These rows and others of the kind; the header is one that has room for all.

        Args:
            *others: More rows.
        """
        parts = [self, *others]
        header = {name for part in parts if len(part) or part is self for name in part.header}
        return Rows(
            self.kind,
            {
                name: pa.chunked_array([chunk for part in parts for chunk in part.columns[name].chunks], pa.large_string())
                for name in self.columns
            },
            tuple(name for name in self.columns if name in header),
            np.concatenate([part.listed for part in parts]),
            np.concatenate([part.sure for part in parts]),
        )

    def encode(self) -> bytes:
        """As the bytes of a CSV file."""
        return encode_columns(self.header, [self.columns[name] for name in self.header])

    def each_once(self) -> Rows:
        """Without earlier rows of a key that comes again: Canvas lets the last one win, but carries out deletions at the end."""
        if not len(self):
            return self
        (codes,) = keys(self)
        order = np.arange(len(codes))
        if self.kind is Kind.ENROLLMENTS:
            statuses = number(self.columns["status"])
            ends = statuses.where(lambda status: status.strip(BLANKS).lower().startswith("deleted"))[statuses.codes[0]]
            order = np.lexsort((order, ends))
        _, last = np.unique(codes[order][::-1], return_index=True)
        if len(last) == len(codes):
            return self
        kept = np.zeros(len(codes), bool)
        kept[order[::-1][last]] = True
        return self.take(kept)


def keys(*sides: Rows) -> list[Codes]:
    """What identifies each row, as numbers that can be compared between the sides.

    A section's id is unique in all of Canvas, so an enrollment that names one is known by it, whatever course it names.

    Args:
        *sides: Rows of one kind.
    """
    kind = sides[0].kind

    def numbered(name: str, change: Callable[[Any], Any]) -> list[Codes]:
        return list(number(*(side.columns[name] for side in sides), change=change).codes)

    if kind is Kind.USERS:
        return numbered("login_id", same_person)
    if kind is Kind.COURSES:
        return numbered("course_id", same_id)
    if kind is Kind.SECTIONS:
        return numbered("section_id", same_id)
    if kind is Kind.EXPAND:
        return combine(numbered("user_id", same_person), numbered("listing_id", same_id))
    return combine(places(*sides), numbered("user_id", same_person), numbered("role", same_role))


def places(*sides: Rows) -> list[Codes]:
    """Where each enrollment is: its section, or the course's own where it names none.

    Args:
        *sides: Enrollments.
    """
    sections = number(*(side.columns["section_id"] for side in sides), change=same_id)
    courses = number(*(side.columns["course_id"] for side in sides), change=same_id)
    named = sections.where(bool)
    both = zip(sections.codes, courses.codes, strict=True)
    return [np.where(named[section], section, course + len(sections)) if len(section) else section for section, course in both]


@dataclass(frozen=True, eq=False)
class State:
    """What a feed has asked for.

    Attributes:
        rows: Per kind; only kinds that have rows.
        partial_sends: How many sends of changes only came since the last full one.
    """

    rows: Mapping[Kind, Rows] = field(default_factory=dict)
    partial_sends: int = 0

    @classmethod
    def of(cls, reception: Reception) -> State:
        """What an upload asks for: the rows that the receiver takes.

        Args:
            reception: What becomes of it.
        """
        found: dict[Kind, Rows] = {}
        for file in reception.files:
            if file.kind is None or file.fates is None:
                continue
            rows = _taken(file)
            found[file.kind] = found[file.kind].and_(rows) if file.kind in found else rows
        return cls({kind: found[kind].each_once() for kind in Kind if kind in found and len(found[kind])})

    @classmethod
    def of_package(cls, package: Package) -> State:
        """What a package asks for that has not been received yet, or what `to_package` made.

        Args:
            package: Any upload; a refused one asks for nothing.

        Raises:
            PackageError: It is a state's, and damaged.
        """
        noted = next((part for part in package.parts if part.name == NOTES), None)
        if noted is None:
            return cls.of(receive(package if package.door == "app" else package.on_wire()))
        try:
            notes = json.loads(bytes(noted.content))
            if notes["format"] != FORMAT:
                raise PackageError(
                    "What was last accepted was kept by a later version of provkit.", remedy="Use that version, or send everything."
                )
            state = cls.of_package(replace(package, parts=tuple(part for part in package.parts if part is not noted), meta=None))
            marks = {Kind(kind): marked for kind, marked in notes["marks"].items()}
            rows = {kind: _noted(found, marks.get(kind, {})) for kind, found in state.rows.items()}
            return cls(rows, int(notes["partial_sends"]))
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise PackageError(
                "What is kept of the package last accepted is damaged.",
                remedy="Say what was uploaded last with provkit history add, or send everything.",
            ) from error

    def to_package(self) -> Package:
        """As it is kept beside the history: CSV files, and a file of marks; the same state gives the same bytes."""
        marks = {
            str(kind): {"unlisted": np.flatnonzero(~rows.listed).tolist(), "unsure": np.flatnonzero(~rows.sure).tolist()}
            for kind, rows in self.rows.items()
        }
        notes = {"format": FORMAT, "partial_sends": self.partial_sends, "marks": marks}
        files = {f"{kind}.csv": rows.encode() for kind, rows in self.rows.items()}
        return Package.from_files({**files, NOTES: json.dumps(notes, separators=(",", ":")).encode("ascii")})

    def get(self, kind: Kind) -> Rows:
        """The rows of a kind; none where there are none.

        Args:
            kind: Which.
        """
        return self.rows.get(kind) or Rows.none(kind)

    def __len__(self) -> int:
        return sum(map(len, self.rows.values()))

    def doubted(self, failed: Mapping[Kind, Iterable[tuple[str, ...]]]) -> State:
        """The same state with rows that a results mail reported as failed: they go again.

        Args:
            failed: Per kind the keys of the rows, each as long as the kind's key (`Layout.key`), in its order.
        """
        rows = dict(self.rows)
        for kind, wanted in failed.items():
            lines = list(wanted)
            if kind not in rows or not lines:
                continue
            values = dict(zip(LAYOUTS[kind].key, zip(*lines, strict=True), strict=True))
            blank = Rows.none(kind)
            columns = {
                name: pa.chunked_array([pa.array(values.get(name, [""] * len(lines)), pa.large_string())]) for name in blank.columns
            }
            marks = np.ones(len(lines), bool)
            ours, theirs = keys(rows[kind], Rows(kind, columns, blank.header, marks, marks))
            rows[kind] = replace(rows[kind], sure=rows[kind].sure & ~np.isin(ours, theirs))
        return replace(self, rows=rows)

    @cached_property
    def ended_courses(self) -> Mapping[str, str]:
        """The courses that are deleted or completed, with the word for it."""
        return _ended(self.get(Kind.COURSES), "course_id", ended_course)

    @cached_property
    def ended_sections(self) -> Mapping[str, str]:
        """The sections that are deleted."""
        return _ended(self.get(Kind.SECTIONS), "section_id", ended_section)

    @cached_property
    def course_names(self) -> Mapping[str, str]:
        """The title of each course whose row is here."""
        return _pairs(self.get(Kind.COURSES), "course_id", "long_name")

    @cached_property
    def section_courses(self) -> Mapping[str, str]:
        """The course of each section whose row is here."""
        return _pairs(self.get(Kind.SECTIONS), "section_id", "course_id")

    @cached_property
    def access(self) -> Mask:
        """Which enrollments give access: not ended themselves, nor by their course or section."""
        rows = self.get(Kind.ENROLLMENTS)
        if not len(rows):
            return np.zeros(0, bool)
        statuses = number(rows.columns["status"])
        given = ~statuses.where(ended_enrollment)[statuses.codes[0]]
        for name, ended in (("course_id", self.ended_courses), ("section_id", self.ended_sections)):
            if ended:
                ids = number(rows.columns[name], change=same_id)
                given &= ~ids.where(ended.__contains__)[ids.codes[0]]
        if self.ended_courses and self.section_courses:
            sections = number(rows.columns["section_id"], change=same_id)
            given &= ~sections.where(lambda one: self.section_courses.get(one) in self.ended_courses)[sections.codes[0]]
        return given


def _taken(file: ReceivedFile) -> Rows:
    """The rows of one file that go on to Canvas or Expand."""
    assert file.kind is not None
    assert file.fates is not None
    assert file.records is not None
    assert file.judged is not None
    kind, records = file.kind, file.records
    sent = np.isin(file.fates, (Fate.SENT, Fate.DEFERRED))
    layout = LAYOUTS[kind]
    _, header = BY_HEADER[",".join(records.fields(0))]
    if kind in (Kind.ENROLLMENTS, Kind.EXPAND) and bool((sent & (records.lengths == len(layout.columns))).any()):
        header = layout.columns  # a further field counts there, whatever the header says
    mask = pa.array(sent)
    count = int(np.count_nonzero(sent))
    columns: dict[str, Strings] = {}
    for name in layout.columns:
        index = header.index(name) if name in header else len(records.columns)
        if index < len(records.columns):
            taken = records.column(index).filter(mask)
            columns[name] = pc.fill_null(taken.cast(pa.large_string()), "")
        else:
            columns[name] = pa.chunked_array([pa.repeat(pa.scalar("", pa.large_string()), count)], pa.large_string())
    if kind is Kind.USERS and "service" in header and file.judged.service is not None:
        services = pc.equal(file.judged.service(sent), "expand")
        columns["service"] = pc.if_else(services, "e", "c").cast(pa.large_string())
    return Rows(kind, columns, header, np.ones(count, bool), np.ones(count, bool))


def _noted(rows: Rows, marks: Mapping[str, list[int]]) -> Rows:
    """Rows with the marks that were kept."""
    listed, sure = np.ones(len(rows), bool), np.ones(len(rows), bool)
    listed[marks["unlisted"]] = False
    sure[marks["unsure"]] = False
    return replace(rows, listed=listed, sure=sure)


def _ended(rows: Rows, key: str, word: Callable[[str], str | None]) -> dict[str, str]:
    pairs = zip(same_id(rows.columns[key]).to_pylist(), rows.columns["status"].to_pylist(), strict=True)
    return {one: ended for one, status in pairs if (ended := word(status)) is not None}


def _pairs(rows: Rows, key: str, value: str) -> dict[str, str]:
    pairs = zip(same_id(rows.columns[key]).to_pylist(), same_id(rows.columns[value]).to_pylist(), strict=True)
    return dict(pairs)
