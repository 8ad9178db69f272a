"""The net under the job engine: no accepted message stays without an outcome, whatever happened to its job."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from supportbot.drafting.saving import fail_message
from supportbot.inbox.actions import DRAFT_JOB
from supportbot.inbox.desk import Desk
from supportbot.inbox.tables import Conversation, Event, Message, WidgetSession

RETRY_AFTER_S = 90
GIVE_UP_AFTER_S = 120
REASON = "No draft was made within two minutes."


def sweep(db: Session, desk: Desk) -> dict[str, int]:
    """Enqueue late drafts again and hand the very late ones to a person; counts of both."""
    now = desk.clock()
    late = _late(db, now - timedelta(seconds=RETRY_AFTER_S))
    given_up = retried = 0
    for message in late:
        waited = (now - message.sent_at).total_seconds()
        if waited >= GIVE_UP_AFTER_S:
            given_up += fail_message(db, desk, message.id or 0, REASON)
        else:
            key = f"draft:{message.id}:{int(waited) // 15}"
            desk.engine.enqueue(db, DRAFT_JOB, key=key, ids={"message_id": message.id or 0})
            retried += 1
    return {"retried": retried, "given_up": given_up}


def prune(db: Session, now: datetime) -> None:
    """Remove events older than two days and widget sessions that ended a week ago."""
    for table, column, edge in (
        (Event, col(Event.at), now - timedelta(days=2)),
        (WidgetSession, col(WidgetSession.expires_at), now - timedelta(days=7)),
    ):
        for row in db.exec(select(table).where(column < edge).limit(5000)):
            db.delete(row)


def _late(db: Session, before: datetime) -> list[Message]:
    query = (
        select(Message)
        .join(Conversation, col(Conversation.newest_customer_message_id) == col(Message.id))
        .where(col(Conversation.work_state).in_(("waiting", "drafting")), col(Message.sent_at) < before)
        .order_by(col(Message.id))
        .limit(100)
    )
    return list(db.exec(query).all())
