"""What Canvas makes of the rows that reach it (PK801 to PK819), and of files that go straight to it (PK830 to PK833).

Each rule about rows is its own test: from the coded tables, and what is known of Canvas, to a mask over the rows of one kind. What lies
in Canvas alone is judged only where known.toml lists it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from provkit.rules import Consequence, Rule, rule
from provkit.schemas.layouts import Kind

if TYPE_CHECKING:
    from provkit.checks.canvas_rows import CanvasRows

__all__ = ["RULES"]


@rule("PK801", Consequence.REJECTED, "{value!r} gets the login that {holder!r} has by then ({place}); Canvas refuses the row.")
def login_of_somebody_else(rows: CanvasRows) -> np.ndarray:
    """A user asks for the login that another user of the same package has.

    What happens: Canvas compares logins without regard to capitals and refuses the row ("An existing Canvas user ... has already claimed"); enrollments of that user
    find nobody. Through the service this befalls two addresses that differ in capitals only: both belong to one guest account.
    Remedy: write the address in one way everywhere.
    Evidence: Canvas source, lib/sis/user_importer.rb

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    Ana@example.org,Ana@example.org,Ana,Ruiz,Ana@example.org,active
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    """
    return rows.claimed >= 0


@rule("PK802", Consequence.REJECTED, "The user {value!r} is deleted by this package ({place}).")
def enrollment_of_a_deleted_user(rows: CanvasRows) -> np.ndarray:
    """In files that go straight to Canvas, an enrollment is of a user whom the users file deletes.

    What happens: Canvas takes users first, says "Attempted enrolling of deleted user", and stores the enrollment as deleted. The
    provisioning service writes active for every user.
    Remedy: leave the enrollment out, or do not delete the user.
    Evidence: Canvas source, lib/sis/enrollment_importer.rb

    ## Example
    ```canvas users.csv
    user_id,login_id,first_name,last_name,email,status
    G-1,ana,Ana,Ruiz,ana@example.org,deleted
    ```
    ```canvas enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,G-1,student,YOGA-01,active,false
    ```
    ## Use instead
    ```canvas users.csv
    user_id,login_id,first_name,last_name,email,status
    G-1,ana,Ana,Ruiz,ana@example.org,deleted
    ```
    ```canvas enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,G-1,student,YOGA-01,deleted,false
    ```
    """
    return rows.enrolling_the_deleted()


@rule("PK803", Consequence.NOTED, "{what} a course of which this package lists sections, and no section.")
def section_left_open(rows: CanvasRows) -> np.ndarray:
    """Enrollments name no section of a course that has sections in the same package.

    What happens: Canvas puts these people into the course's default section, which is none of those listed; if there is none, Canvas
    makes it.
    Remedy: name the section, if the people belong to one.
    Evidence: Canvas source, lib/sis/enrollment_importer.rb, app/models/course.rb

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Monday,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,student,,active,true
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Monday,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,student,YOGA-01,active,true
    ```
    """
    open_ones = rows.without_section()
    found: np.ndarray = open_ones & ~rows.in_new_courses(open_ones)
    return found


@rule(
    "PK804",
    Consequence.ALTERED,
    "No section is named; Canvas puts this person into a section of its own, beside those of the new course.",
)
def default_section_beside_those_listed(rows: CanvasRows) -> np.ndarray:
    """An enrollment in a new course names none of the sections that the package gives to the course.

    What happens: Canvas makes a default section by the course's name and puts the person there, apart from everybody else.
    Remedy: name the section.
    Evidence: Canvas source, lib/sis/enrollment_importer.rb, app/models/course.rb

    ## Example
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA,Yoga,Yoga for beginners,RECREATION,active
    ```
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Monday,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,student,,active,true
    ```
    ```known
    courses = []
    ```
    ## Use instead
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA,Yoga,Yoga for beginners,RECREATION,active
    ```
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Monday,active
    ```
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,student,YOGA-01,active,true
    ```
    ```known
    courses = []
    ```
    """
    open_ones = rows.without_section()
    found: np.ndarray = open_ones & rows.in_new_courses(open_ones)
    return found


@rule("PK805", Consequence.ALTERED, "Canvas holds no {thing} {value!r} that could be deleted; it makes one that is deleted.")
def deletion_of_nothing(rows: CanvasRows, kind: Kind) -> np.ndarray:
    """A row deletes something that Canvas does not hold.

    What happens: Canvas says nothing, and creates a deleted course, section or user by that id. What should have been deleted stays.
    Remedy: correct the id, or add it to known.toml if Canvas holds it.
    Evidence: Canvas source, lib/sis/course_importer.rb, section_importer.rb, user_importer.rb

    ## Example
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA,Yoga,Yoga for beginners,RECREATION,deleted
    ```
    ```known
    courses = ["YOGA-2025"]
    ```
    ## Use instead
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA-2025,Yoga,Yoga for beginners,RECREATION,deleted
    ```
    ```known
    courses = ["YOGA-2025"]
    ```
    """
    return rows.deleting_nothing(kind)


@rule(
    "PK806",
    Consequence.ALTERED,
    "Canvas has no term {value!r}{hint}; a new course goes into the default term, another one stays where it is.",
)
def term_not_known(rows: CanvasRows) -> np.ndarray:
    """A course names a term that Canvas does not have.

    What happens: Canvas ignores the term without a message: a new course is in the default term, with its dates.
    Remedy: write the SIS id of a term, or add it to known.toml if Canvas has it.
    Evidence: Canvas source, lib/sis/course_importer.rb

    ## Example
    ```csv courses.csv
    course_id,short_name,long_name,account_id,term_id,status
    YOGA,Yoga,Yoga for beginners,RECREATION,2026FALL,active
    ```
    ```known
    terms = ["2026-FALL"]
    ```
    ## Use instead
    ```csv courses.csv
    course_id,short_name,long_name,account_id,term_id,status
    YOGA,Yoga,Yoga for beginners,RECREATION,2026-FALL,active
    ```
    ```known
    terms = ["2026-FALL"]
    ```
    """
    return rows.not_listed(Kind.COURSES, "term_id", rows.known.terms)


@rule("PK807", Consequence.REJECTED, "Canvas has no account {value!r}{hint}.")
def account_not_known(rows: CanvasRows) -> np.ndarray:
    """In a courses file that goes straight to Canvas, a course names an account that Canvas does not have.

    What happens: Canvas refuses the course ("Account not found"). The provisioning service rejects such a course before.
    Remedy: write the account's SIS id as it is, capitals included.
    Evidence: Canvas source, lib/sis/course_importer.rb

    ## Example
    ```canvas courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA,Yoga,Yoga for beginners,Recreation,active
    ```
    ```known
    accounts = ["RECREATION"]
    ```
    ## Use instead
    ```canvas courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA,Yoga,Yoga for beginners,RECREATION,active
    ```
    ```known
    accounts = ["RECREATION"]
    ```
    """
    return rows.not_listed(Kind.COURSES, "account_id", rows.known.accounts)


@rule("PK808", Consequence.ALTERED, "The course is not linked to the blueprint {value!r}: {why}.")
def blueprint_not_linked(rows: CanvasRows) -> np.ndarray:
    """A course cannot be linked to the blueprint that it names.

    What happens: Canvas imports the course, leaves a warning, and does not link it. Only a course that is a blueprint in Canvas already
    can be linked to, and a blueprint cannot itself follow another.
    Remedy: make the blueprint in Canvas first, correct the id, or add it to known.toml under blueprints.
    Evidence: Canvas source, app/models/master_courses/master_template.rb

    ## Example
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status,blueprint_course_id
    YOGA,Yoga,Yoga for beginners,RECREATION,active,REC-BP
    ```
    ```known
    blueprints = ["REC-BLUEPRINT"]
    ```
    ## Use instead
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status,blueprint_course_id
    YOGA,Yoga,Yoga for beginners,RECREATION,active,REC-BLUEPRINT
    ```
    ```known
    blueprints = ["REC-BLUEPRINT"]
    ```
    """
    return rows.unlinked()


@rule("PK809", Consequence.REJECTED, "Canvas has no role {value!r}{hint}.")
def role_not_known(rows: CanvasRows) -> np.ndarray:
    """A role is none that Canvas comes with, and known.toml does not list it.

    What happens: Canvas refuses the enrollment with "Improper role". Names of roles count letter by letter, capitals included.
    Remedy: write student, teacher, ta, observer, designer or the exact name of a role that Canvas has; add it to known.toml under roles.
    Evidence: Canvas source, lib/sis/enrollment_importer.rb

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,Librarian,YOGA-01,active,false
    ```
    ```known
    roles = ["Campus Librarian"]
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,Campus Librarian,YOGA-01,active,false
    ```
    ```known
    roles = ["Campus Librarian"]
    ```
    """
    return rows.roles_unknown()


@rule("PK810", Consequence.REJECTED, "The course {course!r} is a blueprint; Canvas takes no {value} there.")
def student_in_a_blueprint(rows: CanvasRows) -> np.ndarray:
    """Somebody is enrolled as a student or observer in a blueprint course.

    What happens: Canvas refuses the enrollment ("not allowed in blueprint course").
    Remedy: enroll the person in a course that follows the blueprint.
    Evidence: Canvas source, lib/sis/enrollment_importer.rb

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    REC-BLUEPRINT,ana@example.org,student,,active,false
    ```
    ```known
    blueprints = ["REC-BLUEPRINT"]
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    REC-BLUEPRINT,ana@example.org,designer,,active,false
    ```
    ```known
    blueprints = ["REC-BLUEPRINT"]
    ```
    """
    return rows.students_in_blueprints()


@rule("PK811", Consequence.ALTERED, "The new course {value!r} names no account; Canvas puts it into its topmost account.")
def course_in_the_topmost_account(rows: CanvasRows) -> np.ndarray:
    """In a courses file that goes straight to Canvas, a new course names no account.

    What happens: Canvas puts it into the topmost account, without a message. The provisioning service rejects such a course.
    Remedy: fill in the account.
    Evidence: Canvas source, lib/sis/course_importer.rb

    ## Example
    ```canvas courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA,Yoga,Yoga for beginners,,active
    ```
    ```known
    courses = []
    ```
    ## Use instead
    ```canvas courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA,Yoga,Yoga for beginners,RECREATION,active
    ```
    ```known
    courses = []
    ```
    """
    return rows.new_and_blank("account_id")


@rule("PK812", Consequence.ALTERED, "Canvas has the section in the course {owner!r}; it moves to {value!r}, with everybody in it.")
def section_moves(rows: CanvasRows) -> np.ndarray:
    """A section is in another course than in Canvas.

    What happens: Canvas moves the section with its enrollments, without a message.
    Remedy: if it should stay, correct the course; if it should move, correct known.toml afterwards.
    Evidence: Canvas source, lib/sis/section_importer.rb

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA-2026,Monday,active
    ```
    ```known
    courses = ["YOGA-2025", "YOGA-2026"]
    sections = { "YOGA-01" = "YOGA-2025" }
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA-2025,Monday,active
    ```
    ```known
    courses = ["YOGA-2025", "YOGA-2026"]
    sections = { "YOGA-01" = "YOGA-2025" }
    ```
    """
    return rows.moving()


@rule("PK813", Consequence.REJECTED, "The {thing} {value!r} is refused ({place}), and Canvas does not hold it already.")
def reference_to_a_refused_row(rows: CanvasRows, kind: Kind, column: str) -> np.ndarray:
    """A row needs another row of the package that is itself refused.

    What happens: the course, section or user does not come into being, so that Canvas refuses this row as well.
    Remedy: mend the row that it needs.
    Evidence: Canvas source, lib/sis/section_importer.rb, enrollment_importer.rb

    ## Example
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA,Yoga,Yoga for beginners,RECREATION,running
    ```
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Monday,active
    ```
    ```known
    courses = []
    ```
    ## Use instead
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA,Yoga,Yoga for beginners,RECREATION,active
    ```
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Monday,active
    ```
    ```known
    courses = []
    ```
    """
    return rows.needing_the_refused(kind, column)


@rule(
    "PK814",
    Consequence.NOTED,
    "{what} active, published or unpublished; if one of these courses is concluded in Canvas, it opens again.",
)
def course_may_reopen(rows: CanvasRows) -> np.ndarray:
    """Rows set courses to active, published or unpublished.

    What happens: a course that is completed in Canvas becomes available again, to its students too. Other courses are as before.
    Remedy: leave courses that are over out of the file, or write completed.
    Evidence: Canvas source, lib/sis/course_importer.rb

    ## Example
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA,Yoga,Yoga for beginners,RECREATION,active
    ```
    ## Use instead
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA,Yoga,Yoga for beginners,RECREATION,completed
    ```
    """
    return rows.opening()


@rule("PK815", Consequence.NOTED, "{what} no dates; dates that an earlier upload gave to a section are cleared.")
def section_dates_cleared(rows: CanvasRows) -> np.ndarray:
    """Sections have no start or end date, or the file has no columns for them.

    What happens: Canvas clears what an earlier upload set: the section follows the dates of its course and term again.
    Remedy: write the dates each time, if the section has its own.
    Evidence: Canvas source, lib/sis/section_importer.rb

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Monday,active
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status,start_date,end_date
    YOGA-01,YOGA,Monday,active,2026-08-24T04:00:00Z,2026-12-19T04:59:59Z
    ```
    """
    return rows.undated(Kind.SECTIONS)


@rule("PK816", Consequence.NOTED, "{what} an empty date in a file with dates; a date that the course has in Canvas may be cleared.")
def course_date_blank(rows: CanvasRows) -> np.ndarray:
    """A courses file has a column for dates, and courses whose date is empty.

    What happens: whether Canvas keeps the date that the course has, or clears it, depends on its version: the documentation says that it
    is kept, and the code of 2022 clears it.
    Remedy: write the date, or send courses without dates in a file without the columns.
    Evidence: Canvas source, lib/sis/course_importer.rb; Canvas's documentation of SIS imports

    ## Example
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status,start_date
    YOGA,Yoga,Yoga for beginners,RECREATION,completed,
    ```
    ## Use instead
    ```csv courses.csv
    course_id,short_name,long_name,account_id,status
    YOGA,Yoga,Yoga for beginners,RECREATION,completed
    ```
    """
    return rows.undated(Kind.COURSES)


@rule("PK830", Consequence.LOST, "Canvas cannot read the file as CSV ({where}), and imports nothing of it.")
def malformed_to_canvas() -> None:
    r"""A file that goes straight to Canvas is not the CSV that Canvas reads.

    What happens: one quotation mark inside a value, anything between a closing quotation mark and the comma, or line ends of two kinds, and
    Canvas says "Malformed CSV" and imports nothing of the file. The provisioning service writes each file anew.
    Remedy: put values with quotation marks in quotation marks, and double those inside.
    Evidence: Canvas source, lib/sis/csv/import_refactored.rb; Ruby 3.1, csv 3.2.5, executed

    ## Example
    ```canvas courses.csv
    course_id,short_name,long_name,account_id,status
    TV,TV,Repairing a 24" monitor,RECREATION,active
    ```
    ## Use instead
    ```canvas courses.csv
    course_id,short_name,long_name,account_id,status
    TV,TV,"Repairing a 24"" monitor",RECREATION,active
    ```
    """


@rule("PK831", Consequence.LOST, "The file is not in UTF-8, and Canvas imports nothing of it.")
def wrong_encoding_for_canvas() -> None:
    r"""A file that goes straight to Canvas is not in UTF-8.

    What happens: Canvas says "Invalid UTF-8" and imports nothing of the file. The provisioning service writes each file anew, with a
    sign in place of each letter that it cannot read.
    Remedy: save the file as UTF-8.
    Evidence: Canvas source, lib/sis/csv/import_refactored.rb

    ## Example
    ```canvas-bytes users.csv
    b"user_id,login_id,first_name,last_name,email,status\nG-1,jose,Jos\xe9,Ortiz,jose@example.org,active\n"
    ```
    ## Use instead
    ```canvas users.csv
    user_id,login_id,first_name,last_name,email,status
    G-1,jose,José,Ortiz,jose@example.org,active
    ```
    """


@rule("PK832", Consequence.LOST, "Canvas does not know what the file holds: its first line is {value!r}.")
def header_unknown_to_canvas() -> None:
    """A file that goes straight to Canvas has a header that Canvas does not know.

    What happens: Canvas says "Couldn't find Canvas CSV import headers" and imports nothing of the file.
    Remedy: write a header that Canvas knows; see docs/specification.md.
    Evidence: Canvas source, lib/sis/csv/import_refactored.rb

    ## Example
    ```canvas users.csv
    id,login,first_name,last_name,email,status
    G-1,ana,Ana,Ruiz,ana@example.org,active
    ```
    ## Use instead
    ```canvas users.csv
    user_id,login_id,first_name,last_name,email,status
    G-1,ana,Ana,Ruiz,ana@example.org,active
    ```
    """


@rule("PK833", Consequence.ALTERED, "The row has {fields} values under {columns} columns; Canvas ignores what is beyond.")
def values_beyond_the_header() -> None:
    """In a file that goes straight to Canvas, a row has more values than the header has columns.

    What happens: Canvas ignores the last values. Where a comma stands unquoted inside a value, everything behind it moves one column on.
    Remedy: put values that hold a comma in quotation marks.
    Evidence: Canvas source, lib/sis/csv/csv_base_importer.rb, executed

    ## Example
    ```canvas users.csv
    user_id,login_id,first_name,last_name,email,status
    G-1,ana,Ana,Ruiz,ana@example.org,active,c
    ```
    ## Use instead
    ```canvas users.csv
    user_id,login_id,first_name,last_name,email,status
    G-1,ana,Ana,Ruiz,ana@example.org,active
    ```
    """


RULES: tuple[Rule, ...] = (
    login_of_somebody_else,
    enrollment_of_a_deleted_user,
    section_left_open,
    default_section_beside_those_listed,
    deletion_of_nothing,
    term_not_known,
    account_not_known,
    blueprint_not_linked,
    role_not_known,
    student_in_a_blueprint,
    course_in_the_topmost_account,
    section_moves,
    reference_to_a_refused_row,
    course_may_reopen,
    section_dates_cleared,
    course_date_blank,
    malformed_to_canvas,
    wrong_encoding_for_canvas,
    header_unknown_to_canvas,
    values_beyond_the_header,
)
