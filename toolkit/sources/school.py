"""A set of files of organisations, sessions, courses, classes, people and enrollments, as sheets that authoring knows.

OneRoster, School Data Sync and the like differ in names and details; what they tell is the same, and becomes the same here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from provkit.schemas.layouts import Kind
from provkit.sources.records import Account, Column, Records, made_sheet
from provkit.sources.rules_sets import (
    account_taken_for_granted,
    lookup_missing,
    person_without_key,
    record_twice,
    reference_missing,
    role_without_counterpart,
    status_not_known,
)
from provkit.sources.settings import SisSettings
from provkit.tables import Reason, Sheet

__all__ = ["Enrolled", "School", "SchoolReader"]


class Enrolled(NamedTuple):
    """A file of enrollments.

    Attributes:
        records: The file.
        role: The role of everybody in it; "" where each row says it.
        people: The file that its people are in; None where it may be any.
    """

    records: Records
    role: str = ""
    people: Records | None = None


@dataclass(frozen=True, eq=False)
class School:
    """The files of a set. Of enrollments and people there may be several.

    Attributes:
        users: Fields id, first_name, last_name, email, username, identifier, user_ids, enabled, status.
        enrollments: Fields class, user, role, status.
        classes: Fields id, title, code, course, org, sessions, status; where they stand there also start, end, course_name, course_code.
        courses: Fields id, title, code, org, sessions, status.
        sessions: Fields id, title, start, end, parent, status.
        orgs: Fields id, name, identifier, parent, status.
        exclusive: Whether sessions end on the day after their last.
        partial: Whether files leave out what has not changed.
        reason: What the set was known by, as the end of a sentence.
    """

    users: Sequence[Records]
    enrollments: Sequence[Enrolled]
    classes: Records | None = None
    courses: Records | None = None
    sessions: Records | None = None
    orgs: Records | None = None
    exclusive: bool = False
    partial: bool = False
    reason: str = ""


class _Key(NamedTuple):
    """What a person is known by."""

    text: str
    field: str
    of: str


class _Member(NamedTuple):
    """An enrollment that is to be sent."""

    row: int
    key: _Key | None
    person: tuple[Records, int] | None
    at: int | None
    role: str
    status: str


_ROLES: Mapping[str, str] = {
    **dict.fromkeys(("student", "learner"), "student"),
    **dict.fromkeys(("teacher", "instructor", "professor", "faculty", "lecturer"), "teacher"),
    **dict.fromkeys(("aide", "ta", "teachingassistant", "teacherassistant"), "ta"),
    **dict.fromkeys(("observer",), "observer"),
    **dict.fromkeys(("designer",), "designer"),
}
_ASIDE: Mapping[str, str] = {
    **dict.fromkeys(("guardian", "parent", "relative"), "guardians and relatives are not enrolled"),
    **dict.fromkeys(
        (
            "administrator",
            "proctor",
            "counselor",
            "counsellor",
            "principal",
            "siteadministrator",
            "systemadministrator",
            "districtadministrator",
        ),
        'no setting says what they are in Canvas (roles = { "proctor" = "ta" } under [sis] would)',
    ),
}
_STATUS: Mapping[str, str] = {"": "active", "active": "active", "inactive": "inactive", "tobedeleted": "deleted"}
_USED = {
    "users": ("id", "first_name", "last_name", "email", "username", "identifier", "user_ids", "enabled", "status", "changed"),
    "enrollments": ("id", "class", "user", "role", "status", "school", "changed"),
    "classes": (
        "id",
        "title",
        "code",
        "course",
        "org",
        "sessions",
        "status",
        "start",
        "end",
        "course_name",
        "course_code",
        "changed",
        "type",
    ),
    "courses": ("id", "title", "code", "org", "sessions", "status", "changed"),
}
"""Fields that are read, or that are the source's own bookkeeping."""


