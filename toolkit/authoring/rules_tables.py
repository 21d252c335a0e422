"""What can be wrong with how a table stands on its sheet: hidden rows, tables side by side, courses as columns."""

from __future__ import annotations

from provkit.rules import Consequence, Rule, rule

__all__ = [
    "RULES",
    "columns_hidden",
    "enrollment_not_read",
    "header_is_no_id",
    "header_missing",
    "hidden_as_said",
    "mark_unknown",
    "marks_not_read",
    "rows_hidden",
    "rows_without_mark",
    "status_not_read",
    "two_tables_unclear",
]


@rule(
    "PK626",
    Consequence.HELD_BACK,
    "somebody hid {which}, by hand or by a filter: is what stands there meant?",
)
def rows_hidden() -> None:
    """Rows that hold data are hidden.

    What happens: Nobody can tell whether the people in them are to be enrolled, so nothing is written; with --hold-back the hidden rows
    are kept out. Remedy: Show them (in Excel: Data, Clear; or select all, right click, Unhide) or delete them. Or say what is meant: build
    with --hidden-rows take, or --hidden-rows leave; to keep it, write hidden_rows = "take" under [defaults] in provkit.toml.
    Evidence: a filter hides rows and deletes none.

    ## Example
    ```sheet Roster hidden_rows=3
    Email,First name,Last name,Course ID,Role
    ana@example.org,Ana,Ruiz,NC-1,student
    bo@example.org,Bo,Ek,NC-1,student
    ```
    ## Use instead
    ```sheet Roster
    Email,First name,Last name,Course ID,Role
    ana@example.org,Ana,Ruiz,NC-1,student
    bo@example.org,Bo,Ek,NC-1,student
    ```
    """


@rule("PK627", Consequence.HELD_BACK, "somebody hid {which}, which is needed: is it meant?")
def columns_hidden() -> None:
    """A column that would be read is hidden.

    What happens: Nobody can tell whether what stands in it holds, so none of the sheet's rows gets into the package. Remedy: Show it
    (select the columns beside it, right click, Unhide) or delete it. Or say what is meant: build with --hidden-rows take, or
    --hidden-rows leave, which counts for columns too. Evidence: a hidden column of roles or statuses decides what becomes of people.

    ## Example
    ```sheet Roster hidden_columns=E
    Email,First name,Last name,Course ID,Role
    ana@example.org,Ana,Ruiz,NC-1,teacher
    ```
    ## Use instead
    ```sheet Roster
    Email,First name,Last name,Course ID,Role
    ana@example.org,Ana,Ruiz,NC-1,teacher
    ```
    """


@rule("PK628", Consequence.NOTED, "as was said, provkit {done} hidden {what}")
def hidden_as_said() -> None:
    """What is hidden is read or left out, because somebody said so.

    What happens: Just that. Remedy: None. Evidence: --hidden-rows, or hidden_rows under [defaults] in provkit.toml.

    ## Example
    ```sheet Roster hidden_rows=3
    Email,First name,Last name,Course ID,Role
    ana@example.org,Ana,Ruiz,NC-1,student
    bo@example.org,Bo,Ek,NC-1,student
    ```
    ```config
    [defaults]
    hidden_rows = "leave"
    ```
    ## Use instead
    ```sheet Roster
    Email,First name,Last name,Course ID,Role
    ana@example.org,Ana,Ruiz,NC-1,student
    ```
    """


@rule(
    "PK629",
    Consequence.HELD_BACK,
    "two tables seem to stand on this sheet, {first} and {second}, and it is not certain where each ends",
)
def two_tables_unclear() -> None:
    """A sheet seems to hold two tables, or one with an empty column in it.

    What happens: Read as one, rows would be put together that have nothing to do with each other, so none of them gets into the package.
    Remedy: Put each table on a sheet of its own. If it is one table, delete the empty column; where a row names other columns in
    its middle, delete that row. Evidence: the sheet alone does not tell.

    ## Example
    ```sheet Guests
    Email,First name,Last name,,Section ID,Course ID,Section name,Section status
    ana@example.org,Ana,Ruiz,,NC-1-A,NC-1,Monday group,active
    bo@example.org,Bo,Ek,,,,,
    ```
    ```sheet Enrollments
    Course ID,User ID,Role,Section ID,Status
    NC-1,jdoe,student,,active
    ```
    ## Use instead
    ```sheet Guests
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    bo@example.org,Bo,Ek
    ```
    ```sheet Sections
    Section ID,Course ID,Section name,Section status
    NC-1-A,NC-1,Monday group,active
    ```
    """


