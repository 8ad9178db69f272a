"""The earlier messages of a long conversation, on the desk's page and over the API."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import col, select

from supportbot.db import Database
from supportbot.inbox.pagination import THREAD_PAGE
from supportbot.inbox.tables import Message
from tests.factories import DISPUTE, ROUTINE, Office, make_office

SHOW = "Show earlier messages"
BACK = "Back to the newest messages"
APPROVE = 'data-key="y"'


@pytest.fixture
def office(sqlite_database_url: str) -> Iterator[Office]:
    database = Database(sqlite_database_url)
    made = make_office(database)
    yield made
    made.close()
    database.dispose()


def long_conversation(office: Office, text: str, *, earlier: int) -> int:
    """A conversation in which `earlier` messages came before the one with a draft."""
    shop = office.shop
    conversation_id = shop.drafted(shop.jonas_id, ROUTINE).conversation_id
    with shop.database.transaction() as db:
        for number in range(2, earlier + 1):
            line = Message(
                conversation_id=conversation_id,
                customer_id=shop.jonas_id,
                role="customer",
                text=f"Invoice page, line {number} of it",
                channel="widget",
                sent_at=shop.clock() + timedelta(seconds=number),
            )
            db.add(line)
            db.flush()
    shop.pass_time(earlier + 60)
    shop.drafted(shop.jonas_id, text)
    return conversation_id


def test_what_came_before_the_newest_messages_is_read_and_left_again(office: Office) -> None:
    conversation_id = long_conversation(office, ROUTINE, earlier=THREAD_PAGE + 20)
    browser = office.browser(office.shop.agent)
    address = f"/inbox/conversations/{conversation_id}"
    newest = browser.get(address).text
    assert (SHOW in newest, BACK in newest, APPROVE in newest) == (True, False, True)
    assert "line 21 of it" not in newest and "line 23 of it" in newest
    with office.shop.database.transaction(read_only=True) as db:
        ids = list(db.exec(select(Message.id).order_by(col(Message.id))))

    past = browser.get(f"{address}?before={ids[-THREAD_PAGE]}").text

    assert (SHOW in past, BACK in past, APPROVE in past) == (False, True, False)
    assert "line 20 of it" in past and "line 23 of it" not in past
    assert f'href="{address}"' in past


def test_a_held_case_leads_to_all_that_was_said(office: Office) -> None:
    conversation_id = long_conversation(office, DISPUTE, earlier=20)
    browser = office.browser(office.shop.lead)
    report = browser.get(f"/inbox/conversations/{conversation_id}").text
    assert "Held for a person" in report and "line 5 of it" not in report
    link = report.partition(SHOW)[0].rpartition('href="')[2].partition('"')[0]

    past = browser.get(link).text

    assert "line 5 of it" in past and BACK in past
    assert "Held for a person" not in past


def test_programs_read_backwards_by_the_same_key(office: Office) -> None:
    conversation_id = long_conversation(office, ROUTINE, earlier=THREAD_PAGE + 20)
    api = office.api(office.shop.agent)
    first = api.get(f"/conversations/{conversation_id}").json
    second = api.get(f"/conversations/{conversation_id}?before={first['earlier']}").json
    assert (len(first["messages"]), len(second["messages"]), second["earlier"]) == (THREAD_PAGE, 21, None)
    assert second["messages"][-1]["id"] < first["messages"][0]["id"] == first["earlier"]


@pytest.mark.parametrize(("before", "status"), [("x", 400), ("-1", 400), ("0", 404), ("9" * 18, 404), ("9" * 30, 400)])
def test_a_key_that_is_none_is_refused(office: Office, before: str, status: int) -> None:
    conversation_id = long_conversation(office, ROUTINE, earlier=1)
    for asks, prefix in ((office.browser(office.shop.agent), "/inbox"), (office.api(office.shop.agent), "")):
        assert asks.get(f"{prefix}/conversations/{conversation_id}?before={before}").status_code == status
