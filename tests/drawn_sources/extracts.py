"""What student systems give as one table."""

from hypothesis import strategies as st

from drawn_sources.facts import PLAIN, facts, members_of
from drawn_sources.source import Member, Source
from drawn_sources.written import ONE_TABLE, Table


@st.composite
def banner(draw):
    """Columns as Banner's tables have them; the course is TERM.CRN."""
    told = draw(facts(accounts=False, sections=False, roles=("student",)))
    noise = told.noise
    header = ["SPRIDEN_ID", "SPRIDEN_LAST_NAME", "SPRIDEN_FIRST_NAME", "SSBSECT_TERM_CODE", "SSBSECT_CRN", "SSBSECT_SUBJ_CODE", "SSBSECT_CRSE_NUMB",
              "SSBSECT_SEQ_NUMB", "SFRSTCR_RSTS_CODE", "GOREMAL_EMAIL_ADDRESS"]  # fmt: skip
    crn = {course: f"1023{number}" for number, course in enumerate(told.courses)}
    ids = {who: f"V{number:08d}" for number, who in enumerate([*told.people, *told.absent])}

    def row(who, course, status):
        return [ids[who], who.last, who.first, "202610", crn[course], "NURS", "101", "001", status, who.address]

    rows = [row(who, course, noise.of("RE", "RW")) for who, course, *_ in told.members]
    rows += [row(who, next(iter(crn)), noise.of("DW", "DD", "WL")) for who in told.absent]
    members = frozenset(member._replace(course_id=f"202610.{crn[member.course_id]}") for member in members_of(told))
    return Source(
        draw(st.sampled_from(ONE_TABLE)), (Table("extract", header, noise.rows(rows)),), told.guests, members, titled=True
    )


@st.composite
def workday(draw):
    """A report with title rows, whose sections the user looks up."""
    told = draw(facts(PLAIN, accounts=False, sections=False, roles=("student",)))
    noise = told.noise
    texts = {course: f"BIOL 10{number}-02 - {one.title} - Fall 2026" for number, (course, one) in enumerate(told.courses.items())}
    header = ["Student", "Student ID", "Institutional Email", "Course Section", "Academic Period", "Registration Status"]

    def row(who, course, status):
        return [f"{who.last}, {who.first}", f"S{who.username}", who.address, texts[course], "Fall 2026", status]

    rows = [row(who, course, noise.of("Registered", "Enrolled")) for who, course, *_ in told.members]
    rows += [row(who, next(iter(texts)), noise.of("Waitlisted", "Dropped", "Withdrawn")) for who in told.absent]
    lookup = {f"course_id[{text}]": course for course, text in texts.items()}
    table = Table("Class roster", header, noise.rows(rows), [["Class roster"], ["Run by:", "Registrar"], [""]])
    return Source(draw(st.sampled_from(["csv", "xlsx", "ods"])), (table,), told.guests, members_of(told), lookup, titled=True)


@st.composite
def peoplesoft(draw, forms):
    """A query's result: everybody has an account."""
    told = draw(facts(sections=False, roles=("student",)))
    noise = told.noise
    header = [noise.of("ID", "EMPLID"), "Name", "Term", "Class Nbr", "Subject", "Enrollment Status", "Email"]
    numbers = {who: f"{number:010d}" for number, who in enumerate([*told.people, *told.absent], 1234567)}
    classes = {course: str(12345 + number) for number, course in enumerate(told.courses)}

    def row(who, course, status):
        shown = noise.of(numbers[who], numbers[who].lstrip("0"))
        return [
            shown,
            f"{who.last},{who.first}",
            "4268",
            classes[course],
            f"SUBJ{classes[course]}",
            status,
            f"{who.username}@iu.edu",
        ]

    gone = noise.of(("D", "deleted"), ("DROP", "deleted"), ("W", ""), ("EWAT", ""))
    rows = [row(who, course, noise.of("E", "ENRL", "Enrolled")) for who, course, *_ in told.members]
    rows += [row(who, next(iter(classes)), gone[0]) for who in told.absent]
    there = [(who, course, "active") for who, course, *_ in told.members]
    there += [(who, next(iter(classes)), gone[1]) for who in told.absent if gone[1]]
    members = frozenset(
        Member(f"NC-4268-SUBJ{classes[course]}", numbers[who], "student", f"NC-{classes[course]}", status)
        for who, course, status in there
    )
    settings = {"defaults": {"course_id": "NC-{{ term_id }}-{{ subject }}", "section_id": "NC-{{ class_nbr }}"}}
    table = Table("query", header, noise.rows(rows), [["IE_SIS_SR_CRS_ENRL", str(len(rows))]])
    return Source(draw(st.sampled_from(forms)), (table,), frozenset(), members, settings=settings)


@st.composite
def gradebook(draw):
    """Students with grades, a row of points, and a test student."""
    told = draw(facts(PLAIN, courses=1, roles=("student",)))
    noise = told.noise
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Quiz 1 (55)", "Final Score"]
    numbers = {who: f"{number:010d}" for number, who in enumerate(told.people, 1234567)}
    rows = [[f"{who.last}, {who.first}", str(number), numbers[who], who.username, section or "Main", noise.of("9", "7.5", ""), "(read only)"]
            for number, (who, _, section, _) in enumerate(told.members)]  # fmt: skip
    rows = [
        ["    Points Possible", "", "", "", "", "10", "(read only)"],
        *noise.rows(rows),
        ["Student, Test", "103", "", "4f2a9c0d", "Main", "", ""],
    ]
    members = frozenset(Member("NC-1", numbers[who], "student", f"NC-1-{section or 'Main'}") for who, _, section, _ in told.members)
    settings = {"defaults": {"course_id": "NC-1", "section_id": "NC-1-{{ section_name }}"}}
    return Source(
        draw(st.sampled_from(["csv", "csv with a byte order mark"])),
        (Table("grades", header, rows),),
        frozenset(),
        members,
        settings=settings,
    )
