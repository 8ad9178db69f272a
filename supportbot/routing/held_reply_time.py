"""The time by which a held case is answered: "next working day 12:00", in the shop's zone."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from supportbot.weekdays import WEEKDAYS, Weekday

_NEXT_DAY = re.compile(r"(?:next working day|in ([1-9]|1[0-9]|20) working days) ([01]\d|2[0-3]):([0-5]\d)")
_HOURS = re.compile(r"in ([1-9]|[1-9]\d) hours")
_FORMS = "'next working day 12:00', 'in 3 working days 09:30' or 'in 4 hours'"


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """On which days the team works."""

    days: frozenset[Weekday]
    holidays: frozenset[date] = frozenset()

    def includes(self, day: date) -> bool:
        """Whether somebody works on this day."""
        return WEEKDAYS[day.weekday()] in self.days and day not in self.holidays


def reply_by_problem(spec: str) -> str | None:
    """What is wrong with a `held_reply_by`; None when it can be used."""
    if _NEXT_DAY.fullmatch(spec) or _HOURS.fullmatch(spec):
        return None
    return f"is not a time; write {_FORMS}"


def held_reply_by(spec: str, *, now: datetime, zone: tzinfo, working: WorkingDays) -> datetime:
    """The moment `spec` gives, in UTC, counted from `now`.

    Days and hours are those of `zone`; a time of day that the spring change skips becomes the same moment an hour on.

    Raises:
        ValueError: `spec` is no such form (a loaded policy has been checked).
    """
    hours = _HOURS.fullmatch(spec)
    if hours:
        return now.astimezone(UTC) + timedelta(hours=int(hours[1]))
    days = _NEXT_DAY.fullmatch(spec)
    if not days:
        raise ValueError(f"held_reply_by {spec!r} {reply_by_problem(spec)}.")
    day = _working_day_after(now.astimezone(zone).date(), count=int(days[1] or 1), working=working)
    return datetime.combine(day, time(int(days[2]), int(days[3])), tzinfo=zone).astimezone(UTC)


def working_days(names: Collection[Weekday], holidays: Collection[date] = ()) -> WorkingDays:
    """Working days from their names and the days off."""
    return WorkingDays(frozenset(names), frozenset(holidays))


def _working_day_after(day: date, *, count: int, working: WorkingDays) -> date:
    for _ in range(count):
        day += timedelta(days=1)
        for _ in range(366):
            if working.includes(day):
                break
            day += timedelta(days=1)
    return day
