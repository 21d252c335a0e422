"""Templates of the message for new guests: files, those that come with provkit, and what a sheet says.

A template is a text file: lines `Sender: ...` and `Subject: ...`, an empty line, then the body, all in Jinja2. It is rendered in
Jinja2's sandbox, and a name that nothing is known of stops the build rather than leaving a hole in a letter to many.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime, tzinfo
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from provkit.authoring.settings import AuthoringSettings
from provkit.errors import ConfigError
from provkit.rules import Origin
from provkit.schemas.layouts import Kind
from provkit.tables import Table, Tables
from provkit.words import did_you_mean

__all__ = ["CourseFacts", "MessageTemplate", "escaped", "from_sheet", "load", "template_names", "variables"]

PARTS = ("sender", "subject", "body")

_SUFFIX = ".txt.j2"
_HEADER = re.compile(r"(?i)(sender|from|subject)[ \t]*:[ \t]*(.*)")
_COMMENT = re.compile(r"\A(?:\s*\{#.*?#\})+[ \t]*\n?", re.DOTALL)
_MARKS = re.compile(r"\{(?=[{%#])")
_SHAPE = "It begins with the lines 'Sender: ...' and 'Subject: ...', then comes an empty line, then the text."
_HOW_TO_SET = "Others are set in provkit.toml, below [defaults.message]."


class _Unknown(StrictUndefined):
    """What a template names and nothing is known of."""

    @property
    def _undefined_message(self) -> str:
        name = str(self._undefined_name)
        if self._undefined_hint or self._undefined_obj is missing or not is_dataclass(self._undefined_obj):
            return super()._undefined_message
        return f"a course has no {name!r}.{did_you_mean(name, [one.name for one in fields(self._undefined_obj)])}"


def _date(moment: datetime | None) -> str:
    """A date as it is written in a letter: "August 24, 2026"; "" for none."""
    return "" if moment is None else f"{moment:%B} {moment.day}, {moment.year}"


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=_Unknown, autoescape=False, trim_blocks=True, lstrip_blocks=True)
    environment.filters["date"] = _date
    return environment


_ENVIRONMENT = _environment()


@dataclass(frozen=True)
class CourseFacts:
    """What a template can say of a course.

    Attributes:
        id: Its id.
        name: Its long name; its id where the package does not bring the course.
        short_name: Its short name; its id where the package does not bring the course.
        start: When it starts, in the time zone of the settings, or None.
        end: When it ends, or None.
        people: How many different people the package enrolls in it.
    """

    id: str
    name: str
    short_name: str
    start: datetime | None
    end: datetime | None
    people: int


@dataclass(frozen=True, eq=False)
class _Part:
    """One part of a template, compiled, and where it stands."""

    source: str
    template: Template
    place: str
    line: int | None = None
    """The line of its file on which it begins; None where it is a cell."""

    @classmethod
    def of(cls, source: str, place: str, line: int | None = None) -> _Part:
        try:
            return cls(source, _ENVIRONMENT.from_string(source), place, line)
        except TemplateSyntaxError as error:
            where = cls(source, _ENVIRONMENT.from_string(""), place, line).at(error.lineno)
            raise ConfigError(f"The message template {where} is not valid: {error.message}.") from None

    def at(self, number: int | None) -> str:
        """A line of it, as the user counts."""
        if number is None or (self.line is None and "\n" not in self.source):
            return self.place
        return f"{self.place}, line {number + (self.line or 1) - 1}"

    def unknown(self, known: Collection[str]) -> Iterator[tuple[str, int]]:
        """The names in it that are not known, also where they would not be reached, and their lines."""
        tree = _ENVIRONMENT.parse(self.source)
        undeclared = find_undeclared_variables(tree) - set(known)
        asked = {
            id(node.node)
            for kind, names in ((nodes.Test, ("defined", "undefined")), (nodes.Filter, ("default", "d")))
            for node in tree.find_all(kind)
            if node.name in names
        }
        for node in tree.find_all(nodes.Name):
            if node.ctx == "load" and node.name in undeclared and id(node) not in asked:
                yield node.name, node.lineno

    def render(self, values: Mapping[str, Any]) -> str:
        known = f"Known are: {', '.join(sorted(values))}. {_HOW_TO_SET}"
        for name, line in self.unknown(values):
            raise ConfigError(
                f"The message template {self.at(line)} cannot be filled in: there is no {name!r}.{did_you_mean(name, values)}",
                remedy=known,
            )
        try:
            return self.template.render(values)
        except UndefinedError as error:
            raise ConfigError(
                f"The message template {self.at(_line(error))} cannot be filled in: {(error.message or '').rstrip('.')}.",
                remedy=known,
            ) from None
        except (TemplateError, TypeError, ValueError, ArithmeticError, OverflowError) as error:
            raise ConfigError(f"The message template {self.at(_line(error))} cannot be filled in: {error}.") from None


def _line(error: Exception) -> int | None:
    """On which line of a template it failed."""
    found = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename in ("<template>", "<unknown>")]
    return found[-1] if found else None


@dataclass(frozen=True, eq=False)
class MessageTemplate:
    """A template, compiled.

    Attributes:
        parts: The templates of sender, subject and body.
        values: What it brings along of its own, by name; it wins over everything else.
    """

    parts: Mapping[str, _Part]
    values: Mapping[str, str] = field(default_factory=dict)

    def render(self, values: Mapping[str, Any]) -> dict[str, str]:
        """The message's parts.

        Args:
            values: What the template may name; see `variables`.

        Raises:
            ConfigError: It names something that is not known, or fails; the place is said.
        """
        known = {**values, **self.values}
        return {name: part.render(known).strip("\n" if name == "body" else None) for name, part in self.parts.items()}


def template_names() -> tuple[str, ...]:
    """The names of the templates that come with provkit."""
    return tuple(sorted(_shipped()))


def _shipped() -> dict[str, Any]:
    return {
        entry.name.removesuffix(_SUFFIX): entry
        for entry in files("provkit.templates").joinpath("message").iterdir()
        if entry.name.endswith(_SUFFIX)
    }


def load(reference: str | Path) -> MessageTemplate:
    """A template by its path, or by the name that it is shipped under.

    Args:
        reference: A file, or a name such as "welcome".

    Raises:
        ConfigError: There is none, or it is no template.
    """
    path = Path(reference)
    try:
        if path.is_file():
            return _compiled(path.read_text("utf-8-sig"), str(reference))
        shipped = _shipped()
        if str(reference) in shipped:
            return _compiled(shipped[str(reference)].read_text("utf-8"), str(reference))
    except UnicodeDecodeError:
        raise ConfigError(f"The message template {reference} is not UTF-8.", remedy="Save it as UTF-8 in your editor.") from None
    except OSError as error:
        raise ConfigError(f"The message template {reference} cannot be read: {error.strerror or error}.") from None
    raise ConfigError(
        f"There is no message template {reference}.{did_you_mean(str(reference), shipped)}",
        remedy=f"Name a file, or one that comes with provkit: {', '.join(sorted(shipped))}.",
    )


def from_sheet(said: Mapping[str, str], places: Mapping[str, Origin]) -> MessageTemplate:
    """What a sheet says: a message typed there, or the name of a template that comes with provkit, with sender and signature.

    Args:
        said: The cells, by name of the part.
        places: Where each stands; under "" the sheet.

    Raises:
        ConfigError: There is no such template, or what was typed is no template.
    """
    where = {part: str(places.get(part, places.get("", "the sheet of the message"))) for part in (*said, *PARTS)}
    typed = {part: _Part.of(said[part], where[part]) for part in PARTS if part in said}
    own = {part: said[part] for part in ("sender", "signature") if part in said}
    if "template" not in said:
        return MessageTemplate({part: typed.get(part) or _Part.of("", where[part]) for part in PARTS}, own)
    name = said["template"].strip()
    if name not in template_names():
        raise ConfigError(
            f"{where['template']}: there is no message template {name!r}.{did_you_mean(name, template_names())}",
            remedy=f"Those that come with provkit are: {', '.join(template_names())}.",
        )
    if "body" in said:
        raise ConfigError(
            f"{where['template']} names the text {name!r}, and {where['body']} holds a text too.",
            remedy="Leave one of the two empty.",
        )
    return MessageTemplate({**load(name).parts, **typed}, own)


def escaped(text: str) -> str:
    """A text as it must be written in a template or on a sheet to come out as it is.

    Args:
        text: Any text.
    """
    return _MARKS.sub("{{ '{' }}", text)


def _compiled(text: str, name: str) -> MessageTemplate:
    """Split a template at its empty line and compile the parts, each by itself: what a value holds never becomes a header."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _COMMENT.sub("", whole)
    head, _, body = text.partition("\n\n")
    first = whole.count("\n") - text.count("\n") + 1
    found = {"body": (body, first + head.count("\n") + 2)}
    for number, line in enumerate(head.split("\n"), first):
        match = _HEADER.fullmatch(line)
        if match is not None:
            found["subject" if match[1].lower() == "subject" else "sender"] = match[2], number
        elif line:
            raise ConfigError(f"The message template {name} begins with {line[:40]!r}.", remedy=_SHAPE)
    lacking = [part for part in PARTS if not found.get(part, ("", 0))[0].strip()]
    if lacking:
        raise ConfigError(f"The message template {name} has no {' and no '.join(lacking)}.", remedy=_SHAPE)
    return MessageTemplate({part: _Part.of(found[part][0], name, found[part][1]) for part in PARTS})


