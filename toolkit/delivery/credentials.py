"""Client id and secret: where they are found, and where they may go.

There are two sets: one for beta and test, one for production. Each comes from `PROVKIT_TEST_CLIENT_ID` and `PROVKIT_TEST_CLIENT_SECRET`
(or `..._FILE`, a file that holds it), `PROVKIT_PRODUCTION_...` likewise, or the secret from standard input. Never from an argument,
never from provkit.toml.

**A secret, the token that it buys, and the files go to the hosts on the university's page for that set, to this computer, and to the
hosts that `PROVKIT_TEST_HOSTS` (or `PROVKIT_PRODUCTION_HOSTS`) names, and nowhere else.** provkit.toml is looked for upward and may be
somebody else's: it can change an address, but not confirm one.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from provkit.config import Config
from provkit.delivery.environments import CredentialSet, Environment, default_hosts, host_of, is_loopback
from provkit.errors import ConfigError, GuardError, SourceError

__all__ = ["Credentials", "Missing", "authorise_hosts", "find"]


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
    client_id, _ = _value(config, f"{prefix}_CLIENT_ID")
    source = "standard input"
    if secret is None:
        found, source = _value(config, f"{prefix}_CLIENT_SECRET", private=True)
        secret = None if found is None else SecretStr(found)
    missing = []
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


def authorise_hosts(credentials: Credentials, target: Environment) -> None:
    """Make sure that credentials, token and files go only where they may.

    Args:
        credentials: The credentials in use.
        target: The environment that is about to be spoken to.

    Raises:
        GuardError: An address names a host that nobody has confirmed for this set.
    """
    for field, url in (("token_url", target.token_url), ("base_url", target.base_url)):
        host = host_of(url)
        if is_loopback(url) or host in credentials.hosts:
            continue
        variable = f"PROVKIT_{credentials.name}_HOSTS".upper()
        raise GuardError(
            f"{field} of {target.name} (from {target.sources[field]}) is {host}. The {credentials.name} credentials were not given for "
            "that host, so neither they nor your files were sent there.",
            reason="host",
            remedy=f"If you did not write that address, somebody else's provkit.toml is in force: take it away. "
            f"If the service has moved there, and a person you know at the university says so:\n  {_assign(variable, host)}",
        )


def _confirmed(name: CredentialSet, config: Config) -> frozenset[str]:
    words = re.split(r"[\s,]+", config.variable(f"PROVKIT_{name}_HOSTS".upper()) or "")
    return frozenset(host_of(word if "://" in word else f"https://{word}") for word in words if word)


def _value(config: Config, variable: str, *, private: bool = False) -> tuple[str | None, str]:
    """A value from a variable, or from the file that VARIABLE_FILE names."""
    direct, file = config.variable(variable), config.variable(f"{variable}_FILE")
    if direct is not None and file is not None:
        raise ConfigError(f"Both {variable} and {variable}_FILE are set.", remedy="Take one of them away.")
    if file is None:
        return (None if direct is None else _one_line(direct, variable)), variable
    return _one_line(_read(Path(file), variable, private=private), f"{variable}_FILE"), f"{variable}_FILE"


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


def _one_line(text: str, where: str) -> str:
    """The value without the line end that an editor adds."""
    line = text.strip("\r\n")
    if "\n" in line or "\r" in line or "\0" in line:
        raise ConfigError(f"{where} holds more than one line.", remedy="It must hold nothing but the value itself.")
    return line


def _how_to_set(variable: str, meaning: str) -> str:
    return _assign(variable, f"<{meaning}>")


def _assign(variable: str, value: str) -> str:
    return f'$env:{variable} = "{value}"' if os.name == "nt" else f'export {variable}="{value}"'
