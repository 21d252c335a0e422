"""Options of commands that read a source: how it is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

__all__ = [
    "Constants",
    "CreateCourses",
    "Encoding",
    "FeedName",
    "HiddenRows",
    "KindOfSource",
    "Message",
    "OutFolder",
    "ProfileName",
    "again_with",
    "check_unread",
    "constants_of",
]

PANEL = "How the source is read"

OutFolder: TypeAlias = Annotated[
    Path, typer.Option("--out", "-o", help="The folder to write. Replaced whole if provkit wrote it, and never otherwise.")
]
Message: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="TEMPLATE",
        help="The message for new guests: a template (a file, or welcome, course-invitation, reminder), or a message.properties.",
        show_default=False,
    ),
]
CreateCourses: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--create-courses/--no-create-courses",
        help="Create the courses and sections that a flat roster names; otherwise they count as existing.",
        rich_help_panel=PANEL,
        show_default=False,
    ),
]
ProfileName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Follow a mapping profile of provkit.toml, or a TOML file; provkit map writes one.",
        rich_help_panel=PANEL,
        show_default=False,
    ),
]
KindOfSource: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="KIND",
        help="What kind of source it is, where that cannot be told; 'table' for a plain table.",
        rich_help_panel=PANEL,
        show_default=False,
    ),
]
Constants: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="What a field is where rows give nothing, as in --set course_id=NC-1 --set role=student; or what an answer means: "
        '--set "course_id[First Aid]=NC-1".',
        rich_help_panel=PANEL,
        show_default=False,
    ),
]
HiddenRows: TypeAlias = Annotated[
    Literal["take", "leave"] | None,
    typer.Option(
        help="What becomes of rows and columns that are hidden in the workbook; unsaid, they stop the build.",
        rich_help_panel=PANEL,
        show_default=False,
    ),
]

Encoding: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="How text files are written that are not UTF-8 and do not say so themselves, such as windows-1250.",
        rich_help_panel=PANEL,
        show_default=False,
    ),
]

FeedName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--feed",
        metavar="NAME",
        help="The stream of uploads it belongs to, whose last package it is compared with; by default the source's name. Two sources of "
        "one name need two.",
        show_default=False,
    ),
]


def check_unread(package: Path, **said: str | None) -> None:
    """Refuse options that say how a source is read, where it is a package and was read as the service reads it.

    Args:
        package: The package.
        said: The options, and what stands behind them.

    Raises:
        BadParameter: One was given.
    """
    for name, value in said.items():
        if value is not None:
            raise typer.BadParameter(
                f"{package} is a package, which is judged byte for byte as the service reads it; this is for lists and workbooks.",
                param_hint=f"--{name.replace('_', '-')}",
            )


_BEFORE_EQUALS = re.compile(r"^([^=\[]*(?:\[[^\]]*\])?)=")
"""The first = of what --set says that does not stand in brackets."""


def constants_of(said: Iterable[str]) -> dict[str, str]:
    """What --set says, by field.

    Args:
        said: What stands on the command line.

    Raises:
        BadParameter: It gives no value.
    """
    pairs = dict(_BEFORE_EQUALS.sub(r"\1\n", word, count=1).partition("\n")[::2] for word in said)
    for field, value in pairs.items():
        if not value.strip():
            raise typer.BadParameter(f"--set {field}: write it as {field or 'role'}=VALUE.")
    return {field.strip(): value.strip() for field, value in pairs.items()}


def again_with(source: Path, out: Path, said: Iterable[str], offered: Mapping[str, str]) -> str:
    """The command that builds a source once more with what is offered, to be copied into any shell; "" where nothing is offered.

    Args:
        source: The source.
        out: The folder to write.
        said: What --set said already.
        offered: What --set would say too.
    """
    words = [str(source), *(["--out", str(out)] if out != Path("out") else [])]
    for setting in (*said, *(f"{field}={value}" for field, value in offered.items())):
        words += ["--set", setting]
    if not offered or any(_UNSAFE.search(word) for word in words):
        return ""
    return " ".join(["provkit build", *(word if _PLAIN.fullmatch(word) else f'"{word}"' for word in words)])


_UNSAFE = re.compile(r'["$`!%^\n\r]|\\$')
"""What some shell takes for something else even between double quotes."""
_PLAIN = re.compile(r"[\w./:=+@-]+")
