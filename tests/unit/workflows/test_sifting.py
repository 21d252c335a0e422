"""Errors by the million: each row is marked, few findings are kept, and each mistake is told once."""

import gc
import weakref

import numpy as np
import pytest

from provkit.authoring import AuthoringSettings, author
from provkit.rules import Consequence, Finding, Origin, rule
from provkit.schemas.layouts import Kind
from provkit.sources import read
from provkit.workflows.sifting import Said, Sieve, _Seen

ROWS = 20_000


@rule("PK901", Consequence.REJECTED, "{value!r} is not a status")
def status_unknown(values):
    """A status is not one that is known."""


@rule("PK902", Consequence.ALTERED, "{value!r} arrives otherwise")
def arrives_otherwise(values):
    """A value arrives otherwise than written."""


class Row:
    """What a finding holds on to, so that one can see whether the finding lives."""

    def __call__(self):
        return ()


def sieve(listed=10, said=None, positions=None):
    kept = np.arange(ROWS) if positions is None else positions
    return Sieve(listed, {Kind.ENROLLMENTS: kept}, {Kind.ENROLLMENTS: ROWS}, said, lambda finding: finding)


def at(record, broken=status_unknown, cell="E", row=None, value="x"):
    origin = Origin("roster.xlsx", "Roster", f"{cell}{ROWS + 2 - record}")
    return Finding(broken, "enrollments.csv", record, "status", value, origin, record=record, row=row)


def test_every_row_with_an_error_is_marked_and_few_findings_live():
    alive = weakref.WeakSet()
    most = 0

    def made():
        nonlocal most
        for record in range(2, ROWS + 2):
            row = Row()
            alive.add(row)
            most = max(most, len(alive))
            yield at(record, row=row)

    gathered = sieve()
    gathered.add_many(status_unknown, ROWS, made())
    report = gathered.report()
    gc.collect()
    assert most < 2000
    assert len(alive) <= 11
    assert report.counts == {status_unknown: ROWS}
    assert len(gathered.broken({})[Kind.ENROLLMENTS]) == ROWS
    # The first of the source, though the file has its rows in another order.
    assert {int(finding.origin.cell[1:]) for finding in report.findings} == set(range(1, 11))
    assert not gathered.ok
    assert not gathered.stuck


def test_of_what_is_no_error_only_the_listed_are_made():
    gathered = sieve()
    made = iter([at(record, arrives_otherwise) for record in range(2, 100)])
    gathered.add_many(arrives_otherwise, 98, made)
    assert gathered.counts == {arrives_otherwise: 98}
    assert len(gathered.report().findings) == 10
    assert len(list(made)) == 88
    assert gathered.ok
    assert gathered.broken({}) == {}


def test_rows_are_those_of_the_table_and_others_are_joined_to_them():
    gathered = sieve(positions=np.array([4, 7, 9]))
    gathered.add(at(3))
    assert gathered.broken({Kind.ENROLLMENTS: np.array([1])})[Kind.ENROLLMENTS].tolist() == [1, 7]
    assert not gathered.stuck
    gathered.add(Finding(status_unknown, "enrollments.csv"))
    assert gathered.stuck


@pytest.mark.parametrize("listed", [0, 1])
def test_counts_are_exact_whatever_is_listed(listed):
    gathered = sieve(listed)
    gathered.add_many(status_unknown, 5, (at(record) for record in range(2, 7)))
    assert gathered.counts[status_unknown] == 5
    assert len(gathered.report().findings) == listed


def test_a_cell_that_feeds_two_files_is_told_once_and_an_error_before_all(tmp_path):
    source = tmp_path / "enrollments.csv"
    source.write_text("course_id,user_id,role,section_id,status\nC-1,ana@example.org,student,,active\n", "utf-8")
    said = Said(author(read(source), AuthoringSettings()))
    row = (Kind.ENROLLMENTS, 0)
    assert not said.again(at(2, arrives_otherwise), row)
    assert said.again(at(2, arrives_otherwise), row)
    assert not said.again(at(2), row)
    assert said.again(at(2), row)
    assert said.again(at(2, arrives_otherwise), row)
    assert not said.again(at(2, value="y"), row)
    assert said.again(at(2, value="y"), row)
    assert not said.again(at(2, cell="F"), row)
    assert not said.again(at(2), None)


def test_several_values_of_one_cell_are_known_apart():
    seen = _Seen()
    assert not seen.again(70_000, "Ana", error=True)
    assert not seen.again(70_000, "Ruiz", error=True)
    assert not seen.again(3, "Ana", error=True)
    assert seen.again(70_000, "Ana", error=True)
    assert seen.again(70_000, "Ruiz", error=True)
    assert seen.again(3, "Ana", error=False)
