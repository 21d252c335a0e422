"""Mapping profiles: which column of a source is what, written down once, in `provkit.toml` or a file of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from provkit.authoring.settings import AuthoringSettings, bare_domains, known_zone
from provkit.authoring.templates import compile_template
from provkit.config import did_you_mean
from provkit.vocabulary import STRONG, Target, token
from provkit.words import trimmed

__all__ = ["SAID", "Profile", "TableProfile"]

SAID = "--set"
"""The name of the profile that stands for what was said on the command line, where no other is followed."""


def _as_text(value: object) -> object:
    """TOML's own numbers and truth values stand for the words that spreadsheets hold."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else value


def _several(value: object) -> object:
    return tuple(map(_as_text, value)) if isinstance(value, list) else (_as_text(value),)


Text = Annotated[str, BeforeValidator(_as_text)]
Several = Annotated[tuple[str, ...], BeforeValidator(_several)]


class TableProfile(BaseModel):
    """How one table of a source is read.

    Attributes:
        sheet: Which sheet or file it is: its name, `*` standing for anything; unset: every one that has the columns.
        holds: What its rows are: "members" (people in courses, or Expand listings), "users", "courses" or "sections".
        columns: Field to the column's header; several headers are several columns of which the first that is filled counts.
        optional: Fields and headers that may be missing; "*" where the whole table is passed over if anything else is.
        understand: Take columns that are not named here for what their headers say, as without a profile.
        constants: Field to what it is where a row gives nothing.
        lookup: Field to a table: what the column says, and what that means. What is not in the table, or has "" there, is an error.
        split: Field to what stands between several answers in one cell; each answer becomes a row of its own.
        nothing: Field or header to what stands in its cells in place of nothing, such as "anonymous".
        set_aside: Field or header to the values whose rows are left out.
        latest_by: The header of a time; of several rows of one person with one name only the latest counts.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sheet: str | None = None
    holds: Literal["members", "users", "courses", "sections"] = "members"
    columns: Mapping[str, Several] = Field(default_factory=dict)
    optional: Several = ()
    understand: bool = False
    constants: Mapping[str, Text] = Field(default_factory=dict)
    lookup: Mapping[str, Mapping[str, Text]] = Field(default_factory=dict)
    split: Mapping[str, str] = Field(default_factory=dict)
    nothing: Mapping[str, Several] = Field(default_factory=dict)
    set_aside: Mapping[str, Several] = Field(default_factory=dict)
    latest_by: str | None = None

    @property
    def target(self) -> Target:
        """What its rows are."""
        return Target(self.holds)

    @model_validator(mode="after")
    def _known_fields(self) -> Self:
        fields = STRONG[self.target]
        for part in ("columns", "constants", "lookup", "split"):
            for field in getattr(self, part):
                if field not in fields:
                    raise ValueError(
                        f"{part}: there is no field {field!r} where a table holds {self.holds}.{did_you_mean(field, fields)}"
                        f" Fields are: {', '.join(fields)}"
                    )
        for part in ("lookup", "split"):
            for field in getattr(self, part):
                if field not in self.columns and not self.understand:
                    raise ValueError(f'{part}.{field} needs the column that it reads: {field} = "..." under columns')
        for field, table in self.lookup.items():
            said: dict[str, str] = {}
            for answer, meaning in table.items():
                if said.setdefault(fold(answer), meaning) != meaning:
                    raise ValueError(f"lookup.{field}: {answer!r} stands there twice, and means two things")
        return self

    def headers(self) -> frozenset[str]:
        """Every header that it names, folded."""
        named = [header for several in self.columns.values() for header in several]
        named += [header for part in (self.set_aside, self.nothing) for header in part if header not in self.columns]
        return frozenset(map(token, [*named, *([self.latest_by] if self.latest_by else [])]))


def fold(text: str) -> str:
    """An answer, without what people do not mean by it: case, blanks around and between words, and what nobody sees.

    Args:
        text: As it stands in a cell or a table.
    """
    return " ".join(trimmed(text).casefold().split())


class Profile(TableProfile):
    """How a source is read: one table, or several under `tables`.

    Attributes:
        name: What it is called; not a key, but the name of the table in which it stands.
        section: The table in which it stands, with a dot behind it; "" in a file of its own.
        kind: The kind of source, as `--from` takes it; the key is `from`. A profile that comes with provkit is filled in by this one.
        label: What such a source is called.
        about: What should be known before it is relied on.
        recognise: Headers by which such a source is known, all in one row; several lists are alternatives. Only of use in provkit itself.
        time_zone: As under `[defaults]`.
        date_order: As under `[defaults]`.
        own_domains: As under `[defaults]`.
        create_courses: As under `[defaults]`.
        guests: Who becomes a guest: "outside" (whoever has no address of the university's own) or "none" (all have accounts).
        sections: "keep" them, or "ignore" what the source says about them.
        templates: Templates of ids for rows without one, for course_id and section_id.
        tables: The tables, where there are several; then nothing about columns stands outside them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=False, validate_by_alias=True)

    name: str = Field(default="", exclude=True, alias="__name__")
    section: str = Field(default="", exclude=True, alias="__section__")
    kind: str | None = Field(default=None, alias="from")
    label: str = ""
    about: str = ""
    recognise: tuple[tuple[str, ...], ...] = ()
    time_zone: str | None = None
    date_order: Literal["mdy", "dmy"] | None = None
    own_domains: tuple[str, ...] | None = None
    create_courses: bool | None = None
    guests: Literal["outside", "none"] = "outside"
    sections: Literal["keep", "ignore"] = "keep"
    templates: Mapping[Literal["course_id", "section_id"], str] = Field(default_factory=dict)
    tables: tuple[TableProfile, ...] = ()

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        return value if value is None else known_zone(value)

    @field_validator("own_domains")
    @classmethod
    def _domains(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return value if value is None else bare_domains(value)

    @field_validator("templates")
    @classmethod
    def _that_compile(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for source in value.values():
            compile_template(source)
        return value

    @model_validator(mode="after")
    def _one_or_several(self) -> Self:
        alone = [name for name in TableProfile.model_fields if name in self.model_fields_set and getattr(self, name)]
        if self.tables and alone:
            raise ValueError(f"{alone[0]} stands beside tables; write it into one of them")
        return self

    @property
    def plans(self) -> tuple[TableProfile, ...]:
        """Its tables."""
        return self.tables or (self,)

    @property
    def only_says(self) -> bool:
        """Whether it only says what was said on the command line; then sheets are understood as without a profile."""
        return self.name == SAID

    def settings(self, settings: AuthoringSettings) -> AuthoringSettings:
        """What it says about authoring wins over `[defaults]`.

        Args:
            settings: The keys of `[defaults]`.
        """
        said: dict[str, Any] = {name: getattr(self, name) for name in ("time_zone", "date_order", "own_domains", "create_courses")}
        said.update({str(field): template for field, template in self.templates.items()})
        return settings.model_copy(update={name: value for name, value in said.items() if value is not None})
