"""Credentials as verbs: keep them in the keyring, check them against the token endpoint, change them, forget them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from provkit import config as settings
from provkit.config import Config
from provkit.delivery import Credentials, DeliverySettings, Environment, Login, environment, find, keychain
from provkit.delivery import credentials as room
from provkit.delivery.environments import host_of
from provkit.errors import AuthError, ConfigError, GuardError, ProvkitError, SourceError, Unreachable

__all__ = ["SCOPE", "SETS", "State", "Status", "login", "logout", "rotate", "status"]

Set = Literal["test", "production"]
SETS: dict[Set, tuple[str, ...]] = {"test": ("beta", "test"), "production": ("production",)}
"""The sets of credentials, and the environments that take them."""

SCOPE = "lms:prov:upload"
"""The right without which the service takes no upload."""

State = Literal["works", "refused", "unreachable", "unusable", "unchecked", "missing"]


@dataclass(frozen=True)
class Status:
    """How one set of credentials stands.

    Attributes:
        name: Which set.
        state: Whether it works: the token endpoint was asked.
        sentence: That in words.
        remedy: What to do; None where there is nothing to do.
        source: Where the secret comes from; None where there is none.
        client_id: The client id, all but its last characters hidden; None where there is none.
        hosts: Where it may go, besides this computer.
    """

    name: Set
    state: State
    sentence: str
    remedy: str | None = None
    source: str | None = None
    client_id: str | None = None
    hosts: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """For machines; no secrets."""
        return {
            "set": self.name,
            "environments": list(SETS[self.name]),
            "state": self.state,
            "sentence": self.sentence,
            "remedy": self.remedy,
            "source": self.source,
            "client_id": self.client_id,
            "hosts": list(self.hosts),
        }


def login(
    name: Set,
    ask: Callable[[], tuple[str, SecretStr]],
    *,
    hosts: Collection[str] = (),
    check: bool = True,
    config: Config | None = None,
) -> Status:
    """Keep a client id and secret in the keyring, bound to the hosts that they may go to, once they have been seen to work.

    Args:
        name: Which set.
        ask: Gives client id and secret; asked only when there is a keyring and the addresses are in order.
        hosts: Hosts besides the university's own that they may go to, as the user names them.
        check: False keeps them without asking the token endpoint.
        config: The settings.

    Raises:
        NoKeyring: There is no keyring that takes them.
        GuardError: An address names a host that nobody has confirmed.
        AuthError: The token endpoint does not take them; nothing was kept.
        Unreachable: The token endpoint cannot be asked; nothing was kept.
    """
    config = config or settings.load()
    _keyring_wanted(config)
    keychain.name_of_backend()
    allowed = _allowed(name, hosts, config)
    client_id, secret = ask()
    made = Credentials(name, client_id.strip(), room.one_line(secret, "The secret"), allowed, "your keyring")
    if not made.client_id or not made.secret.get_secret_value():
        raise ConfigError("Client id and secret must not be empty. Nothing was kept.")
    found = _check(made, config) if check else _unchecked(made)
    if found.state in ("works", "unchecked"):
        room.keep(made)
    return found


def rotate(name: Set, ask: Callable[[], SecretStr], *, check: bool = True, config: Config | None = None) -> Status:
    """Replace the secret in the keyring by a new one, once that has been seen to work; the old one stays until then.

    Args:
        name: Which set.
        ask: Gives the new secret.
        check: False replaces it without asking the token endpoint.
        config: The settings.

    Raises:
        NoKeyring: There is no keyring.
        ConfigError: The keyring holds nothing that could be replaced.
        AuthError: The token endpoint does not take the new one; the old one is still kept.
        Unreachable: The token endpoint cannot be asked; the old one is still kept.
    """
    config = config or settings.load()
    _keyring_wanted(config)
    before = room.kept(name)
    if before is None:
        raise ConfigError(f"The keyring holds no {name} credentials.", remedy=f"provkit auth login --set {name}")
    made = Credentials(name, before.client_id, room.one_line(ask(), "The secret"), before.hosts, before.source)
    if not made.secret.get_secret_value():
        raise ConfigError("The secret must not be empty. The old one is still kept.")
    found = _check(made, config) if check else _unchecked(made)
    if found.state in ("works", "unchecked"):
        room.keep(made)
    return found


def logout(name: Set, *, config: Config | None = None) -> bool:
    """Take a set of credentials out of the keyring.

    Args:
        name: Which set.
        config: The settings.

    Returns:
        Whether there was one.

    Raises:
        NoKeyring: There is no keyring.
    """
    _keyring_wanted(config or settings.load())
    return room.forget(name)


def status(name: Set, *, check: bool = True, config: Config | None = None) -> Status:
    """How a set of credentials stands. Nothing is raised: whatever is wrong is the answer.

    Args:
        name: Which set.
        check: False does not ask the token endpoint.
        config: The settings.
    """
    config = config or settings.load()
    try:
        found = find(name, config)
    except (ConfigError, SourceError) as error:
        return Status(name, "unusable", error.message, error.remedy)
    if not isinstance(found, Credentials):
        later = (
            " They are issued after those for beta and test, once the request is approved; until then this is as it should be."
            if name == "production"
            else ""
        )
        return Status(name, "missing", f"No {name} credentials are set up.{later}", f"provkit auth login --set {name}")
    if not check:
        return _unchecked(found)
    try:
        return _check(found, config)
    except (AuthError, Unreachable, ConfigError, GuardError) as error:
        state: State = (
            "refused" if isinstance(error, AuthError) else "unreachable" if isinstance(error, Unreachable) else "unusable"
        )
        return _described(found, state, error)


def _keyring_wanted(config: Config) -> None:
    if not config.model(DeliverySettings, "defaults").use_keyring:
        raise ConfigError(
            "The setting use_keyring = false keeps provkit from the keyring.",
            remedy="Take it away, or give the credentials by the environment or a file (docs/getting-access.md).",
        )


def _targets(name: Set, config: Config) -> list[Environment]:
    return [environment(one, config) for one in SETS[name]]


def _allowed(name: Set, hosts: Collection[str], config: Config) -> frozenset[str]:
    """The hosts that a new login is bound to: those of its environments, each the university's own, or confirmed now."""
    confirmed = room.confirmed_hosts(name, config, hosts)
    bound = set(hosts_named(hosts))
    for target in _targets(name, config):
        room.authorise_hosts(Credentials(name, "", SecretStr(""), confirmed, ""), target, remedy=_HOST_REMEDY)
        bound |= {host_of(target.token_url), host_of(target.base_url)}
    return frozenset(bound)


