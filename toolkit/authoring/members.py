"""Enrollments, Expand enrollments and flat rosters: one row per person and course."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from provkit.authoring.authored import Fate
from provkit.authoring.changes import ChangeKind
from provkit.authoring.columns import Coded, Codes, Mask, group
from provkit.authoring.courses import Desk
from provkit.authoring.grids import Grid
from provkit.authoring.ids import fill_by_setting, fill_by_template, place_of_section
from provkit.authoring.leaving import leave_out
from provkit.authoring.ledger import Ledger
from provkit.authoring.normalize import address, boolean, identifier, shown, university_id, words
from provkit.authoring.parts import Part
from provkit.authoring.people import Known, Mention, Person
from provkit.authoring.rules_people import person_ambiguous, person_missing, two_addresses
from provkit.authoring.rules_sheets import (
    column_missing,
    course_id_missing,
    courses_count_as_existing,
    id_like_a_title,
    section_id_missing,
)
from provkit.authoring.users import guests, mark_torn
from provkit.schemas.layouts import Kind
from provkit.vocabulary import COURSE_FIELDS, SECTION_FIELDS, WEAK, Target, tokens

__all__ = ["MemberSheet", "doubt_titles", "read_members"]

_PERSON = ("university_id", "username", "user_id", "email")
_FACTS = (set(COURSE_FIELDS.values()) | set(SECTION_FIELDS.values())) - {"course_id", "section_id"}


@dataclass(eq=False)
class MemberSheet:
    """A sheet of memberships, read.

    Attributes:
        grid: The sheet.
        columns: Its columns by field.
        mentions: What the rows say about who is meant, each combination once.
        groups: Per row, its mention.
        fates: Rows left out: sheet, indexes of rows, fate.
        wanted: Rows whose course and section are to be created if the row tells enough.
        asked: Rows that ask for it themselves.
    """

    grid: Grid
    columns: dict[str, Coded]
    mentions: list[Mention]
    groups: Codes
    fates: list[tuple[int, Codes, Fate]]
    wanted: Mask
    asked: Mask


def read_members(desk: Desk, grid: Grid, known: Known) -> MemberSheet:
    """Read who is in which course, and learn who is behind the addresses.

    Args:
        desk: What is at hand.
        grid: The sheet.
        known: Learns the sheet's people.
    """
    ledger = desk.ledger
    fates = leave_out(ledger, grid)
    columns = {
        "university_id": ledger.read(grid, "university_id", university_id),
        **{field: ledger.read(grid, field, address) for field in ("username", "user_id", "email")},
        **{field: ledger.read(grid, field, identifier) for field in ("course_id", "section_id", "listing_id")},
        "role": ledger.read(grid, "role", words("role")),
        "status": ledger.read(grid, "status", words("status")),
        **{field: ledger.read(grid, field, boolean) for field in ("limit_section_privileges", "send_email", "create_course")},
    }
    groups, first = group([columns[field] for field in _PERSON])
    texts = [[columns[field].texts[code] for code in columns[field].codes[first].tolist()] for field in _PERSON]
    mentions = list(map(Mention._make, zip(*texts, strict=True)))
    known.learn(mentions, guests=False)
    asked = columns["create_course"].where(lambda said: said == "true")
    wanted = asked | columns["create_course"].where(lambda said: not said) if desk.settings.create_courses else asked
    looked_at = set(grid.columns.fields) if desk.course_id or desk.section_id else {"section_name"} & set(grid.columns.fields)
    for field in looked_at - columns.keys():
        columns[field] = ledger.quiet(grid, field)
    if not wanted.any() and grid.columns.any(*_FACTS):
        ledger.note(courses_count_as_existing, grid.header_origin())
    sheet = MemberSheet(grid, columns, mentions, groups, fates, wanted, asked)
    _ids(desk, sheet)
    return sheet


def doubt_titles(ledger: Ledger, sheet: MemberSheet, known: Mapping[str, Collection[str]]) -> None:
    """Say where cells below a word such as Course may be titles: they hold several words, and no row describes that id.

    Args:
        ledger: Where findings go.
        sheet: The sheet of memberships.
        known: The ids that rows describe, by field.
    """
    grid = sheet.grid
    names = grid.sheet.rows[grid.header]
    for field, what in (("course_id", "a course"), ("section_id", "a section")):
        column = grid.columns.fields.get(field)
        if column is None or field in grid.spotted or not any(word in WEAK[Target.MEMBERS] for word in tokens(names[column])):
            continue
        codes = sheet.columns[field].codes
        distinct, first = np.unique(codes, return_index=True)
        texts = [sheet.columns[field].texts[code] for code in distinct.tolist()]
        several = [index for index, text in enumerate(texts) if len(text.split()) > 1 and text not in known[field]]
        details = {"header": " ".join(shown(names[column]).split()), "what": what}
        ledger.fault(id_like_a_title, grid, field, np.sort(first[several]), details=details)


def _ids(desk: Desk, sheet: MemberSheet) -> None:
    """Fill ids by template; a row that still names no course, or a section without its id, is broken."""
    ledger, grid, columns = desk.ledger, sheet.grid, sheet.columns
    listed = ~columns["listing_id"].empty
    fill_by_template(ledger, grid, columns, "course_id", desk.course_id, within=~listed)
    told = place_of_section(grid, desk.section_id)
    if told is not None:
        fill_by_template(ledger, grid, columns, "section_id", desk.section_id, within=told & ~listed)
    if "section_name" in columns:
        named = ~columns["section_name"].empty
        fill_by_template(ledger, grid, columns, "section_id", desk.section_id, within=named)
        nameless = named & columns["section_id"].empty
        ledger.fault(section_id_missing, grid, "section_id", np.flatnonzero(nameless))
        grid.mark_broken(nameless, "section_id")
    if desk.course_id is not None or grid.columns.any("course_id", "section_id") or not grid.columns.any("listing_id"):
        homeless = columns["course_id"].empty & columns["section_id"].empty & ~listed
        if grid.columns.any("course_id", "section_id") or not homeless.all():
            ledger.fault(course_id_missing, grid, "course_id", np.flatnonzero(homeless & ~grid.broken_in("section_id")))
        else:
            ledger.note(column_missing, grid.header_origin(), details={"field": "course id"})
        grid.mark_broken(homeless, "course_id")


def member_parts(
    desk: Desk, sheet: MemberSheet, known: Known, seen: dict[str, str], *, on_sheets: frozenset[str], courses_of: Mapping[str, str]
) -> list[Part]:
    """The enrollments, Expand enrollments and guests of a sheet of memberships.

    Args:
        desk: What is at hand.
        sheet: The sheet, read.
        known: What the whole source tells about people.
        seen: See `mark_torn`.
        on_sheets: Casefolded addresses of people who have rows of their own on a sheet of guests.
        courses_of: Section ids to the one course that sheets of sections give them.
    """
    grid, columns = sheet.grid, sheet.columns
    mark_torn(desk.ledger, grid, "user_id", beside=columns["email"], ids=columns["user_id"], known=known, seen=seen)
    people = [known.resolve(mention) for mention in sheet.mentions]
    _judge(desk, sheet, people)
    key = Coded.of((person.key for person in people), sheet.groups)
    sources = np.array([_PERSON.index(person.source) for person in people], dtype=np.int64)[sheet.groups]
    gap = columns["course_id"].empty & ~columns["section_id"].empty
    if gap.any() and courses_of:
        columns["course_id"] = columns["course_id"].or_else(
            columns["section_id"].map(lambda said: courses_of.get(said, "")), within=gap
        )
        filled = gap & ~columns["course_id"].empty
        desk.ledger.change(ChangeKind.FILLED, grid, "course_id", np.flatnonzero(filled), after=columns["course_id"])
    listed = ~columns["listing_id"].empty
    if not grid.columns.any("course_id", "section_id") and grid.columns.any("listing_id") and desk.course_id is None:
        listed[:] = True
    enrolls = ~columns["course_id"].empty | ~columns["section_id"].empty | ~listed
    parts = []
    if enrolls.any():
        parts.append(_enrollments(desk, sheet, key, sources, np.flatnonzero(enrolls)))
    for chief in (True, False):
        rows = np.flatnonzero(listed & (enrolls != chief))
        if len(rows):
            parts.append(_expand(sheet, key, sources, rows, chief=chief))
    if desk.guests and grid.columns.any("name", "first_name", "last_name"):
        columns["address"] = Coded.of((person.guest for person in people), sheet.groups)
        mine = columns["address"].where(lambda said: said and said.casefold() not in on_sheets)
        if mine.any():
            parts.append(
                guests(desk.ledger, grid, columns, np.flatnonzero(mine), desk.settings, sources=(_PERSON, sources), chief=False)
            )
    return parts


def _judge(desk: Desk, sheet: MemberSheet, people: Sequence[Person]) -> None:
    """Record what became of who is meant, and where that is not known."""
    ledger, grid, groups = desk.ledger, sheet.grid, sheet.groups
    key = Coded.of((person.key for person in people), groups)
    for change, source in sorted({(person.change, person.source) for person in people if person.change is not None}):
        affected = np.array([person.change is change and person.source == source for person in people], dtype=bool)
        ledger.change(change, grid, source, np.flatnonzero(affected[groups]), before=sheet.columns[source], after=key)
    nobody = key.empty & ~grid.broken_in(*_PERSON)
    field = next((name for name in ("email", "user_id", "username", "university_id") if name in grid.columns.fields), None)
    if field is None:
        ledger.note(column_missing, grid.header_origin(), details={"field": "e-mail address, username or university id"})
    else:
        ledger.fault(person_missing, grid, field, np.flatnonzero(nobody))
    faults = {
        fault: np.array([person.fault == fault for person in people], dtype=bool)[groups] for fault in ("two", "account", "id")
    }
    rows = np.flatnonzero(faults["two"])
    others = [{"other": people[number].other} for number in groups[rows].tolist()]
    ledger.fault(two_addresses, grid, field, rows, value=key, values=others)
    ledger.fault(person_ambiguous, grid, field, np.flatnonzero(faults["account"]), value=key)
    grid.mark_broken(nobody | faults["two"] | faults["account"] | faults["id"])


def _enrollments(desk: Desk, sheet: MemberSheet, key: Coded, sources: Codes, rows: Codes) -> Part:
    ledger, grid, columns, settings = desk.ledger, sheet.grid, sheet.columns, desk.settings
    within = np.zeros(len(grid), dtype=bool)
    within[rows] = True
    fill_by_setting(ledger, grid, columns, "role", settings.role, within=within)
    if "role" not in grid.columns.fields and not settings.role:
        ledger.note(column_missing, grid.header_origin(), details={"field": "role"})
        grid.mark_broken(within, "role")
    unsaid = "active" if "status" not in grid.columns.fields else None
    fill_by_setting(ledger, grid, columns, "status", settings.status or unsaid, within=within)
    names = ("course_id", "role", "section_id", "status", "limit_section_privileges")
    taken = {"user_id": key, **{name: columns[name] for name in names}}
    fields = [{"user_id": source, **{name: name for name in names}} for source in _PERSON]
    broken = grid.broken_in(*_PERSON, *names)
    return Part(
        Kind.ENROLLMENTS,
        grid,
        rows,
        {column: values.take(rows) for column, values in taken.items()},
        broken[rows],
        fields,
        sources[rows],
    )


def _expand(sheet: MemberSheet, key: Coded, sources: Codes, rows: Codes, *, chief: bool) -> Part:
    grid, columns = sheet.grid, sheet.columns
    names = ("listing_id", "send_email")
    taken = {"user_id": key, **{name: columns[name] for name in names}}
    fields = [{"user_id": source, **{name: name for name in names}} for source in _PERSON]
    broken = grid.broken_in(*_PERSON, *names)
    picked = {column: values.take(rows) for column, values in taken.items()}
    return Part(Kind.EXPAND, grid, rows, picked, broken[rows], fields, sources[rows], chief)
