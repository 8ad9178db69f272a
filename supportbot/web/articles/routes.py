"""The articles: which are published, what waits for review, what drafts cited, and which questions found none."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlmodel import Session, col, select
from werkzeug.wrappers import Response

from supportbot.accounts.rules import may
from supportbot.customers.tables import Site
from supportbot.errors import Conflict, Forbidden
from supportbot.inbox.tables import Message
from supportbot.knowledge import actions
from supportbot.knowledge.full_text import search_passages
from supportbot.knowledge.queries import article_lines, read_version
from supportbot.knowledge.usage import gap_counts, newest_gaps, uses_by_article, uses_of
from supportbot.web.articles.context import GAPS_DAYS, article_view, articles_view
from supportbot.web.login.routes import signed_in
from supportbot.web.services import services

blueprint = Blueprint("articles", __name__, url_prefix="/articles")

GAPS_SHOWN = 10
LONGEST_SEARCH = 200


@blueprint.get("")
def page() -> str:
    """Every article, a search over their passages, and the questions without one."""
    wired, asked = services(), request.args.get("q", "")[:LONGEST_SEARCH].strip()
    now = wired.clock()
    with wired.database.transaction(read_only=True) as db:
        gaps = newest_gaps(db, limit=GAPS_SHOWN)
        view = articles_view(
            article_lines(db),
            uses_by_article(db),
            asked=asked,
            found=search_passages(db, asked) if asked else (),
            gaps=gaps,
            questions=_texts(db, [gap.message_id for gap in gaps]),
            counts=gap_counts(db, since=now - timedelta(days=GAPS_DAYS)),
            now=now,
            zone=_zone(db),
        )
    return render_template("articles/page.html", articles=view)


@blueprint.get("/<slug>")
def article(slug: str) -> str:
    """One version of an article: the one asked for, else the published one; each passage has its place."""
    wired = services()
    with wired.database.transaction(read_only=True) as db:
        shown = read_version(db, slug, request.args.get("version", type=int))
        view = article_view(
            shown,
            uses_of(db, [passage.ref for passage in shown.passages]),
            person=signed_in(),
            now=wired.clock(),
            zone=_zone(db),
        )
    return render_template("articles/article.html", article=view)


@blueprint.post("/<slug>/versions/<int:version>/review")
def review(slug: str, version: int) -> Response:
    """Say that one has read a draft and stands for it."""
    return _step(slug, version, "review")


@blueprint.post("/<slug>/versions/<int:version>/publication")
def publication(slug: str, version: int) -> Response:
    """Publish a version that was reviewed."""
    return _step(slug, version, "publication")


def _step(slug: str, version: int, step: str) -> Response:
    person, wired = signed_in(), services()
    if not may(person, "review"):
        raise Forbidden("Articles are reviewed and published by a lead.")
    actor, audit, at = person.actor, wired.runtime.audit, wired.clock()
    try:
        with wired.database.transaction() as db:
            if step == "review":
                actions.review_article(db, slug, version, by=person.name, at=at, audit=audit, actor=actor)
            else:
                actions.publish_reviewed(db, slug, version, at=at, audit=audit, actor=actor)
    except Conflict as error:
        flash(error.message, "error")
    else:
        flash("Reviewed. It can be published now." if step == "review" else "Published. Drafts use it now.", "good")
    return redirect(url_for("articles.article", slug=slug, version=version), code=303)


def _texts(db: Session, message_ids: list[int]) -> dict[int, str]:
    """What was asked, by message."""
    if not message_ids:
        return {}
    rows = db.exec(select(Message.id, Message.text).where(col(Message.id).in_(message_ids)))
    return {message_id or 0: text for message_id, text in rows}


def _zone(db: Session) -> ZoneInfo:
    return ZoneInfo(db.exec(select(Site.time_zone).order_by(col(Site.id))).first() or "UTC")
