"""One unattended run: build, validate, plan, guards, send, under one lock, told line by line.

Nothing is ever asked, and whatever stops it is its last line: the exit code, its name, the reason in a stable word. No line holds a name, an
address or a secret.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from provkit import config as settings
from provkit._version import VERSION
from provkit.delivery import Feed, History, authorise_hosts, digest_of, environment
from provkit.delivery.settings import DATA_DIR_VARIABLE
from provkit.errors import EXIT_CODES, ConfigError, GuardError, ProvkitError
from provkit.planning.guards import HELD_BACK, HELD_BACK_LIMIT, OLD_SOURCE, refuse
from provkit.rules import Report, Severity, mask
from provkit.server import MODELLED_SERVER
from provkit.words import counted
from provkit.workflows.build import Built, build
from provkit.workflows.known import known_facts
from provkit.workflows.login import credentials_for
from provkit.workflows.ready import not_set_up
from provkit.workflows.rules_control import control
from provkit.workflows.send import Prepared, prepare

if TYPE_CHECKING:
    from provkit.authoring import Profile
    from provkit.config import Config
    from provkit.planning.settings import Removals
    from provkit.receiver import Known

__all__ = ["HOLD_BACK_LIMIT", "STEPS", "Ended", "Limit", "Tell", "not_begun", "run"]

Tell = Callable[[Mapping[str, object]], None]
"""Is given each line of a run."""

STEPS = ("start", "build", "validate", "plan", "guards", "send", "end")
"""What a line can be about, in order."""

HOLD_BACK_LIMIT = "5%"
"""How many rows may be held back unless somebody says otherwise."""

LISTED = 5
"""How many findings of one rule a line lists."""

_ADDRESS = re.compile(r"[^\s@'\"<>(),;:]+@[^\s@'\"<>(),;:]+")


@dataclass(frozen=True, slots=True)
class Limit:
    """How many rows may be held back.

    Attributes:
        number: The number.
        percent: Whether it is meant of a hundred rows read.
    """

    number: float
    percent: bool

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Read what was said.

        Args:
            text: A number of rows ("10"), or a share of those read ("2%").

        Raises:
            ConfigError: It is neither.
        """
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(%?)\s*", text)
        if found is None or (not found[2] and "." in found[1]) or (found[2] and float(found[1]) > 100):
            raise ConfigError(
                f"--hold-back-limit {text!r} is neither a number of rows nor a share.",
                remedy="Write it as --hold-back-limit 10 or --hold-back-limit 2%",
            )
        return cls(float(found[1]), bool(found[2]))

    def holds(self, held_back: int, read: int) -> bool:
        """Whether so many rows may be held back.

        Args:
            held_back: How many would be.
            read: Of how many.
        """
        return 100 * held_back <= self.number * read if self.percent else held_back <= self.number

    def __str__(self) -> str:
        return f"{self.number:g}{'%' if self.percent else ''}"


