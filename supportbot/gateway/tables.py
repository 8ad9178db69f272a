"""The table of tries."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from supportbot.db import BigId, UtcDateTime


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
