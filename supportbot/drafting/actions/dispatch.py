"""A draft that was let go: its reply is taken back in time, or leaves."""

from sqlalchemy import update
from sqlmodel import Session, col, select

from supportbot.accounts.types import Person
from supportbot.db import lock_row
from supportbot.drafting.actions.draft_rows import change_state
from supportbot.drafting.rules.draft_state import shown_state
from supportbot.drafting.tables import Draft
from supportbot.inbox import actions as inbox
from supportbot.inbox.tables import Conversation, Outgoing
from supportbot.inbox.types import WorkState
from supportbot.runtime import Runtime
from supportbot.training.actions import remove_label_of_reply


def undo(db: Session, runtime: Runtime, outgoing_id: int, *, by: Person) -> Outgoing:
    """Take back what is about to leave; its draft stands as it did before.

    Raises:
        Conflict: it has left already.
        Forbidden: somebody else let it go.
    """
    outgoing = inbox.find_outgoing(db, outgoing_id)
    conversation = inbox.lock_conversation(db, outgoing.conversation_id)
    draft = lock_row(db, Draft, outgoing.draft_id) if outgoing.draft_id else None
    before: WorkState = "held" if draft is not None and draft.hold_kind else "ready"
    shown = before if draft is not None else _shown_without_reply(db, conversation)
    outgoing = inbox.undo_reply(db, runtime, outgoing_id, by=by, work_state=shown)
    remove_label_of_reply(db, runtime.audit, outgoing_id, by=by, at=runtime.clock())
    if draft is not None:
        draft.edited, draft.closed_by_id, draft.closed_at = False, None, None
        change_state(db, draft, "approved", before)
    return outgoing


def _shown_without_reply(db: Session, conversation: Conversation) -> WorkState:
    if conversation.waiting_since is None:
        return "answered"
    query = select(Draft).where(Draft.message_id == conversation.newest_customer_message_id)
    rows = db.exec(query.order_by(col(Draft.id).desc())).all()
    return shown_state({row.state for row in rows if row.generation == rows[0].generation})


def send_approved(db: Session, runtime: Runtime, outgoing_id: int) -> bool:
    """Send what was let go ten seconds ago, if it still answers the newest message. True when it left."""
    message = inbox.send_reply(db, runtime, outgoing_id)
    outgoing = db.get(Outgoing, outgoing_id)
    if outgoing is None or outgoing.state not in ("sent", "void"):
        return False
    if outgoing.draft_id:
        draft = lock_row(db, Draft, outgoing.draft_id)
        if draft.state == "approved":
            draft.state_reason = outgoing.close_reason
            change_state(db, draft, "approved", outgoing.state)
    if message is not None:
        _void_open_drafts(db, runtime, outgoing.conversation_id)
    return message is not None


def _void_open_drafts(db: Session, runtime: Runtime, conversation_id: int) -> None:
    statement = (
        update(Draft)
        .where(
            col(Draft.conversation_id) == conversation_id,
            col(Draft.state).in_(("ready", "held", "failed", "drafting")),
        )
        .values(state="void", state_reason="A person answered.", closed_at=runtime.clock())
    )
    db.exec(statement)
