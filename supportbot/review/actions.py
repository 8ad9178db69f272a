"""Writes of the weekly review. Actions never commit; every one locks its week first, so that they come one by one."""

from datetime import datetime

from sqlmodel import Session, col, select

from supportbot.accounts.rules import may
from supportbot.accounts.types import Person
from supportbot.errors import Conflict, Forbidden, NotFound
from supportbot.inbox.tables import Conversation
from supportbot.review import rules, sample
from supportbot.review.draw import as_drawn, draw_week
from supportbot.review.population import candidates, week_span, week_zone
from supportbot.review.queries import ItemState, week_items
from supportbot.review.tables import ReviewItem, ReviewReplacement, ReviewWeek, Scorecard
from supportbot.review.types import Marks
from supportbot.runtime import Runtime

__all__ = ["close_week", "draw_week", "replace_item", "submit_scorecard"]


def submit_scorecard(
    db: Session,
    runtime: Runtime,
    week: str,
    position: int,
    marks: Marks,
    *,
    by: Person,
    opened_at: datetime | None = None,
) -> Scorecard:
    """Store one person's marks on one item; they never change afterwards.

    Raises:
        Forbidden: this person does not review.
        NotFound: there is no such item.
        Conflict: it was marked already, or the week is closed.
    """
    state = _open_item(db, week, position, by)
    if state.card_of(by) is not None:
        raise Conflict("You marked this conversation already. Marks that were submitted do not change.", code="marked")
    if state.is_complete:
        raise Conflict("Somebody else marked this conversation a moment ago. Go on with the next one.", code="marked")
    card = Scorecard(
        item_id=state.item.id or 0,
        reviewer_id=by.id,
        marks=dict(marks.by_criterion),
        cause=marks.cause or None,
        opened_at=opened_at,
        submitted_at=runtime.clock(),
    )
    db.add(card)
    db.flush()
    detail = {"week": week, "position": position, "no": sum(mark == "no" for mark in marks.by_criterion.values())}
    _audit(db, runtime, by, "review.marked", state.item, detail)
    return card


def replace_item(db: Session, runtime: Runtime, week: str, position: int, reason: str, *, by: Person) -> ReviewItem:
    """Give an item's place to the next conversation of its kind; what stood there is kept and counted.

    Raises:
        InvalidInput: no reason was given.
        Forbidden: this person does not review.
        NotFound: there is no such item.
        Conflict: it was marked already, the week is closed, or nothing is left to take its place.
    """
    written = rules.read_reason(reason, longest=rules.LONGEST_REPLACE_REASON)
    state = _open_item(db, week, position, by)
    if state.cards:
        raise Conflict("This conversation was marked already, so it stays.", code="marked")
    item, row = state.item, db.get_one(ReviewWeek, week)
    name = db.get_one(Conversation, item.conversation_id).case_number
    found = candidates(db, week_span(week, week_zone(row)))
    new = sample.substitute(week, found, as_drawn(item, item.conversation_id, name), taken=_taken(db, week))
    if new is None:
        raise Conflict("Nothing of this kind is left to take its place. Mark what can be judged, and N/A for the rest.")
    replacement = ReviewReplacement(
        week=week,
        item_id=item.id or 0,
        conversation_id=item.conversation_id,
        reason=written,
        by_id=by.id,
        at=runtime.clock(),
    )
    detail = {"week": week, "position": position, "before": item.conversation_id, "after": new.conversation_id}
    item.conversation_id, item.reply_id, item.why = new.conversation_id, new.reply_id, new.why
    db.add_all([replacement, item])
    db.flush()
    _audit(db, runtime, by, "review.replaced", item, detail)
    return item


def close_week(db: Session, runtime: Runtime, week: str, *, decision: str, reason: str, by: Person) -> ReviewWeek:
    """Write the week's one decision; the week is then closed.

    Raises:
        InvalidInput: the decision does not exist or has no reason.
        Forbidden: this person does not review.
        NotFound: the week was not drawn.
        Conflict: something is unread, or the week is closed.
    """
    chosen = rules.read_decision(decision)
    written = rules.read_reason(reason, longest=rules.LONGEST_REASON)
    row = _open_week(db, week, by)
    unread = sum(not state.is_read for state in week_items(db, week))
    if unread:
        raise Conflict(f"{rules.unread_words(unread)} The decision comes last.", code="unread")
    row.decision, row.decision_reason = chosen, written
    row.closed_by_id, row.closed_at = by.id, runtime.clock()
    db.add(row)
    db.flush()
    runtime.audit.record(
        db,
        actor=by.actor,
        action="review.closed",
        subject="review_week",
        subject_id=None,
        detail={"week": week, "decision": chosen},
    )
    return row


def _open_week(db: Session, week: str, by: Person) -> ReviewWeek:
    if not may(by, "review"):
        raise Forbidden("The weekly review is read by a lead or the owner.")
    row = db.get(ReviewWeek, week, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(f"Week {week!r} has not been drawn.")
    if row.closed_at is not None:
        raise Conflict(f"Week {week} is closed; nothing in it changes any more.", code="closed")
    return row


def _open_item(db: Session, week: str, position: int, by: Person) -> ItemState:
    _open_week(db, week, by)
    for state in week_items(db, week):
        if state.item.position == position:
            return state
    raise NotFound(f"Week {week} has no conversation {position}.")


def _taken(db: Session, week: str) -> set[int]:
    """Everything that is, or was, read in this week."""
    drawn = db.exec(select(ReviewItem.conversation_id).where(ReviewItem.week == week)).all()
    replaced = db.exec(select(ReviewReplacement.conversation_id).where(col(ReviewReplacement.week) == week)).all()
    return {*drawn, *replaced}


def _audit(db: Session, runtime: Runtime, by: Person, action: str, item: ReviewItem, detail: dict[str, object]) -> None:
    runtime.audit.record(
        db,
        actor=by.actor,
        action=action,
        subject="review_item",
        subject_id=item.id,
        conversation_id=item.conversation_id,
        detail=detail,
    )
