"""What could be drawn: the week's borders, and every conversation in which a reply was sent between them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.clock import iso_week, week_start
from supportbot.customers.tables import Site
from supportbot.drafting.tables import DivergenceRow, Draft
from supportbot.drafting.types import REJECT_REASONS
from supportbot.errors import InvalidInput
from supportbot.inbox.tables import Conversation, Message, Outgoing
from supportbot.review.tables import ReviewWeek
from supportbot.review.types import Candidate, Oddity
from supportbot.routing.tables import Decision
from supportbot.stats import edit_share

_WEEK = re.compile(r"\d{4}-W\d{2}")


@dataclass(frozen=True, slots=True)
class WeekSpan:
    """Monday 00:00 to the next Monday 00:00 in the team's zone; 167 or 169 hours when the clocks change."""

    week: str
    start: datetime
    end: datetime

    @property
    def number(self) -> int:
        """The week's number, as people say it."""
        return int(self.week[-2:])


def week_span(week: str, zone: ZoneInfo) -> WeekSpan:
    """The borders of an ISO week such as "2026-W46".

    Raises:
        InvalidInput: it is no ISO week.
    """
    problem = f"{week!r} is not an ISO week. Write it like 2026-W46."
    if not _WEEK.fullmatch(week):
        raise InvalidInput(problem, fields={"week": problem})
    try:
        start = week_start(week, zone)
    except ValueError:
        raise InvalidInput(problem, fields={"week": problem}) from None
    if iso_week(start) != week:
        raise InvalidInput(f"The year {week[:4]} has no week {week[-2:]}.", fields={"week": problem})
    # Wall-clock arithmetic: the same hour seven days later, however many hours lie between.
    return WeekSpan(week, start, start + timedelta(days=7))


def weeks_back(week: str, count: int) -> list[str]:
    """The `count` weeks that end with `week`, newest first."""
    start = week_start(week, ZoneInfo("UTC"))
    return [iso_week(start - timedelta(weeks=back)) for back in range(count)]


def team_zone(db: Session) -> ZoneInfo:
    """The team's time zone: the first shop's; UTC before there is one."""
    zone = db.exec(select(Site.time_zone).order_by(col(Site.id)).limit(1)).first()
    return ZoneInfo(zone or "UTC")


def week_zone(row: ReviewWeek) -> ZoneInfo:
    """The zone in which a stored week began and ended."""
    return ZoneInfo(row.time_zone)


def candidates(db: Session, span: WeekSpan) -> list[Candidate]:
    """Every conversation with a reply that a person let go within the week.

    It belongs to `held` when one of these replies was held (its draft, or routing's decision for a reply written by
    hand), and then the newest held reply is judged; else to `routine`, and the newest reply is.
    """
    sent = _replies(db, span)
    oddities = _oddities(db, span, sent)
    by_conversation: defaultdict[int, list[_Sent]] = defaultdict(list)
    for reply in sent:
        by_conversation[reply.conversation_id].append(reply)
    return [_candidate(replies, oddities) for replies in by_conversation.values()]


@dataclass(frozen=True, slots=True)
class _Sent:
    conversation_id: int
    name: str
    reply_id: int
    held: bool
    answers_id: int | None


def _candidate(replies: list[_Sent], oddities: Mapping[int, list[Oddity]]) -> Candidate:
    held = [reply for reply in replies if reply.held]
    judged = max(held or replies, key=lambda reply: reply.reply_id)
    odd = tuple(oddity for reply in replies for oddity in oddities.get(reply.reply_id, ()))
    return Candidate(judged.conversation_id, judged.name, "held" if held else "routine", judged.reply_id, odd)


def _replies(db: Session, span: WeekSpan) -> list[_Sent]:
    query = _sent_within(
        span,
        Message.conversation_id,
        Conversation.case_number,
        Message.id,
        Draft.hold_kind,
        Decision.hold,
        Outgoing.answers_message_id,
    )
    joined = query.outerjoin(Decision, col(Decision.message_id) == col(Outgoing.answers_message_id))
    return [
        _Sent(conversation_id, name, reply_id, held=hold_kind is not None or bool(hold), answers_id=answers_id)
        for conversation_id, name, reply_id, hold_kind, hold, answers_id in db.connection().execute(joined)
    ]


