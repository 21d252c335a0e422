"""What the schemas share: how a column is declared, the value rules of more than one kind, and how they are run quickly."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pyarrow import Array, ChunkedArray, chunked_array, large_string, types
from pyarrow import array as arrow_array
from pyarrow.compute import ascii_is_printable

from provkit.column import Column, truths
from provkit.rules import Consequence, Rule, rule
from provkit.schemas.layouts import LAYOUTS, Kind
from provkit.schemas.letters import (
    control_character,
    decimals_in_id,
    encoding_lost,
    invisible_character_in_id,
    letters_garbled,
    nul_character,
    trimmed,
    typographic_sign_in_id,
)
from provkit.words import nearest

__all__ = [
    "IGNORED",
    "LONGEST",
    "OPTIONAL",
    "REQUIRED",
    "Broken",
    "Choice",
    "ColumnFacts",
    "Form",
    "apply",
    "check",
    "column",
    "facts",
    "hint",
    "rules_of",
    "schema",
]

REQUIRED = "required"
OPTIONAL = "optional"
IGNORED = "ignored"
"""What `needed` says in the plain cases; otherwise it is a clause that begins with "required"."""

LONGEST: Final = 255
"""The most characters that Canvas takes in an id or a name."""


class Form(StrEnum):
    """What a column's values look like."""

    ID = "id"
    PERSON = "person"
    ADDRESS = "address"
    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a column takes.

    Attributes:
        value: The value as it should be written.
        meaning: What it does, in a clause.
        also: Other words that people write when they mean it, in small letters; the service or Canvas may not take them.
    """

    value: str
    meaning: str
    also: tuple[str, ...] = ()


def hint(value: str, choices: Iterable[Choice]) -> str:
    """What may be meant by a value that is none of those that a column takes, as a sentence with a blank in front; "" where nothing is near.

    Args:
        value: As written.
        choices: What the column takes, and the other words for it.
    """
    words = {word: choice.value for choice in choices for word in (choice.value, *choice.also)}
    near = nearest(value, words)
    return f" Did you mean {words[near]!r}?" if near else ""


@dataclass(frozen=True)
class ColumnFacts:
    """All that is declared about one column.

    Attributes:
        name: The column.
        meaning: What it holds, in one sentence.
        needed: "required", "optional", "ignored", or when it is required.
        form: What its values look like.
        example: A value.
        choices: The values that it takes; empty where any value will do.
        max_length: The most characters that Canvas takes, or None.
        rules: What is tested, value by value, in the order of the schema's checks.
    """

    name: str
    meaning: str
    needed: str
    form: Form
    example: str
    choices: tuple[Choice, ...]
    max_length: int | None
    rules: tuple[Rule, ...]

    @cached_property
    def meant(self) -> Mapping[str, str]:
        """Each value and each other word for it, in small letters, to the value."""
        return {word: choice.value for choice in self.choices for word in (choice.value.lower(), *choice.also)}


_IN_IDS = (invisible_character_in_id, typographic_sign_in_id, decimals_in_id)


def check(tested: Rule) -> pa.Check:
    """A value rule as Pandera's check; its name is the rule's code.

    Args:
        tested: A value rule.
    """
    return pa.Check(lambda values: ~tested(values), name=tested.code, title=tested.name, description=tested.summary)


def column(
    meaning: str,
    needed: str,
    *,
    form: Form,
    example: str,
    choices: tuple[Choice, ...] = (),
    max_length: Literal[255] | None = None,
    rules: tuple[Rule, ...] = (),
) -> pa.Column:
    """Declare a column. What follows from the declaration is tested without being said again.

    Args:
        meaning: What it holds, in one sentence.
        needed: `REQUIRED`, `OPTIONAL`, `IGNORED`, or a clause that says when it is required.
        form: What its values look like.
        example: A value.
        choices: The values that it takes.
        max_length: The most characters that Canvas takes.
        rules: The column's own value rules.
    """
    implied: list[Rule] = []
    if needed == REQUIRED:
        implied.append(required_value_missing)
    if max_length is not None:
        implied.append(value_too_long)
    if needed != IGNORED and form in (Form.ID, Form.TEXT):
        implied += [encoding_lost, nul_character, letters_garbled]
        implied += _IN_IDS if form is Form.ID else [control_character]
    tested = (*implied, *rules)
    return pa.Column(
        str,
        checks=[check(each) for each in tested],
        description=meaning,
        metadata={
            "needed": needed,
            "form": form,
            "example": example,
            "choices": choices,
            "max_length": max_length,
            "rules": tested,
        },
    )


def schema(kind: Kind, description: str, **columns: pa.Column) -> pa.DataFrameSchema:
    """Put the columns of one kind together.

    Args:
        kind: Which kind; its layout says which columns a file may leave out.
        description: What the file is for.
        columns: The declarations, in the layout's order.

    Raises:
        AssertionError: The columns are not those of the layout.
    """
    layout = LAYOUTS[kind]
    if tuple(columns) != layout.columns:
        raise AssertionError(f"the columns of {kind} are {', '.join(layout.columns)}")
    for name, declared in columns.items():
        declared.required = name not in layout.optional
    return pa.DataFrameSchema(
        columns, name=kind.value, title=f"{kind.value}.csv", description=description, strict=True, ordered=True
    )


def facts(declared: pa.DataFrameSchema, name: str) -> ColumnFacts:
    """All that is declared about a column.

    Args:
        declared: A schema of this package.
        name: One of its columns.
    """
    found = declared.columns[name]
    return ColumnFacts(name=name, meaning=found.description, **found.metadata)


def rules_of(declared: pa.DataFrameSchema) -> tuple[Rule, ...]:
    """The value rules of a schema, each once, sorted by code.

    Args:
        declared: A schema of this package.
    """
    found = {tested for name in declared.columns for tested in facts(declared, name).rules}
    return tuple(sorted(found, key=lambda tested: tested.code))


@dataclass(frozen=True, eq=False)
class Broken:
    """The rows in which one rule is broken in one column.

    Attributes:
        rule: The rule.
        column: The column.
        rows: Positions of the rows, ascending (int64).
    """

    rule: Rule
    column: str
    rows: np.ndarray


Values: TypeAlias = "Column | Array[Any] | ChunkedArray[Any] | pd.Series[str]"
"""A column of strings; nulls are not looked at."""


def apply(
    declared: pa.DataFrameSchema, columns: Mapping[str, Values], *, exempt: Mapping[str, Collection[str]] | None = None
) -> Iterator[Broken]:
    """Run a schema's checks over the distinct values of each column, and say in which rows they fail.

    The same checks run in `declared.validate`, there over every row.

    Args:
        declared: A schema of this package.
        columns: Columns by name; names that are not in the schema are passed over, columns that are missing are not tested.
        exempt: By a rule's code, values that are known to be no fault.

    Yields:
        What is broken, column by column, in the order of the checks.
    """
    for name, found in declared.columns.items():
        if name not in columns or not found.checks:
            continue
        column = _coded(columns[name])
        distinct: pd.Series[str] = column.values.to_pandas().dropna()  # noqa: PD011 - no pandas object
        odd = distinct[~truths(ascii_is_printable(column.values))[distinct.index]]
        for tested, tester in zip(facts(declared, name).rules, found.checks, strict=True):
            asked = odd if tested.odd_only else distinct
            if asked.empty:
                continue
            failing = asked[~tester(asked).check_output]
            if exempt and tested.code in exempt:
                failing = failing[~failing.isin(list(exempt[tested.code]))]
            if not failing.empty:
                broken = np.zeros(len(column.values), bool)
                broken[failing.index] = True
                rows = np.flatnonzero(column.spread(broken)).astype(np.int64, copy=False)
                if len(rows):  # values that no row holds may be among the distinct ones
                    yield Broken(tested, name, rows)


def _coded(values: Values) -> Column:
    """A column with its distinct values."""
    if isinstance(values, Column):
        return values
    if isinstance(values, pd.Series):
        values = arrow_array(values, type=large_string(), from_pandas=True)
    chunked = values if isinstance(values, ChunkedArray) else chunked_array([values])
    return Column(chunked.cast(chunked.type.value_type) if types.is_dictionary(chunked.type) else chunked)


def each(values: pd.Series[str], test: Callable[[str], bool]) -> pd.Series[bool]:
    """The mask of a test on single values."""
    return pd.Series([test(value) for value in values.tolist()], index=values.index, dtype=bool)


@rule("PK260", Consequence.REJECTED, "{column} is empty.")
def required_value_missing(values: pd.Series[str]) -> pd.Series[bool]:
    """A value that the service or Canvas cannot do without is missing.

    What happens: the row is reported and not imported, and neither is what needs it. Canvas takes nothing as said: a row without a status
    is not taken for active, an enrollment without a role not for a student's. A course without account_id counts as one in Canvas's
    topmost account, where hardly any department may work.
    Remedy: fill in the cell; the status of what is to be there is active. What a list leaves empty everywhere, or where a bare mark
    stands, can be said once: build with --set role=student. White space alone counts as empty.
    Evidence: Canvas source, lib/sis/user_importer.rb, course_importer.rb, section_importer.rb, enrollment_importer.rb; server source,
    service/UserProvisioning, CourseProvisioning, ExpandEnrollmentProvisioning

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Monday,
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Monday,active
    ```
    """
    return (values == "") | values.str.isspace()


@rule(
    "PK261",
    Consequence.REJECTED,
    "{column} is {length} characters long; Canvas takes at most 255.",
    says=lambda value: {"length": len(value)},
)
def value_too_long(values: pd.Series[str]) -> pd.Series[bool]:
    """An id or a name is longer than Canvas takes.

    What happens: Canvas refuses the row. An id that refers to something so long cannot be found either.
    Remedy: shorten it to 255 characters; characters count, not bytes.
    Evidence: Canvas source, app/models/course.rb, app/models/course_section.rb

    ## Example
    ```builder value_too_long
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,A name of a sensible length,active
    ```
    """
    return trimmed(values).str.len() > LONGEST
