"""How Canvas reads a date: everything it takes, and what it takes it for.

Canvas hands the text to `Time.zone.parse` with the zone UTC (lib/sis/csv/course_importer.rb, section_importer.rb). That is Ruby's
`Date._parse` without completing two-digit years, then `Time.new` over what was found, the rest filled from the day of the import. The
rules are told here as a table of patterns in the order in which Ruby tries them; each takes what it matches out of the text. Compared
with Ruby 3.1 itself on some 45,000 texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

__all__ = ["REMOVE", "CanvasDate", "DateOutcome", "canvas_date"]

REMOVE = "<delete>"
"""The documented mark that removes a date."""

_LONGEST = 128
"""Ruby refuses to look at longer texts."""


class DateOutcome(StrEnum):
    """What becomes of a text in a date column."""

    BLANK = "blank"
    """Nothing is written, or the mark that removes a date."""
    AS_MEANT = "as meant"
    """Canvas reads what the text says."""
    OTHERWISE = "otherwise"
    """Canvas reads a date, but hardly the one that is meant."""
    NO_DATE = "no date"
    """Canvas finds no date in it and says nothing."""
    UNREADABLE = "unreadable"
    """Canvas reports "Bad date format" and leaves the date out."""


@dataclass(frozen=True, slots=True)
class CanvasDate:
    """A text as Canvas reads it.

    Attributes:
        outcome: What becomes of it.
        instant: The point in time that Canvas stores, in UTC; None where there is none, or where it depends on the day of the import.
        why: Where the outcome is OTHERWISE, what happened to the text, as the end of a sentence; "" elsewhere.
    """

    outcome: DateOutcome
    instant: datetime | None = None
    why: str = ""


@lru_cache(maxsize=4096)
def canvas_date(text: str) -> CanvasDate:
    """Read a date as Canvas does.

    Args:
        text: The cell's text.

    Returns:
        What Canvas makes of it.
    """
    text = text.strip("\0\t\n\v\f\r ")
    if not text.strip() or text == REMOVE:
        return CanvasDate(DateOutcome.BLANK)
    if len(text) > _LONGEST:
        return CanvasDate(DateOutcome.UNREADABLE)
    found = _Found()
    rest = found.search(text)
    if not found.anything:
        return CanvasDate(DateOutcome.NO_DATE)
    if not found.possible:
        return CanvasDate(DateOutcome.UNREADABLE)
    instant = found.instant
    why = found.surprise(rest)
    return CanvasDate(DateOutcome.OTHERWISE, instant, why) if why else CanvasDate(DateOutcome.AS_MEANT, instant)


_ZONES = {
    name: float(hours)
    for name, hours in re.findall(
        r"([a-z ]+)=(-?[\d.]+)",
        "ut=0,utc=0,gmt=0,wet=0,greenwich=0,est=-5,edt=-4,cst=-6,cdt=-5,mst=-7,mdt=-6,pst=-8,pdt=-7,ast=-4,adt=-3,akst=-9,akdt=-8,"
        "hst=-10,hast=-10,hadt=-9,atlantic=-4,eastern=-5,us eastern=-5,central=-6,mountain=-7,us mountain=-7,pacific=-8,alaskan=-9,"
        "hawaiian=-10,bst=1,west=1,cet=1,mez=1,cest=2,mesz=2,eet=2,eest=3,msk=3,ist=5.5,sgt=8,jst=9,kst=9,aest=10,aedt=11,nzst=12,"
        "nzdt=13,z=0",
    )
}
_ZONES |= {letter: float(hours) for hours, letter in enumerate("abcdefghiklm", 1)}
_ZONES |= {letter: -float(hours) for hours, letter in enumerate("nopqrstuvwxy", 1)}
"""The zones that Ruby knows by name, as far as anybody here will write them, in hours."""


def _offset(zone: str) -> int | None:
    """Seconds east of UTC; None for a zone that is not known."""
    name, daylight = " ".join(zone.lower().split()), 0
    for ending, hours in ((" standard time", 0), (" daylight time", 1), (" dst", 1)):
        if name.endswith(ending):
            name, daylight = name.removesuffix(ending), hours
            break
    if name in _ZONES:
        return int((_ZONES[name] + daylight) * 3600)
    number = re.match(r"(?:gmt|utc)?([-+])(\d+)(?::(\d+)(?::(\d+))?|[,.](\d+))?", name)
    if number is None:
        return None
    sign, whole, minutes, seconds, fraction = number.groups()
    if fraction:
        total = int(whole) * 3600 + int(float(f"0.{fraction}") * 3600)
    elif minutes:
        total = int(whole) * 3600 + int(minutes) * 60 + int(seconds or 0)
    elif len(whole) > 2:
        pairs = whole if len(whole) % 2 == 0 else f"0{whole}"
        total = sum(int(pairs[at : at + 2] or 0) * unit for at, unit in ((0, 3600), (2, 60), (4, 1)))
    else:
        total = int(whole) * 3600
    return -total if sign == "-" else total


_DAYS = "sun|mon|tue|wed|thu|fri|sat"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTH_NAMES = _MONTHS.split("|")
_N = r"(?<!\d)\d"
_ERA = r"c(?:e|\.e\.)|b(?:ce|\.c\.e\.)|a(?:d|\.d\.)|b(?:c|\.c\.)"


class _Found:
    """What Ruby finds in a text, piece by piece."""

    def __init__(self) -> None:
        self.year: int | None = None
        self.month: int | None = None
        self.day: int | None = None
        self.hour: int | None = None
        self.minute: int | None = None
        self.second: int | None = None
        self.fraction = 0.0
        self.zone: str | None = None
        self.offset: int | None = None
        self.elsewhere = False
        """Something was found that makes no difference to `Time.new` but keeps the text from being no date: a weekday, a zone."""
        self.day_first = False

    def search(self, text: str) -> str:
        """Find all there is, and return what is left of the text."""
        text = re.sub(r"(?![0-9])\d", "x", text)  # to Ruby only 0 to 9 are digits
        text = re.sub(r"(?:[^-+',./:@\[\]\w]|_)+", " ", text)
        for pattern, take in _ALWAYS:
            text, _ = self._take(text, pattern, take)
        for pattern, take, unless in _FIRST_OF:
            if unless is None or not unless.search(text):
                text, taken = self._take(text, pattern, take)
                if taken:
                    break
        for pattern, take in _AT_LAST:
            text, _ = self._take(text, pattern, take)
        if self.zone is not None:
            self.offset = _offset(self.zone)
        return text

    def _take(self, text: str, pattern: re.Pattern[str], take: Callable[[_Found, re.Match[str]], None]) -> tuple[str, bool]:
        match = pattern.search(text)
        if match is None:
            return text, False
        take(self, match)
        return f"{text[: match.start()]} {text[match.end() :]}", True

    @property
    def anything(self) -> bool:
        """Whether there is any part of a date or time."""
        return self.elsewhere or any(
            part is not None for part in (self.year, self.month, self.day, self.hour, self.minute, self.second)
        )

    @property
    def possible(self) -> bool:
        """Whether `Time.new` takes it."""
        hour, minute, second = self.hour or 0, self.minute or 0, self.second or 0
        return (
            1 <= (1 if self.month is None else self.month) <= 12
            and 1 <= (1 if self.day is None else self.day) <= 31
            and (0 <= hour <= 23 or (hour == 24 and minute == second == 0))
            and minute <= 59
            and second <= 60
            and abs(self.offset or 0) < 86400
        )

    @property
    def _first_midnight(self) -> datetime | None:
        """The day, rolled over where the month has no such day; None where it depends on the day of the import."""
        if self.year is None or self.month is None or not 1 <= self.year <= 9999:
            return None
        return datetime(self.year, self.month, 1, tzinfo=UTC) + timedelta((self.day or 1) - 1)

    @property
    def instant(self) -> datetime | None:
        """What Canvas stores; None where that depends on the day of the import or is beyond all calendars."""
        midnight = self._first_midnight
        if midnight is None:
            return None
        seconds = (self.hour or 0) * 3600 + (self.minute or 0) * 60 + (self.second or 0) + self.fraction - (self.offset or 0)
        try:
            return midnight + timedelta(seconds=seconds)
        except OverflowError:
            return None

    def surprise(self, rest: str) -> str:
        """How Canvas reads the text, where that is hardly what is meant; otherwise ""."""
        midnight, instant = self._first_midnight, self.instant
        if self.year is None or self.month is None:
            return "with the missing year, month or day taken from the day of the import"
        if midnight is None or instant is None or self.year < 1000:
            return f"as a date in the year {self.year}"
        seen = f"{instant:%Y-%m-%d %H:%M} UTC"
        surprises = (
            (self.day is None, f"as {seen}, taking the first day of the month"),
            (midnight.day != (self.day or 1), f"as {seen}, because that month has no day {self.day}"),
            (self.day_first, f"day first, as {seen}"),
            (self.zone is not None and self.offset is None, f"as {seen}, because it does not know that time zone"),
            (re.search(r"\d", rest) is not None, f"as {seen}, and leaves out the rest"),
        )
        return next((words for surprising, words in surprises if surprising), "")

    def numbers(self, year: str | None, month: str | None, day: str | None, *, before_christ: bool = False) -> None:
        """Put three pieces where Ruby thinks that they belong: an apostrophe or more than two digits mark the year."""
        if year is not None and month is not None and day is None:
            year, month, day = None, year, month
        if year is None and day is not None and (len(day) > 2 or day.startswith("'")):
            year, day = day, None
        if year is not None and (ahead := re.search(r"[-+]?\d+|[-+]", year)) and ahead.end() < len(year):
            year, day = day, ahead[0]
        if month is not None and (month.startswith("'") or len(month) > 2):
            year, month, day = month, day, year
        if day is not None and (day.startswith("'") or len(day) > 2):
            year, day = day, year
        if year is not None and (number := re.search(r"[-+]?\d+", year)):
            self.year = int(number[0])
        if month is not None and (number := re.search(r"\d+", month)):
            self.month = int(number[0])
        if day is not None and (number := re.search(r"\d+", day)):
            self.day = int(number[0])
        if before_christ and self.year is not None:
            self.year = 1 - self.year


def _take_elsewhere(found: _Found, _: re.Match[str]) -> None:
    found.elsewhere = True


_CLOCK = re.compile(r"(\d+)h?(?:\s*:?\s*(\d+)m?(?:\s*:?\s*(\d+)(?:[,.](\d+))?s?)?)?(?:\s*([ap])(?:m\b|\.m\.))?", re.IGNORECASE)


def _take_time(found: _Found, match: re.Match[str]) -> None:
    found.zone = match[2]
    clock = _CLOCK.match(match[1])
    if clock is None:
        return
    found.hour = int(clock[1])
    if clock[5]:
        found.hour = found.hour % 12 + (12 if clock[5] in "pP" else 0)
    found.minute = None if clock[2] is None else int(clock[2])
    found.second = None if clock[3] is None else int(clock[3])
    found.fraction = float(f"0.{clock[4]}") if clock[4] else 0.0


def _take_day_month_name(found: _Found, match: re.Match[str]) -> None:
    month = str(_MONTH_NAMES.index(match[2].lower()) + 1)
    found.numbers(match[4], month, match[1], before_christ=(match[3] or "").lower().startswith("b"))


def _take_month_name_day(found: _Found, match: re.Match[str]) -> None:
    month = str(_MONTH_NAMES.index(match[1].lower()) + 1)
    found.numbers(match[4], month, match[2], before_christ=(match[3] or "").lower().startswith("b"))


def _take_vms_day(found: _Found, match: re.Match[str]) -> None:
    found.numbers(match[3], str(_MONTH_NAMES.index(match[2].lower()) + 1), match[1])


def _take_vms_month(found: _Found, match: re.Match[str]) -> None:
    found.numbers(match[3], str(_MONTH_NAMES.index(match[1].lower()) + 1), match[2])


def _take_three(found: _Found, match: re.Match[str]) -> None:
    found.numbers(match[1], match[2], match[3])
    if match[3] is not None and found.day == _number(match[1]) and found.year == _number(match[3]):
        # Of two small numbers before a year, Ruby takes the first for the day.
        found.day_first = found.day is not None and found.day <= 12 and found.day != found.month


def _number(text: str) -> int:
    return int(re.sub(r"[^-\d]", "", text) or 0)


def _take_dashes_day(found: _Found, match: re.Match[str]) -> None:
    found.month = None if match[1] is None else int(match[1])
    found.day = int(match[2])


def _take_dashes_month(found: _Found, match: re.Match[str]) -> None:
    found.month = int(match[1])
    found.day = None if match[2] is None else int(match[2])


def _take_year_of_day(found: _Found, match: re.Match[str]) -> None:
    found.year = int(match[1])
    found.elsewhere = True


def _take_era(found: _Found, match: re.Match[str]) -> None:
    found.year = int(match[2]) + {"m": 1867, "t": 1911, "s": 1925, "h": 1988, "r": 2018}[match[1].lower()]
    found.month, found.day = int(match[3]), int(match[4])


def _take_year(found: _Found, match: re.Match[str]) -> None:
    found.year = int(match[1])


def _take_month(found: _Found, match: re.Match[str]) -> None:
    found.month = _MONTH_NAMES.index(match[1].lower()) + 1


def _take_ordinal(found: _Found, match: re.Match[str]) -> None:
    found.day = int(match[1])


_FROM_THE_LEFT = {
    2: ("day",),
    3: ("yday",),
    4: ("month", "day"),
    5: ("year", "yday"),
    6: ("year", "month", "day"),
    7: ("year4", "yday"),
    8: ("year4", "month", "day"),
    10: ("year4", "month", "day", "hour"),
    12: ("year4", "month", "day", "hour", "minute"),
    14: ("year4", "month", "day", "hour", "minute", "second"),
}
_WIDTHS = {"yday": 3, "year4": 4}


def _take_digits(found: _Found, match: re.Match[str]) -> None:
    sign, digits, time, fraction, zone = match.groups()
    if time is None and fraction is not None:
        # Digits and a fraction: a time, read from the right.
        parts = ("second", "minute", "hour", "day", "month", "year")
        for part in parts[: (len(digits) + 1) // 2] if len(digits) in _FROM_THE_LEFT else ():
            width = 4 if part == "year" and len(digits) > 2 else 2
            digits, piece = digits[:-width], digits[-width:]
            setattr(found, part, int(piece))
    else:
        at = 0
        for part in _FROM_THE_LEFT.get(len(digits), ()):
            width = _WIDTHS.get(part, 2)
            piece, at = int(digits[at : at + width]), at + width
            if part == "yday":
                found.elsewhere = True
            elif part.startswith("year"):
                found.year = -piece if sign == "-" else piece
            else:
                setattr(found, part, piece)
        if time is not None and len(time) % 2 == 0:
            pieces = [int(time[at : at + 2]) for at in range(0, len(time), 2)]
            order = ("hour", "minute", "second") if fraction is None else ("second", "minute", "hour")
            for part, piece in zip(order, pieces if fraction is None else pieces[::-1], strict=False):
                setattr(found, part, piece)
    found.fraction = float(f"0.{fraction}") if fraction else found.fraction
    found.elsewhere |= fraction is not None or zone is not None
    if zone is not None:
        inner = zone.strip("[]")
        named = inner.partition(":")[0] if zone.startswith("[") else inner
        found.zone = f"+{named}" if zone.startswith("[") and named[:1].isdigit() else named


def _take_before_christ(found: _Found, _: re.Match[str]) -> None:
    if found.year is not None:
        found.year = 1 - found.year


def _take_left_over(found: _Found, match: re.Match[str]) -> None:
    number = int(match[1])
    if found.hour is not None and found.day is None and 1 <= number <= 31:
        found.day = number
    if found.day is not None and found.hour is None and 0 <= number <= 24:
        found.hour = number


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_Take = Callable[[_Found, "re.Match[str]"], None]

_ALWAYS: tuple[tuple[re.Pattern[str], _Take], ...] = (
    (_pattern(rf"\b({_DAYS})[^-/\d\s]*"), _take_elsewhere),
    (
        _pattern(
            rf"({_N}+\s*(?:(?::\s*\d+(?:\s*:\s*\d+(?:[,.]\d*)?)?|h(?:\s*\d+m?(?:\s*\d+s?)?)?)(?:\s*[ap](?:m\b|\.m\.))?"
            r"|[ap](?:m\b|\.m\.)))"
            r"(?:\s*((?:gmt|utc?)?[-+]\d+(?:[,.:]\d+(?::\d+)?)?"
            r"|(?:[^\W\d_]|[.\s])+(?:standard|daylight)\stime\b|[^\W\d_]+(?:\sdst)?\b))?"
        ),
        _take_time,
    ),
)
_FIRST_OF: tuple[tuple[re.Pattern[str], _Take, re.Pattern[str] | None], ...] = (
    (
        _pattern(
            rf"('?{_N}+)[^-\d\s]*\s*({_MONTHS})[^-\d\s']*"
            rf"(?:\s*(?:\b({_ERA})(?!(?<!\.)[a-z]))?\s*('?-?\d+(?:(?:st|nd|rd|th)\b)?))?"
        ),
        _take_day_month_name,
        None,
    ),
    (
        _pattern(rf"\b({_MONTHS})[^-\d\s']*\s*('?\d+)[^-\d\s']*(?:\s*+,?\s*+({_ERA})?\s*('?-?\d+))?"),
        _take_month_name_day,
        None,
    ),
    (re.compile(rf"('?[-+]?{_N}+)-(\d+)-('?-?\d+)"), _take_three, None),
    (_pattern(r"\b([mtshr])(\d+)\.(\d+)\.(\d+)"), _take_era, None),
    (_pattern(rf"('?-?{_N}+)-({_MONTHS})[^-/.]*-('?-?\d+)"), _take_vms_day, None),
    (_pattern(rf"\b({_MONTHS})[^-/.]*-('?-?\d+)(?:-('?-?\d+))?"), _take_vms_month, None),
    (_pattern(rf"('?-?{_N}+)/\s*('?\d+)(?:\D\s*('?-?\d+))?"), _take_three, None),
    (_pattern(rf"('?-?{_N}+)\.\s*('?\d+)\.\s*('?-?\d+)"), _take_three, None),
    (_pattern(r"\b(?:\d{2}|\d{4})?-?w\d{2}(?:-?\d)?\b"), _take_elsewhere, None),
    (_pattern(r"-w-\d\b"), _take_elsewhere, None),
    (_pattern(r"--(\d{2})?-(\d{2})\b"), _take_dashes_day, None),
    (_pattern(r"--(\d{2})(\d{2})?\b"), _take_dashes_month, None),
    (_pattern(r"\b(\d{2}|\d{4})-(\d{3})\b"), _take_year_of_day, _pattern(r"[,.](\d{2}|\d{4})-\d{3}\b")),
    (_pattern(r"\b-\d{3}\b"), _take_elsewhere, _pattern(r"\d-\d{3}\b")),
    (_pattern(r"'(\d+)\b"), _take_year, None),
    (_pattern(rf"\b({_MONTHS})\S*"), _take_month, None),
    (_pattern(rf"({_N}+)(?:st|nd|rd|th)\b"), _take_ordinal, None),
    (
        _pattern(rf"([-+]?)({_N}{{2,14}})(?:\s*t?\s*(\d{{2,6}})?(?:[,.](\d*))?)?(?:\s*(z\b|[-+]\d{{1,4}}\b|\[[-+]?\d[^\]]*\]))?"),
        _take_digits,
        None,
    ),
)
_AT_LAST: tuple[tuple[re.Pattern[str], _Take], ...] = (
    (_pattern(r"\b(?:bc\b|bce\b|b\.c\.|b\.c\.e\.)"), _take_before_christ),
    (_pattern(r"\A\s*(\d{1,2})\s*\Z"), _take_left_over),
)
