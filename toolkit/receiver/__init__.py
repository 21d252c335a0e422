"""A model of the receiving server: what it answers, what becomes of every row, who gets which mail.

There is one such model: `simulate` shows what it says, `validate` reports it, the sandbox serves it. The server modelled is named in
`provkit.server`.
"""

from __future__ import annotations

from provkit.package import Package
from provkit.receiver.intake import intake as take_in  # a plain import would hide the module
from provkit.receiver.known import Elsewhere, Known
from provkit.receiver.model import (
    Answer,
    CanvasFile,
    Crash,
    ExpandCall,
    Fate,
    FileClass,
    FileError,
    FileFate,
    Guest,
    Mail,
    Notification,
    Processing,
    Reason,
    ReceivedFile,
    Reception,
    Result,
    Why,
)
from provkit.receiver.preprocess import process
from provkit.receiver.records import Records

__all__ = [
    "Answer",
    "CanvasFile",
    "Crash",
    "Elsewhere",
    "ExpandCall",
    "Fate",
    "FileClass",
    "FileError",
    "FileFate",
    "Guest",
    "Known",
    "Mail",
    "Notification",
    "Processing",
    "Reason",
    "ReceivedFile",
    "Reception",
    "Records",
    "Result",
    "Why",
    "receive",
]


def receive(package: Package, *, notify: bool = False, known: Elsewhere | None = None) -> Reception:
    """Receive an upload as the server does. There are no bytes for which this raises.

    Args:
        package: The upload; its door says which way it comes in.
        notify: Whether customUsersNotification is set, or the page's box ticked.
        known: What lies elsewhere; without it whatever the server looks up is found and allowed.

    Returns:
        The answer, the files with the fate of every record, and the background run with its mails.
    """
    elsewhere = Known() if known is None else known
    taken = take_in(package, notify=notify)
    if taken.queued is None:
        return Reception(taken.answer, taken.files, archive=taken.archive)
    processing, files = process(taken.files, taken.notification, elsewhere)
    assumed = elsewhere.assumed if isinstance(elsewhere, Known) else ()
    return Reception(taken.answer, files, taken.queued, taken.notification, processing, taken.archive, assumed)
