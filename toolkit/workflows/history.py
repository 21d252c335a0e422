"""The history as verbs: list it, add what was uploaded by hand, settle what is unknown, erase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from provkit import config as settings
from provkit.config import Config
from provkit.delivery import History, Send, environment
from provkit.errors import ConfigError
from provkit.package import Package
from provkit.workflows.sent import feed_of, files_of

__all__ = ["Erasure", "add", "listed", "settle", "to_erase"]


@dataclass(frozen=True)
class Erasure:
    """What is to be erased from the history; nothing is until `carry_out`.

    Attributes:
        history: The history.
        sends: Which sends are meant.
        records: Whether the sends themselves are forgotten, and not only their packages.
    """

    history: History
    sends: Sequence[Send]
    records: bool

    @property
    def packages(self) -> int:
        """How many packages would be erased."""
        return sum(send.kept is not None for send in self.sends)

    @property
    def open(self) -> int:
        """How many sends of unknown outcome would be forgotten, or lose their package."""
        return sum(send.state == "unknown" for send in self.sends)

    def carry_out(self) -> None:
        """Erase it.

        Raises:
            HistoryError: The history cannot be written.
        """
        self.history.purge(self.sends, records=self.records)


def listed(
    *, environment: str | None = None, group: str | None = None, feed: str | None = None, config: Config | None = None
) -> tuple[Send, ...]:
    """The history, oldest first.

    Args:
        environment: Only this environment.
        group: Only this group.
        feed: Only this feed.
        config: The settings; by default those found from the current folder.

    Raises:
        HistoryError: It cannot be read.
    """
    return History.open(config or settings.load()).sends(environment=environment, group=group, feed=feed)


def add(path: str | Path, *, env: str, group: str | None = None, config: Config | None = None) -> Send:
    """Record what was uploaded by other means, such as the upload page in Canvas.

    Args:
        path: What was uploaded: a folder, a ZIP, or a single CSV.
        env: Where to: beta, test or production.
        group: For which group; by default what provkit.toml says for that environment.
        config: The settings.

    Returns:
        The new line of the history.

    Raises:
        ConfigError: There is no group.
        PackageError: There is nothing there, or it cannot be read.
        HistoryError: The history cannot be written.
    """
    from provkit.receiver import receive

    path = Path(path)
    config = config or settings.load()
    target = environment(env, config, group=group)
    if target.group is None:
        raise ConfigError(f"There is no group for {target.name}.", remedy="Say for which group it was uploaded: --group YOUR-GROUP")
    package = Package.read(path)
    reception = receive(package, notify=package.meta is not None and package.meta.notify)
    history = History.open(config)
    return history.add(feed_of(package, path, target), package, files_of(reception), host=target.host)


def settle(number: int, state: Literal["accepted", "lost"], *, config: Config | None = None) -> Send:
    """Say what became of a send whose outcome is unknown.

    Args:
        number: The send's number.
        state: "accepted", or "lost" where it never arrived.
        config: The settings.

    Raises:
        GuardError: There is no such send, or its outcome is known.
        HistoryError: The history cannot be written.
    """
    return History.open(config or settings.load()).settle(number, state)


def to_erase(
    *,
    environment: str | None = None,
    group: str | None = None,
    feed: str | None = None,
    records: bool = False,
    config: Config | None = None,
) -> Erasure:
    """What an erasure would take; nothing is erased yet.

    Args:
        environment: Only this environment.
        group: Only this group.
        feed: Only this feed.
        records: Whether to forget the sends themselves, and not only to erase their packages.
        config: The settings.

    Raises:
        HistoryError: The history cannot be read.
    """
    history = History.open(config or settings.load())
    found = history.sends(environment=environment, group=group, feed=feed)
    return Erasure(history, found if records else [send for send in found if send.kept is not None], records)
