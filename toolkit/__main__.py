"""`provkit` and `python -m provkit`: the command line, and what happens before it."""

from __future__ import annotations

import atexit
import gc
import os
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; the entry point of `provkit`."""
    if sys.argv[1:] == ["--version"]:
        # Nothing else need be loaded for that.
        from provkit.console import version

        sys.stdout.write(f"{version()}\n")
        return
    ended: list[int] = []
    atexit.register(_leave, ended)  # what is registered first is called last
    # Loading makes hundreds of thousands of objects that stay; looking through them for garbage again and again is in vain.
    gc.set_threshold(500_000, 20, 100)
    # A thread that reads files waits that long each time for the one that loads pandas; by default it is 25 times as long.
    sys.setswitchinterval(0.0002)
    # Pandera makes test data with hypothesis, and loads it wherever it is installed; the command line makes none.
    sys.modules.setdefault("hypothesis", None)  # type: ignore[arg-type]
    from provkit.cli import main as run

    try:
        run()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            ended.append(end.code or 0)
        raise


def _leave(ended: list[int]) -> None:
    """End the process, once everything else has ended: to free a million rows one by one takes Python a fifth of a second.

    Args:
        ended: The exit code; nothing where the command line did not end by itself, and Python is left to say so.
    """
    if not ended:
        return
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # as when the reader of a pipe is gone, which Python tells in its own way
        return
    os._exit(ended[0])


if __name__ == "__main__":
    main()
