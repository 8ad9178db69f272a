"""The guard of every process on one database: spending limits, and the breaker of models that fail.

Each question is one short transaction, committed before the call is made, so that no two processes together spend
more than a limit, and all of them leave a failing model alone.
"""

import logging
from collections import deque
from collections.abc import Callable
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from supportbot.audit.actions import AuditLog
from supportbot.audit.types import SYSTEM
from supportbot.clock import Clock
from supportbot.db import Database, change_rows, insert_once, insert_row, rows_of
from supportbot.gateway.circuit_breaker import BREAKING, MOST_FAILURES, WINDOW_S, opens, pause_s
from supportbot.gateway.rules import over_task_limit, words_of
from supportbot.gateway.tables import Breaker, Reservation, SpendDay
from supportbot.gateway.types import Admitted, Attempt, ModelSpec, NotAdmitted, OutcomeClass, PlannedCall

_log = logging.getLogger(__name__)
_PROBE_SLACK_S = 5
MOST_RECENT = 500
"""So many calls of the last minute say how a model is doing."""
_NO_LIMIT = 2**62
_PAUSED_BECAUSE = sa.select(rows_of(Breaker).c.because).where(rows_of(Breaker).c.endpoint == sa.bindparam("endpoint"))


class DatabaseGuard:
    """Limits and breakers that all processes on one database share. The built-in provider passes freely.

    Args:
        announce: called in the transaction that pauses a model or brings it back, for who shows that.
    """

    def __init__(
        self,
        database: Database,
        audit: AuditLog,
        clock: Clock,
        *,
        announce: Callable[[Session, datetime], None] = lambda _db, _at: None,
    ) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._announce = announce
        self._lock = Lock()
        self._answered: deque[tuple[int, OutcomeClass]] = deque(maxlen=MOST_RECENT)

    def admit(self, call: PlannedCall) -> Admitted | NotAdmitted:
        """Whether the call may be made; when it may, its worst case counts as spent from here on."""
        if call.spec.provider == "builtin":
            return Admitted(None)
        now = self._clock()
        with self._database.transaction() as db:
            probing = _breaker_says(db, call, now)
            if isinstance(probing, NotAdmitted):
                return probing
            day = now.date()
            if not _add_to_day(db, call, day):
                _leave_probe(db, call, now, probing)
                return NotAdmitted("over_limit", _day_words(call))
            reserved = _reserve(db, call, now)
            if reserved is None:
                _take_from_day(db, call, day)
                _leave_probe(db, call, now, probing)
                return _over_message_limit(db, call)
            return Admitted(reserved, is_probe=probing)

    def report(self, call: PlannedCall, admitted: Admitted, attempt: Attempt) -> None:
        """Note how a call ended: a failure at once, for every process; an answer with the next failure, or its draft.

        So answers hold a breaker closed before their drafts are saved, and cost no statement of their own.
        """
        if admitted.reservation_id is None:
            return
        if not (admitted.is_probe or attempt.outcome in BREAKING):
            with self._lock:
                self._answered.append((admitted.reservation_id, attempt.outcome))
            return
        now, endpoint = self._clock(), endpoint_of(call.spec)
        with self._database.transaction() as db:
            self._note_answers(db)
            change_rows(db, Reservation, {"id": admitted.reservation_id}, outcome=attempt.outcome)
            row = db.get(Breaker, endpoint, with_for_update=True)
            if attempt.outcome not in BREAKING:
                self._close(db, row)
            elif admitted.is_probe if row else _is_failing(db, endpoint, attempt.outcome, now):
                self._open(db, call, attempt, row, now)

    def _note_answers(self, db: Session) -> None:
        with self._lock:
            answered = list(self._answered)
            self._answered.clear()
        for outcome in {outcome for _, outcome in answered}:
            ids = [number for number, other in answered if other == outcome]
            # One that is locked is being settled, which notes its outcome as well: nobody waits for it here.
            free = (
                sa.select(col(Reservation.id))
                .where(col(Reservation.id).in_(ids), col(Reservation.outcome).is_(None))
                .with_for_update(skip_locked=True)
            )
            changed(db, sa.update(Reservation).where(col(Reservation.id).in_(free)).values(outcome=outcome))

    def _open(self, db: Session, call: PlannedCall, attempt: Attempt, row: Breaker | None, now: datetime) -> None:
        failed_probes = 0 if row is None else row.failed_probes + 1
        probe_at = now + timedelta(seconds=pause_s(attempt.outcome, failed_probes))
        values = {"because": attempt.outcome, "probe_at": probe_at, "failed_probes": failed_probes}
        if row is not None:
            changed(db, sa.update(Breaker).where(col(Breaker.endpoint) == row.endpoint).values(**values))
            return
        endpoint = endpoint_of(call.spec)
        if insert_once(db, Breaker, endpoint=endpoint, model_key=call.spec.key, opened_at=now, **values):
            _log.warning("A model is paused.", extra={"model": call.spec.key, "because": attempt.outcome})
            self._tell(db, "model.paused", {"model": call.spec.key, "because": attempt.outcome})

    def _close(self, db: Session, row: Breaker | None) -> None:
        if row is not None:
            db.delete(row)
            self._tell(db, "model.back", {"model": row.model_key, "failed_probes": row.failed_probes})

    def _tell(self, db: Session, action: str, detail: dict[str, Any]) -> None:
        self._audit.record(db, actor=SYSTEM, action=action, subject="model", subject_id=None, detail=detail)
        self._announce(db, self._clock())


