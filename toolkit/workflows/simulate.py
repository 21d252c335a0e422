"""Show what the receiving server would make of an upload, without sending anything."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from provkit.errors import PackageError
from provkit.package import Package
from provkit.receiver import CanvasFile, Known, Reception, receive
from provkit.workflows.validate import WORKBOOKS

__all__ = ["canvas_zip", "hints", "simulate"]

REFUSED = 400
"""How the service answers an upload that it does not take."""


def simulate(
    target: str | Path | Package, *, notify: bool | None = None, app: bool | None = None, known: Known | None = None
) -> Reception:
    """Receive an upload as the university's server would.

    Args:
        target: A folder, a ZIP, a single file, or a package in memory.
        notify: Whether the notification of new guests is asked for; by default as the package was built.
        app: Whether it goes to the upload page; by default as the package was built.
        known: What exists elsewhere; without it whatever the server looks up is found and allowed.

    Returns:
        The answer, the fate of every row, what reaches Canvas and Expand, and every mail.

    Raises:
        PackageError: There is nothing there, it cannot be read, or it is a workbook.
    """
    if not isinstance(target, Package) and Path(target).suffix.lower() in WORKBOOKS and Path(target).is_file():
        raise PackageError(
            f"{target} is a workbook; the service takes the files that are built of it.",
            remedy=f"Build them first: provkit build {target}\nThen: provkit simulate out",
        )
    package = target if isinstance(target, Package) else Package.read(target)
    if notify is None:
        notify = package.meta is not None and package.meta.notify
    if app:
        package = replace(package, door="app")
    elif app is False and package.door == "app":
        package = replace(package, door="files")
    return receive(package if package.door == "app" else package.on_wire(), notify=notify, known=known)


def hints(path: Path, reception: Reception, *, notify: bool) -> Iterator[str]:
    """What to do where the answer is a refusal that does not say it itself, in sentences.

    Args:
        path: What was received.
        reception: What became of it.
        notify: Whether the message was asked for.
    """
    if reception.answer.status != REFUSED:
        return
    if path.is_file() and all(file.kind is None for file in reception.files) and path.suffix.lower() != ".zip":
        yield f"If {path} is a list, build the files of it first: provkit build {path}, then provkit simulate out"
    elif notify and not any((file.name or "").endswith(".properties") for file in reception.files):
        yield f"A message was asked for, and {path} holds none: leave --notify out, or build it in: provkit build SOURCE --message welcome --notify"


def canvas_zip(files: Iterable[CanvasFile]) -> bytes:
    """The ZIP that Canvas receives; its members' time is fixed, so that the same upload gives the same bytes.

    Args:
        files: What gets into it.
    """
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            member = zipfile.ZipInfo(file.name, date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, file.content)
    return target.getvalue()
