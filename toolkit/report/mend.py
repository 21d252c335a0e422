"""What building a package again would mend, for a person and for a machine."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from provkit._version import VERSION
from provkit.rules import Report, Severity, mask
from provkit.words import counted

__all__ = ["CellMend", "FileMend", "Mended", "RowMend", "render_mended", "render_mended_json"]

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


def render_mended_json(mended: Mended, left: Report, *, show_values: bool = False) -> str:
    """Every file with every row that is not written as it stands, as JSON, ending in a line end.

    Args:
        mended: What is mended.
        left: What no building mends.
        show_values: True shows what stands in cells; otherwise it is masked.
    """
    hide: Callable[[str], str] = str if show_values else mask
    document = {
        "format": 1,
        "provkit": VERSION,
        "ok": left.ok,
        "mends": mended.any,
        "left": {rule.code: count for rule, count in left.counts.items() if rule.severity is Severity.ERROR},
        "files": [
            {
                "file": file.source,
                "becomes": file.target,
                "unchanged": file.same,
                "whole": list(file.whole),
                "rows": [
                    {
                        "line": row.line,
                        "written": not row.fate,
                        "why": row.fate or None,
                        "cells": [
                            {"column": cell.column, "before": hide(cell.before), "after": hide(cell.after)} for cell in row.cells
                        ],
                    }
                    for row in file.rows
                ],
            }
            for file in mended.files
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def render_mended(mended: Mended, *, listed: int, show_values: bool = True) -> str:
    """Every file with what is mended in it, for a terminal 80 columns wide.

    Args:
        mended: What is mended.
        listed: How many rows of one file are listed at most; all are counted.
        show_values: False masks what stands in cells.
    """
    hide: Callable[[str], str] = str if show_values else mask
    lines = ["WHAT BUILDING IT AGAIN WOULD MEND"]
    for file in mended.files:
        lines += ["", *_file(file, listed, hide)]
    if not mended.any:
        lines += ["", "Nothing: it would be written as it stands."]
    return "\n".join(lines) + "\n"


def _file(file: FileMend, listed: int, hide: Callable[[str], str]) -> Iterator[str]:
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
            yield from _wrapped(f"{cell.column}: {hide(cell.before)!r} becomes {hide(cell.after)!r}", "    ", "      ")
    if len(file.rows) > listed:
        yield f"  and {counted(len(file.rows) - listed, 'more row')} (--listed sets how many are listed)"


def _wrapped(text: str, first: str, further: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=further, break_on_hyphens=False)
