"""Writes articles: importing a text makes the next version, publishing replaces the one before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from supportbot.audit.actions import AuditLog
from supportbot.audit.types import SYSTEM, Actor
from supportbot.errors import Conflict, NotFound
from supportbot.knowledge.articles import ArticleSource, parse_articles
from supportbot.knowledge.tables import Article, Passage


@dataclass(frozen=True, slots=True)
class ArticleImport:
    """What an import did, as slugs in the order of the files. `published` are those whose text went live."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    published: tuple[str, ...]


def import_articles(
    db: Session,
    files: Sequence[tuple[str, str]],
    *,
    at: datetime,
    publish: bool,
    audit: AuditLog,
    actor: Actor = SYSTEM,
    published_at: Mapping[str, datetime] | None = None,
) -> ArticleImport:
    """Import articles; a second import of the same files changes nothing.

    Args:
        files: name and text of each; see `knowledge/articles.py` for the form.
        publish: whether the new texts go live at once; otherwise they are drafts.
        published_at: when a slug was published, instead of `at`.

    Raises:
        InvalidInput: lists every problem of every file, with its line; nothing is changed.
        Conflict: a file asks for a version that exists with another text.
    """
    sources = parse_articles(files, published_at=published_at)
    newest = _newest(db, [source.slug for source in sources])
    added: list[str] = []
    changed: list[str] = []
    unchanged: list[str] = []
    published: list[str] = []
    for source in sources:
        before = newest.get(source.slug)
        if before is not None and before.source_hash == source.source_hash:
            row = before
            unchanged.append(source.slug)
        else:
            row = _add_version(db, source, before)
            (changed if before else added).append(source.slug)
            if not publish:
                audit.record(
                    db, actor=actor, action="article.import", subject="article", subject_id=row.id, detail=_about(row)
                )
        if publish and row.state != "published":
            publish_article(db, row, at=source.published_at or at, audit=audit, actor=actor)
            published.append(source.slug)
    return ArticleImport(tuple(added), tuple(changed), tuple(unchanged), tuple(published))


def publish_article(db: Session, article: Article, *, at: datetime, audit: AuditLog, actor: Actor = SYSTEM) -> None:
    """Make one version the published one; the version that was is retired."""
    db.execute(
        update(Article)
        .where(col(Article.slug) == article.slug, col(Article.state) == "published")
        .values(state="retired")
    )
    article.state, article.published_at = "published", at
    db.add(article)
    db.flush()
    audit.record(
        db, actor=actor, action="article.publish", subject="article", subject_id=article.id, detail=_about(article)
    )


def find_version(db: Session, slug: str, version: int) -> Article:
    """One version of an article.

    Raises:
        NotFound: there is no such version.
    """
    row = db.exec(select(Article).where(Article.slug == slug, Article.version == version)).first()
    if row is None:
        raise NotFound(f"There is no version {version} of the article {slug!r}.")
    return row


def _newest(db: Session, slugs: Sequence[str]) -> dict[str, Article]:
    """The newest version of each slug, held against other imports until this transaction ends."""
    query = select(Article).where(col(Article.slug).in_(slugs)).order_by(col(Article.version)).with_for_update()
    return {row.slug: row for row in db.exec(query)}


def _add_version(db: Session, source: ArticleSource, before: Article | None) -> Article:
    version = source.version or (before.version + 1 if before else 1)
    if before is not None and version <= before.version:
        raise Conflict(
            f"{source.file} asks for version {version} of {source.slug!r}, but version {before.version} exists with "
            f"another text. Raise the version to {before.version + 1}."
        )
    row = Article(
        slug=source.slug,
        version=version,
        kind=source.kind,
        title=source.title,
        locale=source.locale,
        topic=source.topic,
        state="draft",
        meta=dict(source.meta),
        source_hash=source.source_hash,
    )
    db.add(row)
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict(f"Somebody else imported {source.slug!r} just now. Import again.") from error
    db.add_all(
        Passage(article_id=row.id or 0, ref=passage.ref, position=position, heading=passage.heading, text=passage.text)
        for position, passage in enumerate(source.passages, start=1)
    )
    db.flush()
    return row


def _about(row: Article) -> dict[str, object]:
    return {"slug": row.slug, "version": row.version, "source_hash": row.source_hash}
