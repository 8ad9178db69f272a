"""Remembers in which way each model keeps to a schema, for every process on one database."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlmodel import Session, col

from supportbot.clock import Clock
from supportbot.db import Database, changed, upsert
from supportbot.errors import Unavailable
from supportbot.gateway.rules.schema_modes import best_mode
from supportbot.gateway.tables import ModelWay
from supportbot.gateway.types import FoundBy, ModelSpec, StructuredOutput

_log = logging.getLogger(__name__)
KEPT_S = 60.0
"""A process asks the database at most this often; what another process found reaches it within that time."""


@dataclass(frozen=True, slots=True)
class FoundModes:
    """What was found out about one model; `ways` holds `way` and may hold more that work."""

    way: StructuredOutput
    ways: tuple[StructuredOutput, ...]
    latency_ms: int | None = None


class SchemaModeStore:
    """The ways that were found, read from the table `model_way` and kept for a minute."""

    def __init__(self, database: Database, clock: Clock, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._monotonic = monotonic
        self._kept: dict[str, tuple[float, StructuredOutput | None]] = {}

    def mode_of(self, spec: ModelSpec) -> StructuredOutput | None:
        """The way to ask this model; None when nobody knows yet."""
        endpoint, now = spec.endpoint, self._monotonic()
        until, way = self._kept.get(endpoint, (0.0, None))
        if now < until:
            return way
        with self._database.transaction(read_only=True) as db:
            row = db.get(ModelWay, endpoint)
        way = cast(StructuredOutput, row.way) if row else None
        self._kept[endpoint] = (now + KEPT_S, way)
        return way

    def learn(self, spec: ModelSpec, way: StructuredOutput) -> None:
        """An answer to a message kept to the schema. Never costs the answer: what cannot be stored is found again."""
        try:
            with self._database.transaction() as db:
                remember(db, spec, [way], found_by="call", at=self._clock())
        except (sa.exc.SQLAlchemyError, Unavailable):
            _log.warning("What a model can do was not stored.", extra={"model": spec.key, "way": way})
        self._kept.pop(spec.endpoint, None)

    def forget(self, spec: ModelSpec) -> None:
        """The known way was refused: find out anew."""
        with self._database.transaction() as db:
            forget(db, spec)
        self._kept.pop(spec.endpoint, None)


def remember(
    db: Session,
    spec: ModelSpec,
    ways: Sequence[StructuredOutput],
    *,
    found_by: FoundBy,
    at: datetime,
    latency_ms: int | None = None,
) -> FoundModes:
    """Store what was found out about a model, in place of what was known; `ways` has at least one."""
    found = FoundModes(best_mode(spec.provider, ways), tuple(ways), latency_ms)
    values = {
        "way": found.way,
        "ways": list(found.ways),
        "latency_ms": latency_ms,
        "found_by": found_by,
        "found_at": at,
    }
    upsert(db, ModelWay, {"endpoint": spec.endpoint, **values}, key=["endpoint"])
    return found


def forget(db: Session, spec: ModelSpec) -> None:
    """Drop what was known about a model."""
    changed(db, sa.delete(ModelWay).where(col(ModelWay.endpoint) == spec.endpoint))
