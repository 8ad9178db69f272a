"""What drafts made of the articles: how often a passage was cited, and which questions found none."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.db import insert_once, upsert
from supportbot.knowledge.tables import ArticleGap, PassageUse


@dataclass(frozen=True, slots=True)
class Use:
    """How often drafts cited a passage, and where last."""

    times: int
    last_used_at: datetime
    last_conversation_id: int


def count_uses(db: Session, refs: Collection[str], *, conversation_id: int, at: datetime) -> None:
    """Count one draft's citations. Always in the same order, so that two drafts never wait for each other."""
    rows = [
        {"ref": ref, "times": 1, "last_used_at": at, "last_conversation_id": conversation_id}
        for ref in sorted(set(refs))
    ]
    if rows:
        upsert(db, PassageUse, *rows, key=["ref"], adding=["times"])


def note_gap(db: Session, message_id: int, conversation_id: int, *, topic: str, locale: str, at: datetime) -> None:
    """Remember a question without an article; once a message."""
    gap = {"conversation_id": conversation_id, "topic": topic, "locale": locale, "asked_at": at}
    insert_once(db, ArticleGap, message_id=message_id, **gap)


def uses_of(db: Session, refs: Collection[str]) -> dict[str, Use]:
    """The uses of these passages; one that was never cited is left out."""
    rows = db.exec(select(PassageUse).where(col(PassageUse.ref).in_(refs)))
    return {row.ref: Use(row.times, row.last_used_at, row.last_conversation_id) for row in rows}


def uses_by_article(db: Session) -> dict[str, Use]:
    """The uses of every article that was ever cited, by slug: all its passages together."""
    found: dict[str, Use] = {}
    for row in db.exec(select(PassageUse).order_by(col(PassageUse.last_used_at), col(PassageUse.ref))):
        slug = row.ref.rpartition("#")[0]
        before = found.get(slug)
        found[slug] = Use((before.times if before else 0) + row.times, row.last_used_at, row.last_conversation_id)
    return found


def newest_gaps(db: Session, *, before_id: int | None = None, limit: int = 20) -> Sequence[ArticleGap]:
    """The questions without an article, newest first, paged by message."""
    query = select(ArticleGap).order_by(col(ArticleGap.message_id).desc()).limit(limit)
    if before_id is not None:
        query = query.where(col(ArticleGap.message_id) < before_id)
    return db.exec(query).all()


def gap_counts(db: Session, *, since: datetime) -> dict[tuple[str, str], int]:
    """How many such questions there were since a moment, by topic and locale, the most first."""
    count = sa.func.count()
    query = (
        select(ArticleGap.topic, ArticleGap.locale, count)
        .where(col(ArticleGap.asked_at) >= since)
        .group_by(col(ArticleGap.topic), col(ArticleGap.locale))
        .order_by(count.desc(), col(ArticleGap.topic), col(ArticleGap.locale))
    )
    return {(topic, locale): number for topic, locale, number in db.exec(query)}
