"""`provkit plan`: say what a send would change, before it is sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from provkit import console
from provkit.cli.guards import Allow, ChangesOnly, EndCourse, EndSection, Removals, ids
from provkit.cli.options import EnvironmentName, GroupName

if TYPE_CHECKING:
    from provkit.workflows.send import Prepared

__all__ = ["command"]


def command(
    path: Annotated[Path, typer.Argument(help="The folder that build wrote, or a ZIP, or a single CSV.")] = Path("out"),
    *,
    env: EnvironmentName = "",
    group: GroupName = None,
    notify: Annotated[bool, typer.Option("--notify", help="With the package's own message to new guests.")] = False,
    individual: Annotated[bool, typer.Option("--individual", help="For the files one by one instead of the ZIP.")] = False,
    outdated_ok: Annotated[
        bool, typer.Option("--outdated-ok", help="Take the package although its source has changed since it was built.")
    ] = False,
    changes_only: ChangesOnly = False,
    removals: Removals = None,
    allow: Allow = None,
    end_course: EndCourse = None,
    end_section: EndSection = None,
    output_format: Annotated[
        Literal["text", "json", "html"],
        typer.Option("--format", help="text and html name people; json is a plan for send --plan, and names nobody."),
    ] = "text",
    output: Annotated[Path | None, typer.Option(help="Write the plan to a file.", show_default=False)] = None,
) -> None:
    """Say what a send would change: who gains and loses access to which course.

    The package is compared with what was last accepted from its feed. Nothing is sent, and no credentials are needed. Exit code 0: it could
    go. 1: errors in the package. 3: a guard would stop it.
    """
    from provkit.workflows.plan import plan
    from provkit.workflows.plan_file import render

    planned = plan(
        path,
        env=env,
        group=group,
        notify=notify,
        individual=individual,
        outdated_ok=outdated_ok,
        changes_only=changes_only,
        removals=removals,
        allow=allow or (),
        end_courses=ids(end_course),
        end_sections=ids(end_section),
    )
    text = render(planned) if output_format == "json" else _shown(planned, html=output_format == "html", to_file=output is not None)
    if output is None:
        console.write(text)
    else:
        console.save(output, text)
    if not planned.ok:
        raise typer.Exit(1)
    if planned.stops:
        raise typer.Exit(3)


def _shown(planned: Prepared, *, html: bool, to_file: bool) -> str:
    from provkit.report import View
    from provkit.report import render_text as render_report
    from provkit.report.plan import render_html, render_text

    outlook = planned.outlook
    if outlook is None:
        return render_report(View(planned.report))
    notes = [*planned.warnings, *outlook.named_otherwise()]
    if outlook.unchanged and not html:
        return "\n".join(["Nothing has changed since what was last accepted; nothing would be sent.", *notes]) + "\n"
    if html:
        return render_html(outlook.changes, outlook.courses, stops=planned.stops, notes=notes, head=planned.describe())
    return render_text(
        outlook.changes,
        outlook.courses,
        stops=planned.stops,
        notes=notes,
        head=planned.describe(),
        color=not to_file and console.in_colour(),
    )
