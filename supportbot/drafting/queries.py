"""Reads for drafting: the case file of a message, and what the desk shows of its drafts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.accounts.queries import as_person
from supportbot.accounts.tables import Agent
from supportbot.accounts.types import Person
from supportbot.audit.tables import AuditEntry
from supportbot.billing.queries import account_reads, as_account, read_account
from supportbot.billing.rules import case_record
from supportbot.billing.types import AccountRows, CaseRecord, RefundPolicy
from supportbot.customers.shop_front import read_shopfront
from supportbot.customers.sites import records_id
from supportbot.customers.tables import Customer, Site
from supportbot.db import BigId
from supportbot.db.batch_read import Fetched, Together
from supportbot.drafting.tables import CaseAid, DivergenceRow, Draft
from supportbot.drafting.types import CaseFile, ShopFacts, Turn
from supportbot.errors import NotFound
from supportbot.gateway.tables import AttemptRow
from supportbot.inbox import queries as inbox
from supportbot.inbox.pagination import read_stretch
from supportbot.inbox.tables import Conversation, Message, Note, Outgoing
from supportbot.inbox.types import AIDS
from supportbot.knowledge.library import languages_of
from supportbot.knowledge.queries import Library, published_library
from supportbot.language.detection import guess_language
from supportbot.routing.tables import Decision
from supportbot.training.tables import TriageLabel

REGENERATED = "draft.regenerated"
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


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts of one customer message in their newest generation, and what belongs to them."""

    main: Draft | None
    compared: Draft | None
    decision: Decision | None
    attempts: Sequence[AttemptRow]
    divergences: Sequence[DivergenceRow]


def drafts_of(db: Session, message_id: int) -> Drafts:
    """What the desk shows of one customer message."""
    return _as_drafts(_drafts_together().fetch(db, message_id=message_id))


def _draft_reads() -> dict[str, Any]:
    def of(table: Any) -> Any:
        return select(table).where(table.message_id == _MESSAGE_ID).order_by(col(table.id))

    return {"drafts": of(Draft), "decision": of(Decision), "attempts": of(AttemptRow), "divergences": of(DivergenceRow)}


@lru_cache(maxsize=1)
def _drafts_together() -> Together:
    return Together(**_draft_reads())


def _as_drafts(found: Fetched) -> Drafts:
    rows: list[Draft] = found["drafts"][::-1]
    newest = [row for row in rows if row.generation == rows[0].generation]
    decision: Decision | None = next(iter(found["decision"]), None)
    task = decision.task if decision else None
    main = next((row for row in newest if row.task == task), newest[0] if newest else None)
    return Drafts(
        main=main,
        compared=next((row for row in newest if main is not None and row.id != main.id), None),
        decision=decision,
        attempts=[one for one in found["attempts"] if one.task not in AIDS],
        divergences=[row for row in found["divergences"] if main is not None and row.after_draft_id == main.id],
    )


def divergences_of(db: Session, message_id: int) -> Sequence[DivergenceRow]:
    """Every logged change of the answer to one message, in the order they were found."""
    query = select(DivergenceRow).where(DivergenceRow.message_id == message_id).order_by(col(DivergenceRow.id))
    return db.exec(query).all()


def aids_of(db: Session, conversation_id: int) -> Sequence[CaseAid]:
    """Every summary and reading of numbers of one conversation, in the order they were made."""
    query = select(CaseAid).where(CaseAid.conversation_id == conversation_id).order_by(col(CaseAid.id))
    return db.exec(query).all()


def newest_divergences(db: Session, *, before_id: int | None = None, limit: int = 50) -> Sequence[DivergenceRow]:
    """The log of changed answers, newest first, paged by id."""
    query = select(DivergenceRow).order_by(col(DivergenceRow.id).desc()).limit(limit)
    if before_id is not None:
        query = query.where(col(DivergenceRow.id) < before_id)
    return db.exec(query).all()


def regenerations(db: Session, conversation_ids: Collection[int]) -> dict[int, tuple[datetime, int]]:
    """When a person last asked for a new draft, and its generation, by conversation; from the audit log."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.action == REGENERATED, col(AuditEntry.conversation_id).in_(conversation_ids))
        .order_by(col(AuditEntry.seq))
    )
    return {entry.conversation_id or 0: (entry.at, int(entry.detail["generation"])) for entry in db.exec(query)}


def find_draft(db: Session, draft_id: int) -> Draft:
    """One draft.

    Raises:
        NotFound: there is no such draft.
    """
    draft = db.get(Draft, draft_id)
    if draft is None:
        raise NotFound(f"There is no draft {draft_id}.")
    return draft


def turns_until(db: Session, conversation_id: int, message_id: int) -> tuple[Turn, ...]:
    """The newest 30 messages of a conversation up to one of them, oldest first."""
    return _turns(_turns_together().fetch(db, conversation_id=conversation_id, message_id=message_id))


@lru_cache(maxsize=1)
def _turns_together() -> Together:
    return Together(turns=_newest_turns(sa.bindparam("conversation_id", type_=BigId)))


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


@dataclass(frozen=True, slots=True)
class DeskCase:
    """One conversation as the desk opens it: its newest messages, or (`is_past`) those before one of them."""

    conversation: Conversation
    customer: Customer
    site: Site
    messages: Sequence[Message]
    notes: Sequence[Note]
    earlier: int | None
    is_past: bool
    outgoing: Outgoing | None
    drafts: Drafts
    past: Sequence[Conversation]
    names: dict[int, str]
    people: Sequence[Person]
    account: AccountRows | None
    label: TriageLabel | None
    aids: Sequence[CaseAid]


def desk_case(db: Session, conversation_id: int, *, before: int | None = None) -> DeskCase:
    """Everything the desk shows of one conversation.

    Raises:
        NotFound: there is no such conversation, or `before` is no message of it.
    """
    conversation, customer, site = inbox.find_conversation(db, conversation_id)
    stretch = read_stretch(db, conversation_id, before=before)
    found = _desk_together().fetch(
        db,
        conversation_id=conversation_id,
        customer_id=conversation.customer_id,
        message_id=conversation.newest_customer_message_id or 0,
        account_id=records_id(customer, site) or "",
    )
    agents: list[Agent] = found["agents"]
    return DeskCase(
        conversation=conversation,
        customer=customer,
        site=site,
        messages=stretch.messages,
        notes=stretch.notes,
        earlier=stretch.earlier,
        is_past=before is not None,
        outgoing=inbox.open_outgoing(found),
        drafts=_as_drafts(found),
        past=found["past"],
        names={agent.id or 0: agent.name for agent in agents},
        people=[as_person(agent) for agent in agents if agent.disabled_at is None],
        account=as_account(found),
        label=next(iter(found["label"]), None),
        aids=found["aids"],
    )


@lru_cache(maxsize=1)
def _desk_together() -> Together:
    spoken = select(TriageLabel).where(TriageLabel.message_id == _MESSAGE_ID)
    aids = select(CaseAid).where(CaseAid.conversation_id == sa.bindparam("conversation_id", type_=BigId))
    return Together(
        **_draft_reads(),
        **account_reads(),
        **inbox.desk_reads(),
        agents=select(Agent).order_by(Agent.name),
        label=spoken.where(col(TriageLabel.is_current)),
        aids=aids.order_by(col(CaseAid.id).desc()).limit(6),
    )
