"""Sets of numbers, sorted, beside numpy's own."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from provkit.planning.codes import distinct, shared, union, without

NUMBERS = st.lists(st.integers(0, 9)).map(lambda numbers: np.array(numbers, np.int64))


@given(NUMBERS, NUMBERS)
def test_sets_are_what_numpy_makes_of_them(some, others):
    one, other = distinct(some), distinct(others)
    assert one.tolist() == np.unique(some).tolist()
    assert union(one, other).tolist() == np.union1d(some, others).tolist()
    assert shared(one, other).tolist() == np.intersect1d(some, others).tolist()
    assert without(one, other).tolist() == np.setdiff1d(some, others).tolist()
