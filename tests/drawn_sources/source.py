"""A source, what must come of it, and the same as somebody else might have it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import NamedTuple

from drawn_sources.written import WRITERS, Table
from provkit.config import Config


class User(NamedTuple):
    """A row of users.csv."""

    login_id: str
    first_name: str
    last_name: str


class Member(NamedTuple):
    """A row of enrollments.csv."""

    course_id: str
    user_id: str
    role: str
    section_id: str = ""
    status: str = "active"


@dataclass(frozen=True)
class Source:
    """A source.

    Attributes:
        form: How it is written, a key of `WRITERS`.
        tables: What is in it.
        users: All guests that must come of it.
        members: All enrollments that must come of it.
        said: What the user says on the command line, as `--set` does.
        settings: provkit.toml.
        titled: Whether rows may stand above the header.
    """

    form: str
    tables: tuple[Table, ...]
    users: frozenset[User]
    members: frozenset[Member]
    said: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Mapping] = field(default_factory=dict)
    titled: bool = False

    def write(self, where: Path) -> Path:
        """Put it into a folder; the name is always the same."""
        ending, write = WRITERS[self.form]
        where.mkdir(parents=True, exist_ok=True)
        path = where / f"source{ending}"
        write(path, self.tables)
        return path

    @property
    def options(self):
        """What `build` is told beside the source."""
        return {"config": Config(None, dict(self.settings), {}), "constants": dict(self.said) or None}

    @property
    def filled(self):
        """How many rows there are to account for."""
        return sum(table.filled for table in self.tables)

    def shuffled(self, random: Random):
        """The same facts, in another order of files or sheets, rows and columns."""

        def mixed(table):
            order = random.sample(range(len(table.header)), len(table.header))
            header, *rest = ([row[column] for column in order] for row in [table.header, *table.under, *table.rows])
            under, rows = rest[: len(table.under)], rest[len(table.under) :]
            return replace(table, header=header, under=under, rows=random.sample(rows, len(rows)))

        return replace(self, tables=tuple(random.sample([mixed(table) for table in self.tables], len(self.tables))))

    def with_a_column(self, random: Random):
        """The same facts, and in each table a column that nobody needs."""

        def wider(table):
            at = random.randint(0, len(table.header))
            name, cells = random.choice(
                [
                    ("T-shirt", ["S", "M", "", "XL"]),
                    ("Notes", ["", "comes late", "see mail of 3/4, please"]),
                    ("Badge colour", ["blue", ""]),
                ]
            )

            def grown(row, cell):
                return [*row[:at], cell, *row[at:]]

            return replace(
                table,
                header=grown(table.header, name),
                under=[grown(row, name) for row in table.under],
                rows=[grown(row, random.choice(cells) if any(map(str, row)) else "") for row in table.rows],
            )

        return replace(self, tables=tuple(map(wider, self.tables)))

    def with_a_title(self, random: Random):
        """The same facts below a title, for the kinds that may have one."""

        def below(table):
            title = [
                [random.choice(["Spring programme 2027", "Participants", "Report: enrolments as of 11/27/2026", "EXPORT 20261127"])]
            ]
            return replace(table, above=[*title, *random.choice([[], [[""]], [["Printed by the office"]]]), *table.above])

        return replace(self, tables=tuple(map(below, self.tables)))

    def with_a_blemish(self, random: Random):
        """The same, but for one cell that says something else, or nothing."""
        number = random.randrange(len(self.tables))
        table = self.tables[number]
        if not table.rows:
            return self
        filled = [row for row, cells in enumerate(table.rows) if any(str(cell).strip() for cell in cells)]
        row, column = random.choice(filled), random.randrange(len(table.header))
        cell = random.choice(
            ["", "???", "ana@", "#REF!", "x" * 300, "0", "Total", "a@example.org; b@example.org", "1.2E+10", "no\nway", "Ek, Bo"]
        )
        rows = [list(cells) for cells in table.rows]
        rows[row][column] = cell
        spoiled = replace(table, rows=rows)
        return replace(self, tables=(*self.tables[:number], spoiled, *self.tables[number + 1 :]))
