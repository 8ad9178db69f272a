"""The one table of scheduled jobs, and the clock that enqueues them.

The clock's only act is an enqueue keyed by name and period, so any number of workers may run one: the key makes each
run happen once. Every job can be run twice without harm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from supportbot.clock import iso_week
from supportbot.db import Database
from supportbot.jobs.job_kinds import DRAW_REVIEW, TRAIN_TRIAGE
from supportbot.jobs.sweeper import GIVE_UP_AFTER_S, RETRY_AFTER_S
from supportbot.review.draw_time import DRAW_DAY, DRAW_HOUR, draw_words
from supportbot.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One row: `period` names the run a moment belongs to (the key), in the team's zone."""

    name: str
    when: str
    trigger: Callable[[ZoneInfo], BaseTrigger]
    period: Callable[[datetime], str]
    why: str


def _every(seconds: int) -> Callable[[datetime], str]:
    return lambda at: str(int(at.timestamp()) // seconds)


def last_week(at: datetime) -> str:
    """The ISO week before a moment's own, e.g. "2026-W46" on any day of week 47."""
    return iso_week(at - timedelta(days=7))


SCHEDULE: tuple[Scheduled, ...] = (
    Scheduled(
        DRAW_REVIEW,
        f"{draw_words()} in the team's zone",
        lambda zone: CronTrigger(day_of_week=DRAW_DAY, hour=DRAW_HOUR, timezone=zone),
        last_week,
        "Draws the conversations of the week before for the weekly review, once.",
    ),
    Scheduled(
        "sweep",
        "every 15 s",
        lambda _: IntervalTrigger(seconds=15),
        _every(15),
        f"A customer message without an outcome after {RETRY_AFTER_S} s is tried again; "
        f"after {GIVE_UP_AFTER_S} s a person sees it.",
    ),
    Scheduled(
        "wake_snoozed",
        "every minute",
        lambda _: IntervalTrigger(seconds=60),
        _every(60),
        "Opens conversations whose snooze is over.",
    ),
    Scheduled(
        TRAIN_TRIAGE,
        "every 5 minutes",
        lambda _: IntervalTrigger(minutes=5),
        _every(300),
        "Trains triage from the team's labels, at 50, at 200 and then each 500 of them, for the owner to activate.",
    ),
    Scheduled(
        "prune",
        "every hour",
        lambda _: IntervalTrigger(hours=1),
        _every(3600),
        "Removes live-update events older than two days, jobs older than nine, call reservations older than 30, and "
        "ended widget sessions.",
    ),
)


def enqueue_scheduled(database: Database, runtime: Runtime, name: str, zone: ZoneInfo) -> str:
    """Enqueue the run of `name` that this moment belongs to; gives its key. A second call changes nothing."""
    entry = next(entry for entry in SCHEDULE if entry.name == name)
    period = entry.period(runtime.clock().astimezone(zone))
    key = f"{name}:{period}"
    with database.transaction() as db:
        runtime.engine.enqueue(db, name, key=key, ids={"period": period})
    return key


def start_clock(database: Database, runtime: Runtime, zone: ZoneInfo) -> BackgroundScheduler:
    """Start the clock in this process; the caller shuts it down.

    The weekly draw is also enqueued at once, so that a team whose worker was off on Monday still gets its draw.
    """
    scheduler = BackgroundScheduler(timezone=zone, job_defaults={"coalesce": True, "misfire_grace_time": 300})
    for entry in SCHEDULE:
        scheduler.add_job(
            enqueue_scheduled, entry.trigger(zone), args=(database, runtime, entry.name, zone), id=entry.name
        )
    scheduler.start()
    enqueue_scheduled(database, runtime, DRAW_REVIEW, zone)
    return scheduler
