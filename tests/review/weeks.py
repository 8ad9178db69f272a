"""A week of answered conversations, written straight into the tables."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import select

from supportbot.customers.tables import Customer
from supportbot.db import Database
from supportbot.drafting.tables import DivergenceRow, Draft
from supportbot.inbox.tables import Conversation, Message, Outgoing
from supportbot.review import actions
from supportbot.review.queries import ItemState, week_items
from supportbot.review.types import CRITERIA, DrawResult, Mark, Marks
from tests.factories import Shop, make_shop

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WEEK = "2026-W12"
TUESDAY = datetime(2026, 3, 17, 10, tzinfo=AMSTERDAM)
MONDAY_AFTER = datetime(2026, 3, 23, 6, tzinfo=AMSTERDAM)
REPLY: dict[str, Any] = {
    "answer": "Your newest invoice is ready to download in your account.",
    "details": "Open Account, then Invoices.",
    "outcome": "answered",
    "case_fields": [{"key": "case_number", "label": "Case number", "value": "HL-1"}],
    "next_actions": [{"id": "open_invoices", "label": "Open invoices"}],
    "sign_off": "Harbour Lane support",
    "locale": "en",
}


def shop_after_week(database: Database, *, routine: int = 0, held: int = 0) -> Shop:
    """A shop on the Monday after a week in which so many conversations were answered."""
    shop = make_shop(database, now=MONDAY_AFTER)
    for number in range(routine + held):
        answered(shop, held=number >= routine)
    return shop


def answered(
    shop: Shop,
    *,
    at: datetime = TUESDAY,
    held: bool = False,
    edited: str | None = None,
    checks: list[dict[str, Any]] | None = None,
    changed: bool = False,
    rejected: bool = False,
    conversation_id: int | None = None,
) -> int:
    """A conversation whose draft was sent; gives its id. `edited` is what a person made of the answer."""
    with shop.database.transaction() as db:
        conversation = _conversation(db, shop, at, conversation_id)
        shared = {
            "conversation_id": conversation.id,
            "customer_id": conversation.customer_id,
            "channel": "widget",
            "sent_at": at,
        }
        question = Message(role="customer", text="Where is my invoice?", **shared)
        db.add(question)
        db.flush()
        draft = Draft(
            conversation_id=conversation.id,
            message_id=question.id,
            task="routine_reply",
            state="rejected" if rejected else "sent",
            reject_reason="wrong_fact" if rejected else None,
            prompt="routine_reply/1",
            output_schema="reply/1",
            policy_version=1,
            hold_kind="money" if held else None,
            reply=REPLY,
            edited=edited is not None,
            checks=checks or [],
            created_at=at,
        )
        db.add(draft)
        db.flush()
        outgoing = Outgoing(
            conversation_id=conversation.id,
            answers_message_id=question.id,
            draft_id=None if rejected else draft.id,
            author_id=shop.agent.id,
            text="",
            content_hash="",
            state="sent",
            created_at=at,
            sends_at=at,
        )
        db.add(outgoing)
        db.flush()
        said = REPLY if edited is None else REPLY | {"answer": edited}
        reply = Message(
            role="agent", text=said["answer"], reply=said, author_id=shop.agent.id, outgoing_id=outgoing.id, **shared
        )
        db.add(reply)
        if changed:
            _change_outcome(db, draft, at)
        db.flush()
        return conversation.id or 0


def draw(shop: Shop, week: str = WEEK) -> DrawResult:
    """Draw a week."""
    return shop.act(lambda db: actions.draw_week(db, shop.runtime, week))


def items(shop: Shop, week: str = WEEK) -> list[ItemState]:
    """The stored items."""
    return shop.act(lambda db: week_items(db, week))


def all_marked(mark: Mark = "yes", cause: str = "", **others: Mark) -> Marks:
    """A scorecard with one mark everywhere but where `others` say."""
    return Marks({criterion.name: others.get(criterion.name, mark) for criterion in CRITERIA}, cause)


def read(shop: Shop, position: int, marks: Marks | None = None, *, by: str = "lead", week: str = WEEK) -> None:
    """Submit a scorecard after a minute of reading."""
    person = {"lead": shop.lead, "owner": shop.owner, "agent": shop.agent}[by]
    opened_at = shop.clock()
    shop.clock.move(timedelta(minutes=1))
    shop.act(
        lambda db: actions.submit_scorecard(
            db, shop.runtime, week, position, marks or all_marked(), by=person, opened_at=opened_at
        )
    )


def _conversation(db: Any, shop: Shop, at: datetime, known: int | None) -> Conversation:
    if known is not None:
        return db.get_one(Conversation, known)
    number = len(db.exec(select(Conversation.id)).all()) + 1
    customer = Customer(site_id=shop.site_id, external_id=f"c-{number}", name="Ada Berg", created_at=at)
    db.add(customer)
    db.flush()
    conversation = Conversation(
        site_id=shop.site_id,
        customer_id=customer.id,
        case_number=f"HL-{number}",
        channel="widget",
        subject="Invoice",
        last_message_at=at,
        created_at=at,
    )
    db.add(conversation)
    db.flush()
    return conversation


def _change_outcome(db: Any, draft: Draft, at: datetime) -> None:
    row = DivergenceRow(
        conversation_id=draft.conversation_id,
        message_id=draft.message_id,
        before_draft_id=draft.id,
        after_draft_id=draft.id,
        field="outcome",
        before="refund_approved",
        after="refund_needs_review",
        severity="S1",
        rule="billing_is_held",
        created_at=at,
    )
    db.add(row)
