"""Lists: paged by key, each conversation once, also when many came at the same moment."""

from supportbot.customers.tables import Customer
from supportbot.db import Database
from supportbot.inbox.pagination import parse_cursor
from supportbot.inbox.queries import list_conversations
from tests.factories import ROUTINE, make_shop


def test_pages_show_each_conversation_once_when_all_came_at_one_moment(database: Database) -> None:
    shop = make_shop(database)
    with database.transaction() as db:
        customers = [
            Customer(site_id=shop.site_id, name=f"Visitor {number}", created_at=shop.clock()) for number in range(7)
        ]
        db.add_all(customers)
        db.flush()
        ids = [customer.id or 0 for customer in customers]
    for customer_id in ids:
        shop.write(customer_id, ROUTINE)

    seen, after, sizes = [], None, []
    while True:
        with database.transaction(read_only=True) as db:
            page = list_conversations(db, "all", shop.agent.id, after=after, size=3)
        seen += [line.customer.id for line in page.lines]
        sizes.append(len(page.lines))
        if page.next is None:
            break
        after = parse_cursor(page.next.text)

    assert (seen, sizes) == (ids, [3, 3, 1])
