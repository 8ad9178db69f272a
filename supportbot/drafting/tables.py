"""Tables of drafts and of the changes routing made to an answer."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from supportbot.db import BigId, Json, UtcDateTime


class Draft(SQLModel, table=True):
    """A model's proposal for one customer message by one task.

    `state`: drafting, ready, held, compared, void, approved, sent, rejected, failed. `proposed` is what the model
    filled in; `changes` each step from there to `reply`, which is what would be sent; `variants` maps a variant's name
    to its reply and hash.
    """

    __table_args__ = (
        sa.UniqueConstraint("message_id", "task", "generation"),
        sa.Index("ix_draft_conversation", "conversation_id", "state"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    conversation_id: int = Field(foreign_key="conversation.id", sa_type=BigId)
    message_id: int = Field(foreign_key="message.id", sa_type=BigId)
    task: str = Field(max_length=40)
    generation: int = 1
    state: str = Field(max_length=10)
    state_reason: str | None = Field(default=None, max_length=200)
    prompt: str = Field(max_length=60)
    output_schema: str = Field(max_length=20)
    policy_version: int
    model_key: str | None = Field(default=None, max_length=40)
    outcome: str | None = Field(default=None, max_length=30)
    hold_kind: str | None = Field(default=None, max_length=10)
    amount_minor: int | None = Field(default=None, sa_type=BigId)
    proposed: dict[str, Any] | None = Field(default=None, sa_type=Json)
    reply: dict[str, Any] | None = Field(default=None, sa_type=Json)
    content_hash: str | None = Field(default=None, max_length=64)
    variants: dict[str, Any] = Field(sa_type=Json, default_factory=dict)
    changes: list[dict[str, Any]] = Field(
        sa_type=Json, default_factory=list, sa_column_kwargs={"server_default": sa.text("'[]'")}
    )
    checks: list[dict[str, Any]] = Field(sa_type=Json, default_factory=list)
    sources: list[dict[str, Any]] = Field(sa_type=Json, default_factory=list)
    facts: dict[str, Any] = Field(sa_type=Json, default_factory=dict)
    edited: bool = False
    reject_reason: str | None = Field(default=None, max_length=30)
    reject_note: str | None = Field(default=None, max_length=500)
    closed_by_id: int | None = Field(default=None, foreign_key="agent.id", sa_type=BigId)
    created_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DivergenceRow(SQLModel, table=True):
    """One contract field in which the two lanes' proposals differ."""

    __tablename__ = "divergence"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    conversation_id: int = Field(sa_type=BigId, index=True)
    message_id: int = Field(sa_type=BigId, index=True)
    before_draft_id: int = Field(sa_type=BigId)
    after_draft_id: int = Field(sa_type=BigId)
    field: str = Field(max_length=30)
    before: str = Field(sa_type=sa.Text)
    after: str = Field(sa_type=sa.Text)
    severity: str = Field(max_length=2)
    rule: str = Field(max_length=60)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)


class CaseAid(SQLModel, table=True):
    """What a small task made of a case for the person who takes it: a summary, or the numbers that a customer names.

    `state`: done or failed. It covers the conversation up to the message `upto_id`. `result` of a summary: `summary`,
    `open_points`; of an extraction: `named`, a list of `kind`, `value`, `known` (code found it in the records).
    """

    __tablename__ = "case_aid"
    __table_args__ = (sa.UniqueConstraint("conversation_id", "task", "upto_id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    conversation_id: int = Field(foreign_key="conversation.id", sa_type=BigId)
    task: str = Field(max_length=40)
    upto_id: int = Field(sa_type=BigId)
    state: str = Field(max_length=10)
    state_reason: str | None = Field(default=None, max_length=200)
    prompt: str = Field(max_length=60)
    output_schema: str = Field(max_length=20)
    policy_version: int
    model_key: str | None = Field(default=None, max_length=40)
    author: str | None = Field(default=None, max_length=200)
    result: dict[str, Any] = Field(sa_type=Json, default_factory=dict)
    created_at: datetime = Field(sa_type=UtcDateTime)
