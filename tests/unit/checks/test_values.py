"""The schemas as anybody may use them say the same of single values as `provkit validate` does."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from provkit import schemas
from provkit.checks import check
from provkit.package import Package
from provkit.receiver import Known
from provkit.schemas.layouts import LAYOUTS, Kind

SCHEMAS = {
    Kind.USERS: schemas.USERS,
    Kind.COURSES: schemas.COURSES,
    Kind.SECTIONS: schemas.SECTIONS,
    Kind.ENROLLMENTS: schemas.ENROLLMENTS,
    Kind.EXPAND: schemas.EXPAND,
}

VALUES = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "active",
            "Active",
            "deleted?",
            "completed",
            "enrolled",
            "student",
            "Student Aide",
            "Instructor",
            "ta",
            "true",
            "yes",
            "ana@example.org",
            "ana@example",
            "ana@example.org ",
            "jdoe",
            "1234567",
            "1234567890",
            "e",
            "Expand",
            "S-1",
            "S\xa01",
            "2026-08-24T00:00:00Z",
            "08/24/2026",
            "05/06/2026",
            "TBD",
            "x" * 256,
            "<delete>",
            "dissociate",
            "FA26-BL-HPER-E100-12345",
            "Jos�",
            "a\x07b",
            "nul\x00",
            "dissociated",
            "46258",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters='\\"\r\n'), max_size=12),
)


def frames(kind):
    def rows(header):
        return st.lists(st.tuples(*[VALUES for _ in header]), min_size=1, max_size=6).map(
            lambda values: pd.DataFrame(values, columns=list(header), dtype="str")
        )

    return st.sampled_from(list(LAYOUTS[kind].headers())).flatmap(rows)


def said_by_the_schema(kind, frame):
    """(row, column, code) of every value rule that is broken; rows as lines of the file."""
    try:
        SCHEMAS[kind].validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        return {
            (int(index) + 2, column, check)
            for index, column, check in zip(cases["index"], cases["column"], cases["check"], strict=True)
        }
    return set()


def said_by_validate(kind, frame):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    text.write(",".join(frame.columns) + "\n")
    writer.writerows(frame.itertuples(index=False))
    report = check(Package.from_files({f"{kind}.csv": text.getvalue().encode()}))
    return {(finding.line, finding.column, finding.code) for finding in report.findings if finding.rule.shape == "value"}


@pytest.mark.parametrize("kind", list(Kind))
def test_the_schema_and_validate_agree_on_every_value(kind):
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(frames(kind))
    def agree(frame):
        assert said_by_validate(kind, frame) == said_by_the_schema(kind, frame)

    agree()


def test_a_frame_indexed_by_source_rows_names_them():
    frame = pd.DataFrame([["S-1", "C-1", "Monday", "nonsense"]], columns=["section_id", "course_id", "name", "status"], index=[17])
    with pytest.raises(SchemaErrors) as caught:
        schemas.SECTIONS.validate(frame, lazy=True)
    assert list(caught.value.failure_cases["index"]) == [17]


@pytest.mark.parametrize(("roles", "codes"), [(None, {"PK233"}), (["Librarian"], set()), (["Other"], {"PK809"})])
def test_roles_that_are_known_are_no_fault(roles, codes):
    content = b"course_id,user_id,role,section_id,status,limit_section_privileges\nC-1,1234567890,Librarian,S-1,active,false\n"
    report = check(Package.from_files({"enrollments.csv": content}), known=Known(roles=roles))
    assert {broken.code for broken in report.counts if broken.code.startswith(("PK2", "PK8"))} == codes
