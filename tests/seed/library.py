"""The story's articles as the product's own search reads them."""

from supportbot.knowledge.library import Library
from supportbot.knowledge.types import PassageText, PublishedArticle
from supportbot.seed.types import HelpArticle


def library(articles: tuple[HelpArticle, ...]) -> Library:
    """A library of these articles."""
    return Library(articles=tuple(_published(article) for article in articles))


def _published(article: HelpArticle) -> PublishedArticle:
    return PublishedArticle(
        slug=article.slug,
        version=1,
        kind="help",
        title=article.title,
        locale=article.locale,
        topic=article.topic,
        short_answer=article.short_answer,
        short_answer_plain=article.short_answer_plain or article.short_answer,
        actions=article.actions,
        outcome=article.outcome,
        questions=article.questions,
        passages=tuple(
            PassageText(f"{article.slug}#{one.number}", article.title, one.heading, one.text, 1)
            for one in article.passages
        ),
    )
