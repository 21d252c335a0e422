"""What a feed has asked the service for, row by row: the receiver's reading of its packages, not a second opinion on CSV.

A state is what was last accepted: the rows of the last package, and with them rows of earlier ones that are still in force although that
package does not hold them: of people whom the source no longer lists and nobody has ended, and of rows that were held back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from provkit.errors import PackageError
from provkit.package import Package
from provkit.planning.codes import Strings, number
from provkit.planning.rows import Mask, Rows, ended_course, ended_enrollment, ended_section, keys, same_id
from provkit.receiver import Fate, ReceivedFile, Reception, receive
from provkit.schemas.layouts import BY_HEADER, LAYOUTS, Kind

__all__ = ["State", "courses_of"]

pc: Any = pyarrow.compute  # its stubs know no mixture of arrays and scalars

FORMAT = 1
NOTES = "state.json"


@dataclass(frozen=True, eq=False)
class State:
    """What a feed has asked for.

    Attributes:
        rows: Per kind; only kinds that have rows.
        partial_sends: How many sends of changes only came since the last full one.
        turns: How often each course has ended or was opened again by this feed.
        turns_elsewhere: The same by the other feeds of the group, as far as it was known then.
    """

    rows: Mapping[Kind, Rows] = field(default_factory=dict)
    partial_sends: int = 0
    turns: Mapping[str, int] = field(default_factory=dict)
    turns_elsewhere: Mapping[str, int] = field(default_factory=dict)

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
            turns, turns_elsewhere = (dict(notes.get(name, {})) for name in ("turns", "turns_elsewhere"))
            return cls(rows, int(notes["partial_sends"]), turns, turns_elsewhere)
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
        notes: dict[str, object] = {"format": FORMAT, "partial_sends": self.partial_sends, "marks": marks}
        for name, turns in (("turns", self.turns), ("turns_elsewhere", self.turns_elsewhere)):
            if turns:
                notes[name] = dict(sorted(turns.items()))
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
        return self.stands & ~self.within(self.ended_courses)

    @cached_property
    def stands(self) -> Mask:
        """Which enrollments give access as soon as their course is not over: Canvas keeps an active one in a completed course, and none in what is deleted."""
        rows = self.get(Kind.ENROLLMENTS)
        if not len(rows):
            return np.zeros(0, bool)
        statuses = number(rows.columns["status"])
        given = ~statuses.where(ended_enrollment)[statuses.codes[0]]
        if self.ended_sections:
            sections = number(rows.columns["section_id"], change=same_id)
            given &= ~sections.where(self.ended_sections.__contains__)[sections.codes[0]]
        return given & ~self.within({course for course, word in self.ended_courses.items() if word == "deleted"})

    def within(self, courses: Collection[str]) -> Mask:
        """Which enrollments are in one of these courses, by the course that they name or by that of their section.

        Args:
            courses: Their ids.
        """
        rows = self.get(Kind.ENROLLMENTS)
        if not len(rows) or not courses:
            return np.zeros(len(rows), bool)
        ids = number(rows.columns["course_id"], change=same_id)
        found: Mask = ids.where(courses.__contains__)[ids.codes[0]]
        if self.section_courses:
            sections = number(rows.columns["section_id"], change=same_id)
            found |= sections.where(lambda one: self.section_courses.get(one) in courses)[sections.codes[0]]
        return found


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


def courses_of(rows: Rows, *states: State) -> Strings:
    """The course of each enrollment: the one that it names, else its section's; "" where that is not known.

    Args:
        rows: Enrollments.
        *states: Where sections are looked up, the first that knows one.
    """
    courses = same_id(rows.columns["course_id"])
    blank = pc.equal(courses, "")
    if not len(rows) or not pc.any(blank).as_py():
        return courses
    numbers = number(rows.columns["section_id"], change=same_id)
    homes = [
        next((state.section_courses[one] for state in states if one in state.section_courses), "")
        for one in numbers.texts.to_pylist()
    ]
    looked_up: Any = pa.array(homes, pa.large_string())
    return pc.if_else(blank, pa.chunked_array([looked_up.take(pa.array(numbers.codes[0]))]), courses)
