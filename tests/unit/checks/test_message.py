r"""What is wrong with a message.properties is named at its line."""

import pytest

from provkit import properties
from provkit.checks.message import inspect, looks_like_a_message

HEAD = b"sender=office@example.edu\nsubject=Welcome\n"


def found(content, *, notify=True, senders=None):
    return [(finding.code, finding.line) for finding in inspect("message.properties", content, notify=notify, senders=senders)]


def message(content, **arguments):
    (finding,) = inspect("message.properties", content, **{"notify": True, "senders": None, **arguments})
    return finding.message


@pytest.mark.parametrize(
    "body",
    [
        b"Hello.",
        b"Hello,\\n\\\nyour course\\n\\\n",
        rb"\u00e9t\u00e9 and \u201cquotes\u201d, \"straight\" ones, 1\=1",
        b"Ol\xe9 in Latin-1",
        b"a\\ttab",
    ],
)
def test_a_message_that_arrives_as_written_is_clean(body):
    assert found(HEAD + b"body=" + body) == []


def test_whatever_properties_writes_is_clean():
    content = properties.write("office@example.edu", 'A "title", perhaps', "Zoë\tC:\\new\n\n“Hi”\n")
    assert found(content) == []


@pytest.mark.parametrize("missing", ["sender", "subject", "body"])
def test_a_missing_setting_refuses_or_silences_depending_on_the_flag(missing):
    content = b"".join(
        line for line in (*HEAD.splitlines(keepends=True), b"body=Hello.\n") if not line.startswith(missing.encode())
    )
    assert found(content) == [("PK405", None)]
    assert found(content, notify=False) == [("PK406", None)]
    assert f"has no {missing}" in message(content)


def test_a_blank_setting_is_a_missing_one():
    assert found(HEAD + b"body=  \n") == [("PK405", None)]


@pytest.mark.parametrize("key", [b"from", b"sendr", b"Sender_address"])
def test_a_setting_of_another_name_is_pointed_out(key):
    assert f"(what is {key.decode()!r}?)" in message(key + b"=office@example.edu\nsubject=Welcome\nbody=Hello.\n")


@pytest.mark.parametrize(
    "sender",
    [b"Office <office@example.edu>", b'"office@example.edu"', b"office@example.edu ", b"office@example.edu,", b"office"],
)
def test_a_sender_that_is_more_or_less_than_an_address_is_found(sender):
    assert found(b"sender=" + sender + b"\nsubject=Welcome\nbody=Hello.\n") == [("PK409", 1)]


def test_a_sender_is_compared_with_the_known_ones_whatever_its_case():
    assert found(HEAD + b"body=x", senders=["OFFICE@example.edu"]) == []
    assert found(HEAD + b"body=x", senders=["other@example.edu"]) == [("PK419", 1)]


@pytest.mark.parametrize("letters", ["é", "“Hi”", "日本"])
def test_letters_in_utf8_arrive_garbled_and_are_shown_as_they_arrive(letters):
    content = HEAD + b"body=" + letters.encode()
    assert found(content) == [("PK407", 3)]
    (finding,) = inspect("message.properties", content, notify=True, senders=None)
    assert finding.value == letters.encode().decode("latin-1")


def test_curly_quotes_in_cp1252_arrive_garbled():
    assert found(HEAD + b"body=\x93Hi\x94") == [("PK407", 3)]


def test_lines_that_do_not_continue_the_body_are_cut_and_counted():
    content = HEAD + b"body=Hello,\n\nyour course begins\nsoon\n"
    assert found(content) == [("PK408", 5)]
    assert "this line and 1 more" in message(content)


def test_a_blank_behind_the_backslash_ends_the_body():
    assert found(HEAD + b"body=Hello,\\n\\ \nyour course begins\n") == [("PK408", 4)]


def test_a_body_line_that_looks_like_a_setting_replaces_it():
    assert found(HEAD + b"body=Hello,\nsubject: your course\n") == [("PK412", 4)]


def test_comments_and_blank_lines_are_no_part_of_it():
    assert found(b"# our message\n\n" + HEAD + b"body=Hello.\n# the end\n") == []


def test_a_comment_may_hold_backslashes():
    assert found(b"# see C:\\data\n" + HEAD + b"body=Hello.\n") == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (rb"C:\data", ["'d' vanishes"]),
        (rb"C:\temp\new", ["'t' becomes a tab", "'n' becomes a line break"]),
        (rb"1\2", ["'2' vanishes"]),
    ],
)
def test_backslashes_that_were_meant_as_such_are_named_with_what_becomes_of_them(body, words):
    findings = list(inspect("message.properties", HEAD + b"body=" + body, notify=True, senders=None))
    assert [finding.code for finding in findings] == ["PK411"] * len(words)
    assert all(word in finding.message for word, finding in zip(words, findings, strict=True))


def test_a_malformed_escape_is_found_at_its_line():
    assert found(HEAD + b"body=Hello,\\n\\\nsee \\users\n") == [("PK404", 4)]


def test_a_byte_order_mark_explains_the_key_it_spoils():
    assert found(b"\xef\xbb\xbf" + HEAD + b"body=Hello.\n") == [("PK421", 1)]


def test_a_byte_order_mark_before_a_comment_does_no_harm():
    assert found(b"# x\n" + HEAD + b"body=Hello.\n") == []


@pytest.mark.parametrize("value", [b'"Welcome"', b"Welcome,", b"Welcome "])
def test_leftovers_around_the_subject_are_found(value):
    assert found(b"sender=office@example.edu\nsubject=" + value + b"\nbody=Hello.\n") == [("PK410", 2)]


@pytest.mark.parametrize(
    ("name", "content", "meant"),
    [
        ("messages.properties", b"", True),
        ("message.properties.txt", b"", True),
        ("batch\\message.properties", b"", True),
        ("welcome.txt", b"Sender = a@example.org\nsubject: x\n", True),
        ("README.txt", b"Upload on Monday.\n", False),
    ],
)
def test_a_message_under_another_name_is_recognised(name, content, meant):
    assert looks_like_a_message(name, content) is meant
