"""What an upload changes, and what goes where only changes do."""

import random

import pytest

from provkit.held_back import HeldBack
from provkit.package import Package
from provkit.planning.compare import compare
from provkit.planning.state import State
from provkit.schemas.layouts import Kind


def sent(changes):
    """The enrollments that go, as person and status."""
    rows = changes.rows_to_send().get(Kind.ENROLLMENTS)
    if rows is None:
        return []
    columns = (rows.columns[name].to_pylist() for name in ("course_id", "user_id", "status"))
    return [" ".join(cells) for cells in zip(*columns, strict=True)]


def counts(changes, kind=Kind.ENROLLMENTS):
    change = changes.kinds[kind]
    return change.added, change.altered, int(change.ended.sum()), change.untouched


def once_more(state):
    """The state as it comes back from where it is kept."""
    return State.of_package(state.to_package())


def test_the_same_package_again_changes_nothing(state):
    one = state(users=["a@x.org"], courses=["C"], sections=["S,C"], enrollments=["C,a@x.org"], expand=["a@x.org,7"])
    changes = compare(one, one, partial=True, removals="deleted")
    assert changes.nothing
    assert changes.rows_to_send() == {}
    assert [counts(changes, kind) for kind in Kind] == [(0, 0, 0, 1)] * 5


def test_without_anything_accepted_before_all_is_new(state):
    one = state(users=["a@x.org"], enrollments=["C,a@x.org", "C,b@x.org"])
    changes = compare(None, one, partial=True)
    assert counts(changes) == (2, 0, 0, 0)
    assert {kind: len(rows) for kind, rows in changes.rows_to_send().items()} == {Kind.USERS: 1, Kind.ENROLLMENTS: 2}


def test_only_what_is_new_or_different_goes(state):
    before = state(
        users=["a@x.org,Ann,Lee", "b@x.org"],
        courses=["C,Yoga", "D"],
        sections=["S,C"],
        enrollments=["C,a@x.org", "C,b@x.org", "D,a@x.org"],
    )
    now = state(
        users=["a@x.org,Anne,Lee", "b@x.org"],
        courses=["C,Yoga for all", "D"],
        sections=["S,C"],
        enrollments=["C,a@x.org", "C,b@x.org,student,,inactive", "D,a@x.org", "D,c@x.org"],
    )
    changes = compare(before, now, partial=True)
    found = {kind: rows.encode().decode().splitlines()[1:] for kind, rows in changes.rows_to_send().items()}
    assert found == {
        Kind.USERS: ["a@x.org,a@x.org,Anne,Lee,a@x.org,active"],
        Kind.COURSES: ["C,Yoga for all,Yoga for all,ACC,active"],
        Kind.ENROLLMENTS: ["C,b@x.org,student,,inactive", "D,c@x.org,student,,active"],
    }


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("C,a@x.org,Student", "C,a@x.org,student"),
        ("C,a@x.org,student,,Active", "C,a@x.org,student,,active"),
        ("C,a@x.org,student,S", "D,a@x.org,student,S"),
        ("C,a@x.org", " C,a@x.org"),
    ],
    ids=["role", "status", "section is known by itself", "blanks"],
)
def test_what_is_one_enrollment_for_canvas_is_never_ended_and_begun(state, before, now):
    changes = compare(state(enrollments=[before]), state(enrollments=[now]), partial=True, removals="deleted")
    assert not any("deleted" in row for row in sent(changes))


def test_an_address_in_other_letters_is_sent_and_nobody_is_ended(state):
    changes = compare(state(enrollments=["C,Ana@x.org"]), state(enrollments=["C,ana@x.org"]), partial=True, removals="deleted")
    assert sent(changes) == ["C ana@x.org active"]


