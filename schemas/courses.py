"""courses.csv: non-credit courses in Canvas."""

from __future__ import annotations

import pandas as pd

from provkit.rules import Consequence, rule
from provkit.schemas.common import LONGEST, OPTIONAL, REQUIRED, Choice, Form, column, hint, schema
from provkit.schemas.layouts import Kind
from provkit.schemas.letters import trimmed
from provkit.schemas.periods import end_date, start_date

__all__ = ["COURSES", "OFFICIAL_CLASS"]

_STATES = (
    Choice("active", "is there, but not published"),
    Choice("published", "students can see it", ("publish",)),
    Choice("unpublished", "the same as active", ("unpublish",)),
    Choice("completed", "ended, and so are its enrollments", ("complete", "concluded")),
    Choice("deleted", "removed together with its enrollments", ("delete",)),
)
_STATUSES = tuple(state.value for state in _STATES)

OFFICIAL_CLASS = r"(?:SP|SU|FA|WI)\d{2}-[A-Z]{2}-[A-Z0-9]+(?:-[A-Z0-9]+)+-\d{1,5}"
"""What the id of an official class looks like: term and year, campus, subject, catalog number, class number. The service looks it up."""


def _status_effect(value: str) -> str:
    """What Canvas does with a status that begins with a known word but is none."""
    word = value.lower()
    return "deleted" if "deleted" in word else "completed" if "completed" in word else "no change of the course's state"


@rule(
    "PK210",
    Consequence.REJECTED,
    "Canvas knows no course status {value!r}.{near}",
    says=lambda value: {"near": hint(value, _STATES)},
)
def course_status_unknown(values: pd.Series[str]) -> pd.Series[bool]:
    """A course's status is none that Canvas knows.

    What happens: Canvas refuses the course ("Improper status ... for course"), and with it all sections and enrollments that need it.
    Remedy: write active (created, but not yet visible to students), published, unpublished, completed or deleted.
    Evidence: Canvas source, lib/sis/course_importer.rb

    ## Example
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA,Yoga,Yoga for beginners,RECREATION,available
    ```
    ## Use instead
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA,Yoga,Yoga for beginners,RECREATION,published
    ```
    """
    return ~trimmed(values).str.lower().str.startswith(_STATUSES) & (values.str.strip() != "")


@rule(
    "PK211",
    Consequence.ALTERED,
    "Canvas takes the course status {value!r} for: {taken}.",
    says=lambda value: {"taken": _status_effect(value)},
)
def course_status_taken_otherwise(values: pd.Series[str]) -> pd.Series[bool]:
    """A course's status begins with a known word and goes on.

    What happens: Canvas accepts it without a message. If deleted stands anywhere in it the course is deleted, if completed does it is
    completed, otherwise the status has no effect.
    Remedy: write one of the words by itself: active, published, unpublished, completed or deleted.
    Evidence: Canvas source, lib/sis/course_importer.rb

    ## Example
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA,Yoga,Yoga for beginners,RECREATION,published in May
    ```
    ## Use instead
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA,Yoga,Yoga for beginners,RECREATION,Published
    ```
    """
    word = trimmed(values).str.lower()
    return word.str.startswith(_STATUSES) & ~word.isin(_STATUSES)


@rule(
    "PK212", Consequence.ALTERED, "{value!r} is taken for the id of a blueprint; only dissociate in small letters removes the link."
)
def dissociate_not_in_small_letters(values: pd.Series[str]) -> pd.Series[bool]:
    """The word that removes a course from its blueprint has capital letters.

    What happens: Canvas looks for a blueprint course of that name, finds none, leaves a warning and keeps the link.
    Remedy: write dissociate in small letters.
    Evidence: Canvas source, lib/sis/csv/course_importer.rb, app/models/master_courses/master_template.rb

    ## Example
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status,blueprint_course_id
    YOGA,Yoga,Yoga for beginners,RECREATION,active,Dissociate
    ```
    ## Use instead
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status,blueprint_course_id
    YOGA,Yoga,Yoga for beginners,RECREATION,active,dissociate
    ```
    """
    word = trimmed(values)
    return (word.str.lower() == "dissociate") & (word != "dissociate")


@rule("PK213", Consequence.REJECTED, "Blanks stand before or after the account in {value!r}; the service compares it as it stands.")
def account_with_blanks_around(values: pd.Series[str]) -> pd.Series[bool]:
    r"""Blanks stand before or after an account.

    What happens: the service compares the account, blanks included, with those in which the department may work, finds that it is
    none of them, and rejects the course.
    Remedy: remove the blanks.
    Evidence: server source, service/CourseProvisioning

    ## Example
    ```bytes courses.csv
    b"course_id,short_name,long_name,account_id,status\nYOGA,Yoga,Yoga for beginners,RECREATION ,active\n"
    ```
    ## Use instead
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA,Yoga,Yoga for beginners,RECREATION,active
    ```
    """
    return (values.str.strip(" \t\n\r") != values) & (values.str.strip() != "")


@rule(
    "PK214", Consequence.REJECTED, "{value!r} looks like an official class, which the service does not let most departments touch."
)
def official_class_id(values: pd.Series[str]) -> pd.Series[bool]:
    """An id looks like that of an official class.

    What happens: the service looks the id up among the university's official classes; if it is one, the row is rejected with
    "Not authorized for SIS changes", unless the department has been given special rights.
    Remedy: give your course or section an id of its own. For official classes turn to the registrar, or ask lmsreq@iu.edu for the right.
    Evidence: server source, service/CourseProvisioning, SectionProvisioning, EnrollmentProvisioning

    ## Example
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    FA26-BL-HPER-E100-12345,Yoga,Yoga for beginners,RECREATION,active
    ```
    ## Use instead
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    REC-YOGA-2026,Yoga,Yoga for beginners,RECREATION,active
    ```
    """
    return values.str.fullmatch(OFFICIAL_CLASS)


COURSES = schema(
    Kind.COURSES,
    "Courses without credit. Sending a course again can rename or reopen it.",
    course_id=column(
        "The course's SIS id: unique in all of Canvas, never changed, capitals and small letters distinct.",
        REQUIRED,
        form=Form.ID,
        example="REC-YOGA-2026",
        max_length=LONGEST,
        rules=(official_class_id,),
    ),
    short_name=column("The short name, shown in lists.", REQUIRED, form=Form.TEXT, example="Yoga", max_length=LONGEST),
    long_name=column("The full title.", REQUIRED, form=Form.TEXT, example="Yoga for beginners", max_length=LONGEST),
    account_id=column(
        "The Canvas account: the name of one in which the department may work, or the SIS id of one below it.",
        REQUIRED,
        form=Form.ID,
        example="RECREATION",
        rules=(account_with_blanks_around,),
    ),
    term_id=column(
        "The SIS id of the term; where it is empty or unknown, a new course is in the default term.",
        OPTIONAL,
        form=Form.ID,
        example="2026-FALL",
    ),
    status=column(
        "The course's state, capitals or not.",
        REQUIRED,
        form=Form.CHOICE,
        example="active",
        choices=_STATES,
        rules=(course_status_unknown, course_status_taken_otherwise),
    ),
    start_date=start_date("course"),
    end_date=end_date("course"),
    blueprint_course_id=column(
        "The SIS id of the blueprint course that this one follows; dissociate removes the link.",
        OPTIONAL,
        form=Form.ID,
        example="REC-BLUEPRINT",
        rules=(dissociate_not_in_small_letters,),
    ),
)
"""The specification of courses.csv."""
