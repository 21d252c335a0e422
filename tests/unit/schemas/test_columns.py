"""What is declared about each column is complete, and what is refused at import."""

from __future__ import annotations

import pandas as pd
import pytest
from pandera.errors import SchemaErrors

from provkit import schemas
from provkit.schemas.common import IGNORED, LONGEST, OPTIONAL, REQUIRED, Form, column, facts, rules_of, schema
from provkit.schemas.document import specification
from provkit.schemas.layouts import LAYOUTS, Kind

SCHEMAS = {
    Kind.USERS: schemas.USERS,
    Kind.COURSES: schemas.COURSES,
    Kind.SECTIONS: schemas.SECTIONS,
    Kind.ENROLLMENTS: schemas.ENROLLMENTS,
    Kind.EXPAND: schemas.EXPAND,
}
COLUMNS = [(kind, name) for kind, declared in SCHEMAS.items() for name in declared.columns]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_schema_has_the_columns_of_its_layout_in_order(kind):
    declared = SCHEMAS[kind]
    assert declared.name == kind.value
    assert tuple(declared.columns) == LAYOUTS[kind].columns
    assert {name for name, found in declared.columns.items() if not found.required} == LAYOUTS[kind].optional


@pytest.mark.parametrize(("kind", "name"), COLUMNS)
def test_everything_is_said_about_a_column(kind, name):
    found = facts(SCHEMAS[kind], name)
    assert found.meaning.endswith(".")
    assert found.meaning.count(". ") == 0, "one sentence"
    assert found.needed in (REQUIRED, OPTIONAL, IGNORED) or found.needed.startswith("required ")
    assert found.example
    assert found.max_length in (None, LONGEST)
    assert isinstance(found.form, Form)
    assert (found.form is Form.CHOICE) == bool(found.choices)
    assert all(choice.meaning for choice in found.choices)
    if found.choices:
        assert found.example in [choice.value for choice in found.choices]
    if name in LAYOUTS[kind].optional:
        assert found.needed == OPTIONAL


@pytest.mark.parametrize(("kind", "name"), COLUMNS)
def test_the_checks_of_a_column_are_its_rules_by_code(kind, name):
    found = facts(SCHEMAS[kind], name)
    assert [check.name for check in SCHEMAS[kind].columns[name].checks] == [rule.code for rule in found.rules]
    assert all(rule.shape == "value" for rule in found.rules)


@pytest.mark.parametrize(("kind", "name"), COLUMNS)
def test_a_word_means_one_value_only(kind, name):
    found = facts(SCHEMAS[kind], name)
    words = [word for choice in found.choices for word in (choice.value.lower(), *choice.also)]
    assert len(words) == len(set(words))
    assert all(word == word.lower().strip() for word in words)
    assert list(found.meant) == words


def test_what_is_declared_is_tested():
    assert "PK260" in [rule.code for rule in facts(schemas.SECTIONS, "section_id").rules]
    assert "PK260" not in [rule.code for rule in facts(schemas.SECTIONS, "name").rules]
    assert "PK261" in [rule.code for rule in facts(schemas.SECTIONS, "name").rules]
    assert facts(schemas.USERS, "user_id").rules == ()


def test_rules_of_a_schema_come_once_and_sorted():
    codes = [rule.code for rule in rules_of(schemas.COURSES)]
    assert codes == sorted(set(codes))
    assert {"PK210", "PK250", "PK260"} <= set(codes)


def test_columns_that_are_not_those_of_the_layout_are_refused():
    only = column("The person.", REQUIRED, form=Form.PERSON, example="ana@example.org")
    with pytest.raises(AssertionError, match="the columns of expand-enrollments are user_id, listing_id, send_email"):
        schema(Kind.EXPAND, "Who is where.", user_id=only)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ({"user_id": ["ana@example.org"]}, "COLUMN_NOT_IN_DATAFRAME"),
        ({"user_id": ["ana@example.org"], "listing_id": ["1"], "extra": ["x"]}, "COLUMN_NOT_IN_SCHEMA"),
        ({"listing_id": ["1"], "user_id": ["ana@example.org"]}, "COLUMN_NOT_ORDERED"),
        ({"user_id": ["ana@example.org", "bo@example.org"], "listing_id": ["1", None]}, "SERIES_CONTAINS_NULLS"),
        ({"user_id": ["ana@example.org"], "listing_id": [1]}, "WRONG_DATATYPE"),
    ],
)
def test_the_shape_of_a_frame_is_part_of_the_specification(frame, reason):
    with pytest.raises(SchemaErrors) as caught:
        schemas.EXPAND.validate(pd.DataFrame(frame), lazy=True)
    assert reason in [error.reason_code.name for error in caught.value.schema_errors]


def test_an_optional_column_may_be_missing():
    frame = pd.DataFrame({"user_id": ["ana@example.org"], "listing_id": ["1024"]}, dtype="str")
    assert schemas.EXPAND.validate(frame, lazy=True).equals(frame)


def test_an_unknown_schema_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'TERMS'"):
        schemas.TERMS  # noqa: B018 - the look-up is what is tested


def test_the_specification_page_is_current(root):
    written = (root / "docs" / "specification.md").read_text(encoding="utf-8")
    assert written == specification(), "python -m provkit.schemas.document > docs/specification.md"


def test_the_specification_page_names_every_column_value_and_header():
    page = specification()
    for kind, declared in SCHEMAS.items():
        assert f"## {kind}.csv\n" in page
        for header in LAYOUTS[kind].headers():
            assert f"\n{','.join(header)}\n" in page
        for name in declared.columns:
            found = facts(declared, name)
            assert f"| `{name}` | {found.needed} | {found.meaning} |" in page
            assert all(f"- `{choice.value}`: {choice.meaning}" in page for choice in found.choices)
