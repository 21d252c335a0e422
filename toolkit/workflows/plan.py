"""Say what a send would change, without sending anything and without credentials."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from provkit.workflows.send import Prepared, prepare

if TYPE_CHECKING:
    from provkit.config import Config
    from provkit.planning.settings import Removals

__all__ = ["plan"]


def plan(
    path: str | Path = "out",
    *,
    env: str,
    group: str | None = None,
    notify: bool = False,
    individual: bool = False,
    outdated_ok: bool = False,
    changes_only: bool = False,
    removals: Removals | None = None,
    allow: Collection[str] = (),
    end_courses: Collection[str] = (),
    end_sections: Collection[str] = (),
    config: Config | None = None,
) -> Prepared:
    """Compare a package with what was last accepted from its feed.

    Args:
        path: The folder that `build` wrote, or a ZIP, or a single CSV.
        env: beta, test, production or sandbox.
        group: The group; by default what provkit.toml says for that environment.
        notify: Whether new guests get the package's own message.
        individual: True for the files one by one.
        outdated_ok: True takes a package although its source has changed since it was built.
        changes_only: True for what is new or different only.
        removals: What becomes of enrollments that disappeared from the source, where only changes go.
        allow: Guards that may pass, by their words.
        end_courses: Courses that may be deleted or completed.
        end_sections: Sections that may be deleted.
        config: The settings; by default those found from the current folder.

    Returns:
        What would be sent; `outlook` says what it changes (None where `report` has errors), `stops` what would stop it.

    Raises:
        ConfigError: Something is not set up, or a setting is wrong.
        PackageError: There is no package, or it cannot be sent so.
        GuardError: It cannot be sent so.
        HistoryError: Only changes are to go, and what was last accepted is not kept.
    """
    return prepare(
        path,
        env=env,
        group=group,
        notify=notify,
        individual=individual,
        outdated_ok=outdated_ok,
        changes_only=changes_only,
        removals=removals,
        allow=allow,
        end_courses=end_courses,
        end_sections=end_sections,
        config=config,
        login=False,
    )
