"""enrollments.csv: who is in which course and section, and as what."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from provkit.rules import Consequence, rule
from provkit.schemas.common import LONGEST, OPTIONAL, REQUIRED, Choice, Form, column, each, hint, schema
from provkit.schemas.courses import official_class_id
from provkit.schemas.layouts import Kind
from provkit.schemas.letters import trimmed
from provkit.schemas.people import address_other_than_it_seems, person_not_identifiable, university_id_of_wrong_length

__all__ = ["ENROLLMENTS", "ROLE_TYPES", "STANDARD_ROLES"]

_ROLES = (
    Choice("student", "takes part", ("students", "student enrollment", "learner", "pupil", "participant", "attendee", "trainee")),
    Choice(
        "teacher",
        "teaches",
        (
            *("teachers", "teacher enrollment", "instructor", "instructors", "primary instructor", "lead instructor"),
            *("faculty", "professor", "prof", "prof.", "lecturer"),
        ),
    ),
    Choice("ta", "assists", ("tas", "t.a.", "ta enrollment", "teaching assistant", "teacher assistant", "graduate assistant")),
    Choice("observer", "looks on", ("observers", "observer enrollment")),
    Choice("designer", "builds the course", ("designers", "designer enrollment", "course designer", "instructional designer")),
)
STANDARD_ROLES = [role.value for role in _ROLES]
"""Canvas's own roles, which it takes in any case."""
ROLE_TYPES = {f"{role.capitalize()}Enrollment": role for role in STANDARD_ROLES}
"""The names of their types, which Canvas takes exactly as they are, with the role of each."""
_OTHER_WORDS = {word: role.value for role in _ROLES for word in role.also}
_ALIKE = 84
"""From which similarity on (of 100) a word is taken for a misspelled role."""
_PLAINLY_STUDENT = ["student", "students", "studentenrollment"]

_STATES = (
    Choice("active", "is in the course", ("enrolled", "registered", "attending")),
    Choice("inactive", "stays listed, but cannot get in"),
    Choice("completed", "can look, but no longer take part", ("complete", "concluded")),
    Choice("deleted", "is taken out of the course", ("delete", "removed", "remove")),
    Choice("deleted_last_completed", "deleted, but completed if it is the person's last one in the course"),
)
_STATUSES = ("deleted_last_completed", "active", "deleted", "completed", "inactive")


