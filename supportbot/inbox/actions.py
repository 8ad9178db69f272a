"""Writes of the inbox: receiving, sending, undoing, assigning. Actions never commit.

Locks are always taken in one order: customer, then conversation. Message ids of one customer therefore grow in the
order of their commits, which readers of `after=ID` rely on.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import update
from sqlmodel import Session, col, select

from supportbot.accounts.types import Person
from supportbot.audit.types import SYSTEM, Actor
from supportbot.db import lock_row
from supportbot.errors import Conflict, Forbidden, InvalidInput, NotFound
from supportbot.inbox.desk import Desk
from supportbot.inbox.rules import checked_text, subject_of
from supportbot.inbox.tables import Conversation, Customer, Event, Message, Note, Outgoing, Site
from supportbot.inbox.types import UNDO_S, InboundMessage, Received, ReplyToSend, Status, WorkState

DRAFT_JOB = "draft_reply"
SEND_JOB = "send_reply"


def receive_message(db: Session, desk: Desk, inbound: InboundMessage) -> Received:
    """Store a customer's message once and enqueue its draft, in the caller's transaction.

    It joins the customer's one unresolved conversation, else opens a new one.
    """
    customer = lock_row(db, Customer, inbound.customer_id)
    known = db.exec(
        select(Message).where(Message.customer_id == customer.id, Message.external_id == inbound.external_id)
    ).first()
    if known is not None:
        return Received(known.id or 0, known.conversation_id, is_new=False)
    conversation = _open_conversation(db, customer, inbound)
    message = Message(
        conversation_id=conversation.id or 0,
        customer_id=inbound.customer_id,
        role="customer",
        text=inbound.text,
        channel=inbound.channel,
        external_id=inbound.external_id,
        sent_at=inbound.received_at,
    )
    db.add(message)
    db.flush()
    _now_waiting(db, conversation, message)
    message_id = message.id or 0
    publish(db, conversation, "message", at=inbound.received_at, for_widget=True)
    desk.audit.record(
        db,
        actor=Actor("customer", customer.id, customer.name),
        action="message.received",
        subject="message",
        subject_id=message_id,
        conversation_id=conversation.id,
        detail={"channel": inbound.channel},
    )
    desk.engine.enqueue(db, DRAFT_JOB, key=f"draft:{message_id}", ids={"message_id": message_id})
    return Received(message_id, conversation.id or 0, is_new=True)


def lock_conversation(db: Session, conversation_id: int) -> Conversation:
    """Read a conversation, holding it and its customer against other writers.

    Raises:
        NotFound: there is no such conversation.
    """
    customer_id = db.exec(select(Conversation.customer_id).where(Conversation.id == conversation_id)).first()
    if customer_id is None:
        raise NotFound(f"There is no conversation {conversation_id}.")
    lock_row(db, Customer, customer_id)
    return lock_row(db, Conversation, conversation_id)


def queue_reply(db: Session, desk: Desk, conversation_id: int, to_send: ReplyToSend, *, by: Person) -> Outgoing:
    """Let a reply go: it leaves in ten seconds unless undone or overtaken.

    Raises:
        Conflict: the customer wrote again, or another reply is about to leave.
    """
    conversation = lock_conversation(db, conversation_id)
    if to_send.answers_message_id not in (None, conversation.newest_customer_message_id):
        raise Conflict("The customer wrote again after this draft was made. Read the new message first.", code="stale")
    if _waiting_reply(db, conversation_id) is not None:
        raise Conflict("A reply to this conversation is about to leave. Undo it first, or wait until it is sent.")
    now = desk.clock()
    outgoing = Outgoing(
        conversation_id=conversation_id,
        answers_message_id=to_send.answers_message_id,
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
    _audit(desk, db, conversation, by, "reply.queued", "outgoing", outgoing.id, {"hash": to_send.content_hash})
    outgoing_id = outgoing.id or 0
    desk.engine.enqueue(
        db, SEND_JOB, key=f"send:{outgoing_id}", ids={"outgoing_id": outgoing_id}, delay_s=float(UNDO_S)
    )
    return outgoing


def undo_reply(db: Session, desk: Desk, outgoing_id: int, *, by: Person, work_state: WorkState) -> Outgoing:
    """Take a reply back before it leaves; `work_state` is what the conversation shows afterwards.

    Raises:
        Conflict: it has left already, or was undone before.
        Forbidden: somebody else let it go.
    """
    outgoing = _find_outgoing(db, outgoing_id)
    conversation = lock_conversation(db, outgoing.conversation_id)
    outgoing = lock_row(db, Outgoing, outgoing_id)
    if outgoing.author_id != by.id:
        raise Forbidden("Somebody else let this reply go; only they can take it back.")
    if outgoing.state != "waiting":
        words = {"sent": "has left already", "undone": "was undone before", "void": "was not sent"}
        raise Conflict(f"This reply {words.get(outgoing.state, outgoing.state)}. Nothing was changed.")
    _close(db, outgoing, "undone", None, at=desk.clock())
    if conversation.newest_customer_message_id == outgoing.answers_message_id or outgoing.answers_message_id is None:
        conversation.work_state = work_state
        db.add(conversation)
    publish(db, conversation, "outgoing", at=desk.clock())
    _audit(desk, db, conversation, by, "reply.undone", "outgoing", outgoing.id, {})
    desk.engine.cancel(db, f"send:{outgoing_id}")
    return outgoing


def send_reply(db: Session, desk: Desk, outgoing_id: int) -> Message | None:
    """Send what a person let go, once. None when it was undone, sent before, or overtaken by a newer message."""
    outgoing = _find_outgoing(db, outgoing_id)
    conversation = lock_conversation(db, outgoing.conversation_id)
    outgoing = lock_row(db, Outgoing, outgoing_id)
    if outgoing.state != "waiting":
        return None
    now = desk.clock()
    if outgoing.answers_message_id not in (None, conversation.newest_customer_message_id):
        _close(db, outgoing, "void", "The customer wrote again before it left.", at=now)
        publish(db, conversation, "outgoing", at=now)
        _audit(desk, db, conversation, None, "reply.void", "outgoing", outgoing.id, {})
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
    conversation.waiting_since = None
    conversation.work_state = "answered"
    conversation.last_message_at = now
    _set_status(conversation, "resolved" if outgoing.resolve else "pending", at=now)
    db.add(conversation)
    db.flush()
    publish(db, conversation, "message", at=now, for_widget=True)
    _audit(desk, db, conversation, None, "reply.sent", "message", message.id, {"outgoing": outgoing.id})
    return message


def add_notice(
    db: Session, desk: Desk, conversation: Conversation, *, key: str, text: str, reply: dict[str, Any]
) -> bool:
    """Tell the customer something fixed, from code, once per `key`. False when they were told before."""
    known = db.exec(
        select(Message.id).where(Message.customer_id == conversation.customer_id, Message.external_id == key)
    ).first()
    if known is not None:
        return False
    now = desk.clock()
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
    _audit(desk, db, conversation, None, "notice.sent", "message", message.id, {})
    return True


def show_work(db: Session, desk: Desk, conversation: Conversation, state: WorkState) -> None:
    """Set what the conversation's row shows, and tell the readers."""
    conversation.work_state = state
    db.add(conversation)
    publish(db, conversation, "draft", at=desk.clock())


