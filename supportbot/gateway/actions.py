"""Settles calls in the transaction of the draft that came of them. Actions never commit."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from supportbot.db import change_rows, changed, insert_once, rows_of
from supportbot.gateway.tables import Reservation, ServedModel, SpendDay
from supportbot.gateway.types import Attempt

_log = logging.getLogger(__name__)
_RESERVED, _DAYS, _NAMES = rows_of(Reservation).c, rows_of(SpendDay).c, rows_of(ServedModel).c
_SETTLE = (
    sa.update(rows_of(Reservation))
    .where(_RESERVED.id == sa.bindparam("number"), _RESERVED.settled_at.is_(None))
    .values(
        outcome=sa.bindparam("how"),
        cost_microusd=sa.func.coalesce(sa.bindparam("cost", type_=sa.BigInteger), _RESERVED.worst_microusd),
        output_tokens=sa.func.coalesce(sa.bindparam("tokens", type_=sa.Integer), _RESERVED.worst_output_tokens),
        settled_at=sa.bindparam("at"),
    )
    .returning(
        _RESERVED.endpoint,
        _RESERVED.day,
        _RESERVED.worst_microusd,
        _RESERVED.worst_output_tokens,
        sa.select(_NAMES.model_answered).where(_NAMES.endpoint == _RESERVED.endpoint).scalar_subquery(),
    )
)
_CORRECT_DAY = (
    sa.update(rows_of(SpendDay))
    .where(_DAYS.day == sa.bindparam("on"))
    .values(
        microusd=_DAYS.microusd + sa.bindparam("cost", type_=sa.BigInteger),
        unpriced_output_tokens=_DAYS.unpriced_output_tokens + sa.bindparam("tokens", type_=sa.BigInteger),
    )
)


@dataclass(frozen=True, slots=True)
class ServedChange:
    """An endpoint answers as another model than before."""

    model_key: str
    asked: str
    before: str
    after: str


def settle(db: Session, attempts: Sequence[Attempt], *, at: datetime) -> list[ServedChange]:
    """Put what calls really cost in place of what was reserved; once, however often it is asked.

    Reservations are locked first, in order, then what endpoints answered as, in order, and the day that all calls share
    last: no two transactions wait in a ring.

    Returns:
        every endpoint that answered as another model than the last time.
    """
    asked = {attempt.reservation_id: attempt for attempt in attempts if attempt.reservation_id is not None}
    settled = [one for number in sorted(asked) if (one := _settle_one(db, number, asked[number], at)) is not None]
    served = [_served(db, one, at) for one in _latest_of_each_endpoint(settled)]
    for day in sorted({one.day for one in settled}):
        _correct_day(db, day, [one for one in settled if one.day == day])
    return [change for change in served if change is not None]


def prune_reservations(db: Session, before: datetime, *, most: int = 5_000) -> int:
    """Remove reservations of calls begun before a moment, settled or lost; gives how many.

    What they cost stands in `spend_day` and, for settled ones, with the attempts. A reply's limit looks at its own
    message, whose calls are long over by then.
    """
    old = sa.select(col(Reservation.id)).where(col(Reservation.started_at) < before).limit(most)
    return changed(db, sa.delete(Reservation).where(col(Reservation.id).in_(old)))


@dataclass(frozen=True, slots=True)
class _Settled:
    """A reservation as it was when its call was settled, how that went, and as what its endpoint answered before."""

    attempt: Attempt
    endpoint: str
    day: date
    worst_microusd: int | None
    worst_output_tokens: int
    served_before: str | None


def _settle_one(db: Session, reservation_id: int, attempt: Attempt, at: datetime) -> _Settled | None:
    given = {"number": reservation_id, "how": attempt.outcome, "at": at} | _real(attempt)
    row = db.connection().execute(_SETTLE, given).first()
    return None if row is None else _Settled(attempt, *row)


def _latest_of_each_endpoint(settled: Sequence[_Settled]) -> list[_Settled]:
    """The last answer of each endpoint, by endpoint: that is as what it answers now."""
    named = {one.endpoint: one for one in settled if one.attempt.outcome == "ok" and one.attempt.model_answered}
    return [named[endpoint] for endpoint in sorted(named)]


def _correct_day(db: Session, day: date, settled: Sequence[_Settled]) -> None:
    microusd = tokens = 0
    for one in settled:
        real = _real(one.attempt)
        cost = one.worst_microusd if real["cost"] is None else real["cost"]
        used = one.worst_output_tokens if real["tokens"] is None else real["tokens"]
        microusd += (cost or 0) - (one.worst_microusd or 0)
        tokens += used if cost is None else 0
        tokens -= one.worst_output_tokens if one.worst_microusd is None else 0
    db.connection().execute(_CORRECT_DAY, {"on": day, "cost": microusd, "tokens": tokens})


def _real(attempt: Attempt) -> dict[str, int | None]:
    """Cost and output tokens of a call: as the provider counted, nothing for one it refused, else None: the worst."""
    tokens = attempt.tokens.output
    refused = attempt.http_status is not None and attempt.http_status >= 300
    unsent = attempt.http_status is None and attempt.outcome in ("auth", "invalid_request")
    if attempt.cost_microusd is not None:
        return {"cost": attempt.cost_microusd, "tokens": tokens or 0}
    if refused or unsent:
        return {"cost": 0, "tokens": 0}
    return {"cost": None, "tokens": tokens}


def _served(db: Session, settled: _Settled, at: datetime) -> ServedChange | None:
    attempt, before = settled.attempt, settled.served_before
    name = attempt.model_answered or ""
    if before is None:
        insert_once(db, ServedModel, endpoint=settled.endpoint, model_answered=name, since=at)
    if before is None or before == name:
        return None
    as_before = {"endpoint": settled.endpoint, "model_answered": before}
    if change_rows(db, ServedModel, as_before, model_answered=name, since=at) != 1:
        return None
    _log.warning("A model answers under another name.", extra={"model": attempt.model_key, "served": name})
    return ServedChange(attempt.model_key, attempt.model_asked, before, name)
