"""The whole way from sheets to tables, stage by stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from provkit.authoring.authored import KINDS, Account, Authored, Fate, Positions, SheetAccount
from provkit.authoring.changes import ChangeKind, Changes
from provkit.authoring.columns import Codes
from provkit.authoring.courses import Desk, course_part, ids_of, new_courses, new_sections, section_part
from provkit.authoring.dates import DateReader
from provkit.authoring.ledger import Ledger
from provkit.authoring.members import doubt_titles, member_parts, read_members
from provkit.authoring.parts import Built, Part, build
from provkit.authoring.people import Known
from provkit.authoring.profile import Profile
from provkit.authoring.settings import AuthoringSettings
from provkit.authoring.survey import Survey, survey
from provkit.authoring.templates import compile_template
from provkit.authoring.users import build_users, mark_torn, read_users, user_part
from provkit.errors import SourceError
from provkit.rules import LISTED_PER_RULE, Severity
from provkit.schemas.layouts import Kind
from provkit.tables import Sheets, Tables
from provkit.vocabulary import Target

__all__ = ["author"]


def author(
    sheets: Sheets, settings: AuthoringSettings, *, profile: Profile | None = None, listed: int = LISTED_PER_RULE
) -> Authored:
    """Make tables of what a source holds.

    Args:
        sheets: The source, as read.
        settings: The keys of `[defaults]`.
        profile: How the source is read, where that was written down; what it says wins over `[defaults]`.
        listed: How many findings of one rule are kept; counts are exact.

    Raises:
        SourceError: No sheet holds anything that is known.
        ConfigError: A template of `[defaults]` cannot be filled in.
    """
    ledger = Ledger(listed)
    ledger.collector.extend(sheets.findings)
    ledger.take_over(sheets.edits)
    if profile is not None:
        settings = profile.settings(settings)
    found = survey(sheets, ledger, profile, settings.hidden_rows)
    if not found.grids and found.message is None and not any(fate is Fate.HELD_BACK for _, _, fate in found.fates):
        names = ", ".join(sheet.name or sheet.file for sheet in sheets)
        raise SourceError(
            f"Nothing that provkit knows was found in {sheets.sheets[0].file if sheets.sheets else 'the source'} ({names}).",
            remedy=_needed(profile)
            if profile is not None and not profile.only_says
            else "Name the columns in one row near the top: Email, First name, Last name, Course ID, Role, ...; see docs/specification.md.",
        )
    by_words = profile is None or profile.only_says  # or the profile says which column is what
    parts = _parts(found, ledger, settings, guests=profile is None or profile.guests != "none", by_words=by_words)
    built: dict[Kind, Built] = {}
    for kind in Kind:
        mine = [part for part in parts if part.kind is kind]
        if mine:
            built[kind] = build_users(ledger, mine) if kind is Kind.USERS else build(kind, mine)
    if not (
        built
        or found.message
        or any(len(rows) for _, rows, _ in found.fates)
        or sheets.spoken
        or ledger.collector.report().count(Severity.ERROR)
    ):
        raise SourceError(
            f"{sheets.sheets[0].file} has headings, and nothing is filled in below them.",
            remedy="Type at least one row, save the file (Excel writes nothing before that), and try again.",
        )
    account = replace(_account(found, parts, built, ledger), spoken=sheets.spoken)
    return Authored(
        sheets,
        Tables({kind: made.table for kind, made in built.items()}, found.message, found.message_origins),
        {kind: made.broken for kind, made in built.items() if len(made.broken)},
        ledger.collector.report(),
        Changes(tuple(ledger.groups)),
        account,
        tuple(found.recognised),
    )


def _needed(profile: Profile) -> str:
    """What a source must have for a profile to read it."""
    tables = [
        "; ".join(headers[0] for headers in plan.columns.values()) or "columns that say what they are" for plan in profile.plans
    ]
    return f"The profile {profile.name} reads sheets with these columns: {' | '.join(tables)}."


def _parts(found: Survey, ledger: Ledger, settings: AuthoringSettings, *, guests: bool, by_words: bool) -> list[Part]:
    """All rows of all kinds. What sheets of guests say about people is known before rosters are read, whatever their order."""
    desk = Desk(
        ledger,
        settings,
        DateReader(settings.time_zone, settings.date_order),
        compile_template(settings.course_id) if settings.course_id else None,
        compile_template(settings.section_id) if settings.section_id else None,
        guests=guests,
    )
    known = Known(settings.own_domains)
    grids = {target: [grid for grid in found.grids if grid.target is target] for target in Target}
    users = [read_users(ledger, grid, known) for grid in grids[Target.USERS]]
    members = [read_members(desk, grid, known) for grid in grids[Target.MEMBERS]]
    found.fates.extend(fate for sheet in users if sheet.grid.chief for fate in sheet.fates)
    found.fates.extend(fate for roster in members if roster.grid.chief for fate in roster.fates)
    seen: dict[str, str] = {}
    for sheet in users:
        for field in ("user_id", "login_id"):
            mark_torn(ledger, sheet.grid, field, beside=sheet.columns["address"], ids=sheet.columns[field], known=known, seen=seen)
    parts = [user_part(ledger, sheet, settings, known) for sheet in users]
    found.fates.extend(
        (sheet.grid.index, sheet.grid.rows_of_sheet(sheet.away), Fate.SET_ASIDE)
        for sheet in users
        if sheet.away.any() and sheet.grid.chief
    )
    courses = [course_part(desk, grid) for grid in grids[Target.COURSES]]
    sections = [section_part(desk, grid) for grid in grids[Target.SECTIONS]]
    parts += courses + sections
    on_sheets = frozenset(said.casefold() for sheet in users for said in sheet.columns["address"].used())
    homes = _homes(sections)
    described = {"course_id": ids_of(courses, "course_id"), "section_id": ids_of(sections, "section_id")}
    for roster in members:
        if by_words:
            doubt_titles(ledger, roster, described)
        parts += member_parts(desk, roster, known, seen, on_sheets=on_sheets, courses_of=homes)
        made = new_courses(desk, roster, ids_of(courses, "course_id"))
        extra = new_sections(desk, roster, ids_of(sections, "section_id"), ids_of([made] if made else [], "course_id"))
        parts += [part for part in (made, extra) if part is not None]
    return [part if part.grid.chief else replace(part, chief=False) for part in parts if len(part.rows)]


def _homes(sections: Sequence[Part]) -> Mapping[str, str]:
    """Sections to their course, where sheets give them one and no other."""
    homes: dict[str, set[str]] = {}
    for part in sections:
        for section, course in zip(part.columns["section_id"].array(), part.columns["course_id"].array(), strict=True):
            homes.setdefault(section, set()).add(course)
    return {section: next(iter(courses)) for section, courses in homes.items() if len(courses) == 1}


def _account(found: Survey, parts: Sequence[Part], built: Mapping[Kind, Built], ledger: Ledger) -> Account:
    """The fate of every row that was read."""
    rows: dict[int, list[tuple[Codes, Codes, Codes, Codes]]] = {}
    for index, numbers, fate in found.fates:
        nothing = np.full(len(numbers), -1, dtype=np.int64)
        rows.setdefault(index, []).append((numbers, np.full(len(numbers), fate, dtype=np.int64), nothing, nothing))
    for kind, made in built.items():
        mine = [part for part in parts if part.kind is kind]
        chief = [(part, positions) for part, positions in zip(mine, made.positions, strict=True) if part.chief]
        if not chief:
            continue
        positions = np.concatenate([places for _, places in chief])
        used = np.zeros(len(positions), dtype=bool)
        used[np.unique(positions, return_index=True)[1]] = True
        ends = np.cumsum([len(places) for _, places in chief])
        for (part, places), first in zip(chief, np.split(used, ends[:-1]), strict=True):
            fates = np.where(first, Fate.USED, Fate.MERGED).astype(np.int64)
            ledger.change(ChangeKind.MERGED, part.grid, None, part.rows[~first])
            kinds = np.full(len(places), KINDS.index(kind), dtype=np.int64)
            rows.setdefault(part.grid.index, []).append((part.grid.rows_of_sheet(part.rows), fates, kinds, places))
    return Account(tuple(_sheet_account(index, pieces) for index, pieces in sorted(rows.items())))


def _sheet_account(index: int, pieces: Sequence[tuple[Codes, Codes, Codes, Codes]]) -> SheetAccount:
    numbers, fates, kinds, positions = (np.concatenate(columns) for columns in zip(*pieces, strict=True))
    order = np.argsort(numbers, kind="stable")
    found: Positions = positions[order]
    return SheetAccount(index, numbers[order], fates[order].astype(np.int8), kinds[order].astype(np.int8), found)
