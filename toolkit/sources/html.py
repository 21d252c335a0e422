"""Web pages that hold one table, as systems write them under a name that ends in .xls. Nothing in them is run or followed."""

from __future__ import annotations

from html.parser import HTMLParser

from provkit.errors import SourceError
from provkit.sources.bounds import MAX_CELLS
from provkit.sources.decoding import decode
from provkit.tables import Cell, Sheet, Sheets

__all__ = ["read_html"]

_SPAN = 1000
"""The widest cell that is believed."""


class _Tables(HTMLParser):
    """Collects the rows of every table; a table inside a cell belongs to that cell's text."""

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[Cell]]] = []
        self._name, self._depth, self._cells, self._hidden = name, 0, 0, 0
        self._text: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append([])
        elif tag in ("script", "style"):
            self._hidden += 1
        elif self._depth != 1:
            return
        elif tag == "tr":
            self._close()
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._close()
            if not self.tables[-1]:
                self.tables[-1].append([])
            said = dict(attrs).get("colspan") or "1"
            self._span = min(int(said), _SPAN) if said.isdecimal() and int(said) else 1
            self._text = []
        elif tag == "br" and self._text is not None:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._hidden = max(0, self._hidden - 1)
        elif tag == "table":
            if self._depth == 1:
                self._close()
            self._depth = max(0, self._depth - 1)
        elif self._depth == 1 and tag in ("td", "th", "tr"):
            self._close()

    def handle_data(self, data: str) -> None:
        if self._text is not None and not self._hidden:
            self._text.append(data)

    def _close(self) -> None:
        if self._text is None:
            return
        lines = (" ".join(line.split()) for line in "".join(self._text).split("\n"))
        self._cells += self._span
        if self._cells > MAX_CELLS:
            raise SourceError(f"{self._name} has more than {MAX_CELLS:,} cells.", remedy="Divide it into several files.")
        self.tables[-1][-1].extend(["\n".join(lines).strip(), *[None] * (self._span - 1)])
        self._text = None


def read_html(content: bytes, name: str, encoding: str | None = None) -> Sheets:
    """Read the tables of a web page; one sheet each. Rows are counted as a spreadsheet that opens the page shows a single table.

    Args:
        content: The file's bytes.
        name: Its name, without folders.
        encoding: How it is written where it does not say so itself.

    Raises:
        SourceError: There is no table in it, or it is too large.
    """
    decoded = decode(content, name, encoding)
    parser = _Tables(name)
    parser.feed(decoded.text)
    parser.close()
    tables = [table for table in parser.tables if any(cell for row in table for cell in row)]
    if not tables:
        raise SourceError(f"{name} is a web page without a table.", remedy="Download the table itself, as Excel or CSV.")
    sheets = tuple(
        Sheet(name, None if len(tables) == 1 else f"Table {number}", table, range(1, len(table) + 1))
        for number, table in enumerate(tables, 1)
    )
    return Sheets(sheets, None, f"{name} was read as a web page with a table ({decoded.encoding}), whatever its name says.")
