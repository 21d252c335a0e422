"""Where an upload goes: the environments of the service, their addresses, and where each setting came from.

The defaults are the university's own: the page "About the Canvas and Expand Provisioning API" (document bgxp), as it stood on 2023-07-18. Hosts may change, so
every address is a setting.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat

from provkit.config import Config
from provkit.delivery.settings import DeliverySettings
from provkit.errors import ConfigError
from provkit.planning.settings import MAX_ENDED, Removals
from provkit.words import did_you_mean

__all__ = [
    "ENVIRONMENTS",
    "CredentialSet",
    "Environment",
    "EnvironmentName",
    "EnvironmentSettings",
    "default_hosts",
    "environment",
    "host_of",
    "is_loopback",
]

EnvironmentName = Literal["beta", "test", "production", "sandbox"]
CredentialSet = Literal["test", "production", "sandbox"]
AuthMethod = Literal["auto", "basic", "body"]
Door = Literal["files", "zip"]

ENVIRONMENTS: tuple[EnvironmentName, ...] = get_args(EnvironmentName)
"""The environments that `--env` takes."""

PAGE = "the university's API page, 2023-07-18"


class EnvironmentSettings(BaseModel):
    """What `[env.NAME]` in provkit.toml may say, and `PROVKIT_NAME_...` likewise.

    Attributes:
        group: The group name assigned to the department in the service's database.
        base_url: The service's address, up to and without `/rest/upload`.
        token_url: The address of the token endpoint.
        auth_method: How client id and secret are presented: `basic`, `body`, or `auto`: basic first, and body after a 401.
        ca_bundle: A file of further certificate authorities to trust (PEM), for a service behind a private one.
        connect_timeout: Seconds to wait for a connection.
        timeout: Seconds to wait for the service to take or give the next bytes.
        max_file: The largest file that the service takes, in bytes; 0 says that there is no limit.
        max_request: The largest request that the service takes, in bytes; 0 says that there is no limit.
        max_ended: Which share of the enrollments a send may end without a word, in percent.
        removals: What `--changes-only` makes of enrollments that disappeared from the source: leave, deleted, inactive or completed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    group: str | None = None
    base_url: str | None = None
    token_url: str | None = None
    auth_method: AuthMethod = "auto"
    ca_bundle: Path | None = None
    connect_timeout: PositiveFloat = 15.0
    timeout: PositiveFloat = 180.0
    max_file: NonNegativeInt = 1_048_576
    max_request: NonNegativeInt = 10_485_760
    max_ended: Annotated[float, Field(ge=0, le=100)] = MAX_ENDED
    removals: Removals = "leave"


@dataclass(frozen=True, slots=True)
class _Defaults:
    credentials: CredentialSet
    canvas: str
    token_url: str
    base_url: str


_TEST_TOKEN = "https://apps-test.iu.edu/uaa-stg/oauth/token"  # noqa: S105 - an address
_DEFAULTS: Mapping[EnvironmentName, _Defaults] = {
    "beta": _Defaults("test", "iu.beta.instructure.com", _TEST_TOKEN, "https://lms-lti-3rdpartyprovisioning-reg.apps-test.iu.edu"),
    "test": _Defaults("test", "iu.test.instructure.com", _TEST_TOKEN, "https://lms-lti-3rdpartyprovisioning-stg.apps-test.iu.edu"),
    "production": _Defaults(
        "production",
        "iu.instructure.com",
        "https://apps.iu.edu/uaa-prd/oauth/token",
        "https://lms-lti-3rdpartyprovisioning.apps.iu.edu",
    ),
    "sandbox": _Defaults("sandbox", "none", "", ""),
}


