"""Reads articles from Markdown with front matter. Pure: text in, checked values out, every problem with file and line.

    ---
    slug: find-your-invoices            small letters, digits and dashes
    title: Find your invoices
    kind: help                          or policy
    locale: en
    topic: billing                      help: one of the topics of triage
    short_answer: Your invoice {newest_invoice} is ready to download.
    short_answer_plain: Every invoice is ready to download.    needed when short_answer names a fact in braces
    actions: [open_invoices]            help: one to three next actions
    outcome: refund_needs_review        help, optional
    questions: ["Where is my invoice?"] help, optional: how customers ask
    version: 7                          optional; else the next number
    published: 2026-02-02               optional; else the moment of publishing
    currency: EUR                       policy with rules
    rules: {refund_window_days: 30}     policy: what code may rely on; every rule: PolicyRules in front_matter.py
    passages: {refund_window_days: "4.1"}    policy: the heading number that says each rule
    ---
    ## Where invoices are kept
    Text of one passage, up to the next heading of this level.

A passage is cited as `slug#n` with n its place, in a policy by the number that its heading begins with: `refunds#4.2`.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from supportbot.errors import InvalidInput
from supportbot.knowledge.front_matter import ArticleProblems, HelpHead, check_head, read_front_matter
from supportbot.knowledge.passages import ArticlePassage, split_passages
from supportbot.knowledge.types import ArticleKind
from supportbot.routing.types import Topic

MAX_CHARS = 200_000


@dataclass(frozen=True, slots=True)
class ArticleSource:
    """One article as written, checked. `meta` is the rest of its front matter as JSON-like values."""

    file: str
    slug: str
    kind: ArticleKind
    title: str
    locale: str
    topic: Topic | None
    version: int | None
    published_at: datetime | None
    meta: Mapping[str, Any]
    passages: tuple[ArticlePassage, ...]
    source_hash: str


def parse_articles(
    files: Iterable[tuple[str, str]], *, published_at: Mapping[str, datetime] | None = None
) -> tuple[ArticleSource, ...]:
    """Check and read articles.

    Args:
        files: name and text of each.
        published_at: when a slug was published, instead of what its front matter says.

    Raises:
        InvalidInput: lists every problem of every file, with its line.
    """
    problems: list[str] = []
    found: dict[str, ArticleSource] = {}
    for name, text in files:
        try:
            article = _parse(name, text, published_at or {})
        except ArticleProblems as error:
            problems += error.lines
            continue
        if article.slug in found:
            problems.append(f"{name}: the slug {article.slug!r} is also that of {found[article.slug].file}.")
        found.setdefault(article.slug, article)
    if problems:
        raise InvalidInput("The articles cannot be imported; nothing was changed.\n" + "\n".join(problems))
    return tuple(found.values())


def _parse(name: str, text: str, published_at: Mapping[str, datetime]) -> ArticleSource:
    if len(text) > MAX_CHARS:
        raise ArticleProblems(f"{name}: has {len(text)} characters; at most {MAX_CHARS} are read.")
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].rstrip() != "---":
        raise ArticleProblems(f"{name}, line 1: must be ---, the start of the front matter.")
    end = next((place for place, line in enumerate(lines[1:], start=1) if line.rstrip() == "---"), None)
    if end is None:
        raise ArticleProblems(f"{name}, line 1: the front matter has no closing --- line.")
    values = read_front_matter(name, lines[1:end])
    slug = str(values.get("slug"))
    if slug in published_at:
        values = {key: value for key, value in values.items() if key != "published"}
    head = check_head(name, values, lines[1:end])
    passages = split_passages(name, head, lines[end + 1 :], end + 2)
    return ArticleSource(
        file=name,
        slug=head.slug,
        kind=head.kind,
        title=head.title,
        locale=head.locale,
        topic=head.topic if isinstance(head, HelpHead) else None,
        version=head.version,
        published_at=published_at.get(head.slug) or _moment(head.published),
        meta=head.model_dump(
            mode="json", exclude={"slug", "title", "kind", "locale", "topic", "version", "published"}, exclude_none=True
        ),
        passages=passages,
        source_hash=hashlib.sha256("\n".join(lines).rstrip().encode()).hexdigest(),
    )


def _moment(published: datetime | date | None) -> datetime | None:
    if published is None:
        return None
    moment = published if isinstance(published, datetime) else datetime.combine(published, time())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
