"""Another draft of the same message: what was drafted is put out of use, and a new job is enqueued."""

from sqlalchemy import update
from sqlmodel import Session, col, select

from supportbot.accounts.types import Person
from supportbot.drafting.actions.draft_rows import lock_draft, record_act, require_state, state_of
from supportbot.drafting.queries import REGENERATED
from supportbot.drafting.tables import Draft
from supportbot.errors import Conflict
from supportbot.inbox import actions as inbox
from supportbot.inbox.tables import Conversation
from supportbot.runtime import Runtime

MOST_DRAFTS = 10


def regenerate(db: Session, runtime: Runtime, draft_id: int, *, by: Person) -> int:
    """Ask for a new draft of the same message; gives the new generation.

    Raises:
        Conflict: the draft answers an older message or is already decided.
    """
    draft, conversation = lock_draft(db, draft_id)
    require_state(state_of(draft, conversation), "ready", "held", "failed", "rejected")
    return draft_again(db, runtime, draft, by=by, conversation=conversation)


def draft_again(db: Session, runtime: Runtime, draft: Draft, *, conversation: Conversation, by: Person) -> int:
    """Void what was drafted for a message and enqueue a new draft; gives its generation. The conversation is locked.

    Raises:
        Conflict: ten drafts were made for it.
    """
    query = select(Draft.generation).where(Draft.message_id == draft.message_id).order_by(col(Draft.generation).desc())
    generation = (db.exec(query).first() or 1) + 1
    if generation > MOST_DRAFTS:
        raise Conflict("Ten drafts were made for this message. Write the reply by hand.")
    void_drafts(db, runtime, draft.message_id)
    inbox.show_work(db, runtime, conversation, "waiting")
    record_act(db, runtime, draft, REGENERATED, {"generation": generation}, by=by)
    runtime.engine.enqueue(
        db,
        inbox.DRAFT_JOB,
        key=f"draft:{draft.message_id}:g{generation}",
        ids={"message_id": draft.message_id, "generation": generation},
    )
    return generation


def void_drafts(db: Session, runtime: Runtime, message_id: int) -> None:
    """Put every draft of a message that could still be let go, or is being written, out of use."""
    statement = (
        update(Draft)
        .where(
            col(Draft.message_id) == message_id,
            col(Draft.state).in_(("ready", "held", "failed", "compared", "drafting")),
        )
        .values(state="void", state_reason="A new draft was asked for.", closed_at=runtime.clock())
    )
    db.exec(statement)