def test_a_limit_that_the_server_would_add_by_itself_is_no_change(package):
    header = "course_id,user_id,role,section_id,status,limit_section_privileges"
    plain = State.of_package(package(enrollments=["C,a@x.org,student", "C,t@x.org,teacher"]))
    for words, goes in ((("true", "false"), 0), (("TRUE", ""), 0), (("no", "false"), 0), (("false", "true"), 2)):
        rows = [f"C,a@x.org,student,,active,{words[0]}", f"C,t@x.org,teacher,,active,{words[1]}"]
        limited = State.of_package(package(headers={"enrollments": header}, enrollments=rows))
        assert len(sent(compare(plain, limited, partial=True))) == goes, words


# What disappeared


@pytest.mark.parametrize("removals", ["deleted", "inactive", "completed"])
def test_who_disappeared_gets_the_status_of_the_setting(state, removals):
    before, now = state(enrollments=["C,a@x.org", "C,b@x.org,ta,S"]), state(enrollments=["C,a@x.org"])
    changes = compare(before, now, partial=True, removals=removals)
    rows = changes.rows_to_send()[Kind.ENROLLMENTS]
    assert rows.encode().decode().splitlines()[1:] == [f"C,b@x.org,ta,S,{removals}"]
    assert compare(once_more(changes.after), now, partial=True, removals=removals).nothing


@pytest.mark.parametrize(("partial", "removals"), [(True, "leave"), (False, "leave"), (False, "deleted")])
def test_by_default_and_in_a_full_send_who_disappeared_is_left_and_remembered(state, partial, removals):
    before, now = state(enrollments=["C,a@x.org", "C,b@x.org"]), state(enrollments=["C,a@x.org"])
    changes = compare(before, now, partial=partial, removals=removals)
    assert changes.gone.left.sum() == 1
    assert "deleted" not in " ".join(sent(changes))
    later = compare(once_more(changes.after), now, partial=True, removals="deleted")
    assert sent(later) == ["C b@x.org deleted"]


def test_a_kind_that_is_missing_altogether_never_counts_as_removed(state):
    before, now = state(users=["a@x.org"], enrollments=["C,a@x.org"]), state(users=["a@x.org"])
    changes = compare(before, now, partial=True, removals="deleted")
    assert changes.nothing
    assert not changes.gone.left.any()
    assert sent(compare(once_more(changes.after), state(enrollments=["C,b@x.org"]), partial=True, removals="deleted")) == [
        "C b@x.org active",
        "C a@x.org deleted",
    ]


def test_whom_the_package_ends_itself_is_not_ended_twice(state):
    before = state(courses=["C", "D"], enrollments=["C,a@x.org", "D,a@x.org", "D,b@x.org"])
    now = state(courses=["C,C,deleted", "D"], enrollments=["D,b@x.org", "D,a@x.org,student,,completed"])
    assert sent(compare(before, now, partial=True, removals="deleted")) == ["D a@x.org completed"]


def test_a_course_that_comes_back_takes_its_people_along(state):
    people = ["C,a@x.org", "C,b@x.org"]
    open_, over = state(courses=["C"], enrollments=people), state(courses=["C,C,deleted"], enrollments=people)
    ends = compare(open_, over, partial=True)
    back = compare(once_more(ends.after), open_, partial=True)
    assert counts(ends) == (0, 0, 2, 0)
    assert sent(ends) == []  # Canvas would refuse them
    assert sent(back) == ["C a@x.org active", "C b@x.org active"]


def test_the_people_of_a_completed_course_stand_behind_its_row_as_in_a_full_send(state):
    people = ["C,a@x.org", "C,b@x.org"]
    open_, over = state(courses=["C"], enrollments=people), state(courses=["C,C,completed"], enrollments=people)
    ends = compare(open_, over, partial=True)
    assert counts(ends) == (0, 0, 2, 0)
    assert sent(ends) == [
        "C a@x.org active",
        "C b@x.org active",
    ]  # so that a bad cell on the day it is opened again keeps nobody out
    assert compare(once_more(ends.after), over, partial=True).nothing


