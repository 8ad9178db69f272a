"""Making a week's draw, once: the first call freezes it, every later one only compares."""

from datetime import datetime

from sqlmodel import Session, col, select

from supportbot.audit.types import SYSTEM
from supportbot.db import insert_once
from supportbot.errors import InvalidInput
from supportbot.inbox.tables import Conversation
from supportbot.review import sample
from supportbot.review.population import WeekSpan, candidates, team_zone, week_span, week_zone
from supportbot.review.tables import ReviewItem, ReviewReplacement, ReviewWeek
from supportbot.review.types import Draw, Drawn, DrawResult
from supportbot.runtime import Runtime


def draw_week(db: Session, runtime: Runtime, week: str) -> DrawResult:
    """Draw the week's conversations, or draw again and compare with what is stored; the stored draw always stands.

    Any number of calls at once store it exactly once.

    Raises:
        InvalidInput: it is no ISO week, or it is not over yet.
    """
    known = db.get(ReviewWeek, week)
    zone = team_zone(db) if known is None else week_zone(known)
    span = week_span(week, zone)
    _require_over(span, runtime.clock())
    made = sample.draw(week, candidates(db, span))
    short = sample.shortfall(f"week {span.number}", made.population)
    if known is None and not made.population["routine"] + made.population["held"]:
        return DrawResult("nothing", made, short)
    if known is None and _store(db, runtime, made, zone.key):
        return DrawResult("drawn", made, short)
    stored = stored_draw(db, week)
    found = sample.differences(stored.items, made.items)
    return DrawResult("differs" if found else "same", stored, short, found)


def stored_draw(db: Session, week: str) -> Draw:
    """The draw as it was frozen: replaced conversations stand in the places they were drawn for."""
    row = db.get_one(ReviewWeek, week)
    items = db.exec(select(ReviewItem).where(ReviewItem.week == week).order_by(col(ReviewItem.position))).all()
    query = select(ReviewReplacement).where(ReviewReplacement.week == week).order_by(col(ReviewReplacement.id).desc())
    first = {one.item_id: one.conversation_id for one in db.exec(query)}
    drawn_ids = {item.id: first.get(item.id or 0, item.conversation_id) for item in items}
    names = dict(
        db.exec(
            select(Conversation.id, Conversation.case_number).where(col(Conversation.id).in_(drawn_ids.values()))
        ).all()
    )
    drawn = tuple(as_drawn(item, drawn_ids[item.id], names[drawn_ids[item.id]]) for item in items)
    return Draw(week, drawn, dict(row.population), row.draw_hash)


def as_drawn(item: ReviewItem, conversation_id: int, name: str) -> Drawn:
    """The value of a row."""
    return Drawn(
        item.position,
        item.kind,  # type: ignore[arg-type]  # the column only ever holds these names
        conversation_id,
        name,
        item.reply_id,
        item.why,
        item.twice,
    )


def _require_over(span: WeekSpan, now: datetime) -> None:
    if now < span.end:
        monday = f"{span.end.day} {span.end:%B %Y}"
        problem = f"Week {span.week} is not over yet; it is drawn the Monday after, {monday}."
        raise InvalidInput(problem, fields={"week": problem})


def _store(db: Session, runtime: Runtime, made: Draw, zone: str) -> bool:
    """Freeze the draw; False when somebody else did so first."""
    new = {"drawn_at": runtime.clock(), "time_zone": zone, "population": made.population, "draw_hash": made.hash}
    if not insert_once(db, ReviewWeek, week=made.week, **new):
        return False
    for item in made.items:
        row = ReviewItem(
            week=made.week,
            position=item.position,
            kind=item.kind,
            why=item.why,
            conversation_id=item.conversation_id,
            reply_id=item.reply_id,
            twice=item.twice,
        )
        db.add(row)
    db.flush()
    runtime.audit.record(
        db,
        actor=SYSTEM,
        action="review.drawn",
        subject="review_week",
        subject_id=None,
        detail={"week": made.week, "hash": made.hash, "population": made.population, "items": len(made.items)},
    )
    return True
