"""Tests of the time by which a held case is answered."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from supportbot.routing.held_reply_time import held_reply_by, reply_by_problem, working_days

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WEEK = working_days(["mon", "tue", "wed", "thu", "fri"])
NOON = "next working day 12:00"


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("spec", "now", "expected"),
    [
        (NOON, local(2026, 11, 17, 10, 0), local(2026, 11, 18, 12, 0)),
        (NOON, local(2026, 11, 20, 10, 0), local(2026, 11, 23, 12, 0)),
        (NOON, local(2026, 11, 21, 23, 59), local(2026, 11, 23, 12, 0)),
        ("in 2 working days 09:30", local(2026, 11, 19, 10, 0), local(2026, 11, 23, 9, 30)),
        ("in 4 hours", local(2026, 11, 20, 22, 0), local(2026, 11, 21, 2, 0)),
    ],
)
def test_the_time_is_that_of_the_shop(spec: str, now: datetime, expected: datetime) -> None:
    assert held_reply_by(spec, now=now, zone=AMSTERDAM, working=WEEK) == expected


def test_the_day_is_the_shops_even_when_utc_has_another() -> None:
    friday_in_utc_saturday_here = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)

    assert held_reply_by(NOON, now=friday_in_utc_saturday_here, zone=AMSTERDAM, working=WEEK) == local(2026, 11, 23, 12)


def test_holidays_are_no_working_days() -> None:
    working = working_days(["mon", "tue", "wed", "thu", "fri"], [date(2026, 12, 25)])

    assert held_reply_by(NOON, now=local(2026, 12, 24, 9), zone=AMSTERDAM, working=working) == local(2026, 12, 28, 12)


def test_noon_stays_noon_over_both_changes_of_the_clock() -> None:
    spring = held_reply_by(NOON, now=local(2027, 3, 26, 9), zone=AMSTERDAM, working=WEEK)
    autumn = held_reply_by(NOON, now=local(2026, 10, 23, 9), zone=AMSTERDAM, working=WEEK)

    assert (spring, autumn) == (datetime(2027, 3, 29, 10, tzinfo=UTC), datetime(2026, 10, 26, 11, tzinfo=UTC))


def test_a_time_of_day_that_is_skipped_comes_an_hour_on() -> None:
    every_day = working_days(["sat", "sun"])

    by = held_reply_by("next working day 02:30", now=local(2027, 3, 27, 9), zone=AMSTERDAM, working=every_day)

    assert by == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert by.astimezone(AMSTERDAM).hour == 3


def test_hours_are_real_hours_over_a_change_of_the_clock() -> None:
    now = local(2027, 3, 28, 0, 0)

    assert (
        held_reply_by("in 4 hours", now=now, zone=AMSTERDAM, working=WEEK) - now.astimezone(UTC)
    ).seconds == 4 * 3600


@pytest.mark.parametrize("spec", ["soon", "next working day 24:00", "in 0 hours", "in 21 working days 12:00", ""])
def test_other_forms_are_refused(spec: str) -> None:
    assert reply_by_problem(spec)
    with pytest.raises(ValueError, match="is not a time"):
        held_reply_by(spec, now=local(2026, 11, 17, 10), zone=AMSTERDAM, working=WEEK)
