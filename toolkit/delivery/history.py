"""What was sent, where to, when, and what came of it: so that nothing is sent twice, and the next send knows the last.

A SQLite file in the user's data folder. It holds no names: digests, counts, and the service's answer in a stable word. The package last
accepted of each feed is kept beside it (see `kept`), and that of a send whose outcome is unknown, until it is settled.

A send goes through these states, each of them on disk before the next step is taken:

    begun ──▶ sending ──▶ accepted | refused | unknown ──(settled by hand or by a mail)──▶ accepted | lost
      └─────▶ unsent

Whoever is between `begun` and an outcome holds the lock of the environment and group, which the system takes away when the process ends,
however it ends. So an open state that nobody holds the lock of belongs to a killed process: `begun` becomes `unsent`, since no byte had
left, and `sending` becomes `unknown`.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from provkit.config import Config
from provkit.delivery.answers import Outcome
from provkit.delivery.kept import Bundle, Keeper
from provkit.delivery.ledger import OPEN, Feed, Ledger, Send, SentFile, State, digest_of
from provkit.delivery.settings import DeliverySettings, data_folder
from provkit.errors import Busy, DeliveryError, GuardError, HistoryError, OutcomeUnknown, ProvkitError, Unreachable
from provkit.package import Package

if TYPE_CHECKING:
    from filelock import FileLock

__all__ = ["Attempt", "Feed", "History", "Kept", "Send", "SentFile", "digest_of"]

_log = logging.getLogger("provkit.delivery")

PATIENCE = 1.0
"""Seconds to wait for another run that holds the lock: it may only be looking."""


@dataclass(frozen=True)
class Kept:
    """The package of an earlier send.

    Attributes:
        send: The line of the history.
        package: What was sent, with its notes (`meta`) and the origins of its rows.
        baseline: What holds at the service from this feed since then; `package` itself, unless only changes were sent.
        failures: The records of `package` that a results mail reported as failed: the file's sha256, and the record's number, the header
            being 1.
    """

    send: Send
    package: Package
    baseline: Package
    failures: frozenset[tuple[str, int]] = frozenset()


class Attempt:
    """A send that has been recorded and has no outcome yet. Made by `History.begin`.

    Attributes:
        id: The number in the history.
        left: Whether bytes of the body may have left.
        settled: Whether the outcome is recorded.
    """

    def __init__(self, history: History, number: int) -> None:
        self.id = number
        self.settled = False
        self.left = False
        self._history = history
        self._since = time.monotonic()

    def leaving(self) -> None:
        """Say that bytes of the body are about to leave; on disk when this returns.

        Raises:
            HistoryError: It cannot be recorded, and so nothing may leave.
        """
        if self.left:
            return
        try:
            self._history.change(self.id, "sending")
        except HistoryError as error:
            raise HistoryError(f"{error.message} Nothing was sent.", remedy=error.remedy) from None
        self._since = time.monotonic()
        self.left = True

    def settle(self, result: Outcome | ProvkitError) -> None:
        """Record what came of it.

        Args:
            result: The service's answer, or what was raised instead of one.

        Raises:
            HistoryError: It cannot be recorded: it will stand there as unknown.
        """
        if isinstance(result, Outcome):
            state = _state_after(result.error, left=self.left)
            kind, status = result.kind, result.status
        else:
            state = _state_after(type(result), left=self.left)
            kind, status = getattr(result, "kind", None) or type(result).__name__, None
        self.close(state, kind, status)

    def close(self, state: State, kind: str, status: int | None = None) -> None:
        """Record a state that ends the attempt.

        Args:
            state: The state.
            kind: Why, in a stable word.
            status: The answer's status.

        Raises:
            HistoryError: It cannot be recorded.
        """
        seconds = time.monotonic() - self._since if self.left else None
        try:
            self._history.change(self.id, state, kind=kind, status=status, seconds=seconds, settled_by="answer")
        except HistoryError as error:
            raise HistoryError(
                f"What came of the send ({state}: {kind}) could not be recorded, and will stand there as unknown. {error.message}",
                remedy=error.remedy,
            ) from None
        self._history.ours.discard(self.id)
        self.settled = True


class History:
    """The history in one folder. Opening it touches nothing; the files are made by the first send.

    Args:
        folder: The folder.
        keep_sent: Whether packages are kept.
        use_keyring: Whether the keyring is asked for the key of the packages kept.
    """

    def __init__(self, folder: Path, *, keep_sent: bool = True, use_keyring: bool = True) -> None:
        self.ledger = Ledger(folder)
        self.keep_sent = keep_sent
        self.keeper = Keeper(folder / "packages", use_keyring=use_keyring)
        self.ours: set[int] = set()
        self._locks: dict[tuple[str, str], FileLock] = {}

    @classmethod
    def open(cls, config: Config) -> History:
        """The user's history.

        Args:
            config: The settings.

        Raises:
            ConfigError: A setting is wrong.
        """
        settings = config.model(DeliverySettings, "defaults")
        return cls(data_folder(config), keep_sent=settings.keep_sent, use_keyring=settings.use_keyring)

    # Reading

    def sends(self, *, environment: str | None = None, group: str | None = None, feed: str | None = None) -> tuple[Send, ...]:
        """The history, oldest first.

        Args:
            environment: Only this environment.
            group: Only this group.
            feed: Only this feed.

        Raises:
            HistoryError: It cannot be read.
        """
        self._settle_orphans()
        return self.ledger.select(environment=environment, grp=group, feed=feed)

    def get(self, number: int) -> Send | None:
        """One send; None where there is none of that number.

        Args:
            number: Its number.

        Raises:
            HistoryError: The history cannot be read.
        """
        self._settle_orphans()
        return next(iter(self.ledger.select(id=number)), None)

    def find(self, digest: str, environment: str, group: str) -> Send | None:
        """The last send of the same content to the same place that arrived, or may have arrived.

        Args:
            digest: See `digest_of`.
            environment: The environment.
            group: The group.

        Raises:
            HistoryError: The history cannot be read.
        """
        found = self.ledger.select(digest=digest, environment=environment, grp=group)
        return next((send for send in reversed(found) if send.state in ("accepted", "unknown", "sending")), None)

    def find_file(self, start: str) -> tuple[Send, ...]:
        """The sends that held a file, oldest first.

        Args:
            start: The first digits of its sha256, as in its name on the wire.

        Raises:
            HistoryError: The history cannot be read.
        """
        return tuple(send for send in self.ledger.select() if any(file.sha256.startswith(start.lower()) for file in send.files))

    def unknown(self, feed: Feed) -> Send | None:
        """The send of this feed whose outcome is unknown, which blocks the next; None where there is none.

        Args:
            feed: The feed.

        Raises:
            HistoryError: The history cannot be read.
        """
        found = self.ledger.of(feed)
        return next((send for send in found if send.state == "unknown"), None)

    def last_accepted(self, feed: Feed) -> Kept | None:
        """What was last accepted from a feed; None where nothing ever was.

        Args:
            feed: The feed.

        Raises:
            HistoryError: Something was accepted, but its package is not kept or cannot be read; the sentence says why.
        """
        send = self.last_send(feed)
        return None if send is None else self.kept(send)

    def last_send(self, feed: Feed) -> Send | None:
        """The line of what was last accepted from a feed; None where nothing ever was.

        Args:
            feed: The feed.

        Raises:
            HistoryError: The history cannot be read.
        """
        return next((send for send in reversed(self.ledger.of(feed)) if send.state == "accepted"), None)

    def kept(self, send: Send) -> Kept:
        """The package of a send.

        Args:
            send: A line of the history.

        Raises:
            HistoryError: It is not kept or cannot be read; the sentence says why.
        """
        if send.kept is None:
            why = "" if self.keep_sent else " The setting keep_sent = false keeps none."
            raise HistoryError(
                f"The package of send {send.id} ({send.began:%Y-%m-%d}, {send.feed.environment}) is not kept, so there is nothing to "
                f"compare with.{why}",
                remedy=f"Send a full package of this feed, which is kept then, or say what was last sent: provkit history add PATH --env "
                f"{send.feed.environment} --group {send.feed.group}",
            )
        bundle = self.keeper.open(send.kept)
        return Kept(send, bundle.package, bundle.baseline, self.ledger.failures(send.id))

    # Sending

    @contextmanager
    def lock(self, environment: str, group: str, *, patience: float = PATIENCE) -> Iterator[None]:
        """Hold the lock of an environment and group; within one `History` it may be taken again.

        Args:
            environment: The environment.
            group: The group.
            patience: Seconds to wait for another run that holds it.

        Raises:
            Busy: Another run holds it.
            HistoryError: The folder cannot be written.
        """
        from filelock import FileLock, Timeout

        key = (environment, group)
        if key not in self._locks:
            folder = self.ledger.make_folder("locks")
            name = hashlib.sha256("\0".join(key).encode()).hexdigest()[:16]
            self._locks[key] = FileLock(folder / f"{name}.lock", mode=0o600, fallback_to_soft=False)
        lock = self._locks[key]
        busy = None
        try:
            lock.acquire(timeout=patience)
        except Timeout:
            busy = Busy(
                f"Another run of provkit is sending to {environment} for {group}. Nothing was sent by this one.",
                remedy="Wait until it is through, then look at: provkit history",
            )
        except (OSError, NotImplementedError) as error:
            raise self.ledger.unusable(error) from None
        if busy is not None:
            raise busy
        try:
            yield
        finally:
            lock.release()

    def guard(self, feed: Feed, digest: str, *, again: bool = False, complete: bool = True) -> None:
        """Stop what must not be sent: after a send whose outcome is unknown, or a second time.

        The sandbox keeps nothing that could be harmed, and is not guarded.

        Args:
            feed: The feed.
            digest: What is to be sent.
            again: Whether to send again what has been sent before.
            complete: False where only changes are sent: they are worked out from what was accepted, and may well repeat themselves.

        Raises:
            GuardError: It must not; `reason` is "outcome_unknown" or "already_sent".
            Busy: Another run is sending to the same place.
            HistoryError: The history cannot be used.
        """
        if feed.environment == "sandbox":
            return
        with self.lock(feed.environment, feed.group):
            self._settle_orphans()
            same = self.find(digest, feed.environment, feed.group)
            open_ = self.unknown(feed) or (same if same is not None and same.state == "unknown" else None)
        if open_ is not None:
            raise GuardError(
                f"It is not known what became of send {open_.id} of {open_.began.astimezone():%Y-%m-%d %H:%M} to {feed.environment} "
                f"({feed.group}). A second one could mail people twice. Nothing was sent.",
                reason="outcome_unknown",
                remedy="Look for the mail with the results (subject: csv file upload(s) for ...), or ask the service's team whether the files came "
                f"in. If they did:\n  provkit history settle {open_.id} accepted\nIf they did not:\n  provkit history settle {open_.id} lost",
            )
        if same is not None and complete and not again:
            raise GuardError(
                f"Exactly this was sent to {feed.environment} ({feed.group}) before: send {same.id} of "
                f"{same.began.astimezone():%Y-%m-%d %H:%M}. Nothing was sent.",
                reason="already_sent",
                remedy="If you mean to send it once more, say --again; people may get mail once more.",
            )

    @contextmanager
    def begin(
        self,
        feed: Feed,
        package: Package,
        files: Sequence[SentFile],
        *,
        host: str,
        complete: bool = True,
        baseline: Package | None = None,
        again: bool = False,
    ) -> Iterator[Attempt]:
        """Record a send before it leaves, and hold the lock until its outcome is recorded.

        In the block call `Attempt.leaving` before the first byte of the body leaves and `Attempt.settle` with what came back. What the
        block raises is recorded as well: as unsent as long as nothing had left, and as unknown afterwards.

        Args:
            feed: The feed.
            package: What is sent.
            files: What is sent, in digests and counts.
            host: The service's host.
            complete: False where only changes are sent.
            baseline: Where only changes are sent: all that holds at the service from this feed once they are through.
            again: Whether to send again what has been sent before.

        Raises:
            GuardError: See `guard`.
            Busy: Another run is sending to the same place.
            HistoryError: The history cannot be written; nothing may be sent.
        """
        with self.lock(feed.environment, feed.group):
            self.guard(feed, digest_of(files), again=again, complete=complete)
            kept = self._keep(Bundle(package, package if baseline is None else baseline))
            attempt = Attempt(self, self.ledger.insert(feed, files, host=host, complete=complete, kept=kept))
            self.ours.add(attempt.id)
            try:
                yield attempt
            except ProvkitError as error:
                if not attempt.settled:
                    with suppress(HistoryError):  # what is raised says more; an open state is understood by the next run
                        attempt.settle(error)
                raise
            except BaseException as error:
                if not attempt.settled:
                    with suppress(HistoryError):
                        attempt.close("unknown" if attempt.left else "unsent", type(error).__name__)
                raise
            if not attempt.settled:
                attempt.close("unknown" if attempt.left else "unsent", "abandoned")

    def add(
        self, feed: Feed, package: Package, files: Sequence[SentFile], *, host: str = "", began: datetime | None = None
    ) -> Send:
        """Record what was uploaded by other means as accepted.

        Args:
            feed: The feed.
            package: What was uploaded.
            files: What was uploaded, in digests and counts.
            host: The service's host, if it is known.
            began: When; by default now.

        Raises:
            HistoryError: The history cannot be written.
        """
        kept = self._keep(Bundle(package, package))
        number = self.ledger.insert(
            feed, files, host=host, complete=True, kept=kept, state="accepted", kind="by_hand", settled_by="hand", began=began
        )
        self._prune(feed)
        return self.ledger.select(id=number)[0]

    def settle(self, number: int, state: Literal["accepted", "lost"], *, by: Literal["hand", "mail"] = "hand") -> Send:
        """Say what became of a send whose outcome is unknown.

        Args:
            number: The send's number.
            state: "accepted", or "lost" where it never arrived.
            by: Who says so.

        Returns:
            The send as it stands now.

        Raises:
            GuardError: There is no such send, or its outcome is known.
            HistoryError: The history cannot be written.
        """
        send = self.get(number)
        if send is None:
            raise GuardError(f"There is no send {number} in the history.", reason="no_such_send", remedy="See: provkit history")
        if send.state != "unknown":
            raise GuardError(f"The outcome of send {number} is known: {send.state}.", reason="outcome_known")
        self.change(number, state, settled_by=by)
        return self.ledger.select(id=number)[0]

    def record_failures(self, number: int, failures: Collection[tuple[str, int]]) -> None:
        """Record which records of a send failed; they stay until the next send of the feed is accepted.

        Args:
            number: The send's number.
            failures: The file's sha256, and the record's number in it, the header being 1.

        Raises:
            HistoryError: The history cannot be written.
        """
        self.ledger.add_failures(number, failures)

    def purge(self, sends: Collection[Send], *, records: bool = False) -> None:
        """Erase the packages of sends, and with `records` the sends themselves.

        Args:
            sends: Which.
            records: Whether to forget that they were sent.

        Raises:
            HistoryError: The history cannot be written.
        """
        numbers = [send.id for send in sends]
        if records:
            self.ledger.delete(numbers)
        else:
            self.ledger.change(numbers, kept=None)
        self.keeper.erase([send.kept for send in sends if send.kept is not None])

    def change(self, number: int, state: State, **columns: object) -> None:
        """Record a state; on disk when this returns.

        Args:
            number: The send's number.
            state: The state.
            **columns: Further columns.

        Raises:
            HistoryError: It cannot be recorded.
        """
        self.ledger.change([number], state=state, **columns)
        _log.info("send %d is recorded as %s", number, state)
        if state != "sending":
            self._prune(self.ledger.select(id=number)[0].feed)

    def _keep(self, bundle: Bundle) -> str | None:
        """Keep a package, on disk when this returns, and erase what killed runs left."""
        self.ledger.make_folder()
        self.keeper.sweep({send.kept for send in self.ledger.select() if send.kept is not None})
        try:
            return self.keeper.keep(bundle) if self.keep_sent else None
        except OSError as error:
            raise self.ledger.unusable(error) from None

    def _prune(self, feed: Feed) -> None:
        """Erase the packages that are no longer needed: all but the last accepted, and those whose outcome is open."""
        sends = self.ledger.of(feed)
        last = max((send.id for send in sends if send.state == "accepted"), default=0)
        self.purge([send for send in sends if send.kept is not None and send.id != last and send.state not in (*OPEN, "unknown")])

    def _settle_orphans(self) -> None:
        """Settle what killed processes left open: an open state whose lock nobody holds."""
        for environment, group in {(send.feed.environment, send.feed.group) for send in self.ledger.select() if send.state in OPEN}:
            with suppress(Busy), self.lock(environment, group, patience=0.0):
                for send in self.ledger.select(environment=environment, grp=group):
                    if send.state in OPEN and send.id not in self.ours:
                        self.change(send.id, "unsent" if send.state == "begun" else "unknown", kind="killed", settled_by="restart")


def _state_after(error: type[ProvkitError] | None, *, left: bool) -> State:
    """Where a send stands after an answer or an error."""
    if error is None:
        return "accepted"
    if issubclass(error, OutcomeUnknown):
        return "unknown"
    if issubclass(error, DeliveryError):
        # What has no answer, and is not unknown, did not leave; an answer that says no was given to what left.
        return "refused" if left and not issubclass(error, Unreachable) else "unsent"
    return "unknown" if left else "unsent"
