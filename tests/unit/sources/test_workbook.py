import zipfile
from datetime import date, datetime, time
from io import BytesIO

import old_workbooks
import pytest
from openpyxl import Workbook

from provkit.errors import SourceError
from provkit.sources import bounds, read
from provkit.tables import CellError


def save(tmp_path, fill, name="roster.xlsx"):
    book = Workbook()
    fill(book.active)
    path = tmp_path / name
    book.save(path)
    return path


def patch(path, member, change):
    """Rewrite one member of a ZIP."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    members[member] = change(members[member])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def test_cells_keep_their_types_and_places(tmp_path):
    def fill(sheet):
        sheet["B2"] = " text "
        sheet["C2"] = 12
        sheet["D2"] = 12.5
        sheet["E2"] = True
        sheet["F2"] = date(2026, 1, 2)
        sheet["G2"] = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001
        sheet["H2"] = time(3, 4)

    (sheet,) = read(save(tmp_path, fill))
    assert list(sheet.numbers) == [1, 2]
    row = sheet.rows[1]
    assert row[1:] == [" text ", 12, 12.5, True, date(2026, 1, 2), datetime(2026, 1, 2, 3, 4, 5), time(3, 4)]  # noqa: DTZ001
    assert [type(cell) for cell in row[4:6]] == [bool, date]
    assert str(sheet.origin(1, 1)) == "Sheet!B2"


def test_formula_errors_are_seen(tmp_path):
    def fill(sheet):
        sheet["A1"] = "Email"
        sheet["B2"] = "#REF!"
        sheet["B2"].data_type = "e"

    (sheet,) = read(save(tmp_path, fill))
    assert sheet.rows[1][1] == CellError("#REF!")
    assert sheet.rows[0][0] == "Email"


def test_a_formula_without_a_result_is_an_error_and_one_with_an_empty_result_is_not(tmp_path):
    def fill(sheet):
        sheet["A1"] = "=1+1"
        sheet["B1"] = "=A1"
        sheet["C1"] = "x"

    path = save(tmp_path, fill)

    def change(xml):
        assert b'<c r="B1"><f>A1</f><v></v></c>' in xml or b'<c r="B1"><f>A1</f><v /></c>' in xml
        return xml.replace(b'<c r="B1"><f>A1</f><v></v></c>', b'<c r="B1" t="str"><f>A1</f><v></v></c>').replace(
            b'<c r="B1"><f>A1</f><v /></c>', b'<c r="B1" t="str"><f>A1</f><v/></c>'
        )

    (sheet,) = read(patch(path, SHEET, change))
    assert list(sheet.rows[0]) == [CellError(""), "", "x"]


def test_an_error_beyond_the_last_value_is_seen(tmp_path):
    def fill(sheet):
        sheet["A1"] = "x"
        sheet["D4"] = "#N/A"
        sheet["D4"].data_type = "e"

    (sheet,) = read(save(tmp_path, fill))
    assert sheet.rows[3][3] == CellError("#N/A")
    assert str(sheet.origin(3, 3)) == "Sheet!D4"


def test_cells_without_references_and_with_prefixes_are_counted(tmp_path):
    path = save(tmp_path, lambda sheet: sheet.append(["x"]))

    def change(xml):
        start, end = xml.index(b"<sheetData>"), xml.index(b"</sheetData>")
        return xml[:start] + b'<sheetData><row><c t="n"><v>1</v></c><c/><c t="e"><v>#REF!</v></c></row>' + xml[end:]

    (sheet,) = read(patch(path, SHEET, change))
    assert list(sheet.rows[0]) == [1, "", CellError("#REF!")]


def test_hidden_sheets_are_marked(tmp_path):
    def fill(sheet):
        sheet["A1"] = "x"
        other = sheet.parent.create_sheet("Lists")
        other["A1"] = "y"
        other.sheet_state = "hidden"

    first, second = read(save(tmp_path, fill))
    assert (first.hidden, second.hidden) == (False, True)


def test_the_old_forms_of_excel_are_read(tmp_path):
    grid = {"Users": [["Email", "Id"], ["ana@example.org", 2000123456.0], [None, old_workbooks.ERROR]], "Two": [["x"]]}
    path = tmp_path / "a.xls"
    path.write_bytes(old_workbooks.xls(grid))
    sheets = read(path)
    assert [sheet.name for sheet in sheets] == ["Users", "Two"]
    assert sheets.sheets[0].rows[1] == ["ana@example.org", 2000123456.0]
    assert [finding.code for finding in sheets.findings] == ["PK602", "PK604"]


def test_the_binary_form_of_excel_is_read_with_its_errors(tmp_path):
    grid = {"Users": [["Email", "Id"], ["ana@example.org", 2000123456.0], [None, old_workbooks.ERROR]]}
    path = tmp_path / "a.xlsb"
    path.write_bytes(old_workbooks.xlsb(grid))
    sheets = read(path)
    assert sheets.sheets[0].rows[1] == ["ana@example.org", 2000123456.0]
    assert sheets.sheets[0].rows[2][1] == CellError("#N/A")
    assert [finding.code for finding in sheets.findings] == ["PK604"]


ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" office:version="1.2"><office:body>
<office:spreadsheet><table:table table:name="Users">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"""


