"""Canvas's reading of dates: values that were run through Ruby and ActiveSupport, and what follows from them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provkit.schemas.dates import DateOutcome, canvas_date

AUGUST_24 = datetime(2026, 8, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-08-24T00:00:00Z", AUGUST_24),
        ("2026-08-24T00:00:00-04:00", AUGUST_24.replace(hour=4)),
        ("2026-08-24T00:00:00-0400", AUGUST_24.replace(hour=4)),
        ("2026-08-24 00:00 EST", AUGUST_24.replace(hour=5)),
        ("2026-08-24 00:00 EDT", AUGUST_24.replace(hour=4)),
        ("2026-08-24 12:00 Eastern Daylight Time", AUGUST_24.replace(hour=16)),
        ("2026-08-24T00:00:00.123Z", AUGUST_24.replace(microsecond=123000)),
        ("20260824", AUGUST_24),
        ("20260824T000000Z", AUGUST_24),
        ("2026-8-24", AUGUST_24),
        ("2026/08/24", AUGUST_24),
        ("24-Aug-2026", AUGUST_24),
        ("Aug 24, 2026", AUGUST_24),
        ("Monday, August 24, 2026 at 5 pm", AUGUST_24.replace(hour=17)),
        ("2026-08-24t00:00:00z", AUGUST_24),
        ("2026-08-23T24:00:00Z", AUGUST_24),
        ("24/08/2026", AUGUST_24),
        ("24.08.2026", AUGUST_24),
        ("24-08-2026", AUGUST_24),
        ("05/05/2026", datetime(2026, 5, 5, tzinfo=UTC)),
        ("'2026-08-24", AUGUST_24),
        ("x2026-08-24", AUGUST_24),
        ("  2026-08-24\t", AUGUST_24),
    ],
)
def test_a_date_that_canvas_reads_as_it_is_meant(text, instant):
    found = canvas_date(text)
    assert (found.outcome, found.instant, found.why) == (DateOutcome.AS_MEANT, instant, "")


@pytest.mark.parametrize(
    ("text", "instant", "why"),
    [
        ("12/08/2026", datetime(2026, 8, 12, tzinfo=UTC), "day first, as 2026-08-12"),
        ("1/9/2026", datetime(2026, 9, 1, tzinfo=UTC), "day first, as 2026-09-01"),
        ("09.10.2026", datetime(2026, 10, 9, tzinfo=UTC), "day first, as 2026-10-09"),
        ("2026-02-30", datetime(2026, 3, 2, tzinfo=UTC), "no day 30"),
        ("2026-04-31", datetime(2026, 5, 1, tzinfo=UTC), "no day 31"),
        ("2027-02-29", datetime(2027, 3, 1, tzinfo=UTC), "no day 29"),
        ("20260230", datetime(2026, 3, 2, tzinfo=UTC), "no day 30"),
        ("Sep 31 2026", datetime(2026, 10, 1, tzinfo=UTC), "no day 31"),
        ("26-08-24", datetime(26, 8, 24, tzinfo=UTC), "the year 26"),
        ("8/4/26", datetime(8, 4, 26, tzinfo=UTC), "the year 8"),
        ("24-Aug-26", datetime(26, 8, 24, tzinfo=UTC), "the year 26"),
        ("1-1-1", datetime(1, 1, 1, tzinfo=UTC), "the year 1"),
        ("46258", None, "the day of the import"),
        ("45901", None, "the day of the import"),
        ("2026-08-24 00:00 America/New_York", AUGUST_24, "does not know that time zone"),
        ("2026-08-24 00:00 ET", AUGUST_24, "does not know that time zone"),
        ("2026-08-24T00:00:00\u221204:00", AUGUST_24, "leaves out the rest"),
        ("2026-08-24 to 2026-12-18", AUGUST_24, "leaves out the rest"),
        ("August 2026", datetime(2026, 8, 1, tzinfo=UTC), "the first day of the month"),
        *((text, None, "the day of the import") for text in ("Monday", "sat", "second monday", "monthly", "Sunny", "satisfied")),
        *(
            (text, None, "the day of the import")
            for text in ("Aug", "march", "may", "marketing", "mayor", "decide later", "Aug 24")
        ),
        *((text, None, "the day of the import") for text in ("9am", "17:30", "12:00", "2026-W35", "2026-236")),
    ],
)
def test_a_date_that_canvas_reads_as_another(text, instant, why):
    found = canvas_date(text)
    assert (found.outcome, found.instant) == (DateOutcome.OTHERWISE, instant)
    assert why in found.why


@pytest.mark.parametrize(
    "text",
    [
        *(
            "08/24/2026",
            "8.24.2026",
            "08-24-2026",
            "8/24/26 12:00 AM",
            "8/24/2026 8:00 AM",
            "2026-13-01",
            "2026-13-45",
            "2026-08-00",
        ),
        *("2026-08-32", "0000-00-00", "2026", "2026-08", "2026 08 24", "20261345", "fall 2026", "25:00", "23:60", "+99:00"),
        *("2026-08-24T00:00:00+99:00", "x" * 129),
    ],
)
def test_a_date_that_canvas_refuses(text):
    assert canvas_date(text).outcome is DateOutcome.UNREADABLE


@pytest.mark.parametrize(
    "text", ["garbage", "TBD", "N/A", "none", "null", "tomorrow", "-", "0", "#VALUE!", "=TODAY()", "Week 1", "ongoing", "####"]
)
def test_a_text_without_a_date_is_no_date(text):
    assert canvas_date(text).outcome is DateOutcome.NO_DATE


@pytest.mark.parametrize("text", ["", "  ", "\xa0", "\0", "<delete>", " <delete> "])
def test_blank_and_the_mark_that_removes_a_date_are_no_fault(text):
    assert canvas_date(text).outcome is DateOutcome.BLANK


@given(st.datetimes(min_value=datetime(1000, 1, 2), max_value=datetime(9999, 12, 30)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_iso_dates_are_read_as_meant_whatever_the_offset(moment, minutes):
    moment = moment.replace(microsecond=0)
    hours, rest = divmod(abs(minutes), 60)
    found = canvas_date(f"{moment.isoformat()}{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}")
    assert found.outcome is DateOutcome.AS_MEANT
    assert (found.instant - moment.replace(tzinfo=UTC)).total_seconds() == -60 * minutes


@given(st.text(st.sampled_from("0123456789-/.: TZapmugAUG'+,wb[]_\xe9\u0661"), max_size=24))
def test_whatever_stands_there_has_an_outcome(text):
    found = canvas_date(text)
    assert bool(found.why) == (found.outcome is DateOutcome.OTHERWISE)
