"""What can be wrong with a sheet, its columns and the ids and facts it gives."""

from __future__ import annotations

from provkit.rules import Consequence, Rule, rule

__all__ = [
    "RULES",
    "column_missing",
    "column_set_aside",
    "course_id_missing",
    "courses_count_as_existing",
    "facts_contradict",
    "header_not_found",
    "new_course_incomplete",
    "row_not_enrolled",
    "rows_set_aside",
    "section_id_missing",
    "sheet_set_aside",
    "two_columns_for_one",
]


@rule("PK620", Consequence.HELD_BACK, "no row near the top of this sheet names its columns, although its name says it holds {kind}")
def header_not_found() -> None:
    """A sheet is called like one of the kinds, but its columns have no names that are known.

    What happens: Nobody can tell which column holds what, so none of its rows gets into the package. Remedy: Write names over the
    columns, such as Email, First name, Last name, Course ID, Role; `provkit new` writes a workbook that has them. Evidence: the words
    known for each column are listed in docs/specification.md.

    ## Example
    ```sheet Users
    Badge,Seat
    17,Ana Ruiz
    ```
    ```sheet Enrollments
    Course ID,User ID,Role,Section ID,Status
    NC-1,jdoe,student,,active
    ```
    ## Use instead
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    ```
    """


@rule("PK621", Consequence.NOTED, "the column {header!r} has no place in the upload and is left out{near}")
def column_set_aside() -> None:
    """A column is not written.

    What happens: Its values do not leave this computer. Remedy: None, unless it holds something that is needed: then give the column the
    name of the field that it is. Evidence: the 26 headers that the server takes have no such column.

    ## Example
    ```sheet Users
    Email,First name,Last name,Shoe size
    ana@example.org,Ana,Ruiz,38
    ```
    ## Use instead
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    ```
    """


@rule("PK622", Consequence.HELD_BACK, "the columns {headers} could each be the {field}, and they differ")
def two_columns_for_one() -> None:
    """Two columns of a sheet have names for the same thing.

    What happens: provkit does not choose between them, so none of the sheet's rows gets into the package. Remedy: Rename or delete the
    column that is not meant. Evidence: the words known for each column are listed in docs/specification.md.

    ## Example
    ```sheet Users
    Email,E-mail address,First name,Last name
    ana@example.org,ruiz@example.org,Ana,Ruiz
    ```
    ## Use instead
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    ```
    """


@rule("PK623", Consequence.HELD_BACK, "this sheet has no column for the {field}")
def column_missing() -> None:
    """A sheet lacks a column without which its rows cannot be sent.

    What happens: The server or Canvas would refuse every row, so none of them gets into the package. Remedy: Add the column. Where all
    rows have the same value, say it: build with --set role=student, or --set course_id=NC-1; what holds for every build stands under
    [defaults] in provkit.toml (role, status, account_id, ...). Evidence:
    receiving-server.md 2.1 to 2.5.

    ## Example
    ```sheet Roster
    Email,First name,Last name,Course ID
    ana@example.org,Ana,Ruiz,NC-1
    ```
    ## Use instead
    ```sheet Roster
    Email,First name,Last name,Course ID,Role
    ana@example.org,Ana,Ruiz,NC-1,student
    ```
    """


@rule("PK624", Consequence.NOTED, "this sheet is not read: {why}{near}")
def sheet_set_aside() -> None:
    """A sheet is left out.

    What happens: Nothing of it is in the package. Remedy: If it holds people or courses, name the sheet after what it holds (Users,
    Courses, Sections, Enrollments, Roster) and write names over its columns; if it is hidden, show it. Evidence: neither its name nor
    its columns say what it holds.

    ## Example
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    ```
    ```sheet Lookup
    Red,1
    Blue,2
    ```
    ## Use instead
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    ```
    """


@rule("PK625", Consequence.NOTED, "there is no data in {which}, so nothing of it is taken")
def rows_set_aside() -> None:
    """Titles, repeated headers and remarks are left out.

    What happens: They are not in the package. Remedy: None. Evidence: they stand above the header, repeat it, or have nothing in any
    column that is known.

    ## Example
    ```sheet Users
    Guests of the spring workshop,,
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    ```
    ## Use instead
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    ```
    """


@rule("PK640", Consequence.HELD_BACK, "this row names no course id")
def course_id_missing() -> None:
    """A row does not say which course it is about.

    What happens: Ids are what Canvas knows courses by; provkit never makes one up, so the row is kept out of the package. Remedy: Write
    the course id. Where all rows are of one course, say it: build with --set course_id=NC-1. Or give a rule for it: course_id =
    "NC-{{ short_name }}" under [defaults] in provkit.toml. Evidence: receiving-server.md 2.2 and 2.4.

    ## Example
    ```sheet Enrollments
    Course ID,User ID,Role,Section ID,Status
    ,jdoe,student,,active
    ```
    ## Use instead
    ```sheet Enrollments
    Course ID,User ID,Role,Section ID,Status
    NC-1,jdoe,student,,active
    ```
    """


