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
