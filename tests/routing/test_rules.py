"""Tests of the choice of lane."""

import pytest

from supportbot.routing.policy import parse_policy, shipped_document
from supportbot.routing.rules import LONGEST_REASON, decide_route
from supportbot.routing.types import HoldKind, Reason, Triage

RULES = """
  rules:
    - {name: charged_twice, says: Charged twice, hold: money, topic: billing, phrases: {en: [billed twice]}}
    - {name: legal, says: Names a lawyer or a court, hold: risk, phrases: {en: [lawyer]}}
  topics: {billing: [invoice]}
"""
POLICY = parse_policy(shipped_document().partition("\ntriage:\n")[0] + "\ntriage:" + RULES)

TWICE = Reason("rule", "charged_twice", "Charged twice", ("billed twice",))
LEGAL = Reason("rule", "legal", "Names a lawyer or a court", ("my lawyer",))
UNKNOWN = Reason("unsure", "unknown_words", "most words are unknown")
THREAD = Reason("thread", "open_money_case", "a money question is still open on this conversation")
INVOICE = Reason("rule", "topic_billing", "about billing", ("invoice",))


def triage(*reasons: Reason, high: bool = False, unsure: bool = False) -> Triage:
    return Triage(topic="billing", risk="high" if high else "low", unsure=unsure, reasons=reasons)


def test_a_billing_dispute_takes_the_reasoning_lane_and_is_held() -> None:
    decision = decide_route(POLICY, triage(TWICE, high=True))

    assert (decision.lane, decision.task, decision.compare_task) == ("reasoning", "dispute_reply", "routine_reply")
    assert (decision.hold, decision.hold_kind, decision.rule) == (True, "money", "charged_twice")
    assert decision.reason == "Refund or billing dispute: 'billed twice'"


def test_an_everyday_question_takes_the_fast_lane_without_a_hold() -> None:
    decision = decide_route(POLICY, triage(INVOICE))

    assert (decision.lane, decision.task, decision.compare_task) == ("fast", "routine_reply", None)
    assert (decision.hold, decision.hold_kind) == (False, None)
    assert decision.reason == "Routine, billing: 'invoice'"


@pytest.mark.parametrize(
    ("found", "kind", "rule"),
    [
        (triage(TWICE, LEGAL, high=True), "risk", "legal"),
        (triage(TWICE, UNKNOWN, high=True, unsure=True), "money", "charged_twice"),
        (triage(UNKNOWN, unsure=True), "unsure", "unknown_words"),
        (triage(INVOICE, UNKNOWN), "unsure", "unknown_words"),
        (triage(THREAD, high=True), "money", "open_money_case"),
        (triage(high=True), "money", "routine"),
    ],
)
def test_the_gravest_reason_decides_who_may_release(found: Triage, kind: HoldKind, rule: str) -> None:
    decision = decide_route(POLICY, found)

    assert (decision.hold_kind, decision.rule) == (kind, rule)
    assert (decision.lane, decision.hold) == ("reasoning", True)


def test_a_legal_hold_says_what_was_seen() -> None:
    assert decide_route(POLICY, triage(LEGAL, high=True)).reason == "Names a lawyer or a court: 'my lawyer'"


def test_several_words_are_joined_and_the_reason_stays_short() -> None:
    two = Reason("rule", "charged_twice", "Charged twice", ("billed twice", "cancelled before the renewal"))
    endless = Reason("rule", "charged_twice", "Charged twice", ("x" * 200, "y" * 200))

    assert decide_route(POLICY, triage(two, high=True)).reason == (
        "Refund or billing dispute: 'billed twice' and 'cancelled before the renewal'"
    )
    assert len(decide_route(POLICY, triage(endless, high=True)).reason) <= LONGEST_REASON
