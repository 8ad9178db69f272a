"""From a case to its drafts, without a database: triage, route, prompt, call, parse, normalise, check, compare.

The one way to a draft. `flow.py` reads before it, opens the drafts between its two steps and saves after them; whoever
tries another policy, prompt or model on cases takes both steps at once. Nothing is read or written here.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from supportbot.contract.types import ReplyFields
from supportbot.contract.voice.frame import next_update_words
from supportbot.drafting.ask_model import ask
from supportbot.drafting.model_risk_check import CheckedTriage, check_risk, is_wanted
from supportbot.drafting.rules.compose import compose, not_composed
from supportbot.drafting.rules.draft_state import divergences
from supportbot.drafting.rules.grounding import ground
from supportbot.drafting.rules.label_evidence import corrected_triage
from supportbot.drafting.rules.prompt_inputs import prompt_inputs
from supportbot.drafting.types import Answered, CaseFile, Composed, Divergence, Grounding, Plan
from supportbot.gateway import Gateway
from supportbot.gateway.rules.retry import LEAST_TRY_S
from supportbot.gateway.types import CallRule
from supportbot.governance.types import ActivePolicy
from supportbot.language.person_names import possible_names
from supportbot.logs import where
from supportbot.routing.held_reply_time import held_reply_by
from supportbot.routing.policy_checks import LONGEST_DRAFT_S
from supportbot.routing.rules import decide_route
from supportbot.routing.types import MONEY_TOPICS, Reason, Triage
from supportbot.triage.rules import classify
from supportbot.triage.types import SpokenLabel, ThreadContext
from supportbot.triage.weights import Weights

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a case is answered in, beside the policy: the moment, triage's weights, and what the caller can do.

    `find_customers` gives those of some names that are other customers'; by default it knows nobody. `hurry` is
    entered for a draft that another one will follow. `ends_at` is the moment of `time.monotonic` at which a comparison
    must be done.
    """

    now: datetime
    weights: Weights
    label: SpokenLabel | None = None
    generation: int = 1
    ends_at: float | None = None
    find_customers: Callable[[frozenset[str]], frozenset[str]] = lambda _: frozenset()
    hurry: Callable[[], AbstractContextManager[None]] = nullcontext


def answer_case(case: CaseFile, policy: ActivePolicy, gateway: Gateway, around: Surroundings) -> Answered:
    """Draft one case under a policy; pure but for the gateway's calls.

    Raises:
        PolicyError: the policy has no rule for what it was asked. A call that failed is a draft that says so.
    """
    return draft_plan(plan_case(case, policy, gateway, around), gateway, around)


def plan_case(case: CaseFile, policy: ActivePolicy, gateway: Gateway, around: Surroundings) -> Plan:
    """The first step: triage and route of a case, and when a waiting customer hears again."""
    case = without_stale_record(case, policy, now=around.now)
    checked = _triage(case, policy, gateway, around)
    update_by = held_reply_by(
        policy.policy.held_reply_by,
        now=around.now,
        zone=ZoneInfo(case.shop.time_zone),
        working=policy.policy.working,
    )
    decision = decide_route(policy.policy, checked.triage)
    return Plan(case, checked.triage, decision, policy, update_by, around.generation, checked.attempts)


def _triage(case: CaseFile, policy: ActivePolicy, gateway: Gateway, around: Surroundings) -> CheckedTriage:
    """By the layers and people's word; only what would go the fast way is checked, where the policy asks."""
    triage = corrected_triage(triage_case(case, policy, around.weights), around.label)
    if not is_wanted(policy.policy) or decide_route(policy.policy, triage).hold:
        return CheckedTriage(triage)
    return check_risk(gateway, policy.policy, case, triage)


def triage_case(case: CaseFile, policy: ActivePolicy, weights: Weights) -> Triage:
    """Triage a case; records that should be there and are not make it unsure (a failed lookup leads to a hold)."""
    earlier = tuple(turn.text for turn in case.turns if turn.role == "customer")
    thread = ThreadContext(open_money_case=case.open_money_case, earlier_texts=earlier)
    triage = classify(case.question, policy.policy.triage, thread=thread, weights=weights)
    if case.record_error is None or (case.is_stale and triage.risk == "low" and triage.topic not in MONEY_TOPICS):
        return triage
    if case.is_stale:
        reason = Reason("unsure", "records_stale", case.record_error)
    elif triage.risk == "high":
        return triage
    else:
        reason = Reason("unsure", "lookup_failed", f"The records could not be read: {case.record_error}")
    unsure = triage.unsure or triage.risk == "low"
    return Triage(triage.topic, triage.risk, unsure=unsure, reasons=(*triage.reasons, reason))


