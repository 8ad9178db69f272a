"""From a customer's message to its drafts: read, decide, call, save. The one place that opens several transactions.

No transaction is open while a model is called. Every step can be run again after a crash: rows are keyed by message,
task and generation, and a finished draft is never made twice (a model may be called again: paid twice, shown once).
"""

import logging
import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from supportbot.contract.types import ReplyFields
from supportbot.contract.voice.frame import next_update_words
from supportbot.db import Database
from supportbot.drafting.actions import store_drafts
from supportbot.drafting.ask_model import ask
from supportbot.drafting.label_evidence import heeded
from supportbot.drafting.model_risk_check import SecondReading, is_wanted, read_again
from supportbot.drafting.queries import read_case
from supportbot.drafting.rules.compose import Composed, compose, names_to_look_up, not_composed
from supportbot.drafting.rules.prompt_inputs import material
from supportbot.drafting.types import CaseFile
from supportbot.gateway import Gateway
from supportbot.gateway.rules.retry import LEAST_TRY_S
from supportbot.gateway.types import CallRule
from supportbot.governance.queries import ActivePolicy, active_policy
from supportbot.inbox.queries import others_named
from supportbot.logs import where
from supportbot.routing.held_reply_time import held_reply_by
from supportbot.routing.policy_checks import LONGEST_DRAFT_S
from supportbot.routing.rules import decide_route
from supportbot.routing.types import MONEY_TOPICS, Reason, Triage
from supportbot.runtime import Runtime
from supportbot.training.queries import current_label
from supportbot.training.tables import TriageLabel
from supportbot.triage.rules import classify
from supportbot.triage.types import ThreadContext
from supportbot.triage.weight_store import weights_named
from supportbot.triage.weights import Weights
from supportbot.turns import Turns

_log = logging.getLogger(__name__)
# Of the drafts that wait for models, so many compute or write at a time.
DRAFTS_WORKING = 3


@dataclass(frozen=True, slots=True)
class Drafting:
    """What drafting needs: the database, the runtime and the gateway to the models.

    `policy` stands in for the active one: the demo's story is played under the shipped policy, so that a first start
    with a policy of one's own calls (and pays) no model two hundred times. `turns` says who works; the gateway gives
    a turn back while a model is waited for. `longest_s` is what a job has: the comparison gets what the draft leaves.
    """

    database: Database
    runtime: Runtime
    gateway: Gateway
    policy: ActivePolicy | None = None
    turns: Turns = field(default_factory=lambda: Turns(DRAFTS_WORKING))
    longest_s: float = LONGEST_DRAFT_S

    def draft_reply(self, message_id: int, *, generation: int = 1) -> None:
        """Draft one message: exactly one set of drafts comes of it, however often this runs."""
        now, ends_at = self.runtime.clock(), time.monotonic() + self.longest_s
        with self.database.transaction(read_only=True) as db:
            policy = self.policy or active_policy(db)
            case = without_stale_record(read_case(db, message_id, now=now), policy, now=now)
            label = current_label(db, message_id)
            weights = weights_named(db, policy.policy.triage.weights)
        reading = self._triage(case, policy, label, weights)
        triage = reading.triage
        decision = decide_route(policy.policy, triage)
        update_by = held_reply_by(
            policy.policy.held_reply_by,
            now=now,
            zone=ZoneInfo(case.shop.time_zone),
            working=policy.policy.working,
        )
        plan = store_drafts.Plan(case, triage, decision, policy, update_by, generation, reading.attempts)
        with self.database.transaction() as db:
            draft_ids = store_drafts.start(db, self.runtime, plan)
        if draft_ids:
            composed = self._run_tasks(plan, now, ends_at)
            with self.database.transaction() as db:
                store_drafts.save(db, self.runtime, plan, draft_ids, composed)

    def _triage(
        self, case: CaseFile, policy: ActivePolicy, label: TriageLabel | None, weights: Weights
    ) -> SecondReading:
        """By the layers and people's word; only what would go the fast way is read again, where the policy asks."""
        triage = heeded(triage_case(case, policy, weights), label)
        if not is_wanted(policy.policy) or decide_route(policy.policy, triage).hold:
            return SecondReading(triage)
        return read_again(self.gateway, policy.policy, case, triage)

    def _run_tasks(self, plan: store_drafts.Plan, now: datetime, ends_at: float) -> list[Composed]:
        """The draft that may be sent, then the one made for comparison: limits and models are the first one's first."""
        compare = plan.decision.compare_task
        if compare is None:
            return [self._run_task(plan, plan.decision.task, now)]
        with self.turns.hurried():
            main = self._run_task(plan, plan.decision.task, now)
        return [main, self._compared(plan, compare, now, left_s=ends_at - time.monotonic())]

    def _compared(self, plan: store_drafts.Plan, task: str, now: datetime, *, left_s: float) -> Composed:
        """In the time that the job has left. What cannot be made costs the draft nothing; its calls count as lost."""
        rule = plan.policy.policy.call_rule(task)
        if left_s < LEAST_TRY_S:
            return not_composed(task, "No time was left to make it.")
        try:
            return self._run_task(plan, task, now, rule=replace(rule, deadline_s=min(rule.deadline_s, left_s)))
        except Exception as error:
            told = {"message_id": plan.case.message_id, "error": type(error).__name__, "where": where(error)}
            _log.warning("A draft for comparison could not be made.", extra=told)
            return not_composed(task, f"It could not be made ({type(error).__name__}); the log says where.")

    def _run_task(self, plan: store_drafts.Plan, task: str, now: datetime, *, rule: CallRule | None = None) -> Composed:
        case = plan.case
        words = next_update_words(plan.update_by, now=now, zone=ZoneInfo(case.shop.time_zone), locale=case.locale)
        given = material(case, task=task, triage=plan.triage, decision=plan.decision, next_update_by=words)
        result = ask(self.gateway, plan.policy.policy, task, case=case, given=given, rule=rule)
        return compose(plan, task, result, now=now, others=self._others_named(case, result.fields))

    def _others_named(self, case: CaseFile, fields: ReplyFields | None) -> frozenset[str]:
        """Other customers whose names an answer uses; the database is asked only when something may be a name."""
        names = names_to_look_up(case, f"{fields.answer}\n{fields.details}\n{fields.ask}") if fields else frozenset()
        if not names:
            return frozenset()
        with self.database.transaction(read_only=True) as db:
            return others_named(db, names, conversation_id=case.conversation_id)


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
