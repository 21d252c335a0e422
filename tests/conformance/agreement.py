"""Compare provkit's model of the receiving server with recorded verdicts of the server's own code.

usage: python tests/conformance/agreement.py CASES.jsonl [--skip-sensitive WORD,WORD]

Every field of each case's verdict counts; of a Java exception only that it was thrown (and `io_exception`), not its class and wording.
Prints per kind `N of M agree`, then each case that differs with its first difference; exits 1 if any does. The format of the cases is
described beside them (conformance/iu/README.md).
"""

# ruff: noqa: ARG002, T201  stand-ins answer without looking; a script prints
from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from provkit import addresses, properties
from provkit.package import Package
from provkit.receiver import Fate, FileFate, Reception, receive
from provkit.receiver.archive import unzip
from provkit.receiver.java import is_whitespace
from provkit.receiver.mail import Letterhead, rejections, summary
from provkit.receiver.preprocess import judge
from provkit.schemas.layouts import Kind

LETTERHEAD = Letterhead("[HEADER]", "DEPT", "canvas.example.edu", "IMPORT-1")
THROWN = {"thrown": True}
LONGEST_LISTED = 60


@dataclass(frozen=True)
class StandIns:
    """What the recorded runs had in place of other systems, with the facts that a case's `env` gives."""

    username_found: bool = True
    section_course: str | None = None
    authorized_senders: tuple[str, ...] = ("sender@example.edu",)
    remembers_guests: bool = False
    has_guests: bool = False
    official: tuple[str, ...] = ()

    def has_guest(self, address: str) -> bool:
        return False

    def guest_id(self, address: str) -> str:
        return f"EXT:{address}"

    def university_id(self, username: str) -> str | None:
        return f"ID:{username}" if self.username_found and not is_whitespace(username) else None

    def course_of(self, section: str) -> str | None:
        return self.section_course

    def canvas_id(self, person: str) -> str | None:
        return f"canvas-{person}" if self.username_found and not is_whitespace(person) else None

    def may_use(self, account: str) -> bool:
        return True

    def may_send(self, sender: str) -> bool:
        return sender.lower() in {listed.lower() for listed in self.authorized_senders}


def package(given: Mapping[str, Any]) -> Package:
    """The upload of a case."""
    if given.get("endpoint") == "zip":
        return Package.from_zip(base64.b64decode(given["zip_b64"]))
    return Package.from_files([(file["name"], base64.b64decode(file["b64"])) for file in given["files"]])


def parse(given: Mapping[str, Any]) -> dict[str, Any]:
    """Verdict on files read as CSV."""
    reception = receive(package(given), notify=given["custom"])
    refused = reception.answer.message == "Error parsing uploaded files"
    body = reception.answer.body or {}
    files = []
    for file in reception.files:
        records = file.records
        if str(file.klass) == "EXCEPTION":
            rows = [] if records is not None else None
            files.append({"name": file.name, "class": "EXCEPTION", "rows": rows, "thrown": True})
        else:
            assert records is not None
            files.append({"name": file.name, "class": str(file.klass), "rows": [records.fields(i) for i in range(len(records))]})
    return {
        "outcome": "refused" if refused else "parsed",
        "file_errors": body["fileErrors"] if refused else [],
        "files": files,
    }


def unzipped(given: Mapping[str, Any]) -> dict[str, Any]:
    """Verdict on an archive."""
    seen = unzip(base64.b64decode(given["zip_b64"]))
    if seen.thrown is not None:
        return {"entries": None, "thrown": True, "io_exception": seen.io_exception}
    entries = [
        {"name": entry.name, "size": len(entry.content), "sha256": hashlib.sha256(entry.content).hexdigest()}
        for entry in seen.entries
    ]
    return {"entries": entries, "thrown": None}


def http(given: Mapping[str, Any]) -> dict[str, Any]:
    """Verdict on an upload's answer."""
    return _answered(receive(package(given), notify=given["custom"]))


