"""What the service's mails say, for a person and for machines."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from provkit._version import VERSION
from provkit.checks.replied import Meaning, Results, Row
from provkit.receiver.replies import Line, Reply, Sort, Stage
from provkit.rules import mask
from provkit.server import MODELLED_SERVER

__all__ = ["render_json", "render_text"]

WIDTH = 80
LISTED = 20
"""How many lines of one sort are listed in text."""
CANDIDATES = 5
"""How many of the rows that one line can mean are named in text."""

_TITLES = {
    Stage.PREPROCESSING: "THE SERVICE'S OWN RESULTS",
    Stage.CANVAS: "WHAT CANVAS SAYS",
    Stage.FAILED: "THE RUN FAILED",
}


def render_json(found: Results, *, show_values: bool = False) -> str:
    """Everything, as JSON, ending in a line end.

    Args:
        found: What the mails say.
        show_values: True shows the mails' own words; otherwise they are masked.
    """
    hide: Callable[[str], str] = str if show_values else mask
    document = {
        "format": 1,
        "provkit": VERSION,
        "server": MODELLED_SERVER,
        "ok": found.ok,
        "reached_canvas": not found.nothing_reached_canvas,
        "mails": [
            {"stage": reply.stage, "group": reply.group, "import_ids": list(reply.import_ids), "files": list(reply.files)}
            for reply in found.replies
        ],
        "lines": [_line(meaning, hide) for meaning in found.meanings],
        "failed": [_row(row) for row in found.failed],
        "dropped": [_row(row) for row in found.dropped],
        "unexpected": {
            "unsaid": [{"row": _row(row), "text": hide(text)} for row, text in found.unsaid],
            "totals": [{"file": file, "mail": text, "model": number} for file, text, number in found.totals],
        },
        "strangers": list(found.strangers),
        "around": [hide(line) for line in found.around],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _line(meaning: Meaning, hide: Callable[[str], str]) -> dict[str, Any]:
    line = meaning.line
    return {
        "sort": line.sort,
        "text": line.text if line.sort in (Sort.COUNT, Sort.CLEAN, Sort.DEFERRED) else hide(line.text),
        "file": line.file,
        "record": line.record,
        "import_id": line.import_id,
        "foreseen": meaning.foreseen,
        "rows": [_row(row) for row in meaning.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    origin = row.origin
    return {
        "file": row.file,
        "record": row.record,
        "line": row.line,
        "origin": None if origin is None else {"file": origin.file, "sheet": origin.sheet, "cell": origin.cell},
    }


def render_text(found: Results, *, show_values: bool = True) -> str:
    """Everything, for a person at a terminal 80 columns wide, ending in a line end.

    Args:
        found: What the mails say.
        show_values: False masks the mails' own words.
    """
    hide: Callable[[str], str] = str if show_values else mask
    return "\n".join(_text(found, hide)) + "\n"


def _text(found: Results, hide: Callable[[str], str]) -> Iterator[str]:
    meanings = iter(found.meanings)
    for reply in found.replies:
        mine = [next(meanings) for _ in reply.lines]
        yield from _mail(reply, mine, hide)
        yield ""
    if found.dropped:
        yield "VANISHED WITHOUT A WORD"
        yield from _wrapped("The service drops these rows and says so nowhere; provkit's model of it does.", "  ")
        yield from _some([str(row) for row in found.dropped])
        yield ""
    if found.strangers:
        yield "ANOTHER UPLOAD"
        names = ", ".join(found.strangers)
        yield from _wrapped(
            f"The package has no {names}: these results are of another upload. Name its package with --package.", "  "
        )
        yield ""
    yield from _differences(found, hide)
    if found.around:
        yield "BESIDE THE MAILS"
        yield from _some([hide(line) for line in found.around])
        yield ""
    yield from _wrapped(_verdict(found), "")


def _mail(reply: Reply, meanings: Sequence[Meaning], hide: Callable[[str], str]) -> Iterator[str]:
    yield _TITLES[reply.stage] + (f" (group {reply.group})" if reply.group is not None else "")
    for sentence in _opening(reply, meanings):
        yield from _wrapped(sentence, "  ")
    for file in reply.files:
        counts = [meaning.line.text for meaning in meanings if meaning.line.sort is Sort.COUNT and meaning.line.file == file]
        yield from _wrapped(f"{file}: {'; '.join(_lowered(count) for count in dict.fromkeys(counts))}" if counts else file, "  ")
    failed = [
        f"{_where(one)}: {_said(one.line, hide)}" for one in meanings if one.line.sort in (Sort.ROW, Sort.CANVAS, Sort.UNNOTIFIED)
    ]
    if failed:
        yield ""
        yield from _some(failed)
    for meaning in meanings:
        yield from _wrapped(_of_the_whole(meaning.line), "  ")
    unknown = [hide(meaning.line.text) for meaning in meanings if meaning.line.sort is Sort.UNKNOWN]
    if unknown:
        yield from ("", "  Not understood:")
        yield from _some(unknown)


def _opening(reply: Reply, meanings: Sequence[Meaning]) -> Iterator[str]:
    if reply.stage is Stage.PREPROCESSING and reply.import_ids:
        yield f"Canvas has taken the hand-over: import {', '.join(reply.import_ids)}."
    elif reply.stage is Stage.PREPROCESSING:
        yield "There is no line with an import id: nothing of this upload reached Canvas."
    elif reply.stage is Stage.CANVAS:
        yield f"About import {', '.join(reply.import_ids) or '(none named)'}."
        if all(meaning.line.sort is Sort.CLEAN for meaning in meanings):
            yield "Canvas had nothing to object."


def _of_the_whole(line: Line) -> str:
    """What a line says of a file or of the import as a whole; "" for others."""
    if line.sort is Sort.MORE:
        number = f"{line.number:,} messages more" if line.number is not None else "more messages"
        return f"Canvas has {number} than the mail shows; ask the service's team for the error file of the import."
    if line.sort in (Sort.FAILURE, Sort.DEFERRED):
        return line.text if line.file is None else f"{line.file}: {line.text}"
    return ""


def _where(meaning: Meaning) -> str:
    line = meaning.line
    if not meaning.rows:
        record = "" if line.record is None else f", record {line.record}"
        return f"{line.file or 'no file named'}{record}"
    places = list(dict.fromkeys(map(str, meaning.rows)))
    shown = " or ".join(places[:CANDIDATES])
    return shown if len(places) <= CANDIDATES else f"{shown} or one of {len(places) - CANDIDATES:,} more"


def _said(line: Line, hide: Callable[[str], str]) -> str:
    # The number is that of the record; the place said before is the one that the user knows.
    text = line.text.partition(": ")[2] if line.record is not None else line.text
    if line.sort is Sort.UNNOTIFIED:
        text = f"{line.value} did not get the message of the package"
    return text if hide is str else hide(text)


def _differences(found: Results, hide: Callable[[str], str]) -> Iterator[str]:
    if not found.differs:
        return
    yield "OTHERWISE THAN PROVKIT EXPECTED"
    unforeseen = [meaning for meaning in found.meanings if meaning.foreseen is False]
    yield from _some([f"not foreseen: {_where(meaning)}: {_said(meaning.line, hide)}" for meaning in unforeseen])
    yield from _some([f"foreseen, and not in the mail: {row}: {hide(text)}" for row, text in found.unsaid])
    yield from _some([f'{file}: the mail says "{text}", provkit\'s model {number:,}' for file, text, number in found.totals])
    yield from _wrapped(
        "Either the mail is about another upload than the package, or the service has changed. If the package is the right one, please tell "
        "provkit's maintainers, with this output masked (provkit results ... --format json) and a bundle, which names nobody: provkit bundle PACKAGE",
        "  ",
    )
    yield ""


def _verdict(found: Results) -> str:
    failed = len(found.failed)
    if found.nothing_reached_canvas:
        return "Nothing reached Canvas. Mend what is named above, then send the whole package again."
    if failed:
        rows = "1 row" if failed == 1 else f"{failed:,} rows"
        return f"{rows} failed, or may have. Mend them in your sheet, build, and send again; --corrections FOLDER writes just these rows."
    if not found.ok:
        return "Look at what is named above."
    if any(reply.stage is Stage.CANVAS for reply in found.replies):
        return "All of it arrived."
    return "All of it was taken. What Canvas makes of it comes in a later mail."


def _lowered(count: str) -> str:
    return count[0].lower() + count[1:]


def _some(lines: Sequence[str]) -> Iterator[str]:
    for line in lines[:LISTED]:
        yield from _wrapped(line, "  - ")
    if len(lines) > LISTED:
        yield f"    and {len(lines) - LISTED:,} more"


def _wrapped(text: str, indent: str) -> Iterator[str]:
    # A mail can hold anything; what would move the cursor is shown as a question mark.
    clean = "".join(character if character.isprintable() else "?" for character in text)
    yield from textwrap.wrap(clean, WIDTH, initial_indent=indent, subsequent_indent=" " * len(indent))
