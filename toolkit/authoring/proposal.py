"""A profile proposed for a source: which column seems to be what, how sure that is, and why. A person reads and mends it."""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from provkit.authoring.beside import apart
from provkit.authoring.found import ColumnsBelow
from provkit.authoring.heading import find_heading
from provkit.authoring.mapping import Columns, hint, map_header
from provkit.authoring.normalize import LEFT_OUT, WORDS, shown
from provkit.authoring.profile import Profile, TableProfile, fold
from provkit.authoring.remarks import look_below
from provkit.authoring.shape import find_target
from provkit.sources.sensitive import header_row
from provkit.tables import Cell, Sheet, Sheets, column_letters
from provkit.vocabulary import STRONG, Target, token

__all__ = ["Guess", "Proposal", "TableProposal", "propose"]

_SAMPLE = 2000
"""How many rows are looked at."""
_ANSWERS = 60
"""How many different answers a question about courses may have, for a table of them to be proposed."""
_NEAR = 85
"""How alike, of 100, a header must be to a known word."""
_ABOUT_COURSES = re.compile(
    r"course|class|workshop|session|ticket|training|program|event|webinar|track|seminar|module|topic", re.IGNORECASE
)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TEN_DIGITS = re.compile(r"\d{10}")


@dataclass(frozen=True)
class Guess:
    """What one column seems to be.

    Attributes:
        column: Index of the column.
        header: Its name.
        field: The field; None where it seems to have no place in the upload.
        confidence: How sure that is, of 100.
        reason: Why.
    """

    column: int
    header: str
    field: str | None
    confidence: int
    reason: str

    @property
    def letters(self) -> str:
        """The letters over the column."""
        return column_letters(self.column)


@dataclass(frozen=True)
class TableProposal:
    """What one sheet seems to be.

    Attributes:
        place: The sheet's or file's name.
        target: What its rows seem to be.
        number: The number of its header row.
        guesses: One per column that has a name.
        answers: Fields that want a table: what the column says, most frequent first.
        aside: Fields with the values whose rows should be left out.
        constants: Fields that no column says, with what they should be.
    """

    place: str
    target: Target
    number: int
    guesses: tuple[Guess, ...]
    answers: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    aside: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)
    constants: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """A profile proposed.

    Attributes:
        kind: The kind of source; "" for plain tables.
        tables: Its tables.
        passed_over: Sheets in which no table was found.
        beyond: Sheets that are read without a profile, and that no profile can say: why, in sentences.
    """

    kind: str
    tables: tuple[TableProposal, ...]
    passed_over: tuple[str, ...]
    beyond: tuple[str, ...] = ()

    def to_toml(self, *, prefix: str = "") -> str:
        """The profile as TOML, with a comment beside each column.

        Args:
            prefix: The table that it stands in, such as "profile.spring"; "" for a file of its own.
        """
        lines = [f"[{prefix}]"] if prefix else []
        if self.kind:
            lines.append(f"from = {_toml(self.kind)}")
        for table in self.tables:
            within = prefix
            if len(self.tables) > 1:
                within = f"{prefix}.tables" if prefix else "tables"
                lines += ["", f"[[{within}]]", f"sheet = {_toml(table.place)}"]
            lines += [f"holds = {_toml(table.target.value)}  # {_HOLDS[table.target]}", ""]
            lines += _table_lines(table, f"{within}." if within else "")
        return "\n".join(lines).strip("\n") + "\n"


_HOLDS = {
    Target.MEMBERS: "one row per person and course or listing",
    Target.USERS: "one row per guest",
    Target.COURSES: "one row per course",
    Target.SECTIONS: "one row per section",
}


def _table_lines(table: TableProposal, within: str) -> Iterator[str]:
    yield f"[{within}columns]"
    named: dict[str, list[Guess]] = {}
    for guess in table.guesses:
        if guess.field is not None:
            named.setdefault(guess.field, []).append(guess)
    for name, guesses in named.items():
        headers = [guess.header for guess in guesses]
        value = _toml(headers[0]) if len(headers) == 1 else f"[{', '.join(map(_toml, headers))}]"
        said = "; ".join(f"{guess.letters}, {guess.confidence} %: {guess.reason}" for guess in guesses)
        yield f"{name} = {value}  # {said}"
    for guess in table.guesses:
        if guess.field is None:
            yield f"# {guess.letters} {_toml(guess.header)} is no field: {guess.reason}"
    yield from ("", f"[{within}constants]")
    yield from (f"{name} = {_toml(value)}" for name, value in table.constants.items() if value)
    yield from (
        f'# {name} = "..."  # no column says it; take the # away and fill it in'
        for name, value in table.constants.items()
        if not value
    )
    for name, answers in table.answers.items():
        yield from ("", f'[{within}lookup.{name}]  # what each answer means; "" stops the build until it is filled in')
        yield f'# where a cell holds several answers, add: [{within}split] {name} = ","'
        yield from (f"{_toml(answer)} = {_toml(meaning)}" for answer, meaning in answers.items())
    if table.aside:
        yield from ("", f"[{within}set_aside]  # rows that are left out")
        yield from (f"{name} = [{', '.join(map(_toml, values))}]" for name, values in table.aside.items())
    yield ""


