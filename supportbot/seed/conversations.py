"""Plays the conversation files: every talk becomes a conversation with turns, drafts and decisions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import PurePath
from textwrap import shorten

from supportbot.routing.types import Topic
from supportbot.seed.content import CONTENT, read_yaml
from supportbot.seed.conversation_shapes import Answered, Noted, Said, Talk
from supportbot.seed.drafts import decide, draft_message, fill, spread
from supportbot.seed.facts import case_values, month_values, time_words
from supportbot.seed.moments import Calendar
from supportbot.seed.types import (
    Conversation,
    HelpArticle,
    Locale,
    Rating,
    Records,
    Reply,
    Shop,
    Turn,
    WorkState,
)

# The newest case of the story; the first one that somebody opens in the demo is the next.
NEWEST_CASE = 4808
SUBJECT_LENGTH = 60
_NOTICES = {
    "en": "A person is looking at your {topic}. You will hear from us by {by}. There is nothing you need to do.",
    "de": "Eine Person sieht sich Ihre Frage an. Sie hören {by} von uns. Sie müssen nichts weiter tun.",
    "es": "Una persona está mirando su pregunta. Le escribiremos {by}. No tiene que hacer nada.",
    "fr": "Une personne regarde votre question. Vous aurez de nos nouvelles {by}. Vous n'avez rien à faire.",
    "ar": "ينظر أحد زملائنا في سؤالك. ستصلك رسالة منا {by}. لا يلزمك فعل أي شيء.",
}
_TOPICS = {"billing": "billing question", "refund": "refund question"}


def tell_conversations(
    calendar: Calendar, shop: Shop, articles: tuple[HelpArticle, ...], records: Records
) -> tuple[Conversation, ...]:
    """Every conversation in the order in which it was opened, with case numbers in that order."""
    stage = Stage(calendar, shop, {article.slug: article for article in articles}, records)
    told = [_play(talk, stage) for talk in _talks()]
    told.sort(key=lambda one: (one.created_at, one.key))
    first = NEWEST_CASE - len(told) + 1
    return tuple(replace(one, case_number=f"{shop.case_prefix}-{first + place}") for place, one in enumerate(told))


@dataclass(frozen=True, slots=True)
class Stage:
    """What every talk is played with."""

    calendar: Calendar
    shop: Shop
    articles: Mapping[str, HelpArticle]
    records: Records

    def locale(self, talk: Talk) -> Locale:
        """The language of a talk: its own, else the customer's, else English."""
        for person in self.records.customers:
            if person.key == talk.who:
                return talk.locale or person.locale
        return talk.locale or "en"

    def values(self, talk: Talk, said: Said, at: datetime) -> dict[str, str]:
        """What the placeholders of a message and its drafts stand for."""
        locale, calendar = self.locale(talk), self.calendar
        values = time_words(calendar, at, locale)
        if talk.who is None:
            return values
        values |= case_values(self.records, self.shop, calendar, customer=talk.who, at=at, locale=locale)
        if said.month:
            month = calendar.month(said.month)
            values |= month_values(self.records, customer=talk.who, month=month, locale=locale)
        return values


def _talks() -> list[Talk]:
    names = sorted(path.name for path in CONTENT.joinpath("conversations").iterdir())
    paths = [f"conversations/{name}" for name in names if PurePath(name).suffix == ".yaml"]
    return [talk for path in paths for talk in read_yaml(path, tuple[Talk, ...])]


def _play(talk: Talk, stage: Stage) -> Conversation:
    turns = _turns(talk, stage)
    first, last = turns[0], turns[-1]
    unanswered = _unanswered(turns)
    status = talk.status or ("open" if unanswered and not talk.thanks else "resolved")
    if status != "open":
        turns, unanswered = _settled(turns, unanswered), []
    hold = next((one.hold for one in talk.script() if isinstance(one, Said) and one.hold), None)
    return Conversation(
        key=_key(talk),
        case_number="",
        customer=talk.who,
        visitor=talk.visitor,
        channel=talk.channel,
        subject=_subject(talk, first, stage),
        locale=stage.locale(talk),
        status=status,
        work_state=_work_state(unanswered),
        topic=hold.topic if hold else _topic(first, stage),
        hold_kind=hold.kind if hold else None,
        hold_label=hold.label if hold else None,
        assignee=talk.assignee or next((one.author for one in turns if one.role == "agent"), None),
        priority=talk.priority,
        tags=talk.tags,
        turns=tuple(turns),
        created_at=first.at,
        waiting_since=unanswered[0].at if unanswered else None,
        snoozed_until=stage.calendar.moment(talk.snooze) if talk.snooze else None,
        resolved_at=last.at + timedelta(seconds=20) if status == "resolved" else None,
        rating=_rating(talk, last),
    )


