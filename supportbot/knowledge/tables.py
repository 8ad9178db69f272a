"""Tables of articles and their passages."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from supportbot.db import BigId, Json, UtcDateTime


class Article(SQLModel, table=True):
    """One version of one article. `state`: draft, reviewed, published, retired. `meta` is its front matter."""

    __table_args__ = (
        sa.UniqueConstraint("slug", "version"),
        sa.Index("ix_article_published", "state", "kind"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    slug: str = Field(max_length=100)
    version: int = 1
    kind: str = Field(max_length=10)  # help, policy
    title: str = Field(max_length=200)
    locale: str = Field(max_length=20)
    topic: str | None = Field(default=None, max_length=30)
    state: str = Field(max_length=10)
    meta: dict[str, Any] = Field(sa_type=Json, default_factory=dict)
    source_hash: str = Field(max_length=64)
    reviewed_by: str | None = Field(default=None, max_length=200)
    reviewed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Passage(SQLModel, table=True):
    """A part of an article that can be cited: `ref` is stable over versions, e.g. "refunds#4.2"."""

    __table_args__ = (sa.UniqueConstraint("article_id", "position"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    article_id: int = Field(foreign_key="article.id", sa_type=BigId, index=True)
    ref: str = Field(max_length=140)
    position: int
    heading: str = Field(max_length=200)
    text: str = Field(sa_type=sa.Text)


class PassageUse(SQLModel, table=True):
    """How often drafts cited a passage, and where last."""

    __tablename__ = "passage_use"
    ref: str = Field(primary_key=True, max_length=140)
    times: int = 0
    last_used_at: datetime = Field(sa_type=UtcDateTime)
    last_conversation_id: int = Field(sa_type=BigId)


class ArticleGap(SQLModel, table=True):
    """A routine question for whose draft no article was found; one a message."""

    __tablename__ = "article_gap"
    message_id: int = Field(primary_key=True, sa_type=BigId)
    conversation_id: int = Field(sa_type=BigId)
    topic: str = Field(max_length=30)
    locale: str = Field(max_length=20)
    asked_at: datetime = Field(sa_type=UtcDateTime, index=True)
