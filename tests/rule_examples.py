"""Runs the examples in the rules' docstrings: makes the upload or source that the blocks describe, and has it judged as a user would.

A block is a fence with an info string: `csv NAME` and `bytes NAME` (a Python literal) are files of an upload; `sheet NAME` is a worksheet,
`source NAME` a file (a Python literal) that is built from; `flags` are options of `provkit validate`, `known` is a known.toml, `profile` a mapping profile; with
`build`, whose lines are options of `provkit build`, the files or sheets above it are built from, and the build's report counts;
`config` is a provkit.toml to build by, `builder NAME` is a function below, for what these cannot say; `canvas NAME` and `canvas-bytes NAME`
are files as they reach Canvas.

Behind a sheet's name may stand what of it is hidden: `sheet Users hidden_rows=3,4 hidden_columns=C`. In a sheet a cell is text, unless it begins with "=": `=` alone is a formula that was never calculated, `=#REF!` an error, `=2026-01-02` a
date, and `=123` a number.
"""

from __future__ import annotations

import ast
import csv
import io
import re
import tomllib
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import old_workbooks
from openpyxl import Workbook

from provkit.package import Package
from provkit.rules import Report, Rule

EXPAND = b"user_id,listing_id\n1234567890,L-1\n"
SECTIONS = b"section_id,course_id,name,status\nS-1,C-1,Monday,active\n"
USERS = b"user_id,login_id,first_name,last_name,email,status\nana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active\n"
MESSAGE = b"sender=office@example.edu\nsubject=Welcome\nbody=Hello.\n"


def report_of(rule: Rule, heading: Literal["Example", "Use instead"], folder: Path) -> Report:
    """What is found in the upload or source that a rule's docstring shows.

    Args:
        rule: Any rule.
        heading: Which of its two examples.
        folder: An empty folder to work in.
    """
    files: list[tuple[str | None, bytes]] = []
    sheets: dict[str, str] = {}
    aspects: dict[str, dict[str, str]] = {}
    options: dict[str, Any] = {}
    target: Package | Path | None = None
    building: dict[str, Any] | None = None
    sent: dict[str, bytes] = {}
    for info, content in rule.blocks(heading):
        form, _, name = info.partition(" ")
        if form == "csv":
            files.append((name, content.encode()))
        elif form == "bytes":
            files.append((name, _literal(content)))
        elif form == "canvas":
            sent[name] = content.encode()
        elif form == "canvas-bytes":
            sent[name] = _literal(content)
        elif form == "sheet":
            name, *shown = name.split(" ")
            sheets[name] = content
            aspects[name] = dict(word.split("=") for word in shown)
        elif form == "source":
            target = folder / name
            target.write_bytes(_literal(content))
        elif form == "builder":
            made = BUILDERS[name](folder)
            if isinstance(made, dict):
                sent |= made
            else:
                target = made
        elif form == "known":
            options["known"] = _known(content, folder)
        elif form == "flags":
            options |= _options(content)
        elif form == "build":
            building = (building or {}) | _options(content)
        elif form == "config":
            building = (building or {}) | {"config": _config(content)}
        elif form == "profile":
            building = {"profile": _profile(content, folder)}
        else:
            raise AssertionError(f"{rule.code}: no block is called {info!r}")
    if sent:
        from provkit.checks.canvas import report

        return report(sent, **options)
    if sheets:
        target = _workbook(sheets, folder, aspects)
    if building is not None:
        from provkit.workflows.build import prepare

        return prepare(_folder(files, folder) if target is None else target, **building).report
    return _judge(Package.from_files(files) if target is None else target, **options)


def _judge(target: Package | Path, **options: Any) -> Report:
    """As `provkit validate`, but a text file that is no part of an upload is built from, as `provkit build` does."""
    from provkit.workflows.build import prepare
    from provkit.workflows.validate import validate

    return (
        prepare(target, **options).report if isinstance(target, Path) and target.suffix == ".csv" else validate(target, **options)
    )


def _literal(content: str) -> bytes:
    value = ast.literal_eval(f"({content})")
    assert isinstance(value, bytes)
    return value


