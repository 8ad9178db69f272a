"""The durable engine: jobs in DBOS' tables, in the application's own database, SQLite or PostgreSQL."""

from datetime import timedelta

import sqlalchemy as sa
from dbos import DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions
from dbos import error as dbos_error
from sqlmodel import Session

from supportbot.clock import Clock, system_clock
from supportbot.db import Database, ask_rested_connections
from supportbot.engine import records
from supportbot.engine.base import KEEP, Kinds, check_session
from supportbot.engine.dbos_internals import require_tables, system_database
from supportbot.engine.slots import open_slots, slot_name, slot_number
from supportbot.engine.types import EngineHealth, Ids, JobStatus, Slot
from supportbot.engine.worker import APPLICATION, APPLICATION_VERSION, POSTGRES_SCHEMA, Worker, quiet_dbos_log
from supportbot.errors import Conflict, EngineError, Unavailable

_NOT_MIGRATED = "The job engine's tables are missing or older than this release. Run: supportbot migrate"


class DbosEngine(Kinds):
    """`Engine` on DBOS. Any process enqueues and asks; one that calls `start_worker` also runs jobs."""

    def __init__(self, database: Database, *, clock: Clock = system_clock) -> None:
        super().__init__()
        quiet_dbos_log()
        self._database = database
        self._clock = clock
        self._worker: Worker | None = None
        self._own_engine: sa.Engine | None = None
        # Lends the caller's session its statements; opens no connection of its own.
        self._client = _client(database.engine)

    def migrate(self) -> None:
        """See `Engine.migrate`."""
        engine = _open_engine(self._database)
        try:
            system_database(_client(engine)).run_migrations()
        finally:
            engine.dispose()

    def check_migrated(self) -> None:
        """Make sure that this release's tables are there.

        Raises:
            Unavailable: they are not; says what to run.
        """
        engine = _open_engine(self._database)
        try:
            system_database(_client(engine)).verify_migrations()
        except (dbos_error.DBOSInitializationError, sa.exc.DBAPIError) as error:
            raise Unavailable(_NOT_MIGRATED) from error
        finally:
            engine.dispose()

    def enqueue(self, db: Session, kind: str, *, key: str, ids: Ids, delay_s: float = 0) -> None:
        """See `Engine.enqueue`."""
        job_kind = self._checked(db, kind, key, ids, delay_s)
        self._check_same_database(db)
        options = EnqueueOptions(
            workflow_name=job_kind.name,
            queue_name=job_kind.full_queue,
            workflow_id=key,
            app_version=APPLICATION_VERSION,
        )
        if delay_s:
            # DBOS looks at delayed jobs once a second.
            options["delay_seconds"] = delay_s
        try:
            self._client.enqueue_in_transaction(db, options, dict(ids))
        except dbos_error.DBOSConflictingWorkflowError as error:
            raise Conflict(f"Job key {key} belongs to a job of another kind than {kind}.") from error
        except (sa.exc.OperationalError, sa.exc.ProgrammingError) as error:
            raise self._explained(error) from error

    def status(self, key: str) -> JobStatus | None:
        """See `Engine.status`."""
        with self._database.transaction(read_only=True) as db:
            return records.job_status(db, key, now=self._clock())

    def cancel(self, db: Session, key: str) -> bool:
        """See `Engine.cancel`."""
        check_session(db)
        self._check_same_database(db)
        return records.cancel_job(db, key, now=self._clock())

    def health(self) -> EngineHealth:
        """See `Engine.health`."""
        now = self._clock()
        with self._database.transaction(read_only=True) as db:
            counts = records.counts(db, now=now, failed_since=now - timedelta(days=1))
            running = records.running_by_executor(db)
        locks = open_slots(self._database)
        try:
            held = locks.held()
        finally:
            locks.close()
        numbers = sorted(held | {number for number in map(slot_number, running) if number is not None})
        oldest_s = 0.0 if counts.oldest_ms is None else now.timestamp() - counts.oldest_ms / 1000
        return EngineHealth(
            oldest_waiting_s=max(0.0, oldest_s),
            waiting=counts.waiting,
            delayed=counts.delayed,
            running=counts.running,
            failed=counts.failed,
            slots=tuple(Slot(slot_name(n), n in held, running.get(slot_name(n), 0)) for n in numbers),
        )

    def purge(self, *, keep: timedelta = KEEP, limit: int = 5000) -> int:
        """See `Engine.purge`."""
        with self._database.transaction() as db:
            return records.purge_jobs(db, over_before=self._clock() - keep, limit=limit)

    def start_worker(self, *, slots: int = 16) -> str:
        """See `Engine.start_worker`."""
        self._require_kinds()
        self.check_migrated()
        self._own_engine = _open_engine(self._database)
        require_tables(self._own_engine, schema=None if self._database.is_sqlite else POSTGRES_SCHEMA)
        worker = Worker(self._database, self._own_engine, open_slots(self._database), self.kinds, self._clock)
        try:
            self._declare_queues(self._own_engine)
            worker.start(slots)
        except BaseException:
            self._own_engine.dispose()
            raise
        self._worker = worker
        return worker.slot

    @property
    def is_working(self) -> bool:
        """See `Engine.is_working`."""
        return self._worker is not None and self._worker.is_working

    def stop(self, *, grace_s: float = 10) -> None:
        """See `Engine.stop`."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        worker.stop(grace_s)
        if self._own_engine is not None:
            self._own_engine.dispose()

    def _declare_queues(self, engine: sa.Engine) -> None:
        client = _client(engine)
        for kind in self.kinds.values():
            client.register_queue(
                kind.full_queue, worker_concurrency=kind.concurrency, polling_interval_sec=kind.poll_s
            )

    def _check_same_database(self, db: Session) -> None:
        if db.get_bind().engine.url != self._database.engine.url:
            raise EngineError("This session belongs to another database than the job engine's.")

    def _explained(self, error: sa.exc.DBAPIError) -> Exception:
        text = str(error.orig)
        is_missing = "no such table" in text or getattr(error.orig, "sqlstate", None) in ("42P01", "3F000")
        return Unavailable(_NOT_MIGRATED) if is_missing else error


def _client(engine: sa.Engine) -> DBOSClient:
    return DBOSClient(
        system_database_engine=engine,
        dbos_system_schema=POSTGRES_SCHEMA,
        serializer=DBOSPortableJSONSerializer(),
        application_name=APPLICATION,
        lazy=True,
    )


def _open_engine(database: Database) -> sa.Engine:
    """DBOS' own connections: to the same database, opened the way its statements need."""
    if not database.is_sqlite:
        engine = sa.create_engine(
            database.url,
            pool_size=10,
            max_overflow=10,
            pool_use_lifo=True,
            hide_parameters=True,
            connect_args={"options": "-c idle_in_transaction_session_timeout=60000", "connect_timeout": 10},
        )
        ask_rested_connections(engine)
        return engine
    engine = sa.create_engine(database.url, pool_size=10, max_overflow=10, hide_parameters=True)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
    # DBOS opens some transactions itself and relies on the driver for the others, so the begin event of
    # `supportbot.db` does not fit; without WAL it runs 16 jobs a second instead of 73.
    connection.isolation_level = "IMMEDIATE"
    cursor = connection.cursor()
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
