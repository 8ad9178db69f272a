"""The tables of tries, of what they cost, and of how models fare."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from supportbot.db import BigId, Json, UtcDateTime


class AttemptRow(SQLModel, table=True):
    """One call to a model, successful or not."""

    __tablename__ = "attempt"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    message_id: int = Field(sa_type=BigId, index=True)
    draft_id: int | None = Field(default=None, sa_type=BigId, index=True)
    task: str = Field(max_length=40)
    number: int
    policy_version: int
    prompt: str = Field(max_length=60)
    output_schema: str = Field(max_length=20)
    arm: str = Field(default="current", max_length=20)
    model_key: str = Field(max_length=40)
    provider: str = Field(max_length=40)
    model_asked: str = Field(max_length=100)
    model_answered: str | None = Field(default=None, max_length=200)
    provider_request_id: str | None = Field(default=None, max_length=200)
    outcome: str = Field(max_length=20)
    http_status: int | None = None
    error_code: str | None = Field(default=None, max_length=100)
    is_backup: bool = False
    started_at: datetime = Field(sa_type=UtcDateTime, index=True)
    latency_ms: int
    input_uncached_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    cost_microusd: int | None = Field(default=None, sa_type=BigId)
    fingerprint: str | None = Field(default=None, max_length=200)
    reservation_id: int | None = Field(default=None, sa_type=BigId)


class Reservation(SQLModel, table=True):
    """A call that may cost something: committed before it is made, settled with the draft that comes of it.

    One that is never settled is a lost try (a process died) and stays counted at its worst case.
    """

    __tablename__ = "reservation"
    __table_args__ = (sa.Index("ix_reservation_endpoint_started", "endpoint", "started_at"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    message_id: int | None = Field(default=None, sa_type=BigId, index=True)
    task: str = Field(max_length=40)
    model_key: str = Field(max_length=40)
    endpoint: str = Field(max_length=400)
    day: date
    started_at: datetime = Field(sa_type=UtcDateTime)
    worst_microusd: int | None = Field(default=None, sa_type=BigId)
    worst_output_tokens: int
    outcome: str | None = Field(default=None, max_length=20)
    cost_microusd: int | None = Field(default=None, sa_type=BigId)
    output_tokens: int | None = None
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SpendDay(SQLModel, table=True):
    """What one day (UTC) has cost so far, open reservations included; calls without a price count output tokens."""

    __tablename__ = "spend_day"
    day: date = Field(primary_key=True)
    microusd: int = Field(default=0, sa_type=BigId)
    unpriced_output_tokens: int = Field(default=0, sa_type=BigId)


class Breaker(SQLModel, table=True):
    """A model that is paused after failures, for every process; no row means that all is well."""

    __tablename__ = "breaker"
    endpoint: str = Field(primary_key=True, max_length=400)
    model_key: str = Field(max_length=40)
    because: str = Field(max_length=20)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    probe_at: datetime = Field(sa_type=UtcDateTime)
    failed_probes: int = 0


class ServedModel(SQLModel, table=True):
    """Which model an endpoint last said it was; a change is told."""

    __tablename__ = "served_model"
    endpoint: str = Field(primary_key=True, max_length=400)
    model_answered: str = Field(max_length=200)
    since: datetime = Field(sa_type=UtcDateTime)


class ModelWay(SQLModel, table=True):
    """In which way a model at an address keeps to a schema: `way` is used, `ways` are all that were seen to work.

    `found_by`: doctor, activation (both asked on purpose) or call (the answer to a message told it).
    """

    __tablename__ = "model_way"
    endpoint: str = Field(primary_key=True, max_length=400)
    way: str = Field(max_length=20)
    ways: list[str] = Field(sa_type=Json)
    latency_ms: int | None = None
    found_by: str = Field(max_length=20)
    found_at: datetime = Field(sa_type=UtcDateTime)
