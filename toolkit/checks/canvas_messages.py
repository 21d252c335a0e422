"""What Canvas says of rows, as sentences to recognise: its mail names a file and a sentence, and no row.

Source: Canvas's importers, lib/sis/*_importer.rb (canvas-sis-import.md 2 to 6). A sentence names the row by ids; which columns of the row
those are is said here. Where Canvas puts nothing but an id of something else (an account, a role), every row that has it is meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from provkit.schemas.layouts import Kind

__all__ = ["Meant", "meant_rows"]


@dataclass(frozen=True, slots=True)
class Meant:
    """Which rows a sentence of Canvas means.

    Attributes:
        kind: The kind of their file.
        values: What they hold, by column; blank means blank.
    """

    kind: Kind
    values: Mapping[str, str]


_USER, _COURSE, _SECTION, _ENROLLMENT = Kind.USERS, Kind.COURSES, Kind.SECTIONS, Kind.ENROLLMENTS

_SENTENCES: Sequence[tuple[Kind, str, tuple[str, ...]]] = (
    (_USER, r"No user_id given for a user", ("user_id",)),
    (_USER, r"No (?:login_id|status) given for user (?P<user_id>.*)", ()),
    (_USER, r"Improper status for user (?P<user_id>.*)", ()),
    (_USER, r"Could not save the user with user_id: '(?P<user_id>.*?)'\..*", ()),
    (_USER, r"The email address associated with user '(?P<user_id>.*)' is invalid \(email: '.*'\)", ()),
    (
        _USER,
        r"An existing Canvas user with the .+ has already claimed (?P<user_id>.*)'s user_id requested login information, skipping",
        (),
    ),
    (_USER, r"Can't remove yourself user_id '(?P<user_id>.*)'", ()),
    (_COURSE, r"No course_id given for a course", ("course_id",)),
    (_COURSE, r"No (?:short|long)_name given for course (?P<course_id>.*)", ()),
    (_COURSE, r'(?:Improper status|Invalid course_format|Invalid grade_passback_setting) ".*" for course (?P<course_id>.*)', ()),
    (_COURSE, r'Account not found "(?P<account_id>.*)" for course (?P<course_id>.*)', ()),
    (_COURSE, r"Cannot restore course (?P<course_id>.*) because the associated account .* is deleted", ()),
    (_COURSE, r"A course did not pass validation \(course: (?P<course_id>.*) / .*, error: .*", ()),
    (_COURSE, r"Bad date format for course (?P<course_id>.*)", ()),
    (_COURSE, r'Unknown blueprint course "(?P<blueprint_course_id>.*)" for course "(?P<course_id>.*)"', ()),
    (_COURSE, r'Cannot associate course "(?P<course_id>.*?)" - .*', ()),
    (_SECTION, r"No section_id given for a section in course (?P<course_id>.*)", ("section_id",)),
    (_SECTION, r"No course_id given for a section (?P<section_id>.*)", ("course_id",)),
    (_SECTION, r"Section (?P<section_id>.*) references course (?P<course_id>.*) which doesn't exist", ()),
    (_SECTION, r"No name given for section (?P<section_id>.*) in course (?P<course_id>.*)", ()),
    (_SECTION, r'Improper status ".*" for section (?P<section_id>.*) in course (?P<course_id>.*)', ()),
    (_SECTION, r"A section did not pass validation \(section: (?P<section_id>.*) / .*, course: (?P<course_id>.*?), error: .*", ()),
    (_SECTION, r"Bad date format for section (?P<section_id>.*)", ()),
    (_ENROLLMENT, r"No course_id or section_id given for an enrollment", ("course_id", "section_id")),
    (_ENROLLMENT, r"No user_id given for an enrollment", ("user_id",)),
    (_ENROLLMENT, r'Improper status "(?P<status>.*)" for an enrollment', ()),
    (_ENROLLMENT, r'Improper role "(?P<role>.*)" for an enrollment', ()),
    (
        _ENROLLMENT,
        r"User not found for enrollment \(User ID: (?P<user_id>.*), Course ID: (?P<course_id>.*), Section ID: (?P<section_id>.*)\)",
        (),
    ),
    (
        _ENROLLMENT,
        (
            r"Neither course nor section existed for user enrollment "
            r"\(Course ID: (?P<course_id>.*), Section ID: (?P<section_id>.*), User ID: (?P<user_id>.*)\)"
        ),
        (),
    ),
    (_ENROLLMENT, r"An enrollment referenced a non-existent section (?P<section_id>.*)", ()),
    (_ENROLLMENT, r"An enrollment referenced a non-existent course (?P<course_id>.*)", ()),
    (
        _ENROLLMENT,
        (
            r"An enrollment listed a section \((?P<section_id>.*)\) and a course \((?P<course_id>.*)\) "
            r"that are unrelated for user \((?P<user_id>.*)\)"
        ),
        (),
    ),
    (_ENROLLMENT, r'(?:Student|Observer) enrollment for "(?P<user_id>.*)" not allowed in blueprint course "(?P<course_id>.*)"', ()),
    (_ENROLLMENT, r"Attempted enrolling of deleted user (?P<user_id>.*) in course (?P<course_id>.*)", ()),
    (_ENROLLMENT, r"Attempted enrolling with deleted sis login .* in course (?P<course_id>.*)", ()),
    (_ENROLLMENT, r"Enrolled a user (?P<user_id>.*) in course (?P<course_id>.*), but referenced a deleted sis login", ()),
    (
        _ENROLLMENT,
        (
            r"An enrollment did not pass validation "
            r"\(course: (?P<course_id>.*), section: (?P<section_id>.*), user: (?P<user_id>.*), role: (?P<role>.*?), error: .*"
        ),
        (),
    ),
    (_ENROLLMENT, r"Bad date format for user (?P<user_id>.*) in course (?P<course_id>.*)", ()),
)
"""Kind, sentence with its ids named after their columns, and columns that are blank in the row meant."""

_PATTERNS = tuple((kind, re.compile(sentence, re.DOTALL), blank) for kind, sentence, blank in _SENTENCES)


def meant_rows(sentence: str) -> Meant | None:
    """Which rows a sentence of Canvas means; None where it means a whole file, or is not known.

    Args:
        sentence: The sentence, without the file's name before it.
    """
    for kind, pattern, blank in _PATTERNS:
        found = pattern.fullmatch(sentence) or pattern.fullmatch(f"{sentence} ")
        if found is not None:
            return Meant(kind, {**found.groupdict(), **dict.fromkeys(blank, "")})
    return None
