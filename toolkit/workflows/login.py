"""What a send logs in with, and the sandbox that it may bring along."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import SecretStr

from provkit.config import Config
from provkit.delivery import Credentials, Environment, Missing, find
from provkit.delivery.environments import default_hosts

if TYPE_CHECKING:
    from provkit.sandbox import Seen

__all__ = ["credentials_for", "start_sandbox"]


def credentials_for(
    target: Environment, config: Config, secret: SecretStr | None = None
) -> tuple[Environment, Credentials | None, tuple[Missing, ...]]:
    """The credentials, and for a sandbox where it is.

    Args:
        target: Where it goes.
        config: The settings.
        secret: The client secret, where it came over standard input.

    Returns:
        The environment, what to log in with (None for a sandbox that is still to be started), and what is missing.

    Raises:
        ConfigError: A secret is given twice, or is not one line of text.
        SourceError: A file that should hold it cannot be read, or others can read it.
    """
    if target.name != "sandbox" or target.base_url or target.token_url:
        found = find(target.credentials, config, secret=secret)
        return (target, found, ()) if isinstance(found, Credentials) else (target, None, found)
    from provkit.sandbox import running

    here = running()
    if here is None:
        return target, None, ()
    sources = dict(target.sources) | dict.fromkeys(("base_url", "token_url"), "the sandbox that you have started")
    target = replace(target, base_url=here.base_url, token_url=here.token_url, sources=sources)
    return target, Credentials("sandbox", here.client_id, here.secret, default_hosts("sandbox"), "the sandbox"), ()


def start_sandbox(stack: ExitStack, target: Environment) -> tuple[Environment, Credentials, list[Seen]]:
    """A sandbox for the length of one send.

    Args:
        stack: What ends it.
        target: The environment, for its limits.

    Returns:
        The environment with the sandbox's addresses, credentials made up for it, and what it has seen.
    """
    from provkit.sandbox import Server, Settings

    server = stack.enter_context(Server(Settings(max_file=target.max_file, max_request=target.max_request)))
    here = server.address
    return (
        replace(target, base_url=here.base_url, token_url=here.token_url),
        Credentials("sandbox", here.client_id, here.secret, frozenset(), "made up"),
        server.uploads,
    )
