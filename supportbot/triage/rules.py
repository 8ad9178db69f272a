"""Decides topic and risk of one message. Pure: text, the policy's rules, the weights and the thread give the decision.

The layers, each named in the reasons: rules (words that hold), thread (what came before), model (the linear model's
score of the whole message and of its worst clause), unsure (hold when the words do not tell enough). Only what clears
all of them is low risk. A later layer may raise the risk, never lower it.
"""

from collections.abc import Iterator

from supportbot.language.phrase_matcher import Hit
from supportbot.routing.policy import HoldRule, TriageRules
from supportbot.routing.rules import MAY_BE_RISKY, TOPIC_WORDS
from supportbot.routing.types import Reason, Topic, Triage
from supportbot.triage.evidence import Evidence, gather, quotes
from supportbot.triage.known_words import language_of
from supportbot.triage.parsed_text import ENGLISH, key_of
from supportbot.triage.topics import clearest
from supportbot.triage.types import NO_THREAD, ThreadContext
from supportbot.triage.unsure import unsure_reasons
from supportbot.triage.weights import Weights, shipped_weights

MAX_EARLIER_TEXTS = 10


def classify(
    text: str, rules: TriageRules, *, thread: ThreadContext = NO_THREAD, weights: Weights | None = None
) -> Triage:
    """Say what a message is about and how risky it is.

    Args:
        text: the customer's words, any length and any letters; more than 16 KB is never looked at.
        rules: the policy's triage rules.
        thread: what came before on the same conversation, back to its last resolution.
        weights: the linear model; by default the one that comes with supportbot.

    Returns:
        Topic, risk and at least one reason. `unsure` means that no layer could tell.
    """
    return judge(gather(text, rules, weights or shipped_weights()), thread=thread)


def judge(evidence: Evidence, *, thread: ThreadContext = NO_THREAD) -> Triage:
    """The decision for a message already read and scored."""
    held = [*_money_and_risk(evidence), *_thread_reasons(evidence, thread)]
    unsure = [*_unsure_rules(evidence), *_grey_reasons(evidence), *unsure_reasons(evidence)]
    topic = _topic(evidence, thread)
    reasons = (*held, *unsure) or (_topic_reason(topic, evidence),)
    return Triage(topic=topic, risk="high" if held else "low", unsure=bool(unsure) and not held, reasons=reasons)


# Layer 1: the policy's words


def _money_and_risk(evidence: Evidence) -> Iterator[Reason]:
    yield from _rule_reasons(evidence, [rule for rule in evidence.rules.rules if rule.hold != "unsure"])
    score, limits = evidence.score, evidence.weights.thresholds
    if score is not None and score.risk >= limits.high:
        text = f"Reads like a money or risk question (score {score.risk:.1f}, limit {limits.high:.1f})"
        yield Reason("model", "reads_like_a_dispute", text, score.words)


def _unsure_rules(evidence: Evidence) -> Iterator[Reason]:
    yield from _rule_reasons(evidence, [rule for rule in evidence.rules.rules if rule.hold == "unsure"])


def _rule_reasons(evidence: Evidence, rules: list[HoldRule]) -> Iterator[Reason]:
    everyday, found = evidence.everyday, evidence.reading.of("rule")
    for rule in rules if found else ():
        hits = [hit for hit in found if key_of(hit)[1] == rule.name]
        if not _seems_risky(evidence):
            hits = [hit for hit in hits if _is_claim(rule, hit, evidence)]
        if everyday and (rule.strength == "hints" or rule.hold == "risk"):
            hits = [hit for hit in hits if evidence.reading.words[hit.first].sentence not in everyday.asking]
        if hits:
            yield Reason("rule", rule.name, rule.says, quotes(evidence.reading, hits))


def _is_claim(rule: HoldRule, hit: Hit, evidence: Evidence) -> bool:
    """Whether words hold although the model sees no risk: not words that only hint, and not in a sentence that asks in
    general or thanks. What the model cannot read, it cannot clear, and thanks settle no threat, fraud or injury."""
    language = key_of(hit)[-1]
    is_settled = evidence.reading.manners[evidence.reading.words[hit.first].sentence] == "settled"
    if language != ENGLISH and (evidence.score is None or language_of(evidence.reading.words) == language):
        return True
    return rule.strength == "holds" and (evidence.reading.is_claim(hit) or (rule.hold == "risk" and is_settled))


# Layer 2: the linear model


def _seems_risky(evidence: Evidence) -> bool:
    return evidence.score is None or evidence.score.risk >= evidence.weights.thresholds.hold


def _grey_reasons(evidence: Evidence) -> Iterator[Reason]:
    score, limits = evidence.score, evidence.weights.thresholds
    if score is not None and limits.hold <= score.risk < limits.high:
        text = f"may speak of money or risk (score {score.risk:.1f}, limit {limits.hold:.1f})"
        yield Reason("model", MAY_BE_RISKY, text, score.words)


# The thread


def _thread_reasons(evidence: Evidence, thread: ThreadContext) -> Iterator[Reason]:
    if thread.open_money_case and evidence.rules.hold_when_unsure.open_money_case:
        yield Reason("thread", "open_money_case", "A money question is still open on this conversation")
    before = [earlier for earlier in thread.earlier_texts if earlier not in evidence.text]
    for message in reversed(before[-MAX_EARLIER_TEXTS:]):
        earlier = next(_money_and_risk(gather(message, evidence.rules, evidence.weights)), None)
        if earlier:
            yield Reason("thread", "earlier_message", f"Wrote before: {earlier.text}", earlier.words)
            return


# Topic


def _topic(evidence: Evidence, thread: ThreadContext) -> Topic:
    """The message's own topic; that of the thread where its words name none, and the model's where the thread does
    not either."""
    if not evidence.topics:
        for text in reversed(thread.earlier_texts[-MAX_EARLIER_TEXTS:]):
            earlier = gather(text, evidence.rules, evidence.weights)
            if earlier.topics:
                return clearest(earlier.topics, earlier.score) or "out_of_scope"
    return clearest(evidence.topics, evidence.score) or "out_of_scope"


def _topic_reason(topic: Topic, evidence: Evidence) -> Reason:
    hits = [hit for hit in evidence.reading.topical if key_of(hit)[-1] == topic]
    text, words = f"about {TOPIC_WORDS[topic]}", quotes(evidence.reading, hits)
    if hits or evidence.score is None:
        return Reason("rule", f"topic_{topic}", text, words)
    return Reason("model", f"topic_{topic}", f"{text} (share {evidence.score.topics[topic]:.2f})")
