"""`--annotate`: a copy of the workbook, never the workbook itself, and never over anything else."""

import io
import os
import subprocess
import sys

import openpyxl
import pytest


def provkit(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "provkit", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def broken(root):
    return root / "sample_data" / "broken.xlsx"


@pytest.mark.parametrize("command", ["validate", "build"])
def test_the_copy_marks_what_the_report_names_and_reads_as_the_source_does(broken, tmp_path, command):
    before = broken.read_bytes()
    done = provkit(command, broken, "--annotate", "marked.xlsx", "--format", "json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "marked.xlsx").read_bytes()))
    assert "peregrine.holt@example.con" in book["Users"]["A3"].comment.text
    assert broken.read_bytes() == before
    again = provkit("validate", "marked.xlsx", "--annotate", "marked2.xlsx", "--format", "json", cwd=tmp_path)
    assert (
        again.stdout.replace("marked.xlsx", "broken.xlsx") == provkit("validate", broken, "--format", "json", cwd=tmp_path).stdout
    )


def test_nothing_but_an_earlier_copy_is_replaced(broken, root, tmp_path):
    source = tmp_path / "roster.xlsx"
    source.write_bytes(broken.read_bytes())
    other = tmp_path / "other.xlsx"
    other.write_bytes((root / "sample_data" / "roster.xlsx").read_bytes())
    for target in (source, other):
        before = target.read_bytes()
        done = provkit("validate", source, "--annotate", target, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (3, "")
        assert target.read_bytes() == before
    for _ in range(2):
        assert provkit("validate", source, "--annotate", "marked.xlsx", cwd=tmp_path).returncode == 1


@pytest.mark.parametrize(
    ("source", "target"), [("roster.csv", "marked.xlsx"), ("broken.xlsx", "marked.xlsm"), (".", "marked.xlsx")]
)
def test_what_cannot_be_annotated_is_refused_with_what_to_type(broken, tmp_path, source, target):
    (tmp_path / "roster.csv").write_text("Email,First name,Last name\nana@example.org,Ana,Ruiz\n")
    (tmp_path / "broken.xlsx").write_bytes(broken.read_bytes())
    done = provkit("validate", source, "--annotate", target, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "report.html" in done.stderr or "--annotate marked.xlsx" in done.stderr
    assert not (tmp_path / target).exists()
