"""What student systems give as several files."""

from hypothesis import strategies as st

from drawn_sources.facts import Person, facts, members_of
from drawn_sources.source import Member, Source
from drawn_sources.written import Table

CANVAS = {
    "SIS import": {
        "users": "user_id,integration_id,login_id,password,first_name,last_name,full_name,sortable_name,short_name,email,pronouns,status",
        "courses": "course_id,short_name,long_name,account_id,term_id,status,integration_id,start_date,end_date,course_format,blueprint_course_id",
        "sections": "section_id,course_id,name,status,integration_id,start_date,end_date",
        "enrollments": "course_id,root_account,start_date,end_date,user_id,user_integration_id,role,role_id,section_id,status,associated_user_id,limit_section_privileges",
    },
    "SIS export": {
        "users": "user_id,integration_id,authentication_provider_id,login_id,password,first_name,last_name,full_name,sortable_name,short_name,email,status,pronouns",
        "courses": "course_id,integration_id,short_name,long_name,account_id,term_id,status,start_date,end_date,course_format,blueprint_course_id",
        "sections": "section_id,course_id,integration_id,name,status,start_date,end_date",
        "enrollments": "course_id,user_id,role,role_id,section_id,status,associated_user_id,limit_section_privileges,root_account",
    },
    "provisioning": {
        "users": "canvas_user_id,user_id,integration_id,authentication_provider_id,login_id,first_name,last_name,full_name,sortable_name,short_name,email,status,created_by_sis",
        "courses": "canvas_course_id,course_id,integration_id,short_name,long_name,canvas_account_id,account_id,canvas_term_id,term_id,status,start_date,end_date,course_format,created_by_sis",
        "sections": "canvas_section_id,section_id,canvas_course_id,course_id,integration_id,name,status,start_date,end_date,canvas_account_id,account_id,created_by_sis",
        "enrollments": "canvas_course_id,course_id,canvas_user_id,user_id,role,role_id,canvas_section_id,section_id,status,canvas_associated_user_id,associated_user_id,created_by_sis,base_role_type,limit_section_privileges,canvas_enrollment_id",
    },
}
"""What Canvas's own files have for columns."""


def filled_in(columns, told, others=None):
    """A header and rows of records, in whatever order their fields were given."""
    header = columns.split(",")
    return header, [[record.get(name, (others or {}).get(name, "")) for name in header] for record in told]


@st.composite
def canvas(draw, which):
    """The files of Canvas itself."""
    told = draw(facts())
    noise = told.noise
    ids = {who: who.number or f"P-{number}" for number, who in enumerate([*told.people, *told.absent])}
    others = {"created_by_sis": "true", "role_id": "3", "canvas_user_id": "77", "canvas_course_id": "5", "canvas_section_id": "9", "canvas_enrollment_id": "8",
              "base_role_type": "StudentEnrollment", "course_format": "on_campus", "integration_id": noise.of("", "INT-9"), "limit_section_privileges": "false",
              "pronouns": noise.of("", "she")}  # fmt: skip

    def person(who, status):
        return {"user_id": ids[who], "login_id": who.username if who.number else who.address, "first_name": who.first, "last_name": who.last, "full_name": f"{who.first} {who.last}",
                "sortable_name": f"{who.last}, {who.first}", "short_name": who.first, "email": who.address, "status": status}  # fmt: skip

    files = {
        "users": [person(who, "active") for who in told.people] + [person(who, noise.of("suspended", "deleted")) for who in told.absent],
        "courses": [{"course_id": one.name, "short_name": one.name, "long_name": one.title, "account_id": "REC", "term_id": "4268", "status": "active",
                     "start_date": "" if one.start is None else f"{one.start}T04:00:00Z"} for one in told.courses.values()],
        "sections": [{"section_id": section, "course_id": course, "name": f"Part {section}", "status": "active"} for section, course in told.sections.items()],
        "enrollments": [{"course_id": course, "user_id": ids[who], "role": role, "section_id": section, "status": "active"} for who, course, section, role in told.members]
        + [{"course_id": next(iter(told.courses)), "user_id": ids[who], "role": "student", "status": "active"} for who in told.absent],
    }  # fmt: skip
    tables = []
    for name, records in files.items():
        header, rows = filled_in(CANVAS[which][name], records, others)
        tables.append(Table(name, header, noise.rows(rows)))
    members = members_of(told, lambda who: who.username if who.number else who.address)
    return Source(draw(st.sampled_from(["folder", "zip"])), tuple(tables), told.guests, members)


