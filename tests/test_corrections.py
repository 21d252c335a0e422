"""The loop closed: what failed, mended in the corrections folder and sent, leads a small Canvas to what a right first send would have given."""

import random

import pytest
from canvas import Canvas

import provkit
from provkit.package import Package
from provkit.receiver.mail import Letterhead, summary
from provkit.workflows.results import results, write_corrections
from provkit.workflows.simulate import simulate

HEADERS = {
    "courses.csv": "course_id,short_name,long_name,account_id,status",
    "users.csv": "user_id,login_id,first_name,last_name,email,status",
    "enrollments.csv": "course_id,user_id,role,section_id,status",
}
SENTENCES = {
    "no such user": "User not found for enrollment (User ID: {user_id}, Course ID: {course_id}, Section ID: {section_id})",
    "no such course or section": (
        "Neither course nor section existed for user enrollment (Course ID: {course_id}, Section ID: {section_id}, User ID: {user_id})"
    ),
}


def rosters(seed):
    """What is meant, and the same as it was first sent: some rows are broken."""
    chance = random.Random(seed)
    people = [f"g{number}@guests.org" for number in range(20)]
    courses = [f"NC-{number}" for number in range(4)]
    right = {
        "courses.csv": [f"{course},{course},Title of {course},ACC,active" for course in courses],
        "users.csv": [f"{one},{one},First{number},Last{number},{one},active" for number, one in enumerate(people)],
        "enrollments.csv": [f"{chance.choice(courses)},{one},student,,active" for one in people],
    }
    wrong = {name: list(lines) for name, lines in right.items()}
    bad, short, lost, course = [*chance.sample(range(20), 3), chance.randrange(4)]
    wrong["users.csv"][bad] = wrong["users.csv"][bad].replace("@guests.org", "@guests")  # reported, and not imported
    wrong["users.csv"][short] = wrong["users.csv"][short].rpartition(",")[0]  # dropped without a word
    wrong["enrollments.csv"][lost] = f"NC-9,{people[lost]},student,,active"  # Canvas knows no such course
    if seed % 2:
        wrong["courses.csv"][course] += ",one too many"  # dropped, and everybody in it with it
    return right, wrong


def package(rows):
    return Package.from_files(
        {name: "".join(f"{line}\n" for line in (HEADERS[name], *lines)).encode() for name, lines in rows.items() if lines}
    )


@pytest.mark.parametrize("seed", range(8))
def test_mended_corrections_lead_canvas_to_what_a_right_first_send_would_have_given(tmp_path, seed):
    right, wrong = rosters(seed)
    meant, canvas = Canvas(), Canvas()
    meant.take(simulate(package(right)))
    assert meant.refused == []

    sent = package(wrong)
    reception = simulate(sent)
    canvas.take(reception)
    assert canvas.places != meant.places
    first = summary(reception.processing.summary(), Letterhead(), imported=True).body
    said = "".join(f"enrollments.csv - {SENTENCES[why].format(**row)}\n" for why, row in canvas.refused)
    second = f"Here is a report of errors from Canvas (iu.instructure.com):\n\nFrom importId: 7\n\n{said}"
    found = results([first.encode(), second.encode()], sent)

    refused = {(row["course_id"], row["user_id"]) for _, row in canvas.refused}
    failed = {
        name: [
            line
            for line, as_meant in zip(lines, right[name], strict=True)
            if line != as_meant or (name == "enrollments.csv" and tuple(line.split(",")[:2]) in refused)
        ]
        for name, lines in wrong.items()
    }
    folder = tmp_path / "again"
    written = write_corrections(found, sent, folder)
    assert set(written) == {name for name, lines in failed.items() if lines}
    for name in written:
        assert (folder / name).read_text("utf-8").splitlines() == [HEADERS[name], *failed[name]]

    mended = {line: as_meant for name, lines in wrong.items() for line, as_meant in zip(lines, right[name], strict=True)}
    for name in written:
        path = folder / name
        path.write_text("".join(f"{mended.get(line, line)}\n" for line in path.read_text("utf-8").splitlines()), "utf-8")
    assert provkit.validate(folder).ok
    canvas.take(simulate(folder))
    assert (canvas.users, *canvas.places) == (meant.users, *meant.places)
