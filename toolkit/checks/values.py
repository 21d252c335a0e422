"""The value rules of the schemas, run over a file's columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pandera.pandas as pa

from provkit import schemas
from provkit.checks.coded import RowsOfFile
from provkit.column import among, together
from provkit.receiver import Known
from provkit.rules import Collector, Finding, Severity
from provkit.schemas.common import Broken, apply
from provkit.schemas.courses import official_class_id
from provkit.schemas.enrollments import role_by_another_word, role_of_its_own, role_taken_for_student
from provkit.schemas.layouts import Kind

__all__ = ["find", "report"]

_SCHEMAS = {
    Kind.USERS: schemas.USERS,
    Kind.COURSES: schemas.COURSES,
    Kind.SECTIONS: schemas.SECTIONS,
    Kind.ENROLLMENTS: schemas.ENROLLMENTS,
    Kind.EXPAND: schemas.EXPAND,
}


def find(kind: Kind, rows: RowsOfFile, known: Known | None, declared: pa.DataFrameSchema | None = None) -> Sequence[Broken]:
    """Find what is wrong with single values. Nothing is reported yet, so that several files can be looked at beside one another.

    Args:
        kind: What the file holds.
        rows: Its rows.
        known: What exists elsewhere.
        declared: Whose rules are run; by default those of the package's own schema.
    """
    exempt = _exempt(rows, known, at_canvas=declared is not None)
    return tuple(apply(_SCHEMAS[kind] if declared is None else declared, rows.columns, exempt=exempt))


def report(found: Iterable[Broken], rows: RowsOfFile, collector: Collector, *, covered: np.ndarray | None = None) -> np.ndarray:
    """Report what was found.

    Args:
        found: What is wrong with the rows' values.
        rows: The rows.
        collector: Takes the findings.
        covered: Records of which an error was found already; nothing more is said of them.

    Returns:
        The records of rows with an error.
    """
    wrong: list[np.ndarray] = []
    for broken in found:
        records = broken.rows + 1 if rows.records is None else rows.records[broken.rows]
        left = broken
        if covered is not None and len(covered):
            open_ones = ~among(records, covered)
            left, records = Broken(broken.rule, broken.column, broken.rows[open_ones]), records[open_ones]
        _report(left, records, rows, collector)
        if broken.rule.severity is Severity.ERROR:
            wrong.append(records)
    return together(wrong)


def _report(broken: Broken, records: np.ndarray, rows: RowsOfFile, collector: Collector) -> None:
    column = rows.columns[broken.column]

    def made(row: int, record: int) -> Finding:
        return rows.places.finding(broken.rule, record, broken.column, column.at(row))

    pairs = zip(broken.rows, records, strict=True)
    collector.add_many(broken.rule, len(records), (made(int(row), int(record)) for row, record in pairs))


def _exempt(rows: RowsOfFile, known: Known | None, *, at_canvas: bool) -> Mapping[str, Collection[str]]:
    """Values that are no fault, since they are known to be in order elsewhere, or since nobody can know."""
    exempt: dict[str, Collection[str]] = {}
    if at_canvas and "role" in rows.columns and (known is None or known.roles is None):
        # Canvas may have a role of its own by any name (canvas-sis-import 6); who reads a package is told what is likely.
        exempt |= dict.fromkeys(
            (role.code for role in (role_by_another_word, role_taken_for_student)), rows.columns["role"].values.to_pylist()
        )
    if known is None:
        return exempt
    if known.roles is not None:
        exempt |= dict.fromkeys((role.code for role in (role_by_another_word, role_taken_for_student)), known.roles)
        # Where the roles are known, one that is not among them is an error of its own.
        exempt[role_of_its_own.code] = rows.columns["role"].values.to_pylist() if "role" in rows.columns else ()
    if known.official_classes is not None:
        ids = {
            text for name in ("course_id", "section_id") if name in rows.columns for text in rows.columns[name].values.to_pylist()
        }
        exempt[official_class_id.code] = ids - set(known.official_classes)
    return exempt
