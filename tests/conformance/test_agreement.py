"""Every recorded verdict of the server's own code is what the model says."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CASES = HERE.parents[2] / "shared" / "conformance" / "iu" / "cases.jsonl"


def _agreement():
    spec = importlib.util.spec_from_file_location("agreement", HERE / "agreement.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["agreement"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("kind", ["parse", "unzip", "http", "properties", "email", "rows"])
def test_every_recorded_verdict_agrees(kind):
    if not CASES.exists():
        pytest.skip("the recorded verdicts are not beside this repository (../shared/conformance/iu/cases.jsonl)")
    agreement = _agreement()
    cases = [case for case in map(json.loads, CASES.read_text(encoding="utf-8").splitlines()) if case["kind"] == kind]
    assert cases
    differing = {case["id"]: found for case in cases if (found := agreement.compare(case)) is not None}
    assert not differing
