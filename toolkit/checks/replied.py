"""What the service's mails mean for the rows of a package, and whether its model says the same."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from provkit.checks.canvas_messages import meant_rows
from provkit.checks.written import Written
from provkit.errors import PackageError
from provkit.package import Package, Part, wire_name
from provkit.receiver import Fate, ReceivedFile, Reception
from provkit.receiver.mail import Letterhead, rejections, summary
from provkit.receiver.model import Strings
from provkit.receiver.replies import Line, Reply, Sort, Stage, read_replies
from provkit.rules import Origin
from provkit.schemas.layouts import LAYOUTS, Kind

__all__ = ["Meaning", "Results", "Row", "SentUpload"]

pc: Any = pyarrow.compute  # its stubs know no mixture of arrays and scalars

_KEYS: Mapping[Kind, str] = {
    Kind.USERS: "login_id",
    Kind.EXPAND: "user_id",
    Kind.ENROLLMENTS: "user_id",
    Kind.COURSES: "course_id",
    Kind.SECTIONS: "section_id",
}
"""By which column the service's own sentences name a row."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the package.

    Attributes:
        file: The file's name, as it was uploaded.
        sha256: The digest of the file's bytes.
        record: The record's number, the header being 1.
        line: The physical line on which it starts.
        origin: Its place in the user's source; None where that is not known.
    """

    file: str
    sha256: str
    record: int
    line: int
    origin: Origin | None

    def __str__(self) -> str:
        return f"{self.file} line {self.line}" if self.origin is None else str(self.origin)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A line of a mail, and what it means for the package.

    Attributes:
        line: The line.
        rows: The rows that it can mean; several where the mail does not say which of them.
        foreseen: Whether provkit's model of the server says the same of this package; None where that is not for the model to say.
    """

    line: Line
    rows: tuple[Row, ...] = ()
    foreseen: bool | None = None


@dataclass(frozen=True)
class Results:
    """What the mails say.

    Attributes:
        replies: The service's mails, in their order.
        meanings: Their lines with the rows meant, in the same order; without a package no rows.
        around: Lines that belong to none of the mails.
        strangers: Names of files in the mails that are not in the package.
        unsaid: What the model foresees and the mails do not say: rows with their sentence.
        totals: Numbers that are others than the model's: file, label with the mail's number, the model's number.
        dropped: Rows that vanished without a word, by the model: no mail names these.
    """

    replies: tuple[Reply, ...]
    meanings: tuple[Meaning, ...]
    around: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    unsaid: tuple[tuple[Row, str], ...] = ()
    totals: tuple[tuple[str, str, int], ...] = ()
    dropped: tuple[Row, ...] = ()

    @property
    def failed(self) -> tuple[Row, ...]:
        """Every row that failed, or may have, each once, in the order of the files; those dropped unsaid included."""
        rows = {row for meaning in self.meanings if meaning.line.sort in (Sort.ROW, Sort.CANVAS) for row in meaning.rows}
        return tuple(sorted({*rows, *self.dropped}, key=lambda row: (row.file, row.record)))

    @property
    def nothing_reached_canvas(self) -> bool:
        """Whether a preprocessing mail lacks an import id although it speaks of files for Canvas, or says that the run failed."""
        return any(
            reply.stage is Stage.FAILED or (reply.stage is Stage.PREPROCESSING and not reply.import_ids and bool(reply.files))
            for reply in self.replies
        )

    @property
    def differs(self) -> bool:
        """Whether the model of the server and the mails disagree."""
        return bool(self.unsaid or self.totals or any(meaning.foreseen is False for meaning in self.meanings))

    @property
    def ok(self) -> bool:
        """Whether the mails report nothing that failed, and all of them was understood."""
        faults = (Sort.ROW, Sort.CANVAS, Sort.MORE, Sort.FAILURE, Sort.UNNOTIFIED, Sort.UNKNOWN)
        return not (self.nothing_reached_canvas or self.dropped or any(one.line.sort in faults for one in self.meanings))


