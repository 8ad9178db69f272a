"""What happens to a conversation besides answering: notes, assignment, status, sleep. Actions never commit."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from supportbot.accounts.queries import people
from supportbot.accounts.types import Person
from supportbot.errors import Forbidden, InvalidInput
from supportbot.inbox.actions.case_aid_jobs import ask_for_aid
from supportbot.inbox.actions.locks import change_conversation, lock_conversation, publish, record
from supportbot.inbox.rules import checked_text, closing_refusal
from supportbot.inbox.tables import Conversation, Note
from supportbot.inbox.types import SUMMARY, Status, WorkState
from supportbot.runtime import Runtime

LONGEST_SNOOZE = timedelta(days=366)


def show_work(db: Session, runtime: Runtime, conversation: Conversation, state: WorkState, **shown: Any) -> None:
    """Set what the conversation's row shows, its state and other columns, and tell the readers.

    A reply on its way is shown before any draft.
    """
    if conversation.work_state != "sending":
        shown["work_state"] = state
    change_conversation(db, conversation, **shown)
    publish(db, conversation, "draft", at=runtime.clock())


def add_note(db: Session, runtime: Runtime, conversation_id: int, text: str, *, by: Person) -> Note:
    """Write a private note.

    Raises:
        InvalidInput: it is empty or over 10,000 characters.
    """
    text = checked_text(text, "note")
    conversation = lock_conversation(db, conversation_id)
    note = Note(conversation_id=conversation_id, author_id=by.id, text=text, created_at=runtime.clock())
    db.add(note)
    db.flush()
    publish(db, conversation, "note", at=runtime.clock())
    record(db, runtime, conversation, "note.added", by=by, subject="note", subject_id=note.id, detail={})
    return note


def assign(db: Session, runtime: Runtime, conversation_id: int, assignee_id: int | None, *, by: Person) -> None:
    """Give a conversation to somebody who works here, or to nobody. When it changes hands it is summarised.

    Raises:
        InvalidInput: nobody here has that id, or they were shut out.
    """
    if assignee_id is not None and assignee_id not in {person.id for person in people(db)}:
        raise InvalidInput(
            f"Nobody here has the id {assignee_id}. Choose somebody from the list.", fields={"assignee": "unknown"}
        )
    conversation = lock_conversation(db, conversation_id)
    if conversation.assignee_id is not None and assignee_id not in (None, conversation.assignee_id):
        ask_for_aid(db, runtime, conversation, SUMMARY)
    conversation.assignee_id = assignee_id
    db.add(conversation)
    publish(db, conversation, "conversation", at=runtime.clock())
    _record_change(db, runtime, conversation, "conversation.assigned", by, {"to": assignee_id})


def set_status(
    db: Session, runtime: Runtime, conversation_id: int, status: Status, *, by: Person, until: datetime | None = None
) -> None:
    """Open, resolve or snooze a conversation; a snoozed one needs `until`.

    Raises:
        InvalidInput: a snooze without a time within the next year.
        Forbidden: it is held, and this person may not release it.
    """
    now = runtime.clock()
    if status == "snoozed" and (until is None or not now < until <= now + LONGEST_SNOOZE):
        raise InvalidInput(
            "A snooze needs a time in the future, at most a year ahead.",
            fields={"until": "is missing, past or too far away"},
        )
    conversation = lock_conversation(db, conversation_id)
    refusal = closing_refusal(by, hold_kind=conversation.hold_kind, work_state=conversation.work_state)
    if refusal and status in ("resolved", "snoozed"):
        raise Forbidden(refusal)
    before = conversation.status
    conversation.status = status
    conversation.resolved_at = now if status == "resolved" else None
    conversation.snoozed_until = until if status == "snoozed" else None
    if status == "resolved":
        conversation.waiting_since = None
    if status == "open" and conversation.waiting_since is None:
        conversation.waiting_since = now
    db.add(conversation)
    publish(db, conversation, "conversation", at=now)
    _record_change(db, runtime, conversation, "conversation.status", by, {"from": before, "to": status})


def wake_snoozed(db: Session, runtime: Runtime) -> int:
    """Open again every conversation whose snooze is over; gives how many. One that a person holds waits its turn."""
    now = runtime.clock()
    query = (
        select(Conversation)
        .where(Conversation.status == "snoozed", col(Conversation.snoozed_until) <= now)
        .order_by(col(Conversation.id))
        .limit(200)
        .with_for_update(skip_locked=True)
    )
    due = db.exec(query).all()
    for conversation in due:
        conversation.status, conversation.snoozed_until = "open", None
        conversation.waiting_since = conversation.waiting_since or now
        db.add(conversation)
    db.flush()  # every row lock is taken before the audit log's
    for conversation in due:
        publish(db, conversation, "conversation", at=now)
        _record_change(db, runtime, conversation, "conversation.woke", None, {})
    return len(due)


def _record_change(
    db: Session, runtime: Runtime, conversation: Conversation, action: str, by: Person | None, detail: dict[str, object]
) -> None:
    record(db, runtime, conversation, action, by=by, subject="conversation", subject_id=conversation.id, detail=detail)
