"""`provkit send`: upload a package, once, to the place that was named."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from provkit import console
from provkit.cli.guards import Allow, ChangesOnly, EndCourse, EndSection, Removals, Verbose, ids
from provkit.cli.options import EnvironmentName, GroupName, KnownFile

if TYPE_CHECKING:
    from pydantic import SecretStr

    from provkit.errors import ProvkitError
    from provkit.workflows.send import Prepared, Sent

__all__ = ["command"]


def command(
    path: Annotated[Path, typer.Argument(help="The folder that build wrote, or a ZIP, or a single CSV.")] = Path("out"),
    *,
    env: EnvironmentName = "",
    group: GroupName = None,
    notify: Annotated[bool, typer.Option("--notify", help="Send the package's own message to new guests as well.")] = False,
    individual: Annotated[bool, typer.Option("--individual", help="Send the files one by one instead of the ZIP.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything but the upload, the login included.")] = False,
    print_curl: Annotated[
        bool, typer.Option("--print-curl", help="Print the curl lines that would do it, secrets as variables, and send nothing.")
    ] = False,
    outdated_ok: Annotated[
        bool, typer.Option("--outdated-ok", help="Send the package although its source has changed since it was built.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Send once more exactly what was sent before; people may get mail once more.")
    ] = False,
    known: KnownFile = None,
    changes_only: ChangesOnly = False,
    removals: Removals = None,
    plan: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Send exactly what this plan (plan --format json) was made of, or stop.", show_default=False
        ),
    ] = None,
    exit_unchanged: Annotated[
        int, typer.Option("--exit-unchanged", metavar="CODE", help="The exit code where nothing has changed.", min=0, max=125)
    ] = 0,
    allow: Allow = None,
    end_course: EndCourse = None,
    end_section: EndSection = None,
    secret_stdin: Annotated[bool, typer.Option("--secret-stdin", help="Read the client secret from standard input.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; production needs --confirm-env as well.")] = False,
    confirm_env: Annotated[
        str | None, typer.Option(metavar="NAME", help="The environment's name once more, for production.", show_default=False)
    ] = None,
    non_interactive: Annotated[bool, typer.Option("--non-interactive", help="Never ask: stop instead.")] = False,
    output_format: Annotated[Literal["text", "json"], typer.Option("--format", help="How the result is written.")] = "text",
    verbose: Verbose = 0,
) -> None:
    """Upload a package, once, and say what the service answers.

    The package is validated first; errors stop it. Where it goes, under which group, and who gets mail is shown before anything leaves. An
    upload is never repeated on its own: a repeat could mail people twice.
    """
    console.tell_more(verbose)
    from provkit.errors import ProvkitError
    from provkit.workflows.known import known_facts
    from provkit.workflows.send import prepare

    try:
        prepared = prepare(
            path,
            env=env,
            group=group,
            notify=notify,
            individual=individual,
            outdated_ok=outdated_ok,
            again=again,
            known=known_facts(known),
            changes_only=changes_only,
            removals=removals,
            allow=allow or (),
            end_courses=ids(end_course),
            end_sections=ids(end_section),
            plan=plan,
            secret=_secret_from_stdin() if secret_stdin else None,
            login=not print_curl,
        )
        _show(prepared)
        if print_curl:
            _print_curl(prepared, path)
            return
        confirmed = None
        may_ask = not (yes or non_interactive or secret_stdin) and sys.stdin.isatty()
        if may_ask:
            prepared = _ask_by_name(prepared)
        if (
            prepared.ok
            and not prepared.stops
            and not prepared.unchanged
            and prepared.environment.name == "production"
            and not dry_run
        ):
            confirmed = _confirm(yes=yes, confirm_env=confirm_env, may_ask=may_ask)
        sent = prepared.deliver(dry_run=dry_run, confirm_env=confirmed)
    except ProvkitError as error:
        if output_format == "json":
            console.write(json.dumps(_stopped(error), indent=2))
        raise
    if output_format == "json":
        console.write(json.dumps(sent.to_dict(), indent=2, ensure_ascii=False))
    else:
        _tell(sent)
    if not sent.ok:
        raise typer.Exit(1)
    if sent.unchanged:
        raise typer.Exit(exit_unchanged)


def _print_curl(prepared: Prepared, path: Path) -> None:
    from provkit.workflows.curl import curl_lines

    if not prepared.ok:
        raise typer.Exit(1)
    console.write(curl_lines(prepared, path))
    target = prepared.environment
    console.talk().print(
        "Nothing was sent. What you send with these lines stands in no history; where it was taken, record it: "
        f"provkit history add {path} --env {target.name}",
        markup=False,
    )


def _secret_from_stdin() -> SecretStr:
    from pydantic import SecretStr

    return SecretStr(sys.stdin.readline().strip("\r\n"))


def _show(prepared: Prepared) -> None:
    """Where it would go, what was found, who would get mail: on stderr, before anything leaves."""
    from rich.table import Table
    from rich.text import Text

    from provkit.report import View, render_text

    talk = console.talk()
    table = Table.grid(padding=(0, 2))
    for title, value in prepared.describe().items():
        table.add_row(Text(title, style="bold"), Text(value))
    talk.print(table)
    talk.print()
    if prepared.outlook is not None:
        from provkit.report.plan import render_text as render_plan

        talk.print(Text(render_plan(prepared.outlook.changes, prepared.outlook.courses)))
    if prepared.unchanged:
        return
    talk.print(Text(render_text(View(replace(prepared.report, rows=None), mailing=prepared.mailing))), end="")
    for warning in (*prepared.warnings, *(() if prepared.outlook is None else prepared.outlook.named_otherwise())):
        talk.print(Text(f"Note: {warning}"))


def _ask_by_name(prepared: Prepared) -> Prepared:
    """Ask for the id of each course and section that is to end; whoever types something else has not meant it.

    Where something else stops the send as well, nobody types ids for nothing.
    """
    if not all(stop.guard.by_name for stop in prepared.stops):
        return prepared
    for stop in prepared.stops:
        talk = console.talk()
        talk.print(stop.sentence, markup=False)
        typed = []
        for number, one in enumerate(stop.ids, 1):
            try:
                typed.append(talk.input(f"Type the id to let it end ({number} of {len(stop.ids)}), or nothing to stop: ").strip())
            except EOFError:
                break
            if typed[-1] != one:
                break
        prepared = prepared.meaning(courses=typed) if stop.guard.flag == "--end-course" else prepared.meaning(sections=typed)
    return prepared


def _confirm(*, yes: bool, confirm_env: str | None, may_ask: bool) -> str | None:
    """The environment's name as the user gave it; None where nobody confirmed."""
    if not may_ask:
        return confirm_env if yes else None
    try:
        return console.talk().input("This goes to PRODUCTION. Type its name to go on: ").strip()
    except EOFError:
        return None


