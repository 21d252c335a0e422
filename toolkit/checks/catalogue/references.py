"""Rows that refer to each other (PK301 to PK309) and rows that say the same thing twice or contradict themselves (PK320 to PK323).

Each rule is its own test: from the coded tables to a mask over the rows of one kind.
"""

from __future__ import annotations

import numpy as np

from provkit.checks.coded import Coded, Outside, Repeats
from provkit.rules import Consequence, Rule, rule
from provkit.schemas.layouts import Kind

__all__ = ["RULES"]


@rule(
    "PK301",
    Consequence.NOTED,
    "{what} not in this package; Canvas must know {them} already (the first: {value!r}).",
)
def reference_outside_the_package(outside: Outside) -> np.ndarray:
    """Rows refer to something that is not in the package.

    What happens: that is right for what Canvas holds already. Canvas refuses each row whose course, section or user it does not know.
    Remedy: check the ids if they should be in this package; list what Canvas holds in known.toml, and provkit compares.
    Evidence: Canvas SIS import (canvas-sis-import 6, 7)

    ## Example
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    C-1,C1,Safety,EXT,active
    ```
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-2,Monday,active
    ```
    ## Use instead
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    C-1,C1,Safety,EXT,active
    ```
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    """
    return outside.unknown


@rule("PK302", Consequence.REJECTED, "There is no {thing} {value!r}, neither in this package nor in known.toml.")
def reference_to_nothing(outside: Outside) -> np.ndarray:
    """A row refers to something that neither the package nor known.toml has.

    What happens: Canvas refuses the row, and all rows that depend on it.
    Remedy: correct the id, or add it to known.toml if Canvas holds it.
    Evidence: Canvas SIS import (canvas-sis-import 5, 6, 7)

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-2,Monday,active
    ```
    ```known
    courses = ["C-1"]
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ```known
    courses = ["C-1"]
    ```
    """
    return outside.nowhere


@rule("PK303", Consequence.REJECTED, "Section {value!r} belongs to course {owner!r}, not to {course!r}.")
def section_of_another_course(tables: Coded) -> np.ndarray:
    """An enrollment names a section and a course that do not belong together.

    What happens: Canvas refuses the enrollment ("An enrollment listed a section ... and a course ... that are unrelated").
    Remedy: correct the course or the section.
    Evidence: Canvas SIS import (canvas-sis-import 6)

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    C-2,1234567890,student,S-1,active,false
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    C-1,1234567890,student,S-1,active,false
    ```
    """
    return tables.unrelated


@rule("PK304", Consequence.REJECTED, "The row names neither a course nor a section.")
def neither_course_nor_section() -> None:
    """An enrollment names neither a course nor a section.

    What happens: the service rejects the row, since it cannot find the course that it is for.
    Remedy: fill in the course, and the section if there is one.
    Evidence: server source, service/EnrollmentProvisioning; server-findings 59

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    ,1234567890,student,,active,false
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    C-1,1234567890,student,,active,false
    ```
    """


@rule(
    "PK305",
    Consequence.REJECTED,
    "The row names the section {value!r} of this package, which Canvas does not hold yet, and no course.",
)
def course_missing_beside_a_new_section() -> None:
    """An enrollment names no course, and a section that comes with this package.

    What happens: the service looks the section's course up in Canvas before anything of this package gets there; a section that is new
    is not found, and the row is rejected.
    Remedy: fill in the course of the section.
    Evidence: server source, service/EnrollmentProvisioning; server-findings 59

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    ,1234567890,student,S-1,active,false
    ```
    ```known
    sections = {}
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    C-1,1234567890,student,S-1,active,false
    ```
    """


