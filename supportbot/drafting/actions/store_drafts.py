"""What the worker writes: the decision and the started drafts, then the finished ones. Actions never commit."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from supportbot.audit.types import SYSTEM
from supportbot.contract.types import Change, Finding
from supportbot.contract.voice import render
from supportbot.db import change_rows, insert_once, insert_row, rows_of
from supportbot.drafting.actions.attempts import add_attempts, settle_attempts
from supportbot.drafting.actions.notices import tell_held
from supportbot.drafting.rules.case_aids import aids_wanted
from supportbot.drafting.rules.draft_state import hold_label
from supportbot.drafting.rules.label_evidence import corrected_triage
from supportbot.drafting.tables import DivergenceRow, Draft
from supportbot.drafting.types import Answered, Composed, Plan
from supportbot.gateway.types import Attempt
from supportbot.inbox import actions as inbox
from supportbot.inbox.actions.case_aid_jobs import ask_for_aid
from supportbot.inbox.tables import Conversation
from supportbot.inbox.types import WorkState
from supportbot.knowledge.usage import count_uses, note_gap
from supportbot.routing.policy import Pin
from supportbot.routing.policy_checks import MODELLESS_TASK
from supportbot.routing.tables import Decision
from supportbot.runtime import Runtime
from supportbot.training.queries import spoken_label

_DRAFTS = rows_of(Draft).c
_OPENED = sa.select(_DRAFTS.task, _DRAFTS.id, _DRAFTS.state).where(
    _DRAFTS.message_id == sa.bindparam("message"), _DRAFTS.generation == sa.bindparam("number")
)


def start(db: Session, runtime: Runtime, plan: Plan) -> dict[str, int]:
    """Record the decision, tell a held customer at once, and open the drafts.

    Returns:
        task to draft id of what is still to be written; empty when nothing is (done before, or out of date: a person
        said something else of the message meanwhile, and asked for another draft by that).
    """
    case = plan.case
    conversation = inbox.lock_conversation(db, case.conversation_id)
    _record_triage_calls(db, runtime, plan)
    opened = _opened(db, plan)
    if any(state != "drafting" for _, state in opened.values()):
        return {}
    if corrected_triage(plan.triage, spoken_label(db, case.message_id)) != plan.triage:
        return {}
    is_newest = conversation.newest_customer_message_id == case.message_id
    _record_decision(db, runtime, plan)
    draft_ids = {task: draft_id for task, (draft_id, _) in opened.items()}
    draft_ids |= {task: _open_draft(db, runtime, plan, task) for task in plan.tasks if task not in opened}
    if not is_newest:
        why = {"state": "void", "state_reason": "The customer wrote again.", "finished_at": runtime.clock()}
        for draft_id in draft_ids.values():
            change_rows(db, Draft, {"id": draft_id}, **why)
        return {}
    _show_start(db, runtime, plan, conversation)
    return {task: draft_ids[task] for task in plan.tasks}


def save(db: Session, runtime: Runtime, answered: Answered, draft_ids: Mapping[str, int]) -> None:
    """Store what came of each task, once: drafts, tries and divergences in one transaction.

    The rows that every draft writes to, the day's spending and the audit log's head, are locked last and briefly.
    """
    plan, composed, case = answered.plan, answered.drafts, answered.plan.case
    conversation = inbox.lock_conversation(db, case.conversation_id)
    attempts = [attempt for one in composed for attempt in one.attempts]
    is_newest = conversation.newest_customer_message_id == case.message_id
    finished = {one.task: _finished(plan, one, is_newest=is_newest, at=runtime.clock()) for one in composed}
    if any(state != "drafting" for task, (_, state) in _opened(db, plan).items() if task in finished):
        settle_attempts(db, runtime, attempts)  # given up, or written by another run meanwhile
        return
    for one in composed:
        change_rows(db, Draft, {"id": draft_ids[one.task]}, **finished[one.task])
        pin = plan.policy.policy.pin(one.task)
        _keep_attempts(db, plan, one.attempts, pin=pin, draft_id=draft_ids[one.task])
    _note_articles(db, plan, composed, at=runtime.clock())
    _log_divergences(db, runtime, answered, draft_ids)
    if is_newest:
        inbox.show_work(db, runtime, conversation, _work_state(finished[plan.decision.task]["state"]))
        for task in aids_wanted(plan.case, plan.decision):
            ask_for_aid(db, runtime, conversation, task)
    db.flush()
    settle_attempts(db, runtime, attempts)
    for task, values in finished.items():
        detail = {"task": task, "state": values["state"], "outcome": values["outcome"], "hash": values["content_hash"]}
        runtime.audit.record(
            db,
            actor=SYSTEM,
            action="draft.saved",
            subject="draft",
            subject_id=draft_ids[task],
            conversation_id=case.conversation_id,
            detail=detail,
        )


def _opened(db: Session, plan: Plan) -> dict[str, tuple[int, str]]:
    """The drafts that an earlier run opened, by task: id and state."""
    given = {"message": plan.case.message_id, "number": plan.generation}
    return {row.task: (row.id, row.state) for row in db.connection().execute(_OPENED, given)}


def _record_decision(db: Session, runtime: Runtime, plan: Plan) -> None:
    case, triage, route = plan.case, plan.triage, plan.decision
    values = {
        "policy_version": plan.policy.number,
        "topic": triage.topic,
        "risk": triage.risk,
        "unsure": triage.unsure,
        "lane": route.lane,
        "task": route.task,
        "hold": route.hold,
        "hold_kind": route.hold_kind,
        "rule": route.rule,
        "reason": route.reason,
        "layer": next((reason.layer for reason in triage.reasons if reason.code == route.rule), None),
        "weights": plan.policy.policy.triage.weights,
        "reasons": [asdict(reason) | {"words": list(reason.words)} for reason in triage.reasons],
    }
    new = {"conversation_id": case.conversation_id, "created_at": runtime.clock()}
    if not insert_once(db, Decision, message_id=case.message_id, **new, **values):
        change_rows(db, Decision, {"message_id": case.message_id}, **values)


def _open_draft(db: Session, runtime: Runtime, plan: Plan, task: str) -> int:
    pin = plan.policy.policy.pin(task)
    return insert_row(
        db,
        Draft,
        conversation_id=plan.case.conversation_id,
        message_id=plan.case.message_id,
        task=task,
        generation=plan.generation,
        state="drafting",
        prompt=pin.prompt,
        output_schema=pin.schema,
        policy_version=plan.policy.number,
        hold_kind=plan.decision.hold_kind if task == plan.decision.task else None,
        created_at=runtime.clock(),
    )


def _show_start(db: Session, runtime: Runtime, plan: Plan, conversation: Conversation) -> None:
    """Show that a draft is being written and why it will be held; tell a customer who was not told yet."""
    case, decision = plan.case, plan.decision
    was_held = conversation.hold_kind is not None
    inbox.show_work(
        db,
        runtime,
        conversation,
        "drafting",
        topic=plan.triage.topic,
        hold_kind=decision.hold_kind,
        hold_label=hold_label(plan.triage, decision),
    )
    if not decision.hold or was_held:
        return
    tell_held(
        db,
        runtime,
        conversation,
        message_id=case.message_id,
        topic=plan.triage.topic,
        update_by=plan.update_by,
        shop=case.shop,
        locale=case.locale,
    )


def _flat(one: Change | Finding) -> dict[str, Any]:
    """A record of plain values as a dictionary; `asdict` would copy each of them deeply, some forty a draft."""
    return {name: getattr(one, name) for name in one.__slots__}


def _finished(plan: Plan, one: Composed, *, is_newest: bool, at: datetime) -> dict[str, Any]:
    """A draft's columns once it is written."""
    state, reason = _state_of(plan, one, is_newest=is_newest)
    return {
        "model_key": one.model_key,
        "outcome": one.reply.outcome if one.reply else None,
        "proposed": asdict(one.fields) if one.fields else None,
        "reply": render.to_json(one.reply) if one.reply else None,
        "content_hash": render.content_hash(one.reply) if one.reply else None,
        "variants": one.variants,
        "amount_minor": one.amount.minor if one.amount else None,
        "changes": [_flat(change) for change in one.changes],
        "checks": [_flat(finding) for finding in one.findings],
        "sources": one.sources,
        "facts": one.facts,
        "state": state,
        "state_reason": reason[:200] if reason else None,
        "finished_at": at,
    }


