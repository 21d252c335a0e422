"""Messages for new guests: from templates, from sheets, from somebody's message.properties."""

from datetime import UTC, datetime
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provkit import properties
from provkit.authoring import AuthoringSettings
from provkit.authoring.message import for_pasting, mended, to_properties
from provkit.authoring.message_template import escaped, from_sheet, load, template_names, variables
from provkit.errors import ConfigError
from provkit.rules import Origin
from provkit.schemas.layouts import Kind
from provkit.tables import Place, Table, Tables

SETTINGS = AuthoringSettings(message={"sender": "arts@example.edu", "signature": "The studio"})


def table(kind, **columns):
    frame = pd.DataFrame(columns, dtype="str")
    count = len(frame)
    return Table(
        kind, frame, np.arange(count, dtype=np.int64), np.zeros(count, dtype=np.int16), ({"": Place("r.xlsx", None, None)},)
    )


def package():
    courses = table(
        Kind.COURSES,
        course_id=["C-1", "C-2"],
        short_name=["Pots", "Bees"],
        long_name=["Pottery", "Beekeeping"],
        start_date=["2026-08-24T04:00:00Z", ""],
        end_date=["2026-10-17T03:59:59Z", ""],
    )
    enrollments = table(
        Kind.ENROLLMENTS,
        course_id=["C-1", "C-1", "C-1", "X-9"],
        user_id=["ana@example.org", "bo@example.org", "bo@example.org", "bo@example.org"],
    )
    users = table(Kind.USERS, login_id=["ana@example.org", "bo@example.org"])
    return Tables({Kind.USERS: users, Kind.COURSES: courses, Kind.ENROLLMENTS: enrollments})


def written(tmp_path, text):
    path = tmp_path / "letter.txt"
    path.write_text(text, encoding="utf-8")
    return path


def render(tmp_path, text, tables=None):
    return load(written(tmp_path, text)).render(variables(tables or package(), SETTINGS))


def test_a_template_is_two_lines_an_empty_line_and_a_text(tmp_path):
    parts = render(tmp_path, "Sender: arts@example.edu\nSubject: Hello\n\nFirst line\n\n  second\n")
    assert parts == {"sender": "arts@example.edu", "subject": "Hello", "body": "First line\n\n  second"}


def test_a_template_knows_courses_dates_and_numbers(tmp_path):
    text = (
        "sender: {{ sender }}\nSubject: {{ guests }} guests, {{ enrollments }} enrollments\n\n"
        "{% for course in courses %}\n"
        "{{ course.name }} ({{ course.id }}, {{ course.short_name }}): {{ course.people }}, "
        "{{ course.start | date }} to {{ course.end | date }}\n"
        "{% endfor %}\n"
        "{{ start | date }} {{ end.hour }} {{ signature }}"
    )
    assert render(tmp_path, text) == {
        "sender": "arts@example.edu",
        "subject": "2 guests, 4 enrollments",
        "body": (
            "Pottery (C-1, Pots): 2, August 24, 2026 to October 16, 2026\n"
            "Beekeeping (C-2, Bees): 0,  to \n"
            "X-9 (X-9, X-9): 1,  to \n"
            "August 24, 2026 23 The studio"
        ),
    }


def test_what_a_value_holds_never_becomes_a_header(tmp_path):
    path = written(tmp_path, "Sender: {{ sender }}\nSubject: {{ title }}\n\nHello")
    settings = AuthoringSettings(message={"sender": "a@example.edu", "title": "X\nSender: b@example.org\n\nother body"})
    parts = load(path).render(variables(Tables(), settings))
    assert parts["sender"] == "a@example.edu"
    assert parts["body"] == "Hello"
    assert properties.read(to_properties(parts)).sender == "a@example.edu"


def test_a_name_that_is_not_known_stops_the_build_and_says_what_is_known(tmp_path):
    with pytest.raises(ConfigError, match="instructor") as stopped:
        render(tmp_path, "Sender: a@example.edu\nSubject: S\n\n{{ instructor }}")
    assert "courses" in stopped.value.remedy
    assert "[defaults.message]" in stopped.value.remedy


