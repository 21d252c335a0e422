"""Close the loop: read the service's mails about an upload, and say which rows of the user's own sheet they mean."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from provkit.checks.replied import Meaning, Results, Row, SentUpload
from provkit.config import Config
from provkit.delivery import ENVIRONMENTS, History, Send, environment
from provkit.errors import GuardError, PackageError, SourceError
from provkit.package import Package
from provkit.receiver import Known
from provkit.receiver.replies import Reply, Stage, read_replies
from provkit.sources.letters import read_letters
from provkit.workflows.simulate import simulate

__all__ = ["Results", "Row", "Settled", "package_of", "results", "settle", "write_corrections"]

_DIGEST = re.compile(r"-([0-9a-f]{8})\.csv$")
"""What a send puts into the names of its files."""


def results(
    sources: Iterable[Path | bytes],
    package: Package | str | Path | None = None,
    *,
    notify: bool | None = None,
    known: Known | None = None,
) -> Results:
    """Read the service's mails, and tie what they say to the rows of a package.

    Args:
        sources: Mails (.eml, .msg) or texts; bytes are what came from standard input.
        package: The package that they are about; without one the mails are only read.
        notify: Whether the notification of new guests was asked for; by default as the package was built.
        known: What exists elsewhere.

    Raises:
        SourceError: A file cannot be read, or none holds a mail of the service.
        PackageError: The package cannot be read.
    """
    letters = [letter for source in sources for letter in read_letters(source)]
    sent = None if package is None else _sent(package, notify=notify, known=known)
    names = () if sent is None else sent.names
    replies: list[Reply] = []
    around: list[str] = []
    for letter in letters:
        found, rest = read_replies(letter.text, letter.subject, names=names)
        replies += found
        around += rest
    if not replies:
        raise SourceError(
            f"{', '.join(dict.fromkeys(letter.name for letter in letters)) or 'The input'} holds no mail of the provisioning service.",
            remedy='Save the mail itself (its subject ends in "csv file upload(s) for ..." or "Canvas Provisioning Errors"), or copy its whole text.',
        )
    if sent is None:
        return Results(tuple(replies), tuple(Meaning(line) for reply in replies for line in reply.lines), tuple(around))
    return sent.compare(tuple(replies), tuple(around))


def write_corrections(found: Results, package: Package | str | Path, folder: Path) -> tuple[str, ...]:
    """Write the rows that failed into a new folder, private to the user.

    Args:
        found: What the mails say.
        package: The package that they are about.
        folder: Where to; nothing may be there.

    Returns:
        The names of the files written; none where no row failed, and then there is no folder either.

    Raises:
        GuardError: Something is there already.
        PackageError: The package cannot be read, or the folder not written.
    """
    files = _sent(package).corrections(found.failed)
    if not files:
        return ()
    try:
        folder.mkdir(mode=0o700)
        for name, content in files.items():
            with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
    except FileExistsError:
        raise GuardError(
            f"{folder} is there already.", reason="target_exists", remedy="Name a folder that does not exist yet."
        ) from None
    except OSError as error:
        raise PackageError(f"{folder} cannot be written: {error.strerror or error}.") from error
    return tuple(files)


def _sent(package: Package | str | Path, *, notify: bool | None = None, known: Known | None = None) -> SentUpload:
    package = package if isinstance(package, Package) else Package.read(package)
    return SentUpload(package, simulate(package, notify=notify, known=known))


@dataclass(frozen=True, slots=True)
class Settled:
    """What the mails change in the history.

    Attributes:
        send: The send that they are about, as it stands now.
        was_unknown: Whether it was not known before that it had arrived.
        failed: How many of its rows the mails report as failed; they go again with the next send of changes only.
    """

    send: Send
    was_unknown: bool
    failed: int

    @property
    def sentence(self) -> str:
        """What was noted, for a person."""
        feed = self.send.feed
        arrived = "is now known to have arrived" if self.was_unknown else "had arrived"
        rows = "1 row that failed is" if self.failed == 1 else f"{self.failed:,} rows that failed are"
        noted = f" {rows} noted: send --changes-only sends them again." if self.failed else ""
        return f"Send {self.send.id} to {feed.environment} ({feed.group}) {arrived}.{noted}"


def sends_of(replies: Iterable[Reply], history: History) -> tuple[Send, ...]:
    """The sends that mails are about: those that held all of the files named, to the environment and group that the mail is of.

    Args:
        replies: The mails.
        history: The history.

    Returns:
        Oldest first; several only where the same files went to one place several times.

    Raises:
        HistoryError: The history cannot be read.
    """
    found: dict[int, Send] = {}
    for reply in replies:
        starts = [match[1] for name in reply.files if (match := _DIGEST.search(name)) is not None]
        for send in history.find_file(starts[0]) if starts else ():
            digests = [file.sha256 for file in send.files]
            whole = all(any(digest.startswith(start) for digest in digests) for start in starts)
            if whole and reply.group in (None, send.feed.group) and _environment(reply) in (None, send.feed.environment):
                found[send.id] = send
    return tuple(found[number] for number in sorted(found))


def _environment(reply: Reply) -> str | None:
    """The environment that a mail is of, by the Canvas that it names; None where it names none that is known."""
    canvases = {environment(name, Config()).canvas: name for name in ENVIRONMENTS}
    return canvases.get(reply.host or "")


def package_of(sources: Sequence[Path | bytes], history: History) -> Package | None:
    """The package that mails are about, as it was kept when it was sent; None where there is none.

    Args:
        sources: The mails.
        history: The history.

    Raises:
        SourceError: A file cannot be read, or none holds a mail of the service.
        HistoryError: The history or the package cannot be read.
    """
    sends = [send for send in sends_of(results(sources).replies, history) if send.kept is not None]
    return history.kept(sends[-1]).package if sends else None


def settle(found: Results, history: History) -> tuple[Settled, ...]:
    """Let the history know what the mails say: that an upload arrived, and which of its rows failed.

    Nothing is noted where the same files went to one place several times, since a mail does not say which of these it is about.

    Args:
        found: What the mails say.
        history: The history.

    Raises:
        HistoryError: The history cannot be read or written.
    """
    told = [reply for reply in found.replies if reply.stage is Stage.PREPROCESSING]
    sends = [send for send in sends_of(told, history) if send.state in ("unknown", "accepted")]
    places = [send.feed for send in sends]
    settled: list[Settled] = []
    for send in sends:
        if places.count(send.feed) > 1:
            continue
        was_unknown = send.state == "unknown"
        if was_unknown:
            send = history.settle(send.id, "accepted", by="mail")  # noqa: PLW2901 - the same send as it stands now
        digests = {file.sha256 for file in send.files}
        failed = {(row.sha256, row.record) for row in found.failed if row.sha256 in digests}
        if failed:
            history.record_failures(send.id, failed)
        settled.append(Settled(send, was_unknown, len(failed)))
    return tuple(settled)
