"""A planted password, in every form of source and every kind of header: everything that the commands write is searched for it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile

import old_workbooks
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

SECRET = "Roster-Student-2026"
"""Of words that stand-ins would keep."""
PEOPLE = ("Ana,Ruiz,ana@safety-guests.org", "Ben,Marsh,ben@safety-guests.org")

PLAIN = (
    f"First name,Last name,Email,Course ID,Role,Password\n{PEOPLE[0]},NC-1,student,{SECRET}\n{PEOPLE[1]},NC-1,student,x{SECRET}\n"
)
SECOND = (
    f"Autumn,,,,\nFirst name,Last name,Email,Course ID,Role\n{PEOPLE[0]},NC-1,student\n{PEOPLE[1]},NC-1,student\n,,,,\nAccounts,,,,\n"
    f"Login,Initial password,Note,,\nana,{SECRET},new,,\nben,x{SECRET},new,,\n"
)
UNKNOWN = (
    f"First name,Last name,Email,Course ID,Role\n{PEOPLE[0]},NC-1,student\n{PEOPLE[1]},NC-1,student\n,,,,\n"
    f"Machine,Passcode,Shelf,,\nLaptop,{SECRET},A1,,\nTablet,x{SECRET},A2,,\n,,,,\nWi-Fi password:,{SECRET},,,\n"
)
LINES = f"First,Last,,Course,Initial\nname,name,Email,ID,pass word\n{PEOPLE[0]},NC-1,{SECRET}\n{PEOPLE[1]},NC-1,x{SECRET}\n"
BIRTH = f"First,Last,,Course,Date of\nname,name,Email,ID,birth\n{PEOPLE[0]},NC-1,{SECRET}\n{PEOPLE[1]},NC-1,x{SECRET}\n"
WIDE = f"Name,Email,NC-101,NC-102,20001,Password (first time)\nAna Ruiz,ana@safety-guests.org,x,,x,{SECRET}\nBen Marsh,ben@safety-guests.org,,x,x,x{SECRET}\n"
BESIDE = f"First name,Last name,Email,Course ID,Role,,Login,Password\n{PEOPLE[0]},NC-1,student,,ana,{SECRET}\n{PEOPLE[1]},NC-1,student,,ben,x{SECRET}\n"
LAYOUTS = {"Plain": PLAIN, "Second": SECOND, "Unknown": UNKNOWN, "Lines": LINES, "Birth": BIRTH, "Wide": WIDE, "Beside": BESIDE}

USERS = "user_id,login_id,first_name,last_name,full_name,email,status,service,password\n"
PACKAGE = {
    "users.csv": USERS
    + "".join(
        f"{p.split(',')[2]},{p.split(',')[2]},{p.split(',')[0]},{p.split(',')[1]},,{p.split(',')[2]},active,,{SECRET}\n"
        for p in PEOPLE
    ),
}
ONEROSTER = {
    "manifest.csv": "propertyName,value\noneroster.version,1.1\nfile.users,bulk\n",
    "orgs.csv": "sourcedId,status,dateLastModified,name,type,identifier\no1,,,School,school,1\n",
    "academicSessions.csv": "sourcedId,status,dateLastModified,title,type,startDate,endDate,schoolYear\nt1,,,Fall,term,2026-08-01,2026-12-31,2027\n",
    "courses.csv": "sourcedId,status,dateLastModified,title,courseCode,orgSourcedId\nc1,,,Art,A1,o1\n",
    "classes.csv": "sourcedId,status,dateLastModified,title,classCode,courseSourcedId,schoolSourcedId,termSourcedIds\nk1,,,Art 1,A1-1,c1,o1,t1\n",
    "users.csv": "sourcedId,status,dateLastModified,enabledUser,role,username,givenName,familyName,email,password\n"
    + "".join(f"u{n},,,true,student,{p.split(',')[2]},{p},{SECRET}\n" for n, p in enumerate(PEOPLE)),
    "enrollments.csv": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role\ne0,,,k1,o1,u0,student\ne1,,,k1,o1,u1,student\n",
    "demographics.csv": f"sourcedId,status,dateLastModified,birthDate,sex\nu0,,,{SECRET},{SECRET}\n",
}
CANVAS = {
    "users.csv": "user_id,integration_id,authentication_provider_id,login_id,password,ssha_password,first_name,last_name,full_name,sortable_name,short_name,email,status\n"
    + "".join(
        f"{p.split(',')[2]},,,{p.split(',')[2]},{SECRET},{SECRET},{p.split(',')[0]},{p.split(',')[1]},,,,{p.split(',')[2]},active\n"
        for p in PEOPLE
    ),
    "enrollments.csv": "course_id,user_id,role,section_id,status\n"
    + "".join(f"NC-1,{p.split(',')[2]},student,,active\n" for p in PEOPLE),
}


def grids():
    return {name: list(csv.reader(io.StringIO(text))) for name, text in LAYOUTS.items()}


def zipped(files):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def xlsx():
    book = Workbook()
    book.remove(book.active)
    for name, rows in grids().items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([cell or None for cell in row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def ods():
    tables = "".join(
        f'<table:table table:name="{name}">'
        + "".join(
            "<table:table-row>"
            + "".join(f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row)
            + "</table:table-row>"
            for row in rows
        )
        + "</table:table>"
        for name, rows in grids().items()
    )
    names = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    content = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} office:version="1.2"><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>'
    return zipped(
        {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": "<m/>", "content.xml": content}
    )


def html():
    rows = ("".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in grid) for grid in grids().values())
    return "".join(["<html><body>", *(f"<table>{one}</table>" for one in rows), "</body></html>"]).encode()


def parquet():
    header, *rows = grids()["Plain"]
    target = io.BytesIO()
    pq.write_table(pa.table({name: [row[column] for row in rows] for column, name in enumerate(header)}), target)
    return target.getvalue()


SOURCES = {
    **{f"{name.lower()}.csv": text.encode() for name, text in LAYOUTS.items()},
    "tabs.tsv": PLAIN.replace(",", "\t").encode("utf-16"),
    "roster.xlsx": xlsx(),
    "old.xls": old_workbooks.xls(grids()),
    "binary.xlsb": old_workbooks.xlsb(grids()),
    "open.ods": ods(),
    "table.parquet": parquet(),
    "page.xls": html(),
    "package.zip": zipped(PACKAGE),
    "oneroster.zip": zipped(ONEROSTER),
    "canvas.zip": zipped(CANVAS),
}

RUN = """
import json, sys
from provkit.__main__ import main
for arguments in json.load(sys.stdin):
    print("\\n$", *arguments, flush=True)
    sys.argv = ["provkit", *arguments]
    try:
        main()
    except SystemExit as error:
        print("exit", error.code, flush=True)