def endpoint_of(spec: ModelSpec) -> str:
    """A model at an address, whatever the policy calls it: what a breaker and a served name belong to."""
    return f"{spec.provider} {spec.base_url or ''} {spec.model}"[:400]


def put(db: Session, table: type[SQLModel], *, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Insert a row, or change the one that has this key."""
    insert: Any = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    rows = SQLModel.metadata.tables[str(table.__tablename__)]
    db.exec(insert(rows).values(**key, **values).on_conflict_do_update(index_elements=list(key), set_=values))


def _reserve(db: Session, call: PlannedCall, now: datetime) -> int | None:
    """Keep the worst case, unless that passes the limit of its reply or task: one statement, after the day's.

    The day's row stays locked until the commit, so every call looks at those admitted before it.
    """
    values = {
        "message_id": call.purpose.message_id,
        "task": call.task,
        "model_key": call.spec.key,
        "endpoint": endpoint_of(call.spec),
        "day": now.date(),
        "started_at": now,
        "worst_microusd": call.worst_microusd,
        "worst_output_tokens": call.worst_output_tokens,
    }
    reply, task = call.purpose.limits.per_reply_microusd, call.run.limit_microusd
    if call.worst_microusd is None or call.purpose.message_id is None or (reply is None and task is None):
        return insert_row(db, Reservation, **values)
    most = {
        "most_others_of_reply": _NO_LIMIT if reply is None else reply - call.worst_microusd,
        "most_lost_of_task": _NO_LIMIT if task is None else task - call.run.microusd - call.worst_microusd,
    }
    kept = db.connection().execute(_RESERVE_WITHIN, {**values, **most, "own": call.run.reservations}).first()
    return None if kept is None else int(kept[0])


def _sum_of(cost: sa.ColumnElement[int], *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """A sum over the reservations of the message that stands in `message_id`."""
    spent = sa.select(sa.func.coalesce(sa.func.sum(cost), 0))
    return spent.where(_ROWS.c.message_id == sa.bindparam("message_id"), *conditions).scalar_subquery()


_ROWS = rows_of(Reservation)
_COST = sa.func.coalesce(_ROWS.c.cost_microusd, _ROWS.c.worst_microusd, 0)
# Calls of other runs of the task for the message, that died or are still under way.
_LOST_OF_TASK = _sum_of(
    _ROWS.c.worst_microusd,
    _ROWS.c.task == sa.bindparam("task"),
    _ROWS.c.settled_at.is_(None),
    _ROWS.c.id.not_in(sa.bindparam("own", expanding=True, type_=_ROWS.c.id.type)),
)
_RESERVED = (
    "message_id",
    "task",
    "model_key",
    "endpoint",
    "day",
    "started_at",
    "worst_microusd",
    "worst_output_tokens",
)
_RESERVE_WITHIN = (
    sa.insert(_ROWS)
    .from_select(
        _RESERVED,
        sa.select(*(sa.bindparam(name, type_=_ROWS.c[name].type) for name in _RESERVED)).where(
            _sum_of(_COST) <= sa.bindparam("most_others_of_reply", type_=sa.BigInteger),
            sa.bindparam("most_lost_of_task", type_=sa.BigInteger) >= _LOST_OF_TASK,
        ),
    )
    .returning(_ROWS.c.id)
)


def _over_message_limit(db: Session, call: PlannedCall) -> NotAdmitted:
    """Which limit of its message refused a call."""
    given = {"message_id": call.purpose.message_id, "task": call.task, "own": call.run.reservations}
    lost = int(db.connection().execute(sa.select(_LOST_OF_TASK), given).scalar() or 0)
    limit = call.purpose.limits.per_reply_microusd or 0
    words = f"one more call could pass the {limit / 1_000_000:g} USD that a reply may cost"
    return over_task_limit(call, lost_microusd=lost) or NotAdmitted("over_limit", words)


def _breaker_says(db: Session, call: PlannedCall, now: datetime) -> bool | NotAdmitted:
    """Whether the call is the one probe of a paused model; not admitted while it rests or another process probes."""
    endpoint = endpoint_of(call.spec)
    outcome: Any = db.connection().execute(_PAUSED_BECAUSE, {"endpoint": endpoint}).scalar()
    if outcome is None:
        return False
    lease = now + timedelta(seconds=call.try_timeout_s + _PROBE_SLACK_S)
    claim = sa.update(Breaker).where(col(Breaker.endpoint) == endpoint, col(Breaker.probe_at) <= now)
    if changed(db, claim.values(probe_at=lease)) == 1:
        return True
    return NotAdmitted("paused", f"the model is paused after {words_of(outcome)}", because=outcome)


def _leave_probe(db: Session, call: PlannedCall, now: datetime, probing: bool) -> None:
    """Leave the probe of a paused model to the next call: this one is refused by a limit, and is not made."""
    if probing:
        change_rows(db, Breaker, {"endpoint": endpoint_of(call.spec)}, probe_at=now)


def _add_to_day(db: Session, call: PlannedCall, day: date) -> bool:
    """Count the worst case into the day, unless that passes its limit. One statement, so that no two pass together."""
    limits = call.purpose.limits
    if call.worst_microusd is not None:
        statement, add, most = _ADD_COST, call.worst_microusd, limits.per_day_microusd
    else:
        statement, add, most = _ADD_TOKENS, call.worst_output_tokens, limits.per_day_output_tokens
    given = {"on": day, "add": add, "most": _NO_LIMIT if most is None else most}
    if db.connection().execute(statement, given).rowcount == 1:
        return True
    insert_once(db, SpendDay, day=day, microusd=0, unpriced_output_tokens=0)  # the day's first call, or it is over
    return db.connection().execute(statement, given).rowcount == 1


def _take_from_day(db: Session, call: PlannedCall, day: date) -> None:
    """Take back what was counted into the day for a call that another limit refuses; its price is known."""
    given = {"on": day, "add": -(call.worst_microusd or 0), "most": _NO_LIMIT}
    db.connection().execute(_ADD_COST, given)


def _adding(column: sa.Column[Any]) -> sa.Update:
    more = column + sa.bindparam("add", type_=sa.BigInteger)
    within = more <= sa.bindparam("most", type_=sa.BigInteger)
    on = rows_of(SpendDay).c.day == sa.bindparam("on")
    return sa.update(rows_of(SpendDay)).where(on, within).values({column: more})


_ADD_COST = _adding(rows_of(SpendDay).c.microusd)
_ADD_TOKENS = _adding(rows_of(SpendDay).c.unpriced_output_tokens)


def changed(db: Session, update: sa.Update | sa.Delete) -> int:
    """How many rows a change met."""
    return int(db.exec(update.execution_options(synchronize_session=False)).rowcount)


def _day_words(call: PlannedCall) -> str:
    limits = call.purpose.limits
    if call.worst_microusd is not None:
        return f"one more call could pass the day's {(limits.per_day_microusd or 0) / 1_000_000:g} USD"
    return f"one more call could pass the day's {limits.per_day_output_tokens} output tokens (its price is not known)"


def _is_failing(db: Session, endpoint: str, newest: OutcomeClass, now: datetime) -> bool:
    """Whether the newest of a model's calls pauses it; those under way are left out."""
    ended = select(Reservation.outcome).where(Reservation.endpoint == endpoint, col(Reservation.outcome).is_not(None))
    # In the order of the index: sorting a month's calls by their id took SQLite 0.2 s.
    newest_first = ended.order_by(col(Reservation.started_at).desc(), col(Reservation.id).desc())
    in_window = col(Reservation.started_at) > now - timedelta(seconds=WINDOW_S)
    last = db.exec(newest_first.limit(MOST_FAILURES)).all()
    recent = db.exec(newest_first.where(in_window).limit(MOST_RECENT)).all()
    return opens([str(outcome) for outcome in last], [str(outcome) for outcome in recent], newest)
