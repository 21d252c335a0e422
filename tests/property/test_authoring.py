"""What authoring keeps to, whatever the source: values survive, order plays no part, every row is accounted for, and twice is once."""

import csv
import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provkit.authoring import AuthoringSettings, author
from provkit.authoring.message_sheet import is_label
from provkit.errors import SourceError
from provkit.rules import Severity
from provkit.schemas.layouts import Kind
from provkit.sources import from_text
from provkit.sources.delimited import read_text
from provkit.tables import Area, Aspect, CellError, Sheet, Sheets
from provkit.writer import encode

BOUNDED = settings(max_examples=60, deadline=None)
PLAIN = AuthoringSettings(create_courses=True)

word = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Nd"), exclude_characters="\u200c\u200d"), min_size=1, max_size=6)
inner = st.text(st.sampled_from("ab'\\\"-,;:.!?|éßЖ漢😀 \n"), max_size=6)
text = st.builds(lambda first, middle, last: first + middle + last, word, inner, word)
identifier = st.builds(
    lambda letters, number: f"{letters}-{number}", st.sampled_from(["NC", "x\\y", "Ünit", 'q"']), st.integers(0, 99)
)


@st.composite
def facts(draw):
    """People, courses, sections and who is in them."""
    people = [
        (f"p{number}@example.org", draw(text), draw(text), draw(st.sampled_from(["", "e", "c"])))
        for number in range(draw(st.integers(1, 5)))
    ]
    courses = {
        name: (draw(text), draw(text), draw(st.sampled_from(["", "2026-08-24T04:00:00Z"])))
        for name in draw(st.lists(identifier, min_size=1, max_size=4, unique=True))
    }
    sections = {
        f"{course}-{letter}": (course, draw(text))
        for course in courses
        for letter in draw(st.sets(st.sampled_from("AB"), max_size=2))
    }
    members = []
    for address, *_ in people:
        for course in draw(st.sets(st.sampled_from(sorted(courses)), min_size=1)):
            section = draw(st.sampled_from(["", *sorted(name for name, (home, _) in sections.items() if home == course)]))
            members.append((address, course, section, draw(st.sampled_from(["student", "teacher", "Grader"]))))
    return people, courses, sections, members