@rule(
    "PK638",
    Consequence.MAILED,
    "{value!r} below {header!r} is taken for {what}'s id as it stands; if it is a title, nobody is enrolled",
)
def id_like_a_title() -> None:
    """A cell that tells the course or section holds several words, and nothing says whether they are an id.

    What happens: The words are written as the id. Canvas refuses each of these rows if it has no course or section of exactly this id, and
    guests are invited all the same. Remedy: If it is a title, or an id with a title, say what it means: build with
    --set "course_id[NC-POT Pottery]=NC-POT", once for each. If it is the id, call the column Course ID (or Section ID), or list the id on a
    sheet of courses. Evidence: receiving-server.md 2.4; ids with blanks are rare, titles have them.

    ## Example
    ```sheet Roster
    Email,First name,Last name,Course,Role
    ana@example.org,Ana,Ruiz,NC-POT Pottery,student
    ```
    ## Use instead
    ```sheet Roster
    Email,First name,Last name,Course,Role
    ana@example.org,Ana,Ruiz,NC-POT,student
    ```
    """


@rule("PK641", Consequence.HELD_BACK, "this row names a section, but no section id")
def section_id_missing() -> None:
    """A section has a name and no id.

    What happens: Ids are what Canvas knows sections by; provkit never makes one up, so the row is kept out of the package. Remedy: Write
    the section id; or give a rule for it: section_id under [defaults] in provkit.toml. Who belongs to no section needs none.
    Evidence: receiving-server.md 2.3.

    ## Example
    ```sheet Sections
    Section ID,Course ID,Section name,Status
    ,NC-1,Monday group,active
    ```
    ## Use instead
    ```sheet Sections
    Section ID,Course ID,Section name,Status
    NC-1-A,NC-1,Monday group,active
    ```
    """


@rule("PK642", Consequence.NOTED, "the courses and sections of this roster count as existing; what it says about them is not sent")
def courses_count_as_existing() -> None:
    """A roster tells facts about courses, and these are not sent.

    What happens: People are enrolled; the courses stay as they are in Canvas. Sending a course again can rename or reopen it, and a
    section without dates loses those that it has. Remedy: To create the courses, build with --create-courses, or add a column Create
    course with yes in it. Evidence: canvas-sis-import.md 3 and 5.

    ## Example
    ```sheet Roster
    Email,First name,Last name,Course ID,Course title,Role
    ana@example.org,Ana,Ruiz,NC-1,First Aid,student
    ```
    ## Use instead
    ```sheet Roster
    Email,First name,Last name,Course ID,Role
    ana@example.org,Ana,Ruiz,NC-1,student
    ```
    """


@rule("PK643", Consequence.HELD_BACK, "the {what} {value!r} is to be created, but the roster does not give its {missing}")
def new_course_incomplete() -> None:
    """A course or section is to be created, but not all that it needs is there.

    What happens: Canvas would not create it, so it and what depends on it are kept out of the package. Remedy: A course needs a title, an
    account and a status, a section a name; add the columns, or take the course for an existing one by leaving its title empty.
    Evidence: canvas-sis-import.md 3 and 5.

    ## Example
    ```sheet Roster
    Email,First name,Last name,Course ID,Course title,Create course,Role
    ana@example.org,Ana,Ruiz,NC-1,First Aid,yes,student
    ```
    ## Use instead
    ```sheet Roster
    Email,First name,Last name,Course ID,Course title,Account,Course status,Create course,Role
    ana@example.org,Ana,Ruiz,NC-1,First Aid,SPEA,active,yes,student
    ```
    """


@rule("PK644", Consequence.HELD_BACK, "the {field} of {value!r} is told differently in other rows")
def facts_contradict() -> None:
    """Rows tell different things about one course or section that is to be created.

    What happens: It is not known which is right, so it and what depends on it are kept out of the package. Remedy: Make the rows agree.
    Evidence: Canvas takes one row per course, and the later wins.

    ## Example
    ```sheet Roster
    Email,First name,Last name,Course ID,Course title,Account,Course status,Create course,Role
    ana@example.org,Ana,Ruiz,NC-1,First Aid,SPEA,active,yes,student
    bo@example.org,Bo,Ek,NC-1,Second Aid,SPEA,active,yes,student
    ```
    ## Use instead
    ```sheet Roster
    Email,First name,Last name,Course ID,Course title,Account,Course status,Create course,Role
    ana@example.org,Ana,Ruiz,NC-1,First Aid,SPEA,active,yes,student
    bo@example.org,Bo,Ek,NC-1,First Aid,SPEA,active,yes,student
    ```
    """


@rule("PK645", Consequence.NOTED, "with the status {value!r} nobody is enrolled ({rows} left out)")
def row_not_enrolled() -> None:
    """People who dropped, cancelled or wait are left out.

    What happens: They are neither enrolled nor removed. Remedy: To remove somebody who is enrolled, write the status deleted. Evidence:
    Canvas has no such status (receiving-server.md 2.4).

    ## Example
    ```sheet Roster
    Email,First name,Last name,Course ID,Role,Status
    ana@example.org,Ana,Ruiz,NC-1,student,active
    bo@example.org,Bo,Ek,NC-1,student,Waitlisted
    ```
    ## Use instead
    ```sheet Roster
    Email,First name,Last name,Course ID,Role,Status
    ana@example.org,Ana,Ruiz,NC-1,student,active
    ```
    """


RULES: tuple[Rule, ...] = (
    header_not_found,
    column_set_aside,
    two_columns_for_one,
    column_missing,
    sheet_set_aside,
    rows_set_aside,
    course_id_missing,
    section_id_missing,
    id_like_a_title,
    courses_count_as_existing,
    new_course_incomplete,
    facts_contradict,
    row_not_enrolled,
)