@dataclass(frozen=True)
class Ended:
    """How a run ended.

    Attributes:
        exit_code: The exit code; its name and meaning are in `provkit.errors.EXIT_CODES`.
        reason: Why, in a stable word.
        message: Why, in a sentence.
        remedy: What to do; None where there is nothing to do.
        at: The step that it ended in.
        send: The number of its send in the history; None where nothing left.
        held_back: How many rows of the source were held back.
        seconds: How long it took.
    """

    exit_code: int
    reason: str
    message: str
    remedy: str | None = None
    at: str = "send"
    send: int | None = None
    held_back: int = 0
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether what was asked for was done."""
        return self.exit_code == 0

    def to_dict(self, exit_code: int) -> dict[str, object]:
        """The last line.

        Args:
            exit_code: What the process ends with, which may be another where nothing has changed.
        """
        return {
            "ok": self.ok,
            "exit_code": exit_code,
            "name": EXIT_CODES[self.exit_code][0],
            "reason": self.reason,
            "at": self.at,
            "message": self.message,
            "remedy": self.remedy,
            "send": self.send,
            "held_back": self.held_back,
            "seconds": round(self.seconds, 1),
        }


class _Journal:
    """Tells what happens, one object a step."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._since = time.monotonic()
        self.at = "start"
        self.held_back = 0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._since

    def line(self, step: str, **facts: object) -> None:
        """Tell of a step; what is not for machines is masked."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._tell(_masked({"format": 1, "time": now, "step": step, **facts}))

    def end(self, ended: Ended, exit_code: int) -> Ended:
        """Tell the last line."""
        ended = replace(ended, at=self.at, held_back=self.held_back, seconds=self.seconds)
        self.line("end", **ended.to_dict(exit_code))
        return ended


def run(
    source: str | Path,
    *,
    env: str,
    tell: Tell = lambda _: None,
    group: str | None = None,
    out: str | Path = "out",
    message: str | Path | None = None,
    notify: bool | None = None,
    create_courses: bool | None = None,
    profile: str | Profile | None = None,
    kind: str | None = None,
    constants: Mapping[str, str] | None = None,
    hidden_rows: Literal["take", "leave"] | None = None,
    encoding: str | None = None,
    feed: str | None = None,
    hold_back: Limit | None = None,
    max_age: float | None = None,
    known: Known | None = None,
    individual: bool = False,
    changes_only: bool = False,
    removals: Removals | None = None,
    allow: Collection[str] = (),
    end_courses: Collection[str] = (),
    end_sections: Collection[str] = (),
    dry_run: bool = False,
    confirm_env: str | None = None,
    exit_unchanged: int = 0,
    config: Config | None = None,
) -> Ended:
    """Build, validate, plan, ask the guards, and send; nobody is there to be asked.

    Args:
        source: What it is built from; see `build`.
        env: beta, test, production or sandbox.
        tell: Is given each line as it comes to pass: a step of `STEPS` with its facts. Nothing in it is personal or secret.
        group: The group; by default what provkit.toml says for that environment.
        out: The folder of the package; it is replaced if provkit wrote it.
        message: See `build`.
        notify: Whether the message for new guests is built and sent along; by default as in provkit.toml.
        create_courses: See `build`.
        profile: See `build`.
        kind: See `build`.
        constants: See `build`.
        hidden_rows: See `build`.
        encoding: See `build`.
        feed: See `build`.
        hold_back: Hold back rows with errors, up to this many; None holds back none.
        max_age: Stop where the source was last written more than so many hours ago.
        known: What exists elsewhere; by default what the settings name.
        individual: True sends the files one by one, and not the ZIP.
        changes_only: True sends what is new or different since what was last accepted from this feed.
        removals: See `send`.
        allow: See `send`.
        end_courses: See `send`.
        end_sections: See `send`.
        dry_run: True does everything but the upload, the login included.
        confirm_env: For production: "production".
        exit_unchanged: The exit code that the last line says where nothing has changed.
        config: The settings; by default those found from the current folder.

    Returns:
        How it ended, whatever it was: no `ProvkitError` is raised.
    """
    journal = _Journal(tell)
    try:
        ended = _Run(
            journal, Path(source), Path(out), settings.load() if config is None else config, env, group, hold_back, max_age
        ).carry_out(
            built_as={
                "message": message,
                "notify": notify,
                "create_courses": create_courses,
                "profile": profile,
                "kind": kind,
                "constants": constants,
                "hidden_rows": hidden_rows,
                "encoding": encoding,
                "feed": feed,
            },
            sent_as={
                "individual": individual,
                "changes_only": changes_only,
                "removals": removals,
                "end_courses": end_courses,
                "end_sections": end_sections,
            },
            allow=frozenset(allow),
            known=known,
            dry_run=dry_run,
            confirm_env=confirm_env,
        )
    except ProvkitError as error:
        ended = Ended(error.exit_code, _word(error), error.message, error.remedy)
    except BaseException as error:
        # Not to be understood here, but whoever reads the lines must not wait for the last one.
        journal.line("end", ok=False, exit_code=None, name="broken_off", reason=type(error).__name__, at=journal.at)
        raise
    return journal.end(ended, exit_unchanged if ended.reason == "unchanged" else ended.exit_code)


def not_begun(error: ProvkitError, tell: Tell) -> Ended:
    """The only line of a run that could not even begin.

    Args:
        error: Why.
        tell: Is given the line.
    """
    return _Journal(tell).end(Ended(error.exit_code, _word(error), error.message, error.remedy), error.exit_code)


@dataclass(frozen=True)
class _Run:
    journal: _Journal
    source: Path
    out: Path
    config: Config
    env: str
    group: str | None
    hold_back: Limit | None
    max_age: float | None

    def carry_out(
        self,
        *,
        built_as: Mapping[str, Any],
        sent_as: Mapping[str, Any],
        allow: frozenset[str],
        known: Known | None,
        dry_run: bool,
        confirm_env: str | None,
    ) -> Ended:
        """The whole run, with the lock of its environment and group in hand from before the build until after the send."""
        target = environment(self.env, self.config, group=self.group)
        self.journal.line(
            "start",
            provkit=VERSION,
            server=MODELLED_SERVER,
            source=self.source.name,
            environment=target.name,
            group=target.group,
            host=target.host,
            changes_only=sent_as["changes_only"],
            dry_run=dry_run,
        )
        _check_home(self.config)
        target, credentials, missing = credentials_for(target, self.config)
        if missing or target.group is None:
            raise not_set_up(self.source, target, missing, command="run")
        if credentials is not None:
            authorise_hosts(credentials, target)
        facts = known if known is not None else known_facts(config=self.config)
        history = History.open(self.config)
        with history.lock(target.name, target.group):
            built = self._build(built_as, facts)
            if built.package is None:
                return self._findings(built.report)
            held = {HELD_BACK.reason} if built.held_back else set()
            prepared = self._prepare(
                history,
                notify=built.notify,
                allow=allow | held,
                known=facts,
                **sent_as,
            )
            if not prepared.ok:
                return self._findings(prepared.report)
            self._plan(prepared)
            # Where nothing is new a source may still have lost half its rows, so the guards come first.
            self._guards(prepared)
            if prepared.unchanged or _is_last(prepared):
                return Ended(0, "unchanged", "Nothing has changed since what was last accepted; nothing was sent.")
            return self._send(prepared, dry_run=dry_run, confirm_env=confirm_env)

    def _build(self, built_as: Mapping[str, Any], known: Known | None) -> Built:
        self.journal.at = "build"
        self._check_age()
        built = build(
            self.source,
            self.out,
            hold_back=self.hold_back is not None,
            known=known,
            config=self.config,
            listed=LISTED,
            control=control(self.config),
            **built_as,
        )
        # Findings among rows that are held back are told here; the package has none of them.
        self.journal.line("build", ok=built.package is not None, **_account(built.report), rows=built.account.to_dict())
        if built.package is not None:
            self.journal.held_back = built.held_back
        if self.hold_back is not None and not self.hold_back.holds(built.held_back, built.account.read):
            raise GuardError(
                f"{built.held_back:,} of {built.account.read:,} rows would be held back, and the limit is {self.hold_back}. "
                "Nothing was sent.",
                reason=HELD_BACK_LIMIT.reason,
                remedy=f"{HELD_BACK_LIMIT.remedy} If so many are meant: {HELD_BACK_LIMIT.flag} {built.held_back}",
            )
        return built

    def _check_age(self) -> None:
        if self.max_age is None:
            return
        files = [path for path in self.source.rglob("*") if path.is_file()] if self.source.is_dir() else [self.source]
        times = [path.stat().st_mtime for path in files if path.exists()]
        if times and time.time() - max(times) > self.max_age * 3600:
            written = datetime.fromtimestamp(max(times), UTC)
            raise GuardError(
                f"{self.source.name} was last written at {written:%Y-%m-%d %H:%M} UTC, more than {self.max_age:g} hours ago. "
                "Nothing was sent.",
                reason=OLD_SOURCE.reason,
                remedy=OLD_SOURCE.remedy,
            )

    def _prepare(self, history: History, **said: Any) -> Prepared:
        """The package as it would go; whether it went before is looked at afterwards, since in a job that is nothing to stop at."""
        self.journal.at = "validate"
        try:
            prepared = prepare(self.out, env=self.env, group=self.group, again=True, history=history, config=self.config, **said)
        except GuardError:
            self.journal.at = "guards"
            raise
        self.journal.line("validate", ok=prepared.ok, **_account(prepared.report))
        return replace(prepared, again=False)

    def _plan(self, prepared: Prepared) -> None:
        from provkit.workflows.plan_file import to_dict

        self.journal.at = "plan"
        planned = to_dict(prepared)
        told = ("feed", "digest", "changes_only", "removals", "unchanged", "compared_with", "bytes", "rows", "notes")
        self.journal.line("plan", ok=True, **{name: planned[name] for name in told}, courses=len(planned["courses"]))

    def _guards(self, prepared: Prepared) -> None:
        self.journal.at = "guards"
        found = [
            {"reason": stop.guard.reason, "message": stop.sentence, "remedy": stop.remedy, "ids": list(stop.ids)}
            for stop in prepared.stops
        ]
        self.journal.line("guards", ok=not found, stops=found)
        if found:
            raise refuse(prepared.stops)

    def _send(self, prepared: Prepared, *, dry_run: bool, confirm_env: str | None) -> Ended:
        self.journal.at = "send"
        history, feed, since = prepared.history, prepared.feed, self.journal.seconds
        before = _newest(history, feed)
        try:
            sent = prepared.deliver(dry_run=dry_run, confirm_env=confirm_env)
        except ProvkitError as error:
            number = _newest(history, feed)
            number = None if number == before else number
            self.journal.line("send", ok=False, send=number, kind=_word(error), seconds=round(self.journal.seconds - since, 1))
            return Ended(error.exit_code, _word(error), error.message, error.remedy, send=number)
        outcome = sent.outcome
        kind = "rehearsed" if outcome is None else outcome.kind
        self.journal.line(
            "send",
            ok=True,
            send=sent.send,
            kind=kind,
            status=None if outcome is None else outcome.status,
            host=sent.environment.host,
            bytes=prepared.upload.length,
            seconds=round(self.journal.seconds - since, 1),
        )
        said = "Everything was done but the upload: the login works." if outcome is None else outcome.sentence
        return Ended(0, kind, said, None if outcome is None else outcome.remedy, send=sent.send)

    def _findings(self, report: Report) -> Ended:
        errors = report.count(Severity.ERROR)
        where = f"The {self.journal.at} step found"
        return Ended(
            1,
            "findings",
            f"{where} {counted(errors, 'error')} in {self.source.name}. Nothing was sent.",
            f"See them all: provkit build {self.source}\nTo send the rest: --hold-back",
        )


def _is_last(prepared: Prepared) -> bool:
    """Whether exactly this was the last that was accepted."""
    compared = None if prepared.outlook is None else prepared.outlook.compared
    return compared is not None and compared.complete and compared.digest == digest_of(prepared.files)


def _newest(history: History, feed: Feed) -> int | None:
    return max((send.id for send in history.sends(environment=feed.environment, group=feed.group, feed=feed.name)), default=None)


def _account(report: Report) -> dict[str, object]:
    """What was found, for a line: exact counts, and some of it with its place."""
    head = report.without_findings()
    errors = [finding.to_dict() for finding in report.findings if finding.severity is Severity.ERROR]
    return {"counts": head["counts"], "errors": errors}


def _word(error: ProvkitError) -> str:
    """Why it stopped, in a stable word."""
    return getattr(error, "kind", None) or getattr(error, "reason", None) or EXIT_CODES[error.exit_code][0]


def _masked(value: Any) -> Any:
    """The same without anybody's address, wherever it may stand in a sentence."""
    if isinstance(value, str):
        return _ADDRESS.sub(lambda found: mask(found[0]), value)
    if isinstance(value, Mapping):
        return {key: _masked(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(one) for one in value]
    return value


def _check_home(config: Config) -> None:
    """Without a home folder the history would be looked for elsewhere than by the user's other commands, or nowhere."""
    named = ("HOME", "XDG_DATA_HOME", DATA_DIR_VARIABLE)
    if os.name == "posix" and not any(config.variable(name) for name in named):
        raise ConfigError(
            "HOME is not set, so it is not known where the history of earlier sends is. Nothing was sent.",
            remedy=f"Set HOME in the job, or name the history's folder: {DATA_DIR_VARIABLE}=/var/lib/provkit",
        )