def _oddities(db: Session, span: WeekSpan, sent: Iterable[_Sent]) -> dict[int, list[Oddity]]:
    """Reply id to what looks odd about it, one of each kind at most."""
    by_question = {reply.answers_id: reply.reply_id for reply in sent if reply.answers_id is not None}
    found: dict[tuple[int, str], Oddity] = {}
    for oddity in (*_edits(db, span), *_changes(db, span, by_question), *_faults(db, span, by_question)):
        key = (oddity.reply_id, oddity.kind)
        if key not in found or oddity.size > found[key].size:
            found[key] = oddity
    grouped: defaultdict[int, list[Oddity]] = defaultdict(list)
    for oddity in found.values():
        grouped[oddity.reply_id].append(oddity)
    return grouped


def _edits(db: Session, span: WeekSpan) -> Iterator[Oddity]:
    """How far a person moved the words away from the draft's."""
    query = _sent_within(span, Message.id, Message.reply, Draft.reply).where(col(Draft.edited))
    for reply_id, reply, draft in db.connection().execute(query):
        share = edit_share(said(draft), said(reply))
        if share > 0:
            yield Oddity("edit", reply_id, share, f"{share * 100:.0f} % of the draft’s words were edited.")


def _changes(db: Session, span: WeekSpan, by_question: Mapping[int, int]) -> Iterator[Oddity]:
    """Answers whose decision or promise routing changed (S1)."""
    query = (
        _sent_within(span, DivergenceRow.message_id, DivergenceRow.field, DivergenceRow.before, DivergenceRow.after)
        .join(DivergenceRow, col(DivergenceRow.message_id) == col(Outgoing.answers_message_id))
        .where(DivergenceRow.severity == "S1")
        .order_by(col(DivergenceRow.id))
    )
    for message_id, field, before, after in db.connection().execute(query):
        size, words = 1.0, "Routing changed what the answer promises."
        if field == "outcome":
            size, words = 2.0, f"Routing changed the outcome from {_plain(before)} to {_plain(after)}."
        elif field == "amount":
            size, words = 1.5, f"Routing changed the amount from {before or 'none'} to {after or 'none'}."
        yield Oddity("changed", by_question[message_id], size, words)


def _faults(db: Session, span: WeekSpan, by_question: Mapping[int, int]) -> Iterator[Oddity]:
    """Drafts that were rejected or failed a check, blocking ones first."""
    answered = _sent_within(span, Outgoing.answers_message_id).where(col(Outgoing.answers_message_id).is_not(None))
    query = (
        sa.select(col(Draft.message_id), col(Draft.state), col(Draft.reject_reason), col(Draft.checks))
        .where(col(Draft.message_id).in_(answered), col(Draft.state).in_(("rejected", "sent", "void")))
        .order_by(col(Draft.id))
    )
    for message_id, state, reason, checks in db.connection().execute(query):
        reply_id = by_question[message_id]
        if state == "rejected":
            words = REJECT_REASONS.get(reason, "no reason given").lower()
            yield Oddity("fault", reply_id, 3.0, f"Its draft was rejected: {words}.")
        for check in checks or ():
            if not check["passed"]:
                size = 2.0 if check["severity"] == "block" else 1.0
                yield Oddity("fault", reply_id, size, f"A check of its draft failed: {check['title']}.")


def said(reply: Mapping[str, Any] | None) -> str:
    """The words of a stored reply that a person may edit."""
    return f"{reply['answer']} {reply['details']}".strip() if reply else ""


def _sent_within(span: WeekSpan, *columns: Any) -> Any:
    return (
        sa.select(*columns)
        .select_from(Message)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .outerjoin(Outgoing, col(Outgoing.id) == col(Message.outgoing_id))
        .outerjoin(Draft, col(Draft.id) == col(Outgoing.draft_id))
        .where(col(Message.role) == "agent", col(Message.sent_at) >= span.start, col(Message.sent_at) < span.end)
    )


def _plain(name: str) -> str:
    return name.replace("_", " ")
