"""The service behind HTTP: a token endpoint, and both upload endpoints answering what `provkit.receiver` says.

What the receiver does not say (statuses and shapes before and around it) follows the service's source: its security filters answer
first, and every unforeseen exception becomes status 500 with a page for browsers.
"""

from __future__ import annotations

import base64
import binascii
import html
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import unquote_plus

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from provkit.package import Package
from provkit.receiver import Reception, receive
from provkit.receiver.intake import Uncaught

__all__ = ["Pretend", "Seen", "Settings", "make_app"]

CLIENT_ID = "sandbox"
LIFETIME = 43_199
PART_NAME = "deptFileUpload"
MAX_PARTS = 50
"""The most parts that the service's web server takes (Tomcat's default)."""


class Pretend(StrEnum):
    """What the sandbox can pretend to be wrong."""

    WRONG_CLIENT = "wrong-client"
    """The login server does not know the client."""
    NO_SCOPE = "no-scope"
    """The client lacks the right to upload."""
    NOT_AUTHORISED = "not-authorised"
    """The client is not on the service's list."""
    EXPIRED_ONCE = "expired-once"
    """The first token counts as expired."""
    QUEUE_DOWN = "queue-down"
    """The service cannot put the files into its queue."""
    GATEWAY = "gateway"
    """A gateway before the service has no answer from it."""


@dataclass(frozen=True)
class Settings:
    """How a sandbox behaves.

    Attributes:
        client_id: The made-up client id.
        secret: The made-up client secret.
        groups: The groups that it knows; None for any. An unknown one gets status 200 all the same, as with the service.
        pretend: What it pretends to be wrong, if anything.
        max_file: The largest file taken, in bytes; 0 for no limit.
        max_request: The largest request taken, in bytes; 0 for no limit.
    """

    client_id: str = CLIENT_ID
    secret: SecretStr = field(default_factory=lambda: SecretStr(secrets.token_urlsafe(18)))
    groups: frozenset[str] | None = None
    pretend: Pretend | None = None
    max_file: int = 1_048_576
    max_request: int = 10_485_760


@dataclass(frozen=True, eq=False)
class Seen:
    """One upload, as the sandbox received and judged it.

    Attributes:
        group: The group in its address.
        group_known: Whether that is a group of this sandbox; the results of an unknown one reach nobody.
        package: The files.
        notify: Whether the notification was asked for.
        reception: What the receiver makes of it; None where the upload never got that far.
        status: The status that was answered.
    """

    group: str
    group_known: bool
    package: Package
    notify: bool
    reception: Reception | None
    status: int


