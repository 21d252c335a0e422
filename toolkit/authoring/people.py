"""Who is meant: one person behind addresses, usernames, university ids and ids of the source's own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from provkit.authoring.changes import ChangeKind

__all__ = ["Known", "Mention", "Person"]

_TEN_DIGITS = re.compile(r"[0-9]{10}")


class Mention(NamedTuple):
    """What one row says about who is meant; each may be empty."""

    university_id: str
    username: str
    user_id: str
    email: str


class Person(NamedTuple):
    """What a mention comes to.

    Attributes:
        key: What the enrollment names: university id, username or address; "" for nobody.
        source: The field that it came from.
        change: How the key differs from what stands in that field, if it does.
        guest: The address, where the person is to have a guest account; else "".
        fault: "two", "id" or "account" where it is not known who is meant; see the rules.
        other: A second address.
    """

    key: str
    source: str = "email"
    change: ChangeKind | None = None
    guest: str = ""
    fault: str = ""
    other: str = ""


@dataclass(eq=False)
class Known:
    """What the whole source tells about people.

    Attributes:
        own_domains: The university's mail domains.
        spelled: Addresses as first met, by their casefolded form.
        aliases: The source's own ids to casefolded addresses.
        accounts: Casefolded addresses to the university ids and usernames that stand with them.
    """

    own_domains: tuple[str, ...]
    spelled: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, set[str]] = field(default_factory=dict)
    accounts: dict[str, set[str]] = field(default_factory=dict)
    _own: dict[str, bool] = field(default_factory=dict)

    def is_own(self, address: str) -> bool:
        """Whether an address is under one of the university's domains.

        Args:
            address: Any text.
        """
        local, at, domain = address.rpartition("@")
        if not at or not local:
            return False
        found = self._own.get(domain)
        if found is None:
            folded = domain.casefold()
            found = self._own[domain] = any(folded == own or folded.endswith("." + own) for own in self.own_domains)
        return found

    def username(self, address: str) -> str:
        """The username in an address of the university's own.

        Args:
            address: One for which `is_own` holds.
        """
        return address.rpartition("@")[0].lower()

    def spell(self, address: str) -> str:
        """An address, spelled as where it was first met.

        Args:
            address: An address.
        """
        return self.spelled.setdefault(address.casefold(), address)

    def learn(self, mentions: Iterable[Mention], *, guests: bool) -> None:
        """Take in what rows say, in their order.

        Args:
            mentions: One per distinct combination.
            guests: Whether they stand on a sheet of guests: there even ten digits are an id of the source's own.
        """
        for mention in mentions:
            addresses = self.addresses(mention)
            if len(addresses) != 1 or "@" not in addresses[0]:
                continue
            address = addresses[0]
            folded = address.casefold()
            if not self.is_own(address):
                self.spell(address)
            digits = not guests and mention.user_id not in self.aliases and _TEN_DIGITS.fullmatch(mention.user_id) is not None
            account = mention.university_id or self._bare(mention.username) or (mention.user_id if digits else "")
            if account:
                self.accounts.setdefault(folded, set()).add(account)
            if mention.user_id and "@" not in mention.user_id and not digits:
                self.aliases.setdefault(mention.user_id, set()).add(folded)

    def addresses(self, mention: Mention) -> list[str]:
        """The addresses of a mention that differ by more than case; one of the university's own in a username's place is none.

        Where there is none, what stands in a column of addresses is taken for one: that it is not will be found later.

        Args:
            mention: What a row says.
        """
        if not mention.user_id and not mention.username:
            return [mention.email] * bool(mention.email)
        candidates = [mention.email, mention.user_id]
        if not self.is_own(mention.username):
            candidates.append(mention.username)
        found = {candidate.casefold(): candidate for candidate in reversed(candidates) if "@" in candidate}
        return list(reversed(found.values())) or [mention.email] * bool(mention.email)

    def resolve(self, mention: Mention) -> Person:
        """Who is meant.

        A university id wins over a username, and both over an address; an id of the source's own stands for the address beside it.

        Args:
            mention: What a row says.
        """
        name = self._bare(mention.username)
        if mention.university_id or name:
            source = "university_id" if mention.university_id else "username"
            taken_out = source == "username" and name != mention.username
            return Person(mention.university_id or name, source, ChangeKind.USERNAME if taken_out else None)
        addresses, followed = self.addresses(mention), self.aliases.get(mention.user_id, ())
        if len(addresses) > 1:
            first, other, *_ = addresses
            return Person(first, self._field(mention, first), guest=first, fault="two", other=other)
        if len(followed) > 1:
            return Person(mention.user_id, "user_id", fault="id")
        if addresses and (followed or not _TEN_DIGITS.fullmatch(mention.user_id)):
            return self._of_address(addresses[0], self._field(mention, addresses[0]), None)
        if followed:
            folded = next(iter(followed))
            return self._of_address(self.spelled.get(folded, folded), "user_id", ChangeKind.FOLLOWED)
        return Person(mention.user_id, "user_id")

    def _of_address(self, address: str, source: str, change: ChangeKind | None) -> Person:
        if self.is_own(address):
            return Person(self.username(address), source, change or ChangeKind.USERNAME)
        accounts = self.accounts.get(address.casefold(), set())
        if len(accounts) > 1:
            numbers = {account for account in accounts if _TEN_DIGITS.fullmatch(account)}
            if len(numbers) != 1:
                return Person(address, source, fault="account")
            accounts = numbers
        if accounts:
            return Person(next(iter(accounts)), source, ChangeKind.FOLLOWED)
        spelled = self.spell(address)
        if change is None and spelled != address:
            change = ChangeKind.SPELLED
        return Person(spelled, source, change, guest=spelled)

    def _bare(self, username: str) -> str:
        """A username, taken out of an address of the university's own; "" for other addresses."""
        if "@" not in username:
            return username
        return self.username(username) if self.is_own(username) else ""

    @staticmethod
    def _field(mention: Mention, address: str) -> str:
        return Mention._fields[mention.index(address)]
