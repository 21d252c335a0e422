"""What the token endpoint and the upload endpoints have in common: one HTTP exchange, its answer as a value, and its failures in words.

Nothing here follows a redirect or repeats a request.
"""

from __future__ import annotations

import json
import logging
import re
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx2
from pydantic import SecretStr

from provkit._version import VERSION
from provkit.delivery.environments import Environment, host_of, is_loopback
from provkit.errors import ConfigError

__all__ = ["Failure", "Reply", "connect_failure", "open_client", "read_reply", "scrub"]

_log = logging.getLogger("provkit.delivery")
"""What `-v` shows: hosts, times, sizes, numbers; never a header of a request, nor a body."""
_TOLD = ("content-type", "date", "retry-after", "server", "via", "x-request-id")
"""The headers of an answer that `-vv` shows."""

LARGEST_REPLY = 1 << 20
"""How much of an answer is read; the service's longest is a page with a stack trace."""


@dataclass(frozen=True)
class Reply:
    """An answer as it came.

    Attributes:
        status: The status code.
        headers: The headers, names in lower case.
        body: The body, or as much of it as was read; never shown whole.
        complete: False where the connection broke before the body's end.
        hide: Secrets that must not be shown, should the answer repeat them.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False, default=b"")
    complete: bool = True
    hide: tuple[SecretStr, ...] = ()

    @property
    def text(self) -> str:
        """The body as text, for recognition only."""
        return self.body.decode("utf-8", "replace")

    @cached_property
    def json(self) -> Mapping[str, Any] | None:
        """The body as a JSON object; None where it is something else."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    @property
    def is_html(self) -> bool:
        """Whether a page for a browser came back."""
        if "html" in self.headers.get("content-type", "").lower():
            return True
        return re.match(rb"\s*<(!doctype|html|head|body)\b", self.body, re.IGNORECASE) is not None

    @property
    def heading(self) -> str:
        """What may be shown of a page: its title, else the first line of a plain text; short and without secrets."""
        if self.is_html:
            title = re.search(r"<(title|h1)\b[^>]*>(.*?)</\1", self.text, re.IGNORECASE | re.DOTALL)
            return "" if title is None else scrub(re.sub(r"<[^>]*>", " ", title[2]), self.hide)
        if self.json is not None:
            return ""
        return scrub(self.text.strip().partition("\n")[0], self.hide)

    def challenge(self, name: str) -> str:
        """One parameter of WWW-Authenticate, such as `error`; "" where it is not there.

        Args:
            name: The parameter.
        """
        found = re.search(
            rf'(?:^|[\s,]){re.escape(name)}="((?:[^"\\]|\\.)*)"', self.headers.get("www-authenticate", ""), re.IGNORECASE
        )
        return "" if found is None else scrub(found[1], self.hide)

    def said(self, key: str) -> str:
        """A text in the JSON body, fit to be shown; "" where there is none.

        Args:
            key: The member's name.
        """
        value = (self.json or {}).get(key)
        return scrub(value, self.hide) if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why no connection came about.

    Attributes:
        kind: A stable word.
        sentence: What happened.
        remedy: What to do.
    """

    kind: str
    sentence: str
    remedy: str


def scrub(text: str, hide: Iterable[SecretStr] = (), limit: int = 300) -> str:
    """A stranger's text, fit to be shown: one line, no control characters, no secrets, not long.

    Args:
        text: What came over the wire.
        hide: Secrets to take out.
        limit: The most characters to keep.
    """
    for secret in hide:
        value = secret.get_secret_value()
        if value:
            text = text.replace(value, "***")
    text = " ".join("".join(sign if sign.isprintable() or sign.isspace() else " " for sign in text).split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def open_client(target: Environment, url: str) -> httpx2.Client:
    """A client for one address: the system's certificates, no redirects, no proxy for this computer's own addresses.

    Args:
        target: The environment, for its timeouts and certificate authorities.
        url: The address that will be spoken to.

    Raises:
        ConfigError: The file of certificate authorities cannot be read.
    """
    trust_env = not is_loopback(url)
    _log.info(
        "connecting to %s, waiting %g s for a connection and %g s for bytes", host_of(url), target.connect_timeout, target.timeout
    )
    context = httpx2.create_ssl_context(trust_env=trust_env)
    if target.ca_bundle is not None:
        try:
            context.load_verify_locations(cafile=target.ca_bundle)
        except (OSError, ssl.SSLError):
            raise ConfigError(
                f"ca_bundle (from {target.sources['ca_bundle']}) names {target.ca_bundle}, which is not a readable file of certificates."
            ) from None
    timeout = httpx2.Timeout(target.timeout, connect=target.connect_timeout)
    headers = {"User-Agent": f"provkit/{VERSION}", "Accept": "application/json", "Accept-Encoding": "identity"}
    return httpx2.Client(verify=context, trust_env=trust_env, timeout=timeout, headers=headers, follow_redirects=False)


def read_reply(response: httpx2.Response, hide: tuple[SecretStr, ...]) -> Reply:
    """Read an answer whose status has come.

    Args:
        response: A streamed response.
        hide: Secrets that must not be shown.
    """
    chunks: list[bytes] = []
    size = 0
    complete = True
    try:
        for chunk in response.iter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if size >= LARGEST_REPLY:
                break
    except httpx2.HTTPError:
        complete = False
    headers = {name.lower(): value for name, value in response.headers.items()}
    request = response.request
    _log.info(
        "%s %s (%s bytes): status %d, %d bytes%s",
        request.method,
        request.url.copy_with(query=None),
        request.headers.get("content-length", "0"),
        response.status_code,
        size,
        "" if complete else ", broken off",
    )
    for name in _TOLD:
        if name in headers:
            _log.debug("%s: %s", name, scrub(headers[name], hide))
    return Reply(response.status_code, headers, b"".join(chunks)[:LARGEST_REPLY], complete, hide)


def connect_failure(error: httpx2.HTTPError, host: str) -> Failure:
    """Say why a connection did not come about.

    Args:
        error: What the client raised before anything was sent.
        host: The host, for the sentence.
    """
    _log.info("no connection to %s: %s", host, type(error).__name__)
    found = next((failure for cause in _causes(error) if (failure := _underneath(cause, host)) is not None), None)
    if found is not None:
        return found
    if isinstance(error, httpx2.TimeoutException):
        return Failure("connect_timeout", f"{host} did not answer in time.", "Check the network and the VPN, or try again later.")
    if isinstance(error, httpx2.ProxyError):
        return Failure(
            "proxy", f"The network's proxy does not let through to {host} ({scrub(str(error))}).", "Ask who runs the network."
        )
    return Failure("network", f"No connection to {host} came about.", "Check the network and the VPN, or try again later.")


def _underneath(cause: BaseException, host: str) -> Failure | None:
    """What the operating system or the TLS library says."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Failure(
            "certificate",
            f"{host} showed a certificate that this computer does not trust ({scrub(cause.verify_message)}).",
            "Somebody may be listening in, or this network inspects traffic, or the clock of this computer is wrong. "
            "Do not send until it is explained. For a service behind a private certificate authority, name its file as ca_bundle.",
        )
    if isinstance(cause, ssl.SSLError):
        return Failure(
            "tls", f"No safe connection to {host} came about ({scrub(cause.reason or 'TLS')}).", "Check the address and its port."
        )
    if isinstance(cause, socket.gaierror):
        return Failure(
            "name",
            f"This computer does not find the host {host}.",
            "Check the network, the VPN, and the address: the service's hosts may have changed.",
        )
    if isinstance(cause, ConnectionRefusedError):
        return Failure("refused", f"{host} is there, but nothing answers at that port.", "Check the address, or try again later.")
    return None


def _causes(error: BaseException) -> Iterable[BaseException]:
    """The error and what it came from."""
    here: BaseException | None = error
    while here is not None:
        yield here
        here = here.__cause__ or here.__context__
