"""Who gets mail, and which addresses must never get any.

Every guest who has no account yet is invited by the university, always; what else is mailed depends on the package.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

__all__ = ["UNIVERSITY_DOMAINS", "Mailing", "Message", "is_reserved", "reserved_addresses"]

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
        guests: How many different addresses the service would look up; those that have no account are invited.
        first_guests: The first few of them.
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


def at_the_university(addresses: Iterable[str], domains: Sequence[str] = UNIVERSITY_DOMAINS) -> list[str]:
    """Those of the addresses given that are under the university's own domains.

    Args:
        addresses: Distinct addresses.
        domains: The university's domains.
    """
    return [address for address in addresses if "@" in address and _within(domain_of(address), domains)]
