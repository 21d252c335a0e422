"""The dates of courses and sections: two columns, and the value rules that say what Canvas makes of them."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from provkit.rules import Consequence, rule
from provkit.schemas.common import OPTIONAL, Form, column, each
from provkit.schemas.dates import DateOutcome, canvas_date

__all__ = ["date_read_otherwise", "date_unreadable", "date_without_effect", "end_date", "start_date"]


@rule("PK250", Consequence.ALTERED, "Canvas cannot read the date {value!r} and leaves it out.")
def date_unreadable(values: pd.Series[str]) -> pd.Series[bool]:
    """A date cannot be read by Canvas.

    What happens: the course or section is imported without this date, with the message "Bad date format for". If it is the start that
    cannot be read, Canvas does not even look at the end: both are missing. Dates with the month first, such as 08/24/2026, are the
    usual case.
    Remedy: write year, month, day, and the time in UTC: 2026-08-24T04:00:00Z. provkit build makes this from the dates of a workbook.
    Evidence: Canvas source, lib/sis/csv/course_importer.rb, section_importer.rb (Time.zone.parse), executed

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status,start_date
    YOGA-01,YOGA,Monday,active,08/24/2026
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status,start_date
    YOGA-01,YOGA,Monday,active,2026-08-24T04:00:00Z
    ```
    """
    return each(values, lambda text: canvas_date(text).outcome is DateOutcome.UNREADABLE)


@rule("PK251", Consequence.ALTERED, "Canvas finds no date in {value!r} and sets none.")
def date_without_effect(values: pd.Series[str]) -> pd.Series[bool]:
    """A date column holds a text without any date in it.

    What happens: Canvas sets no date and says nothing; a section's earlier date is cleared.
    Remedy: leave the cell empty where there is no date, or write one: 2026-08-24T04:00:00Z. To remove a course's date, write <delete>.
    Evidence: Canvas source, lib/sis/csv/course_importer.rb, section_importer.rb (Time.zone.parse), executed

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status,start_date
    YOGA-01,YOGA,Monday,active,TBD
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status,start_date
    YOGA-01,YOGA,Monday,active,
    ```
    """
    return each(values, lambda text: canvas_date(text).outcome is DateOutcome.NO_DATE)


@rule(
    "PK252",
    Consequence.ALTERED,
    "Canvas reads {value!r} {why}.",
    says=lambda value: {"why": canvas_date(value).why or "otherwise than it says"},
)
def date_read_otherwise(values: pd.Series[str]) -> pd.Series[bool]:
    """A date is read by Canvas as another one than is meant.

    What happens: Canvas takes the date without a message. Where day and month could be either, the first number is the day; a day
    that the month does not have rolls over into the next; a year of two digits is a year of the first century; what is missing is
    filled in from the day of the import; a time zone by an unknown name counts as UTC.
    Remedy: write year, month, day, and the time in UTC: 2026-08-24T04:00:00Z. provkit build makes this from the dates of a workbook.
    Evidence: Canvas source, lib/sis/csv/course_importer.rb, section_importer.rb (Time.zone.parse), executed

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status,start_date
    YOGA-01,YOGA,Monday,active,05/06/2026
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status,start_date
    YOGA-01,YOGA,Monday,active,2026-05-06T04:00:00Z
    ```
    """
    return each(values, lambda text: canvas_date(text).outcome is DateOutcome.OTHERWISE)


def _date(meaning: str, example: str) -> pa.Column:
    return column(
        meaning, OPTIONAL, form=Form.DATE, example=example, rules=(date_unreadable, date_without_effect, date_read_otherwise)
    )


def start_date(thing: str) -> pa.Column:
    """The column of a start.

    Args:
        thing: Whose: "course" or "section".
    """
    return _date(
        f"When the {thing} starts, in UTC unless an offset is given; goes before the dates of the term.", "2026-08-24T04:00:00Z"
    )


def end_date(thing: str) -> pa.Column:
    """The column of an end.

    Args:
        thing: Whose: "course" or "section".
    """
    return _date(f"When the {thing} ends, in UTC unless an offset is given; not before its start.", "2026-12-19T04:59:59Z")