def _state_of(plan: Plan, one: Composed, *, is_newest: bool) -> tuple[str, str | None]:
    is_main = one.task == plan.decision.task
    if one.reply is None:
        return "failed", one.failure
    if not is_main:
        return "compared", None
    if not is_newest:
        return "void", "The customer wrote again while it was written."
    return ("held", plan.decision.reason) if plan.decision.hold else ("ready", None)


def _note_articles(db: Session, plan: Plan, composed: Sequence[Composed], *, at: datetime) -> None:
    """Count what the main draft cites; a routine question for which there was no article is a gap."""
    main = next((one for one in composed if one.task == plan.decision.task), None)
    if main is None:
        return
    case = plan.case
    count_uses(db, [source["ref"] for source in main.sources], conversation_id=case.conversation_id, at=at)
    cites = any(source["kind"] == "article" for source in main.sources)
    if plan.decision.lane == "fast" and not cites and (main.reply is not None or not case.articles):
        note_gap(db, case.message_id, case.conversation_id, topic=plan.triage.topic, locale=case.locale, at=at)


def _work_state(state: str) -> WorkState:
    return {"ready": "ready", "held": "held"}.get(state, "failed")  # type: ignore[return-value]


def _log_divergences(db: Session, runtime: Runtime, answered: Answered, draft_ids: Mapping[str, int]) -> None:
    plan, decision = answered.plan, answered.plan.decision
    for divergence in answered.divergences:
        row = DivergenceRow(
            conversation_id=plan.case.conversation_id,
            message_id=plan.case.message_id,
            before_draft_id=draft_ids[decision.compare_task or ""],
            after_draft_id=draft_ids[decision.task],
            field=divergence.field,
            before=divergence.before,
            after=divergence.after,
            severity=divergence.severity,
            rule=decision.rule,
            created_at=runtime.clock(),
        )
        db.add(row)


def _record_triage_calls(db: Session, runtime: Runtime, plan: Plan) -> None:
    """Keep the tries of the risk check, each once: they belong to the message and to no draft."""
    if not plan.triage_attempts:
        return
    _keep_attempts(db, plan, plan.triage_attempts, pin=plan.policy.policy.pin(MODELLESS_TASK), draft_id=None)
    settle_attempts(db, runtime, plan.triage_attempts)


def _keep_attempts(db: Session, plan: Plan, attempts: Sequence[Attempt], *, pin: Pin, draft_id: int | None) -> None:
    number = plan.policy.number
    add_attempts(db, attempts, message_id=plan.case.message_id, policy_version=number, pin=pin, draft_id=draft_id)