def variables(tables: Tables, settings: AuthoringSettings) -> dict[str, Any]:
    """What a template may name: the settings of `[defaults.message]`, and facts about the package.

    `courses` (see `CourseFacts`; those that the package brings or enrolls in, by id), `guests` and `enrollments` (numbers), `start` and
    `end` (the first and last day of all courses, or None).

    Args:
        tables: What is written into the package.
        settings: Where the message's own settings and the time zone stand.
    """
    zone = ZoneInfo(settings.time_zone)
    brought = _columns(tables.get(Kind.COURSES), "course_id", "long_name", "short_name", "start_date", "end_date")
    enrolled = _columns(tables.get(Kind.ENROLLMENTS), "course_id", "user_id")
    people = enrolled.drop_duplicates()["course_id"].value_counts()
    rows = {str(row[0]): tuple(map(str, row[1:])) for row in brought.itertuples(index=False)}
    courses = []
    for course in sorted({*rows, *people.index} - {""}):
        name, short, start, end = rows.get(course, ("", "", "", ""))
        facts = CourseFacts(
            course, name or course, short or course, _moment(start, zone), _moment(end, zone), int(people.get(course, 0))
        )
        courses.append(facts)
    users = tables.get(Kind.USERS)
    return {
        **settings.message,
        "courses": courses,
        "guests": 0 if users is None else len(users),
        "enrollments": len(enrolled),
        "start": min((course.start for course in courses if course.start), default=None),
        "end": max((course.end for course in courses if course.end), default=None),
    }


def _columns(table: Table | None, *names: str) -> pd.DataFrame:
    """Columns of a table, empty ones for those that it lacks."""
    if table is None:
        return pd.DataFrame(columns=list(names), dtype="str")
    return table.frame.reindex(columns=list(names), fill_value="")


def _moment(text: str, zone: tzinfo) -> datetime | None:
    """A date of a table, in a time zone; None where it is none."""
    try:
        return datetime.fromisoformat(text).astimezone(zone)
    except ValueError:
        return None