@dataclass(frozen=True)
class Environment:
    """One environment, ready for use.

    Attributes:
        name: beta, test, production or sandbox.
        canvas: The Canvas that this environment feeds.
        credentials: Which set of credentials it takes.
        group: The group name; None where nobody has said.
        base_url: The service's address; "" for a sandbox that has not started yet.
        token_url: The token endpoint's address; likewise.
        auth_method: basic, body or auto.
        ca_bundle: Further certificate authorities, or None.
        connect_timeout: Seconds to wait for a connection.
        timeout: Seconds to wait for the next bytes.
        max_file: The largest file taken; 0 for no limit.
        max_request: The largest request taken; 0 for no limit.
        max_ended: Which share of the enrollments may end without a word, in percent.
        removals: What becomes of enrollments that disappeared from the source, where only changes go.
        sources: Where each setting came from, in words.
    """

    name: EnvironmentName
    canvas: str
    credentials: CredentialSet
    group: str | None
    base_url: str
    token_url: str
    auth_method: AuthMethod
    ca_bundle: Path | None
    connect_timeout: float
    timeout: float
    max_file: int
    max_request: int
    max_ended: float
    removals: Removals
    sources: Mapping[str, str]

    @property
    def host(self) -> str:
        """The service's host, with its port where that is not the usual one."""
        return host_of(self.base_url)

    def upload_url(self, door: Door) -> str:
        """The address that an upload is posted to.

        Args:
            door: "files" for loose files, "zip" for an archive.

        Raises:
            ConfigError: There is no group.
        """
        if self.group is None:
            raise ConfigError(
                f"There is no group for {self.name}.", remedy=f"Say it with --group, or in [env.{self.name}] of provkit.toml."
            )
        path = f"{self.base_url}/rest/upload/{quote(self.group, safe='')}"
        return f"{path}/zip" if door == "zip" else path


def environment(name: str, config: Config, *, group: str | None = None) -> Environment:
    """Work out one environment from the defaults, `[env.NAME]`, `PROVKIT_NAME_...` and flags.

    Args:
        name: beta, test, production or sandbox.
        config: The settings.
        group: What `--group` says.

    Raises:
        ConfigError: There is no such environment, a setting is unknown or malformed, or an address belongs to another environment.
    """
    known = next((one for one in ENVIRONMENTS if one == name), None)
    for section in config.table("env"):
        if section not in ENVIRONMENTS:
            raise ConfigError(f"{config.where}: there is no environment [env.{section}].{did_you_mean(section, ENVIRONMENTS)}")
    if known is None:
        raise ConfigError(
            f"There is no environment {name!r}.{did_you_mean(name, ENVIRONMENTS)}", remedy=f"Use one of {', '.join(ENVIRONMENTS)}."
        )
    defaults = _DEFAULTS[known]
    settings = config.model(EnvironmentSettings, "env", known, group=group)
    sources = {field: _source(field, known, config, group) for field in EnvironmentSettings.model_fields}
    chosen = settings.group
    if chosen is None:
        chosen, sources["group"] = config.model(DeliverySettings, "defaults").group, config.source("group", "defaults")
    base_url = _url(settings.base_url or defaults.base_url, known, "base_url", sources["base_url"])
    token_url = _url(settings.token_url or defaults.token_url, known, "token_url", sources["token_url"])
    if bool(base_url) != bool(token_url):
        raise ConfigError(f"{config.where}: [env.{known}] must name both base_url and token_url, or neither.")
    if chosen is None and known == "sandbox":
        chosen, sources["group"] = "SANDBOX", "the sandbox itself"
    return Environment(
        name=known,
        canvas=defaults.canvas,
        credentials=defaults.credentials,
        group=None if chosen is None else _group(chosen, sources["group"]),
        base_url=base_url,
        token_url=token_url,
        auth_method=settings.auth_method,
        ca_bundle=_beside(settings.ca_bundle, config, sources["ca_bundle"]),
        connect_timeout=settings.connect_timeout,
        timeout=settings.timeout,
        max_file=settings.max_file,
        max_request=settings.max_request,
        max_ended=settings.max_ended,
        removals=settings.removals,
        sources=sources,
    )


def default_hosts(credentials: CredentialSet) -> frozenset[str]:
    """The hosts that the university's page names for one set of credentials.

    Args:
        credentials: Which set.
    """
    return frozenset(
        host_of(url)
        for defaults in _DEFAULTS.values()
        if defaults.credentials == credentials
        for url in (defaults.base_url, defaults.token_url)
        if url
    )


