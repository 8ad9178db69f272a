"""The in-memory engine under a clock that the test moves."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from supportbot.clock import FixedClock
from supportbot.db import Database
from supportbot.engine import Ids, JobKind, JobState, MemoryEngine


def make_engine(clock: FixedClock, *, failures: int = 0) -> tuple[MemoryEngine, list[Ids]]:
    """An engine with one kind, "note", that fails so many times first; and what its tries were given."""
    tries: list[Ids] = []

    def note(ids: Ids) -> None:
        tries.append(ids)
        if len(tries) <= failures:
            raise ConnectionError

    engine = MemoryEngine(clock=clock)
    engine.register(JobKind("note", note, queue="quick", concurrency=1, retries=2, backoff_s=1))
    return engine, tries


def open_database(folder: Path) -> Database:
    """A database only for its transactions."""
    return Database(f"sqlite:///{folder / 'memory.db'}")


def test_nothing_runs_before_it_is_asked_to(tmp_path: Path) -> None:
    engine, tries = make_engine(FixedClock(datetime(2026, 11, 16, 9, tzinfo=UTC)))
    with open_database(tmp_path).transaction() as db:
        engine.enqueue(db, "note", key="note:1", ids={"message_id": 1})

    before = list(tries)
    count = engine.run_due()

    assert before == []
    assert count == 1
    assert tries == [{"message_id": 1}]


def test_a_delayed_job_runs_when_the_clock_has_come_to_it(tmp_path: Path) -> None:
    clock = FixedClock(datetime(2026, 11, 16, 9, tzinfo=UTC))
    engine, _ = make_engine(clock)
    with open_database(tmp_path).transaction() as db:
        engine.enqueue(db, "note", key="send:1", ids={"outgoing_id": 1}, delay_s=10)

    clock.move(timedelta(seconds=9))
    early = engine.run_due()
    clock.move(timedelta(seconds=1))
    due = engine.run_due()

    assert (early, due) == (0, 1)


def test_failed_tries_wait_for_their_backoff(tmp_path: Path) -> None:
    clock = FixedClock(datetime(2026, 11, 16, 9, tzinfo=UTC))
    engine, _ = make_engine(clock, failures=2)
    with open_database(tmp_path).transaction() as db:
        engine.enqueue(db, "note", key="note:1", ids={"message_id": 1})
    counts = []

    for wait_s in (0, 0.5, 0.5, 1, 1):
        clock.move(timedelta(seconds=wait_s))
        counts.append(engine.run_due())
    status = engine.status("note:1")

    assert counts == [1, 0, 1, 0, 1]
    assert status is not None
    assert (status.state, status.attempts) == (JobState.DONE, 3)


def test_health_says_how_long_the_oldest_job_has_waited(tmp_path: Path) -> None:
    clock = FixedClock(datetime(2026, 11, 16, 9, tzinfo=UTC))
    engine, _ = make_engine(clock)
    with open_database(tmp_path).transaction() as db:
        engine.enqueue(db, "note", key="note:1", ids={"message_id": 1})
        engine.enqueue(db, "note", key="note:2", ids={"message_id": 2}, delay_s=60)

    clock.move(timedelta(seconds=45))
    health = engine.health()

    assert (health.oldest_waiting_s, health.waiting, health.delayed) == (45, 1, 1)


def test_jobs_run_in_the_order_in_which_they_are_due(tmp_path: Path) -> None:
    clock = FixedClock(datetime(2026, 11, 16, 9, tzinfo=UTC))
    engine, tries = make_engine(clock)
    with open_database(tmp_path).transaction() as db:
        engine.enqueue(db, "note", key="note:1", ids={"n": 1}, delay_s=5)
        engine.enqueue(db, "note", key="note:2", ids={"n": 2})
        engine.enqueue(db, "note", key="note:3", ids={"n": 3})

    clock.move(timedelta(seconds=5))
    engine.run_due()

    assert [ids["n"] for ids in tries] == [2, 3, 1]
