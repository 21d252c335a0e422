"""Each value rule: what breaks it and, as important, what does not."""

from __future__ import annotations

import ast
import csv
import io

import pandas as pd
import pyarrow as pa
import pytest
from pandera.errors import SchemaErrors

from provkit import schemas
from provkit.rules import Finding
from provkit.schemas.common import LONGEST, apply, facts, rules_of
from provkit.schemas.enrollments import role_by_another_word, role_of_its_own
from provkit.schemas.layouts import BY_HEADER, Kind

SCHEMAS = {
    Kind.USERS: schemas.USERS,
    Kind.COURSES: schemas.COURSES,
    Kind.SECTIONS: schemas.SECTIONS,
    Kind.ENROLLMENTS: schemas.ENROLLMENTS,
    Kind.EXPAND: schemas.EXPAND,
}
BY_NAME = {rule.name: rule for schema in SCHEMAS.values() for rule in rules_of(schema)}

# name of the rule, values that break it, values that do not
CASES = {
    "required_value_missing": (["", " ", "\t", "\xa0", "\u3000 "], ["x", "0", "\u200b"]),
    "value_too_long": (["x" * (LONGEST + 1), "é" * (LONGEST + 1)], ["x" * LONGEST, "é" * LONGEST, f"  {'x' * LONGEST}  ", ""]),
    "encoding_lost": (["Jos\ufffd"], ["José", "", "?"]),
    "nul_character": (["a\0b"], ["ab\0", "\0 a", "ab"]),
    "invisible_character_in_id": (
        ["A\xa0", "\u200bA", "A\ufeffB", "A\tB", "A\nB", "A\x7fB", "A\xadB", "A\u202eB", "A\u2003B"],
        ["A", "A 1", " A\t", "A\n", "Ä-1", "課程", ""],
    ),
    "control_character": (["a\x07b", "Beginner\x92s", "a\x1fb"], ["a\tb", "a\nb", "a\xa0b", "می\u200cخواهم", "", "\x0ba\x0b"]),
    "letters_garbled": (
        [
            "JosÃ©",
            "Ã‘andÃº",
            "MUÃ‘OZ",
            "Beginnerâ€™s class",
            "DvoÅ™Ã¡k",
            "Jos√©",
            "Ã  la carte",
            "çŽ‹",
            "Ð˜Ð²Ð°Ð½",
            "n\u00c2\u00ba 5",
        ],
        ["José", "MUÑOZ", "“CAFÉ”", "FIANCÉ’S", "Café…", "Dvořák", "Иван", "王芳", "Đặng Văn Ân", "√2", "", "Jos\ufffd", "nº 5"],
    ),
    "typographic_sign_in_id": (["YOGA–01", "YOGA‑01", "O’HARA", "“A”", "A−1", "—"], ["YOGA-01", "O'HARA", '"A"', "É-1", ""]),
    "decimals_in_id": (["4567.0", " 12.00 "], ["4567", "1.5", "4567.", "v2.0", "1.2.0", ""]),
    "email_not_deliverable": (
        ["ana", "ana@example", "ana@example.org ", "Ana <ana@example.org>", "a@example.org;b@example.org", "a..b@example.org"],
        ["ana@example.org", "o'neil@example.edu", "", " ", "Ana+yoga@EXAMPLE.ORG"],
    ),
    "domain_likely_misspelled": (["ana@gmial.com", "Ana@HOTMIAL.com"], ["ana@gmail.com", "ana@example.org", "gmial", ""]),
    "shared_mailbox": (["info@example.org", "office@example.org"], ["ana@example.org", "informa@example.org", "info", ""]),
    "name_missing": (["", "  ", "\xa0"], ["Ana", "-"]),
    "status_ignored": (["deleted", "inactive", "suspended"], ["active", "Active", " active ", ""]),
    "service_not_understood": (["expand", "e ", "x", "E."], ["e", "E", "c", "C", "", " ", "Canvas"]),
    "address_other_than_it_seems": (
        ["ana\u200b@example.org", "jos\ufffd@example.org", "o’neil@example.org", "ana–ruiz@example.org", "josÃ©@example.org"],
        ["ana@example.org", "ana\u200b", "ana @example.org", "o'neil@example.org", "josé@example.org"],
    ),
    "person_not_identifiable": (
        ["ana@example", " ana@example.org", "jdoe ", "j doe", "jdoe\u200b", "123 456", "Ana <ana@example.org>", "2000123456.0"],
        ["ana@example.org", "jdoe", "0001234567", "", " ", "ana\u200b@example.org"],
    ),
    "university_id_of_wrong_length": (["1", "123456789", "12345678901"], ["1234567890", "jdoe", "", "١٢٣", "12a"]),
    "course_status_unknown": (
        ["inactive", "available", "concluded", "publish", "open", "status"],
        ["active", "Completed", " PUBLISHED ", "deleted", "unpublished", "published in May", "", " "],
    ),
    "course_status_taken_otherwise": (
        ["activee", "published in May", "completed?", "Active.", "active\xa0"],
        ["active", "COMPLETED", "", "open"],
    ),
    "dissociate_not_in_small_letters": (["Dissociate", "DISSOCIATE "], ["dissociate", " dissociate ", "BP-1", ""]),
    "account_with_blanks_around": ([" RECREATION", "RECREATION\t"], ["RECREATION", "School of Art", "", " "]),
    "official_class_id": (
        ["FA21-BL-BUEX-ACCT-99999", "SP26-IN-HPER-E100-1"],
        ["FA21", "fa21-bl-buex-acct-99999", "REC-FA21-BL-BUEX-ACCT-99999", "FA21-BL-99999", ""],
    ),
    "section_status_unknown": (["completed", "inactive", "published"], ["active", "DELETED", "activee", "", " "]),
    "section_status_taken_otherwise": (["activee", "deleted-inactive", "Deleted by HR"], ["active", "Deleted ", "", "completed"]),
    "role_by_another_word": (["Instructor", "faculty", "Learner", " teaching assistant "], ["teacher", "student", "Librarian", ""]),
    "role_of_its_own": (
        ["Librarian", "teacherenrollment", "stu"],
        ["TA", "Student Aide", "DesignerEnrollment", "Instructor", "", " "],
    ),
    "role_taken_for_student": (
        ["Student Aide", "studentteacher"],
        ["student", "Students", "STUDENT", "StudentEnrollment", "", "stu"],
    ),
    "enrollment_status_unknown": (
        ["enrolled", "concluded", "dropped", "pending"],
        ["active", "Completed", "inactive", "deletedx", "", " "],
    ),
    "enrollment_status_taken_otherwise": (
        ["deleted?", "active now"],
        ["DELETED", "deleted_last_completed", "Inactive", "", "enrolled"],
    ),
    "limit_not_true_or_false": (["no", "0", " false", "maybe", " "], ["true", "FALSE", "", "yes", "1", " true"]),
    "send_email_not_true_or_false": (["yes", "1", " true", "maybe"], ["true", "TRUE", "false", "no", "0", "", " "]),
    "date_unreadable": (["08/24/2026", "2026-13-01", "2026", "fall 2026"], ["2026-08-24", "TBD", "05/06/2026", "", "<delete>"]),
    "date_without_effect": (["TBD", "N/A", "####", "none"], ["2026-8-4", "", " ", "<delete>", "08/24/2026"]),
    "date_read_otherwise": (
        ["05/06/2026", "2026-02-30", "46258", "Aug 24", "9am"],
        ["2026-8-4", "24/08/2026", "05/05/2026", "", "08/24/2026"],
    ),
}


