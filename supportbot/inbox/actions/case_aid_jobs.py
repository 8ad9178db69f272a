"""Asks for what helps the person who takes a case: work in a queue of its own. Actions never commit."""

from sqlmodel import Session, col, select

from supportbot.inbox.tables import Conversation, Message
from supportbot.runtime import Runtime

AID_JOB = "case_aid"


def ask_for_aid(db: Session, runtime: Runtime, conversation: Conversation, task: str) -> None:
    """Enqueue a summary, or the reading of numbers, of what stands in a conversation now; once for each state of it."""
    newest = select(Message.id).where(Message.conversation_id == conversation.id).order_by(col(Message.id).desc())
    upto_id = db.exec(newest.limit(1)).first()
    if upto_id is None or conversation.newest_customer_message_id is None:
        return
    ids: dict[str, int | str] = {"conversation_id": conversation.id or 0, "task": task, "upto_id": upto_id}
    runtime.engine.enqueue(db, AID_JOB, key=f"{AID_JOB}:{task}:{conversation.id}:{upto_id}", ids=ids)
