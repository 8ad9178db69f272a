"""Pages: how long they are, where a page of a list ends, and a conversation read in stretches, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from supportbot.errors import InvalidInput, NotFound
from supportbot.inbox.tables import Message, Note

LIST_PAGE = 50  # conversations
THREAD_PAGE = 200  # messages


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page of a list ends: the ordering moment and the id of its last row."""

    at: datetime
    id: int

    @property
    def text(self) -> str:
        """As it travels in an address."""
        return f"{self.at.isoformat()}_{self.id}"


def parse_cursor(text: str | None) -> Cursor | None:
    """The cursor of an address; None when there is none.

    Raises:
        InvalidInput: it is not one that a list gave.
    """
    if not text:
        return None
    try:
        at, _, row_id = text.rpartition("_")
        cursor = Cursor(datetime.fromisoformat(at).astimezone(UTC), int(row_id))
    except (ValueError, OverflowError):
        raise InvalidInput("'after' is not a cursor of this list. Leave it out to start again.") from None
    if not 0 <= cursor.id < 2**63:
        raise InvalidInput("'after' is not a cursor of this list. Leave it out to start again.")
    return cursor


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a conversation with the notes written meanwhile, oldest first.

    Attributes:
        earlier: ask for what came `before` this message next; None where the conversation begins.
    """

    messages: Sequence[Message]
    notes: Sequence[Note]
    earlier: int | None


def read_stretch(db: Session, conversation_id: int, *, before: int | None = None, size: int = THREAD_PAGE) -> Stretch:
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
