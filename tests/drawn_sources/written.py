"""How a source is written: a table as a text file, a worksheet, a web page; several as a folder, a ZIP, a workbook."""

import csv
import html
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from xml.sax.saxutils import escape

import old_workbooks


@dataclass(frozen=True)
class Table:
    """One file or worksheet.

    Attributes:
        name: Its name, without ending.
        header: Its header row.
        rows: The rows below it; a cell is a text, or a date or whole number where the file can hold one.
        above: Rows above the header.
        under: Further rows of the header, as wide as it.
        known: Whether provkit knows what it holds; of a file set aside whole the header is a row like any other.
    """

    name: str
    header: list
    rows: list
    above: list = field(default_factory=list)
    under: list = field(default_factory=list)
    known: bool = True

    @property
    def grid(self):
        """All rows."""
        return [*self.above, self.header, *self.under, *self.rows]

    @property
    def filled(self):
        """How many rows there are to account for: all that hold anything, but those of the header."""
        return sum(any(str(cell).strip() for cell in row) for row in [*self.above, *self.rows]) + (not self.known)


def said(cell):
    """A cell as text."""
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def text(separator=",", encoding="utf-8"):
    """Writes one table as a text file."""

    def write(path, tables):
        (table,) = tables
        out = io.StringIO()
        csv.writer(out, delimiter=separator).writerows([map(said, row) for row in table.grid])
        path.write_bytes(out.getvalue().encode(encoding))

    return write


def xlsx(path, tables):
    """Writes worksheets."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for table in tables:
        sheet = book.create_sheet(table.name)
        for row in table.grid:
            sheet.append([None if cell == "" else cell for cell in row])
            for cell in sheet[sheet.max_row]:
                cell.data_type = "s" if cell.data_type == "f" else cell.data_type  # somebody's name is no formula
    book.save(path)


def ods(path, tables):
    """Writes worksheets as OpenDocument has them: blanks are elements, and each line of a cell is a paragraph."""

    def cell(value):
        if value == "":
            return "<table:table-cell/>"
        if isinstance(value, date):
            return f'<table:table-cell office:value-type="date" office:date-value="{value}"><text:p>{value}</text:p></table:table-cell>'
        if isinstance(value, int):
            return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
        lines = "".join(f"<text:p>{escape(line).replace(' ', '<text:s/>')}</text:p>" for line in value.split("\n"))
        return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'

    names = {name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text")}
    spaces = " ".join(f'xmlns:{name}="{space}"' for name, space in names.items())
    sheets = "".join(
        f'<table:table table:name="{table.name}">'
        + "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in table.grid)
        + "</table:table>"
        for table in tables
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<m/>")
        archive.writestr(
            "content.xml",
            f'<office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>{sheets}'
            "</office:spreadsheet></office:body></office:document-content>",
        )


def old(write):
    """Writes worksheets in one of Excel's binary forms, which here know texts and numbers."""

    def whole(path, tables):
        def cell(value):
            return None if value == "" else value if isinstance(value, int) else said(value)

        path.write_bytes(write({table.name: [list(map(cell, row)) for row in table.grid] for table in tables}))

    return whole


def parquet(path, tables):
    """Writes one table as columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    (table,) = tables
    columns = zip(*table.rows, strict=True) if table.rows else [[] for _ in table.header]
    pq.write_table(pa.table({name: list(map(said, column)) for name, column in zip(table.header, columns, strict=True)}), path)


def web_page(path, tables):
    """Writes one table as the web page that PeopleSoft calls ps.xls."""
    (table,) = tables
    rows = ("".join(f"<td>{html.escape(said(cell))}</td>" for cell in row) for row in table.grid)
    path.write_text(f"<html><body><table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table></body></html>", "utf-8")


def folder(path, tables):
    """Writes a CSV file each."""
    path.mkdir()
    for table in tables:
        text()(path / f"{table.name}.csv", [table])


def archive(path, tables):
    """Writes a CSV file each into a ZIP."""
    with zipfile.ZipFile(path, "w") as packed:
        for table in tables:
            out = io.StringIO()
            csv.writer(out, lineterminator="\n").writerows([map(said, row) for row in table.grid])
            packed.writestr(f"{table.name}.csv", "\ufeff" + out.getvalue())


WRITERS: Mapping[str, tuple[str, Callable]] = {
    "csv": (".csv", text()),
    "csv with a byte order mark": (".csv", text(encoding="utf-8-sig")),
    "semicolons": (".csv", text(";")),
    "tabs": (".tsv", text("\t")),
    "UTF-16": (".txt", text("\t", "utf-16")),
    "xlsx": (".xlsx", xlsx),
    "ods": (".ods", ods),
    "xls": (".xls", old(old_workbooks.xls)),
    "xlsb": (".xlsb", old(old_workbooks.xlsb)),
    "parquet": (".parquet", parquet),
    "web page": (".xls", web_page),
    "folder": ("", folder),
    "zip": (".zip", archive),
}
"""Form to ending and writer."""

ONE_TABLE = ("csv", "csv with a byte order mark", "semicolons", "tabs", "UTF-16", "xlsx", "ods", "xls", "xlsb")
SEVERAL = ("xlsx", "ods", "xls", "xlsb", "folder", "zip")
