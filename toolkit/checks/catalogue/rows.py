"""Rows as the service reads them (PK113 to PK151, PK190): wrong lengths, repeated headers, what its CSV reader eats or adds."""

from __future__ import annotations

from provkit.rules import Consequence, Rule, rule

__all__ = ["RULES"]


@rule(
    "PK113",
    Consequence.REJECTED,
    "The header is inside one pair of quotation marks, so that it counts as {fields} instead of {columns} columns.",
)
def header_inside_quotes() -> None:
    """Column names share one pair of quotation marks.

    What happens: the service joins the header before it compares, so the file is accepted; but it counts fewer columns. In courses and
    sections every proper row is then rejected, in users a service column is ignored, in enrollments the header itself is processed.
    Remedy: remove the quotation marks from the header, or put each name into its own.
    Evidence: server-findings 36, 44, 54, 61, 66

    ## Example
    ```csv sections.csv
    "section_id,course_id,name,status"
    S-1,C-1,Monday,active
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    ```
    """


@rule("PK114", Consequence.REJECTED, "The header stands here once more; it goes to Canvas as if it were one of the {kind}.")
def header_repeated() -> None:
    """The header stands among the rows of a courses or sections file.

    What happens: the service sends it on as a row, and Canvas refuses it ("Improper status").
    Remedy: remove the line; it is left from putting files together.
    Evidence: server-findings 52

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    section_id,course_id,name,status
    S-2,C-1,Tuesday,active
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    S-2,C-1,Tuesday,active
    ```
    """


@rule("PK115", Consequence.NOTED, "The header stands here once more; the service skips it.")
def header_skipped() -> None:
    """The header stands among the rows of a users, enrollments or Expand file.

    What happens: the service skips the line. In users a header with service switches that column on for the rows below.
    Remedy: remove the line; it is left from putting files together.
    Evidence: server-findings 45

    ## Example
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    user_id,listing_id
    1234567890,L-2
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    1234567890,L-2
    ```
    """


@rule("PK120", Consequence.DROPPED, "The row has {fields} where {wanted} are wanted, and vanishes{why}.")
def row_dropped_for_its_length() -> None:
    """A row of users, enrollments or Expand enrollments has too few or too many values.

    What happens: the service leaves the row out and says so nowhere. The rest of the file is processed.
    Remedy: look for a comma too many or too few; a value that holds a comma must be in quotation marks.
    Evidence: server source, service/UserProvisioning, service/EnrollmentProvisioning, service/ExpandEnrollmentProvisioning;
    server-findings 39, 55, 63

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    C-1,1234567890,student
    C-1,1234567891,student,,active,false
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    C-1,1234567890,student,,active,false
    C-1,1234567891,student,,active,false
    ```
    """


@rule("PK121", Consequence.REJECTED, "The row has {fields} and the header {wanted} columns{why}.")
def row_rejected_for_its_length() -> None:
    """A row of courses or sections has another number of values than the header has columns.

    What happens: the service leaves the row out; the results mail names it by its record number, which is not the line number where
    values hold line breaks. The rest of the file is processed.
    Remedy: look for a comma too many or too few; a value that holds a comma must be in quotation marks.
    Evidence: server source, service/CourseProvisioning, service/SectionProvisioning; server-findings 48, 49

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday, evening,active
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,"Monday, evening",active
    ```
    """


@rule(
    "PK122",
    Consequence.LOST,
    "The row has {fields} where {wanted} are wanted. It ends the run: nothing reaches Canvas.",
)
def row_that_ends_the_run() -> None:
    """A short row ends the whole run after the upload was accepted.

    What happens: the service answers 200 and then fails at this row. Guests of the rows before it are invited; nothing of any file
    reaches Canvas, and no results mail is sent. In a users file with the column service a row without its last value is enough.
    Remedy: give the row its last value, or a comma for an empty one.
    Evidence: server source, service/UserProvisioning; server-findings 37, 54

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status,service
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status,service
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active,
    ```
    """


@rule(
    "PK123",
    Consequence.ALTERED,
    "The row has {fields} and the header {wanted} columns; it is accepted as it stands{why}.",
)
def row_accepted_with_another_length() -> None:
    """A row has another number of values than the header, and is accepted all the same.

    What happens: the service reads the values by their place. Where a comma stands unquoted inside a value, everything behind it moves
    one column on, and is sent so.
    Remedy: look for a comma too many or too few; a value that holds a comma must be in quotation marks.
    Evidence: server source, service/UserProvisioning, service/EnrollmentProvisioning; server-findings 40, 56, 64

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz, PhD,ana@example.org,active
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,"Ruiz, PhD",ana@example.org,active
    ```
    """


@rule("PK124", Consequence.NOTED, "Blank lines: {count}, the first here.")
def blank_lines() -> None:
    """There are blank lines in a users, enrollments or Expand file.

    What happens: the service leaves them out. In users they count in "Total records processed".
    Remedy: none needed; remove them if the totals should be right.
    Evidence: server-findings 31, 32, 39, 55

    ## Example
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1

    1234567890,L-2
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    1234567890,L-2
    ```
    """