@rule("PK306", Consequence.REJECTED, "{value!r} is not in this package, but {meant!r} is; the two count as different.")
def reference_spelled_otherwise(outside: Outside) -> np.ndarray:
    """A row refers to something of this package in another spelling.

    What happens: ids are compared sign by sign, capitals included; only plain blanks at either end are passed over. Spreadsheets change
    ids: they drop the zeros in front of a number (7 for 007), give it decimals (4567.0 for 4567), and make dashes of hyphens. Canvas does
    not know the id written here and refuses the row.
    Remedy: write the id as it stands in the other file, and keep columns of ids as text. If Canvas holds the id as it is written here,
    list it in known.toml.
    Evidence: Canvas SIS import (canvas-sis-import 3, 5, 6, 7); server-findings 33, 41, 60

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    C-1,1234567890,student,s-1,active,false
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    C-1,1234567890,student,S-1,active,false
    ```
    """
    return outside.respelled


@rule("PK307", Consequence.REJECTED, "{value!r} is a user_id of the users file, which the service replaces by {address!r}.")
def enrolled_by_a_replaced_user_id(outside: Outside) -> np.ndarray:
    """A row names a person by a user_id that the service replaces.

    What happens: in users.csv the service never reads user_id; the person's id in Canvas becomes the address in login_id. What stands here
    is looked up as a university user name, which it is not, and the row is rejected.
    Remedy: name the person by the address in login_id; provkit build does this.
    Evidence: server source, service/UserProvisioning, service/EnrollmentProvisioning; server-findings 41, 60

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    guest-7,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    C-1,guest-7,student,,active,false
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    C-1,ana@example.org,student,,active,false
    ```
    """
    return outside.replaced


@rule("PK308", Consequence.REJECTED, "The {thing} {value!r} is deleted by this package ({place}).")
def enrollment_in_something_deleted(tables: Coded, column: str) -> np.ndarray:
    """An enrollment is for a course or section that the same package deletes.

    What happens: Canvas takes courses and sections first, and then refuses the enrollment, since what it is for is deleted.
    Remedy: leave the enrollment out, or do not delete the course or section.
    Evidence: Canvas SIS import (canvas-sis-import 6)

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,deleted
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    C-1,1234567890,student,S-1,active,false
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    C-1,1234567890,student,S-1,active,false
    ```
    """
    return tables.in_deleted(Kind.ENROLLMENTS, column)


@rule("PK309", Consequence.ALTERED, "The course {value!r} is deleted by this package ({place}).")
def section_in_a_deleted_course(tables: Coded) -> np.ndarray:
    """A section is in a course that the same package deletes.

    What happens: Canvas accepts the section, but nobody can use it.
    Remedy: delete the section as well, or do not delete the course.
    Evidence: Canvas SIS import (canvas-sis-import 5)

    ## Example
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    C-1,C1,Safety,EXT,deleted
    ```
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ## Use instead
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    C-1,C1,Safety,EXT,deleted
    ```
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,deleted
    ```
    """
    return tables.in_deleted(Kind.SECTIONS, "course_id")


@rule("PK310", Consequence.NOTED, "{what} of this package and no course; that is right only if Canvas holds the section already.")
def course_left_to_canvas(tables: Coded) -> np.ndarray:
    """Enrollments name no course, and a section of this package that may be new.

    What happens: the service looks the section's course up in Canvas before anything of this package gets there. If the section is new, it
    finds none and rejects the row.
    Remedy: fill in the course; it does no harm.
    Evidence: server source, service/EnrollmentProvisioning; server-findings 59

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    ,1234567890,student,S-1,active,false
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    C-1,1234567890,student,S-1,active,false
    ```
    """
    if Kind.SECTIONS in tables.known:
        return np.zeros(len(tables.rows[Kind.ENROLLMENTS]), bool)
    alone: np.ndarray = tables.blank(Kind.ENROLLMENTS, "course_id") & (tables.codes(Kind.ENROLLMENTS, "section_id") >= 0)
    return alone


