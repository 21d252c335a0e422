"""`provkit auth`: client id and secret, kept in the system's keyring and checked at once."""

from __future__ import annotations

import json
import os
import sys
from textwrap import fill
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from provkit import console

if TYPE_CHECKING:
    from pydantic import SecretStr

    from provkit.workflows.auth import Status

__all__ = ["app"]

app = typer.Typer(
    help="Client id and secret: keep them in this computer's keyring, check them, change them, forget them.", no_args_is_help=True
)

Set = Annotated[
    Literal["test", "production"], typer.Option("--set", help="Which credentials: test (for beta and test) or production.")
]
SecretStdin = Annotated[bool, typer.Option("--secret-stdin", help="Read the client secret from standard input.")]
NoCheck = Annotated[bool, typer.Option("--no-check", help="Do not ask the login server whether they work.")]


@app.command("login")
def _login(
    name: Set,
    *,
    client_id: Annotated[str | None, typer.Option(help="The client id; by default it is asked for.", show_default=False)] = None,
    secret_stdin: SecretStdin = False,
    host: Annotated[
        list[str] | None,
        typer.Option(
            help="A host besides the university's own that they may go to; may be given more than once.", show_default=False
        ),
    ] = None,
    no_check: NoCheck = False,
) -> None:
    """Keep a client id and secret in this computer's keyring, once the login server has taken them.

    They are bound to the hosts that are set now and go nowhere else; a changed host needs a new login. There is no option that takes the
    secret: it is asked for, or piped in. Exit code 4: the login server does not take them. 5: it cannot be asked. Nothing is kept then.
    """
    from provkit.workflows.auth import login

    def ask() -> tuple[str, SecretStr]:
        return client_id or _asked(f"Client id ({name}): "), _secret(name, from_stdin=secret_stdin)

    found = login(name, ask, hosts=host or (), check=not no_check)
    console.write(_words(found, "Kept in your keyring."))


@app.command("rotate")
def _rotate(name: Set, *, secret_stdin: SecretStdin = False, no_check: NoCheck = False) -> None:
    """Replace the client secret in the keyring by a new one, once the login server has taken that; the old one stays until then."""
    from provkit.workflows.auth import rotate

    found = rotate(name, lambda: _secret(name, from_stdin=secret_stdin), check=not no_check)
    console.write(_words(found, "The new secret is kept in your keyring; the old one is gone from it."))


@app.command("logout")
def _logout(name: Set) -> None:
    """Take a set of credentials out of this computer's keyring."""
    from provkit.workflows.auth import logout

    erased = logout(name)
    console.write(f"The {name} credentials are gone from your keyring." if erased else f"Your keyring holds no {name} credentials.")


@app.command("status")
def _status(
    *,
    name: Annotated[Literal["test", "production"] | None, typer.Option("--set", help="Only this set.", show_default=False)] = None,
    no_check: NoCheck = False,
    output_format: Annotated[Literal["text", "json"], typer.Option("--format", help="How it is shown.")] = "text",
) -> None:
    """Say which credentials there are, where they come from, where they may go, and whether the login server takes them.

    Exit code 0: those that are set up work; a set that was not issued yet is no fault. 4: the login server refuses one, or one cannot be
    used. 5: it cannot be asked.
    """
    from provkit.workflows.auth import SETS, status

    found = [status(one, check=not no_check) for one in SETS if name in (None, one)]
    if output_format == "json":
        console.write(json.dumps({"format": 1, "sets": [one.to_dict() for one in found]}, indent=2, ensure_ascii=False))
    else:
        console.write("\n\n".join(_words(one) for one in found))
    states = {one.state for one in found}
    if states & {"refused", "unusable"}:
        raise typer.Exit(4)
    if "unreachable" in states:
        raise typer.Exit(5)


def _words(found: Status, also: str = "") -> str:
    """How a set stands, in lines of 80 columns."""
    from provkit.workflows.auth import SETS

    lines = [f"{found.name} credentials (for {' and '.join(SETS[found.name])}): {found.state}"]
    lines += [fill(found.sentence, 80, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)]
    for line in (found.remedy or "").splitlines():
        lines += [fill(line, 80, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)]
    if found.source is not None:
        lines += [f"  client id  {found.client_id}", f"  secret     from {found.source}"]
        lines += [f"  {'may go to' if number == 0 else '':<9}  {host}" for number, host in enumerate(found.hosts)]
    if also:
        lines += [f"  {also}"]
    return "\n".join(lines)


def _asked(question: str) -> str:
    from provkit.errors import ConfigError

    if not sys.stdin.isatty():
        raise ConfigError("There is nobody to ask for the client id.", remedy="Say it: --client-id ID --secret-stdin")
    try:
        return console.talk().input(question).strip()
    except EOFError:
        raise ConfigError("No client id was given. Nothing was kept.") from None


def _secret(name: str, *, from_stdin: bool) -> SecretStr:
    """The secret, without showing it."""
    from pydantic import SecretStr

    from provkit.errors import ConfigError

    if from_stdin:
        return SecretStr(sys.stdin.read().strip("\r\n"))
    if not sys.stdin.isatty():
        piping = (
            "Get-Content secret.txt |"
            if os.name == "nt"
            else "provkit auth login --secret-stdin < secret.txt, or a secret store's tool |"
        )
        raise ConfigError("There is nobody to ask for the secret.", remedy=f"Pipe it in with --secret-stdin ({piping} ...).")
    from getpass import getpass

    try:
        return SecretStr(getpass(f"Client secret ({name}, it is not shown): ", stream=sys.stderr))
    except EOFError:
        raise ConfigError("No secret was given. Nothing was kept.") from None
