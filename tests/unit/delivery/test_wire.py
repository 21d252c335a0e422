"""Strangers' texts: what of an answer may be shown."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from provkit.delivery.wire import Reply, scrub

HUSH = (SecretStr("hush-hush"),)


def reply(status=500, body=b"", **headers):
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, hide=HUSH)


def test_a_strangers_text_is_one_line_short_and_without_secrets_or_control_characters():
    assert scrub("a\x1b[31m\r\nb\u202e hush-hush\0", HUSH) == "a [31m b ***"
    assert scrub("x" * 400) == "x" * 299 + "…"
    assert scrub("") == ""


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        (reply(body=b"<html><head><title> Bad\n Gateway </title></head><body>secret stack</body></html>"), "Bad Gateway"),
        (reply(body=b"<!DOCTYPE html><body><h1>Sorry <b>now</b></h1>", content_type="text/html"), "Sorry now"),
        (reply(body=b"<html><body>nothing to show hush-hush"), ""),
        (reply(body=b"upstream error hush-hush\nsecond line"), "upstream error ***"),
        (reply(body=b'{"message": "json is read, not shown"}'), ""),
        (reply(body=b"\xff\xfe\0"), "\ufffd\ufffd"),
        (reply(), ""),
    ],
)
def test_of_a_page_only_its_title_and_of_a_text_only_its_first_line_is_shown(made, shown):
    assert made.heading == shown


def test_the_parameters_of_a_challenge_are_read_whole():
    header = 'Bearer error="invalid_token", error_description="a \\"b\\" hush-hush, c=\\"d\\"", error_uri="https://x"'
    made = reply(401, www_authenticate=header)
    assert made.challenge("error") == "invalid_token"
    assert made.challenge("error_description").startswith('a \\"b\\" ***')
    assert made.challenge("realm") == ""
    assert reply(401, www_authenticate="Bearer").challenge("error") == ""


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b'"x"', b"nonsense", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_none(body):
    assert reply(body=body).json is None
    assert reply(body=body).said("message") == ""


def test_a_text_member_is_shown_only_if_it_is_a_text():
    assert reply(body=b'{"message": ["x"]}').said("message") == ""
    assert reply(body=b'{"message": "so hush-hush"}').said("message") == "so ***"


def test_bodies_and_secrets_are_not_in_the_representation():
    assert "stack" not in repr(reply(body=b"stack"))
    assert "hush" not in repr(reply())
