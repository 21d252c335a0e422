r"""Reads the mails that the server writes: the counterpart of `provkit.receiver.mail`, whose sentences it knows.

A mail arrives as it was sent, forwarded, quoted, wrapped, or as text that somebody pasted together with others. So only the words of a line
count, not the blanks, quotation marks and tabs in front of it, and a sentence may be broken over lines. What is not understood is kept.

Source: `DeptRouter.sendToCanvas`, `EmailSummaryService.processImport`, `BackgroundMessageListener.sendEmail`, and the provisioning
services of each kind; outside production `EmailService` puts an opening of its own before the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from provkit.receiver.mail import ELSEWHERE, TEMPLATES

__all__ = ["Line", "Reply", "Sort", "Stage", "read_replies"]


class Stage(StrEnum):
    """Which of the service's mails it is."""

    PREPROCESSING = "preprocessing"
    """What became of each file; with an import id where Canvas has the rest."""
    CANVAS = "canvas"
    """What Canvas made of one or more imports."""
    FAILED = "failed"
    """The run failed before anything reached Canvas."""


class Sort(StrEnum):
    """What a line says."""

    ROW = "row"
    """That a row failed; it has `record`, or `value`, or both."""
    COUNT = "count"
    """How many rows there were of some sort; it has `number`."""
    UNNOTIFIED = "unnotified"
    """That a new guest did not get the package's own message; it has `value`."""
    CANVAS = "canvas"
    """What Canvas says, of a row or of a whole file."""
    MORE = "more"
    """That Canvas had more to say than the mail holds; it has `number` where it says how much."""
    DEFERRED = "deferred"
    """That a file waits for the import."""
    FAILURE = "failure"
    """Why a file or the run failed."""
    CLEAN = "clean"
    """That Canvas had nothing to say."""
    UNKNOWN = "unknown"
    """Not understood."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a mail.

    Attributes:
        sort: What it says.
        text: Its words.
        file: The file it is about, by the name in the mail; None where it names none.
        record: The number of the record, the header being 1; None where it gives none.
        value: The address or id by which it names a row; None where it names none.
        number: How many.
        import_id: The import it belongs to; None before Canvas has any.
    """

    sort: Sort
    text: str
    file: str | None = None
    record: int | None = None
    value: str | None = None
    number: int | None = None
    import_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One mail of the service.

    Attributes:
        stage: Which one.
        group: The department's group, from the subject; None where that is not there.
        import_ids: The imports that it names; of a preprocessing mail none where nothing reached Canvas.
        files: The names of the files that it speaks of, in its order.
        lines: What it says, in its order.
        rerouted: Whether it has the opening of mails outside production, which all go to the service's own team.
        host: The Canvas that it speaks of, which tells the environment; None where it names none.
    """

    stage: Stage
    group: str | None = None
    import_ids: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    rerouted: bool = False
    host: str | None = None

    def count(self, label: str, file: str) -> int | None:
        """A number that the mail gives for a file; None where it gives none.

        Args:
            label: The words before the number, such as "Courses rejected".
            file: The file's name in the mail.
        """
        found = [
            line.number
            for line in self.lines
            if line.sort is Sort.COUNT and line.file == file and line.text.startswith(f"{label}:")
        ]
        return found[-1] if found else None


def read_replies(
    text: str, subject: str | None = None, *, names: Collection[str] = ()
) -> tuple[tuple[Reply, ...], tuple[str, ...]]:
    """Find the service's mails in a text.

    Args:
        text: The text of a mail, or of several.
        subject: The mail's subject, where that is known apart from the text.
        names: Names of files, as they were uploaded, that are known to be spoken of.

    Returns:
        The mails in their order, and the lines outside of any that say something all the same (a greeting, a signature).
    """
    reader = _Reader(names)
    whole = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if any(map(_SIMULATED.match, whole)):  # what provkit says around the mails is nobody's result
        whole = [line for line in whole if _MAIL_OF_SIMULATE.match(line)]
    lines = [_words(line) for line in whole]
    if subject is not None:
        reader.subject(subject)
    position = 0
    while position < len(lines):
        position += reader.take(lines, position)
    return tuple(reader.replies()), tuple(reader.around)


_SIMULATED = re.compile(r"ANSWER  \d{3}$")
_MAIL_OF_SIMULATE = re.compile(r"  \|")
"""How simulate begins what it shows, and how it sets the mails off."""
_QUOTED = re.compile(r"^(?:\s*[>|])+\s?")
_SUBJECT = re.compile(
    r"\[LMS [^\]]*\] (?:csv file upload\(s\) for (.+)|processing errors for (.+)|(.+) Canvas Provisioning Errors)$"
)
_HEADER = re.compile(r"^\W*(?:From|Sent|To|Cc|Bcc|Date|Subject|Reply-To|Importance|Attachments):\W*(?:\s|$)", re.IGNORECASE)
_FORWARDED = re.compile(r"^[-_=\s]*(?:(?:Begin )?Forwarded message|Original (?:Message|Appointment))?[-_=:\s]*$", re.IGNORECASE)
_OPENINGS: Sequence[tuple[re.Pattern[str], Stage]] = (
    (re.compile(r"The preprocessing stage of your Canvas provisioning job is complete\b"), Stage.PREPROCESSING),
    (re.compile(r"The preprocessing stage of your Canvas provisioning job is incomplete\b"), Stage.FAILED),
    (re.compile(r"Here is a report of errors from Canvas\b"), Stage.CANVAS),
)
_HOST = re.compile(r"\bCanvas \((?:https?://)?([^\s()/]+)/?\)")
_RESULTS = "Results from the uploads:"
_POST = "Post processing results:"
_REROUTED = re.compile(r"^\*\* In production, this message will go to")
_RECIPIENT = re.compile(r"^- (?:TO|CC|BCC):")
_IMPORT = re.compile(r"^ImportId is (\S+)$")
_FROM_IMPORT = re.compile(r"^From importId: (\S+)$")
_COUNT = re.compile(
    r"^(?:Guest accounts creation failures|Guest accounts successfully created|Guest account updates sent to Canvas|Total [a-z ]+|"
    r"[A-Z][a-z]+ (?:rejected|sent to Canvas)|Users (?:failed to be|successfully) added to expand's enrollment): (\d+)$"
)
_UNNOTIFIED = re.compile(r"^- (\S.*)$")
_DEFERRED = "Processing of this file has been deferred until after all other files have been imported into Canvas"
_NUMBERED = re.compile(r"^Line (?P<line>\d+): .+$", re.DOTALL)
_OF_A_GUEST = re.compile(r"^(?P<value>\S+@\S+) - .+$", re.DOTALL)
_CANVAS = re.compile(r"^(?P<file>\S.*?\.csv) - (?P<text>.*)$", re.IGNORECASE | re.DOTALL)
_MORE = re.compile(r"^(?:\.\.\. )?and (\d[\d,]*) more\b|^Download the error file\b")
_FILE = re.compile(r"^(?P<name>\S.*):$")
_BROKEN_OVER = 5
"""How many lines one sentence may be broken over."""


def _pattern(template: str) -> re.Pattern[str]:
    """What a sentence looks like: `{line}` is the record's number, the first other place is the value that names the row."""
    words, *rest = re.split(r"\{(\w+)\}", template.strip("\t\r\n"))
    pattern = re.escape(words)
    for place, following in zip(rest[::2], rest[1::2], strict=True):
        named = "line" if place == "line" else "value"
        what = r"\d+" if place == "line" else ".*"
        pattern += (what if f"<{named}>" in pattern else f"(?P<{named}>{what})") + re.escape(following)
    return re.compile(pattern.replace(r"\ ", r"\s+"), re.DOTALL)


