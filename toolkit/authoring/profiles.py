"""Where profiles are found: in `provkit.toml`, in a file of its own, or among those that come with provkit."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from provkit.authoring.profile import SAID, Profile, TableProfile
from provkit.config import Config, did_you_mean, read_toml, validated
from provkit.errors import ConfigError
from provkit.sources import Format
from provkit.tables import Cell, Sheet, Sheets
from provkit.vocabulary import OF_KIND, STRONG, token

__all__ = ["find", "formats", "shipped", "with_constants"]

_HEADER_WITHIN = 40
_ABOUT_NOTHING = ("label", "about", "recognise")
"""What a profile of one's own does not take over from the one that it builds on."""


@cache
def shipped() -> Mapping[str, Profile]:
    """The profiles that come with provkit, by name."""
    return {name: _checked(values, name, f"profile {name}", "profile.NAME.") for name, values in _raw().items()}


@cache
def _raw() -> Mapping[str, Mapping[str, Any]]:
    folder = files("provkit.templates").joinpath("profiles")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return {name.removesuffix(".toml"): tomllib.loads(folder.joinpath(name).read_text("utf-8")) for name in names}


def formats() -> tuple[Format, ...]:
    """The kinds of source that are only columns, each with a profile that comes with provkit."""
    return tuple(_format(profile) for profile in shipped().values() if profile.recognise)


def find(config: Config, named: str) -> Profile:
    """A profile by name, or in a file of its own.

    Args:
        config: The settings.
        named: A name under `[profile]`, that of a profile that comes with provkit, or the path of a TOML file.

    Raises:
        ConfigError: There is none, or it is wrong; the message names file, table and key.
    """
    path = Path(named)
    if path.suffix.lower() == ".toml":
        tables = read_toml(path)
        inner = tables.get("profile")
        if isinstance(inner, Mapping):
            if len(inner) != 1:
                raise ConfigError(
                    f"{path} holds {len(inner)} profiles.", remedy="Leave one of them in it, or write them into provkit.toml."
                )
            name, values = next(iter(inner.items()))
            return _built_on(values, name, f"{path} [profile.{name}]", f"profile.{name}.")
        return _built_on(tables, path.stem, str(path), "")
    own = config.table("profile")
    if named in own:
        return _built_on(config.table("profile", named), named, f"{config.where} [profile.{named}]", f"profile.{named}.")
    if named in shipped():
        return shipped()[named]
    known = [*own, *shipped()]
    raise ConfigError(
        f"There is no profile {named!r} in {config.where}.{did_you_mean(named, known)}",
        remedy=f"Known are: {', '.join(known)}. provkit map writes one for a source.",
    )


def with_constants(profile: Profile | None, said: Mapping[str, str]) -> Profile:
    """A profile that says what some fields are where rows give nothing; without one, headers are understood by their words.

    Args:
        profile: The profile, if there is one.
        said: Field to what it is; "field[answer]" to what that answer, or the header of a column of marks, means.

    Raises:
        ConfigError: There is no such field.
    """
    constants: dict[str, str] = {}
    lookup: dict[str, dict[str, str]] = {}
    targets = OF_KIND.values() if profile is None else [plan.target for plan in profile.plans]
    fields = {field for target in targets for field in STRONG[target]}
    for key, value in said.items():
        field, bracket, answer = key.partition("[")
        field = field.strip()
        if field not in fields:
            raise ConfigError(
                f"There is no field {field!r}.{did_you_mean(field, fields)}", remedy=f"--set takes: {', '.join(sorted(fields))}."
            )
        if bracket:
            lookup.setdefault(field, {})[answer.strip().removesuffix("]").strip()] = value
        else:
            constants[field] = value
    if profile is None:
        return Profile.model_construct(name=SAID, understand=True, constants=constants, lookup=lookup)
    if not profile.tables:
        return _saying(profile, constants, lookup)
    return profile.model_copy(update={"tables": tuple(_saying(plan, constants, lookup) for plan in profile.tables)})


Plan = TypeVar("Plan", bound=TableProfile)


def _saying(plan: Plan, constants: Mapping[str, str], lookup: Mapping[str, Mapping[str, str]]) -> Plan:
    """A table's profile that says more."""
    mine = STRONG[plan.target]
    more = {field: {**plan.lookup.get(field, {}), **table} for field, table in lookup.items() if field in mine}
    return plan.model_copy(
        update={
            "constants": {**plan.constants} | {field: said for field, said in constants.items() if field in mine},
            "lookup": {**plan.lookup, **more},
        }
    )


def _built_on(values: object, name: str, where: str, section: str) -> Profile:
    """A profile of one's own, filled in by the one that comes with provkit for the same kind of source."""
    if not isinstance(values, Mapping):
        raise ConfigError(f"{where} must be a table.")
    kind = values.get("from")
    base = {} if "tables" in values or not isinstance(kind, str) else _raw().get(kind, {})
    base = {key: value for key, value in base.items() if key not in _ABOUT_NOTHING}
    return _checked(_merged(base, values), name, where, section)


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    both = {**base, **own}
    for key in base.keys() & own.keys():
        if isinstance(base[key], Mapping) and isinstance(own[key], Mapping):
            both[key] = _merged(base[key], own[key])
    return both


def _checked(values: Mapping[str, Any], name: str, where: str, section: str) -> Profile:
    return validated(Profile, {**values, "__name__": name, "__section__": section}, where)


def _format(profile: Profile) -> Format:
    """How sheets are known to be of a profile's kind: one row holds all headers of one of its lists."""

    def recognise(sheets: Sheets) -> str | None:
        for sheet in sheets:
            for row in _first_rows(sheet):
                said = {token(cell): cell for cell in sheet.rows[row] if isinstance(cell, str)}
                for wanted in profile.recognise:
                    if all(token(header) in said for header in wanted):
                        place = sheet.name or sheet.file
                        return f"row {sheet.numbers[row]} of {place} names the columns {', '.join(wanted)}"
        return None

    return Format(profile.name, profile.label, recognise)


def _first_rows(sheet: Sheet) -> Iterator[int]:
    left = _HEADER_WITHIN
    for index, cells in enumerate(sheet.rows):
        if any(map(_filled, cells)):
            yield index
            left -= 1
            if not left:
                return


def _filled(cell: Cell) -> bool:
    return cell not in (None, "")
