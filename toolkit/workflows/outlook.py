"""What a send would change, by what the history keeps: for `plan`, for the guards of `send`, and for sends of changes only."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from provkit.delivery import Environment, Feed, History, Send, Upload, UploadFile
from provkit.errors import HistoryError
from provkit.held_back import HeldBack
from provkit.package import ARCHIVE_NAME, MESSAGE_NAME, Package, wire_name
from provkit.planning.compare import Changes, compare
from provkit.planning.contradictions import Contradiction, contradictions
from provkit.planning.courses import CourseChanges, by_course
from provkit.planning.guards import HELD_BACK, Allowed, Stop, stops
from provkit.planning.settings import MAX_ENDED, Removals
from provkit.planning.state import State
from provkit.receiver import receive
from provkit.schemas.layouts import LAYOUTS, Kind
from provkit.writer import write_archive

if TYPE_CHECKING:
    from provkit.checks import Examined

__all__ = ["FULL_AFTER", "Outlook", "look_ahead"]

NAMED = 5
"""How many of a kind a sentence names."""
FULL_AFTER = 14
"""After so many sends of changes only a full one is advised."""


@dataclass(frozen=True, eq=False)
class Outlook:
    """What a send would change.

    Attributes:
        changes: The changes.
        compared: The send whose package they are compared with; None where there is none.
        unknown: Why there is nothing to compare with, in a sentence; None where there is, or where nothing was ever accepted.
        basis: The digest of what was last accepted; "" for nothing.
        groups: Groups that were sent to from this computer.
        tried: Whether this feed ever went to beta or test.
        held_back: How many rows of the source were held back.
        contradictions: Where other feeds of the group have said something else of the same people, courses and sections.
        unread: Other feeds of the group of which it is not known what they sent last.
    """

    changes: Changes
    compared: Send | None
    unknown: str | None
    basis: str
    groups: frozenset[str]
    tried: bool
    held_back: int = 0
    contradictions: tuple[Contradiction, ...] = ()
    unread: tuple[str, ...] = ()

    @cached_property
    def courses(self) -> tuple[CourseChanges, ...]:
        """The changes by course."""
        return by_course(self.changes)

    @property
    def unchanged(self) -> bool:
        """Whether there is nothing to send, since only changes go and there are none."""
        return self.changes.partial and self.changes.nothing

    def stops(self, target: Environment, said: Allowed) -> tuple[Stop, ...]:
        """What stops it. A sandbox has nobody to lose.

        Args:
            target: Where it goes.
            said: What was said to be meant.
        """
        if target.name == "sandbox":
            return ()
        return stops(
            self.changes,
            self.courses,
            said=said,
            max_ended=target.max_ended,
            group=target.group,
            groups_before=self.groups,
            held_back=self.held_back,
        )

    def notes(self, target: Environment, said: Allowed) -> Iterator[str]:
        """What should be known, and stops nothing.

        Args:
            target: Where it goes.
            said: What was said to be meant.
        """
        changes = self.changes
        if self.unknown is not None:
            yield self.unknown
        elif self.compared is None and changes.partial:
            yield "Nothing of this feed is known to have been accepted there, so everything in it counts as new."
        if target.name == "production" and not self.tried:
            yield "This feed was never sent to beta or test from here."
        if changes.partial and changes.before is not None and changes.before.partial_sends + 1 >= FULL_AFTER:
            yield (
                f"This is send {changes.before.partial_sends + 1} in a row of changes only. What was changed in Canvas by hand, or got lost on "
                "the way, is mended only by sending everything: leave --changes-only out now and then."
            )
        if target.name != "sandbox" and target.max_ended > MAX_ENDED and any(len(course.lost) for course in self.courses):
            yield (
                f"Up to {target.max_ended:g} % of all enrollments may end here without a stop: max_ended says so "
                f"({target.sources['max_ended']}). Without it, it is {MAX_ENDED:g} %."
            )
        yield from _of_the_gone(changes)
        yield from _said_otherwise(self.contradictions)
        if self.unread:
            yield f"What was last accepted from {_listed(self.unread)}, of the same group, cannot be read, so nothing is compared with it."
        if self.held_back and not any(stop.guard is HELD_BACK for stop in self.stops(target, said)):
            were = "row of the source was" if self.held_back == 1 else "rows of the source were"
            yield f"{self.held_back:,} {were} held back when this package was built, and not in it."
        missing = [kind for kind in Kind if kind in (changes.before or State()).rows and kind not in changes.now.rows]
        if missing:
            yield f"This package has no {', '.join(f'{kind}.csv' for kind in missing)}; the last one had. What it held counts as unchanged."

    def named_otherwise(self) -> Iterator[str]:
        """Whom other feeds name otherwise, for screens and pages: it holds names."""
        for found in self.contradictions:
            if found.kind is Kind.USERS:
                shown = [f"{who} ({here} here, {there} there)" for who, here, there in found.names() if here != there]
                if shown:
                    yield f"Named otherwise by {found.feed}: {_listed(shown)}."

    @property
    def baseline(self) -> Package | None:
        """What is kept as last accepted once it is; None where the package itself says it all."""
        after = self.changes.after
        plain = all(rows.listed.all() and rows.sure.all() for rows in after.rows.values())
        same = (
            plain
            and not after.turns
            and not after.turns_elsewhere
            and all(len(after.get(kind)) == len(self.changes.now.get(kind)) for kind in Kind)
        )
        return None if same and not self.changes.partial else after.to_package()

    def partial_package(self, whole: Package, *, individual: bool, notify: bool) -> tuple[Package, Upload]:
        """The package of what goes where only changes do: a real one, with a digest of its own.

        Args:
            whole: The package with everything, for its message.
            individual: True for loose files instead of a ZIP.
            notify: Whether the message to new guests goes along; it does only where guests go.
        """
        rows = self.changes.rows_to_send()
        files = {f"{kind}.csv": rows[kind].encode() for kind in Kind if kind in rows}
        notify = notify and Kind.USERS in rows
        if notify:
            files |= _message(whole)
        loose = Package.from_files(files)
        names = {wire_name(part) or "": part.name or "" for part in loose.parts}
        if individual:
            package = Package.from_files([(wire_name(part), bytes(part.content)) for part in loose.parts])
            upload = Upload(tuple(UploadFile(part.name or "", part.content) for part in package.parts), "files", notify, names)
            return package, upload
        target = io.BytesIO()
        write_archive(target, loose)
        package = Package.from_zip(target.getvalue())
        return package, Upload((UploadFile(ARCHIVE_NAME, target.getvalue()),), "zip", notify, names)


def _of_the_gone(changes: Changes) -> Iterator[str]:
    """What becomes of enrollments that disappeared from the source and are not ended."""
    gone = changes.gone
    if gone.left.any():
        how = (
            "set removals in [env.NAME] or say --removals deleted, inactive or completed"
            if changes.partial
            else "send with --changes-only --removals deleted, inactive or completed"
        )
        yield f"{_enrollments(gone.left)} gone from the source and left as {_they(gone.left)}. To end {_them(gone.left)}: {how}."
    if gone.held_back.any():
        yield (
            f"{_enrollments(gone.held_back)} not in the package, but may be among the rows that were held back: nothing is ended there until "
            "these are mended."
        )
    if gone.elsewhere.any():
        yield f"{_enrollments(gone.elsewhere)} gone from this source, but another feed of the group still lists {_them(gone.elsewhere)}."
    if gone.misplaced.any():
        yield (
            f"{_enrollments(gone.misplaced)} gone, while the same people come in a course, section or role that nobody else is in: is it spelled "
            f"right? Nothing is ended. If it is meant, end {_them(gone.misplaced)} by rows with status deleted."
        )
    if gone.renamed.any():
        yield (
            f"{_enrollments(gone.renamed)} gone under a username or university id, while people come under the other: they may be the same, and "
            "nothing is ended. If they are not, end them by rows with status deleted."
        )


def look_ahead(
    examined: Examined, package: Package, feed: Feed, history: History, *, partial: bool = False, removals: Removals = "leave"
) -> Outlook:
    """Work out what a send would change.

    Args:
        examined: The package, judged.
        package: The package, with provkit's notes if it has any.
        feed: The stream of uploads that it belongs to, and where it goes.
        history: What was sent before.
        partial: Whether only changes go.
        removals: What becomes of enrollments that disappeared, where only changes go.

    Raises:
        HistoryError: Only changes are to go, and what was last accepted is not kept.
    """
    compared, unknown, before, basis = history.last_send(feed), None, None, ""
    if compared is not None:
        try:
            before, basis = _kept(history, compared)
        except HistoryError as error:
            if partial:
                raise
            unknown = f"{error.message} {error.remedy or ''}".strip()
    meta = package.meta
    held = None if meta is None else meta.held_enrollments
    if meta is not None and meta.held_back and held is None:
        held = HeldBack("", unplaced=meta.held_back)  # nobody knows which, so any may be
    now = State.of(examined.reception)
    others, unread = _others(history, feed, needed=partial and removals != "leave")
    changes = compare(before, now, partial=partial, removals=removals, held=held, others=list(others.values()))
    sends = [send for send in history.sends() if send.state == "accepted" and send.feed.environment != "sandbox"]
    tried = any(send.feed.name == feed.name and send.feed.environment in ("beta", "test") for send in sends)
    held_back = 0 if meta is None else meta.held_back
    groups = frozenset(send.feed.group for send in sends)
    return Outlook(changes, compared, unknown, basis, groups, tried, held_back, contradictions(now, others), unread)


def _kept(history: History, send: Send) -> tuple[State, str]:
    """What was last accepted, with the rows in doubt that a results mail reported, and its digest."""
    kept = history.kept(send)
    state = State.of_package(kept.baseline)
    if kept.failures:
        state = state.doubted(_failed(kept.package, kept.failures))
    parts = "\n".join(f"{part.digest} {part.name}" for part in kept.baseline.parts)
    doubts = "\n".join(f"{digest} {record}" for digest, record in sorted(kept.failures))
    return state, hashlib.sha256(f"{parts}\n\n{doubts}".encode()).hexdigest()


def _failed(package: Package, failures: frozenset[tuple[str, int]]) -> Mapping[Kind, Sequence[tuple[str, ...]]]:
    """The keys of records that a results mail reported as failed."""
    found: dict[Kind, list[tuple[str, ...]]] = {}
    for file in receive(package.on_wire() if package.door != "app" else package).files:
        if file.kind is None or file.records is None:
            continue
        digest = hashlib.sha256(file.content).hexdigest()
        layout = LAYOUTS[file.kind]
        header = file.records.fields(0)
        for record in (record for sha256, record in failures if sha256 == digest and 2 <= record <= len(file.records)):
            cells = dict(zip(header, file.records.fields(record - 1), strict=False))
            found.setdefault(file.kind, []).append(tuple(cells.get(name, "") for name in layout.key))
    return found


def _others(history: History, feed: Feed, *, needed: bool) -> tuple[dict[str, State], tuple[str, ...]]:
    """What was last accepted from other feeds of the same group and environment, and the feeds of which that cannot be read.

    Args:
        history: What was sent before.
        feed: The feed that is to be sent.
        needed: Whether people may be ended, so that all of it must be known.

    Raises:
        HistoryError: It is needed and cannot be read: nobody may be ended.
    """
    found: dict[str, State] = {}
    unread: list[str] = []
    names = {send.feed.name for send in history.sends(environment=feed.environment, group=feed.group) if send.state == "accepted"}
    for name in sorted(names - {feed.name}):
        send = history.last_send(Feed(feed.environment, feed.group, name))
        if send is None:
            continue
        try:
            found[name] = _kept(history, send)[0]
        except HistoryError:
            if needed:
                raise
            unread.append(name)
    return found, tuple(unread) if history.keep_sent else ()


def _message(package: Package) -> dict[str, bytes]:
    """The message of a package, from loose files or from inside its archive."""
    for file in receive(package).files:
        if file.kind is None and (file.name or "").casefold() == MESSAGE_NAME:
            return {MESSAGE_NAME: bytes(file.content)}
    return {}


def _said_otherwise(found: Sequence[Contradiction]) -> Iterator[str]:
    """Where another feed says something else, without names."""
    for feed in dict.fromkeys(one.feed for one in found):
        what = [
            f"{len(one):,} {('person' if len(one) == 1 else 'people') if one.kind is Kind.USERS else _things(one)}"
            for one in found
            if one.feed == feed
        ]
        yield (
            f"Another feed of the group, {feed}, has sent something else of {' and '.join(what)}. What is sent last counts, so the two undo each "
            "other: make the sources say the same, or leave these rows to one of them."
        )


def _things(one: Contradiction) -> str:
    return f"{str(one.kind).removesuffix('s')}{'' if len(one) == 1 else 's'} ({_listed(one.ids)})"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _enrollments(mask: object) -> str:
    count = int(mask.sum())  # type: ignore[attr-defined]
    return f"{count:,} {'enrollment is' if count == 1 else 'enrollments are'}"


def _they(mask: object) -> str:
    return "it is" if int(mask.sum()) == 1 else "they are"  # type: ignore[attr-defined]


def _them(mask: object) -> str:
    return "it" if int(mask.sum()) == 1 else "them"  # type: ignore[attr-defined]
