"""What the service's answers mean: every known one becomes an `Outcome`, a sentence and what to do.

Known from the service's source (UploadRestController, DeptProvFileUploadService, FileParsingUtil, SecurityConfig), Spring's own
classes, and what a proxy in front may say. The service turns every unforeseen exception into status 500 with a page for browsers, so
the exception's class is read out of that page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from provkit.delivery.environments import Environment
from provkit.delivery.page import cause_of, exception_of
from provkit.delivery.wire import Reply, scrub
from provkit.errors import AuthError, DeliveryError, OutcomeUnknown, Refused

__all__ = ["Outcome", "recognise"]

EXPECTED = "The files are being processed. Summary emails will be sent at a later time."
"""What the service says when it has queued the files."""


@dataclass(frozen=True)
class Outcome:
    """What came of an upload.

    Attributes:
        kind: A stable word.
        sentence: What happened, for a person.
        remedy: What to do; None where there is nothing to do.
        status: The status code.
        facts: Short public facts out of the answer: the service's message, an exception's class, the files that it names.
        error: Which error it is; None for an upload that was taken.
    """

    kind: str
    sentence: str
    remedy: str | None
    status: int
    facts: Mapping[str, str] = field(default_factory=dict)
    error: type[DeliveryError] | None = None

    @property
    def accepted(self) -> bool:
        """Whether the service took the upload."""
        return self.error is None

    def raise_if_refused(self) -> None:
        """Raise what this outcome is, unless the upload was taken.

        Raises:
            AuthError: The token or the client is not taken.
            Refused: The service said no; nothing was processed.
            OutcomeUnknown: The answer does not tell.
        """
        if self.error is not None:
            raise self.error(self.sentence, kind=self.kind, remedy=self.remedy)


def recognise(reply: Reply, target: Environment, local_names: Mapping[str, str] | None = None) -> Outcome:
    """Say what an answer means.

    Args:
        reply: The answer.
        target: The environment that gave it.
        local_names: What the files are called on this computer, by their names on the wire.
    """
    status = reply.status
    if status == 200:
        return _taken(reply)
    if status == 401:
        return _unauthorised(reply, target)
    if status == 403:
        return _forbidden(reply, target)
    if status == 400 and reply.said("message"):
        return _refused_files(reply, local_names or {})
    if status >= 500:
        return _broken(reply)
    return _elsewhere(reply, target)


def _taken(reply: Reply) -> Outcome:
    message = reply.said("message")
    if not message or not reply.complete:
        what = "a page for a browser" if reply.is_html else "something else"
        return Outcome(
            "not_the_service",
            f"The answer has status 200, but instead of the service's JSON it is {what}{_shown(reply)}. "
            "It is not known whether the files were taken.",
            "Check base_url, and whether this network wants a sign-in page first. Before you send again, wait for the mail with the results.",
            200,
            error=OutcomeUnknown,
        )
    return Outcome("accepted", f"The service says: {message}", None, 200, {"message": message})


def _unauthorised(reply: Reply, target: Environment) -> Outcome:
    if reply.challenge("error") == "invalid_token":
        why = reply.challenge("error_description")
        clock = " Its clock and that of this computer may differ." if "expired" in why else ""
        return Outcome(
            "token_refused",
            f"The service does not accept a token that the login server has just given{f' ({why})' if why else ''}. Nothing was read.{clock}",
            f"Check that token_url and base_url of {target.name} belong together: the {target.credentials} credentials are for "
            f"{'beta and test' if target.credentials == 'test' else target.credentials}.",
            401,
            error=AuthError,
        )
    if "No username could be found" in reply.said("message"):
        return Outcome(
            "no_client_in_token",
            "The service finds no client in the token. Nothing was processed.",
            "Tell the service's team: the token names neither user_name nor client_id.",
            401,
            {"message": reply.said("message")},
            AuthError,
        )
    return Outcome(
        "not_logged_in",
        f"The service, or something before it, wants a login and saw none{_shown(reply)}. Nothing was processed.",
        "A proxy may have taken the token out of the request. Check base_url and the network.",
        401,
        error=AuthError,
    )


def _forbidden(reply: Reply, target: Environment) -> Outcome:
    message = reply.said("message")
    if reply.challenge("error") == "insufficient_scope":
        return Outcome(
            "scope_missing",
            "The login worked, but this client lacks the right to upload. Nothing was read.",
            "Ask the service's team to give the client the scope lms:prov:upload.",
            403,
            error=AuthError,
        )
    if "is not authorized to upload" in message:
        return Outcome(
            "client_not_authorised",
            f"The login worked, but the service does not have this client on its list. It says: {message}. Nothing was processed.",
            f"Ask the service's team to enter the client for your group in {target.name}; every environment has a list of its own.",
            403,
            {"message": message},
            AuthError,
        )
    if reply.is_html:
        return Outcome(
            "blocked",
            f"Something before the service refuses this computer{_shown(reply)}. Nothing was processed.",
            "Check whether the VPN is needed from where you are.",
            403,
            error=AuthError,
        )
    # Spring checks for forged requests before it looks at logins: a POST whose token was lost ends here, not at 401.
    return Outcome(
        "token_lost",
        "The service saw no token in the request. Nothing was read.",
        "A proxy may have taken the token out of the request. Check base_url and the network.",
        403,
        error=AuthError,
    )


_BAD_FORMAT = re.compile(r"The format of (.*) did not conform to any of the documented formats\.?", re.DOTALL)
_NO_USERS = re.compile(r"No files found that match the '.*' format")


def _refused_files(reply: Reply, local_names: Mapping[str, str]) -> Outcome:
    """Status 400 with the service's JSON: the whole upload is refused."""
    message = reply.said("message")
    facts = {"message": message}
    if "No files to process" in message:
        return Outcome(
            "no_files",
            f"The service found no files in the upload: {message}.",
            "If you sent an archive, it is empty or no ZIP: build it again with provkit build.",
            400,
            facts,
            Refused,
        )
    if "Unable to unzip" in message:
        return Outcome(
            "not_unzipped",
            f"The service could not open the archive: {message}.",
            "Build it again with provkit build, or send the files one by one: provkit send --individual.",
            400,
            facts,
            Refused,
        )
    if "custom user notification was desired" in message:
        return Outcome(
            "message_missing",
            "A message to new guests was asked for, but the upload holds no message.properties that the service can use.",
            "Build the package with a message that has sender, subject and body; provkit validate says what is wrong with it.",
            400,
            facts,
            Refused,
        )
    sentences, files = [], []
    errors = (reply.json or {}).get("fileErrors")
    for error in errors if isinstance(errors, list) else ():
        title = error.get("title") if isinstance(error, dict) else None
        if not isinstance(title, str):
            continue
        bad = _BAD_FORMAT.fullmatch(title.strip())
        if bad is not None:
            name = scrub(bad[1], reply.hide)
            local = local_names.get(bad[1], name)
            files.append(local)
            shown = local if local == name else f"{local} (sent as {name})"
            sentences.append(
                f"{shown}: the service recognises no kind of file. Its header line is not one of the legal ones, a quote is left open, "
                "or it is empty."
            )
        elif _NO_USERS.search(title):
            sentences.append("A message to new guests was asked for, but the upload holds no users file.")
        else:
            sentences.append(f"The service says: {scrub(title, reply.hide)}")
    if not sentences:
        return Outcome(
            "refused",
            f"The service refused the upload: {message}. Nothing was processed.",
            "Run provkit validate on the package, and tell the service's team if it finds nothing.",
            400,
            facts,
            Refused,
        )
    if files:
        facts["files"] = ", ".join(files)
    return Outcome(
        "files_refused" if files else "no_users_file",
        "The service refused the whole upload; nothing was processed.\n" + "\n".join(f"- {sentence}" for sentence in sentences),
        "provkit validate says the line and the reason. Correct it, build again, and send everything again."
        if files
        else "Send without --notify, from a package built without a message.",
        400,
        facts,
        Refused,
    )


