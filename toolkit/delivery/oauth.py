"""The login: client credentials for a token (RFC 6749, 4.4). The token lives in memory only.

The endpoint is "UAA-style": Cloud Foundry UAA or the older Spring Security OAuth server, which differ in how they answer; both are
understood. No scope is asked for: that gives the client's own, and a wrong one would be refused.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus

import httpx2
from pydantic import SecretStr

from provkit.delivery.credentials import Credentials, authorise_hosts
from provkit.delivery.environments import Environment, host_of
from provkit.delivery.wire import Failure, Reply, connect_failure, open_client, read_reply, scrub
from provkit.errors import AuthError, Unreachable

__all__ = ["Login", "Token", "recognise_token_reply"]

CONNECT_TRIES = 3
PAUSE = 0.4
"""Seconds before a connection that failed is tried again; doubled each time."""
RENEW_AT = 0.9

# RFC 6750, 2.1. Anything else would have to be quoted in a header, and would turn up in the error that says so.
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")


@dataclass(frozen=True)
class Token:
    """A bearer token.

    Attributes:
        value: The token; it shows itself as asterisks.
        scope: The scopes that the endpoint says it has; None where it does not say.
        lifetime: Seconds from its issue; None where the endpoint does not say.
        issued: When it was issued, on the monotonic clock.
    """

    value: SecretStr
    scope: str | None = None
    lifetime: float | None = None
    issued: float = 0.0

    def is_fresh(self, now: float) -> bool:
        """Whether less than nine tenths of its lifetime have passed.

        Args:
            now: The monotonic clock.
        """
        return self.lifetime is None or now - self.issued < RENEW_AT * self.lifetime


class Login:
    """Gets tokens for one environment, and keeps the last one.

    Args:
        target: The environment.
        credentials: Client id and secret.

    Raises:
        GuardError: The credentials may not go to the environment's hosts.
    """

    def __init__(self, target: Environment, credentials: Credentials) -> None:
        authorise_hosts(credentials, target)
        self.target = target
        self._credentials = credentials
        self._token: Token | None = None

    @property
    def secrets(self) -> tuple[SecretStr, ...]:
        """Everything that must never be shown."""
        return (self._credentials.secret,) if self._token is None else (self._credentials.secret, self._token.value)

    def token(self) -> Token:
        """A token that is still good: the one at hand, or a new one.

        Raises:
            AuthError: The endpoint gives none.
            Unreachable: The endpoint cannot be reached.
        """
        if self._token is None or not self._token.is_fresh(time.monotonic()):
            self._token = self._fetch()
        return self._token

    def renew(self) -> Token:
        """A new token, whatever the old one looks like.

        Raises:
            AuthError: The endpoint gives none.
            Unreachable: The endpoint cannot be reached.
        """
        self._token = self._fetch()
        return self._token

    def _fetch(self) -> Token:
        method = self.target.auth_method
        with open_client(self.target, self.target.token_url) as client:
            issued = time.monotonic()
            reply = self._ask(client, "basic" if method == "auto" else method)
            if method == "auto" and reply.status == 401:
                second = self._ask(client, "body")
                # The first answer is the one to the way that every server must support; the second counts where it knows more.
                reply = second if _kind(second) not in _SAYS_NOTHING_NEW else reply
        found = recognise_token_reply(reply, self.target, issued)
        if isinstance(found, AuthError):
            raise found
        return found

    def _ask(self, client: httpx2.Client, method: str) -> Reply:
        """Ask once. A connection that does not come about is tried again: nothing has been said by then."""
        form = {"grant_type": "client_credentials"}
        headers: Mapping[str, str] = {}
        if method == "body":
            form |= {"client_id": self._credentials.client_id, "client_secret": self._credentials.secret.get_secret_value()}
        else:
            headers = {"Authorization": self._basic()}
        for attempt in range(1, CONNECT_TRIES + 1):
            try:
                with client.stream("POST", self.target.token_url, data=form, headers=headers) as response:
                    return read_reply(response, self.secrets)
            except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
                failure = connect_failure(error, host_of(self.target.token_url))
            except httpx2.TimeoutException:
                failure = Failure(
                    "token_timeout", "The login server took the question and did not answer in time.", "Try again later."
                )
                break
            except httpx2.HTTPError:
                failure = Failure("token_closed", "The login server closed the connection without an answer.", "Try again later.")
                break
            if attempt == CONNECT_TRIES or failure.kind in ("certificate", "tls"):
                break
            time.sleep(PAUSE * 2 ** (attempt - 1))
        # Raised here, not in a handler: the client's exceptions hold the request, and that holds the secret.
        raise Unreachable(f"No login: {failure.sentence} Nothing was sent.", kind=failure.kind, remedy=failure.remedy)

    def _basic(self) -> str:
        """Form-encoded before they are joined, as RFC 6749, 2.3.1 has it: a secret may hold `:`, `+` or `%`."""
        pair = f"{quote_plus(self._credentials.client_id)}:{quote_plus(self._credentials.secret.get_secret_value())}"
        return "Basic " + base64.b64encode(pair.encode("ascii")).decode("ascii")


def recognise_token_reply(reply: Reply, target: Environment, issued: float = 0.0) -> Token | AuthError:
    """Make of the token endpoint's answer a token, or the reason why there is none.

    Args:
        reply: The answer.
        target: The environment, for the sentences.
        issued: When the token was asked for, on the monotonic clock.
    """
    if reply.status == 200 and reply.json is not None and reply.complete:
        return _token(reply.json, reply, issued)
    kind = _kind(reply)
    sentence, remedy = _SENTENCES[kind]
    words = {
        "set": target.credentials,
        "env": target.name,
        "host": host_of(target.token_url),
        "status": reply.status,
        "heading": reply.heading and f" ({reply.heading})",
        "said": _said(reply) and f" (it says: {_said(reply)})",
        "variable": f"PROVKIT_{target.credentials}".upper(),
        "url_variable": f"PROVKIT_{target.name}_TOKEN_URL".upper(),
        "location": scrub(reply.headers.get("location", "another place").partition("?")[0], reply.hide),
    }
    return AuthError(sentence.format(**words), kind=kind, remedy=remedy.format(**words))


def _token(body: Mapping[str, object], reply: Reply, issued: float) -> Token | AuthError:
    value, kind = body.get("access_token"), body.get("token_type", "bearer")
    if not isinstance(value, str) or _TOKEN.fullmatch(value) is None or not isinstance(kind, str) or kind.lower() != "bearer":
        return AuthError(
            "The login server answered 200, but there is no usable token in its answer.",
            kind="token_garbage",
            remedy="Check token_url. If it is right, tell the service's team.",
        )
    try:
        lifetime = float(str(body["expires_in"]))
    except (KeyError, ValueError):
        lifetime = None
    scope = reply.said("scope") or None
    return Token(SecretStr(value), scope, lifetime, issued)


def _kind(reply: Reply) -> str:
    """Which answer it is, in a stable word."""
    if reply.json is not None and reply.status in (400, 401, 403):
        error, description = reply.said("error").lower(), reply.said("error_description").lower()
        for word, is_it in (
            ("token_request", error == "invalid_request"),
            ("grant_not_allowed", error in ("unsupported_grant_type", "unauthorized_client")),
            ("grant_not_allowed", "unauthorized grant type" in description),
            ("no_scope", error == "invalid_scope" and "empty scope" in description),
            ("scope_refused", error == "invalid_scope"),
        ):
            if is_it:
                return word
    if 300 <= reply.status < 400:
        return "token_redirect"
    return _BY_STATUS.get(reply.status, "token_gateway" if reply.status >= 500 else "token_garbage")


_BY_STATUS = {
    401: "wrong_client",
    403: "token_forbidden",
    404: "token_not_found",
    405: "token_not_found",
    429: "token_busy",
}


def _said(reply: Reply) -> str:
    return reply.said("error_description") or reply.said("error")


_SAYS_NOTHING_NEW = frozenset(
    {"wrong_client", "token_request", "token_forbidden", "token_gateway", "token_redirect", "token_not_found"}
)

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "wrong_client": (
        "The login server does not know this client id and secret{said}.",
        "Check {variable}_CLIENT_ID and the secret: copied whole, without blanks? Those for production differ from those for test.",
    ),
    "grant_not_allowed": (
        "The login server knows the client, but does not let it log in by itself{said}.",
        'Ask the service\'s team to allow the grant "client credentials" for this client id.',
    ),
    "token_request": (
        "The login server did not understand the question{said}.",
        "Something on the way may have taken the form out of the request (a proxy?), or token_url is not a token endpoint.",
    ),
    "no_scope": (
        "The login server knows the client, but it has been given no rights at all{said}.",
        "Ask the service's team to give this client id the scope lms:prov:upload.",
    ),
    "scope_refused": (
        "The login server refuses the rights that go with this client{said}.",
        "Ask the service's team to give this client id the scope lms:prov:upload.",
    ),
    "token_redirect": (
        "{host} points elsewhere ({location}) instead of answering; provkit does not follow with a secret in hand.",
        "Check token_url (or {url_variable}): the address may have changed, or this network wants a sign-in page first.",
    ),
    "token_forbidden": (
        "Something before the login server refuses this computer{heading}{said}.",
        "Check whether the VPN is needed from where you are.",
    ),
    "token_not_found": (
        "There is no login server at this address (status {status}){heading}.",
        "Check token_url (or {url_variable}): the address may have changed.",
    ),
    "token_busy": ("The login server asks to be left alone for a while (status {status}).", "Try again in some minutes."),
    "token_gateway": (
        "The login server is out of order (status {status}){heading}{said}. Nothing was sent.",
        "Try again later. If it stays so, tell the service's team.",
    ),
    "token_garbage": (
        "What came back from {host} is no answer of a login server (status {status}){heading}.",
        "Check token_url, and whether this network wants a sign-in page first.",
    ),
}