def _toml(text: str) -> str:
    """A text in TOML; JSON's strings are TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def propose(sheets: Sheets, base: Profile | None = None) -> Proposal:
    """Look at a source, and say what its columns seem to be.

    Args:
        sheets: The source.
        base: The profile that comes with provkit for this kind of source, if there is one; where it reads several tables, nothing is added.
    """
    tables: list[TableProposal] = []
    passed_over: list[str] = []
    beyond: list[str] = []
    if base is not None and base.tables:
        return Proposal(sheets.form, (), ())
    for sheet in sheets:
        filled = [row for row, cells in enumerate(sheet.rows) if any(cell not in (None, "") for cell in cells)]
        if not filled:
            continue
        why = _beyond(sheet, filled) if base is None and not sheet.hidden else ""
        if why:
            beyond.append(why)
            continue
        beyond += _doubted(sheet, filled) if base is None and not sheet.hidden else ()
        found = _table(sheet, filled, base)
        if found is None or sheet.hidden:
            passed_over.append(sheet.name or sheet.file)
        else:
            tables.append(found)
    return Proposal(sheets.form, tuple(tables), tuple(passed_over), tuple(beyond))


def _beyond(sheet: Sheet, filled: Sequence[int]) -> str:
    """Why no profile can say how a sheet is read; "" where one can. A profile says what each column of one table is."""
    place = sheet.name or sheet.file
    said = hint(sheet.name if sheet.name is not None else sheet.file.rpartition(".")[0])
    if len(apart(sheet, said).sheets) > 1:
        return f"{place} holds several tables beside each other. A profile says what the columns of one table are."
    heading = find_heading(sheet, filled, least=1)
    if heading is None:
        return ""
    columns = map_header(Target.MEMBERS, heading.names)
    below = ColumnsBelow(sheet, heading, columns)
    wide = below.wide(columns, frozenset(), {})
    if wide is not None:
        return f"In {place} {wide.reason}, and each mark is an enrollment. A profile cannot say that: it says which column is which field."
    named = [column for column in columns.fields.values() if column is not None]
    look = look_below(sheet, heading, Target.MEMBERS, columns, raws=below.raws, holds=below.holds, named=named)
    if look.second is not None:
        row = int(sheet.numbers[heading.last + 1 + look.second])
        return f"In {place} another table begins in row {row}. A profile says what the columns of one table are."
    return ""


def _doubted(sheet: Sheet, filled: Sequence[int]) -> Iterator[str]:
    """That marks below titles may be enrollments, which the profile proposed says nothing of."""
    heading = find_heading(sheet, filled, least=1)
    if heading is not None:
        columns = map_header(Target.MEMBERS, heading.names)
        below = ColumnsBelow(sheet, heading, columns)
        marks = below.wide(columns, frozenset(), {}, only=True) if below.alone(columns) else None
        if marks is not None and len(marks.columns) > 1:
            yield f"In {sheet.name or sheet.file} {marks.reason}; if these are courses, a profile cannot say so, and would enroll nobody."


def _table(sheet: Sheet, filled: Sequence[int], base: TableProfile | None) -> TableProposal | None:
    from provkit.authoring.following import header_for

    place = sheet.name or sheet.file
    said = hint(sheet.name if sheet.name is not None else sheet.file.rpartition(".")[0])
    heading = find_heading(sheet, filled, least=2 if said is None else 1) if base is None else None
    header = header_for(base, sheet, filled) if base is not None else heading.last if heading is not None else None
    header = header_row(sheet) if header is None else header
    if header is None or header == filled[-1]:
        return None
    names = sheet.rows[header] if heading is None else heading.names
    target = base.target if base is not None else find_target(said, names) or Target.MEMBERS
    if target is Target.MESSAGE:
        return None
    rows = [sheet.rows[row] for row in filled if row > header][:_SAMPLE]
    values = [[row[column] for row in rows if column < len(row) and row[column] not in (None, "")] for column in range(len(names))]
    guesses = list(_guesses(target, names, values, base))
    fields = {guess.field for guess in guesses if guess.field is not None}
    if (
        target is Target.USERS
        and "status" not in fields
        and any(guess.field is None and _is_about_courses(guess, values) for guess in guesses)
    ):
        target = Target.MEMBERS
        guesses = list(_guesses(target, names, values, base))
        fields = {guess.field for guess in guesses if guess.field is not None}
    if not fields:
        return None
    return TableProposal(place, target, int(sheet.numbers[header]), tuple(guesses), *_words_of(target, guesses, values, base))


def _guesses(target: Target, names: Sequence[Cell], values: Sequence[Sequence[Cell]], base: TableProfile | None) -> Iterator[Guess]:
    known = map_header(target, names)
    claimed = set(known.fields)
    own = {token(header): field for field, headers in base.columns.items() for header in headers} if base is not None else {}
    claimed |= {own[token(cell)] for cell in names if isinstance(cell, str) and token(cell) in own}
    read = base.headers() if base is not None else frozenset[str]()
    asked = False
    for column, cell in enumerate(names):
        if cell in (None, ""):
            continue
        header = " ".join(shown(cell).split())
        if token(header) in own:
            yield Guess(column, header, own[token(header)], 100, "this kind of source calls it so")
            continue
        guess = _by_name(target, known, column, header) or _by_content(column, header, values[column], claimed, target)
        if guess is None and not asked and target is Target.MEMBERS and not claimed & {"course_id", "listing_id"}:
            guess = Guess(column, header, "course_id", 50, "its name speaks of courses, and it has few different answers")
            guess = guess if _is_about_courses(guess, values) else None
            asked = guess is not None
        if guess is not None and guess.field is not None:
            claimed.add(guess.field)
        yield guess or Guess(
            column,
            header,
            None,
            0,
            "this kind of source reads it already" if token(header) in read else "nothing in the upload is like it",
        )


def _by_name(target: Target, known: Columns, column: int, header: str) -> Guess | None:
    for field, at in known.fields.items():
        if at == column or column in known.rivals.get(field, ()):
            sure = field in known.sure or field == "name"
            return Guess(column, header, field, 95 if sure else 70, f"its name is a word for {_spoken(field)}")
    words = {
        token(word): field for field, said in STRONG[target].items() for word in (field, *said.split("|")) if len(token(word)) > 4
    }
    near = process.extractOne(token(header), words.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR)
    if near is None or words[near[0]] in known.fields:
        return None
    return Guess(column, header, words[near[0]], 60, f"its name is like a word for {_spoken(words[near[0]])}")


def _by_content(column: int, header: str, values: Sequence[Cell], claimed: set[str], target: Target) -> Guess | None:
    """What a column's cells say that it is, where its name does not."""
    texts = [shown(cell).strip() for cell in values]
    if len(texts) < 2:
        return None
    tests = (
        ("email", _ADDRESS.fullmatch, "addresses"),
        ("university_id", _TEN_DIGITS.fullmatch, "numbers of ten digits"),
        ("role", lambda said: token(said) in WORDS["role"], "roles"),
    )
    for field, test, what in tests:
        if field not in claimed and field in STRONG[target] and sum(bool(test(said)) for said in texts) >= 0.9 * len(texts):
            return Guess(column, header, field, 75, f"its cells are {what}")
    return None


