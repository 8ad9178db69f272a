"""What a reviewer reads of one item: the thread up to the reply that is judged, and who and what made that reply."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from supportbot.accounts.queries import names_by_id
from supportbot.customers.tables import Customer, Site
from supportbot.drafting.queries import drafts_of
from supportbot.drafting.tables import Draft
from supportbot.gateway.tables import AttemptRow
from supportbot.inbox.queries import find_conversation
from supportbot.inbox.tables import Conversation, Message, Outgoing
from supportbot.review.population import said
from supportbot.review.tables import ReviewItem
from supportbot.routing.tables import Decision
from supportbot.stats import edited_words

MOST_MESSAGES = 30


@dataclass(frozen=True, slots=True)
class ReadingCase:
    """One item's case. `by_hand`: the reply was written without the draft; `words_edited` is how far it moved away."""

    conversation: Conversation
    customer: Customer
    site: Site
    messages: Sequence[Message]
    reply: Message
    draft: Draft | None
    decision: Decision | None
    attempts: Sequence[AttemptRow]
    by_hand: bool
    words_edited: int
    names: dict[int, str]


def reading_case(db: Session, item: ReviewItem) -> ReadingCase:
    """The case of an item. What was said after the judged reply is left out: nobody could know it then."""
    conversation, customer, site = find_conversation(db, item.conversation_id)
    reply = db.get_one(Message, item.reply_id)
    outgoing = db.get(Outgoing, reply.outgoing_id) if reply.outgoing_id is not None else None
    drafts = drafts_of(db, outgoing.answers_message_id) if outgoing and outgoing.answers_message_id else None
    sent = db.get(Draft, outgoing.draft_id) if outgoing and outgoing.draft_id else None
    draft = sent or (drafts.main if drafts else None)
    messages = _thread(db, item)
    return ReadingCase(
        conversation=conversation,
        customer=customer,
        site=site,
        messages=messages,
        reply=reply,
        draft=draft,
        decision=drafts.decision if drafts else None,
        attempts=[one for one in drafts.attempts if draft and one.draft_id == draft.id] if drafts else [],
        by_hand=sent is None,
        words_edited=edited_words(said(sent.reply), said(reply.reply)) if sent and sent.edited else 0,
        names=names_by_id(db, [one.author_id for one in messages if one.author_id is not None]),
    )


def _thread(db: Session, item: ReviewItem) -> list[Message]:
    query = (
        select(Message)
        .where(Message.conversation_id == item.conversation_id, col(Message.id) <= item.reply_id)
        .order_by(col(Message.id).desc())
        .limit(MOST_MESSAGES)
    )
    return list(reversed(db.exec(query).all()))
