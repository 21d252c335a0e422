"""Cases of our own: at least one for each point at which the server surprises, each a folder with files and what is expected.

A folder holds `files/` (sent as they are, by name) or `upload.zip` (sent to the ZIP endpoint), and `expected.json`: the point's number,
what it shows, how it is sent (`notify`, `known`), and under `expected` whatever of the verdict the case is about.
"""

import json
import re
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from provkit.checks import check
from provkit.package import Package
from provkit.receiver import Fate, Known, receive

CASES = sorted((Path(__file__).parent / "cases").iterdir())


def upload(folder):
    archive = folder / "upload.zip"
    if archive.exists():
        return Package.from_zip(archive.read_bytes())
    files = sorted((folder / "files").iterdir())
    return Package.from_files([(file.name, file.read_bytes()) for file in files])


def verdict(reception):
    """All that a case can speak of."""
    run, answer, message = reception.processing, reception.answer, reception.notification
    files = [file for file in reception.files if file.name is not None]
    errors = answer.file_errors
    given = {
        "status": answer.status,
        "message": answer.message,
        "uncaught": answer.uncaught,
        "file_errors": None if errors is None else [error.title for error in errors],
        "classes": {file.name: str(file.klass) for file in files},
        "line": {file.name: file.line for file in files},
        "records": {
            file.name: [file.records.fields(index) for index in range(1, len(file.records))]
            for file in files
            if file.records is not None
        },
        "fates": {file.name: [Fate(fate).name.lower() for fate in file.fates] for file in files if file.fates is not None},
        "notification": None if message is None else {"sender": message.sender, "subject": message.subject, "body": message.body},
    }
    if reception.archive is not None:
        given["entries"] = [entry.name for entry in reception.archive.entries]
    if run is not None:
        given |= {
            "thrown": run.thrown is not None,
            "lost": list(run.lost),
            "canvas": {file.name: file.content.decode() for file in run.canvas_zip},
            "guests": [[guest.email, guest.service] for guest in run.guests],
            "calls": [[call.user, call.listing, call.send_email] for call in run.expand_calls],
            "welcome": [[mail.to, mail.sender, mail.subject, mail.body] for mail in run.welcome_mails],
            "summary": run.summary(),
        }
    return given


def holds(name, wanted, given):
    match name:
        case "in_summary":
            return all(text in given["summary"] for text in wanted)
        case "times_in_summary":
            return all(given["summary"].count(text) == times for text, times in wanted.items())
        case "in_canvas":
            return all(text in given["canvas"][file] for file, text in wanted.items())
        case "classes" | "line" | "records" | "fates":
            return all(given[name][file] == what for file, what in wanted.items())
        case _:
            return given[name] == wanted


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_case(folder):
    case = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    known = Known.model_validate(tomllib.loads(case["known"])) if "known" in case else None
    given = verdict(receive(upload(folder), notify=case.get("notify", False), known=known))
    for name, wanted in case["expected"].items():
        assert holds(name, wanted, given), (name, wanted, given.get(name, given))


def test_every_point_has_a_case():
    points = {json.loads((folder / "expected.json").read_text(encoding="utf-8"))["point"] for folder in CASES}
    assert points == set(range(1, 95))


def test_the_page_names_for_each_point_a_rule_that_warns_of_it(root):
    rows = re.findall(
        r"^\| (\d+) \| .* \| (.*) \|$", (root / "docs" / "receiving-server.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert [int(point) for point, _ in rows] == list(range(1, 95))
    found = defaultdict(set)
    for folder in CASES:
        case = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        known = Known.model_validate(tomllib.loads(case["known"])) if "known" in case else None
        report = check(upload(folder), notify=case.get("notify", False), known=known)
        found[case["point"]] |= {broken.code for broken in report.counts}
    for point, warned in rows:
        codes = set(re.findall(r"\[(PK\d{3})\]", warned))
        assert codes <= found[int(point)], point
        assert codes or warned.startswith("no rule: "), point
