"""What people call sheets and columns. The tables here are the only list of such words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache

from provkit.schemas.layouts import Kind
from provkit.tables import Cell

__all__ = [
    "ANYBODYS",
    "COURSE_FIELDS",
    "HINTS",
    "OF_KIND",
    "SECTION_FIELDS",
    "STRONG",
    "WEAK",
    "Target",
    "hits",
    "is_word",
    "may_be_word",
    "strong_hits",
    "strong_words",
    "token",
    "tokens",
    "words_of",
]


class Target(StrEnum):
    """What a sheet holds. Enrollments, Expand enrollments and flat rosters are read alike: one row per person and course."""

    USERS = "users"
    COURSES = "courses"
    SECTIONS = "sections"
    MEMBERS = "members"
    MESSAGE = "message"


OF_KIND: Mapping[Kind, Target] = {
    Kind.USERS: Target.USERS,
    Kind.COURSES: Target.COURSES,
    Kind.SECTIONS: Target.SECTIONS,
    Kind.ENROLLMENTS: Target.MEMBERS,
    Kind.EXPAND: Target.MEMBERS,
}

HINTS: Mapping[Target, str] = {
    Target.USERS: "user people person guest account contact",
    Target.COURSES: "course class",
    Target.SECTIONS: "section",
    Target.MEMBERS: (
        "enrollment enrolment roster classlist registration registrant attendee participant membership member student expand listing "
        "expandenrollment expandenrolment teacher instructor"
    ),
    Target.MESSAGE: "message welcome welcomemessage mail email notification messageproperties",
}
"""Words in the name of a sheet or file, in the singular."""

_PERSON: Mapping[str, str] = {
    "email": (
        "email|e-mail|email address|e-mail address|mail|mail address|primary email|student email|guest email|contact email|user email|"
        "preferred email|personal email|email addr|participant email|attendee email|recipient email"
    ),
    "university_id": (
        "university id|university id number|university id no|uid|iu id|student id|student id number|student number|emplid|empl id|"
        "employee id|ten digit id|10 digit id|university identification number"
    ),
    "first_name": "first name|first|given name|given names|recipient first name|given|forename|fname|firstname|student first name|legal first name",
    "last_name": "last name|last|surname|family name|family|recipient last name|lname|lastname|student last name|legal last name",
    "name": "full name|first and last name|first last name|first name and last name|student name|participant name|attendee name|guest name|person name|display name|learner name|name of student|last name first name|last first",
    "service": "service|guest service|login service",
}

_COURSE: Mapping[str, str] = {
    "course_id": "course id|course sis id|sis course id|course identifier|courseid|canvas course id",
    "short_name": "short name|course short name|course code|short title|course abbreviation|code|abbreviation",
    "long_name": "long name|course title|course name|course long name|full course name|long title|course full name|name of course",
    "account_id": "account id|account|subaccount|sub account|sub-account id|department|dept|organization|organisation|org|unit|school",
    "term_id": "term id|term|semester|term code",
    "start_date": "start date|start|starts|starts on|begin|begins|begin date|beginning|start at|opens|open date|course start|course start date|course begins|first day",
    "end_date": "end date|end|ends|ends on|finish|finishes|end at|closes|close date|course end|course end date|course ends|conclude at|last day",
    "blueprint_course_id": "blueprint course id|blueprint|blueprint course|blueprint id",
}

_ABROAD: Mapping[str, str] = {
    "email": "courriel|adresse électronique|adresse e-mail|e-mail-adresse|emailadresse|correo|correo electrónico|dirección de correo",
    "first_name": "vorname|prénom|nombre|nombres|nombre de pila",
    "last_name": "nachname|familienname|nom|nom de famille|apellido|apellidos",
    "course_id": "kurs-id|kurs-nr|kursnummer|id du cours|identifiant du cours|code du cours|id del curso|id de curso|código del curso",
    "section_id": "gruppen-id|id de la section|identifiant de la section|id de la sección|id de sección",
    "role": "rolle|rôle|rol",
    "status": "statut|estado",
}
"""German, French and Spanish words for the fields of people and of what they are enrolled in."""

ANYBODYS = "student id|student id number|student number|employee id"
"""Words for the university id by which other places name ids of their own."""

STRONG: Mapping[Target, Mapping[str, str]] = {
    Target.USERS: {
        "user_id": "user id|userid|sis user id|sis id|person id|participant id|member id|guest id|user sis id",
        "login_id": "login id|login|username|user name|loginid",
        "status": "status|user status|state",
        **_PERSON,
    },
    Target.COURSES: {**_COURSE, "status": "status|course status|state|course state"},
    Target.SECTIONS: {
        "section_id": "section id|section sis id|sis section id|section identifier|sectionid",
        "course_id": _COURSE["course_id"],
        "name": "section name|section title|name of section",
        "status": "status|section status|state",
        "start_date": _COURSE["start_date"] + "|section start|section start date",
        "end_date": _COURSE["end_date"] + "|section end|section end date",
    },
    Target.MEMBERS: {
        "user_id": "user id|userid|sis user id|sis id|person id|participant id|member id|guest id|user sis id|login id|login|loginid",
        "username": "username|user name|network id|netid|net id|iu username|iu login|computing id|network username|iu user name",
        **_PERSON,
        **{field: words for field, words in _COURSE.items() if field not in ("start_date", "end_date")},
        "course_status": "course status|course state",
        "start_date": _COURSE["start_date"],
        "end_date": _COURSE["end_date"],
        "create_course": "create course|create|new course|create courses",
        "section_id": "section id|section sis id|sis section id|section identifier|sectionid",
        "section_name": "section name|section title|name of section",
        "section_status": "section status|section state",
        "section_start_date": "section start|section start date|section begins",
        "section_end_date": "section end|section end date|section ends",
        "role": "role|user role|enrollment role|enrolment role|course role|enrollment type|enrolment type|enr type|enrl type|enroll type|enrol type|role name|base role type",
        "status": "status|enrollment status|enrolment status|registration status|state|enrollment state|attendee status|booking status|participant status|registrant status|approval status",
        "limit_section_privileges": (
            "limit section privileges|limit to section|limited to section|section only|restrict to section|"
            "limit privileges to course section|limit privileges to section"
        ),
        "listing_id": "listing id|catalog listing id|expand listing id|expand listing|catalog listing|catalog id|listingid",
        "send_email": "send email|send e-mail|send mail|email them",
    },
    Target.MESSAGE: {
        "template": "template|message template",
        "sender": "sender|from|sender address|from address|sent by|reply to",
        "signature": "signature|signed by|signed",
        "subject": "subject|subject line|title",
        "body": "body|message|text|message text|message body|content",
    },
}
"""Words that name one field and no other, `|` between them. The layouts' own column names come first."""

