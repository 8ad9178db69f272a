"""Reads how models fare: which are paused, what a day has cost, which names they answer under."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from supportbot.gateway.rules import words_of
from supportbot.gateway.tables import Breaker, ServedModel, SpendDay
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
