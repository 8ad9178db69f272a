"""A message that got no draft in time is given up, and a person sees it."""

from datetime import datetime

from sqlmodel import Session, select

from supportbot.audit.types import SYSTEM
from supportbot.drafting.tables import Draft
from supportbot.inbox import actions as inbox
from supportbot.inbox.tables import Conversation
from supportbot.runtime import Runtime


def fail_message(db: Session, runtime: Runtime, message_id: int, reason: str) -> bool:
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
        row.state, row.state_reason, row.finished_at = "failed", reason[:200], runtime.clock()
        db.add(row)
    if not started:
        generation = max((row.generation for row in rows), default=0) + 1
        db.add(_failed_draft(conversation, message_id, reason, generation=generation, at=runtime.clock()))
    inbox.show_work(db, runtime, conversation, "failed")
    db.flush()
    runtime.audit.record(
        db,
        actor=SYSTEM,
        action="draft.given_up",
        subject="message",
        subject_id=message_id,
        conversation_id=conversation_id,
        detail={"reason": reason},
    )
    return True


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
