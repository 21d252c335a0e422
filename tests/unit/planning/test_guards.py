"""Each guard stops exactly when it should, and lets pass what was said to be meant."""

import pytest

from provkit.planning.compare import compare
from provkit.planning.courses import by_course
from provkit.planning.guards import GUARDS, Allowed, refuse, stops


@pytest.fixture(scope="module")
def stopped(state):
    """The words of the guards that stop going from one package to another."""

    def judge(before, now, *, removals="deleted", **more):
        changes = compare(None if before is None else state(**before), state(**now), partial=True, removals=removals)
        return stops(changes, by_course(changes), **more)

    return judge


def words(found):
    return [stop.guard.reason for stop in found]


def people(count, course="C", start=0, rest=""):
    return [f"{course},p{number}@x.org{rest}" for number in range(start, start + count)]


@pytest.mark.parametrize("before", [None, {"courses": ["C", "D"]}])
@pytest.mark.parametrize("status", ["deleted", "completed", "Deleted"])
def test_a_course_that_ends_is_asked_about_by_name_with_or_without_history(stopped, before, status):
    now = {"courses": [f"C,Yoga,{status}", f"D,Judo,{status}"]}
    [stop] = stopped(before, now)
    assert (stop.guard.reason, stop.ids) == ("ends_course", ("C", "D"))
    assert f"C is {status.lower()}" in stop.sentence
    assert "--end-course C --end-course D" in stop.remedy
    assert stopped(before, now, said=Allowed(courses=frozenset({"C"})))[0].ids == ("D",)
    assert stopped(before, now, said=Allowed(courses=frozenset({"C", "D"}))) == ()


def test_the_very_end_that_was_accepted_is_not_asked_about_again(stopped):
    assert stopped({"courses": ["C,C,completed"]}, {"courses": ["C,C,completed"]}) == ()
    assert words(stopped({"courses": ["C,C,completed"]}, {"courses": ["C,C,deleted"]})) == ["ends_course"]


@pytest.mark.parametrize("before", [None, {"sections": ["S,C"]}])
def test_a_section_that_ends_is_asked_about_by_name(stopped, before):
    [stop] = stopped(before, {"sections": ["S,C,deleted"]})
    assert (stop.guard.reason, stop.ids) == ("ends_section", ("S",))
    assert stopped(before, {"sections": ["S,C,deleted"]}, said=Allowed(sections=frozenset({"S"}))) == ()


def test_active_courses_are_not_asked_about(stopped):
    assert stopped(None, {"courses": ["C,C,published"], "sections": ["S,C"]}) == ()


@pytest.mark.parametrize("status", ["deleted", "completed", "inactive", "deleted_last_completed"])
def test_a_first_send_that_ends_enrollments_stops(stopped, status):
    now = {"enrollments": [*people(9), f"C,z@x.org,student,,{status}"]}
    assert words(stopped(None, now)) == ["first_send_ends"]
    assert stopped(None, now, said=Allowed(frozenset({"first_send_ends"}))) == ()
    assert stopped({"enrollments": people(9)}, now) == ()


@pytest.mark.parametrize(
    ("teachers", "ending", "stops_"),
    [(1, 1, True), (2, 1, False), (2, 2, True), (3, 1, False), (3, 2, True), (0, 0, False)],
)
def test_all_or_most_teachers_of_a_course(stopped, teachers, ending, stops_):
    students = people(30)
    before = [f"C,t{number}@x.org,teacher" for number in range(teachers)]
    said = [f"C,t{number}@x.org,teacher,,completed" for number in range(ending)]
    for left in (before[ending:], before[ending:] + said):  # gone from the source, and ended by a row
        found = words(stopped({"enrollments": before + students}, {"enrollments": left + students}))
        assert found == (["ends_teachers"] if stops_ else [])


def test_a_teacher_who_is_replaced_is_no_loss(stopped):
    students = people(30)
    assert stopped({"enrollments": ["C,t@x.org,teacher", *students]}, {"enrollments": ["C,u@x.org,teacher", *students]}) == ()


