"""docs/specification.md, from the schemas: `python -m provkit.schemas.document > docs/specification.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pandera.pandas as pa

from provkit.schemas.common import ColumnFacts, facts
from provkit.schemas.courses import COURSES
from provkit.schemas.enrollments import ENROLLMENTS
from provkit.schemas.expand import EXPAND
from provkit.schemas.layouts import LAYOUTS, Kind
from provkit.schemas.sections import SECTIONS
from provkit.schemas.users import USERS

__all__ = ["specification"]

_OPENING = """\
# The files of an upload

Generated from the schemas in `schemas/` by `python -m provkit.schemas.document`; do not edit it by hand.

The university's own pages:

- [Data specification for provisioning IU guests and non-credit courses, sections, and enrollments](https://kb.iu.edu/d/bfqc) (bfqc, KB0024552)
- [About the Canvas and Expand Provisioning API](https://kb.iu.edu/d/bgxp) (bgxp)
- [Send custom notifications to Canvas Guest account recipients](https://kb.iu.edu/d/baks) (baks): the file `message.properties`
- [The upload page in Canvas](https://kb.iu.edu/d/bgiv) (bgiv)

## Every file

- CSV with commas, in UTF-8 without a byte order mark. The name should end in `.csv`; otherwise it is free.
- What a file holds is decided by its first line alone. It must be one of the headers below to the letter: names, order, small letters,
  no blanks, no further column. A file that is none of these refuses the whole upload.
- One file of each kind. A row has as many values as the header has columns.
- The service trims nothing: a blank before or after a value belongs to it.
- Values that hold a comma, a quotation mark or a line break stand in quotation marks, with quotation marks inside doubled. A backslash is
  an escape sign to the service: write two for one.
- *Required* and *optional* are about the value. A column is left out of the file only where its header below is shown without it.
  *Ignored* means that the column must be there and that its value makes no difference.

What happens to values that do not fit is told by the rules named in the last column; see [rules.md](rules.md).
"""

_SCHEMAS = {Kind.USERS: USERS, Kind.COURSES: COURSES, Kind.SECTIONS: SECTIONS, Kind.ENROLLMENTS: ENROLLMENTS, Kind.EXPAND: EXPAND}


def specification() -> str:
    """The specification as Markdown, ending in a line end."""
    return "\n".join([_OPENING, *(line for kind in Kind for line in _kind(kind, _SCHEMAS[kind]))]) + "\n"


def _kind(kind: Kind, schema: pa.DataFrameSchema) -> Iterator[str]:
    columns = [facts(schema, name) for name in schema.columns]
    headers = [",".join(header) for header in LAYOUTS[kind].headers()]
    yield f"## {kind}.csv\n"
    yield f"{schema.description}\n"
    yield "The header:\n" if len(headers) == 1 else f"The header, in one of {len(headers)} forms:\n"
    yield "\n".join(["```text", *headers, "```\n"])
    yield "| Column | Needed | Meaning | Longest | Example | Rules |"
    yield "|---|---|---|---|---|---|"
    for column in columns:
        yield _row(column)
    yield ""
    for column in columns:
        if column.choices:
            yield f"Values of `{column.name}`:\n"
            yield "\n".join(f"- `{choice.value}`: {choice.meaning}" for choice in column.choices) + "\n"


def _row(column: ColumnFacts) -> str:
    rules = ", ".join(f"[{rule.code}](rules.md#{rule.code.lower()})" for rule in sorted(column.rules, key=lambda rule: rule.code))
    longest = "" if column.max_length is None else str(column.max_length)
    return f"| `{column.name}` | {column.needed} | {column.meaning} | {longest} | `{column.example}` | {rules} |"


if __name__ == "__main__":
    sys.stdout.buffer.write(specification().encode("utf-8"))