@rule("PK646", Consequence.NOTED, "there is no mark below {headers} in {which}, so nobody there is enrolled")
def rows_without_mark() -> None:
    """People on a list with courses as columns have no mark in any of them.

    What happens: They are neither invited nor enrolled, nor is an enrollment of theirs ended. Remedy: None, if that is meant; else put an
    x below the course. Evidence: no course is named for them.

    ## Example
    ```sheet Roster
    Email,First name,Last name,NC-1,NC-2
    ana@example.org,Ana,Ruiz,student,
    bo@example.org,Bo,Ek,,
    cy@example.org,Cy,Lee,,teacher
    ```
    ## Use instead
    ```sheet Roster
    Email,First name,Last name,NC-1,NC-2
    ana@example.org,Ana,Ruiz,student,
    cy@example.org,Cy,Lee,,teacher
    ```
    """


@rule("PK647", Consequence.HELD_BACK, "marks stand below {value!r}, which is no id: which course is that?")
def header_is_no_id() -> None:
    """Courses stand as columns, but a header is a title and no course id.

    What happens: Ids are what Canvas knows courses by, and provkit never makes one up, so the marks below it are kept out of the package.
    Remedy: Write the course id over the column, or say what the header means: build with --set "course_id[First Aid]=NC-1", once for each
    header. Where each has an id in brackets, as in First Aid (NC-1), the last lines of provkit build give the command that says them all.
    Evidence: receiving-server.md 2.4.

    ## Example
    ```sheet Guests
    E-mail,Full name,First Aid,Intensive Care
    ana@example.org,Ana Ruiz,x,
    bo@example.org,Bo Ek,x,x
    ```
    ```build
    --set role=student
    ```
    ## Use instead
    ```sheet Guests
    E-mail,Full name,NC-1,NC-2
    ana@example.org,Ana Ruiz,x,
    bo@example.org,Bo Ek,x,x
    ```
    ```build
    --set role=student
    ```
    """


@rule("PK648", Consequence.MAILED, "marks stand below {headers}; if these are {what}, nobody is enrolled in them")
def marks_not_read() -> None:
    """A list has columns with marks, which could stand for courses or sections.

    What happens: Guests are invited, and enrolled in nothing, or in no section of their course. Remedy: If the columns are courses, write
    the course ids over them, or say what each means: build with --set role=student --set "course_id[First Aid]=NC-1", once for each
    column. If they are sections, write the section ids over them, all of which begin alike (S-1, S-2), or give each person a Section ID.
    If they are neither, all is well. Evidence: x and ✓ below a title are what people write for who takes what.

    ## Example
    ```sheet Guests
    Email,First name,Last name,First Aid,CPR
    ana@example.org,Ana,Ruiz,x,
    bo@example.org,Bo,Ek,x,x
    ```
    ## Use instead
    ```sheet Guests
    Email,First name,Last name,First Aid,CPR
    ana@example.org,Ana,Ruiz,x,
    bo@example.org,Bo,Ek,x,x
    ```
    ```build
    --set role=student
    --set "course_id[First Aid]=NC-1"
    --set "course_id[CPR]=NC-2"
    ```
    """


@rule("PK651", Consequence.HELD_BACK, "the column {header!r} {told}, but nothing here tells the course")
def enrollment_not_read() -> None:
    """A list says that people are to be enrolled, but no column says in which course in a way that provkit reads.

    What happens: Sent like this, everybody would be invited and nobody enrolled, so none of its rows gets into the package. Remedy: If the
    cells of this or another column are ids, call that column Course ID (or Section ID); a cell may hold several with ; or , between them.
    If they are titles, type provkit map and the file's name for a profile in which each title gets its id. If all are in one course,
    build with --set course_id=NC-1; a role is said with --set role=student where no column Role gives it. If people are to be invited
    only, delete the column. Evidence: an invitation cannot be called back.

    ## Example
    ```sheet Guests
    Email,First name,Last name,Sessions chosen
    ana@example.org,Ana,Ruiz,NC-1; NC-2
    bo@example.org,Bo,Ek,NC-2
    ```
    ## Use instead
    ```sheet Guests
    Email,First name,Last name,Course ID
    ana@example.org,Ana,Ruiz,NC-1; NC-2
    bo@example.org,Bo,Ek,NC-2
    ```
    ```build
    --set role=student
    ```
    """


