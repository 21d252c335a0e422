"""The command line: options, one call into `provkit.workflows`, what is shown, the exit code."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer
from typer.main import get_command

from provkit.cli import (
    auth,
    build,
    bundle,
    clean,
    config,
    explain,
    history,
    mapping,
    new,
    plan,
    results,
    rules,
    run,
    sandbox,
    send,
    simulate,
    validate,
)
from provkit.console import boundary, version

__all__ = ["main"]

EVERYDAY = "Everyday"
UNDERSTAND = "Understand"
JOBS = "Jobs"
SETTING_UP = "Setting up"

app = typer.Typer(
    name="provkit",
    help="Build, check and send uploads for the Canvas and Expand Provisioning API.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:  # noqa: FBT001 - typer hands an option's value over by position
    if asked:
        typer.echo(version())
        raise typer.Exit


@app.callback()
def _root(
    shows_version: Annotated[  # noqa: FBT002 - how a flag is declared
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version and the server modelled."),
    ] = False,
) -> None:
    """Build, check and send uploads for the Canvas and Expand Provisioning API."""


app.command("new", rich_help_panel=EVERYDAY)(new.command)
app.command("build", rich_help_panel=EVERYDAY)(build.command)
app.command("validate", rich_help_panel=EVERYDAY)(validate.command)
app.command("simulate", rich_help_panel=EVERYDAY)(simulate.command)
app.command("send", rich_help_panel=EVERYDAY)(send.command)
app.command("results", rich_help_panel=EVERYDAY)(results.command)
app.command("explain", rich_help_panel=UNDERSTAND)(explain.command)
app.command("rules", rich_help_panel=UNDERSTAND)(rules.command)
app.command("map", rich_help_panel=UNDERSTAND)(mapping.command)
app.command("run", rich_help_panel=JOBS)(run.command)
app.command("plan", rich_help_panel=JOBS)(plan.command)
app.add_typer(history.app, name="history", rich_help_panel=JOBS)
app.add_typer(auth.app, name="auth", rich_help_panel=SETTING_UP)
app.add_typer(config.app, name="config", rich_help_panel=SETTING_UP)
app.command("init", rich_help_panel=SETTING_UP)(config.init)
app.command("sandbox", rich_help_panel=SETTING_UP)(sandbox.command)
app.command("bundle", rich_help_panel=SETTING_UP)(bundle.command)
app.command("clean", rich_help_panel=SETTING_UP)(clean.command)


def _flow(command: Any) -> None:
    """Let each paragraph of a help text flow: where its lines end in the source says nothing of the reader's terminal."""
    paragraphs = re.split(r"\n\s*\n", command.help or "")
    command.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    for below in getattr(command, "commands", {}).values():
        _flow(below)


def main() -> None:
    """Run the command line; the entry point of `provkit`."""
    with boundary():
        command = get_command(app)
        _flow(command)
        command()