def grid(rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def by_kind(held):
    people, courses, sections, members = held
    return {
        "Users": [("Email", "First name", "Last name", "Service"), *people],
        "Courses": [
            ("Course ID", "Short name", "Title", "Account", "Status", "Start"),
            *((name, short, title, "SPEA", "active", start) for name, (short, title, start) in courses.items()),
        ],
        "Sections": [
            ("Section ID", "Course ID", "Section name", "Status"),
            *((name, course, title, "active") for name, (course, title) in sections.items()),
        ],
        "Enrollments": [("User", "Course", "Section", "Role", "Status"), *((*member, "active") for member in members)],
    }


def flat(held):
    people, courses, sections, members = held
    who = {address: rest for address, *rest in people}
    rows = [
        ("Email", "First name", "Last name", "Service", "Course ID", "Short name", "Course title", "Account", "Course status", "Start",
         "Section ID", "Section name", "Section status", "Role", "Status")
    ]  # fmt: skip
    for address, course, section, role in members:
        short, title, start = courses[course]
        name = sections[section][1] if section else ""
        status = "active" if section else ""
        rows.append((address, *who[address], course, short, title, "SPEA", "active", start, section, name, status, role, "active"))
    return {"Roster": rows}


def made(sheets, using=PLAIN):
    return author(from_text({name: grid(rows) for name, rows in sheets.items()}), using)


def contents(authored):
    return {kind.value: table.frame.to_dict("list") for kind, table in authored.tables.by_kind.items() if len(table)}


@BOUNDED
@given(facts())
def test_every_value_arrives_as_the_sheet_holds_it(held):
    people, courses, sections, members = held
    authored = made(by_kind(held))
    assert authored.report.count(Severity.ERROR) == 0
    frames = {kind: table.frame.fillna("") for kind, table in authored.tables.by_kind.items()}
    users = frames[Kind.USERS]
    service = users["service"] if "service" in users else [""] * len(users)
    assert set(zip(users["login_id"], users["first_name"], users["last_name"], service, strict=True)) == set(people)
    found = frames[Kind.COURSES]
    start = found["start_date"] if "start_date" in found else [""] * len(found)
    assert {name: rest for name, *rest in zip(found["course_id"], found["short_name"], found["long_name"], start, strict=True)} == {
        name: list(rest) for name, rest in courses.items()
    }
    if sections:
        found = frames[Kind.SECTIONS]
        assert dict(zip(found["section_id"], zip(found["course_id"], found["name"], strict=True), strict=True)) == sections
    found = frames[Kind.ENROLLMENTS]
    assert sorted(zip(found["user_id"], found["course_id"], found["section_id"], found["role"], strict=True)) == sorted(members)


@BOUNDED
@given(facts())
def test_a_roster_gives_what_sheets_per_kind_give(held):
    people, courses, sections, members = held
    used = {course for _, course, _, _ in members}
    placed = {section for _, _, section, _ in members}
    told = (
        people,
        {name: fact for name, fact in courses.items() if name in used},
        {name: fact for name, fact in sections.items() if name in placed},
        members,
    )
    first, second = made(flat(told)), made(by_kind(told))
    assert first.report.count(Severity.ERROR) == second.report.count(Severity.ERROR) == 0
    assert contents(first) == contents(second)


@BOUNDED
@given(facts(), st.randoms(use_true_random=False))
def test_the_order_of_rows_columns_and_sheets_plays_no_part(held, shuffle):
    for sheets in (by_kind(held), flat(held)):
        assert contents(made(sheets)) == contents(made(shuffled(sheets, shuffle)))


def shuffled(sheets, shuffle: random.Random):
    mixed = {}
    for name in shuffle.sample(sorted(sheets), len(sheets)):
        header, *rows = sheets[name]
        order = shuffle.sample(range(len(header)), len(header))
        mixed[name] = [tuple(row[column] for column in order) for row in [header, *shuffle.sample(rows, len(rows))]]
    return mixed


NOISE = {
    "student": ["Student", " learner ", "PARTICIPANT", "student\u00a0"],
    "teacher": ["Instructor", "teacher", "Faculty"],
    "active": ["Active", " ACTIVE", "active"],
    "2026-08-24T04:00:00Z": ["2026-08-24", "=2026-08-24", "8/24/2026", "Aug 24, 2026"],
}


@BOUNDED
@given(facts(), st.randoms(use_true_random=False))
def test_noise_is_taken_away_and_recorded(held, choose):
    def noisy(cell):
        options = NOISE.get(cell)
        if options is None:
            return choose.choice([cell, f" {cell}", f"{cell}\u200b"]) if "@" in cell else cell
        return choose.choice(options)

    clean = by_kind(held)
    dirty = {name: [rows[0], *(tuple(map(noisy, row)) for row in rows[1:])] for name, rows in clean.items()}
    changed = sum(
        one != other
        for name in clean
        for row, loud in zip(clean[name], dirty[name], strict=True)
        for one, other in zip(row, loud, strict=True)
    )
    first, second = made(clean), made(dirty)
    assert contents(first) == contents(second)
    cells = {(change.origin, change.column) for change in second.changes} - {
        (change.origin, change.column) for change in first.changes
    }
    assert len(cells) == changed


@BOUNDED
@given(facts())
def test_authoring_what_the_tables_say_changes_nothing_more(held):
    once = made(flat(held))
    grids = {}
    sheets = []
    for kind, table in once.tables.by_kind.items():
        rows = [list(table.frame.columns), *table.frame.fillna("").to_numpy().tolist()]
        grids[kind.value] = rows
        sheets.append(Sheet(f"{kind}.csv", None, rows, range(1, len(rows) + 1), kind))
    for again in (made(grids, AuthoringSettings()), author(Sheets(tuple(sheets)), AuthoringSettings())):
        assert contents(again) == contents(once)
        assert list(again.changes) == []
        assert again.report.counts == {}


@BOUNDED
@given(facts())
def test_reading_what_was_written_gives_the_same_tables(held):
    once = made(flat(held))
    files = [read_text(encode(table), f"{kind}.csv") for kind, table in once.tables.by_kind.items()]
    assert all(sheet.kind is not None for sheet, _, _ in files)
    again = author(Sheets(tuple(sheet for sheet, _, _ in files)), AuthoringSettings())
    assert contents(again) == contents(once)
    assert list(again.changes) == []


HEADERS = st.sampled_from(
    ["Email", "E-mail", "Name", "First name", "Last name", "User ID", "Username", "University ID", "Course", "Course ID", "Section",
     "Section name", "Title", "Account", "Course status", "Create course", "Role", "Status", "Start", "End", "Listing", "Service", "Shoe size",
     "Sender", "Subject", "Body", "", None, "Total", "NC-1", "NC-2", "First Aid", "Students", "Teacher", "First", "name"]
)  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(
        ["", None, " ", "a@example.org", "A@example.org", "b@example.org; c@example.org", "jdoe@iu.edu", "S1", "S2", "NC-1", "NC-2", "Ana Ruiz",
         "Ruiz, Ana", "Ana", "student", "Instructor", "active", "Dropped", "yes", "05/06/2026", "2026-03-08 02:30", "#REF!", "1.2E+10", "e",
         "mailto:a@example.org", CellError("#N/A"), CellError(""), True, 12345678.0, 1e17, 0.5, 1234567890,
         "x", "x", "no", "Total: 3", "Email", "Course ID", "Page 2", "(required)", "NC-1, NC-2", "Ann Lee <a@example.org>; b@example.org", "---"]
    ),
    st.dates(),
    st.datetimes(),
    st.floats(allow_nan=False),
    st.text(max_size=5),
)  # fmt: skip


