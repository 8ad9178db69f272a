"""Letting replies go: on their way, then sent once, undone or stopped. Actions never commit."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from supportbot.accounts.types import Person
from supportbot.db import lock_row
from supportbot.errors import Conflict, Forbidden, NotFound
from supportbot.inbox.actions.locks import lock_conversation, publish, record
from supportbot.inbox.tables import Conversation, Message, Outgoing
from supportbot.inbox.types import ReplyToSend, WorkState
from supportbot.inbox.undo import UNDO_S
from supportbot.runtime import Runtime

SEND_JOB = "send_reply"


def queue_reply(db: Session, runtime: Runtime, conversation_id: int, to_send: ReplyToSend, *, by: Person) -> Outgoing:
    """Let a reply go: it leaves after `UNDO_S` unless undone or overtaken.

    One that names no message answers the newest there is: what a person wrote by hand is overtaken like a draft.

    Raises:
        Conflict: the customer wrote again, or another reply is about to leave.
    """
    conversation = lock_conversation(db, conversation_id)
    newest_id = conversation.newest_customer_message_id
    if to_send.answers_message_id not in (None, newest_id):
        raise Conflict("The customer wrote again after this draft was made. Read the new message first.", code="stale")
    if _waiting_reply(db, conversation_id) is not None:
        raise Conflict("A reply to this conversation is about to leave. Undo it first, or wait until it is sent.")
    now = runtime.clock()
    outgoing = Outgoing(
        conversation_id=conversation_id,
        answers_message_id=newest_id,
        draft_id=to_send.draft_id,
        author_id=by.id,
        text=to_send.text,
        reply=to_send.reply,
        content_hash=to_send.content_hash,
        resolve=to_send.resolve,
        created_at=now,
        sends_at=now + timedelta(seconds=UNDO_S),
    )
    db.add(outgoing)
    db.flush()
    conversation.work_state = "sending"
    if conversation.assignee_id is None:
        conversation.assignee_id = by.id
    db.add(conversation)
    publish(db, conversation, "outgoing", at=now)
    outgoing_id = outgoing.id or 0
    detail = {"hash": to_send.content_hash}
    record(db, runtime, conversation, "reply.queued", by=by, subject="outgoing", subject_id=outgoing_id, detail=detail)
    runtime.engine.enqueue(
        db, SEND_JOB, key=f"send:{outgoing_id}", ids={"outgoing_id": outgoing_id}, delay_s=float(UNDO_S)
    )
    return outgoing


def undo_reply(db: Session, runtime: Runtime, outgoing_id: int, *, by: Person, work_state: WorkState) -> Outgoing:
    """Take a reply back before it leaves; `work_state` is what the conversation shows afterwards.

    Raises:
        Conflict: it has left already, or was undone before.
        Forbidden: somebody else let it go.
    """
    outgoing = find_outgoing(db, outgoing_id)
    conversation = lock_conversation(db, outgoing.conversation_id)
    outgoing = lock_row(db, Outgoing, outgoing_id)
    if outgoing.author_id != by.id:
        raise Forbidden("Somebody else let this reply go; only they can take it back.")
    if outgoing.state != "waiting":
        words = {"sent": "has left already", "undone": "was undone before", "void": "was not sent"}
        raise Conflict(f"This reply {words.get(outgoing.state, outgoing.state)}. Nothing was changed.")
    _close(db, outgoing, "undone", None, at=runtime.clock())
    if not _is_overtaken(outgoing, conversation):
        conversation.work_state = work_state
        db.add(conversation)
    publish(db, conversation, "outgoing", at=runtime.clock())
    record(db, runtime, conversation, "reply.undone", by=by, subject="outgoing", subject_id=outgoing_id, detail={})
    runtime.engine.cancel(db, f"send:{outgoing_id}")
    return outgoing


def stop_reply(
    db: Session, runtime: Runtime, conversation: Conversation, *, reason: str, by: Person
) -> Outgoing | None:
    """Keep the reply that is about to leave a conversation from leaving; None when there is none.

    Anybody here may stop a reply; only who let it go can undo it, which puts its draft back.
    """
    outgoing = _waiting_reply(db, conversation.id or 0)
    if outgoing is None:
        return None
    outgoing = lock_row(db, Outgoing, outgoing.id or 0)
    _close(db, outgoing, "void", reason, at=runtime.clock())
    publish(db, conversation, "outgoing", at=runtime.clock())
    record(db, runtime, conversation, "reply.stopped", by=by, subject="outgoing", subject_id=outgoing.id, detail={})
    runtime.engine.cancel(db, f"send:{outgoing.id}")
    return outgoing


def send_reply(db: Session, runtime: Runtime, outgoing_id: int) -> Message | None:
    """Send what a person let go, once. None when it was undone, sent before, or overtaken by a newer message."""
    outgoing = find_outgoing(db, outgoing_id)
    conversation = lock_conversation(db, outgoing.conversation_id)
    outgoing = lock_row(db, Outgoing, outgoing_id)
    if outgoing.state != "waiting":
        return None
    now = runtime.clock()
    if _is_overtaken(outgoing, conversation):
        _close(db, outgoing, "void", "The customer wrote again before it left.", at=now)
        publish(db, conversation, "outgoing", at=now)
        record(db, runtime, conversation, "reply.void", by=None, subject="outgoing", subject_id=outgoing.id, detail={})
        return None
    message = Message(
        conversation_id=conversation.id or 0,
        customer_id=conversation.customer_id,
        role="agent",
        text=outgoing.text,
        reply=outgoing.reply,
        channel=conversation.channel,
        author_id=outgoing.author_id,
        outgoing_id=outgoing.id,
        sent_at=now,
    )
    db.add(message)
    _close(db, outgoing, "sent", None, at=now)
    _now_answered(db, conversation, resolve=outgoing.resolve, at=now)
    publish(db, conversation, "message", at=now, for_widget=True)
    detail = {"outgoing": outgoing.id}
    record(db, runtime, conversation, "reply.sent", by=None, subject="message", subject_id=message.id, detail=detail)
    return message


def add_notice(
    db: Session, runtime: Runtime, conversation: Conversation, *, key: str, text: str, reply: dict[str, Any]
) -> bool:
    """Tell the customer something fixed, from code, once per `key`. False when they were told before."""
    known = db.exec(
        select(Message.id).where(Message.customer_id == conversation.customer_id, Message.external_id == key)
    ).first()
    if known is not None:
        return False
    now = runtime.clock()
    message = Message(
        conversation_id=conversation.id or 0,
        customer_id=conversation.customer_id,
        role="system",
        text=text,
        reply=reply,
        channel=conversation.channel,
        external_id=key,
        sent_at=now,
    )
    db.add(message)
    db.flush()
    publish(db, conversation, "message", at=now, for_widget=True)
    record(db, runtime, conversation, "notice.sent", by=None, subject="message", subject_id=message.id, detail={})
    return True


def find_outgoing(db: Session, outgoing_id: int) -> Outgoing:
    """One reply on its way, or closed.

    Raises:
        NotFound: there is no such reply.
    """
    outgoing = db.get(Outgoing, outgoing_id)
    if outgoing is None:
        raise NotFound(f"There is no reply {outgoing_id} on its way.")
    return outgoing


def _now_answered(db: Session, conversation: Conversation, *, resolve: bool, at: datetime) -> None:
    """What was resolved or put to sleep while the reply was on its way stays so."""
    conversation.waiting_since = None
    conversation.work_state = "answered"
    conversation.last_message_at = at
    if resolve:
        conversation.status, conversation.resolved_at, conversation.snoozed_until = "resolved", at, None
    elif conversation.status == "open":
        conversation.status = "pending"
    db.add(conversation)
    db.flush()


def _is_overtaken(outgoing: Outgoing, conversation: Conversation) -> bool:
    return outgoing.answers_message_id != conversation.newest_customer_message_id


def _waiting_reply(db: Session, conversation_id: int) -> Outgoing | None:
    query = select(Outgoing).where(Outgoing.conversation_id == conversation_id, Outgoing.state == "waiting")
    return db.exec(query).first()


def _close(db: Session, outgoing: Outgoing, state: str, reason: str | None, *, at: datetime) -> None:
    outgoing.state, outgoing.close_reason, outgoing.closed_at = state, reason, at
    db.add(outgoing)
