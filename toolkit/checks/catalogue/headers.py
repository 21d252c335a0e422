"""Header lines that the service does not know (PK101 to PK116)."""

from __future__ import annotations

from provkit.rules import Consequence, Rule, rule

__all__ = ["RULES"]


@rule("PK101", Consequence.REFUSED, "This header is not one that the service knows. Nearest: {nearest} Different: {differences}.")
def header_unknown() -> None:
    """The first line is not one of the header lines that the service knows.

    What happens: the service decides by the first line alone what a file holds, and compares it letter by letter. One file that it
    does not know refuses the whole upload, and the answer says neither where nor why.
    Remedy: copy the nearest header given here over the first line, and put the columns below in that order.
    Evidence: server source, util/FileParsingUtil; server-findings 1, 3, 5

    ## Example
    ```csv enrollments.csv
    Course,user_id,role,section_id,state
    C-1,1234567890,student,,active
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status
    C-1,1234567890,student,,active
    ```
    """


@rule("PK102", Consequence.REFUSED, "The file begins with a byte order mark, which becomes part of the first column's name.")
def byte_order_mark() -> None:
    r"""The file begins with an invisible byte order mark.

    What happens: the mark is read as part of the first column's name, so that the header is unknown and the whole upload is refused.
    Remedy: save the file as "CSV UTF-8" without a byte order mark (BOM), or let provkit write it: provkit build.
    Evidence: server-findings 2

    ## Example
    ```bytes expand-enrollments.csv
    b"\xef\xbb\xbfuser_id,listing_id\n1234567890,L-1\n"
    ```
    ## Use instead
    ```bytes expand-enrollments.csv
    b"user_id,listing_id\n1234567890,L-1\n"
    ```
    """


@rule("PK103", Consequence.REFUSED, "Column names must be written in small letters: {differences}. Right: {nearest}")
def header_in_wrong_case() -> None:
    """Column names are written with capital letters.

    What happens: the service knows column names in small letters only; the whole upload is refused.
    Remedy: write the header in small letters.
    Evidence: server-findings 3

    ## Example
    ```csv expand-enrollments.csv
    User_ID,Listing_ID
    1234567890,L-1
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK104", Consequence.REFUSED, "Blanks stand around or inside column names: {differences}. Right: {nearest}")
def header_with_blanks() -> None:
    """Blanks stand around or inside column names.

    What happens: nothing is trimmed; a blank after a comma makes another name, and the whole upload is refused.
    Remedy: remove the blanks, also those after commas.
    Evidence: server-findings 3

    ## Example
    ```csv expand-enrollments.csv
    user_id, listing_id
    1234567890,L-1
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK105", Consequence.REFUSED, "The values are separated by {separator} instead of commas.")
def wrong_separator() -> None:
    """The values are separated by something other than commas.

    What happens: the header is read as one long name, and the whole upload is refused.
    Remedy: save the file with commas between the values. A spreadsheet program that writes semicolons does so because of the region
    set on the computer; provkit build reads such a file and writes commas.
    Evidence: server-findings 3

    ## Example
    ```csv expand-enrollments.csv
    user_id;listing_id
    1234567890;L-1
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK106", Consequence.REFUSED, "The columns are in another order than the service wants. Right: {nearest}")
def columns_in_another_order() -> None:
    """The columns are all there, in another order than the service wants.

    What happens: the order is part of what the service compares; the whole upload is refused.
    Remedy: put the columns in the order given, values included.
    Evidence: server-findings 3, 4

    ## Example
    ```csv expand-enrollments.csv
    listing_id,user_id
    L-1,1234567890
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK107", Consequence.REFUSED, "Columns are missing: {differences}. Right: {nearest}")
def columns_missing() -> None:
    """Columns that the service wants are missing.

    What happens: a header must name all of its columns, also those whose values are never read; the whole upload is refused.
    Remedy: add the columns; where the value is optional the cells may stay empty.
    Evidence: server-findings 3, 4

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,status
    C-1,1234567890,student,active
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status
    C-1,1234567890,student,,active
    ```
    """


@rule("PK108", Consequence.REFUSED, "The service knows no column {differences} here. Right: {nearest}")
def columns_not_known() -> None:
    """There are columns that the service does not know.

    What happens: columns that Canvas itself would take or ignore (short_name of users, integration_id, start_date of enrollments)
    are refused here, and with them the whole upload.
    Remedy: remove these columns.
    Evidence: server-findings 3, 5

    ## Example
    ```csv expand-enrollments.csv
    user_id,listing_id,send_email,comment
    1234567890,L-1,false,moved
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id,send_email
    1234567890,L-1,false
    ```
    """


@rule("PK109", Consequence.REFUSED, "The header stands on line {header_line}; before it stands {before}.")
def header_not_first() -> None:
    """Something stands before the header.

    What happens: the very first line must be the header. A blank line, a title, a comment or a line such as sep=, refuses the whole upload.
    Remedy: remove everything above the header.
    Evidence: server-findings 6

    ## Example
    ```csv expand-enrollments.csv
    sep=,
    user_id,listing_id
    1234567890,L-1
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK110", Consequence.REFUSED, "The first line holds data instead of column names. It looks like {kind}: {nearest}")
def header_absent() -> None:
    """The file has no header; its first line holds data.

    What happens: the service takes the first line for the header, does not know it and refuses the whole upload.
    Remedy: put the header given here on the first line.
    Evidence: server-findings 1, 3

    ## Example
    ```csv enrollments.csv
    C-1,1234567890,student,,active
    C-1,1234567891,student,,active
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status
    C-1,1234567890,student,,active
    C-1,1234567891,student,,active
    ```
    """


