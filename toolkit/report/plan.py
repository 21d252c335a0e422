"""What an upload would change, in plain sentences: for a terminal, and as a page. Names stand in both, and nowhere else."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from provkit.planning.compare import Changes
from provkit.planning.courses import CourseChanges, People
from provkit.planning.guards import Stop
from provkit.report.text import WIDTH
from provkit.words import counted

__all__ = ["Said", "render_html", "render_text", "sentences"]

NAMED = 5
"""How many people a sentence names at a terminal."""
NAMED_ON_PAGE = 1000
"""How many people a sentence names on a page."""
COURSES = 12
"""How many courses are shown at a terminal."""


@dataclass(frozen=True, eq=False)
class Said:
    """One sentence about a course.

    Attributes:
        text: The sentence, without names.
        people: Whom it is about; None where it is about the course.
        alarming: Whether something ends.
    """

    text: str
    people: People | None = None
    alarming: bool = False


def sentences(course: CourseChanges) -> Iterator[Said]:
    """What changes in a course, in sentences without names.

    Args:
        course: What changes in it.
    """
    name = course.name
    if course.ends:
        yield Said(f"{name} is {course.ends}, and everybody's enrollment in it ends.", alarming=True)
    if course.ended_sections:
        shown = ", ".join(course.ended_sections[:NAMED]) + ("" if len(course.ended_sections) <= NAMED else ", ...")
        yield Said(
            f"{counted(len(course.ended_sections), 'section')} of {name} {_is(course.ended_sections)} deleted: {shown}.",
            alarming=True,
        )
    if course.reopened:
        yield Said(f"{name} had ended and is opened again.")
    if course.renamed:
        yield Said(f"{course.renamed} is renamed: {name}.")
    for people, words, alarming in (
        (course.lost, f"{_verb(course.lost, 'loses', 'lose')} access to {name}", True),
        (course.gained, f"{_verb(course.gained, 'gets', 'get')} access to {name}", False),
        (course.changed, f"{_verb(course.changed, 'changes', 'change')} section, role or the like in {name}", False),
        (
            course.left,
            f"{_verb(course.left, 'is', 'are')} no longer in the source and {_verb(course.left, 'keeps', 'keep')} access to {name}",
            False,
        ),
        (
            course.waiting,
            f"{_verb(course.waiting, 'is', 'are')} not in this package but may only wait, and {_verb(course.waiting, 'keeps', 'keep')} access to {name}",
            False,
        ),
    ):
        if len(people):
            yield Said(f"{counted(len(people), 'person', 'people')} {words}.", people, alarming)
    if course.teachers_before and not course.teachers_after and not course.ends and len(course.lost):
        yield Said(f"Nobody is left who teaches {name}.", alarming=True)
    if course.vanished and len(course.left):
        yield Said(f"The source has nothing of {name} any more; this is said once.")


def rows(changes: Changes) -> list[tuple[str, int, int, int, int, int]]:
    """Per kind that has rows: its name, and how many are new, changed, end, are as before, and are gone.

    Args:
        changes: What the upload changes.
    """
    return [
        (
            str(kind),
            change.added,
            change.altered,
            int(change.ended.sum()) + _ends(changes, kind),
            change.untouched,
            int(change.gone.sum()),
        )
        for kind, change in changes.kinds.items()
        if len(change.now) or change.gone.any()
    ]


def render_text(
    changes: Changes,
    courses: Sequence[CourseChanges],
    *,
    stops: Sequence[Stop] = (),
    notes: Sequence[str] = (),
    head: Mapping[str, str] | None = None,
    names: bool = True,
    color: bool = False,
) -> str:
    """A plan as text, ending in a line end.

    Args:
        changes: What the upload changes.
        courses: The same by course.
        stops: What would stop it.
        notes: What else should be known, in sentences.
        head: What goes where, by title; shown first.
        names: False names nobody.
        color: True adds terminal colours.
    """
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=WIDTH,
        force_terminal=color,
        color_system="standard" if color else None,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
    )
    if head:
        grid = Table.grid(padding=(0, 2))
        for title, value in head.items():
            grid.add_row(Text(title, style="bold"), Text(value))
        console.print(grid)
        console.print()
    _rows(console, changes)
    _courses(console, courses, names=names, color=color)
    for title, lines in (("GOOD TO KNOW", notes), ("THIS WOULD STOP IT", [f"{stop.sentence} {stop.remedy}" for stop in stops])):
        if lines:
            console.print(Text(title, style="bold"))
            for line in lines:
                grid = Table.grid()
                grid.add_row("  - ", Text(line))
                console.print(grid)
            console.print()
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()).rstrip("\n") + "\n"


def _rows(console: Console, changes: Changes) -> None:
    console.print(Text("ROWS", style="bold"))
    table = Table(box=None, pad_edge=False, padding=(0, 2), header_style="")
    for title in ("  ", "new", "changed", "end", "as before", "gone from source"):
        table.add_column(title, justify="left" if title == "  " else "right")
    for name, *numbers in rows(changes):
        table.add_row(f"  {name}", *(f"{number:,}" if number else "-" for number in numbers))
    console.print(table)
    console.print()


def _courses(console: Console, courses: Sequence[CourseChanges], *, names: bool, color: bool) -> None:
    console.print(Text("WHAT CHANGES FOR PEOPLE", style="bold"))
    if not courses:
        console.print("  Nothing: nobody gains or loses access to a course.")
    for course in courses[:COURSES]:
        for said in sentences(course):
            style = "bold red" if said.alarming and color else ""
            console.print(Padding(Text(_with_names(said, NAMED if names else 0), style=style), (0, 0, 0, 2)))
    rest = courses[COURSES:]
    if rest:
        lost, gained = sum(len(one.lost) for one in rest), sum(len(one.gained) for one in rest)
        line = f"And {counted(len(rest), 'more course')}, in which {counted(lost, 'person loses', 'people lose')} access and {gained:,} get it."
        console.print(Padding(Text(f"{line} The page (--format html) shows all."), (0, 0, 0, 2)))
    console.print()


def render_html(
    changes: Changes,
    courses: Sequence[CourseChanges],
    *,
    stops: Sequence[Stop] = (),
    notes: Sequence[str] = (),
    head: Mapping[str, str] | None = None,
) -> str:
    """A plan as a page that needs nothing else; it holds names.

    Args:
        changes: What the upload changes.
        courses: The same by course.
        stops: What would stop it.
        notes: What else should be known.
        head: What goes where.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("provkit.templates", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    blocks = [
        {
            "name": course.name,
            "course": course.course,
            "before": course.before,
            "after": course.after,
            "sentences": [
                {
                    "text": said.text,
                    "alarming": said.alarming,
                    "people": [] if said.people is None else said.people.first(NAMED_ON_PAGE),
                    "more": 0 if said.people is None else max(0, len(said.people) - NAMED_ON_PAGE),
                }
                for said in sentences(course)
            ],
        }
        for course in courses
    ]
    return environment.get_template("plan.html.j2").render(
        head=head or {}, rows=rows(changes), courses=blocks, stops=stops, notes=notes
    )


def _ends(changes: Changes, kind: object) -> int:
    """How many that disappeared the upload ends."""
    return int(changes.gone.ended.sum()) if kind == "enrollments" else 0


def _with_names(said: Said, count: int) -> str:
    if said.people is None or not count:
        return said.text
    more = f" and {len(said.people) - count:,} more" if len(said.people) > count else ""
    return f"{said.text[:-1]}: {', '.join(said.people.first(count))}{more}."


def _verb(people: People, one: str, many: str) -> str:
    return one if len(people) == 1 else many


def _is(things: Sequence[object]) -> str:
    return "is" if len(things) == 1 else "are"
