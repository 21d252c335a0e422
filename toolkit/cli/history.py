"""`provkit history`: what was sent, where to, when, and what came of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from provkit import console
from provkit.words import counted

if TYPE_CHECKING:
    from provkit.delivery import Send

__all__ = ["app"]

app = typer.Typer(
    help="What was sent, where to, when, and what came of it. It holds digests and counts, no names.",
    invoke_without_command=True,
    no_args_is_help=False,
)

Environment = Annotated[str | None, typer.Option("--env", metavar="NAME", help="Only this environment.", show_default=False)]
Group = Annotated[str | None, typer.Option(help="Only this group.", show_default=False)]
Feed = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Only this feed: what build --feed said, else the source's name.", show_default=False),
]


@app.callback()
def _table(
    context: typer.Context,
    *,
    env: Environment = None,
    group: Group = None,
    feed: Feed = None,
    output_format: Annotated[Literal["text", "json"], typer.Option("--format", help="How it is shown.")] = "text",
) -> None:
    """Show what was sent, where to, when, and what came of it; the newest last.

    The history holds digests and counts, no names. Exit code 0, whatever it says.
    """
    if context.invoked_subcommand is not None:
        return
    from provkit.workflows.history import listed

    sends = listed(environment=env, group=group, feed=feed)
    if output_format == "json":
        console.write(json.dumps({"format": 1, "sends": [send.to_dict() for send in sends]}, indent=2, ensure_ascii=False))
    elif not sends:
        console.write("Nothing was sent yet.")
    else:
        _show(sends)


@app.command("add")
def _add(
    path: Annotated[Path, typer.Argument(help="What was uploaded: a folder, a ZIP, or a single CSV.")],
    *,
    env: Annotated[str, typer.Option("--env", metavar="NAME", help="Where it was uploaded to: beta, test or production.")],
    group: Annotated[str | None, typer.Option(help="For which group; by default from provkit.toml.", show_default=False)] = None,
) -> None:
    """Record what you uploaded by hand, on the page in Canvas, so that the next send is compared with it."""
    from provkit.workflows.history import add

    _show([add(path, env=env, group=group)])


@app.command("settle")
def _settle(
    number: Annotated[int, typer.Argument(metavar="ID", help="The send's number, as provkit history shows it.")],
    state: Annotated[
        Literal["accepted", "lost"], typer.Argument(help="accepted: the files came in. lost: they did not, as you have made sure.")
    ],
) -> None:
    """Say what became of a send whose outcome is unknown; until then its feed sends nothing more."""
    from provkit.workflows.history import settle

    _show([settle(number, state)])


@app.command("purge")
def _purge(
    *,
    env: Environment = None,
    group: Group = None,
    feed: Feed = None,
    everything: Annotated[
        bool, typer.Option("--everything", help="Forget the sends as well; then nothing stops you from sending the same twice.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase the copies of packages that provkit keeps, which hold names; with --everything the history as well."""
    from provkit.errors import GuardError
    from provkit.workflows.history import to_erase

    found = to_erase(environment=env, group=group, feed=feed, records=everything)
    if not found.sends:
        console.write("There is nothing to erase.")
        return
    what = f"{counted(found.packages, 'kept package')}"
    if everything:
        what = f"{counted(len(found.sends), 'send')} and {what}"
    if found.open:
        what += f", {found.open:,} of unknown outcome among them"
    if not yes and not (sys.stdin.isatty() and typer.confirm(f"Erase {what}?", err=True)):
        raise GuardError(f"Nothing was erased: that would be {what}.", reason="not_confirmed", remedy="Say --yes if you mean it.")
    found.carry_out()
    console.write(f"Erased: {what}.")


def _show(sends: list[Send] | tuple[Send, ...]) -> None:
    """A table, and what to do where an outcome is unknown."""
    from rich.table import Table
    from rich.text import Text

    out = console.out()
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
    for title in ("ID", "WHEN", "ENV", "GROUP", "FEED", "ROWS", "OUTCOME"):
        table.add_column(title, justify="right" if title in ("ID", "ROWS") else "left", overflow="fold")
    for send in sends:
        outcome = send.state if send.kind in (None, send.state) else f"{send.state} ({str(send.kind).replace('_', ' ')})"
        cells = (
            str(send.id),
            f"{send.began.astimezone():%Y-%m-%d %H:%M}",
            send.feed.environment,
            send.feed.group,
            send.feed.name,
            f"{sum(send.counts.values()):,}{'' if send.complete else ' changes'}",
            outcome,
        )
        table.add_row(*map(Text, cells))
    out.print(table)
    unknown = [send.id for send in sends if send.state == "unknown"]
    if unknown:
        out.print()
        out.print(
            Text(
                "Unknown means that the files may have arrived. Look for the mail with the results, or ask the service's team; then say it, "
                f"for example: provkit history settle {unknown[-1]} accepted"
            )
        )
