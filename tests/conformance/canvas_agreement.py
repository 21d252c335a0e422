"""How far the rules about Canvas agree with what Canvas does: `python tests/conformance/canvas_agreement.py CASES.jsonl`.

Each case's files go to `provkit.checks.canvas.check` as what Canvas receives. Once by themselves: every expected finding that the files
alone show must be found at its file, line and column, an `error` as an error, a `warning` or `silent` as a warning or error, and where nothing
is expected there must be no error and no warning. Once more with what the case says of Canvas as known.toml can say it: then those findings
too that depend on what Canvas holds.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from provkit.checks.canvas import check
from provkit.receiver import Known
from provkit.rules import Finding, Severity

MODES = ("package", "canvas", "direct")


def files_of(case: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of a case."""
    text = {name: content.encode("utf-8") for name, content in case.get("files", {}).items()}
    return text | {name: base64.b64decode(content) for name, content in case.get("files_b64", {}).items()}


def known_of(case: Mapping[str, Any]) -> Known:
    """What a case says of Canvas; whatever it does not list does not exist there."""
    state = case.get("canvas", {})
    courses = [*state.get("courses", ()), *state.get("blueprints", ()), *state.get("blueprint_children", ())]
    return Known(
        accounts=tuple(state.get("accounts", ())),
        terms=tuple(state.get("terms", ())),
        roles=tuple(state.get("roles", ())),
        blueprints=tuple(state.get("blueprints", ())),
        courses=tuple(dict.fromkeys([*courses, *state.get("sections", {}).values()])),
        users=tuple(state.get("users", ())),
        sections=dict(state.get("sections", {})),
    )


def found(expected: Mapping[str, Any], findings: Sequence[Finding]) -> bool:
    """Whether an expected finding is among those found."""
    loud = (Severity.ERROR,) if expected["severity"] == "error" else (Severity.ERROR, Severity.WARNING)
    return any(
        finding.file == expected["file"]
        and finding.severity in loud
        and (expected["line"] is None or finding.line == expected["line"])
        and (expected["column"] is None or finding.column == expected["column"])
        for finding in findings
    )


def score(cases: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Hits, misses and false alarms, by what they need, each as a line that begins with the case's id."""
    result: dict[str, list[str]] = {f"{what} {mode}": [] for mode in MODES for what in ("hit", "missed")}
    result["false alarm"] = []
    for case in cases:
        files = files_of(case)
        alone, knowing = check(files), check(files, known_of(case))
        for expected in case["expect"]:
            findings = knowing if expected["needs"] == "canvas" else alone
            place = f"{expected['file']}:{expected['line']}:{expected['column']}"
            line = f"{case['id']} {place} {expected['severity']} {expected['rule']}"
            result[f"{'hit' if found(expected, findings) else 'missed'} {expected['needs']}"].append(line)
        if not case["expect"]:
            for finding in (*alone, *knowing):
                if finding.severity is not Severity.INFO:
                    line = f"{case['id']} {finding.file}:{finding.line}:{finding.column} {finding.code} {finding.message}"
                    if line not in result["false alarm"]:
                        result["false alarm"].append(line)
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Score a file of cases; 1 where the files alone show something that is missed, or there is a false alarm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=Path, help="a file with one case a line")
    parser.add_argument("--hits", action="store_true", help="list the hits as well")
    chosen = parser.parse_args(arguments)
    with chosen.cases.open(encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines if line.strip()]
    result = score(cases)
    for what, listed in result.items():
        print(f"{what}: {len(listed)}")  # noqa: T201
        if chosen.hits or not what.startswith("hit"):
            for line in listed:
                print(f"  {line}")  # noqa: T201
    return 1 if result["missed package"] or result["false alarm"] else 0


if __name__ == "__main__":
    sys.exit(main())