@dataclass(eq=False)
class SchoolReader:
    """Makes sheets of a set.

    Args:
        school: The set.
        settings: The keys of `[sis]`.
        has_account: Whether `[defaults]` names an account.
        account: Where findings, changes and rows are written down.
    """

    school: School
    settings: SisSettings
    has_account: bool
    account: Account
    _broken: dict[int, set[int]] = field(default_factory=dict)

    def sheets(self) -> tuple[Sheet, ...]:
        """The sheets: users, courses, sections and enrollments, as far as there are any."""
        school, account = self.school, self.account
        for file in self._files():
            self._twice(file)
        sheets: list[Sheet] = []
        members = [sheet for enrolled in school.enrollments if (sheet := self._members(*enrolled)) is not None]
        sheets += [sheet for records in school.users if (sheet := self._users(records)) is not None]
        sheets += [sheet for sheet in (self._courses(), self._sections()) if sheet is not None]
        groups: tuple[tuple[str, Sequence[Records | None]], ...] = (
            ("users", school.users),
            ("enrollments", [enrolled.records for enrolled in school.enrollments]),
            ("classes", [school.classes]),
            ("courses", [school.courses]),
        )
        for group, files in groups:
            for records in filter(None, files):
                account.left_columns(records, _USED[group])
        self._looked_at()
        return (*sheets, *members)

    def _files(self) -> Iterator[Records]:
        yield from self.school.users
        yield from (
            records for records in (self.school.classes, self.school.courses, self.school.sessions, self.school.orgs) if records
        )

    # ---- what refers to what

    def _twice(self, records: Records) -> None:
        """Ids that stand twice with different rows."""
        first: dict[str, int] = {}
        said: set[str] = set()
        used = [name for name in records.columns if name != "changed"]
        for row in records.rows:
            key = records.text(row, "id")
            if not key:
                continue
            other = first.setdefault(key, row)
            if other != row and any(records.text(row, name) != records.text(other, name) for name in used):
                self._break(records, row)
                self._break(records, other)
                if key not in said:
                    said.add(key)
                    self.account.say(record_twice, records, row, "id", other=records.number(other))

    def _break(self, records: Records, row: int) -> None:
        self._broken.setdefault(id(records), set()).add(row)

    def _is_broken(self, records: Records, row: int) -> bool:
        return row in self._broken.get(id(records), ())

    @cached_property
    def _people(self) -> Mapping[int | None, Mapping[str, tuple[Records, int]]]:
        """People by id: under None those of all files, else those of one."""
        everybody: dict[str, tuple[Records, int]] = {}
        found: dict[int | None, dict[str, tuple[Records, int]]] = {None: everybody}
        for records in self.school.users:
            mine = {key: (records, row) for key, row in records.index().items()}
            found[id(records)] = mine
            for key, person in mine.items():
                everybody.setdefault(key, person)
        return found

    @cached_property
    def _class_rows(self) -> dict[str, int]:
        return self.school.classes.index() if self.school.classes else {}

    @cached_property
    def _course_rows(self) -> dict[str, int]:
        return self.school.courses.index() if self.school.courses else {}

    @cached_property
    def _session_rows(self) -> dict[str, int]:
        return self.school.sessions.index() if self.school.sessions else {}

    @cached_property
    def _as_courses(self) -> bool:
        """Whether classes become courses."""
        if self.settings.classes is not None:
            return self.settings.classes == "courses"
        classes = self.school.classes
        return classes is not None and not any(classes.text(row, "course") for row in classes.rows)

    # ---- people

    def _key(self, records: Records, row: int) -> _Key | None:
        """What a person is known by: the first of the settings' keys that the row gives."""
        wanted = self.settings.person or ("email", "username")
        for key in wanted:
            found = self._by(records, row, key)
            if found is not None:
                return found
        return None

    def _by(self, records: Records, row: int, key: str) -> _Key | None:
        if key == "email":
            said = records.text(row, "email")
            return _Key(said, "email", "email") if said else None
        if key == "username":
            said = records.text(row, "username")
            if said and "@" not in said and self.settings.username_domain:
                said = f"{said}@{self.settings.username_domain}"
            if "@" in said:
                return _Key(said, "user_id", "username")
            return _Key(said, "username", "username") if said and self.settings.person else None
        if key == "sourcedId":
            return _Key(records.text(row, "id"), "university_id", "id")
        if key == "identifier":
            said = records.text(row, "identifier")
            return _Key(said, "university_id", "identifier") if said else None
        pairs = dict(re.findall(r"\{([^:{}]+):([^{}]*)\}", records.text(row, "user_ids")))
        said = pairs.get(key[len("userIds{") : -1], "").strip()
        return _Key(said, "university_id" if said.isdigit() else "username", "user_ids") if said else None

    def _off(self, records: Records, row: int) -> str:
        """Why a person's enrollments do not count; "" where they do."""
        status = records.text(row, "status").casefold()
        if status == "tobedeleted":
            return "the person is to be deleted there, and an enrollment that is to go says so itself"
        if records.text(row, "enabled").casefold() in ("false", "0", "no") or status in ("inactive", "disabled"):
            return (
                ""
                if self.settings.disabled == "inactive"
                else 'the account is disabled there (disabled = "inactive" under [sis] would keep the enrollment, inactive)'
            )
        return ""

    def _disabled(self, records: Records, row: int) -> bool:
        return records.text(row, "enabled").casefold() in ("false", "0", "no") or records.text(row, "status").casefold() in (
            "inactive",
            "disabled",
        )

    @cached_property
    def _wanted(self) -> dict[int, set[int]]:
        """Per file of people, the rows of those who are to be in a class."""
        return {}

    def _users(self, records: Records) -> Sheet | None:
        """Guests: people with an address who are to be in a class."""
        wanted = self._wanted.get(id(records), set())
        guests: list[int] = []
        nowhere: list[int] = []
        accounts: list[int] = []
        off: list[int] = []
        keys: list[_Key | None] = []
        first_of = records.index()
        for row in records.rows:
            owner = first_of.get(records.text(row, "id"), row)
            key = self._key(records, owner)
            if owner not in wanted:
                (off if self._off(records, row) or self._disabled(records, row) else nowhere).append(row)
            elif key is not None and key.field in ("university_id", "username"):
                accounts.append(row)
            else:
                guests.append(row)
                keys.append(self._key(records, row))
        self.account.set_aside(records, nowhere, "these people are to be in no class")
        self.account.set_aside(records, off, "their accounts are disabled or to be deleted, which the service can do for nobody")
        self.account.set_aside(records, accounts, "they are known by a university account, so none is asked for")
        if not guests:
            return None
        columns = [
            Column(
                "email",
                [key.text if key and key.of == "email" else "" for key in keys],
                records,
                "email" if records.place("email") else "username",
            ),
            Column("login_id", [key.text if key and key.of == "username" else "" for key in keys], records, "username"),
            *(Column(name, [records.text(row, name) for row in guests], records, name) for name in ("first_name", "last_name")),
        ]
        for row, key in zip(guests, keys, strict=True):
            if key is None:
                self.account.say(person_without_key, records, row, "username" if records.text(row, "username") else "email")
                self._break(records, row)
        broken = [row for row in guests if self._is_broken(records, row)]
        return made_sheet(Kind.USERS, records, guests, columns, self.school.reason, broken=broken, always=("email",))

    # ---- enrollments

    def _members(self, records: Records, role_of_all: str, of: Records | None) -> Sheet | None:
        """The enrollments of a file that are to be sent; rows that are not are set aside with the reason."""
        known = self._people[None if of is None else id(of)]
        found: list[_Member] = []
        aside: dict[str, list[int]] = {}
        changed: dict[int, tuple[str, str]] = {}
        for row in records.rows:
            said = role_of_all or records.text(row, "role")
            role, why = self._role(said)
            status = self._status(records, row)
            person = known.get(records.text(row, "user"))
            at = self._class_rows.get(records.text(row, "class"))
            why = why or ("" if status == "deleted" else self._why_not(person, at))
            if why:
                aside.setdefault(why, []).append(row)
                continue
            if person is not None and status == "active":
                status = "inactive" if self._disabled(*person) else status
            if person is not None and status == "active":
                self._wanted.setdefault(id(person[0]), set()).add(person[1])
            member = _Member(row, self._key_of(records, row, person), person, at, role, status)
            self._check(records, member)
            if role and role != said and records.place("role") is not None:
                changed[row] = (said, role)
            found.append(member)
        for why, those in aside.items():
            self.account.set_aside(records, those, why)
        self.account.change(Reason.WORD, records, "role", changed, "role")
        if not found:
            return None
        rows = [member.row for member in found]
        columns = [
            *self._who(records, [member.key for member in found], [member.person for member in found]),
            *self._where(records, found),
            Column("role", [member.role for member in found], records, "role"),
            Column("status", [member.status for member in found], records, "status"),
        ]
        broken = [row for row in rows if self._is_broken(records, row)]
        always = ("role", "status", "course_id", "email")
        return made_sheet(Kind.ENROLLMENTS, records, rows, columns, self.school.reason, broken=broken, always=always)

    def _why_not(self, person: tuple[Records, int] | None, at: int | None) -> str:
        """Why an enrollment that is not to be deleted is set aside; "" where it is not."""
        off = "" if person is None else self._off(*person)
        if not off and at is not None and self._class_is_gone(at):
            return "their class is to be deleted, and they go with it"
        return off

    def _key_of(self, records: Records, row: int, person: tuple[Records, int] | None) -> _Key | None:
        if person is not None:
            return self._key(*person)
        sure = "sourcedId" in (self.settings.person or ())
        return _Key(records.text(row, "user"), "university_id", "user") if sure else None

    def _check(self, records: Records, member: _Member) -> None:
        """Find what is wrong with an enrollment, or with what it refers to."""
        classes, row, person, at = self.school.classes, member.row, member.person, member.at
        if not member.role:
            self.account.say(role_without_counterpart, records, row, "role")
        if member.key is None and person is None:
            self.account.say(reference_missing, records, row, "user", what="people")
        stray = classes is not None and at is None and not self.school.partial
        if stray:
            self.account.say(reference_missing, records, row, "class", what="classes")
        beyond = (person is not None and self._is_broken(*person)) or (
            at is not None and classes is not None and self._is_broken(classes, at)
        )
        if stray or beyond or not member.role or not member.status or member.key is None:
            self._break(records, row)

    def _where(self, records: Records, found: Sequence[_Member]) -> list[Column]:
        """The columns that say which course and section are meant."""
        classes = self.school.classes
        ids = [records.text(member.row, "class") for member in found]
        if self._as_courses:
            return [Column("course_id", ids, records, "class")]
        section = Column("section_id", ids, records, "class")
        if classes is None:
            return [section]
        courses = ["" if member.at is None else self._course_of(member.at) for member in found]
        return [Column("course_id", courses, classes, "course", [member.at for member in found]), section]

    def _who(self, records: Records, keys: Sequence[_Key | None], people: Sequence[tuple[Records, int] | None]) -> list[Column]:
        """The columns that say who is meant, each from the file that it stands in."""
        found = []
        sources: dict[tuple[str, int, str], tuple[Records, list[str], list[int | None]]] = {}
        for number, (key, person) in enumerate(zip(keys, people, strict=True)):
            if key is None:
                continue
            source, row = (records, None) if key.of == "user" or person is None else person
            texts, joined = sources.setdefault((key.field, id(source), key.of), (source, [""] * len(keys), [None] * len(keys)))[1:]
            texts[number], joined[number] = key.text, row
        for name in ("university_id", "username", "user_id", "email"):
            mine = [(of, told) for (field_, _, of), told in sources.items() if field_ == name]
            if not mine:
                continue
            # Where a field comes from several files or columns, the place is that of most rows.
            of, (source, _, joined) = max(mine, key=lambda told: sum(map(bool, told[1][1])))
            texts = [next((told[1][number] for _, told in mine if told[1][number]), "") for number in range(len(keys))]
            found.append(Column(name, texts, source, of, None if of == "user" else joined))
        return found or [Column("email", [""] * len(keys))]

    def _status(self, records: Records, row: int) -> str:
        said = records.text(row, "status")
        status = _STATUS.get(said.casefold(), "")
        if not status:
            self.account.say(status_not_known, records, row, "status", known="active, tobedeleted")
        return status

    def _role(self, said: str) -> tuple[str, str]:
        """The role in Canvas, or why rows with it are set aside."""
        own = {word.casefold(): role for word, role in self.settings.roles.items()}
        if said.casefold() in own:
            role = own[said.casefold()]
            return role, "" if role else f"a setting says so of the role {said}"
        word = "".join(letter for letter in said.casefold() if letter.isalpha())
        return _ROLES.get(word, ""), _ASIDE.get(word, "")

    # ---- classes and courses

    def _class_is_gone(self, row: int) -> bool:
        classes = self.school.classes
        return classes is not None and (self._gone(classes, row) or self._goes_with_course(row))

    @staticmethod
    def _gone(records: Records, row: int) -> bool:
        return records.text(row, "status").casefold() in ("tobedeleted", "deleted", "inactive")

    def _goes_with_course(self, row: int) -> bool:
        classes, courses = self.school.classes, self.school.courses
        if classes is None or courses is None or self._as_courses:
            return False
        at = self._course_rows.get(classes.text(row, "course"))
        return at is not None and self._gone(courses, at)

    def _course_of(self, row: int) -> str:
        """The course id of a class."""
        assert self.school.classes is not None, "there is a class"
        return self.school.classes.text(row, "course")

    def _kept(self, records: Records) -> list[int]:
        """The rows of classes or courses whose status is known; those that are inactive are set aside."""
        kept: list[int] = []
        aside: list[int] = []
        for row in records.rows:
            status = records.text(row, "status").casefold()
            if status == "inactive":
                aside.append(row)
                continue
            if status not in _STATUS:
                self.account.say(status_not_known, records, row, "status", known="active, tobedeleted")
                self._break(records, row)
            kept.append(row)
        self.account.set_aside(records, aside, "they are inactive there")
        return kept

    def _sections(self) -> Sheet | None:
        classes = self.school.classes
        if classes is None or self._as_courses:
            return None
        with_course: list[int] = []
        rows: list[int] = []
        for row in self._kept(classes):
            (with_course if self._goes_with_course(row) else rows).append(row)
        self.account.set_aside(classes, with_course, "their course is to be deleted, and they go with it")
        if self.school.courses is not None and not self.school.partial:
            for row in rows:
                if classes.text(row, "course") and classes.text(row, "course") not in self._course_rows:
                    self.account.say(reference_missing, classes, row, "course", what="courses")
                    self._break(classes, row)
        if not rows:
            return None
        columns = [
            Column("section_id", [classes.text(row, "id") for row in rows], classes, "id"),
            Column("course_id", [self._course_of(row) for row in rows], classes, "course"),
            Column("name", [classes.text(row, "title") or classes.text(row, "code") for row in rows], classes, "title"),
            Column("status", [self._deleted_or_active(classes, row) for row in rows], classes, "status"),
            *self._dates(classes, rows, [[row] for row in rows]),
        ]
        broken = [row for row in rows if self._is_broken(classes, row)]
        return made_sheet(Kind.SECTIONS, classes, rows, columns, self.school.reason, broken=broken)

    @staticmethod
    def _deleted_or_active(records: Records, row: int) -> str:
        return "deleted" if records.text(row, "status").casefold() == "tobedeleted" else "active"

    def _courses(self) -> Sheet | None:
        classes, courses = self.school.classes, self.school.courses
        if self._as_courses and classes is not None:
            if courses is not None:
                self.account.set_aside(courses, courses.rows, "classes are made courses")
            rows = self._kept(classes)
            return self._course_sheet(classes, rows, [[row] for row in rows], "title", "code", chief=True)
        if courses is not None and courses.rows:
            rows = self._kept(courses)
            taught: dict[str, list[int]] = {}
            for row in classes.rows if classes is not None else ():
                taught.setdefault(self._course_of(row), []).append(row)
            return self._course_sheet(
                courses, rows, [taught.get(courses.text(row, "id"), []) for row in rows], "title", "code", chief=True
            )
        if classes is not None and classes.place("course_name") is not None:
            rows = [row for row in classes.rows if classes.text(row, "course") and classes.text(row, "course_name")]
            return self._course_sheet(classes, rows, None, "course_name", "course_code", chief=False)
        return None

    def _course_sheet(
        self, own: Records, rows: Sequence[int], taught: Sequence[Sequence[int]] | None, title: str, code: str, *, chief: bool
    ) -> Sheet | None:
        if not rows:
            return None
        if not chief:
            rows, taught = self._one_row_each(own, rows)
        ids = [own.text(row, "id" if chief else "course") for row in rows]
        long = [own.text(row, title) or own.text(row, code) for row in rows]
        columns = [
            Column("course_id", ids, own, "id" if chief else "course"),
            Column(
                "short_name",
                [own.text(row, code) or name for row, name in zip(rows, long, strict=True)],
                own,
                code if own.place(code) else title,
            ),
            Column("long_name", long, own, title),
            Column("account_id", [self._account_of(own, row) for row in rows], own, "org"),
            Column("status", [self._deleted_or_active(own, row) if chief else "active" for row in rows], own, "status"),
        ]
        groups = [[row] for row in rows] if taught is None else taught
        columns.append(self._term(own, rows, groups))
        columns += self._dates(own, rows, groups)
        broken = [row for row in rows if self._is_broken(own, row)]
        return made_sheet(Kind.COURSES, own, rows, columns, self.school.reason, broken=broken, chief=chief)

    def _one_row_each(self, own: Records, rows: Sequence[int]) -> tuple[list[int], list[list[int]]]:
        """Of classes that tell their course, one row per course, and all its rows; where they tell different things, that is said."""
        groups: dict[str, list[int]] = {}
        for row in rows:
            groups.setdefault(own.text(row, "course"), []).append(row)
        for taught in groups.values():
            told = [tuple(own.text(row, name) for name in ("course_name", "course_code", "org")) for row in taught]
            other = next((row for row, said in zip(taught, told, strict=True) if said != told[0]), None)
            if other is not None:
                self.account.say(record_twice, own, other, "course", other=own.number(taught[0]))
                for row in taught:
                    self._break(own, row)
        return [taught[0] for taught in groups.values()], list(groups.values())

    # ---- what organisations and sessions are in Canvas

    @cached_property
    def _org_rows(self) -> dict[str, int]:
        return self.school.orgs.index() if self.school.orgs else {}

    @cached_property
    def _accounts_said(self) -> set[str]:
        return set()

    def _account_of(self, own: Records, row: int) -> str:
        org = own.text(row, "org")
        if not org:
            return ""
        found = _look_up(self.settings.accounts, org, self.school.orgs, self._org_rows, ("id", "identifier", "name"))
        if found is not None:
            return found
        if self.settings.accounts:
            toml = f'"{org}" = "the account"'
            self.account.say(lookup_missing, own, row, "org", what="account", table="accounts", toml=toml)
            self._break(own, row)
            return ""
        if self.has_account:
            return ""
        if org not in self._accounts_said:
            self._accounts_said.add(org)
            self.account.say(account_taken_for_granted, own, row, "org")
        return org

    def _term(self, own: Records, rows: Sequence[int], groups: Sequence[Sequence[int]]) -> Column:
        """The term of each course: that of its own session, else the one that all its classes are in; none where these differ."""
        classes = self.school.classes
        texts: list[str] = []
        for row, taught in zip(rows, groups, strict=True):
            told = [(own, row, key) for key in _list(own.text(row, "sessions"))]
            if classes is not None:
                told += [
                    (classes, at, key)
                    for at in taught
                    if at != row or own is not classes
                    for key in _list(classes.text(at, "sessions"))
                ]
            found = {term for _, _, key in told if (term := self._term_of(key)) is not None}
            if not found and told and self.settings.terms:
                records, at, key = told[0]
                self.account.say(
                    lookup_missing, records, at, "sessions", what="term", table="terms", toml=f'"{key}" = "the term id"'
                )
                self._break(own, row)
            texts.append(next(iter(found)) if len(found) == 1 else "")
        return Column("term_id", texts, own, "sessions")

    def _term_of(self, session: str) -> str | None:
        return _look_up(self.settings.terms, session, self.school.sessions, self._session_rows, ("id", "title"))

    @cached_property
    def _ends(self) -> dict[int, str]:
        """Per session, its last day; sessions of a set that ends them on the day after are changed, and that is recorded."""
        sessions = self.school.sessions
        if sessions is None:
            return {}
        ends: dict[int, str] = {}
        changes: dict[int, tuple[str, str]] = {}
        for row in sessions.rows:
            said = sessions.text(row, "end")
            ends[row] = said
            day = _day(said)
            if self.school.exclusive and day is not None:
                ends[row] = (day - timedelta(days=1)).isoformat()
                changes[row] = (said, ends[row])
        self.account.change(Reason.EXCLUSIVE_END, sessions, "end", changes, "end_date")
        return ends

    def _dates(self, own: Records, rows: Sequence[int], groups: Sequence[Sequence[int]]) -> list[Column]:
        """The first and last day of what happens in the classes given, from their sessions or their own columns."""
        if not self.settings.dates:
            return []
        if own.place("start") is not None or own.place("end") is not None:
            told = [[at for at in taught if own.text(at, "start")] or [row] for row, taught in zip(rows, groups, strict=True)]
            first = [min(taught, key=lambda at: (own.text(at, "start"), at)) for taught in told]
            told = [[at for at in taught if own.text(at, "end")] or [row] for row, taught in zip(rows, groups, strict=True)]
            last = [max(taught, key=lambda at: (own.text(at, "end"), -at)) for taught in told]
            return [
                Column(f"{name}_date", [own.text(at, name) for at in chosen], own, name, chosen)
                for name, chosen in (("start", first), ("end", last))
            ]
        sessions, classes = self.school.sessions, self.school.classes
        if sessions is None:
            return []
        firsts: list[int | None] = []
        lasts: list[int | None] = []
        for row, taught in zip(rows, groups, strict=True):
            keys = [key for at in taught if classes is not None for key in self._known_sessions(classes, at)]
            keys = keys or self._known_sessions(own, row)
            found = [self._session_rows[key] for key in keys]
            self._used_sessions.update(found)
            firsts.append(min(found, key=lambda at: (sessions.text(at, "start"), at), default=None))
            lasts.append(max(found, key=lambda at: (self._ends[at], -at), default=None))
        starts = ["" if at is None else sessions.text(at, "start") for at in firsts]
        ends = ["" if at is None else self._ends[at] for at in lasts]
        return [Column("start_date", starts, sessions, "start", firsts), Column("end_date", ends, sessions, "end", lasts)]

    @cached_property
    def _used_sessions(self) -> set[int]:
        return set()

    @cached_property
    def _sessions_said(self) -> set[tuple[int, int]]:
        return set()

    def _known_sessions(self, records: Records, row: int) -> list[str]:
        keys = _list(records.text(row, "sessions"))
        unknown = [key for key in keys if key not in self._session_rows]
        if unknown and not self.school.partial and (id(records), row) not in self._sessions_said:
            self._sessions_said.add((id(records), row))
            self.account.say(reference_missing, records, row, "sessions", what="sessions")
            self._break(records, row)
        return [key for key in keys if key in self._session_rows]

    def _looked_at(self) -> None:
        """Account for sessions and organisations, of which only facts are in the package."""
        sessions, orgs = self.school.sessions, self.school.orgs
        if sessions is not None:
            used = [row for row in sessions.rows if row in self._used_sessions]
            self.account.used(len(used))
            self.account.set_aside(
                sessions, [row for row in sessions.rows if row not in self._used_sessions], "no class is in them"
            )
        if orgs is not None:
            self.account.set_aside(orgs, orgs.rows, "they only say what belongs to which account")


def _list(cell: str) -> list[str]:
    return [key.strip() for key in cell.split(",") if key.strip()]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _look_up(
    table: Mapping[str, str], key: str, records: Records | None, rows: Mapping[str, int], names: Iterable[str]
) -> str | None:
    """What a table says of a record, by its id or another of its names, or of what it belongs to."""
    said = {word.casefold(): meaning for word, meaning in table.items()}
    seen: set[str] = set()
    while key and key not in seen:
        seen.add(key)
        row = rows.get(key)
        words = [key] if records is None or row is None else [key, *(records.text(row, name) for name in names)]
        found = next((said[word.casefold()] for word in words if word.casefold() in said), None)
        if found is not None or records is None or row is None:
            return found
        key = records.text(row, "parent")
    return None
