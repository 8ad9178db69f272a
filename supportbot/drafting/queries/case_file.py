"""The case file of a message: everything that a draft may rest on, read in one go."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.billing.queries import read_account
from supportbot.billing.rules import case_record
from supportbot.billing.types import CaseRecord, RefundPolicy
from supportbot.customers.shop_front import read_shopfront
from supportbot.customers.sites import records_id
from supportbot.customers.tables import Customer, Site
from supportbot.db import BigId
from supportbot.db.batch_read import Fetched, Together
from supportbot.drafting.types import CaseFile, ShopFacts, Turn
from supportbot.errors import NotFound
from supportbot.inbox.tables import Conversation, Message
from supportbot.knowledge.library import languages_of
from supportbot.knowledge.queries import Library, published_library
from supportbot.language.detection import guess_language

_MESSAGE_ID = sa.bindparam("message_id", type_=BigId)


def read_case(db: Session, message_id: int, *, now: datetime) -> CaseFile:
    """Everything a draft for this message may rest on.

    Raises:
        NotFound: there is no such customer message.
    """
    found = _case_together().fetch(db, message_id=message_id)
    if not found["conversation"]:
        raise NotFound(f"There is no customer message {message_id}.")
    conversation: Conversation = found["conversation"][0]
    customer: Customer = found["customer"][0]
    site: Site = found["site"][0]
    turns = _turns(found)
    question = _open_question(turns)
    library = published_library(db)
    locale = guess_language(question) or customer.locale
    known_as = records_id(customer, site)
    record, error = _record(db, known_as, question, library, ZoneInfo(site.time_zone), now, locale)
    return CaseFile(
        message_id=message_id,
        conversation_id=conversation.id or 0,
        case_number=conversation.case_number,
        is_newest=conversation.newest_customer_message_id == message_id,
        shop=ShopFacts(site.name, site.time_zone, site.currency, site.sign_off, _own_hosts(site, now)),
        customer_name=customer.name,
        customer_email=customer.email,
        verified=customer.external_id is not None,
        locale=locale,
        question=question,
        turns=turns,
        open_money_case=conversation.hold_kind in ("money", "risk"),
        record=record,
        record_error=error,
        articles=library.search(question, locale=locale),
        policy_passages=library.policy_passages(),
        article_languages=frozenset(languages_of(library)),
    )


def turns_until(db: Session, conversation_id: int, message_id: int) -> tuple[Turn, ...]:
    """The newest 30 messages of a conversation up to one of them, oldest first."""
    return _turns(_turns_together().fetch(db, conversation_id=conversation_id, message_id=message_id))


@lru_cache(maxsize=1)
def _case_together() -> Together:
    asked = select(Message.conversation_id).where(Message.id == _MESSAGE_ID, Message.role == "customer")
    own = asked.scalar_subquery()
    is_own = col(Conversation.id) == own
    return Together(
        conversation=select(Conversation).where(is_own),
        customer=select(Customer).join(Conversation, col(Conversation.customer_id) == Customer.id).where(is_own),
        site=select(Site).join(Conversation, col(Conversation.site_id) == Site.id).where(is_own),
        turns=_newest_turns(own),
    )


@lru_cache(maxsize=1)
def _turns_together() -> Together:
    return Together(turns=_newest_turns(sa.bindparam("conversation_id", type_=BigId)))


def _newest_turns(conversation_id: Any) -> Any:
    """The newest 30 messages of a conversation up to the message `message_id`, newest first."""
    thread = select(Message.role, Message.text, Message.sent_at)
    upto = thread.where(Message.conversation_id == conversation_id, col(Message.id) <= _MESSAGE_ID)
    return upto.order_by(col(Message.id).desc()).limit(30)


def _turns(found: Fetched) -> tuple[Turn, ...]:
    return tuple(Turn(*row) for row in reversed(found["turns"]))


def _own_hosts(site: Site, now: datetime) -> frozenset[str]:
    """The hosts of the shop's own pages: the only ones that a reply may lead to."""
    hosts = (urlsplit(origin).hostname for origin in read_shopfront(site, now=now).origins)
    return frozenset(host for host in hosts if host)


def _open_question(turns: tuple[Turn, ...]) -> str:
    """Every customer message since the last reply, as one text: they are answered together."""
    since: list[str] = []
    for turn in reversed(turns):
        if turn.role == "agent":
            break
        if turn.role == "customer":
            since.append(turn.text)
    return "\n".join(reversed(since))


def _record(
    db: Session, known_as: str | None, question: str, library: Library, zone: ZoneInfo, now: datetime, locale: str
) -> tuple[CaseRecord | None, str | None]:
    """The case record of a verified customer. Visitors have none: nobody vouched for who they are."""
    if known_as is None:
        return None, None
    policy: RefundPolicy | None = library.refund_policy()
    rows = read_account(db, known_as)
    if rows is None or policy is None:
        return None, "No billing account was found." if rows is None else "No refund policy is published."
    return case_record(rows, text=question, policy=policy, zone=zone, now=now, locale=locale), None
