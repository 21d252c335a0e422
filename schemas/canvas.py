"""The four files as they reach Canvas: what Canvas itself makes of their values.

The service writes users.csv anew (user_id, login_id, email, status) and fills in limit_section_privileges; so what Canvas says of these
columns is declared here. The rules of the other columns are those of the package's own schemas, without what only the service asks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any, Final

import pandas as pd
import pandera.pandas as pa

from provkit.rules import Consequence, Rule, rule
from provkit.schemas.common import (
    IGNORED,
    LONGEST,
    OPTIONAL,
    REQUIRED,
    Choice,
    Form,
    check,
    column,
    each,
    facts,
    required_value_missing,
    schema,
)
from provkit.schemas.courses import COURSES, account_with_blanks_around, official_class_id
from provkit.schemas.enrollments import ENROLLMENTS, limit_not_true_or_false
from provkit.schemas.layouts import Kind
from provkit.schemas.letters import (
    control_character,
    decimals_in_id,
    encoding_lost,
    invisible_character_in_id,
    letters_garbled,
    nul_character,
    trimmed,
    typographic_sign_in_id,
)
from provkit.schemas.people import address_other_than_it_seems, person_not_identifiable, university_id_of_wrong_length
from provkit.schemas.sections import SECTIONS
from provkit.schemas.users import USERS

__all__ = [
    "ADDRESSES",
    "AT_CANVAS",
    "address_breaks_off_the_import",
    "address_not_stored",
    "limit_not_understood",
    "login_not_printable",
    "login_too_long",
    "user_status_taken_for_active",
    "user_status_unknown",
]

_STATUSES = ("active", "suspended", "deleted")
_TRUTHS = ("yes", "y", "true", "t", "on", "1", "no", "n", "false", "f", "off", "0")

LONGEST_LOGIN: Final = 100
"""The most characters that Canvas takes in a login."""

_ATEXT = r"[^\x00-\x20\x7f()<>@,;:\\\".\[\]]"
_QUOTED = r'"[^"\\\x00\r\n]+"'
_LITERAL = r"\[[^\[\]\\\x00-\x20]*\]"
_ADDRESS = re.compile(rf"(?!\.*+@)(?:\.|{_ATEXT}|{_QUOTED})++@(?:(?!\.*+\Z)(?:\.|{_ATEXT}|{_QUOTED})++(?<!\.)|{_LITERAL})")
"""What Ruby's mail library reads as itself, with a domain: dots anywhere but at the very end, quoted pieces, letters of any script."""
_PLAIN_ADDRESS = r"[0-9A-Za-z!#$%&'*+/=?^_`{|}~-][0-9A-Za-z!#$%&'*+/=?^_`{|}~.-]*@[0-9A-Za-z.-]*[0-9A-Za-z-]"
"""The usual case of it, for one quick pass over a column."""


@rule("PK820", Consequence.REJECTED, "Canvas knows no user status {value!r}.")
def user_status_unknown(values: pd.Series[str]) -> pd.Series[bool]:
    """In a users file that goes straight to Canvas, a status is none that Canvas knows.

    What happens: Canvas refuses the user with "Improper status for user", and the enrollments find nobody. The provisioning service
    writes active for every user, so that this cannot happen through it.
    Remedy: write active, suspended or deleted.
    Evidence: Canvas source, lib/sis/user_importer.rb

    ## Example
    ```canvas users.csv
    user_id,login_id,first_name,last_name,email,status
    G-1,ana,Ana,Ruiz,ana@example.org,enabled
    ```
    ## Use instead
    ```canvas users.csv
    user_id,login_id,first_name,last_name,email,status
    G-1,ana,Ana,Ruiz,ana@example.org,active
    ```
    """
    return ~trimmed(values).str.lower().str.startswith(_STATUSES) & (values.str.strip() != "")


@rule("PK821", Consequence.ALTERED, "Canvas takes the user status {value!r} for active, whatever it begins with.")
def user_status_taken_for_active(values: pd.Series[str]) -> pd.Series[bool]:
    """In a users file that goes straight to Canvas, a status begins with a known word and goes on.

    What happens: Canvas takes it for active without a message, also where it begins with deleted or suspended: somebody who should lose
    access gets it. The provisioning service writes active for every user in any case.
    Remedy: write one of the words by itself: active, suspended or deleted.
    Evidence: Canvas source, lib/sis/user_importer.rb

    ## Example
    ```canvas users.csv
    user_id,login_id,first_name,last_name,email,status
    G-1,ana,Ana,Ruiz,ana@example.org,deleted-2026
    ```
    ## Use instead
    ```canvas users.csv
    user_id,login_id,first_name,last_name,email,status
    G-1,ana,Ana,Ruiz,ana@example.org,Deleted
    ```
    """
    word = trimmed(values).str.lower()
    return word.str.startswith(_STATUSES) & ~word.isin(_STATUSES)


