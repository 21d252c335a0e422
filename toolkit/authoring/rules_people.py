"""What can be wrong with the people of a source."""

from __future__ import annotations

from provkit.rules import Consequence, Rule, rule

__all__ = [
    "RULES",
    "names_contradict",
    "own_account",
    "own_id_of_two",
    "person_ambiguous",
    "person_missing",
    "two_addresses",
]


@rule("PK630", Consequence.NOTED, "{value!r} has a university account, so no guest account is asked for")
def own_account() -> None:
    """Somebody among the guests has a university account.

    What happens: The person is left out of users.csv and enrolled by the username, the part of the address before the @, or by the
    university id. Remedy: None, if that is the username; else write the username into a column called Username. Evidence:
    receiving-server.md 1: users.csv is only for people without a university account.

    ## Example
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    jdoe@iu.edu,Jo,Doe
    ```
    ## Use instead
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    ```
    """


@rule("PK631", Consequence.HELD_BACK, "{value!r} is the address of {names}: one address is one person")
def names_contradict() -> None:
    """One address comes with different names.

    What happens: The address makes one guest account, and everybody who shares it would be one person, so it is kept out of the package.
    Remedy: Give each person an address of their own, or write the name in the same way everywhere. Evidence: receiving-server.md 2.1;
    canvas-sis-import.md 4.

    ## Example
    ```sheet Users
    Email,First name,Last name
    family@example.org,Ana,Ruiz
    family@example.org,Bo,Ruiz
    ```
    ## Use instead
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    bo@example.org,Bo,Ruiz
    ```
    """


@rule("PK632", Consequence.HELD_BACK, "this row gives two addresses for one person: {value!r} and {other!r}")
def two_addresses() -> None:
    """A row gives two different addresses.

    What happens: The server reads only login_id and would invite that address; whether it is the right one is not known, so the row is
    kept out of the package. Remedy: Leave the address with which the person is to log in, and empty the other. Evidence:
    receiving-server.md 2.1.

    ## Example
    ```sheet Users
    Login ID,Email,First name,Last name
    ana@example.org,ruiz@example.org,Ana,Ruiz
    ```
    ## Use instead
    ```sheet Users
    Login ID,Email,First name,Last name
    ana@example.org,ana@example.org,Ana,Ruiz
    ```
    """


@rule("PK634", Consequence.HELD_BACK, "this row names no person")
def person_missing() -> None:
    """A row has neither an address nor an id nor a username.

    What happens: Nobody can be enrolled or invited, so the row is kept out of the package. Remedy: Write the address, username or
    university id. Evidence: receiving-server.md 2.1 and 2.4.

    ## Example
    ```sheet Roster
    Email,First name,Last name,Course ID,Role
    ana@example.org,Ana,Ruiz,NC-1,student
    ,Bo,Ek,NC-1,student
    ```
    ## Use instead
    ```sheet Roster
    Email,First name,Last name,Course ID,Role
    ana@example.org,Ana,Ruiz,NC-1,student
    bo@example.org,Bo,Ek,NC-1,student
    ```
    """


@rule("PK635", Consequence.HELD_BACK, "the id {value!r} stands with different addresses")
def own_id_of_two() -> None:
    """One id of the source's own stands with two addresses.

    What happens: Whoever refers to this id could mean either, so these rows are kept out of the package. Remedy: Give each person an id
    of their own, or one address. Evidence: enrollments refer to guests by their address.

    ## Example
    ```sheet Users
    User ID,Email,First name,Last name
    S1,ana@example.org,Ana,Ruiz
    S1,bo@example.org,Bo,Ek
    ```
    ## Use instead
    ```sheet Users
    User ID,Email,First name,Last name
    S1,ana@example.org,Ana,Ruiz
    S2,bo@example.org,Bo,Ek
    ```
    """


@rule(
    "PK636",
    Consequence.HELD_BACK,
    "{value!r} stands with different university ids or usernames in other rows; here it is not known which is meant",
)
def person_ambiguous() -> None:
    """A row gives only an address that belongs to several university accounts.

    What happens: It is not known whom to enroll, so the row is kept out of the package. Remedy: Write the university id or username into
    this row. Evidence: receiving-server.md 2.4.

    ## Example
    ```sheet Roster
    University ID,Email,Course ID,Role
    0001234567,office@example.org,NC-1,student
    0007654321,office@example.org,NC-1,student
    ,office@example.org,NC-2,student
    ```
    ## Use instead
    ```sheet Roster
    University ID,Email,Course ID,Role
    0001234567,office@example.org,NC-1,student
    0007654321,office@example.org,NC-1,student
    0007654321,office@example.org,NC-2,student
    ```
    """


RULES: tuple[Rule, ...] = (own_account, names_contradict, two_addresses, person_missing, own_id_of_two, person_ambiguous)
