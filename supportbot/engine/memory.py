"""The engine without a database: the same contract, for tests and tools that run jobs when they choose to."""

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from supportbot.clock import Clock, system_clock
from supportbot.engine.attempts import TIMED_OUT, Attempts
from supportbot.engine.base import KEEP, Kinds, check_session
from supportbot.engine.rules import backoff_s
from supportbot.engine.types import EngineHealth, Ids, JobKind, JobState, JobStatus
from supportbot.errors import Conflict, EngineError

_WORKER_THREADS = 8
_POLL_S = 0.02


@dataclass
class _Job:
    key: str
    kind: JobKind
    ids: Ids
    enqueued_at: datetime
    due_at: datetime
    order: int
    attempts: int = 0
    error: str | None = None
    state: JobState = JobState.WAITING
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass
class _Change:
    """An enqueue (`job`) or a cancel (no job) that waits for its transaction to commit."""

    transaction: Any
    key: str
    job: _Job | None


@dataclass
class _Pending:
    changes: list[_Change] = field(default_factory=list)


class MemoryEngine(Kinds):
    """`Engine` in this process' memory. Jobs run when `run_due` is called, or in threads after `start_worker`."""

    def __init__(self, *, clock: Clock = system_clock) -> None:
        super().__init__()
        self._clock = clock
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.RLock()
        self._attempts = Attempts()
        self._order = 0
        self._stopped = threading.Event()
        self._workers: list[threading.Thread] = []

    def enqueue(self, db: Session, kind: str, *, key: str, ids: Ids, delay_s: float = 0) -> None:
        """See `Engine.enqueue`."""
        job_kind = self._checked(db, kind, key, ids, delay_s)
        now = self._clock()
        with self._lock:
            there = self._seen_by(db, key)
            if there is not None and there.kind.name != kind:
                raise Conflict(f"Job key {key} belongs to a job of another kind than {kind}.")
            self._order += 1
            job = _Job(key, job_kind, dict(ids), now, now + timedelta(seconds=delay_s), self._order)
            self._changes(db).append(_Change(_innermost(db), key, job))

    def status(self, key: str) -> JobStatus | None:
        """See `Engine.status`."""
        with self._lock:
            job = self._jobs.get(key)
            return None if job is None else self._status(job)

    def cancel(self, db: Session, key: str) -> bool:
        """See `Engine.cancel`."""
        check_session(db)
        with self._lock:
            job = self._seen_by(db, key)
            if job is None or job.attempts or job.state is not JobState.WAITING or self._is_cancelled_in(db, key):
                return False
            self._changes(db).append(_Change(_innermost(db), key, None))
            return True

    def health(self) -> EngineHealth:
        """See `Engine.health`. There are no workers and no slots."""
        now = self._clock()
        with self._lock:
            states = [self._status(job) for job in self._jobs.values()]
        due = [job.due_at for job in states if job.state is JobState.WAITING]
        failed = [job for job in states if job.state is JobState.FAILED and job.finished_at]
        return EngineHealth(
            oldest_waiting_s=max(0.0, (now - min(due)).total_seconds()) if due else 0.0,
            waiting=len(due),
            delayed=sum(job.state is JobState.DELAYED for job in states),
            running=sum(job.state is JobState.RUNNING for job in states),
            failed=sum(job.finished_at is not None and now - job.finished_at < timedelta(days=1) for job in failed),
            slots=(),
        )

    def purge(self, *, keep: timedelta = KEEP, limit: int = 5000) -> int:
        """See `Engine.purge`."""
        edge = self._clock() - keep
        with self._lock:
            old = [job.key for job in self._jobs.values() if job.finished_at is not None and job.finished_at < edge]
            for key in old[:limit]:
                del self._jobs[key]
        return len(old[:limit])

    def migrate(self) -> None:
        """See `Engine.migrate`; there is nothing to do."""

    def start_worker(self, *, slots: int = 16) -> str:
        """See `Engine.start_worker`. Queues do not limit how many jobs run at once: at most eight do."""
        self._require_kinds()
        if self.is_working:
            raise EngineError("This engine has a worker already.")
        self._stopped.clear()
        self._workers = [threading.Thread(target=self._work, daemon=True) for _ in range(_WORKER_THREADS)]
        for worker in self._workers:
            worker.start()
        return "slot-0"

    @property
    def is_working(self) -> bool:
        """See `Engine.is_working`."""
        return bool(self._workers) and not self._stopped.is_set()

    def stop(self, *, grace_s: float = 10) -> None:
        """See `Engine.stop`. A job that outlasts the grace goes on in its thread."""
        self._stopped.set()
        deadline = time.monotonic() + grace_s
        for worker in self._workers:
            worker.join(max(0.0, deadline - time.monotonic()))
        self._workers = []

    def _work(self) -> None:
        while not self._stopped.wait(_POLL_S):
            self.run_due()

    def run_due(self, now: datetime | None = None) -> int:
        """Try every job that is due at `now` (default: the clock's), oldest first, until none is left.

        Returns:
            How many tries there were. A failed one is due again after its backoff.
        """
        tries = 0
        while (job := self._next_due(now or self._clock())) is not None:
            tries += 1
            self._try(job, now)
        return tries

    def _next_due(self, now: datetime) -> _Job | None:
        with self._lock:
            due = [job for job in self._jobs.values() if job.state is JobState.WAITING and job.due_at <= now]
            job = min(due, key=lambda job: (job.due_at, job.order), default=None)
            if job is not None:
                job.state, job.started_at, job.attempts = JobState.RUNNING, now, job.attempts + 1
            return job

    def _try(self, job: _Job, now: datetime | None) -> None:
        error = self._attempts.run(job.kind, job.key, job.ids)
        now = now or self._clock()
        with self._lock:
            job.error = error or job.error
            if error is None:
                job.state, job.finished_at = JobState.DONE, now
            elif error == TIMED_OUT or job.attempts > job.kind.retries:
                job.state, job.finished_at = JobState.FAILED, now
            else:
                job.state = JobState.WAITING
                job.due_at = now + timedelta(seconds=backoff_s(job.kind, job.attempts))

    def _status(self, job: _Job) -> JobStatus:
        is_early = job.state is JobState.WAITING and job.due_at > self._clock()
        return JobStatus(
            key=job.key,
            kind=job.kind.name,
            state=JobState.DELAYED if is_early else job.state,
            attempts=job.attempts,
            error=job.error,
            enqueued_at=job.enqueued_at,
            due_at=job.due_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
        )

    def _seen_by(self, db: Session, key: str) -> _Job | None:
        waiting = [change.job for change in self._changes(db) if change.key == key and change.job is not None]
        return self._jobs.get(key) or (waiting[0] if waiting else None)

    def _is_cancelled_in(self, db: Session, key: str) -> bool:
        return any(change.key == key and change.job is None for change in self._changes(db))

    def _changes(self, db: Session) -> list[_Change]:
        """What this session will do to the jobs when it commits."""
        name = f"supportbot.engine.memory.{id(self)}"
        if name not in db.info:
            db.info[name] = _Pending()
            sa.event.listen(db, "after_commit", self._after_commit)
            sa.event.listen(db, "after_soft_rollback", self._after_rollback)
        pending: _Pending = db.info[name]
        return pending.changes

    def _after_commit(self, db: Session) -> None:
        if db.in_nested_transaction():
            return
        with self._lock:
            changes = self._changes(db)
            for change in changes:
                self._apply(change)
            changes.clear()

    def _apply(self, change: _Change) -> None:
        if change.job is not None:
            self._jobs.setdefault(change.key, change.job)
            return
        job = self._jobs.get(change.key)
        if job is not None and job.state is JobState.WAITING:
            job.state, job.finished_at = JobState.CANCELLED, self._clock()

    def _after_rollback(self, db: Session, rolled_back: Any) -> None:
        with self._lock:
            changes = self._changes(db)
            changes[:] = [change for change in changes if not _is_within(change.transaction, rolled_back)]


def _innermost(db: Session) -> Any:
    return db.get_nested_transaction() or db.get_transaction()


def _is_within(transaction: Any, outer: Any) -> bool:
    while transaction is not None:
        if transaction is outer:
            return True
        transaction = transaction.parent
    return False
