"""Tables of the routing policy and of every decision made under it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from supportbot.db import BigId, Json, UtcDateTime


class PolicyVersion(SQLModel, table=True):
    """One version of the policy document. `state`: proposed, approved, rejected. The text never changes."""

    __tablename__ = "policy_version"
    number: int = Field(primary_key=True)
    document: str = Field(sa_type=sa.Text)
    document_hash: str = Field(max_length=64)
    state: str = Field(max_length=10)
    problem: str = Field(sa_type=sa.Text)
    author: str = Field(max_length=254)
    approver: str | None = Field(default=None, max_length=254)
    created_at: datetime = Field(sa_type=UtcDateTime)
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PolicyActivation(SQLModel, table=True):
    """When which version became the active one; the newest row rules."""

    __tablename__ = "policy_activation"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    number: int = Field(foreign_key="policy_version.number")
    by: str = Field(max_length=254)
    at: datetime = Field(sa_type=UtcDateTime)


class Decision(SQLModel, table=True):
    """Triage and route of one customer message, in plain words; `weights` names the linear model that took part."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    message_id: int = Field(unique=True, sa_type=BigId)
    conversation_id: int = Field(sa_type=BigId, index=True)
    policy_version: int
    topic: str = Field(max_length=30)
    risk: str = Field(max_length=10)
    unsure: bool = False
    lane: str = Field(max_length=10)
    task: str = Field(max_length=40)
    hold: bool
    hold_kind: str | None = Field(default=None, max_length=10)
    rule: str = Field(max_length=60)
    reason: str = Field(max_length=120)
    reasons: list[dict[str, Any]] = Field(sa_type=Json)
    weights: str | None = Field(default=None, max_length=80)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)
