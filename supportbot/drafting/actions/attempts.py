"""Keeps every try of a run, and settles what it cost. Actions never commit."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlmodel import Session

from supportbot.audit.types import SYSTEM
from supportbot.db import insert_row
from supportbot.events.actions import publish_models
from supportbot.gateway.actions import settle
from supportbot.gateway.tables import AttemptRow
from supportbot.gateway.types import Attempt
from supportbot.routing.policy import Pin
from supportbot.runtime import Runtime


def settle_attempts(db: Session, runtime: Runtime, attempts: Sequence[Attempt]) -> None:
    """Put real costs in the place of reserved ones, and tell when an endpoint answers as another model."""
    for change in settle(db, attempts, at=runtime.clock()):
        detail = asdict(change)
        runtime.audit.record(db, actor=SYSTEM, action="model.changed", subject="model", subject_id=None, detail=detail)
        publish_models(db, runtime.clock())


def add_attempts(
    db: Session, attempts: Sequence[Attempt], *, message_id: int, policy_version: int, pin: Pin, draft_id: int | None
) -> None:
    """One row for each try; `draft_id` None: they belong to the message and to no draft."""
    for attempt in attempts:
        insert_row(
            db,
            AttemptRow,
            message_id=message_id,
            draft_id=draft_id,
            task=attempt.task,
            number=attempt.number,
            policy_version=policy_version,
            prompt=pin.prompt,
            output_schema=pin.schema,
            model_key=attempt.model_key,
            provider=attempt.provider,
            model_asked=attempt.model_asked,
            model_answered=attempt.model_answered,
            provider_request_id=attempt.provider_request_id,
            outcome=attempt.outcome,
            http_status=attempt.http_status,
            error_code=attempt.error_code,
            is_backup=attempt.is_backup,
            started_at=attempt.started_at,
            latency_ms=attempt.latency_ms,
            input_uncached_tokens=attempt.tokens.input_uncached,
            cache_read_tokens=attempt.tokens.cache_read,
            cache_write_tokens=attempt.tokens.cache_write,
            output_tokens=attempt.tokens.output,
            cost_microusd=attempt.cost_microusd,
            fingerprint=attempt.fingerprint,
            reservation_id=attempt.reservation_id,
        )
