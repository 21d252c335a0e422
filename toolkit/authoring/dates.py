"""Dates as people write them, to UTC. What could be two dates is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import Enum
from typing import Literal
from zoneinfo import ZoneInfo

__all__ = ["Clock", "DateReader", "Read"]

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_TIME = (
    r"(?:(?:\s*,?\s+(?:at\s+)?|T)(?P<hour>\d{1,2})(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<offset>Z|UTC|[+-]\d\d:?\d\d)?)?"
)
_YEAR = r"(?P<year>\d{4}|\d{2})"
_YEAR4 = r"(?P<year>\d{4})"


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(_WEEKDAY + pattern + _TIME, re.IGNORECASE)


_ISO = _form(_YEAR4 + r"(?P<mark>[-/.])(?P<number>\d{1,2})(?P=mark)(?P<day>\d{1,2})")
_COMPACT = _form(r"(?P<year>(?:19|20)\d\d)(?P<number>\d\d)(?P<day>\d\d)")
_PARTS = _form(r"(?P<one>\d{1,2})(?P<mark>[-/.])(?P<two>\d{1,2})(?P=mark)" + _YEAR)
_WORDS = (
    _form(_MONTH + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+" + _YEAR4),
    _form(r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?[\s-](?:of\s+)?" + _MONTH + r",?[\s-]" + _YEAR),
    _form(_YEAR4 + r"[\s-]" + _MONTH + r"[\s-](?P<day>\d{1,2})"),
)


class Clock(Enum):
    """What a zone's clock does at a local time."""

    PLAIN = "plain"
    SKIPPED = "skipped"
    """The clock went forward over it; the same time after the change is taken."""
    REPEATED = "repeated"
    """The clock showed it twice; the first is taken."""


@dataclass(frozen=True, slots=True)
class Read:
    """A date read.

    Attributes:
        text: In UTC, as 2026-08-24T04:00:00Z; "" where it could be two dates.
        clock: What the clock did then.
        readings: The two dates it could be.
    """

    text: str
    clock: Clock = Clock.PLAIN
    readings: tuple[str, ...] = ()


class DateReader:
    """Reads the dates of one source.

    Args:
        zone: Where times without an offset are meant.
        order: How 05/06/2026 is read; None: not at all.
    """

    def __init__(self, zone: str, order: Literal["mdy", "dmy"] | None) -> None:
        self._zone = ZoneInfo(zone)
        self._order = order

    def read(self, cell: str | date | datetime, *, end: bool) -> Read | None:
        """Read one cell.

        Args:
            cell: A text, trimmed, or a spreadsheet's own date. One at midnight is a date alone: a spreadsheet cannot tell them apart.
            end: Whether a date alone is the end of that day.

        Returns:
            None where it is no date that is known here.
        """
        if isinstance(cell, datetime):
            cell = (cell + timedelta(microseconds=500_000)).replace(microsecond=0)
            return self._local(cell.date(), cell.time() if cell.time() != time.min else None, end=end)
        if isinstance(cell, date):
            return self._local(cell, None, end=end)
        return self._text(cell, end=end)

    def _text(self, text: str, *, end: bool) -> Read | None:
        for form in (_ISO, _COMPACT, *_WORDS):
            match = form.fullmatch(text)
            if match is not None:
                found = match.groupdict()
                month = found.get("number") or _MONTHS[found["month"].lower()]
                return self._moment(found, int(month), int(found["day"]), end=end)
        match = _PARTS.fullmatch(text)
        if match is None:
            return None
        found = match.groupdict()
        one, two = int(found["one"]), int(found["two"])
        monthly, daily = self._moment(found, one, two, end=end), self._moment(found, two, one, end=end)
        if monthly is None or daily is None or monthly == daily:
            return monthly or daily
        if self._order is not None:
            return monthly if self._order == "mdy" else daily
        year = _year(found["year"])
        return Read("", readings=(f"{date(year, one, two):%B} {two}, {year}", f"{date(year, two, one):%B} {one}, {year}"))

    def _moment(self, found: dict[str, str | None], month: int, day: int, *, end: bool) -> Read | None:
        """The moment that a text's parts name; None where there is no such day or time."""
        try:
            day_found = date(_year(found["year"] or ""), month, day)
            if found["hour"] is None:
                return self._local(day_found, None, end=end)
            hour = int(found["hour"])
            if found["half"]:
                if not 1 <= hour <= 12:
                    return None
                hour = hour % 12 + (12 if found["half"].lower().startswith("p") else 0)
            elif found["minute"] is None:
                return None  # "2026-08-24 8" may be anything
            clock = time(hour, int(found["minute"] or 0), int(found["second"] or 0))
            if found["offset"]:
                return Read(_utc(datetime.combine(day_found, clock, _offset(found["offset"]))))
            return self._local(day_found, clock, end=end)
        except (ValueError, OverflowError):
            return None

    def _local(self, day: date, clock: time | None, *, end: bool) -> Read | None:
        if clock is None:
            clock = time(23, 59, 59) if end else time.min
        moment = datetime.combine(day, clock, self._zone)
        try:
            text = _utc(moment)
            if datetime.fromisoformat(text).astimezone(self._zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
                return Read(text, Clock.SKIPPED)
        except OverflowError:
            return None
        repeated = moment.replace(fold=1).utcoffset() != moment.utcoffset()
        return Read(text, Clock.REPEATED if repeated else Clock.PLAIN)


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _offset(text: str) -> timezone:
    if text.upper() in ("Z", "UTC"):
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
