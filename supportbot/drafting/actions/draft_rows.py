"""A draft's row under an act: locked, looked at, moved on by one at a time, and noted in the audit log."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from supportbot.accounts.types import Person
from supportbot.db import lock_row
from supportbot.drafting.rules.draft_state import effective_state
from supportbot.drafting.tables import Draft
from supportbot.errors import Conflict, NotFound
from supportbot.inbox import actions as inbox
from supportbot.inbox.tables import Conversation
from supportbot.runtime import Runtime


def lock_draft(db: Session, draft_id: int) -> tuple[Draft, Conversation]:
    """A draft and its conversation, both locked.

    Raises:
        NotFound: there is no such draft.
    """
    conversation_id = db.exec(select(Draft.conversation_id).where(Draft.id == draft_id)).first()
    if conversation_id is None:
        raise NotFound(f"There is no draft {draft_id}.")
    conversation = inbox.lock_conversation(db, conversation_id)
    return lock_row(db, Draft, draft_id), conversation


def state_of(draft: Draft, conversation: Conversation) -> str:
    """Its state as of now: one that answers an older message is void."""
    return effective_state(
        draft.state,
        message_id=draft.message_id,
        newest_customer_message_id=conversation.newest_customer_message_id,
    )


def require_state(state: str, *wanted: str) -> None:
    """Let only these states through.

    Raises:
        Conflict: why a draft in this state cannot be acted on so.
    """
    if state in wanted:
        return
    words = {
        "compared": "This draft was made for the divergence log only; it is never sent.",
        "void": "This draft is out of date: the customer wrote again or a person answered.",
        "approved": "This draft was approved already.",
        "sent": "This draft was sent already.",
        "rejected": "This draft was rejected.",
        "failed": "There is no draft to send: the model did not answer.",
        "drafting": "This draft is still being written.",
        "held": "This draft is held. It has to be released.",
        "ready": "This draft is not held. Approve it instead.",
    }
    raise Conflict(words.get(state, f"This draft is {state}."), code=state)


def close(db: Session, runtime: Runtime, draft: Draft, state: str, *, by: Person | None) -> None:
    """Move a draft on, and note who did it and when."""
    draft.closed_by_id = by.id if by else None
    draft.closed_at = runtime.clock()
    change_state(db, draft, draft.state, state)


def change_state(db: Session, draft: Draft, before: str, after: str) -> None:
    """Change a state only from the one we saw; the row count tells whether somebody was faster."""
    db.flush()
    statement = update(Draft).where(col(Draft.id) == draft.id, col(Draft.state) == before).values(state=after)
    if db.exec(statement).rowcount != 1:
        raise Conflict("Somebody else decided about this draft a moment ago. Look again.")
    db.refresh(draft)


def record_act(
    db: Session, runtime: Runtime, draft: Draft, action: str, detail: Mapping[str, Any], *, by: Person
) -> None:
    """Note in the audit log what a person did with a draft."""
    runtime.audit.record(
        db,
        actor=by.actor,
        action=action,
        subject="draft",
        subject_id=draft.id,
        conversation_id=draft.conversation_id,
        detail=detail,
    )
