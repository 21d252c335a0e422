"""Guests: sheets of them, and those that a roster brings; one row per address in the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from provkit.authoring.authored import Fate
from provkit.authoring.changes import ChangeKind
from provkit.authoring.columns import Coded, Codes, Mask, group
from provkit.authoring.grids import LABEL, Grid
from provkit.authoring.ids import fill_by_setting
from provkit.authoring.leaving import leave_out
from provkit.authoring.ledger import Ledger
from provkit.authoring.names import split_name
from provkit.authoring.normalize import address, text, university_id, words
from provkit.authoring.parts import Built, Part, build, first_filled, joined
from provkit.authoring.people import Known, Mention
from provkit.authoring.rules_cells import name_not_split
from provkit.authoring.rules_people import names_contradict, own_account, own_id_of_two, person_missing, two_addresses
from provkit.authoring.rules_sheets import column_missing
from provkit.authoring.settings import AuthoringSettings
from provkit.rules import Finding
from provkit.schemas.layouts import Kind

__all__ = ["UserSheet", "build_users", "mark_torn", "read_users", "user_part"]

_IDS = ("email", "login_id", "user_id")


@dataclass(eq=False)
class UserSheet:
    """A sheet of guests, read.

    Attributes:
        grid: The sheet.
        columns: Its columns by field; "address" is what the person is known by.
        sources: Per row, which of email, login_id and user_id the address stands in.
        away: Rows of people who are no guests.
        fates: Rows left out: sheet, indexes of rows, fate.
    """

    grid: Grid
    columns: dict[str, Coded]
    sources: Codes
    away: Mask
    fates: list[tuple[int, Codes, Fate]]


def read_users(ledger: Ledger, grid: Grid, known: Known) -> UserSheet:
    """Read who stands on a sheet of guests, and learn who is behind its ids.

    Args:
        ledger: Where findings and changes go.
        grid: The sheet.
        known: Learns the sheet's people.
    """
    fates = leave_out(ledger, grid)
    columns: dict[str, Coded] = {name: ledger.read(grid, name, address) for name in _IDS}
    columns["university_id"] = ledger.read(grid, "university_id", university_id)
    groups, first = group([columns[name] for name in (*_IDS, "university_id")])
    said = [tuple(columns[name].texts[int(columns[name].codes[row])] for name in (*_IDS, "university_id")) for row in first]
    chosen: list[str] = []
    others: list[str] = []
    sources: list[int] = []
    for email, login, user, number in said:
        found = _addresses((email, login, user))
        best = found[0] if found else email or login or user
        chosen.append(best)
        others.append(found[1] if len(found) > 1 else "")
        sources.append((email, login, user).index(best))
        if len(found) < 2:
            known.learn((Mention(number, "", user, best), Mention("", "", login, best)), guests=True)
    columns["address"] = Coded.of(chosen, groups)
    second = Coded.of(others, groups)
    two = ~second.empty
    rows = np.flatnonzero(two)
    ledger.fault(
        two_addresses, grid, "email", rows, value=columns["address"], values=[{"other": other} for other in second.array()[rows]]
    )
    grid.mark_broken(two)
    away = (
        (columns["address"].where(known.is_own) | ~columns["university_id"].empty) & ~two & ~grid.broken_in(*_IDS, "university_id")
    )
    return UserSheet(grid, columns, np.array(sources, dtype=np.int64)[groups], away, fates)


def _addresses(texts: Sequence[str]) -> list[str]:
    """The addresses among texts that differ by more than case, in order."""
    found: dict[str, str] = {}
    for said in texts:
        if "@" in said:
            found.setdefault(said.casefold(), said)
    return list(found.values())


def mark_torn(ledger: Ledger, grid: Grid, field: str, *, beside: Coded, ids: Coded, known: Known, seen: dict[str, str]) -> None:
    """Mark the rows of ids that stand with several addresses, and say so once per id, where the second address stands.

    Args:
        ledger: Where findings go.
        grid: The sheet.
        field: The field of the ids.
        beside: The addresses beside them.
        ids: The source's own ids, by row.
        known: What the whole source tells about people.
        seen: Ids to the first address met with them, "" once it has been said; kept over all sheets.
    """
    torn = ids.where(lambda said: len(known.aliases.get(said, ())) > 1)
    grid.mark_broken(torn)
    said: list[int] = []
    for row in np.flatnonzero(torn & ~beside.empty).tolist():
        own, folded = ids.texts[int(ids.codes[row])], beside.texts[int(beside.codes[row])].casefold()
        if seen.setdefault(own, folded) not in ("", folded):
            seen[own] = ""
            said.append(row)
    ledger.fault(own_id_of_two, grid, field, np.array(said, dtype=np.int64), value=ids)


def user_part(ledger: Ledger, sheet: UserSheet, settings: AuthoringSettings, known: Known) -> Part:
    """The rows of a sheet of guests for users.csv; who has a university account is left out, with a note.

    Args:
        ledger: Where findings and changes go.
        sheet: The sheet, read.
        settings: Defaults.
        known: What the whole source tells about people.
    """
    grid, columns, away = sheet.grid, sheet.columns, sheet.away
    ledger.fault(own_account, grid, "email", np.flatnonzero(away), value=columns["address"])
    ledger.change(ChangeKind.ROW_SET_ASIDE, grid, "email", np.flatnonzero(away), before=columns["address"])
    missing = columns["address"].empty & ~away
    unsaid = missing & ~grid.broken_in()
    grid.mark_broken(missing)
    if grid.columns.any(*_IDS):
        ledger.fault(person_missing, grid, "email", np.flatnonzero(unsaid))
    else:
        ledger.note(column_missing, grid.header_origin(), details={"field": LABEL["email"]})
    if not grid.columns.any("name", "first_name", "last_name"):
        ledger.note(column_missing, grid.header_origin(), details={"field": "name"})
        grid.mark_broken(~away)
    spelled = columns["address"].map(lambda said: known.spell(said) if "@" in said else said)
    otherwise = ~away & (spelled.array() != columns["address"].array())
    ledger.change(ChangeKind.SPELLED, grid, "email", np.flatnonzero(otherwise), before=columns["address"], after=spelled)
    columns["address"] = spelled
    return guests(ledger, grid, columns, np.flatnonzero(~away), settings, sources=(_IDS, sheet.sources), chief=True)


def guests(
    ledger: Ledger,
    grid: Grid,
    columns: dict[str, Coded],
    rows: Codes,
    settings: AuthoringSettings,
    *,
    sources: tuple[Sequence[str], Codes],
    chief: bool,
) -> Part:
    """Rows for users.csv.

    Args:
        ledger: Where findings and changes go.
        grid: The sheet they come from.
        columns: Its columns by field, "address" among them.
        rows: Positions of the rows that bring a guest.
        settings: Defaults.
        sources: Fields that an address may stand in, and per row of the sheet which.
        chief: Whether the rows of the sheet are chiefly about guests; only then has it a column for their status.
    """
    within = np.zeros(len(grid), dtype=bool)
    within[rows] = True
    _names(ledger, grid, columns, within)
    columns["service"] = ledger.read(grid, "service", words("service"), within=within)
    fill_by_setting(ledger, grid, columns, "service", settings.service, within=within)
    if chief and "status" in grid.columns.fields:
        columns["user_status"] = ledger.read(grid, "status", words("user_status"), within=within)
    else:
        columns["user_status"] = Coded(["active"], np.zeros(len(grid), dtype=np.int64))
    names = ("first_name", "last_name") if grid.columns.any("first_name", "last_name") else ("name", "name")
    fields = [
        {
            "login_id": source,
            "user_id": source,
            "email": source,
            "first_name": names[0],
            "last_name": names[1],
            "service": "service",
        }
        | ({"status": "status"} if chief else {})
        for source in sources[0]
    ]
    taken = {
        "user_id": columns["address"],
        "login_id": columns["address"],
        "first_name": columns["first_name"],
        "last_name": columns["last_name"],
        "email": columns["address"],
        "status": columns["user_status"],
        "service": columns["service"],
    }
    broken = grid.broken_in(*sources[0], "first_name", "last_name", "name", "service", *(("status",) if chief else ()))
    return Part(
        Kind.USERS,
        grid,
        rows,
        {column: values.take(rows) for column, values in taken.items()},
        broken[rows],
        fields,
        sources[1][rows],
        chief,
    )


def _names(ledger: Ledger, grid: Grid, columns: dict[str, Coded], within: Mask) -> None:
    """Read first and last names, splitting a whole name where a row has neither."""
    first, last = (ledger.read(grid, field, text, within=within) for field in ("first_name", "last_name"))
    needed = first.empty & last.empty & within
    if "name" in grid.columns.fields and needed.any():
        names = ledger.read(grid, "name", text, within=needed)
        parts = {name: split_name(name) for name in names.take(needed).used() if name}
        halves = {name: f"{part.first} | {part.last}" for name, part in parts.items()}
        rows = np.flatnonzero(needed & ~names.empty)
        ledger.change(ChangeKind.NAME_SPLIT, grid, "name", rows, before=names, after=names.map(lambda name: halves.get(name, "")))
        first = first.or_else(names.map(lambda name: parts[name].first if name in parts else ""), within=needed)
        last = last.or_else(names.map(lambda name: parts[name].last if name in parts else ""), within=needed)
        whole = needed & names.where(lambda name: name in parts and not all(parts[name])) & ~grid.broken_in("name")
        ledger.fault(name_not_split, grid, "name", np.flatnonzero(whole))
        grid.mark_broken(whole, "name")
    columns["first_name"], columns["last_name"] = first, last


def build_users(ledger: Ledger, parts: Sequence[Part]) -> Built:
    """One row per address: names and service are those of the first row that gives them; names that differ are a finding.

    Args:
        ledger: Where findings go.
        parts: Rows of guests, in the order of the source.
    """
    columns = {
        column: joined(parts, column) for column in ("user_id", "login_id", "first_name", "last_name", "email", "status", "service")
    }
    broken = np.concatenate([part.broken for part in parts])
    folded = columns["login_id"].map(str.casefold)
    nobody = folded.empty
    codes = np.where(nobody, len(folded.texts) + np.arange(len(folded)), folded.codes)
    people, first = group([Coded([], codes)])
    differs = np.zeros(len(folded), dtype=bool)
    names = {column: columns[column] for column in ("first_name", "last_name")}
    for column in ("first_name", "last_name", "status", "service"):
        told = columns[column].without(broken)  # what a broken row says counts only where no other says anything
        columns[column] = first_filled(people, len(first), told).or_else(columns[column])
        if column in names:
            fold = Coded.concat([told, columns[column]]).map(lambda name: " ".join(name.casefold().split()))
            differs |= (fold.codes[: len(told)] != fold.codes[len(told) :]) & ~told.empty
    rows = np.flatnonzero(differs & ~broken)
    rows = rows[np.unique(people[rows], return_index=True)[1]]
    for row in np.sort(rows).tolist():
        pairs = [" ".join(column.texts[int(column.codes[at])] for column in names.values()) for at in (first[people[row]], row)]
        _say(ledger, parts, row, columns["login_id"], " and ".join(pairs))
    torn = np.zeros(len(first), dtype=bool)
    torn[people[differs]] = True
    return build(Kind.USERS, parts, columns, broken | torn[people])


def _say(ledger: Ledger, parts: Sequence[Part], row: int, addresses: Coded, names: str) -> None:
    """Report contradicting names at a row of the parts joined."""
    at = addresses.texts[int(addresses.codes[row])]
    for part in parts:
        if row < len(part.rows):
            field = next((name for name in ("last_name", "name", "first_name") if name in part.grid.columns.fields), None)
            origin = part.grid.origin(int(part.rows[row]), field)
            ledger.collector.add(Finding(names_contradict, column=field, value=at, origin=origin, values={"names": names}))
            return
        row -= len(part.rows)