ONEROSTER = {
    "orgs": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
    "academicSessions": "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear",
    "courses": "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
    "classes": "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods",
    "enrollments": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
}
ONEROSTER_PEOPLE = {
    "1.1": {
        "users": "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,"
        "grades,password",
    },
    "1.2": {
        "users": "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,"
        "userMasterIdentifier,resourceSourcedIds,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns",
        "roles": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId",
    },
}  # fmt: skip


def classes_of(told):
    """Class id to its course: the sections, and one more for each course, for those who are in no section."""
    return {**told.sections, **{f"{course}-all": course for course in told.courses}}


def in_classes(told):
    """The enrollments of facts where everybody is in a class."""
    return frozenset(member._replace(section_id=member.section_id or f"{member.course_id}-all") for member in members_of(told))


@st.composite
def oneroster(draw, version, mode):
    """A whole set with its manifest; in a delta what is to be deleted is said."""
    told = draw(facts())
    noise = told.noise
    ids = {who: f"u-{number}" for number, who in enumerate([*told.people, *told.absent])}
    delta = mode == "delta"
    others = {"dateLastModified": "2026-08-01T00:00:00.000Z" if delta else "", "status": "active" if delta else ""}
    told_of = {
        "orgs": [{"sourcedId": "o1", "name": "Example District", "type": "district"}, {"sourcedId": "o2", "name": "Example School", "type": "school", "parentSourcedId": "o1"}],
        "academicSessions": [
            {"sourcedId": "y1", "title": "2026-27", "type": "schoolYear", "startDate": "2026-08-01", "endDate": "2027-07-01", "schoolYear": "2027"},
            {"sourcedId": "t1", "title": "Fall", "type": "term", "startDate": "2026-08-24", "endDate": "2026-12-19", "parentSourcedId": "y1", "schoolYear": "2027"},
        ],
        "courses": [{"sourcedId": one.name, "schoolYearSourcedId": "y1", "title": one.title, "courseCode": one.name, "orgSourcedId": "o2"} for one in told.courses.values()],
        "classes": [{"sourcedId": name, "title": f"Class {name}", "courseSourcedId": course, "classType": noise.of("scheduled", "Scheduled"), "schoolSourcedId": "o2",
                     "termSourcedIds": noise.of("t1", "y1")} for name, course in classes_of(told).items()],
        "users": [{"sourcedId": ids[who], "enabledUser": "true" if who in told.people else "false", "orgSourcedIds": "o2", "role": "student", "username": who.username,
                   "givenName": who.first, "familyName": who.last, "email": who.address, "password": "s3cret", "primaryOrgSourcedId": "o2"} for who in ids],
        "roles": [{"sourcedId": f"r-{own}", "userSourcedId": own, "roleType": "primary", "role": "student", "orgSourcedId": "o2"} for own in ids.values()],
        "enrollments": [
            {"sourcedId": f"e-{number}", "classSourcedId": section or f"{course}-all", "schoolSourcedId": "o2", "userSourcedId": ids[who],
             "role": {"ta": "aide"}.get(role, role), "primary": noise.of("", "true", "false")}
            for number, (who, course, section, role) in enumerate([*told.members, *((who, next(iter(told.courses)), "", "student") for who in told.absent)])
        ],
    }  # fmt: skip
    members = in_classes(told)
    if delta and draw(st.booleans()):
        gone = told_of["enrollments"][0]
        gone["status"] = "tobedeleted"
        who, course, section, role = told.members[0]
        was = Member(course, who.username if who.number else who.address, role, section or f"{course}-all")
        members = members - {was} | {was._replace(status="deleted")}
    tables = []
    for name, columns in {**ONEROSTER, **ONEROSTER_PEOPLE[version]}.items():
        header, rows = filled_in(columns, told_of[name], others)
        tables.append(Table(name, header, noise.rows(rows)))
    manifest = [
        ["manifest.version", "1.0"],
        ["oneroster.version", version],
        *([f"file.{table.name}", mode] for table in tables),
        ["file.results", "absent"],
    ]
    tables.append(Table("manifest", ["propertyName", "value"], manifest))
    active = {member.user_id for member in members if member.status == "active"}
    users = frozenset(user for user in told.guests if user.login_id in active)
    return Source(
        draw(st.sampled_from(["folder", "zip"])), tuple(tables), users, members, settings={"defaults": {"account_id": "REC"}}
    )


