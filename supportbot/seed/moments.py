"""Turns the story's words for times ("march 14 06:07", "week-1 tue 09:14") into moments.

    march[-N] DD HH:MM    the latest March that is wholly past, or N months before it
    month[-N] DD HH:MM    this month, or N months before it
    quarter[-N] [HH:MM]   the latest quarter's first day that is three days past, or N days before it
    days-N HH:MM          N days ago
    work-N HH:MM          N working days ago (Monday to Friday); work+N lies ahead, for snoozing
    week-N tue HH:MM      that weekday, N ISO weeks ago
    now-3h12m             so long ago
    +40m                  so long after the moment before it

Days and clock times are the shop's; the result is UTC.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from supportbot.errors import InvalidInput
from supportbot.weekdays import WEEKDAYS

_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_HEAD = re.compile(r"(march|month|quarter|days|work|week)([+-]\d+)?")


@dataclass(frozen=True, slots=True)
class Calendar:
    """The present moment and the shop's zone; every time of the story follows from these two."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The shop's day."""
        return self.now.astimezone(self.zone).date()

    @property
    def march(self) -> date:
        """The first day of the latest March that is wholly past."""
        return date(self.today.year - (self.today.month <= 3), 3, 1)

    def moment(self, words: str, *, after: datetime | None = None) -> datetime:
        """The moment that `words` name.

        Args:
            after: where a "+40m" counts from.

        Raises:
            InvalidInput: `words` follow none of the forms above.
        """
        if words.startswith("now-"):
            return self.now.astimezone(UTC) - span(words[4:])
        if words.startswith("+") and after is not None:
            return after + span(words[1:])
        head, *rest = words.split()
        match = _HEAD.fullmatch(head)
        if match is None:
            raise InvalidInput(f"The story has no moment {words!r}; see supportbot/seed/moments.py.")
        return self._local(match[1], int(match[2] or 0), rest)

    def month(self, words: str) -> date:
        """The first day of the month that "march", "month-1" or "quarter" names."""
        day = "" if words.startswith("quarter") else " 01"
        return self.moment(f"{words}{day} 12:00").astimezone(self.zone).date()

    def at(self, day: date, clock: str) -> datetime:
        """The moment of a local clock time, e.g. "06:05", on a local day; the first of two in autumn."""
        return datetime.combine(day, time.fromisoformat(clock), self.zone).astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        """The shop's day of a moment."""
        return moment.astimezone(self.zone).date()

    def _local(self, head: str, step: int, rest: list[str]) -> datetime:
        if head == "quarter":
            return self.at(self._quarter() + timedelta(days=step), rest[0] if rest else "06:00")
        if head in ("days", "work"):
            day = self.today + timedelta(days=step) if head == "days" else workday(self.today, step)
            return self.at(day, rest[0])
        if head == "week":
            monday = self.today - timedelta(days=self.today.weekday()) + timedelta(weeks=step)
            return self.at(monday + timedelta(days=WEEKDAYS.index(rest[0])), rest[1])
        first = months_on(self.march if head == "march" else self.today.replace(day=1), step)
        return self.at(first.replace(day=int(rest[0])), rest[1])

    def _quarter(self) -> date:
        latest = self.today - timedelta(days=3)
        return date(latest.year, (latest.month - 1) // 3 * 3 + 1, 1)


def months_on(first: date, months: int) -> date:
    """The first day of the month that lies `months` after (or before) the month of `first`."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def next_period(interval: str, day: date) -> date:
    """The first day of the month, or with "quarterly" of the quarter, after the one that `day` lies in."""
    if interval == "quarterly":
        return months_on(day, 3 - (day.month - 1) % 3)
    return months_on(day, 1)


def workday(day: date, step: int) -> date:
    """The day `step` working days after (or before) `day`; Monday to Friday are working days."""
    one = timedelta(days=1 if step > 0 else -1)
    left = abs(step)
    while left:
        day += one
        left -= day.weekday() < 5
    return day


def span(words: str) -> timedelta:
    """The length of "3h12m", "2d4h" or "20s".

    Raises:
        InvalidInput: `words` have another form.
    """
    match = _SPAN.fullmatch(words)
    if match is None or not words:
        raise InvalidInput(f"The story has no span {words!r}; write it like '3h12m'.")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
