"""Settings: `provkit.toml` found upward, then `PROVKIT_*`. The only room that reads the environment.

A room takes its sub-table from here and validates it with a model of its own, so that each setting is declared once, beside the
code that follows it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from provkit.errors import ConfigError
from provkit.words import did_you_mean

__all__ = ["FILE_NAME", "Config", "did_you_mean", "load", "read_toml", "validated"]

FILE_NAME = "provkit.toml"
SECTIONS = ("defaults", "env", "profile", "rules", "sis")

ROOMS: Mapping[str, tuple[str, ...]] = {
    "defaults": (
        "provkit.delivery.settings:DeliverySettings",
        "provkit.authoring.settings:AuthoringSettings",
        "provkit.workflows.known:KnownSettings",
    ),
    "env": ("provkit.delivery.environments:EnvironmentSettings",),
    "rules": ("provkit.control:RulesSettings",),
}
"""Which models share a section: each takes its own keys, and a key of none of them is an error. Imported only when one is asked about."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Config:
    """Settings as they were found, not yet validated by the rooms they belong to.

    Attributes:
        path: The file they were read from; None where there is none.
        tables: The file's tables.
        environ: The process's environment.
    """

    path: Path | None = None
    tables: Mapping[str, Any] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)

    def table(self, *names: str) -> Mapping[str, Any]:
        """One sub-table, empty where it is not written.

        Args:
            *names: The path to it, such as "env", "beta".

        Raises:
            ConfigError: Something other than a table stands there.
        """
        here: Any = self.tables
        for name in names:
            here = here.get(name, {})
            if not isinstance(here, Mapping):
                raise ConfigError(f"{self.where}: [{'.'.join(names)}] must be a table.")
        found: Mapping[str, Any] = here
        return found

    @property
    def where(self) -> str:
        """The file's name for messages."""
        return str(self.path) if self.path is not None else FILE_NAME

    def model(self, model: type[Model], *names: str, **flags: Any) -> Model:
        """A sub-table as the room's own model; flags win over `PROVKIT_*`, and these over the file.

        An environment variable is named PROVKIT_ and the field, in capitals; under [env.NAME] the name stands between
        (`PROVKIT_BETA_GROUP`).

        Args:
            model: The room's model; unknown keys are errors.
            *names: The path to the sub-table.
            **flags: What the command line says; None means unsaid.

        Raises:
            ConfigError: A key is unknown or a value is not of its type.
        """
        section = self.table(*names)
        values = {name: value for name, value in section.items() if name in model.model_fields}
        foreign = [name for name in section if name not in model.model_fields]
        if foreign:
            known = [*model.model_fields, *settings_of(names[0])]
            unknown = [
                f"{self.where} [{'.'.join(names)}]: there is no setting {name!r}.{did_you_mean(name, known)}"
                for name in foreign
                if name not in known
            ]
            if unknown:
                raise ConfigError("\n".join(unknown))
        for name in model.model_fields:
            variable = variable_of(name, *names)
            if variable in self.environ:
                values[name] = self.environ[variable]
        values.update({name: value for name, value in flags.items() if value is not None})
        return validated(model, values, f"{self.where} [{'.'.join(names)}]")

    def source(self, setting: str, *names: str, unsaid: str = "built in") -> str:
        """Where a setting of a sub-table comes from, in words.

        Args:
            setting: Its name.
            *names: The path to the sub-table, such as "env", "beta".
            unsaid: The words for a setting that neither the environment nor the file gives.
        """
        variable = variable_of(setting, *names)
        if variable in self.environ:
            return variable
        if setting not in self.table(*names):
            return unsaid
        here = self.path is not None and self.path.parent == Path.cwd()
        return f"{FILE_NAME if here else self.where} [{'.'.join(names)}]"

    def variable(self, name: str) -> str | None:
        """One environment variable; None where it is unset or empty.

        Args:
            name: Its whole name.
        """
        return self.environ.get(name) or None


def load(start: Path | None = None) -> Config:
    """Read the settings.

    Args:
        start: The folder from which `provkit.toml` is looked for, upward; by default the current one.

    Raises:
        ConfigError: The file is not valid TOML, or has a section that provkit does not know.
    """
    folder = (start or Path.cwd()).resolve()
    for candidate in (folder, *folder.parents):
        path = candidate / FILE_NAME
        if path.is_file():
            return Config(path, _read(path), dict(os.environ))
    return Config(None, {}, dict(os.environ))


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file's tables.

    Args:
        path: The file; a byte order mark, as Windows' editor writes it, is passed over.

    Raises:
        ConfigError: It cannot be read, or is not valid TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}.") from None


def validated(model: type[Model], values: Mapping[str, Any], where: str) -> Model:
    """Values as a room's own model.

    Args:
        model: The room's model; unknown keys are errors.
        values: What was written.
        where: The file and table, for messages.

    Raises:
        ConfigError: A key is unknown or a value is not of its type.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_explain(error, model, where)) from None


def _read(path: Path) -> dict[str, Any]:
    tables = read_toml(path)
    for name in tables:
        if name not in SECTIONS:
            raise ConfigError(f"{path}: there is no section [{name}].{did_you_mean(name, SECTIONS)}")
    return tables


def variable_of(setting: str, *names: str) -> str:
    """The environment variable of a setting.

    Args:
        setting: Its name.
        *names: The path to its sub-table, such as "env", "beta".
    """
    return "_".join(("PROVKIT", *names[1:], setting)).upper()


def settings_of(section: str) -> dict[str, type[BaseModel]]:
    """Every setting of a section, with the model that it belongs to.

    Args:
        section: The section, such as "defaults".
    """
    found: dict[str, type[BaseModel]] = {}
    for home in ROOMS.get(section, ()):
        module, _, name = home.partition(":")
        model: type[BaseModel] = getattr(import_module(module), name)
        found |= dict.fromkeys(model.model_fields, model)
    return found


def _explain(error: ValidationError, model: type[BaseModel], where: str) -> str:
    sentences = []
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            keys = [info.alias or key for key, info in model.model_fields.items()]
            sentences.append(f"{where}: there is no setting {name!r}.{did_you_mean(str(problem['loc'][-1]), keys)}")
        else:
            said = problem["msg"].removeprefix("Value error, ")
            sentences.append(f"{where}: {name}: {said}." if name else f"{where}: {said}.")
    return "\n".join(sentences)
