"""A small Canvas: what it holds after the files that reach it, in the order and by the rules of its SIS import.

Facts: files are taken as courses, sections, users, enrollments; an enrollment is known by its section (or the course's own), user and role;
deleting a course or section deletes its enrollments, completing a course completes them; a row whose user, course or section is unknown is
refused; deletions of enrollments that existed before are carried out at the end of the import.
"""

import csv
import io
from dataclasses import dataclass, field

COURSE_STATES = ("deleted", "completed")
STATUSES = ("active", "deleted", "completed", "inactive")


@dataclass
class Canvas:
    """What Canvas holds.

    Attributes:
        users: SIS id to first and last name.
        courses: SIS id to title and state.
        sections: SIS id to course, name and state.
        enrollments: Course, section ("" for the course's own), user and role to status.
        refused: Rows that were refused, with the reason.
        expand: Enrollments of Expand, in the order of the calls, repeated ones too.
    """

    users: dict = field(default_factory=dict)
    courses: dict = field(default_factory=dict)
    sections: dict = field(default_factory=dict)
    enrollments: dict = field(default_factory=dict)
    refused: list = field(default_factory=list)
    expand: list = field(default_factory=list)

    def take(self, reception):
        """Import what an upload brings (`provkit.receiver.Reception`).

        Args:
            reception: What the receiving server made of it.
        """
        processing = reception.processing
        assert processing is not None, reception.answer
        assert processing.thrown is None
        tables = [list(csv.DictReader(io.StringIO(file.content.decode()))) for file in processing.canvas_zip]
        rows = [row for table in tables for row in table]
        for row in rows:
            if "short_name" in row:
                self._course(row)
        for row in rows:
            if "section_id" in row and "name" in row:
                self._section(row)
        for row in rows:
            if "login_id" in row:
                self.users[row["user_id"]] = (row["first_name"], row["last_name"])
        deletions = []
        for row in rows:
            if "role" in row:
                deletions += self._enrollment(row)
        for key in deletions:
            self.enrollments[key] = "deleted"
        self.expand += [(call.user, call.listing) for call in (*processing.expand_calls, *processing.later_calls)]

    def _course(self, row):
        state = next((word for word in COURSE_STATES if word in row["status"].lower()), "active")
        before = self.courses.get(row["course_id"], ("", "active"))[1]
        self.courses[row["course_id"]] = (row["long_name"], state)
        if state not in ("active", before):  # Canvas looks at enrollments only where the course's state changes
            self._end(state, course=row["course_id"])

    def _section(self, row):
        if row["course_id"] not in self.courses:
            self.refused.append(("no such course", row))
            return
        state = "deleted" if row["status"].lower().startswith("deleted") else "active"
        self.sections[row["section_id"]] = (row["course_id"], row["name"], state)
        if state == "deleted":
            self._end(state, section=row["section_id"])

    def _end(self, state, *, course=None, section=None):
        for key, status in self.enrollments.items():
            if (course is not None and key[0] == course) or (section is not None and key[1] == section):
                self.enrollments[key] = "deleted" if state == "deleted" else "completed" if status == "active" else status

    def _enrollment(self, row):
        course, section, status = row["course_id"], row["section_id"], row["status"].lower()
        if row["user_id"] not in self.users:
            self.refused.append(("no such user", row))
            return []
        if course not in self.courses or (section and section not in self.sections):
            self.refused.append(("no such course or section", row))
            return []
        if section:
            course = self.sections[section][0]
        key = (course, section, row["user_id"], row["role"].lower())
        word = next(one for one in STATUSES if status.startswith(one))
        over = self.courses[course][1] == "deleted" or (section and self.sections[section][2] == "deleted")
        if over and word != "deleted":
            self.refused.append(("it has ended", row))
            return []
        if word == "deleted":
            return [key] if key in self.enrollments else []
        self.enrollments[key] = word
        return []

    @property
    def access(self):
        """Who is in which course and section, and as what."""
        return {
            key
            for key, status in self.enrollments.items()
            if status == "active" and self.courses[key[0]][1] == "active" and (not key[1] or self.sections[key[1]][2] == "active")
        }

    @property
    def places(self):
        """Courses, sections, and who is in them, to be compared between two."""
        return self.courses, self.sections, self.access
