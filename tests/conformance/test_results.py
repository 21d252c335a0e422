"""The service's own mails, in every shape in which people keep them, name the rows that its own code rejected."""

import base64
import json
import quopri
from pathlib import Path

import pytest

from provkit.package import Package
from provkit.receiver.mail import Letterhead, summary
from provkit.receiver.replies import Sort
from provkit.workflows.results import results

CASES = Path(__file__).parents[3] / "shared" / "conformance" / "iu" / "cases.jsonl"
LETTERHEAD = Letterhead("[LMS Production Notifications]", "DEPT", "iu.instructure.com", "4711")

pytestmark = pytest.mark.skipif(
    not CASES.exists(), reason="the recorded verdicts (../shared/conformance) are not beside this checkout"
)


def headers(**more):
    lines = {"From": "lms@example.edu", "To": "team@example.edu", "MIME-Version": "1.0", **more}
    return "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items()).encode() + b"\r\n"


def plain(mail):
    return (
        headers(Subject=mail.subject, Content_Type="text/plain; charset=utf-8", Content_Transfer_Encoding="8bit")
        + mail.body.encode()
    )


def quoted_printable(mail):
    body = quopri.encodestring(mail.body.replace("\r\n", "\n").encode(), quotetabs=False).replace(b"\n", b"\r\n")
    return (
        headers(Subject=mail.subject, Content_Type="text/plain; charset=utf-8", Content_Transfer_Encoding="quoted-printable") + body
    )


def base64_encoded(mail):
    body = base64.encodebytes(mail.body.encode())
    return headers(Subject=mail.subject, Content_Type="text/plain; charset=utf-8", Content_Transfer_Encoding="base64") + body


def forwarded(mail):
    text = f"Please have a look.\n\n---------- Forwarded message ---------\nFrom: LMS <lms@example.edu>\nSubject: {mail.subject}\n\n{mail.body}"
    return headers(Subject=f"Fwd: {mail.subject}", Content_Type="text/plain; charset=utf-8") + text.encode()


def answered_above(mail):
    quoted = "".join(f"> {line}\n" for line in mail.body.replace("\r\n", "\n").split("\n"))
    text = f"I saw it, thanks.\n\nOn Monday LMS wrote:\n{quoted}"
    return headers(Subject=f"Re: {mail.subject}", Content_Type="text/plain; charset=utf-8") + text.encode()


def attached(mail):
    inner = plain(mail)
    return headers(Subject="Fwd", Content_Type='multipart/mixed; boundary="b"') + (
        b"--b\r\nContent-Type: text/plain\r\n\r\nsee attached\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        + inner
        + b"\r\n--b--\r\n"
    )


def pasted(mail):
    return mail.body.replace("\t", "    ").replace("\r\n", "\n").encode()


SHAPES = [plain, quoted_printable, base64_encoded, forwarded, answered_above, attached, pasted]


def recorded():
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        processing = case["verdict"].get("processing") if case["kind"] == "rows" else None
        if processing and processing.get("results"):
            yield case


def package(case):
    given = case["input"]
    if "zip_b64" in given:
        return Package.from_zip(base64.b64decode(given["zip_b64"]))
    return Package.from_files([(file["name"], base64.b64decode(file["b64"])) for file in given["files"]])


def rejected(case):
    """File's position and record's number of each row that the service's own code rejected, and its sentence."""
    for number, file in enumerate(case["verdict"]["rows"]):
        for position, record in enumerate(file["rows"] or (), 1):
            if record["disposition"] == "rejected":
                yield number, position, " ".join(record.get("message", "").split())


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_rejected_row_of_the_recorded_verdicts_is_among_those_named(shape):
    named = 0
    every = 1 if shape in (quoted_printable, pasted) else 4
    for case in [case for case in recorded() if next(rejected(case), None) is not None][::every]:
        wanted = list(rejected(case))
        body = "".join(f"{result['email']}\r\n" for result in case["verdict"]["processing"]["results"])
        mail = summary(body, LETTERHEAD, imported=bool(case["verdict"]["processing"]["canvas_zip"]))
        found = results([shape(mail)], package(case), notify=case["input"].get("custom", False))
        assert len(found.replies) == 1
        deferred = {line.file for reply in found.replies for line in reply.lines if line.sort is Sort.DEFERRED}
        rows = {row.record for meaning in found.meanings if meaning.line.sort is Sort.ROW for row in meaning.rows}
        for file, position, _ in wanted:
            if case["verdict"]["rows"][file]["type"] == "EXPAND_ENROLLMENTS" and deferred:
                continue
            assert position in rows, (case["id"], position, found.meanings)
            named += 1
        unknown = [meaning.line.text for meaning in found.meanings if meaning.line.sort is Sort.UNKNOWN]
        assert not unknown, (case["id"], unknown)
    assert named > 200 / every
