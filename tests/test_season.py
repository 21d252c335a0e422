"""A season of nightly sends of changes only against one of full sends, two feeds of one group, into a small Canvas each."""

import pytest
from canvas import Canvas
from season import two_rosters

from provkit.package import Package
from provkit.planning.compare import compare
from provkit.planning.courses import by_course
from provkit.planning.guards import Allowed, stops
from provkit.planning.state import State
from provkit.receiver import receive
from provkit.schemas.layouts import Kind


class Nights:
    """One group's sends to one Canvas, night by night; what a guard stops is not sent.

    Args:
        partial: Whether only changes go.
        removals: What becomes of who disappeared.
    """

    def __init__(self, *, partial, removals="leave"):
        self.partial = partial
        self.removals = removals
        self.canvas = Canvas()
        self.kept = {}
        self.bytes = 0

    def send(self, roster, meant=(), allow=()):
        """Send what a roster says tonight; the words of the guards that stopped it."""
        whole, held = roster.package()
        before = self.kept.get(roster.name)
        changes = compare(
            None if before is None else State.of_package(before),
            State.of(receive(whole)),
            partial=self.partial,
            removals=self.removals,
            held=held,
            others=[State.of_package(kept) for name, kept in self.kept.items() if name != roster.name],
        )
        stopped = [
            stop.guard.reason for stop in stops(changes, by_course(changes), said=Allowed(frozenset(allow), frozenset(meant)))
        ]
        if stopped:
            return stopped
        package = whole
        if self.partial:
            rows = changes.rows_to_send()
            package = Package.from_files({f"{kind}.csv": rows[kind].encode() for kind in Kind if kind in rows})
        self.bytes += sum(map(len, package.parts))
        if package.parts:
            self.canvas.take(receive(package))
        self.kept[roster.name] = changes.after.to_package()
        return []


class Names:
    """Which name of each person Canvas must hold where only changes go: the one that a feed has said anew last.

    Two feeds may contradict each other on one person. Full sends then rename that person to and fro, night after night, as each says again
    what it said before; of changes only the last change stands. Nobody can say which feed is right, so the two ways of sending are compared
    on whom the feeds agree, or never disagreed; and the last change on everybody.
    """

    def __init__(self):
        self.said = {}
        self.stands = {}
        self.disputed = set()

    def take(self, roster):
        """Note what a feed sends tonight."""
        before, said = self.said.get(roster.name, {}), roster.said()
        self.stands |= {one: name for one, name in said.items() if before.get(one) != name}
        self.said[roster.name] = said
        one, other = (self.said.get(name, {}) for name in ("one", "two"))
        both = one.keys() & other.keys()
        self.disputed = {person for person in self.disputed | both if person not in both or one[person] != other[person]}

    def agreed(self, users):
        """What Canvas holds of those who are not in dispute."""
        return {one: name for one, name in users.items() if one not in self.disputed}


def truth(*rosters):
    """Who is in which open course and section by the sources themselves, bad cells or not."""
    closed = {course for one in rosters for course in one.closed}
    return {(*key, role) for one in rosters for key, role in one.members.items() if key[0] not in closed}


