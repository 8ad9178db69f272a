"""What the widget shows of a shop: hours over weekends and clock changes, colours, origins."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from supportbot.customers.shop_front import contrast_on_paper, exact_origin, opening_hours, read_shopfront
from supportbot.customers.tables import Site

ZONE = ZoneInfo("Europe/Amsterdam")
WEEK = [0, 1, 2, 3, 4]
NOW = datetime(2026, 3, 18, 9, 14, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def site(**settings: Any) -> Site:
    return Site(
        key="k",
        name="Harbour Lane",
        case_prefix="HL",
        time_zone="Europe/Amsterdam",
        currency="EUR",
        sign_off="Harbour Lane support",
        settings=settings,
        created_at=NOW,
    )


@pytest.mark.parametrize(
    ("now", "is_open", "changes_at"),
    [
        ("2026-03-18T09:00", True, "2026-03-18T18:00"),
        ("2026-03-18T08:59", False, "2026-03-18T09:00"),
        ("2026-03-18T18:00", False, "2026-03-19T09:00"),
        ("2026-03-20T18:30", False, "2026-03-23T09:00"),
        ("2026-03-28T12:00", False, "2026-03-30T09:00"),  # the clocks go forward on the Sunday between
        ("2026-10-24T12:00", False, "2026-10-26T09:00"),  # and back
    ],
)
def test_hours_say_when_they_change(now: str, is_open: bool, changes_at: str) -> None:
    hours = opening_hours(WEEK, opens=time(9), closes=time(18), zone=ZONE, now=at(now))
    assert (hours.is_open, hours.changes_at) == (is_open, at(changes_at))


def test_shop_open_on_one_day_knows_the_next_week() -> None:
    hours = opening_hours([0], opens=time(9), closes=time(18), zone=ZONE, now=at("2026-03-16T18:00"))
    assert hours.changes_at == at("2026-03-23T09:00")


@pytest.mark.parametrize(
    "hours",
    [
        None,
        "9-18",
        {},
        {"days": ["mon"], "opens": "09:00"},
        {"days": ["someday"], "opens": "09:00", "closes": "18:00"},
        {"days": [], "opens": "09:00", "closes": "18:00"},
        {"days": ["mon"], "opens": "18:00", "closes": "09:00"},
        {"days": ["mon"], "opens": 9, "closes": 18},
    ],
)
def test_hours_that_cannot_be_read_are_left_out(hours: object) -> None:
    assert read_shopfront(site(business_hours=hours), now=NOW).hours is None


def test_accent_is_refused_below_the_contrast_that_text_needs() -> None:
    assert read_shopfront(site(accent="#1F5F5B"), now=NOW).accent == "#1f5f5b"
    for weak in ("#777777", "#ffcc00", "#ffffff", "teal", "#12345", "#1f5f5b;}", None, 5):
        assert read_shopfront(site(accent=weak), now=NOW).accent is None


def test_contrast_is_that_of_the_published_formula() -> None:
    assert contrast_on_paper("#000000") == pytest.approx(20.1, abs=0.05)
    assert contrast_on_paper("#fbfaf8") == pytest.approx(1.0)


@pytest.mark.parametrize("minutes", [0, -1, 1441, "6", 1.5, None, True])
def test_usual_minutes_that_make_no_sense_are_left_out(minutes: object) -> None:
    assert read_shopfront(site(usual_reply_minutes=minutes), now=NOW).usual_reply_minutes is None


def test_questions_are_at_most_six_short_texts() -> None:
    front = read_shopfront(site(questions=[" Where? ", "", 5, *"abcdef", "x" * 500]), now=NOW)
    assert front.questions == ("Where?", "a", "b", "c", "d", "e")


@pytest.mark.parametrize(
    ("value", "origin"),
    [
        ("https://shop.example", "https://shop.example"),
        ("https://Shop.Example/", "https://shop.example"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://*.shop.example", None),
        ("*", None),
        ("null", None),
        ("shop.example", None),
        ("https://shop.example/page", None),
        ("https://user@shop.example", None),
        ("https://shop.example?x", None),
        ("https://shop.example; script-src *", None),
        ("https://shop.example:99999", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
    ],
)
def test_origin_is_exact_or_nothing(value: str, origin: str | None) -> None:
    assert exact_origin(value) == origin
