"""Close the loop: read the service's mails about an upload, and say which rows of the user's own sheet they mean."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from provkit.checks.replied import Meaning, Results, Row, SentUpload
from provkit.errors import GuardError, PackageError, SourceError
from provkit.package import Package
from provkit.receiver import Known
from provkit.receiver.replies import Reply, read_replies
from provkit.sources.letters import read_letters
from provkit.workflows.simulate import simulate

__all__ = ["Results", "Row", "results", "write_corrections"]


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