@pytest.mark.parametrize(
    "trick",
    ["{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ courses.append(1) }}", "{{ 1 / 0 }}", "{{ start.nothing.more }}"],
)
def test_a_template_cannot_leave_its_sandbox_nor_crash_the_build(tmp_path, trick):
    with pytest.raises(ConfigError, match="cannot be filled in"):
        render(tmp_path, f"Sender: a@example.edu\nSubject: S\n\n{trick}")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("Hello there\n\nbody", "begins with"),
        ("Subject: S\n\nbody", "no sender"),
        ("Sender: a@example.edu\n\nbody", "no subject"),
        ("Sender: a@example.edu\nSubject: S\n", "no body"),
        ("Sender: a@example.edu\nSubject: S\n\n{% if %}", "not valid"),
        ("Sender: a@example.edu\nSubject: S\n\n{{ 'x' | nothing }}", "not valid"),
    ],
)
def test_what_is_no_template_is_said_to_be_none(tmp_path, text, match):
    with pytest.raises(ConfigError, match=match):
        load(written(tmp_path, text))


def test_a_template_that_is_not_there_names_those_that_come_with_provkit(tmp_path):
    with pytest.raises(ConfigError) as stopped:
        load(str(tmp_path / "missing.txt"))
    assert "welcome" in stopped.value.remedy


