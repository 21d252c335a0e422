"""The promise: for a package that `validate` calls clean, the answer is 200, and no row is dropped, rejected or altered.

What a file says is taken from Python's own csv module, a reader that has nothing to do with the model. Packages are clean ones, each with
one mutation; those that are no longer called clean after it are discarded, and counted.
"""

import csv
import io
import warnings
import zipfile
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provkit.checks import check
from provkit.package import Package
from provkit.receiver import Fate, receive
from provkit.rules import Severity
from provkit.schemas.layouts import LAYOUTS, Kind

COUNTED = Counter()
METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]
ARRIVES = {Fate.SENT, Fate.DEFERRED}

NAMES = ["Ana", "Björn", "Eun-ji", "O'Neil", 'Robert "Bob"', "Lee, PhD", "a\\\\b", "Zoë", "", " x", "N\u00a0B", "two\nlines"]
DATES = ["", "2026-01-10T00:00:00Z", "2026-05-10T23:59:59Z", "2026-8-4", "2026-08-24", "08/24/2026", "TBD"]
ODD = [
    "",
    " ",
    '"',
    '""',
    ",",
    "\\",
    "\\\\",
    "\n",
    "\r\n",
    "\r",
    "\ufeff",
    "\u00a0",
    "\u200b",
    "\0",
    ";",
    "\t",
    "é",
    "🎓",
    "x",
    "A",
    "0",
    "@",
    "true",
]


def _line(fields):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(fields)
    return out.getvalue()


@st.composite
def _tables(draw):
    """Rows of every kind that hang together, most of them without fault."""
    people = [f"guest{number}@example{number}.org" for number in range(draw(st.integers(1, 4)))]
    courses = [f"NC-{number}" for number in range(draw(st.integers(0, 2)))]
    sections = {f"S-{number}": course for number, course in enumerate(courses * draw(st.integers(0, 2)))}
    name = st.sampled_from(NAMES[:8])
    status = st.sampled_from(["active", "active", "Active", "deleted", "completed"])
    tables = {
        Kind.USERS: [
            [one, one, draw(name), draw(name), one, "active", draw(st.sampled_from(["", "c", "e", "E"]))] for one in people
        ],
        Kind.COURSES: [
            [course, draw(name), draw(name), "DEPT", "", draw(status), draw(st.sampled_from(DATES[:3])), "", ""]
            for course in courses
        ],
        Kind.SECTIONS: [[section, course, draw(name), "active", "", ""] for section, course in sections.items()],
        Kind.ENROLLMENTS: [
            [
                course,
                draw(st.sampled_from([*people, "jdoe", "0001234567"])),
                draw(st.sampled_from(["student", "teacher", "ta", "Student"])),
                draw(st.sampled_from(["", *[section for section, of in sections.items() if of == course]])),
                draw(status),
                draw(st.sampled_from(["", "true", "false", "TRUE"])),
            ]
            for course in courses
            for _ in range(draw(st.integers(0, 3)))
        ],
        Kind.EXPAND: [[one, "17", draw(st.sampled_from(["", "true", "false"]))] for one in people[: draw(st.integers(0, 2))]],
    }
    return {kind: rows for kind, rows in tables.items() if rows or draw(st.booleans())}


@st.composite
def _packages(draw):
    """One package with at most one mutation."""
    files = []
    for kind, rows in draw(_tables()).items():
        layout = LAYOUTS[kind]
        header = draw(st.sampled_from(list(layout.headers())))
        places = [layout.columns.index(column) for column in header]
        text = _line(header) + "".join(_line([row[place] for place in places]) for row in rows)
        files.append((f"{kind}.csv", text.encode()))
    mutation = draw(st.sampled_from(["none", "insert", "delete", "swap", "cell", "line", "name", "more", "ends", "bytes"]))
    if files and mutation != "none":
        number = draw(st.integers(0, len(files) - 1))
        name, content = files[number]
        text = content.decode()
        at = draw(st.integers(0, len(text)))
        if mutation == "insert":
            text = text[:at] + draw(st.sampled_from(ODD)) + text[at:]
        elif mutation == "delete":
            text = text[:at] + text[at + draw(st.integers(1, 3)) :]
        elif mutation == "swap":
            text = text[:at] + draw(st.sampled_from(ODD)) + text[at + 1 :]
        elif mutation == "cell":
            rows = list(csv.reader(io.StringIO(text)))
            row = draw(st.integers(0, len(rows) - 1))
            if rows[row]:
                column = draw(st.integers(0, len(rows[row]) - 1))
                rows[row][column] = draw(
                    st.sampled_from([*ODD, *NAMES, *DATES, "yes", "no", "TA", "inactive", "concluded", "a@b.org", "x" * 256])
                )
            text = "".join(map(_line, rows))
        elif mutation == "line":
            lines = text.splitlines(keepends=True)
            lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from([*lines, "\n", ",,,,,\n", ",\n", "a,b\n"])))
            text = "".join(lines)
        elif mutation == "ends":
            text = text.replace("\n", draw(st.sampled_from(["\r\n", "\r", "\n\n", ""])))
        content = text.encode()
        if mutation == "bytes":
            content = text.encode(draw(st.sampled_from(["utf-8-sig", "utf-16", "cp1252", "mac-roman"])), "replace")
        if mutation == "name":
            name = draw(
                st.sampled_from(
                    [None, "data.csv", "users.txt", ".users.csv", "message.properties", "a/b.csv", "users.csv", "x" * 300 + ".csv"]
                )
            )
        files[number] = (name, content)
        if mutation == "more":
            files.append(
                draw(st.sampled_from([("README.txt", b"hello"), ("users.csv.done", b""), files[number], ("copy.csv", content)]))
            )
    if draw(st.booleans()) and all(name for name, _ in files):
        archive = io.BytesIO()
        with warnings.catch_warnings(), zipfile.ZipFile(archive, "w", draw(st.sampled_from(METHODS))) as packed:
            warnings.filterwarnings("ignore", "Duplicate name")  # repeated names are among the mutations
            folder = draw(st.sampled_from(["", "", "out/", "__MACOSX/"]))
            for name, content in files:
                packed.writestr(folder + name, content)
        return Package.from_zip(archive.getvalue()), files
    return Package.from_files(files), files


