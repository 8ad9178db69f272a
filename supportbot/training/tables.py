"""Tables of triage: what people said a message really was."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from supportbot.db import BigId, UtcDateTime


class TriageLabel(SQLModel, table=True):
    """What a person's act proved about one message, beside what triage had said of it.

    `true_topic` and `true_risk` are None where nobody spoke about them. One row a message is current: the newest that
    was not taken back. `outgoing_id` is the reply whose leaving proved it; undoing that takes the label back.
    `weights` names the linear model that spoke: "shipped" or "sha256:...".
    """

    __tablename__ = "triage_label"
    __table_args__ = (
        sa.Index(
            "uq_triage_label_current",
            "message_id",
            unique=True,
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        ),
        sa.Index("ix_triage_label_message", "message_id", "id"),
        sa.Index("ix_triage_label_newest", "is_current", "created_at"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    message_id: int = Field(foreign_key="message.id", sa_type=BigId)
    conversation_id: int = Field(foreign_key="conversation.id", sa_type=BigId, index=True)
    said_topic: str = Field(max_length=30)
    said_risk: str = Field(max_length=10)
    said_hold: bool
    weights: str = Field(max_length=80)
    policy_version: int
    true_topic: str | None = Field(default=None, max_length=30)
    true_risk: str | None = Field(default=None, max_length=10)
    source: str = Field(max_length=20)
    language: str = Field(max_length=2)
    by_id: int = Field(foreign_key="agent.id", sa_type=BigId)
    outgoing_id: int | None = Field(default=None, sa_type=BigId, index=True)
    is_current: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
