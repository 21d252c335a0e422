"""What the history is told of a package: its feed, and its files in digests and counts."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from provkit.delivery import Environment, Feed, SentFile
from provkit.package import MESSAGE_NAME, Package

if TYPE_CHECKING:
    from provkit.receiver import Reception

__all__ = ["feed_of", "files_of"]


def feed_of(package: Package, path: Path, target: Environment) -> Feed:
    """The stream of uploads that a package belongs to.

    Args:
        package: The package; provkit's own says its feed.
        path: Where it was read from: its name is the feed of anybody else's.
        target: Where it goes.
    """
    name = package.meta.feed if package.meta is not None else path.resolve().stem
    return Feed(target.name, target.group or "", name)


def files_of(reception: Reception) -> tuple[SentFile, ...]:
    """The files of an upload as the service sees them, those inside an archive too.

    Args:
        reception: What the service makes of the upload.
    """
    return tuple(
        SentFile(
            kind=str(file.kind)
            if file.kind is not None
            else "message"
            if (file.name or "").casefold() == MESSAGE_NAME
            else "other",
            rows=0 if file.kind is None or file.records is None else max(0, len(file.records) - 1),
            sha256=hashlib.sha256(file.content).hexdigest(),
        )
        for file in reception.files
    )