def ods(tmp_path, rows):
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<m/>")
        archive.writestr("content.xml", ODS.format(rows=rows))
    return path


TEXT = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'


def test_an_opendocument_spreadsheet_is_read_with_its_errors(tmp_path):
    wrong = (
        '<table:table-cell table:number-columns-repeated="2"/><table:table-cell table:formula="of:=1/0" office:value-type="string" '
        'office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
    )
    rows = (
        f"<table:table-row>{TEXT.format('Email')}</table:table-row>"
        '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        f"<table:table-row>{wrong}</table:table-row>"
        '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
    )
    (sheet,) = read(ods(tmp_path, rows))
    assert sheet.rows[0][0] == "Email"
    assert sheet.rows[3][2] == CellError("#DIV/0!")
    assert len(sheet.rows) == 4


def test_a_spreadsheet_that_repeats_itself_beyond_bounds_is_refused(tmp_path):
    cell = TEXT.format("x").replace("<table:table-cell", '<table:table-cell table:number-columns-repeated="16384"', 1)
    with pytest.raises(SourceError, match="repeats cells"):
        read(ods(tmp_path, f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'))


def test_a_cell_far_out_is_refused_before_it_takes_all_memory(tmp_path):
    def fill(sheet):
        sheet["A1"] = "x"
        sheet["XFD1048576"] = "y"

    with pytest.raises(SourceError, match="reaches as far as XFD1048576") as caught:
        read(save(tmp_path, fill))
    assert "Ctrl+End" in caught.value.remedy


def test_wide_or_long_sheets_within_bounds_are_read(tmp_path):
    def fill(sheet):
        sheet["A1"] = "x"
        sheet["ZZ3"] = "y"
        sheet["A5000"] = "z"

    (sheet,) = read(save(tmp_path, fill))
    assert (len(sheet.rows), len(sheet.rows[0])) == (5000, 702)


def test_far_cells_of_the_binary_form_are_refused(tmp_path):
    path = tmp_path / "a.xlsb"
    rows = [["x"]] + [[]] * 100_000
    rows[-1] = [None] * 300 + ["y"]
    path.write_bytes(old_workbooks.xlsb({"Users": rows}))
    with pytest.raises(SourceError, match="reaches as far as KO100001"):
        read(path)


def test_a_million_empty_rows_with_formats_cost_little(tmp_path):
    path = save(tmp_path, lambda sheet: sheet.append(["Email"]))
    styled = b"".join(b'<row r="%d" s="1"><c r="A%d" s="1"/></row>' % (row, row) for row in range(2, 200_000))
    (sheet,) = read(patch(path, SHEET, lambda xml: xml.replace(b"</sheetData>", styled + b"</sheetData>")))
    assert len(sheet.rows) == 1


def test_a_member_that_unpacks_to_far_too_much_is_refused(tmp_path):
    path = save(tmp_path, lambda sheet: sheet.append(["Email"]))
    with pytest.raises(SourceError, match="unpacks to far more than it should"):
        read(patch(path, SHEET, lambda xml: xml + b" " * (40 << 20)))


def test_entities_are_refused(tmp_path):
    path = save(tmp_path, lambda sheet: sheet.append(["Email"]))
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    for member in ("xl/workbook.xml", SHEET):
        with pytest.raises(SourceError, match="declares XML entities"):
            read(patch(path, member, lambda xml: bomb + xml))


def test_an_empty_workbook_is_refused(tmp_path):
    with pytest.raises(SourceError, match="no cell with anything in it"):
        read(save(tmp_path, lambda _: None))


def test_damaged_workbooks_are_refused_with_what_to_do(tmp_path):
    path = save(tmp_path, lambda sheet: sheet.append(["Email"]))
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"PK\x03\x04junk", b"\0" * 5000):
        path.write_bytes(content)
        with pytest.raises(SourceError, match=r"roster\.xlsx is damaged") as caught:
            read(path)
        assert "save it again" in caught.value.remedy


def test_a_workbook_with_a_password_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "roster.xlsx"
    content = bytearray(old_workbooks.xls({"Users": [["x"]]}))
    name = "EncryptedPackage".encode("utf-16-le")
    content[-600 : -600 + len(name)] = name
    path.write_bytes(bytes(content))
    with pytest.raises(SourceError, match="locked with a password"):
        read(path)


def test_a_damaged_old_workbook_is_refused(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(old_workbooks.xls({"Users": [["x"]]})[:600])
    with pytest.raises(SourceError, match="damaged"):
        read(path)
    path = tmp_path / "a.xlsb"
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.bin", b"\x9c\x01\x20ab")
    path.write_bytes(file.getvalue())
    with pytest.raises(SourceError, match="damaged"):
        read(path)


def test_files_above_the_bound_are_refused(tmp_path, monkeypatch):
    path = save(tmp_path, lambda sheet: sheet.append(["Email"]))
    monkeypatch.setattr(bounds, "MAX_FILE", 100)
    with pytest.raises(SourceError, match="larger than"):
        read(path)


def test_what_is_hidden_and_merged_is_seen(tmp_path):
    def fill(sheet):
        for row in range(1, 6):
            sheet.append([row, "x", "y", "z"])
        sheet.merge_cells("A2:A4")
        sheet.merge_cells("B1:C1")
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["D"].hidden = True

    (sheet,) = read(save(tmp_path, fill))
    assert sheet.aspect.hidden_rows == {3}
    assert sheet.aspect.hidden_columns == {3}
    assert sorted(sheet.aspect.merged) == [(1, 1, 1, 2), (2, 0, 4, 0)]


def test_hidden_rows_without_numbers_are_counted(tmp_path):
    path = save(tmp_path, lambda sheet: sheet.append(["x"]))

    def change(xml):
        start, end = xml.index(b"<sheetData>"), xml.index(b"</sheetData>")
        rows = b'<row><c><v>1</v></c></row><row hidden="true"><c><v>2</v></c></row>'
        return xml[:start] + b"<sheetData>" + rows + xml[end:]

    (sheet,) = read(patch(path, SHEET, change))
    assert sheet.aspect.hidden_rows == {2}


def test_what_is_hidden_and_merged_in_an_opendocument_spreadsheet_is_seen(tmp_path):
    tall = TEXT.replace("<table:table-cell", '<table:table-cell table:number-rows-spanned="2"', 1)
    rows = (
        '<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
        f"<table:table-row>{tall.format('a')}{TEXT.format('b')}</table:table-row>"
        f'<table:table-row table:visibility="filter"><table:covered-table-cell/>{TEXT.format("c")}</table:table-row>'
        '<table:table-row table:visibility="collapse" table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>'
    )
    (sheet,) = read(ods(tmp_path, rows))
    assert sheet.aspect.hidden_rows == {2}
    assert sheet.aspect.hidden_columns == {1, 2}
    assert sheet.aspect.merged == ((1, 0, 2, 0),)
