"""Workbooks made to do harm, or merely absurd: bounded, refused or read, and never followed."""

import re
import subprocess
import sys
import zipfile

import pytest
from openpyxl import Workbook

from provkit.config import Config
from provkit.errors import SourceError
from provkit.rules import Severity
from provkit.sources import read
from provkit.tables import CellError
from provkit.workflows.build import prepare

resource = pytest.importorskip("resource", reason="limits to memory are set by Unix alone")

SHEET = "xl/worksheets/sheet1.xml"
ROWS = (("Email", "First name", "Last name", "Course ID", "Role"), ("ana@example.org", "Ana", "Ruiz", "NC-1", "student"))


def book(tmp_path, *rows, name="roster.xlsx"):
    made = Workbook()
    made.active.title = "Roster"
    for row in rows or ROWS:
        made.active.append(row)
    path = tmp_path / name
    made.save(path)
    return path


def rewritten(path, changes=None, extra=None):
    """The workbook with some members changed, and some added."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    for member, change in (changes or {}).items():
        members[member] = change(members[member])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**members, **(extra or {})}.items():
            archive.writestr(name, content)
    return path


def shared(path):
    """The workbook as Excel writes it, its texts in a member of their own."""
    texts = []

    def keep(match):
        texts.append(match[1])
        return b't="s"><v>%d</v>' % (len(texts) - 1)

    rewritten(path, {SHEET: lambda xml: re.sub(rb't="inlineStr"><is><t[^>]*>(.*?)</t></is>', keep, xml)})
    assert texts
    items = b"".join(b"<si><t>%s</t></si>" % text for text in texts)
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    related = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    return rewritten(
        path,
        {
            "[Content_Types].xml": lambda xml: xml.replace(
                b"</Types>", b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/></Types>' % kind
            ),
            "xl/_rels/workbook.xml.rels": lambda xml: xml.replace(
                b"</Relationships>", b'<Relationship Id="rId99" Type="%s" Target="sharedStrings.xml"/></Relationships>' % related
            ),
        },
        {
            "xl/sharedStrings.xml": b'<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</sst>'
            % items
        },
    )


def test_a_workbook_with_shared_texts_is_read_as_others_are(tmp_path):
    assert prepare(shared(book(tmp_path)), config=Config()).report.ok


def bounded(path, megabytes=900):
    """Build in a process of its own that may not take more memory; its exit code and what it says."""
    program = (
        "import resource, sys\n"
        f"resource.setrlimit(resource.RLIMIT_DATA, ({megabytes} << 20, {megabytes} << 20))\n"
        "from provkit.__main__ import main\n"
        f"sys.argv = ['provkit', 'build', {str(path)!r}, '-o', {str(path.parent / 'out')!r}]\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=path.parent)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)


@pytest.mark.parametrize("member", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"])
def test_a_billion_laughs_are_refused(tmp_path, member):
    def laugh(xml):
        return BOMB + xml[xml.index(b"?>") + 2 if xml.startswith(b"<?xml") else 0 :].replace(b"Ana", b"&j;")

    code, said = bounded(rewritten(shared(book(tmp_path)), {member: laugh}))
    assert code == 2
    assert "entities" in said or "damaged" in said


def test_an_entity_that_names_a_file_is_not_followed(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    doctype = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'.encode()
    path = rewritten(
        shared(book(tmp_path)), {"xl/sharedStrings.xml": lambda xml: doctype + xml.partition(b"?>")[2].replace(b"Ana", b"&e;")}
    )
    code, said = bounded(path)
    assert "the secret" not in said
    assert code in (1, 2)


@pytest.mark.parametrize("member", [SHEET, "xl/sharedStrings.xml"])
def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, member):
    path = rewritten(shared(book(tmp_path)), {member: lambda xml: xml + b" " * (300 << 20)})
    assert path.stat().st_size < 2 << 20
    code, said = bounded(path, 600)
    assert code == 2
    assert "unpacks to far more than it should" in said


def test_a_zip_of_zips_is_not_opened_in_turn(tmp_path):
    path = rewritten(book(tmp_path), extra={"xl/embeddings/inner.zip": b"PK\x03\x04" + b"\0" * (64 << 20)})
    (sheet,) = read(path)
    assert len(sheet.rows) == 2


def test_links_to_elsewhere_are_not_followed(tmp_path):
    path = book(tmp_path, ROWS[0], ("ana@example.org", "Ana", "=[1]Names!A1", "NC-1", "student"))
    link = (
        b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><externalBook '
        b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"/></externalLink>'
    )
    target = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath" '
        b'Target="http://localhost:9/names.xlsx" TargetMode="External"/></Relationships>'
    )
    extra = {"xl/externalLinks/externalLink1.xml": link, "xl/externalLinks/_rels/externalLink1.xml.rels": target}
    (sheet,) = read(rewritten(path, extra=extra))
    assert sheet.rows[1][2] == CellError("")
    built = prepare(path, config=Config())
    assert [(finding.code, str(finding.origin)) for finding in built.report.findings if finding.severity is Severity.ERROR] == [
        ("PK611", "Roster!C2")
    ]


def test_a_stored_result_of_a_link_is_read_as_it_stands(tmp_path):
    path = book(tmp_path, ROWS[0], ("ana@example.org", "Ana", '=WEBSERVICE("http://localhost:9/")', "NC-1", "student"))

    def stored(xml):
        start = xml.index(b"<f>")
        end = xml.index(b"</c>", start)
        return (
            xml[:start].replace(b'r="C2"', b'r="C2" t="str"')
            + xml[start : xml.index(b"</f>", start) + 4]
            + b"<v>Ruiz</v>"
            + xml[end:]
        )

    assert prepare(rewritten(path, {SHEET: stored}), config=Config()).report.ok


def test_macros_are_left_alone(tmp_path):
    path = rewritten(
        book(tmp_path, name="roster.xlsm"), extra={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4000}
    )
    built = prepare(path, config=Config())
    assert built.report.ok
    assert built.account.used == 1


def test_a_million_rows_that_hold_nothing_but_formats_are_read(tmp_path):
    path = book(tmp_path)
    styled = b"".join(
        b'<row r="%d" s="1" customFormat="1"><c r="A%d" s="1"/><c r="E%d" s="1"/></row>' % (row, row, row)
        for row in range(3, 1_000_001)
    )
    rewritten(path, {SHEET: lambda xml: xml.replace(b"</sheetData>", styled + b"</sheetData>")})
    code, said = bounded(path)
    assert code == 0
    assert "read 1 = 1 used" in said


def test_sixteen_thousand_columns_are_read(tmp_path):
    wide = [f"Remark {number}" for number in range(16_379)]
    path = book(tmp_path, [*ROWS[0], *wide], [*ROWS[1], *("x" for _ in wide)])
    code, said = bounded(path)
    assert code == 0
    assert "read 1 = 1 used" in said
    assert len(said) < 20_000


def test_sixteen_thousand_courses_are_refused(tmp_path):
    wide = [f"NC-{number}" for number in range(16_300)]
    path = book(tmp_path, ["Email", *wide], ["ana@example.org", *("x" for _ in wide)])
    with pytest.raises(SourceError, match="columns hold marks"):
        prepare(path, config=Config())


def test_merging_everything_fills_no_more_than_there_is(tmp_path):
    path = book(tmp_path, *ROWS, ("bo@example.org", "Bo", "Ek", None, "student"))
    areas = b"".join(b'<mergeCell ref="D2:D1048576"/>' for _ in range(20_000))
    changed = {SHEET: lambda xml: xml.replace(b"</sheetData>", b'</sheetData><mergeCells count="1">' + areas + b"</mergeCells>")}
    code, said = bounded(rewritten(path, changed))
    assert code == 0
    assert "read 2 = 2 used" in said
    many = {SHEET: lambda xml: xml.replace(b"</mergeCells>", areas * 6 + b"</mergeCells>")}
    with pytest.raises(SourceError, match="merges cells in more than 100,000 places"):
        read(rewritten(path, many))


def test_the_limit_of_these_tests_is_one():
    program = "import resource\nresource.setrlimit(resource.RLIMIT_DATA, (100 << 20,) * 2)\nb'x' * (200 << 20)\n"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "MemoryError" in done.stderr
    assert resource.RLIMIT_DATA is not None
