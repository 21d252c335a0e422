import pytest

from provkit.checks.canvas_text import Malformed, kind_of, read
from provkit.schemas.layouts import Kind

HEADER = b"section_id,course_id,name,status\n"


def rows(content):
    text = read(content)
    return list(zip(*(column.to_pylist() for column in text.columns), strict=True))


@pytest.mark.parametrize("quoted", [False, True], ids=["by Arrow", "exactly"])
def test_values_are_trimmed_and_short_rows_filled_up(quoted):
    content = HEADER + b" S-1\t, C-1 ,\xc2\xa0,active\nS-2\n" + (b'"S-3",C,N,active\n' if quoted else b"")
    assert rows(content)[:2] == [("S-1", "C-1", "", "active"), ("S-2", "", "", "")]


def test_line_numbers_count_lines_not_records():
    text = read(HEADER + b'S-1,C-1,"two\nlines",active\n\nS-2,C-1,Monday,active\n')
    assert [text.line(record) for record in range(3)] == [1, 2, 5]


@pytest.mark.parametrize(
    "row",
    [
        b'TV,24" monitor,N,active\n',
        b'"S" ,C,N,active\n',
        b' "S",C,N,active\n',
        b'"S""",C,"N,active\n',
        b"S,C,N,active\r\n",
        b"S,C\rC,N,active\n",
        b'"S\\"1",C,N,active\n',
    ],
)
def test_what_ruby_gives_up_on_is_malformed(row):
    with pytest.raises(Malformed) as caught:
        read(HEADER + b'"a",b,c,d\n' + row)
    assert caught.value.line == 3


def test_one_kind_of_line_end_is_kept_whatever_it_is():
    for end in (b"\n", b"\r\n", b"\r"):
        assert rows((HEADER + b'S,C,"a\nb",active\n').replace(b"\n", end)) == [("S", "C", f"a{end.decode()}b", "active")]


def test_a_mark_at_the_beginning_is_passed_over_and_other_encodings_are_not_read():
    assert read(b"\xef\xbb\xbf" + HEADER).header[0] == "section_id"
    with pytest.raises(UnicodeDecodeError):
        read(HEADER + b"S,C,Jos\xe9,active\n")


def test_nothing_at_all_has_no_header():
    assert read(b"") is None


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("course_id,short_name,name", Kind.COURSES),
        ("course_id,section_id,name", Kind.SECTIONS),
        ("login_id,user_id", Kind.USERS),
        ("section_id,user_id", Kind.ENROLLMENTS),
        ("term_id,name,course_id,short_name", True),
        ("xlist_course_id,section_id", True),
        ("user_id,listing_id", False),
    ],
)
def test_the_columns_tell_the_kind(header, kind):
    assert kind_of(header.split(",")) == kind
