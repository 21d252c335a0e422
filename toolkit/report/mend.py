"""What building a package again would mend, for a person."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from provkit.words import counted

__all__ = ["CellMend", "FileMend", "Mended", "RowMend", "render_mended"]

_WIDTH = 80


@dataclass(frozen=True, slots=True)
class CellMend:
    """One cell that is written otherwise.

    Attributes:
        column: Its column.
        before: What stands there.
        after: What would be written.
    """

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowMend:
    """One row that is not written as it stands.

    Attributes:
        line: The line on which it begins.
        fate: Why it is not written; "" where it is.
        cells: What is written otherwise.
    """

    line: int
    fate: str
    cells: tuple[CellMend, ...] = ()


@dataclass(frozen=True, slots=True)
class FileMend:
    """One file.

    Attributes:
        source: Its name in the package.
        target: The name of the file that is built of it.
        whole: What is mended in the file as a whole, in sentences.
        rows: The rows that are not written as they stand.
        same: How many rows are.
    """

    source: str
    target: str
    whole: tuple[str, ...]
    rows: tuple[RowMend, ...]
    same: int


@dataclass(frozen=True, slots=True)
class Mended:
    """A package.

    Attributes:
        files: Its files, also those in which nothing is mended.
    """

    files: tuple[FileMend, ...]

    @property
    def any(self) -> bool:
        """Whether building it again would change anything."""
        return any(file.whole or file.rows for file in self.files)


def render_mended(mended: Mended, *, listed: int) -> str:
    """Every file with what is mended in it, for a terminal 80 columns wide.

    Args:
        mended: What is mended.
        listed: How many rows of one file are listed at most; all are counted.
    """
    lines = ["WHAT BUILDING IT AGAIN WOULD MEND"]
    for file in mended.files:
        lines += ["", *_file(file, listed)]
    if not mended.any:
        lines += ["", "Nothing: it would be written as it stands."]
    return "\n".join(lines) + "\n"


def _file(file: FileMend, listed: int) -> Iterator[str]:
    name = file.source if file.source == file.target else f"{file.source}, as {file.target}"
    changed = sum(not row.fate for row in file.rows)
    counts = [
        f"{number:,} {word}"
        for number, word in ((file.same, "unchanged"), (changed, "changed"), (len(file.rows) - changed, "not written"))
        if number
    ]
    yield f"{name}{': ' if counts else ''}{', '.join(counts)}"
    for sentence in file.whole:
        yield from _wrapped(sentence, "  ", "    ")
    for row in file.rows[:listed]:
        if row.fate:
            yield from _wrapped(f"line {row.line}: {row.fate}", "  ", "    ")
        else:
            yield f"  line {row.line}"
        for cell in row.cells:
            yield from _wrapped(f"{cell.column}: {cell.before!r} becomes {cell.after!r}", "    ", "      ")
    if len(file.rows) > listed:
        yield f"  and {counted(len(file.rows) - listed, 'more row')} (--listed sets how many are listed)"


def _wrapped(text: str, first: str, further: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=further, break_on_hyphens=False)
