"""Decides topic and risk of one message. Pure: text, the policy's rules and the thread give the decision.

The layers, each named in the reasons: rules (words that hold), thread (what came before), unsure (hold when the words
do not tell enough). Only what clears all of them is low risk. A later layer may raise the risk, never lower it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from supportbot.routing.phrases import Hit
from supportbot.routing.policy import TriageRules
from supportbot.routing.types import TOPICS, Reason, Topic, Triage
from supportbot.triage.languages import foreign_letters_share, known_share, small_words, strange_script
from supportbot.triage.reading import Reading, key_of, read
from supportbot.triage.types import NO_THREAD, ThreadContext

MAX_EARLIER_TEXTS = 10
_LONGEST_QUOTE = 60
_MAX_QUOTES = 3
# Where two topics' words speak equally, the more particular one is meant.
_TIE_ORDER: tuple[Topic, ...] = (
    "refund",
    "cancellation",
    "bug_technical",
    "order_shipping",
    "billing",
    "account_howto",
    "feedback_other",
    "out_of_scope",
)
_WEAK, _ONE_WORD, _SEVERAL_WORDS = 0.1, 1.0, 2.0
_FOREIGN_LETTERS = 0.2
_ROUTINE_COVERED = 0.7
_ROUTINE_MAX_WORDS = 30
_REQUEST = re.compile(
    r"[?؟]|\b(?:please|can you|could you|would you|i want|i need|i would like|i'd like|tell me|help me|also)\b",
    re.IGNORECASE,
)


def classify(text: str, rules: TriageRules, *, thread: ThreadContext = NO_THREAD) -> Triage:
    """Say what a message is about and how risky it is.

    Args:
        text: the customer's words, any length and any letters; more than 16 KB is never looked at.
        rules: the policy's triage rules.
        thread: what came before on the same conversation, back to its last resolution.

    Returns:
        Topic, risk and at least one reason. `unsure` means that no layer could tell.
    """
    reading = read(text, rules)
    topics = topic_scores(reading, rules)
    held = [*_rule_reasons(reading, rules), *_thread_reasons(text, rules, thread)]
    unsure = [*_unsure_rule_reasons(reading, rules), *_unsure_reasons(text, reading, rules, topics)]
    topic = _topic(rules, topics, thread)
    reasons = (*held, *unsure) or (_topic_reason(topic, reading),)
    return Triage(topic=topic, risk="high" if held else "low", unsure=bool(unsure) and not held, reasons=reasons)


def topic_scores(reading: Reading, rules: TriageRules) -> dict[Topic, float]:
    """How much each topic's words speak for it; topics without a word are left out.

    A phrase of several words counts twice; weak words (greetings, the goods) only where nothing else is said.
    """
    best: dict[tuple[Topic, int], float] = {}
    for hit in reading.topical:
        topic = _as_topic(key_of(hit)[-1])
        is_weak = key_of(hit)[0] == "weak" or (key_of(hit)[0] == "routine" and topic == "feedback_other")
        weight = _WEAK if is_weak else _ONE_WORD if hit.end - hit.first == 1 else _SEVERAL_WORDS
        place = -1 if is_weak else hit.first
        best[topic, place] = max(weight, best.get((topic, place), 0.0))
    for hit in reading.of("rule"):
        named = rules.by_name[key_of(hit)[1]].topic
        if named:
            best[named, hit.first] = _SEVERAL_WORDS
    scores: dict[Topic, float] = defaultdict(float)
    for (topic, _), weight in best.items():
        scores[topic] += weight
    return dict(scores)


# Layer 1: the policy's words


def _rule_reasons(reading: Reading, rules: TriageRules) -> Iterator[Reason]:
    yield from (reason for reason in _all_rule_reasons(reading, rules) if rules.by_name[reason.code].hold != "unsure")


def _unsure_rule_reasons(reading: Reading, rules: TriageRules) -> Iterator[Reason]:
    yield from (reason for reason in _all_rule_reasons(reading, rules) if rules.by_name[reason.code].hold == "unsure")


def _all_rule_reasons(reading: Reading, rules: TriageRules) -> Iterator[Reason]:
    for rule in rules.rules:
        hits = [hit for hit in reading.of("rule") if key_of(hit)[1] == rule.name]
        if hits:
            yield Reason("rule", rule.name, rule.says, _quotes(reading, hits))


# The thread


def _thread_reasons(text: str, rules: TriageRules, thread: ThreadContext) -> Iterator[Reason]:
    if thread.open_money_case and rules.hold_when_unsure.open_money_case:
        yield Reason("thread", "open_money_case", "A money question is still open on this conversation")
    before = [earlier for earlier in thread.earlier_texts if earlier not in text]
    for message in reversed(before[-MAX_EARLIER_TEXTS:]):
        earlier = next(_rule_reasons(read(message, rules), rules), None)
        if earlier:
            yield Reason("thread", "earlier_message", f"Wrote before: {earlier.text}", earlier.words)
            return


# Hold when unsure


def _unsure_reasons(text: str, reading: Reading, rules: TriageRules, topics: dict[Topic, float]) -> Iterator[Reason]:
    limits = rules.hold_when_unsure
    if not any(word.folded.isalpha() for word in reading.words):
        yield Reason("unsure", "no_words", "there are no words in it")
        return
    if len(text) > limits.max_characters or not reading.is_whole:
        yield Reason("unsure", "long_message", f"it is longer than {limits.max_characters:,} characters")
    yield from _language_reasons(reading, rules)
    requests = _requests(reading)
    if requests > limits.max_requests:
        yield Reason("unsure", "many_requests", f"it asks for {requests} things at once")
    if limits.no_clear_topic and not topics:
        yield Reason("unsure", "no_clear_topic", "no topic is clear from its words")


def _language_reasons(reading: Reading, rules: TriageRules) -> Iterator[Reason]:
    odd = strange_script(reading.words)
    if odd:
        yield Reason("unsure", "mixed_script", "a word mixes letters of two scripts", (_short(odd),))
    if foreign_letters_share(reading.words) > _FOREIGN_LETTERS:
        yield Reason("unsure", "other_script", "it is written in letters that triage cannot read")
    elif _is_mostly_unknown(reading, rules) and not _is_routine_elsewhere(reading):
        yield Reason("unsure", "unknown_words", "most of its words are unknown")


def _is_mostly_unknown(reading: Reading, rules: TriageRules) -> bool:
    return (1 - known_share(reading.words)) * 100 > rules.hold_when_unsure.unknown_words_pct


def _is_routine_elsewhere(reading: Reading) -> bool:
    """Whether the policy's routine phrases of one language, with its small words, make up the whole message."""
    if len(reading.words) > _ROUTINE_MAX_WORDS:
        return False
    by_language: dict[str, set[int]] = {}
    for hit in reading.of("routine"):
        by_language.setdefault(key_of(hit)[1], set()).update(range(hit.first, hit.end))
    return any(_covered(reading, small_words(language), places) for language, places in by_language.items())


