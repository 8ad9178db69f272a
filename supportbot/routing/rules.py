"""Chooses the lane for one message. Pure: the policy and what triage found give the decision."""

from collections.abc import Sequence

from supportbot.contract.voice.catalogue import catalogue
from supportbot.routing.policy import RoutingPolicy
from supportbot.routing.types import TOPICS, HoldKind, Reason, RouteDecision, Topic, Triage

FAST_TASK = "routine_reply"
REASONING_TASK = "dispute_reply"
LONGEST_REASON = 120
# The linear model's reason for what it neither holds as a dispute nor lets go.
MAY_BE_RISKY = "may_be_risky"
_MAX_WORDS = 3
# The reasons by which a person or a language model raises the risk, and the hold that follows from each.
SAYS_MONEY, SAYS_RISK, READS_RISK = "says_money", "wrong_route", "second_reading"
_RAISED: dict[str, HoldKind] = {SAYS_MONEY: "money", SAYS_RISK: "risk", READS_RISK: "risk"}
# As the case block of a reply names them, so that agents and customers use one set of names.
TOPIC_WORDS: dict[Topic, str] = {topic: catalogue("en").topic_label(topic).lower() for topic in TOPICS}


def decide_route(policy: RoutingPolicy, triage: Triage) -> RouteDecision:
    """Choose the lane for one inbound message.

    High risk and unsure messages take the reasoning lane and are held; only the rest is routine. A fast draft is made
    for every case all the same (`compare_task`), so that a changed answer is seen.

    Returns:
        `hold=True` when a person must release the reply; `reason` has at most 120 characters.

    Raises:
        PolicyError: the policy lacks the task of the lane.
    """
    kind = hold_kind(policy, triage)
    task = FAST_TASK if kind is None else REASONING_TASK
    policy.call_rule(task)
    return RouteDecision(
        lane="fast" if kind is None else "reasoning",
        task=task,
        compare_task=None if kind is None else FAST_TASK,
        hold=kind is not None,
        hold_kind=kind,
        rule=_deciding(policy, triage, kind)[0].code if triage.reasons else "routine",
        reason=_reason(policy, triage, kind),
    )


def hold_kind(policy: RoutingPolicy, triage: Triage) -> HoldKind | None:
    """Why a person must release the reply: risk before money before unsure; None when nobody must."""
    kinds = [_kind_of(policy, reason) for reason in triage.reasons]
    if triage.risk == "high":
        return "risk" if "risk" in kinds else "money"
    return "unsure" if triage.unsure or "unsure" in kinds else None


def _kind_of(policy: RoutingPolicy, reason: Reason) -> HoldKind | None:
    if reason.layer == "rule":
        rule = policy.triage.by_name.get(reason.code)
        return rule.hold if rule else None
    if reason.layer in ("person", "model_task"):
        return _RAISED.get(reason.code, "unsure")
    return "unsure" if reason.layer == "unsure" or reason.code == MAY_BE_RISKY else "money"


def _deciding(policy: RoutingPolicy, triage: Triage, kind: HoldKind | None) -> Sequence[Reason]:
    deciding = [reason for reason in triage.reasons if _kind_of(policy, reason) == kind]
    return deciding or triage.reasons


def _reason(policy: RoutingPolicy, triage: Triage, kind: HoldKind | None) -> str:
    deciding = _deciding(policy, triage, kind)
    words = [word for reason in deciding for word in reason.words]
    if kind == "money":
        return _with_words("Refund or billing dispute", words)
    if kind is None:
        return _with_words(f"Routine, {TOPIC_WORDS[triage.topic]}", words)
    says = deciding[0].text if deciding else "nothing told what it is about"
    return _with_words(f"Not sure: {says}" if kind == "unsure" else says, words)


def _with_words(opening: str, words: Sequence[str]) -> str:
    """The opening and as many of the words it rests on as fit; `words` are the customer's own."""
    text = opening if len(opening) <= LONGEST_REASON else f"{opening[: LONGEST_REASON - 1]}…"
    plain = list(dict.fromkeys(" ".join(word.split()) for word in words))
    telling = [word for word in plain if not any(word != other and word in other for other in plain)][:_MAX_WORDS]
    joint = ": "
    for number, word in enumerate(telling, start=2):
        longer = f"{text}{joint}'{word}'"
        if len(longer) > LONGEST_REASON:
            break
        text, joint = longer, " and " if number == len(telling) else ", "
    return text
