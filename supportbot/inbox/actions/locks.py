"""What every write of the inbox shares: locking in one order, telling the readers, and the audit entry.

Locks are always taken in one order: customer, then conversation. Message ids of one customer therefore grow in the
order of their commits, which readers of `after=ID` rely on.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, select

from supportbot.accounts.types import Person
from supportbot.audit.types import SYSTEM
from supportbot.customers.tables import Customer
from supportbot.db import BigId, change_rows, insert_row
from supportbot.errors import NotFound
from supportbot.events.tables import Event
from supportbot.inbox.tables import Conversation
from supportbot.runtime import Runtime


def lock_conversation(db: Session, conversation_id: int) -> Conversation:
    """Read a conversation, holding it and its customer against other writers.

    Raises:
        NotFound: there is no such conversation.
    """
    found: Conversation | None = db.exec(_locking(), params={"id": conversation_id}).first()
    if found is None:
        raise NotFound(f"There is no conversation {conversation_id}.")
    return found


@lru_cache(maxsize=1)
def _locking() -> Any:
    """Both locks in one statement: rows of a common table expression are locked before those that are joined to it."""
    mine = sa.bindparam("id", type_=BigId)
    customer_id = select(Conversation.customer_id).where(Conversation.id == mine).scalar_subquery()
    owner = select(Customer.id).where(Customer.id == customer_id).with_for_update().cte("owner")
    query = select(Conversation).join(owner, owner.c.id == Conversation.customer_id).where(Conversation.id == mine)
    return query.with_for_update(of=Conversation).execution_options(populate_existing=True)


def change_conversation(db: Session, conversation: Conversation, **values: Any) -> None:
    """Change columns of a locked conversation that are not so yet, at once and past the session's unit of work."""
    changed = {name: value for name, value in values.items() if getattr(conversation, name) != value}
    if not changed:
        return
    change_rows(db, Conversation, {"id": conversation.id}, **changed)
    for name, value in changed.items():
        set_committed_value(conversation, name, value)


def publish(db: Session, conversation: Conversation, kind: str, *, at: datetime, for_widget: bool = False) -> None:
    """Put an event on the bus: agents hear it always, the customer's widget when `for_widget`."""
    insert_row(
        db,
        Event,
        at=at,
        kind=kind,
        conversation_id=conversation.id or 0,
        customer_id=conversation.customer_id,
        for_widget=for_widget,
    )


def record(
    db: Session,
    runtime: Runtime,
    conversation: Conversation,
    action: str,
    *,
    by: Person | None,
    subject: str,
    subject_id: int | None,
    detail: Mapping[str, Any],
) -> None:
    """Append to the audit log what a person did to a conversation; `by` None means supportbot itself."""
    runtime.audit.record(
        db,
        actor=by.actor if by else SYSTEM,
        action=action,
        subject=subject,
        subject_id=subject_id,
        conversation_id=conversation.id,
        detail=detail,
    )
