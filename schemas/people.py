"""How a person is named, in users, enrollments and Expand enrollments: the value rules of those columns."""

from __future__ import annotations

import re

import pandas as pd
import pyarrow as pa

from provkit.addresses import valid_values
from provkit.rules import Consequence, rule
from provkit.schemas.letters import INVISIBLE, TYPOGRAPHIC, describe_invisible, describe_typographic, garbled, matching

__all__ = [
    "address_other_than_it_seems",
    "domain_likely_misspelled",
    "email_not_deliverable",
    "person_not_identifiable",
    "shared_mailbox",
    "university_id_of_wrong_length",
]


_NOT_IN_ADDRESSES = f"\ufffd|{INVISIBLE}|[{''.join(TYPOGRAPHIC)}]"


def _deliverable(values: pd.Series[str]) -> pd.Series[bool]:
    """Which values are addresses that the service accepts."""
    return pd.Series(valid_values(pa.array(values, pa.large_string(), from_pandas=True)), index=values.index, dtype=bool)


@rule("PK201", Consequence.REJECTED, "{value!r} is not an address that the guest service accepts.")
def email_not_deliverable(values: pd.Series[str]) -> pd.Series[bool]:
    """A guest's address is not one that the guest service accepts.

    What happens: no guest account is made or looked up, the person does not get into Canvas, and the results mail names the address
    without a line. An address needs a name, one @ and a domain with a known ending; blanks at its ends, a display name, or two
    addresses in one cell spoil it.
    Remedy: write one plain address, such as ana@example.org.
    Evidence: server source, service/UserProvisioning (commons-validator 1.10.1, EmailValidator)

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example,ana@example,Ana,Ruiz,ana@example,active
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    """
    return ~_deliverable(values) & (values.str.strip() != "")


@rule(
    "PK205",
    Consequence.ALTERED,
    "{value!r} holds a character that does not belong there ({what}), so it is another address than it seems.",
    says=lambda value: {"what": describe_invisible(value) or describe_typographic(value) or "letters read in a wrong encoding"},
    odd_only=True,
)
def address_other_than_it_seems(values: pd.Series[str]) -> pd.Series[bool]:
    r"""An address holds a character that cannot be seen, a sign that no keyboard has, or letters read in a wrong encoding.

    What happens: the service accepts the address as it stands. The invitation goes to an address that does not exist or is not the
    person's, and enrollments under the proper address find nobody.
    Remedy: type the address again by hand instead of pasting it. Word processors put in curly apostrophes and long dashes by themselves.
    Evidence: server source, service/UserProvisioning (commons-validator 1.10.1 takes such characters)

    ## Example
    ```bytes users.csv
    b"user_id,login_id,first_name,last_name,email,status\n"
    b"ana\xe2\x80\x8b@example.org,ana\xe2\x80\x8b@example.org,Ana,Ruiz,ana\xe2\x80\x8b@example.org,active\n"
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    """
    return (values.str.contains(_NOT_IN_ADDRESSES) | garbled(values)) & _deliverable(values)


@rule("PK230", Consequence.REJECTED, "{value!r} is no address, no university id and no username, so nobody is found by it.")
def person_not_identifiable(values: pd.Series[str]) -> pd.Series[bool]:
    """A person is named by something that is no address, no university id and no username.

    What happens: what is neither all digits nor an address that the guest service accepts is looked up as a username, blanks and all;
    so is a university id with decimals, such as 2000123456.0. Nobody is found, and the row is rejected.
    Remedy: write the guest's address, the ten digits of the university id, or the username, with nothing around it.
    Evidence: server source, service/EnrollmentProvisioning, service/ExpandEnrollmentProvisioning

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example,student,YOGA-01,active,false
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,ana@example.org,student,YOGA-01,active,false
    ```
    """
    left = values[~_deliverable(values)]
    doubtful = (
        left.str.contains("@", regex=False) | left.str.contains(" ", regex=False) | left.str.contains(rf"{INVISIBLE}|^[0-9]+\.0+$")
    )
    return (doubtful & (left.str.strip() != "")).reindex(values.index, fill_value=False)


