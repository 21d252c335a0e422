r"""The message for new guests: rendered from a template, taken from a sheet, or kept as somebody wrote it.

A template is a text file: lines `Sender: ...` and `Subject: ...`, an empty line, then the body, all in Jinja2. It is rendered in
Jinja2's sandbox, and a name that nothing is known of stops the build rather than leaving a hole in a letter to many.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from provkit import properties
from provkit.authoring.settings import AuthoringSettings
from provkit.errors import ConfigError
from provkit.schemas.layouts import Kind
from provkit.tables import Table, Tables

__all__ = ["CourseFacts", "MessageTemplate", "for_pasting", "load", "mended", "to_properties", "variables"]

_SUFFIX = ".txt.j2"
_HEADER = re.compile(r"(?i)(sender|from|subject)[ \t]*:[ \t]*(.*)")
_COMMENT = re.compile(r"\A(?:\s*\{#.*?#\})+[ \t]*\n?", re.DOTALL)
_BOM = b"\xef\xbb\xbf"


def _date(moment: datetime | None) -> str:
    """A date as it is written in a letter: "August 24, 2026"; "" for none."""
    return "" if moment is None else f"{moment:%B} {moment.day}, {moment.year}"


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
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
class MessageTemplate:
    """A template, compiled.

    Attributes:
        name: What it is called in messages: its path, or the name that it is shipped under.
        parts: The templates of sender, subject and body.
    """

    name: str
    parts: Mapping[str, Template]

    def render(self, values: Mapping[str, Any]) -> dict[str, str]:
        """The message's parts.

        Args:
            values: What the template may name; see `variables`.

        Raises:
            ConfigError: It names something that is not known, or fails.
        """
        return {
            part: self._rendered(template, values).strip("\n" if part == "body" else None) for part, template in self.parts.items()
        }

    def _rendered(self, template: Template, values: Mapping[str, Any]) -> str:
        try:
            return template.render(values)
        except UndefinedError as error:
            raise ConfigError(
                f"The message template {self.name} cannot be filled in: {error.message}.",
                remedy=f"Known are: {', '.join(sorted(values))}. Others are set in provkit.toml, below [defaults.message].",
            ) from None
        except (TemplateError, TypeError, ValueError, ArithmeticError, OverflowError) as error:
            raise ConfigError(f"The message template {self.name} cannot be filled in: {error}.") from None


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
        shipped = {
            entry.name.removesuffix(_SUFFIX): entry
            for entry in files("provkit.templates").joinpath("message").iterdir()
            if entry.name.endswith(_SUFFIX)
        }
        if str(reference) in shipped:
            return _compiled(shipped[str(reference)].read_text("utf-8"), str(reference))
    except UnicodeDecodeError:
        raise ConfigError(f"The message template {reference} is not UTF-8.", remedy="Save it as UTF-8 in your editor.") from None
    except OSError as error:
        raise ConfigError(f"The message template {reference} cannot be read: {error.strerror or error}.") from None
    raise ConfigError(
        f"There is no message template {reference}.",
        remedy=f"Name a file, or one that comes with provkit: {', '.join(sorted(shipped))}.",
    )


def _compiled(text: str, name: str) -> MessageTemplate:
    """Split a template at its empty line and compile the parts, each by itself: what a value holds never becomes a header."""
    text = _COMMENT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    head, _, body = text.partition("\n\n")
    sources = {"body": body}
    for line in head.strip("\n").split("\n"):
        match = _HEADER.fullmatch(line)
        if match is None:
            raise ConfigError(
                f"The message template {name} begins with {line[:40]!r}.",
                remedy="It begins with the lines 'Sender: ...' and 'Subject: ...', then comes an empty line, then the text.",
            )
        sources["subject" if match[1].lower() == "subject" else "sender"] = match[2]
    missing = [part for part in ("sender", "subject", "body") if not sources.get(part, "").strip()]
    if missing:
        raise ConfigError(
            f"The message template {name} has no {' and no '.join(missing)}.",
            remedy="It begins with the lines 'Sender: ...' and 'Subject: ...', then comes an empty line, then the text.",
        )
    try:
        return MessageTemplate(name, {part: _ENVIRONMENT.from_string(sources[part]) for part in ("sender", "subject", "body")})
    except TemplateSyntaxError as error:
        raise ConfigError(f"The message template {name} is not valid: {error.message}.") from None


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


def to_properties(parts: Mapping[str, str]) -> bytes:
    """A message's parts as message.properties; line ends of any kind are line ends.

    Args:
        parts: sender, subject and body; what is missing is empty.
    """
    sender, subject, body = (
        parts.get(part, "").replace("\r\n", "\n").replace("\r", "\n") for part in ("sender", "subject", "body")
    )
    return properties.write(sender, subject, body)


def for_pasting(content: bytes) -> str:
    """A message as a text to paste on the upload page, which takes sender, subject and body one by one.

    Args:
        content: A message.properties.

    Raises:
        ValueError: The server could not read it.
    """
    message = properties.read(content)
    return f"Sender:\n{message.sender or ''}\n\nSubject:\n{message.subject or ''}\n\nText:\n{message.body or ''}\n"


def mended(content: bytes) -> bytes:
    r"""Somebody's message.properties: the same bytes where it arrives as written, else written anew.

    Written anew are files in UTF-8 or cp1252 with letters that the server would garble, files with a byte order mark, and files with an
    odd number of quotation marks, which would refuse the whole upload. Nothing is guessed: where keys are missing or lines belong to
    nothing, the file stays as it is, and `provkit validate` says so.

    Args:
        content: The file's bytes.
    """
    marked = content.startswith(_BOM)
    text = content.removeprefix(_BOM)
    encoding = _encoding(text)
    if not marked and encoding == "latin-1" and content.count(b'"') % 2 == 0:
        return content
    units = _as_escapes(text.decode(encoding, "replace"))
    try:
        found = [(entry.key.lower(), entry.value) for entry in properties.entries(units)]
    except properties.MalformedEscape:
        return content
    values = dict(found)
    if len(found) != 3 or set(values) != {"sender", "subject", "body"}:
        return content
    return properties.write(values["sender"], values["subject"], values["body"])


def _encoding(content: bytes) -> str:
    """How a file's letters are written, "latin-1" being what the server reads."""
    if content.isascii():
        return "latin-1"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252" if any(0x80 <= byte < 0xA0 for byte in content) else "latin-1"
    return "utf-8"


def _as_escapes(text: str) -> bytes:
    r"""A text with every letter beyond ASCII as `\uXXXX`, which the server reads as that letter."""

    def escaped(match: re.Match[str]) -> str:
        units = match[0].encode("utf-16-be").hex()
        return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))

    return re.sub("[^\x00-\x7f]", escaped, text).encode("ascii")