@rule("PK125", Consequence.REJECTED, "The blank line counts as a row, and is rejected.")
def blank_line_rejected() -> None:
    """There is a blank line in a courses or sections file.

    What happens: the service takes it for a row with one value and lists it in the results mail as rejected, also at the file's end.
    Remedy: remove the blank line.
    Evidence: server-findings 31, 32, 50

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active

    S-2,C-1,Tuesday,active
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday,active
    S-2,C-1,Tuesday,active
    ```
    """


@rule("PK130", Consequence.ALTERED, "Backslashes vanish: {written!r} arrives as {value!r}.")
def backslash_vanishes() -> None:
    r"""A value holds a backslash, which does not arrive.

    What happens: the service's CSV reader takes a backslash for a mark before a special character and leaves it out; before a comma or a
    quotation mark it also joins or splits values.
    Remedy: write each backslash twice; provkit build does this.
    Evidence: server-findings 22, 23, 24, 25

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Lab A\B,active
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Lab A\\B,active
    ```
    """


@rule("PK131", Consequence.ALTERED, "Quotation marks are read otherwise than written: {written!r} arrives as {value!r}.")
def quotes_read_otherwise() -> None:
    """Quotation marks stand where the service's CSV reader keeps them as text or leaves them out.

    What happens: marks inside an unquoted value are kept, those beside a comma or at the start of the line vanish, a blank after a
    closing mark makes it text, blanks before an opening mark are dropped.
    Remedy: put the whole value in quotation marks and write those inside it twice; provkit build does this.
    Evidence: server-findings 26, 27, 28

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,"Monday" evening,active
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,"The ""Monday"" evening",active
    ```
    """


@rule("PK132", Consequence.DROPPED, "Everything up to line {last_line} is read as part of this row; {rows} more {noun} in it.")
def rows_swallowed() -> None:
    """Two odd quotation marks enclose whole rows, which become part of one value.

    What happens: everything between the two, commas and line ends included, is read as one value. The rows in it vanish, and where the
    number of values fits the rest is sent without a message.
    Remedy: write a quotation mark inside a value twice and put the whole value in quotation marks; or remove it.
    Evidence: server-findings 29

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Frame 24" wide,active
    S-2,C-1,Frame 36" wide,active
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,"Frame 24"" wide",active
    S-2,C-1,"Frame 36"" wide",active
    ```
    """


@rule("PK133", Consequence.NOTED, "Rows with line breaks in values: {count}, the first here.")
def line_breaks_in_values() -> None:
    r"""Values hold line breaks.

    What happens: each kind of line break inside quotation marks is read as a plain one (LF). The record numbers of the results mail
    then differ from the line numbers of an editor.
    Remedy: none needed, if the line breaks are meant.
    Evidence: server-findings 30, 49

    ## Example
    ```bytes sections.csv
    b'section_id,course_id,name,status\nS-1,C-1,"Monday\nevening",active\n'
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    S-1,C-1,Monday evening,active
    ```
    """


@rule("PK150", Consequence.NOTED, "{what}.")
def filled_in_by_the_service() -> None:
    """The service fills in or replaces values of every row.

    What happens: in users, user_id and email become the address in login_id, login_id the guest account's own id, and status active. In
    enrollments, a user name becomes the university id, and limit_section_privileges, where it is not written, true for every role but teacher:
    teaching assistants and designers then see their own section only.
    Remedy: none needed; write limit_section_privileges where the default is not what you want.
    Evidence: server source, service/UserProvisioning, service/EnrollmentProvisioning; server-findings 41, 42, 57, 60

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status
    C-1,1234567890,ta,S-1,active
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    C-1,1234567890,ta,S-1,active,false
    ```
    """


@rule("PK151", Consequence.NOTED, "These rows wait until Canvas has imported the users of this upload.")
def expand_rows_wait() -> None:
    """Expand enrollments wait, because users are in the same upload.

    What happens: with a users file in the upload, even an empty one, the service enrolls in Expand only after Canvas has finished; the first
    results mail says no more than that, and what became of these rows comes in a later one.
    Remedy: none needed; send Expand enrollments by themselves if they should not wait.
    Evidence: server source, service/ExpandEnrollmentProvisioning, job/ResultsEmailJob; server-findings 65

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```csv expand-enrollments.csv
    user_id,listing_id
    ana@example.org,L-1
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    ana@example.org,L-1
    ```
    """


@rule("PK190", Consequence.REJECTED, "{reason}: {value!r}.")
def row_rejected() -> None:
    """The service rejects the row for something that it looks up elsewhere.

    What happens: the row is not sent to Canvas, and the results mail names it.
    Remedy: the message says what was looked up; known.toml tells provkit what the service knows.
    Evidence: server source, service/CourseProvisioning, service/SectionProvisioning, service/EnrollmentProvisioning; server-findings 38, 59, 60

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    C-1,nobody,student,S-1,active,false
    ```
    ```known
    users = ["somebody"]
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    C-1,somebody,student,S-1,active,false
    ```
    ```known
    users = ["somebody"]
    ```
    """


RULES: tuple[Rule, ...] = (
    header_inside_quotes,
    header_repeated,
    header_skipped,
    row_dropped_for_its_length,
    row_rejected_for_its_length,
    row_that_ends_the_run,
    row_accepted_with_another_length,
    blank_lines,
    blank_line_rejected,
    backslash_vanishes,
    quotes_read_otherwise,
    rows_swallowed,
    line_breaks_in_values,
    filled_in_by_the_service,
    expand_rows_wait,
    row_rejected,
)
