"""Handling: assignment, status, sleep and notes, each with its entry in the log."""

from datetime import timedelta

import pytest
from sqlmodel import select

from supportbot.accounts.actions import disable_person
from supportbot.accounts.types import Person
from supportbot.audit.tables import AuditEntry
from supportbot.audit.types import SYSTEM
from supportbot.db import Database
from supportbot.errors import Forbidden, InvalidInput, NotFound
from supportbot.inbox import actions
from supportbot.inbox.tables import Note
from tests.factories import DISPUTE, ROUTINE, Shop, make_shop


def set_status(shop: Shop, conversation_id: int, status: str, *, days: float | None = None) -> None:
    until = None if days is None else shop.clock() + timedelta(days=days)
    shop.act(
        lambda db: actions.set_status(db, shop.runtime, conversation_id, status, by=shop.agent, until=until)  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(("status", "days"), [("resolved", None), ("snoozed", 30)])
def test_a_held_dispute_is_closed_by_nobody_who_may_not_release_it(
    database: Database, status: str, days: float | None
) -> None:
    shop = make_shop(database)
    conversation_id = shop.drafted(shop.jonas_id, DISPUTE).conversation_id
    until = None if days is None else shop.clock() + timedelta(days=days)

    def close(by: Person) -> None:
        shop.act(
            lambda db: actions.set_status(db, shop.runtime, conversation_id, status, by=by, until=until)  # type: ignore[arg-type]
        )

    with pytest.raises(Forbidden, match=r"released by a lead. Until then it stays open"):
        close(shop.agent)
    assert shop.conversation(conversation_id).status == "open"
    close(shop.lead)
    assert shop.conversation(conversation_id).status == status


def newest_entry(shop: Shop) -> AuditEntry:
    with shop.database.transaction(read_only=True) as db:
        return list(db.exec(select(AuditEntry).order_by(AuditEntry.seq)))[-1]  # type: ignore[arg-type]


def test_a_conversation_is_given_to_a_colleague_and_back_to_nobody(database: Database) -> None:
    shop = make_shop(database)
    conversation_id = shop.drafted(shop.mira_id, ROUTINE).conversation_id

    for assignee in (shop.lead.id, None):
        shop.act(lambda db, to=assignee: actions.assign(db, shop.runtime, conversation_id, to, by=shop.agent))
        assert shop.conversation(conversation_id).assignee_id == assignee
        entry = newest_entry(shop)
        assert (entry.action, entry.actor_id, entry.detail) == (
            "conversation.assigned",
            shop.agent.id,
            {"to": assignee},
        )


@pytest.mark.parametrize("who", ["unknown", "disabled"])
def test_nobody_is_given_a_conversation_who_cannot_answer_it(database: Database, who: str) -> None:
    shop = make_shop(database)
    conversation_id = shop.drafted(shop.mira_id, ROUTINE).conversation_id
    if who == "disabled":
        shop.act(lambda db: disable_person(db, shop.runtime.audit, shop.lead.email, by=SYSTEM))
    assignee = 4_711 if who == "unknown" else shop.lead.id

    with pytest.raises(InvalidInput, match=f"Nobody here has the id {assignee}"):
        shop.act(lambda db: actions.assign(db, shop.runtime, conversation_id, assignee, by=shop.agent))

    assert shop.conversation(conversation_id).assignee_id is None


def test_a_snoozed_conversation_wakes_when_its_time_comes_and_still_waits_as_long_as_before(database: Database) -> None:
    shop = make_shop(database)
    conversation_id = shop.drafted(shop.mira_id, ROUTINE).conversation_id
    since = shop.clock()
    set_status(shop, conversation_id, "snoozed", days=1)

    shop.clock.move(timedelta(hours=23))
    assert shop.act(lambda db: actions.wake_snoozed(db, shop.runtime)) == 0
    shop.clock.move(timedelta(hours=1))
    assert shop.act(lambda db: actions.wake_snoozed(db, shop.runtime)) == 1
    assert shop.act(lambda db: actions.wake_snoozed(db, shop.runtime)) == 0

    now = shop.conversation(conversation_id)
    assert (now.status, now.snoozed_until, now.waiting_since) == ("open", None, since)


@pytest.mark.parametrize("days", [None, -1, 0, 367])
def test_a_snooze_needs_a_time_within_a_year(database: Database, days: float | None) -> None:
    shop = make_shop(database)
    conversation_id = shop.drafted(shop.mira_id, ROUTINE).conversation_id

    with pytest.raises(InvalidInput) as refused:
        set_status(shop, conversation_id, "snoozed", days=days)

    assert set(refused.value.fields) == {"until"}
    assert shop.conversation(conversation_id).status == "open"
    set_status(shop, conversation_id, "snoozed", days=366)


def test_resolving_ends_the_wait_and_opening_starts_it_anew(database: Database) -> None:
    shop = make_shop(database)
    conversation_id = shop.drafted(shop.mira_id, ROUTINE).conversation_id

    set_status(shop, conversation_id, "resolved")
    closed = shop.conversation(conversation_id)
    shop.clock.move(timedelta(hours=1))
    set_status(shop, conversation_id, "open")

    opened = shop.conversation(conversation_id)
    assert (closed.waiting_since, closed.resolved_at) == (None, shop.clock() - timedelta(hours=1))
    assert (opened.status, opened.waiting_since, opened.resolved_at) == ("open", shop.clock(), None)
    assert newest_entry(shop).detail == {"from": "resolved", "to": "open"}


def test_a_note_is_kept_for_colleagues_and_its_words_stay_out_of_the_log(database: Database) -> None:
    shop = make_shop(database)
    conversation_id = shop.drafted(shop.mira_id, ROUTINE).conversation_id

    shop.act(lambda db: actions.add_note(db, shop.runtime, conversation_id, "  Called her.  ", by=shop.agent))

    with database.transaction(read_only=True) as db:
        (note,) = db.exec(select(Note)).all()
    assert (note.text, note.author_id) == ("Called her.", shop.agent.id)
    assert newest_entry(shop).detail == {}


@pytest.mark.parametrize("text", ["", " \n ", "x" * 10_001])
def test_an_empty_or_endless_note_is_refused(database: Database, text: str) -> None:
    shop = make_shop(database)
    conversation_id = shop.drafted(shop.mira_id, ROUTINE).conversation_id

    with pytest.raises(InvalidInput):
        shop.act(lambda db: actions.add_note(db, shop.runtime, conversation_id, text, by=shop.agent))
    shop.act(lambda db: actions.add_note(db, shop.runtime, conversation_id, "x" * 10_000, by=shop.agent))


def test_a_conversation_that_is_not_there_cannot_be_handled(database: Database) -> None:
    shop = make_shop(database)

    for act in (
        lambda db: actions.assign(db, shop.runtime, 77, None, by=shop.agent),
        lambda db: actions.set_status(db, shop.runtime, 77, "resolved", by=shop.agent),
        lambda db: actions.add_note(db, shop.runtime, 77, "x", by=shop.agent),
    ):
        with pytest.raises(NotFound, match="no conversation 77"):
            shop.act(act)
