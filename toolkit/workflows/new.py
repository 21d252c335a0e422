"""Write a workbook to author in: empty, or filled from a package."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from provkit import properties
from provkit.authoring import AuthoringSettings
from provkit.authoring.dates import Clock, DateReader
from provkit.authoring.message import mended
from provkit.authoring.message_template import escaped, template_names
from provkit.authoring.workbook import SheetLayout, layouts
from provkit.authoring.workbook_writer import LONGEST_TEXT, MOST_ROWS, UNWRITABLE, Content, Value, write_workbook
from provkit.config import Config
from provkit.config import load as load_config
from provkit.errors import ConfigError, GuardError, SourceError
from provkit.schemas.common import Form
from provkit.sources import PLAIN, read
from provkit.tables import Cell, Sheet, Sheets

__all__ = ["New", "new"]

_FIRST_YEAR = 1900
"""Spreadsheet programs disagree about the days of this year and have none before it."""


@dataclass(frozen=True)
class New:
    """A workbook written.

    Attributes:
        path: Where it is.
        sheets: The names of its sheets that have columns.
        rows: How many rows were filled in, by sheet; empty where nothing was.
        message: Whether the package's message was filled in.
    """

    path: Path
    sheets: tuple[str, ...]
    rows: Mapping[str, int]
    message: bool


def new(path: str | Path, *, package: str | Path | None = None, encoding: str | None = None, config: Config | None = None) -> New:
    """Write a workbook to author in. It is private to the user, and no file is ever replaced.

    Args:
        path: The workbook, a name that ends in .xlsx.
        package: A package (folder, ZIP or CSV file) to fill it from, whoever made it; building the workbook gives the same files.
        encoding: How the package's text files are written that do not say so themselves; by default as in `provkit.toml`.
        config: The settings; by default those found from the current folder upward.

    Raises:
        ConfigError: The name is none of a workbook, or it cannot be written there.
        GuardError: There is a file of this name.
        SourceError: The package cannot be read, or holds what no workbook can.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise ConfigError(f"{path} is no name of a workbook.", remedy=f"Type: provkit new {path.with_suffix('.xlsx')}")
    if path.exists():
        raise _exists(path, package)
    settings = (config or load_config()).model(AuthoringSettings, "defaults", encoding=encoding)
    content = Content()
    if package is not None:
        content = _filled(read(Path(package), kind=PLAIN, encoding=settings.encoding), Path(package), settings)
    written = write_workbook(path.name, settings.time_zone, content, template_names())
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb") as file:
            file.write(written)
    except FileExistsError:
        raise _exists(path, package) from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror or error}.", remedy="Name another folder.") from error
    return New(
        path,
        tuple(sheet.title for sheet in layouts()),
        {title: len(rows) for title, rows in content.rows.items() if rows},
        bool(content.message),
    )


def _exists(path: Path, package: str | Path | None) -> GuardError:
    free = next(name for number in range(2, 1 << 20) if not (name := path.with_stem(f"{path.stem}-{number}")).exists())
    more = "" if package is None else f" --from {package}"
    return GuardError(
        f"{path} is there already, and is never replaced.", reason="exists", remedy=f"Type another name: provkit new {free}{more}"
    )


def _filled(sheets: Sheets, package: Path, settings: AuthoringSettings) -> Content:
    """What a package holds, sheet by sheet; text stays as it is, dates become dates where they come back the same."""
    dates = _Dates(settings)
    by_kind = {sheet.kind: sheet for sheet in layouts()}
    rows: dict[str, list[list[Value]]] = {}
    further: dict[str, list[str]] = {}
    for sheet in sheets:
        if sheet.kind is None:
            raise SourceError(
                f"{sheet.name or sheet.file} is no file of a package: its first line is none that the service knows.",
                remedy=f"Make a package of it first: provkit build {package}",
            )
        layout = by_kind[sheet.kind]
        mine = rows.setdefault(layout.title, [])
        mine.extend(_rows(sheet, layout, further.setdefault(layout.title, []), dates))
        if len(mine) > MOST_ROWS:
            raise SourceError(f"{package} has more rows than a sheet has room for ({MOST_ROWS:,}).")
    return Content(rows, further, _message(sheets.message, package))


