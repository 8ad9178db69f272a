"""The table of what changed, which every process tails."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from supportbot.db import BigId, UtcDateTime


class Event(SQLModel, table=True):
    """The bus: something changed. Readers tail it by id; it holds ids, never text.

    `audience`: "desk" (agents) or "widget" (the one customer).
    """

    __table_args__ = (sa.Index("ix_event_widget", "customer_id", "id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    kind: str = Field(max_length=30)  # message, draft, conversation, note, outgoing, seen, models
    conversation_id: int = Field(sa_type=BigId)
    customer_id: int = Field(sa_type=BigId)
    for_widget: bool = False
