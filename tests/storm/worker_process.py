"""`python -m tests.storm.worker_process URL`: a worker in a process of its own, to be killed.

It prints its slot once it works. Its jobs note in the table `ran` that they began and ended; with `--hold` they never
end.
"""

import argparse
import os
import signal
import sys
import threading

import sqlalchemy as sa

from supportbot.db import Database
from supportbot.engine import DbosEngine, Ids, JobKind
from supportbot.errors import SupportbotError

RAN = sa.Table(
    "ran",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("job", sa.Text),
    sa.Column("process", sa.Integer),
    sa.Column("has_ended", sa.Boolean),
)


def register_kinds(engine: DbosEngine, database: Database, *, hold: bool, knows_new: bool = True) -> None:
    """Make the storm's kinds known: "work", "fails_once", and "new", which an older release does not know."""

    def note(job: int | str, *, has_ended: bool) -> int:
        with database.transaction() as db:
            db.connection().execute(sa.insert(RAN).values(job=job, process=os.getpid(), has_ended=has_ended))
            return db.connection().execute(sa.select(sa.func.count()).where(RAN.c.job == job)).scalar_one()

    def work(ids: Ids) -> None:
        note(ids["job"], has_ended=False)
        if hold:
            threading.Event().wait()
        note(ids["job"], has_ended=True)

    def fail_once(ids: Ids) -> None:
        if note(ids["job"], has_ended=False) == 1:
            raise ConnectionError
        if hold:
            threading.Event().wait()
        note(ids["job"], has_ended=True)

    engine.register(JobKind("work", work, queue="storm", concurrency=20))
    engine.register(JobKind("fails_once", fail_once, queue="storm", concurrency=20, backoff_s=0.1))
    if knows_new:
        engine.register(JobKind("new", work, queue="storm", concurrency=20))


def main() -> int:
    """Run a worker until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--slots", type=int, default=4)
    parser.add_argument("--hold", action="store_true")
    parser.add_argument("--old", action="store_true")
    options = parser.parse_args()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    database = Database(options.url)
    engine = DbosEngine(database)
    register_kinds(engine, database, hold=options.hold, knows_new=not options.old)
    try:
        print(engine.start_worker(slots=options.slots), flush=True)
    except SupportbotError as error:
        print(error.message, file=sys.stderr)
        return 1
    while engine.is_working and not stop.wait(0.2):
        pass
    engine.stop(grace_s=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
