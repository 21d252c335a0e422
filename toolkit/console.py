"""stdout is results, stderr is talk; the one place where a `ProvkitError` ends as an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from provkit.errors import ProvkitError, SourceError

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["boundary", "in_colour", "out", "save", "talk", "tell_more", "version", "write"]

_made: dict[str, Console] = {}


def _console(name: str) -> Console:
    from rich.console import Console

    stream = sys.stderr if name == "stderr" else sys.stdout
    reconfigure: Callable[..., None] | None = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        # A console in cp1252 must not crash on a name; what it cannot show becomes a question mark.
        reconfigure(errors="replace")
    return Console(file=stream, highlight=False, soft_wrap=False, emoji=False)


def out() -> Console:
    """The console for results."""
    return _made.setdefault("stdout", _console("stdout"))


def talk() -> Console:
    """The console for everything that is not the result."""
    return _made.setdefault("stderr", _console("stderr"))


def write(text: str) -> None:
    """Write a result as it is, without wrapping or markup.

    Args:
        text: The result; a line end is added if it has none.
    """
    console = out()
    console.file.write(text if text.endswith("\n") else f"{text}\n")
    console.file.flush()


def tell_more(verbosity: int) -> None:
    """Say on stderr what goes on: hosts, times, sizes and numbers, nothing personal and no secret.

    Args:
        verbosity: How often -v was said.
    """
    if not verbosity:
        return
    import logging

    handler = logging.StreamHandler(talk().file)
    handler.setFormatter(logging.Formatter("%(asctime)s.%(msecs)03d %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("provkit")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO if verbosity == 1 else logging.DEBUG)


def version() -> str:
    """What `--version` says."""
    from provkit._version import VERSION
    from provkit.server import MODELLED_SERVER

    return f"provkit {VERSION} (models {MODELLED_SERVER})"


def in_colour() -> bool:
    """Whether results may hold terminal colours."""
    console = out()
    return console.is_terminal and not console.no_color and not console.legacy_windows


def save(path: Path, text: str | bytes) -> None:
    """Write a result to a file that is the user's alone; what stood there stays until the new one is whole.

    Args:
        path: Where to.
        text: The result; text is written as UTF-8.

    Raises:
        SourceError: It cannot be written.
    """
    import secrets

    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        aside.replace(path)
    except OSError as error:
        with suppress(OSError):
            aside.unlink()
        raise SourceError(f"{path} cannot be written: {error.strerror or error}.") from error


@contextmanager
def boundary() -> Iterator[None]:
    """Turn a `ProvkitError` into its message on stderr and its exit code."""
    try:
        yield
    except ProvkitError as error:
        from rich.text import Text

        console = talk()
        console.print(Text("Stopped: ", style="bold red") + Text(error.message))
        if error.remedy:
            console.print(Text(error.remedy))
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        talk().print("Interrupted.")
        raise SystemExit(130) from None
