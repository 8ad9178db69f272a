"""Reads of the inbox. Lists page by key, never by offset, and count only up to a cap."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.accounts.tables import Agent
from supportbot.customers.tables import Customer, Site
from supportbot.db import BigId, UtcDateTime, rows_of
from supportbot.db.batch_read import Fetched
from supportbot.errors import NotFound
from supportbot.events.tables import Event
from supportbot.inbox.pagination import LIST_PAGE, THREAD_PAGE, Cursor
from supportbot.inbox.tables import Conversation, Message, Outgoing

View = Literal["all", "mine", "unassigned", "held", "failed", "snoozed", "pending", "resolved"]
VIEWS: tuple[View, ...] = get_args(View)
COUNT_CAP = 100


@dataclass(frozen=True, slots=True)
class ConversationLine:
    """One row of a list."""

    conversation: Conversation
    customer: Customer
    assignee: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `next` is None on the last."""

    lines: tuple[ConversationLine, ...]
    next: Cursor | None


def list_conversations(
    db: Session, view: View, person_id: int, *, after: Cursor | None = None, size: int = LIST_PAGE
) -> Page:
    """One page of a view: waiting ones longest first, the others newest first."""
    waiting_first = view not in ("snoozed", "pending", "resolved")
    order = col(Conversation.waiting_since) if waiting_first else col(Conversation.last_message_at)
    query = (
        select(Conversation, Customer, Agent.name)
        .join(Customer, col(Customer.id) == col(Conversation.customer_id))
        .outerjoin(Agent, col(Agent.id) == col(Conversation.assignee_id))
        .where(*_belongs(view, person_id))
    )
    key = sa.tuple_(order, col(Conversation.id))
    if after is not None:
        edge = sa.tuple_(
            sa.literal(after.at, UtcDateTime()),
            sa.literal(after.id, BigId),
        )
        query = query.where(key > edge if waiting_first else key < edge)
    direction = (
        (order.asc(), col(Conversation.id).asc()) if waiting_first else (order.desc(), col(Conversation.id).desc())
    )
    rows = db.exec(query.order_by(*direction).limit(size + 1)).all()
    lines = tuple(ConversationLine(*row) for row in rows[:size])
    if len(rows) <= size:
        return Page(lines, None)
    last = lines[-1].conversation
    at = last.waiting_since if waiting_first else last.last_message_at
    return Page(lines, Cursor(at or last.last_message_at, last.id or 0))


def count_views(db: Session, person_id: int) -> dict[View, int]:
    """How many conversations each view holds, counted up to 100 each, in one statement."""
    columns = []
    for view in VIEWS:
        inner = select(sa.literal(1)).select_from(Conversation).where(*_belongs(view, person_id)).limit(COUNT_CAP)
        columns.append(select(sa.func.count()).select_from(inner.subquery()).scalar_subquery().label(view))
    row = db.connection().execute(sa.select(*columns)).one()
    return dict(zip(VIEWS, row, strict=True))


def others_named(db: Session, names: Collection[str], *, conversation_id: int) -> frozenset[str]:
    """Which of these are names of other customers of the shop than the one who writes here.

    Only of customers that the shop vouched for: a visitor's name may be any words.
    """
    if not names:
        return frozenset()
    given = {"id": conversation_id, "names": sorted(names)}
    return frozenset(db.connection().execute(_others_named(), given).scalars())


@lru_cache(maxsize=1)
def _others_named() -> Any:
    customer, conversation = rows_of(Customer).c, rows_of(Conversation).c
    return sa.select(customer.name).where(
        conversation.id == sa.bindparam("id", type_=BigId),
        customer.name.in_(sa.bindparam("names", expanding=True)),
        customer.site_id == conversation.site_id,
        customer.id != conversation.customer_id,
        customer.external_id.is_not(None),
    )


def find_conversation(db: Session, conversation_id: int) -> tuple[Conversation, Customer, Site]:
    """A conversation with its customer and shop.

    Raises:
        NotFound: there is no such conversation.
    """
    query = (
        select(Conversation, Customer, Site)
        .join(Customer, col(Customer.id) == col(Conversation.customer_id))
        .join(Site, col(Site.id) == col(Conversation.site_id))
        .where(Conversation.id == conversation_id)
    )
    row = db.exec(query).first()
    if row is None:
        raise NotFound(f"There is no conversation {conversation_id}.")
    return row[0], row[1], row[2]


