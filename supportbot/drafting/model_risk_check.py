"""A language model's look at what would go the fast way, where the policy asks for one. It may raise the risk only.

It has half a second in all. No answer in time, or one that cannot be read, holds the message.
"""

from dataclasses import dataclass, replace

from supportbot.contract.reply.task_schemas import ProposedTriage
from supportbot.drafting.ask_model import ask
from supportbot.drafting.types import CaseFile
from supportbot.gateway import Gateway
from supportbot.gateway.types import Attempt, CallRule, ModelResult
from supportbot.routing.policy import RoutingPolicy
from supportbot.routing.policy_checks import LONGEST_TRIAGE_S, MODELLESS_TASK
from supportbot.routing.rules import READS_RISK, SAYS_MONEY
from supportbot.routing.types import MONEY_TOPICS, Reason, Triage

MAX_CHARACTERS = 4_000
LATE, UNREAD = "second_reading_late", "second_reading_failed"


@dataclass(frozen=True, slots=True)
class CheckedTriage:
    """Triage as the check leaves it, and every try that the check took."""

    triage: Triage
    attempts: tuple[Attempt, ...] = ()


def is_wanted(policy: RoutingPolicy) -> bool:
    """Whether the policy names a model for triage."""
    rule = policy.tasks.get(MODELLESS_TASK)
    return rule is not None and rule.model is not None


def check_risk(gateway: Gateway, policy: RoutingPolicy, case: CaseFile, triage: Triage) -> CheckedTriage:
    """Ask the model about a message that would go the fast way; "low" changes nothing."""
    given = {"question": case.question[:MAX_CHARACTERS]}
    rule = _one_quick_try(policy.call_rule(MODELLESS_TASK))
    result: ModelResult[ProposedTriage] = ask(gateway, policy, MODELLESS_TASK, case=case, given=given, rule=rule)
    return CheckedTriage(raised(triage, result), result.attempts)


def raised(triage: Triage, result: ModelResult[ProposedTriage]) -> Triage:
    """Triage after the model's answer. Nothing that the model wrote is shown: it may repeat the customer's words."""
    took_ms = sum(attempt.latency_ms for attempt in result.attempts)
    if result.outcome == "timeout" or took_ms > LONGEST_TRIAGE_S * 1000:
        return _unsure(triage, LATE, f"the second reading took longer than {LONGEST_TRIAGE_S * 1000:.0f} ms")
    if result.fields is None:
        return _unsure(triage, UNREAD, f"the second reading gave no answer ({result.outcome.replace('_', ' ')})")
    if result.fields.risk == "low":
        return triage
    is_money = triage.topic in MONEY_TOPICS or result.fields.topic in MONEY_TOPICS
    reason = Reason(
        "model_task", SAYS_MONEY if is_money else READS_RISK, "A second reading found a dispute or another risk in it"
    )
    return Triage(triage.topic, "high", unsure=False, reasons=(reason, *triage.reasons))


def _one_quick_try(rule: CallRule) -> CallRule:
    deadline_s = min(rule.deadline_s, LONGEST_TRIAGE_S)
    return replace(
        rule, deadline_s=deadline_s, try_timeout_s=min(rule.try_timeout_s, deadline_s), retry_times=0, backup=None
    )


def _unsure(triage: Triage, code: str, text: str) -> Triage:
    return replace(triage, unsure=True, reasons=(Reason("model_task", code, text), *triage.reasons))