def _options(content: str) -> dict[str, Any]:
    said = [line.removeprefix("--set ").strip('"').partition("=") for line in content.splitlines() if line.startswith("--set ")]
    content = "\n".join(line for line in content.splitlines() if not line.startswith("--set "))
    known = {"--notify": {"notify": True}, "--for app": {"app": True}, "--hold-back": {"hold_back": True}}
    options = {key: value for line in content.splitlines() for key, value in known[line.strip()].items()}
    return options | ({"constants": {field: value for field, _, value in said}} if said else {})


def _folder(files: list[tuple[str | None, bytes]], folder: Path) -> Path:
    for name, content in files:
        (folder / str(name)).write_bytes(content)
    return folder


def _config(content: str) -> Any:
    from provkit.config import Config

    return Config(None, tomllib.loads(content), {})


def _profile(content: str, folder: Path) -> str:
    path = folder / "example.toml"
    path.write_text(content, encoding="utf-8")
    return str(path)


def _known(content: str, folder: Path) -> Any:
    from provkit.receiver import Known

    path = folder / "known.toml"
    path.write_text(content, encoding="utf-8")
    return Known.read(path)


def _workbook(sheets: dict[str, str], folder: Path, aspects: dict[str, dict[str, str]] | None = None) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, grid in sheets.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(csv.reader(io.StringIO(grid)), 1):
            for column, text in enumerate(row, 1):
                _fill(sheet.cell(number, column), text)
        shown = (aspects or {}).get(name, {})
        for row in filter(None, shown.get("hidden_rows", "").split(",")):
            sheet.row_dimensions[int(row)].hidden = True
        for letter in filter(None, shown.get("hidden_columns", "").split(",")):
            sheet.column_dimensions[letter].hidden = True
    path = folder / "source.xlsx"
    book.save(path)
    return path


def _fill(cell: Any, text: str) -> None:
    if not text.startswith("="):
        if text:
            cell.value = text
            cell.data_type = "s"
    elif text == "=":
        cell.value = "=1+1"
    elif text.startswith("=#"):
        cell.value = text[1:]
        cell.data_type = "e"
    elif re.fullmatch(r"=\d{4}-\d\d-\d\d", text):
        cell.value = datetime.fromisoformat(text[1:])
    else:
        cell.value = float(text[1:]) if "." in text else int(text[1:])


def _zip(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 0, 0, 0)), content)
    return file.getvalue()


def value_too_long(folder: Path) -> Package:
    """A section whose name has 256 characters."""
    return Package.from_files({"sections.csv": SECTIONS.replace(b"Monday", b"M" * 256)})


def full_name_too_long(folder: Path) -> Package:
    """A guest whose first and last name have 254 characters together."""
    return Package.from_files({"users.csv": USERS.replace(b",Ana,Ruiz,", b",%s,%s," % (b"A" * 127, b"R" * 127))})


def empty_folder(folder: Path) -> Path:
    """A folder without any file."""
    return folder


def file_without_name(folder: Path) -> Package:
    """A file that is sent without a name."""
    return Package.from_files([(None, SECTIONS)])


def same_name_in_two_folders(folder: Path) -> Package:
    """A ZIP in which two folders hold a file of one name each."""
    enrollments = b"course_id,user_id,role,section_id,status,limit_section_privileges\nC-1,1234567890,student,S-1,active,false\n"
    return Package.from_zip(_zip(("fall/data.csv", SECTIONS), ("spring/data.csv", enrollments)))


def plain_zip(folder: Path) -> Package:
    """A ZIP without fault."""
    return Package.from_zip(_zip(("expand-enrollments.csv", EXPAND)))


def not_a_zip(folder: Path) -> Package:
    """A file that is called ZIP and is none."""
    return Package.from_zip(EXPAND)


def encrypted_zip(folder: Path) -> Package:
    """A ZIP with a password: the flag in the entry's header says so."""
    archive = bytearray(_zip(("expand-enrollments.csv", EXPAND)))
    archive[6] |= 1
    archive[archive.index(b"PK\x01\x02") + 8] |= 1
    return Package.from_zip(bytes(archive))