@rule("PK822", Consequence.REJECTED, "The login {value!r} holds a character that cannot be printed.")
def login_not_printable(values: pd.Series[str]) -> pd.Series[bool]:
    r"""In a users file that goes straight to Canvas, a login holds a tab, a line break or another control character.

    What happens: Canvas refuses the user with "Invalid login_id". The provisioning service writes a login of its own.
    Remedy: type the login again.
    Evidence: Canvas source, app/models/pseudonym.rb

    ## Example
    ```canvas-bytes users.csv
    b"user_id,login_id,first_name,last_name,email,status\nG-1,an\x7fa,Ana,Ruiz,ana@example.org,active\n"
    ```
    ## Use instead
    ```canvas users.csv
    user_id,login_id,first_name,last_name,email,status
    G-1,ana,Ana,Ruiz,ana@example.org,active
    ```
    """
    return each(trimmed(values), lambda text: any(unicodedata.category(sign) in _UNPRINTABLE for sign in text))


_UNPRINTABLE = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})


@rule(
    "PK823",
    Consequence.REJECTED,
    "The login is {length} characters long; Canvas takes at most 100.",
    says=lambda value: {"length": len(value)},
)
def login_too_long(values: pd.Series[str]) -> pd.Series[bool]:
    """In a users file that goes straight to Canvas, a login is longer than Canvas takes.

    What happens: Canvas refuses the user with "unique_id is too long". The provisioning service writes a login of its own.
    Remedy: shorten it to 100 characters.
    Evidence: Canvas source, app/models/pseudonym.rb

    ## Example
    ```builder login_too_long
    ```
    ## Use instead
    ```canvas users.csv
    user_id,login_id,first_name,last_name,email,status
    G-1,ana,Ana,Ruiz,ana@example.org,active
    ```
    """
    return trimmed(values).str.len() > LONGEST_LOGIN


@rule("PK824", Consequence.ALTERED, "Canvas does not store the address {value!r}; the user comes to be without one.")
def address_not_stored(values: pd.Series[str]) -> pd.Series[bool]:
    r"""An address is none that Canvas stores.

    What happens: Canvas makes the user and the login, says that the address is invalid, and leaves it out: the person gets no mail from
    Canvas. The service has rules of its own, by which some addresses pass that Canvas refuses, such as one with a backslash in quotes.
    Remedy: write one plain address, such as ana@example.org.
    Evidence: Canvas source, lib/email_address_validator.rb, lib/sis/user_importer.rb (mail 2.7.1, executed)

    ## Example
    ```canvas users.csv
    user_id,login_id,first_name,last_name,email,status
    G-1,ana,Ana,Ruiz,Ana Ruiz <ana@example.org>,active
    ```
    ## Use instead
    ```canvas users.csv
    user_id,login_id,first_name,last_name,email,status
    G-1,ana,Ana,Ruiz,ana@example.org,active
    ```
    """
    odd = ~values.str.fullmatch(_PLAIN_ADDRESS)
    refused = each(values[odd], lambda text: bool(text.strip()) and _ADDRESS.fullmatch(text) is None)
    return odd & refused.reindex(values.index, fill_value=False)


@rule(
    "PK825",
    Consequence.REJECTED,
    "The address is {length} characters long; beyond 255 Canvas breaks off the import of the rows around it.",
    says=lambda value: {"length": len(value)},
)
def address_breaks_off_the_import(values: pd.Series[str]) -> pd.Series[bool]:
    """An address is longer than Canvas's database takes.

    What happens: nothing in Canvas looks at the length before the database refuses it; the import of the batch of rows breaks off there,
    with "Error while importing CSV", and rows after it may be lost.
    Remedy: correct the address.
    Evidence: Canvas source, lib/sis/user_importer.rb; inferred from the length of the database's column

    ## Example
    ```builder address_breaks_off_the_import
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    """
    return trimmed(values).str.len() > LONGEST


