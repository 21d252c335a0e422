"""Writes the smallest workbooks of Excel 97 (.xls) and of Excel's binary form (.xlsb), which no library here writes.

A cell is a text, a number, or None; `ERROR` is a cell that shows #N/A. Formats: [MS-XLS] with [MS-CFB], and [MS-XLSB].
"""

from __future__ import annotations

import io
import struct
import zipfile

ERROR = object()


def xls(sheets):
    """A workbook of Excel 97.

    Args:
        sheets: Each sheet's name and its rows.
    """
    grids = [_biff_sheet(rows) for rows in sheets.values()]
    bounds = [_biff(0x85, struct.pack("<IBBBB", 0, 0, 0, len(name), 0) + name.encode("latin-1")) for name in sheets]
    opening = _biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    at = len(opening) + sum(map(len, bounds)) + 4
    stream = opening
    for bound, grid in zip(bounds, grids, strict=True):
        stream += bound[:4] + struct.pack("<I", at) + bound[8:]
        at += len(grid)
    return _compound(stream + _biff(0x0A, b"") + b"".join(grids))


def _biff(code, data):
    return struct.pack("<HH", code, len(data)) + data


def _biff_sheet(rows):
    stream = _biff(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(cell, str):
                text = cell.encode("utf-16-le")
                stream += _biff(0x204, place + struct.pack("<HB", len(text) // 2, 1) + text)
            elif isinstance(cell, (int, float)):
                stream += _biff(0x203, place + struct.pack("<d", cell))
            elif cell is ERROR:
                stream += _biff(0x205, place + b"\x2a\x01")
    return stream + _biff(0x0A, b"")


def _compound(stream):
    """The container: one header sector, one of its allocation table, one directory, then the stream."""
    stream = stream.ljust(4096, b"\0")
    stream += b"\0" * (-len(stream) % 512)
    count = len(stream) // 512
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    chain = [table, end, *range(3, count + 2), end]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<I", 0) + struct.pack("<I", free) * 108
    directory = _entry("Root Entry", 5, end, 0, child=1) + _entry("Workbook", 2, 2, len(stream)) + bytes(256)
    return header + struct.pack("<128I", *chain, *[free] * (128 - len(chain))) + directory + stream


def _entry(name, kind, start, size, child=0xFFFFFFFF):
    text = (name + "\0").encode("utf-16-le")
    none = 0xFFFFFFFF
    entry = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, none, none, child)
    return entry + bytes(16 + 4 + 8 + 8) + struct.pack("<IQ", start, size)


def xlsb(sheets):
    """A workbook in Excel's binary form.

    Args:
        sheets: Each sheet's name and its rows.
    """
    file = io.BytesIO()
    relations = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    listed = b""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
        for number, (name, rows) in enumerate(sheets.items(), 1):
            relations += f'<Relationship Id="rId{number}" Type="{office}/worksheet" Target="worksheets/sheet{number}.bin"/>'
            listed += _binary(156, struct.pack("<II", 0, number) + _wide(f"rId{number}") + _wide(name))
            archive.writestr(f"xl/worksheets/sheet{number}.bin", _binary_sheet(rows))
        archive.writestr("xl/_rels/workbook.bin.rels", relations + "</Relationships>")
        archive.writestr("xl/workbook.bin", _binary(131) + _binary(143) + listed + _binary(144) + _binary(132))
    return file.getvalue()


def _binary(code, data=b""):
    head = bytes([code]) if code < 128 else bytes([code & 0x7F | 0x80, code >> 7])
    size = len(data)
    length = bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])
    return head + length + data


def _wide(text):
    units = text.encode("utf-16-le")
    return struct.pack("<I", len(units) // 2) + units


def _binary_sheet(rows):
    width = max(map(len, rows))
    stream = bytearray(_binary(129) + _binary(148, struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1)) + _binary(145))
    for row, cells in enumerate(rows):
        stream += _binary(0, struct.pack("<I", row) + bytes(13))
        for column, cell in enumerate(cells):
            place = struct.pack("<II", column, 0)
            if isinstance(cell, str):
                stream += _binary(6, place + _wide(cell))
            elif isinstance(cell, (int, float)):
                stream += _binary(5, place + struct.pack("<d", cell))
            elif cell is ERROR:
                stream += _binary(3, place + b"\x2a")
    return bytes(stream) + _binary(146) + _binary(130)