@pytest.mark.parametrize("partial", [True, False])
def test_who_leaves_while_a_course_is_over_does_not_come_back_with_it(state, partial):
    over = compare(
        state(courses=["C"], enrollments=["C,a@x.org", "C,b@x.org"]),
        state(courses=["C,C,completed"], enrollments=["C,a@x.org", "C,b@x.org"]),
    )
    now = state(courses=["C,C,completed"], enrollments=["C,a@x.org"])
    left = compare(once_more(over.after), now, partial=partial)
    opened = state(courses=["C"], enrollments=["C,a@x.org"])
    assert sent(compare(once_more(over.after), now, partial=True, removals="deleted")) == ["C b@x.org deleted"]
    # Left for now, it is remembered, and ended as soon as that is set.
    assert sent(compare(once_more(left.after), opened, partial=True, removals="deleted")) == [
        "C a@x.org active",
        "C b@x.org deleted",
    ]


def test_a_course_that_ended_and_is_no_longer_named_stays_ended(state):
    before = compare(None, state(courses=["C,C,completed", "D"], enrollments=["C,a@x.org", "D,a@x.org"])).after
    changes = compare(once_more(before), state(courses=["D"], enrollments=["C,a@x.org", "D,a@x.org"]), partial=True)
    assert changes.nothing


# What has not disappeared


def held(*rows, unplaced=0):
    return HeldBack.of("f" * 64, rows, unplaced)


@pytest.mark.parametrize(
    ("hold", "ended"),
    [
        (held(("C", "", "b@x.org")), ["D b@x.org deleted"]),
        (held(("C", "", "")), ["D b@x.org deleted"]),
        (held(("C", "", "somebody.new@x.org")), ["D b@x.org deleted"]),
        (held(("", "", "B@x.org")), []),
        (held(("Cc", "", "b@x.org")), []),
        (held(("", "", "")), []),
        (held(("NEW", "", "bad address")), []),
        (held(unplaced=1), []),
        (held(), ["C b@x.org deleted", "D b@x.org deleted"]),
        (None, ["C b@x.org deleted", "D b@x.org deleted"]),
    ],
)
def test_a_row_that_is_held_back_has_not_disappeared(state, hold, ended):
    before = state(enrollments=["C,a@x.org", "C,b@x.org", "D,a@x.org", "D,b@x.org"])
    now = state(enrollments=["C,a@x.org", "D,a@x.org"])
    changes = compare(before, now, partial=True, removals="deleted", held=hold)
    assert sent(changes) == ended
    mended = compare(once_more(changes.after), now, partial=True, removals="deleted", held=held())
    assert sorted(ended + sent(mended)) == ["C b@x.org deleted", "D b@x.org deleted"]


def test_a_section_without_a_course_is_covered_by_its_section(state):
    before = state(enrollments=[",a@x.org,student,S1", ",b@x.org,student,S1", ",c@x.org,student,S2"])
    now = state(enrollments=[",a@x.org,student,S1"])
    assert sent(compare(before, now, partial=True, removals="deleted", held=held(("", "s1", "")))) == [" c@x.org deleted"]


def test_hashes_of_held_back_rows_say_no_names():
    hold = held(("SAFETY-101", "", "ana@x.org"))
    assert "ana" not in repr(hold)
    assert hold == held(("SAFETY-101", "", "ana@x.org"))
    assert hold.rows != HeldBack.of("e" * 64, [("SAFETY-101", "", "ana@x.org")]).rows


def test_whom_another_feed_lists_is_not_ended(state):
    before, now = state(enrollments=["C,a@x.org", "C,b@x.org", "C,c@x.org"]), state(enrollments=["C,a@x.org"])
    other = state(enrollments=["C,b@x.org", "C,c@x.org,student,,deleted"])
    changes = compare(before, now, partial=True, removals="deleted", others=[other])
    assert sent(changes) == ["C c@x.org deleted"]
    # Once the other feed lets go as well, the person goes: whichever feed comes first.
    assert sent(compare(once_more(changes.after), now, partial=True, removals="deleted", others=[changes.after])) == [
        "C b@x.org deleted"
    ]