@rule(
    "PK826",
    Consequence.ALTERED,
    "{value!r} is neither yes nor no to Canvas, which takes it for {taken}.",
    says=lambda value: {"taken": "yes" if re.match(r"\s*[-+]?0*[1-9]", value) else "no"},
)
def limit_not_understood(values: pd.Series[str]) -> pd.Series[bool]:
    """In an enrollments file that goes straight to Canvas, limit_section_privileges is neither yes nor no.

    What happens: Canvas takes a number other than 0 for yes, and every word that it does not know for no, without a message. The
    provisioning service passes nothing on but true and false.
    Remedy: write true or false.
    Evidence: Canvas source, lib/sis/enrollment_importer.rb, lib/canvas/plugin.rb

    ## Example
    ```canvas enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,G-1,student,YOGA-01,active,limited
    ```
    ## Use instead
    ```canvas enrollments.csv
    course_id,user_id,role,section_id,status,limit_section_privileges
    YOGA,G-1,student,YOGA-01,active,yes
    ```
    """
    word = trimmed(values).str.lower()
    return ~word.isin(_TRUTHS) & (values.str.strip() != "")


_SERVICE_ALONE = frozenset(
    {
        *(official_class_id, account_with_blanks_around, limit_not_true_or_false),
        *(person_not_identifiable, university_id_of_wrong_length, address_other_than_it_seems),
        *(encoding_lost, letters_garbled, control_character),  # whatever did that, Canvas stores the text as it gets it
        *(typographic_sign_in_id, decimals_in_id),  # and takes such ids as they are
    }
)
"""What the service asks, or whoever reads a package, but not Canvas."""


def _as_sent(
    declared: pa.DataFrameSchema,
    *,
    without: Mapping[str, Collection[Rule]] | None = None,
    also: Mapping[str, tuple[Rule, ...]] | None = None,
) -> pa.DataFrameSchema:
    """A kind's schema with what Canvas itself tests."""
    columns: dict[str, Any] = {}
    for name, found in declared.columns.items():
        dropped = _SERVICE_ALONE | set((without or {}).get(name, ()))
        kept = tuple(each for each in facts(declared, name).rules if each not in dropped) + (also or {}).get(name, ())
        columns[name] = pa.Column(
            str,
            checks=[check(each) for each in kept],
            description=found.description,
            metadata={**(found.metadata or {}), "rules": kept},
            required=False,
        )
    return pa.DataFrameSchema(columns, name=declared.name, title=declared.title, description=declared.description)


_USERS = schema(
    Kind.USERS,
    "People as Canvas gets them; the service fills all columns but the names.",
    user_id=column(
        "The user's SIS id; from the service, the address.", REQUIRED, form=Form.ID, example="ana@example.org", max_length=LONGEST
    ),
    login_id=column(
        "What the person logs in with; from the service, the guest account's own id.",
        REQUIRED,
        form=Form.ID,
        example="ana",
        rules=(login_not_printable, login_too_long),
    ),
    first_name=column("The first name.", OPTIONAL, form=Form.TEXT, example="Ana"),
    last_name=column("The last name.", OPTIONAL, form=Form.TEXT, example="Ruiz"),
    email=column(
        "The address.",
        OPTIONAL,
        form=Form.ADDRESS,
        example="ana@example.org",
        rules=(address_not_stored, address_breaks_off_the_import, nul_character),
    ),
    status=column(
        "The state; from the service always active.",
        REQUIRED,
        form=Form.CHOICE,
        example="active",
        choices=(
            Choice("active", "can log in"),
            Choice("suspended", "cannot log in; the enrollments stay"),
            Choice("deleted", "is removed"),
        ),
        rules=(user_status_unknown, user_status_taken_for_active, nul_character),
    ),
    service=column("Unknown to Canvas.", IGNORED, form=Form.TEXT, example="", rules=(nul_character,)),
)

AT_CANVAS: Mapping[Kind, pa.DataFrameSchema] = {
    Kind.USERS: _as_sent(_USERS),
    Kind.COURSES: _as_sent(COURSES, without={"account_id": {required_value_missing}}),
    Kind.SECTIONS: _as_sent(SECTIONS),
    Kind.ENROLLMENTS: _as_sent(
        ENROLLMENTS,
        also={"user_id": (nul_character, invisible_character_in_id), "limit_section_privileges": (limit_not_understood,)},
    ),
}
"""By kind, what Canvas tests in single values; Canvas trims them first."""

ADDRESSES = pa.DataFrameSchema(
    {
        "login_id": pa.Column(
            str,
            checks=[check(address_not_stored), check(address_breaks_off_the_import)],
            metadata={**(USERS.columns["login_id"].metadata or {}), "rules": (address_not_stored, address_breaks_off_the_import)},
        )
    }
)
"""What Canvas tests in the address of a package's users file; which ones get there is for the service to say."""
