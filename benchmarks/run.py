"""Measure provkit as whole processes: wall clock, CPU and peak memory, the contenders of a group in turn (A B A B ...).

usage: python benchmarks/run.py [--runs 5] [--large] [--smoke] [--only GROUP ...] [--peers PYTHON] [--json FILE]

"times" is the median wall clock over that of the group's first line. Peers are scripts in ../shared/bench that do some of the same
checks with a library; they are run where they and their library are there, by the Python named. Needs os.wait4: Linux or macOS.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from receive import CALL

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared" / "bench"
PROVKIT = (sys.executable, "-m", "provkit")
CALAMINE = "import sys, python_calamine as c; c.load_workbook(sys.argv[1]).get_sheet_by_index(0).to_python()"
TO_MEGABYTES = 1 / 2**20 if sys.platform == "darwin" else 1 / 2**10  # what ru_maxrss counts in


@dataclass(frozen=True)
class Contender:
    """One command; `code` is the exit code it must end with, since what fails is no measurement."""

    name: str
    command: tuple[str, ...]
    code: int = 0


def python(code: str, *arguments: object) -> tuple[str, ...]:
    return (sys.executable, "-c", code, *map(str, arguments))


def provkit(*arguments: object) -> tuple[str, ...]:
    return (*PROVKIT, *map(str, arguments))


def measured(contender: Contender) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak megabytes of one run, in an empty folder and home, so that no run finds what another left."""
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryFile() as said:
        settings = {name: value for name, value in os.environ.items() if not name.startswith(("PROVKIT_", "XDG_"))}
        settings |= {"HOME": home, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
        Path(home, "provkit.toml").write_text("[env.sandbox]\nmax_file = 0\nmax_request = 0\n", encoding="utf-8")
        start = time.perf_counter()
        process = subprocess.Popen(contender.command, cwd=home, env=settings, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != contender.code:
            said.seek(0)
            sys.exit(f"{contender.name} ended with {process.returncode}:\n{said.read()[-2000:].decode(errors='replace')}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss * TO_MEGABYTES


@dataclass(frozen=True)
class Suite:
    """What is measured, and on which files."""

    folder: Path
    peers: str
    smoke: bool
    large: bool

    def made(self, name: str, count: int, *options: str) -> Path:
        """A package or list. It is made in a process of its own: a child's peak memory counts that of the parent it came from."""
        path = self.folder / name
        if not path.exists():
            subprocess.run([sys.executable, str(HERE / "packages.py"), str(count), str(path), *options], check=True)
        return path

    def package(self, count: int, *options: str) -> Path:
        return self.made("-".join((str(count), *(option.strip("-").replace(".", "") for option in options))), count, *options)

    def size(self, usual: int) -> int:
        return 50 if self.smoke else usual

    def peers_for(self, count: int) -> Iterator[Contender]:
        for library in ("duckdb", "polars", "frictionless"):
            script = SHARED / f"peer_{library}.py"
            if library == "frictionless" and count > 10_000:
                print("  (frictionless is left out above 10,000 rows: its runs take minutes in all)")
            elif missing := missing_for(library, script, self.peers):
                print(f"  ({library} is left out: {missing})")
            else:
                yield Contender(library, (self.peers, str(script), str(self.package(count))))

    def validate(self, count: int) -> Iterator[Contender]:
        yield Contender("clean", provkit("validate", self.package(count)))
        yield Contender(
            "1 % of rows faulty", provkit("validate", self.package(count, "--errors", "0.01")), 1 if count > 1000 else 0
        )
        yield Contender("one backslash", provkit("validate", self.package(count, "--backslash")))
        yield Contender("every row faulty", provkit("validate", self.package(count, "--errors", "1", "--kinds", "value")), 1)
        yield from self.peers_for(count)

    def groups(self) -> dict[str, list[Contender] | Iterator[Contender]]:
        """The contenders by group; the first of each is what the others are compared with. Files are made when a group begins."""
        return {
            "start-up": self.start_up(),
            "small": self.small(),
            "validate": self.validate(self.size(10_000)),
            **({} if self.smoke else {"validate-million": self.validate(1_000_000)}),
            **({"validate-ten-million": self.ten_million()} if self.large else {}),
            "build": self.build(self.size(100_000)),
            "receive": self.receive(self.size(1_000_000)),
            "send": self.send(),
            "reports": self.reports(self.size(100_000)),
        }

    def start_up(self) -> Iterator[Contender]:
        yield Contender("import typer, rich", python("import typer, rich"))
        yield Contender("provkit --version", provkit("--version"))
        yield Contender("provkit --help", provkit("--help"))

    def small(self) -> Iterator[Contender]:
        yield Contender("import pandas", python("import pandas"))
        for count in (50, self.size(1000)):
            yield Contender(f"validate {count:,}", provkit("validate", self.package(count)))

    def ten_million(self) -> Iterator[Contender]:
        yield Contender("clean", provkit("validate", self.package(10_000_000)))
        yield from self.peers_for(10_000_000)

    def build(self, count: int) -> Iterator[Contender]:
        workbook, text = self.made("list.xlsx", count), self.made("list.csv", count)
        yield Contender("calamine reads the xlsx", python(CALAMINE, workbook))
        yield Contender("build from xlsx", provkit("build", workbook))
        yield Contender("build from csv", provkit("build", text))

    def receive(self, count: int) -> Iterator[Contender]:
        yield Contender("pyarrow.csv reads", python(CALL, self.package(count), "arrow"))
        yield Contender("receive", python(CALL, self.package(count), "receive"))
        yield Contender("receive, one backslash", python(CALL, self.package(count, "--backslash"), "receive"))

    def send(self) -> Iterator[Contender]:
        """To the sandbox, which runs in the same process and reads what comes as the service does: both ends are measured."""
        options = ("--env", "sandbox", "--individual", "--yes", "--non-interactive")
        for megabytes in (0.005,) if self.smoke else (1, 10, 100) if self.large else (1, 10):
            yield Contender(f"send {megabytes} MB", provkit("send", *options, self.package(int(megabytes * 12_000))))

    def reports(self, count: int) -> Iterator[Contender]:
        package = self.package(count, "--errors", "1", "--kinds", "value")
        for kind in ("text", "json", "csv", "html", "markdown"):
            yield Contender(kind, provkit("validate", package, "--format", kind, "--output", "report"), 1)


@cache
def missing_for(library: str, script: Path, interpreter: str) -> str:
    """Why a peer cannot be run; empty where it can."""
    if not script.is_file():
        return "there is no ../shared/bench"
    found = subprocess.run([interpreter, "-c", f"import {library}"], capture_output=True, check=False)
    return f"{interpreter} does not have it" if found.returncode else ""


def summary(values: list[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure provkit.")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--large", action="store_true", help="ten million enrollments and 100 MB as well")
    parser.add_argument("--smoke", action="store_true", help="everything once, at the smallest size")
    parser.add_argument("--only", nargs="+", metavar="GROUP", help="these groups only")
    parser.add_argument("--peers", metavar="PYTHON", default=sys.executable, help="the Python that has the peers' libraries")
    parser.add_argument("--json", type=Path, default=HERE / "results.json")
    asked = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory(prefix="provkit-bench-") as folder:
        groups = Suite(Path(folder), asked.peers, asked.smoke, asked.large).groups()
        if unknown := set(asked.only or ()) - set(groups):
            parser.error(f"there is no group {', '.join(sorted(unknown))}; there are {', '.join(groups)}")
        for group in asked.only or groups:
            print(f"\n{group:<26}{'wall s: median (min to max)':>30}{'CPU s':>8}{'peak MB':>9}{'times':>7}", flush=True)
            contenders = list(groups[group])
            rounds = [[measured(contender) for contender in contenders] for _ in range(1 if asked.smoke else asked.runs)]
            base = 0.0
            for contender, runs in zip(contenders, zip(*rounds, strict=True), strict=True):
                wall, cpu, memory = (summary(list(values)) for values in zip(*runs, strict=True))
                base = base or wall["median"]
                times = wall["median"] / base
                spread = f"{wall['median']:.2f} ({wall['min']:.2f} to {wall['max']:.2f})"
                print(f"  {contender.name:<24}{spread:>30}{cpu['median']:>8.2f}{memory['median']:>9.0f}{times:>7.2f}", flush=True)
                results.append(
                    {"group": group, "name": contender.name, "wall": wall, "cpu": cpu, "peak_mb": memory, "times": times}
                )
    machine = {"system": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count()}
    asked.json.write_text(json.dumps({"machine": machine, "results": results}, indent=1) + "\n", encoding="utf-8")
    print(f"\nWritten: {asked.json}")


if __name__ == "__main__":
    main()
