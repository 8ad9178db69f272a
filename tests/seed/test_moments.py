"""The story's words for times."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from supportbot.errors import InvalidInput
from supportbot.seed.moments import Calendar, months_on, next_period, span, workday

CALENDAR = Calendar(now=datetime(2026, 11, 18, 10, 2, tzinfo=UTC), zone=ZoneInfo("Europe/Amsterdam"))


@pytest.mark.parametrize(
    ("words", "local"),
    [
        ("march 14 06:07", "2026-03-14 06:07 +0100"),
        ("march-1 28 17:40", "2026-02-28 17:40 +0100"),
        ("month-2 03 11:20", "2026-09-03 11:20 +0200"),
        ("month 01 06:05", "2026-11-01 06:05 +0100"),
        ("quarter 06:30", "2026-10-01 06:30 +0200"),
        ("quarter-8 16:25", "2026-09-23 16:25 +0200"),
        ("days-2 11:05", "2026-11-16 11:05 +0100"),
        ("work-3 09:40", "2026-11-13 09:40 +0100"),
        ("work+3 09:00", "2026-11-23 09:00 +0100"),
        ("week-1 fri 15:01", "2026-11-13 15:01 +0100"),
        ("now-3h12m", "2026-11-18 07:50 +0100"),
    ],
)
def test_words_name_a_moment_in_the_shops_zone(words: str, local: str) -> None:
    moment = CALENDAR.moment(words)

    assert moment.tzinfo is UTC
    assert moment.astimezone(CALENDAR.zone).strftime("%Y-%m-%d %H:%M %z") == local


def test_a_span_counts_from_the_moment_before() -> None:
    before = CALENDAR.moment("days-1 10:00")

    assert CALENDAR.moment("+1h5m", after=before) - before == timedelta(hours=1, minutes=5)


@pytest.mark.parametrize("words", ["tomorrow", "april 03 10:00", "+5m", "now-soon"])
def test_other_words_are_refused(words: str) -> None:
    with pytest.raises(InvalidInput):
        CALENDAR.moment(words)


def test_an_empty_span_is_refused_and_a_full_one_read() -> None:
    assert span("1d2h3m4s") == timedelta(days=1, hours=2, minutes=3, seconds=4)
    with pytest.raises(InvalidInput):
        span("")


def test_months_periods_and_working_days_cross_their_edges() -> None:
    assert months_on(date(2026, 1, 1), -1) == date(2025, 12, 1)
    assert months_on(date(2026, 12, 1), 1) == date(2027, 1, 1)
    assert next_period("monthly", date(2028, 2, 29)) == date(2028, 3, 1)
    assert next_period("quarterly", date(2026, 11, 18)) == date(2027, 1, 1)
    assert workday(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert workday(date(2026, 11, 22), -1) == date(2026, 11, 20)