@st.composite
def school_data_sync(draw, version):
    """The three versions of Microsoft's format."""
    told = draw(facts(roles=("student", "teacher")))
    noise = told.noise
    people = [*told.people]
    ids = {who: str(100 + number) for number, who in enumerate(people)}
    classes = classes_of(told)
    if version == "v1":
        files = {
            "School": ("SIS ID,Name", [["10", "Example School"]]),
            "Section": (
                "SIS ID,School SIS ID,Section Name,Section Number,Term SIS ID,Term Name,Term StartDate,Term EndDate,Course SIS ID,Course Name,Course Number,Status",
                [[name, "10", f"Class {name}", "1", "T1", "Fall", "8/1/2026", "12/18/2026", course, told.courses[course].title, f"N-{course}", "Active"] for name, course in classes.items()],
            ),
            "Student": ("SIS ID,School SIS ID,First Name,Last Name,Username,Password,Secondary Email,Status",
                        [[ids[who], "10", who.first, who.last, who.username, "x9x9", who.address, "Active"] for who in people]),
            "Teacher": ("SIS ID,School SIS ID,First Name,Last Name,Username,Password,Secondary Email,Status",
                        [[ids[who], "10", who.first, who.last, who.address, "x9x9", "", "Active"] for who in people]),
            "StudentEnrollment": ("Section SIS ID,SIS ID", [[section or f"{course}-all", ids[who]] for who, course, section, role in told.members if role == "student"]),
            "TeacherRoster": ("Section SIS ID,SIS ID", [[section or f"{course}-all", ids[who]] for who, course, section, role in told.members if role == "teacher"]),
        }  # fmt: skip
        in_role = {role: {who for who, _, _, as_ in told.members if as_ == role} for role in ("student", "teacher")}
        files["Student"][1][:] = [row for row in files["Student"][1] if any(ids[who] == row[0] for who in in_role["student"])]
        files["Teacher"][1][:] = [row for row in files["Teacher"][1] if any(ids[who] == row[0] for who in in_role["teacher"])]
    else:
        files = {
            "orgs": ("sourcedId,name,type,parentSourcedId", [["10", "Example School", "school", ""]]),
            "users": ("sourcedId,orgSourcedIds,givenName,familyName,username,password,role,grade" if version == "v2" else
                      "sourcedId,username,givenName,familyName,password,activeDirectoryMatchId,email,phone,sms", []),
            "classes": ("sourcedId,orgSourcedId,title", [[name, "10", f"Class {name}"] for name in classes]) if version == "v2" else
                       ("sourcedId,orgSourcedId,title,sessionSourcedIds,courseSourcedId", [[name, "10", f"Class {name}", "", course] for name, course in classes.items()]),
            "enrollments": ("classSourcedId,userSourcedId,role", [[section or f"{course}-all", ids[who], noise.of(role, role.title())] for who, course, section, role in told.members]),
        }  # fmt: skip
        if version == "v2":
            files["users"][1].extend([ids[who], "10", who.first, who.last, who.address, "pw", "Student", "9"] for who in people)
        else:
            files["users"][1].extend(
                [ids[who], who.address, who.first, who.last, "pw", "", noise.of("", who.address), "", ""] for who in people
            )
            files["roles"] = ("userSourcedId,orgSourcedId,role,sessionSourcedId,grade,isPrimary,roleStartDate,roleEndDate",
                              [[ids[who], "10", "student", "", "", "true", "", ""] for who in people])  # fmt: skip
            files["courses"] = (
                "sourcedId,orgSourcedId,title,code,schoolYearSourcedId,subject,grade",
                [[one.name, "10", one.title, one.name, "", "", ""] for one in told.courses.values()],
            )
    tables = tuple(Table(name, columns.split(","), noise.rows(rows)) for name, (columns, rows) in files.items() if rows)
    members = in_classes(told)
    if version == "v2":
        members = frozenset(member._replace(course_id=member.section_id, section_id="") for member in members)
    return Source(
        draw(st.sampled_from(["folder", "zip"])), tables, told.guests, members, settings={"defaults": {"account_id": "REC"}}
    )