def _is_about_courses(guess: Guess, values: Sequence[Sequence[Cell]]) -> bool:
    if not _ABOUT_COURSES.search(guess.header):
        return False
    texts = Counter(shown(cell).strip() for cell in values[guess.column])
    return 0 < len(texts) <= _ANSWERS and max(map(len, texts)) <= 200


def _spoken(field: str) -> str:
    return field.replace("_", " ")


def _words_of(
    target: Target, guesses: Sequence[Guess], values: Sequence[Sequence[Cell]], base: TableProfile | None
) -> tuple[dict[str, dict[str, str]], dict[str, list[str]], dict[str, str]]:
    """Tables of answers, rows to leave out, and what no column says."""
    column = {guess.field: guess for guess in guesses if guess.field is not None}
    answers: dict[str, dict[str, str]] = {}
    aside: dict[str, list[str]] = {}
    for field, guess in column.items():
        counted = Counter(shown(cell).strip() for cell in values[guess.column])
        if field in ("course_id", "listing_id", "section_id"):
            if guess.confidence < 70 and len(counted) <= _ANSWERS:
                answers[field] = dict.fromkeys((answer for answer, _ in counted.most_common()), "")
        elif field in ("role", "status"):
            table, out = _meanings(target, field, counted, base)
            if table:
                answers[field] = table
            if out:
                aside[field] = out
    return answers, aside, _unsaid(target, set(column), base)


def _meanings(target: Target, field: str, counted: Counter[str], base: TableProfile | None) -> tuple[dict[str, str], list[str]]:
    """What a column of roles or statuses says, where that is not plain; and the statuses of people who are to be left out."""
    known = WORDS[field if target is Target.MEMBERS or field == "role" else f"{target.value.removesuffix('s')}_status"]
    own = {fold(word) for word in (*base.lookup.get(field, ()), *base.set_aside.get(field, ()))} if base is not None else set()
    left = [word for word in counted if fold(word) not in own]
    out = [word for word in left if field == "status" and token(word) in LEFT_OUT]
    plain = {word: known.get(token(word) or word, "") for word in left if word not in out}
    return (plain if "" in plain.values() else {}), out


def _unsaid(target: Target, told: set[str], base: TableProfile | None) -> dict[str, str]:
    """What every row needs and no column says."""
    needed: dict[str, str] = {}
    if target is Target.MEMBERS:
        if not told & {"course_id", "section_id", "listing_id"}:
            needed["course_id"] = ""
        if "role" not in told and not told & {"listing_id"}:
            needed["role"] = ""
    elif target in (Target.COURSES, Target.SECTIONS) and "status" not in told:
        needed["status"] = "active"
    return {field: value for field, value in needed.items() if base is None or field not in base.constants}