@pytest.mark.parametrize("words", [["completed"], ["completed", "active"], ["deleted", "active"], ["completed", "deleted"]])
def test_what_ended_with_a_course_of_another_feed_goes_again(state, words):
    mine = state(enrollments=["C,a@x.org", "D,a@x.org"])
    other = compare(None, state(courses=["C", "D"])).after
    before = once_more(compare(None, mine, others=[other]).after)
    for word in words:  # it may have been closed and opened again in between
        other = once_more(compare(other, state(courses=[f"C,C,{word}", "D"]), partial=True).after)
    changes = compare(before, mine, partial=True, others=[other])
    assert sent(changes) == ["C a@x.org active"]
    assert compare(once_more(changes.after), mine, partial=True, others=[other]).nothing


def test_a_row_held_back_while_another_feed_ended_its_course_goes_once_it_is_mended(state):
    mine, without = state(enrollments=["C,a@x.org", "C,b@x.org"]), state(enrollments=["C,a@x.org"])
    closed = compare(None, state(courses=["C,C,completed"])).after
    waits = compare(mine, without, partial=True, held=held(("C", "", "b@x.org")), others=[closed])
    assert sent(compare(once_more(waits.after), mine, partial=True, others=[closed])) == ["C b@x.org active"]


@pytest.mark.parametrize(
    ("slip", "ends"),
    [
        ("Cc,b@x.org", False),
        ("C,b@x.org,student,Sl", False),
        ("C,b@x.org,studnet,S1", False),
        ("C,b@x.org,student,S2", True),  # described by a row
        ("D,b@x.org,student,", True),  # others are there
        ("C,b@x.org,ta,S1", True),  # Canvas's own
        ("C,b@x.org,Grader,S1", True),  # others have it
        ("C,b@x.org", True),  # the course's own section
    ],
)
def test_a_slip_in_a_cell_ends_nobody(state, slip, ends):
    places = {"courses": ["C"], "sections": ["S1,C", "S2,C"]}
    rest = ["C,a@x.org,student,S1", "D,a@x.org", "D,c@x.org,Grader", "C,z@x.org,student,S1"]
    before, now = state(**places, enrollments=[*rest, "C,b@x.org,student,S1"]), state(**places, enrollments=[*rest[:3], slip])
    changes = compare(before, now, partial=True, removals="deleted")
    went = ["C z@x.org deleted", *(["C b@x.org deleted"] * ends)]  # somebody else who has left is ended all the same
    assert sorted(row for row in sent(changes) if "deleted" in row) == sorted(went)
    assert changes.gone.misplaced.sum() == (not ends)
    mended = compare(once_more(changes.after), before, partial=True, removals="deleted")
    assert "C b@x.org student" not in " ".join(sent(mended))
    # As long as it stands there, nobody is ended the next time either.
    assert compare(once_more(changes.after), now, partial=True, removals="deleted").gone.ended.sum() == 0


@pytest.mark.parametrize(("one", "other"), [("jdoe", "0001234567"), ("0001234567", "jdoe")])
def test_who_may_be_the_same_person_by_another_name_is_not_ended(state, one, other):
    changes = compare(
        state(enrollments=[f"C,{one}", "D,asmith"]), state(enrollments=[f"C,{other}"]), partial=True, removals="deleted"
    )
    assert sent(changes) == [f"C {other} active", "D asmith deleted"]
    assert sent(compare(once_more(changes.after), state(enrollments=[f"C,{other}"]), partial=True, removals="deleted")) == []


# What goes again


