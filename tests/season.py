"""A simulated season: rosters that change from night to night, the same for the same seed.

A roster is what a source says: people, courses, sections, and who is in which. From one night to the next people join, leave, move and change
their names, courses are renamed, close and come back, and now and then a cell is bad, so that a row is held back for some nights. People come
and go in closed courses as well. Both rosters name some of the same people, and only one of them learns of a new name: then they contradict
each other.
"""

import random
from dataclasses import dataclass, field

from provkit.held_back import HeldBack
from provkit.package import Package

HEADERS = {
    "users.csv": "user_id,login_id,first_name,last_name,email,status",
    "courses.csv": "course_id,short_name,long_name,account_id,status",
    "sections.csv": "section_id,course_id,name,status",
    "enrollments.csv": "course_id,user_id,role,section_id,status",
    "expand-enrollments.csv": "user_id,listing_id",
}


SHARED = "SHARED"
"""The course that both feeds enroll in; one of them writes its row."""


@dataclass
class Roster:
    """One feed's source.

    Attributes:
        name: The feed's name.
        chance: Where its changes come from.
        courses: Its courses that it writes rows for, to title and status.
        shared: Courses that it enrolls in and another feed writes.
        people: Address to first and last name.
        members: Course, section and address to role: the truth.
        bad: Members whose row has a bad cell: which cell, what it says, and for how many nights yet.
        listings: Expand enrollments.
    """

    name: str
    chance: random.Random
    courses: dict
    shared: tuple = ()
    people: dict = field(default_factory=dict)
    members: dict = field(default_factory=dict)
    bad: dict = field(default_factory=dict)
    listings: list = field(default_factory=list)
    count: int = 0

    def join(self, course, role="student", address=None):
        """Somebody joins a course."""
        if address is None:
            self.count += 1
            address = f"{self.name}{self.count}@guests.org"
        self.people.setdefault(address, (f"First{self.count}", f"Last{self.count}"))
        section = f"{course}-{self.chance.choice('AB')}" if course in self.courses else ""
        self.members[course, section, address] = role
        if self.chance.random() < 0.2:
            self.listings.append((address, str(self.chance.randrange(100, 104))))

    def night(self):
        """What changes by the next night; no course loses many."""
        chance = self.chance
        for course in (*self.courses, *self.shared):
            students = [key for key, role in self.members.items() if key[0] == course and role == "student"]
            for key in chance.sample(students, min(len(students) // 12, chance.randrange(3))):
                del self.members[key]
                self.bad.pop(key, None)
            for _ in range(chance.randrange(3)):
                self.join(course)
        for key in chance.sample(list(self.members), 2):
            other = f"{key[0]}-{chance.choice('AB')}"
            if key[1] and key[1] != other and key not in self.bad and (key[0], other, key[2]) not in self.members:
                self.members[key[0], other, key[2]] = self.members.pop(key)
        somebody = chance.choice(list(self.people))
        self.people[somebody] = (self.people[somebody][0], f"Married{chance.randrange(1000)}")
        course = chance.choice(list(self.courses))
        if chance.random() < 0.15:
            self.courses[course] = (f"Title {chance.randrange(1000)}", self.courses[course][1])
        course = chance.choice(list(self.courses))
        # One course at a time is closed: with more the few who leave would be a large share of those who are left, and a guard asked.
        closed = next(iter(self.closed), course)
        if chance.random() < 0.2:
            title, status = self.courses[closed]
            self.courses[closed] = (title, "active" if status == "completed" else "completed")
        self.bad = {key: (*cell, nights - 1) for key, (*cell, nights) in self.bad.items() if nights > 1 and key in self.members}
        if chance.random() < 0.3:
            key = chance.choice(list(self.members))
            cell = chance.choice(["course", "section", "person", "role"])
            self.bad[key] = (cell, chance.choice(["", "#REF!", "no such thing"]), chance.randrange(1, 4))

    @property
    def closed(self):
        """The courses that are over."""
        return {course for course, (_, status) in self.courses.items() if status == "completed"}

    @property
    def present(self):
        """Who is in a course by at least one row that is not held back."""
        return {address for key in self.members if key not in self.bad for address in key[2:]}

    def said(self):
        """The names in the package."""
        present = self.present
        return {one: name for one, name in self.people.items() if one in present}

    def package(self):
        """What is built of it with --hold-back: the package, and which enrollments were held back."""
        present = self.present
        rows = {
            "users.csv": [f"{one},{one},{first},{last},{one},active" for one, (first, last) in sorted(self.said().items())],
            "courses.csv": [f"{one},{title},{title},ACC,{status}" for one, (title, status) in sorted(self.courses.items())],
            "sections.csv": [f"{one}-{letter},{one},Section {letter},active" for one in sorted(self.courses) for letter in "AB"],
            "enrollments.csv": [
                f"{course},{address},{role},{section},active"
                for (course, section, address), role in sorted(self.members.items())
                if (course, section, address) not in self.bad
            ],
            "expand-enrollments.csv": [
                f"{address},{listing}" for address, listing in sorted(set(self.listings)) if address in present
            ],
        }
        files = {name: "".join(f"{line}\n" for line in (HEADERS[name], *lines)).encode() for name, lines in rows.items() if lines}
        held = HeldBack.of("a" * 64, [self._as_read(key, cell, garbage) for key, (cell, garbage, _) in self.bad.items()])
        return Package.from_files(files), held

    def _as_read(self, key, cell, garbage):
        """A row with a bad cell as the build knows it: what is bad in it may say anything."""
        course, section, address = key
        return (
            garbage if cell == "course" else course,
            garbage if cell in ("course", "section") else section,
            garbage if cell == "person" else address,
        )


def two_rosters(seed):
    """Two feeds of one group that share a course, and people.

    Args:
        seed: The same gives the same season.
    """
    chance = random.Random(seed)
    one = Roster("one", chance, {f"A{number}": (f"Course A{number}", "active") for number in range(4)}, (SHARED,))
    other = Roster(
        "two", chance, {f"B{number}": (f"Course B{number}", "active") for number in range(4)} | {SHARED: ("Shared", "active")}
    )
    for roster in (one, other):
        for course in (*roster.courses, *roster.shared):
            roster.join(course, "teacher")
            for _ in range(30):
                roster.join(course)
    # Some are in both, in the same place and role.
    for number in range(6):
        for roster in (one, other):
            roster.people[f"both{number}@guests.org"] = ("Both", f"Number{number}")
            roster.members[SHARED, "", f"both{number}@guests.org"] = "student"
    return one, other
