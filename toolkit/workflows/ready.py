"""What must hold before a package is sent.

Everything is set up, the bytes are those that were built and judged, and nothing in them looks like a slip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from provkit.delivery import Environment, Missing, Upload, UploadFile
from provkit.errors import ConfigError, GuardError, PackageError
from provkit.package import ARCHIVE_NAME, MESSAGE_NAME, Package, differences, wire_name

if TYPE_CHECKING:
    from provkit.checks import Examined

__all__ = ["guard_addresses", "guard_message", "not_set_up", "read", "warnings"]


def not_set_up(path: Path, target: Environment, missing: Sequence[Missing], *, command: str = "send") -> ConfigError | PackageError:
    """One page: everything that is missing, and what to type.

    Args:
        path: Where the package should be; in a run, the source.
        target: The environment; it may lack a group.
        missing: What else is missing.
        command: What was typed.
    """
    items = []
    if not path.exists():
        items.append(Missing(f"a package: there is no file or folder {path}", "provkit build roster.xlsx"))
    if target.group is None:
        items.append(
            Missing(
                "the group name that the university has assigned to your unit",
                f'in provkit.toml, in this folder:\n  [env.{target.name}]\n  group = "YOUR-GROUP"\nor each time: --group YOUR-GROUP',
            )
        )
    items += missing
    if items and len(items) == 1 and not path.exists():
        return PackageError(
            f"There is no file or folder {path}.", remedy="Check the name, or build first: provkit build roster.xlsx"
        )
    lines = []
    for number, item in enumerate(items, 1):
        lines += [f"{number}. {item.what}", *(f"     {line}" for line in item.remedy.splitlines())]
    return ConfigError(
        f"Sending to {target.name} is not set up yet. Nothing was sent. Missing:",
        remedy="\n".join(
            [
                *lines,
                "",
                "The university gives client id, secret and group on request; that takes days.",
                "How: docs/getting-access.md of provkit. To try without any of them:",
                f"     provkit {command} {path} --env sandbox",
            ]
        ),
    )


def read(path: Path, *, individual: bool, notify: bool, outdated_ok: bool) -> tuple[Package, Upload]:
    """What is judged, and the same bytes as what is posted. Nothing is packed anew.

    Args:
        path: The folder that `build` wrote, or a ZIP, or a single CSV.
        individual: True for the files one by one.
        notify: Whether the message to new guests is asked for.
        outdated_ok: True takes a package although its source has changed since it was built.

    Raises:
        PackageError: It cannot be sent so.
        GuardError: It is not as it was built, or its source is not as it was then.
    """
    folder = Package.read(path)
    if path.is_dir():
        if folder.meta is None:
            if not individual:
                raise PackageError(
                    f"{path} was not written by provkit, and has no ZIP that could be sent as it is.",
                    remedy=f"Send its files one by one (--individual), name a ZIP, or make a package of it: provkit build {path}",
                )
        else:
            _guard_unchanged(path, folder)
    package = folder
    if path.is_dir() and not individual:
        package = Package.read(path / ARCHIVE_NAME)
    elif individual and package.door == "zip":
        raise PackageError(
            f"{path} is a ZIP; its files cannot be sent one by one from there.",
            remedy="Name the folder, or leave --individual out.",
        )
    meta = folder.meta
    if meta is not None:
        stale = meta.stale_sources(path if path.is_dir() else path.parent)
        if stale and not outdated_ok:
            raise GuardError(
                f"{', '.join(stale)} has changed since this package was built from it. Nothing was sent.",
                reason="stale_source",
                remedy="Build again, or send the package as it is with --outdated-ok.",
            )
    # Read, not mapped: what is posted is what was judged, whatever becomes of the files while somebody thinks about it.
    package = replace(package, parts=tuple(replace(part, content=bytes(part.content)) for part in package.parts))
    wire = package.on_wire() if package.door == "files" else package
    files = tuple(UploadFile(part.name or "", part.content) for part in wire.parts)
    return package, Upload(files, "zip" if package.door == "zip" else "files", notify, _local_names(path, folder))


def _local_names(path: Path, package: Package) -> dict[str, str]:
    """What the files are called here, by their names on the wire; those inside provkit's own ZIP too."""
    if not path.is_dir() and package.meta is not None and package.door == "zip":
        package = Package.read(path.parent)
    if package.meta is None:
        return {}
    return {wire_name(part) or "": part.name or "" for part in package.parts}


def _guard_unchanged(path: Path, package: Package) -> None:
    assert package.meta is not None
    if package.meta.door == "app":
        raise PackageError(
            f"{path} was built for the upload page in Canvas (--for app).",
            remedy="Upload its files there, or build for the API: provkit build SOURCE",
        )
    found = differences(path, package.meta)
    if found:
        listed = ", ".join(f"{name} ({what})" for name, what in found.items())
        raise GuardError(
            f"{path} is not as provkit built it: {listed}. The files and the ZIP no longer say the same. Nothing was sent.",
            reason="changed_by_hand",
            remedy="Make the change in the source and build again.",
        )


def guard_message(examined: Examined, *, notify: bool) -> None:
    """A message goes out only if the package was built with it and the command says so: either alone is a slip.

    Args:
        examined: The package, judged.
        notify: Whether the message is asked for.

    Raises:
        GuardError: One without the other.
    """
    # By name, too: one that the service does not recognise is no reason to say that there is none.
    has_message = any(file.kind is None and (file.name or "").casefold() == MESSAGE_NAME for file in examined.reception.files)
    if has_message and not notify:
        raise GuardError(
            "This package holds a message to new guests, and the service would send it even without being asked. Nothing was sent.",
            reason="message_without_notify",
            remedy="Say --notify to send it along, or build the package without --notify.",
        )
    if notify and not has_message:
        raise GuardError(
            "You asked to notify new guests, but this package holds no message. Nothing was sent.",
            reason="notify_without_message",
            remedy="Build it with a message (provkit build --notify), or leave --notify out.",
        )


def guard_addresses(examined: Examined) -> None:
    """Addresses that nobody can have are a sign of sample data.

    Args:
        examined: The package, judged.

    Raises:
        GuardError: There are some.
    """
    found = examined.reserved
    if found:
        domains = sorted({address.rpartition("@")[2].casefold() for address in found})
        more = " and others" if len(domains) > 5 else ""
        raise GuardError(
            f"This package holds {len(found):,} {'address that is' if len(found) == 1 else 'addresses that are'} set aside for examples "
            f"(at {', '.join(domains[:5])}{more}). Nothing was sent.",
            reason="reserved_addresses",
            remedy="It looks like sample data. Send it to the sandbox: --env sandbox",
        )


def warnings(upload: Upload, target: Environment) -> list[str]:
    """What should be known of its size before it goes, and stops nothing.

    Args:
        upload: What is posted.
        target: Where it goes, for its limits.
    """
    found = [
        f"{file.name} has {len(file):,} bytes; the service may refuse a file of more than {target.max_file:,}."
        for file in upload.files
        if target.max_file and len(file) > target.max_file
    ]
    if target.max_request and upload.length > target.max_request:
        found.append(f"The upload has {upload.length:,} bytes; the service may refuse more than {target.max_request:,} at once.")
    if found and upload.door == "files":
        found.append("Send the ZIP instead: leave --individual out.")
    elif found:
        found.append("Split the roster by courses and send one part after the other.")
    if found:
        found.append(
            f"If the service's team has told you another limit, set it in [env.{target.name}] of provkit.toml; 0 means none."
        )
    return found
