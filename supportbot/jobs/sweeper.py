"""The net under the job engine: no accepted message stays without an outcome, whatever happened to its job."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from supportbot.customers.tables import WidgetSession
from supportbot.drafting.actions.failed_drafts import fail_message
from supportbot.drafting.queries import regenerations
from supportbot.events.tables import Event
from supportbot.gateway.actions import prune_reservations
from supportbot.inbox.actions import DRAFT_JOB
from supportbot.inbox.tables import Conversation, Message
from supportbot.runtime import Runtime

RETRY_AFTER_S = 90
GIVE_UP_AFTER_S = 120
RESERVATION_DAYS = 30
REASON = f"No draft was made within {GIVE_UP_AFTER_S // 60} minutes."


def sweep(db: Session, runtime: Runtime) -> dict[str, int]:
    """Enqueue late drafts again and hand the very late ones to a person; counts of both."""
    now = runtime.clock()
    given_up = retried = 0
    for late in _late(db, now - timedelta(seconds=RETRY_AFTER_S)):
        waited = (now - late.asked_at).total_seconds()
        if waited >= GIVE_UP_AFTER_S:
            given_up += fail_message(db, runtime, late.message_id, REASON)
            continue
        again = f"g{late.generation}:" if late.generation > 1 else ""
        key = f"draft:{late.message_id}:{again}{int(waited) // 15}"
        ids = {"message_id": late.message_id, "generation": late.generation}
        runtime.engine.enqueue(db, DRAFT_JOB, key=key, ids=ids)
        retried += 1
    return {"retried": retried, "given_up": given_up}


def prune(db: Session, now: datetime) -> None:
    """Remove events older than two days, widget sessions that ended a week ago, reservations older than a month."""
    for table, column, edge in (
        (Event, col(Event.at), now - timedelta(days=2)),
        (WidgetSession, col(WidgetSession.expires_at), now - timedelta(days=7)),
    ):
        for row in db.exec(select(table).where(column < edge).limit(5000)):
            db.delete(row)
    prune_reservations(db, now - timedelta(days=RESERVATION_DAYS))


@dataclass(frozen=True, slots=True)
class _Late:
    """A draft that should be there; `asked_at` is when the message came, or when a person asked for a new draft."""

    message_id: int
    generation: int
    asked_at: datetime


def _late(db: Session, before: datetime) -> list[_Late]:
    query = (
        select(Message)
        .join(Conversation, col(Conversation.newest_customer_message_id) == col(Message.id))
        .where(col(Conversation.work_state).in_(("waiting", "drafting")), col(Message.sent_at) < before)
        .order_by(col(Message.id))
        .limit(100)
    )
    messages = db.exec(query).all()
    again = regenerations(db, [message.conversation_id for message in messages])
    found = []
    for message in messages:
        asked_at, generation = again.get(message.conversation_id, (message.sent_at, 1))
        if asked_at < message.sent_at:
            asked_at, generation = message.sent_at, 1
        if asked_at < before:
            found.append(_Late(message.id or 0, generation, asked_at))
    return found