def _message(content: bytes | None, package: Path) -> dict[str, str]:
    """The parts of a package's message, as the sheet takes them."""
    if content is None:
        return {}
    try:
        said = properties.read(mended(content))
    except properties.MalformedEscape as error:
        raise SourceError(f"The message in {package} cannot be read: {error}.", remedy="Mend it, or take it out.") from None
    parts = {"sender": said.sender or "", "subject": escaped(said.subject or ""), "body": escaped(said.body or "")}
    for part, text in parts.items():
        _check(text, f"The {part} of the message in {package}")
    return {part: text for part, text in parts.items() if text}


def _rows(sheet: Sheet, layout: SheetLayout, further: list[str], dates: _Dates) -> Iterator[list[Value]]:
    """The rows of one file, in the order of a sheet's columns; columns that the sheet has not are added at its end."""
    header = [str(cell or "").strip().lower() for cell in sheet.rows[0]]
    header += [""] * (max(map(len, sheet.rows)) - len(header))
    names = [column.facts.name for column in layout.columns]
    places: dict[str, int] = {}
    for index, name in enumerate(header):
        if name in names:
            places.setdefault(name, index)
    at: dict[int, int] = {}
    for index, name in enumerate(header):
        if index not in places.values() and _says_more(sheet, index, places.get(names[0], index)):
            position = further.index(name) if name and name in further else len(further)
            if position in at or position == len(further):
                position = len(further)
                further.append(name)
            at[position] = index
    for number, cells in enumerate(sheet.rows[1:], 1):
        if not any(cells):
            continue
        for index, cell in enumerate(cells):
            _check(str(cell or ""), str(sheet.origin(number, index)))
        texts = [_text(cells, places.get(name)) for name in names]
        yield [
            *(
                dates.cell(text, end=column.facts.name == "end_date") if column.facts.form is Form.DATE else text
                for column, text in zip(layout.columns, texts, strict=True)
            ),
            *(_text(cells, at.get(number)) for number in range(len(further))),
        ]


def _says_more(sheet: Sheet, index: int, key: int) -> bool:
    """Whether a column that the service ignores says anything: neither what stands beside it, nor the one word that it always holds."""
    said = {(_text(cells, index), _text(cells, key)) for cells in sheet.rows[1:]}
    return any(text not in ("", "active", beside) for text, beside in said)


def _text(cells: Sequence[Cell], index: int | None) -> str:
    return "" if index is None or index >= len(cells) else str(cells[index] or "")


def _check(text: str, place: str) -> None:
    """Stop where a text would not come out of a cell as it went in."""
    if UNWRITABLE.search(text) or len(text) > LONGEST_TEXT:
        why = (
            f"is longer than the {LONGEST_TEXT:,} characters that fit"
            if len(text) > LONGEST_TEXT
            else "has a character that cannot stand"
        )
        raise SourceError(
            f"{place} {why} in a cell of a workbook.", remedy="Mend it there first; provkit validate says more about it."
        )


class _Dates:
    """Makes a spreadsheet's dates of a package's, where they come back to the letter."""

    def __init__(self, settings: AuthoringSettings) -> None:
        self._zone = ZoneInfo(settings.time_zone)
        self._reader = DateReader(settings.time_zone, settings.date_order)
        self._known: dict[tuple[str, bool], Value] = {}

    def cell(self, text: str, *, end: bool) -> Value:
        """What stands in the cell for a date of the package.

        Args:
            text: The date as the package has it.
            end: Whether it is the end of something.
        """
        if (text, end) not in self._known:
            self._known[text, end] = next(
                (cell for cell in self._candidates(text, end=end) if self._read(cell, end=end) == text), text
            )
        return self._known[text, end]

    def _candidates(self, text: str, *, end: bool) -> Iterator[date | datetime]:
        try:
            moment = datetime.fromisoformat(text).astimezone(self._zone).replace(tzinfo=None)
        except (ValueError, OverflowError):
            return
        if moment.year > _FIRST_YEAR:
            if moment.time() == (time(23, 59, 59) if end else time.min):
                yield moment.date()
            yield moment

    def _read(self, cell: date | datetime, *, end: bool) -> str | None:
        read = self._reader.read(cell, end=end)
        return read.text if read is not None and read.clock is Clock.PLAIN else None
