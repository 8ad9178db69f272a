"""Tables of the weekly review."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from supportbot.db import BigId, Json, UtcDateTime


class ReviewWeek(SQLModel, table=True):
    """One week's draw, frozen. `population` counts what could have been drawn, by stratum; `draw_hash` is over the
    drawn conversations in order; `time_zone` says where the week began and ended. `decision`: keep, change_rule,
    tighten_prompt, accept_baseline."""

    __tablename__ = "review_week"
    week: str = Field(primary_key=True, max_length=8)
    drawn_at: datetime = Field(sa_type=UtcDateTime)
    time_zone: str = Field(max_length=40)
    population: dict[str, Any] = Field(sa_type=Json)
    draw_hash: str = Field(max_length=64)
    decision: str | None = Field(default=None, max_length=20)
    decision_reason: str | None = Field(default=None, max_length=500)
    closed_by_id: int | None = Field(default=None, foreign_key="agent.id", sa_type=BigId)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReviewItem(SQLModel, table=True):
    """One conversation to read. `kind`: routine, held (both counted), hunt (never counted). `reply_id` is the message
    to be judged; `twice` asks for two readers."""

    __tablename__ = "review_item"
    __table_args__ = (
        sa.UniqueConstraint("week", "position"),
        sa.UniqueConstraint("week", "conversation_id"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    week: str = Field(foreign_key="review_week.week", max_length=8)
    position: int
    kind: str = Field(max_length=10)
    why: str = Field(max_length=200)
    conversation_id: int = Field(foreign_key="conversation.id", sa_type=BigId)
    reply_id: int = Field(foreign_key="message.id", sa_type=BigId)
    twice: bool = False


class ReviewReplacement(SQLModel, table=True):
    """A conversation that was drawn and could not be judged: it gave its place away. The rows are kept and counted."""

    __tablename__ = "review_replacement"
    __table_args__ = (sa.UniqueConstraint("week", "conversation_id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    week: str = Field(foreign_key="review_week.week", max_length=8)
    item_id: int = Field(foreign_key="review_item.id", sa_type=BigId)
    conversation_id: int = Field(foreign_key="conversation.id", sa_type=BigId)
    reason: str = Field(max_length=300)
    by_id: int = Field(foreign_key="agent.id", sa_type=BigId)
    at: datetime = Field(sa_type=UtcDateTime)


class Scorecard(SQLModel, table=True):
    """One reviewer's marks on one item: criterion to "yes", "no" or "na"."""

    __table_args__ = (sa.UniqueConstraint("item_id", "reviewer_id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    item_id: int = Field(foreign_key="review_item.id", sa_type=BigId)
    reviewer_id: int = Field(foreign_key="agent.id", sa_type=BigId)
    marks: dict[str, Any] = Field(sa_type=Json)
    cause: str | None = Field(default=None, max_length=500)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    submitted_at: datetime = Field(sa_type=UtcDateTime)
