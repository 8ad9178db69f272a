"""What /api/v1 answers: explicit lists of fields, built from rows."""

from typing import Any

from sqlmodel import Session, col, select

from supportbot.accounts.queries import names_by_id
from supportbot.drafting.queries import aids_of, divergences_of
from supportbot.drafting.rules.draft_state import effective_state
from supportbot.drafting.tables import CaseAid, DivergenceRow, Draft
from supportbot.gateway.tables import AttemptRow
from supportbot.inbox import queries
from supportbot.inbox.pagination import read_stretch
from supportbot.inbox.rules import is_held
from supportbot.inbox.tables import Conversation, Message, Note
from supportbot.routing.tables import Decision
from supportbot.training.queries import current_label
from supportbot.training.tables import TriageLabel


def conversation_line(line: queries.ConversationLine) -> dict[str, Any]:
    """One conversation in a list."""
    row = line.conversation
    return {
        "id": row.id,
        "case_number": row.case_number,
        "subject": row.subject,
        "status": row.status,
        "work_state": row.work_state,
        "held": is_held(hold_kind=row.hold_kind, work_state=row.work_state),
        "topic": row.topic,
        "customer": {"id": line.customer.id, "name": line.customer.name, "verified": line.customer.is_verified},
        "assignee": line.assignee,
        "waiting_since": row.waiting_since.isoformat() if row.waiting_since else None,
        "last_message_at": row.last_message_at.isoformat(),
    }


def conversation_detail(db: Session, conversation_id: int, *, before: int | None = None) -> dict[str, Any]:
    """One conversation with its messages, drafts, decision, tries and divergences.

    Its newest 200 messages are given, or those before one; `earlier` is what to ask `before` for next.

    Raises:
        NotFound: there is no such conversation, or no such message in it.
    """
    conversation, customer, _site = queries.find_conversation(db, conversation_id)
    names = names_by_id(db, [conversation.assignee_id] if conversation.assignee_id else [])
    line = conversation_line(queries.ConversationLine(conversation, customer, names.get(conversation.assignee_id or 0)))
    drafts = db.exec(select(Draft).where(Draft.conversation_id == conversation_id).order_by(col(Draft.id))).all()
    newest = conversation.newest_customer_message_id or 0
    decision = db.exec(select(Decision).where(Decision.message_id == newest)).first()
    label = current_label(db, newest)
    message_ids = {draft.message_id for draft in drafts}
    attempts = db.exec(
        select(AttemptRow).where(col(AttemptRow.message_id).in_(message_ids)).order_by(col(AttemptRow.id))
    )
    stretch = read_stretch(db, conversation_id, before=before)
    return {
        **line,
        "messages": [_message(message) for message in stretch.messages],
        "notes": [_note(note) for note in stretch.notes],
        "earlier": stretch.earlier,
        "drafts": [_draft(draft, conversation) for draft in drafts],
        "decision": _decision(decision) if decision else None,
        "label": label_line(label) if label else None,
        "attempts": [_attempt(attempt) for attempt in attempts],
        "divergences": [divergence_line(row) for row in divergences_of(db, newest)],
        "aids": [_aid(row) for row in aids_of(db, conversation_id)],
    }


def divergence_line(row: DivergenceRow) -> dict[str, Any]:
    """One field in which routing changed the answer."""
    return {
        "id": row.id,
        "conversation_id": row.conversation_id,
        "field": row.field,
        "before": row.before,
        "after": row.after,
        "severity": row.severity,
        "rule": row.rule,
        "created_at": row.created_at.isoformat(),
    }


def label_line(row: TriageLabel) -> dict[str, Any]:
    """What a person said of a message, beside what triage had said; `current` is false once it was taken back."""
    return {
        "id": row.id,
        "message_id": row.message_id,
        "conversation_id": row.conversation_id,
        "said": {"topic": row.said_topic, "risk": row.said_risk, "hold": row.said_hold},
        "true": {"topic": row.true_topic, "risk": row.true_risk},
        "source": row.source,
        "language": row.language,
        "by_id": row.by_id,
        "current": row.is_current,
        "created_at": row.created_at.isoformat(),
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "role": message.role,
        "text": message.text,
        "reply": message.reply,
        "sent_at": message.sent_at.isoformat(),
    }


def _note(note: Note) -> dict[str, Any]:
    return {"id": note.id, "author_id": note.author_id, "text": note.text, "created_at": note.created_at.isoformat()}


def _aid(row: CaseAid) -> dict[str, Any]:
    return {
        "task": row.task,
        "state": row.state,
        "reason": row.state_reason,
        "upto_message_id": row.upto_id,
        "result": row.result,
        "prompt": row.prompt,
        "created_at": row.created_at.isoformat(),
    }


def _draft(draft: Draft, conversation: Conversation) -> dict[str, Any]:
    return {
        "id": draft.id,
        "message_id": draft.message_id,
        "task": draft.task,
        "state": effective_state(
            draft.state,
            message_id=draft.message_id,
            newest_customer_message_id=conversation.newest_customer_message_id,
        ),
        "reason": draft.state_reason,
        "outcome": draft.outcome,
        "content_hash": draft.content_hash,
        "reply": draft.reply,
        "variants": draft.variants,
        "changes": draft.changes,
        "checks": draft.checks,
        "sources": draft.sources,
        "facts": draft.facts,
        "prompt": draft.prompt,
        "schema": draft.output_schema,
        "policy_version": draft.policy_version,
    }


def _decision(row: Decision) -> dict[str, Any]:
    return {
        "topic": row.topic,
        "risk": row.risk,
        "lane": row.lane,
        "hold": row.hold,
        "hold_kind": row.hold_kind,
        "rule": row.rule,
        "reason": row.reason,
        "reasons": row.reasons,
        "policy_version": row.policy_version,
    }


def _attempt(row: AttemptRow) -> dict[str, Any]:
    names = (
        "task number model_key provider model_asked model_answered outcome http_status error_code is_backup latency_ms "
        "input_uncached_tokens cache_read_tokens cache_write_tokens output_tokens cost_microusd prompt output_schema"
    )
    return {name: getattr(row, name) for name in names.split()} | {"started_at": row.started_at.isoformat()}
