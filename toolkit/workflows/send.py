"""Send a package, once, to the place that was named.

Two steps, so that a person can look between them: `prepare` reads and judges and touches no network; `Prepared.deliver` logs in and posts.
`send` does both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from provkit import config as settings
from provkit.delivery import (
    Credentials,
    Environment,
    Feed,
    History,
    Login,
    Missing,
    Outcome,
    Send,
    SentFile,
    Upload,
    authorise_hosts,
    digest_of,
    environment,
    next_steps,
    post,
)
from provkit.delivery.environments import host_of
from provkit.errors import GuardError
from provkit.planning.guards import PLAN_DIFFERS, Allowed, Stop, allowed, refuse
from provkit.rules import LISTED_PER_RULE, Report, Severity
from provkit.workflows import plan_file
from provkit.workflows.known import known_facts
from provkit.workflows.login import credentials_for, start_sandbox
from provkit.workflows.ready import guard_addresses, guard_message, not_set_up, read, warnings
from provkit.workflows.rules_control import control
from provkit.workflows.sent import feed_of, files_of

if TYPE_CHECKING:
    from provkit.checks import Examined
    from provkit.checks.people import Mailing
    from provkit.config import Config
    from provkit.control import Control
    from provkit.package import Package
    from provkit.planning.settings import Removals
    from provkit.receiver import Known
    from provkit.sandbox import Seen
    from provkit.workflows.outlook import Outlook

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
        send: The number in the history; None where nothing was posted.
        unchanged: True where only changes were to go, and there were none.
    """

    environment: Environment
    report: Report
    outcome: Outcome | None = None
    rehearsed: bool = False
    next_steps: Sequence[str] = ()
    seen: Seen | None = None
    send: int | None = None
    unchanged: bool = False

    @property
    def ok(self) -> bool:
        """Whether what was asked for was done."""
        return self.rehearsed or self.unchanged or (self.outcome is not None and self.outcome.accepted)

    @property
    def _without_outcome(self) -> str:
        """Why nothing was posted, in a stable word."""
        return "unchanged" if self.unchanged else "rehearsed" if self.rehearsed else "findings"

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
            "kind": outcome.kind if outcome is not None else self._without_outcome,
            "send": self.send,
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
        package: The same as a package.
        files: The same in digests and counts.
        feed: The stream of uploads that it belongs to.
        history: What it is recorded in.
        again: Whether it is meant to be sent once more.
        outlook: What it changes; None where errors stand in the way.
        said: What was said to be meant.
    """

    environment: Environment
    credentials: Credentials | None
    upload: Upload
    package: Package
    files: tuple[SentFile, ...]
    feed: Feed
    history: History
    report: Report
    mailing: Mailing
    warnings: Sequence[str] = ()
    again: bool = False
    outlook: Outlook | None = None
    said: Allowed = field(default_factory=Allowed)

    @property
    def ok(self) -> bool:
        """Whether there is nothing in the package that stops a send."""
        return not self.report.count(Severity.ERROR)

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        """The guards that stop it."""
        return () if self.outlook is None else self.outlook.stops(self.environment, self.said)

    @property
    def unchanged(self) -> bool:
        """Whether there is nothing to send, since only changes go and there are none."""
        return self.outlook is not None and self.outlook.unchanged

    @cached_property
    def digest(self) -> str:
        """The digest of exactly what is posted."""
        return plan_file.digest_of_upload(self.upload)

    def meaning(self, *, courses: Collection[str] = (), sections: Collection[str] = ()) -> Prepared:
        """The same, where somebody has said that courses or sections are meant to end.

        Args:
            courses: Their ids.
            sections: Their ids.
        """
        said = replace(self.said, courses=self.said.courses | set(courses), sections=self.said.sections | set(sections))
        return replace(self, said=said)

    def describe(self) -> Mapping[str, str]:
        """What goes where, and who said so, in words; to be shown before anything leaves."""
        target, sources = self.environment, self.environment.sources
        shown = {"Environment": target.name if target.name == "sandbox" else f"{target.name} (Canvas: {target.canvas})"}
        if not target.base_url:
            shown["Service"] = "a sandbox that this command starts on this computer; nothing leaves it"
        else:
            shown["Service"] = f"{target.host} (from {sources['base_url']})"
            shown["Login"] = f"{host_of(target.token_url)} (from {sources['token_url']})"
        if self.credentials is not None:
            shown["Credentials"] = f"{self.credentials.name} (from {self.credentials.source})"
        shown["Group"] = f"{target.group} (from {sources['group']})"
        if self.outlook is not None and self.outlook.changes.partial:
            removals = self.outlook.changes.removals
            source = f" (from {sources['removals']})" if removals == target.removals and "removals" in sources else ""
            left = f"are left{source}" if removals == "leave" else f"become {removals}{source}"
            shown["Sends"] = f"only what is new or different; enrollments that are gone from the source {left}"
        shown["Files"] = "; ".join(self._files())
        shown["Feed"] = f"{self.feed.name} ({_last(self.history.last_send(self.feed))})"
        shown["Kept"] = _how_kept(self.history)
        shown["Message"] = "new guests get the package's own message" if self.upload.notify else "none of its own to new guests"
        return shown

    def _files(self) -> Iterator[str]:
        """What is posted, and what it is called on the way: the service's mails go by those names."""
        local_names = self.upload.local_names
        for file in self.upload.files:
            called = f"{local_names[file.name]} as " if local_names.get(file.name, file.name) != file.name else ""
            yield f"{called}{file.name} ({len(file):,} bytes)"
        if self.upload.door == "zip" and local_names:
            yield "in it " + ", ".join(local if local == wire else f"{local} as {wire}" for wire, local in local_names.items())

    def deliver(self, *, dry_run: bool = False, confirm_env: str | None = None) -> Sent:
        """Log in and post, once.

        Args:
            dry_run: True does everything but the upload, the login included.
            confirm_env: For production: its name, as a person typed it.

        Returns:
            What became of it. Where the report has errors, nothing was sent.

        Raises:
            GuardError: Production was not confirmed; or the same was sent in the meantime, or something of unknown outcome.
            Busy: Another run is sending to the same place.
            HistoryError: The send cannot be recorded.
            AuthError: The login failed, or the service does not take it.
            Refused: The service said no.
            Unreachable: Nothing was sent.
            OutcomeUnknown: It is not known whether the upload arrived.
        """
        if not self.ok:
            return Sent(self.environment, self.report)
        if self.stops:
            raise refuse(self.stops)
        if self.unchanged:
            return Sent(self.environment, self.report, unchanged=True)
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
                target, credentials, uploads = start_sandbox(stack, target)
            login = Login(target, credentials)
            login.token()
            if dry_run:
                return Sent(target, self.report, rehearsed=True)
            partial = self.outlook is not None and self.outlook.changes.partial
            with self.history.lock(target.name, self.feed.group), ExitStack() as recorded:
                self._guard_basis()
                attempt = recorded.enter_context(
                    self.history.begin(
                        self.feed,
                        self.package,
                        self.files,
                        host=target.host,
                        complete=not partial,
                        baseline=None if self.outlook is None else self.outlook.baseline,
                        again=self.again,
                    )
                )
                outcome = post(self.upload, login, leaving=attempt.leaving)
                attempt.settle(outcome)
            outcome.raise_if_refused()
            seen = uploads[-1] if uploads else None
            return Sent(target, self.report, outcome, next_steps=next_steps(target), seen=seen, send=attempt.id)

    def _guard_basis(self) -> None:
        """What it is compared with must still be the last; called while nobody else can send to the same place."""
        last = self.history.last_send(self.feed)
        compared = None if self.outlook is None else self.outlook.compared
        if (None if last is None else last.id) != (None if compared is None else compared.id):
            raise GuardError(
                f"Something else of the feed {self.feed.name} was accepted while this was being prepared. Nothing was sent.",
                reason=PLAN_DIFFERS.reason,
                remedy="Repeat the command: it then compares with what was accepted last.",
            )