@rule("PK311", Consequence.NOTED, "{value!r} is not in this package, but {meant!r} is, and nothing refers to it: is it meant?")
def reference_nearly_the_same(outside: Outside) -> np.ndarray:
    """A row refers to something that is not in the package, but looks like a slip of something that is.

    What happens: if Canvas holds what is written here, nothing is wrong. If it is a slip, Canvas refuses the row, and what was meant stays
    without anybody.
    Remedy: compare the two, and correct the one that is wrong. They differ in a letter or two, not in digits; or they are addresses of one
    name. Only what nothing else refers to is compared.
    Evidence: Canvas SIS import (canvas-sis-import 6, 7)

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana.ruiz@example.org,ana.ruiz@example.org,Ana,Ruiz,ana.ruiz@example.org,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana.riuz@example.org,student,YOGA-01,active,false
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana.ruiz@example.org,ana.ruiz@example.org,Ana,Ruiz,ana.ruiz@example.org,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana.ruiz@example.org,student,YOGA-01,active,false
    ```
    """
    return outside.unknown


@rule("PK320", Consequence.NOTED, "The row says again what {place} says.")
def row_repeated(repeats: Repeats) -> np.ndarray:
    """A row says again what a row before it says.

    What happens: nothing more; the second changes nothing. Among Expand enrollments it counts as a failure in the results mail.
    Remedy: remove one of them.
    Evidence: Canvas SIS import (canvas-sis-import 2, 3, 5, 6); receiving-server 3.4

    ## Example
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    1234567890,L-1
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """
    return ~repeats.contradicting


@rule("PK321", Consequence.ALTERED, "The row contradicts {place} in {columns}; the later row counts.")
def row_contradicted(repeats: Repeats) -> np.ndarray:
    """Two rows are about the same thing and say different things.

    What happens: both are sent, and the later one overwrites the first. Of two users rows with one address the guest account is made from
    the first, and of large files Canvas works several parts at a time, so that the order is not certain.
    Remedy: keep the row that is right.
    Evidence: Canvas SIS import (canvas-sis-import 1, 2, 3, 5, 6)

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    S-1,C-1,Tuesday,active
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    S-2,C-1,Tuesday,active
    ```
    """
    return repeats.contradicting


@rule("PK322", Consequence.REJECTED, "The end ({value}) is before the start ({start}).")
def end_before_start(tables: Coded, kind: Kind) -> np.ndarray:
    """A course or section ends before it starts.

    What happens: Canvas refuses the row ("End date cannot be before start date"), and everything that depends on it.
    Remedy: correct the dates.
    Evidence: Canvas SIS import (canvas-sis-import 1)

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status,start_date,end_date
    S-1,C-1,Monday,active,2026-12-18T00:00:00Z,2026-08-24T00:00:00Z
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status,start_date,end_date
    S-1,C-1,Monday,active,2026-08-24T00:00:00Z,2026-12-18T00:00:00Z
    ```
    """
    return tables.backwards(kind)


@rule("PK323", Consequence.ALTERED, "{column} is {value!r}, but the address in login_id, {address!r}, is what arrives.")
def address_not_the_same_everywhere(tables: Coded, column: str) -> np.ndarray:
    """In a users row, user_id or email is not the address in login_id.

    What happens: the service reads the address from login_id alone and puts it into user_id and email. Whatever stands there is lost.
    Remedy: write the same address into user_id, login_id and email; provkit build does this.
    Evidence: server source, service/UserProvisioning; server-findings 41

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ruiz@example.edu,active
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    """
    other: np.ndarray = ~tables.same_as_login(column) & ~tables.blank(Kind.USERS, column)
    # Where other rows refer to the user_id, that is what is said.
    return other & ~tables.referred_to() if column == "user_id" and other.any() else other


RULES: tuple[Rule, ...] = (
    reference_outside_the_package,
    reference_to_nothing,
    section_of_another_course,
    neither_course_nor_section,
    course_missing_beside_a_new_section,
    reference_spelled_otherwise,
    enrolled_by_a_replaced_user_id,
    enrollment_in_something_deleted,
    section_in_a_deleted_course,
    course_left_to_canvas,
    reference_nearly_the_same,
    row_repeated,
    row_contradicted,
    end_before_start,
    address_not_the_same_everywhere,
)
