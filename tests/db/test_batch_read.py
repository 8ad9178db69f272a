"""Several reads as one statement: the same rows as reading them one by one, on both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.customers.tables import Customer, Site
from supportbot.db import Database
from supportbot.db.batch_read import Together
from supportbot.inbox.tables import Conversation, Message
from tests.factories import DISPUTE, NOW, ROUTINE, make_shop
from tests.statements import counted

LIMIT = sa.bindparam("customer_id", type_=sa.Integer)
READS = Together(
    messages=select(Message).where(Message.customer_id == LIMIT).order_by(col(Message.id).desc()).limit(2),
    conversations=select(Conversation).where(Conversation.customer_id == LIMIT).order_by(col(Conversation.id)),
    sites=select(Site),
    nobody=select(Customer).where(Customer.id == 0),
)


def read_apart(db: Session, customer_id: int) -> dict[str, list[object]]:
    newest = select(Message).where(Message.customer_id == customer_id).order_by(col(Message.id).desc()).limit(2)
    conversations = select(Conversation).where(Conversation.customer_id == customer_id)
    return {
        "messages": list(db.exec(newest)),
        "conversations": list(db.exec(conversations)),
        "sites": list(db.exec(select(Site))),
        "nobody": [],
    }


def test_rows_read_together_are_those_read_apart(database: Database) -> None:
    shop = make_shop(database)
    for text in (DISPUTE, ROUTINE, 'Grüße: „49,00 €“ \\ "x" 😀\n'):
        shop.write(shop.jonas_id, text)
    shop.work()
    with database.transaction(read_only=True) as db:
        apart = read_apart(db, shop.jonas_id)
        together = READS.fetch(db, customer_id=shop.jonas_id)
    assert {name: [row._asdict() for row in rows] for name, rows in together.items()} == {
        name: [row.model_dump() for row in rows]
        for name, rows in apart.items()  # type: ignore[attr-defined]
    }


def test_all_of_it_is_one_statement(database: Database) -> None:
    shop = make_shop(database)
    with counted(database) as statements, database.transaction(read_only=True) as db:
        READS.fetch(db, customer_id=shop.jonas_id)
    assert len(statements) == 1


@pytest.mark.parametrize("rows", [1, 40])
def test_rows_keep_their_order(database: Database, rows: int) -> None:
    shop = make_shop(database)
    with database.transaction() as db:
        for number in range(rows):
            db.add(
                Customer(site_id=shop.site_id, name=f"{rows - number:03}", created_at=NOW + timedelta(seconds=number))
            )
    by_name = Together(all=select(Customer).order_by(col(Customer.name).desc()))
    with database.transaction(read_only=True) as db:
        names = [row.name for row in by_name.fetch(db)["all"]]
    assert names == sorted(names, reverse=True) and len(names) == rows + 3
