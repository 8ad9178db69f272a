"""What each act of a person proves about a message's topic and risk. Pure.

An act proves only what the person had to look at and could have done otherwise. Approving a routine draft unchanged
proves that its topic, which stands in the reply, is right and that nobody needs to release it. Editing a draft or
rejecting it says that the words were wrong, which tells nothing about the route.
"""

from collections.abc import Collection
from dataclasses import replace

from supportbot.contract.rules import WITH_A_PERSON
from supportbot.drafting.rules.draft_state import promises
from supportbot.routing.rules import SAYS_MONEY, SAYS_RISK
from supportbot.routing.types import MONEY_TOPICS, TOPICS, Layer, Reason, Topic, Triage
from supportbot.triage.types import Proof, SpokenLabel

PERSON_LAYER: Layer = "person"
_RAISING = frozenset({"wrong_route", "escalation", "topic_correction"})


def approval_proof(*, topic: str, outcome: str | None) -> Proof | None:
    """A ready draft let go unchanged: its topic is right and the risk is low.

    Nothing when the reply itself says that a person is at work on it: that is no routine answer.
    """
    if _is_with_a_person(outcome) or promises(outcome):
        return None
    return Proof("approval", topic=as_topic(topic), risk="low")


def release_proof(*, topic: str, hold_kind: str | None, outcome: str | None, layers: Collection[str]) -> Proof | None:
    """A held draft let go unchanged.

    A money or risk hold released as one was a right hold. A hold that was only unsure, released with an answer that
    promises nothing and leaves nothing to anybody, need not have been. What a person held themselves is said already.
    """
    if PERSON_LAYER in layers:
        return None
    if hold_kind in ("money", "risk"):
        return Proof("release", topic=as_topic(topic), risk="high")
    if _is_with_a_person(outcome) or promises(outcome):
        return None
    return Proof("release", topic=as_topic(topic), risk="low")


def edit_proof(*, promised: bool) -> Proof | None:
    """A person's own words in place of the draft's: a promise of money proves that it was a money case."""
    return Proof("edit", risk="high") if promised else None


def escalation_proof() -> Proof:
    """An agent held a ready draft for a lead: not routine. The topic was not looked at."""
    return Proof("escalation", risk="high")


def corrected_triage(triage: Triage, label: SpokenLabel | None) -> Triage:
    """Triage as people's word about the message leaves it: their topic, and their risk where it is higher."""
    if label is None:
        return triage
    topic = as_topic(label.topic or "") or triage.topic
    spoken = label.risk == "high" and label.source in _RAISING
    if not spoken or any(reason.layer == PERSON_LAYER for reason in triage.reasons):
        return replace(triage, topic=topic)
    code = SAYS_MONEY if topic in MONEY_TOPICS else SAYS_RISK
    reason = Reason(PERSON_LAYER, code, "A person said that this is no routine question")
    return Triage(topic, "high", unsure=False, reasons=(reason, *triage.reasons))


def as_topic(name: str) -> Topic | None:
    """A topic by its name; None for one that no longer exists."""
    return next((topic for topic in TOPICS if topic == name), None)


def _is_with_a_person(outcome: str | None) -> bool:
    return outcome is not None and outcome in WITH_A_PERSON
