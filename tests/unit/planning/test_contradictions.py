"""Where two feeds of a group contradict each other."""

from provkit.planning.compare import compare
from provkit.planning.contradictions import contradictions
from provkit.schemas.layouts import Kind


def test_feeds_that_agree_or_speak_of_others_contradict_nobody(state):
    one = state(users=["a@x.org,Ann,Lee"], courses=["C,Yoga"], sections=["S,C"], enrollments=["C,a@x.org"])
    other = state(users=["a@x.org,Ann,Lee", "b@x.org,Bo,Lee"], courses=["C,Yoga", "D"], enrollments=["C,a@x.org,student,,inactive"])
    assert contradictions(one, {"two": other}) == ()


def test_two_names_of_one_person_and_two_titles_of_one_course_are_found(state):
    one = state(users=["b@x.org,Bo,Lee", "a@x.org,Anne,Lee"], courses=["C,Yoga", "D"], sections=["S,C"])
    other = state(users=["a@x.org,Ann,Lee", "b@x.org,Bo,Lee"], courses=["C,Yoga 2"], sections=["S,D"])
    found = contradictions(one, {"two": other})
    assert [(one.feed, one.kind, one.ids) for one in found] == [
        ("two", Kind.USERS, ["a@x.org"]),
        ("two", Kind.COURSES, ["C"]),
        ("two", Kind.SECTIONS, ["S"]),
    ]
    assert list(found[0].names()) == [("a@x.org", "Anne Lee", "Ann Lee")]


def test_a_feed_that_no_longer_lists_a_course_contradicts_nobody(state):
    left = compare(state(courses=["C,Yoga", "D"]), state(courses=["D"])).after
    assert contradictions(state(courses=["C,Pilates"]), {"two": left}) == ()