"""


@pytest.mark.parametrize("name", SOURCES)
def test_a_planted_password_is_in_nothing_that_is_written(name, tmp_path):
    source = tmp_path / name
    source.write_bytes(SOURCES[name])
    annotate = [["build", name, "--annotate", "marked.xlsx", "-o", "out4"]] if name == "roster.xlsx" else []
    commands = [
        ["build", name, "--set", "role=student", "--changes", "changes.csv", "--hold-back"],
        ["build", name, "--changes", "changes.json", "--format", "json", "--show-values", "-o", "out2"],
        ["build", name, "--output", "report.html", "-o", "out3"],
        ["build", name, "--diff"],
        *annotate,
        ["map", name],
        ["map", name, "-o", "mine.toml"],
        ["build", name, "--profile", "mine.toml", "-o", "out5"],
        ["validate", name],
        ["validate", name, "--format", "csv", "--show-values", "--write-baseline", "known.json"],
        ["simulate", name],
        ["bundle", name],
    ]
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=tmp_path,
        input=json.dumps(commands),
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (tmp_path / "stdout").write_text(done.stdout)
    (tmp_path / "stderr").write_text(done.stderr)
    secret = SECRET.encode()
    found = {}
    for path in tmp_path.rglob("*"):
        if path.is_file() and path != source:
            for inside, content in unpacked(path.name, path.read_bytes()):
                for coded in (secret, SECRET.encode("utf-16-le")):
                    if coded in content:
                        found[inside] = content[max(0, content.index(coded) - 60) : content.index(coded) + 30]
    if annotate:
        # The copy is the user's own file; provkit adds marks and a sheet, and nothing of what it never read.
        own = zipfile.ZipFile(tmp_path / "marked.xlsx")
        assert [member for member in found if member.startswith("marked.xlsx/")]
        assert sum(own.read(member).count(secret) for member in own.namelist()) == 2 * len(LAYOUTS) + 1
        found = {place: said for place, said in found.items() if not place.startswith("marked.xlsx")}
    said = [line for line in (done.stdout + done.stderr).splitlines() if "PK603" in line]
    assert not found
    assert said


def unpacked(name, content):
    """A file, and what is in it if it is a ZIP."""
    yield name, content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from unpacked(f"{name}/{member}", archive.read(member))
