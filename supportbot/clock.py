"""What time it is. Everything that needs the time takes a `Clock`, so that tests can hold it still."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved; for tests and for the seed."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def __call__(self) -> datetime:
        return self._at

    def move(self, by: timedelta) -> None:
        """Let `by` pass."""
        self._at += by

    def set(self, at: datetime) -> None:
        """Stand at `at` from now on."""
        self._at = at.astimezone(UTC)


def iso_week(at: datetime) -> str:
    """The ISO week of a moment, e.g. "2026-W47"; pass the moment in the team's zone."""
    year, week, _ = at.isocalendar()
    return f"{year}-W{week:02d}"


def week_start(week: str, zone: tzinfo) -> datetime:
    """Monday 00:00 in `zone` of an ISO week such as "2026-W47".

    Raises:
        ValueError: `week` is not an ISO week.
    """
    return datetime.strptime(f"{week}-1", "%G-W%V-%u").replace(tzinfo=zone)
