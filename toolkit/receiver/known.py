"""What the receiving server looks up elsewhere: people, sections, accounts, official classes, senders.

The server asks Canvas, the university's directory and its own tables. `Elsewhere` is what it asks for; `Known` answers from
`known.toml`. What is not listed there is taken as the server would like it: found, allowed, not an official class.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from provkit.errors import ConfigError

__all__ = ["Elsewhere", "Known"]


class Elsewhere(Protocol):
    """The server's questions to other systems. Each is asked of one value; None means that nothing is found."""

    @property
    def remembers_guests(self) -> bool:
        """Whether a guest account that was just created is found when it is looked up again in the same run."""
        ...

    @property
    def has_guests(self) -> bool:
        """Whether there may be any guest account at all; where there is none, nobody is asked for."""
        ...

    @property
    def official(self) -> Collection[str]:
        """Ids of official classes, which need special rights."""
        ...

    def has_guest(self, address: str) -> bool:
        """Whether there is a guest account for an address already."""
        ...

    def guest_id(self, address: str) -> str:
        """The login that Canvas gets for a guest: the guest account's own id."""
        ...

    def university_id(self, username: str) -> str | None:
        """The university id of a username, from the directory or else from Canvas."""
        ...

    def course_of(self, section: str) -> str | None:
        """The course that a section belongs to in Canvas."""
        ...

    def canvas_id(self, person: str) -> str | None:
        """Canvas's own id of somebody who is named by university id or login; asked for Expand."""
        ...

    def may_use(self, account: str) -> bool:
        """Whether courses may be put under an account."""
        ...

    def may_send(self, sender: str) -> bool:
        """Whether an address is authorised as sender of messages to new guests."""
        ...


class Known(BaseModel):
    """The facts of a `known.toml`. A list that is absent says nothing: whatever it would decide is taken as found and allowed.

    Attributes:
        accounts: Accounts that the department may use.
        terms: Term ids; the server never looks, Canvas does.
        roles: Names of roles beyond Canvas's own.
        blueprints: Ids of blueprint courses.
        courses: Ids of courses that exist.
        users: Usernames, university ids and addresses of people who exist; an address here is an existing guest.
        official_classes: Ids of official classes.
        senders: Authorised senders.
        sections: Ids of sections that exist, each with its course.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    accounts: tuple[str, ...] | None = None
    terms: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None
    blueprints: tuple[str, ...] | None = None
    courses: tuple[str, ...] | None = None
    users: tuple[str, ...] | None = None
    official_classes: tuple[str, ...] | None = None
    senders: tuple[str, ...] | None = None
    sections: Mapping[str, str] | None = None

    @classmethod
    def read(cls, path: str | Path) -> Known:
        """Read a `known.toml`.

        Args:
            path: The file.

        Raises:
            ConfigError: It cannot be read, is no TOML, or holds something else.
        """
        path = Path(path)
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            raise ConfigError(f"There is no file {path}.") from None
        except OSError as error:
            raise ConfigError(f"{path} cannot be read: {error.strerror or error}.") from error
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(f"{path} is not a TOML file: {error}.") from error
        try:
            return cls.model_validate(found)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise ConfigError(
                f"{path}: {place}: {first['msg']}.",
                remedy=f"It may hold the lists {', '.join(name for name in cls.model_fields if name != 'sections')} "
                'and the table sections with lines such as "SECTION" = "COURSE".',
            ) from None

    @property
    def assumed(self) -> tuple[str, ...]:
        """What is taken for granted because nothing is said of it, as sentences."""
        sentences = {
            "users": "every username and person is found, and no guest account exists yet",
            "sections": "every section that is sent without its course is found in Canvas",
            "accounts": "every account may be used",
            "official_classes": "no id is that of an official class",
            "senders": "the message's sender is authorised",
        }
        return tuple(sentence for name, sentence in sentences.items() if getattr(self, name) is None)

    @property
    def remembers_guests(self) -> bool:
        """The guest service finds an account that was created a moment ago."""
        return True

    @property
    def has_guests(self) -> bool:
        """Whether anybody is listed."""
        return bool(self.users)

    @property
    def official(self) -> Collection[str]:
        """Those listed."""
        return self._official

    def has_guest(self, address: str) -> bool:
        """Whether the address is listed among users, whatever its case."""
        return address.casefold() in self._users

    def guest_id(self, address: str) -> str:
        """A stand-in: the guest service gives the real one."""
        return f"(guest id of {address})"

    def university_id(self, username: str) -> str | None:
        """A stand-in where the username is listed, or no users are."""
        if self.users is not None and username.casefold() not in self._users:
            return None
        return f"(university id of {username})" if username.strip() else None

    def course_of(self, section: str) -> str | None:
        """The section's course, or a stand-in where no sections are listed."""
        if self.sections is not None:
            return self.sections.get(section)
        return f"(course of {section})" if section.strip() else None

    def canvas_id(self, person: str) -> str | None:
        """A stand-in where the person is listed, or no users are."""
        if self.users is not None and person.casefold() not in self._users:
            return None
        return f"(Canvas id of {person})" if person.strip() else None

    def may_use(self, account: str) -> bool:
        """Whether it is listed, or none are."""
        return self.accounts is None or account in self.accounts

    def may_send(self, sender: str) -> bool:
        """Whether it is listed, whatever its case, or none are."""
        return self.senders is None or sender.lower() in {listed.lower() for listed in self.senders}

    @cached_property
    def _users(self) -> frozenset[str]:
        return frozenset(name.casefold() for name in self.users or ())

    @cached_property
    def _official(self) -> frozenset[str]:
        return frozenset(self.official_classes or ())
