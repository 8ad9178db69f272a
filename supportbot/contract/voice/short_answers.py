"""Brings a very short answer into the band: it is told on in the words of the help passage that it cites.

The band is that of the articles' own answers: the demo's 100 passages have 127 to 263 characters, the middle one 187,
and 95 of them at most 236. So nobody sees by the length which model wrote.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from supportbot.contract.checks.words import promise_words
from supportbot.contract.types import ReplyFields
from supportbot.language.sentences import end_sentence, split_sentences

DETAILS_LEAST = 120
"""Details of an answer that are shorter are completed, and called too short when they cannot be."""
DETAILS_TOLD = 240
"""How far a passage is told: the sentence that would lead beyond is left out, once there are `DETAILS_LEAST`."""
# Shorter words say little about what a sentence is on.
_WORD = re.compile(r"[^\W\d_]{4,}")
_SAID_BY_ANSWER = 0.8
_SAID_BY_DETAILS = 0.7


@dataclass(frozen=True, slots=True)
class Completing:
    """What answers may be completed from.

    Args:
        tidy: brings a text into the one voice; a sentence that it would change again is not added.
        limit: the most characters that details and question may have together.
        person: the sentence that says a person answers, which is never told on.
        passages: the text of each help passage in the reply's language, by its ref.
    """

    tidy: Callable[[str], str]
    limit: int
    person: str
    passages: Mapping[str, str] = field(default_factory=dict)


def completed(fields: ReplyFields, by: Completing) -> ReplyFields:
    """The fields with details of at least `DETAILS_LEAST` characters, as far as the cited passages go.

    Only what answers is completed: what asks, waits for a person or decides says what it must and no more. Details
    that only quote the passage, or say nothing, are told on as the article tells them, up to `DETAILS_TOLD`. Words of
    a model's own are taken no further than into the band: code cannot tell what they said already.
    """
    if fields.outcome != "answered" or fields.answer == by.person:
        return fields
    for ref in dict.fromkeys(fields.sources):
        if len(fields.details) < DETAILS_TOLD and ref in by.passages:
            fields = replace(fields, details=_told_on(fields, _sentences(by.passages[ref], by), by))
    return fields


def _sentences(passage: str, by: Completing) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(end_sentence, split_sentences(by.tidy(passage)))))


def _told_on(fields: ReplyFields, sentences: tuple[str, ...], by: Completing) -> str:
    """The details with more of a passage: in the passage's order where they say nothing else, else after them."""
    details, said = fields.details, split_sentences(fields.details)
    quoted = {sentences.index(one) for one in said if one in sentences}
    only_quotes = all(one in sentences for one in said)
    own, kept = ("", quoted) if only_quotes else (details, set[int]())
    for place in range(0 if only_quotes else max(quoted, default=-1) + 1, len(sentences)):
        if len(details) >= DETAILS_LEAST and not only_quotes:
            break
        if place in kept or _is_said(sentences[place], fields.answer, fields.ask, () if only_quotes else said):
            continue
        longer = " ".join(part for part in (own, *_chosen(sentences, kept | {place})) if part)
        if not _may_stand(longer, details, fields, by):
            break
        details, kept = longer, kept | {place}
    return details


def _chosen(sentences: tuple[str, ...], places: set[int]) -> Iterator[str]:
    return (sentence for place, sentence in enumerate(sentences) if place in places)


def _may_stand(longer: str, details: str, fields: ReplyFields, by: Completing) -> bool:
    """Whether details may grow to `longer`: within the band, promising nothing new, and already in the one voice."""
    most = DETAILS_TOLD if len(details) >= DETAILS_LEAST else by.limit - (len(fields.ask) + 1 if fields.ask else 0)
    return (
        len(longer) <= most and set(promise_words(longer)) <= set(promise_words(details)) and by.tidy(longer) == longer
    )


def _is_said(sentence: str, answer: str, ask: str, said: tuple[str, ...]) -> bool:
    """Whether the answer or one of the model's own sentences says this already, in nearly these words."""
    words, in_answer = _words(sentence), _words(answer)
    if not words or sentence == ask or len(words & in_answer) >= _SAID_BY_ANSWER * len(words):
        return True
    others = filter(None, map(_words, said))
    return any(len(words & other) >= _SAID_BY_DETAILS * min(len(words), len(other)) for other in others)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
