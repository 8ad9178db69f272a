"""What the worker writes: the decision and the started drafts, then the finished ones. Actions never commit."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import Session, select

from supportbot.audit.types import SYSTEM
from supportbot.contract import render
from supportbot.db import lock_row
from supportbot.drafting.aid_rules import aids_wanted
from supportbot.drafting.attempts import add_attempts, settle_attempts
from supportbot.drafting.composing import Composed
from supportbot.drafting.notices import tell_held
from supportbot.drafting.proofs import heeded
from supportbot.drafting.rules import divergences, hold_label
from supportbot.drafting.tables import DivergenceRow, Draft
from supportbot.drafting.types import CaseFile
from supportbot.gateway.types import Attempt
from supportbot.inbox import actions as inbox
from supportbot.inbox.desk import Desk
from supportbot.inbox.handing_over import ask_for_aid
from supportbot.inbox.tables import Conversation
from supportbot.inbox.types import WorkState
from supportbot.knowledge.uses import count_uses, note_gap
from supportbot.routing.policy import Pin
from supportbot.routing.problems import MODELLESS_TASK
from supportbot.routing.queries import ActivePolicy
from supportbot.routing.tables import Decision
from supportbot.routing.types import RouteDecision, Triage
from supportbot.triage.queries import current_label


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: the case, what triage and routing said under which policy, and when a waiting customer hears again."""

    case: CaseFile
    triage: Triage
    decision: RouteDecision
    policy: ActivePolicy
    update_by: datetime
    generation: int
    triage_attempts: tuple[Attempt, ...] = ()

    @property
    def tasks(self) -> tuple[str, ...]:
        """The task that may be sent first, then the one made for comparison."""
        compare = self.decision.compare_task
        return (self.decision.task, compare) if compare else (self.decision.task,)


def start(db: Session, desk: Desk, plan: Plan) -> dict[str, int]:
    """Record the decision, tell a held customer at once, and open the drafts.

    Returns:
        task to draft id of what is still to be written; empty when nothing is (done before, or out of date: a person
        said something else of the message meanwhile, and asked for another draft by that).
    """
    case = plan.case
    conversation = inbox.lock_conversation(db, case.conversation_id)
    _record_triage_calls(db, desk, plan)
    rows = _drafts(db, case.message_id, plan.generation)
    if any(row.state != "drafting" for row in rows.values()):
        return {}
    if heeded(plan.triage, current_label(db, case.message_id)) != plan.triage:
        return {}
    is_newest = conversation.newest_customer_message_id == case.message_id
    _record_decision(db, desk, plan)
    for task in plan.tasks:
        if task not in rows:
            rows[task] = _open_draft(db, desk, plan, task)
    if not is_newest:
        for row in rows.values():
            _finish(row, "void", "The customer wrote again.", at=desk.clock())
            db.add(row)
        return {}
    _show_hold(db, desk, plan, conversation)
    inbox.show_work(db, desk, conversation, "drafting")
    db.flush()
    return {task: rows[task].id or 0 for task in plan.tasks}


def save(db: Session, desk: Desk, plan: Plan, draft_ids: Mapping[str, int], composed: Sequence[Composed]) -> None:
    """Store what came of each task, once: drafts, tries and divergences in one transaction.

    The rows that every draft writes to, the day's spending and the audit log's head, are locked last and briefly.
    """
    case = plan.case
    conversation = inbox.lock_conversation(db, case.conversation_id)
    rows = {one.task: lock_row(db, Draft, draft_ids[one.task]) for one in composed}
    attempts = [attempt for one in composed for attempt in one.attempts]
    if any(row.state != "drafting" for row in rows.values()):
        settle_attempts(db, desk, attempts)
        return
    is_newest = conversation.newest_customer_message_id == case.message_id
    for one in composed:
        row = rows[one.task]
        _fill(row, one)
        state, reason = _state_of(plan, one, is_newest=is_newest)
        _finish(row, state, reason, at=desk.clock())
        db.add(row)
        _keep_attempts(db, plan, one.attempts, pin=Pin(row.prompt, row.output_schema), draft_id=row.id)
    _note_articles(db, plan, rows, composed, at=desk.clock())
    _log_divergences(db, desk, plan, rows, composed)
    if is_newest:
        inbox.show_work(db, desk, conversation, _work_state(rows[plan.decision.task].state))
        for task in aids_wanted(plan.case, plan.decision):
            ask_for_aid(db, desk, conversation, task)
    db.flush()
    settle_attempts(db, desk, attempts)
    for row in rows.values():
        detail = {"task": row.task, "state": row.state, "outcome": row.outcome, "hash": row.content_hash}
        desk.audit.record(
            db,
            actor=SYSTEM,
            action="draft.saved",
            subject="draft",
            subject_id=row.id,
            conversation_id=case.conversation_id,
            detail=detail,
        )


