"""Writes articles: importing a text makes the next version, publishing replaces the one before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from supportbot.audit.actions import AuditLog
from supportbot.audit.types import SYSTEM, Actor
from supportbot.errors import Conflict, NotFound
from supportbot.knowledge.article_files import ArticleSource, parse_articles
from supportbot.knowledge.full_text import add_to_index
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
        files: name and text of each; see `knowledge/article_files.py` for the form.
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


def review_article(
    db: Session, slug: str, version: int, *, by: str, at: datetime, audit: AuditLog, actor: Actor = SYSTEM
) -> Article:
    """Say that somebody has read a draft and stands for it; the next step is to publish it.

    Raises:
        NotFound: there is no such version.
        Conflict: it is no draft any more.
    """
    row = find_version(db, slug, version)
    _move(db, row, "draft", "reviewed", reviewed_by=by, reviewed_at=at)
    detail = {**_about(row), "reviewed_by": by}
    audit.record(db, actor=actor, action="article.review", subject="article", subject_id=row.id, detail=detail)
    return row


def publish_reviewed(
    db: Session, slug: str, version: int, *, at: datetime, audit: AuditLog, actor: Actor = SYSTEM
) -> Article:
    """Publish a version that was reviewed.

    Raises:
        NotFound: there is no such version.
        Conflict: nobody has reviewed it yet, or it is published or retired.
    """
    row = find_version(db, slug, version)
    if row.state == "draft":
        raise Conflict(f"Version {version} of {slug!r} was not reviewed yet. Review it first.")
    if row.state != "reviewed":
        raise Conflict(f"Version {version} of {slug!r} is {row.state}. Only a reviewed version is published.")
    publish_article(db, row, at=at, audit=audit, actor=actor)
    return row


def find_version(db: Session, slug: str, version: int) -> Article:
    """One version of an article.

    Raises:
        NotFound: there is no such version.
    """
    row = db.exec(select(Article).where(Article.slug == slug, Article.version == version)).first()
    if row is None:
        raise NotFound(f"There is no version {version} of the article {slug!r}.")
    return row


def _move(db: Session, row: Article, before: str, after: str, **values: object) -> None:
    """Change a state that is still `before`, whoever else is at it."""
    statement = update(Article).where(col(Article.id) == row.id, col(Article.state) == before)
    if db.execute(statement.values(state=after, **values)).rowcount != 1:  # type: ignore[attr-defined]
        db.refresh(row)
        raise Conflict(f"Version {row.version} of {row.slug!r} is {row.state}, no {before} any more.")
    db.refresh(row)


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
    passages = [
        Passage(article_id=row.id or 0, ref=passage.ref, position=position, heading=passage.heading, text=passage.text)
        for position, passage in enumerate(source.passages, start=1)
    ]
    db.add_all(passages)
    db.flush()
    words = [(passage.id or 0, f"{row.title} {passage.heading} {passage.text}") for passage in passages]
    add_to_index(db, words)
    return row


def _about(row: Article) -> dict[str, object]:
    return {"slug": row.slug, "version": row.version, "source_hash": row.source_hash}