@rule("PK652", Consequence.MAILED, "the column {header!r} says {word!r} in {rows}, and is not read: these people are taken along")
def status_not_read() -> None:
    """A column under another word than status says that people wait, cancelled or dropped.

    What happens: They are invited, or enrolled, like all others. Remedy: If it says who comes, call the column Status: whoever dropped,
    cancelled or waits is then left out. If it is about something else, a payment say, all is well. Evidence: all its cells are words for
    statuses; an invitation cannot be called back.

    ## Example
    ```sheet Guests
    Email,First name,Last name,Attendance
    ana@example.org,Ana,Ruiz,Registered
    bo@example.org,Bo,Ek,Waitlisted
    ```
    ## Use instead
    ```sheet Guests
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    ```
    """


@rule("PK649", Consequence.HELD_BACK, "{value!r} is no mark that is known: is this person in {header}?")
def mark_unknown() -> None:
    """A cell below a course holds something else than the marks around it.

    What happens: Nobody can tell whether the person is to be enrolled, so this mark is kept out of the package. Remedy: Write x, yes, 1 or
    a role where the person is in the course, and leave the cell empty, or write no, where not. Evidence: the other cells of the column
    are marks.

    ## Example
    ```sheet Roster
    Email,First name,Last name,NC-1,NC-2
    ana@example.org,Ana,Ruiz,student,
    bo@example.org,Bo,Ek,perhaps,teacher
    cy@example.org,Cy,Lee,student,teacher
    di@example.org,Di,Ray,student,teacher
    ed@example.org,Ed,Oak,student,teacher
    flo@example.org,Flo,Fox,student,teacher
    ```
    ## Use instead
    ```sheet Roster
    Email,First name,Last name,NC-1,NC-2
    ana@example.org,Ana,Ruiz,student,
    bo@example.org,Bo,Ek,student,teacher
    ```
    """


@rule("PK637", Consequence.HELD_BACK, "this row holds {value!r}, so it is somebody's row already: no row names the columns")
def header_missing() -> None:
    """A list begins with its first person: no row above says what its columns are.

    What happens: Nobody can tell the first name from the last, or a course from a section, so none of its rows gets into the package.
    Remedy: Insert a row above it that names the columns, such as Email, First name, Last name, Course ID, Role; `provkit new` writes a workbook
    that has them. Evidence: provkit goes by what the header says, never by the order of the columns.

    ## Example
    ```sheet Roster
    ana@example.org,Ana,Ruiz,NC-1,student
    bo@example.org,Bo,Ek,NC-1,student
    ```
    ```sheet Courses
    Course ID,Short name,Long name,Account ID,Status
    NC-1,Yoga,Yoga for beginners,REC,active
    ```
    ## Use instead
    ```sheet Roster
    Email,First name,Last name,Course ID,Role
    ana@example.org,Ana,Ruiz,NC-1,student
    bo@example.org,Bo,Ek,NC-1,student
    ```
    ```sheet Courses
    Course ID,Short name,Long name,Account ID,Status
    NC-1,Yoga,Yoga for beginners,REC,active
    ```
    """


@rule(
    "PK639", Consequence.HELD_BACK, "something else begins here and goes on to row {last}; none of its columns is known ({headers})"
)
def table_not_understood() -> None:
    """Below a table and a blank row stand rows that are no part of it, and no word says what their columns are.

    What happens: They are kept out of the package; the table above is read. Remedy: If they are needed, name their columns by words that
    are known (Email, First name, Last name, Course ID, Role, ...). If they are not, put them on a sheet of their own, or say that they may
    stay out: build with --hold-back. Evidence: where the addresses of a table end, a blank row follows, and words stand where no address
    does, another list begins.

    ## Example
    ```sheet Roster
    First name,Last name,Email,Course ID,Role
    Ana,Ruiz,ana@example.org,NC-1,student
    ,,,,
    Nickname,Pronoun,Shirt,,
    Annie,she,M,,
    Bo,he,L,,
    ```
    ## Use instead
    ```sheet Roster
    First name,Last name,Email,Course ID,Role
    Ana,Ruiz,ana@example.org,NC-1,student
    ```
    """


RULES: tuple[Rule, ...] = (
    rows_hidden,
    columns_hidden,
    hidden_as_said,
    two_tables_unclear,
    rows_without_mark,
    header_is_no_id,
    header_missing,
    marks_not_read,
    mark_unknown,
    enrollment_not_read,
    status_not_read,
    table_not_understood,
)