def fail_message(db: Session, desk: Desk, message_id: int, reason: str) -> bool:
    """Give up on a message that got no draft in time, and show it to a person. False when it has an outcome by now."""
    conversation_id = db.exec(
        select(Conversation.id).where(Conversation.newest_customer_message_id == message_id)
    ).first()
    if conversation_id is None:
        return False
    conversation = inbox.lock_conversation(db, conversation_id)
    if conversation.newest_customer_message_id != message_id or conversation.work_state not in ("waiting", "drafting"):
        return False
    rows = db.exec(select(Draft).where(Draft.message_id == message_id)).all()
    started = [row for row in rows if row.state == "drafting"]
    for row in started:
        _finish(row, "failed", reason, at=desk.clock())
        db.add(row)
    if not started:
        generation = max((row.generation for row in rows), default=0) + 1
        db.add(_failed_draft(conversation, message_id, reason, generation=generation, at=desk.clock()))
    inbox.show_work(db, desk, conversation, "failed")
    db.flush()
    desk.audit.record(
        db,
        actor=SYSTEM,
        action="draft.given_up",
        subject="message",
        subject_id=message_id,
        conversation_id=conversation_id,
        detail={"reason": reason},
    )
    return True


def _drafts(db: Session, message_id: int, generation: int) -> dict[str, Draft]:
    query = select(Draft).where(Draft.message_id == message_id, Draft.generation == generation)
    return {row.task: row for row in db.exec(query)}


def _record_decision(db: Session, desk: Desk, plan: Plan) -> None:
    case, triage, route = plan.case, plan.triage, plan.decision
    known = db.exec(select(Decision).where(Decision.message_id == case.message_id)).first()
    row = known or Decision(
        message_id=case.message_id,
        conversation_id=case.conversation_id,
        created_at=desk.clock(),
        policy_version=0,
        topic="",
        risk="",
        lane="",
        task="",
        hold=False,
        rule="",
        reason="",
        reasons=[],
    )
    row.policy_version = plan.policy.number
    row.topic, row.risk, row.unsure = triage.topic, triage.risk, triage.unsure
    row.lane, row.task, row.hold, row.hold_kind = route.lane, route.task, route.hold, route.hold_kind
    row.rule, row.reason = route.rule, route.reason
    row.layer = next((reason.layer for reason in triage.reasons if reason.code == route.rule), None)
    row.weights = plan.policy.policy.triage.weights
    row.reasons = [asdict(reason) | {"words": list(reason.words)} for reason in triage.reasons]
    db.add(row)


def _open_draft(db: Session, desk: Desk, plan: Plan, task: str) -> Draft:
    pin = plan.policy.policy.pin(task)
    row = Draft(
        conversation_id=plan.case.conversation_id,
        message_id=plan.case.message_id,
        task=task,
        generation=plan.generation,
        state="drafting",
        prompt=pin.prompt,
        output_schema=pin.schema,
        policy_version=plan.policy.number,
        hold_kind=plan.decision.hold_kind if task == plan.decision.task else None,
        created_at=desk.clock(),
    )
    db.add(row)
    return row


def _show_hold(db: Session, desk: Desk, plan: Plan, conversation: Conversation) -> None:
    case, decision = plan.case, plan.decision
    was_held = conversation.hold_kind is not None
    conversation.topic = plan.triage.topic
    conversation.hold_kind = decision.hold_kind
    conversation.hold_label = hold_label(plan.triage, decision)
    db.add(conversation)
    if not decision.hold or was_held:
        return
    tell_held(
        db,
        desk,
        conversation,
        message_id=case.message_id,
        topic=plan.triage.topic,
        update_by=plan.update_by,
        shop=case.shop,
        locale=case.locale,
    )


