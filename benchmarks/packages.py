"""Write a made-up package of N enrollments, or a list of N people, always the same for the same arguments.

usage: python benchmarks/packages.py N PATH [--errors SHARE] [--kinds value,short,reference,duplicate] [--backslash]

PATH is a folder for a package, a .csv or .xlsx for a list. There is a user for every six enrollments, a course of two sections for
every 400. value: an unknown status; short: a row that lacks its last two fields; reference: a section that is not there; duplicate:
the row before once more. A backslash in one name leaves the package valid, but is not read as plain CSV reads it.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

GIVEN = ("Ana", "Björn", "Chloé", "Dmitri", "Eun-ji", "Fátima", "Grace", "Hiroshi", "Inês", "Jamal")
DATES = "2026-01-10T00:00:00Z,2026-05-10T00:00:00Z"
SCATTER = 2**31 - 1  # a prime: multiplied by it, neighbours come to lie far apart, and none twice


def mail(user: int) -> str:
    return f"guest{user}@example.org"


def enrollments(count: int) -> Iterator[tuple[int, int]]:
    """User and course of each enrollment; no pair comes twice."""
    users, courses = max(10, count // 6), max(10, count // 400)
    for number in range(count):
        user = number * SCATTER % users
        yield user, (user + number // users) % courses


def spoilt(row: str, before: str, kind: str) -> str:
    if kind == "value":
        return row.replace(",active,", ",enrolled,")
    if kind == "short":
        return row.rsplit(",", 2)[0] + "\n"
    if kind == "reference":
        return row.replace(",S-", ",S-none-")
    return before or row


def write_package(count: int, folder: Path, share: float, kinds: list[str], *, backslash: bool) -> None:
    chance = random.Random(7)
    users, courses = max(10, count // 6), max(10, count // 400)
    folder.mkdir(parents=True)

    def rows_of_enrollments() -> Iterator[str]:
        before = ""
        for user, course in enrollments(count):
            role = "teacher" if user % 20 == 0 else "student"
            row = f"C-{course:06d},{mail(user)},{role},S-{course:06d}-{user % 2},active,true\n"
            before = spoilt(row, before, chance.choice(kinds)) if share and chance.random() < share else row
            yield before

    def rows_of_users() -> Iterator[str]:
        for user in range(users):
            last = rf"Last\\{user}" if backslash and user == users // 2 else f"Last{user}"
            yield f"{mail(user)},{mail(user)},{GIVEN[user % 10]},{last},{mail(user)},active\n"

    courses_rows = (f'C-{c:06d},C {c},"Course, number {c}",DEPT{c % 5},,active,{DATES}\n' for c in range(courses))
    sections_rows = (f"S-{c:06d}-{s},C-{c:06d},Section {s},active,{DATES}\n" for c in range(courses) for s in (0, 1))
    for name, columns, rows in (
        ("users", "user_id,login_id,first_name,last_name,email,status", rows_of_users()),
        ("courses", "course_id,short_name,long_name,account_id,term_id,status,start_date,end_date", courses_rows),
        ("sections", "section_id,course_id,name,status,start_date,end_date", sections_rows),
        ("enrollments", "course_id,user_id,role,section_id,status,limit_section_privileges", rows_of_enrollments()),
    ):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            file.write(columns + "\n")
            file.writelines(rows)


def write_list(count: int, path: Path) -> None:
    rows = [["First name", "Last name", "Email", "course_id", "role"]]
    rows += [[GIVEN[user % 10], f"Last{user}", mail(user), f"C-{course:06d}", "student"] for user, course in enrollments(count)]
    if path.suffix == ".csv":
        path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
        return
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Roster")
    for row in rows:
        sheet.append(row)
    book.save(path)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a made-up package, or a list.")
    parser.add_argument("count", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--errors", type=float, default=0.0)
    parser.add_argument("--kinds", default="value,short,reference,duplicate")
    parser.add_argument("--backslash", action="store_true")
    asked = parser.parse_args()
    if asked.path.suffix:
        write_list(asked.count, asked.path)
    else:
        write_package(asked.count, asked.path, asked.errors, asked.kinds.split(","), backslash=asked.backslash)


if __name__ == "__main__":
    main()