def _turns(talk: Talk, stage: Stage) -> list[Turn]:
    """Every turn in order; an answer closes the drafts of the customer's latest words."""
    turns: list[Turn] = []
    at = stage.calendar.moment(talk.at)
    for place, one in enumerate(talk.script()):
        at = stage.calendar.moment(one.after, after=at)
        key = f"{_key(talk)}-{place}"
        if isinstance(one, Said):
            turns += _said(talk, one, at, stage, key=key)
        elif isinstance(one, Noted):
            turns.append(Turn(role="note", at=at, text=one.note, author=one.by))
        else:
            turns = _answered(turns, one, at, stage, key=key)
    return turns


def _said(talk: Talk, said: Said, at: datetime, stage: Stage, *, key: str) -> list[Turn]:
    """The customer's turn and, for a held message, the notice a second later."""
    values = stage.values(talk, said, at)
    text = fill(said.say, values)
    drafts = draft_message(said, at, stage.articles, values, key=key)
    turns = [Turn(role="customer", at=at, text=text, external_id=f"seed-{key}", drafts=drafts)]
    if said.hold:
        words = {"topic": _TOPICS.get(said.hold.topic, "question"), "by": values["by"]}
        notice = _NOTICES[stage.locale(talk)].format(**words)
        turns.append(Turn(role="system", at=at + timedelta(seconds=1), text=notice))
    return turns


def _answered(turns: list[Turn], answered: Answered, at: datetime, stage: Stage, *, key: str) -> list[Turn]:
    place = max(index for index, turn in enumerate(turns) if turn.role == "customer")
    decision = decide(turns[place].drafts, answered, at, stage.shop, key=key)
    seen_at = at + timedelta(minutes=spread(f"{key}-seen", 1, 50))
    reply = Turn(
        role="agent",
        at=at,
        text=_text(decision.reply, stage.shop),
        author=answered.by,
        reply=decision.reply,
        variant=decision.variant,
        seen_at=seen_at if seen_at <= stage.calendar.now else None,
    )
    closed = replace(turns[place], drafts=decision.drafts)
    return [*turns[:place], closed, *turns[place + 1 :], reply]


def _unanswered(turns: list[Turn]) -> list[Turn]:
    """The customer's words after the last answer."""
    answers = [index for index, turn in enumerate(turns) if turn.role == "agent"]
    later = turns[answers[-1] + 1 :] if answers else turns
    return [turn for turn in later if turn.role == "customer"]


def _settled(turns: list[Turn], unanswered: list[Turn]) -> list[Turn]:
    """The turns, with the drafts for last words that needed no answer made void."""
    return [
        replace(turn, drafts=tuple(replace(draft, state="void") for draft in turn.drafts))
        if turn in unanswered
        else turn
        for turn in turns
    ]


def _work_state(unanswered: list[Turn]) -> WorkState:
    if not unanswered:
        return "answered"
    states = [draft.state for draft in unanswered[-1].drafts]
    for state in ("failed", "held", "ready"):
        if state in states:
            return state
    return "drafting"


def _topic(first: Turn, stage: Stage) -> Topic | None:
    slugs = [draft.article for draft in first.drafts if draft.article]
    return stage.articles[slugs[0]].topic if slugs else None


def _subject(talk: Talk, first: Turn, stage: Stage) -> str:
    """The talk's own subject, or the beginning of the first words, cut at a word."""
    if talk.subject:
        return fill(talk.subject, time_words(stage.calendar, first.at, stage.locale(talk)))
    sentence = first.text.split(". ")[0]
    return shorten(sentence, SUBJECT_LENGTH, placeholder=" …")


def _rating(talk: Talk, last: Turn) -> Rating | None:
    if talk.rating is None:
        return None
    return Rating(value=talk.rating, comment=talk.comment, at=last.at + timedelta(seconds=40))


def _text(reply: Reply, shop: Shop) -> str:
    return f"{reply.answer}\n\n{reply.details}\n\n{shop.sign_off}"


def _key(talk: Talk) -> str:
    return "-".join([talk.name, *talk.at.replace(":", "").split()])