_SENTENCES = tuple(_pattern(template) for template in dict.fromkeys((*TEMPLATES.values(), *ELSEWHERE)))


def _words(line: str) -> str:
    """A line without what mail programs put around it."""
    return " ".join(_QUOTED.sub("", line.replace("\u00a0", " ")).split())


class _Reader:
    """Goes through the lines of a text.

    Args:
        names: Names of files that are known to be spoken of.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._names = {_words(name) for name in names}
        self._group: str | None = None
        self._rerouted = False
        self._mails: list[Reply] = []
        self._lines: list[list[Line]] = []
        self._file: str | None = None
        self._import: str | None = None
        self._stage: Stage | None = None
        self.around: list[str] = []

    def replies(self) -> Iterator[Reply]:
        """The mails found."""
        for mail, lines in zip(self._mails, self._lines, strict=True):
            yield replace(mail, lines=tuple(lines))

    def subject(self, text: str) -> bool:
        """Take the group from a subject; False where it is not one of the service's."""
        found = _SUBJECT.search(text.strip())
        if found is not None:
            self._group = next(filter(None, found.groups())).strip()
        return found is not None

    def take(self, lines: Sequence[str], position: int) -> int:
        """Understand the line at a position, with as many of the following as belong to it; how many were taken."""
        line = lines[position]
        if not line or _FORWARDED.match(line):
            return 1
        if self.subject(line) or _HEADER.match(line):
            return 1
        if _REROUTED.match(line):
            self._rerouted = True
            return 1
        if self._rerouted and self._stage is None and _RECIPIENT.match(line):
            return 1
        return self._opening(lines, position) or self._inside(lines, position)

    def _opening(self, lines: Sequence[str], position: int) -> int:
        """Begin a mail, if one begins here."""
        for opening, stage in _OPENINGS:
            text = " ".join(lines[position : position + _BROKEN_OVER])
            if opening.match(text):
                self._begin(stage)
                host = _HOST.search(text)
                self._note(host=None if host is None else host[1])
                end = position + 1
                # The opening's own sentences run on to the blank line behind it.
                while end < len(lines) and lines[end]:
                    end += 1
                return end - position
        return 0

    def _begin(self, stage: Stage) -> None:
        self._mails.append(Reply(stage, self._group, rerouted=self._rerouted))
        self._lines.append([])
        self._stage, self._file, self._import, self._rerouted = stage, None, None, False

    def _note(self, **changes: object) -> None:
        self._mails[-1] = replace(self._mails[-1], **changes)  # type: ignore[arg-type]

    def _add(self, sort: Sort, text: str, **facts: Any) -> None:
        self._lines[-1].append(Line(sort, text, **{"file": self._file, "import_id": self._import, **facts}))

    def _inside(self, lines: Sequence[str], position: int) -> int:
        line = lines[position]
        if self._stage is None:
            # Somebody pasted a part: what can only stand in such a mail opens one.
            if _IMPORT.match(line) or line == _RESULTS or self._is_file(line, known=True):
                self._begin(Stage.PREPROCESSING)
            elif _FROM_IMPORT.match(line):
                self._begin(Stage.CANVAS)
            elif _NUMBERED.match(line) or any(sentence.fullmatch(line) for sentence in _SENTENCES):
                self._begin(Stage.PREPROCESSING)
            else:
                self.around.append(line)
                return 1
        if self._heading(line):
            return 1
        return self._row(lines, position) or self._other(lines, position)

    def _heading(self, line: str) -> bool:
        """What says which import or file the next lines are about."""
        if line == _RESULTS:
            return True
        found = _IMPORT.match(line) or _FROM_IMPORT.match(line)
        if found is not None:
            self._note(import_ids=(*self._mails[-1].import_ids, found[1]))
            self._import, self._file = found[1], None
        elif line == _POST:
            self._file = None
        elif self._is_file(line, known=False):
            self._file = line[:-1]
            if self._file not in self._mails[-1].files:
                self._note(files=(*self._mails[-1].files, self._file))
        else:
            return False
        return True

    def _is_file(self, line: str, *, known: bool) -> bool:
        """Whether a line is a file's name and a colon."""
        if not line.endswith(":"):
            return False
        return line[:-1] in self._names or (not known and _FILE.match(line) is not None and self._stage is not Stage.FAILED)

    def _row(self, lines: Sequence[str], position: int) -> int:
        """A sentence about a row; it may be broken over lines, at blanks or, where a value holds one, at a line end."""
        for taken in range(1, _BROKEN_OVER + 1):
            text = " ".join(filter(None, lines[position : position + taken]))
            for sentence in _SENTENCES:
                # At an edge the blank beside an empty value is gone.
                found = sentence.fullmatch(text) or sentence.fullmatch(f"{text} ") or sentence.fullmatch(f" {text}")
                if found is not None:
                    groups = found.groupdict()
                    record, value = groups.get("line"), groups.get("value")
                    self._add(Sort.ROW, text, record=None if record is None else int(record), value=value)
                    return taken
            if position + taken >= len(lines) or self._ends_a_sentence(lines[position + taken]):
                break
        return 0

    def _ends_a_sentence(self, line: str) -> bool:
        """Whether a line is surely no continuation of the one before it."""
        return bool(_COUNT.match(line) or _NUMBERED.match(line) or self._is_file(line, known=True) or line == _POST)

    def _other(self, lines: Sequence[str], position: int) -> int:
        line = lines[position]
        count, more = _COUNT.match(line), _MORE.search(line)
        if count is not None:
            self._add(Sort.COUNT, line, number=int(count[1]))
        elif line == _DEFERRED:
            self._add(Sort.DEFERRED, line)
        elif self._stage is Stage.FAILED:
            self._add(Sort.FAILURE, line)
        elif self._stage is Stage.CANVAS and self._file is None:
            return self._of_canvas(lines, position)
        elif more is not None:
            self._add(Sort.MORE, line, number=int(more[1].replace(",", "")) if more[1] else None)
        elif (numbered := _NUMBERED.match(line)) is not None:
            self._add(Sort.ROW, line, record=int(numbered["line"]))
        elif (guest := _OF_A_GUEST.match(line)) is not None:
            self._add(Sort.ROW, line, value=guest["value"])
        elif (unnotified := _UNNOTIFIED.match(line)) is not None and self._file is not None:
            self._add(Sort.UNNOTIFIED, line, value=unnotified[1])
        elif "There were errors when generating the CSV file" in line:
            self._add(Sort.FAILURE, line)
        else:
            self._add(Sort.UNKNOWN, line)
        return 1

    def _of_canvas(self, lines: Sequence[str], position: int) -> int:
        """What Canvas says: a file's name, a dash and a sentence, which may go on in the next lines."""
        line = lines[position]
        more = _MORE.search(line)
        if line == "No errors/warnings":
            self._add(Sort.CLEAN, line)
            return 1
        found = _CANVAS.match(line)
        if more is not None and found is None:
            self._add(Sort.MORE, line, number=int(more[1].replace(",", "")) if more[1] else None)
            return 1
        if found is None:
            self._add(Sort.UNKNOWN, line)
            return 1
        text, taken = found["text"], 1
        while position + taken < len(lines):
            following = lines[position + taken]
            ended = not following or _CANVAS.match(following) or _MORE.search(following) or _FROM_IMPORT.match(following)
            if ended or following == _POST:
                break
            text, taken = f"{text} {following}", taken + 1
        self._add(Sort.MORE if _MORE.search(text) else Sort.CANVAS, text, file=found["file"])
        return taken
