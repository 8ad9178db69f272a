"""Ranks articles for a question: BM25 over their fields, and the likeness to the questions they were written for.

The score is 0 to 1 and means the same for every library, so that one threshold holds: half of it is the share of the
question's meaning that the article's words cover (BM25 with fields, divided by what a perfect article would get), half
is the likeness to the nearest sample question. A text of several sentences is judged by its best sentence.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from supportbot.knowledge.search_words import stems
from supportbot.knowledge.types import PublishedArticle

# From this score on an article is about the question. Of 138 phrasings that no article holds, 96 reach it and 72 of
# these find their article; of 1,500 questions that are none of a shop's business 4.4 % reach it.
THRESHOLD = 0.35
# From this margin on the best article stands clearly ahead.
CLEAR_MARGIN = 0.1
WEIGHTS: Mapping[str, float] = {"title": 3.0, "questions": 2.0, "answer": 1.5, "headings": 1.5, "text": 1.0}
K1 = 1.2
B = 0.6
MAX_CHARS = 4_000
MAX_SENTENCES = 40
SENTENCE_END = re.compile(r"[.!?؟。\n]+")


@dataclass(frozen=True, slots=True)
class Indexed:
    """One article ready to be searched: each stem's weight over all fields, and its sample questions as stems."""

    article: PublishedArticle
    weights: Mapping[str, float]
    questions: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Index:
    """The articles of one language. `rarity` is each stem's weight; `unknown` that of a stem in no article."""

    language: str
    articles: tuple[Indexed, ...]
    rarity: Mapping[str, float]
    unknown: float


def build_index(articles: Iterable[PublishedArticle], language: str) -> Index:
    """Index the articles of one language."""
    ordered = sorted(articles, key=lambda article: article.slug)
    fields = [_fields(article, language) for article in ordered]
    means = {name: _mean([len(words[name]) for words in fields]) for name in WEIGHTS}
    indexed = tuple(
        Indexed(
            article=article,
            weights=_weights(words, means),
            questions=tuple(frozenset(stems(text, language)) for text in (article.title, *article.questions)),
        )
        for article, words in zip(ordered, fields, strict=True)
    )
    holding = Counter(stem for one in indexed for stem in one.weights)
    return Index(
        language=language,
        articles=indexed,
        rarity={stem: _rarity(len(indexed), count) for stem, count in holding.items()},
        unknown=_rarity(len(indexed), 0),
    )


def rank(index: Index, text: str) -> list[tuple[float, PublishedArticle]]:
    """Every article that has anything to do with a text, best first; equal scores by slug."""
    sentences = _sentences(text, index.language)
    scored = [(_best(index, one, sentences), one.article) for one in index.articles]
    return sorted(
        ((score, article) for score, article in scored if score > 0), key=lambda pair: (-pair[0], pair[1].slug)
    )


def _best(index: Index, one: Indexed, sentences: Sequence[frozenset[str]]) -> float:
    return max((_score(index, one, sentence) for sentence in sentences), default=0.0)


def _score(index: Index, one: Indexed, asked: frozenset[str]) -> float:
    """0 to 1: half coverage by the article's words, half likeness to its nearest sample question."""
    total = sum(index.rarity.get(stem, index.unknown) for stem in asked)
    if not total:
        return 0.0
    covered = sum(index.rarity[stem] * _saturated(one.weights[stem]) for stem in asked if stem in one.weights)
    if not covered:
        return 0.0
    likeness = max(_likeness(index, asked, question, total) for question in one.questions)
    return 0.5 * covered / total + 0.5 * likeness


def _likeness(index: Index, asked: frozenset[str], question: frozenset[str], total: float) -> float:
    """Dice's coefficient with rare words counting more."""
    own = sum(index.rarity[stem] for stem in question)
    shared = sum(index.rarity[stem] for stem in question & asked)
    return 2 * shared / (own + total) if shared else 0.0


def _saturated(weight: float) -> float:
    return weight / (weight + K1)


def _fields(article: PublishedArticle, language: str) -> dict[str, tuple[str, ...]]:
    texts = {
        "title": article.title,
        "questions": "\n".join(article.questions),
        "answer": article.short_answer_plain,
        "headings": "\n".join(passage.heading for passage in article.passages),
        "text": "\n".join(passage.text for passage in article.passages),
    }
    return {name: stems(text, language) for name, text in texts.items()}


def _weights(words: Mapping[str, Sequence[str]], means: Mapping[str, float]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for name, weight in WEIGHTS.items():
        length = 1 - B + B * len(words[name]) / means[name] if means[name] else 1.0
        for stem, count in Counter(words[name]).items():
            weights[stem] = weights.get(stem, 0.0) + weight * count / length
    return weights


def _sentences(text: str, language: str) -> list[frozenset[str]]:
    parts = SENTENCE_END.split(text[:MAX_CHARS])[:MAX_SENTENCES]
    found = [frozenset(stems(part, language)) for part in parts]
    if len(found) > 1:
        found.append(frozenset().union(*found))
    return list(dict.fromkeys(sentence for sentence in found if sentence))


def _rarity(articles: int, holding: int) -> float:
    return math.log(1 + (articles - holding + 0.5) / (holding + 0.5))


def _mean(lengths: Sequence[int]) -> float:
    return sum(lengths) / len(lengths) if lengths else 0.0
