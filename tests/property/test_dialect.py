"""The fast reader and the exact one are the same reader."""

from hypothesis import given, settings
from hypothesis import strategies as st

from provkit.receiver.dialect import UnterminatedQuote, parse, split_lines
from provkit.receiver.java import decode_utf8
from provkit.receiver.records import read

PIECES = [
    "a",
    "b,",
    '"',
    ",",
    "\n",
    "\r\n",
    "\r",
    "\\",
    '""',
    " ",
    "a,b\n",
    '"a,b",c\n',
    "x,y\n",
    "é",
    "🎓",
    '"q""q",',
    "\n\n",
    "\0",
    '\\"',
    ',"',
]


def exact(content):
    try:
        return [(fields, start + 1) for fields, start, _ in parse(split_lines(decode_utf8(content)))]
    except UnterminatedQuote as error:
        return error.line


def fast(content):
    try:
        records = read(content)
    except UnterminatedQuote as error:
        return error.line
    return [(records.fields(index), records.line(index)) for index in range(len(records))]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join).map(str.encode))
@settings(max_examples=600, deadline=None)
def test_both_readers_agree_on_files_made_of_trouble(content):
    assert fast(content) == exact(content)


@given(st.binary(max_size=60))
@settings(max_examples=300, deadline=None)
def test_both_readers_agree_on_any_bytes(content):
    assert fast(content) == exact(content)


FIELD = st.text(st.characters(codec="utf-8", exclude_characters='"\\\r\n,'), max_size=4)
ROW = st.lists(FIELD, min_size=3, max_size=3)
ODD = st.sampled_from(["", "a,b", "a,b,c,d", '"x\ny",b,c', 'a"b,c,d"e', "a\\,b,c,d", '"a\\"",b,c', '"",""', "a,b,\\"])


@given(
    st.lists(st.one_of(ROW.map(",".join), ROW.map(lambda row: ",".join(f'"{cell}"' for cell in row)), ODD), max_size=30),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
@settings(max_examples=400, deadline=None)
def test_both_readers_agree_on_tables_with_odd_rows(table, end):
    content = end.join(["h,i,j", *table]).encode()
    assert fast(content) == exact(content)


@given(st.integers(1, 700), st.integers(0, 2000))
@settings(max_examples=40, deadline=None)
def test_both_readers_agree_where_odd_rows_are_many(every, size):
    content = b"a,b,c\n" + b"".join(b"1,2\n" if row % every == 0 else b'1,"2",3\n' for row in range(size))
    assert fast(content) == exact(content)
