"""A plan for a person: sentences with names at a terminal and on the page, and never without being asked elsewhere."""

import pytest

from provkit.package import Package
from provkit.planning.compare import compare
from provkit.planning.courses import by_course
from provkit.planning.guards import stops
from provkit.planning.state import State
from provkit.report.plan import render_html, render_text, sentences

COURSES = "course_id,short_name,long_name,account_id,status\nS1,Saf,Safety 101,ACC,{}\nY,Yoga,Yoga,ACC,active\n"
USERS = "user_id,login_id,first_name,last_name,email,status\n"
ENROLLMENTS = "course_id,user_id,role,section_id,status\n"


def state(people, status="active"):
    users = "".join(f"{one}@x.org,{one}@x.org,{one.title()},Ruiz <b>,{one}@x.org,active\n" for one in people)
    rows = "".join(f"S1,{one}@x.org,student,,active\n" for one in people) + "Y,t@x.org,teacher,,active\n"
    files = {"users.csv": USERS + users, "courses.csv": COURSES.format(status), "enrollments.csv": ENROLLMENTS + rows}
    return State.of_package(Package.from_files({name: text.encode() for name, text in files.items()}))


@pytest.fixture(scope="module")
def changes():
    before, now = state([f"p{number}" for number in range(20)]), state(["new", *(f"p{number}" for number in range(7, 20))])
    return compare(before, now, partial=True, removals="deleted")


def test_it_is_said_in_plain_sentences(changes):
    [course] = by_course(changes)
    assert [said.text for said in sentences(course)] == [
        "7 people lose access to Safety 101.",
        "1 person gets access to Safety 101.",
    ]


def test_a_terminal_shows_some_names_and_what_would_stop_it(changes):
    courses = by_course(changes)
    text = render_text(changes, courses, stops=stops(changes, courses), notes=["A note."], head={"Group": "BL-TEST (from --group)"})
    assert max(map(len, text.splitlines())) <= 80
    folded = " ".join(text.split())
    assert text.startswith("Group  BL-TEST (from --group)\n")
    assert "7 people lose access to Safety 101: P0 Ruiz <b> (p0@x.org)," in folded
    assert "and 2 more." in folded
    assert "THIS WOULD STOP IT" in text
    assert "--allow ends_many" in text


def test_names_are_left_out_when_they_are_not_wanted(changes):
    text = render_text(changes, by_course(changes), names=False)
    assert "7 people lose access to Safety 101." in text
    assert "x.org" not in text


def test_the_page_names_all_of_them_and_takes_no_markup_from_a_roster(changes):
    page = render_html(changes, by_course(changes), head={"Group": "BL-TEST"})
    assert page.count("@x.org)</li>") == 8
    assert "<b>" not in page
    assert "Ruiz &lt;b&gt;" in page
    assert "http" not in page.replace("http-equiv", "")


def test_nothing_is_said_to_change_where_nothing_does():
    one = state(["a"])
    text = render_text(compare(one, one), by_course(compare(one, one)))
    assert "Nothing: nobody gains or loses access to a course." in text


def test_a_course_that_ends_comes_back_or_is_renamed():
    open_, over = state(["a", "b"]), state(["a", "b"], status="completed")
    [ends] = by_course(compare(open_, over))
    [back] = by_course(compare(over, open_))
    assert [said.text for said in sentences(ends)] == [
        "Safety 101 is completed, and everybody's enrollment in it ends.",
        "2 people lose access to Safety 101.",
    ]
    assert [said.text for said in sentences(back)] == [
        "Safety 101 had ended and is opened again.",
        "2 people get access to Safety 101.",
    ]
