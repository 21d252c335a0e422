"""States of small packages, written as the rows that matter."""

import pytest

from provkit.package import Package
from provkit.planning.state import State

HEADERS = {
    "users": "user_id,login_id,first_name,last_name,email,status",
    "courses": "course_id,short_name,long_name,account_id,status",
    "sections": "section_id,course_id,name,status",
    "enrollments": "course_id,user_id,role,section_id,status",
    "expand-enrollments": "user_id,listing_id",
}


def _cells(row, *defaults):
    """The cells of a row, and what is said of the rest."""
    cells = row.split(",")
    return [*cells, *defaults[len(cells) - 1 :]]


def _rows(kind, said):
    for row in said:
        if kind == "users":  # address, first name, last name
            address, first, last = _cells(row, "F", "L")
            yield f"{address},{address},{first},{last},{address},active"
        elif kind == "courses":  # id, title, status, and whatever else there is
            course, title, status, *more = _cells(row, row, "active")
            yield ",".join([course, title, title, "ACC", status, *more])
        elif kind == "sections":  # id, course, status
            section, course, status = _cells(row, "", "active")
            yield f"{section},{course},A name,{status}"
        elif kind == "enrollments":  # course, person, role, section, status, and whatever else there is
            yield ",".join(_cells(row, "", "student", "", "active"))
        else:
            yield row


@pytest.fixture(scope="session")
def package():
    """Makes a package of the rows given, by kind."""

    def make(headers=(), **kinds):
        files = {}
        for name, said in kinds.items():
            kind = "expand-enrollments" if name == "expand" else name
            header = dict(headers).get(name, HEADERS[kind])
            files[f"{kind}.csv"] = "".join(f"{line}\n" for line in [header, *_rows(kind, said)]).encode()
        return Package.from_files(files)

    return make


@pytest.fixture(scope="session")
def state(package):
    """Makes a state of the rows given, by kind."""

    def make(**kinds):
        return State.of_package(package(**kinds))

    return make
