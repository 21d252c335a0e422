"""Everything that provkit keeps on this computer for a user, and how to be rid of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from provkit import config as settings
from provkit.config import Config
from provkit.delivery import History, keychain
from provkit.delivery.credentials import entry_of
from provkit.delivery.kept import KEY_NAME
from provkit.delivery.keychain import NoKeyring
from provkit.delivery.settings import DeliverySettings, data_folder
from provkit.errors import Busy, HistoryError
from provkit.sandbox.server import running_file

__all__ = ["FILES", "KEYRING", "Inventory", "Thing", "inventory"]

FILES: Sequence[tuple[str, str]] = (
    ("history.sqlite3*", "the history: what was sent where and when, in digests and counts"),
    ("packages/*.kept", "copies of packages as they were sent, with names"),
    ("packages/*.new", "copies of packages that were not finished"),
    ("packages/key.lock", "a lock"),
    ("locks/*.lock", "locks, one for each environment and group"),
)
"""What provkit writes into its data folder: patterns, and what each is."""

KEYRING: Sequence[tuple[str, str]] = (
    (entry_of("test"), "client id and secret for beta and test"),
    (entry_of("production"), "client id and secret for production"),
    (KEY_NAME, "the key of the copies of packages"),
)
"""What provkit puts into the keyring: names, and what each is."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is kept.

    Attributes:
        what: What it is.
        where: Where it is, for a person.
        bytes: How large it is; None for an entry of the keyring.
        path: The file; None for an entry of the keyring.
    """

    what: str
    where: str
    bytes: int | None
    path: Path | None


@dataclass(frozen=True)
class Inventory:
    """All that is kept; nothing is erased until `erase`.

    Attributes:
        things: What is kept.
        sends: How many sends the history knows; None where it cannot be read.
        unknown: How many of them are of unknown outcome.
        keyring: Why the keyring could not be looked into; "" where it could.
    """

    things: Sequence[Thing]
    sends: int | None
    unknown: int
    keyring: str
    _folder: Path
    _history: History

    def erase(self) -> None:
        """Erase it all: only what provkit has written, by its names.

        Raises:
            Busy: A run is under way.
            HistoryError: A file cannot be erased.
            NoKeyring: The keyring does not erase what it holds.
        """
        self._check_idle()
        for thing in self.things:
            if thing.path is None:
                keychain.erase(thing.where)
                continue
            try:
                thing.path.unlink(missing_ok=True)
            except OSError as error:
                raise HistoryError(f"{thing.path} cannot be erased: {error.strerror or error}.") from error
        for folder in (self._folder / "packages", self._folder / "locks", self._folder, running_file().parent):
            with suppress(OSError):
                folder.rmdir()  # goes only where nothing else is in it

    def _check_idle(self) -> None:
        from filelock import FileLock, Timeout

        for thing in self.things:
            if thing.path is not None and thing.path.parent.name == "locks":
                try:
                    with FileLock(thing.path, timeout=0):
                        pass
                except Timeout:
                    raise Busy("A run of provkit is under way. Nothing was erased.", remedy="Wait until it is through.") from None


def inventory(config: Config | None = None) -> Inventory:
    """Look at what is kept.

    Args:
        config: The settings; by default those found from the current folder.

    Raises:
        ConfigError: A setting is wrong.
    """
    config = settings.load() if config is None else config
    folder, history = data_folder(config), History.open(config)
    things = list(_files(folder))
    word = running_file()
    if word.is_file():
        things.append(Thing("where a sandbox of yours runs, with its made-up secret", str(word), word.stat().st_size, word))
    in_keyring, why = _in_keyring(config)
    sends: int | None = None
    unknown = 0
    with suppress(HistoryError):  # what cannot be read can be erased all the same
        found = history.sends()
        sends, unknown = len(found), sum(send.state == "unknown" for send in found)
    return Inventory((*things, *in_keyring), sends, unknown, why, folder, history)


def _files(folder: Path) -> Iterator[Thing]:
    for pattern, what in FILES:
        for path in sorted(folder.glob(pattern)):
            yield Thing(what, str(path), path.stat().st_size, path)


def _in_keyring(config: Config) -> tuple[list[Thing], str]:
    if not config.model(DeliverySettings, "defaults").use_keyring:
        return [], "The keyring was not looked into (use_keyring = false)."
    try:
        return [Thing(what, name, None, None) for name, what in KEYRING if keychain.read(name) is not None], ""
    except NoKeyring as error:
        return [], error.message
