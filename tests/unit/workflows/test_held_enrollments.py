"""A bad cell, whichever it is, never makes a person look as if they had left."""

import csv
import itertools

import pytest

from provkit.config import Config
from provkit.package import Package
from provkit.planning.compare import compare
from provkit.planning.state import State
from provkit.workflows.build import build, prepare

HEADER = ["Email", "First name", "Last name", "Course ID", "Role", "Section ID", "Status"]
ROSTER = [
    ["ana@guests.org", "Ana", "Ruiz", "NC-1", "student", "NC-1-A", "active"],
    ["ana@guests.org", "Ana", "Ruiz", "NC-2", "teacher", "", "active"],
    ["bo@guests.org", "Bo", "Ek", "NC-1", "student", "NC-1-A", "active"],
    ["cy@guests.org", "Cy", "Lund", "NC-2", "student", "", "active"],
]


@pytest.fixture
def prepared(tmp_path):
    def make(rows):
        source = tmp_path / "roster.csv"
        with source.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([HEADER, *rows])
        made = prepare(source, hold_back=True, config=Config())
        assert made.package is not None, [finding.message for finding in made.report.findings]
        return made

    return make


def ended(before, made):
    changes = compare(
        State.of_package(before.package),
        State.of_package(made.package),
        partial=True,
        removals="deleted",
        held=made.held_enrollments,
    )
    return int(changes.gone.ended.sum())


def bad(row, cell, value):
    rows = [list(cells) for cells in ROSTER]
    rows[row][cell] = value
    return rows


def test_no_bad_cell_of_a_row_ends_anybodys_access(prepared):
    before = prepared(ROSTER)
    assert before.held_back == 0
    for cell in (0, 3, 5, 6):
        made = prepared(bad(2, cell, "#REF!"))
        assert made.held_back, HEADER[cell]
        assert ended(before, made) == 0, HEADER[cell]


CELLS = [*itertools.combinations(range(len(HEADER)), 1), *itertools.combinations((0, 3, 4, 5), 2), (0, 3, 5), (3, 4, 5)]
"""Which cells of a row are bad: each, and several of those that say who is where."""


@pytest.mark.slow
@pytest.mark.parametrize("row", range(len(ROSTER)))
@pytest.mark.parametrize("value", ["#REF!", "", "no such thing", "é\u200b", "#N/A"])
def test_no_bad_cells_of_any_row_end_anybodys_access(prepared, row, value):
    before = prepared(ROSTER)
    for cells in CELLS:
        rows = [list(one) for one in ROSTER]
        for cell in cells:
            rows[row][cell] = value
        made = prepared(rows)
        # Held back or not. Without its section a row still names its course, and is one of the course's own section.
        moves = rows[row][5] != ROSTER[row][5] and rows[row][5] == "" and not made.held_back
        assert ended(before, made) == moves, [HEADER[cell] for cell in cells]


def test_who_has_left_is_gone_where_nothing_is_held_back(prepared):
    assert ended(prepared(ROSTER), prepared(ROSTER[:-1])) == 1


def test_the_package_notes_no_value_of_a_row_held_back(tmp_path):
    source = tmp_path / "roster.csv"
    rows = [HEADER, *ROSTER[1:], ["dee@guests.org", "Dee", "Moss", "NC-1", "student", "#REF!", "active"]]
    source.write_text("".join(f"{','.join(cells)}\n" for cells in rows), "utf-8")
    build(source, tmp_path / "out", hold_back=True, config=Config())
    package = Package.read(tmp_path / "out")
    assert package.meta is not None
    assert package.meta.held_enrollments is not None
    assert len(package.meta.held_enrollments) == 1
    for note in (tmp_path / "out" / ".provkit").iterdir():
        assert b"dee" not in note.read_bytes().lower()
