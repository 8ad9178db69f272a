"""Pure decisions about drafts: what differs between two proposals, and what a draft's state is now."""

from collections.abc import Collection

from supportbot.contract.types import Outcome, ReplyFields
from supportbot.drafting.types import Divergence, DraftState, Severity
from supportbot.inbox.types import WorkState
from supportbot.language.amounts import amounts_in
from supportbot.routing.types import RouteDecision, Triage

PROMISING: frozenset[Outcome] = frozenset({"refund_approved", "cancellation_confirmed"})


def divergences(before: ReplyFields, after: ReplyFields, *, currency: str) -> tuple[Divergence, ...]:
    """What routing changed, field by field, S1 first and then in the contract's order.

    Both are compared as the models proposed them, before code overruled anything. Severity: S1 decision or promise,
    S2 action, S3 fact, S4 form.
    """
    found = [
        *_changed("outcome", before.outcome, after.outcome, "S1"),
        *_changed("amount", _amounts(before, currency), _amounts(after, currency), "S1"),
        *_changed("answer", before.answer, after.answer, _answer_severity(before, after)),
        *_changed("next_actions", ", ".join(before.next_actions), ", ".join(after.next_actions), "S2"),
        *_changed("details", before.details, after.details, "S3"),
        *_changed("ask", before.ask, after.ask, "S3"),
        *_changed("sources", ", ".join(before.sources), ", ".join(after.sources), "S4"),
    ]
    return tuple(sorted(found, key=lambda divergence: divergence.severity))


def effective_state(state: str, *, message_id: int, newest_customer_message_id: int | None) -> DraftState:
    """A draft's state as of now: one that answers an older message is void, whatever was stored."""
    if state in ("ready", "held", "failed", "drafting") and message_id != newest_customer_message_id:
        return "void"
    return state  # type: ignore[return-value]  # the column only ever holds these names


def shown_state(states: Collection[str]) -> WorkState:
    """What a waiting conversation shows when no reply is on its way.

    Args:
        states: of every draft of its newest message in the newest generation; none at all before the first is made.
    """
    shown: tuple[WorkState, ...] = ("held", "ready", "failed", "drafting")
    return next((state for state in shown if state in states), "manual" if states else "waiting")


def promises(outcome: str | None) -> bool:
    """Whether a reply with this outcome promises the customer something."""
    return outcome in PROMISING


def hold_label(triage: Triage, decision: RouteDecision) -> str | None:
    """A held case in two or three words, for its row: "refund dispute"; None when it is not held."""
    if decision.hold_kind is None:
        return None
    if decision.hold_kind == "unsure":
        return "not sure what it is about"
    if decision.hold_kind == "money":
        return f"{triage.topic} dispute" if triage.topic in ("refund", "billing", "cancellation") else "money question"
    return decision.rule.replace("_", " ")


def _changed(field: str, before: str, after: str, severity: Severity) -> list[Divergence]:
    return [] if before == after else [Divergence(field, before, after, severity)]


def _amounts(fields: ReplyFields, currency: str) -> str:
    found = {str(amount) for amount in amounts_in(f"{fields.answer} {fields.details}", currency)}
    return ", ".join(sorted(found))


def _answer_severity(before: ReplyFields, after: ReplyFields) -> Severity:
    return "S1" if promises(before.outcome) != promises(after.outcome) else "S3"
