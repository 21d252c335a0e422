"""The server's reading of CSV, surprise by surprise (numbers are those of the findings on the server)."""

import pytest

from provkit.receiver.dialect import UnterminatedQuote
from provkit.receiver.records import read


def rows(content):
    records = read(content if isinstance(content, bytes) else content.encode())
    return [records.fields(index) for index in range(len(records))]


def lines(content):
    records = read(content.encode())
    return [records.line(index) for index in range(len(records))]


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        pytest.param("C:\\temp\\new,x", ["C:tempnew", "x"], id="22 a backslash vanishes"),
        pytest.param("a\\\\b,x", ["a\\b", "x"], id="22 two become one"),
        pytest.param('"a\\"b",x', ['a"b', "x"], id="23 a backslash escapes a quote"),
        pytest.param("a\\,b,x", ["a,b", "x"], id="24 a backslash makes a comma data"),
        pytest.param("a,b\\", ["a", "b"], id="25 at the end of a line it is dropped"),
        pytest.param('aaaa, "42" ,x', ["aaaa", '42" ', "x"], id="26 anything after a closing quote"),
        pytest.param('xxxx,"a"b', ["xxxx", 'a"b'], id="26 a letter after a closing quote"),
        pytest.param('aaaa,   "b"', ["aaaa", "b"], id="27 blanks before an opening quote are dropped"),
        pytest.param(' "a",b', [" a", "b"], id="27 unless it is among the first three characters"),
        pytest.param('abc"def"gh', ['abc"def"gh'], id="28 quotes inside a field are kept"),
        pytest.param('a"b"c', ['ab"c'], id="28 one near the start vanishes"),
        pytest.param('🎓a"b"c', ['🎓a"b"c'], id="28 counted in UTF-16"),
        pytest.param('"a""b"', ['a"b'], id="a doubled quote inside quotes"),
        pytest.param('x,"a\r\nb\rc\nd"', ["x", "a\nb\nc\nd"], id="30 line ends inside quotes become LF"),
        pytest.param("a\x00b,\x0b\x0c\u0085\u2028", ["a\x00b", "\x0b\x0c\u0085\u2028"], id="31 35 what ends no line"),
        pytest.param(" a , b ", [" a ", " b "], id="33 nothing is trimmed"),
        pytest.param("\ufeffa,b", ["\ufeffa", "b"], id="2 a byte order mark stays"),
    ],
)
def test_one_record_reads_as_the_server_reads_it(content, fields):
    assert rows(content) == [fields]


def test_bytes_that_are_not_utf8_become_replacement_characters():
    assert rows("Müller,x\n".encode("cp1252")) == [["M\ufffdller", "x"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_reads_well(end):
    assert rows(f"a,b{end}1,2{end}") == [["a", "b"], ["1", "2"]]


def test_a_blank_line_is_a_record_of_one_empty_field():
    assert rows("a,b\n\n1,2\n") == [["a", "b"], [""], ["1", "2"]]
    assert rows("a,b\n1,2\n\n") == [["a", "b"], ["1", "2"], [""]]
    assert rows("\na,b") == [[""], ["a", "b"]]


def test_two_odd_quotes_swallow_what_stands_between_them():
    assert rows('id,name,x\n1,24" screen,x\n2,30" screen,x\n') == [["id", "name", "x"], ["1", '24" screen,x\n2,30" screen', "x"]]


def test_an_empty_file_has_no_record():
    assert rows(b"") == []


@pytest.mark.parametrize(
    ("content", "line"),
    [('a,b\n"c,d\n', 2), ('"', 1), ('a\r\n\r\nx,"y\r\nz', 3), ('a,b\nc\\,d,"e\\"\nf\n', 2), ('"a\\', 1)],
)
def test_a_quote_left_open_is_refused_and_its_record_named(content, line):
    with pytest.raises(UnterminatedQuote) as caught:
        read(content.encode())
    assert caught.value.line == line


def test_a_record_knows_the_line_it_starts_on():
    assert lines('a,b\r\n"1\r\n2",x\r\ny,z\r\n') == [1, 2, 4]
    assert lines("a,b\rc,d\r\re,f") == [1, 2, 3, 4]
    assert lines('a\\\n"b\\"\nc",d\ne') == [1, 2, 4]
    assert lines("a,b\n1,2\n3,4\n") == [1, 2, 3]


def test_columns_hold_null_where_a_record_is_shorter():
    records = read(b"a,b,c\n1\n1,2,3,4\n1,2,3\n")
    assert records.lengths.tolist() == [3, 1, 4, 3]
    assert records.column(1).to_pylist() == ["b", None, "2", "2"]
    assert records.column(3).to_pylist() == [None, None, "4", None]


def test_empty_fields_are_empty_strings_quoted_or_not():
    assert rows('a,b\n,""\nNA,null\n') == [["a", "b"], ["", ""], ["NA", "null"]]


@pytest.mark.parametrize("filler", ['"', ",", "\\", "\n", '""', "\\\n", '",', "a\\,"])
def test_a_megabyte_of_one_thing_is_read_in_linear_time_and_memory(filler):
    content = filler * (1_000_000 // len(filler))
    try:
        records = read(content.encode())
    except UnterminatedQuote:
        return
    assert len(records) >= 1
    assert records.fields(0) is not None
