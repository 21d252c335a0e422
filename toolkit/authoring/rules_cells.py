"""What can be wrong with one cell of a source."""

from __future__ import annotations

from provkit.rules import Consequence, Rule, rule

__all__ = [
    "RULES",
    "date_ambiguous",
    "formula_error",
    "formula_without_result",
    "name_not_split",
    "number_too_long",
    "scientific_notation",
    "several_addresses",
    "time_skipped_or_repeated",
    "turned_into_a_date",
    "university_id_malformed",
    "university_id_padded",
]


@rule("PK610", Consequence.HELD_BACK, "the cell shows the error {value}")
def formula_error() -> None:
    """A cell holds a spreadsheet's error value.

    What happens: There is no value to send, so the row is kept out of the package. Remedy: Mend the formula, or type the value in its
    place. Evidence: a cell of the error type in the workbook, or the text of one in a CSV file.

    ## Example
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,=#REF!
    ```
    ## Use instead
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    ```
    """


@rule("PK611", Consequence.HELD_BACK, "the cell holds a formula that was never calculated")
def formula_without_result() -> None:
    """A formula has no stored result.

    What happens: provkit never calculates, so it cannot know the value, and the row is kept out of the package. Remedy: Open the
    workbook in Excel, save it, and build again. Evidence: programs other than a spreadsheet write formulas without results.

    ## Example
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,=
    ```
    ## Use instead
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    ```
    """


@rule("PK612", Consequence.HELD_BACK, "the number {value} has more than 15 digits, and a spreadsheet keeps only the first 15")
def number_too_long() -> None:
    """A number is longer than a spreadsheet can keep.

    What happens: The digits after the fifteenth are already lost and read as zeros, so the row is kept out of the package. Remedy:
    Format the column as Text, and type or paste the value again. Evidence: spreadsheets keep numbers as 64-bit floating point.

    ## Example
    ```sheet Enrollments
    Course ID,User ID,Role,Section ID,Status
    NC-1,jdoe,student,=1234567890123456789,active
    ```
    ## Use instead
    ```sheet Enrollments
    Course ID,User ID,Role,Section ID,Status
    NC-1,jdoe,student,1234567890123456789,active
    ```
    """


@rule("PK613", Consequence.HELD_BACK, "{value!r} is a number that a spreadsheet has shortened; its digits are lost")
def scientific_notation() -> None:
    """An id was saved in scientific notation.

    What happens: 1.2E+10 stands for twelve thousand million, whatever the last digits were, so the row is kept out of the package.
    Remedy: Go back to the file before it became a CSV, format the column as Text or as a number without decimals, and save it again.
    Evidence: Excel writes into a CSV what the cell shows.

    ## Example
    ```sheet Enrollments
    Course ID,User ID,Role,Section ID,Status
    NC-1,jdoe,student,2.00012E+09,active
    ```
    ## Use instead
    ```sheet Enrollments
    Course ID,User ID,Role,Section ID,Status
    NC-1,jdoe,student,2000123456,active
    ```
    """


@rule("PK614", Consequence.HELD_BACK, "the spreadsheet has turned this into the date {value}")
def turned_into_a_date() -> None:
    """An id or name was turned into a date by the spreadsheet.

    What happens: Excel takes 1-2 or MAR1 for a date and forgets what was typed, so the row is kept out of the package. Remedy: Format
    the column as Text, then type the value again. Evidence: source-formats.md, general traps.

    ## Example
    ```sheet Enrollments
    Course ID,User ID,Role,Section ID,Status
    NC-1,jdoe,student,=2026-01-02,active
    ```
    ## Use instead
    ```sheet Enrollments
    Course ID,User ID,Role,Section ID,Status
    NC-1,jdoe,student,1-2,active
    ```
    """


@rule("PK615", Consequence.HELD_BACK, "{value!r} could be {one} or {other}")
def date_ambiguous() -> None:
    """A date can be read in two ways.

    What happens: provkit does not guess between month and day, so the row is kept out of the package. Remedy: Write the date as
    2026-05-06, or say how all of them are meant: date_order = "mdy" or "dmy" under [defaults] in provkit.toml. Evidence: Canvas reads
    05/06/2026 with the day first (canvas-sis-import.md, Dates), most people at the university write the month first.

    ## Example
    ```sheet Courses
    Course ID,Short name,Title,Account,Status,Start
    NC-1,NC 1,First Aid,SPEA,active,05/06/2026
    ```
    ## Use instead
    ```sheet Courses
    Course ID,Short name,Title,Account,Status,Start
    NC-1,NC 1,First Aid,SPEA,active,2026-05-06
    ```
    """


