"""expand-enrollments.csv: who is enrolled in which listing of IU Expand."""

from __future__ import annotations

import pandas as pd

from provkit.rules import Consequence, rule
from provkit.schemas.common import OPTIONAL, REQUIRED, Choice, Form, column, schema
from provkit.schemas.layouts import Kind
from provkit.schemas.people import address_other_than_it_seems, person_not_identifiable

__all__ = ["EXPAND"]


@rule("PK240", Consequence.ALTERED, "{value!r} is not the word true, so no mail is sent.")
def send_email_not_true_or_false(values: pd.Series[str]) -> pd.Series[bool]:
    """send_email is neither true nor false, nor does it mean false.

    What happens: only the word true, capitals or not and without blanks, sends mail. Everything else counts as false, also yes and 1.
    Remedy: write true if IU Expand should mail the person, false or nothing if not.
    Evidence: server source, service/ExpandEnrollmentProvisioning

    ## Example
    ```csv expand-enrollments.csv
    user_id,listing_id,send_email
    ana@example.org,1024,yes
    ```
    ## Use instead
    ```csv expand-enrollments.csv
    user_id,listing_id,send_email
    ana@example.org,1024,false
    ```
    """
    return (values.str.lower() != "true") & ~values.str.strip().str.lower().isin(_MEANS_FALSE)


_MEANS_FALSE = ["", "false", "no", "n", "f", "off", "0"]


EXPAND = schema(
    Kind.EXPAND,
    "Who is enrolled in which listing of IU Expand. There is no way to take somebody out again through this file.",
    user_id=column(
        "The person, who must be in Canvas by then: a guest's e-mail address, a username, or a university id.",
        REQUIRED,
        form=Form.PERSON,
        example="ana@example.org",
        rules=(person_not_identifiable, address_other_than_it_seems),
    ),
    listing_id=column("The id of the listing in IU Expand.", REQUIRED, form=Form.ID, example="1024"),
    send_email=column(
        "Whether IU Expand mails the person about it; false where it is empty.",
        OPTIONAL,
        form=Form.CHOICE,
        example="false",
        choices=(
            Choice("true", "mail is sent", ("yes", "y", "t", "on", "1")),
            Choice("false", "no mail", ("no", "n", "f", "off", "0")),
        ),
        rules=(send_email_not_true_or_false,),
    ),
)
"""The specification of expand-enrollments.csv."""
