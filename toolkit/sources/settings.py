"""What `[sis]` in provkit.toml says about sources of several files, such as OneRoster."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

__all__ = ["SisSettings"]

_PERSON = re.compile(r"email|username|identifier|sourcedId|userIds\{[^{}]+\}")


class SisSettings(BaseModel):
    """How a set of files from a student information system is read: the keys of `[sis]`.

    Attributes:
        person: What a person is known by, in order of preference: email, username, identifier, sourcedId, userIds{TYPE}. Unset: the
            address, be it in the column of addresses or of usernames. An identifier counts as a university id.
        username_domain: The mail domain of usernames that are no addresses, such as example.edu.
        classes: What a class becomes: "sections" of their course, or "courses". Unset: courses where no class names a course.
        accounts: Organisation to Canvas account: by id, identifier or name; what belongs to it follows unless it is named itself.
        terms: Academic session to SIS term id: by id or title; what belongs to it follows unless it is named itself.
        roles: Role of the source to role in Canvas; "" sets the rows aside.
        disabled: What becomes of enrollments of people whose account is disabled there: "set-aside" or "inactive".
        dates: Whether courses and sections get the dates of their sessions.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: tuple[str, ...] | None = None
    username_domain: str | None = None
    classes: Literal["sections", "courses"] | None = None
    accounts: Mapping[str, str] = Field(default_factory=dict)
    terms: Mapping[str, str] = Field(default_factory=dict)
    roles: Mapping[str, str] = Field(default_factory=dict)
    disabled: Literal["set-aside", "inactive"] = "set-aside"
    dates: bool = True

    @field_validator("person")
    @classmethod
    def _known_keys(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for key in value or ():
            if not _PERSON.fullmatch(key):
                raise ValueError(f"{key!r} is none of email, username, identifier, sourcedId, userIds{{TYPE}}")
        return value

    @field_validator("username_domain")
    @classmethod
    def _bare(cls, value: str | None) -> str | None:
        return value and value.strip().lstrip("@")
