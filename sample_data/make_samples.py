"""Writes the sample workbooks, the same bytes each time. Usage: make_samples.py [FOLDER].

A department that does not exist, Prairie Lane Community Arts, offers three non-credit courses to people who do not exist, at addresses that
nobody can have. `roster.xlsx` has one sheet per kind; `roster_flat.xlsx` holds the same facts, one row per person and course;
`broken.xlsx` has twenty mistakes that really occur in spreadsheets, each once.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

ACCOUNT = "PLCA"
MADE = datetime(2026, 6, 1, 9, 0, 0)  # noqa: DTZ001 - a workbook's dates have no time zone

COURSES = (
    ("PLCA-WATERCOLOR-26FA", "Watercolor", "Watercolor for Beginners", date(2026, 9, 8), date(2026, 10, 30)),
    ("PLCA-BEEKEEPING-26FA", "Beekeeping", "Backyard Beekeeping", date(2026, 9, 12), date(2026, 11, 14)),
    ("PLCA-GRANTS-26FA", "Grant Writing", "Grant Writing for Small Nonprofits", date(2026, 9, 14), date(2026, 12, 4)),
)
SECTIONS = (
    ("PLCA-WATERCOLOR-26FA-AM", 0, "Tuesday mornings", date(2026, 9, 8), date(2026, 10, 27)),
    ("PLCA-WATERCOLOR-26FA-PM", 0, "Thursday evenings", date(2026, 9, 10), date(2026, 10, 30)),
    ("PLCA-BEEKEEPING-26FA-SAT", 1, "Saturdays at the apiary", date(2026, 9, 12), date(2026, 11, 14)),
    ("PLCA-BEEKEEPING-26FA-WED", 1, "Wednesdays at the apiary", date(2026, 9, 16), date(2026, 11, 11)),
    ("PLCA-GRANTS-26FA-WEB", 2, "Online, all weeks", date(2026, 9, 14), date(2026, 12, 4)),
)
GUESTS = (
    *("Marigold Ashdown", "Peregrine Holt", "Clementine Voss", "Barnaby Thistlewood", "Odette Larkspur", "Silas Merriweather"),
    *("Juniper Okafor", "Thaddeus Quill", "Zoë Vandermolen", "Ignatius Bramble", "Rosalind O'Dell", "Ambrose Fairweather"),
    *("Lucía Montenegro", "Cornelius Frost", "Philippa Starling", "Desmond Achterberg", "Beatrix Hollowell", "Linus Søndergaard"),
    *("Wilhelmina Crane", "Fitzgerald Moss", "Anneliese Brook", "Lysander Pike", "Henrietta de la Cruz", "Mortimer Vale"),
    *("Saffron Whitlock", "Augustin Lefèvre", "Winifred Nakagawa", "Caspian Rhodes", "Dorothea Plum", "Evander Sloane"),
    *("Prudence Adeyemi", "Gideon Hartsfield", "Isolde Marchbanks", "Barnabas Cho", "Theodora Wick", "Alistair Nwosu"),
)
STAFF = (
    ("rfenwick", "", 0, 0, "teacher"),
    ("tgallowa", "", 0, 1, "teacher"),
    ("", "0009990001", 1, 2, "teacher"),
    ("", "0009990002", 1, 3, "teacher"),
    ("lbexley", "", 2, 4, "teacher"),
    ("mdunmore", "", 2, 4, "ta"),
)
"""University people: username, university id, course, section, role."""

LISTING = "48213"
EXPAND = ((2, "yes"), (8, "yes"), (12, "no"), (20, "yes"), (31, "no"))
"""Guests who are enrolled in the catalogue's listing too, and whether they get its mail."""

MESSAGE = {
    "Sender": "plca@example.edu",
    "Subject": "Welcome to Prairie Lane Community Arts",
    "Body": (
        "Hello,\n"
        "\n"
        "we are glad that you have joined one of our fall courses. “Watercolor”, “Beekeeping” and “Grant Writing” all begin in the second "
        "week of September.\n"
        "\n"
        "You have received a second message with an invitation to set up your guest account. Please use the address at which this message "
        "reached you; the link in it is valid for 30 days.\n"
        "\n"
        "Questions? Write to plca@example.edu or call the studio – we’re here on weekdays.\n"
        "\n"
        "Prairie Lane Community Arts"
    ),
}

ROLES = ("student", "teacher", "ta", "observer", "designer")


