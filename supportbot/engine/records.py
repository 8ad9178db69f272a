"""Reads and small writes on DBOS' own tables: how a job stands, taking one back, counts, and clearing up.

Only plain columns are used; the contract suite fails if a DBOS version changes them. A job's key is its
`workflow_uuid`, its kind the workflow's `name`.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from supportbot.engine.types import JobState, JobStatus

# The one step of a job's workflow: each record of it is a try that failed, and with what.
ATTEMPT_STEP = "attempt"
CRASHED = "CrashedTooOften"

_POSTGRES_SCHEMA = "dbos"
_DEAD = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"
_STATES = {
    "ENQUEUED": JobState.WAITING,
    "DELAYED": JobState.DELAYED,
    "PENDING": JobState.RUNNING,
    "SUCCESS": JobState.DONE,
    "ERROR": JobState.FAILED,
    _DEAD: JobState.FAILED,
    "CANCELLED": JobState.CANCELLED,
}
_SQLITE_TABLES = frozenset(
    {
        "application_versions",
        "dbos_migrations",
        "notifications",
        "operation_outputs",
        "queues",
        "streams",
        "workflow_events",
        "workflow_events_history",
        "workflow_input",
        "workflow_output",
        "workflow_schedules",
        "workflow_status",
    }
)
_TABLES = sa.MetaData(schema=_POSTGRES_SCHEMA)
_JOB = sa.Table(
    "workflow_status",
    _TABLES,
    sa.Column("workflow_uuid", sa.Text, primary_key=True),
    *(sa.Column(name, sa.Text) for name in ("name", "status", "queue_name", "executor_id")),
    *(sa.Column(name, sa.Text) for name in ("owner_xid", "deduplication_id")),
    *(sa.Column(name, sa.BigInteger) for name in ("created_at", "updated_at", "completed_at")),
    *(sa.Column(name, sa.BigInteger) for name in ("started_at_epoch_ms", "delay_until_epoch_ms")),
    sa.Column("recovery_attempts", sa.BigInteger),
)
_STEP = sa.Table(
    "operation_outputs",
    _TABLES,
    *(sa.Column(name, sa.Text) for name in ("workflow_uuid", "function_name", "output")),
    sa.Column("function_id", sa.Integer),
)
_FAILED_TRIES = (
    sa.select(_STEP.c.output)
    .where(_STEP.c.workflow_uuid == sa.bindparam("key"), _STEP.c.function_name == ATTEMPT_STEP)
    .order_by(_STEP.c.function_id)
)
_WAITING_QUEUES = sa.select(_JOB.c.queue_name).where(_JOB.c.status == sa.literal_column("'ENQUEUED'")).distinct()
_INPUT = sa.Table("workflow_input", _TABLES, sa.Column("workflow_uuid", sa.Text))
_OUTPUT = sa.Table("workflow_output", _TABLES, sa.Column("workflow_uuid", sa.Text))
_LIVE: list[sa.ColumnElement[str]] = [sa.literal_column(f"'{status}'") for status in ("ENQUEUED", "DELAYED", "PENDING")]


@dataclass(frozen=True, slots=True)
class Counts:
    """Jobs by state; `failed` since a moment; `oldest_ms` is when the longest waiting one was due."""

    waiting: int
    delayed: int
    running: int
    failed: int
    oldest_ms: int | None


def engine_columns() -> Mapping[str, frozenset[str]]:
    """The columns of DBOS' tables that are read or written here, by table."""
    return {table.name: frozenset(column.name for column in table.columns) for table in (_JOB, _STEP, _INPUT, _OUTPUT)}


def is_engine_table(name: str, schema: str | None) -> bool:
    """Whether a table belongs to the job engine, so that migrations leave it alone."""
    return schema == _POSTGRES_SCHEMA or (schema is None and name in _SQLITE_TABLES)


def waiting_queues(connection: sa.Connection) -> frozenset[str]:
    """The queues with a job that may be claimed now."""
    return frozenset(_placed(connection).execute(_WAITING_QUEUES).scalars())


def job_status(db: Session, key: str, *, now: datetime) -> JobStatus | None:
    """How one job stands; None when there is no such job."""
    connection = _connection(db)
    row = connection.execute(sa.select(_JOB).where(_JOB.c.workflow_uuid == key)).mappings().one_or_none()
    if row is None:
        return None
    return _status(row, failed_tries(db, key), now)


def failed_tries(db: Session, key: str) -> list[str]:
    """The class names of what a job's tries failed with, in order."""
    return [json.loads(output) for output in _connection(db).execute(_FAILED_TRIES, {"key": key}).scalars()]


def cancel_job(db: Session, key: str, *, now: datetime) -> bool:
    """Cancel a job that no worker has ever started; False when there is none."""
    untouched = sa.and_(_JOB.c.status.in_(("ENQUEUED", "DELAYED")), _JOB.c.recovery_attempts == 0)
    changed = _connection(db).execute(
        sa.update(_JOB)
        .where(_JOB.c.workflow_uuid == key, untouched)
        .values(status="CANCELLED", updated_at=_ms(now), completed_at=_ms(now), deduplication_id=None)
    )
    return changed.rowcount == 1