def _meant(role: str) -> str | None:
    """The role of Canvas that a word stands for; None where it may well be a role of its own."""
    from rapidfuzz import fuzz, process

    word = role.strip().lower()
    if word in _OTHER_WORDS:
        return _OTHER_WORDS[word]
    near = process.extractOne(word, STANDARD_ROLES, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return None if near is None else str(near[0])


@rule(
    "PK232",
    Consequence.REJECTED,
    "Canvas has no role {value!r}; it says {meant}.",
    says=lambda value: {"meant": _meant(value) or "something else"},
)
def role_by_another_word(values: pd.Series[str]) -> pd.Series[bool]:
    """A role is misspelled, or named by another word than Canvas uses.

    What happens: Canvas refuses the enrollment with "Improper role", unless it has a role of its own by exactly this name.
    Remedy: write student, teacher, ta, observer or designer. If Canvas has a role of this name, list it in known.toml under roles.
    Evidence: Canvas source, lib/sis/enrollment_importer.rb

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,Instructor,YOGA-01,active,false
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,teacher,YOGA-01,active,false
    ```
    """
    return _unknown(values, lambda left: each(left, lambda value: _meant(value) is not None))


@rule("PK233", Consequence.NOTED, "{value!r} is none of the roles that Canvas comes with.")
def role_of_its_own(values: pd.Series[str]) -> pd.Series[bool]:
    """A role is none of those that Canvas comes with.

    What happens: if Canvas has a role by exactly this name, capitals included, it is used; if not, the enrollment is refused with
    "Improper role".
    Remedy: look the name up in Canvas. Roles listed in known.toml under roles are not mentioned again.
    Evidence: Canvas source, lib/sis/enrollment_importer.rb

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,Librarian,YOGA-01,active,false
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,ta,YOGA-01,active,false
    ```
    """
    return _unknown(values, lambda left: (left.str.strip() != "") & each(left, lambda value: _meant(value) is None))


@rule("PK234", Consequence.ALTERED, "{value!r} begins with student, so Canvas makes a plain student of it.")
def role_taken_for_student(values: pd.Series[str]) -> pd.Series[bool]:
    """A role begins with student and goes on.

    What happens: Canvas takes it for a plain student without a message, unless it has a role of its own by exactly this name.
    Remedy: write student, or the role that is meant. If Canvas has a role of this name, list it in known.toml under roles.
    Evidence: Canvas source, lib/sis/enrollment_importer.rb

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,Student Aide,YOGA-01,active,false
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,ta,YOGA-01,active,false
    ```
    """
    word = trimmed(values).str.lower()
    return word.str.startswith("student") & ~word.isin(_PLAINLY_STUDENT)


@rule(
    "PK235",
    Consequence.REJECTED,
    "Canvas knows no enrollment status {value!r}.{near}",
    says=lambda value: {"near": hint(value, _STATES)},
)
def enrollment_status_unknown(values: pd.Series[str]) -> pd.Series[bool]:
    """An enrollment's status is none that Canvas knows.

    What happens: the service passes it on, and Canvas refuses the enrollment with "Improper status ... for an enrollment".
    Remedy: write active, inactive, completed or deleted.
    Evidence: Canvas source, lib/sis/enrollment_importer.rb

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,student,YOGA-01,enrolled,false
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,student,YOGA-01,active,false
    ```
    """
    return ~trimmed(values).str.lower().str.startswith(_STATUSES) & (values.str.strip() != "")


@rule(
    "PK236",
    Consequence.ALTERED,
    "Canvas takes the enrollment status {value!r} for {taken}.",
    says=lambda value: {"taken": next((known for known in _STATUSES if value.strip().lower().startswith(known)), "something else")},
)
def enrollment_status_taken_otherwise(values: pd.Series[str]) -> pd.Series[bool]:
    """An enrollment's status begins with a known word and goes on.

    What happens: Canvas takes the word that it begins with, without a message.
    Remedy: write active, inactive, completed or deleted by itself.
    Evidence: Canvas source, lib/sis/enrollment_importer.rb

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,student,YOGA-01,deleted?,false
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,student,YOGA-01,Deleted,false
    ```
    """
    word = trimmed(values).str.lower()
    return word.str.startswith(_STATUSES) & ~word.isin(_STATUSES)


@rule("PK237", Consequence.ALTERED, "{value!r} is neither true nor false; the service sends true.")
def limit_not_true_or_false(values: pd.Series[str]) -> pd.Series[bool]:
    """limit_section_privileges is neither true nor false, nor does it mean true.

    What happens: the service sends true for everything that it does not know, also for teachers: the person sees only the own section.
    Remedy: write false to let the person see the whole course, true to confine the person to the section.
    Evidence: server source, service/EnrollmentProvisioning

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,ta,YOGA-01,active,no
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,ta,YOGA-01,active,false
    ```
    """
    return ~values.str.lower().isin(["", "false"]) & ~values.str.strip().str.lower().isin(_MEANS_TRUE)


_MEANS_TRUE = ["true", "yes", "y", "t", "on", "1"]


def _accepted(values: pd.Series[str]) -> pd.Series[bool]:
    """Which roles Canvas takes, as one of its own or for a student."""
    word = trimmed(values)
    return word.isin(list(ROLE_TYPES)) | word.str.lower().isin(STANDARD_ROLES) | word.str.lower().str.startswith("student")


def _unknown(values: pd.Series[str], test: Callable[[pd.Series[str]], pd.Series[bool]]) -> pd.Series[bool]:
    """The mask of a test that only roles that Canvas does not take can meet."""
    left = values[~_accepted(values)]
    return test(left).reindex(values.index, fill_value=False)


ENROLLMENTS = schema(
    Kind.ENROLLMENTS,
    "Who is in which course and section, and as what.",
    course_id=column(
        "The course: one of this upload, or one that is in Canvas.",
        "required unless section_id names a section that is in Canvas already",
        form=Form.ID,
        example="REC-YOGA-2026",
        max_length=LONGEST,
        rules=(official_class_id,),
    ),
    user_id=column(
        "The person: a guest's e-mail address, a university id of ten digits, or a university username.",
        REQUIRED,
        form=Form.PERSON,
        example="ana@example.org",
        rules=(person_not_identifiable, university_id_of_wrong_length, address_other_than_it_seems),
    ),
    role=column(
        "What the person is in the course; capitals do not matter to Canvas, but only teacher in small letters sees all sections by itself.",
        REQUIRED,
        form=Form.CHOICE,
        example="student",
        choices=_ROLES,
        rules=(role_by_another_word, role_of_its_own, role_taken_for_student),
    ),
    section_id=column(
        "The section: one of this upload, or one that is in Canvas; where it is empty, Canvas uses a default section of its own.",
        "required where course_id is empty",
        form=Form.ID,
        example="REC-YOGA-2026-01",
        max_length=LONGEST,
        rules=(official_class_id,),
    ),
    status=column(
        "The enrollment's state, capitals or not.",
        REQUIRED,
        form=Form.CHOICE,
        example="active",
        choices=_STATES,
        rules=(enrollment_status_unknown, enrollment_status_taken_otherwise),
    ),
    limit_section_privileges=column(
        "Whether the person sees only people of the own section; where it is empty, true for all but teacher.",
        OPTIONAL,
        form=Form.CHOICE,
        example="false",
        choices=(
            Choice("true", "sees only the own section", ("yes", "y", "t", "on", "1")),
            Choice("false", "sees the whole course", ("no", "n", "f", "off", "0")),
        ),
        rules=(limit_not_true_or_false,),
    ),
)
"""The specification of enrollments.csv."""