def add_note(db: Session, desk: Desk, conversation_id: int, text: str, *, by: Person) -> Note:
    """Write a private note.

    Raises:
        InvalidInput: it is empty or over 10,000 characters.
    """
    text = checked_text(text, "note")
    conversation = lock_conversation(db, conversation_id)
    note = Note(conversation_id=conversation_id, author_id=by.id, text=text, created_at=desk.clock())
    db.add(note)
    db.flush()
    publish(db, conversation, "note", at=desk.clock())
    _audit(desk, db, conversation, by, "note.added", "note", note.id, {})
    return note


def assign(db: Session, desk: Desk, conversation_id: int, assignee_id: int | None, *, by: Person) -> None:
    """Give a conversation to somebody, or to nobody."""
    conversation = lock_conversation(db, conversation_id)
    conversation.assignee_id = assignee_id
    db.add(conversation)
    publish(db, conversation, "conversation", at=desk.clock())
    _audit(desk, db, conversation, by, "conversation.assigned", "conversation", conversation_id, {"to": assignee_id})


def set_status(
    db: Session, desk: Desk, conversation_id: int, status: Status, *, by: Person, until: datetime | None = None
) -> None:
    """Open, resolve or snooze a conversation; a snoozed one needs `until`.

    Raises:
        InvalidInput: a snooze without a time in the future.
    """
    now = desk.clock()
    if status == "snoozed" and (until is None or until <= now):
        raise InvalidInput("A snooze needs a time in the future.", fields={"until": "is missing or past"})
    conversation = lock_conversation(db, conversation_id)
    before = conversation.status
    _set_status(conversation, status, at=now)
    conversation.snoozed_until = until if status == "snoozed" else None
    if status == "open" and conversation.waiting_since is None:
        conversation.waiting_since = now
    db.add(conversation)
    publish(db, conversation, "conversation", at=now)
    _audit(
        desk,
        db,
        conversation,
        by,
        "conversation.status",
        "conversation",
        conversation_id,
        {"from": before, "to": status},
    )


