"""People (PK501)."""

from __future__ import annotations

from provkit.rules import Consequence, Rule, rule

__all__ = ["RULES"]


@rule("PK501", Consequence.MAILED, "{value!r} is an address of the university itself; its holder would be invited as a guest.")
def university_address_as_guest() -> None:
    """Somebody with an address of the university itself is listed as a guest.

    What happens: users.csv is for people without a university account. A guest account with a university address is forbidden, confuses
    the login, and the person is mailed an invitation.
    Remedy: leave the person out of users.csv and enroll them by their user name or university id; provkit build does this.
    Evidence: knowledge base bfqc, alqt, bgdx (receiving-server 1, 2.1)

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@iu.edu,ana@iu.edu,Ana,Ruiz,ana@iu.edu,active
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    """


RULES: tuple[Rule, ...] = (university_address_as_guest,)
