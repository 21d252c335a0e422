"""`provkit bundle`: what somebody else needs to see a problem again, without anybody's data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from provkit import console
from provkit.cli.options import KnownFile
from provkit.cli.sourcing import Encoding, HiddenRows

__all__ = ["command"]


def command(
    path: Annotated[Path, typer.Argument(help="What the problem is with: whatever validate and build take.")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The ZIP to write; it must not exist yet.")] = Path(
        "provkit-bundle.zip"
    ),
    notify: Annotated[
        bool | None,
        typer.Option("--notify/--no-notify", help="As if the message for new guests were asked for.", show_default=False),
    ] = None,
    door: Annotated[
        Literal["api", "app"] | None, typer.Option("--for", help="Where it goes: the API, or the upload page.", show_default=False)
    ] = None,
    known: KnownFile = None,
    hidden_rows: HiddenRows = None,
    encoding: Encoding = None,
) -> None:
    """Write a ZIP from which a problem can be seen again elsewhere, with stand-ins for everything personal.

    It holds versions, settings without secrets, the report, and the inputs with every name, address, id and title replaced, the same each
    time. Nothing is sent anywhere: look into the ZIP before you send it.
    """
    from rich.text import Text

    from provkit.workflows.bundle import bundle

    app = None if door is None else door == "app"
    made = bundle(path, output, notify=notify, app=app, known=known, hidden_rows=hidden_rows, encoding=encoding)
    width = max(map(len, made.contents))
    console.write("\n".join([f"Written: {made.path}", *(f"  {name:<{width}}  {what}" for name, what in made.contents.items())]))
    talk = console.talk()
    if made.differences:
        codes = ", ".join(made.differences)
        talk.print(Text(f"With stand-ins these are found otherwise than in your files: {codes}. Say so when you send the bundle."))
    if made.described:
        talk.print(Text(f"Only described, since their kind cannot be rewritten: {', '.join(made.described)}."))
    talk.print(
        Text("Look into it before you send it, above all into inputs/: what provkit does not take for a word, it does not replace.")
    )
