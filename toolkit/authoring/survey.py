"""Finding the tables on each sheet: what each holds, where its header is, which rows are data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

import numpy as np

from provkit.authoring.arranged import Hidden, fill_merged, settle_hidden
from provkit.authoring.authored import Fate
from provkit.authoring.beside import apart
from provkit.authoring.changes import ChangeKind, Group
from provkit.authoring.columns import Codes, Mask, Raw
from provkit.authoring.following import Planned, columns_for, follow, header_for
from provkit.authoring.found import ColumnsBelow, Found
from provkit.authoring.grids import LABEL, LABELS, Grid, describe
from provkit.authoring.heading import Heading, find_heading, is_blank
from provkit.authoring.leaving import leave_blocks
from provkit.authoring.ledger import Ledger
from provkit.authoring.mapping import Columns, hint, map_header, meant, meant_sheet
from provkit.authoring.message_sheet import is_label, places_of_message, read_message
from provkit.authoring.normalize import shown
from provkit.authoring.profile import Profile, TableProfile, fold
from provkit.authoring.remarks import look_below
from provkit.authoring.rules_sheets import (
    column_set_aside,
    header_not_found,
    rows_set_aside,
    sheet_set_aside,
    two_columns_for_one,
)
from provkit.authoring.rules_tables import (
    enrollment_not_read,
    header_missing,
    marks_not_read,
    status_not_read,
    table_not_understood,
    two_tables_unclear,
)
from provkit.authoring.several import part_ids, part_people, people_in
from provkit.authoring.shape import COURSES, PERSON, find_target
from provkit.authoring.unread import leaving, told_by
from provkit.authoring.wide import id_in_brackets
from provkit.authoring.widen import widen
from provkit.rules import Origin
from provkit.tables import Cell, Sheet, Sheets, column_letters
from provkit.vocabulary import OF_KIND, STRONG, Target, hits
from provkit.words import counted, rows_named

__all__ = ["Survey", "survey"]


@dataclass(eq=False)
class Survey:
    """What was found on all sheets.

    Attributes:
        grids: The tables, in the order of the sheets.
        fates: Rows that are no data, or that no table will hold: sheet, indexes of rows, fate.
        message: The message's parts, from a sheet of its own.
        message_origins: Where they stand; under "" the sheet.
        recognised: What each sheet was taken for and why.
        unread: Columns of lists of guests that say what people are enrolled in, and are not read: table, column, what it says.
    """

    grids: list[Grid] = field(default_factory=list)
    fates: list[tuple[int, Codes, Fate]] = field(default_factory=list)
    message: dict[str, str] | None = None
    message_origins: dict[str, Origin] = field(default_factory=dict)
    recognised: list[str] = field(default_factory=list)
    unread: list[tuple[Grid, int, str]] = field(default_factory=list)


def survey(sheets: Sheets, ledger: Ledger, profile: Profile | None = None, hidden: Hidden | None = None) -> Survey:
    """Look at every sheet.

    Args:
        sheets: The source.
        ledger: Where findings and changes go.
        profile: How its tables are read, where that was written down.
        hidden: What becomes of hidden rows and columns; None makes them findings.
    """
    found = Survey()
    for index, sheet in enumerate(sheets):
        alone = len(sheets.sheets) == 1
        called = None if alone else sheet.name if sheet.name is not None else PurePath(sheet.file).stem
        _Look(found, ledger, index, sheet, profile, hidden, called, alone).look()
    _judge_unread(found, ledger)
    return found


def _judge_unread(found: Survey, ledger: Ledger) -> None:
    """Columns that say what people are enrolled in are asked about where nothing else says it, and are left out like others where it does."""
    told_elsewhere = any(grid.target is Target.MEMBERS for grid in found.grids)
    for grid, column, told in found.unread:
        header = " ".join(shown(grid.sheet.rows[grid.header][column]).split())
        origin = grid.sheet.origin(grid.header, column)
        if told_elsewhere:
            ledger.note(column_set_aside, origin, details={"header": header, "near": ""})
        else:
            ledger.note(enrollment_not_read, origin, details={"header": header, "told": told})
            grid.mark_broken(np.ones(len(grid), dtype=bool))


@dataclass(eq=False)
class _Look:
    """One sheet, or a part of it that holds one table, while it is looked at."""

    found: Survey
    ledger: Ledger
    index: int
    sheet: Sheet
    profile: Profile | None
    hidden: Hidden | None
    called: str | None = None
    alone: bool = True
    top: int = 0
    later: bool = False

    def look(self) -> None:
        sheet = self.sheet
        filled = [row for row, cells in enumerate(sheet.rows) if not all(map(is_blank, cells))]
        if not filled:
            return
        place = sheet.name if sheet.name is not None else sheet.file
        if sheet.hidden:
            self._set_aside(filled, "it is hidden")
            return
        said = hint(sheet.name if sheet.name is not None else PurePath(sheet.file).stem)
        if sheet.made is not None and sheet.kind is not None:
            heading = _plain(sheet, filled[0])
            grid = self._table(Found(OF_KIND[sheet.kind], heading), place, sheet.made.reason, chief=sheet.made.chief)
            grid.mark_broken(np.isin(grid.keep + grid.header + 1, np.array(sorted(sheet.made.broken), dtype=np.int64)))
            return
        if self.profile is not None and not self.profile.only_says:
            self._by_profile(self.profile, filled, place, named=said is Target.MESSAGE)
            return
        if sheet.kind is not None:
            self._table(Found(OF_KIND[sheet.kind], _plain(sheet, filled[0])), place, f"its header is that of {sheet.kind}.csv")
            return
        message = None if self.later else read_message(sheet, filled, named=said is Target.MESSAGE)
        if message is not None:
            self._message(message, filled, place)
            return
        self._tables(place, said)

    def _tables(self, place: str, said: Target | None) -> None:
        """Read the tables of a sheet whose headers say what they hold."""
        parts = apart(self.sheet, said)
        if len(parts.sheets) > 1:
            for part in parts.sheets:
                replace(self, sheet=part, alone=False).part(place, said)
            return
        self.part(place, said, parts.unclear)

    def part(self, place: str, said: Target | None, unclear: tuple[str, ...] = ()) -> None:
        """Read the tables below each other in one run of columns.

        Args:
            place: The sheet's name.
            said: What it says that the sheet holds.
            unclear: Two places on it that could be one table or two.
        """
        sheet = self.sheet
        filled = [row for row, cells in enumerate(sheet.rows) if not all(map(is_blank, cells))]
        heading = find_heading(sheet, filled, least=1) or self._by_its_cells(filled, said)
        begun = self._begun(filled) if heading is None else heading.last
        if begun is not None and any(map(_is_address, sheet.rows[begun])) and not self.later:
            self._without_header(filled, place, begun)
            return
        found = self.understood(heading, said) if heading is not None else None
        if found is None:
            self._not_understood(filled, place, said)
            return
        if self.sheet.left or self.top:
            place = f"{place} from {column_letters(sheet.left)}{sheet.numbers[found.heading.first]}"
        why = "its name and columns say so" if said is found.target else "its columns say so"
        if found.wide is not None and found.wide.columns:
            why = found.wide.reason
        if unclear:
            self._unclear([row for row in filled if not found.heading.first <= row <= found.heading.last], place, unclear)
        else:
            self._table(found, place, why)

    def _by_its_cells(self, filled: list[int], said: Target | None) -> Heading | None:
        """The row above the first addresses, where these tell what it heads: ids of courses, or people whose course somebody gave."""
        first = next(
            (row for row in filled if any(isinstance(cell, str) and people_in(cell) for cell in self.sheet.rows[row])), None
        )
        above = [row for row in filled if first is not None and row < first]
        if not above:
            return None
        heading = _plain(self.sheet, above[-1])
        found = self.understood(heading, said)
        told = found is not None and (found.wide is not None or (found.email is not None and self._given() & set(COURSES)))
        return heading if told else None

    def understood(self, heading: Heading, said: Target | None) -> Found | None:
        """What a table holds: what stands in its cells counts where its header alone does not tell.

        Args:
            heading: Its header.
            said: What the sheet's name says that it holds.

        Returns:
            The table; None where it is none that is known.
        """
        given = self._given()
        columns = map_header(Target.MEMBERS, heading.names)
        below = ColumnsBelow(self.sheet, heading, columns)
        wide = below.wide(columns, given, self._meant())
        email = below.addresses(columns)
        target = find_target(said, heading.names, given=self._placed(given, said), email=email is not None)
        titles = None
        if wide is None and below.alone(columns) and (email is not None or columns.any(*PERSON)) and target in (None, Target.USERS):
            titles = below.wide(columns, given, self._meant(), only=True)
            if titles is not None and (
                "role" in given
                or (said is not Target.USERS and not columns.any("first_name", "last_name"))
                or all(map(id_in_brackets, titles.columns.values()))
            ):
                wide, titles = titles, None
        if wide is None and target is Target.MEMBERS and (given & set(COURSES) or not below.alone(columns)):
            titles = below.sections(columns)
        if wide is None and titles is None and target in (None, Target.USERS) and self._roles_alone(columns, below, said):
            target = Target.MEMBERS  # roles are roles in a course, and which one is asked for
        if wide is not None and said not in (Target.COURSES, Target.SECTIONS):
            return Found(Target.MEMBERS, heading, wide, email, below=below)
        certain = said is not None or email is not None or hits(heading.names) > 1 or below.addressed(columns.fields.get("email"))
        if target is None or not certain:
            return None
        return Found(target, heading, None, email if target in (Target.MEMBERS, Target.USERS) else None, marks=titles, below=below)

    @staticmethod
    def _roles_alone(columns: Columns, below: ColumnsBelow, said: Target | None) -> bool:
        """Whether a list of people that is not called one of guests gives each a role, and nothing says in which course."""
        return (
            said is not Target.USERS
            and below.alone(columns)
            and columns.any(*PERSON)
            and not columns.any("first_name", "last_name")
            and below.roles is not None
        )

    def _given(self) -> frozenset[str]:
        return frozenset() if self.profile is None else frozenset(self.profile.constants)

    def _placed(self, given: frozenset[str], said: Target | None) -> frozenset[str]:
        """The fields that a setting gives, but not for a sheet of guests beside other sheets."""
        return frozenset() if said is Target.USERS and not self.alone else given

    def _meant(self) -> Mapping[str, str]:
        """Headers, folded, to the course ids that somebody said they mean."""
        return (
            {} if self.profile is None else {fold(said): means for said, means in self.profile.lookup.get("course_id", {}).items()}
        )

    def _not_understood(self, filled: list[int], place: str, said: Target | None) -> None:
        sheet = self.sheet
        if said is None or self.later:
            self._set_aside(filled, "neither its name nor its columns say what it holds")
            return
        origin = Origin(sheet.file, sheet.name)
        self.ledger.note(header_not_found, origin, details={"kind": LABELS[said]})
        self.found.fates.append((self.index, np.array(filled, dtype=np.int64) + self.top, Fate.HELD_BACK))
        self.found.recognised.append(f"{place}: {LABELS[said]} by its name, but no row names its columns.")

    def _begun(self, filled: list[int]) -> int | None:
        """The row with which a list of people begins that has no header."""
        first = self.sheet.rows[filled[0]]
        where = next((column for column, cell in enumerate(first) if _is_address(cell)), None)
        if where is None or sum(not is_blank(cell) for cell in first) < 2:
            return None
        below = [self.sheet.rows[row] for row in filled]
        return filled[0] if all(len(cells) > where and _is_address(cells[where]) for cells in below) else None

    def _without_header(self, filled: list[int], place: str, row: int) -> None:
        """Say that a list begins without saying what its columns are."""
        column = next(column for column, cell in enumerate(self.sheet.rows[row]) if _is_address(cell))
        self.ledger.note(header_missing, self.sheet.origin(row, column), value=shown(self.sheet.rows[row][column]))
        self.found.fates.append((self.index, np.array(filled, dtype=np.int64) + self.top, Fate.HELD_BACK))
        self.found.recognised.append(f"{place}: a list of people, but no row names its columns.")

    def _unclear(self, filled: list[int], place: str, places: tuple[str, ...]) -> None:
        """Say that nobody knows where a table ends."""
        origin = Origin(self.sheet.file, self.sheet.name)
        self.ledger.note(two_tables_unclear, origin, details={"first": places[0], "second": places[1]})
        self.found.fates.append((self.index, np.array(filled, dtype=np.int64) + self.top, Fate.HELD_BACK))
        self.found.recognised.append(f"{place}: not read, because {places[0]} and {places[1]} could be one table or two.")

    def _by_profile(self, profile: Profile, filled: list[int], place: str, *, named: bool) -> None:
        """Read what the profile says of this sheet: nothing, one table, or several of the same rows."""
        message = read_message(self.sheet, filled, named=named)
        if message is not None:
            self._message(message, filled, place)
            return
        plans: list[tuple[TableProfile, Heading, Planned]] = []
        for plan in profile.plans:
            header = header_for(plan, self.sheet, filled)
            if header is None:
                continue
            planned = columns_for(plan, self.sheet.rows[header], sections=profile.sections)
            if not planned.missing or "*" not in plan.optional:
                plans.append((plan, _plain(self.sheet, header), planned))
        if not plans:
            self._set_aside(filled, f"the profile {profile.name} reads nothing from it")
        for number, (plan, heading, planned) in enumerate(plans):
            others = frozenset(column for _, _, other in plans for column in other.used)
            unknown = tuple(column for column in planned.columns.unknown if column not in others)
            found = Found(plan.target, heading, columns=replace(planned.columns, unknown=unknown))
            why = f"the profile {profile.name} says so"
            grid = self._table(found, place, why, also=planned.aside, chief=not number)
            left_out = follow(self.ledger, grid, profile, plan, planned)
            self.found.fates.extend(left_out if grid.chief else ())

    def _set_aside(self, filled: list[int], why: str) -> None:
        sheet = self.sheet
        self.ledger.note(sheet_set_aside, Origin(sheet.file, sheet.name), details={"why": why, "near": meant_sheet(sheet.name)})
        self._record(ChangeKind.SHEET_SET_ASIDE, [0], None, [sheet.name or sheet.file])
        self.found.fates.append((self.index, np.array(filled, dtype=np.int64) + self.top, Fate.SET_ASIDE))
        self.found.recognised.append(f"{sheet.name or sheet.file}: not read, because {why}.")

    def _message(self, message: dict[str, str], filled: list[int], place: str) -> None:
        if not message:
            more = [row for row in filled if not all(is_blank(cell) or is_label(cell) for cell in self.sheet.rows[row])]
            self.found.fates.append((self.index, np.array(more, dtype=np.int64), Fate.SET_ASIDE))
            self.found.recognised.append(f"{place}: room for a message to new guests, and none is typed there.")
            return
        if self.found.message is not None:
            self._set_aside(filled, "the message already stands on another sheet")
            return
        self.found.message = message
        self.found.message_origins = places_of_message(self.sheet, filled)
        self.found.fates.append((self.index, np.array(filled, dtype=np.int64), Fate.USED))
        self.found.recognised.append(f"{place}: the message to new guests ({', '.join(message)}).")

    def _table(self, found: Found, place: str, why: str, *, also: Iterable[int] = (), chief: bool = True) -> Grid:
        """Read one table, and whatever stands below it."""
        sheet, heading = self.sheet, found.heading
        if heading.first < heading.last:
            rows = [*sheet.rows[: heading.last], heading.names, *sheet.rows[heading.last + 1 :]]
            sheet = self.sheet = replace(sheet, rows=rows)
        below = found.below or ColumnsBelow(sheet, heading)
        columns = below.own_ids(found.mapped()) if found.columns is None else found.mapped()
        named = [*dict.fromkeys(column for column in columns.fields.values() if column is not None)]
        named += [column for column in (found.wide.columns if found.wide is not None else ()) if column not in named]
        strict = sheet.kind is not None or sheet.made is not None
        holds = below.holds
        aside, end, second, strange = np.zeros(below.rows, dtype=bool), below.rows, None, None
        if not strict:
            look = look_below(sheet, heading, found.target, columns, raws=below.raws, holds=holds, named=named)
            aside, second, strange = look.aside, look.second, look.strange
            end = below.rows if look.title is None else look.title
        if found.wide is not None and found.wide.holds == "marks":
            aside |= below.lines_over_marks(columns, found.wide)
        rest = self._second(heading, end) if second is not None else None
        if rest is None:
            end, second = below.rows, None
        if strange is not None:
            self._strange(heading.last + 1 + strange, heading.last + 1 + end)
            end = strange
        inside = np.arange(below.rows) < end
        holds = [mask & inside for mask in holds]
        columns = self._settle(columns, heading, below.raws, holds, quiet=not chief)
        filled = _any(holds, below.rows)
        data = _any((holds[column] for column in (*named, *also) if column < len(holds)), below.rows) & ~aside
        header = heading.last
        above = [row for row in range(heading.first) if any(not is_blank(cell) for cell in sheet.rows[row])]
        left = np.concatenate([np.array(above, dtype=np.int64), np.flatnonzero(filled & ~data) + header + 1])
        numbers = np.asarray(sheet.numbers, dtype=np.int64)
        if len(left) and chief:
            self._leave(left, numbers)
        keep = np.flatnonzero(data)
        grid = Grid(
            self.index,
            sheet,
            found.target,
            columns,
            header,
            below.raws,
            keep,
            numbers[keep + header + 1],
            chief=chief,
            top=self.top,
        )
        if not strict and chief:
            self.found.fates.extend(leave_blocks(self.ledger, grid, np.sort(left).tolist(), self.called))
        self._columns_left(grid, found, chief=chief)
        fill_merged(self.ledger, grid)
        wide = found.wide.columns if found.wide is not None else {}
        self.found.fates.extend(settle_hidden(self.ledger, grid, self.hidden, wide))
        if not strict and (self.profile is None or self.profile.only_says):
            self._work(grid, found)
        self.found.grids.append(grid)
        self.found.recognised.append(f"{place}: {describe(grid)}, header in row {numbers[header]}, because {why}.")
        if rest is not None:
            rest.part(sheet.name if sheet.name is not None else sheet.file, None)
        return grid

    def _work(self, grid: Grid, found: Found) -> None:
        """Take apart what stands together: marks, several people or courses in a cell; and do what was said on the command line."""
        if found.wide is not None:
            self.found.fates.extend(widen(self.ledger, grid, found.wide, self._meant()))
        if grid.target in (Target.USERS, Target.MEMBERS):
            part_people(self.ledger, grid)
        if grid.target is Target.MEMBERS:
            part_ids(self.ledger, grid)
        if self.profile is not None:
            fields = STRONG[grid.target]
            plan = self.profile.model_copy(
                update={
                    "constants": {name: said for name, said in self.profile.constants.items() if name in fields},
                    "lookup": {name: said for name, said in self.profile.lookup.items() if name in fields},
                }
            )
            used = frozenset(column for column in grid.columns.fields.values() if column is not None)
            self.found.fates.extend(
                follow(self.ledger, grid, self.profile, plan, Planned(grid.columns, {}, (), {}, {}, None, used))
            )

    def _second(self, heading: Heading, end: int) -> _Look | None:
        """The rest of the sheet, where it is certain that another table begins in it; None where it is not."""
        start = heading.last + 1 + end
        sheet = replace(self.sheet, rows=self.sheet.rows[start:], numbers=self.sheet.numbers[start:])
        rest = replace(self, sheet=sheet, top=self.top + start, alone=False, later=True)
        filled = [row for row, cells in enumerate(sheet.rows) if not all(map(is_blank, cells))]
        there = find_heading(sheet, filled, least=1)
        if there is None or rest.understood(there, None) is None:
            return None
        return rest

    def _strange(self, first: int, end: int) -> None:
        """Say that something stands below a table that is no part of it, and that nobody knows what it is."""
        sheet = self.sheet
        filled = np.array([row for row in range(first, end) if not all(map(is_blank, sheet.rows[row]))], dtype=np.int64)
        head = next(row for row in filled.tolist() if sum(not is_blank(cell) for cell in sheet.rows[row]) > 1)
        headers = ", ".join(" ".join(shown(cell).split()) for cell in sheet.rows[head] if not is_blank(cell))
        details = {"headers": headers, "last": int(sheet.numbers[int(filled[-1])])}
        self.ledger.note(table_not_understood, sheet.origin(head), details=details)
        self.found.fates.append((self.index, filled + self.top, Fate.HELD_BACK))

    def _leave(self, rows: Codes, numbers: np.ndarray) -> None:
        """Leave rows out that hold no data."""
        sheet = self.sheet
        which = {"which": rows_named(numbers[rows].tolist())}
        self.ledger.note(rows_set_aside, Origin(sheet.file, sheet.name), details=which)
        said = [" | ".join(shown(cell) for cell in sheet.rows[row] if not is_blank(cell)) for row in rows.tolist()]
        self._record(ChangeKind.ROW_SET_ASIDE, numbers[rows].tolist(), None, said)
        self.found.fates.append((self.index, rows + self.top, Fate.SET_ASIDE))

    def _columns_left(self, grid: Grid, found: Found, *, chief: bool) -> None:
        """Name the columns that have no place in the upload, and those of which two are the same field."""
        sheet, names, columns = self.sheet, self.sheet.rows[grid.header], grid.columns
        wide = found.wide.columns if found.wide is not None else {}
        for unknown in columns.unknown if chief else ():
            if unknown not in wide:
                text = shown(names[unknown])
                self._record(ChangeKind.COLUMN_SET_ASIDE, [int(sheet.numbers[grid.header])], unknown, [text])
                marks = found.marks.columns if found.marks is not None else {}
                if unknown not in marks or len(marks) == 1:
                    self._column_left(grid, found, unknown, " ".join(text.split()))
        if found.marks is not None and found.target in (Target.USERS, Target.MEMBERS) and len(found.marks.columns) > 1:
            first = min(found.marks.columns)
            details = {
                "headers": ", ".join(found.marks.columns.values()),
                "what": "courses" if found.target is Target.USERS else "sections",
            }
            self.ledger.note(marks_not_read, sheet.origin(grid.header, first), details=details)
        for name, rivals in columns.rivals.items():
            said_by = " and ".join(sorted(" ".join(shown(names[column]).split()) for column in rivals))
            details = {"headers": said_by, "field": LABEL.get(name, name.replace("_", " "))}
            self.ledger.note(two_columns_for_one, sheet.origin(grid.header, rivals[0]), details=details)
            grid.mark_broken(np.ones(len(grid), dtype=bool))

    def _column_left(self, grid: Grid, found: Found, column: int, header: str) -> None:
        """Name a column that has no place in the upload, and what it may be all the same."""
        if found.columns is None and column < len(grid.raws):
            raw = grid.column(column)
            held = np.unique(raw.codes).tolist()
            told = told_by(header, [raw.cells[code] for code in held]) if grid.target is Target.USERS else ""
            if told:
                self.found.unread.append((grid, column, told))
                return
            texts = (shown(raw.cells[code]).strip() for code in held)
            word = leaving(texts) if "status" not in grid.columns.fields else ""
            if word:
                alike = [code for code in held if fold(shown(raw.cells[code])) == fold(word)]
                rows = int(np.isin(raw.codes, alike).sum())
                details = {"header": header, "word": word, "rows": counted(rows, "row")}
                self.ledger.note(status_not_read, self.sheet.origin(grid.header, column), details=details)
                return
        near = meant(header, grid.target, grid.columns.fields)
        if grid.target is Target.MEMBERS and found.below is not None and column == found.below.roles:
            near = "; its cells name roles: call it Role, if these are the roles in the course"
        self.ledger.note(column_set_aside, self.sheet.origin(grid.header, column), details={"header": header, "near": near})

    def _settle(
        self, columns: Columns, heading: Heading, raws: Sequence[Raw], holds: Sequence[Mask], *, quiet: bool = False
    ) -> Columns:
        """Columns that say the same in every row, or nothing, are no rivals; columns without a header are named if they hold something."""
        names, fields, rivals = heading.names, dict(columns.fields), {}
        for name, candidates in columns.rivals.items():
            held = [column for column in candidates if holds[column].any()] or [candidates[0]]
            first = [shown(cell).strip() for cell in raws[held[0]].cells]
            same = all(
                np.array_equal(np.array(first, dtype=object)[raws[held[0]].codes], _texts(raws[column])) for column in held[1:]
            )
            fields[name] = held[0]
            if not same:
                rivals[name] = candidates
        for column, mask in enumerate(holds):
            nameless = column >= len(names) or is_blank(names[column])
            if nameless and column not in fields.values() and mask.any() and not quiet:
                letters = column_letters(column + self.sheet.left)
                details = {"header": f"without a name, {letters}", "near": ""}
                self.ledger.note(column_set_aside, self.sheet.origin(heading.last, column), details=details)
                self._record(ChangeKind.COLUMN_SET_ASIDE, [self.sheet.numbers[heading.last]], column, [""])
        return Columns(fields, rivals, columns.unknown, columns.sure)

    def _record(self, kind: ChangeKind, numbers: Sequence[int], column: int | None, before: Sequence[str]) -> None:
        rows = np.array(numbers, dtype=np.int64)
        codes = np.arange(len(rows), dtype=np.int64)
        place = self.sheet.place(column)
        self.ledger.groups.append(
            Group(kind, place.file, place.sheet, place.column, None, rows, codes, list(before), [""] * len(before))
        )


def _is_address(cell: Cell) -> bool:
    return isinstance(cell, str) and "@" in cell and len(people_in(cell)) == 1


def _plain(sheet: Sheet, header: int) -> Heading:
    return Heading(header, header, sheet.rows[header])


def _texts(raw: Raw) -> np.ndarray:
    return np.array([shown(cell).strip() for cell in raw.cells], dtype=object)[raw.codes]


def _any(masks: Iterable[Mask], rows: int) -> Mask:
    """The rows that are in one of the masks."""
    found = np.zeros(rows, dtype=bool)
    for mask in masks:
        found |= mask
    return found