def _tell(sent: Sent) -> None:
    """The result."""
    from provkit.report.words import account

    if sent.outcome is not None:
        # The service's own sentence stays on one line; what provkit adds is folded.
        lines = [
            sent.outcome.sentence,
            "",
            *(fill(step, 80, subsequent_indent="  ", break_on_hyphens=False) for step in sent.next_steps),
        ]
    elif sent.unchanged:
        lines = ["Nothing has changed since what was last accepted; nothing was sent."]
    elif sent.rehearsed:
        lines = ["Rehearsed: the package is fit to be sent, and the login works.", "Nothing was uploaded."]
    else:
        lines = ["Nothing was sent: see the errors above."]
    if sent.seen is not None:
        from provkit.workflows.sandbox import describe

        lines += ["", describe(sent.seen)]
    if sent.report.rows is not None:
        lines += [
            "",
            "ROWS",
            *(
                fill(line, 80, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
                for line in account(sent.report.rows)
            ),
        ]
    console.write("\n".join(lines))


def _stopped(error: ProvkitError) -> dict[str, object]:
    """A stop as JSON."""
    word = getattr(error, "kind", None) or getattr(error, "reason", None) or "setup"
    return {"format": 1, "ok": False, "kind": word, "exit_code": error.exit_code, "message": error.message, "remedy": error.remedy}
