"""Which enrollments a build held back, without saying who: so that a row that waits for a mend is not taken for one that disappeared.

A row that is held back is not in the package. Whoever compares packages would take its person for gone and could end that access for
the sake of a bad cell. So the package remembers, beside its files, keyed hashes of where these rows belong and whom they name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

__all__ = ["HeldBack"]

_LENGTH = 8
_BLANKS = "\0\t\n\v\f\r "


@dataclass(frozen=True)
class HeldBack:
    """The enrollments that were held back, as keyed hashes.

    Attributes:
        key: What the hashes are keyed with: the digest of the package's files, so that the same build gives the same hashes.
        rows: Per row the hashes of its course, its section and its person; "" where that cell is empty or cannot be read.
        unplaced: How many rows were held back of which not even that is known.
    """

    key: str
    rows: tuple[tuple[str, str, str], ...] = ()
    unplaced: int = 0

    @classmethod
    def of(cls, key: str, rows: Iterable[tuple[str, str, str]], unplaced: int = 0) -> HeldBack:
        """Hash what is known of the rows.

        Args:
            key: The digest of the package's files.
            rows: Course, section and person of each row, as read.
            unplaced: How many more there are.
        """
        bare = cls(key)
        hashed = {(bare.hashed(course), bare.hashed(section), bare.hashed(person)) for course, section, person in rows}
        return cls(key, tuple(sorted(hashed)), unplaced)

    def __len__(self) -> int:
        return len(self.rows) + self.unplaced

    def hashed(self, text: str) -> str:
        """The hash of an id, whatever its letters and the blanks around it; "" for nothing.

        Args:
            text: An id as read.
        """
        bare = text.strip(_BLANKS).lower().encode("utf-8", "surrogatepass")
        return hashlib.blake2b(bare, key=self.key.encode()[:64], digest_size=_LENGTH).hexdigest() if bare else ""

    def covers(self, courses: Collection[str], sections: Collection[str], people: Collection[str]) -> Covered:
        """Which of the enrollments that are known may be those held back.

        A row belongs to the course or section that it names. Where it names none that is known, its cell may be the bad one: then it may
        be any enrollment of its person; and where that one is not known either, any enrollment at all.

        Args:
            courses: Ids of the courses known.
            sections: Ids of the sections known.
            people: Everybody known.
        """
        if not self.rows or self.unplaced:
            return Covered(everything=bool(self.unplaced))
        by_course, by_section = ({self.hashed(one): one for one in ids if one} for ids in (courses, sections))
        by_person: dict[str, str] | None = None
        found = Covered()
        for course, section, person in self.rows:
            if course in by_course or section in by_section:
                found.courses |= {by_course[course]} if course in by_course else set()
                found.sections |= {by_section[section]} if section in by_section else set()
                continue
            if by_person is None:
                by_person = {self.hashed(one): one.strip(_BLANKS).lower() for one in people}
            if person not in by_person:
                return Covered(everything=True)
            found.people.add(by_person[person])
        return found


class Covered:
    """Enrollments that may be among those held back.

    Args:
        everything: Whether any enrollment may be.
    """

    def __init__(self, *, everything: bool = False) -> None:
        self.everything = everything
        self.courses: set[str] = set()
        self.sections: set[str] = set()
        self.people: set[str] = set()
        """In small letters, without blanks around."""
