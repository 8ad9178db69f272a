"""A conversation read in stretches: the newest first, each earlier one by the oldest message seen."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from supportbot.errors import NotFound
from supportbot.inbox.tables import Message, Note

STRETCH = 200


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a conversation with the notes written meanwhile, oldest first.

    Attributes:
        earlier: ask for what came `before` this message next; None where the conversation begins.
    """

    messages: Sequence[Message]
    notes: Sequence[Note]
    earlier: int | None


def read_stretch(db: Session, conversation_id: int, *, before: int | None = None, size: int = STRETCH) -> Stretch:
    """The newest `size` messages of a conversation, or those before one of its messages. Two statements.

    Raises:
        NotFound: `before` is no message of this conversation.
    """
    mine = select(Message).where(Message.conversation_id == conversation_id).order_by(col(Message.id).desc())
    if before is not None:
        mine = mine.where(col(Message.id) <= before)
    rows, edge = list(db.exec(mine.limit(size + 2 if before else size + 1))), None
    if before is not None:
        if not rows or rows[0].id != before:
            raise NotFound(f"There is no message {before} in this conversation.")
        edge, *rows = rows
    messages = rows[:size][::-1]
    has_more = len(rows) > size
    notes = select(Note).where(Note.conversation_id == conversation_id).order_by(col(Note.id).desc()).limit(size)
    if has_more:
        notes = notes.where(col(Note.created_at) >= messages[0].sent_at)
    if edge is not None:
        notes = notes.where(col(Note.created_at) < edge.sent_at)
    return Stretch(messages, list(db.exec(notes))[::-1], messages[0].id if has_more else None)
