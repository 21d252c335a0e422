"""message.properties as java.util.Properties reads it; what each case gives was seen by running Java 25."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provkit.properties import Entry, MalformedEscape, Message, entries, is_blank, read, write

FULL = b"sender=a@example.org\nsubject=Hi\nbody=Welcome\n"


def test_a_full_file_is_valid():
    assert read(FULL) == Message("a@example.org", "Hi", "Welcome", exists=True, valid=True)


@pytest.mark.parametrize("key", ["sender", "subject", "body"])
def test_a_missing_or_blank_value_makes_it_invalid(key):
    without = b"".join(line for line in FULL.splitlines(keepends=True) if not line.startswith(key.encode()))
    assert not read(without).valid
    assert getattr(read(without), key) is None
    assert not read(FULL + key.encode() + b"=  \n").valid
    assert not read(FULL + key.encode() + b"=\\n\\u3000\n").valid
    assert read(FULL + key.encode() + b"=\xa0\n").valid


BODIES = {
    "a colon": (b"body: x", "x"),
    "a blank": (b"body x", "x"),
    "blanks around": (b"  body \t=\x0c x ", "x "),
    "only the first separator": (b"body==x", "=x"),
    "a backslash in the key": (b"bo\\dy=x", "x"),
    "an escape in the key": (b"\\u0062ody=x", "x"),
    "upper case": (b"BODY=x", "x"),
    "the last of two": (b"body=x\nBody=y", "y"),
    "the last of two, though blank": (b"body=x\nbody", ""),
    "Latin-1": (b"body=caf\xe9", "café"),
    "UTF-8": ("body=café".encode(), "cafÃ©"),
    "escapes": (b"body=\\t\\n\\r\\f\\q\\\\\\=\\u00e9\\uD83D\\uDE00", "\t\n\r\fq\\=é😀"),
    "a continued line": (b"body=one \\\n   two", "one two"),
    "a continued line with CR LF": (b"body=one\\\r\n two", "onetwo"),
    "line ends as the university writes them": (b"body=one\\n\\\n\\n\\\ntwo", "one\n\ntwo"),
    "an empty continued line ends it": (b"body=one\\\n\ntwo", "one"),
    "a comment sign in a continued line": (b"body=one\\\n#two", "one#two"),
    "an even number of backslashes": (b"body=one\\\\\ntwo", "one\\"),
    "a backslash at the very end": (b"body=one\\", "one"),
    "a comment does not go on": (b"# x \\\nbody=x", "x"),
    "a comment behind an empty continued line": (b"\\\n# \\u12\nbody=x", "x"),
    "only the first of several lines": (b"body=one\ntwo\nthree", "one"),
    "a byte order mark": (b"\xef\xbb\xbfbody=x", None),
    "no-break space is no separator": (b"body\xa0=x", None),
}


@pytest.mark.parametrize(("content", "body"), BODIES.values(), ids=BODIES.keys())
def test_reads(content, body):
    assert read(content).body == body


def test_half_of_a_surrogate_pair_is_kept():
    assert read(b"body=\\ud83d!").body == "\ud83d!"


@pytest.mark.parametrize(
    ("content", "line", "text"),
    [
        (b"body=C:\\users", 1, "\\users"),
        (b"sender=x\n\nother \\u00g0=1", 3, "\\u00g0=1"),
        (b"body=a\\\nb \\\n  c\\u12\n", 3, "\\u12"),
    ],
)
def test_a_malformed_escape_is_told_with_its_line(content, line, text):
    with pytest.raises(MalformedEscape) as caught:
        read(content)
    assert (caught.value.line, caught.value.text) == (line, text)


def test_a_malformed_escape_in_a_comment_does_no_harm():
    assert read(b"# \\user\n" + FULL).valid


def test_entries_keep_every_line():
    content = b"# said\nsender=a\n\nbody=one\\\n  two\nsubject\nbody=three"
    assert list(entries(content)) == [
        Entry(2, "sender", "a"),
        Entry(4, "body", "onetwo"),
        Entry(6, "subject", ""),
        Entry(7, "body", "three"),
    ]


def test_blank_is_what_java_calls_white_space():
    assert is_blank(None)
    assert is_blank("\x1c\u2003\u2028\u3000")
    assert not is_blank("\u00a0")
    assert not is_blank("\u202f")
    assert not is_blank("\u0085")
    assert not is_blank("\u200b")


def test_writes_the_university_layout():
    assert write("a@example.org", 'Say "hi"', "Dear all,\n\n  see C:\\x — é😀\nBye\n") == (
        b"sender=a@example.org\n"
        b"subject=Say \\u0022hi\\u0022\n"
        b"body=Dear all,\\n\\\n"
        b"\\n\\\n"
        b"\\  see C:\\\\x \\u2014 \\u00e9\\ud83d\\ude00\\n\\\n"
        b"Bye\\n\n"
    )


def test_half_of_a_surrogate_pair_is_refused():
    with pytest.raises(ValueError, match="U\\+D83D"):
        write("a@example.org", "\ud83d", "x")


texts = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(list(" \t\n\r\f\\\"'#!=:\x00\x85\u2028\ufeff"))),
    max_size=40,
)


@given(texts, texts, texts)
def test_any_text_arrives_as_typed(sender, subject, body):
    content = write(sender, subject, body)
    message = read(content)
    assert (message.sender, message.subject, message.body) == (sender, subject, body)
    assert content.isascii()
    assert b'"' not in content
    assert content.startswith(b"sender=")


@given(
    st.binary(max_size=200)
    | st.lists(st.sampled_from([b"body", b"=", b" ", b"\\", b"\n", b"\r", b"\\u00", b"41", b"#", b"x"])).map(b"".join)
)
def test_any_bytes_are_read_or_told(content):
    malformed = None
    try:
        assert read(content).exists
    except MalformedEscape as error:
        malformed = error
    assert malformed is None or (malformed.text.startswith("\\u") and 1 <= malformed.line <= len(content) + 1)


@pytest.mark.parametrize("unit", [b"\\", b"\\\n", b"\n", b"=", b"#\n", b" ", b"body\\\n"])
def test_hostile_files_take_linear_time(unit):
    start = time.perf_counter()
    read(unit * (2_000_000 // len(unit)))
    assert time.perf_counter() - start < 10