def test_rows_reported_as_failed_go_again(state):
    one = state(users=["a@x.org", "b@x.org"], enrollments=["C,a@x.org", "C,b@x.org"], expand=["a@x.org,7", "b@x.org,7"])
    doubted = once_more(
        one.doubted(
            {
                Kind.USERS: [("b@x.org",)],
                Kind.ENROLLMENTS: [("C", "", "b@x.org", "student")],
                Kind.EXPAND: [("A@x.org", "7")],
                Kind.COURSES: [("C",)],
            }
        )
    )
    changes = compare(doubted, one, partial=True)
    assert {kind: rows.columns[rows.header[0]].to_pylist() for kind, rows in changes.rows_to_send().items()} == {
        Kind.USERS: ["b@x.org"],
        Kind.ENROLLMENTS: ["C"],
        Kind.EXPAND: ["a@x.org"],
    }
    assert compare(once_more(changes.after), one, partial=True).nothing


def test_expand_rows_that_were_accepted_never_go_again(state):
    first = compare(None, state(expand=["a@x.org,7", "b@x.org,7"]), partial=True)
    without = compare(once_more(first.after), state(expand=["b@x.org,7"]), partial=True)
    assert compare(once_more(without.after), state(expand=["a@x.org,7", "b@x.org,7"]), partial=True).nothing


def test_a_person_who_comes_back_is_invited_again(state):
    first = compare(None, state(users=["a@x.org", "b@x.org"]))
    gone = compare(once_more(first.after), state(users=["b@x.org"]), partial=True)
    back = compare(once_more(gone.after), state(users=["a@x.org", "b@x.org"]), partial=True)
    assert back.rows_to_send()[Kind.USERS].columns["login_id"].to_pylist() == ["a@x.org"]


def test_the_file_keeps_its_header_where_only_changes_go(package):
    header = "course_id,short_name,long_name,account_id,status,start_date"
    rows = ["A,Aa,active,2026-08-24T00:00:00Z", "B,Bb,active,"]
    one = State.of_package(package(headers={"courses": header}, courses=rows))
    other = State.of_package(package(headers={"courses": header}, courses=[rows[0], "B,Bee,active,"]))
    assert compare(one, other, partial=True).rows_to_send()[Kind.COURSES].encode().decode().startswith(f"{header}\nB,")


# How it is kept


def test_a_state_comes_back_as_it_was_kept(state):
    before, now = state(enrollments=["C,a@x.org", "C,b@x.org"]), state(users=["zoe@x.org,Zoë,O'Hara"], enrollments=["C,a@x.org"])
    one = compare(before, now, partial=True).after
    again = once_more(one)
    assert again.partial_sends == one.partial_sends == 1
    assert [part.content for part in again.to_package().parts] == [part.content for part in one.to_package().parts]
    assert again.get(Kind.ENROLLMENTS).listed.tolist() == [True, False]


def test_any_package_can_be_what_was_last_accepted(package):
    assert len(State.of_package(package(enrollments=["C,a@x.org"]))) == 1
    assert len(State.of_package(Package.from_files({"x.csv": b"nonsense\n"}))) == 0


# Against a plain reading


def _naive(before, now, removals):
    """What goes, by hand: rows as dictionaries from key to status."""
    goes = [(key, status) for key, status in now.items() if before.get(key) != status]
    return goes + [(key, removals) for key, status in before.items() if key not in now and status == "active" and now]


@pytest.mark.parametrize("seed", range(5))
def test_many_random_packages_against_a_plain_reading(state, seed):
    chance = random.Random(seed)

    def rows():
        keys = [
            (f"C{chance.randrange(4)}", f"p{chance.randrange(9)}@x.org", chance.choice(["student", "teacher"])) for _ in range(30)
        ]
        return {key: chance.choice(["active", "active", "completed", "inactive"]) for key in keys}

    for _ in range(10):
        before, now = rows(), rows()
        one, other = (state(enrollments=[f"{c},{p},{r},,{status}" for (c, p, r), status in said.items()]) for said in (before, now))
        found = compare(one, other, partial=True, removals="deleted").rows_to_send().get(Kind.ENROLLMENTS)
        columns = [] if found is None else [found.columns[name].to_pylist() for name in ("course_id", "user_id", "role", "status")]
        assert sorted(zip(*columns, strict=True)) == sorted((*key, status) for key, status in _naive(before, now, "deleted"))
