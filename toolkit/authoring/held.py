"""What goes with a row that is held back, and what is said of a message that is not taken along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from provkit.authoring.authored import REFERENCES, Authored, Fate
from provkit.authoring.changes import ChangeKind, Changes, Group
from provkit.rules import Consequence, Finding, Rule, rule
from provkit.schemas.layouts import Kind

__all__ = [
    "RULES",
    "dependents",
    "depends_on_held_back",
    "message_not_taken_along",
    "message_written_anew",
    "nothing_left_to_join",
    "rows_held_back",
]

Positions = npt.NDArray[np.int64]

_THINGS = {Kind.COURSES: "course", Kind.SECTIONS: "section", Kind.USERS: "person"}


@rule("PK690", Consequence.HELD_BACK, "this row needs the {thing} {value!r}, whose own row is held back")
def depends_on_held_back() -> None:
    """A row is held back because what it refers to is.

    What happens: Without the course, section or person that it names the row would be refused or do half of what is meant, so `--hold-back`
    keeps it out of the package as well. Remedy: Mend the row that it depends on; nothing is wrong with this one. Evidence: Canvas
    refuses rows that refer to what it does not know (canvas-sis-import.md 5 to 7).

    ## Example
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,=#REF!
    bo@example.org,Bo,Ek
    ```
    ```sheet Enrollments
    Course ID,User ID,Role,Section ID,Status
    NC-1,ana@example.org,student,,active
    ```
    ```build
    --hold-back
    ```
    ## Use instead
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    bo@example.org,Bo,Ek
    ```
    ```sheet Enrollments
    Course ID,User ID,Role,Section ID,Status
    NC-1,ana@example.org,student,,active
    ```
    ```build
    --hold-back
    ```
    """


@rule(
    "PK691", Consequence.NOTED, "there is a message for new guests, but nobody asked for it to be sent, so it is not in the package"
)
def message_not_taken_along() -> None:
    """A message is there, and it is not sent.

    What happens: New guests get the university's own invitation and nothing else. Remedy: To send the message as well, build with
    --notify, or write notify = true under [defaults] in provkit.toml. Evidence: server-findings 67: a message in the package is mailed
    whether a notification is asked for or not.

    ## Example
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    ```
    ```sheet Message
    Sender,canvas@example.edu
    Subject,Welcome
    Body,Hello
    ```
    ## Use instead
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    ```
    """


@rule("PK692", Consequence.NOTED, "message.properties is written anew, so that its text arrives as it was typed")
def message_written_anew() -> None:
    r"""A message.properties is not written as the server reads it, and what is meant is plain.

    What happens: The server reads ISO-8859-1 and takes quotation marks for those of a CSV file; the package holds the same text in a form
    that arrives. Remedy: None. Evidence: receiving-server.md 2.6; server-findings 11 and 69.

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b"sender=canvas@example.edu\nsubject=Welcome\nbody=Gr\xc3\xbc\xc3\x9fe\n"
    ```
    ```build
    --notify
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    ana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active
    ```
    ```bytes message.properties
    b"sender=canvas@example.edu\nsubject=Welcome\nbody=Gr\\u00fc\\u00dfe\n"
    ```
    ```build
    --notify
    ```
    """


@rule("PK693", Consequence.HELD_BACK, "{value!r} is not invited, since not one enrollment of this person is left")
def nothing_left_to_join() -> None:
    """A person is held back because all of the person's enrollments are.

    What happens: The university would invite a guest who finds nothing to join, so `--hold-back` keeps the person out of the package as
    well. Remedy: Mend the enrollments; nothing is wrong with this row. Evidence: receiving-server.md 2.10: the invitation goes to every
    new guest.

    ## Example
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    bo@example.org,Bo,Ek
    ```
    ```sheet Enrollments
    Course ID,User ID,Role,Section ID,Status
    NC-1,ana@example.org,student,=#REF!,active
    NC-1,bo@example.org,student,,active
    ```
    ```build
    --hold-back
    ```
    ## Use instead
    ```sheet Users
    Email,First name,Last name
    ana@example.org,Ana,Ruiz
    bo@example.org,Bo,Ek
    ```
    ```sheet Enrollments
    Course ID,User ID,Role,Section ID,Status
    NC-1,ana@example.org,student,,active
    NC-1,bo@example.org,student,,active
    ```
    ```build
    --hold-back
    ```
    """


RULES: tuple[Rule, ...] = (depends_on_held_back, message_not_taken_along, message_written_anew, nothing_left_to_join)


def dependents(authored: Authored, direct: Mapping[Kind, Positions]) -> tuple[Mapping[Kind, Positions], Iterator[Finding]]:
    """All rows to hold back, and a finding for each that is held back for another's sake.

    Args:
        authored: All rows.
        direct: Positions of the rows that have errors of their own, per kind.

    Returns:
        Positions per kind, ascending, the given ones included; and the findings for the others.
    """
    held = authored.dependents(direct)
    return held, _findings(authored, direct, held)


def rows_held_back(authored: Authored, held: Mapping[Kind, Positions]) -> Changes:
    """What was changed on the way, and every row of the source that is kept out of what is written.

    Args:
        authored: All rows.
        held: Positions of the rows that are held back, per kind.
    """
    groups = list(authored.changes.groups)
    for account in authored.account.sheets:
        sheet = authored.sheets.sheets[account.sheet]
        rows = np.unique(account.rows[account.with_held(held) == Fate.HELD_BACK])
        if len(rows):
            numbers = np.asarray(sheet.numbers, dtype=np.int64)[rows]
            nothing = np.zeros(len(rows), dtype=np.int64)
            groups.append(Group(ChangeKind.HELD_BACK, sheet.file, sheet.name, None, None, numbers, nothing, [""], [""]))
    return Changes(tuple(groups))


def _findings(authored: Authored, direct: Mapping[Kind, Positions], held: Mapping[Kind, Positions]) -> Iterator[Finding]:
    gone: dict[tuple[Kind, str], set[str]] = {}
    for source, (key, _), _target in REFERENCES:
        if source in held and (source, key) not in gone:
            ids = authored.tables.by_kind[source].frame[key].to_numpy()
            kept = np.ones(len(ids), dtype=bool)
            kept[held[source]] = False
            gone[source, key] = set(ids[~kept]) - set(ids[kept]) - {""}
    for kind, positions in held.items():
        table = authored.tables.by_kind[kind]
        needs = [(source, column, gone.get((source, key), set())) for source, (key, column), target in REFERENCES if target is kind]
        for row in np.setdiff1d(positions, direct.get(kind, ())).tolist():
            if kind is Kind.USERS:
                address = str(table.frame["login_id"].iloc[row])
                yield Finding(nothing_left_to_join, column="login_id", value=address, origin=table.origin(row, "login_id"))
            for source, column, lost in needs:
                value = str(table.frame[column].iloc[row])
                if value in lost:
                    origin = table.origin(row, column)
                    yield Finding(
                        depends_on_held_back, column=column, value=value, origin=origin, details={"thing": _THINGS[source]}
                    )
                    break
