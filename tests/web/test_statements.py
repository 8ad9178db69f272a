"""How many statements a page of the desk takes: within its bound, and the same for few rows and for many."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from supportbot.customers.tables import Customer
from supportbot.db import Database
from supportbot.inbox.tables import Conversation, Message, Note
from tests.factories import DISPUTE, NOW, ROUTINE, Office, Shop, make_office
from tests.statements import counted

LIST_MOST, CONVERSATION_MOST = 5, 8
FEW, MANY = 3, 60


def add_conversations(db: Session, shop: Shop, numbers: range) -> None:
    """Conversations that wait, each of a customer of its own."""
    for number in numbers:
        customer = Customer(site_id=shop.site_id, name=f"Customer {number}", created_at=NOW)
        db.add(customer)
        db.flush()
        waiting = Conversation(
            site_id=shop.site_id,
            customer_id=customer.id or 0,
            case_number=f"T-{number}",
            channel="widget",
            subject="Where is it?",
            waiting_since=NOW,
            last_message_at=NOW,
            created_at=NOW,
        )
        db.add(waiting)


def add_lines(db: Session, shop: Shop, conversation: Conversation, numbers: range) -> None:
    """Older replies and notes of a conversation, each by a person who works here."""
    for number in numbers:
        at = NOW - timedelta(minutes=number + 1)
        reply = Message(
            conversation_id=conversation.id or 0,
            customer_id=conversation.customer_id,
            role="agent",
            text=f"Reply {number}.",
            channel="widget",
            author_id=shop.lead.id,
            sent_at=at,
        )
        note = Note(
            conversation_id=conversation.id or 0, author_id=shop.agent.id, text=f"Note {number}.", created_at=at
        )
        db.add_all((reply, note))


def statements_of(office: Office, path: str, shown: str, times: int) -> list[str]:
    """What one page asks of the database; the page shows something so many times."""
    browser = office.browser(office.shop.lead)
    with counted(office.app.extensions["supportbot"].database) as seen:
        page = browser.get(path)
    assert page.status_code == 200
    assert page.text.count(shown) == times
    return seen


def test_a_list_takes_the_same_few_statements_for_few_rows_and_many(database: Database) -> None:
    office = make_office(database)
    shop = office.shop
    shop.act(lambda db: add_conversations(db, shop, range(FEW)))
    few = statements_of(office, "/inbox", 'id="row-', FEW)
    shop.act(lambda db: add_conversations(db, shop, range(FEW, MANY)))
    many = statements_of(office, "/inbox", 'id="row-', 50)
    assert len(few) == len(many) <= LIST_MOST, many
    office.close()


@pytest.mark.parametrize("text", [ROUTINE, DISPUTE])
def test_a_conversation_takes_the_same_few_statements_for_few_lines_and_many(database: Database, text: str) -> None:
    office = make_office(database)
    shop = office.shop
    draft = shop.drafted(shop.jonas_id, text)
    conversation = shop.conversation(draft.conversation_id)
    path = f"/inbox/conversations/{conversation.id}"
    shop.act(lambda db: add_lines(db, shop, conversation, range(FEW)))
    few = statements_of(office, path, "Note 2.", 1)
    shop.act(lambda db: add_lines(db, shop, conversation, range(FEW, MANY)))
    shop.act(lambda db: add_conversations(db, shop, range(MANY)))
    many = statements_of(office, path, "Note 59.", 1)
    assert len(few) == len(many) <= CONVERSATION_MOST, many
    office.close()
