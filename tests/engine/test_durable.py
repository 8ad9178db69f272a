"""How the durable engine is set up, started, stopped and cleared."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from supportbot.clock import FixedClock, system_clock
from supportbot.db import Database
from supportbot.engine import DbosEngine, Ids, JobKind, JobState, is_engine_table
from supportbot.errors import EngineError, Unavailable
from tests.engine.harness import Harness, durable_harness, until
from tests.engine.rows import every_table, every_value


@contextmanager
def harness_on(database: Database) -> Iterator[Harness]:
    """An engine at work on a database."""
    with durable_harness("sqlite" if database.is_sqlite else "postgres", database) as harness:
        yield harness


def test_the_engine_knows_its_own_tables_and_no_others(empty_database: Database) -> None:
    DbosEngine(empty_database).migrate()

    tables = every_table(empty_database)

    assert len(tables) >= 12
    assert [table for table in tables if not is_engine_table(table[1], table[0])] == []
    assert not is_engine_table("message", None)


def test_sqlite_is_in_wal_mode_and_waits_for_its_turn(sqlite_database_url: str) -> None:
    database = Database(sqlite_database_url)
    engine = DbosEngine(database)
    engine.register(JobKind("note", lambda ids: None, queue="quick", concurrency=1))
    engine.migrate()
    engine.start_worker()
    found = {}
    assert engine._own_engine is not None

    with engine._own_engine.connect() as connection:
        for pragma in ("journal_mode", "busy_timeout", "synchronous", "foreign_keys"):
            found[pragma] = connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
    engine.stop(grace_s=0)
    database.dispose()

    assert found == {"journal_mode": "wal", "busy_timeout": 10_000, "synchronous": 2, "foreign_keys": 1}


def test_without_migration_the_engine_says_what_to_run(empty_database: Database) -> None:
    engine = DbosEngine(empty_database)
    engine.register(JobKind("note", lambda ids: None, queue="quick", concurrency=1))

    with pytest.raises(Unavailable, match="supportbot migrate"):
        engine.check_migrated()
    with pytest.raises(Unavailable, match="supportbot migrate"):
        engine.start_worker()
    with pytest.raises(Unavailable, match="supportbot migrate"), empty_database.transaction() as db:
        engine.enqueue(db, "note", key="note:1", ids={"message_id": 1})
    engine.migrate()
    engine.migrate()
    with empty_database.transaction() as db:
        engine.enqueue(db, "note", key="note:1", ids={"message_id": 1})

    assert engine.check_migrated() is None
    assert engine.status("note:1") is not None


def test_a_session_of_another_database_is_refused(empty_database: Database, sqlite_database_url: str) -> None:
    engine = DbosEngine(empty_database)
    engine.register(JobKind("note", lambda ids: None, queue="quick", concurrency=1))
    engine.migrate()
    other = Database(sqlite_database_url)

    with pytest.raises(EngineError, match="another database"), other.transaction() as db:
        engine.enqueue(db, "note", key="note:1", ids={"message_id": 1})
    other.dispose()

    assert engine.status("note:1") is None


def test_a_worker_without_time_leaves_its_jobs_for_the_next(empty_database: Database) -> None:
    with harness_on(empty_database) as first:
        key = first.running("held")
    left = first.status(key)

    with harness_on(empty_database) as second:
        until(lambda: bool(second.runs[key]))
        second.open(key)
        done = second.settled(key)

    assert left.state is JobState.RUNNING
    assert done.state is JobState.DONE


def test_a_worker_with_time_lets_its_jobs_finish(empty_database: Database) -> None:
    engine = DbosEngine(empty_database)
    pause, begun = threading.Event(), threading.Event()

    def take_a_moment(ids: Ids) -> None:
        begun.set()
        pause.wait(0.5)

    engine.register(JobKind("moment", take_a_moment, queue="quick", concurrency=1))
    engine.migrate()
    engine.start_worker()
    with empty_database.transaction() as db:
        engine.enqueue(db, "moment", key="moment:1", ids={"number": 1})
    began = begun.wait(10)
    was_working = engine.is_working
    engine.stop(grace_s=10)

    status = engine.status("moment:1")
    assert (began, was_working, engine.is_working) == (True, True, False)
    assert status is not None
    assert status.state is JobState.DONE


def test_old_jobs_are_purged_from_every_table(empty_database: Database) -> None:
    clock = FixedClock(system_clock())
    with harness_on(empty_database) as harness:
        done, failed = harness.enqueue("note"), harness.enqueue("fails")
        waiting = harness.enqueue("note", delay_s=3600)
        harness.settled(done)
        harness.settled(failed)
    engine = DbosEngine(empty_database, clock=clock)

    too_soon = engine.purge(keep=timedelta(days=30))
    clock.move(timedelta(days=31))
    purged = engine.purge(keep=timedelta(days=30))

    values = every_value(empty_database)
    assert (too_soon, purged) == (0, 2)
    assert [value for value in values if value in (done, failed)] == []
    assert waiting in values


def test_a_failed_job_waits_for_a_database_that_cannot_tell_its_earlier_tries(empty_database: Database) -> None:
    table = "operation_outputs" if empty_database.is_sqlite else "dbos.operation_outputs"
    with harness_on(empty_database) as harness:
        with empty_database.transaction() as db:
            db.connection().exec_driver_sql(f"ALTER TABLE {table} RENAME TO out_of_reach")
        key = harness.running("fails")
        time.sleep(0.5)
        ran_meanwhile = len(harness.runs[key])
        with empty_database.transaction() as db:
            away = table.replace("operation_outputs", "out_of_reach")
            db.connection().exec_driver_sql(f"ALTER TABLE {away} RENAME TO operation_outputs")
        over = harness.settled(key)

    assert ran_meanwhile == 1
    assert (over.state, over.attempts, len(harness.runs[key])) == (JobState.FAILED, 3, 3)


def test_tries_that_failed_before_a_crash_count(empty_database: Database) -> None:
    with harness_on(empty_database) as first:
        key = first.running("fails_slowly")
        until(lambda: first.status(key).error == "ValueError")
    left = first.status(key)

    with harness_on(empty_database) as second:
        over = second.settled(key, within_s=15)

    assert (left.state, left.attempts) == (JobState.RUNNING, 2)
    assert (over.state, over.attempts, over.error) == (JobState.FAILED, 2, "ValueError")
    assert (len(first.runs[key]), len(second.runs[key])) == (1, 1)


def test_a_worker_with_nothing_to_do_asks_the_database_little(empty_database: Database) -> None:
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    with harness_on(empty_database) as harness:
        harness.settled(harness.enqueue("note"))
        time.sleep(0.5)
        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        time.sleep(2)
        sa.event.remove(sa.Engine, "before_cursor_execute", note)

    asked_again = [one for one in statements if "application_versions" in one or "queues.name =" in one]
    claims = [one for one in statements if "priority ASC" in one]
    assert asked_again == []
    # DBOS polls a queue of its own too, once a second; the application's eight kinds poll ten times a second each.
    assert len(claims) <= 4


def test_two_hundred_slow_jobs_run_side_by_side(empty_database: Database) -> None:
    engine = DbosEngine(empty_database)
    pause = threading.Event()

    def wait_a_second(ids: Ids) -> None:
        pause.wait(1)

    engine.register(JobKind("second", wait_a_second, queue="wide", concurrency=200))
    engine.migrate()
    engine.start_worker()
    # One after the other they would take 200 s; alone on two cores they take 2.
    with empty_database.transaction() as db:
        for number in range(200):
            engine.enqueue(db, "second", key=f"second:{number}", ids={"number": number})

    until(lambda: engine.health().waiting + engine.health().running == 0, within_s=40)
    states = {engine.status(f"second:{number}").state for number in range(200)}  # type: ignore[union-attr]
    engine.stop(grace_s=0)

    assert states == {JobState.DONE}
