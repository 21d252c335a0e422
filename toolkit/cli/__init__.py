"""The command line: options, one call into `provkit.workflows`, what is shown, the exit code."""

from __future__ import annotations

from typing import Annotated

import typer

from provkit.cli import build, explain, mapping, rules, sandbox, send, simulate, validate
from provkit.console import boundary

__all__ = ["main"]

EVERYDAY = "Everyday"
UNDERSTAND = "Understand"
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
        from provkit._version import VERSION
        from provkit.server import MODELLED_SERVER

        typer.echo(f"provkit {VERSION} (models {MODELLED_SERVER})")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[  # noqa: FBT002 - how a flag is declared
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version and the server modelled."),
    ] = False,
) -> None:
    """Build, check and send uploads for the Canvas and Expand Provisioning API."""


app.command("build", rich_help_panel=EVERYDAY)(build.command)
app.command("validate", rich_help_panel=EVERYDAY)(validate.command)
app.command("simulate", rich_help_panel=EVERYDAY)(simulate.command)
app.command("send", rich_help_panel=EVERYDAY)(send.command)
app.command("explain", rich_help_panel=UNDERSTAND)(explain.command)
app.command("rules", rich_help_panel=UNDERSTAND)(rules.command)
app.command("map", rich_help_panel=UNDERSTAND)(mapping.command)
app.command("sandbox", rich_help_panel=SETTING_UP)(sandbox.command)


def main() -> None:
    """Run the command line; the entry point of `provkit`."""
    with boundary():
        app()