@st.composite
def junk(draw):
    """Sheets of anything at all below headers that mean something."""
    sheets = []
    for name in draw(
        st.lists(
            st.sampled_from(["Users", "Courses", "Sections", "Enrollments", "Roster", "Message", "X", "Y"]),
            min_size=1,
            max_size=3,
            unique=True,
        )
    ):
        above = draw(st.lists(st.lists(CELLS, max_size=3), max_size=2))
        header = draw(st.lists(HEADERS, min_size=1, max_size=8))
        rows = draw(st.lists(st.lists(CELLS, max_size=9), max_size=6))
        cells = [*above, header, *rows]
        sheets.append(Sheet("junk.xlsx", name, cells, range(1, len(cells) + 1), aspect=draw(ASPECTS)))
    return Sheets(tuple(sheets))


AREAS = st.builds(
    lambda top, left, down, right: Area(top, left, top + down, left + right),
    st.integers(1, 8),
    st.integers(0, 8),
    st.integers(0, 4),
    st.integers(0, 4),
)
ASPECTS = st.just(Aspect()) | st.builds(
    Aspect,
    st.frozensets(st.integers(1, 10), max_size=3),
    st.frozensets(st.integers(0, 8), max_size=2),
    st.lists(AREAS, max_size=2).map(tuple),
)


@settings(max_examples=300, deadline=None)
@given(junk(), st.booleans(), st.sampled_from([None, "take", "leave"]))
def test_whatever_stands_there_every_row_is_accounted_for(sheets, create, hidden):
    using = AuthoringSettings(create_courses=create, hidden_rows=hidden)
    try:
        authored = author(sheets, using)
    except SourceError:
        return
    held = authored.dependents(authored.broken)
    account = authored.account.rows(held)
    assert account.read == account.used + account.merged + account.set_aside + account.held_back
    filled = [
        (index, row)
        for index, sheet in enumerate(sheets)
        for row, cells in enumerate(sheet.rows)
        if any(cell is not None and str(cell).strip() for cell in cells)
        and not (sheet.name == "Message" and all(cell in (None, "") or is_label(cell) for cell in cells))
    ]
    counted = {(sheet.sheet, row) for sheet in authored.account.sheets for row in sheet.rows.tolist()}
    assert account.read == len(counted)
    assert len(set(filled) - counted) <= 2 * len(authored.recognised)  # the headers, of two lines at most
    for sheet in authored.account.sheets:  # what is in no table is told once
        away = sheet.rows[sheet.kinds == -1].tolist()
        assert len(away) == len(set(away))
    for kind, positions in authored.broken.items():
        assert positions.tolist() == sorted(set(positions.tolist()))
        assert positions.max() < len(authored.tables.get(kind))
        assert set(positions.tolist()) <= set(held[kind].tolist())
    for sheet in authored.account.sheets:
        for kind, position in zip(sheet.kinds.tolist(), sheet.positions.tolist(), strict=True):
            assert kind == -1 or 0 <= position < len(authored.tables.get(tuple(Kind)[kind]))
    if authored.report.ok:
        assert not authored.broken
    for finding in authored.report.findings:
        assert finding.message
        assert finding.origin is not None
    for change in authored.changes:
        assert change.origin.file == "junk.xlsx"
    for table in authored.tables:
        assert not table.frame.isna().to_numpy().any()
        for row in range(len(table)):
            for column in table.frame.columns:
                assert table.origin(row, column) is not None


@pytest.mark.slow
@settings(max_examples=5000, deadline=None)
@given(junk(), st.booleans(), st.sampled_from([None, "take", "leave"]))
def test_whatever_stands_there_for_long(sheets, create, hidden):
    test_whatever_stands_there_every_row_is_accounted_for.hypothesis.inner_test(sheets, create, hidden)
