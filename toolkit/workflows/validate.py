"""Say what would become of an upload, before it is sent: a folder, a ZIP, a single file, or a workbook."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from provkit.checks import examine
from provkit.checks.catalogue.files import archive_beside_the_files_differs, csv_of_unknown_content
from provkit.checks.catalogue.headers import header_unknown
from provkit.control import Control
from provkit.errors import PackageError
from provkit.package import ARCHIVE_NAME, Package, differences
from provkit.rules import LISTED_PER_RULE, Finding, Report, merge

if TYPE_CHECKING:
    from provkit.checks import Examined
    from provkit.checks.people import Mailing
    from provkit.receiver import Known, Reception

__all__ = ["Validated", "judge", "validate"]

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
"""File types that are built first, in memory, and judged then."""


class Validated:
    """What was found, and who would get mail.

    Args:
        report: What was found.
        examined: What was made of the package; None where there is none, since the source has errors.
        everything: All that was found, whatever the user chose to hear, listed as far as a baseline needs it.
        built: Whether it was built first, in memory, since it is no package.
    """

    def __init__(self, report: Report, examined: Examined | None, everything: Report, *, built: bool = False) -> None:
        self.built = built
        self.report = report
        self.examined = examined
        self.everything = everything

    @property
    def mailing(self) -> Mailing | None:
        """Who would get mail; None where there is no package."""
        return None if self.examined is None else self.examined.mailing

    @property
    def reception(self) -> Reception | None:
        """What the service makes of it; None where there is no package."""
        return None if self.examined is None else self.examined.reception


def validate(
    target: str | Path | Package,
    *,
    known: Known | None = None,
    notify: bool | None = None,
    app: bool | None = None,
    hidden_rows: Literal["take", "leave"] | None = None,
    encoding: str | None = None,
    listed: int = LISTED_PER_RULE,
    control: Control | None = None,
) -> Report:
    """Say what would become of an upload.

    Args:
        target: A folder, a ZIP, a single file, a workbook, or a package in memory. A single text file that is like none of the upload is
            taken for a roster, and judged as what `build` would make of it.
        known: What exists elsewhere (`provkit.receiver.Known`); without it whatever lies outside the package counts as existing.
        notify: Whether the notification of new guests is asked for; by default as the package was built.
        app: Whether it goes to the upload page; by default as the package was built.
        hidden_rows: What becomes of hidden rows and columns of a workbook; see `build`. A package is read as the service reads it.
        encoding: How a list is written that does not say so itself; see `build`. A package is read as the service reads it.
        listed: How many findings of one rule are listed; counts are always exact.
        control: What is silenced, and what a rule counts as (`provkit.control.Control`); by default everything is told.

    Returns:
        Everything found, in one pass, sorted.

    Raises:
        PackageError: There is nothing there, or it cannot be read.
        SourceError: A workbook cannot be read.
    """
    return judge(
        target, known=known, notify=notify, app=app, hidden_rows=hidden_rows, encoding=encoding, listed=listed, control=control
    ).report


def judge(
    target: str | Path | Package,
    *,
    known: Known | None = None,
    notify: bool | None = None,
    app: bool | None = None,
    hidden_rows: Literal["take", "leave"] | None = None,
    encoding: str | None = None,
    listed: int = LISTED_PER_RULE,
    control: Control | None = None,
) -> Validated:
    """As `validate`, with who would get mail.

    Args:
        target: As in `validate`.
        known: As in `validate`.
        notify: As in `validate`.
        app: As in `validate`.
        hidden_rows: As in `validate`.
        encoding: As in `validate`.
        listed: As in `validate`.
        control: As in `validate`.

    Raises:
        PackageError: There is nothing there, or it cannot be read.
        SourceError: A workbook cannot be read.
    """
    control = control or Control()
    as_built = partial(
        _built,
        known=known,
        notify=notify,
        app=bool(app),
        hidden_rows=hidden_rows,
        encoding=encoding,
        listed=listed,
        control=control,
    )
    if isinstance(target, Package):
        package = target
    elif Path(target).suffix.lower() in WORKBOOKS and Path(target).is_file():
        return as_built(Path(target))
    else:
        package = Package.read(target)
    meta = package.meta
    if app is None:
        app = package.door == "app"
    elif not app and package.door == "app":
        package = replace(package, door="files")
    if notify is None:
        notify = meta is not None and meta.notify
    examined = examine(package, known=known, notify=notify, app=app, listed=control.listed(listed))
    unknown = {csv_of_unknown_content} | ({header_unknown} if hidden_rows or encoding else set())  # whoever says so has a list
    if not isinstance(target, Package) and Path(target).is_file() and unknown & examined.report.counts.keys():
        return as_built(Path(target))
    everything = merge(examined.report, _beside(package))
    if meta is not None:
        everything = everything.with_rows(meta.rows)
    return Validated(control.applied(everything, acting=False).capped(listed), examined, everything)


def _built(source: Path, **options: Any) -> Validated:
    """A source that is no package yet: what `build` would make of it, in memory."""
    from provkit.workflows.build import prepare

    made = prepare(source, acting=False, **options)
    return Validated(made.report, None if made.package is None else made.examined, made.everything, built=True)


def _beside(package: Package) -> Report:
    """Where provkit built a folder: whether its files are still those of its package.zip, which is what `send` sends."""
    if package.path is None or package.meta is None or not package.path.is_dir() or package.meta.archive is None:
        return Report()
    try:
        changes = differences(package.path, package.meta)
    except OSError as error:
        raise PackageError(f"{package.path} cannot be read: {error.strerror or error}.") from error
    words = {
        "changed": "was changed after the build",
        "missing": "was removed after the build",
        "added": "was added after the build",
    }
    findings = tuple(
        Finding(archive_beside_the_files_differs, name, details={"name": name, "archive": ARCHIVE_NAME, "what": words[change]})
        for name, change in changes.items()
    )
    return Report(findings, {archive_beside_the_files_differs: len(findings)} if findings else {})
