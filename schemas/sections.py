"""sections.csv: sections of courses in Canvas."""

from __future__ import annotations

import pandas as pd

from provkit.rules import Consequence, rule
from provkit.schemas.common import LONGEST, REQUIRED, Choice, Form, column, hint, schema
from provkit.schemas.courses import official_class_id
from provkit.schemas.layouts import Kind
from provkit.schemas.letters import trimmed
from provkit.schemas.periods import end_date, start_date

__all__ = ["SECTIONS"]

_STATES = (
    Choice("active", "is there"),
    Choice("deleted", "removed together with its enrollments", ("delete",)),
)
_STATUSES = tuple(state.value for state in _STATES)


@rule(
    "PK220",
    Consequence.REJECTED,
    "Canvas knows no section status {value!r}.{near}",
    says=lambda value: {"near": hint(value, _STATES)},
)
def section_status_unknown(values: pd.Series[str]) -> pd.Series[bool]:
    """A section's status is none that Canvas knows.

    What happens: Canvas refuses the section ("Improper status ... for section"), and with it the enrollments in it.
    Remedy: write active or deleted. A section cannot be completed; its course can.
    Evidence: Canvas source, lib/sis/section_importer.rb

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Monday,completed
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Monday,active
    ```
    """
    return ~trimmed(values).str.lower().str.startswith(_STATUSES) & (values.str.strip() != "")


@rule(
    "PK221",
    Consequence.ALTERED,
    "Canvas takes the section status {value!r} for {taken}.",
    says=lambda value: {"taken": "active" if "active" in value.lower() else "deleted"},
)
def section_status_taken_otherwise(values: pd.Series[str]) -> pd.Series[bool]:
    """A section's status begins with active or deleted and goes on.

    What happens: Canvas accepts it without a message: if active stands anywhere in it the section is active, otherwise it is deleted.
    Remedy: write active or deleted by itself.
    Evidence: Canvas source, lib/sis/section_importer.rb

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Monday,deleted-inactive
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Monday,deleted
    ```
    """
    word = trimmed(values).str.lower()
    return word.str.startswith(_STATUSES) & ~word.isin(_STATUSES)


SECTIONS = schema(
    Kind.SECTIONS,
    "Sections of courses. Sending a section again without dates clears its dates; with another course it moves there.",
    section_id=column(
        "The section's SIS id: unique in all of Canvas, never changed, capitals and small letters distinct.",
        REQUIRED,
        form=Form.ID,
        example="REC-YOGA-2026-01",
        max_length=LONGEST,
        rules=(official_class_id,),
    ),
    course_id=column(
        "The course that it belongs to: one of this upload, or one that is in Canvas.",
        REQUIRED,
        form=Form.ID,
        example="REC-YOGA-2026",
        max_length=LONGEST,
        rules=(official_class_id,),
    ),
    name=column(
        "The section's name.", "required unless the status is deleted", form=Form.TEXT, example="Monday evening", max_length=LONGEST
    ),
    status=column(
        "The section's state, capitals or not.",
        REQUIRED,
        form=Form.CHOICE,
        example="active",
        choices=_STATES,
        rules=(section_status_unknown, section_status_taken_otherwise),
    ),
    start_date=start_date("section"),
    end_date=end_date("section"),
)
"""The specification of sections.csv."""