def _fill(row: Draft, one: Composed) -> None:
    row.model_key = one.model_key
    row.outcome = one.reply.outcome if one.reply else None
    row.proposed = asdict(one.fields) if one.fields else None
    row.reply = render.to_json(one.reply) if one.reply else None
    row.content_hash = render.content_hash(one.reply) if one.reply else None
    row.variants = one.variants
    row.amount_minor = one.amount.minor if one.amount else None
    row.changes = [asdict(change) for change in one.changes]
    row.checks = [asdict(finding) for finding in one.findings]
    row.sources = one.sources
    row.facts = one.facts


def _state_of(plan: Plan, one: Composed, *, is_newest: bool) -> tuple[str, str | None]:
    is_main = one.task == plan.decision.task
    if one.reply is None:
        return "failed", one.failure
    if not is_main:
        return "compared", None
    if not is_newest:
        return "void", "The customer wrote again while it was written."
    return ("held", plan.decision.reason) if plan.decision.hold else ("ready", None)


def _finish(row: Draft, state: str, reason: str | None, *, at: datetime) -> None:
    row.state, row.state_reason, row.finished_at = state, reason[:200] if reason else None, at


def _note_articles(
    db: Session, plan: Plan, rows: Mapping[str, Draft], composed: Sequence[Composed], *, at: datetime
) -> None:
    """Count what the main draft cites; a routine question for which there was no article is a gap."""
    main = next((one for one in composed if one.task == plan.decision.task), None)
    if main is None or main.task not in rows:
        return
    case = plan.case
    count_uses(db, [source["ref"] for source in main.sources], conversation_id=case.conversation_id, at=at)
    cites = any(source["kind"] == "article" for source in main.sources)
    if plan.decision.lane == "fast" and not cites and (main.reply is not None or not case.articles):
        note_gap(db, case.message_id, case.conversation_id, topic=plan.triage.topic, locale=case.locale, at=at)


def _work_state(state: str) -> WorkState:
    return {"ready": "ready", "held": "held"}.get(state, "failed")  # type: ignore[return-value]


def _log_divergences(
    db: Session, desk: Desk, plan: Plan, rows: Mapping[str, Draft], composed: Sequence[Composed]
) -> None:
    by_task = {one.task: one for one in composed}
    after, before = by_task.get(plan.decision.task), by_task.get(plan.decision.compare_task or "")
    if after is None or before is None or after.fields is None or before.fields is None:
        return
    for divergence in divergences(before.fields, after.fields, currency=plan.case.shop.currency):
        row = DivergenceRow(
            conversation_id=plan.case.conversation_id,
            message_id=plan.case.message_id,
            before_draft_id=rows[before.task].id or 0,
            after_draft_id=rows[after.task].id or 0,
            field=divergence.field,
            before=divergence.before,
            after=divergence.after,
            severity=divergence.severity,
            rule=plan.decision.rule,
            created_at=desk.clock(),
        )
        db.add(row)


def _record_triage_calls(db: Session, desk: Desk, plan: Plan) -> None:
    """Keep the tries of the second reading, each once: they belong to the message and to no draft."""
    if not plan.triage_attempts:
        return
    _keep_attempts(db, plan, plan.triage_attempts, pin=plan.policy.policy.pin(MODELLESS_TASK), draft_id=None)
    settle_attempts(db, desk, plan.triage_attempts)


def _keep_attempts(db: Session, plan: Plan, attempts: Sequence[Attempt], *, pin: Pin, draft_id: int | None) -> None:
    number = plan.policy.number
    add_attempts(db, attempts, message_id=plan.case.message_id, policy_version=number, pin=pin, draft_id=draft_id)


def _failed_draft(conversation: Conversation, message_id: int, reason: str, *, generation: int, at: datetime) -> Draft:
    return Draft(
        conversation_id=conversation.id or 0,
        message_id=message_id,
        task="routine_reply",
        generation=generation,
        state="failed",
        state_reason=reason,
        prompt="none",
        output_schema="none",
        policy_version=0,
        created_at=at,
        finished_at=at,
    )
