"""What `[defaults]` in provkit.toml says about sending, for all environments, and where provkit keeps its own things."""

from __future__ import annotations

from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict

from provkit.config import Config

__all__ = ["DATA_DIR_VARIABLE", "DeliverySettings", "data_folder"]

DATA_DIR_VARIABLE = "PROVKIT_DATA_DIR"


class DeliverySettings(BaseModel):
    """The keys of `[defaults]` about sending.

    Attributes:
        group: The group name, for every environment that does not say its own.
        keep_sent: Keep the package last accepted, which plan, changes only and results need.
        use_keyring: Use the system's keyring, for credentials and for the key of the packages kept.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    group: str | None = None
    keep_sent: bool = True
    use_keyring: bool = True


def data_folder(config: Config) -> Path:
    """Where history and kept packages are: the user's own data folder, or what PROVKIT_DATA_DIR names.

    It is no setting of provkit.toml: that file may be somebody else's, and would lead the history away.

    Args:
        config: The settings, which hold the environment variables.
    """
    named = config.variable(DATA_DIR_VARIABLE)
    return Path(named) if named is not None else platformdirs.user_data_path("provkit", appauthor=False)