class SentUpload:
    """A package as it was sent, and what the model makes of it.

    Args:
        package: The package.
        reception: What the server makes of it.
    """

    def __init__(self, package: Package, reception: Reception) -> None:
        self._origins = package.origins
        self.files = [file for file in reception.files if file.judged is not None]
        self.reception = reception

    @cached_property
    def _digests(self) -> dict[int, str]:
        return {id(file): hashlib.sha256(file.content).hexdigest() for file in self.files}

    def digest(self, file: ReceivedFile) -> str:
        """The sha256 of a file's bytes, in hex."""
        return self._digests[id(file)]

    @property
    def names(self) -> tuple[str, ...]:
        """The files' names as the mails have them."""
        return tuple(file.name or "null" for file in self.files)

    def named(self, name: str) -> list[ReceivedFile]:
        """The files that a name in a mail can mean: repeated names, and names with or without the digest that a send puts in."""
        exact = [file for file in self.files if (file.name or "null") == name or " ".join((file.name or "").split()) == name]
        return exact or [file for file in self.files if name in (_bare(file.name or ""), self._on_wire(file))]

    def _on_wire(self, file: ReceivedFile) -> str | None:
        """What a send would call a file that is at hand under its plain name."""
        return wire_name(Part(file.name, bytes(file.content)))

    def row(self, file: ReceivedFile, record: int, column: str | None = None) -> Row:
        """A row by its index, the header being 0."""
        assert file.records is not None
        digest = self.digest(file)
        origin = None if self._origins is None else self._origins.at(digest, record + 1, column)
        return Row(file.name or "(a file without a name)", digest, record + 1, file.records.line(record), origin)

    @cached_property
    def foreseen(self) -> dict[tuple[Kind, str], list[tuple[ReceivedFile, int]]]:
        """What the model says of rows: kind and sentence to the rows."""
        found: dict[tuple[Kind, str], list[tuple[ReceivedFile, int]]] = {}
        for file in self.files:
            assert file.judged is not None
            assert file.kind is not None
            for record, text in rejections(file.judged).items():
                found.setdefault((file.kind, " ".join(text.split())), []).append((file, record))
        return found

    def compare(self, replies: tuple[Reply, ...], around: tuple[str, ...]) -> Results:
        """Tie the lines to rows, and set them beside what the model says."""
        meanings = [Meaning(line, *self._meant(line, reply.stage)) for reply in replies for line in reply.lines]
        strangers = dict.fromkeys(name for reply in replies for name in reply.files if not self.named(name))
        about = [file for file in self.files if any(file in self.named(name) for reply in replies for name in reply.files)]
        told = [reply for reply in replies if reply.stage is Stage.PREPROCESSING]
        said = Counter((meaning.line.text) for meaning in meanings if meaning.line.sort is Sort.ROW)
        unsaid: list[tuple[Row, str]] = []
        totals: list[tuple[str, str, int]] = []
        if told:
            deferred = {line.file for reply in told for line in reply.lines if line.sort is Sort.DEFERRED}
            for (_, text), rows in self.foreseen.items():
                missing = [(file, record) for file, record in rows if file in about and file.name not in deferred]
                if missing and not said[text]:
                    unsaid += [(self.row(file, record), text) for file, record in missing]
            totals = list(self._totals(told))
        return Results(
            replies,
            tuple(meanings),
            around,
            tuple(strangers),
            tuple(unsaid),
            tuple(totals),
            tuple(self._dropped(about)),
        )

    def _totals(self, told: Sequence[Reply]) -> Iterator[tuple[str, str, int]]:
        """Totals that are not the model's; those do not depend on what the server looks up elsewhere."""
        run = self.reception.processing
        text = None if run is None else run.summary()
        if text is None:
            return
        (modelled, *_), _ = read_replies(summary(text, Letterhead(), imported=True).body, names=self.names)
        mine = {(line.file, line.text.partition(":")[0]): line.number for line in modelled.lines if line.sort is Sort.COUNT}
        for reply in told:
            for line in reply.lines:
                label = line.text.partition(":")[0]
                if line.sort is Sort.COUNT and label.startswith("Total") and "custom" not in label:
                    number = mine.get((line.file, label))
                    if number is not None and number != line.number and line.file is not None:
                        yield line.file, line.text, number

    def _dropped(self, about: Sequence[ReceivedFile]) -> Iterator[Row]:
        for file in about:
            assert file.fates is not None
            assert file.records is not None
            for record in np.flatnonzero(np.isin(file.fates, (Fate.IGNORED, Fate.IGNORED_COUNTED))).tolist():
                if file.records.fields(record) != [""]:
                    yield self.row(file, record)

    def _meant(self, line: Line, stage: Stage) -> tuple[tuple[Row, ...], bool | None]:
        """The rows that a line can mean, and whether the model says the same."""
        if line.file is None or line.sort not in (Sort.ROW, Sort.CANVAS, Sort.UNNOTIFIED):
            return (), None
        files = self.named(line.file)
        if not files:
            return (), None
        if line.sort is Sort.CANVAS:
            return tuple(self._canvas_rows(files, line.text)), None
        # The mail of a later file of courses or sections says again what was said of the earlier ones.
        kinds = {file.kind for file in files if file.kind in (Kind.COURSES, Kind.SECTIONS)}
        files = [file for file in self.files if file in files or file.kind in kinds]
        if line.sort is Sort.ROW:
            known = [
                (file, record)
                for kind in dict.fromkeys(file.kind for file in files if file.kind is not None)
                for file, record in self.foreseen.get((kind, line.text), ())
                if any(file is other for other in files)
            ]
            if known:
                return tuple(self.row(file, record) for file, record in known), True
        rows = tuple(self._by_number_or_value(files, line))
        lookups = line.sort is Sort.UNNOTIFIED or not _of_its_own(line.text)
        return rows, None if lookups and stage is Stage.PREPROCESSING else False if stage is Stage.PREPROCESSING else None

    def _by_number_or_value(self, files: Iterable[ReceivedFile], line: Line) -> Iterator[Row]:
        for file in files:
            records, kind = file.records, file.kind
            assert records is not None
            assert kind is not None
            column = _KEYS[kind]
            if line.record is not None:
                if 1 < line.record <= len(records):
                    yield self.row(file, line.record - 1, column)
            elif line.value is not None:
                position = LAYOUTS[kind].columns.index(column)
                if position < len(records.columns):
                    yield from (
                        self.row(file, record, column) for record in _holding(records.column(position), line.value) if record
                    )

    def _canvas_rows(self, files: Iterable[ReceivedFile], sentence: str) -> Iterator[Row]:
        """The rows that Canvas can mean, by what of them reached it."""
        meant = meant_rows(sentence)
        if meant is None:
            return
        for file in files:
            judged = file.judged
            assert judged is not None
            if file.kind is not meant.kind:
                continue
            header = judged.records.fields(0) if file.kind in (Kind.COURSES, Kind.SECTIONS) else LAYOUTS[meant.kind].columns
            sent = judged.where(Fate.SENT)
            chosen = np.ones(len(sent), bool)
            for column, value in meant.values.items():
                position = list(header).index(column) if column in header else None
                if position is None or position >= len(judged.sent):
                    continue
                trimmed = pc.utf8_trim(judged.sent[position], " \t\n\r\f\v\0")
                chosen &= pc.equal(trimmed, value.strip()).to_numpy()
            named = next(iter(meant.values), None)
            yield from (self.row(file, record, named) for record in sent[chosen].tolist())

    def corrections(self, rows: Iterable[Row]) -> dict[str, bytes]:
        """Rows as files to correct and send again: names to bytes.

        Args:
            rows: Rows of this package.

        Returns:
            One file per file of the package that has such rows: its header, and these rows as they stand in it.

        Raises:
            PackageError: Two files of the package have one name.
        """
        wanted: dict[str, list[int]] = {}
        for row in rows:
            wanted.setdefault(row.sha256, []).append(row.record - 1)
        files: dict[str, bytes] = {}
        for file in self.files:
            numbers = wanted.get(self.digest(file))
            if numbers is None or file.records is None:
                continue
            written, name = Written(file.records), _bare(file.name or "")
            if name in files:
                raise PackageError(
                    f"Two files of the package are called {name}.", remedy="Build the package again, then send it whole."
                )
            files[name] = "".join(f"{written.text(record)}\n" for record in (0, *numbers)).encode()
        return files


def _holding(column: Strings, value: str) -> list[int]:
    """The records that hold a value; where none does to the letter, those that do but for their blanks, which a mail does not keep."""
    same = pc.equal(column, value)
    if not pc.any(same).as_py():
        alike = [text for text in pc.unique(column).to_pylist() if text is not None and " ".join(text.split()) == value]
        same = pc.is_in(column, value_set=pa.array(alike, column.type))
    found: list[int] = np.flatnonzero(pc.fill_null(same, False).to_numpy()).tolist()  # noqa: FBT003 - Arrow's own signature
    return found


def _bare(name: str) -> str:
    """A file's name without the digest that a send puts into it."""
    stem, dot, suffix = name.rpartition(".")
    head, dash, digest = stem.rpartition("-")
    return f"{head}{dot}{suffix}" if dash and len(digest) == 8 and set(digest) <= set("0123456789abcdef") else name


def _of_its_own(text: str) -> bool:
    """Whether a sentence says what the server decides by the row alone, so that the model must know of it."""
    return "Row did not match the amount of fields" in text or "invalid email address. Will not attempt" in text