def address(name: str) -> str:
    """A guest's address: the name in plain letters, under a domain that is set aside for examples."""
    plain = name.lower().translate(str.maketrans("ëíøè", "eioe", "'")).split(" ", 1)
    domain = "example.edu" if len(name) % 5 == 0 else "example.org"
    return f"{plain[0]}.{plain[1].replace(' ', '')}@{domain}"


def places(guest: int) -> list[tuple[int, int]]:
    """The courses and sections that a guest takes; every sixth takes two."""
    section = guest % len(SECTIONS)
    taken = [(SECTIONS[section][1], section)]
    if guest % 6 == 0:
        other = (section + 2) % len(SECTIONS)
        if SECTIONS[other][1] != taken[0][0]:
            taken.append((SECTIONS[other][1], other))
    return taken


def split(name: str) -> tuple[str, str]:
    """First and last name."""
    first, _, last = name.partition(" ")
    return first, last


# What the sheets hold

USER_COLUMNS = ("Email", "First name", "Last name", "Service")
COURSE_COLUMNS = ("Course ID", "Short name", "Title", "Account", "Status", "Start", "End")
SECTION_COLUMNS = ("Section ID", "Course ID", "Section name", "Status", "Start", "End")
ENROLLMENT_COLUMNS = ("Email", "Username", "University ID", "Course ID", "Section ID", "Role", "Status", "Limit to section")
EXPAND_COLUMNS = ("Email", "Listing ID", "Send email")
FLAT_COLUMNS = (
    *("First name", "Last name", "Email", "Username", "University ID", "Service", "Role", "Status", "Limit to section"),
    *("Course ID", "Short name", "Course title", "Account", "Course status", "Start", "End"),
    *("Section ID", "Section name", "Section status", "Section start", "Section end", "Listing ID", "Send email"),
)
DATES = frozenset({"Start", "End", "Section start", "Section end"})
WIDTHS: Mapping[str, int] = {
    "Email": 34, "First name": 14, "Last name": 16, "Service": 9, "Course ID": 25, "Section ID": 29, "Section name": 25, "Title": 36,
    "Course title": 36, "Short name": 15, "Listing ID": 11, "University ID": 14, "Username": 12, "Limit to section": 16,
    "Course status": 14, "Section status": 15, "Section start": 14, "Section end": 13,
}  # fmt: skip


def users() -> list[list[object]]:
    """Rows of the sheet Users."""
    return [[address(name), *split(name), "Canvas"] for name in GUESTS]


def courses() -> list[list[object]]:
    """Rows of the sheet Courses."""
    return [[course, short, title, ACCOUNT, "active", start, end] for course, short, title, start, end in COURSES]


def sections() -> list[list[object]]:
    """Rows of the sheet Sections."""
    return [[section, COURSES[course][0], name, "active", start, end] for section, course, name, start, end in SECTIONS]


def members() -> Iterable[tuple[str, str, str, str, int, int, str, str]]:
    """Name, address, username, university id, course, section, role and limit of everybody in every course."""
    for username, university_id, course, section, role in STAFF:
        yield "", "", username, university_id, course, section, role, "no"
    for index, name in enumerate(GUESTS):
        for course, section in places(index):
            yield name, address(name), "", "", course, section, "student", "yes"


def enrollments() -> list[list[object]]:
    """Rows of the sheet Enrollments."""
    return [
        [mail, username, university_id, COURSES[course][0], SECTIONS[section][0], role, "active", limit]
        for _, mail, username, university_id, course, section, role, limit in members()
    ]


def expand() -> list[list[object]]:
    """Rows of the sheet Expand."""
    return [[address(GUESTS[guest]), LISTING, mail] for guest, mail in EXPAND]


def flat() -> list[list[object]]:
    """Rows of the flat roster."""
    rows: list[list[object]] = []
    for name, mail, username, university_id, course, section, role, limit in members():
        course_id, short, title, start, end = COURSES[course]
        section_id, _, section_name, section_start, section_end = SECTIONS[section]
        rows.append(
            [
                *(split(name) if name else ("", "")),
                *(mail, username, university_id, "Canvas" if name else "", role, "active", limit),
                *(course_id, short, title, ACCOUNT, "active", start, end),
                *(section_id, section_name, "active", section_start, section_end, "", ""),
            ]
        )
    for guest, mail in EXPAND:
        name = GUESTS[guest]
        filler = [""] * (len(FLAT_COLUMNS) - 11)
        rows.append([*split(name), address(name), "", "", "Canvas", "", "", "", *filler, LISTING, mail])
    return rows


