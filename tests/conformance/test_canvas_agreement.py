import importlib.util
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASES = ROOT.parent / "shared" / "conformance" / "canvas" / "cases.jsonl"

NOT_SAYABLE = {"cv-u-038", "cv-u-040"}
"""Who holds which login in Canvas is nothing that known.toml can list."""


def test_every_case_agrees_and_nothing_clean_is_faulted():
    if not CASES.exists():
        pytest.skip("the cases are not beside this repository (../shared/conformance/canvas/cases.jsonl)")
    path = Path(__file__).with_name("canvas_agreement.py")
    spec = importlib.util.spec_from_file_location("canvas_agreement", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["canvas_agreement"] = module
    spec.loader.exec_module(module)
    result = module.score([json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()])
    assert result["false alarm"] == []
    assert result["missed package"] == result["missed direct"] == []
    assert {line.split()[0] for line in result["missed canvas"]} <= NOT_SAYABLE
    assert len(result["hit package"]) > 50
