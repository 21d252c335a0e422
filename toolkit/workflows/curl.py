"""A send as curl lines, for who wants to try it without provkit. Nothing is sent."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from provkit import config as settings
from provkit.config import Config
from provkit.delivery import Credentials, authorise_hosts
from provkit.delivery.credentials import confirmed_hosts
from provkit.delivery.rest_client import curl
from provkit.errors import ConfigError
from provkit.package import ARCHIVE_NAME
from provkit.planning.guards import refuse
from provkit.workflows.login import credentials_for
from provkit.workflows.send import Prepared

__all__ = ["curl_lines"]


def curl_lines(prepared: Prepared, path: str | Path, config: Config | None = None) -> str:
    """The lines that post what is prepared; secrets are variables in them.

    Args:
        prepared: A whole package, ready to go.
        path: Where it was read from.
        config: The settings; by default those found from the current folder.

    Raises:
        GuardError: A guard stops it, or a host is not confirmed.
        ConfigError: Only changes are to go, which are in no file; or there is no sandbox that could be posted to.
    """
    path, config = Path(path), settings.load() if config is None else config
    if prepared.outlook is not None and prepared.outlook.changes.partial:
        raise ConfigError("curl can only send files that are there: leave --changes-only out.")
    if prepared.stops:
        raise refuse(prepared.stops)
    target = prepared.environment
    if target.name == "sandbox" and not target.base_url:
        target = credentials_for(target, config)[0]
        if not target.base_url:
            raise ConfigError("There is no sandbox that curl could post to.", remedy="Start one in another window: provkit sandbox")
    nobody = Credentials(target.credentials, "", SecretStr(""), confirmed_hosts(target.credentials, config), "the environment")
    authorise_hosts(nobody, target)
    names = [file.name for file in prepared.upload.files]
    if not path.is_dir():
        here = [path]
    elif prepared.upload.door == "zip":
        here = [path / ARCHIVE_NAME]
    else:
        here = [path / (part.name or "") for part in prepared.package.parts]
    paths = [(str(file), name) for file, name in zip(here, names, strict=True)]
    return curl(target, paths, door=prepared.upload.door, notify=prepared.upload.notify)