# How they look

HEADER = PatternFill("solid", fgColor="1F4E5F")
LINE = Side(style="thin", color="C9D3D8")


def sheet(book: Workbook, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Worksheet:
    """A sheet with a header row, ids as text, dates as dates."""
    made: Worksheet = book.create_sheet(name)
    for index, column in enumerate(columns, 1):
        cell = made.cell(1, index, column)
        cell.font = Font(name="Calibri", bold=True, color="FFFFFF")
        cell.fill = HEADER
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        made.column_dimensions[get_column_letter(index)].width = WIDTHS.get(column, 12)
    number = 1
    for number, row in enumerate(rows, 2):
        for index, (column, value) in enumerate(zip(columns, row, strict=True), 1):
            if value != "":
                put(made.cell(number, index), value)
            style(made.cell(number, index), column)
    made.row_dimensions[1].height = 22
    made.freeze_panes = "A2"
    made.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{number}"
    for column, words in (("Role", ROLES), ("Limit to section", ("yes", "no")), ("Send email", ("yes", "no"))):
        if column in columns:
            letter = get_column_letter(columns.index(column) + 1)
            choice = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=False)
            choice.add(f"{letter}2:{letter}500")
            made.add_data_validation(choice)
    page(made)
    return made


def put(cell: Cell, value: object) -> None:
    """Fill a cell; a text that begins with "=" is a formula, one with "#" and a capital a spreadsheet's error."""
    cell.value = value  # type: ignore[assignment]
    if isinstance(value, str) and re.match("#[A-Z]", value):
        cell.data_type = "e"


def style(cell: Cell, column: str) -> None:
    """Make a cell look like its column: ids as text, dates as dates."""
    cell.font = Font(name="Calibri")
    cell.border = Border(bottom=LINE)
    if column in DATES:
        cell.number_format = "yyyy-mm-dd"
        cell.alignment = Alignment(horizontal="left")
    elif isinstance(cell.value, str):
        cell.number_format = "@"


def page(made: Worksheet) -> None:
    """Make a sheet print well."""
    made.page_setup.orientation = "landscape"
    made.page_setup.fitToWidth = 1
    made.page_setup.fitToHeight = 0
    made.sheet_properties.pageSetUpPr.fitToPage = True
    made.print_title_rows = "1:1" if made.title != "Message" else None


def message(book: Workbook) -> Worksheet:
    """The sheet Message: each part beside its name."""
    made: Worksheet = book.create_sheet("Message")
    for number, (part, text) in enumerate(MESSAGE.items(), 1):
        head, cell = made.cell(number, 1, part), made.cell(number, 2, text)
        head.font = Font(name="Calibri", bold=True, color="FFFFFF")
        head.fill = HEADER
        head.alignment = Alignment(vertical="top")
        cell.font = Font(name="Calibri")
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    made.column_dimensions["A"].width = 12
    made.column_dimensions["B"].width = 90
    made.row_dimensions[len(MESSAGE)].height = 15 * (MESSAGE["Body"].count("\n") + 4)
    page(made)
    return made


def save(book: Workbook, path: Path) -> None:
    """Write a workbook whose bytes do not depend on when it is written."""
    del book["Sheet"]
    book.properties.creator = "Prairie Lane Community Arts"
    book.properties.created = MADE
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as written, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in written.namelist():
            content = written.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + f"{MADE:%Y-%m-%dT%H:%M:%SZ}".encode(), content)
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            member.external_attr = 0o600 << 16
            fixed.writestr(member, content)


def roster(path: Path) -> None:
    """One sheet per kind."""
    book = Workbook()
    sheet(book, "Users", USER_COLUMNS, users())
    sheet(book, "Courses", COURSE_COLUMNS, courses())
    sheet(book, "Sections", SECTION_COLUMNS, sections())
    sheet(book, "Enrollments", ENROLLMENT_COLUMNS, enrollments())
    sheet(book, "Expand", EXPAND_COLUMNS, expand())
    message(book)
    save(book, path)


def roster_flat(path: Path) -> None:
    """The same facts, one row per person and course."""
    book = Workbook()
    sheet(book, "Roster", FLAT_COLUMNS, flat())
    save(book, path)