def good_file_in_macosx(folder: Path) -> Package:
    """A ZIP in which one of two good files is inside a folder __MACOSX."""
    return Package.from_zip(_zip(("expand-enrollments.csv", EXPAND), ("__MACOSX/sections.csv", SECTIONS)))


def file_deleted_from_the_directory_only(folder: Path) -> Package:
    """A ZIP whose directory lists one of two entries."""
    whole = _zip(("expand-enrollments.csv", EXPAND), ("sections.csv", SECTIONS))
    first = whole.index(b"PK\x01\x02")
    second = whole.index(b"PK\x01\x02", first + 4)
    end = whole.index(b"PK\x05\x06")
    directory = whole[first:second]
    closing = bytearray(whole[end:])
    closing[8:12] = b"\x01\x00\x01\x00"
    closing[12:16] = len(directory).to_bytes(4, "little")
    return Package.from_zip(whole[:first] + directory + bytes(closing))


def accented_name(folder: Path) -> Package:
    """A ZIP with a name that has an accent, in UTF-8."""
    return Package.from_zip(_zip(("inscripci\u00f3n.csv", EXPAND)))


def large_file(folder: Path) -> Package:
    """A file of more than 1 MiB."""
    rows = b"".join(b"%010d,L-1\n" % number for number in range(90_000))
    return Package.from_files({"expand-enrollments.csv": b"user_id,listing_id\n" + rows})


def many_files(folder: Path) -> Package:
    """More files than one request takes."""
    return Package.from_files({f"expand-{number}.csv": b"user_id,listing_id\n%010d,L-1\n" % number for number in range(51)})


def two_messages(folder: Path) -> Package:
    """Two messages, sent beside each other."""
    return Package.from_files([("users.csv", USERS), ("message.properties", MESSAGE), ("Message.properties", MESSAGE)])


def edited_after_the_build(folder: Path) -> Path:
    """A folder that provkit wrote, and a file of it that was changed afterwards."""
    from provkit.workflows.build import build

    source = _workbook({"Users": "Email,First name,Last name\nana@example.org,Ana,Ruiz\n"}, folder)
    out = folder / "out"
    build(source, out)
    users = out / "users.csv"
    users.write_bytes(users.read_bytes().replace(b"Ana", b"Anna"))
    return out


def workbook_of_excel_97(folder: Path) -> Path:
    """A workbook of Excel 97."""
    source = folder / "guests.xls"
    source.write_bytes(old_workbooks.xls({"Users": [["Email", "First name", "Last name"], ["ana@example.org", "Ana", "Ruiz"]]}))
    return source


def binary_workbook(folder: Path) -> Path:
    """A binary workbook."""
    source = folder / "guests.xlsb"
    source.write_bytes(old_workbooks.xlsb({"Users": [["Email", "First name", "Last name"], ["ana@example.org", "Ana", "Ruiz"]]}))
    return source


def login_too_long(folder: Path) -> dict[str, bytes]:
    """A users file, as it reaches Canvas, with a login of 101 characters."""
    header, row = USERS.splitlines(keepends=True)
    return {"users.csv": header + row.replace(b",ana@example.org,", b",%s," % (b"a" * 101), 1)}


def address_breaks_off_the_import(folder: Path) -> Package:
    """A guest whose address has 260 characters, which the service takes."""
    address = b"@".join((b"a" * 64, b".".join((b"d" * 63, b"d" * 63, b"d" * 63, b"org"))))
    return Package.from_files({"users.csv": USERS.replace(b"ana@example.org", address)})


BUILDERS: dict[str, Callable[[Path], Package | Path | dict[str, bytes]]] = {
    made.__name__: made
    for made in (
        accented_name,
        address_breaks_off_the_import,
        binary_workbook,
        edited_after_the_build,
        empty_folder,
        encrypted_zip,
        file_deleted_from_the_directory_only,
        file_without_name,
        full_name_too_long,
        good_file_in_macosx,
        large_file,
        login_too_long,
        many_files,
        not_a_zip,
        plain_zip,
        same_name_in_two_folders,
        two_messages,
        value_too_long,
        workbook_of_excel_97,
    )
}
