"""`provkit run`: build, check and send from a job that nobody watches."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from provkit import console
from provkit.cli.guards import Allow, ChangesOnly, EndCourse, EndSection, Removals, Verbose, ids
from provkit.cli.options import EnvironmentName, GroupName, KnownFile
from provkit.cli.reporting import check_apart
from provkit.cli.sourcing import (
    Constants,
    CreateCourses,
    Encoding,
    FeedName,
    HiddenRows,
    KindOfSource,
    Message,
    OutFolder,
    ProfileName,
    constants_of,
)
from provkit.errors import SourceError

__all__ = ["command"]


def command(
    source: Annotated[Path, typer.Argument(help="What build takes: a workbook, a CSV file, an export of a SIS.")],
    *,
    env: EnvironmentName = "",
    group: GroupName = None,
    out: OutFolder = Path("out"),
    changes_only: ChangesOnly = False,
    removals: Removals = None,
    hold_back: Annotated[
        bool, typer.Option("--hold-back", help="Send the rest where rows have errors, up to --hold-back-limit of them.")
    ] = False,
    hold_back_limit: Annotated[
        str | None,
        typer.Option(
            metavar="N|N%",
            help="How many rows may be held back, or which share of those read; by default 5%.",
            show_default=False,
        ),
    ] = None,
    max_age: Annotated[
        float | None,
        typer.Option(metavar="HOURS", min=0, help="Stop where the source was last written longer ago.", show_default=False),
    ] = None,
    message: Message = None,
    notify: Annotated[
        bool | None,
        typer.Option("--notify/--no-notify", help="Send the message for new guests along.", show_default=False),
    ] = None,
    create_courses: CreateCourses = None,
    profile: ProfileName = None,
    kind: KindOfSource = None,
    constants: Constants = None,
    hidden_rows: HiddenRows = None,
    encoding: Encoding = None,
    feed: FeedName = None,
    known: KnownFile = None,
    individual: Annotated[bool, typer.Option("--individual", help="Send the files one by one instead of the ZIP.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything but the upload, the login included.")] = False,
    confirm_env: Annotated[
        str | None, typer.Option(metavar="NAME", help="The environment's name once more, for production.", show_default=False)
    ] = None,
    status: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep a JSON file that says how the run stands, for monitoring.", show_default=False),
    ] = None,
    exit_unchanged: Annotated[
        int, typer.Option("--exit-unchanged", metavar="CODE", help="The exit code where nothing has changed.", min=0, max=125)
    ] = 0,
    allow: Allow = None,
    end_course: EndCourse = None,
    end_section: EndSection = None,
    verbose: Verbose = 0,
) -> None:
    """Build, validate, plan, and send in one go, from a job that nobody watches.

    It never asks anything. Standard output gets one JSON object a line, without names; the last says the exit code, its name and the reason.
    Only one run at a time sends to an environment and group. Examples for cron, systemd and Task Scheduler: docs/night-jobs.md.
    """
    console.tell_more(verbose)
    from provkit.errors import ProvkitError
    from provkit.workflows.known import known_facts
    from provkit.workflows.run import HOLD_BACK_LIMIT, Limit, not_begun, run

    if hold_back_limit is not None and not hold_back:
        raise typer.BadParameter("says how many rows --hold-back may hold back; say that as well", param_hint="--hold-back-limit")
    tell = _teller(None)
    try:
        if status is not None:
            check_apart(status, source)
            check_apart(status, out)
            tell = _teller(status)
        limit = Limit.parse(hold_back_limit or HOLD_BACK_LIMIT) if hold_back else None
        facts = None if known is None else known_facts(known)
        courses, sections = ids(end_course), ids(end_section)
    except ProvkitError as error:
        raise typer.Exit(not_begun(error, tell).exit_code) from None
    ended = run(
        source,
        env=env,
        tell=tell,
        group=group,
        out=out,
        message=message,
        notify=notify,
        create_courses=create_courses,
        profile=profile,
        kind=kind,
        constants=constants_of(constants or ()),
        hidden_rows=hidden_rows,
        encoding=encoding,
        feed=feed,
        hold_back=limit,
        max_age=max_age,
        known=facts,
        individual=individual,
        changes_only=changes_only,
        removals=removals,
        allow=allow or (),
        end_courses=courses,
        end_sections=sections,
        dry_run=dry_run,
        confirm_env=confirm_env,
        exit_unchanged=exit_unchanged,
    )
    raise typer.Exit(exit_unchanged if ended.reason == "unchanged" else ended.exit_code)


def _teller(status: Path | None) -> Callable[[Mapping[str, object]], None]:
    """Writes each line to stdout at once, and how the run stands to the status file."""
    steps: list[Mapping[str, object]] = []
    last_done = None if status is None else _last_done(status)

    def tell(line: Mapping[str, object]) -> None:
        steps.append(line)
        console.write(json.dumps(line, ensure_ascii=False))
        if status is None:
            return
        ended = line["step"] == "end"
        done = line["time"] if ended and line["ok"] else last_done
        document = {"format": 1, "running": not ended, "started": steps[0]["time"], "last_done": done, "lines": steps}
        try:
            console.save(status, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        except SourceError as error:
            if line["step"] == "start":
                raise
            # The run goes on, or is through: what became of it must not read otherwise for want of this file.
            console.talk().print(error.message, markup=False)

    return tell


def _last_done(status: Path) -> object:
    """When a run last ended well, as the file said before this one."""
    try:
        found = json.loads(status.read_bytes())
    except (OSError, ValueError):
        return None
    return found.get("last_done") if isinstance(found, dict) else None