MISTAKES: Mapping[str, Mapping[str, object]] = {
    "Users": {
        "A3": "peregrine.holt@example.con",  # .con for .com
        "A5": "barnaby.thistlewood@example.org; b.thistlewood@example.edu",  # two addresses for one person
        "B7": "#REF!",  # the list that the name was looked up in is gone
        "C9": "",  # no last name
        "B10": "Zo\ufffd",  # a letter lost in an earlier export
        "D11": "Both",  # neither Canvas nor Expand
    },
    "Courses": {
        "F3": "05/06/2026",  # May 6 or 5 June?
        "G4": date(2025, 12, 4),  # the year was not changed
        "E5": "open",  # no such status
        "A6": "FA26-BL-FINA-F101-12345",  # an official class
    },
    "Sections": {
        "A4": date(2026, 9, 12),  # 9-12 was typed, and became a date
        "B7": "plca-grants-26fa",  # capitals count
    },
    "Enrollments": {
        "C4": "9.99E+06",  # a university id that passed through a CSV
        "C5": "99900",  # digits lost
        "E12": "PLCA-WATERCOLOR-26FA-AM",  # a section of another course
        "F13": "Student helper",  # no role of that name
        "G14": "enroled",  # misspelled
        "A15": "",  # nobody
        "H16": "sometimes",  # neither yes nor no
    },
    "Expand": {
        "B4": 48213482134821348,  # more digits than a spreadsheet keeps
    },
}
"""What is wrong in `broken.xlsx`: by sheet and cell, what stands there."""


def broken(path: Path) -> None:
    """The same programme after a busy week."""
    book = Workbook()
    rows = courses()
    rows.append(["PLCA-EXTRA-26FA", "Finance", "Finance for Artists", ACCOUNT, "active", date(2026, 9, 14), date(2026, 12, 4)])
    rows.insert(2, ["PLCA-POTTERY-26FA", "Pottery", "Pottery", ACCOUNT, "active", date(2026, 9, 14), date(2026, 12, 4)])
    sheet(book, "Users", USER_COLUMNS, users())
    sheet(book, "Courses", COURSE_COLUMNS, rows)
    evening = ["PLCA-GRANTS-26FA-EVE", COURSES[2][0], "Monday evenings", "active", date(2026, 9, 14), date(2026, 11, 30)]
    sheet(book, "Sections", SECTION_COLUMNS, [*sections(), evening])
    sheet(book, "Enrollments", ENROLLMENT_COLUMNS, enrollments())
    sheet(book, "Expand", EXPAND_COLUMNS, expand())
    for name, cells in MISTAKES.items():
        for place, value in cells.items():
            put(book[name][place], value)
    save(book, path)


UNTIDY: Sequence[Sequence[object]] = (
    ("Prairie Lane Community Arts: who takes what, fall 2026",),
    ("Printed for the front desk",),
    (),
    ("Person", None, None, "Workshops", None, None),
    ("Name", "E-mail", "Town", "PLCA-POTTERY-26FA", "PLCA-GRANTS-26FA", "Remarks"),
    ("Thistlewood, Barnaby", "barnaby.thistlewood@example.org", "Lakeside", "x", None, None),
    ("Odalys Marchetti", "odalys.marchetti@example.org", "Elm Grove", "x", "TA", "has the key"),
    ("Peregrine Holt", "peregrine.holt@example.org", "Lakeside", None, None, "perhaps next year"),
    ("Juniper Asante", "juniper.asante@example.org", None, None, "x", None),
    ("Total", None, None, 2, 2, None),
    (),
    ("Course ID", "Taught by"),
    ("PLCA-POTTERY-26FA", "Ines Okafor <ines.okafor@example.org>; Ambrose Fairweather <ambrose.fairweather@example.org>"),
    ("PLCA-GRANTS-26FA", "Ines Okafor <ines.okafor@example.org>"),
    (),
    ("Please tell the office of changes by Friday.",),
)


def untidy(path: Path) -> None:
    """A list as it hangs on a wall: titles, marks below courses, a hidden row, a total, and a second table below."""
    book = Workbook()
    page = book.create_sheet("Fall")
    for row in UNTIDY:
        page.append(row)
    for area in ("A1:F1", "A4:C4", "D4:E4"):
        page.merge_cells(area)
    page.row_dimensions[9].hidden = True
    for column, width in zip("ABCDEF", (24, 34, 12, 20, 20, 18), strict=True):
        page.column_dimensions[column].width = width
    save(book, path)


def main(folder: Path) -> None:
    """Write all of them."""
    for name, write in (
        ("roster.xlsx", roster),
        ("roster_flat.xlsx", roster_flat),
        ("broken.xlsx", broken),
        ("untidy.xlsx", untidy),
    ):
        write(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