WEAK: Mapping[Target, Mapping[str, tuple[str, ...]]] = {
    Target.USERS: {
        "user": ("user_id",),
        "id": ("user_id",),
        "guest": ("name",),
        "person": ("name",),
        "participant": ("name",),
        "registrant": ("name",),
        "student": ("name",),
    },
    Target.COURSES: {
        "course": ("course_id", "long_name"),
        "id": ("course_id",),
        "name": ("long_name",),
        "title": ("long_name",),
    },
    Target.SECTIONS: {
        "course": ("course_id",),
        "section": ("section_id", "name"),
        "id": ("section_id",),
        "title": ("name",),
    },
    Target.MEMBERS: {
        **dict.fromkeys(("crsno", "crsnr", "crsnumber", "crsid", "crs"), ("course_id",)),
        **dict.fromkeys(("course", "kurs", "cours", "curso"), ("course_id", "long_name")),
        "section": ("section_id", "section_name"),
        "listing": ("listing_id",),
        "user": ("user_id",),
        "id": ("user_id",),
        "student": ("name", "user_id"),
        "participant": ("name", "user_id"),
        "registrant": ("name", "user_id"),
        "attendee": ("name", "user_id"),
        "guest": ("name", "user_id"),
        "person": ("name", "user_id"),
        "learner": ("name", "user_id"),
        "member": ("name", "user_id"),
        "title": ("long_name",),
    },
    Target.MESSAGE: {},
}
"""Words that may name several fields: the first of them that nothing else names."""