class _Unforeseen(Exception):
    """An exception that the service does not foresee: it becomes the page."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message


class _Stopped(Exception):
    """An answer given before the upload is looked at."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class _Sandbox:
    """The endpoints, and the tokens given out."""

    def __init__(self, settings: Settings, seen: Callable[[Seen], None], instance: str) -> None:
        self.settings = settings
        self.seen = seen
        self.instance = instance
        self.tokens: set[str] = set()
        self.expired: set[str] = set()

    async def about(self, _request: Request) -> Response:
        """Say what this is; by `instance`, `send` knows its own user's sandbox again."""
        return JSONResponse({"provkit": "sandbox", "instance": self.instance})

    async def token(self, request: Request) -> Response:
        """The token endpoint, as UAA answers."""
        async with request.form() as form:
            said = {name: value for name, value in form.items() if isinstance(value, str)}
        wrong = self.settings.pretend is Pretend.WRONG_CLIENT
        if wrong or not self._knows(_client(request.headers.get("authorization"), said)):
            headers = {"WWW-Authenticate": 'Basic realm="UAA/client", error="unauthorized", error_description="Bad credentials"'}
            return _oauth_error(401, "invalid_client", "Bad credentials", headers)
        if not said.get("grant_type"):
            return _oauth_error(400, "invalid_request", "Missing grant type")
        if said["grant_type"] != "client_credentials":
            return _oauth_error(400, "unsupported_grant_type", f"Unsupported grant type: {said['grant_type']}")
        scope = "uaa.none" if self.settings.pretend is Pretend.NO_SCOPE else "lms:prov:upload"
        if said.get("scope", scope) != scope:
            return _oauth_error(400, "invalid_scope", f"Invalid scope: {said['scope']}")
        token = secrets.token_urlsafe(32)
        if self.settings.pretend is Pretend.EXPIRED_ONCE and not self.tokens:
            self.expired.add(token)
        self.tokens.add(token)
        return JSONResponse(
            {"access_token": token, "token_type": "bearer", "expires_in": LIFETIME, "scope": scope, "jti": secrets.token_hex(16)},
            headers={"Cache-Control": "no-store"},
        )

    def _knows(self, client: tuple[str, str] | None) -> bool:
        settings = self.settings
        return client is not None and secrets.compare_digest(
            "\0".join(client).encode(), f"{settings.client_id}\0{settings.secret.get_secret_value()}".encode()
        )

    async def upload(self, request: Request) -> Response:
        """Loose files."""
        return await self._take(request, archive=False)

    async def upload_zip(self, request: Request) -> Response:
        """One archive."""
        return await self._take(request, archive=True)

    async def _take(self, request: Request, *, archive: bool) -> Response:
        try:
            self._admit(request)
            package, notify = await _read(request, self.settings, archive=archive)
            group = request.path_params["dept"]
            reception, response = await run_in_threadpool(self._judge, package, notify=notify)
        except _Stopped as stopped:
            async for _ in request.stream():  # read on, so that the client gets to see the answer
                pass
            return stopped.response
        except _Unforeseen as error:
            return _page(error.name, error.message)
        groups = self.settings.groups
        known = groups is None or group.casefold() in {one.casefold() for one in groups}
        await run_in_threadpool(self.seen, Seen(group, known, package, notify, reception, response.status_code))
        return response

    def _admit(self, request: Request) -> None:
        """The security filters: they answer before anything of the body is read."""
        pretend = self.settings.pretend
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            # The check against forged requests comes before the login, so a POST without a token is forbidden, not unauthorised.
            raise _Stopped(Response(status_code=403, headers={"WWW-Authenticate": "Bearer"}))
        if token not in self.tokens or token in self.expired:
            why = "Jwt expired at 2026-01-01T00:00:00Z" if token in self.expired else "Malformed token"
            raise _Stopped(_challenge(401, "invalid_token", f"An error occurred while attempting to decode the Jwt: {why}"))
        if pretend is Pretend.NO_SCOPE:
            what = "The request requires higher privileges than provided by the access token."
            raise _Stopped(_challenge(403, "insufficient_scope", what))
        if pretend is Pretend.GATEWAY:
            raise _Stopped(HTMLResponse("<html><head><title>502 Bad Gateway</title></head></html>", 502))

    def _judge(self, package: Package, *, notify: bool) -> tuple[Reception | None, Response]:
        if self.settings.pretend is Pretend.NOT_AUTHORISED:
            return None, _result(403, f"User ({self.settings.client_id}) is not authorized to upload files")
        reception = receive(package, notify=notify)
        answer = reception.answer
        if answer.status == 200 and self.settings.pretend is Pretend.QUEUE_DOWN:
            raise _Unforeseen("org.springframework.amqp.AmqpConnectException", "java.net.ConnectException: Connection refused")
        if answer.status is None:
            raise _Unforeseen(*_UNCAUGHT[answer.uncaught or ""])
        return reception, JSONResponse(answer.body, answer.status)

    async def elsewhere(self, request: Request) -> Response:
        """Any other address: below /rest an unforeseen exception, elsewhere the pages for browsers."""
        if request.url.path.startswith("/rest/"):
            if request.url.path.startswith("/rest/upload/"):
                return _page(
                    "org.springframework.web.HttpRequestMethodNotSupportedException",
                    f"Request method '{request.method}' is not supported",
                )
            return _page(
                "org.springframework.web.servlet.resource.NoResourceFoundException", f"No static resource {request.url.path[1:]}."
            )
        return RedirectResponse("/accessDenied", 302)


