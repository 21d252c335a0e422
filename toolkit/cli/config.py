"""`provkit config show` and `provkit init`: the settings."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import typer

from provkit import console

__all__ = ["app", "init"]

app = typer.Typer(help="The settings: each value and where it came from.", no_args_is_help=True)


@app.callback()
def _root() -> None:
    """The settings: each value and where it came from."""


@app.command("show")
def _show(
    *, output_format: Annotated[Literal["text", "json"], typer.Option("--format", help="How they are shown.")] = "text"
) -> None:
    """Show every setting, its value, and where it came from; secrets as asterisks.

    A flag wins over PROVKIT_..., this over provkit.toml (found from this folder upward), and this over what is built in.
    """
    from provkit.workflows.configuration import show

    shown = show()
    if output_format == "json":
        console.write(json.dumps(shown.to_dict(), indent=2, ensure_ascii=False))
        return
    lines = [f"Settings file: {shown.path or 'none (provkit init writes one)'}"]
    section = None
    width = max(len(one.name) for one in shown.settings)
    for one in shown.settings:
        if one.section != section:
            section = one.section
            lines += ["", f"[{section}]"]
        value = "-" if one.value is None else one.value
        lines.append(f"  {one.name:<{width}}  {value}")
        if one.source != "built in":
            lines.append(f"  {'':<{width}}    {'' if one.value is None else 'from '}{one.source}")
    if shown.notes:
        lines += ["", *(f"Note: {note}" for note in shown.notes)]
    console.write("\n".join(lines))


def init(
    *,
    group: Annotated[
        str | None, typer.Option(help="The group name assigned to your unit, if you know it already.", show_default=False)
    ] = None,
) -> None:
    """Write provkit.toml into this folder: every setting, with a comment. What exists is never replaced."""
    from provkit.workflows.configuration import init as write

    path = write(group=group)
    console.write(f"Wrote {path}. Every line in it is a comment but your group: take the # away from what you want to change.")
