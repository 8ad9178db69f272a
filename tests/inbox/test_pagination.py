"""A conversation read in stretches: every message and every note once, in order, and no other conversation's."""

from datetime import timedelta

import pytest

from supportbot.db import Database
from supportbot.errors import NotFound
from supportbot.inbox.pagination import Stretch, read_stretch
from supportbot.inbox.tables import Message, Note
from tests.factories import ROUTINE, Shop, make_shop


def conversation_of(shop: Shop, *, lines: int) -> int:
    """A conversation of `lines` messages a minute apart, with a note half a minute after each."""
    conversation_id = shop.drafted(shop.visitor_id, ROUTINE).conversation_id
    with shop.database.transaction() as db:
        for number in range(2, lines + 1):
            at = shop.clock() + timedelta(minutes=number)
            message = Message(
                conversation_id=conversation_id,
                customer_id=shop.visitor_id,
                role="customer",
                text=str(number),
                channel="widget",
                sent_at=at,
            )
            after = at + timedelta(seconds=30)
            note = Note(conversation_id=conversation_id, author_id=shop.agent.id, text=f"n{number}", created_at=after)
            db.add_all([message, note])
            db.flush()
    return conversation_id


def read(shop: Shop, conversation_id: int, before: int | None = None, size: int = 4) -> Stretch:
    return shop.act(lambda db: read_stretch(db, conversation_id, before=before, size=size))


def test_reading_backwards_meets_every_message_and_note_once(database: Database) -> None:
    shop = make_shop(database)
    conversation_id = conversation_of(shop, lines=10)

    stretches = [read(shop, conversation_id)]
    while stretches[-1].earlier is not None:
        stretches.append(read(shop, conversation_id, stretches[-1].earlier))

    said = [[message.text for message in stretch.messages] for stretch in reversed(stretches)]
    noted = [[note.text for note in stretch.notes] for stretch in reversed(stretches)]
    assert said == [[ROUTINE, "2"], ["3", "4", "5", "6"], ["7", "8", "9", "10"]]
    assert noted == [["n2"], ["n3", "n4", "n5", "n6"], ["n7", "n8", "n9", "n10"]]


def test_a_conversation_that_fits_has_nothing_earlier(database: Database) -> None:
    shop = make_shop(database)
    conversation_id = conversation_of(shop, lines=4)
    assert [len(read(shop, conversation_id, size=size).messages) for size in (4, 5)] == [4, 4]
    assert (read(shop, conversation_id).earlier, read(shop, conversation_id, size=3).earlier is None) == (None, False)


def test_a_message_of_another_conversation_leads_nowhere(database: Database) -> None:
    shop = make_shop(database)
    conversation_id = conversation_of(shop, lines=3)
    other = shop.drafted(shop.jonas_id, ROUTINE)
    assert read(shop, other.conversation_id, other.message_id).messages == []
    for before in (other.message_id, 0, 2**62):
        with pytest.raises(NotFound, match=f"no message {before} in this conversation"):
            read(shop, conversation_id, before)
