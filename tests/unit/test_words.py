"""Words for people."""

import pytest

from provkit.words import rows_named


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([16], "row 16"),
        ([1, 2, 4, 10], "rows 1-2, 4, 10"),
        (range(5, 10), "rows 5-9"),
        ([1, 3, 5, 7, 9], "rows 1, 3, 5, 7, 9"),
        (range(1, 25, 2), "rows 1, 3, 5, 7, 9 and others, 12 in all"),
        ([*range(1, 10, 2), *range(11, 2000)], "rows 1, 3, 5, 7, 9 and others, 1,994 in all"),
    ],
)
def test_rows_are_named_by_their_numbers_in_a_few_words(numbers, said):
    assert rows_named(list(numbers)) == said
