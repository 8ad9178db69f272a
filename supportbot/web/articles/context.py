"""What the pages of the articles show, built from values. Pure but for addresses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for

from supportbot.accounts.rules import may
from supportbot.accounts.types import Person
from supportbot.contract.voice.catalogue import catalogue
from supportbot.knowledge.full_text import FoundPassage
from supportbot.knowledge.tables import ArticleGap
from supportbot.knowledge.types import ArticleLine, ArticleVersion
from supportbot.knowledge.usage import Use
from supportbot.web.time_words import when

GAPS_DAYS = 30
STATES = {
    "draft": ("ready", "Draft"),
    "reviewed": ("open", "Reviewed"),
    "published": ("passed", "Published"),
    "retired": ("snoozed", "Retired"),
}
LONGEST_SNIPPET = 240


def passage_url(ref: str, version: int | None = None) -> str:
    """Where a passage is read: its article, in the version that was cited, at its own place."""
    slug, _, number = ref.rpartition("#")
    return url_for("articles.article", slug=slug, version=version, _anchor=f"p-{number}")


def articles_view(
    lines: Sequence[ArticleLine],
    uses: Mapping[str, Use],
    *,
    asked: str,
    found: Sequence[FoundPassage],
    gaps: Sequence[ArticleGap],
    questions: Mapping[int, str],
    counts: Mapping[tuple[str, str], int],
    now: datetime,
    zone: ZoneInfo,
) -> dict[str, Any]:
    """The list; see `templates/articles/page.html`."""
    waiting = [line for line in lines if line.state in ("draft", "reviewed")]
    live = sum(1 for line in lines if line.live_version is not None)
    return {
        "headline": _headline(live, len(waiting)),
        "asked": asked,
        "found": [_found(one) for one in found],
        "waiting": [_line(line, uses, now, zone) for line in waiting],
        "lines": [_line(line, uses, now, zone) for line in lines],
        "gap_counts": [
            {"topic": catalogue("en").topic_label(topic), "locale": locale, "count": count}
            for (topic, locale), count in counts.items()
        ],
        "gaps": [
            {
                "text": _snippet(questions.get(gap.message_id, "")),
                "topic": catalogue("en").topic_label(gap.topic),
                "when": when(gap.asked_at, now=now, zone=zone),
                "url": url_for("inbox.conversation", conversation_id=gap.conversation_id),
            }
            for gap in gaps
        ],
        "days": GAPS_DAYS,
    }


def article_view(
    shown: ArticleVersion, uses: Mapping[str, Use], *, person: Person, now: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    """One version to read; see `templates/articles/article.html`."""
    line = shown.line
    kind, state = STATES[line.state]
    step = {"draft": "review", "reviewed": "publication"}.get(line.state) if may(person, "review") else None
    return {
        "title": line.title,
        "slug": line.slug,
        "version": line.version,
        "kind": kind,
        "state": state,
        "what": "Policy" if line.kind == "policy" else "Help article",
        "locale": line.locale,
        "short_answer": shown.short_answer,
        "questions": shown.questions,
        "reviewed_by": line.reviewed_by,
        "reviewed": when(shown.reviewed_at, now=now, zone=zone) if shown.reviewed_at else None,
        "published": when(shown.published_at, now=now, zone=zone) if shown.published_at else None,
        "step_url": url_for(f"articles.{step}", slug=line.slug, version=line.version) if step else None,
        "step_label": {"review": "Mark as reviewed", "publication": "Publish"}.get(step or ""),
        "passages": [
            {
                "anchor": f"p-{passage.number}",
                "ref": passage.ref,
                "heading": passage.heading,
                "paragraphs": passage.text.split("\n"),
                "used": _used(uses.get(passage.ref), now, zone),
            }
            for passage in shown.passages
        ],
        "versions": [
            {
                "number": number,
                "kind": STATES[name][0],
                "state": STATES[name][1],
                "url": url_for("articles.article", slug=line.slug, version=number),
                "is_shown": number == line.version,
            }
            for number, name in shown.versions
        ],
    }


def _headline(live: int, waiting: int) -> str:
    published = (
        "No article is published" if not live else f"{live} {'article is' if live == 1 else 'articles are'} live"
    )
    return f"{published}, {waiting or 'none'} {'waits' if waiting <= 1 else 'wait'} for a person."


def _line(line: ArticleLine, uses: Mapping[str, Use], now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    kind, state = STATES[line.state]
    return {
        "title": line.title,
        "url": url_for("articles.article", slug=line.slug, version=line.version),
        "kind": kind,
        "state": state,
        "about": "Policy" if line.kind == "policy" else catalogue("en").topic_label(line.topic),
        "live": f"version {line.live_version} is live" if line.live_version not in (None, line.version) else None,
        "locale": line.locale,
        "version": line.version,
        "used": _used(uses.get(line.slug), now, zone),
    }


def _used(use: Use | None, now: datetime, zone: ZoneInfo) -> dict[str, Any] | None:
    """How often it was cited, and the conversation in which it was last; None when never."""
    if use is None:
        return None
    return {
        "times": f"{use.times} {'time' if use.times == 1 else 'times'}",
        "when": when(use.last_used_at, now=now, zone=zone),
        "url": url_for("inbox.conversation", conversation_id=use.last_conversation_id),
    }


def _found(one: FoundPassage) -> dict[str, str]:
    return {
        "url": passage_url(one.ref, one.version),
        "title": one.title,
        "heading": one.heading,
        "text": _snippet(one.text),
    }


def _snippet(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SNIPPET else f"{line[: LONGEST_SNIPPET - 1].rstrip()}…"
