"""Times and lengths of time as people read them. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from supportbot.weekdays import WEEKDAYS

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class When:
    """A moment for a `<time>`: exact for programs, short for people."""

    iso: str
    text: str


def when(at: datetime, *, now: datetime, zone: ZoneInfo) -> When:
    """ "today, 09:14", "yesterday, 17:02", "Wed 18 Nov, 14:10", with the year when it is another one."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local:%H:%M}"
    names = {today: "today", today - timedelta(days=1): "yesterday", today + timedelta(days=1): "tomorrow"}
    day = names.get(local.date()) or f"{WEEKDAYS[local.weekday()].title()} {day_words(local.date(), today=today)}"
    return When(at.isoformat(), f"{day}, {clock}")


def day_words(day: date, *, today: date) -> str:
    """ "18 Nov", with the year when it is another one."""
    words = f"{day.day} {_MONTHS[day.month - 1]}"
    return words if day.year == today.year else f"{words} {day.year}"


def on_day(day: date, *, today: date) -> When:
    """A day for a `<time>`."""
    return When(day.isoformat(), day_words(day, today=today))


def length(span: timedelta) -> str:
    """ "now", "48 m", "3 h 12 m", "2 d 3 h"."""
    minutes = max(int(span.total_seconds()) // 60, 0)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} m"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02d} m"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"