def send(
    path: str | Path = "out",
    *,
    env: str,
    group: str | None = None,
    notify: bool = False,
    individual: bool = False,
    dry_run: bool = False,
    outdated_ok: bool = False,
    again: bool = False,
    known: Known | None = None,
    changes_only: bool = False,
    removals: Removals | None = None,
    allow: Collection[str] = (),
    end_courses: Collection[str] = (),
    end_sections: Collection[str] = (),
    plan: str | Path | None = None,
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
        again: True sends once more what was sent before.
        known: What exists elsewhere; by default what the settings name.
        changes_only: True sends what is new or different since what was last accepted from this feed.
        removals: What becomes of enrollments that disappeared from the source, where only changes go; by default as set for the environment.
        allow: Guards that may pass, once, by their words (`provkit.planning.guards`).
        end_courses: Courses that may be deleted or completed.
        end_sections: Sections that may be deleted.
        plan: A plan that was made of exactly this; it also says whether only changes go.
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
        path,
        env=env,
        group=group,
        notify=notify,
        individual=individual,
        outdated_ok=outdated_ok,
        again=again,
        known=known,
        changes_only=changes_only,
        removals=removals,
        allow=allow,
        end_courses=end_courses,
        end_sections=end_sections,
        plan=plan,
        secret=secret,
        config=config,
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
    again: bool = False,
    known: Known | None = None,
    changes_only: bool = False,
    removals: Removals | None = None,
    allow: Collection[str] = (),
    end_courses: Collection[str] = (),
    end_sections: Collection[str] = (),
    plan: str | Path | None = None,
    secret: SecretStr | None = None,
    config: Config | None = None,
    history: History | None = None,
    login: bool = True,
) -> Prepared:
    """Read and judge a package, and find out where it would go. Nothing leaves this computer.

    Args:
        path: The folder that `build` wrote, or a ZIP, or a single CSV.
        env: beta, test, production or sandbox.
        group: The group.
        notify: Whether new guests get the package's own message.
        individual: True sends the files one by one.
        outdated_ok: True takes a package although its source has changed since it was built.
        again: True takes a package although it was sent before.
        known: What exists elsewhere; by default what the settings name.
        changes_only: True sends what is new or different since what was last accepted from this feed.
        removals: What becomes of enrollments that disappeared from the source, where only changes go; by default as set for the environment.
        allow: Guards that may pass, once, by their words (`provkit.planning.guards`).
        end_courses: Courses that may be deleted or completed.
        end_sections: Sections that may be deleted.
        plan: A plan that was made of exactly this; it also says whether only changes go.
        secret: The client secret.
        config: The settings.
        history: What was sent before, where it is open already; its locks are held once for all.
        login: False looks for no credentials, for who only wants to see what would happen.

    Raises:
        ConfigError: Something is not set up, or a setting is wrong.
        PackageError: There is no package, or it cannot be sent so.
        GuardError: Stopped before doing harm.
    """
    path = Path(path)
    config = settings.load() if config is None else config
    said = allowed(allow, end_courses, end_sections)
    fixed = None if plan is None else plan_file.read(Path(plan))
    target = environment(env, config, group=group)
    credentials: Credentials | None = None
    missing: Sequence[Missing] = ()
    if login:
        target, credentials, missing = credentials_for(target, config, secret)
    if missing or target.group is None or not path.exists():
        raise not_set_up(path, target, missing)
    if credentials is not None:
        authorise_hosts(credentials, target)
    partial = changes_only if fixed is None else fixed.changes_only
    removals = removals or target.removals if fixed is None else fixed.removals
    facts = known if known is not None else known_facts(config=config)
    history = history or History.open(config)
    prepared = _prepared(
        path,
        target,
        credentials,
        history,
        facts,
        notify,
        individual,
        outdated_ok,
        again,
        partial,
        removals,
        said,
        control(config),
    )
    if fixed is not None:
        plan_file.check(fixed, prepared)
    if prepared.ok and not prepared.unchanged and login:
        prepared.history.guard(prepared.feed, digest_of(prepared.files), again=again, complete=not partial)
    return prepared


