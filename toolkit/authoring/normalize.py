"""What a cell says, in the words of the specification. What is not recognised is left as it stands: the checks judge it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from provkit.authoring.changes import ChangeKind
from provkit.authoring.dates import Clock, DateReader
from provkit.authoring.rules_cells import (
    date_ambiguous,
    formula_error,
    formula_without_result,
    number_too_long,
    scientific_notation,
    several_addresses,
    time_skipped_or_repeated,
    turned_into_a_date,
    university_id_malformed,
    university_id_padded,
)
from provkit.rules import Rule
from provkit.tables import Cell, CellError
from provkit.vocabulary import token
from provkit.words import trimmed

__all__ = [
    "LEFT_OUT",
    "Cleaned",
    "Cleaner",
    "address",
    "boolean",
    "identifier",
    "moment",
    "shown",
    "text",
    "university_id",
    "words",
]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What became of one cell.

    Attributes:
        text: The value.
        changes: What was done to it.
        fault: The rule that it breaks, if any.
        details: For the fault's message.
    """

    text: str
    changes: tuple[ChangeKind, ...] = ()
    fault: Rule | None = None
    details: Mapping[str, object] = field(default_factory=dict)


Cleaner = Callable[[Cell], Cleaned]

ERRORS = re.compile(
    r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|GETTING_DATA|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!)|Err:5\d\d",
    re.IGNORECASE,
)
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_LINE_END = re.compile("\r\n|\r")
_MAILTO = re.compile(r"mailto:\s*([^?\s]+)(?:\?\S*)?", re.IGNORECASE)
_DISPLAYED = re.compile(r"[^<>()@]*[<(]\s*(?:mailto:)?([^<>()\s]+@[^<>()\s]+)\s*[>)]", re.IGNORECASE)

LEFT_OUT = frozenset(
    token(word)
    for word in (
        "dropped", "drop", "withdrawn", "withdrew", "withdraw", "waitlisted", "waitlist", "wait listed", "wait list", "waiting list", "waiting",
        "on waitlist", "cancelled", "canceled", "cancellation", "pending", "denied", "declined", "refunded", "not attending", "no show",
        "liste d'attente", "en attente", "annulé", "annulée", "désisté", "désistée", "refusé", "refusée", "warteliste", "storniert", "abgemeldet", "abgesagt",
        "abgelehnt", "lista de espera", "en espera", "cancelado", "cancelada", "anulado", "anulada", "rechazado", "rechazada",
    )
)  # fmt: skip
"""Statuses of people who are not to be enrolled."""

_ROLES = {
    "student": (
        "student|learner|participant|attendee|student enrollment|studentenrollment|pupil|trainee|étudiant|étudiante|participante|"
        "studentin|studierende|teilnehmer|teilnehmerin|teilnehmende|estudiante|alumno|alumna"
    ),
    "teacher": (
        "teacher|instructor|primary instructor|lead instructor|faculty|professor|lecturer|teacherenrollment|teacher enrollment|"
        "enseignant|enseignante|professeur|professeure|dozent|dozentin|lehrkraft|lehrer|lehrerin|profesor|profesora|docente"
    ),
    "ta": "ta|t.a.|teaching assistant|taenrollment|ta enrollment|teacher assistant|graduate assistant",
    "observer": "observer|observerenrollment|observer enrollment",
    "designer": "designer|course designer|instructional designer|designerenrollment|designer enrollment",
}
_ENROLLED = {
    "active": (
        "active|enrolled|registered|attending|confirmed|approved|accepted|actif|inscrit|inscrite|confirmé|confirmée|aktiv|angemeldet|bestätigt|"
        "activo|activa|inscrito|inscrita|confirmado|confirmada"
    ),
    "deleted": "deleted|delete|removed|remove",
    "completed": "completed|complete|concluded",
    "inactive": "inactive",
    "deleted_last_completed": "deleted_last_completed",
}
_USER = {"active": "active", "suspended": "suspended", "deleted": "deleted|delete"}
_COURSE = {
    "active": "active",
    "deleted": "deleted|delete",
    "completed": "completed|complete|concluded",
    "published": "published|publish",
    "unpublished": "unpublished|unpublish",
}
_SECTION = {"active": "active", "deleted": "deleted|delete"}
_SERVICE = {"e": "e|expand|iu expand", "c": "c|canvas|iu canvas"}
_YES_NO = {"true": "true|yes|y|1|t|on|x|✓|✔|☑", "false": "false|no|n|0|f|off|☐"}


def _index(words_: Mapping[str, str]) -> Mapping[str, str]:
    return {token(word) or word: value for value, said in words_.items() for word in said.split("|")}


WORDS: Mapping[str, Mapping[str, str]] = {
    "role": _index(_ROLES),
    "status": _index(_ENROLLED),
    "user_status": _index(_USER),
    "course_status": _index(_COURSE),
    "section_status": _index(_SECTION),
    "service": _index(_SERVICE),
    "boolean": _index(_YES_NO),
}
"""Per list of words, what people write to what the specification has."""


