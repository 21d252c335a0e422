"""Values of one row that do not go together (PK324 to PK326)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from provkit.checks.coded import Coded
from provkit.column import Column
from provkit.rules import Consequence, Rule, rule
from provkit.schemas.common import LONGEST
from provkit.schemas.layouts import Kind
from provkit.schemas.letters import CANVAS_BLANKS

__all__ = ["RULES"]

pc: Any = pyarrow.compute  # its stubs know no mixture of arrays and scalars

LONGEST_NAME = LONGEST - 2
"""First and last name together: Canvas puts a comma and a blank between them."""


@rule("PK324", Consequence.REJECTED, "The section has no name.")
def section_without_name(tables: Coded) -> np.ndarray:
    """An active section has no name.

    What happens: Canvas refuses the section ("No name given for section"), and the enrollments that need it.
    Remedy: give the section a name. Only a section that is to be deleted, and that Canvas holds, needs none.
    Evidence: Canvas source, lib/sis/section_importer.rb

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,,active
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Monday,active
    ```
    """
    rows = tables.rows[Kind.SECTIONS]
    nameless = _mask(pc.equal(pc.utf8_trim_whitespace(rows.column("name")), ""))
    if not nameless.any():
        return nameless
    # Canvas takes every status that holds the word for active; and whatever is new needs a name.
    needs = _mask(pc.match_substring(rows.column("status"), "active", ignore_case=True))
    if Kind.SECTIONS in tables.known:
        sections = rows.column("section_id")
        needs |= ~_mask(pc.is_in(sections, value_set=pa.array(list(tables.known[Kind.SECTIONS]), sections.type)))
    found: np.ndarray = nameless & needs
    return found


@rule("PK325", Consequence.REJECTED, "First and last name have {length:,} characters together; Canvas takes 253.")
def full_name_too_long(tables: Coded) -> np.ndarray:
    """A guest's first and last name together are longer than Canvas takes.

    What happens: the guest account is made and the invitation sent; Canvas then refuses the person ("name is too long"), and the
    enrollments. A guest who has an account already keeps the names on file.
    Remedy: shorten the names to 253 characters together.
    Evidence: Canvas source, app/models/user.rb

    ## Example
    ```builder full_name_too_long
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    """
    rows = tables.rows[Kind.USERS]
    names = [rows.coded(name) for name in ("first_name", "last_name")]
    if sum(pc.max(pc.binary_length(name.values)).as_py() or 0 for name in names) <= LONGEST_NAME:
        return np.zeros(len(rows), bool)
    first, last = map(_lengths, names)
    return np.asarray(first + last > LONGEST_NAME)


@rule(
    "PK326", Consequence.ALTERED, "The role is written {value!r} and no limit is given, so this teacher sees the own section only."
)
def teacher_limited_by_spelling(tables: Coded) -> np.ndarray:
    """A teacher's role is not spelled teacher in small letters, and limit_section_privileges is empty.

    What happens: Canvas makes a teacher of it all the same; but the service, which fills in limit_section_privileges, spares only the
    exact word teacher and sends true for everything else. The teacher sees only the people of the own section.
    Remedy: write teacher in small letters, or write false (or true) into limit_section_privileges.
    Evidence: server source, service/EnrollmentProvisioning; Canvas source, lib/sis/enrollment_importer.rb

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status
    YOGA,ana@example.org,Teacher,YOGA-01,active
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status
    YOGA,ana@example.org,teacher,YOGA-01,active
    ```
    """
    roles = tables.rows[Kind.ENROLLMENTS].coded("role")
    spelled = [text != "teacher" and _is_teacher(text.strip(CANVAS_BLANKS)) for text in roles.values.to_pylist()]
    if not any(spelled):
        return np.zeros(len(roles), bool)
    limited: np.ndarray = roles.spread(np.array(spelled)) & tables.blank(Kind.ENROLLMENTS, "limit_section_privileges")
    return limited


def _is_teacher(role: str) -> bool:
    """Whether Canvas takes a role for a teacher: the word in any case, or the exact name of the type."""
    return role.lower() == "teacher" or role == "TeacherEnrollment"


def _lengths(texts: Column) -> np.ndarray:
    """How many characters each row has without the blanks that Canvas passes over."""
    lengths = pc.fill_null(pc.utf8_length(pc.utf8_trim(texts.values, CANVAS_BLANKS)), 0)
    found: np.ndarray = lengths.to_numpy(zero_copy_only=False)[texts.codes]
    return found


def _mask(answer: Any) -> np.ndarray:
    found: np.ndarray = answer.to_numpy().astype(bool, copy=False)
    return found


RULES: tuple[Rule, ...] = (section_without_name, full_name_too_long, teacher_limited_by_spelling)
