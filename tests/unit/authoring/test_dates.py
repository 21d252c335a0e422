from datetime import date, datetime

import pytest

from provkit.authoring.dates import Clock, DateReader

INDIANA = DateReader("America/Indiana/Indianapolis", None)


@pytest.mark.parametrize(
    "text",
    [
        "2026-08-24",
        "2026-8-24",
        "2026/08/24",
        "2026.08.24",
        "20260824",
        "8/24/2026",
        "08/24/26",
        "24/08/2026",
        "24.08.2026",
        "24-8-2026",
        "Aug 24, 2026",
        "August 24 2026",
        "Aug. 24, 2026",
        "Monday, August 24th, 2026",
        "24 August 2026",
        "24. August 2026",
        "24-Aug-26",
        "2026-Aug-24",
        date(2026, 8, 24),
        datetime(2026, 8, 24),  # noqa: DTZ001
    ],
)
def test_a_date_alone_is_the_whole_day_in_the_zone(text):
    assert INDIANA.read(text, end=False).text == "2026-08-24T04:00:00Z"
    assert INDIANA.read(text, end=True).text == "2026-08-25T03:59:59Z"


@pytest.mark.parametrize(
    "text",
    [
        "2026-08-24T08:30",
        "2026-08-24 08:30:00",
        "8/24/2026 8:30 AM",
        "8/24/2026 08:30",
        "Aug 24, 2026 at 8:30 a.m.",
        "2026-08-24T12:30:00Z",
        "2026-08-24T12:30:00.500Z",
        "2026-08-24T14:30:00+02:00",
        "2026-08-24T08:30:00-0400",
        "2026-08-24 12:30 UTC",
        datetime(2026, 8, 24, 8, 30),  # noqa: DTZ001
        datetime(2026, 8, 24, 8, 29, 59, 999_000),  # noqa: DTZ001
    ],
)
@pytest.mark.parametrize("end", [False, True])
def test_a_date_with_a_time_is_that_moment(text, end):
    assert INDIANA.read(text, end=end).text == "2026-08-24T12:30:00Z"


@pytest.mark.parametrize(("text", "hour"), [("12 am", "04"), ("12:00 PM", "16"), ("5 pm", "21"), ("17:00", "21")])
def test_hours_of_half_a_day(text, hour):
    assert INDIANA.read(f"8/24/2026 {text}", end=True).text == f"2026-08-24T{hour}:00:00Z"


def test_a_date_that_could_be_two_is_read_only_with_an_order():
    found = INDIANA.read("05/06/2026", end=False)
    assert found.text == ""
    assert found.readings == ("May 6, 2026", "June 5, 2026")
    assert DateReader("UTC", "mdy").read("05/06/2026", end=False).text == "2026-05-06T00:00:00Z"
    assert DateReader("UTC", "dmy").read("05/06/2026", end=False).text == "2026-06-05T00:00:00Z"
    assert DateReader("UTC", "mdy").read("05.06.26 7:00", end=False).text == "2026-05-06T07:00:00Z"
    assert DateReader("UTC", None).read("05/05/2026", end=False).text == "2026-05-05T00:00:00Z"
    assert DateReader("UTC", "mdy").read("24/08/2026", end=False).text == "2026-08-24T00:00:00Z"


@pytest.mark.parametrize(
    "text",
    ["", "TBD", "<delete>", "2026-02-30", "13/13/2026", "46258", "Aug 24", "2026", "2026-08", "8/24/2026 25:00", "2026-08-24 8",
     "8/24/2026 13 pm", "2026-08-24T10:00 EST", "1/2/3", "0000-01-01"],
)  # fmt: skip
def test_what_is_no_date_is_left(text):
    assert INDIANA.read(text, end=False) is None


def test_the_clocks_changes_are_told():
    skipped = INDIANA.read("2026-03-08 02:30", end=False)
    assert (skipped.text, skipped.clock) == ("2026-03-08T07:30:00Z", Clock.SKIPPED)
    repeated = INDIANA.read("2026-11-01 01:30", end=False)
    assert (repeated.text, repeated.clock) == ("2026-11-01T05:30:00Z", Clock.REPEATED)
    assert INDIANA.read("2026-11-01T01:30:00-05:00", end=False).clock is Clock.PLAIN
    assert INDIANA.read("2026-03-08", end=False).text == "2026-03-08T05:00:00Z"
    assert INDIANA.read("2026-03-08", end=True).text == "2026-03-09T03:59:59Z"


def test_the_ends_of_time_do_not_break_it():
    assert INDIANA.read(date(9999, 12, 31), end=True) is None
    assert DateReader("Asia/Tokyo", None).read(date(1, 1, 1), end=False) is None
