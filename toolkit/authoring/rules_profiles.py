"""What can be wrong where a profile is followed."""

from __future__ import annotations

from provkit.rules import Consequence, Rule, rule

__all__ = ["RULES", "answer_not_in_the_lookup", "column_of_profile_missing", "columns_disagree", "rows_left_out"]


@rule(
    "PK670",
    Consequence.HELD_BACK,
    "what {value!r} means is not said (rows: {count}); add to {table}: {entry}",
)
def answer_not_in_the_lookup() -> None:
    """A cell says something that the profile's table of answers does not have.

    What happens: Which course, listing, role or status is meant is never guessed, so these rows are kept out of the package. Remedy: Add
    the line to the table, with what it means in place of the dots; rows that are to be left out are named under set_aside. Evidence:
    provkit's own rule.

    ## Example
    ```sheet Sheet1
    Email,First name,Last name,Ticket
    ana@example.org,Ana,Ruiz,Day pass
    bo@example.org,Bo,Ek,Evening pass
    ```
    ```profile
    columns = { email = "Email", first_name = "First name", last_name = "Last name", course_id = "Ticket" }
    constants = { role = "student" }
    lookup.course_id = { "Day pass" = "NC-1" }
    ```
    ## Use instead
    ```sheet Sheet1
    Email,First name,Last name,Ticket
    ana@example.org,Ana,Ruiz,Day pass
    bo@example.org,Bo,Ek,Evening pass
    ```
    ```profile
    columns = { email = "Email", first_name = "First name", last_name = "Last name", course_id = "Ticket" }
    constants = { role = "student" }
    lookup.course_id = { "Day pass" = "NC-1", "Evening pass" = "NC-2" }
    ```
    """


@rule("PK671", Consequence.HELD_BACK, "the profile {profile} reads a column {header!r}, and this sheet has none.{near}")
def column_of_profile_missing() -> None:
    """A column that a profile names is not in the sheet.

    What happens: What the column should say is not known, so no row of the sheet gets into the package. Remedy: Mend the name in the
    profile or in the sheet; a column that need not be there is named under optional. Evidence: provkit's own rule.

    ## Example
    ```sheet Sheet1
    Email,First name
    ana@example.org,Ana
    ```
    ```profile
    holds = "users"
    columns = { email = "Email", first_name = "First name", last_name = "Family name" }
    ```
    ## Use instead
    ```sheet Sheet1
    Email,First name,Family name
    ana@example.org,Ana,Ruiz
    ```
    ```profile
    holds = "users"
    columns = { email = "Email", first_name = "First name", last_name = "Family name" }
    ```
    """


@rule("PK672", Consequence.NOTED, "{rows} left out, because {why}")
def rows_left_out() -> None:
    """Rows of people who cancelled, did not finish, or answered again later.

    What happens: They are not in the package, and count as set aside; nobody is removed from anything for them. Remedy: None; to take
    them along, change set_aside or latest_by in the profile. Evidence: source-formats.md 3.10.

    ## Example
    ```sheet Sheet1
    Email,First name,Last name,Course ID,Ticket state
    ana@example.org,Ana,Ruiz,NC-1,paid
    bo@example.org,Bo,Ek,NC-1,void
    ```
    ```profile
    columns = { email = "Email", first_name = "First name", last_name = "Last name", course_id = "Course ID" }
    constants = { role = "student" }
    set_aside = { "Ticket state" = "void" }
    ```
    ## Use instead
    ```sheet Sheet1
    Email,First name,Last name,Course ID
    ana@example.org,Ana,Ruiz,NC-1
    ```
    ```profile
    columns = { email = "Email", first_name = "First name", last_name = "Last name", course_id = "Course ID" }
    constants = { role = "student" }
    ```
    """


@rule("PK673", Consequence.HELD_BACK, "the columns {headers} say different things in this row")
def columns_disagree() -> None:
    """Several columns could each say it, and in this row they differ.

    What happens: Which of them is meant is not known, so the row is kept out of the package. Remedy: Empty the one that is wrong, or name
    the one to be read in a profile. Evidence: forms collect an address and ask for one as well (source-formats.md 3.10).

    ## Example
    ```sheet Sheet1
    Email,Contact,First name,Last name,Course ID
    ana@example.org,ruiz@example.org,Ana,Ruiz,NC-1
    ```
    ```profile
    columns = { email = ["Email", "Contact"], first_name = "First name", last_name = "Last name", course_id = "Course ID" }
    constants = { role = "student" }
    ```
    ## Use instead
    ```sheet Sheet1
    Email,Contact,First name,Last name,Course ID
    ana@example.org,,Ana,Ruiz,NC-1
    ```
    ```profile
    columns = { email = ["Email", "Contact"], first_name = "First name", last_name = "Last name", course_id = "Course ID" }
    constants = { role = "student" }
    ```
    """


RULES: tuple[Rule, ...] = (answer_not_in_the_lookup, column_of_profile_missing, rows_left_out, columns_disagree)
