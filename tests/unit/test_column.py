"""Columns whose distinct values are found once."""

import numpy as np
import pyarrow as pa
import pytest

from provkit.column import Column


def column(*values, pieces=1):
    array = pa.array(values, pa.string())
    size = -(-len(values) // pieces)
    return Column(pa.chunked_array([array.slice(start, size) for start in range(0, len(values), size)]))


def held(made):
    return [made.at(row) for row in range(len(made))]


def test_a_column_along_another_has_its_values_first():
    logins = column("login_id", "b", "a", "c")
    other = column("user_id", "a", "x", None, "c", "x", pieces=2)
    logins.code()
    other.code_along(logins)
    assert other.values.to_pylist() == ["user_id", "b", "a", "c", "x", None]
    assert held(other) == ["user_id", "a", "x", None, "c", "x"]
    assert other.codes.tolist() == [0, 2, 4, 5, 3, 4]


def test_a_column_that_says_the_same_shares_the_codes():
    logins, emails = column("login_id", "b", "a", "b"), column("email", "b", "a", "b", pieces=2)
    emails.code_along(logins)
    assert emails.codes is logins.codes
    assert held(emails) == ["email", "b", "a", "b"]


@pytest.mark.parametrize(
    ("logins", "others"),
    [
        (["login_id", "a", "user_id"], ["user_id", "a", "a"]),
        (["login_id", "a", "login_id"], ["user_id", "a", "a"]),
        (["login_id", "a", "b", "c"], ["user_id", "a"]),
        (["login_id"], ["user_id", "a"]),
        (["login_id", "a"], [None, "a"]),
    ],
    ids=[
        "its header is a value",
        "the other's header stands again",
        "the other has more values",
        "the other is empty",
        "no header",
    ],
)
def test_what_would_not_be_distinct_is_coded_by_itself(logins, others):
    made = column(*others)
    made.code_along(column(*logins))
    assert held(made) == others
    assert len(set(made.values.to_pylist())) == len(made.values)
    assert set(made.values.to_pylist()) == set(others)


def test_rows_keep_values_that_none_of_them_holds_unless_they_are_to_be_narrow():
    made = column("h", "a", "b", "c")
    chosen = np.array([1, 3])
    assert made.rows(chosen).values.to_pylist() == ["a", "c"]
    assert made.rows(chosen, narrow=False).values.to_pylist() == ["h", "a", "b", "c"]
    assert held(made.rows(chosen, narrow=False)) == ["a", "c"]
    assert column("h", None, "b").rows(np.array([0, 2]), narrow=False).values.to_pylist() == ["h", "b"]


def test_values_are_compared_by_row_however_they_are_coded():
    made = column("h", "a", "b", "a")
    assert made.equals("a").tolist() == [False, True, False, True]
    made.code()
    assert made.equals("a").tolist() == [False, True, False, True]
    assert not made.equals("z").any()
    assert made.same(column("h", "a", "b", "b")).tolist() == [True, True, True, False]
    assert made.same(column("h", "a", "b", "a")).all()
