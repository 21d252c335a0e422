"""What can be wrong with a source's files themselves."""

from __future__ import annotations

from provkit.rules import Consequence, Rule, rule

__all__ = ["RULES", "encoding_guessed", "errors_unseen", "hidden_unseen", "sensitive_columns_dropped"]


@rule(
    "PK601", Consequence.ALTERED, "this file is not UTF-8; it was read as {encoding}, which is a guess: does {value!r} look right?"
)
def encoding_guessed() -> None:
    r"""A text file does not say how its letters are written, and was read by the likeliest code page.

    What happens: The server reads UTF-8 only, so `build` writes UTF-8; where the guess is wrong, accented letters arrive as other
    letters. Remedy: Look at the names in the result. To be sure, open the source in Excel and save it as 'CSV UTF-8'. Evidence:
    receiving-server.md 2.0; server-findings 34.

    ## Example
    ```source roster.csv
    b'Name,Email,Course ID,Role\r\n"Ruiz, In\xe9s",ines@example.org,NC-1,student\r\n"Mu\xf1oz, \xc1ngel",angel@example.org,NC-1,student\r\n'
    ```
    ## Use instead
    ```source roster.csv
    b'Name,Email,Course ID,Role\r\n"Ruiz, In\xc3\xa9s",ines@example.org,NC-1,student\r\n'
    ```
    """


@rule("PK602", Consequence.NOTED, "in workbooks of this old form (.xls) a formula error cannot be told from an empty cell")
def errors_unseen() -> None:
    """A workbook is in the form of Excel 97 to 2003, whose formula errors cannot be seen.

    What happens: A cell that shows #REF! or #N/A in Excel is read as empty, and so are formulas that were never calculated. Remedy: If
    the sheet has formulas, save it as an Excel workbook (.xlsx) and build from that. Evidence: the reader of
    this form gives such cells as empty ones.

    ## Example
    ```builder workbook_of_excel_97
    ```
    ## Use instead
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    ```
    """


@rule(
    "PK603",
    Consequence.NOTED,
    "never read, being sensitive and not needed: {headers}",
)
def sensitive_columns_dropped() -> None:
    """A source holds passwords, birth dates, home addresses or the like.

    What happens: Nothing in these columns is looked at, copied or shown; everything else is read. Remedy: None. Better still, ask for an
    export without them, and delete this file once it is not needed. Evidence: source-formats.md 3.1: passwords in the file, never copy;
    rosters are restricted data.

    ## Example
    ```sheet Users
    Email,First name,Last name,Password,Date of birth
    ana@example.org,Ana,Ruiz,secret,1990-01-02
    ```
    ## Use instead
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    ```
    """


@rule(
    "PK604", Consequence.NOTED, "in workbooks of this form ({ending}) hidden rows and columns look like all others; they are read"
)
def hidden_unseen() -> None:
    """A workbook is in a form that does not show which of its rows and columns are hidden.

    What happens: Rows that a filter or a person has hidden in Excel are read as all others are. Remedy: If some are hidden, look whether
    they are meant; save it as an Excel workbook (.xlsx), and provkit asks about them. Evidence: the reader of this form tells values
    alone.

    ## Example
    ```builder binary_workbook
    ```
    ## Use instead
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    ```
    """


RULES: tuple[Rule, ...] = (encoding_guessed, errors_unseen, sensitive_columns_dropped, hidden_unseen)
