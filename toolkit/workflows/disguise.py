"""A user's file with every text of it replaced, and its structure kept: same rows, cells, types, formats, encodings."""

from __future__ import annotations

import html
import io
import itertools
import re
import warnings
import zipfile
from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape

from provkit.sources.bounds import open_zip, read_member
from provkit.workflows.blot import blotted, cells_to_blot, page_holds_any

__all__ = ["disguised", "hollow"]

Swap = Callable[[str], str]

_BINARY = re.compile(rb"%PDF|\x89PNG|\xff\xd8\xff|GIF8|\x1f\x8b|7z\xbc\xaf|Rar!|SQLite format 3|PAR1|\xd0\xcf\x11\xe0")
_TAG = re.compile(r"(<[^>]*>)")
_PAGE = re.compile(r"\ufeff?\s*<(?:!doctype|html|table|head|meta|style|\?xml)", re.IGNORECASE)


def disguised(content: bytes, name: str, swap: Swap, rename: Swap) -> bytes | None:
    """A file with its texts replaced, and with nothing in its sensitive columns.

    Args:
        content: Its bytes.
        name: What it is called, for messages.
        swap: What replaces a text.
        rename: What replaces the name of a file in a ZIP.

    Returns:
        The new bytes; None where the file is of a kind that can only be described.

    Raises:
        SourceError: It is a ZIP that cannot be opened, or larger than provkit reads.
    """
    if content[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zipped(content, name, swap, rename)
    if _BINARY.match(content):
        return None
    if _PAGE.match(content.decode("utf-8", "replace")[:200]) and page_holds_any(content, name):
        return None
    return _text(content, swap)


def hollow(content: bytes) -> bytes:
    """As many bytes that begin alike and hold nothing, for a file that can only be described.

    Args:
        content: The file's bytes.
    """
    return content[:4] + bytes(max(0, len(content) - 4))


def _text(content: bytes, swap: Swap) -> bytes:
    """A text in whatever encoding; what is not valid in it stays as it is."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            try:
                return mark + _plain(content[2:].decode(encoding), swap).encode(encoding)
            except UnicodeDecodeError:
                break
    try:
        return _plain(content.decode(), swap).encode()
    except UnicodeDecodeError:
        # Each byte for itself: what is a letter in one encoding and another in the next stays a byte.
        return _plain(content.decode("ascii", "surrogateescape"), swap).encode("ascii", "surrogateescape")


def _plain(text: str, swap: Swap) -> str:
    if _PAGE.match(text[:200]):
        return "".join(part if part.startswith("<") else swap(part) for part in _TAG.split(text))
    return swap(blotted(text))


def _zipped(content: bytes, name: str, swap: Swap, rename: Swap) -> bytes | None:
    archive = open_zip(content, name)
    names = set(archive.namelist())
    if any(one.flag_bits & 1 for one in archive.infolist()):
        return None
    if "xl/workbook.xml" in names:
        return _workbook(archive, name, swap, cells_to_blot(content, archive, name))
    if "xl/workbook.bin" in names or "mimetype" in names or "word/document.xml" in names:
        return None
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a name that stands twice in it is what is to be shown
        for entry in archive.infolist():
            inside = archive.read(entry) if len(names) != len(archive.infolist()) else read_member(archive, entry.filename, name)
            shell = zipfile.ZipInfo(rename(entry.filename), (1980, 1, 1, 0, 0, 0))
            shell.compress_type, shell.external_attr, shell.create_system = (
                entry.compress_type,
                entry.external_attr,
                entry.create_system,
            )
            made.writestr(shell, disguised(inside, name, swap, rename) or hollow(inside))
    return target.getvalue()


# A workbook's parts are rewritten in place, so that types, formats, hidden rows and what formulas came to stay as they are. What holds no
# cells (comments, pictures, properties, links) is left out.

_KEPT = re.compile(r"xl/(?:worksheets/[^/]+\.xml|sharedStrings\.xml|styles\.xml|theme/[^/]+\.xml)")
_ATTRIBUTE = re.compile(r'(\b(?:val|name)=")([^"]*)"')
_ITEM = re.compile(r"<si\b[^>]*?(?:/>|>(.*?)</si>)", re.DOTALL)
_RUN = re.compile(r"<t\b[^>]*>(.*?)</t>", re.DOTALL)
_PHONETIC = re.compile(r"<rPh\b.*?</rPh>|<phoneticPr\b[^>]*/>", re.DOTALL)
_CELL = re.compile(r"<c\b((?:\s[^>]*?)?)(?:/>|>(.*?)</c>)", re.DOTALL)
_VALUE = re.compile(r"(<v\b[^>]*>)(.*?)(</v>)", re.DOTALL)
_FORMULA = re.compile(r"(<f\b[^>]*>)(.*?)(</f>)", re.DOTALL)
_SAID = re.compile(r"\"[^\"]*\"|'[^']*'!|[^\W\d][\w.]*!")
_LEFT_OUT = re.compile(
    r"<(extLst|hyperlinks|dataValidations|conditionalFormatting|headerFooter|legacyDrawing|legacyDrawingHF|drawing|picture|oleObjects|controls|"
    r"tableParts|pageSetup|customProperties|webPublishItems|protectedRanges|scenarios|AlternateContent)\b[^>]*?(?:/>|>.*?</\1>)",
    re.DOTALL,
)
_SINCE_2000 = 36526
"""The serial number of 1 January 2000: dates since then stay."""


def _workbook(archive: zipfile.ZipFile, name: str, swap: Swap, secret: Mapping[str, frozenset[str]]) -> bytes | None:
    def text(part: str) -> str:
        return read_member(archive, part, name).decode("utf-8-sig")

    names = archive.namelist()
    book = text("xl/workbook.xml")
    sheets = re.findall(r"<sheet\b[^>]*/>", book)
    if not sheets:
        return None  # written with prefixes of its own
    dates = _date_styles(text("xl/styles.xml")) if "xl/styles.xml" in names else frozenset()
    parts = {part: text(part) for part in names if _KEPT.fullmatch(part)}
    alone = _only_secret(parts, secret)
    for part, content in parts.items():
        if part.startswith("xl/worksheets/"):
            if "<sheetData" not in content:
                return None
            hidden = secret.get(part, frozenset())
            parts[part] = _worksheet(_CELL.sub(lambda cell, hidden=hidden: _emptied(cell, hidden), content), dates, swap)  # type: ignore[misc]
        elif part == "xl/sharedStrings.xml":
            number = itertools.count()
            parts[part] = _ITEM.sub(
                lambda item, number=number: f"<si>{'<t/>' if next(number) in alone else _string(item[1] or '', swap)}</si>",  # type: ignore[misc]
                content,
            )
        elif part == "xl/styles.xml":
            parts[part] = re.sub(r"&quot;(.*?)&quot;", lambda said: f"&quot;{_swapped(said[1], swap)}&quot;", content)
    named = "".join(_ATTRIBUTE.sub(lambda found: f'{found[1]}{_swapped(found[2], swap)}"', sheet) for sheet in sheets)
    properties = re.search(r"<workbookPr\b[^>]*/>", book)
    root = re.search(r"<workbook\b[^>]*>", book)
    assert root is not None, "a workbook that names sheets has a root"
    parts["xl/workbook.xml"] = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{root[0]}{properties[0] if properties else ""}'
        f"<sheets>{named}</sheets></workbook>"
    )
    kept = re.compile(r"/(?:worksheet|sharedStrings|styles|theme)\"")
    parts["xl/_rels/workbook.xml.rels"] = re.sub(
        r"<Relationship\b[^>]*/>", lambda found: found[0] if kept.search(found[0]) else "", text("xl/_rels/workbook.xml.rels")
    )
    parts["_rels/.rels"] = re.sub(
        r"<Relationship\b[^>]*/>", lambda found: found[0] if '/officeDocument"' in found[0] else "", text("_rels/.rels")
    )
    parts["[Content_Types].xml"] = re.sub(
        r'<Override\b[^>]*PartName="/([^"]*)"[^>]*/>',
        lambda found: found[0] if found[1] in parts else "",
        text("[Content_Types].xml"),
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for part, content in parts.items():
            made.writestr(zipfile.ZipInfo(part, (1980, 1, 1, 0, 0, 0)), content.encode(), zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _only_secret(parts: Mapping[str, str], secret: Mapping[str, frozenset[str]]) -> set[int]:
    """The numbers of the shared strings that stand in sensitive cells and nowhere else."""
    hidden: set[int] = set()
    shown: set[int] = set()
    for part, cells in secret.items():
        for cell in _CELL.finditer(parts.get(part, "")):
            if 't="s"' in cell[1] and (value := _VALUE.search(cell[2] or "")) is not None:
                (hidden if _place(cell[1]) in cells else shown).add(int(value[2]))
    return hidden - shown


def _place(head: str) -> str:
    found = re.search(r'\br="([A-Z]+\d+)"', head)
    return "" if found is None else found[1]


def _emptied(cell: re.Match[str], secret: frozenset[str]) -> str:
    """A cell as it is; a sensitive one without what it holds."""
    if _place(cell[1]) not in secret:
        return cell[0]
    return f"<c{re.sub(r' t=.[A-Za-z]+.', '', cell[1])}/>"


def _swapped(text: str, swap: Swap) -> str:
    """A text of XML, replaced."""
    return escape(swap(html.unescape(text)), {'"': "&quot;"})


def _string(inside: str, swap: Swap) -> str:
    """The runs of a string as one, since a word may go through several."""
    whole = "".join(html.unescape(run) for run in _RUN.findall(_PHONETIC.sub("", inside)))
    return f'<t xml:space="preserve">{escape(swap(whole))}</t>'


def _worksheet(content: str, dates: frozenset[int], swap: Swap) -> str:
    content = _LEFT_OUT.sub("", content)
    content = re.sub(
        r"<autoFilter\b.*?(?:</autoFilter>|/>)",
        lambda found: _ATTRIBUTE.sub(lambda said: f'{said[1]}{_swapped(said[2], swap)}"', found[0]),
        content,
        flags=re.DOTALL,
    )
    return _CELL.sub(lambda cell: _cell(cell, dates, swap), content)


def _cell(cell: re.Match[str], dates: frozenset[int], swap: Swap) -> str:
    head, inside = cell[1], cell[2]
    if inside is None:
        return cell[0]
    kind = re.search(r'\bt="(\w+)"', head)
    style = re.search(r'\bs="(\d+)"', head)
    inside = _FORMULA.sub(lambda found: found[1] + _formula(found[2], swap) + found[3], inside)
    said = kind[1] if kind is not None else "n"
    if said == "inlineStr":
        inside = f"<is>{_string(inside, swap)}</is>"
    elif said == "str":
        inside = _VALUE.sub(lambda found: found[1] + _swapped(found[2], swap) + found[3], inside)
    elif said == "n":
        dated = style is not None and int(style[1]) in dates
        inside = _VALUE.sub(lambda found: found[1] + _number(found[2], swap, dated=dated) + found[3], inside)
    return f"<c{head}>{inside}</c>"


def _number(text: str, swap: Swap, *, dated: bool) -> str:
    try:
        since = float(text) >= _SINCE_2000
    except ValueError:
        since = False
    return text if dated and since else swap(text)


def _formula(text: str, swap: Swap) -> str:
    """What a formula says in quotes, and the sheets that it names."""
    return escape(_SAID.sub(lambda found: swap(found[0]), html.unescape(text)))


def _date_styles(styles: str) -> frozenset[int]:
    """The numbers of the cell styles that show a date."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

    own = dict(re.findall(r'<numFmt\b[^>]*?numFmtId="(\d+)"[^>]*?formatCode="([^"]*)"', styles))
    formats = {**{str(number): code for number, code in BUILTIN_FORMATS.items()}, **own}
    cells = re.search(r"<cellXfs\b.*?</cellXfs>", styles, re.DOTALL)
    used = re.findall(r'<xf\b[^>]*?numFmtId="(\d+)"', cells[0]) if cells is not None else []
    return frozenset(number for number, code in enumerate(used) if is_date_format(html.unescape(formats.get(code, "General"))))