def desk_reads() -> dict[str, Any]:
    """The newest reply let go in a conversation, and the customer's other ones; see `Together`.

    They ask for the parameters `conversation_id` and `customer_id`.
    """
    conversation_id = sa.bindparam("conversation_id", type_=BigId)
    newest_first = select(Outgoing).where(Outgoing.conversation_id == conversation_id).order_by(col(Outgoing.id).desc())
    others = (
        select(Conversation)
        .where(Conversation.customer_id == sa.bindparam("customer_id", type_=BigId), Conversation.id != conversation_id)
        .order_by(col(Conversation.id).desc())
    )
    return {"outgoing": newest_first.limit(1), "past": others.limit(5)}


def open_outgoing(found: Fetched) -> Outgoing | None:
    """The newest reply on its way or stopped on its way; None when the last one was sent or undone."""
    newest: Outgoing | None = next(iter(found["outgoing"]), None)
    return newest if newest is not None and newest.state in ("waiting", "void") else None


def replies_leaving(db: Session, author_id: int, *, limit: int = 3) -> Sequence[tuple[Outgoing, Customer]]:
    """What a person let go and can still take back, newest first, with who will get it."""
    query = (
        select(Outgoing, Customer)
        .join(Conversation, col(Conversation.id) == col(Outgoing.conversation_id))
        .join(Customer, col(Customer.id) == col(Conversation.customer_id))
        .where(Outgoing.author_id == author_id, Outgoing.state == "waiting")
        .order_by(col(Outgoing.id).desc())
        .limit(limit)
    )
    return db.exec(query).all()


def widget_messages(
    db: Session, customer_id: int, *, after: int = 0, before: int | None = None, limit: int = THREAD_PAGE
) -> tuple[list[dict[str, Any]], bool]:
    """What a customer's widget may see, oldest first: an explicit list of fields and nothing else.

    Args:
        after: what follows this message; 0 for the newest there are.
        before: what came before this message, instead.

    Returns:
        The messages, and whether there are more of them in the direction that is read.
    """
    query = select(Message).where(Message.customer_id == customer_id)
    if after:
        rows = db.exec(query.where(col(Message.id) > after).order_by(col(Message.id)).limit(limit + 1)).all()
        return [_widget_message(message) for message in rows[:limit]], len(rows) > limit
    if before is not None:
        query = query.where(col(Message.id) < before)
    newest_first = db.exec(query.order_by(col(Message.id).desc()).limit(limit + 1)).all()
    return [_widget_message(message) for message in reversed(newest_first[:limit])], len(newest_first) > limit


def widget_state(db: Session, customer_id: int) -> Conversation | None:
    """The customer's newest conversation; None when they never wrote."""
    query = select(Conversation).where(Conversation.customer_id == customer_id).order_by(col(Conversation.id).desc())
    return db.exec(query.limit(1)).first()


def newest_act_at(db: Session) -> datetime | None:
    """When the newest message was sent, or somebody who works here was added; None before the first."""
    newest = select(Message.sent_at).order_by(col(Message.id).desc()).limit(1)
    found = (db.exec(newest).first(), db.exec(select(sa.func.max(Agent.created_at))).one())
    return max((at for at in found if at is not None), default=None)


def newest_event_id(db: Session) -> int:
    """The highest event id so far, 0 when there is none."""
    return db.exec(select(sa.func.max(Event.id))).one() or 0


def _belongs(view: View, person_id: int) -> list[sa.ColumnElement[bool]]:
    status = col(Conversation.status)
    if view in ("snoozed", "pending", "resolved"):
        return [status == view]
    conditions = [status == "open", col(Conversation.waiting_since).is_not(None)]
    if view == "mine":
        conditions.append(col(Conversation.assignee_id) == person_id)
    elif view == "unassigned":
        conditions.append(col(Conversation.assignee_id).is_(None))
    elif view == "held":
        conditions.append(col(Conversation.hold_kind).is_not(None))
    elif view == "failed":
        conditions.append(col(Conversation.work_state) == "failed")
    return conditions


def _widget_message(message: Message) -> dict[str, Any]:
    reply = message.reply
    return {
        "id": message.id,
        "role": message.role,
        "text": message.text,
        "reply": {name: reply[name] for name in ("answer", "details", "case_fields", "next_actions", "sign_off")}
        if reply
        else None,
        "sent_at": message.sent_at.isoformat(),
        "client_message_id": message.external_id if message.role == "customer" else None,
        "seen_at": message.seen_at.isoformat() if message.seen_at else None,
    }