def host_of(url: str) -> str:
    """An address's host as it is compared and shown, with its port where that is not the usual one.

    Args:
        url: The address; "" gives "".
    """
    if not url:
        return ""
    parsed = httpx2.URL(url)
    host = parsed.raw_host.decode("ascii").lower().rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    return host if parsed.port is None else f"{host}:{parsed.port}"


def is_loopback(url: str) -> bool:
    """Whether an address stays on this computer.

    Args:
        url: The address.
    """
    host = httpx2.URL(url).raw_host.decode("ascii").lower()
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _source(field: str, name: EnvironmentName, config: Config, group: str | None) -> str:
    if field == "group" and group is not None:
        return "--group"
    return config.source(field, "env", name, unsaid=PAGE if field in ("base_url", "token_url") else "built in")


def _beside(path: Path | None, config: Config, source: str) -> Path | None:
    """A path written in provkit.toml is meant from that file's folder."""
    if path is None or config.path is None or not source.endswith("]"):
        return path
    return config.path.parent / path


# A group stands in the address's path. What the service's firewall refuses there is refused here, with a sentence.
_GROUP = re.compile(r"(?!\.{1,2}\Z)[^\s/\\%;?#\x00-\x1f\x7f]([^/\\%;?#\x00-\x1f\x7f]*[^\s/\\%;?#\x00-\x1f\x7f])?")


def _group(group: str, source: str) -> str:
    if _GROUP.fullmatch(group) is None:
        raise ConfigError(
            f"{group!r} (from {source}) cannot be a group's name: it is empty, or holds blanks at its ends, or one of / \\ % ; ? #.",
            remedy="Write it exactly as it stands in the mail that granted the access.",
        )
    return group


def _url(url: str, name: EnvironmentName, field: str, source: str) -> str:
    """Check an address, and give it without a slash at its end."""
    if not url:
        return ""
    said = f"{field} of {name} (from {source})"
    try:
        parsed = httpx2.URL(url)
        loopback = is_loopback(url)
    except (httpx2.InvalidURL, UnicodeError, ValueError):
        raise ConfigError(f"{said} is not an address that can be used: {url!r}.") from None
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise ConfigError(f"{said} must be a plain address, without user, ? or #.")
    usable = parsed.scheme in ("http", "https") and parsed.raw_host and b"%" not in parsed.raw_host and (parsed.port or 1) < 65536
    if not usable:
        raise ConfigError(f"{said} is not an address that can be used: {url!r}.", remedy="It must begin with https:// and a host.")
    if parsed.scheme == "http" and not loopback:
        raise ConfigError(
            f"{said} is http://, which anybody on the way can read: {url!r}.",
            remedy="Write https://. Only an address on this computer (127.0.0.1) may be http://.",
        )
    if name == "sandbox" and not loopback:
        raise ConfigError(f"{said} is not on this computer: {url!r}.", remedy="A sandbox runs on 127.0.0.1 only.")
    _refuse_foreign(host_of(url), name, said)
    return url.rstrip("/")


def _refuse_foreign(host: str, name: EnvironmentName, said: str) -> None:
    """Stop where one environment's name stands over another's host."""
    bare = host.partition(":")[0]
    world = None
    if bare == "apps-test.iu.edu" or bare.endswith(".apps-test.iu.edu"):
        world = "test"
    elif bare == "apps.iu.edu" or bare.endswith(".apps.iu.edu"):
        world = "production"
    if world is not None and world != _DEFAULTS[name].credentials:
        raise ConfigError(
            f"{said} is {host}, a host of the {world} service.",
            remedy=f"To send there, say --env {'production' if world == 'production' else 'test'} and take this setting away.",
        )
    for other, defaults in _DEFAULTS.items():
        if other != name and host == host_of(defaults.base_url) != "":
            raise ConfigError(f"{said} is {host}, the host of {other}.", remedy=f"To send there, say --env {other}.")