def counts(db: Session, *, now: datetime, failed_since: datetime) -> Counts:
    """Count jobs by state."""
    due_ms = sa.case(
        (_JOB.c.delay_until_epoch_ms > _JOB.c.created_at, _JOB.c.delay_until_epoch_ms), else_=_JOB.c.created_at
    )
    state = sa.case(
        (_JOB.c.status == "PENDING", "running"),
        (sa.and_(_JOB.c.status == "DELAYED", due_ms > _ms(now)), "delayed"),
        else_="waiting",
    ).label("state")
    live = sa.select(state, due_ms.label("due_ms")).where(_JOB.c.status.in_(_LIVE)).subquery()
    connection = _connection(db)
    grouped = sa.select(live.c.state, sa.func.count(), sa.func.min(live.c.due_ms)).group_by(live.c.state)
    found = {row[0]: (row[1], row[2]) for row in connection.execute(grouped)}
    failed = sa.select(sa.func.count()).where(
        _JOB.c.status.in_(("ERROR", _DEAD)), _JOB.c.completed_at >= _ms(failed_since)
    )
    return Counts(
        waiting=found.get("waiting", (0, None))[0],
        delayed=found.get("delayed", (0, None))[0],
        running=found.get("running", (0, None))[0],
        failed=connection.execute(failed).scalar_one(),
        oldest_ms=found.get("waiting", (0, None))[1],
    )


def running_by_executor(db: Session) -> dict[str, int]:
    """How many jobs each executor has under way, dead ones included."""
    grouped = (
        sa.select(_JOB.c.executor_id, sa.func.count())
        .where(_JOB.c.status == sa.literal_column("'PENDING'"))
        .group_by(_JOB.c.executor_id)
    )
    return {row[0]: row[1] for row in _connection(db).execute(grouped) if row[0]}


def claimed_jobs(db: Session, executor: str, *, before: datetime) -> set[str]:
    """The keys of what an executor has claimed before a moment and not finished."""
    mine = sa.select(_JOB.c.workflow_uuid).where(
        _JOB.c.status == sa.literal_column("'PENDING'"),
        _JOB.c.executor_id == executor,
        _JOB.c.started_at_epoch_ms < _ms(before),
    )
    return set(_connection(db).execute(mine).scalars())


def put_back(db: Session, executor: str, keys: Collection[str], *, now: datetime) -> int:
    """Return claimed jobs that do not run to their queue, not counting the claim; gives how many."""
    changed = _connection(db).execute(
        sa.update(_JOB)
        .where(_JOB.c.workflow_uuid.in_(list(keys)), _JOB.c.status == "PENDING", _JOB.c.executor_id == executor)
        .values(
            status="ENQUEUED",
            owner_xid=None,
            started_at_epoch_ms=None,
            updated_at=_ms(now),
            recovery_attempts=_JOB.c.recovery_attempts - 1,
        )
    )
    return changed.rowcount


def purge_jobs(db: Session, *, over_before: datetime, limit: int) -> int:
    """Delete jobs that were over before a moment, at most `limit`; gives how many."""
    connection = _connection(db)
    old = sa.select(_JOB.c.workflow_uuid).where(_JOB.c.completed_at < _ms(over_before)).limit(limit)
    keys = list(connection.execute(old).scalars())
    if keys:
        for table in (_STEP, _INPUT, _OUTPUT, _JOB):
            connection.execute(sa.delete(table).where(table.c.workflow_uuid.in_(keys)))
    return len(keys)


def _status(row: Mapping[Any, Any], failures: list[str], now: datetime) -> JobStatus:
    state = _STATES[row["status"]]
    due_at = max(_moment(row["created_at"]), _moment(row["delay_until_epoch_ms"] or 0))
    if state is JobState.DELAYED and due_at <= now:
        state = JobState.WAITING
    return JobStatus(
        key=row["workflow_uuid"],
        kind=row["name"],
        state=state,
        attempts=len(failures) + (state in (JobState.RUNNING, JobState.DONE)),
        error=CRASHED if row["status"] == _DEAD else (failures[-1] if failures else None),
        enqueued_at=_moment(row["created_at"]),
        due_at=due_at,
        started_at=_moment(row["started_at_epoch_ms"]) if row["started_at_epoch_ms"] else None,
        finished_at=_moment(row["completed_at"]) if row["completed_at"] else None,
    )


def _connection(db: Session) -> sa.Connection:
    return _placed(db.connection())


def _placed(connection: sa.Connection) -> sa.Connection:
    if connection.dialect.name == "sqlite":
        # SQLite has no schemas: there the tables lie beside the application's.
        translated = connection.get_execution_options().get("schema_translate_map") or {}
        connection = connection.execution_options(schema_translate_map={**translated, _POSTGRES_SCHEMA: None})
    return connection


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
