"""Writes of the inbox. This module receives; the others stand beside it and are reached through it.

Actions never commit. See `locks.py` for the order in which they lock.
"""

from uuid import uuid4

from sqlalchemy import update
from sqlmodel import Session, col, select

from supportbot.audit.types import Actor
from supportbot.customers.tables import Customer, Site
from supportbot.db import lock_row
from supportbot.errors import NotFound
from supportbot.inbox.actions.locks import publish
from supportbot.inbox.rules import subject_of
from supportbot.inbox.tables import Conversation, Message
from supportbot.inbox.types import InboundMessage, Received
from supportbot.runtime import Runtime

DRAFT_JOB = "draft_reply"


def receive_message(db: Session, runtime: Runtime, inbound: InboundMessage) -> Received:
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
    runtime.audit.record(
        db,
        actor=Actor("customer", customer.id, customer.name),
        action="message.received",
        subject="message",
        subject_id=message_id,
        conversation_id=conversation.id,
        detail={"channel": inbound.channel},
    )
    runtime.engine.enqueue(db, DRAFT_JOB, key=f"draft:{message_id}", ids={"message_id": message_id})
    return Received(message_id, conversation.id or 0, is_new=True)


def mark_seen(db: Session, runtime: Runtime, customer_id: int, message_id: int) -> None:
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
        .values(seen_at=runtime.clock())
    )
    if db.exec(statement).rowcount:
        conversation = db.get(Conversation, newest.conversation_id)
        if conversation is not None:
            publish(db, conversation, "seen", at=runtime.clock())


def _open_conversation(db: Session, customer: Customer, inbound: InboundMessage) -> Conversation:
    newest = db.exec(
        select(Conversation)
        .where(Conversation.customer_id == customer.id)
        .order_by(col(Conversation.status) == "resolved", col(Conversation.id).desc())
        .limit(1)
        .with_for_update()
    ).first()
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
