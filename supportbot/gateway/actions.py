"""Settles calls in the transaction of the draft that came of them. Actions never commit."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.gateway.guarding import changed, insert_once
from supportbot.gateway.tables import Reservation, ServedModel, SpendDay
from supportbot.gateway.types import Attempt

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServedChange:
    """An endpoint answers as another model than before."""

    model_key: str
    asked: str
    before: str
    after: str


def settle(db: Session, attempts: Sequence[Attempt], *, at: datetime) -> list[ServedChange]:
    """Put what calls really cost in place of what was reserved; once, however often it is asked.

    Reservations are locked first, in order, and the day that all calls share last: no two transactions wait in a ring.

    Returns:
        every endpoint that answered as another model than the last time.
    """
    asked = {attempt.reservation_id: attempt for attempt in attempts}
    rows = db.exec(select(Reservation).where(col(Reservation.id).in_(asked)).order_by(col(Reservation.id))).all()
    settled = [(row, asked[row.id]) for row in rows if _settle_one(db, row, asked[row.id], at)]
    served = [_served(db, row.endpoint, attempt, at) for row, attempt in settled]
    for day in sorted({row.day for row, _ in settled}):
        _correct_day(db, day, [(row, attempt) for row, attempt in settled if row.day == day])
    return [change for change in served if change is not None]


def prune_reservations(db: Session, before: datetime, *, most: int = 5_000) -> int:
    """Remove reservations of calls begun before a moment, settled or lost; gives how many.

    What they cost stands in `spend_day` and, for settled ones, with the attempts. A reply's limit looks at its own
    message, whose calls are long over by then.
    """
    old = sa.select(col(Reservation.id)).where(col(Reservation.started_at) < before).limit(most)
    return changed(db, sa.delete(Reservation).where(col(Reservation.id).in_(old)))


def _settle_one(db: Session, row: Reservation, attempt: Attempt, at: datetime) -> bool:
    cost, tokens = _real(row, attempt)
    values = {"outcome": attempt.outcome, "cost_microusd": cost, "output_tokens": tokens, "settled_at": at}
    settled = (
        sa.update(Reservation)
        .where(col(Reservation.id) == row.id, col(Reservation.settled_at).is_(None))
        .values(**values)
    )
    return changed(db, settled) == 1


def _correct_day(db: Session, day: date, settled: Sequence[tuple[Reservation, Attempt]]) -> None:
    microusd = tokens = 0
    for row, attempt in settled:
        real, real_tokens = _real(row, attempt)
        microusd += (real or 0) - (row.worst_microusd or 0)
        tokens += real_tokens if real is None else 0
        tokens -= row.worst_output_tokens if row.worst_microusd is None else 0
    counted = {
        "microusd": col(SpendDay.microusd) + microusd,
        "unpriced_output_tokens": col(SpendDay.unpriced_output_tokens) + tokens,
    }
    changed(db, sa.update(SpendDay).where(col(SpendDay.day) == day).values(counted))


def _real(row: Reservation, attempt: Attempt) -> tuple[int | None, int]:
    """Cost and output tokens of a call: as the provider counted, nothing for one it refused, else the worst case."""
    tokens = attempt.tokens.output
    refused = attempt.http_status is not None and attempt.http_status >= 400
    unsent = attempt.http_status is None and attempt.outcome in ("auth", "invalid_request")
    if attempt.cost_microusd is not None:
        return attempt.cost_microusd, tokens or 0
    if refused or unsent:
        return 0, 0
    return row.worst_microusd, row.worst_output_tokens if tokens is None else tokens


def _served(db: Session, endpoint: str, attempt: Attempt, at: datetime) -> ServedChange | None:
    name = attempt.model_answered
    if attempt.outcome != "ok" or name is None:
        return None
    known = db.get(ServedModel, endpoint)
    if known is None:
        insert_once(db, ServedModel, endpoint=endpoint, model_answered=name, since=at)
        return None
    before = known.model_answered
    if before == name:
        return None
    renamed = (
        sa.update(ServedModel)
        .where(col(ServedModel.endpoint) == endpoint, col(ServedModel.model_answered) == before)
        .values(model_answered=name, since=at)
    )
    if changed(db, renamed) != 1:
        return None
    _log.warning("A model answers under another name.", extra={"model": attempt.model_key, "served": name})
    return ServedChange(attempt.model_key, attempt.model_asked, before, name)
