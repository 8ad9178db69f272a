"""The worker process: holds a slot, works the queues, runs the clock, and ends cleanly on a signal."""

import gc
import logging
import signal
import threading
from zoneinfo import ZoneInfo

from sqlmodel import select

from supportbot.customers.tables import Site
from supportbot.drafting.flow import Drafting
from supportbot.jobs.core import OneCore
from supportbot.jobs.schedule import start_clock

logger = logging.getLogger(__name__)


def run_worker(drafting: Drafting) -> None:
    """Work until SIGTERM or SIGINT, or until the slot is lost (the database was away for long)."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    engine, core = drafting.runtime.engine, OneCore()
    core.keep()
    engine.start_worker()
    spare_the_collector()
    clock = start_clock(drafting.database, drafting.runtime, team_zone(drafting))
    logger.info("worker started")
    try:
        while engine.is_working and not stop.wait(1):
            core.keep()
    finally:
        clock.shutdown(wait=False)
        engine.stop()


def spare_the_collector() -> None:
    """Have Python look for cycles seldom, and never among what a worker keeps for its life.

    A draft makes some tens of thousands of objects and hardly a cycle: looking as often as Python does by itself took a
    fifth of the CPU of a draft (measured).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


def team_zone(drafting: Drafting) -> ZoneInfo:
    """The team's time zone: the first shop's; UTC before there is one."""
    with drafting.database.transaction(read_only=True) as db:
        zone = db.exec(select(Site.time_zone).order_by(Site.id)).first()  # type: ignore[arg-type]
    return ZoneInfo(zone or "UTC")
