"""What code decides about a reply, whatever a model proposed: the outcome it may have and the buttons under it."""

from collections.abc import Iterable
from typing import Literal

from supportbot.contract.types import OUTCOMES, ActionId, Outcome

HoldKind = Literal["money", "risk", "unsure"]
DECISIONS: frozenset[Outcome] = frozenset({"refund_approved", "refund_declined", "cancellation_confirmed"})
"""Outcomes that decide about money or a contract; only a person's act in code makes them."""
_REVIEW: dict[Outcome, Outcome] = {
    "refund_approved": "refund_needs_review",
    "refund_declined": "refund_needs_review",
    "cancellation_confirmed": "cancellation_needs_review",
}
_LEADING_ACTION: dict[Outcome, ActionId] = {
    "refund_needs_review": "refund_review",
    "charge_needs_review": "refund_review",
    "cancellation_needs_review": "cancellation_review",
    "needs_information": "send_information",
}
WITH_A_PERSON: frozenset[Outcome] = frozenset(
    {"refund_needs_review", "charge_needs_review", "cancellation_needs_review", "escalated"}
)
"""Outcomes that promise that a person is at work; the case frame then names a time."""
MAX_ACTIONS = 3


def allowed_outcomes() -> frozenset[Outcome]:
    """What a drafted reply may promise on any lane: everything that decides nothing."""
    return frozenset(OUTCOMES) - DECISIONS


def decided_outcome(
    proposed: Outcome,
    *,
    lane: Literal["fast", "reasoning"],
    hold_kind: HoldKind | None,
    allowed: frozenset[Outcome] | None = None,
) -> Outcome:
    """The outcome a drafted reply really has.

    A proposed decision never stands: in the reasoning lane or under a hold it becomes the matching review, on the fast
    lane without a hold it goes to a person. Anything else outside `allowed` goes to a person too.

    Source: docs/owner.md, "The money rule".
    """
    if proposed in DECISIONS:
        outcome = "escalated" if lane == "fast" and hold_kind is None else _REVIEW[proposed]
    else:
        outcome = proposed
    return outcome if outcome in (allowed_outcomes() if allowed is None else allowed - DECISIONS) else "escalated"


def decided_actions(proposed: Iterable[ActionId], *, outcome: Outcome) -> tuple[ActionId, ...]:
    """The one to three buttons under a reply with this outcome; a person is always within reach.

    Where a person decides, the buttons follow from the outcome alone; else the proposed ones stay in their order.
    """
    if outcome in WITH_A_PERSON or outcome in DECISIONS:
        leading = (_LEADING_ACTION[outcome],) if outcome in _LEADING_ACTION else ()
        return (*leading, "talk_to_person")
    wanted = dict.fromkeys(((_LEADING_ACTION[outcome],) if outcome in _LEADING_ACTION else ()) + tuple(proposed))
    return (*[action for action in wanted if action != "talk_to_person"][: MAX_ACTIONS - 1], "talk_to_person")
