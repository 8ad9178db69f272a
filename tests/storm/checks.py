"""What must hold after a storm, asked of the database alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, func, select

from supportbot.drafting.tables import Draft
from supportbot.inbox.tables import Message, Outgoing
from tests.storm.customers import Acknowledged

FINISHED = ("ready", "held", "approved", "sent")


@dataclass(frozen=True, slots=True)
class Losses:
    """Ids of what went wrong; all empty when nothing did."""

    missing: tuple[str, ...]
    doubled_messages: tuple[str, ...]
    undrafted: tuple[int, ...]
    doubled_drafts: tuple[tuple[int, str], ...]
    unsent_replies: tuple[int, ...]
    doubled_replies: tuple[int, ...]


def find_losses(db: Session, acknowledged: Sequence[Acknowledged]) -> Losses:
    """Compare what was acknowledged with what is stored. Each acknowledged message is its visitor's only one."""
    ids = {message.message_id for message in acknowledged}
    rows = db.exec(select(Message.external_id, Message.id).where(_by_customers()))
    # The channel puts its own name before the client's id.
    stored = {(row[0] or "").rpartition(":")[2]: row[1] for row in rows}
    return Losses(
        missing=tuple(m.client_message_id for m in acknowledged if stored.get(m.client_message_id) != m.message_id),
        doubled_messages=tuple(_more_than_one(db, col(Message.external_id), _by_customers())),
        undrafted=tuple(sorted(ids - _drafted(db))),
        doubled_drafts=tuple(_doubled_drafts(db)),
        unsent_replies=tuple(db.exec(select(Outgoing.id).where(Outgoing.state == "waiting"))),
        doubled_replies=tuple(_more_than_one(db, col(Message.conversation_id), col(Message.role) == "agent")),
    )


def undrafted_count(db: Session, acknowledged: Sequence[Acknowledged]) -> int:
    """How many acknowledged messages have no finished draft yet."""
    return len({message.message_id for message in acknowledged} - _drafted(db))


def waiting_replies(db: Session) -> int:
    """How many replies are on their way."""
    return db.exec(select(func.count()).select_from(Outgoing).where(Outgoing.state == "waiting")).one()


def sent_replies(db: Session) -> int:
    """How many replies reached their conversations."""
    return db.exec(select(func.count()).select_from(Message).where(Message.role == "agent")).one()


def _by_customers() -> ColumnElement[bool]:
    return col(Message.role) == "customer"


def _drafted(db: Session) -> set[int]:
    return set(db.exec(select(Draft.message_id).where(col(Draft.state).in_(FINISHED))))


def _doubled_drafts(db: Session) -> list[tuple[int, str]]:
    grouped = select(Draft.message_id, Draft.task).group_by(col(Draft.message_id), col(Draft.task))
    return [(row[0], row[1]) for row in db.exec(grouped.having(func.count() > 1))]


def _more_than_one(db: Session, column: Mapped[Any], condition: ColumnElement[bool]) -> list[Any]:
    return list(db.exec(select(column).where(condition).group_by(column).having(func.count() > 1)))
