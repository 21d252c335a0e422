"""Options that `plan`, `send` and `run` share: what goes, and what is meant. The help of `--allow` is made of the guards themselves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from provkit.errors import SourceError
from provkit.planning.guards import GUARDS

__all__ = ["Allow", "ChangesOnly", "EndCourse", "EndSection", "Removals", "Verbose", "ids"]

PANEL = "If it is meant"

_ALLOWED = ", ".join(guard.reason for guard in GUARDS if guard.flag == f"--allow {guard.reason}")
_BY_NAME = {guard.flag: guard for guard in GUARDS if guard.by_name}

ChangesOnly: TypeAlias = Annotated[
    bool, typer.Option("--changes-only", help="Send only what is new or different since what was last accepted from this feed.")
]
Removals: TypeAlias = Annotated[
    Literal["leave", "deleted", "inactive", "completed"] | None,
    typer.Option(
        "--removals",
        help="With --changes-only: what becomes of enrollments that are gone from the source. By default as set for the environment: leave.",
        show_default=False,
    ),
]
Allow: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="GUARD",
        help=f"Let a guard pass, this once; repeat for more. One of: {_ALLOWED}.",
        rich_help_panel=PANEL,
        show_default=False,
    ),
]
EndCourse: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--end-course",
        metavar="ID",
        help=f"{_BY_NAME['--end-course'].help} @FILE: an id a line.",
        rich_help_panel=PANEL,
        show_default=False,
    ),
]
EndSection: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--end-section",
        metavar="ID",
        help=f"{_BY_NAME['--end-section'].help} @FILE: an id a line.",
        rich_help_panel=PANEL,
        show_default=False,
    ),
]
Verbose: TypeAlias = Annotated[
    int,
    typer.Option(
        "-v",
        "--verbose",
        count=True,
        help="Say what goes on, on standard error: hosts, times, sizes; -vv more.",
        show_default=False,
    ),
]


def ids(said: Sequence[str] | None) -> list[str]:
    """The ids that were said, those in files named with @ among them.

    Args:
        said: What stands on the command line.

    Raises:
        SourceError: A file cannot be read.
    """
    found: list[str] = []
    for one in said or ():
        if not one.startswith("@"):
            found.append(one)
            continue
        try:
            found += Path(one[1:]).read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"{one[1:]} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    return [one.strip() for one in found if one.strip()]
