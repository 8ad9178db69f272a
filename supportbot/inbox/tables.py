"""Tables of the inbox."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from supportbot.db import BigId, Json, UtcDateTime


class Conversation(SQLModel, table=True):
    """A thread with one customer; `case_number` is its public name.

    `status`: open, pending, snoozed, resolved. `work_state`: what its row in the list shows: waiting, drafting, ready,
    held, failed, manual, sending, answered. `waiting_since`: the oldest customer message without an answer, else None.
    """

    __table_args__ = (
        sa.Index("ix_conversation_list", "status", "waiting_since", "id"),
        sa.Index("ix_conversation_customer", "customer_id", "status"),
        sa.Index("ix_conversation_work", "work_state", "last_message_at"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    site_id: int = Field(foreign_key="site.id", sa_type=BigId)
    customer_id: int = Field(foreign_key="customer.id", sa_type=BigId)
    case_number: str = Field(unique=True, max_length=24)
    channel: str = Field(max_length=20)
    subject: str = Field(max_length=120)
    status: str = Field(default="open", max_length=10)
    work_state: str = Field(default="waiting", max_length=10)
    topic: str | None = Field(default=None, max_length=30)
    hold_kind: str | None = Field(default=None, max_length=10)
    hold_label: str | None = Field(default=None, max_length=80)
    assignee_id: int | None = Field(default=None, foreign_key="agent.id", sa_type=BigId, index=True)
    priority: str = Field(default="normal", max_length=10)
    newest_customer_message_id: int | None = Field(default=None, sa_type=BigId)
    linked_conversation_id: int | None = Field(default=None, sa_type=BigId)
    waiting_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_message_at: datetime = Field(sa_type=UtcDateTime)
    snoozed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Message(SQLModel, table=True):
    """Something that was said, in either direction. `external_id` is the client's own id of a customer message."""

    __table_args__ = (
        sa.UniqueConstraint("customer_id", "external_id"),
        sa.Index("ix_message_thread", "conversation_id", "id"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    conversation_id: int = Field(foreign_key="conversation.id", sa_type=BigId)
    customer_id: int = Field(foreign_key="customer.id", sa_type=BigId)
    role: str = Field(max_length=10)  # customer, agent, system
    text: str = Field(sa_type=sa.Text)
    reply: dict[str, Any] | None = Field(default=None, sa_type=Json)
    channel: str = Field(max_length=20)
    external_id: str | None = Field(default=None, max_length=100)
    author_id: int | None = Field(default=None, foreign_key="agent.id", sa_type=BigId)
    outgoing_id: int | None = Field(default=None, unique=True, sa_type=BigId)
    sent_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Outgoing(SQLModel, table=True):
    """A reply a person let go, on its way: it leaves at `sends_at` unless undone or overtaken by a newer message.

    `state`: waiting, sent, undone, void. `content_hash` is of the exact reply that will be sent.
    """

    __table_args__ = (
        sa.Index("ix_outgoing_conversation", "conversation_id", "state"),
        sa.Index("ix_outgoing_author", "author_id", "state"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    conversation_id: int = Field(foreign_key="conversation.id", sa_type=BigId)
    answers_message_id: int | None = Field(default=None, sa_type=BigId)
    draft_id: int | None = Field(default=None, sa_type=BigId, index=True)
    author_id: int = Field(foreign_key="agent.id", sa_type=BigId)
    text: str = Field(sa_type=sa.Text)
    reply: dict[str, Any] | None = Field(default=None, sa_type=Json)
    content_hash: str = Field(max_length=64)
    resolve: bool = False
    state: str = Field(default="waiting", max_length=10)
    created_at: datetime = Field(sa_type=UtcDateTime)
    sends_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    close_reason: str | None = Field(default=None, max_length=200)


class Note(SQLModel, table=True):
    """A private note; customers never see it."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    conversation_id: int = Field(foreign_key="conversation.id", sa_type=BigId, index=True)
    author_id: int = Field(foreign_key="agent.id", sa_type=BigId)
    text: str = Field(sa_type=sa.Text)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Tag(SQLModel, table=True):
    """An agent's label on a conversation."""

    conversation_id: int = Field(foreign_key="conversation.id", sa_type=BigId, primary_key=True)
    name: str = Field(primary_key=True, max_length=40)
