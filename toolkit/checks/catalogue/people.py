"""People (PK501, PK504, PK505); what single addresses show is declared beside the column, in schemas/people.py."""

from __future__ import annotations

import numpy as np

from provkit.checks.coded import Coded
from provkit.rules import Consequence, Rule, rule
from provkit.schemas.layouts import Kind

__all__ = ["RULES"]


@rule("PK501", Consequence.MAILED, "{value!r} is an address of the university itself; its holder would be invited as a guest.")
def university_address_as_guest() -> None:
    """Somebody with an address of the university itself is listed as a guest.

    What happens: users.csv is for people without a university account. A guest account with a university address is forbidden, confuses
    the login, and the person is mailed an invitation.
    Remedy: leave the person out of users.csv and enroll them by their user name or university id; provkit build does this.
    Evidence: knowledge base bfqc, alqt, bgdx (receiving-server 1, 2.1)

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@iu.edu,ana@iu.edu,Ana,Ruiz,ana@iu.edu,active
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    """


@rule("PK504", Consequence.NOTED, "The person is enrolled as a student in this course as well ({place}).")
def teacher_and_student_at_once(tables: Coded) -> np.ndarray:
    """Somebody is enrolled in one course both as a teacher or assistant and as a student.

    What happens: Canvas takes both. Grades are kept for the person, and messages to students reach the person too.
    Remedy: remove the enrollment that is not meant.
    Evidence: Canvas source, lib/sis/enrollment_importer.rb (an enrollment is identified by person, section and role)

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,student,YOGA-01,active,false
    YOGA,ana@example.org,teacher,YOGA-01,active,false
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,bo@example.org,student,YOGA-01,active,false
    YOGA,ana@example.org,teacher,YOGA-01,active,false
    ```
    """
    return tables.also_student >= 0


@rule(
    "PK505",
    Consequence.NOTED,
    "{value!r} has the name of {other!r} ({place}), and both are enrolled in {course}: perhaps one person with two addresses.",
)
def one_name_with_two_addresses(tables: Coded) -> np.ndarray:
    """Two guests have one name and one course, and different addresses.

    What happens: each address makes a guest account of its own. If they are one person, the person is invited twice and is twice in the
    course; if they are two, all is well. provkit never takes people for one by their name.
    Remedy: if it is one person, write the same address in both rows.
    Evidence: the account is made from the address (receiving-server 2.1)

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ruiz@example.edu,ruiz@example.edu,Ana,Ruiz,ruiz@example.edu,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,student,YOGA-01,active,false
    YOGA,ruiz@example.edu,student,YOGA-02,active,false
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,student,YOGA-01,active,false
    YOGA,ana@example.org,student,YOGA-02,active,false
    ```
    """
    found = np.zeros(len(tables.rows[Kind.USERS]), bool)
    found[tables.namesakes[0]] = True
    return found


RULES: tuple[Rule, ...] = (university_address_as_guest, teacher_and_student_at_once, one_name_with_two_addresses)
