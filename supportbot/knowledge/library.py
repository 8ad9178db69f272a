"""The published articles and policy as one value: search, passages, and the refund policy as rules for code."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from supportbot.contract.refund_policy import RefundPolicy
from supportbot.knowledge.ranking import Index, build_index, rank
from supportbot.knowledge.types import ArticleHit, PassageText, PublishedArticle
from supportbot.language.languages import language_of


@dataclass(frozen=True)
class Library:
    """Everything published at one moment. `refund_rules` come from the policy's front matter."""

    articles: tuple[PublishedArticle, ...] = ()
    refund_rules: RefundPolicy | None = None

    def search(self, text: str, *, locale: str, limit: int = 3) -> tuple[ArticleHit, ...]:
        """The help articles nearest to a question, best first, in the customer's language only."""
        index = self._indexes.get(language_of(locale))
        ranked = rank(index, text) if index else []
        scores = [score for score, _ in ranked]
        return tuple(
            _hit(article, score, next_score)
            for (score, article), next_score in zip(ranked[:limit], [*scores[1:], 0.0], strict=False)
        )

    def policy_passages(self, refs: Collection[str] | None = None) -> tuple[PassageText, ...]:
        """The passages of every published policy in their order, or only those with these refs."""
        passages = (passage for article in self.articles if article.kind == "policy" for passage in article.passages)
        return tuple(passage for passage in passages if refs is None or passage.ref in refs)

    def passage(self, ref: str) -> PassageText | None:
        """One passage of any published article by its ref; None when there is none."""
        return self._passages.get(ref)

    def refund_policy(self) -> RefundPolicy | None:
        """The refund policy as rules for code; None when no policy with rules is published."""
        return self.refund_rules

    @cached_property
    def _indexes(self) -> Mapping[str, Index]:
        by_language: dict[str, list[PublishedArticle]] = {}
        for article in self.articles:
            if article.kind == "help":
                by_language.setdefault(language_of(article.locale), []).append(article)
        return {language: build_index(articles, language) for language, articles in by_language.items()}

    @cached_property
    def _passages(self) -> Mapping[str, PassageText]:
        return {passage.ref: passage for article in self.articles for passage in article.passages}


def languages_of(library: Library) -> Sequence[str]:
    """The languages that have at least one published help article, in order."""
    return sorted({language_of(article.locale) for article in library.articles if article.kind == "help"})


def _hit(article: PublishedArticle, score: float, next_score: float) -> ArticleHit:
    return ArticleHit(
        slug=article.slug,
        title=article.title,
        locale=article.locale,
        topic=article.topic,
        short_answer=article.short_answer,
        short_answer_plain=article.short_answer_plain,
        actions=article.actions,
        outcome=article.outcome,
        passages=article.passages,
        score=round(score, 4),
        margin=round((score - next_score) / score, 4),
    )
