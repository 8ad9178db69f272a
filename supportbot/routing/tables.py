"""Tables of the routing policy and of every decision made under it."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from supportbot.db import BigId, Json, UtcDateTime


class Decision(SQLModel, table=True):
    """Triage and route of one customer message, in plain words.

    `layer` is the one whose reason decided; `weights` names the linear model that took part.
    """

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
    layer: str | None = Field(default=None, max_length=20)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)