async def _read(request: Request, settings: Settings, *, archive: bool) -> tuple[Package, bool]:
    """The files and the flag, out of the form."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/"):
        async for _ in request.stream():
            pass
        raise _Unforeseen("org.springframework.web.multipart.MultipartException", "Current request is not a multipart request")
    try:
        async with request.form(max_files=1000, max_fields=1000, max_part_size=1 << 26) as form:
            fields = list(form.multi_items())
            # A part is a file by having a file name, even an empty one; without, it is a text field of that name.
            files = [(value.filename, await value.read()) for _, value in fields if isinstance(value, UploadFile)]
            named = [
                file
                for file, name in zip(files, (name for name, value in fields if isinstance(value, UploadFile)), strict=True)
                if name == PART_NAME
            ]
            flags = [value for name, value in fields if name == "customUsersNotification" and isinstance(value, str)]
    except HTTPException:
        raise _Unforeseen(
            "org.springframework.web.multipart.MultipartException", "Failed to parse multipart servlet request"
        ) from None
    flags += request.query_params.getlist("customUsersNotification")
    size = int(request.headers.get("content-length") or 0)
    if (settings.max_request and size > settings.max_request) or (
        settings.max_file and any(len(content) > settings.max_file for _, content in files)
    ):
        raise _Unforeseen("org.springframework.web.multipart.MaxUploadSizeExceededException", "Maximum upload size exceeded")
    if len(fields) > MAX_PARTS:
        raise _Unforeseen("org.apache.tomcat.util.http.fileupload.impl.FileCountLimitExceededException", "attachment")
    if not named:
        raise _Unforeseen(
            "org.springframework.web.multipart.support.MissingServletRequestPartException",
            f"Required part '{PART_NAME}' is not present.",
        )
    notify = _flag(flags[0] if flags else "")
    package = Package.from_zip(named[0][1], named[0][0] or "") if archive else Package.from_files(named)
    return package, notify


_UNCAUGHT: Mapping[str, tuple[str, str]] = {
    Uncaught.MALFORMED_ESCAPE: ("java.lang.IllegalArgumentException", "Malformed \\uxxxx encoding."),
    Uncaught.NAME_MISSING: ("java.lang.NullPointerException", "name"),
    Uncaught.NAME_NOT_FOR_ZIP: ("java.lang.IllegalArgumentException", "invalid entry name"),
    Uncaught.ARCHIVE_NAME_TOO_LONG: ("java.lang.RuntimeException", "a name in the archive is too long"),
    Uncaught.ARCHIVE_TOO_LARGE: ("java.lang.OutOfMemoryError", "Java heap space"),
}
"""What stands on the page for what leaves the controller; the classes of the last two are not known from any run."""

_BOOLEANS: Mapping[str, bool] = dict.fromkeys(("true", "on", "yes", "1"), True) | dict.fromkeys(
    ("false", "off", "no", "0", ""), False
)


def _flag(text: str) -> bool:
    """A boolean as Spring reads it."""
    try:
        return _BOOLEANS[text.strip().lower()]
    except KeyError:
        raise _Unforeseen(
            "org.springframework.web.method.annotation.MethodArgumentTypeMismatchException",
            f"Failed to convert value of type 'java.lang.String' to required type 'boolean'; Invalid boolean value [{text}]",
        ) from None


def _client(header: str | None, form: Mapping[str, str]) -> tuple[str, str] | None:
    """Client id and secret as they were presented; with a header, the form's are not looked at."""
    if header is None:
        return (form["client_id"], form["client_secret"]) if {"client_id", "client_secret"} <= form.keys() else None
    scheme, _, pair = header.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(pair, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (unquote_plus(client_id), unquote_plus(secret)) if scheme.lower() == "basic" and colon else None


def _oauth_error(status: int, error: str, description: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status, headers=headers)


def _challenge(status: int, error: str, description: str) -> Response:
    uri = "https://tools.ietf.org/html/rfc6750#section-3.1"
    value = f'Bearer error="{error}", error_description="{description}", error_uri="{uri}"'
    return Response(status_code=status, headers={"WWW-Authenticate": value})


def _result(status: int, message: str) -> Response:
    return JSONResponse({"message": message, "fileErrors": None}, status)


def _page(name: str, message: str) -> Response:
    """The page for an unforeseen exception, with its stack trace."""
    return HTMLResponse(
        "<!DOCTYPE html>\n<html><head><title>Application Error</title></head><body>\n"
        f'<span id="errorMessage">{html.escape(message)}</span>\n'
        f'<div id="errorContent" hidden><pre>{html.escape(f"{name}: {message}")}\n'
        "\tat edu.iu.uits.lms.provisioning.controller.rest.UploadRestController (a provkit sandbox has no stack)\n</pre></div>\n"
        "</body></html>\n",
        500,
    )


def make_app(settings: Settings, seen: Callable[[Seen], None], instance: str = "") -> Starlette:
    """The application.

    Args:
        settings: How it behaves.
        seen: Told of each upload that got as far as the service's own code, before the answer goes out.
        instance: What it calls itself.
    """
    sandbox = _Sandbox(settings, seen, instance)
    every: Any = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(
        routes=[
            Route("/", sandbox.about),
            Route("/oauth/token", sandbox.token, methods=["POST"]),
            Route("/rest/upload/{dept}", sandbox.upload, methods=["POST"]),
            Route("/rest/upload/{dept}/zip", sandbox.upload_zip, methods=["POST"]),
            Route("/{rest:path}", sandbox.elsewhere, methods=every),
        ]
    )