@rule(
    "PK231",
    Consequence.REJECTED,
    "{value!r} has {length} digits; a university id has ten.",
    says=lambda value: {"length": len(value)},
)
def university_id_of_wrong_length(values: pd.Series[str]) -> pd.Series[bool]:
    """A number that should be a university id does not have ten digits.

    What happens: the service passes every number on as a university id, as it stands. Canvas finds nobody by it and refuses the row.
    Spreadsheets drop the zeros at the front.
    Remedy: write all ten digits, with the zeros at the front; format the column as text, or let provkit build fill them up.
    Evidence: server source, service/EnrollmentProvisioning; Canvas source, lib/sis/enrollment_importer.rb

    ## Example
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,2345678,student,YOGA-01,active,false
    ```
    ## Use instead
    ```csv enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,0002345678,student,YOGA-01,active,false
    ```
    """
    return values.str.fullmatch("[0-9]+") & (values.str.len() != 10)


_MISSPELLED = {
    wrong: right
    for right, spellings in {
        "gmail.com": "gmial.com gmai.com gamil.com gnail.com gmaill.com gmal.com gmil.com gmail.co gmail.cm ggmail.com gmaul.com",
        "hotmail.com": "hotmial.com hotmai.com homtail.com hotmal.com hotmail.co hotmail.cm hotmil.com hotamil.com",
        "yahoo.com": "yahooo.com yaho.com yhaoo.com yahoo.co yahoo.cm yaoo.com tahoo.com",
        "outlook.com": "outlok.com outloo.com outlook.co outllook.com outlok.co oulook.com",
        "icloud.com": "iclod.com icloud.co iclould.com icoud.com",
    }.items()
    for wrong in spellings.split()
}
"""Domains that hardly anybody means, each with the one that is meant."""

_SHARED = (
    *("info", "office", "contact", "mail", "admin", "administrator", "webmaster", "postmaster", "help", "helpdesk", "support"),
    *("service", "sales", "marketing", "team", "staff", "hr", "registrar", "registration", "reception", "frontdesk", "training"),
    *("noreply", "no-reply", "donotreply", "do-not-reply"),
)
"""The part before the @ of mailboxes that several people read, or nobody."""


def _domain(value: str) -> str:
    return value.rpartition("@")[2].strip().rstrip(".").lower()


@rule(
    "PK502",
    Consequence.MAILED,
    "The domain of {value!r} looks misspelled; {meant} may be meant.",
    says=lambda value: {"meant": _MISSPELLED.get(_domain(value), "another one")},
)
def domain_likely_misspelled(values: pd.Series[str]) -> pd.Series[bool]:
    """The domain of an address is a common misspelling of another.

    What happens: the address is valid, so a guest account is made for it and the invitation goes to whoever owns that domain. The person
    who is meant hears nothing.
    Remedy: correct the address; if it is right as it is, ignore this.
    Evidence: the misspellings that owners of such domains live on

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@gmial.com,ana@gmial.com,Ana,Ruiz,ana@gmial.com,active
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    """
    return matching(values, rf"@(?:{'|'.join(map(re.escape, _MISSPELLED))})\z")


@rule("PK503", Consequence.NOTED, "{value!r} looks like a mailbox that several people read.")
def shared_mailbox(values: pd.Series[str]) -> pd.Series[bool]:
    """An address looks like one that several people read, or nobody.

    What happens: one guest account is made, and everybody who reads the mailbox can take it over; what is done in Canvas is nobody's in
    particular.
    Remedy: write the person's own address.
    Evidence: knowledge base alqt: a guest account is one person's

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    office@example.org,office@example.org,Ana,Ruiz,office@example.org,active
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    """
    return matching(values, f"^(?:{'|'.join(map(re.escape, _SHARED))})@")
