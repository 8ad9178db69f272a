"""The guard of every process on one database: spending limits, and the breaker of models that fail.

Each question is one short transaction, committed before the call is made, so that no two processes together spend
more than a limit, and all of them leave a failing model alone.
"""

import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from supportbot.audit.actions import AuditLog
from supportbot.audit.types import SYSTEM
from supportbot.clock import Clock
from supportbot.db import Database, change_rows, changed, insert_once
from supportbot.gateway.breaker_state import MOST_RECENT, claim_probe, is_failing, leave_probe
from supportbot.gateway.rules.circuit_breaker import BREAKING, pause_s
from supportbot.gateway.spend_limits import add_to_day, over_day_words, over_message_limit, reserve, take_from_day
from supportbot.gateway.tables import Breaker, Reservation
from supportbot.gateway.types import Admitted, Attempt, NotAdmitted, OutcomeClass, PlannedCall

_log = logging.getLogger(__name__)


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
            probing = claim_probe(db, call, now)
            if isinstance(probing, NotAdmitted):
                return probing
            day = now.date()
            if not add_to_day(db, call, day):
                leave_probe(db, call, now, probing)
                return NotAdmitted("over_limit", over_day_words(call))
            reserved = reserve(db, call, now)
            if reserved is None:
                take_from_day(db, call, day)
                leave_probe(db, call, now, probing)
                return over_message_limit(db, call)
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
        now, endpoint = self._clock(), call.spec.endpoint
        with self._database.transaction() as db:
            self._note_answers(db)
            change_rows(db, Reservation, {"id": admitted.reservation_id}, outcome=attempt.outcome)
            row = db.get(Breaker, endpoint, with_for_update=True)
            if attempt.outcome not in BREAKING:
                self._close(db, row)
            elif admitted.is_probe if row else is_failing(db, endpoint, attempt.outcome, now):
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
        endpoint = call.spec.endpoint
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
