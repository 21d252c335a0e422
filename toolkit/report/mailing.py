"""Who gets mail, in sentences: printed by validate, by send, and by its rehearsal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from provkit.checks.people import Mailing
from provkit.rules import mask

__all__ = ["render"]


def render(mailing: Mailing, *, show_values: bool = True) -> Iterator[str]:
    """One sentence per kind of mail.

    Args:
        mailing: Who would get mail.
        show_values: False masks addresses.
    """
    if not mailing.accepted:
        yield "Nobody: the service would refuse this upload."
        return
    show = (lambda text: text) if show_values else mask
    if mailing.guests:
        who = f"{mailing.guests:,} {_plural(mailing.guests, 'guest', 'guests, each')}"
        names = _listed([show(address) for address in mailing.first_guests], mailing.guests)
        yield f"The university invites {who} who has no account yet; nothing can stop that: {names}."
    else:
        yield "No guest is invited."
    if mailing.message is not None:
        asked = "" if mailing.message_asked_for else " (although no notification is asked for)"
        yield (
            f"The package's own message, {mailing.message.subject!r} from {mailing.message.sender}, goes to each guest whose account is "
            f"new{asked}, if its sender is authorised."
        )
    if mailing.expand:
        later = ", once Canvas has imported the rest" if mailing.expand_later else ""
        listings = ", ".join(f"{listing} ({number:,})" for listing, number in mailing.listings)
        rows = f"{mailing.expand:,} {_plural(mailing.expand, 'row asks', 'rows ask')}"
        yield f"Expand mails those whom it enrolls: {rows} for it{later}; listings: {listings}."
    if mailing.stops_early:
        yield "The run would end early: guests above that row are invited all the same, and no results mail comes."
    elif mailing.files:
        yield f"The results mail about {', '.join(mailing.files)} goes to the department's mail group."


def _plural(number: int, one: str, many: str) -> str:
    return one if number == 1 else many


def _listed(names: Sequence[str], total: int) -> str:
    """The first names, and how many more."""
    more = f" and {total - len(names):,} more" if total > len(names) else ""
    return ", ".join(names) + more
