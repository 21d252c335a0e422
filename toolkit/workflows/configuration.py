"""Settings as verbs: show each with where it came from, and write a commented file to begin with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from provkit import config as settings
from provkit.config import FILE_NAME, Config, settings_of, variable_of
from provkit.delivery import ENVIRONMENTS, Credentials, environment, find
from provkit.delivery.credentials import masked
from provkit.delivery.settings import DATA_DIR_VARIABLE, data_folder
from provkit.errors import ConfigError, GuardError, ProvkitError
from provkit.words import did_you_mean

__all__ = ["Setting", "Shown", "init", "show"]

SETS = ("test", "production")
_CREDENTIAL_VARIABLES = tuple(
    f"PROVKIT_{name}_{what}".upper()
    for name in SETS
    for what in ("CLIENT_ID", "CLIENT_ID_FILE", "CLIENT_SECRET", "CLIENT_SECRET_FILE", "HOSTS")
)


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        section: Its table in provkit.toml, such as "env.beta"; for credentials "credentials test".
        name: Its name.
        value: Its value as it would be written; a secret shows itself as asterisks; None where nothing is set.
        source: Where it came from, in words.
        variable: The environment variable that would set it.
    """

    section: str
    name: str
    value: str | None
    source: str
    variable: str


@dataclass(frozen=True)
class Shown:
    """All settings.

    Attributes:
        path: The provkit.toml in force; None where there is none.
        settings: The settings, by section.
        notes: What is strange about them, in sentences.
    """

    path: Path | None
    settings: Sequence[Setting]
    notes: Sequence[str]

    def to_dict(self) -> dict[str, object]:
        """For machines; no secrets."""
        return {
            "format": 1,
            "file": None if self.path is None else str(self.path),
            "settings": [
                {"section": one.section, "name": one.name, "value": one.value, "source": one.source, "variable": one.variable}
                for one in self.settings
            ],
            "notes": list(self.notes),
        }


def show(config: Config | None = None) -> Shown:
    """Every setting, its value and where it came from.

    Args:
        config: The settings; by default those found from the current folder.

    Raises:
        ConfigError: A setting is unknown or wrong.
    """
    config = config or settings.load()
    found = [
        *_section(config, "defaults"),
        *_section(config, "rules"),
        *_environments(config),
        *_credentials(config),
        *_own(config),
    ]
    return Shown(config.path, found, tuple(_notes(config, {one.variable for one in found})))


def init(folder: Path | None = None, *, group: str | None = None) -> Path:
    """Write a commented provkit.toml, with every setting in it.

    Args:
        folder: Where; by default the current folder.
        group: The group to begin with.

    Returns:
        The file.

    Raises:
        GuardError: There is one already.
        ConfigError: It cannot be written.
    """
    from jinja2 import Environment as Jinja
    from jinja2 import PackageLoader, StrictUndefined

    path = (folder or Path()) / FILE_NAME
    loader = Jinja(  # noqa: S701 - no HTML
        loader=PackageLoader("provkit.templates", ""), undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True
    )
    text = loader.get_template(f"config/{FILE_NAME}.j2").render(
        group=None if group is None else json.dumps(group, ensure_ascii=False)
    )
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise GuardError(f"{path} exists, and is left as it is.", reason="exists", remedy="See: provkit config show") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror or error}.") from None
    return path


def _section(config: Config, section: str) -> Iterator[Setting]:
    """The settings of a section whose models share it."""
    models: dict[type[BaseModel], BaseModel] = {}
    for name, model in settings_of(section).items():
        if model not in models:
            models[model] = config.model(model, section)
        yield _setting(config, name, getattr(models[model], name), section)


def _environments(config: Config) -> Iterator[Setting]:
    for name in ENVIRONMENTS:
        if name == "sandbox" and not config.table("env", name):
            continue
        target = environment(name, config)
        for field in settings_of("env"):
            value = getattr(target, field)
            yield Setting(
                f"env.{name}",
                field,
                _written(value) if value != "" else None,
                target.sources[field],
                variable_of(field, "env", name),
            )


def _credentials(config: Config) -> Iterator[Setting]:
    """Client ids, and whether there is a secret; nothing of the secret itself."""
    for name in SETS:
        section, prefix = f"credentials {name}", f"PROVKIT_{name}".upper()
        client_id = secret = hosts = None
        source = "not set up"
        try:
            found = find("test" if name == "test" else "production", config)
            if isinstance(found, Credentials):
                client_id, secret, hosts, source = masked(found.client_id), "***", ", ".join(sorted(found.hosts)), found.source
        except ProvkitError as error:
            source = error.message
        yield Setting(section, "client_id", client_id, source, f"{prefix}_CLIENT_ID")
        yield Setting(section, "client_secret", secret, source, f"{prefix}_CLIENT_SECRET")
        yield Setting(section, "hosts", hosts, source, f"{prefix}_HOSTS")


def _own(config: Config) -> Iterator[Setting]:
    """What provkit keeps of its own, and what belongs to rooms that read their tables whole."""
    where = DATA_DIR_VARIABLE if config.variable(DATA_DIR_VARIABLE) else "built in"
    yield Setting("data", "folder", str(data_folder(config)), where, DATA_DIR_VARIABLE)
    for section in settings.SECTIONS:
        if section not in ("defaults", "env", "rules"):
            for path, value in _flat(config.table(section), section):
                table, _, name = path.rpartition(".")
                yield Setting(table, name, _written(value), f"{config.where} [{table}]", "")


def _flat(table: Mapping[str, object], path: str) -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}.{name}")
        else:
            yield f"{path}.{name}", value


def _setting(config: Config, name: str, value: object, *names: str) -> Setting:
    return Setting(".".join(names), name, _written(value), config.source(name, *names), variable_of(name, *names))


def _written(value: object) -> str | None:
    """A value as provkit.toml would have it; None where nothing is set."""
    if value is None or value == {}:
        return None
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(str(_written(one)) for one in value)}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name} = {_written(one)}' for name, one in value.items())}}}"
    return json.dumps(str(value), ensure_ascii=False)


def _notes(config: Config, known: set[str]) -> Iterator[str]:
    if config.path is not None and config.path.parent != Path.cwd():
        yield f"These settings come from a folder above this one: {config.path}"
    for variable in sorted(config.environ):
        if variable.startswith("PROVKIT_") and variable not in known and variable not in _CREDENTIAL_VARIABLES:
            yield f"{variable} is set, but is no setting of provkit.{did_you_mean(variable, [*known, *_CREDENTIAL_VARIABLES])}"