def _said(content):
    """The rows that a file says it holds; a doubled backslash is this dialect's way of writing one."""
    rows = csv.reader(io.StringIO(content.decode(), newline=""))
    return [[cell.replace("\\\\", "\\").replace("\r\n", "\n").replace("\r", "\n") for cell in row] for row in rows]


def _is_clean(report):
    return report.ok and not report.count(Severity.WARNING)


def _keep_the_promise(package, files):
    COUNTED["tried"] += 1
    if not _is_clean(check(package)):
        COUNTED["discarded"] += 1
        return
    COUNTED["clean"] += 1
    reception = receive(package)
    assert reception.answer.status == 200, files
    assert reception.processing is None or reception.processing.thrown is None, files
    assert len(reception.files) == len(files)
    for file, (_, content) in zip(reception.files, files, strict=True):
        if file.kind is None:
            continue
        said = [row or [""] for row in _said(content)]
        # Of the header only what it is taken for counts: a stray backslash or quote in it does no harm.
        said[0] = file.records.fields(0)
        assert [file.records.fields(index) for index in range(len(file.records))] == said, files
        # A blank line, or the header once more, holds no row that could be lost.
        empty = [row in ([""], said[0]) for row in said]
        lost = [fate for fate, none in zip(file.fates.tolist(), empty, strict=True) if not none and fate not in ARRIVES]
        assert not lost, files
        sent_rows = np.cumsum(file.judged.fates == Fate.SENT) - 1
        columns = said[0]
        for index, row in enumerate(said[1:], 1):
            if empty[index]:
                continue
            told = dict(zip(columns, row, strict=True))
            if file.kind is Kind.EXPAND:
                assert told.get("send_email", "").strip().lower() in ("", "true", "false", "no", "n", "off", "f", "0"), files
                continue
            sent = [column[int(sent_rows[index])].as_py() for column in file.judged.sent]
            header = columns if file.kind in (Kind.COURSES, Kind.SECTIONS) else list(LAYOUTS[file.kind].columns)[: len(sent)]
            arrives = dict(zip(header, sent, strict=True))
            derived = {
                Kind.USERS: {
                    "login_id",
                    "service",
                    *(column for column in ("user_id", "email", "status") if not told.get(column, "").strip()),
                },
                Kind.ENROLLMENTS: {"limit_section_privileges"} if not told.get("limit_section_privileges") else set(),
            }.get(file.kind, set())
            for column, value in told.items():
                if column in derived:
                    continue
                alike = arrives[column] == value
                if column in ("limit_section_privileges", "status"):
                    alike = alike or arrives[column] == value.lower()
                if column == "user_id":  # a user name becomes the university id
                    alike = alike or arrives[column] == f"(university id of {value})"
                if column == "course_id" and not value:  # the service looks up the section's course
                    alike = alike or arrives[column] == f"(course of {told.get('section_id')})"
                assert alike, (column, value, arrives, files)
    if reception.processing is not None:
        assert len(reception.processing.canvas_zip) == len(reception.processing.canvas_files), files


@given(_packages())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], report_multiple_bugs=False)
def test_what_is_called_clean_arrives_whole(made):
    _keep_the_promise(*made)


@pytest.mark.slow
@given(_packages())
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck), report_multiple_bugs=False)
def test_what_is_called_clean_arrives_whole_over_many_packages(made):
    _keep_the_promise(*made)


@pytest.fixture(scope="module", autouse=True)
def _count():
    yield
    print(dict(COUNTED))  # noqa: T201 - how many counted is part of the result
    assert COUNTED["clean"] > COUNTED["tried"] / 20