def _covered(reading: Reading, small: frozenset[str], places: set[int]) -> bool:
    told = [at in places or word.folded in small or not word.folded.isalpha() for at, word in enumerate(reading.words)]
    return sum(told) >= _ROUTINE_COVERED * len(told)


def _requests(reading: Reading) -> int:
    """How many sentences ask for something."""
    starts = [
        word.start
        for at, word in enumerate(reading.words)
        if at == 0 or word.sentence != reading.words[at - 1].sentence
    ]
    ends = [*starts[1:], len(reading.text)]
    return sum(bool(_REQUEST.search(reading.text, start, end)) for start, end in zip(starts, ends, strict=True))


# Topic


def _topic(rules: TriageRules, topics: dict[Topic, float], thread: ThreadContext) -> Topic:
    if topics:
        return max(_TIE_ORDER, key=lambda topic: topics.get(topic, 0.0))
    for text in reversed(thread.earlier_texts[-MAX_EARLIER_TEXTS:]):
        earlier = topic_scores(read(text, rules), rules)
        if earlier:
            return max(_TIE_ORDER, key=lambda topic: earlier.get(topic, 0.0))
    return "out_of_scope"


def _topic_reason(topic: Topic, reading: Reading) -> Reason:
    hits = [hit for hit in reading.topical if key_of(hit)[-1] == topic]
    return Reason("rule", f"topic_{topic}", f"about {topic.replace('_', ' ')}", _quotes(reading, hits))


def _quotes(reading: Reading, hits: Sequence[Hit]) -> tuple[str, ...]:
    """The customer's words of some hits: the longest first chosen, none inside another, in order of place."""
    chosen: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: hit.first - hit.end):
        if not any(hit.overlaps(range(other.first, other.end)) for other in chosen) and len(chosen) < _MAX_QUOTES:
            chosen.append(hit)
    ordered = sorted(chosen, key=lambda hit: hit.first)
    return tuple(dict.fromkeys(_short(reading.quote(hit)) for hit in ordered))


def _as_topic(name: str) -> Topic:
    return next(topic for topic in TOPICS if topic == name)


def _short(quote: str) -> str:
    quote = " ".join(quote.split())
    return quote if len(quote) <= _LONGEST_QUOTE else f"{quote[: _LONGEST_QUOTE - 1]}…"
