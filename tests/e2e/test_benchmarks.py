"""The benchmarks run: each command they measure does what it is measured for."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="os.wait4 is not there")


def test_the_suite_runs_at_its_smallest_size(root, tmp_path):
    written = tmp_path / "results.json"
    command = [sys.executable, "benchmarks/run.py", "--smoke", "--json", str(written)]
    done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads(written.read_text(encoding="utf-8"))["results"]
    groups = {result["group"] for result in results}
    assert groups == {"start-up", "small", "validate", "build", "receive", "send", "reports"}
    for result in results:
        assert result["wall"]["min"] > 0
        assert result["peak_mb"]["min"] > 1


def test_a_group_that_is_not_there_is_refused(root):
    command = [sys.executable, "benchmarks/run.py", "--only", "everything"]
    done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, "there is no group everything" in done.stderr) == (2, True)
