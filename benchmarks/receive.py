"""How long the receiver takes on a package, beside reading the same files with pyarrow.csv; the best of several cold calls each.

usage: python benchmarks/receive.py FOLDER [--runs N]

Each call is the first one of a process of its own, after imports. FOLDER is made by the bench's make_package.py, or any package.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

CALL = """
import resource, sys, time
from pathlib import Path
import numpy, pandas, pyarrow.compute, pyarrow.csv
from provkit.package import Package
from provkit.receiver import receive
folder = Path(sys.argv[1])
start = time.perf_counter()
if sys.argv[2] == "arrow":
    tables = [pyarrow.csv.read_csv(path) for path in sorted(folder.glob("*.csv"))]
else:
    reception = receive(Package.read(folder))
    fates = [file.fates for file in reception.files]
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def best(folder: Path, what: str, runs: int) -> tuple[float, float]:
    """Seconds and peak megabytes of the quickest call."""
    calls = []
    for _ in range(runs):
        done = subprocess.run([sys.executable, "-c", CALL, str(folder), what], check=True, capture_output=True, text=True)
        seconds, memory = map(float, done.stdout.split())
        calls.append((seconds, memory))
    return min(calls)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Compare the receiver with pyarrow.csv.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    arrow, _ = best(asked.folder, "arrow", asked.runs)
    receiver, memory = best(asked.folder, "receive", asked.runs)
    print(f"pyarrow.csv {arrow:.3f} s, receive {receiver:.3f} s, {receiver / arrow:.2f} times, peak {memory:.0f} MB")


if __name__ == "__main__":
    main()