def without_stale_record(case: CaseFile, policy: ActivePolicy, *, now: datetime) -> CaseFile:
    """A case whose record is set aside, with the reason said, when it is older than the policy trusts."""
    hours = policy.policy.records_max_age_hours
    checked_at = case.record.checked_at if case.record else None
    if hours is None or checked_at is None or now - checked_at <= timedelta(hours=hours):
        return case
    age = int((now - checked_at).total_seconds() // 3600)
    words = f"{age // 24} days" if age >= 48 else f"{age} hours"
    problem = f"The billing records are {words} old; the policy trusts them for {hours} hours. Import them again."
    return replace(case, record=None, record_error=problem, is_stale=True)


def draft_plan(plan: Plan, gateway: Gateway, around: Surroundings) -> Answered:
    """The second step: the drafts that a plan asks for, and what routing changed between them."""
    drafts = _drafts(plan, gateway, around)
    return Answered(plan, drafts, _divergences(plan, drafts))


def _drafts(plan: Plan, gateway: Gateway, around: Surroundings) -> tuple[Composed, ...]:
    """The draft that may be sent, then the one made for comparison: limits and models are the first one's first."""
    grounding, compare = ground(plan.case, plan.decision.hold_kind), plan.decision.compare_task
    if compare is None:
        return (_draft(plan, plan.decision.task, grounding, gateway, around),)
    with around.hurry():
        main = _draft(plan, plan.decision.task, grounding, gateway, around)
    return main, _comparison(plan, compare, grounding, gateway, around)


def _comparison(plan: Plan, task: str, grounding: Grounding, gateway: Gateway, around: Surroundings) -> Composed:
    """In the time that is left. What cannot be made costs the draft nothing; its calls count as lost."""
    rule = plan.policy.policy.call_rule(task)
    left_s = LONGEST_DRAFT_S if around.ends_at is None else around.ends_at - time.monotonic()
    if left_s < LEAST_TRY_S:
        return not_composed(task, "No time was left to make it.")
    try:
        rule = replace(rule, deadline_s=min(rule.deadline_s, left_s))
        return _draft(plan, task, grounding, gateway, around, rule=rule)
    except Exception as error:
        told = {"message_id": plan.case.message_id, "error": type(error).__name__, "where": where(error)}
        _log.warning("A draft for comparison could not be made.", extra=told)
        return not_composed(task, f"It could not be made ({type(error).__name__}); the log says where.")


def _draft(
    plan: Plan, task: str, grounding: Grounding, gateway: Gateway, around: Surroundings, *, rule: CallRule | None = None
) -> Composed:
    case = plan.case
    words = next_update_words(plan.update_by, now=around.now, zone=ZoneInfo(case.shop.time_zone), locale=case.locale)
    given = prompt_inputs(case, task=task, triage=plan.triage, decision=plan.decision, next_update_by=words)
    result = ask(gateway, plan.policy.policy, task, case=case, given=given, rule=rule)
    return compose(plan, task, result, grounding=_with_others(grounding, result.fields, around), now=around.now)


def _with_others(grounding: Grounding, fields: ReplyFields | None, around: Surroundings) -> Grounding:
    """With the other customers whose names an answer uses; nobody is asked when nothing in it may be a name."""
    answer = f"{fields.answer}\n{fields.details}\n{fields.ask}" if fields else ""
    names = possible_names(answer, grounding.words)
    others = around.find_customers(names) if names else frozenset()
    return replace(grounding, allowed=replace(grounding.allowed, others=others))


def _divergences(plan: Plan, drafts: tuple[Composed, ...]) -> tuple[Divergence, ...]:
    """What routing changed between the comparison, which came first by intent, and the draft that may be sent."""
    if len(drafts) < 2 or drafts[0].fields is None or drafts[1].fields is None:
        return ()
    return divergences(drafts[1].fields, drafts[0].fields, currency=plan.case.shop.currency)
