"""Reads articles. The published library is kept per process and read anew when what is published changes."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import cast

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.contract.refund_policy import POLICY_RULES, PolicyRule, RefundPolicy
from supportbot.contract.types import ActionId, Outcome
from supportbot.db import rows_of
from supportbot.errors import NotFound
from supportbot.knowledge.library import Library as Library
from supportbot.knowledge.tables import Article, Passage
from supportbot.knowledge.types import ArticleKind, ArticleLine, ArticleVersion, PassageText, PublishedArticle

KEPT = 4
OFF_UNLESS_SAID: frozenset[PolicyRule] = frozenset({"unused_days_returned"})
Stamp = tuple[tuple[int, str, datetime | None], ...]


class LibraryShelf:
    """Keeps the libraries last used. The stamp names every published text by its hash, so it fits any database."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Stamp, Library] = OrderedDict()
        self._lock = Lock()

    def get(self, stamp: Stamp) -> Library | None:
        """The library of a stamp, if it is kept."""
        with self._lock:
            library = self._kept.get(stamp)
            if library is not None:
                self._kept.move_to_end(stamp)
            return library

    def put(self, stamp: Stamp, library: Library) -> None:
        """Keep a library, and drop the one unused for longest."""
        with self._lock:
            self._kept[stamp] = library
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


_SHELF = LibraryShelf()
_ARTICLES = rows_of(Article).c
_STAMP = (
    sa.select(_ARTICLES.id, _ARTICLES.source_hash, _ARTICLES.published_at)
    .where(_ARTICLES.state == "published")
    .order_by(_ARTICLES.id)
)


def published_library(db: Session) -> Library:
    """Everything that is published now: one statement when nothing changed since the last call, else three."""
    stamp: Stamp = tuple(tuple(row) for row in db.connection().execute(_STAMP))
    library = _SHELF.get(stamp)
    if library is None:
        library = _read_library(db, [article_id for article_id, _, _ in stamp])
        _SHELF.put(stamp, library)
    return library


def article_lines(db: Session) -> tuple[ArticleLine, ...]:
    """Every article by its newest version, in the order of titles; two statements."""
    newest = select(Article.slug, sa.func.max(Article.version)).group_by(Article.slug)
    rows = db.exec(select(Article).where(sa.tuple_(col(Article.slug), col(Article.version)).in_(newest))).all()
    live = dict(db.exec(select(Article.slug, Article.version).where(Article.state == "published")).all())
    return tuple(_line(row, live.get(row.slug)) for row in sorted(rows, key=lambda row: (row.title, row.slug)))


def newest_version(db: Session, slug: str) -> int:
    """The number of an article's newest version.

    Raises:
        NotFound: there is no such article.
    """
    number = db.exec(select(sa.func.max(Article.version)).where(Article.slug == slug)).one()
    if number is None:
        raise NotFound(f"There is no article {slug!r}. supportbot kb list names them all.")
    return int(number)


def read_version(db: Session, slug: str, version: int | None = None) -> ArticleVersion:
    """One version of an article with its passages; by default the published one, else the newest.

    Raises:
        NotFound: there is no such article, or no such version of it.
    """
    rows = db.exec(select(Article).where(Article.slug == slug).order_by(col(Article.version).desc())).all()
    live = next((row for row in rows if row.state == "published"), None)
    fitting = (row for row in rows if row.version == version)
    chosen = next(fitting, None) if version is not None else live or next(iter(rows), None)
    if chosen is None:
        raise NotFound(f"There is no article {slug!r}{f' with a version {version}' if rows else ''}.")
    query = select(Passage).where(Passage.article_id == chosen.id).order_by(col(Passage.position))
    return ArticleVersion(
        line=_line(chosen, live.version if live else None),
        reviewed_at=chosen.reviewed_at,
        published_at=chosen.published_at,
        short_answer=str(chosen.meta.get("short_answer") or ""),
        questions=tuple(chosen.meta.get("questions", ())),
        passages=tuple(_passage(chosen, passage) for passage in db.exec(query)),
        versions=tuple((row.version, row.state) for row in rows),
    )


def _line(row: Article, live_version: int | None) -> ArticleLine:
    return ArticleLine(
        slug=row.slug,
        title=row.title,
        kind=row.kind,
        locale=row.locale,
        topic=row.topic,
        version=row.version,
        state=row.state,
        reviewed_by=row.reviewed_by,
        live_version=live_version,
    )


def _read_library(db: Session, ids: Sequence[int]) -> Library:
    rows = db.exec(select(Article).where(col(Article.id).in_(ids)).order_by(col(Article.slug))).all() if ids else []
    passages: dict[int, list[Passage]] = {article_id: [] for article_id in ids}
    if ids:
        query = select(Passage).where(col(Passage.article_id).in_(ids))
        for passage in db.exec(query.order_by(col(Passage.article_id), col(Passage.position))):
            passages[passage.article_id].append(passage)
    return Library(
        articles=tuple(_article(row, passages[row.id or 0]) for row in rows),
        refund_rules=next((rules for rules in map(_refund_rules, rows) if rules), None),
    )


def _article(row: Article, passages: Sequence[Passage]) -> PublishedArticle:
    answer = str(row.meta.get("short_answer") or "")
    return PublishedArticle(
        slug=row.slug,
        version=row.version,
        kind=cast(ArticleKind, row.kind),
        title=row.title,
        locale=row.locale,
        topic=row.topic or "",
        short_answer=answer,
        short_answer_plain=str(row.meta.get("short_answer_plain") or answer),
        actions=cast(tuple[ActionId, ...], tuple(row.meta.get("actions", ()))),
        outcome=cast(Outcome | None, row.meta.get("outcome")),
        questions=tuple(row.meta.get("questions", ())),
        passages=tuple(_passage(row, passage) for passage in passages),
    )


def _passage(row: Article, passage: Passage) -> PassageText:
    return PassageText(
        ref=passage.ref,
        article=row.title,
        heading=passage.heading,
        text=passage.text,
        version=row.version,
        number=passage.ref.rpartition("#")[2],
        published_at=row.published_at,
    )


def _refund_rules(row: Article) -> RefundPolicy | None:
    rules = row.meta.get("rules")
    if row.kind != "policy" or not rules:
        return None
    numbers: dict[str, str] = row.meta.get("passages", {})
    passages: dict[PolicyRule, str] = {
        rule: f"{row.slug}#{numbers[rule]}"
        for rule in POLICY_RULES
        if rule in numbers and rules.get(rule, rule not in OFF_UNLESS_SAID) is not False
    }
    return RefundPolicy(
        currency=str(row.meta["currency"]),
        refund_window_days=rules.get("refund_window_days"),
        double_charge_days=rules.get("double_charge_days"),
        renewal_notice_days=rules.get("renewal_notice_days"),
        renewal_notice_plans=tuple(rules.get("renewal_notice_plans", ("year",))),
        passages=passages,
    )