def hosts_named(hosts: Collection[str]) -> frozenset[str]:
    """Hosts as they are compared, from hosts or addresses as a user writes them.

    Args:
        hosts: What the user wrote.
    """
    return frozenset(host_of(host if "://" in host else f"https://{host}") for host in hosts)


_HOST_REMEDY = (
    "If you did not write that address, somebody else's provkit.toml is in force: take it away. If the service has moved there, and a person you "
    "know at the university says so, add: --host {host}"
)


def _check(credentials: Credentials, config: Config) -> Status:
    """Ask every token endpoint of the set for a token.

    Raises:
        AuthError: One does not take them.
        Unreachable: One cannot be asked.
        GuardError: They may not go there.
    """
    asked: set[str] = set()
    scopes: list[str] = []
    for target in _targets(credentials.name, config):  # type: ignore[arg-type]
        made = Login(target, credentials)
        if target.token_url not in asked:
            asked.add(target.token_url)
            scopes += [scope for scope in [made.token().scope] if scope is not None]
    without = next((scope for scope in scopes if SCOPE not in scope.split()), None)
    remedy = None
    sentence = f"The login server takes the {credentials.name} credentials."
    if without is not None:
        sentence += f" But they lack the right {SCOPE}, without which nothing can be uploaded (they have: {without or 'none'})."
        remedy = f"Ask the service's team to give this client id the scope {SCOPE}."
    return _described(credentials, "works", None, sentence, remedy)


def _unchecked(credentials: Credentials) -> Status:
    return _described(
        credentials, "unchecked", None, f"There are {credentials.name} credentials; whether they work was not checked."
    )


def _described(
    credentials: Credentials, state: State, error: ProvkitError | None, sentence: str = "", remedy: str | None = None
) -> Status:
    name: Set = "production" if credentials.name == "production" else "test"
    if error is not None:
        sentence, remedy = error.message, error.remedy
    return Status(
        name, state, sentence, remedy, credentials.source, room.masked(credentials.client_id), tuple(sorted(credentials.hosts))
    )
