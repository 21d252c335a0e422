"""The page that the service answers with, status 500, when something happens that it does not foresee: a stack trace for a browser.

Its error handling turns every exception into that page, a file too large and a missing part included, so the cause has to be read from the
exception's class.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from provkit.delivery.wire import Reply, scrub

__all__ = ["Cause", "cause_of", "exception_of"]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why the service failed, known by an exception that the page names.

    Attributes:
        pattern: What the exception's line matches.
        kind: A stable word.
        sentence: What happened.
        remedy: What to do.
        queued: False where it happens before anything is queued; True where that is not quite certain.
    """

    pattern: str
    kind: str
    sentence: str
    remedy: str
    queued: bool = False


_CAUSES = (
    Cause(
        r"MaxUploadSizeExceeded|FileSizeLimitExceeded|SizeLimitExceeded",
        "too_large",
        "The upload is larger than the service takes.",
        "One file may have 1 MB and one upload 10 MB, unless the service says otherwise: send the ZIP, or split the roster by courses.",
    ),
    Cause(
        r"FileCountLimitExceeded",
        "too_many_parts",
        "The upload has more files than the service takes.",
        "Send the ZIP instead of the single files.",
    ),
    Cause(
        r"MissingServletRequestPart|MissingServletRequestParameter",
        "part_missing",
        "The service found no file in the request (no part deptFileUpload).",
        "Something on the way may have changed the request (a proxy?). Tell the service's team if it stays so.",
    ),
    Cause(
        r"HttpRequestMethodNotSupported|HttpMediaTypeNotSupported",
        "wrong_request",
        "The service does not take this kind of request at this address.",
        "Check base_url and the group's name.",
    ),
    Cause(
        r"NoResourceFound|NoHandlerFound",
        "wrong_address",
        "The service knows no such address.",
        "Check base_url and the group's name; the address may have changed.",
    ),
    Cause(
        r"MethodArgumentTypeMismatch|TypeMismatch",
        "wrong_request",
        "The service did not understand a field of the request.",
        "Tell those who make provkit.",
    ),
    Cause(
        r"MultipartException|MultipartStream|MalformedStream|InvalidContentType",
        "wrong_request",
        "The service could not read the request as a form with files.",
        "Something on the way may have changed or cut the request. Try again later; tell the service's team if it stays so.",
    ),
    Cause(
        r"RequestRejected",
        "wrong_address",
        "The service's firewall refuses this address.",
        "Check the group's name: write it exactly as it stands in the mail that granted the access.",
    ),
    Cause(
        r"InvalidPath",
        "bad_names",
        "The service stumbled over a file's name inside the archive.",
        "Use plain letters in file names: build the package with provkit build.",
    ),
    Cause(
        r"IllegalArgumentException: Malformed \\+u",
        "bad_message",
        "The service stumbled over message.properties: a backslash followed by u begins a sign's number there.",
        "Let provkit build write the message, or double each backslash.",
    ),
    Cause(
        r"Amqp\w*Exception|ConnectException|Jedis|RabbitMQ",
        "queue_down",
        "The service read the files, but could not put them into its queue.",
        "Try again later, once the service's team says that the queue runs; before that, look for a mail with results.",
        queued=True,
    ),
)

# A class with its packages, and its message up to the line's end.
_CLASS = re.compile(r"\b(?:[a-z_$][\w$]*\.)+(?:[A-Z][\w$]*\.?)*[A-Z][\w$]*(?:Exception|Error)\b(?::[^\r\n]*)?")


def exception_of(reply: Reply) -> str | None:
    """The class of the exception that reached the outside; None where the page names none.

    Args:
        reply: The answer.
    """
    named = _named(reply)
    return named[0].partition(":")[0] if named else None


def cause_of(reply: Reply) -> Cause | None:
    """What is known of the exceptions that the page names; the page begins with the outermost, and what it came from stands below.

    Args:
        reply: The answer.
    """
    return next((cause for name in _named(reply) for cause in _CAUSES if re.search(cause.pattern, name)), None)


def _named(reply: Reply) -> list[str]:
    return [scrub(name, reply.hide, 200) for name in _CLASS.findall(html.unescape(reply.text))]