def _answered(reception: Reception) -> dict[str, Any]:
    answer = reception.answer
    verdict: dict[str, Any] = {"status": answer.status, "body": answer.body, "queued": None}
    if answer.uncaught is not None:
        verdict["uncaught"] = True
    if reception.queued is not None:
        message = reception.notification
        verdict["queued"] = {
            "types": {str(klass): [reception.files[i].name for i in files] for klass, files in reception.queued.items()},
            "notification": None if message is None else asdict(message),
        }
    return verdict


def message(given: Mapping[str, Any]) -> dict[str, Any]:
    """Verdict on a message.properties."""
    try:
        read = properties.read(base64.b64decode(given["b64"]))
    except properties.MalformedEscape:
        return dict.fromkeys(("file_exists", "file_valid", "sender", "subject", "body")) | {"thrown": True}
    return {
        "file_exists": read.exists,
        "file_valid": read.valid,
        "sender": read.sender,
        "subject": read.subject,
        "body": read.body,
        "thrown": None,
    }


def email(given: Mapping[str, Any]) -> dict[str, Any]:
    """Verdict on an address."""
    address = given["address"]
    valid = addresses.is_valid(address)
    if addresses.valid_mask([address]) != [valid]:
        return {"valid": "is_valid and valid_mask differ"}
    return {"valid": valid}


def rows(given: Mapping[str, Any]) -> dict[str, Any]:
    """Verdict on what becomes of every row."""
    env = dict(given["env"])
    if "authorized_senders" in env:
        env["authorized_senders"] = tuple(env["authorized_senders"])
    elsewhere = StandIns(**env)
    reception = receive(package(given), notify=given["custom"], known=elsewhere)
    verdict = _answered(reception)
    verdict["processing"] = None if reception.processing is None else _processing(reception, full=bool(given.get("full_mail")))
    verdict["rows"] = None if reception.processing is None else list(_files(reception, elsewhere))
    return verdict


def _processing(reception: Reception, *, full: bool) -> dict[str, Any]:
    run = reception.processing
    assert run is not None
    zipped = run.canvas_zip
    results = run.summary()
    mail = None if results is None else summary(results, LETTERHEAD, imported=bool(zipped))
    verdict: dict[str, Any] = {
        "thrown": None if run.thrown is None else True,
        "results": [
            {
                "canvas_file": None if result.canvas_file is None else result.canvas_file.name,
                "canvas_csv": None if result.canvas_file is None else result.canvas_file.content.decode(),
                "deferred": result.deferred,
                "email": result.email,
            }
            for result in run.results
        ],
        "canvas_zip": [{"name": file.name, "size": len(file.content)} for file in zipped] or None,
        "welcome_mails": [
            {"to": one.to, "from": one.sender, "subject": one.subject, "body": one.body} for one in run.welcome_mails
        ],
        "summary_mails": 0 if mail is None else 1,
        "guests_created": [asdict(guest) for guest in run.guests],
        "expand_calls": [asdict(call) for call in run.expand_calls],
    }
    if run.lost:
        verdict["logged_io_errors"] = [True] * len(run.lost)
    if full:
        verdict["summary_subject"] = None if mail is None else mail.subject
        verdict["summary_body"] = None if mail is None else mail.body
    return verdict


def _files(reception: Reception, elsewhere: StandIns) -> Iterator[dict[str, Any]]:
    """Fates of the rows, each file by itself, in the order of the run."""
    assert reception.queued is not None
    assert reception.processing is not None
    deferred = {result.file: result.deferred for result in reception.processing.results}
    expand_is_deferred = any(file.kind is Kind.USERS for file in reception.files)
    for klass, indexes in reception.queued.items():
        for index in indexes:
            file = reception.files[index]
            if file.kind is None or file.records is None:
                continue
            alone = judge(file.kind, file.records, elsewhere)
            listed = len(file.records) <= LONGEST_LISTED
            verdict = {"name": file.name, "type": str(klass), "rows": list(_records(alone)) if listed else None}
            if file.kind is Kind.EXPAND:
                verdict["deferred"] = deferred.get(index, expand_is_deferred)
            yield verdict