@rule("PK111", Consequence.REFUSED, "This is a Canvas file of {canvas_kind}, which this service does not take.")
def canvas_kind_not_taken() -> None:
    """The file is of a kind that Canvas knows and this service does not.

    What happens: the service takes users, courses, sections, enrollments and Expand enrollments; any other file refuses the whole upload.
    Remedy: leave the file out; terms, accounts and groups are the business of those who run Canvas.
    Evidence: server-findings 5

    ## Example
    ```csv terms.csv
    term_id,name,status,start_date,end_date
    T-1,Fall,active,2026-08-24T00:00:00Z,2026-12-18T00:00:00Z
    ```
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


@rule("PK112", Consequence.REFUSED, "The file is written in {encoding}, of which the service can read nothing.")
def encoding_unreadable() -> None:
    r"""The file is written in UTF-16 or UTF-32.

    What happens: every second character is read as NUL, the header is unknown and the whole upload is refused.
    Remedy: save the file as "CSV UTF-8"; "Unicode text" is something else.
    Evidence: server-findings 8

    ## Example
    ```bytes expand-enrollments.csv
    b"\xff\xfeu\x00s\x00e\x00r\x00_\x00i\x00d\x00,\x00l\x00i\x00s\x00t\x00i\x00n\x00g\x00_\x00i\x00d\x00\n\x00"
    ```
    ## Use instead
    ```bytes expand-enrollments.csv
    b"user_id,listing_id\n"
    ```
    """


@rule("PK116", Consequence.REFUSED, "The header has {count} more columns than names (commas at its end). Right: {nearest}")
def header_with_nameless_columns() -> None:
    """The header ends in commas: columns without a name.

    What happens: a comma at the end makes another header, and the whole upload is refused. Spreadsheet programs write such commas for
    columns that once held something.
    Remedy: delete the empty columns to the right in the spreadsheet and save again.
    Evidence: server-findings 3

    ## Example
    ```csv expand-enrollments.csv
    user_id,listing_id,,
    1234567890,L-1,,
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id
    1234567890,L-1
    ```
    """


RULES: tuple[Rule, ...] = (
    header_unknown,
    byte_order_mark,
    header_in_wrong_case,
    header_with_blanks,
    wrong_separator,
    columns_in_another_order,
    columns_missing,
    columns_not_known,
    header_not_first,
    header_absent,
    canvas_kind_not_taken,
    encoding_unreadable,
    header_with_nameless_columns,
)
