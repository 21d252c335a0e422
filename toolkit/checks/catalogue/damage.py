"""What a spreadsheet did to the ids of a column, as the column as a whole shows it (PK268); what single ids show is in schemas/letters.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute

from provkit.column import Distinct, truths
from provkit.rules import Consequence, Rule, rule

__all__ = ["RULES", "padded"]

pc: Any = pyarrow.compute  # its stubs know no mixture of arrays and scalars

_ENOUGH = 3
"""So many ids of one width make a habit."""


def _usual_width(ids: Distinct) -> int | None:
    """How many digits most numbers among ids have, where some of these begin with zeros; None where there is no such habit."""
    padded = truths(pc.match_substring_regex(ids, "^0[0-9]+$"))
    if not padded.any():
        return None
    lengths = pc.utf8_length(ids).to_numpy(zero_copy_only=False)
    numbers = truths(pc.match_substring_regex(ids, "^[0-9]+$"))
    widths, counts = np.unique(lengths[numbers], return_counts=True)
    most = int(counts.argmax())
    habit = counts[most] >= _ENOUGH and 2 * counts[most] > counts.sum() and (lengths[padded] == widths[most]).any()
    return int(widths[most]) if habit else None


def padded(number: str, ids: Distinct) -> str:
    """A number with the zeros that it seems to have lost.

    Args:
        number: The number.
        ids: The distinct ids of its column.
    """
    same = ids.filter(pc.match_substring_regex(ids, f"^0+{number}$"))
    return str(same[0]) if len(same) else number.zfill(_usual_width(ids) or 0)


@rule("PK268", Consequence.ALTERED, "{value!r} has lost the zeros in front, it seems; {meant!r} is another id.")
def zeros_lost(ids: Distinct) -> np.ndarray:
    """A number lacks the zeros with which the other ids of its column begin.

    What happens: ids are compared sign by sign, so 12 is not 0012: a second course or section comes into being, or a reference finds
    nothing. Spreadsheets drop zeros in front of numbers when a file is opened or a cell is typed into.
    Remedy: write the zeros again, and keep columns of ids as text. Leave it if the id stands in Canvas just so.
    Evidence: Canvas source, lib/sis/course_importer.rb, section_importer.rb, enrollment_importer.rb (ids are compared as they are)

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    0010,YOGA,Monday,active
    0011,YOGA,Tuesday,active
    12,YOGA,Wednesday,active
    0013,YOGA,Thursday,active
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    0010,YOGA,Monday,active
    0011,YOGA,Tuesday,active
    0012,YOGA,Wednesday,active
    0013,YOGA,Thursday,active
    ```
    """
    plain = truths(pc.match_substring_regex(ids, "^[1-9][0-9]*$"))
    with_zeros = ids.filter(pc.match_substring_regex(ids, "^0[0-9]+$"))
    if not plain.any() or not len(with_zeros):
        return np.zeros(len(ids), bool)
    lost = truths(pc.is_in(ids, value_set=pc.utf8_ltrim(with_zeros, characters="0")))
    width = _usual_width(ids)
    if width is not None:
        lost |= pc.utf8_length(ids).to_numpy(zero_copy_only=False) < width
    found: np.ndarray = plain & lost
    return found


RULES: tuple[Rule, ...] = (zeros_lost,)
