"""Send a package, once, to the place that was named.

Two steps, so that a person can look between them: `prepare` reads and judges and touches no network; `Prepared.deliver` logs in and posts.
`send` does both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from provkit import config as settings
from provkit.delivery import (
    Credentials,
    Environment,
    Login,
    Missing,
    Outcome,
    Upload,
    UploadFile,
    authorise_hosts,
    environment,
    find,
    next_steps,
    post,
)
from provkit.delivery.environments import default_hosts, host_of
from provkit.errors import ConfigError, GuardError, PackageError
from provkit.package import ARCHIVE_NAME, MESSAGE_NAME, Package, differences, wire_name
from provkit.rules import Report, Severity

if TYPE_CHECKING:
    from provkit.checks import Examined
    from provkit.checks.people import Mailing
    from provkit.config import Config
    from provkit.sandbox import Seen

__all__ = ["Prepared", "Sent", "prepare", "send"]


@dataclass(frozen=True)
class Sent:
    """What became of a send.

    Attributes:
        environment: Where it went, or would have gone.
        report: What was found in the package. With errors nothing was sent.
        outcome: What the service answered; None where nothing was posted.
        rehearsed: True where everything but the upload was done.
        next_steps: What comes after an upload that was taken, in sentences.
        seen: What a sandbox of this command made of the upload.
    """

    environment: Environment
    report: Report
    outcome: Outcome | None = None
    rehearsed: bool = False
    next_steps: Sequence[str] = ()
    seen: Seen | None = None

    @property
    def ok(self) -> bool:
        """Whether what was asked for was done."""
        return self.rehearsed or (self.outcome is not None and self.outcome.accepted)

    def to_dict(self) -> dict[str, object]:
        """The result for machines; no personal values, no secrets."""
        outcome = self.outcome
        return {
            "format": 1,
            "ok": self.ok,
            "rehearsed": self.rehearsed,
            "environment": self.environment.name,
            "group": self.environment.group,
            "host": self.environment.host,
            "kind": outcome.kind if outcome is not None else "rehearsed" if self.rehearsed else "findings",
            "status": None if outcome is None else outcome.status,
            "answer": None if outcome is None else dict(outcome.facts),
            "report": self.report.to_dict(),
        }


@dataclass(frozen=True)
class Prepared:
    """A package, judged and ready to go.

    Attributes:
        environment: Where it goes.
        credentials: What it logs in with; None for a sandbox that starts only then.
        upload: The exact bytes.
        report: What was found in them.
        mailing: Who would get mail.
        warnings: What else should be known before it goes, in sentences.
    """

    environment: Environment
    credentials: Credentials | None
    upload: Upload
    report: Report
    mailing: Mailing
    warnings: Sequence[str] = ()

    @property
    def ok(self) -> bool:
        """Whether there is nothing in the package that stops a send."""
        return not self.report.count(Severity.ERROR)

    def describe(self) -> Mapping[str, str]:
        """What goes where, and who said so, in words; to be shown before anything leaves."""
        target, sources = self.environment, self.environment.sources
        names = {wire: local for wire, local in self.upload.local_names.items() if wire != local}
        sent_as = f"; inside, {', '.join(f'{local} is called {wire}' for wire, local in names.items())}" if names else ""
        shown = {"Environment": target.name if target.name == "sandbox" else f"{target.name} (Canvas: {target.canvas})"}
        if self.credentials is None:
            shown["Service"] = "a sandbox that this command starts on this computer; nothing leaves it"
        else:
            shown["Service"] = f"{target.host} (from {sources['base_url']})"
            shown["Login"] = f"{host_of(target.token_url)} (from {sources['token_url']})"
            shown["Credentials"] = f"{self.credentials.name} (from {self.credentials.source})"
        shown["Group"] = f"{target.group} (from {sources['group']})"
        shown["Files"] = ", ".join(f"{file.name} ({len(file):,} bytes)" for file in self.upload.files) + sent_as
        shown["Message"] = "new guests get the package's own message" if self.upload.notify else "none of its own to new guests"
        return shown

    def deliver(self, *, dry_run: bool = False, confirm_env: str | None = None) -> Sent:
        """Log in and post, once.

        Args:
            dry_run: True does everything but the upload, the login included.
            confirm_env: For production: its name, as a person typed it.

        Returns:
            What became of it. Where the report has errors, nothing was sent.

        Raises:
            GuardError: Production was not confirmed.
            AuthError: The login failed, or the service does not take it.
            Refused: The service said no.
            Unreachable: Nothing was sent.
            OutcomeUnknown: It is not known whether the upload arrived.
        """
        if not self.ok:
            return Sent(self.environment, self.report)
        if self.environment.name == "production" and not dry_run and confirm_env != "production":
            raise GuardError(
                "This goes to production, and nobody has confirmed that. Nothing was sent.",
                reason="not_confirmed",
                remedy="Type the environment's name when asked, or say --yes --confirm-env production.",
            )
        with ExitStack() as stack:
            target, credentials = self.environment, self.credentials
            uploads: list[Seen] = []
            if credentials is None:
                target, credentials, uploads = _start_sandbox(stack, target)
            login = Login(target, credentials)
            login.token()
            if dry_run:
                return Sent(target, self.report, rehearsed=True)
            outcome = post(self.upload, login)
            outcome.raise_if_refused()
            return Sent(target, self.report, outcome, next_steps=next_steps(target), seen=uploads[-1] if uploads else None)


def send(
    path: str | Path = "out",
    *,
    env: str,
    group: str | None = None,
    notify: bool = False,
    individual: bool = False,
    dry_run: bool = False,
    outdated_ok: bool = False,
    confirm_env: str | None = None,
    secret: SecretStr | None = None,
    config: Config | None = None,
) -> Sent:
    """Send a package to one environment of the service.

    Args:
        path: The folder that `build` wrote, or a ZIP, or a single CSV.
        env: beta, test, production or sandbox.
        group: The group; by default what provkit.toml says for that environment.
        notify: Whether new guests get the package's own message. A package with a message needs it, one without refuses it.
        individual: True sends the files one by one, and not the ZIP.
        dry_run: True does everything but the upload, the login included.
        outdated_ok: True sends a package although its source has changed since it was built.
        confirm_env: For production: "production".
        secret: The client secret; by default it comes from the environment.
        config: The settings; by default those found from the current folder.

    Returns:
        What became of it; look at `ok`. Where the report has errors, nothing was sent.

    Raises:
        ConfigError: Something is not set up, or a setting is wrong.
        PackageError: There is no package, or it cannot be sent so.
        GuardError: Stopped before doing harm.
        DeliveryError: See `Prepared.deliver`.
    """
    prepared = prepare(
        path, env=env, group=group, notify=notify, individual=individual, outdated_ok=outdated_ok, secret=secret, config=config
    )
    return prepared.deliver(dry_run=dry_run, confirm_env=confirm_env)


def prepare(
    path: str | Path = "out",
    *,
    env: str,
    group: str | None = None,
    notify: bool = False,
    individual: bool = False,
    outdated_ok: bool = False,
    secret: SecretStr | None = None,
    config: Config | None = None,
) -> Prepared:
    """Read and judge a package, and find out where it would go. Nothing leaves this computer.

    Args:
        path: The folder that `build` wrote, or a ZIP, or a single CSV.
        env: beta, test, production or sandbox.
        group: The group.
        notify: Whether new guests get the package's own message.
        individual: True sends the files one by one.
        outdated_ok: True takes a package although its source has changed since it was built.
        secret: The client secret.
        config: The settings.

    Raises:
        ConfigError: Something is not set up, or a setting is wrong.
        PackageError: There is no package, or it cannot be sent so.
        GuardError: Stopped before doing harm.
    """
    path = Path(path)
    config = settings.load() if config is None else config
    target = environment(env, config, group=group)
    target, credentials, missing = _credentials(target, config, secret)
    if missing or target.group is None or not path.exists():
        raise _not_set_up(path, target, missing)
    if credentials is not None:
        authorise_hosts(credentials, target)
    from provkit.checks import examine  # brings in pandas; what is missing should be said at once

    package, upload = _read(path, individual=individual, notify=notify, outdated_ok=outdated_ok)
    examined = examine(package, notify=notify)
    _guard_message(examined, notify=notify)
    if target.name != "sandbox":
        _guard_addresses(examined)
    report = examined.report if package.meta is None else examined.report.with_rows(package.meta.rows)
    return Prepared(target, credentials, upload, report, examined.mailing, tuple(_warnings(package, upload, target)))


def _credentials(
    target: Environment, config: Config, secret: SecretStr | None
) -> tuple[Environment, Credentials | None, tuple[Missing, ...]]:
    """The credentials, and for a sandbox where it is; no credentials for one that is still to be started."""
    if target.name != "sandbox" or target.base_url or target.token_url:
        found = find(target.credentials, config, secret=secret)
        return (target, found, ()) if isinstance(found, Credentials) else (target, None, found)
    from provkit.sandbox import running

    here = running()
    if here is None:
        return target, None, ()
    sources = dict(target.sources) | dict.fromkeys(("base_url", "token_url"), "the sandbox that you have started")
    target = replace(target, base_url=here.base_url, token_url=here.token_url, sources=sources)
    return target, Credentials("sandbox", here.client_id, here.secret, default_hosts("sandbox"), "the sandbox"), ()


def _start_sandbox(stack: ExitStack, target: Environment) -> tuple[Environment, Credentials, list[Seen]]:
    """A sandbox for the length of this send."""
    from provkit.sandbox import Server, Settings

    server = stack.enter_context(Server(Settings(max_file=target.max_file, max_request=target.max_request)))
    here = server.address
    return (
        replace(target, base_url=here.base_url, token_url=here.token_url),
        Credentials("sandbox", here.client_id, here.secret, frozenset(), "made up"),
        server.uploads,
    )


def _not_set_up(path: Path, target: Environment, missing: Sequence[Missing]) -> ConfigError | PackageError:
    """One page: everything that is missing, and what to type."""
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
                "Client id, secret and group come from the university, on request; that takes days.",
                "docs/getting-access.md says how. To try without any of them:",
                "     provkit send --env sandbox",
            ]
        ),
    )


def _read(path: Path, *, individual: bool, notify: bool, outdated_ok: bool) -> tuple[Package, Upload]:
    """What is judged, and the same bytes as what is posted. Nothing is packed anew."""
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


def _guard_message(examined: Examined, *, notify: bool) -> None:
    """A message goes out only if the package was built with it and the command says so: either alone is a slip."""
    has_message = any((file.name or "").casefold() == MESSAGE_NAME for file in examined.reception.files)
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


def _guard_addresses(examined: Examined) -> None:
    """Addresses that nobody can have are a sign of sample data."""
    found = examined.reserved
    if found:
        more = f" and {len(found) - 3:,} more" if len(found) > 3 else ""
        raise GuardError(
            f"This package holds addresses that are set aside for examples: {', '.join(found[:3])}{more}. Nothing was sent.",
            reason="reserved_addresses",
            remedy="It looks like sample data. Send it to the sandbox: --env sandbox",
        )


def _warnings(package: Package, upload: Upload, target: Environment) -> Iterator[str]:
    """What should be known before it goes, and stops nothing."""
    held_back = 0 if package.meta is None else package.meta.held_back
    if held_back:
        yield f"{held_back:,} rows of the source were held back when this package was built; they are not in it."
    yield from _sizes(upload, target)


def _sizes(upload: Upload, target: Environment) -> list[str]:
    warnings = [
        f"{file.name} has {len(file):,} bytes; the service may refuse a file of more than {target.max_file:,}."
        for file in upload.files
        if target.max_file and len(file) > target.max_file
    ]
    if target.max_request and upload.length > target.max_request:
        warnings.append(f"The upload has {upload.length:,} bytes; the service may refuse more than {target.max_request:,} at once.")
    if warnings and upload.door == "files":
        warnings.append("Send the ZIP instead: leave --individual out.")
    elif warnings:
        warnings.append("Split the roster by courses and send one part after the other.")
    return warnings
