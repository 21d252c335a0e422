"""What the server's reader reads is what the table holds, for every text; and the same input gives the same bytes."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from provkit.package import Package
from provkit.receiver import records
from provkit.schemas.layouts import LAYOUTS, Kind
from provkit.tables import Place, Table
from provkit.writer import encode, write_archive

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=12)
AWKWARD = st.text(st.sampled_from('a",\\\n \t\u00a0\u2028\x00\ufeff\u200b'), max_size=8)
VALUE = st.one_of(AWKWARD, TEXT)


@st.composite
def tables(draw):
    kind = draw(st.sampled_from(list(Kind)))
    columns = LAYOUTS[kind].columns
    rows = draw(st.lists(st.lists(VALUE, min_size=len(columns), max_size=len(columns)), max_size=6))
    return table(kind, rows)


def table(kind, rows):
    columns = LAYOUTS[kind].columns
    frame = pd.DataFrame({name: [row[index] for row in rows] for index, name in enumerate(columns)}, dtype="str")
    places = ({name: Place("roster.xlsx", None, index) for index, name in enumerate(columns)},)
    return Table(kind, frame, np.arange(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.int16), places)


def read(content):
    found = records.read(content)
    return [found.fields(index) for index in range(len(found))]


@settings(max_examples=400, deadline=None)
@given(tables())
@example(table(Kind.EXPAND, [["\ufeff", "", ""]]))
@example(table(Kind.EXPAND, [['"', "\\", ""], ["\\", '"', "\\\\"], ["\n", '\n"', '"\n'], ["", "", ""], [" ", "\\,", ',"']]))
def test_what_the_server_reads_is_what_the_table_holds(made):
    header, *rows = read(encode(made))
    assert tuple(header) in set(LAYOUTS[made.kind].headers())
    for column in made.frame:
        held = made.frame[column].tolist()
        if column in header:
            assert [row[header.index(column)] for row in rows] == held
        else:
            assert not any(held)
    assert len(rows) == len(made)
    assert all(len(row) == len(header) for row in rows)


@settings(max_examples=100, deadline=None)
@given(tables())
def test_no_shorter_legal_header_would_hold_the_data(made):
    header = encode(made).split(b"\n", 1)[0].decode().split(",")
    optional = LAYOUTS[made.kind].optional
    assert all(any(made.frame[column]) for column in header if column in optional)


@settings(max_examples=50, deadline=None)
@given(tables())
def test_the_same_table_gives_the_same_bytes(made):
    first, second = io.BytesIO(), io.BytesIO()
    for buffer in (first, second):
        write_archive(buffer, Package.from_files({f"{made.kind}.csv": encode(made)}))
    assert first.getvalue() == second.getvalue()


@pytest.mark.parametrize("ends", ["\r", "\r\n"])
def test_a_carriage_return_arrives_as_a_line_feed(ends):
    _, (first, _) = read(encode(table(Kind.EXPAND, [[f"a{ends}b", "1", ""]])))
    assert first == "a\nb"