@pytest.mark.parametrize(
    ("before", "after", "stops_"), [(1, 0, True), (2, 1, False), (2, 0, True), (3, 1, True), (4, 2, False), (5, 2, True)]
)
def test_more_than_half_of_a_course(stopped, before, after, stops_):
    rest = people(60, "D")
    found = stopped({"enrollments": people(before) + rest}, {"enrollments": people(after) + rest})
    assert words(found) == (["ends_half"] if stops_ else [])


@pytest.mark.parametrize(
    ("total", "lost", "share", "stops_"),
    [
        (40, 4, 10, False),
        (40, 5, 10, True),
        (50, 5, 10, False),
        (60, 6, 10, False),
        (60, 7, 10, True),
        (60, 7, 20, False),
        (60, 5, 0, True),
    ],
)
def test_more_than_a_share_of_the_enrollments_and_at_least_five(stopped, total, lost, share, stops_):
    found = stopped({"enrollments": people(total)}, {"enrollments": people(total - lost)}, max_ended=share)
    assert words(found) == (["ends_many"] if stops_ else [])


def test_ends_said_of_people_who_are_not_known_count_as_well(stopped):
    found = stopped({"enrollments": people(30)}, {"enrollments": people(30) + people(6, start=50, rest=",student,,deleted")})
    assert words(found) == ["ends_many"]


def test_who_is_left_does_not_count_as_ended(stopped):
    assert stopped({"enrollments": people(18)}, {"enrollments": people(9)}, removals="leave") == ()


def test_somebody_who_changes_section_or_role_loses_nothing(stopped):
    before = people(20, rest=",student,S1")
    assert stopped({"enrollments": before}, {"enrollments": people(20, rest=",ta,S2")}) == ()


@pytest.mark.parametrize(("had", "has", "stops_"), [(10, 4, True), (10, 5, False), (9, 1, False)])
def test_a_package_much_smaller_than_the_last(stopped, had, has, stops_):
    users = [f"p{number}@x.org" for number in range(had)]
    found = words(stopped({"users": users}, {"users": users[:has]}))
    assert found == (["much_smaller"] if stops_ else [])


def test_one_file_that_is_much_smaller_is_enough(stopped):
    users = [f"p{number}@x.org" for number in range(50)]
    found = words(
        stopped({"users": users, "enrollments": people(20)}, {"users": users, "enrollments": people(9)}, removals="leave")
    )
    assert found == ["much_smaller"]


@pytest.mark.parametrize(
    ("group", "before", "stops_"), [("A", {"A"}, False), ("B", {"A"}, True), ("B", set(), False), ("B", {"A", "B"}, False)]
)
def test_a_group_that_was_never_used_from_here(stopped, group, before, stops_):
    found = words(stopped(None, {"users": ["a@x.org"]}, group=group, groups_before=before))
    assert found == (["unusual_group"] if stops_ else [])


def test_rows_held_back(stopped):
    assert words(stopped(None, {"users": ["a@x.org"]}, held_back=1)) == ["held_back"]
    assert stopped(None, {"users": ["a@x.org"]}, held_back=1, said=Allowed(frozenset({"held_back"}))) == ()


def test_what_is_meant_for_one_guard_does_not_let_another_pass(stopped):
    before, now = {"enrollments": ["C,t@x.org,teacher", *people(20)]}, {"enrollments": people(9)}
    found = words(stopped(before, now))
    assert found == ["ends_teachers", "ends_half", "ends_many", "much_smaller"]
    for word in found:
        left = words(stopped(before, now, said=Allowed(frozenset({word}))))
        assert left == [one for one in found if one != word]


def test_all_that_stops_is_said_at_once(stopped):
    found = stopped({"enrollments": ["C,t@x.org,teacher", *people(20)]}, {"enrollments": people(9)})
    error = refuse(found)
    assert (error.exit_code, error.reason) == (3, "ends_teachers")
    assert all(stop.sentence in error.message for stop in found)
    assert all(str(stop.guard.flag) in error.remedy for stop in found)


def test_every_guard_has_a_word_of_its_own_and_says_when():
    assert len({guard.reason for guard in GUARDS}) == len(GUARDS)
    assert all(guard.when and guard.reason.isidentifier() for guard in GUARDS)
