"""What authoring makes of a source: tables, what is wrong in them, what was changed, and where every row went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from provkit.authoring.changes import Changes
from provkit.rules import Report, RowAccount
from provkit.schemas.layouts import Kind
from provkit.tables import Sheets, Spoken, Tables

__all__ = ["REFERENCES", "Account", "Authored", "Fate", "SheetAccount"]

Positions = npt.NDArray[np.int64]

KINDS = tuple(Kind)


class Fate(IntEnum):
    """What became of a source row."""

    USED = 0
    MERGED = 1
    SET_ASIDE = 2
    HELD_BACK = 3


@dataclass(frozen=True, eq=False)
class SheetAccount:
    """The fate of each row that was read from one sheet. Blank rows and the header are not in it.

    Attributes:
        sheet: Index into the source's sheets.
        rows: Index of each row into `Sheet.rows`, ascending; several times where several rows of a table were made of one.
        fates: A `Fate` per row, as it is if nothing is held back but what never got into a table.
        kinds: Index into `tuple(Kind)` of the table that the row chiefly feeds; -1 for none.
        positions: Its row there; -1 for none. Several source rows may feed one.
    """

    sheet: int
    rows: npt.NDArray[np.int64]
    fates: npt.NDArray[np.int8]
    kinds: npt.NDArray[np.int8]
    positions: npt.NDArray[np.int64]

    def with_held(self, held: Mapping[Kind, Positions]) -> npt.NDArray[np.int8]:
        """The fates once table rows are held back.

        Args:
            held: Positions of the rows held back, per kind.
        """
        fates = self.fates.copy()
        for index, kind in enumerate(KINDS):
            if kind in held and len(held[kind]):
                fates[(self.kinds == index) & np.isin(self.positions, held[kind])] = Fate.HELD_BACK
        return fates

    def counted(self, held: Mapping[Kind, Positions]) -> npt.NDArray[np.int64]:
        """How many source rows came to each fate; one of which anything is held back counts as that, one of which anything is used as used.

        Args:
            held: Positions of the rows held back, per kind.
        """
        if not len(self.rows):
            return np.zeros(len(Fate), dtype=np.int64)
        ranks = _RANK[self.with_held(held)]
        starts = np.flatnonzero(np.diff(self.rows, prepend=-1))
        return np.bincount(_BY_RANK[np.maximum.reduceat(ranks, starts)], minlength=len(Fate)).astype(np.int64)


_BY_RANK = np.array([Fate.SET_ASIDE, Fate.MERGED, Fate.USED, Fate.HELD_BACK])
_RANK = np.argsort(_BY_RANK)


@dataclass(frozen=True, eq=False)
class Account:
    """Where every row of the source went.

    Attributes:
        sheets: Per sheet.
        spoken: Rows that are on no sheet, as the reader accounts for them.
    """

    sheets: tuple[SheetAccount, ...] = ()
    spoken: tuple[Spoken, ...] = ()

    def rows(self, held: Mapping[Kind, Positions] | None = None, written: Mapping[str, int] | None = None) -> RowAccount:
        """The account in numbers; it always balances.

        Args:
            held: Positions of the table rows held back, per kind.
            written: Rows written, per file.
        """
        counts = np.zeros(len(Fate), dtype=np.int64)
        for rows in self.spoken:
            counts[Fate.USED if rows.used else Fate.SET_ASIDE] += rows.count
        for sheet in self.sheets:
            counts += sheet.counted(held or {})
        used, merged, set_aside, held_back = counts.tolist()
        return RowAccount(int(counts.sum()), used, merged, set_aside, held_back, dict(written or {}))


@dataclass(frozen=True, eq=False)
class Authored:
    """What authoring makes of a source.

    Attributes:
        sheets: The source, for places that no table holds.
        tables: Every row, broken ones too, sorted by key.
        broken: Positions of the rows that have an error finding here, ascending; only kinds that have some.
        report: Findings, each with its origin; they never have a file or line, for they never got there.
        changes: Every normalisation, guess and omission.
        account: The fate of every source row.
        recognised: What each sheet was taken for and why, in sentences.
    """

    sheets: Sheets
    tables: Tables
    broken: Mapping[Kind, Positions]
    report: Report
    changes: Changes
    account: Account
    recognised: tuple[str, ...]

    def dependents(self, held: Mapping[Kind, Positions]) -> Mapping[Kind, Positions]:
        """The rows given, and those that refer to what only they provide.

        A section depends on its course, an enrollment on its course, section and user, an Expand row on its user. A person of whose
        enrollments not one is left is held back as well: a guest would be invited for nothing.

        Args:
            held: Positions of rows to hold back, per kind.

        Returns:
            Positions per kind, ascending, the given ones included; only kinds that have some.
        """
        masks: dict[Kind, npt.NDArray[np.bool_]] = {}
        for table in self.tables:
            out = np.zeros(len(table), dtype=bool)
            out[np.asarray(held.get(table.kind, ()), dtype=np.int64)] = True
            masks[table.kind] = out
        for source, key, target in REFERENCES:
            provider, user = self.tables.get(source), self.tables.get(target)
            if provider is None or user is None or not masks[source].any():
                continue
            ids = provider.frame[key[0]]
            gone = pd.Index(ids[masks[source]]).difference(pd.Index(ids[~masks[source]])).difference(pd.Index([""]))
            masks[target] |= user.frame[key[1]].isin(gone).to_numpy()
        people = self.tables.get(Kind.USERS)
        if people is not None:
            masks[Kind.USERS] |= people.frame["login_id"].isin(self._idle(masks)).to_numpy()
        return {kind: np.flatnonzero(out) for kind, out in masks.items() if out.any()}

    def _idle(self, masks: Mapping[Kind, npt.NDArray[np.bool_]]) -> pd.Index[str]:
        """Who was in an enrollment that is held back, and is in none that is left."""
        held, left = pd.Index([], dtype=str), pd.Index([], dtype=str)
        for kind in MEMBERSHIPS:
            table = self.tables.get(kind)
            if table is not None:
                ids = table.frame["user_id"]
                held, left = held.union(pd.Index(ids[masks[kind]])), left.union(pd.Index(ids[~masks[kind]]))
        return held.difference(left)


MEMBERSHIPS = (Kind.ENROLLMENTS, Kind.EXPAND)
"""What a person is invited for."""

REFERENCES: tuple[tuple[Kind, tuple[str, str], Kind], ...] = (
    (Kind.COURSES, ("course_id", "course_id"), Kind.SECTIONS),
    (Kind.COURSES, ("course_id", "course_id"), Kind.ENROLLMENTS),
    (Kind.SECTIONS, ("section_id", "section_id"), Kind.ENROLLMENTS),
    (Kind.USERS, ("login_id", "user_id"), Kind.ENROLLMENTS),
    (Kind.USERS, ("login_id", "user_id"), Kind.EXPAND),
)
"""Who refers to whom, providers before those who depend on them in turn."""
