"""Reads of the weekly review: weeks, items with their scorecards, and the counts."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.accounts.types import Person
from supportbot.errors import NotFound
from supportbot.review import rules
from supportbot.review.population import weeks_back
from supportbot.review.tables import ReviewItem, ReviewReplacement, ReviewWeek, Scorecard
from supportbot.review.types import CRITERIA, MARKS, Counts, WeekLine
from supportbot.stats import Agreement, agreement

SPANS = (1, 4, 12)
LONGEST_READ = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class ItemState:
    """One item with its scorecards, in the order in which they came."""

    item: ReviewItem
    cards: tuple[Scorecard, ...]

    @property
    def is_read(self) -> bool:
        """Whether one person has marked it."""
        return bool(self.cards)

    @property
    def is_complete(self) -> bool:
        """Whether everybody who is wanted has marked it."""
        return len(self.cards) >= (2 if self.item.twice else 1)

    def card_of(self, person: Person) -> Scorecard | None:
        """This person's scorecard."""
        return next((card for card in self.cards if card.reviewer_id == person.id), None)

    def waits_for(self, person: Person) -> bool:
        """Whether this person may still mark it."""
        return not self.is_complete and self.card_of(person) is None


def find_week(db: Session, week: str) -> ReviewWeek:
    """A drawn week.

    Raises:
        NotFound: it was not drawn.
    """
    row = db.get(ReviewWeek, week)
    if row is None:
        raise NotFound(f"Week {week!r} has not been drawn.")
    return row


def week_items(db: Session, week: str) -> list[ItemState]:
    """The items of a week in their places."""
    items = db.exec(select(ReviewItem).where(ReviewItem.week == week).order_by(col(ReviewItem.position))).all()
    cards = _cards(db, [week])
    return [ItemState(item, tuple(cards[item.id or 0])) for item in items]


def newest_weeks(db: Session, *, before: str | None = None, limit: int = 13) -> list[WeekLine]:
    """Drawn weeks, newest first, paged by week."""
    query = select(ReviewWeek).order_by(col(ReviewWeek.week).desc()).limit(limit)
    if before is not None:
        query = query.where(col(ReviewWeek.week) < before)
    rows = db.exec(query).all()
    weeks = [row.week for row in rows]
    items = _per_week(db, ReviewItem.week, weeks)
    replaced = _per_week(db, ReviewReplacement.week, weeks)
    read_query = (
        sa.select(col(ReviewItem.week), sa.func.count(sa.distinct(col(ReviewItem.id))))
        .join(Scorecard, col(Scorecard.item_id) == col(ReviewItem.id))
        .where(col(ReviewItem.week).in_(weeks))
        .group_by(col(ReviewItem.week))
    )
    read = {week: number for week, number in db.connection().execute(read_query)}
    return [
        WeekLine(
            row.week,
            row.drawn_at,
            dict(row.population),
            items.get(row.week, 0),
            read.get(row.week, 0),
            replaced.get(row.week, 0),
            row.decision,  # type: ignore[arg-type]  # the column only ever holds these names
            row.decision_reason,
            row.closed_at,
        )
        for row in rows
    ]


def last_decision(db: Session, *, before: str) -> ReviewWeek | None:
    """The newest closed week before `before`: what the next week opens with."""
    query = (
        select(ReviewWeek)
        .where(col(ReviewWeek.week) < before, col(ReviewWeek.decision).is_not(None))
        .order_by(col(ReviewWeek.week).desc())
    )
    return db.exec(query.limit(1)).first()


def replaced_in(db: Session, week: str) -> int:
    """How many conversations gave their place away in a week."""
    return _per_week(db, ReviewReplacement.week, [week]).get(week, 0)


def count_week(db: Session, week: str, *, reader: Person | None = None) -> Counts:
    """The counts over the last 1, 4 and 12 weeks that end with `week`; hunts never enter them.

    What still waits for `reader` to mark is left out, so that nobody learns marks before giving their own. A
    conversation that two people read counts once, by its first scorecard; the second one only measures agreement.
    """
    weeks = weeks_back(week, max(SPANS))
    query = select(ReviewItem).where(col(ReviewItem.week).in_(weeks), ReviewItem.kind != "hunt")
    cards = _cards(db, weeks)
    states = [ItemState(item, tuple(cards[item.id or 0])) for item in db.exec(query).all()]
    seen = [state for state in states if state.cards and not (reader and state.waits_for(reader))]
    spans, pairs = [], []
    for length in SPANS:
        inside = [state for state in seen if state.item.week in weeks[:length]]
        spans.append([state.cards[0].marks for state in inside])
        pairs.append(_agreement([state.cards for state in inside if len(state.cards) > 1]))
    return Counts(
        rows=rules.count_marks(spans),
        reads=tuple(map(len, spans)),
        not_applicable=sum(mark == "na" for marks in spans[0] for mark in marks.values()),
        agreement=pairs[0],
        agreement_long=pairs[-1],
    )


def _agreement(twice: Sequence[Sequence[Scorecard]]) -> Agreement:
    marks = [(cards[0].marks[one.name], cards[1].marks[one.name]) for cards in twice for one in CRITERIA]
    return agreement(marks, MARKS)


def _cards(db: Session, weeks: Collection[str]) -> defaultdict[int, list[Scorecard]]:
    query = (
        select(Scorecard)
        .join(ReviewItem, col(ReviewItem.id) == col(Scorecard.item_id))
        .where(col(ReviewItem.week).in_(weeks))
        .order_by(col(Scorecard.id))
    )
    found: defaultdict[int, list[Scorecard]] = defaultdict(list)
    for card in db.exec(query):
        found[card.item_id].append(card)
    return found


def _per_week(db: Session, column: str, weeks: Collection[str]) -> dict[str, int]:
    week = col(column)
    query = sa.select(week, sa.func.count()).where(week.in_(weeks)).group_by(week)
    return {name: number for name, number in db.connection().execute(query)}
