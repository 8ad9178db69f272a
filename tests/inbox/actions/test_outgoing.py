"""Sending: ten seconds to think again, then once, and never past a newer message."""

from datetime import timedelta

import pytest
from sqlmodel import select

from supportbot.db import Database
from supportbot.drafting.actions import dispatch, edits
from supportbot.errors import Conflict, NotFound
from supportbot.events.tables import Event
from supportbot.inbox import actions
from supportbot.inbox.tables import Message, Outgoing
from tests.factories import DISPUTE, ROUTINE, Shop, make_shop

WORDS = "It is the first entry in your account."


def sent(shop: Shop) -> list[Message]:
    with shop.database.transaction(read_only=True) as db:
        return list(db.exec(select(Message).where(Message.role == "agent")))


def undo(shop: Shop, outgoing: Outgoing) -> None:
    shop.act(lambda db: dispatch.undo(db, shop.runtime, outgoing.id or 0, by=shop.agent))


def test_a_reply_leaves_once_however_often_the_job_runs(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    outgoing = shop.write_by_hand(draft.conversation_id, WORDS)
    shop.clock.move(timedelta(seconds=10))

    results = [shop.act(lambda db: actions.send_reply(db, shop.runtime, outgoing.id or 0)) for _ in range(3)]

    (message,) = sent(shop)
    assert [one is not None for one in results] == [True, False, False]
    assert (message.outgoing_id, message.author_id) == (outgoing.id, shop.agent.id)
    with database.transaction(read_only=True) as db:
        told = db.exec(select(Event).where(Event.for_widget, Event.kind == "message")).all()
    assert len(told) == 2  # the customer's own message, and the reply


def test_a_second_reply_waits_until_the_first_has_left(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    shop.write_by_hand(draft.conversation_id, WORDS)

    with pytest.raises(Conflict, match="about to leave"):
        shop.write_by_hand(draft.conversation_id, "And one thing more.")
    shop.pass_time(11)
    shop.write_by_hand(draft.conversation_id, "And one thing more.")
    shop.pass_time(11)

    assert len(sent(shop)) == 2


def test_what_a_person_wrote_is_overtaken_by_a_newer_message_like_a_draft(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    outgoing = shop.write_by_hand(draft.conversation_id, WORDS, resolve=True)
    newest = shop.write(shop.mira_id, "Please cancel my plan instead.")

    shop.pass_time(11)

    assert sent(shop) == []
    conversation = shop.conversation(draft.conversation_id)
    assert (conversation.status, conversation.waiting_since is None) == ("open", False)
    main = shop.drafts(newest).main
    assert main is not None and main.state in ("ready", "held")
    with database.transaction(read_only=True) as db:
        assert db.get_one(Outgoing, outgoing.id).close_reason == "The customer wrote again before it left."


@pytest.mark.parametrize(("customer", "text", "state"), [("mira", ROUTINE, "ready"), ("jonas", DISPUTE, "held")])
def test_undoing_a_written_reply_shows_the_draft_as_it_stood(
    database: Database, customer: str, text: str, state: str
) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id if customer == "mira" else shop.jonas_id, text)
    outgoing = shop.write_by_hand(draft.conversation_id, WORDS, by=shop.lead)
    assert shop.conversation(draft.conversation_id).work_state == "sending"

    shop.act(lambda db: dispatch.undo(db, shop.runtime, outgoing.id or 0, by=shop.lead))

    assert shop.conversation(draft.conversation_id).work_state == state
    assert shop.draft(draft.id).state == state


def test_undoing_before_the_first_draft_goes_on_waiting_for_it(database: Database) -> None:
    shop = make_shop(database)
    message_id = shop.write(shop.mira_id, ROUTINE)
    with database.transaction(read_only=True) as db:
        conversation_id = db.get_one(Message, message_id).conversation_id
    outgoing = shop.write_by_hand(conversation_id, WORDS)

    undo(shop, outgoing)

    assert shop.conversation(conversation_id).work_state == "waiting"
    with pytest.raises(Conflict, match="undone before"):
        undo(shop, outgoing)


def test_a_draft_that_comes_while_a_reply_leaves_does_not_hide_it(database: Database) -> None:
    shop = make_shop(database)
    message_id = shop.write(shop.mira_id, ROUTINE)
    with database.transaction(read_only=True) as db:
        conversation_id = db.get_one(Message, message_id).conversation_id
    outgoing = shop.write_by_hand(conversation_id, WORDS)

    shop.work()

    assert shop.conversation(conversation_id).work_state == "sending"
    undo(shop, outgoing)
    assert shop.conversation(conversation_id).work_state == "ready"


@pytest.mark.parametrize("status", ["resolved", "snoozed"])
def test_what_was_closed_while_the_reply_was_on_its_way_stays_closed(database: Database, status: str) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    shop.write_by_hand(draft.conversation_id, WORDS)
    until = shop.clock() + timedelta(days=1)
    shop.act(
        lambda db: actions.set_status(db, shop.runtime, draft.conversation_id, status, by=shop.agent, until=until)  # type: ignore[arg-type]
    )

    shop.pass_time(11)

    assert len(sent(shop)) == 1
    assert shop.conversation(draft.conversation_id).status == status


def test_send_and_resolve_resolves_when_it_leaves_and_not_before(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    shop.write_by_hand(draft.conversation_id, WORDS, resolve=True)
    assert shop.conversation(draft.conversation_id).status == "open"

    shop.pass_time(11)

    conversation = shop.conversation(draft.conversation_id)
    assert (conversation.status, conversation.resolved_at) == ("resolved", shop.clock())


def test_a_notice_is_told_once_per_key(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    reply = edits.frame_of(draft)

    def tell() -> bool:
        return shop.act(
            lambda db: actions.add_notice(
                db,
                shop.runtime,
                actions.lock_conversation(db, draft.conversation_id),
                key="notice:1",
                text=reply.answer,
                reply=draft.reply or {},
            )
        )

    assert [tell(), tell()] == [True, False]


def test_a_reply_that_is_not_there_cannot_be_undone_or_sent(database: Database) -> None:
    shop = make_shop(database)

    with pytest.raises(NotFound, match="no reply 77"):
        shop.act(lambda db: dispatch.undo(db, shop.runtime, 77, by=shop.agent))
    with pytest.raises(NotFound):
        shop.act(lambda db: actions.send_reply(db, shop.runtime, 77))