def season(seed, nights):
    """Run a season, and look at every night of it.

    Args:
        seed: The same gives the same season.
        nights: How many.

    Returns:
        The bytes sent: in full, of changes only, and of changes only with removals; and how many nights the guard of many ends fired.
    """
    rosters = two_rosters(seed)
    full, left, ended = Nights(partial=False), Nights(partial=True), Nights(partial=True, removals="deleted")
    names = Names()
    safe, disputed, guards = set(), set(), 0
    for night in range(nights + 1):
        for roster in rosters[:: 1 if night % 2 else -1]:
            if night == nights:
                roster.bad.clear()  # cells are mended at last
            elif night:
                roster.night()
            for sender in (full, left):
                assert sender.send(roster, meant=roster.closed) == [], night
            guards += send_and_look_at_guards(ended, roster)
            names.take(roster)
        disputed |= names.disputed
        assert left.canvas.places == full.canvas.places, night
        assert names.agreed(left.canvas.users) == names.agreed(full.canvas.users), night
        assert left.canvas.users == ended.canvas.users == names.stands, night
        # Nobody whom a source lists, and who had access once, loses it: to a bad cell or to the other feed.
        safe &= truth(*rosters)
        assert safe <= ended.canvas.access, night
        waiting = {(*key, one.members[key]) for one in rosters for key in one.bad}
        assert truth(*rosters) - waiting <= ended.canvas.access, night
        assert not [why for why, _ in ended.canvas.refused if why != "it has ended"], night
        safe |= ended.canvas.access & truth(*rosters)
    assert ended.canvas.access == truth(*rosters)  # exactly what the sources say
    assert disputed <= {f"both{number}@guests.org" for number in range(6)}  # all others are compared with nobody left out
    assert left.canvas.access > ended.canvas.access  # here nobody was ever ended who had left
    assert len(left.canvas.expand) == len(set(left.canvas.expand))
    assert set(left.canvas.expand) == set(full.canvas.expand)
    return full.bytes, left.bytes, ended.bytes, guards


def send_and_look_at_guards(nights, roster):
    """Send; where many end at once, as after nights on which nobody could be ended, a guard must fire, and in no other case.

    Returns:
        How many guards fired.
    """
    ids = {*roster.courses, *roster.shared}

    def people():
        listed = {key for key, status in nights.canvas.enrollments.items() if status == "active" and key[0] in ids}
        return {key for key in listed if key[0] not in roster.closed and key[2].startswith((roster.name, "both"))}

    before, asked = people(), nights.send(roster, meant=roster.closed)
    if asked:
        assert people() == before
        assert nights.send(roster, meant=roster.closed, allow=asked) == []
    lost = {(course, person) for course, _, person, _ in before} - {(course, person) for course, _, person, _ in people()}
    many = len(lost) >= 5 and 10 * len(lost) > len(before)
    assert asked == (["ends_many"] if many else []), (len(lost), len(before))
    return len(asked)


def test_ten_nights_of_changes_only_are_ten_nights_of_full_sends():
    full, left, ended, _ = season(7, 10)
    assert max(left, ended) < full / 4


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 6])
def test_sixty_nights_of_changes_only_are_sixty_nights_of_full_sends(seed):
    full, left, ended, _ = season(seed, 60)
    assert max(left, ended) < full / 8


# Every accident of a season, and the guard that fires


def lost_rows(roster):
    for key in list(roster.members)[: len(roster.members) // 2]:
        del roster.members[key]


def an_open_course(roster):
    return min(set(roster.courses) - roster.closed)


def lost_teacher(roster):
    course = an_open_course(roster)
    for key in [key for key, role in roster.members.items() if role == "teacher" and key[0] == course]:
        del roster.members[key]


def emptied_course(roster):
    course = an_open_course(roster)
    for key in [key for key, role in roster.members.items() if role == "student" and key[0] == course]:
        del roster.members[key]


def over(roster):
    course = an_open_course(roster)
    roster.courses[course] = (roster.courses[course][0], "completed")


@pytest.mark.parametrize(
    ("accident", "reasons"),
    [
        (lost_rows, ["ends_teachers", "ends_half", "ends_many"]),
        (lost_teacher, ["ends_teachers"]),
        (emptied_course, ["ends_half", "ends_many"]),
        (over, ["ends_course"]),
    ],
)
def test_each_accident_is_stopped_by_its_guards_and_no_quiet_night_is(accident, reasons):
    roster, _ = two_rosters(5)
    roster.shared = ()
    roster.members = {key: role for key, role in roster.members.items() if key[0] in roster.courses}
    nights = Nights(partial=True, removals="deleted")
    assert nights.send(roster) == []
    for _ in range(2):
        roster.night()
        assert nights.send(roster, meant=roster.closed) == []
    members, courses = dict(roster.members), dict(roster.courses)
    before = nights.canvas.access
    meant = roster.closed
    accident(roster)
    assert nights.send(roster, meant=meant) == reasons
    assert nights.canvas.access == before
    roster.members, roster.courses = members, courses
    assert nights.send(roster, meant=roster.closed) == []