def _records(judged: FileFate) -> Iterator[dict[str, Any]]:
    said = rejections(judged)
    passed = zip(*(column.to_pylist() for column in judged.sent), strict=True)
    services = judged.service(judged.fates == Fate.SENT).to_pylist() if judged.service is not None else []
    for index, fate in enumerate(judged.fates.tolist()):
        record: dict[str, Any] = {
            "record": index + 1,
            "fields": judged.records.fields(index),
            "disposition": Fate(fate).name.lower(),
        }
        if fate == Fate.SENT:
            cells = list(next(passed))
            if judged.kind is Kind.EXPAND:
                record["call"] = {"user": cells[0], "listing": cells[1], "send_email": cells[2] == "true"}
            else:
                record["sent"] = cells
            if services:
                record["service"] = services.pop(0)
        elif fate == Fate.REJECTED:
            record["message"] = said[index]
        elif fate == Fate.CRASH:
            record["thrown"] = True
        yield record


MODELS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "parse": parse,
    "unzip": unzipped,
    "http": http,
    "properties": message,
    "email": email,
    "rows": rows,
}


def plain(value: Any, *, key: str = "") -> Any:
    """A verdict with every exception reduced to the fact that there was one."""
    if key in {"thrown", "uncaught"}:
        return None if value is None else True
    if key == "logged_io_errors":
        return [True for _ in value]
    if isinstance(value, dict):
        return {name: plain(inner, key=name) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def expected(verdict: dict[str, Any]) -> Any:
    """A recorded verdict, with `io_exception` beside the exception that it speaks of."""
    thrown = verdict.get("thrown")
    reduced = plain(verdict)
    if isinstance(thrown, dict) and "io_exception" in thrown:
        reduced["io_exception"] = thrown["io_exception"]
    return reduced


def difference(mine: Any, theirs: Any, path: str = "") -> str | None:
    """Where two verdicts first differ; None where they agree."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for key in sorted(mine.keys() | theirs.keys()):
            if key not in mine or key not in theirs:
                whose = "not in the model's verdict" if key not in mine else "only in the model's verdict"
                return f"{path}.{key}: {whose}"
            found = difference(mine[key], theirs[key], f"{path}.{key}")
            if found:
                return found
        return None
    if isinstance(mine, list) and isinstance(theirs, list):
        for index, (one, other) in enumerate(zip(mine, theirs, strict=False)):
            found = difference(one, other, f"{path}[{index}]")
            if found:
                return found
        return None if len(mine) == len(theirs) else f"{path}: {len(mine)} in the model's verdict, {len(theirs)} recorded"
    same = type(mine) is type(theirs) and mine == theirs
    return None if same else f"{path}: model {json.dumps(mine)[:300]}, recorded {json.dumps(theirs)[:300]}"


def compare(case: Mapping[str, Any]) -> str | None:
    """The first difference between the model and one recorded case; None where they agree."""
    given = {**case["input"], **{name: case[name] for name in ("full_mail",) if name in case}}
    try:
        mine = plain(MODELS[case["kind"]](given))
    except Exception as error:  # noqa: BLE001  a model that raises disagrees, and the other cases still count
        return f"the model raises {type(error).__name__}: {error}"
    return difference(mine, expected(case["verdict"]), "verdict")


def main() -> int:
    """Compare a file of cases; the exit code."""
    parser = argparse.ArgumentParser(description="Compare provkit's model of the receiving server with recorded verdicts.")
    parser.add_argument("cases", type=Path, help="a file of cases, one line of JSON each")
    parser.add_argument(
        "--skip-sensitive", default="", metavar="WORDS", help="leave out cases marked with these (opencsv,locale,java)"
    )
    asked = parser.parse_args()
    skipped = set(filter(None, asked.skip_sensitive.split(",")))
    agree: Counter[str] = Counter()
    total: Counter[str] = Counter()
    differing: list[tuple[str, str]] = []
    with asked.cases.open(encoding="utf-8") as lines:
        for line in lines:
            if not line.strip():
                continue
            case = json.loads(line)
            if skipped & set(case.get("sensitive", ())):
                continue
            total[case["kind"]] += 1
            found = compare(case)
            if found is None:
                agree[case["kind"]] += 1
            else:
                differing.append((case["id"], found))
    for kind, count in total.items():
        print(f"{kind}: {agree[kind]} of {count} agree")
    for name, found in differing:
        print(f"{name}: {found}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
