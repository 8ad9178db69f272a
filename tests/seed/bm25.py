"""A plain BM25 over articles, to see that each is found; the product ranks in `supportbot.knowledge`."""

import math
import re
from collections import Counter

from supportbot.seed.types import HelpArticle


def best_article(articles: list[HelpArticle], question: str) -> str:
    """The slug of the article that fits the question best, over title, questions and passages."""
    words = {article.slug: _words(article) for article in articles}
    scores = {slug: _score(_split(question), slug, words) for slug in words}
    return max(sorted(scores), key=scores.__getitem__)


def _words(article: HelpArticle) -> Counter[str]:
    passages = [f"{passage.heading} {passage.text}" for passage in article.passages]
    return Counter(_split(" ".join([article.title, *article.questions, *passages])))


def _score(question: list[str], slug: str, words: dict[str, Counter[str]]) -> float:
    mean = sum(counts.total() for counts in words.values()) / len(words)
    total = 0.0
    for word in set(question):
        holding = sum(word in counts for counts in words.values())
        count = words[slug][word]
        weight = math.log(1 + (len(words) - holding + 0.5) / (holding + 0.5))
        total += weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * words[slug].total() / mean))
    return total


def _split(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
