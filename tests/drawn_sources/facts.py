"""What a source tells: people, courses, sections, and who is in them; and what cells may have around them."""

from datetime import date
from random import Random
from typing import NamedTuple

from hypothesis import strategies as st

from drawn_sources.source import Member, User

PLAIN = [
    ("Ana", "Ruiz"), ("Björn", "Ek"), ("Zoë", "Müller"), ("Sean", "O'Neil"), ("Jean-Luc", "Lefèvre"), ("María", "Nuñez"), ("Łukasz", "Wójcik"),
    ("Ayşe", "Öztürk"), ("Tomáš", "Nováček"), ("Ingrid", "Þórsson"),
]  # fmt: skip
MESSY = [
    *PLAIN, ("Мария", "Иванова"), ("小龍", "李"), ("Νίκος", "Παπαδάκης"), ("محمد", "العربي"), ("अनिल", "शर्मा"), ("민지", "김"), ("Thị Hương", "Nguyễn"),
    ('Robert "Bob"', "Lee, PhD"), ("Mary Ann", "de la Cruz"), ("J.", "Smith Jr."), ("Two\nLines", "Hall"), ("D'Arcy; Kim", "A|B"), ("back\\slash", "Tab"),
    ("100%", "Test"), ("😀", "x"), ("Null", "None"), ("TRUE", "Jan"), ("=1+1", "-Dash"),
]  # fmt: skip


class Person(NamedTuple):
    """Somebody; with an account at the university where there is a number."""

    first: str
    last: str
    address: str
    number: str

    @property
    def username(self):
        return self.address.partition("@")[0]

    @property
    def user(self):
        return User(self.address, self.first, self.last)


class Course(NamedTuple):
    """A course."""

    name: str
    title: str
    start: date | None


class Facts(NamedTuple):
    """What a source tells.

    Attributes:
        people: Everybody.
        courses: By id.
        sections: Id to the id of its course.
        members: Who is where, as what.
        absent: People of whom the source says that they dropped, cancelled or wait.
        noise: What cells may have around them.
    """

    people: list[Person]
    courses: dict[str, Course]
    sections: dict[str, str]
    members: list[tuple[Person, str, str, str]]
    absent: list[Person]
    noise: "Noise"

    @property
    def guests(self):
        """Those who are in something and have no account, as users."""
        return frozenset(person.user for person, *_ in self.members if not person.number)


class Noise:
    """Choices that are not worth shrinking one by one; seed 0 makes none that could be spared."""

    def __init__(self, seed):
        self.random = Random(seed)
        self.quiet = seed == 0

    def of(self, *options):
        """One of several ways to say the same."""
        return options[0] if self.quiet else self.random.choice(options)

    def around(self, cell):
        """A text as somebody typed or pasted it."""
        if not isinstance(cell, str) or self.quiet or self.random.random() > 0.1:
            return cell
        return self.of(f"{cell} ", f" {cell}", f"{cell}\u00a0", f"\u200b{cell}") if cell else " "

    def rows(self, rows):
        """Rows with such cells, and now and then a blank row or the same row once more."""
        made = []
        for row in rows:
            made.append([self.around(cell) for cell in row])
            if not self.quiet and self.random.random() < 0.1:
                made.append(self.of([""] * len(row), [self.around(cell) for cell in row]))
        return made

    def day(self, day):
        """A date in one of the forms that can be read one way only."""
        if day is None:
            return ""
        return self.of(
            day.isoformat(),
            f"{day:%b} {day.day}, {day.year}",
            f"{day.month}/{day.day}/{day.year}",
            f"{day.day} {day:%B} {day.year}",
            day,
        )


@st.composite
def facts(draw, names=MESSY, *, least=1, accounts=True, sections=True, courses=3, roles=("student", "teacher", "ta")):
    """People, courses, sections and who is in them."""
    noise = Noise(draw(st.integers(0, 999)))
    chosen = draw(st.lists(st.sampled_from(names), min_size=least, max_size=least + 4))
    everybody = []
    for number, (first, last) in enumerate(chosen, 1):
        if accounts and draw(st.integers(0, 3)) == 3:
            everybody.append(Person(first, last, f"jdoe{number}@iu.edu", f"{draw(st.integers(1, 9999)) * 100 + number:010d}"))
        else:
            everybody.append(Person(first, last, draw(st.sampled_from(["p", "o.neil+x", "A_B"])) + f"{number}@example.org", ""))
    absent = everybody[len(everybody) - draw(st.integers(0, len(everybody) - least)) :]
    people = everybody[: len(everybody) - len(absent)]
    there = {}
    for number in range(draw(st.integers(1, courses))):
        name = draw(st.sampled_from(["NC-", "26.YOGA/", "FIRST-AID-00"])) + str(number + 1)
        there[name] = Course(name, f"Course no. {number}, {draw(st.sampled_from(['Café', 'First Aid', 'Wood & “Metal”']))}",
                             draw(st.sampled_from([None, date(2026, 8, 24), date(2027, 1, 31)])))  # fmt: skip
    parts = {f"{course}-{letter}1": course for course in there for letter in "AB"[: draw(st.integers(0, 2))]} if sections else {}
    members = []
    for person in people:
        for course in draw(st.lists(st.sampled_from(sorted(there)), min_size=1, unique=True)):
            mine = [section for section, of in parts.items() if of == course]
            members.append((person, course, draw(st.sampled_from(["", *mine])), draw(st.sampled_from(roles))))
    return Facts(people, there, parts, members, absent, noise)


def members_of(told, key=lambda person: person.username if person.number else person.address):
    """The enrollments that must come of facts."""
    return frozenset(Member(course, key(person), role, section) for person, course, section, role in told.members)


ROLES = {
    "student": ("student", "Student", "participant", "LEARNER"),
    "teacher": ("teacher", "Instructor", "Faculty"),
    "ta": ("ta", "TA", "Teaching Assistant"),
}
GONE = ("Dropped", "Waitlisted", "cancelled", "Withdrawn")
