"""When the clock draws a week for the review: a day and an hour in the team's zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from supportbot.clock import iso_week
from supportbot.weekdays import WEEKDAYS, Weekday

DRAW_DAY: Weekday = "mon"
DRAW_HOUR = 6


def draw_words() -> str:
    """The day and hour as people say them: "Mondays at 06:00"."""
    day = date.fromisocalendar(2026, 1, 1 + WEEKDAYS.index(DRAW_DAY))
    return f"{day:%A}s at {DRAW_HOUR:02d}:00"


def next_draw(now: datetime, zone: ZoneInfo, *, drawn: str | None) -> datetime:
    """The next moment at which the clock draws a week after `drawn` (the newest one), in the team's zone."""
    local = now.astimezone(zone)
    day = local.date() + timedelta(days=WEEKDAYS.index(DRAW_DAY) - local.weekday())
    at = datetime.combine(day, time(DRAW_HOUR), tzinfo=zone)
    is_done = drawn == iso_week(at - timedelta(days=7))
    return at + timedelta(days=7) if is_done or now >= at else at
