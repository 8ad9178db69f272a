"""Receiving: once per message, into the one open conversation, with the job that drafts it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from supportbot.db import Database
from supportbot.errors import NotFound
from supportbot.events.tables import Event
from supportbot.inbox import actions
from supportbot.inbox.rules import subject_of
from supportbot.inbox.tables import Conversation, Message
from tests.factories import ROUTINE, Shop, make_shop


def conversations(shop: Shop) -> list[Conversation]:
    with shop.database.transaction(read_only=True) as db:
        return list(db.exec(select(Conversation).order_by(Conversation.id)))  # type: ignore[arg-type]


def resolve(shop: Shop, conversation_id: int) -> None:
    shop.act(lambda db: actions.set_status(db, shop.runtime, conversation_id, "resolved", by=shop.agent))


def test_twenty_tries_at_once_leave_one_message_one_conversation_and_one_job(database: Database) -> None:
    shop = make_shop(database)

    with ThreadPoolExecutor(20) as pool:
        ids = list(pool.map(lambda _: shop.write(shop.mira_id, ROUTINE, message_id="m-once"), range(20)))

    with database.transaction(read_only=True) as db:
        (message,) = db.exec(select(Message)).all()
        events = db.exec(select(Event)).all()
    assert set(ids) == {message.id}
    assert len(conversations(shop)) == len(events) == 1
    assert shop.runtime.engine.status(f"draft:{message.id}") is not None


def test_the_same_id_of_two_customers_is_two_messages(database: Database) -> None:
    shop = make_shop(database)

    first = shop.write(shop.mira_id, ROUTINE, message_id="m-1")
    second = shop.write(shop.jonas_id, ROUTINE, message_id="m-1")

    assert first != second
    assert [one.customer_id for one in conversations(shop)] == [shop.mira_id, shop.jonas_id]


def test_twenty_messages_at_once_join_one_conversation(database: Database) -> None:
    shop = make_shop(database)

    with ThreadPoolExecutor(20) as pool:
        ids = list(pool.map(lambda number: shop.write(shop.mira_id, f"Question {number}"), range(20)))

    (conversation,) = conversations(shop)
    assert conversation.newest_customer_message_id == max(ids)
    assert len(set(ids)) == 20


def test_a_message_joins_the_open_conversation_and_keeps_the_time_of_the_first_wait(database: Database) -> None:
    shop = make_shop(database)
    shop.write(shop.mira_id, ROUTINE)
    since = shop.clock()
    shop.clock.move(timedelta(minutes=5))

    newest = shop.write(shop.mira_id, "It is for February.")

    (conversation,) = conversations(shop)
    assert (conversation.subject, conversation.waiting_since) == (ROUTINE, since)
    assert (conversation.newest_customer_message_id, conversation.last_message_at) == (newest, shop.clock())
    assert conversation.case_number == f"HL-{1000 + (conversation.id or 0)}"


def test_after_resolution_a_message_opens_a_new_conversation_that_names_the_old_one(database: Database) -> None:
    shop = make_shop(database)
    shop.write(shop.mira_id, ROUTINE)
    (first,) = conversations(shop)
    resolve(shop, first.id or 0)

    shop.write(shop.mira_id, "One more thing.")

    before, after = conversations(shop)
    assert (before.status, after.status) == ("resolved", "open")
    assert (after.linked_conversation_id, after.subject) == (first.id, "One more thing.")


def test_a_message_joins_an_older_conversation_that_was_opened_again(database: Database) -> None:
    shop = make_shop(database)
    shop.write(shop.mira_id, ROUTINE)
    (first,) = conversations(shop)
    resolve(shop, first.id or 0)
    shop.write(shop.mira_id, "One more thing.")
    resolve(shop, conversations(shop)[1].id or 0)
    shop.act(lambda db: actions.set_status(db, shop.runtime, first.id or 0, "open", by=shop.agent))

    message_id = shop.write(shop.mira_id, "Still about my invoice.")

    assert [one.newest_customer_message_id == message_id for one in conversations(shop)] == [True, False]


@pytest.mark.parametrize("status", ["snoozed", "pending"])
def test_a_message_opens_a_conversation_that_slept_or_was_answered(database: Database, status: str) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    if status == "snoozed":
        until = shop.clock() + timedelta(days=1)
        shop.act(
            lambda db: actions.set_status(
                db, shop.runtime, draft.conversation_id, "snoozed", by=shop.agent, until=until
            )
        )
    else:
        shop.send_by_hand(draft.conversation_id, "It is in your account.")
    assert shop.conversation(draft.conversation_id).status == status

    shop.write(shop.mira_id, "And the one before?")

    now = shop.conversation(draft.conversation_id)
    assert (now.status, now.snoozed_until, now.work_state, now.waiting_since is None) == (
        "open",
        None,
        "waiting",
        False,
    )


def test_a_customer_who_is_not_there_stores_nothing(database: Database) -> None:
    shop = make_shop(database)

    with pytest.raises(NotFound):
        shop.write(9_999, ROUTINE)

    assert conversations(shop) == []


def test_seen_marks_what_was_sent_to_this_customer_alone(database: Database) -> None:
    shop = make_shop(database)
    mira = shop.drafted(shop.mira_id, ROUTINE)
    jonas = shop.drafted(shop.jonas_id, ROUTINE)
    for one in (mira, jonas):
        shop.send_by_hand(one.conversation_id, "It is in your account.")
    with database.transaction(read_only=True) as db:
        sent = {row.customer_id: row.id or 0 for row in db.exec(select(Message).where(Message.role == "agent"))}

    with pytest.raises(NotFound):
        shop.act(lambda db: actions.mark_seen(db, shop.runtime, shop.mira_id, sent[shop.jonas_id]))
    shop.act(lambda db: actions.mark_seen(db, shop.runtime, shop.mira_id, sent[shop.mira_id]))

    with database.transaction(read_only=True) as db:
        seen = db.exec(select(Message.customer_id, Message.role).where(Message.seen_at.is_not(None))).all()  # type: ignore[union-attr]
    assert seen == [(shop.mira_id, "agent")]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Hello", "Hello"),
        ("  two\n lines\t here ", "two lines here"),
        ("a" * 80, "a" * 80),
        ("a" * 81, "a" * 79 + "…"),
        ("word " * 30, ("word " * 15).strip() + "…"),
    ],
)
def test_a_subject_is_the_first_words_cut_at_a_word(text: str, subject: str) -> None:
    assert subject_of(text) == subject
    assert len(subject) <= 80