def shown(cell: Cell) -> str:
    """A cell as a person sees it, near enough to find it again.

    Args:
        cell: Any cell.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, CellError):
        return cell.text
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{Decimal(f'{cell:.15g}'):f}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return "" if cell is None else str(cell)


def _plain(cell: Cell, *, joiners: bool) -> Cleaned:
    """The steps that every cell goes through: errors and long numbers are faults, blanks at the ends and unseen characters go."""
    said = shown(cell)
    if not isinstance(cell, str):
        if isinstance(cell, CellError):
            return Cleaned(said, fault=formula_error if cell.text else formula_without_result)
        if isinstance(cell, (int, float)) and not isinstance(cell, bool) and not _exact(cell):
            return Cleaned(said, fault=number_too_long)
        return Cleaned(said)
    if said.isascii() and said.isprintable() and said == said.strip():
        return Cleaned(said, fault=formula_error) if said[:1] in "#E" and ERRORS.fullmatch(said) else Cleaned(said)
    lines = _LINE_END.sub("\n", said)
    bare = trimmed(lines, joiners=joiners)
    changes: tuple[ChangeKind, ...] = ()
    if lines != said and "\n" in bare:
        changes += (ChangeKind.LINE_ENDS,)
    if bare != (lines if changes else said):
        changes += (ChangeKind.TRIMMED,)
    return Cleaned(bare, changes, fault=formula_error if ERRORS.fullmatch(bare) else None)


def _exact(number: float) -> bool:
    """Whether a spreadsheet kept every digit of a number."""
    return abs(number) < 1e15


def text(cell: Cell) -> Cleaned:
    """Names and titles.

    Args:
        cell: Any cell.
    """
    if isinstance(cell, (date, time, timedelta)):
        return Cleaned(shown(cell), fault=turned_into_a_date)
    return _plain(cell, joiners=True)


def identifier(cell: Cell) -> Cleaned:
    """Ids, which must come through to the letter.

    Args:
        cell: Any cell.
    """
    if isinstance(cell, (date, time, timedelta)):
        return Cleaned(shown(cell), fault=turned_into_a_date)
    plain = _plain(cell, joiners=False)
    if plain.fault is None and _SCIENTIFIC.fullmatch(plain.text):
        return Cleaned(plain.text, plain.changes, scientific_notation)
    return plain


def address(cell: Cell) -> Cleaned:
    """E-mail addresses, and ids in whose column an address may stand.

    Args:
        cell: Any cell.
    """
    plain = identifier(cell)
    if plain.fault is not None or "@" not in plain.text:
        return plain
    bare = plain.text
    if ":" in bare or "<" in bare or "(" in bare:
        for form in (_MAILTO, _DISPLAYED):
            match = form.fullmatch(bare)
            bare = match[1] if match else bare
    if bare[-1] in ";," and bare.count("@") == 1:
        bare = bare[:-1].rstrip()
    changes = plain.changes if bare == plain.text else (*plain.changes, ChangeKind.ADDRESS)
    if bare.count("@") > 1 and len(re.findall(r"[^\s;,/|<>\"]@", bare)) > 1 and re.search(r"[\s;,/|]", bare):
        return Cleaned(bare, changes, several_addresses)
    return Cleaned(bare, changes)


def university_id(cell: Cell) -> Cleaned:
    """University ids: ten digits, of which spreadsheets drop leading zeros.

    Args:
        cell: Any cell.
    """
    plain = identifier(cell)
    said = plain.text
    if plain.fault is not None or not said:
        return plain
    if not (said.isascii() and said.isdigit() and 7 <= len(said) <= 10):
        return Cleaned(said, plain.changes, university_id_malformed)
    if len(said) == 10:
        return plain
    return Cleaned(said.zfill(10), (*plain.changes, ChangeKind.PADDED), university_id_padded, {"digits": len(said)})


SIMPLE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_., '&/-]*[A-Za-z0-9_.])?(?:@[A-Za-z0-9.-]+)?")
"""What most cells look like."""

PASSING: frozenset[Cleaner] = frozenset({text, identifier, address})
"""The cleaners that let a simple cell pass as it is."""


def words(which: str) -> Cleaner:
    """A cleaner for words of which there is a list.

    Args:
        which: The list, a key of `WORDS`.
    """
    known = WORDS[which]

    def clean(cell: Cell) -> Cleaned:
        plain = text(cell)
        word = known.get(token(plain.text) or plain.text)
        if plain.fault is not None or word is None or word == plain.text:
            return plain
        return Cleaned(word, (*plain.changes, ChangeKind.WORD))

    return clean


boolean = words("boolean")
"""Cleans yes and no."""


def moment(reader: DateReader, *, end: bool) -> Cleaner:
    """A cleaner for dates.

    Args:
        reader: Knows zone and order.
        end: Whether a date alone is the end of that day.
    """

    def clean(cell: Cell) -> Cleaned:
        plain = Cleaned(shown(cell)) if isinstance(cell, date) else _plain(cell, joiners=False)
        if plain.fault is not None or not plain.text:
            return plain
        found = reader.read(cell if isinstance(cell, date) else plain.text, end=end)
        if found is None:
            return plain
        if found.readings:
            return Cleaned(plain.text, plain.changes, date_ambiguous, {"one": found.readings[0], "other": found.readings[1]})
        changes = plain.changes if found.text == plain.text else (*plain.changes, ChangeKind.DATE)
        if found.clock is not Clock.PLAIN:
            return Cleaned(found.text, changes, time_skipped_or_repeated, {"clock": found.clock.value, "taken": found.text})
        return Cleaned(found.text, changes)

    return clean
