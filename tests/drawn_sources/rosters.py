"""Rosters that people keep, and the package itself."""

from dataclasses import replace

from hypothesis import strategies as st

from drawn_sources.facts import GONE, MESSY, ROLES, facts, members_of
from drawn_sources.source import Source
from drawn_sources.written import ONE_TABLE, SEVERAL, Table


@st.composite
def flat(draw, forms=ONE_TABLE, names=MESSY):
    """A roster: a row for each person in each course."""
    told = draw(facts(names))
    noise = told.noise
    whole, numbered, created, dated = (draw(st.booleans()) for _ in range(4))
    columns = {
        noise.of("Email", "E-mail", "E-Mail Address", "email_address"): lambda who, *_: who.address,
        noise.of("First name", "FIRST NAME", "Given name"): lambda who, *_: who.first,
        noise.of("Last name", "Surname", "last_name"): lambda who, *_: who.last,
        noise.of("Course ID", "course_id", "Course"): lambda _, course, *__: course,
        noise.of("Role", "Enrollment role"): lambda _, __, ___, role: noise.of(*ROLES[role]),
    }
    if numbered:
        columns[noise.of("University ID", "IU ID")] = lambda who, *_: noise.of(
            who.number, who.number and who.number.lstrip("0").zfill(7), who.number
        )
    if whole or created:
        columns[noise.of("Section ID", "section_id")] = lambda _, __, section, ___: section
    if created:
        columns |= {
            "Course title": lambda _, course, *__: told.courses[course].title,
            "Short name": lambda _, course, *__: course,
            noise.of("Account", "Department"): lambda *_: "SPEA",
            "Course status": lambda *_: noise.of("active", "Active"),
            "Section name": lambda _, __, section, ___: section and f"Section {section}",
            "Section status": lambda _, __, section, ___: section and "active",
        }
        if dated:
            columns[noise.of("Start date", "Starts")] = lambda _, course, *__: noise.day(told.courses[course].start)
    status = noise.of("Status", "Enrollment status")
    header = [*columns, status]
    rows = [[say(*member) for say in columns.values()] + [noise.of("active", "Enrolled", "Active")] for member in told.members]
    course = next(iter(told.courses))
    rows += [[say(who, course, "", "student") for say in columns.values()] + [noise.of(*GONE)] for who in told.absent]
    key = (lambda who: who.number or who.address) if numbered else (lambda who: who.username if who.number else who.address)
    expected = members_of(told, key)
    if not (whole or created):
        expected = frozenset(member._replace(section_id="") for member in expected)
    return Source(
        draw(st.sampled_from(forms)), (Table("Roster", header, noise.rows(rows)),), told.guests, expected,
        settings={"defaults": {"create_courses": created}}, titled=True,
    )  # fmt: skip


@st.composite
def per_kind(draw):
    """A sheet or file for each kind."""
    told = draw(facts(accounts=False))
    noise = told.noise
    users = Table("Users", [noise.of("Email", "login_id"), "First name", "Last name", "Service"],
                  noise.rows([[who.address, who.first, who.last, noise.of("", "e")] for who in told.people]))  # fmt: skip
    courses = Table("Courses", ["Course ID", "Short name", noise.of("Title", "Long name"), "Account", "Status", "Start"],
                    noise.rows([[one.name, one.name, one.title, "SPEA", "active", noise.day(one.start)] for one in told.courses.values()]))  # fmt: skip
    sections = Table("Sections", ["Section ID", "Course ID", "Section name", "Status"],
                     noise.rows([[section, course, f"Part {section}", "active"] for section, course in told.sections.items()]))  # fmt: skip
    members = Table(
        "Enrollments",
        [noise.of("User", "User ID", "Email"), "Course ID", "Section ID", "Role", "Status"],
        noise.rows(
            [
                [who.address, course, section, noise.of(*ROLES[role]), noise.of("active", "Registered")]
                for who, course, section, role in told.members
            ]
        ),
    )
    listed = Table("Expand", ["Email", "Listing ID"], noise.rows([[who.address, "17"] for who in told.people[:2]]))
    tables = [users, courses, members] + [sections] * bool(told.sections) + [listed] * draw(st.booleans())
    return Source(draw(st.sampled_from(SEVERAL)), tuple(tables), told.guests, members_of(told), titled=True)


@st.composite
def wide(draw):
    """Courses, or the sections of a course, as columns with marks below."""
    told = draw(facts(courses=4, sections=False, roles=("student",), least=2))
    noise = told.noise
    expected = members_of(told)
    there = sorted({course for _, course, *_ in told.members})
    rows = [
        [
            who.address,
            who.first,
            who.last,
            *(
                noise.of("x", "X", "✓", "yes", "1") if (who, course, "", "student") in told.members else noise.of("", "no", "-")
                for course in there
            ),
        ]
        for who in told.people
    ]
    header = ["Email", "First name", "Last name", *there]
    constants = {"role": "student"}
    return Source(
        draw(st.sampled_from(ONE_TABLE)), (Table("Fall", header, noise.rows(rows)),), told.guests, expected, constants, titled=True
    )


@st.composite
def package(draw):
    """What the service itself takes."""
    told = draw(facts(accounts=False))
    tables = [
        Table("users", ["user_id", "login_id", "first_name", "last_name", "email", "status"], [[who.address, who.address, who.first, who.last, who.address, "active"] for who in told.people]),
        Table("courses", ["course_id", "short_name", "long_name", "account_id", "status"], [[one.name, one.name, one.title, "SPEA", "active"] for one in told.courses.values()]),
        Table("sections", ["section_id", "course_id", "name", "status"], [[section, course, f"Part {section}", "active"] for section, course in told.sections.items()]),
        Table("enrollments", ["course_id", "user_id", "role", "section_id", "status"], [[course, who.address, role, section, "active"] for who, course, section, role in told.members]),
    ]  # fmt: skip
    tables = tuple(replace(table, rows=told.noise.rows(table.rows)) for table in tables if table.rows)
    return Source(draw(st.sampled_from(["folder", "zip"])), tables, told.guests, members_of(told))
