"""What `build` keeps to, whatever kind of source it is given.

By default the examples are few and always the same; `EXAMPLES=200 python -m pytest tests/property/test_every_source.py` tries so many of each, other ones
every time.
"""

import os
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from drawn_sources import KINDS, Member, Source, User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provkit.authoring.authored import Fate
from provkit.authoring.changes import ChangeKind
from provkit.config import Config
from provkit.rules import Severity
from provkit.schemas.layouts import Kind
from provkit.workflows.build import build

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))


def over_every_kind(judge):
    """A test for each kind of source, of a judge that takes a source, something to choose by, and an empty folder."""

    def test(kind):
        @settings(
            max_examples=EXAMPLES or 3,
            derandomize=not EXAMPLES,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        )
        @given(KINDS[kind], st.integers(0, 999).map(Random))
        def judged(source, random):
            with TemporaryDirectory() as folder:
                judge(source, random, Path(folder))

        judged()

    test.__name__ = judge.__name__
    test.__doc__ = judge.__doc__
    return pytest.mark.parametrize("kind", KINDS)(test)


def made(source: Source, where: Path, **options):
    """A source, built into a folder of its own."""
    return build(source.write(where), where / "out", **source.options, **options)


def files(built):
    """What was written."""
    assert built.package is not None, [
        (finding.code, str(finding.origin), finding.message)
        for finding in built.report.findings
        if finding.severity is Severity.ERROR
    ]
    return {part.name: bytes(part.content) for part in built.package.parts}


def rows(built, kind, form):
    """The rows of a kind, as far as a source says what must come of it."""
    table = built.authored.tables.get(kind)
    return set() if table is None else set(map(form._make, table.frame[list(form._fields)].itertuples(index=False, name=None)))


def tree(folder):
    """Every file in a folder."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@over_every_kind
def test_what_the_source_says_arrives_and_nothing_else(source, random, folder):
    built = made(source, folder)
    files(built)
    for kind, form, expected in ((Kind.USERS, User, source.users), (Kind.ENROLLMENTS, Member, source.members)):
        found = rows(built, kind, form)
        assert found == expected, {"too much": found - expected, "missing": expected - found}


@over_every_kind
def test_the_order_of_rows_columns_sheets_and_files_changes_nothing(source, random, folder):
    plain, mixed = made(source, folder / "plain"), made(source.shuffled(random), folder / "mixed")
    assert files(mixed) == files(plain)
    assert mixed.account == plain.account


@over_every_kind
def test_a_column_that_nobody_needs_and_a_title_change_nothing(source, random, folder):
    other = source.with_a_column(random)
    if source.titled and source.form != "parquet":
        other = other.with_a_title(random)
    plain, more = made(source, folder / "plain"), made(other, folder / "more")
    assert files(more) == files(plain)
    assert more.account.read == other.filled


@over_every_kind
def test_reading_what_was_written_gives_the_same(source, random, folder):
    once = made(source, folder)
    written = files(once)
    again = build(folder / random.choice(["out", "out/package.zip"]), folder / "again", config=Config(None, {}, {}))
    assert files(again) == written
    assert list(again.changes) == []
    assert again.account.read == again.account.used


@over_every_kind
def test_building_again_changes_nothing_more(source, random, folder):
    built = made(source, folder)
    files(built)
    before = tree(folder / "out")
    made_again = build(next(folder.glob("source*")), folder / "out", **source.options)
    assert tree(folder / "out") == before
    assert made_again.account == built.account


def left_out_and_unnamed(built):
    """Rows that are not in the package, and of which no record speaks: neither of the row, nor of its whole sheet."""
    gone = {ChangeKind.ROW_SET_ASIDE, ChangeKind.MERGED, ChangeKind.SHEET_SET_ASIDE, ChangeKind.HELD_BACK}
    named = {
        (change.origin.file, change.origin.sheet, (change.origin.cell or "").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        for change in built.changes
        if change.kind in gone
    }
    sheets = built.authored.sheets.sheets
    for account in built.authored.account.sheets:
        sheet = sheets[account.sheet]
        for row, fate in zip(account.rows.tolist(), account.with_held(built.held).tolist(), strict=True):
            place = (sheet.file, sheet.name, str(sheet.numbers[row]))
            if fate != Fate.USED and named.isdisjoint({place, (*place[:2], "")}):
                yield place, Fate(fate)


@over_every_kind
def test_the_row_account_balances_and_names_what_is_left_out(source, random, folder):
    for number, each in enumerate([source, source.with_a_blemish(random).with_a_blemish(random)]):
        built = made(each, folder / str(number), hold_back=True, listed=10_000)
        account = built.account
        assert account.read == each.filled, (account, each.filled)
        assert account.read == account.used + account.merged + account.set_aside + account.held_back
        unnamed = list(left_out_and_unnamed(built)) if built.package is not None else []
        assert unnamed == [], unnamed
