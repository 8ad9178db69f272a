"""The story told once for each moment, for all tests of it."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from supportbot.seed.story import tell_story

NOW = datetime(2026, 11, 18, 10, 2, tzinfo=UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# The turn of the year, a leap day, both ends of March, both changes of the clock, and both ends of a week.
MOMENTS = [
    NOW,
    datetime(2026, 1, 1, 0, 5, tzinfo=AMSTERDAM),
    datetime(2028, 2, 29, 12, 0, tzinfo=AMSTERDAM),
    datetime(2026, 3, 31, 23, 50, tzinfo=AMSTERDAM),
    datetime(2026, 4, 1, 0, 10, tzinfo=AMSTERDAM),
    datetime(2026, 3, 29, 3, 30, tzinfo=AMSTERDAM),
    datetime(2026, 10, 25, 2, 30, tzinfo=AMSTERDAM, fold=1),
    datetime(2026, 11, 22, 23, 50, tzinfo=AMSTERDAM),
    datetime(2026, 11, 23, 0, 10, tzinfo=AMSTERDAM),
    datetime(2027, 5, 1, 5, 30, tzinfo=AMSTERDAM),
    datetime(2026, 10, 3, 9, 0, tzinfo=AMSTERDAM),
]
told = cache(tell_story)
