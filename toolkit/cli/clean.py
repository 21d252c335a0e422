"""`provkit clean`: list and erase everything that provkit keeps."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from provkit import console
from provkit.words import counted

__all__ = ["command"]


def command(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    non_interactive: Annotated[bool, typer.Option("--non-interactive", help="Never ask: list, and stop.")] = False,
) -> None:
    """List everything that provkit keeps on this computer, and erase it if you say so.

    The history is what prevents the same from being sent twice, and what the next send of changes is compared with. Folders that build wrote,
    reports, and what you named yourself (status files, plans, bundles) are yours and are not touched.
    """
    from rich.text import Text

    from provkit.errors import GuardError
    from provkit.workflows.clean import inventory

    found = inventory()
    talk = console.talk()
    if not found.things:
        console.write("\n".join(filter(None, ("provkit keeps nothing here.", found.keyring))))
        return
    lines = []
    for what in dict.fromkeys(thing.what for thing in found.things):
        lines.append(f"{what[0].upper()}{what[1:]}:")
        lines += [
            f"  {thing.where}" + (" (in your keyring)" if thing.bytes is None else f"  {thing.bytes:,} bytes")
            for thing in found.things
            if thing.what == what
        ]
    console.write("\n".join(lines))
    if found.keyring:
        talk.print(Text(found.keyring))
    if found.sends:
        talk.print(
            Text(
                f"The history knows of {counted(found.sends, 'send')}. Without it nothing stops you from sending the same "
                "twice, people may be invited again, and the next send with --changes-only has nothing to compare with, so that it sends everything."
            )
        )
    if found.unknown:
        talk.print(Text(f"It is not known what became of {found.unknown:,} of them; that is forgotten too."))
    talk.print(Text("Not touched: folders that build wrote, reports, provkit.toml, and files that you named."))
    if not yes and (non_interactive or not sys.stdin.isatty() or not typer.confirm("Erase all of it?", err=True)):
        raise GuardError("Nothing was erased.", reason="not_confirmed", remedy="Say --yes if you mean it.")
    found.erase()
    console.write("Erased.")
