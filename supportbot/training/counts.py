"""Counts of what triage did with the live messages, and of what people said of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from supportbot.routing.tables import Decision
from supportbot.stats import Count
from supportbot.training.tables import TriageLabel

SHORT, LONG = timedelta(days=7), timedelta(days=28)
UNRECORDED = "not recorded"


@dataclass(frozen=True, slots=True)
class Why:
    """How many messages one reason of one layer held, in the last 7 and 28 days."""

    layer: str
    code: str
    last_7: int
    last_28: int


@dataclass(frozen=True, slots=True)
class LiveCounts:
    """All messages that triage decided about in the last 7 and 28 days; why it held some, most frequent first."""

    all_7: int
    all_28: int
    whys: tuple[Why, ...]

    @property
    def held_7(self) -> Count:
        """Held of all in the last 7 days."""
        return Count(sum(why.last_7 for why in self.whys), self.all_7)

    @property
    def held_28(self) -> Count:
        """Held of all in the last 28 days."""
        return Count(sum(why.last_28 for why in self.whys), self.all_28)

    def by_layer(self) -> tuple[Why, ...]:
        """The same by layer alone, most frequent first."""
        week: Counter[str] = Counter()
        month: Counter[str] = Counter()
        for why in self.whys:
            week[why.layer] += why.last_7
            month[why.layer] += why.last_28
        return tuple(Why(layer, "", week[layer], total) for layer, total in month.most_common())


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """What people said, beside what triage had said.

    `recall` is held of all that people call high risk, `needless` held of all that they call low; `topics` counts pairs
    of (topic said, true topic); `languages` counts labels.
    """

    total: int
    recall: Count
    needless: Count
    topics: Mapping[tuple[str, str], int]
    languages: Mapping[str, int]
    sources: Mapping[str, int]


def live_counts(db: Session, *, now: datetime) -> LiveCounts:
    """What happened to the messages of the last 28 days; one statement."""
    recent = sa.func.sum(sa.case((col(Decision.created_at) >= now - SHORT, 1), else_=0))
    columns: list[Any] = [Decision.hold, Decision.layer, Decision.rule]
    counted: list[Any] = [*columns, recent, sa.func.count()]
    grouped = sa.select(*counted).where(col(Decision.created_at) >= now - LONG)
    rows = db.connection().execute(grouped.group_by(*columns)).all()
    whys = [Why(layer or UNRECORDED, rule, week, month) for hold, layer, rule, week, month in rows if hold]
    return LiveCounts(
        all_7=sum(row[3] for row in rows),
        all_28=sum(row[4] for row in rows),
        whys=tuple(sorted(whys, key=lambda why: (-why.last_28, why.layer, why.code))),
    )


def label_counts(db: Session) -> LabelCounts:
    """What all current labels say; one statement."""
    columns: list[Any] = [
        TriageLabel.said_hold,
        TriageLabel.true_risk,
        TriageLabel.said_topic,
        TriageLabel.true_topic,
        TriageLabel.language,
        TriageLabel.source,
    ]
    counted: list[Any] = [*columns, sa.func.count()]
    grouped = sa.select(*counted).where(col(TriageLabel.is_current)).group_by(*columns)
    risks: Counter[tuple[str | None, bool]] = Counter()
    topics: Counter[tuple[str, str]] = Counter()
    languages: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    for hold, risk, said, true, language, source, number in db.connection().execute(grouped):
        risks[risk, bool(hold)] += number
        languages[language] += number
        sources[source] += number
        if true is not None:
            topics[said, true] += number
    return LabelCounts(
        total=sum(languages.values()),
        recall=_held(risks, "high"),
        needless=_held(risks, "low"),
        topics=topics,
        languages=languages,
        sources=sources,
    )


def _held(risks: Counter[tuple[str | None, bool]], risk: str) -> Count:
    return Count(risks[risk, True], risks[risk, True] + risks[risk, False])
