"""However a file is read and its columns are coded, the same is found: what is quick for large files is right for all."""

import re
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
import rule_examples
from hypothesis import given, settings
from hypothesis import strategies as st

from provkit.checks import RULES, examine
from provkit.package import Package
from provkit.receiver import files

PEOPLE = st.sampled_from(
    ["ana@example.org", "ANA@example.org", "ben@example.org", "cem@example.org", "user_id", "login_id", "jdoe", "", " "]
)
USERS = "user_id,login_id,first_name,last_name,email,status\n"
ENROLLMENTS = "course_id,user_id,role,section_id,status\n"
EXPAND = "user_id,listing_id\n"


@st.composite
def users(draw):
    login = draw(PEOPLE)
    alike = st.one_of(st.just(login), st.just(login), PEOPLE)
    row = [draw(alike), login, draw(st.sampled_from(["Ana", "ana", "Ben"])), "Ruiz", draw(alike), "active"]
    return row[: draw(st.sampled_from([6, 6, 6, 6, 5]))]


@st.composite
def enrollments(draw):
    row = [draw(st.sampled_from(["C-1", "C-2"])), draw(PEOPLE), draw(st.sampled_from(["student", "teacher"])), "", "active"]
    return row[: draw(st.sampled_from([5, 5, 5, 5, 3]))]


def text(header, rows):
    return (header + "".join(",".join(row) + "\n" for row in rows)).encode()


PACKAGES = st.builds(
    lambda first, second, enrolled, listed: {
        "users.csv": text(USERS, first),
        **({"more.csv": text(USERS, second)} if second else {}),
        "enrollments.csv": text(ENROLLMENTS, enrolled),
        "expand.csv": text(EXPAND, [[person, "L-1"] for person in listed]),
    },
    st.lists(users(), max_size=6),
    st.lists(users(), max_size=3),
    st.lists(enrollments(), max_size=10),
    st.lists(PEOPLE, max_size=10),
)


@contextmanager
def large_from(records):
    """As if files of so many records were large, so that their columns are coded ahead and along others."""
    before, files._LARGE = files._LARGE, records
    try:
        yield
    finally:
        files._LARGE = before


def found(package):
    examined = examine(package)
    fates = [None if file.fates is None else file.fates.tolist() for file in examined.reception.files]
    return examined.report.findings, dict(examined.report.counts), fates, examined.mailing


@given(PACKAGES)
@settings(max_examples=60, deadline=None)
def test_columns_coded_along_others_say_the_same(made):
    with large_from(10**9):
        apart = found(Package.from_files(made))
    with large_from(0):
        assert found(Package.from_files(made)) == apart


@pytest.mark.parametrize(
    "broken", [rule for rule in RULES if any(re.match("csv|bytes|builder", i) for i, _ in rule.blocks("Example"))], ids=str
)
def test_examples_are_judged_alike(broken, tmp_path):
    (tmp_path / "apart").mkdir()
    (tmp_path / "along").mkdir()
    with large_from(10**9):
        apart = rule_examples.report_of(broken, "Example", tmp_path / "apart")
    with large_from(0):
        along = rule_examples.report_of(broken, "Example", tmp_path / "along")
    assert (along.findings, along.counts) == (apart.findings, apart.counts)


def test_one_enrollment_each_and_one_person_twice_are_told_apart():
    """As many people as enrollments does not mean one enrollment for each."""
    people = [f"guest{number}@example.org" for number in range(50)]
    made = {
        "users.csv": text(USERS, [[person, person, "Ana", f"N{number}", person, "active"] for number, person in enumerate(people)]),
        "enrollments.csv": text(ENROLLMENTS, [["C-1", people[number % 25], "student", "", "active"] for number in range(50)]),
    }
    with large_from(0):
        report = examine(Package.from_files(made)).report
    assert {rule.code: number for rule, number in report.counts.items()}["PK320"] == 25


@pytest.mark.parametrize("share", [0, 0.001, 0.05, 0.5])
def test_rows_of_another_length_are_found_wherever_they_stand(share):
    chance = np.random.default_rng(5)
    rows = [["C-1", f"guest{number}@example.org", "student", "", "active"] for number in range(20_000)]
    short = np.flatnonzero(chance.random(len(rows)) < share)
    for row in short.tolist():
        rows[row] = rows[row][: int(chance.integers(1, 5))]
    (file,) = examine(Package.from_files({"enrollments.csv": text(ENROLLMENTS, rows)})).reception.files
    assert np.flatnonzero(file.records.lengths != 5).tolist() == (short + 1).tolist()
    assert [file.records.fields(int(row) + 1) for row in short[:50]] == [rows[row] for row in short[:50]]
    assert file.records.line(20_000) == 20_001


PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126))


@given(st.lists(PRINTABLE, min_size=1, unique=True))
@settings(max_examples=60, deadline=None)
def test_rules_that_are_asked_of_odd_values_only_have_nothing_to_say_of_others(values):
    asked = [rule for rule in RULES if rule.odd_only]
    assert len(asked) > 5
    for rule in asked:
        assert not rule(pd.Series(values, dtype="str")).any()