def _broken(reply: Reply) -> Outcome:
    """Status 5xx: the service itself, or a proxy before it."""
    name = exception_of(reply) if reply.status == 500 else None
    if name is not None:
        facts = {"exception": name}
        cause = cause_of(reply)
        if cause is not None:
            tail = " It is not quite certain that nothing was queued." if cause.queued else " Nothing was processed."
            return Outcome(cause.kind, cause.sentence + tail, cause.remedy, 500, facts, OutcomeUnknown if cause.queued else Refused)
        return Outcome(
            "server_error",
            f"The service failed while it worked on the upload ({name}). It is not known whether the files were queued.",
            _BEFORE_AGAIN,
            500,
            facts,
            OutcomeUnknown,
        )
    if reply.status == 503:
        return Outcome(
            "unavailable",
            f"The service is not available (status 503){_shown(reply)}. The upload was not taken.",
            "Try again later.",
            503,
            error=Refused,
        )
    if reply.status in (502, 504):
        return Outcome(
            "gateway",
            f"A gateway before the service had no answer from it (status {reply.status}){_shown(reply)}. "
            "It is not known whether the files were taken.",
            _BEFORE_AGAIN,
            reply.status,
            error=OutcomeUnknown,
        )
    return Outcome(
        "server_error",
        f"The service failed (status {reply.status}){_shown(reply)}. It is not known whether the files were queued.",
        _BEFORE_AGAIN,
        reply.status,
        error=OutcomeUnknown,
    )


_BEFORE_AGAIN = "Before you send again, wait for the mail with the results, or ask the service's team whether the files came in."


def _elsewhere(reply: Reply, target: Environment) -> Outcome:
    """What the service itself does not say: proxies, wrong addresses."""
    status, shown = reply.status, _shown(reply)
    if 300 <= status < 400:
        location = scrub(reply.headers.get("location", "").partition("?")[0], reply.hide)
        return Outcome(
            "redirected",
            f"The address points elsewhere (status {status}{f', to {location}' if location else ''}). provkit does not follow, "
            "and nothing was processed.",
            f"Check base_url of {target.name}: it must be the address up to, and without, /rest/upload.",
            status,
            error=Refused,
        )
    if status in (404, 405, 410):
        return Outcome(
            "wrong_address",
            f"There is no upload at this address (status {status}){shown}. Nothing was processed.",
            "Check base_url and the group's name; the address may have changed.",
            status,
            error=Refused,
        )
    if status == 413:
        return Outcome(
            "too_large",
            f"Something before the service finds the upload too large (status 413){shown}. Nothing was processed.",
            "Send the ZIP, or split the roster by courses.",
            413,
            error=Refused,
        )
    if status == 429:
        return Outcome(
            "busy", "The service asks to be left alone for a while (status 429).", "Try again in some minutes.", 429, error=Refused
        )
    if 400 <= status < 500:
        return Outcome(
            "refused_unknown",
            f"Something refused the upload with an answer that the service does not give (status {status}){shown}. Nothing was processed.",
            "Check base_url, and whether a proxy stands between.",
            status,
            error=Refused,
        )
    return Outcome(
        "not_the_service",
        f"The answer has status {status}, which the service does not give{shown}. It is not known whether the files were taken.",
        _BEFORE_AGAIN,
        status,
        error=OutcomeUnknown,
    )


def _shown(reply: Reply) -> str:
    """What may be shown of an answer that is not understood."""
    return f' ("{reply.heading}")' if reply.heading else ""
