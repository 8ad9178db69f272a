"""Spending limits per day, reply and task, asked in one short transaction so that no two processes pass together."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from supportbot.db import insert_once, insert_row, rows_of
from supportbot.gateway.rules.retry import over_task_limit
from supportbot.gateway.tables import Reservation, SpendDay
from supportbot.gateway.types import NotAdmitted, PlannedCall

_NO_LIMIT = 2**62


def reserve(db: Session, call: PlannedCall, now: datetime) -> int | None:
    """Keep the worst case, unless that passes the limit of its reply or task: one statement, after the day's.

    The day's row stays locked until the commit, so every call looks at those admitted before it.
    """
    values = {
        "message_id": call.purpose.message_id,
        "task": call.task,
        "model_key": call.spec.key,
        "endpoint": call.spec.endpoint,
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


def over_message_limit(db: Session, call: PlannedCall) -> NotAdmitted:
    """Which limit of its message refused a call."""
    given = {"message_id": call.purpose.message_id, "task": call.task, "own": call.run.reservations}
    lost = int(db.connection().execute(sa.select(_LOST_OF_TASK), given).scalar() or 0)
    limit = call.purpose.limits.per_reply_microusd or 0
    words = f"one more call could pass the {limit / 1_000_000:g} USD that a reply may cost"
    return over_task_limit(call, lost_microusd=lost) or NotAdmitted("over_limit", words)


def add_to_day(db: Session, call: PlannedCall, day: date) -> bool:
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


def take_from_day(db: Session, call: PlannedCall, day: date) -> None:
    """Take back what was counted into the day for a call that another limit refuses; its price is known."""
    given = {"on": day, "add": -(call.worst_microusd or 0), "most": _NO_LIMIT}
    db.connection().execute(_ADD_COST, given)


def over_day_words(call: PlannedCall) -> str:
    limits = call.purpose.limits
    if call.worst_microusd is not None:
        return f"one more call could pass the day's {(limits.per_day_microusd or 0) / 1_000_000:g} USD"
    return f"one more call could pass the day's {limits.per_day_output_tokens} output tokens (its price is not known)"


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


def _adding(column: sa.Column[Any]) -> sa.Update:
    more = column + sa.bindparam("add", type_=sa.BigInteger)
    within = more <= sa.bindparam("most", type_=sa.BigInteger)
    on = rows_of(SpendDay).c.day == sa.bindparam("on")
    return sa.update(rows_of(SpendDay)).where(on, within).values({column: more})


_ADD_COST = _adding(rows_of(SpendDay).c.microusd)


_ADD_TOKENS = _adding(rows_of(SpendDay).c.unpriced_output_tokens)