def wake_snoozed(db: Session, desk: Desk) -> int:
    """Open again every conversation whose snooze is over; gives how many."""
    now = desk.clock()
    due = db.exec(
        select(Conversation).where(Conversation.status == "snoozed", col(Conversation.snoozed_until) <= now).limit(200)
    ).all()
    for conversation in due:
        conversation.status, conversation.snoozed_until = "open", None
        conversation.waiting_since = conversation.waiting_since or now
        db.add(conversation)
    db.flush()  # every row lock is taken before the audit log's
    for conversation in due:
        publish(db, conversation, "conversation", at=now)
        _audit(desk, db, conversation, None, "conversation.woke", "conversation", conversation.id, {})
    return len(due)


def mark_seen(db: Session, desk: Desk, customer_id: int, message_id: int) -> None:
    """Note that the customer has seen everything up to `message_id`."""
    newest = db.exec(select(Message).where(Message.id == message_id, Message.customer_id == customer_id)).first()
    if newest is None:
        raise NotFound(f"There is no message {message_id}.")
    statement = (
        update(Message)
        .where(
            col(Message.customer_id) == customer_id,
            col(Message.id) <= message_id,
            col(Message.role) != "customer",
            col(Message.seen_at).is_(None),
        )
        .values(seen_at=desk.clock())
    )
    if db.exec(statement).rowcount:
        conversation = db.get(Conversation, newest.conversation_id)
        if conversation is not None:
            publish(db, conversation, "seen", at=desk.clock())


def publish(db: Session, conversation: Conversation, kind: str, *, at: datetime, for_widget: bool = False) -> None:
    """Put an event on the bus: agents hear it always, the customer's widget when `for_widget`."""
    event = Event(
        at=at,
        kind=kind,
        conversation_id=conversation.id or 0,
        customer_id=conversation.customer_id,
        for_widget=for_widget,
    )
    db.add(event)


def _open_conversation(db: Session, customer: Customer, inbound: InboundMessage) -> Conversation:
    query = select(Conversation).where(Conversation.customer_id == customer.id).order_by(col(Conversation.id).desc())
    newest = db.exec(query.with_for_update()).first()
    if newest is not None and newest.status != "resolved":
        return newest
    site = db.get_one(Site, customer.site_id)
    conversation = Conversation(
        site_id=customer.site_id,
        customer_id=customer.id or 0,
        case_number=f"new-{uuid4().hex[:20]}",
        channel=inbound.channel,
        subject=subject_of(inbound.text),
        linked_conversation_id=newest.id if newest else None,
        last_message_at=inbound.received_at,
        created_at=inbound.received_at,
    )
    db.add(conversation)
    db.flush()
    conversation.case_number = (
        f"{site.case_prefix}-{int(site.settings.get('case_start', 1000)) + (conversation.id or 0)}"
    )
    return conversation


def _now_waiting(db: Session, conversation: Conversation, message: Message) -> None:
    conversation.newest_customer_message_id = message.id
    conversation.waiting_since = conversation.waiting_since or message.sent_at
    conversation.last_message_at = message.sent_at
    conversation.work_state = "waiting"
    conversation.status, conversation.snoozed_until, conversation.resolved_at = "open", None, None
    db.add(conversation)


def _set_status(conversation: Conversation, status: str, *, at: datetime) -> None:
    conversation.status = status
    conversation.resolved_at = at if status == "resolved" else None
    if status == "resolved":
        conversation.waiting_since = None


def _waiting_reply(db: Session, conversation_id: int) -> Outgoing | None:
    query = select(Outgoing).where(Outgoing.conversation_id == conversation_id, Outgoing.state == "waiting")
    return db.exec(query).first()


def _find_outgoing(db: Session, outgoing_id: int) -> Outgoing:
    outgoing = db.get(Outgoing, outgoing_id)
    if outgoing is None:
        raise NotFound(f"There is no reply {outgoing_id} on its way.")
    return outgoing


def _close(db: Session, outgoing: Outgoing, state: str, reason: str | None, *, at: datetime) -> None:
    outgoing.state, outgoing.close_reason, outgoing.closed_at = state, reason, at
    db.add(outgoing)


def _audit(
    desk: Desk,
    db: Session,
    conversation: Conversation,
    by: Person | None,
    action: str,
    subject: str,
    subject_id: int | None,
    detail: dict[str, Any],
) -> None:
    actor = Actor("agent", by.id, by.name) if by else SYSTEM
    desk.audit.record(
        db,
        actor=actor,
        action=action,
        subject=subject,
        subject_id=subject_id,
        conversation_id=conversation.id,
        detail=detail,
    )
