"""Which rows arrive otherwise than written, beyond what the server derives for every row.

Derived for every row, and so no alteration: user_id and login_id of users, their active status, ids in place of usernames, the course of
a section that is sent without one, a default where a cell is empty, LF for other line ends in quotes.
"""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from provkit.column import truths
from provkit.receiver.columns import equals, is_header, spread
from provkit.receiver.java import equals_ignore_case
from provkit.receiver.model import Fate, FileFate
from provkit.schemas.layouts import LAYOUTS, Kind

__all__ = ["altered"]

_REPLACEMENT = "\ufffd"
_BOOLEANS = ("true", "false")


def altered(judged: FileFate) -> np.ndarray:
    """Which rows are sent with another value than the one the server read, or with characters that it could not read.

    A row that falls into other values than its text says is not noticed here: that takes a second, plain reading of the text.

    Args:
        judged: The file.

    Returns:
        One truth value per record.
    """
    found = {Kind.USERS: _users, Kind.ENROLLMENTS: _enrollments, Kind.EXPAND: _expand}.get(judged.kind, _none)(judged)
    for column in judged.records.columns:
        found = found | column.spread(truths(pc.match_substring(column.values, _REPLACEMENT)))
    sent: np.ndarray = judged.fates == Fate.SENT
    found &= sent
    return found


def _none(judged: FileFate) -> np.ndarray:
    return np.zeros(len(judged.fates), bool)


def _users(judged: FileFate) -> np.ndarray:
    records = judged.records
    found = _none(judged)
    if len(records.columns) < len(LAYOUTS[Kind.USERS].columns) - 1:
        return found
    login, email = records.column(1), records.column(4)
    if not pc.all(pc.equal(login, email)).as_py():
        differs = truths(pc.not_equal(login, email))
        found |= differs & ~equals(email, "")
    found |= spread(records.coded(5), lambda value: value.lower() not in ("active", ""))
    if len(records.columns) > 6:
        switched = np.logical_or.accumulate(is_header(records, LAYOUTS[Kind.USERS].columns))
        service = records.coded(6)
        found |= spread(service, lambda value: value.lower() not in ("c", "e", "")) & switched
        found |= spread(service, bool) & ~switched
    return found


def _enrollments(judged: FileFate) -> np.ndarray:
    return _not_boolean(judged, len(LAYOUTS[Kind.ENROLLMENTS].columns) - 1)


def _expand(judged: FileFate) -> np.ndarray:
    return _not_boolean(judged, len(LAYOUTS[Kind.EXPAND].columns) - 1)


def _not_boolean(judged: FileFate, index: int) -> np.ndarray:
    if len(judged.records.columns) <= index:
        return _none(judged)
    column = judged.records.coded(index)
    return spread(column, lambda value: bool(value) and not any(equals_ignore_case(value, word) for word in _BOOLEANS))
