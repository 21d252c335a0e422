from datetime import date, time

import pytest

from provkit.authoring.changes import ChangeKind
from provkit.authoring.normalize import address, boolean, identifier, text, university_id, words
from provkit.tables import CellError


def outcome(cleaned):
    return cleaned.text, {str(kind) for kind in cleaned.changes}, cleaned.fault.code if cleaned.fault else None


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Ana", "Ana"),
        (" Ana\t", "Ana"),
        ("\u00a0Ana\u00a0Maria\u202f", "Ana Maria"),
        ("\ufeffAna\u200b", "Ana"),
        ("An\u00ada", "Ana"),
        ("\u200cAna\u200d", "Ana"),
        ("می\u200cرا", "می\u200cرا"),
        ("Ana\r\nMaria\rJo", "Ana\nMaria\nJo"),
        ("Ana  Maria", "Ana  Maria"),
        ('O\'Neil \\ "x"', 'O\'Neil \\ "x"'),
        ("日本　", "日本"),
        (None, ""),
        ("", ""),
        (" \u200b\u00a0", ""),
        (12.0, "12"),
        (0.5, "0.5"),
        (7, "7"),
        (True, "TRUE"),
    ],
)
def test_text_loses_only_what_cannot_be_seen(cell, expected):
    cleaned = text(cell)
    assert cleaned.text == expected
    assert cleaned.fault is None
    assert bool(cleaned.changes) == (isinstance(cell, str) and cell != expected)


def test_line_ends_and_trimming_are_told_apart():
    assert outcome(text("a\r\nb")) == ("a\nb", {"line-ends"}, None)
    assert outcome(text(" a")) == ("a", {"trimmed"}, None)
    assert outcome(text(" a\rb")) == ("a\nb", {"line-ends", "trimmed"}, None)
    assert outcome(text("a\r\n")) == ("a", {"trimmed"}, None)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (CellError("#REF!"), "PK610"),
        ("#N/A", "PK610"),
        (" #div/0! ", "PK610"),
        ("Err:502", "PK610"),
        (CellError(""), "PK611"),
        (1234567890123456.0, "PK612"),
        (-1e20, "PK612"),
        ("1.2E+10", "PK613"),
        ("2,00012E+09", "PK613"),
        (date(2026, 1, 2), "PK614"),
        (time(3, 4), "PK614"),
    ],
)
def test_ids_that_a_spreadsheet_spoilt_are_faults(cell, code):
    assert outcome(identifier(cell))[2] == code


@pytest.mark.parametrize("cell", ["E+10", "1E5", "12", "#1", "Err", "NC-1.2E+1", 123456789012345.0, "N/A"])
def test_ids_that_only_look_alike_are_none(cell):
    assert outcome(identifier(cell))[1:] == (set(), None)


def test_long_numbers_are_shown_as_a_spreadsheet_shows_them():
    assert identifier(1234567890123456789.0).text == "1234567890123460000"
    assert identifier(2000123456.0).text == "2000123456"


def test_joiners_are_taken_out_of_ids_but_not_of_names():
    assert identifier("a\u200db").text == "ab"
    assert text("a\u200db").text == "a\u200db"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("ana@example.org", "ana@example.org"),
        ("mailto:ana@example.org", "ana@example.org"),
        ("MAILTO:ana@example.org?subject=Hi", "ana@example.org"),
        ("Ana Ruiz <ana@example.org>", "ana@example.org"),
        ("<mailto:ana@example.org>", "ana@example.org"),
        ("ana@example.org;", "ana@example.org"),
        ("jdoe", "jdoe"),
        ("Ana@Example.org", "Ana@Example.org"),
        ("ana @example.org", "ana @example.org"),
    ],
)
def test_addresses_lose_what_is_around_them(cell, expected):
    cleaned = address(cell)
    assert (cleaned.text, cleaned.fault) == (expected, None)
    assert (ChangeKind.ADDRESS in cleaned.changes) == (cell != expected)


@pytest.mark.parametrize(
    "cell", ["a@example.org; b@example.org", "a@example.org,b@example.org", "a@x.org b@y.org", "a@x.org / b@y.org"]
)
def test_several_addresses_are_a_fault(cell):
    assert outcome(address(cell)) == (cell, set(), "PK617")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("0001234567", ("0001234567", set(), None)),
        (1234567.0, ("0001234567", {"padded"}, "PK618")),
        (" 123456789", ("0123456789", {"padded", "trimmed"}, "PK618")),
        ("123456", ("123456", set(), "PK619")),
        ("12345678901", ("12345678901", set(), "PK619")),
        ("jdoe", ("jdoe", set(), "PK619")),
        ("１２３４５６７", ("１２３４５６７", set(), "PK619")),
        ("", ("", set(), None)),
        (CellError("#N/A"), ("#N/A", set(), "PK610")),
    ],
)
def test_university_ids_are_padded_from_seven_digits_up(cell, expected):
    assert outcome(university_id(cell)) == expected


@pytest.mark.parametrize(
    ("which", "said", "expected"),
    [
        ("role", "Instructor", "teacher"),
        ("role", "Teaching Assistant", "ta"),
        ("role", "T.A.", "ta"),
        ("role", "LEARNER", "student"),
        ("role", "StudentEnrollment", "student"),
        ("role", "student", "student"),
        ("role", "Grader", "Grader"),
        ("status", "Enrolled", "active"),
        ("status", "ACTIVE", "active"),
        ("status", "Concluded", "completed"),
        ("status", "suspended", "suspended"),
        ("status", "deleted_last_completed", "deleted_last_completed"),
        ("course_status", "Published", "published"),
        ("course_status", "available", "available"),
        ("section_status", "Delete", "deleted"),
        ("service", "Expand", "e"),
        ("service", "IU Canvas", "c"),
        ("boolean", "Yes", "true"),
        ("boolean", "x", "true"),
        ("boolean", "✓", "true"),
        ("boolean", "N", "false"),
        ("boolean", "maybe", "maybe"),
        ("boolean", "", ""),
    ],
)
def test_words_are_written_as_the_specification_has_them(which, said, expected):
    cleaned = words(which)(said)
    assert cleaned.text == expected
    assert (ChangeKind.WORD in cleaned.changes) == (said != expected)


def test_booleans_and_numbers_of_spreadsheets_are_words_too():
    assert boolean(True).text == "true"  # noqa: FBT003
    assert boolean(False).text == "false"  # noqa: FBT003
    assert boolean(1.0).text == "true"
    assert boolean(0.0).text == "false"
    assert boolean(None).text == ""
