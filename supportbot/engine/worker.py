"""The worker's half of the engine: DBOS in this process, its slot, and the watch that takes over from dead workers.

DBOS is one per process, so a process runs at most one `Worker`. What DBOS alone does not do is done here once a
second: keep the slot, take over the work of slots that nobody holds, and put back work that was claimed and lost.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, StepOptions
from sqlalchemy import Engine as SqlEngine

from supportbot.clock import Clock
from supportbot.db import Database
from supportbot.engine.attempts import TIMED_OUT, Abandoned, Attempts
from supportbot.engine.dbos_internals import active_workflows, recover, require_internals
from supportbot.engine.polling import poll_cheaply
from supportbot.engine.records import ATTEMPT_STEP, claimed_jobs, failed_tries, put_back, running_by_executor
from supportbot.engine.rules import backoff_s
from supportbot.engine.slots import SlotLocks, slot_name, slot_number
from supportbot.engine.types import Ids, JobKind
from supportbot.errors import EngineError, Unavailable

APPLICATION = "supportbot"
# By default DBOS hashes the workflow code, and after an upgrade the old release's pending work is nobody's.
APPLICATION_VERSION = "supportbot"
POSTGRES_SCHEMA = "dbos"
# A job that was running when its worker died this often is not tried again: it may be what kills them.
MAX_CRASHES = 20

_WATCH_S = 1.0
_CLAIM_S = 2.0
# A live worker whose connection broke takes its slot back within a second; a dead one never does.
_DEAD_AFTER_S = 1.5
_LOST_AFTER_S = 4.0
_ORPHAN_AFTER_S = 5.0

_log = logging.getLogger(__name__)
_process_lock = threading.Lock()


class JobFailed(Exception):
    """A job's last try failed; carries the failure's class name only, for DBOS stores and logs it."""


class Worker:
    """DBOS at work in this process, from `start` to `stop`."""

    def __init__(
        self, database: Database, dbos_engine: SqlEngine, locks: SlotLocks, kinds: Mapping[str, JobKind], clock: Clock
    ) -> None:
        self._database = database
        self._dbos_engine = dbos_engine
        self._locks = locks
        self._kinds = kinds
        self._clock = clock
        self._attempts = Attempts()
        self._draining = threading.Event()
        self._stopped = threading.Event()
        self._number = -1
        self._refused_at: float | None = None
        self._seen_free: dict[int, float] = {}
        self._suspects: set[str] = set()
        self._watch = threading.Thread(target=self._watch_until_stopped, name="engine-watch", daemon=True)

    @property
    def slot(self) -> str:
        """The name of the slot this worker holds."""
        return slot_name(self._number)

    @property
    def is_working(self) -> bool:
        """False once stopped, or when another process has this one's slot (after a loss of the database)."""
        is_lost = self._refused_at is not None and time.monotonic() - self._refused_at >= _LOST_AFTER_S
        return not self._stopped.is_set() and not is_lost

    def start(self, slots: int) -> None:
        """Take a free slot and begin to run jobs.

        Raises:
            EngineError: this process has a worker already.
            Unavailable: all slots are held.
        """
        if not _process_lock.acquire(blocking=False):
            raise EngineError("This process runs a worker already. Start another process for another worker.")
        try:
            self._number = self._claim_slot(slots)
            self._launch()
        except BaseException:
            self._locks.close()
            _process_lock.release()
            raise
        self._watch.start()

    def stop(self, grace_s: float) -> None:
        """Stop claiming, give running jobs `grace_s` to end, and leave the rest for other workers."""
        self._draining.set()
        cut = threading.Timer(grace_s, self._attempts.abandon)
        cut.daemon = True
        cut.start()
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=math.ceil(grace_s))
        cut.cancel()
        self._attempts.abandon()
        self._stopped.set()
        self._watch.join(timeout=10)
        self._locks.close()
        _process_lock.release()

    def _claim_slot(self, slots: int) -> int:
        # Others look at locks for an instant, so a first "held" may mean nothing.
        deadline = time.monotonic() + _CLAIM_S
        while True:
            for number in range(slots):
                if self._locks.acquire(number):
                    return number
            if time.monotonic() >= deadline:
                raise Unavailable(
                    f"All {slots} worker slots are held by live workers. Stop one, or start with more slots."
                )
            self._stopped.wait(0.1)

    def _launch(self) -> None:
        quiet_dbos_log()
        config: DBOSConfig = {
            "name": APPLICATION,
            "application_version": APPLICATION_VERSION,
            "executor_id": self.slot,
            "system_database_engine": self._dbos_engine,
            "dbos_system_schema": POSTGRES_SCHEMA,
            "serializer": DBOSPortableJSONSerializer(),
            "run_migrations": False,
            "use_listen_notify": False,
            "enable_otlp": False,
            "log_level": "WARNING",
        }
        require_internals(DBOS(config=config))
        for kind in self._kinds.values():
            DBOS.workflow(name=kind.name, max_recovery_attempts=MAX_CRASHES)(self._workflow(kind))
        # Only these: a claim of an unknown kind would stay with this worker for ever.
        DBOS.listen_queues([kind.full_queue for kind in self._kinds.values()])
        try:
            DBOS.launch()
            poll_cheaply(self._dbos_engine)
        except BaseException:
            DBOS.destroy(destroy_registry=True)
            raise

    def _workflow(self, kind: JobKind) -> Callable[[Ids], None]:
        def run_job(ids: Ids) -> None:
            key = DBOS.workflow_id or ""
            failed: list[str] | None = None
            while (error := self._attempts.run(kind, key, ids)) is not None:
                if failed is None:
                    failed = self._failed_before(key)
                failed.append(error)
                _record_failure(error)
                if error == TIMED_OUT or len(failed) > kind.retries:
                    raise JobFailed(error)
                if self._draining.wait(backoff_s(kind, len(failed))):
                    raise Abandoned

        return run_job

    def _failed_before(self, key: str) -> list[str]:
        """The tries that failed before a crash: they count, and DBOS is told of them again, as it replays in order.

        Asked once a try has failed here: nearly every job succeeds, and needs no such question.
        """
        while True:
            try:
                with self._database.transaction(read_only=True) as db:
                    failed = failed_tries(db, key)
                for error in failed:
                    _record_failure(error)
                return failed
            except Exception as error:
                # The database may be away for a while. An error from here would end the job for good.
                _log.warning("A job's tries could not be read.", extra={"job": key, "error": type(error).__name__})
                if self._draining.wait(_WATCH_S):
                    raise Abandoned from None

    def _watch_until_stopped(self) -> None:
        while not self._stopped.wait(_WATCH_S):
            try:
                self._keep_slot()
                if not self._draining.is_set():
                    self._take_over()
                    self._put_back_lost()
            except Exception as error:
                # The database may be away for a while; the next round tries again.
                _log.warning("The engine's watch failed.", extra={"error": type(error).__name__})

    def _keep_slot(self) -> None:
        # While the server cannot be asked, nobody else can have got the slot either.
        if self._locks.is_ours(self._number) or self._locks.acquire(self._number):
            self._refused_at = None
        elif self._refused_at is None:
            # It may only be someone who looks whether it is free.
            self._refused_at = time.monotonic()
        else:
            _log.error("Another process has this worker's slot.", extra={"slot": self.slot})

    def _take_over(self) -> None:
        with self._database.transaction(read_only=True) as db:
            running = running_by_executor(db)
        numbers = {number for number in map(slot_number, running) if number is not None and number != self._number}
        self._seen_free = {number: at for number, at in self._seen_free.items() if number in numbers}
        for number in numbers:
            if not self._locks.acquire(number):
                self._seen_free.pop(number, None)
                continue
            try:
                if time.monotonic() - self._seen_free.setdefault(number, time.monotonic()) >= _DEAD_AFTER_S:
                    _log.warning("Taking over from a dead worker.", extra={"slot": slot_name(number)})
                    recover(slot_name(number))
            finally:
                self._locks.release(number)

    def _put_back_lost(self) -> None:
        """Put back what was claimed but does not run here, since an error came between claim and start."""
        now = self._clock()
        with self._database.transaction(read_only=True) as db:
            claimed = claimed_jobs(db, self.slot, before=now - timedelta(seconds=_ORPHAN_AFTER_S))
        idle = claimed - active_workflows()
        # While others of a large claim still begin, none of it is lost: the machine is only busy.
        lost = idle & self._suspects if self._suspects <= idle else set()
        self._suspects = idle - lost
        if lost:
            with self._database.transaction() as db:
                put_back(db, self.slot, lost, now=now)
            _log.warning("Put back jobs that were claimed and lost.", extra={"count": len(lost)})


def _record_failure(error: str) -> None:
    # One recorded step for each failed try. A job that succeeds is recorded as a whole: two statements fewer.
    options: StepOptions = {"name": ATTEMPT_STEP}
    DBOS.run_step(options, lambda: error)


def quiet_dbos_log() -> None:
    """Send DBOS' warnings the way of all logs, without its own console lines and tracebacks of failed jobs."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        # DBOS adds a console handler of its own where it finds none.
        logger.addHandler(logging.NullHandler())
        logger.addFilter(lambda record: "background workflow" not in record.getMessage())
