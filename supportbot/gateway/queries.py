"""Reads how models fare: which are paused, how tries ended, what a day has cost, which names they answer under."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.gateway.rules.retry import words_of
from supportbot.gateway.tables import AttemptRow, Breaker, ServedModel, SpendDay
from supportbot.gateway.types import OutcomeClass


@dataclass(frozen=True, slots=True)
class PausedModel:
    """A model that is left alone after failures; asked once more at `probe_at`."""

    endpoint: str
    model_key: str
    because: OutcomeClass
    opened_at: datetime
    probe_at: datetime
    failed_probes: int

    @property
    def cause(self) -> str:
        """Why, as the end of a sentence."""
        return words_of(self.because)


@dataclass(frozen=True, slots=True)
class Served:
    """The name that an endpoint last answered under, and since when."""

    endpoint: str
    model_answered: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Spent:
    """What a day has cost so far, calls under way at their worst."""

    microusd: int
    unpriced_output_tokens: int


@dataclass(frozen=True, slots=True)
class Tries:
    """How often a model's tries ended so; `error_code` None where the server said none, or the try was answered."""

    model_key: str
    outcome: OutcomeClass
    error_code: str | None
    count: int

    @property
    def words(self) -> str:
        """For people."""
        code = f" ({self.error_code})" if self.error_code else ""
        return f"{self.model_key} {self.count} x {words_of(self.outcome)}{code}"


def tries_since(db: Session, since: datetime) -> list[Tries]:
    """How the tries of models outside this process ended since a moment, the most frequent first."""
    count = sa.func.count()
    columns = (col(AttemptRow.model_key), col(AttemptRow.outcome), col(AttemptRow.error_code))
    query = (
        sa.select(*columns, count)
        .where(col(AttemptRow.started_at) >= since, col(AttemptRow.provider) != "builtin")
        .group_by(*columns)
        .order_by(count.desc(), *columns)
    )
    return [Tries(key, cast(OutcomeClass, outcome), code, number) for key, outcome, code, number in db.execute(query)]


@dataclass(frozen=True, slots=True)
class Tasks:
    """How many tasks asked a model, and how many of them got no answer of any: a retry or a backup may give one."""

    made: int
    unanswered: int


def tasks_since(db: Session, since: datetime) -> Tasks:
    """Tasks of messages that asked models outside this process since a moment."""
    task = (col(AttemptRow.message_id), col(AttemptRow.task), col(AttemptRow.draft_id))
    answered = sa.func.max(sa.case((col(AttemptRow.outcome) == "ok", 1), else_=0)).label("answered")
    each = (
        sa.select(answered)
        .where(col(AttemptRow.started_at) >= since, col(AttemptRow.provider) != "builtin")
        .group_by(*task)
        .subquery()
    )
    row = db.execute(sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(each.c.answered), 0))).one()
    return Tasks(row[0], row[0] - int(row[1]))


def paused_models(db: Session) -> list[PausedModel]:
    """Every model that is paused, the longest first."""
    rows = db.exec(select(Breaker).order_by(col(Breaker.opened_at)))
    return [
        PausedModel(
            endpoint=row.endpoint,
            model_key=row.model_key,
            because=row.because,  # type: ignore[arg-type]
            opened_at=row.opened_at,
            probe_at=row.probe_at,
            failed_probes=row.failed_probes,
        )
        for row in rows
    ]


def served_models(db: Session) -> dict[str, Served]:
    """The names that endpoints answer under, by endpoint."""
    return {row.endpoint: Served(row.endpoint, row.model_answered, row.since) for row in db.exec(select(ServedModel))}


def spent_on(db: Session, day: date) -> Spent:
    """What a day (UTC) has cost."""
    row = db.get(SpendDay, day)
    return Spent(row.microusd, row.unpriced_output_tokens) if row else Spent(0, 0)