@rule("PK616", Consequence.ALTERED, "on that day the clock {clock} this time; {taken} is written")
def time_skipped_or_repeated() -> None:
    """A time falls into the hour in which clocks are changed.

    What happens: In spring the clock skips an hour, and a time in it moves one hour on; in autumn it repeats an hour, and the first of
    the two is taken. Remedy: Write another time, or one with its offset from UTC, as in 2026-11-01T01:30:00-05:00. Evidence: the time
    zone's rules.

    ## Example
    ```sheet Courses
    Course ID,Short name,Title,Account,Status,Start
    NC-1,NC 1,First Aid,SPEA,active,2026-03-08 02:30
    ```
    ## Use instead
    ```sheet Courses
    Course ID,Short name,Title,Account,Status,Start
    NC-1,NC 1,First Aid,SPEA,active,2026-03-08 03:30
    ```
    """


@rule("PK617", Consequence.HELD_BACK, "{value!r} holds several addresses, and a guest has one")
def several_addresses() -> None:
    """A cell holds more than one address.

    What happens: The guest service takes one address for one person, so the row is kept out of the package. Remedy: Leave the address
    with which the person is to log in; if it is two people, write two rows. Evidence: receiving-server.md 2.1.

    ## Example
    ```sheet Users
    Email,First name,Last name
    ana@example.org; ruiz@example.org,Ana,Ruiz
    ```
    ## Use instead
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    ```
    """


@rule("PK618", Consequence.ALTERED, "the university id {value!r} has {digits} digits; zeros were put in front to make ten")
def university_id_padded() -> None:
    """A university id was shorter than ten digits and got its leading zeros back.

    What happens: Spreadsheets drop leading zeros from numbers; the server takes ids as they are sent, so the zeros are needed. Remedy:
    Check the id, and format the column as Text. Evidence: receiving-server.md 2.4; university ids have ten digits.

    ## Example
    ```sheet Enrollments
    Course ID,University ID,Role,Section ID,Status
    NC-1,=1234567,student,,active
    ```
    ## Use instead
    ```sheet Enrollments
    Course ID,University ID,Role,Section ID,Status
    NC-1,0001234567,student,,active
    ```
    """


@rule("PK619", Consequence.HELD_BACK, "{value!r} is not a university id, which has ten digits")
def university_id_malformed() -> None:
    """A column of university ids holds something else.

    What happens: The server would look for nobody, or for somebody else, so the row is kept out of the package. Remedy: Write the ten
    digits; a username goes into a column called Username, an address into one called Email. Evidence: receiving-server.md 1 and 2.4.

    ## Example
    ```sheet Enrollments
    Course ID,University ID,Role,Section ID,Status
    NC-1,12345,student,,active
    ```
    ## Use instead
    ```sheet Enrollments
    Course ID,University ID,Role,Section ID,Status
    NC-1,0000012345,student,,active
    ```
    """


@rule("PK633", Consequence.HELD_BACK, "{value!r} cannot be split into a first and a last name")
def name_not_split() -> None:
    """A name has one word, so it is not known whether it is the first or the last name.

    What happens: A guest account needs both names, so the person is kept out of the package. Remedy: Give first and last name in columns
    of their own, or write "Last, First". Evidence: receiving-server.md 2.1.

    ## Example
    ```sheet Users
    Email,Name
    ana@example.org,Ana
    ```
    ## Use instead
    ```sheet Users
    Email,Name
    ana@example.org,"Ruiz, Ana"
    ```
    """


RULES: tuple[Rule, ...] = (
    formula_error,
    formula_without_result,
    number_too_long,
    scientific_notation,
    turned_into_a_date,
    date_ambiguous,
    time_skipped_or_repeated,
    several_addresses,
    university_id_padded,
    university_id_malformed,
    name_not_split,
)
