"""users.csv: people without a university account, who get a guest account and a Canvas account."""

from __future__ import annotations

import pandas as pd

from provkit.rules import Consequence, rule
from provkit.schemas.common import IGNORED, OPTIONAL, REQUIRED, Choice, Form, column, schema
from provkit.schemas.layouts import Kind
from provkit.schemas.people import (
    address_other_than_it_seems,
    domain_likely_misspelled,
    email_not_deliverable,
    shared_mailbox,
)

__all__ = ["USERS"]


@rule("PK202", Consequence.ALTERED, "{column} is empty.")
def name_missing(values: pd.Series[str]) -> pd.Series[bool]:
    """A guest's first or last name is missing.

    What happens: both names go into the guest account when it is made; the guest service may refuse it, and in Canvas the name stands
    with a stray blank and comma, or is the login. A guest who has an account already keeps the names on file.
    Remedy: fill in both names. If somebody has only one name, leave it so and expect the comma.
    Evidence: server source, service/UserProvisioning; Canvas source, lib/sis/user_importer.rb

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,,Ruiz,ana@example.org,active
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    """
    return values.str.strip() == ""


@rule("PK203", Consequence.ALTERED, "The status {value!r} has no effect; the user is sent as active.")
def status_ignored(values: pd.Series[str]) -> pd.Series[bool]:
    """A user's status is something other than active.

    What happens: the service never reads the column and sends every user as active. Nobody can be deleted or suspended through this file.
    Remedy: to take somebody out of a course, set the status of the enrollment to deleted or inactive. Write active here, or leave the
    person out of the file.
    Evidence: server source, service/UserProvisioning

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,deleted
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    """
    return ~values.str.strip().str.lower().isin(["", "active"])


@rule("PK204", Consequence.ALTERED, "The service {value!r} is none that is known; a new guest is sent to Canvas after login.")
def service_not_understood(values: pd.Series[str]) -> pd.Series[bool]:
    """The service is neither c for Canvas nor e for Expand.

    What happens: only a plain e or E means IU Expand. Anything else, also the word expand or an e with a blank, silently means Canvas.
    Remedy: write e for IU Expand, c or nothing for Canvas.
    Evidence: server source, service/UserProvisioning

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status,service
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active,Expand
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status,service
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active,e
    ```
    """
    return ~values.isin(["e", "E"]) & ~values.str.strip().str.lower().isin(["", "c", "canvas", "iu canvas"])


USERS = schema(
    Kind.USERS,
    "People without a university account. Each gets a guest account with an invitation by mail, and a Canvas account.",
    user_id=column(
        "The address again; the service puts the address on file in its place.",
        IGNORED,
        form=Form.ADDRESS,
        example="ana@example.org",
    ),
    login_id=column(
        "The person's e-mail address, by which the guest account is found or made.",
        REQUIRED,
        form=Form.ADDRESS,
        example="ana@example.org",
        rules=(email_not_deliverable, address_other_than_it_seems, domain_likely_misspelled, shared_mailbox),
    ),
    first_name=column(
        "The first name, for a new guest; with the last name at most 253 characters.",
        "required for new guests",
        form=Form.TEXT,
        example="Ana",
        rules=(name_missing,),
    ),
    last_name=column(
        "The last name, for a new guest.", "required for new guests", form=Form.TEXT, example="Ruiz", rules=(name_missing,)
    ),
    email=column(
        "The address again; the service puts the address on file in its place.",
        IGNORED,
        form=Form.ADDRESS,
        example="ana@example.org",
    ),
    status=column(
        "Always active: the service sends every user as active.",
        IGNORED,
        form=Form.CHOICE,
        example="active",
        choices=(Choice("active", "the only status there is"),),
        rules=(status_ignored,),
    ),
    service=column(
        "Where a new guest is sent after login.",
        OPTIONAL,
        form=Form.CHOICE,
        example="c",
        choices=(
            Choice("c", "Canvas, also where the cell is empty", ("canvas", "iu canvas")),
            Choice("e", "IU Expand", ("expand", "iu expand")),
        ),
        rules=(service_not_understood,),
    ),
)
"""The specification of users.csv."""
