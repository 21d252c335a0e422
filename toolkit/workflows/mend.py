"""What building somebody's package again would mend: file by file, row by row, cell by cell. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from provkit.authoring import Authored
from provkit.authoring.authored import KINDS, Fate, SheetAccount
from provkit.errors import SourceError
from provkit.package import MESSAGE_NAME
from provkit.report.mend import CellMend, FileMend, Mended, RowMend
from provkit.schemas.layouts import LAYOUTS
from provkit.tables import Cell, Sheet
from provkit.workflows.build import Built

__all__ = ["mended"]

_PLAIN = "UTF-8 text with commas between the fields"


def mended(built: Built, source: str | Path) -> Mended:
    """Compare what stands in a package with what building it gives.

    Args:
        built: What `prepare` makes of the package.
        source: The package, for messages.

    Raises:
        SourceError: The source is no package: its rows cannot be compared one by one.
    """
    authored = built.authored
    assert authored is not None, "what was prepared has its rows"
    strange = next((sheet for sheet in authored.sheets if sheet.kind is None or sheet.made is not None), None)
    if strange is not None:
        raise SourceError(
            f"{source} is no package, and so there is nothing to compare file by file ({strange.name or strange.file} is none of its files).",
            remedy=f"To see every change: provkit build {source} --changes changes.csv",
        )
    accounts = {account.sheet: account for account in authored.account.sheets}
    files = [_file(authored, sheet, accounts.get(index), built) for index, sheet in enumerate(authored.sheets)]
    return Mended(tuple(filter(None, (*files, _message(built, authored)))))


def _message(built: Built, authored: Authored) -> FileMend | None:
    before = authored.sheets.message
    written = next((part.content for part in built.package.parts if part.name == MESSAGE_NAME), None) if built.package else None
    if before is None or written is None or bytes(written) == before:
        return None
    return FileMend(MESSAGE_NAME, MESSAGE_NAME, ("It is written anew, so that its letters and quotation marks arrive.",), (), 0)


def _file(authored: Authored, sheet: Sheet, account: SheetAccount | None, built: Built) -> FileMend:
    assert sheet.kind is not None
    rows = () if account is None else tuple(_rows(authored, sheet, account, built))
    count = 0 if account is None else len(account.rows)
    return FileMend(sheet.file, f"{sheet.kind}.csv", tuple(_whole(authored, sheet, account)), rows, count - len(rows))


def _whole(authored: Authored, sheet: Sheet, account: SheetAccount | None) -> Iterator[str]:
    """What is mended in the file as a whole."""
    assert sheet.kind is not None
    if sheet.text not in ("", _PLAIN):
        yield f"It is {sheet.text}; it becomes {_PLAIN}."
    table = authored.tables.get(sheet.kind)
    if table is not None:
        held = [str(name) for name in table.frame.columns if (table.frame[name] != "").any()]
        unread = {one.column: one.header for one in sheet.unread}
        before = ",".join(unread.get(column) or str(cell or "") for column, cell in enumerate(sheet.rows[0]))
        after = ",".join(LAYOUTS[sheet.kind].smallest(held))
        if before != after:
            yield f"Its first line {before!r} becomes {after!r}."
        if unread:
            yield f"What stands under {' and '.join(map(repr, unread.values()))} is sensitive; it is never read, and left out."
    if account is not None:
        places = [place for place, kind in zip(account.positions.tolist(), account.kinds.tolist(), strict=True) if kind >= 0]
        if places != sorted(places):
            yield "Its rows are put in the order of their ids."


def _rows(authored: Authored, sheet: Sheet, account: SheetAccount, built: Built) -> Iterator[RowMend]:
    """Each row that is not written as it stands."""
    kind = sheet.kind
    assert kind is not None
    names = [str(cell or "").strip().lower() for cell in sheet.rows[0]]
    places = {name: names.index(name) for name in LAYOUTS[kind].columns if name in names}
    table = authored.tables.get(kind)
    after = {} if table is None else {str(name): table.frame[name].tolist() for name in table.frame.columns}
    first: dict[int, int] = {}
    fates = account.with_held(built.held).tolist()
    for row, fate, of, position in zip(
        account.rows.tolist(), fates, account.kinds.tolist(), account.positions.tolist(), strict=True
    ):
        line = int(sheet.numbers[row])
        if fate == Fate.MERGED:
            yield RowMend(
                line,
                f"left out: it says again what line {first[position]} says"
                if position in first
                else "left out: it says again what another row says",
            )
            continue
        if fate == Fate.SET_ASIDE:
            yield RowMend(line, "left out: it is no data")
            continue
        first.setdefault(position, line)
        if fate == Fate.HELD_BACK:
            yield RowMend(line, "kept out: it has an error, or depends on a row that has one")
        elif of >= 0 and KINDS[of] is kind:
            before = {name: _text(sheet.rows[row], places.get(name)) for name in LAYOUTS[kind].columns}
            written = {name: after[name][position] if name in after else "" for name in before}
            changed = tuple(CellMend(name, old, written[name]) for name, old in before.items() if old != written[name])
            if changed:
                yield RowMend(line, "", changed)


def _text(cells: Sequence[Cell], place: int | None) -> str:
    return "" if place is None or place >= len(cells) else str(cells[place] or "")