def _prepared(  # noqa: PLR0917 - as they were said, in the order of the command line
    path: Path,
    target: Environment,
    credentials: Credentials | None,
    history: History,
    known: Known | None,
    notify: bool,  # noqa: FBT001
    individual: bool,  # noqa: FBT001
    outdated_ok: bool,  # noqa: FBT001
    again: bool,  # noqa: FBT001
    partial: bool,  # noqa: FBT001
    removals: Removals,
    said: Allowed,
    chosen: Control,
) -> Prepared:
    """The package, judged whole; and where only changes go, what goes of it, judged by itself."""
    from provkit.checks import examine  # brings in pandas; what is missing should be said at once
    from provkit.workflows.outlook import look_ahead

    package, upload = read(path, individual=individual, notify=notify, outdated_ok=outdated_ok)
    listed = chosen.listed(LISTED_PER_RULE)
    examined = examine(package, known=known, notify=notify, listed=listed)
    guard_message(examined, notify=notify)
    if target.name != "sandbox":
        guard_addresses(examined)
    rows = None if package.meta is None else package.meta.rows
    feed = feed_of(package, path, target)
    outlook = None
    notes: list[str] = []
    report = _told(examined, chosen)
    if report.ok:
        outlook = look_ahead(examined, package, feed, history, partial=partial, removals=removals)
        if partial and not outlook.unchanged:
            package, upload = outlook.partial_package(package, individual=individual, notify=notify)
            examined = examine(package, notify=upload.notify, listed=listed)
            report = _told(examined, chosen)
            if notify and not upload.notify:
                notes.append("No guest is new or changed, so the message does not go along.")
        notes += outlook.notes(target, said)
    return Prepared(
        target,
        credentials,
        upload,
        package,
        files_of(examined.reception),
        feed,
        history,
        report if rows is None else report.with_rows(rows),
        examined.mailing,
        (*warnings(upload, target), *notes),
        again,
        outlook,
        said,
    )


def _told(examined: Examined, chosen: Control) -> Report:
    """What was found, as far as the user wants to hear it; an error stays one."""
    return chosen.applied(examined.report, acting=True).capped(LISTED_PER_RULE)


def _last(send: Send | None) -> str:
    if send is None:
        return "the history knows of no earlier upload"
    return f"last accepted on {send.began.astimezone():%Y-%m-%d %H:%M}, send {send.id}"


def _how_kept(history: History) -> str:
    """What becomes of a copy of the package, in words."""
    if not history.keep_sent:
        return "no copy of this package (keep_sent = false)"
    if history.keeper.encrypts:
        return "a copy of this package, encrypted with a key that your keyring holds"
    return "a copy of this package, in a file that only you can read; it is not encrypted, since no keyring is in use"
