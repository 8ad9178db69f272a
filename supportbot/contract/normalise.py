"""Brings what a model wrote into the one voice: named rules, run until nothing changes any more."""

from collections.abc import Callable
from dataclasses import replace

from supportbot.contract.catalogue import catalogue
from supportbot.contract.sentences import end_sentence, shorten, split_sentences
from supportbot.contract.types import ReplyFields
from supportbot.contract.wording import SPELLING, TRIMMING, is_refusal

ANSWER_LIMIT = 240
DETAILS_LIMIT = 900
_MOST_ROUNDS = 50
FieldRule = Callable[[ReplyFields], ReplyFields]


def normalise_reply(fields: ReplyFields, *, locale: str) -> tuple[ReplyFields, tuple[str, ...]]:
    """The fields after every rule, and the names of the rules that changed something, in order, each once."""
    changed: dict[str, None] = {}
    rules = _rules(locale)
    for _ in range(_MOST_ROUNDS):
        before = fields
        for name, rule in rules:
            after = rule(fields)
            if after != fields:
                changed.setdefault(name)
                fields = after
        if fields == before:
            break
    return fields, tuple(changed)


def _rules(locale: str) -> tuple[tuple[str, FieldRule], ...]:
    def spelled(rule: Callable[[str, str], str]) -> FieldRule:
        return _on_texts(lambda text: rule(text, locale))

    person = catalogue(locale).notices.no_answer
    return (
        *((name, _on_texts(rule)) for name, rule in TRIMMING),
        *((name, spelled(rule)) for name, rule in SPELLING),
        ("refusal", lambda fields: _refusal(fields, person)),
        ("answer_first", lambda fields: _answer_first(fields, person)),
        ("not_twice", _not_twice),
        ("full_stop", _on_texts(end_sentence)),
        ("length", _length),
        ("once_each", _once_each),
    )


def _on_texts(rule: Callable[[str], str]) -> FieldRule:
    return lambda fields: replace(fields, answer=rule(fields.answer), details=rule(fields.details))


def _refusal(fields: ReplyFields, person: str) -> ReplyFields:
    """Every style of refusing becomes the product's one sentence, and a person answers."""
    if not is_refusal(fields.answer):
        return fields
    return replace(fields, answer=person, details="", outcome="escalated", next_actions=("talk_to_person",))


def _answer_first(fields: ReplyFields, person: str) -> ReplyFields:
    """The answer is one sentence; what follows it opens the details. An emptied answer takes the details' first."""
    sentences = split_sentences(fields.answer)
    if sentences == (fields.answer,):
        return fields
    if sentences:
        details = "\n".join(part for part in (" ".join(sentences[1:]), fields.details) if part)
        return replace(fields, answer=sentences[0], details=details)
    following = split_sentences(fields.details)
    if not following:
        return replace(fields, answer=person)
    return replace(fields, answer=following[0], details=fields.details.partition(following[0])[2].strip())


def _not_twice(fields: ReplyFields) -> ReplyFields:
    """Details that begin by repeating the answer lose the repetition."""
    if fields.answer and fields.details.startswith(fields.answer):
        return replace(fields, details=fields.details[len(fields.answer) :].strip())
    return fields


def _length(fields: ReplyFields) -> ReplyFields:
    return replace(fields, answer=shorten(fields.answer, ANSWER_LIMIT), details=shorten(fields.details, DETAILS_LIMIT))


def _once_each(fields: ReplyFields) -> ReplyFields:
    return replace(
        fields,
        next_actions=tuple(dict.fromkeys(fields.next_actions)),
        facts_used=tuple(dict.fromkeys(fields.facts_used)),
        sources=tuple(dict.fromkeys(fields.sources)),
    )
