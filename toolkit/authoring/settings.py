"""What `[defaults]` in provkit.toml says about authoring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from provkit.authoring.templates import compile_template
from provkit.words import listed

__all__ = ["AuthoringSettings", "bare_domains", "known_zone"]


def known_zone(value: str) -> str:
    """A time zone that exists.

    Args:
        value: Its name.

    Raises:
        ValueError: There is none of this name.
    """
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise ValueError(f"{value!r} is not a time zone; write it as in 'America/Indiana/Indianapolis'") from None
    return value


def bare_domains(value: tuple[str, ...]) -> tuple[str, ...]:
    """Mail domains as they are compared.

    Args:
        value: As written, an @ in front or not.
    """
    return tuple(domain.strip().lstrip("@").casefold() for domain in value)


class AuthoringSettings(BaseModel):
    """How a source is turned into tables: the keys of `[defaults]`.

    Attributes:
        time_zone: The zone in which dates and times of the source are meant, as an IANA name.
        date_order: How `05/06/2026` is read: "mdy" is May 6, "dmy" is 5 June; None makes such dates findings.
        own_domains: The university's mail domains, subdomains included: who has an address there is no guest.
        create_courses: Write the courses and sections that a flat roster names, where it gives title, account and status.
        course_id: Template of a course id for rows without one.
        section_id: Template of a section id for rows that name a section without an id.
        role: The role of enrollments whose row gives none.
        status: The status of users and enrollments whose row gives none; unset: "active" where the sheet has no such column.
        service: The service of guests whose row gives none.
        account_id: The account of courses whose row gives none.
        term_id: The term of courses whose row gives none.
        course_status: The status of courses whose row gives none.
        section_status: The status of sections whose row gives none.
        encoding: How text files are written that are not UTF-8 and do not say so themselves, such as "windows-1250".
        hidden_rows: What becomes of hidden rows and columns: "take" reads them, "leave" leaves them out; None makes them findings.
        notify: Put message.properties into the package.
        message: What message templates may name, from `[defaults.message]`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    time_zone: str = "America/Indiana/Indianapolis"
    date_order: Literal["mdy", "dmy"] | None = None
    own_domains: Annotated[tuple[str, ...], BeforeValidator(listed)] = ("iu.edu",)
    create_courses: bool = False
    course_id: str | None = None
    section_id: str | None = None
    role: str | None = None
    status: str | None = None
    service: str | None = None
    account_id: str | None = None
    term_id: str | None = None
    course_status: str | None = None
    section_status: str | None = None
    hidden_rows: Literal["take", "leave"] | None = None
    encoding: str | None = None
    notify: bool = False
    message: Mapping[str, Any] = Field(default_factory=dict)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return known_zone(value)

    @field_validator("own_domains")
    @classmethod
    def _bare_domains(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return bare_domains(value)

    @field_validator("course_id", "section_id")
    @classmethod
    def _template_that_compiles(cls, value: str | None) -> str | None:
        if value is not None:
            compile_template(value)
        return value
