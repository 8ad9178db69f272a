"""Which models are paused, in the database, so that every process leaves a failing model alone."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.db import change_rows, changed, rows_of
from supportbot.gateway.rules.circuit_breaker import MOST_FAILURES, WINDOW_S, opens
from supportbot.gateway.rules.retry import words_of
from supportbot.gateway.tables import Breaker, Reservation
from supportbot.gateway.types import NotAdmitted, OutcomeClass, PlannedCall

MOST_RECENT = 500
"""So many calls of the last minute say how a model is doing."""
_PROBE_SLACK_S = 5
_PAUSED_BECAUSE = sa.select(rows_of(Breaker).c.because).where(rows_of(Breaker).c.endpoint == sa.bindparam("endpoint"))


def claim_probe(db: Session, call: PlannedCall, now: datetime) -> bool | NotAdmitted:
    """Whether the call is the one probe of a paused model; not admitted while it rests or another process probes."""
    endpoint = call.spec.endpoint
    outcome: Any = db.connection().execute(_PAUSED_BECAUSE, {"endpoint": endpoint}).scalar()
    if outcome is None:
        return False
    lease = now + timedelta(seconds=call.try_timeout_s + _PROBE_SLACK_S)
    claim = sa.update(Breaker).where(col(Breaker.endpoint) == endpoint, col(Breaker.probe_at) <= now)
    if changed(db, claim.values(probe_at=lease)) == 1:
        return True
    return NotAdmitted("paused", f"the model is paused after {words_of(outcome)}", because=outcome)


def leave_probe(db: Session, call: PlannedCall, now: datetime, probing: bool) -> None:
    """Leave the probe of a paused model to the next call: this one is refused by a limit, and is not made."""
    if probing:
        change_rows(db, Breaker, {"endpoint": call.spec.endpoint}, probe_at=now)


def is_failing(db: Session, endpoint: str, newest: OutcomeClass, now: datetime) -> bool:
    """Whether the newest of a model's calls pauses it; those under way are left out."""
    ended = select(Reservation.outcome).where(Reservation.endpoint == endpoint, col(Reservation.outcome).is_not(None))
    # In the order of the index: sorting a month's calls by their id took SQLite 0.2 s.
    newest_first = ended.order_by(col(Reservation.started_at).desc(), col(Reservation.id).desc())
    in_window = col(Reservation.started_at) > now - timedelta(seconds=WINDOW_S)
    last = db.exec(newest_first.limit(MOST_FAILURES)).all()
    recent = db.exec(newest_first.where(in_window).limit(MOST_RECENT)).all()
    return opens([str(outcome) for outcome in last], [str(outcome) for outcome in recent], newest)
