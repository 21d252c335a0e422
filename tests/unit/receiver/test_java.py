"""Java's characters: figures seen by running the JDK on the same input."""

import pytest

from provkit.receiver.java import decode_utf8, equals_ignore_case, is_whitespace


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xef\xbb\xbfa", "\ufeffa"),
        (b"caf\xe9", "caf\ufffd"),
        (b"\xed\xa0\x80", "\ufffd"),
        (b"\xed\xa0A", "\ufffdA"),
        (b"\xed\xa0", "\ufffd"),
        (b"\xed\xed\xa0\x80", "\ufffd\ufffd"),
        (b"\xf0\x9f\x98", "\ufffd"),
        (b"\xc0\x80", "\ufffd\ufffd"),
        (b"\xe0\x80\x80", "\ufffd\ufffd\ufffd"),
        (b"\xf5\x80", "\ufffd\ufffd"),
        (b"\xe2\x82\n", "\ufffd\n"),
        ("\U0001f393é".encode(), "\U0001f393é"),
    ],
)
def test_malformed_bytes_are_replaced_as_the_jdk_does(content, text):
    assert decode_utf8(content) == text


def test_white_space_is_javas():
    assert is_whitespace("")
    assert is_whitespace(" \t\n\x0b\x0c\r\x1c\x1f\u3000\u2028")
    for char in "\u00a0\u2007\u202f\x85\u200b\ufeffx":
        assert not is_whitespace(char)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("TRUE", "true", True),
        ("fal\u017fe", "false", True),
        ("message.propert\u0130es", "message.properties", True),
        ("message.propert\u0131es", "message.properties", True),
        ("true ", "true", False),
        ("ß", "ss", False),
    ],
)
def test_case_is_ignored_as_java_does(one, other, equal):
    assert equals_ignore_case(one, other) is equal