@st.composite
def clever(draw):
    """Five files; teachers stand in the file of sections."""
    told = draw(facts(accounts=False, roles=("student",)))
    noise = told.noise
    ids = {who: str(100 + number) for number, who in enumerate(told.people)}
    classes = classes_of(told)
    teachers = [Person("Tea", f"Cher{number}", f"t{number}@example.org", "") for number in range(3)]
    leads = {name: draw(st.lists(st.sampled_from(range(3)), min_size=1, max_size=2, unique=True)) for name in classes}
    people = [["1", ids[who], "9", "7", who.last, "", who.first, "9", "F", "2030", "1/2/10", who.address, relation, f"{relation}@example.org", "pw"]
              for who in told.people for relation in noise.of(("Mother",), ("Mother", "Father"))]  # fmt: skip
    tables = (
        Table("schools", ["School_id", "School_name", "School_number"], [["1", "North", "001"]], known=False),
        Table("students", ["School_id", "Student_id", "Student_number", "State_id", "Last_name", "Middle_name", "First_name", "Grade", "Gender", "Graduation_year", "DOB", "Student_email", "Contact_relationship", "Contact_email", "Password"], noise.rows(people)),
        Table("teachers", ["School_id", "Teacher_id", "Teacher_number", "State_teacher_id", "Last_name", "Middle_name", "First_name", "Teacher_email", "Title", "Username", "Password"],
              noise.rows([["1", f"20{number}", "", "", who.last, "", who.first, who.address, "Ms", "user", "pw"] for number, who in enumerate(teachers)])),
        Table("sections", ["School_id", "Section_id", "Teacher_id", "Teacher_2_id", "Name", "Grade", "Course_name", "Course_number", "Period", "Term_name", "Term_start", "Term_end"],
              noise.rows([["1", name, f"20{leads[name][0]}", f"20{leads[name][1]}" if len(leads[name]) > 1 else "", f"Class {name}", "9", told.courses[course].title, course, "1", "Fall",
                           "2026-08-24", "2026-12-18"] for name, course in classes.items()])),
        Table("enrollments", ["School_id", "Student_id", "Section_id"], noise.rows([["1", ids[who], section or f"{course}-all"] for who, course, section, _ in told.members])),
    )  # fmt: skip
    leading = frozenset(
        Member(course, teachers[number].address, "teacher", name) for name, course in classes.items() for number in leads[name]
    )
    return Source(
        draw(st.sampled_from(["folder", "zip"])), tables, told.guests | {who.user for who in teachers}, in_classes(told) | leading
    )
