"""Client id and secret: where they are found, and where they may go.

There are two sets: one for beta and test, one for production. Each comes from `PROVKIT_TEST_CLIENT_ID` and `PROVKIT_TEST_CLIENT_SECRET`
(or `..._FILE`, a file that holds it), `PROVKIT_PRODUCTION_...` likewise, the secret from standard input, or both from the system's keyring,
where `provkit auth login` has put them. Never from an argument, never from provkit.toml.

**A secret, the token that it buys, and the files go to the hosts that the secret was given for, and to this computer, and nowhere else.** Those
in the keyring are bound to the hosts of their login; those in the environment, to the hosts on the university's page. Further ones are named by
`PROVKIT_TEST_HOSTS` (or `PROVKIT_PRODUCTION_HOSTS`). provkit.toml is looked for upward and may be somebody else's: it can change an address,
but not confirm one.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2
from pydantic import SecretStr

from provkit.config import Config
from provkit.delivery import keychain
from provkit.delivery.environments import CredentialSet, Environment, default_hosts, host_of, is_loopback
from provkit.delivery.keychain import KeyringLocked, NoKeyring
from provkit.delivery.settings import DeliverySettings
from provkit.errors import ConfigError, GuardError, SourceError

__all__ = [
    "Credentials",
    "Missing",
    "authorise_hosts",
    "confirmed_hosts",
    "entry_of",
    "find",
    "forget",
    "keep",
    "kept",
    "masked",
    "one_line",
]

IN_KEYRING = "your keyring"
"""Where credentials come from that `provkit auth login` has kept, in words."""


@dataclass(frozen=True)
class Credentials:
    """One set of credentials.

    Attributes:
        name: Which set.
        client_id: The client id; no secret, but nobody's business either.
        secret: The client secret; it shows itself as asterisks.
        hosts: Where it may go, besides this computer.
        source: Where the secret came from, in words.
    """

    name: CredentialSet
    client_id: str
    secret: SecretStr
    hosts: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that has to be set up before anything can be sent.

    Attributes:
        what: What is missing.
        remedy: What to type or do.
    """

    what: str
    remedy: str


def find(name: CredentialSet, config: Config, *, secret: SecretStr | None = None) -> Credentials | tuple[Missing, ...]:
    """Look for one set of credentials.

    Args:
        name: Which set.
        config: The settings, which hold the environment variables.
        secret: The secret, where it came over standard input.

    Returns:
        The credentials, or what is missing.

    Raises:
        ConfigError: A secret is given twice, or is not one line of text.
        SourceError: A file that should hold it cannot be read, or others can read it.
    """
    prefix = f"PROVKIT_{name}".upper()
    in_keyring, locked = None, ""
    silent = not any(
        config.variable(f"{prefix}_{what}{ending}") for what in ("CLIENT_ID", "CLIENT_SECRET") for ending in ("", "_FILE")
    )
    if silent and config.model(DeliverySettings, "defaults").use_keyring:
        try:
            in_keyring = kept(name)
        except KeyringLocked as error:
            locked = error.message
        except NoKeyring:
            in_keyring = None
        if in_keyring is not None:
            hosts = in_keyring.hosts | _confirmed(name, config)
            return (
                replace(in_keyring, hosts=hosts)
                if secret is None
                else replace(in_keyring, hosts=hosts, secret=secret, source="standard input")
            )
    client_id, _ = _value(config, f"{prefix}_CLIENT_ID")
    source = "standard input"
    if secret is None:
        found, source = _value(config, f"{prefix}_CLIENT_SECRET", private=True)
        secret = None if found is None else SecretStr(found)
    missing = []
    if silent and secret is None:
        what = f"the {name} credentials: client id and secret"
        return (Missing(f"{what}. {locked}" if locked else what, _how_to_log_in(name, prefix)),)
    if client_id is None:
        missing.append(Missing(f"the client id of the {name} credentials", _how_to_set(f"{prefix}_CLIENT_ID", "the client id")))
    if secret is None or not secret.get_secret_value():
        missing.append(
            Missing(
                f"the client secret of the {name} credentials",
                f"{_how_to_set(f'{prefix}_CLIENT_SECRET_FILE', 'a file that holds it')}\n"
                "Only you may be able to read that file. Or, instead of it:\n"
                "  set the secret itself as "
                f"{prefix}_CLIENT_SECRET\n  or pipe it in with --secret-stdin",
            )
        )
    if client_id is None or secret is None or missing:
        return tuple(missing)
    return Credentials(name, client_id, secret, default_hosts(name) | _confirmed(name, config), source)


