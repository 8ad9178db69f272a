"""How the built-in provider answers an everyday question: the best published article, its short answer first."""

import re
from collections.abc import Mapping
from typing import Any

from supportbot.contract.voice.catalogue import catalogue
from supportbot.language.sentences import split_sentences

# The score of a search hit is 0 to 1; below this an article is not about the question.
LEAST_SCORE = 0.35
# A best article that leads by less than this share is one of two; its draft says so by its confidence.
CLEAR_MARGIN = 0.1
MOST_SENTENCES = 3
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
# Shorter words say little about what a passage is on.
_WORD = re.compile(r"\w{5,}")


def draft_routine(material: Mapping[str, Any]) -> dict[str, Any]:
    """Reply fields from the best article in the customer's language, or a truthful word that a person will answer."""
    article = fitting_article(material)
    return from_article(article, material) if article else to_a_person(material)


def has_no_articles(material: Mapping[str, Any]) -> bool:
    """Whether there is no help article at all in the customer's language: then there is nothing to extract from."""
    languages = material["shop"].get("article_languages")
    return languages is not None and language(material["locale"]) not in languages


def fitting_article(material: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The best article that is about the question, in the customer's language; None when there is none."""
    own = [one for one in material["articles"] if language(one["locale"]) == language(material["locale"])]
    best = max(own, key=lambda one: float(one["score"]), default=None)
    return best if best and best["score"] >= LEAST_SCORE else None


def from_article(article: Mapping[str, Any], material: Mapping[str, Any]) -> dict[str, Any]:
    """The article's short answer with the account's values, and the passage nearest to the question."""
    passage = _nearest(article["passages"], str(material["question"]))
    sentences = split_sentences(passage["text"])[:MOST_SENTENCES] if passage else ()
    is_clear = article["margin"] >= CLEAR_MARGIN
    return {
        "answer": _short_answer(article, material),
        "details": " ".join(sentences),
        "outcome": article["outcome"] or "answered",
        "next_actions": list(article["actions"])[:3] or ["talk_to_person"],
        "facts_used": [],
        "sources": [passage["ref"]] if passage else [],
        "confidence": round(min(1.0, article["score"]) * (1.0 if is_clear else 0.7), 2),
    }


def to_a_person(material: Mapping[str, Any]) -> dict[str, Any]:
    """The reply when nothing fits: a person will answer. It claims nothing else."""
    return {
        "answer": catalogue(material["locale"]).notices.no_answer,
        "details": "",
        "outcome": "escalated",
        "next_actions": ["talk_to_person"],
        "facts_used": [],
        "sources": [],
        "confidence": 0.0,
    }


def language(locale: str) -> str:
    """The language of a locale: "en" for "en-GB"."""
    return locale.replace("_", "-").partition("-")[0].lower()


def _short_answer(article: Mapping[str, Any], material: Mapping[str, Any]) -> str:
    values: Mapping[str, str] = (material["record"] or {}).get("values", {})
    wanted = _PLACEHOLDER.findall(article["short_answer"])
    if all(values.get(name) for name in wanted):
        return _PLACEHOLDER.sub(lambda match: values[match.group(1)], article["short_answer"])
    return str(article["short_answer_plain"])


def _nearest(passages: list[Mapping[str, Any]], question: str) -> Mapping[str, Any] | None:
    """The passage that shares most words with the question; the first when none does."""
    asked = set(_WORD.findall(question.lower()))

    def shared(passage: Mapping[str, Any]) -> int:
        return len(asked & set(_WORD.findall(f"{passage['heading']} {passage['text']}".lower())))

    return max(passages, key=shared, default=None)
