"""The known.toml that the commands judge by: what `--known` names, else what the settings name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from provkit import config as settings
from provkit.config import Config

if TYPE_CHECKING:
    from provkit.receiver import Known

__all__ = ["KnownSettings", "known_facts", "known_file"]


class KnownSettings(BaseModel):
    """The keys of `[defaults]` about what exists elsewhere.

    Attributes:
        known: A known.toml; in provkit.toml it is meant from that file's folder.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    known: Path | None = None


def known_file(named: str | Path | None = None, config: Config | None = None) -> Path | None:
    """The known.toml to judge by; None where nobody has named one.

    Args:
        named: What `--known` names.
        config: The settings; by default those found from the current folder.

    Raises:
        ConfigError: A setting is wrong.
    """
    if named is not None:
        return Path(named)
    config = config or settings.load()
    found = config.model(KnownSettings, "defaults").known
    from_file = config.source("known", "defaults").endswith("]")
    return config.path.parent / found if found is not None and from_file and config.path is not None else found


def known_facts(named: str | Path | None = None, config: Config | None = None) -> Known | None:
    """What exists elsewhere; None where nobody has said.

    Args:
        named: What `--known` names.
        config: The settings; by default those found from the current folder.

    Raises:
        ConfigError: The file cannot be read, or is wrong.
    """
    file = known_file(named, config)
    if file is None:
        return None
    from provkit.receiver import Known

    return Known.read(file)
