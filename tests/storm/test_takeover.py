"""Workers that die without a word: who gets their slot and their jobs, and how soon."""

import re
import threading
from pathlib import Path

import sqlalchemy as sa

from supportbot.db import Database
from supportbot.engine import DbosEngine, JobState
from supportbot.engine.slots import open_slots
from tests.storm.conftest import StartWorker
from tests.storm.processes import python, start_process, wait_for
from tests.storm.worker_process import RAN

TAKEOVER_S = 30
START_S = 60


def ran(database: Database) -> list[tuple[str, int, bool]]:
    """Job, process and whether it ended, in order."""
    with database.transaction(read_only=True) as db:
        rows = db.connection().execute(sa.select(RAN.c.job, RAN.c.process, RAN.c.has_ended).order_by(RAN.c.id))
        return [(row[0], row[1], row[2]) for row in rows]


def enqueue(database: Database, engine: DbosEngine, kind: str, count: int) -> list[str]:
    """Enqueue some jobs; gives their keys."""
    keys = [f"{kind}:{number}" for number in range(count)]
    with database.transaction() as db:
        for key in keys:
            engine.enqueue(db, kind, key=key, ids={"job": key})
    return keys


def begun(database: Database) -> int:
    """How many tries have begun."""
    return sum(not has_ended for _, _, has_ended in ran(database))


def are_done(engine: DbosEngine, keys: list[str]) -> bool:
    """Whether every job has succeeded."""
    statuses = [engine.status(key) for key in keys]
    return all(status is not None and status.state is JobState.DONE for status in statuses)


def test_another_worker_finishes_the_jobs_of_a_killed_one(
    database: Database, engine: DbosEngine, start_worker: StartWorker
) -> None:
    keys = enqueue(database, engine, "work", 5)
    first = start_worker("--hold", "--old")
    slots = [first.slot()]
    wait_for(lambda: begun(database) == 5, "five jobs in the first worker", within_s=START_S)
    second = start_worker()
    slots.append(second.slot())
    own = enqueue(database, engine, "new", 1)
    wait_for(lambda: are_done(engine, own), "the second worker's own job", within_s=START_S)
    # Longer than it takes to notice a free slot: a living worker's jobs stay its own.
    threading.Event().wait(4)
    while_both_live = {process for job, process, _ in ran(database) if job in keys}

    first.kill()
    wait_for(lambda: are_done(engine, keys), "the first worker's jobs", lambda _: second.said(), within_s=TAKEOVER_S)

    ended = [job for job, process, has_ended in ran(database) if has_ended and process == second.pid]
    assert slots == ["slot-0", "slot-1"]
    assert while_both_live == {first.pid}
    assert sorted(ended) == sorted(keys + own)


def test_a_worker_started_anew_finishes_what_its_slot_left(
    database: Database, engine: DbosEngine, start_worker: StartWorker
) -> None:
    keys = enqueue(database, engine, "work", 3)
    first = start_worker("--hold")
    wait_for(lambda: begun(database) == 3, "three jobs in the first worker", within_s=START_S)
    first.kill()
    left = engine.health()

    second = start_worker()
    slot = second.slot()
    wait_for(lambda: are_done(engine, keys), "the jobs left", lambda _: second.said(), within_s=TAKEOVER_S)

    assert [(each.name, each.is_held, each.running) for each in left.slots] == [("slot-0", False, 3)]
    assert slot == "slot-0"
    assert engine.health().held_slots == ("slot-0",)


def test_two_live_workers_never_share_a_slot(database: Database, engine: DbosEngine, start_worker: StartWorker) -> None:
    first = start_worker("--slots", "1")
    first.slot()

    second = start_worker("--slots", "1")
    code = second.process.wait(timeout=START_S)
    held = engine.health().held_slots

    assert code == 1
    assert "All 1 worker slots are held" in second.said()
    assert held == ("slot-0",)


def test_a_worker_whose_slot_another_took_ends_itself(postgres_database_url: str, tmp_path: Path) -> None:
    database = Database(postgres_database_url)
    DbosEngine(database).migrate()
    log = tmp_path / "worker.log"
    argv = python("-m", "tests.storm.worker_process", postgres_database_url)
    process = start_process(argv, {}, log)
    wait_for(lambda: "slot-0" in log.read_text(), "the worker", lambda _: log.read_text(), within_s=START_S)
    thief = open_slots(database)

    cut = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 0 AND granted"
    )
    with database.transaction() as db:
        db.connection().execute(cut)
    wait_for(lambda: thief.acquire(0), "the slot", within_s=START_S)
    code = process.wait(timeout=START_S)
    thief.close()
    database.dispose()

    assert code == 0
    assert "Another process has this worker's slot." in log.read_text()


def test_failed_tries_are_remembered_through_a_crash(
    database: Database, engine: DbosEngine, start_worker: StartWorker
) -> None:
    keys = enqueue(database, engine, "fails_once", 1)
    first = start_worker("--hold")
    wait_for(lambda: begun(database) == 2, "the second try", lambda _: first.said(), within_s=START_S)

    first.kill()
    second = start_worker()
    wait_for(lambda: are_done(engine, keys), "the job", lambda _: second.said(), within_s=START_S)

    status = engine.status(keys[0])
    assert status is not None
    assert (status.attempts, status.error) == (2, "ConnectionError")


def test_a_job_of_a_newer_release_waits_for_a_worker_that_knows_it(
    database: Database, engine: DbosEngine, start_worker: StartWorker
) -> None:
    old = start_worker("--old")
    old.slot()
    keys = enqueue(database, engine, "new", 1)
    known = enqueue(database, engine, "work", 1)
    wait_for(lambda: are_done(engine, known), "a job that the old worker knows", within_s=START_S)
    before = engine.status(keys[0])

    current = start_worker()
    current.slot()
    wait_for(lambda: are_done(engine, keys), "the job", lambda _: current.said(), within_s=START_S)

    assert before is not None
    assert before.state is JobState.WAITING
    assert {process for job, process, _ in ran(database) if job in keys} == {current.pid}


def test_a_worker_talks_to_nobody_but_its_database(
    database: Database, engine: DbosEngine, start_worker: StartWorker
) -> None:
    worker = start_worker()
    worker.slot()
    keys = enqueue(database, engine, "work", 1)
    wait_for(lambda: are_done(engine, keys), "a job", within_s=START_S)

    links = [file.readlink().name for file in Path(f"/proc/{worker.pid}/fd").iterdir() if file.is_symlink()]
    own = {match[1] for link in links if (match := re.fullmatch(r"socket:\[(\d+)\]", link))}
    internet = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        lines = Path(f"/proc/{worker.pid}/net/{table}").read_text().splitlines()[1:]
        internet |= {line.split()[9] for line in lines}

    # The tests' own PostgreSQL is reached by a Unix socket, SQLite by a file.
    assert own & internet == set()