COURSE_FIELDS: Mapping[str, str] = {
    "course_id": "course_id",
    "short_name": "short_name",
    "long_name": "long_name",
    "account_id": "account_id",
    "term_id": "term_id",
    "status": "course_status",
    "start_date": "start_date",
    "end_date": "end_date",
    "blueprint_course_id": "blueprint_course_id",
}
"""The columns of courses by the fields of a roster that tell them."""

SECTION_FIELDS: Mapping[str, str] = {
    "section_id": "section_id",
    "course_id": "course_id",
    "name": "section_name",
    "status": "section_status",
    "start_date": "section_start_date",
    "end_date": "section_end_date",
}
"""The columns of sections by the fields of a roster that tell them."""


@cache
def token(text: str) -> str:
    """A header without case, accents, order marks and punctuation.

    Args:
        text: The header as typed.
    """
    plain = unicodedata.normalize("NFKD", text.replace("#", " number ")).casefold()
    return "".join(character for character in plain if character.isalnum())


@cache
def words_of(target: Target) -> Mapping[str, str]:
    """Every strong word of a target to its field."""
    found: dict[str, str] = {}
    for field, words in STRONG[target].items():
        abroad = _ABROAD.get(field, "").split("|") if target is not Target.MESSAGE else ()
        for word in (field, *words.split("|"), *filter(None, abroad)):
            found.setdefault(token(word), field)
    return found


def tokens(cell: Cell) -> tuple[str, ...]:
    """What a header may say: as it stands, and without what stands in brackets."""
    if not isinstance(cell, str) or not cell.strip():
        return ()
    bare = re.sub(r"[(\[{].*?[)\]}]", " ", cell)
    asked = _ASKED.sub("", bare.strip())
    return (
        token(cell),
        token(bare),
        re.sub(r"(required|optional)$", "", token(bare)),
        *([token(asked)] if asked != bare.strip() else []),
    )


_ASKED = re.compile(
    r"^(?:q?\d+\s*[.:)]\s*)?(?:please\s+)?(?:(?:enter|provide|give(?:\s+us)?|type|list|write|state|tell\s+us|confirm|what(?:[’']?s|\s+is)|"
    r"which\s+is)\s+)*(?:your\s+|my\s+)?(?:preferred\s+(?=e-?mail))?|\s*[?:*.!]+\s*$",
    re.IGNORECASE,
)
"""How a form's question begins and ends around the word that names what is asked for: "Please enter your first name:"."""


@cache
def _all_words() -> frozenset[str]:
    return frozenset(word for target in Target for word in (*words_of(target), *WEAK[target]))


@cache
def strong_words() -> frozenset[str]:
    """Every word that names one field and no other, as `token` gives it."""
    return frozenset(word for target in Target for word in words_of(target))


def may_be_word(text: str) -> bool:
    """A quick look at how a text begins, which rules out most that are no words that head columns.

    Args:
        text: Any text.
    """
    return text.strip()[:3].casefold().replace(" ", "").replace("-", "")[:2] in _two_letters()


@cache
def _two_letters() -> frozenset[str]:
    return frozenset(word[:2] for word in _all_words())


def is_word(text: str) -> bool:
    """Whether a text is a word that heads columns.

    Args:
        text: Any text.
    """
    return any(word in _all_words() for word in tokens(text))


def strong_hits(row: Iterable[Cell]) -> int:
    """How many cells of a row are words that name one field and no other.

    Args:
        row: Any row.
    """
    return sum(any(word in strong_words() for word in tokens(cell)) for cell in row)


def hits(row: Iterable[Cell]) -> int:
    """How many cells of a row are words that head columns.

    Args:
        row: Any row.
    """
    return sum(any(word in _all_words() for word in tokens(cell)) for cell in row)
