"""Files of one thing only: a clear finding, in bounded memory.

How long they take is measured in the benchmarks; that it grows with the size alone is seen there.
"""

import subprocess
import sys

import pytest

from provkit.checks import check
from provkit.package import Package

HEADER = b"user_id,login_id,first_name,last_name,email,status\n"
FILLERS = [
    (b'"', "PK120"),
    (b",", "PK120"),
    (b"\\", "PK120"),
    (b"\n", "PK124"),
    (b"\r", "PK124"),
    (b'",', "PK120"),
    (b'"\n', "PK120"),
    (b'\\"', "PK120"),
    (HEADER, "PK115"),
    (b"\0", "PK120"),
    (b"\xff", "PK120"),
]

fillers = pytest.mark.parametrize(("filler", "code"), FILLERS, ids=[repr(filler)[:12] for filler, _ in FILLERS])


def filled(filler, size):
    return HEADER + filler * (size // len(filler) // 2 * 2)


@fillers
def test_a_file_of_one_thing_has_a_finding_that_names_it(filler, code):
    report = check(Package.from_files({"users.csv": filled(filler, 50_000)}))
    assert code in {rule.code for rule in report.counts}
    assert report.findings[0].render(show_values=False)


def test_an_odd_quote_more_refuses_the_upload():
    report = check(Package.from_files({"users.csv": filled(b'"', 50_000) + b'"'}))
    assert [rule.code for rule in report.counts if rule.consequence == "refused"] == ["PK007"]


MEASURED = """
import resource, sys
from pathlib import Path
from provkit.checks import check
from provkit.package import Package
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
check(Package.read(Path(sys.argv[1])))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the resource module is Unix's")
@fillers
def test_ten_megabytes_of_one_thing_take_bounded_memory(tmp_path, filler, code):
    (tmp_path / "users.csv").write_bytes(filled(filler, 10 << 20))
    done = subprocess.run([sys.executable, "-c", MEASURED, str(tmp_path)], check=True, capture_output=True, text=True)
    assert int(done.stdout) < 1.6 * (1 << 20) * (1 if sys.platform == "linux" else 1024), code
