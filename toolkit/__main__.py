"""`provkit` and `python -m provkit`: the command line, and what happens before it."""

from __future__ import annotations

import gc
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; the entry point of `provkit`."""
    if sys.argv[1:] == ["--version"]:
        # Nothing else need be loaded for that.
        from provkit.console import version

        sys.stdout.write(f"{version()}\n")
        return
    # Loading makes hundreds of thousands of objects that stay; looking through them for garbage again and again is in vain.
    gc.set_threshold(100_000, 50, 100)
    # Pandera makes test data with hypothesis, and loads it wherever it is installed; the command line makes none.
    sys.modules.setdefault("hypothesis", None)  # type: ignore[arg-type]
    from provkit.cli import main as run

    run()


if __name__ == "__main__":
    main()