def test_every_value_rule_has_cases():
    assert set(CASES) == set(BY_NAME)


@pytest.mark.parametrize("name", CASES)
def test_a_rule_is_broken_by_what_has_the_consequence_and_by_nothing_else(name):
    broken, fine = CASES[name]
    mask = BY_NAME[name](pd.Series([*broken, *fine], dtype="str"))
    assert mask.dtype == bool
    assert dict(zip([*broken, *fine], mask, strict=True)) == {**dict.fromkeys(broken, True), **dict.fromkeys(fine, False)}


@pytest.mark.parametrize("name", CASES)
def test_a_message_can_be_rendered_for_every_broken_value(name):
    from provkit.rules import Finding

    for value in CASES[name][0]:
        finding = Finding(BY_NAME[name], "users.csv", 2, "column", value)
        assert finding.message
        assert finding.render(show_values=False)


def frames(rule, heading):
    """The tables of an example, by kind."""
    for info, content in rule.blocks(heading):
        form, _, _name = info.partition(" ")
        if form in ("csv", "bytes"):
            text = content if form == "csv" else ast.literal_eval(f"({content})").decode("utf-8", "replace")
            rows = list(csv.reader(io.StringIO(text)))
            kind, columns = BY_HEADER[",".join(rows[0])]
            yield kind, pd.DataFrame(rows[1:], columns=list(columns), dtype="str")


@pytest.mark.parametrize("rule", BY_NAME.values(), ids=lambda rule: rule.name)
def test_an_example_breaks_its_rule_alone_and_what_to_use_instead_breaks_none(rule):
    for heading, wanted in (("Example", {rule.code}), ("Use instead", set())):
        tables = list(frames(rule, heading))
        found = {broken.rule.code for kind, frame in tables for broken in apply(SCHEMAS[kind], frame)}
        assert found == wanted or not tables


def failures(schema, frame):
    """(row, code) of each failure, as Pandera's own validation gives them."""
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        return {(index, error.check.name) for error in errors.schema_errors for index in error.failure_cases["index"]}
    return set()