def test_a_template_in_another_encoding_is_said_to_be(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_bytes("Sender: a@example.edu\nSubject: Grüße\n\nb".encode("cp1252"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(path)


@pytest.mark.parametrize(
    "name",
    [entry.name.removesuffix(".txt.j2") for entry in files("provkit.templates").joinpath("message").iterdir()],
)
@pytest.mark.parametrize("tables", [package(), Tables()])
def test_every_template_that_comes_with_provkit_can_be_filled_in(name, tables):
    parts = load(name).render(variables(tables, SETTINGS))
    assert parts["sender"] == "arts@example.edu"
    assert "The studio" in parts["body"]
    assert "\n\n\n" not in parts["body"]
    message = properties.read(to_properties(parts))
    assert (message.sender, message.subject, message.body) == (parts["sender"], parts["subject"], parts["body"])


def test_dates_are_told_in_the_settings_time_zone():
    (course,) = variables(
        Tables({Kind.COURSES: table(Kind.COURSES, course_id=["C"], end_date=["2026-10-17T03:59:59Z"])}), SETTINGS
    )["courses"]
    assert (course.end.month, course.end.day) == (10, 16)
    assert course.end == datetime(2026, 10, 17, 3, 59, 59, tzinfo=UTC)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_text_arrives_as_typed_but_for_the_kind_of_line_end(text):
    message = properties.read(to_properties({"sender": "a@example.edu", "subject": "s", "body": text}))
    assert message.body == text.replace("\r\n", "\n").replace("\r", "\n")


# Somebody's own message.properties

GOOD = b"sender=a@example.edu\nsubject=Hi\nbody=One\\n\\\ntwo \\u201cquoted\\u201d\n"


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        "sender=a@example.edu\nsubject=Grüße\nbody=x".encode("latin-1"),  # the server reads just that
        b'sender=a@example.edu\nsubject="Hi"\nbody=x',
        b"",
        b"subject=Gr\xc3\xbc\xc3\x9fe\nbody=x",  # something is missing: not ours to mend
        b"sender=a@example.edu\nsubject=S\nbody=one\ntw\xc3\xb6\n",  # a line that belongs to nothing
        b"sender=a@example.edu\nsubject=\xc3\xbc\nbody=C:\\users",  # an escape that is none
    ],
)
def test_a_message_that_arrives_or_that_cannot_be_understood_is_kept_byte_for_byte(content):
    assert mended(content) == content


@pytest.mark.parametrize(
    ("content", "subject"),
    [
        ("sender=a@example.edu\nsubject=Grüße 👋\nbody=x", "Grüße 👋"),
        ("\ufeffsender=a@example.edu\nsubject=Hi\nbody=x", "Hi"),
        ('sender=a@example.edu\nsubject=5" screens\nbody=x', '5" screens'),
    ],
)
def test_a_message_that_would_be_garbled_or_refused_is_written_anew_with_the_same_text(content, subject):
    message = properties.read(mended(content.encode()))
    assert (message.sender, message.subject, message.body) == ("a@example.edu", subject, "x")
    assert mended(content.encode()).isascii()
    assert mended(content.encode()).count(b'"') == 0


def test_windows_letters_are_understood():
    content = "sender=a@example.edu\nsubject=“Hi” – we’re here\nbody=x".encode("cp1252")
    assert properties.read(mended(content)).subject == "“Hi” – we’re here"


def test_a_text_to_paste_has_no_escapes():
    assert for_pasting(GOOD) == "Sender:\na@example.edu\n\nSubject:\nHi\n\nText:\nOne\ntwo “quoted”\n"


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("Sender: a@example.edu\nSubject: S\n\nHello\n{{ corses }}", 5, "Did you mean 'courses'?"),
        ("{# a\ncomment #}\nSender: a@example.edu\nSubject: {{ signatur }}\n\nHello", 4, "Did you mean 'signature'?"),
        ("Sender: {{ sendr }}\nSubject: S\n\nHello", 1, "Did you mean 'sender'?"),
        (
            "Sender: a@example.edu\nSubject: S\n\n{% for course in courses %}\n{{ course.nam }}\n{% endfor %}",
            5,
            "Did you mean 'name'?",
        ),
        ("Sender: a@example.edu\nSubject: S\n\n{% if false %}\n\n{{ instuctor }}\n{% endif %}", 6, ""),
        ("Sender: a@example.edu\nSubject: S\n\nA\nB\n{{ 1 / 0 }}", 6, ""),
        ("Sender: a@example.edu\nSubject: S\n\nA\n{% if %}", 5, ""),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_what_may_be_meant(tmp_path, text, line, hint):
    with pytest.raises(ConfigError) as stopped:
        render(tmp_path, text)
    assert f"letter.txt, line {line} " in stopped.value.message
    assert hint in stopped.value.message


def test_what_may_be_missing_can_be_asked_for(tmp_path):
    text = "Sender: a@example.edu\nSubject: S\n\n{{ phone | default('no phone') }}{% if room is defined %}{{ room }}{% endif %}"
    with pytest.raises(ConfigError, match="no 'room'"):
        render(tmp_path, text)  # it is asked for, and named all the same
    assert render(tmp_path, text.replace("{{ room }}", "x"))["body"] == "no phone"


PLACES = {
    part: Origin("r.xlsx", "Message", f"B{number}") for number, part in enumerate(("template", "sender", "signature", "body"), 1)
}


def on_sheet(**said):
    return from_sheet(said, PLACES).render(variables(package(), SETTINGS))


def test_a_sheet_names_a_template_and_its_sender_and_signature_win_over_the_settings():
    parts = on_sheet(template="welcome", sender="rec@example.edu", signature="Recreation")
    assert parts["sender"] == "rec@example.edu"
    assert parts["body"].endswith("Recreation")
    assert "Pottery" in parts["body"]
    assert on_sheet(template="welcome")["body"].endswith("The studio")
    assert on_sheet(template="welcome", subject="Mine")["subject"] == "Mine"


def test_a_text_typed_on_a_sheet_may_name_what_the_package_knows():
    assert on_sheet(sender="a@example.edu", subject="S", body="From {{ start | date }}")["body"] == "From August 24, 2026"


def test_a_name_that_is_not_known_is_said_with_its_cell():
    with pytest.raises(ConfigError, match=r"Message!B4, line 2 cannot be filled in: there is no 'strt'.* Did you mean 'start'"):
        on_sheet(sender="a@example.edu", subject="S", body="Hello\n{{ strt }}")
    with pytest.raises(ConfigError, match=r"Message!B1: there is no message template 'welcom'\. Did you mean 'welcome'"):
        on_sheet(template="welcom")


def test_a_template_and_a_text_contradict_each_other():
    with pytest.raises(ConfigError, match=r"Message!B1 names .* Message!B4 holds"):
        on_sheet(template="welcome", body="Hello")


@given(st.text())
@settings(deadline=None)
def test_an_escaped_text_comes_out_as_it_is(text):
    said = escaped(text)
    assert on_sheet(sender="a@example.edu", subject="S", body=f"<{said}>")["body"] == f"<{text}>".replace("\r\n", "\n").replace(
        "\r", "\n"
    )


def test_three_templates_come_with_provkit():
    assert template_names() == ("course-invitation", "reminder", "welcome")


@pytest.mark.parametrize("name", template_names())
def test_templates_name_the_courses_and_when_they_begin(name):
    parts = load(name).render(variables(package(), SETTINGS))
    assert "August 24, 2026" in parts["body"]
    one = Tables({Kind.COURSES: table(Kind.COURSES, course_id=["C-1"], short_name=["Pots"], long_name=["Pottery"])})
    parts = load(name).render(variables(one, SETTINGS))
    assert "Pottery" in parts["subject"]