def kept(name: CredentialSet) -> Credentials | None:
    """What the keyring holds of a set; None where it holds nothing.

    Args:
        name: Which set.

    Raises:
        NoKeyring: There is no keyring, or it does not open.
        ConfigError: What it holds is not what provkit has written.
    """
    saved = keychain.read(entry_of(name))
    if saved is None:
        return None
    try:
        found = json.loads(saved)
        return Credentials(
            name, str(found["client_id"]), SecretStr(str(found["secret"])), frozenset(map(str, found["hosts"])), IN_KEYRING
        )
    except (ValueError, KeyError, TypeError):
        pass
    # Said outside the handler: the error would carry the secret along.
    raise ConfigError(
        f"What the keyring holds as provkit's {name} credentials was not written by provkit.",
        remedy=f"provkit auth logout --set {name}",
    )


def keep(credentials: Credentials) -> None:
    """Put a set into the keyring, with the hosts that it is bound to.

    Args:
        credentials: The credentials.

    Raises:
        NoKeyring: There is no keyring that keeps them.
    """
    entry = {
        "client_id": credentials.client_id,
        "secret": credentials.secret.get_secret_value(),
        "hosts": sorted(credentials.hosts),
    }
    keychain.write(entry_of(credentials.name), json.dumps(entry))


def forget(name: CredentialSet) -> bool:
    """Take a set out of the keyring.

    Args:
        name: Which set.

    Returns:
        Whether there was one.

    Raises:
        NoKeyring: There is no keyring, or it does not open.
    """
    return keychain.erase(entry_of(name))


def masked(client_id: str) -> str:
    """A client id as it may be shown: enough to tell one from another.

    Args:
        client_id: The client id.
    """
    return f"{client_id[:3]}***" if len(client_id) > 6 else "***"


def authorise_hosts(credentials: Credentials, target: Environment, *, remedy: str | None = None) -> None:
    """Make sure that credentials, token and files go only where they may.

    Args:
        credentials: The credentials in use.
        target: The environment that is about to be spoken to.
        remedy: What to do about a host that is not confirmed; `{host}` in it is that host.

    Raises:
        GuardError: An address names a host that nobody has confirmed for this set; or provkit.toml names a certificate authority for a host
            of the university's.
    """
    for field, url in (("token_url", target.token_url), ("base_url", target.base_url)):
        host = host_of(url)
        if is_loopback(url) or host in credentials.hosts:
            continue
        raise GuardError(
            f"{field} of {target.name} (from {target.sources[field]}) is {host}. The {credentials.name} credentials were not given for "
            "that host, so neither they nor your files were sent there.",
            reason="host",
            remedy=(remedy or _remedy(credentials)).format(host=host),
        )
    if target.ca_bundle is not None and target.sources["ca_bundle"].endswith("]"):
        own = sorted({host_of(url) for url in (target.token_url, target.base_url)} & default_hosts(credentials.name))
        if own:
            raise GuardError(
                f"ca_bundle (from {target.sources['ca_bundle']}) would let {target.ca_bundle} vouch for {', '.join(own)}, the university's own. "
                "Nothing was sent.",
                reason="ca_bundle",
                remedy="If you did not write that, somebody else's provkit.toml is in force: take it away. If this network really wants it, say it "
                f"in the environment: {_assign(f'PROVKIT_{target.name}_CA_BUNDLE'.upper(), str(target.ca_bundle))}",
            )