@pytest.mark.parametrize("kind", list(Kind))
def test_pandera_and_apply_find_the_same_rows_and_codes(kind):
    schema = SCHEMAS[kind]
    columns = {
        name: [value for rule in facts(schema, name).rules for case in CASES[rule.name] for value in case]
        for name in schema.columns
    }
    height = max(len(values) for values in columns.values())
    frame = pd.DataFrame(
        {
            name: (values or [""]) + [facts(schema, name).example] * (height - len(values or [""]))
            for name, values in columns.items()
        },
        dtype="str",
        index=range(100, 100 + height),
    )
    applied = {(100 + row, broken.rule.code) for broken in apply(schema, frame) for row in broken.rows.tolist()}
    assert applied == failures(schema, frame)
    assert {code for _, code in applied} == {rule.code for rule in rules_of(schema)}


@pytest.mark.parametrize("kind", list(Kind))
def test_the_examples_of_the_columns_are_without_fault(kind):
    schema = SCHEMAS[kind]
    frame = pd.DataFrame({name: [facts(schema, name).example] for name in schema.columns}, dtype="str")
    assert failures(schema, frame) == set()
    for name in schema.columns:
        for choice in facts(schema, name).choices:
            assert failures(schema, frame.assign(**{name: pd.Series([choice.value], dtype="str")})) == set()


@pytest.mark.parametrize(
    "make",
    [
        pa.array,
        lambda values: pa.array(values).dictionary_encode(),
        lambda values: pa.chunked_array([values[:1], values[1:]], type=pa.string()),
        lambda values: pa.chunked_array([values[:1], values[1:]], type=pa.string()).dictionary_encode(),
        lambda values: pd.Series(values, dtype="str"),
        lambda values: pd.Series(values, dtype="object"),
    ],
    ids=["array", "dictionary", "chunks", "chunks of dictionaries", "str", "object"],
)
def test_apply_takes_columns_as_arrow_or_pandas_and_passes_over_nulls(make):
    values = ["active", None, "enrolled", "active", "enrolled", None]
    (broken,) = apply(schemas.ENROLLMENTS, {"status": make(values), "unknown": make(values)})
    assert (broken.rule.name, broken.column, broken.rows.tolist()) == ("enrollment_status_unknown", "status", [2, 4])


def test_apply_spares_values_that_are_known_to_be_no_fault():
    roles = pd.Series(["Librarian", "Instructor", "Grader"], dtype="str")
    found = apply(schemas.ENROLLMENTS, {"role": roles}, exempt={"PK233": ["Librarian"], "PK232": {"Instructor"}})
    assert [(broken.rule.code, broken.rows.tolist()) for broken in found] == [("PK233", [2])]


def test_apply_of_an_empty_column_finds_nothing():
    assert list(apply(schemas.ENROLLMENTS, {"status": pa.array([], pa.string()), "role": pa.nulls(3, pa.string())})) == []


@pytest.mark.parametrize(
    ("broken", "value", "shown", "masked"),
    [
        ("letters_garbled", "JosÃ©", "'JosÃ©' looks garbled; 'José' may be meant.", "'J***' looks garbled; 'J***' may be meant."),
        (
            "typographic_sign_in_id",
            "YOGA–01",
            "'YOGA–01' holds a sign that the keyboard does not have (en dash, U+2013); 'YOGA-01' is another id.",
            "'Y***' holds a sign that the keyboard does not have (en dash, U+2013); 'Y***' is another id.",
        ),
        (
            "decimals_in_id",
            "4567.0",
            "'4567.0' looks like a number that a program has given decimals; '4567' is another id.",
            "'4***' looks like a number that a program has given decimals; '4***' is another id.",
        ),
    ],
)
def test_what_may_be_meant_is_masked_like_the_value(broken, value, shown, masked):
    finding = Finding(BY_NAME[broken], value=value)
    assert finding.message == shown
    assert finding.render(show_values=False) == masked


def test_a_misspelled_role_is_no_role_of_its_own():
    words = pd.Series(["studnt", "Techer", "studnet", "Librarian", "designr", "Mentor", "reader"])
    assert role_by_another_word(words).tolist() == [True, True, True, False, True, False, False]
    assert role_of_its_own(words).tolist() == [False, False, False, True, False, True, True]


@pytest.mark.parametrize(
    ("broken", "value", "said"),
    [
        ("course_status_unknown", "actve", "Did you mean 'active'?"),
        ("section_status_unknown", "delted", "Did you mean 'deleted'?"),
        ("enrollment_status_unknown", "Complete", "Did you mean 'completed'?"),
        ("enrollment_status_unknown", "enroled", "Did you mean 'active'?"),
        ("section_status_unknown", "Delete", "Did you mean 'deleted'?"),
        ("enrollment_status_unknown", "xyz", ""),
    ],
)
def test_an_unknown_status_is_met_with_the_nearest(broken, value, said):
    message = Finding(BY_NAME[broken], value=value).message
    assert message.endswith(said or f"{value!r}.")
