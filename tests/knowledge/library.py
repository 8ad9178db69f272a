"""The demo shop's articles as a library, for tests of search."""

from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

from supportbot.knowledge.article_files import ArticleSource, parse_articles
from supportbot.knowledge.library import Library
from supportbot.knowledge.types import PassageText, PublishedArticle

CONTENT = files("supportbot.seed") / "content"
PUBLISHED = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)


def shop_files() -> list[tuple[str, str]]:
    """Name and text of every article and policy of the demo shop."""
    found = [path for folder in ("articles", "policy") for path in CONTENT.joinpath(folder).iterdir()]
    return sorted((path.name, path.read_text(encoding="utf-8")) for path in found)


@cache
def shop_sources() -> tuple[ArticleSource, ...]:
    """The demo shop's articles and policy, parsed."""
    return parse_articles(shop_files(), published_at={"refunds": PUBLISHED})


def shop_library(*, without: str = "") -> Library:
    """The demo shop's library, with one sample question left out."""
    return Library(articles=tuple(published(source, without=without) for source in shop_sources()))


def published(source: ArticleSource, *, without: str = "") -> PublishedArticle:
    """An article as search sees it."""
    answer = str(source.meta.get("short_answer", ""))
    return PublishedArticle(
        slug=source.slug,
        version=1,
        kind=source.kind,
        title=source.title,
        locale=source.locale,
        topic=source.topic or "",
        short_answer=answer,
        short_answer_plain=str(source.meta.get("short_answer_plain", answer)),
        actions=tuple(source.meta.get("actions", ())),
        outcome=source.meta.get("outcome"),
        questions=tuple(text for text in source.meta.get("questions", ()) if text != without),
        passages=tuple(PassageText(one.ref, source.title, one.heading, one.text, 1) for one in source.passages),
    )
