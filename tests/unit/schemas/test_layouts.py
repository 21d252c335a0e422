"""The 26 header lines, to the letter."""

from __future__ import annotations

import subprocess
import sys

import pytest

from provkit.schemas.layouts import BY_HEADER, LAYOUTS, Kind

LITERAL = {
    Kind.USERS: """\
user_id,login_id,first_name,last_name,email,status
user_id,login_id,first_name,last_name,email,status,service
""",
    Kind.COURSES: """\
course_id,short_name,long_name,account_id,status
course_id,short_name,long_name,account_id,status,blueprint_course_id
course_id,short_name,long_name,account_id,status,end_date
course_id,short_name,long_name,account_id,status,end_date,blueprint_course_id
course_id,short_name,long_name,account_id,status,start_date
course_id,short_name,long_name,account_id,status,start_date,blueprint_course_id
course_id,short_name,long_name,account_id,status,start_date,end_date
course_id,short_name,long_name,account_id,status,start_date,end_date,blueprint_course_id
course_id,short_name,long_name,account_id,term_id,status
course_id,short_name,long_name,account_id,term_id,status,blueprint_course_id
course_id,short_name,long_name,account_id,term_id,status,end_date
course_id,short_name,long_name,account_id,term_id,status,end_date,blueprint_course_id
course_id,short_name,long_name,account_id,term_id,status,start_date
course_id,short_name,long_name,account_id,term_id,status,start_date,blueprint_course_id
course_id,short_name,long_name,account_id,term_id,status,start_date,end_date
course_id,short_name,long_name,account_id,term_id,status,start_date,end_date,blueprint_course_id
""",
    Kind.SECTIONS: """\
section_id,course_id,name,status
section_id,course_id,name,status,end_date
section_id,course_id,name,status,start_date
section_id,course_id,name,status,start_date,end_date
""",
    Kind.ENROLLMENTS: """\
course_id,user_id,role,section_id,status
course_id,user_id,role,section_id,status,limit_section_privileges
""",
    Kind.EXPAND: """\
user_id,listing_id
user_id,listing_id,send_email
""",
}


@pytest.mark.parametrize("kind", list(Kind))
def test_the_headers_of_a_kind_are_the_literal_lines(kind):
    lines = LITERAL[kind].splitlines()
    assert sorted(",".join(header) for header in LAYOUTS[kind].headers()) == sorted(lines)
    assert [(found, columns) for line in lines for found, columns in [BY_HEADER[line]]] == [
        (kind, tuple(line.split(","))) for line in lines
    ]


def test_there_are_26_headers():
    assert len(BY_HEADER) == 26


def test_the_smallest_header_leaves_out_what_holds_no_data():
    courses = LAYOUTS[Kind.COURSES]
    assert ",".join(courses.smallest({"course_id", "end_date"})) == "course_id,short_name,long_name,account_id,status,end_date"
    assert courses.smallest(courses.columns) == courses.columns
    with pytest.raises(KeyError, match="no column of courses: grade"):
        courses.smallest({"grade", "status"})


def test_layouts_bring_in_neither_pandas_nor_pandera():
    code = "import sys, provkit.schemas.layouts; print(sorted({'pandas', 'pandera', 'pyarrow'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