def _remedy(credentials: Credentials) -> str:
    foreign = "If you did not write that address, somebody else's provkit.toml is in force: take it away. "
    moved = "If the service has moved there, and a person you know at the university says so:\n  "
    if credentials.source == IN_KEYRING:
        return f"{foreign}{moved}provkit auth login --set {credentials.name} --host {{host}}"
    return foreign + moved + _assign(f"PROVKIT_{credentials.name}_HOSTS".upper(), "{host}")


def confirmed_hosts(name: CredentialSet, config: Config, more: Iterable[str] = ()) -> frozenset[str]:
    """The hosts to which a set may go when it is first given: the university's, those of `PROVKIT_..._HOSTS`, and those named now.

    Args:
        name: Which set.
        config: The settings, which hold the environment variables.
        more: Hosts or addresses that the user names.
    """
    return default_hosts(name) | _confirmed(name, config) | _hosts(more)


def _confirmed(name: CredentialSet, config: Config) -> frozenset[str]:
    return _hosts(re.split(r"[\s,]+", config.variable(f"PROVKIT_{name}_HOSTS".upper()) or ""))


def _hosts(words: Iterable[str]) -> frozenset[str]:
    """Hosts as they are compared, from hosts or addresses as a person writes them."""
    try:
        return frozenset(host_of(word if "://" in word else f"https://{word}") for word in words if word)
    except (httpx2.InvalidURL, UnicodeError, ValueError) as error:
        raise ConfigError(
            f"That is not a host: {error}.", remedy="Write it as in: lms.example.edu or lms.example.edu:8443"
        ) from None


def entry_of(name: CredentialSet) -> str:
    """What a set is called in the keyring.

    Args:
        name: Which set.
    """
    return f"{name} credentials"


def _value(config: Config, variable: str, *, private: bool = False) -> tuple[str | None, str]:
    """A value from a variable, or from the file that VARIABLE_FILE names."""
    direct, file = config.variable(variable), config.variable(f"{variable}_FILE")
    if direct is not None and file is not None:
        raise ConfigError(f"Both {variable} and {variable}_FILE are set.", remedy="Take one of them away.")
    if file is None:
        return (None if direct is None else _line(direct, variable)), variable
    return _line(_read(Path(file), variable, private=private), f"{variable}_FILE"), f"{variable}_FILE"


def _read(path: Path, variable: str, *, private: bool) -> str:
    try:
        # Windows keeps a folder of the user's own private by inheritance; its mode bits say nothing.
        if private and os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SourceError(f"{path} holds a secret, and others on this computer can read it.", remedy=f"chmod 600 {path}")
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise SourceError(f"{variable}_FILE names {path}, which cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        pass
    # Said outside the handler: the decoding error would carry the file's bytes along.
    raise SourceError(f"{variable}_FILE names {path}, which is not a text file.")


def one_line(secret: SecretStr, where: str) -> SecretStr:
    """A secret without the line end that a pipe adds.

    Args:
        secret: The secret.
        where: Where it came from, for the message.

    Raises:
        ConfigError: It has more than one line.
    """
    return SecretStr(_line(secret.get_secret_value(), where))


def _line(text: str, where: str) -> str:
    """The value without the line end that an editor adds."""
    line = text.strip("\r\n")
    if "\n" in line or "\r" in line or "\0" in line:
        raise ConfigError(f"{where} holds more than one line.", remedy="It must hold nothing but the value itself.")
    return line


def _how_to_log_in(name: CredentialSet, prefix: str) -> str:
    return (
        f"provkit auth login --set {name}\n"
        "keeps both in this computer's keyring. On a computer without one, keep the\n"
        "secret in a file that only you can read:\n"
        f"  {_how_to_set(f'{prefix}_CLIENT_ID', 'the client id')}\n"
        f"  {_how_to_set(f'{prefix}_CLIENT_SECRET_FILE', 'file with the secret')}"
    )


def _how_to_set(variable: str, meaning: str) -> str:
    return _assign(variable, f"<{meaning}>")


def _assign(variable: str, value: str) -> str:
    return f'$env:{variable} = "{value}"' if os.name == "nt" else f'export {variable}="{value}"'
