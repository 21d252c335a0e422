"""Who gets mail, and which addresses must never get any.

Every guest who has no account yet is invited by the university, always; what else is mailed depends on the package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from provkit.column import truths
from provkit.receiver import Fate, ReceivedFile, Reception
from provkit.schemas.layouts import LAYOUTS, NAMING, Kind

pc: Any = pyarrow.compute  # its stubs know no mixture of arrays and scalars
__all__ = [
    "UNIVERSITY_DOMAINS",
    "Mailing",
    "Message",
    "addresses",
    "at_the_university",
    "is_reserved",
    "mailing",
    "reserved_addresses",
]

UNIVERSITY_DOMAINS = ("iu.edu",)
"""The university's own domains; their subdomains count as well. A setting of `build` and `validate`."""

SHOWN = 10
"""How many addresses or listings a `Mailing` names."""

_RESERVED = ("example", "example.com", "example.edu", "example.net", "example.org", "invalid", "localhost", "test", "local")
"""Names set aside for examples and private use (RFC 2606, RFC 6761, RFC 6762), and the one that .edu keeps for examples."""


@dataclass(frozen=True, slots=True)
class Message:
    """The package's own message, as it would arrive.

    Attributes:
        sender: The sender's address.
        subject: The subject.
        body: The text.
    """

    sender: str
    subject: str
    body: str


@dataclass(frozen=True)
class Mailing:
    """Who would get mail if the package were sent as it is.

    Attributes:
        accepted: False where the service would refuse the upload; then nobody gets any.
        guests: How many guests have no account yet, as far as is known; all of them are invited.
        first_guests: The addresses of the first few.
        message: The package's message, where one would go out to new guests (if its sender is authorised).
        message_asked_for: True where the notification was asked for.
        expand: How many Expand rows ask for a mail.
        listings: The Expand listings that mail, with the number of rows each; the first few.
        expand_later: True where Expand rows wait until Canvas is done.
        files: The names of the files that the results mail to the department's group is about.
        stops_early: True where the run ends before its end: guests of earlier rows are invited, and no results mail comes.
    """

    accepted: bool
    guests: int = 0
    first_guests: Sequence[str] = ()
    message: Message | None = None
    message_asked_for: bool = False
    expand: int = 0
    listings: Sequence[tuple[str, int]] = ()
    expand_later: bool = False
    files: Sequence[str] = field(default_factory=tuple)
    stops_early: bool = False


def domain_of(address: str) -> str:
    """The domain of an address, in small letters, without a dot at its end.

    Args:
        address: Any text.
    """
    return address.rpartition("@")[2].strip().rstrip(".").casefold()


def _within(domain: str, domains: Iterable[str]) -> bool:
    """Whether a domain is one of those given or below one."""
    return any(domain == parent or domain.endswith(f".{parent}") for parent in domains)


def is_reserved(address: str) -> bool:
    """Whether an address is under a domain that is set aside for examples: nobody real can have it.

    Args:
        address: Any text.
    """
    return "@" in address and _within(domain_of(address), _RESERVED)


def reserved_addresses(addresses: Iterable[str]) -> list[str]:
    """Those of the addresses given that nobody real can have; a package that has one belongs into the sandbox only.

    Args:
        addresses: Distinct addresses.
    """
    return [address for address in addresses if is_reserved(address)]


def at_the_university(addresses: Any, domains: Sequence[str] = UNIVERSITY_DOMAINS) -> np.ndarray:
    """Which addresses are under the university's own domains.

    Args:
        addresses: An Arrow column.
        domains: The university's domains.
    """
    pattern = rf"@(?:[^@]*\.)?(?:{'|'.join(map(re.escape, domains))})\.?\s*$"
    return truths(pc.match_substring_regex(addresses, pattern, ignore_case=True))


_LISTING, _SEND_EMAIL = map(LAYOUTS[Kind.EXPAND].position, ("listing_id", "send_email"))


def mailing(reception: Reception, *, notify: bool) -> Mailing:
    """Who would get mail.

    Args:
        reception: What becomes of the upload.
        notify: Whether the notification of new guests is asked for.
    """
    processing = reception.processing
    if processing is None:
        return Mailing(accepted=False)
    invited = [_invited(file) for file in reception.files if file.kind is Kind.USERS]
    first = [address for _, addresses in invited for address in addresses]
    listings = _mailing_listings(reception)
    message = processing.message
    return Mailing(
        accepted=True,
        guests=sum(number for number, _ in invited),
        first_guests=tuple(first[:SHOWN]),
        message=None if message is None else Message(message.sender, message.subject, message.body),
        message_asked_for=notify,
        expand=sum(number for _, number in listings),
        listings=tuple(listings[:SHOWN]),
        expand_later=any(file.kind is Kind.USERS for file in reception.files),
        files=tuple(file.name or "" for file in reception.files if file.kind is not None),
        stops_early=processing.thrown is not None,
    )


def addresses(reception: Reception) -> list[str]:
    """Every different address that the upload names, of guests and of people enrolled.

    Args:
        reception: What becomes of the upload.
    """
    columns = {kind: LAYOUTS[kind].position(name) for kind, name in NAMING.items()}
    found: dict[str, None] = {}
    for file in reception.files:
        if file.kind in columns and file.records is not None and len(file.records.columns) > columns[file.kind]:
            values = file.records.coded(columns[file.kind]).values.drop_null()
            found |= dict.fromkeys(values.filter(pc.match_substring(values, "@")).to_pylist())
    return list(found)


def _invited(file: ReceivedFile) -> tuple[int, list[str]]:
    """How many addresses of one users file have no guest account yet, and the first few."""
    assert file.fates is not None
    assert file.judged is not None
    assert file.records is not None
    login = LAYOUTS[Kind.USERS].position(NAMING[Kind.USERS])
    new = np.flatnonzero((file.fates == Fate.SENT) & ~file.judged.existing)
    return len(new), [file.records.coded(login).at(int(record)) or "" for record in new[:SHOWN]]


def _mailing_listings(reception: Reception) -> list[tuple[str, int]]:
    """The Expand listings that mail those whom they enroll, and how many rows each has."""
    numbers: dict[str, int] = {}
    for file in reception.files:
        if file.kind is not Kind.EXPAND or file.fates is None or file.records is None or len(file.records.columns) <= _SEND_EMAIL:
            continue
        asked = pc.fill_null(pc.equal(pc.utf8_lower(file.records.column(_SEND_EMAIL)), "true"), False)  # noqa: FBT003
        mails = np.isin(file.fates, (Fate.SENT, Fate.DEFERRED)) & asked.to_numpy(zero_copy_only=False).astype(bool)
        for entry in pc.value_counts(file.records.column(_LISTING).filter(pa.array(mails))).to_pylist():
            numbers[entry["values"]] = numbers.get(entry["values"], 0) + entry["counts"]
    return list(numbers.items())
