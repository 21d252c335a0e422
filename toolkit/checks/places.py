"""Where something stands in a file of the package, and so in the user's own source."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from mmap import mmap

from provkit.origins import Origins
from provkit.rules import Finding, Origin, Rule

__all__ = ["Places"]


class Places:
    """Makes the findings of one file.

    Args:
        name: The file's name; None where it has none.
        content: Its bytes.
        line: Gives the physical line on which a record starts; record 0 is the header.
        origins: Where the package's rows came from, if that is known.
        fields: Gives the fields of a record, by which a finding is known again; None where nobody asks for that.
    """

    def __init__(
        self,
        name: str | None,
        content: bytes | mmap,
        line: Callable[[int], int],
        origins: Origins | None,
        fields: Callable[[int], Sequence[str]] | None = None,
    ) -> None:
        self.name = name
        self._content = content
        self.line = line
        self._fields = fields
        self._origins = origins

    @cached_property
    def _digest(self) -> str:
        return hashlib.sha256(self._content).hexdigest()

    def origin(self, record: int, column: str | None = None) -> Origin | None:
        """Where a record, or a value of it, came from.

        Args:
            record: The record; the header is 0.
            column: A column of the file.
        """
        return None if self._origins is None else self._origins.at(self._digest, record + 1, column)

    def finding(
        self,
        broken: Rule,
        record: int | None = None,
        column: str | None = None,
        value: str | None = None,
        *,
        details: Mapping[str, object] | None = None,
        values: Mapping[str, str] | None = None,
    ) -> Finding:
        """A finding in this file.

        Args:
            broken: The rule.
            record: The record; the header is 0, and None is the whole file.
            column: A column of the file.
            value: The value at fault.
            details: Public facts for the message.
            values: Personal values for the message.
        """
        return Finding(
            broken,
            self.name,
            None if record is None else self.line(record),
            column,
            value,
            None if record is None else self.origin(record, column),
            details or {},
            values or {},
            None if record is None else record + 1,
            None if record is None or self._fields is None else partial(self._fields, record),
        )

    def words(self, record: int, *, other_file: bool = False) -> str:
        """A record's place, for the middle of a message.

        Args:
            record: The record; the header is 0.
            other_file: Whether the reader may think of another file.
        """
        origin = self.origin(record)
        if origin is not None:
            return str(origin)
        line = f"line {self.line(record)}"
        return f"{self.name} {line}" if other_file else line
