"""`provkit sandbox`: the service on this computer, until Ctrl-C."""

from __future__ import annotations

from typing import Annotated

import typer

from provkit import console

__all__ = ["command"]


def command(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where it listens on 127.0.0.1; 0 takes any free port.")] = 8765,
    group: Annotated[
        list[str] | None,
        typer.Option(help="A group that it knows; may be given more than once. By default any.", show_default=False),
    ] = None,
    pretend: Annotated[
        str | None,
        typer.Option(
            metavar="wrong-client|no-scope|not-authorised|expired-once|queue-down|gateway",
            help="Pretend that something is wrong.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Run the service on this computer: token and upload endpoints that answer as the university's do.

    `provkit send --env sandbox` finds it, and so does any REST client with the made-up credentials printed at the start. It keeps and sends
    nothing.
    """
    from provkit.workflows.sandbox import describe, run

    def started(lines: list[str]) -> None:
        console.write("\n".join(lines))

    run(port=port, groups=group, pretend=pretend, started=started, seen=lambda one: console.write(describe(one)))
