"""The clock: each run has one key, however many clocks tick and whatever the season does to the hour."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from supportbot.db import Database
from supportbot.engine import MemoryEngine
from supportbot.jobs.schedule import SCHEDULE, enqueue_scheduled, last_week, start_clock
from tests.factories import make_shop

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FORWARD, BACK = datetime(2026, 3, 29, tzinfo=AMSTERDAM), datetime(2026, 10, 25, tzinfo=AMSTERDAM)
BY_NAME = {entry.name: entry for entry in SCHEDULE}


@pytest.mark.parametrize("name", BY_NAME)
def test_two_clocks_in_one_period_enqueue_one_run_and_the_next_period_another(database: Database, name: str) -> None:
    shop = make_shop(database)

    keys = [enqueue_scheduled(database, shop.runtime, name, AMSTERDAM) for _ in range(2)]
    before = shop.runtime.engine.health().waiting
    shop.clock.move(timedelta(days=7))
    next_key = enqueue_scheduled(database, shop.runtime, name, AMSTERDAM)

    assert keys[0] == keys[1] != next_key
    assert (before, shop.runtime.engine.health().waiting) == (1, 2)


@pytest.mark.parametrize("name", BY_NAME)
def test_every_scheduled_job_can_run_twice(database: Database, name: str) -> None:
    shop = make_shop(database)
    engine = shop.runtime.engine
    assert isinstance(engine, MemoryEngine)

    for _ in range(2):
        key = enqueue_scheduled(database, shop.runtime, name, AMSTERDAM)
        engine.run_due(shop.clock())
        shop.clock.move(timedelta(days=7))
        status = engine.status(key)
        assert status is None or status.error is None  # a run may have forgotten itself as an old one
    assert engine.health().failed == 0


@pytest.mark.parametrize("sunday", [FORWARD, BACK])
@pytest.mark.parametrize("name", BY_NAME)
def test_the_hour_that_is_missing_or_comes_twice_skips_and_repeats_no_run(name: str, sunday: datetime) -> None:
    entry = BY_NAME[name]
    moment, end = sunday.astimezone(UTC), sunday.astimezone(UTC) + timedelta(hours=6)
    step = timedelta(seconds=15) if name == "sweep" else timedelta(minutes=1)
    moments = [moment + step * n for n in range(int((end - moment) / step))]

    keys = [entry.period(at.astimezone(AMSTERDAM)) for at in moments]

    seconds = {"sweep": 15, "wake_snoozed": 60, "train_triage": 300, "prune": 3600}.get(name)
    expected = 1 if seconds is None else 6 * 3600 // seconds
    assert len(set(keys)) == expected
    assert keys == sorted(keys)


@pytest.mark.parametrize("sunday", [FORWARD, BACK])
def test_the_weekly_draw_fires_once_on_the_monday_after_the_clocks_change(sunday: datetime) -> None:
    trigger = BY_NAME["draw_review"].trigger(AMSTERDAM)

    first = trigger.get_next_fire_time(None, sunday - timedelta(days=2))
    second = trigger.get_next_fire_time(first, first)

    assert first.astimezone(AMSTERDAM).strftime("%a %d %b %H:%M") == f"Mon {sunday.day + 1} {sunday:%b} 06:00"
    assert second.date() - first.date() == timedelta(days=7)
    assert last_week(first) != last_week(second)


@pytest.mark.parametrize(
    ("day", "week"), [("2026-11-16", "2026-W46"), ("2026-11-22", "2026-W46"), ("2026-01-01", "2025-W52")]
)
def test_the_week_drawn_is_the_one_before(day: str, week: str) -> None:
    assert last_week(datetime.fromisoformat(f"{day}T06:00").replace(tzinfo=AMSTERDAM)) == week


def test_a_worker_that_starts_late_still_draws_last_week(sqlite_database_url: str) -> None:
    database = Database(sqlite_database_url)
    shop = make_shop(database)

    clock = start_clock(database, shop.runtime, AMSTERDAM)
    clock.shutdown(wait=True)
    database.dispose()

    assert {job.id for job in clock.get_jobs()} <= set(BY_NAME)
    assert shop.runtime.engine.status("draw_review:2026-W11") is not None
