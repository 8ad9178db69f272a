"""One conversation with everything that the desk shows of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.accounts.queries import as_person
from supportbot.accounts.tables import Agent
from supportbot.accounts.types import Person
from supportbot.billing.queries import account_reads, as_account
from supportbot.billing.types import AccountRows
from supportbot.customers.sites import records_id
from supportbot.customers.tables import Customer, Site
from supportbot.db import BigId
from supportbot.db.batch_read import Together
from supportbot.drafting.queries.drafts import Drafts, as_drafts, draft_reads
from supportbot.drafting.tables import CaseAid
from supportbot.inbox import queries as inbox
from supportbot.inbox.pagination import read_stretch
from supportbot.inbox.tables import Conversation, Message, Note, Outgoing
from supportbot.training.tables import TriageLabel

_MESSAGE_ID = sa.bindparam("message_id", type_=BigId)


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
        drafts=as_drafts(found),
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
        **draft_reads(),
        **account_reads(),
        **inbox.desk_reads(),
        agents=select(Agent).order_by(Agent.name),
        label=spoken.where(col(TriageLabel.is_current)),
        aids=aids.order_by(col(CaseAid.id).desc()).limit(6),
    )
