"""What becomes of each row: the server's background run, from the queued files to what goes to Canvas, Expand and new guests.

Source: `DeptRouter.processFiles`, `UserProvisioning`, `CourseProvisioning`, `EnrollmentProvisioning`, `SectionProvisioning`,
`ExpandEnrollmentProvisioning`, `BackgroundMessageListener`. Whole columns are judged at once; what is asked of other systems is asked
once per distinct value. What goes on is only made when somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from provkit.column import Column
from provkit.receiver import mail
from provkit.receiver.columns import among, equals, is_header, mapped, spread, to_csv, valid_addresses, where
from provkit.receiver.java import equals_ignore_case
from provkit.receiver.known import Elsewhere
from provkit.receiver.model import (
    CanvasFile,
    Crash,
    ExpandCall,
    Fate,
    FileFate,
    Guest,
    Notification,
    Processing,
    ReceivedFile,
    Result,
    Strings,
    Why,
)
from provkit.receiver.records import Records
from provkit.schemas.layouts import LAYOUTS, Kind

__all__ = ["ORDER", "judge", "process"]

ORDER = (Kind.USERS, Kind.COURSES, Kind.ENROLLMENTS, Kind.SECTIONS, Kind.EXPAND)
"""The order in which the run takes the kinds; files of one kind in the order of the upload."""

_HEADERS: Mapping[Kind, tuple[tuple[str, ...], ...]] = {kind: tuple(layout.headers()) for kind, layout in LAYOUTS.items()}
_USERS, _USERS_SERVICE = _HEADERS[Kind.USERS]
_ENROLLMENTS = _HEADERS[Kind.ENROLLMENTS][-1]

_LOGIN, _FIRST, _LAST, _SERVICE = 1, 2, 3, 6
_ACCOUNT = 3
_COURSE, _USER, _ROLE, _SECTION, _STATUS, _LIMIT = range(6)


def process(
    files: Sequence[ReceivedFile], notification: Notification | None, elsewhere: Elsewhere
) -> tuple[Processing, tuple[ReceivedFile, ...]]:
    """Run what was queued.

    Args:
        files: The files of an upload that was answered 200.
        notification: The message to new guests that was queued along, or None.
        elsewhere: Answers what the server asks of other systems.

    Returns:
        The run, and the files with the fates of their records.
    """
    order = [index for kind in ORDER for index, file in enumerate(files) if file.kind is kind]
    judged: dict[int, FileFate] = {}
    users: list[FileFate] = []
    for index in order:
        kind, records = files[index].kind, files[index].records
        assert kind is not None
        assert records is not None
        judged[index] = judge(kind, records, elsewhere, earlier=users)
        if kind is Kind.USERS:
            users.append(judged[index])
    thrown = next(((index, crash) for index in order if (crash := judged[index].crash) is not None), None)
    fates = _fates(files, order, judged, None if thrown is None else thrown[0])
    authorised = None if notification is None else elsewhere.may_send(notification.sender)
    reached = order if thrown is None else order[: order.index(thrown[0]) + 1]
    expand = [judged[index] for index in reached if files[index].kind is Kind.EXPAND]
    deferred = [(mail.shown(files[index].name), judged[index]) for index in order if users and files[index].kind is Kind.EXPAND]
    processing = Processing(
        thrown,
        () if thrown is not None else tuple(_results(files, order, judged, message_sent=authorised)),
        partial(_guests, [judged[index] for index in reached if files[index].kind is Kind.USERS]),
        partial(_calls, [] if users else expand),
        partial(_later, deferred) if deferred and thrown is None else None,
        partial(_calls, expand if users and thrown is None else []),
        notification if authorised else None,
    )
    return processing, tuple(replace(file, judged=judged.get(index), fates=fates.get(index)) for index, file in enumerate(files))


def judge(
    kind: Kind,
    records: Records,
    elsewhere: Elsewhere,
    *,
    earlier: Sequence[FileFate] = (),
) -> FileFate:
    """What becomes of each record of one file, processed by itself.

    Args:
        kind: The kind of the file.
        records: Its records, the header being the first.
        elsewhere: Answers what the server asks of other systems.
        earlier: Users files processed before in the same run: their guests exist by now.
    """
    if kind is Kind.USERS:
        return _users(records, elsewhere, earlier)
    if kind is Kind.ENROLLMENTS:
        return _enrollments(records, elsewhere)
    if kind is Kind.EXPAND:
        return _expand(records, elsewhere, earlier)
    return _courses_or_sections(kind, records, elsewhere)


def _users(records: Records, elsewhere: Elsewhere, earlier: Sequence[FileFate]) -> FileFate:
    lengths = records.lengths
    plain, service = is_header(records, _USERS), is_header(records, _USERS_SERVICE)
    header = plain | service
    rows = ((lengths == len(_USERS)) | (lengths == len(_USERS_SERVICE))) & ~header
    fates, why = _blank(records, Fate.IGNORED_COUNTED)
    fates[header] = Fate.HEADER
    crash = None
    if rows.any():
        valid = valid_addresses(records.coded(_LOGIN))
        fates[rows & valid] = Fate.SENT
        fates[rows & ~valid], why[rows & ~valid] = Fate.REJECTED, Why.ADDRESS
        # The column is switched on by the first header that has it, and never off again; a short row then ends it all.
        switched = np.zeros(len(lengths), bool)
        if service.any():
            switched[int(np.argmax(service)) :] = True
        short = rows & valid & switched & (lengths == len(_USERS))
        if short.any():
            crash = _crash(int(np.argmax(short)), _SERVICE, len(_USERS), fates, why)
    else:
        switched = np.zeros(len(lengths), bool)

    def rewrite(mask: np.ndarray) -> list[Strings]:
        if not mask.any():
            return _no_columns(len(_USERS))
        login, first, last = (where(records.column(index), mask) for index in (_LOGIN, _FIRST, _LAST))
        active = pa.chunked_array([pa.repeat("active", int(mask.sum()))], pa.string())
        return [login, mapped(login, elsewhere.guest_id), first, last, login, active]

    def services(mask: np.ndarray) -> Strings:
        expand = np.zeros(len(mask), bool)
        if len(records.columns) > _SERVICE:
            expand = switched & spread(records.coded(_SERVICE), lambda value: value in ("e", "E"))
        return pa.chunked_array([pa.array(np.where(expand[mask], "expand", "canvas"), pa.string())])

    existing = partial(_existing, records, fates == Fate.SENT, elsewhere, tuple(earlier))
    return FileFate(Kind.USERS, records, fates, why, crash, rewrite, services, existing)


def _existing(records: Records, sent: np.ndarray, elsewhere: Elsewhere, earlier: Sequence[FileFate]) -> np.ndarray:
    """Which of the rows sent find a guest account: there already, or created further up in the same run."""
    exists = np.zeros(len(sent), bool)
    if not sent.any():
        return exists
    logins = records.coded(_LOGIN).rows(np.flatnonzero(sent))
    found = spread(logins, elsewhere.has_guest) if elsewhere.has_guests else np.zeros(len(logins), bool)
    if elsewhere.remembers_guests:
        before = [chunk for file in earlier for chunk in _logins(file).chunks]
        lowered = pc.utf8_lower(logins.values)
        if before or len(logins.values) < len(logins) or not lowered.equals(logins.values):
            addresses = Column(pc.utf8_lower(pa.chunked_array([*before, *logins.strings.chunks], pa.string())))
            repeated = np.ones(len(addresses), bool)
            repeated[np.unique(addresses.codes, return_index=True)[1]] = False
            found = found | repeated[len(addresses) - len(found) :]
    exists[sent] = found
    return exists


def _logins(users: FileFate) -> Strings:
    """The addresses of guests that a users file makes or finds."""
    sent = users.fates == Fate.SENT
    return where(users.records.column(_LOGIN), sent) if sent.any() else _no_columns(1)[0]


def _courses_or_sections(kind: Kind, records: Records, elsewhere: Elsewhere) -> FileFate:
    lengths = records.lengths
    width = int(lengths[0])
    fates, why = _blank(records, Fate.SENT)
    fates[0] = Fate.HEADER
    rows = lengths == width
    rows[0] = False
    wrong = lengths != width
    fates[wrong], why[wrong] = Fate.REJECTED, Why.LENGTH
    if rows.any():
        official = _official_courses if kind is Kind.COURSES else _official_sections
        official(records, rows, elsewhere, why)
        needed = _ACCOUNT if kind is Kind.COURSES else 1
        if kind is Kind.COURSES and width > _ACCOUNT:
            refused = rows & (why == Why.NOT_REJECTED) & ~spread(records.coded(_ACCOUNT), elsewhere.may_use)
            why[refused] = Why.ACCOUNT
        fates[rows & (why != Why.NOT_REJECTED)] = Fate.REJECTED
    crash = None
    if rows.any() and width <= needed:
        # The header's names stood in one pair of quotes. Sections ask for their course before anything else.
        asks = rows & (why == Why.NOT_REJECTED) if kind is Kind.COURSES else rows
        if asks.any():
            crash = _crash(int(np.argmax(asks)), needed, width, fates, why)
    return FileFate(kind, records, fates, why, crash, lambda mask: [where(records.column(index), mask) for index in range(width)])


def _official_courses(records: Records, rows: np.ndarray, elsewhere: Elsewhere, why: np.ndarray) -> None:
    why[rows & among(records.coded(0), elsewhere.official)] = Why.OFFICIAL_COURSE


def _official_sections(records: Records, rows: np.ndarray, elsewhere: Elsewhere, why: np.ndarray) -> None:
    """A row is not looked up once its course or its section was in a row that passed: an official id can slip through then."""
    if len(records.columns) < 2:
        return
    section, course = records.coded(0), records.coded(1)
    suspicious = among(section, elsewhere.official) | among(course, elsewhere.official)
    if not (suspicious & rows).any():
        return
    passed: set[str] = set()
    passed_sections: set[str] = set()
    refused: set[str] = set()
    refused_sections: set[str] = set()
    indexes = np.flatnonzero(rows)
    pairs = zip(*(where(column.strings, rows).to_pylist() for column in (section, course)), strict=True)
    for index, (section_id, course_id) in zip(indexes.tolist(), pairs, strict=True):
        if course_id in refused:
            why[index] = Why.OFFICIAL_COURSE
        elif section_id in refused_sections:
            why[index] = Why.OFFICIAL_SECTION
        elif course_id in passed or section_id in passed_sections:
            pass
        elif course_id in elsewhere.official:
            why[index] = Why.OFFICIAL_COURSE
            refused.add(course_id)
        elif section_id in elsewhere.official:
            why[index] = Why.OFFICIAL_SECTION
            refused_sections.add(section_id)
        if why[index] == Why.NOT_REJECTED:
            passed.add(course_id)
            passed_sections.add(section_id)


def _enrollments(records: Records, elsewhere: Elsewhere) -> FileFate:
    lengths = records.lengths
    short, long = _HEADERS[Kind.ENROLLMENTS]
    header = is_header(records, short) | is_header(records, long)
    rows = ((lengths == len(short)) | (lengths == len(long))) & ~header
    fates, why = _blank(records, Fate.IGNORED)
    fates[header] = Fate.HEADER
    courses: dict[str, str] = {}
    if not rows.any():
        return FileFate(Kind.ENROLLMENTS, records, fates, why, None, lambda _mask: _no_columns(len(_ENROLLMENTS)))
    course, user, section = (records.coded(index) for index in (_COURSE, _USER, _SECTION))
    why[rows & among(section, elsewhere.official)] = Why.OFFICIAL_SECTION
    why[rows & among(course, elsewhere.official)] = Why.OFFICIAL_COURSE
    empty = rows & (why == Why.NOT_REJECTED) & course.equals("")
    if empty.any():
        courses = {asked: elsewhere.course_of(asked) or "" for asked in section.rows(np.flatnonzero(empty)).values.to_pylist()}
        why[empty & spread(section, lambda asked: not courses.get(asked))] = Why.NO_COURSE
    asked = rows & (why == Why.NOT_REJECTED)
    resolved = _university_ids(user, asked, elsewhere)
    if None in resolved.values():
        why[asked & spread(user, lambda name: name in resolved and resolved[name] is None)] = Why.NO_USER
    fates[rows] = Fate.SENT
    fates[rows & (why != Why.NOT_REJECTED)] = Fate.REJECTED

    def rewrite(mask: np.ndarray) -> list[Strings]:
        columns = [where(records.column(index), mask) for index in (_COURSE, _USER, _ROLE, _SECTION, _STATUS)]
        blank = equals(columns[_COURSE], "")
        if blank.any():
            looked_up = mapped(columns[_SECTION], lambda asked: courses.get(asked, ""))
            columns[_COURSE] = pc.if_else(pa.chunked_array([blank]), looked_up, columns[_COURSE])
        if resolved:
            columns[_USER] = mapped(columns[_USER], lambda name: resolved.get(name, name) or "")
        return [*columns, _limits(records, mask, columns[_ROLE])]

    return FileFate(Kind.ENROLLMENTS, records, fates, why, None, rewrite)


def _university_ids(user: Column, asked: np.ndarray, elsewhere: Elsewhere) -> dict[str, str | None]:
    """What usernames are replaced with; addresses and numbers are sent as they are, and not in here."""
    named = asked & ~valid_addresses(user)
    if not named.any():
        return {}
    distinct = user.rows(np.flatnonzero(named)).values.to_pylist()
    return {name: elsewhere.university_id(name) or None for name in distinct if not _is_number(name)}


def _is_number(text: str) -> bool:
    """Whether it is ASCII digits only."""
    return text.isascii() and text.isdigit()


def _limits(records: Records, mask: np.ndarray, role: Strings) -> Strings:
    """limit_section_privileges as it is sent: true but for teachers, unless the row says true or false."""

    def said(value: str | None) -> str | None:
        if not value:
            return None
        return value.lower() if equals_ignore_case(value, "true") or equals_ignore_case(value, "false") else "true"

    default = mapped(role, lambda name: "false" if name == "teacher" else "true")
    if len(records.columns) <= _LIMIT:
        return default
    # Longer rows are not among those sent, so a sixth field is the limit.
    return pc.coalesce(mapped(where(records.column(_LIMIT), mask), said), default)


def _expand(records: Records, elsewhere: Elsewhere, users: Sequence[FileFate]) -> FileFate:
    lengths = records.lengths
    short, long = _HEADERS[Kind.EXPAND]
    header = is_header(records, short) | is_header(records, long)
    rows = ((lengths == len(short)) | (lengths == len(long))) & ~header
    fates, why = _blank(records, Fate.IGNORED)
    fates[header] = Fate.HEADER
    if not rows.any():
        return FileFate(Kind.EXPAND, records, fates, why, None, lambda _mask: _no_columns(len(long)))
    coded, person = records.coded(0), records.column(0)
    arriving = {login for file in users for login in _logins(file).to_pylist()}
    ids = {
        asked: elsewhere.canvas_id(asked) or (f"(Canvas id of {asked})" if asked in arriving else None)
        for asked in coded.rows(np.flatnonzero(rows)).values.to_pylist()
    }
    found = spread(coded, lambda asked: ids.get(asked) is not None) if None in ids.values() else np.ones(len(rows), bool)
    fates[rows] = np.where(found[rows], Fate.SENT, Fate.REJECTED)
    why[rows & ~found] = Why.NO_USER

    def rewrite(mask: np.ndarray) -> list[Strings]:
        send = pa.chunked_array([pa.repeat("false", int(mask.sum()))], pa.string())
        if len(records.columns) > 2:
            send = mapped(where(records.column(2), mask), lambda value: str(value is not None and value.lower() == "true").lower())
        return [mapped(where(person, mask), lambda asked: ids[asked] or ""), where(records.column(1), mask), send]

    return FileFate(Kind.EXPAND, records, fates, why, None, rewrite)


def _blank(records: Records, fate: Fate) -> tuple[np.ndarray, np.ndarray]:
    return np.full(len(records), fate, np.uint8), np.zeros(len(records), np.uint8)


def _no_columns(width: int) -> list[Strings]:
    return [pa.chunked_array([], pa.string())] * width


def _crash(record: int, field: int, length: int, fates: np.ndarray, why: np.ndarray) -> Crash:
    """Mark the record that stops the run and those behind it."""
    fates[record], why[record:] = Fate.CRASH, Why.NOT_REJECTED
    fates[record + 1 :] = Fate.NOT_REACHED
    return Crash(record, field, length)


def _fates(
    files: Sequence[ReceivedFile], order: Iterable[int], judged: Mapping[int, FileFate], crashed: int | None
) -> dict[int, np.ndarray]:
    """The fates in this upload: those of each file by itself, but for what a crash elsewhere or a users file changes."""
    fates: dict[int, np.ndarray] = {}
    reached = True
    deferred = any(file.kind is Kind.USERS for file in files)
    for index in order:
        own = judged[index].fates
        if not reached:
            own = np.full(len(own), Fate.NOT_REACHED, np.uint8)
        elif deferred and files[index].kind is Kind.EXPAND:
            own = np.where(own == Fate.SENT, np.uint8(Fate.DEFERRED), own)
        fates[index] = own
        reached = reached and index != crashed
    return fates


def _results(
    files: Sequence[ReceivedFile], order: Sequence[int], judged: Mapping[int, FileFate], *, message_sent: bool | None
) -> Iterable[Result]:
    """One result per file.

    Of users files every mail part says all; of courses and sections each file says, and sends, the earlier ones too.
    """
    by_kind: dict[Kind, list[int]] = {}
    for index in order:
        by_kind.setdefault(judged[index].kind, []).append(index)
    for kind, indexes in by_kind.items():
        parts = [(mail.shown(files[index].name), judged[index]) for index in indexes]
        for position, index in enumerate(indexes):
            (name, own), until = parts[position], parts[: position + 1]
            text: Callable[[mail.Hide], str]
            if kind is Kind.EXPAND:
                deferred = Kind.USERS in by_kind
                text = partial(mail.deferred, name) if deferred else partial(mail.expand, name, own)
                yield Result(index, None, deferred, text)
            elif kind is Kind.USERS:
                text = partial(_users_mail, parts, message_sent)
                yield Result(index, CanvasFile(name, partial(_csv, _USERS, own)), deferred=False, write_mail=text)
            elif kind is Kind.ENROLLMENTS:
                text = partial(mail.enrollments, name, own)
                yield Result(index, CanvasFile(name, partial(_csv, _ENROLLMENTS, own)), deferred=False, write_mail=text)
            else:
                text = partial(mail.courses_or_sections, kind, until)
                canvas = partial(_accumulated, [one for _, one in until])
                yield Result(index, CanvasFile(name, canvas), deferred=False, write_mail=text)


def _users_mail(parts: Sequence[tuple[str, FileFate]], message_sent: bool | None, hide: mail.Hide) -> str:  # noqa: FBT001
    return mail.users(parts, message_sent=message_sent, hide=hide)


def _later(files: Sequence[tuple[str, FileFate]], hide: mail.Hide) -> str:
    return mail.later([mail.expand(name, judged, hide) for name, judged in files])


def _csv(header: Sequence[str], file: FileFate) -> bytes:
    """Only now are the rows rewritten for Canvas."""
    return to_csv(header, [file.sent])


def _accumulated(files: Sequence[FileFate]) -> bytes:
    """Header and rows of this file and of all earlier ones of its kind: the list of rows is never emptied."""
    return b"".join(to_csv(file.records.fields(0), [file.sent]) for file in files)


def _guests(users: Iterable[FileFate]) -> list[Guest]:
    guests: list[Guest] = []
    for file in users:
        assert file.service is not None
        new = (file.fates == Fate.SENT) & ~file.existing
        login, _, first, last, *_ = file.rewrite(new)
        columns = (column.to_pylist() for column in (login, first, last, file.service(new)))
        guests += [Guest(*values) for values in zip(*columns, strict=True)]
    return guests


def _calls(files: Iterable[FileFate]) -> list[ExpandCall]:
    return [
        ExpandCall(user, listing, send == "true")
        for file in files
        for user, listing, send in zip(*(column.to_pylist() for column in file.sent), strict=True)
    ]
