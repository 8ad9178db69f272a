"""The net: what is late is tried again, what is very late reaches a person, and what was asked anew gets its time."""

from datetime import timedelta

import pytest
from sqlmodel import col, func, select

from supportbot.customers.tables import WidgetSession
from supportbot.db import Database
from supportbot.drafting.actions import redrafts
from supportbot.drafting.tables import Draft
from supportbot.events.tables import Event
from supportbot.jobs.sweeper import prune, sweep
from tests.factories import DISPUTE, ROUTINE, Shop, make_shop


def swept(shop: Shop, *, after_s: float) -> dict[str, int]:
    shop.clock.move(timedelta(seconds=after_s))
    return shop.act(lambda db: sweep(db, shop.runtime))


def test_nothing_is_late_while_drafts_are_made_in_time(database: Database) -> None:
    shop = make_shop(database)
    shop.drafted(shop.mira_id, ROUTINE)
    shop.write(shop.jonas_id, DISPUTE)

    assert swept(shop, after_s=89) == {"retried": 0, "given_up": 0}


def test_a_lost_draft_is_made_by_the_retry(database: Database) -> None:
    shop = make_shop(database)
    message_id = shop.write(shop.mira_id, ROUTINE)
    shop.act(lambda db: shop.runtime.engine.cancel(db, f"draft:{message_id}"))

    assert swept(shop, after_s=95) == {"retried": 1, "given_up": 0}
    shop.work()

    main = shop.drafts(message_id).main
    assert main is not None and (main.state, main.generation) == ("ready", 1)


def test_a_new_draft_of_an_old_message_has_its_time_like_any_other(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    shop.clock.move(timedelta(hours=1))
    shop.act(lambda db: redrafts.regenerate(db, shop.runtime, draft.id or 0, by=shop.agent))

    assert swept(shop, after_s=60) == {"retried": 0, "given_up": 0}
    shop.work()

    main = shop.drafts(draft.message_id).main
    assert main is not None and (main.state, main.generation) == ("ready", 2)


@pytest.mark.parametrize("text", [ROUTINE, DISPUTE])
def test_a_new_draft_that_is_lost_is_tried_again_and_then_handed_to_a_person(database: Database, text: str) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.jonas_id, text)
    shop.clock.move(timedelta(hours=1))
    shop.act(lambda db: redrafts.regenerate(db, shop.runtime, draft.id or 0, by=shop.lead))
    shop.act(lambda db: shop.runtime.engine.cancel(db, f"draft:{draft.message_id}:g2"))

    assert swept(shop, after_s=95) == {"retried": 1, "given_up": 0}
    assert swept(shop, after_s=30) == {"retried": 0, "given_up": 1}
    assert swept(shop, after_s=15) == {"retried": 0, "given_up": 0}

    assert shop.conversation(draft.conversation_id).work_state == "failed"
    main = shop.drafts(draft.message_id).main
    assert main is not None and (main.state, main.generation) == ("failed", 2)
    shop.work()  # the late job comes after all, and finds it decided
    assert shop.conversation(draft.conversation_id).work_state == "failed"


def test_a_retry_makes_the_generation_that_was_asked_for(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    shop.act(lambda db: redrafts.regenerate(db, shop.runtime, draft.id or 0, by=shop.agent))
    shop.act(lambda db: shop.runtime.engine.cancel(db, f"draft:{draft.message_id}:g2"))

    assert swept(shop, after_s=95) == {"retried": 1, "given_up": 0}
    shop.work()

    main = shop.drafts(draft.message_id).main
    assert main is not None and (main.state, main.generation) == ("ready", 2)


def test_a_message_after_a_new_draft_is_measured_by_its_own_time(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    shop.act(lambda db: redrafts.regenerate(db, shop.runtime, draft.id or 0, by=shop.agent))
    shop.work()
    shop.clock.move(timedelta(hours=1))
    newest = shop.write(shop.mira_id, "It is for February.")

    assert swept(shop, after_s=125) == {"retried": 0, "given_up": 1}

    with database.transaction(read_only=True) as db:
        (failed,) = db.exec(select(Draft).where(Draft.message_id == newest)).all()
    assert (failed.state, failed.generation) == ("failed", 1)


def test_pruning_forgets_old_events_and_sessions_and_keeps_the_others(database: Database) -> None:
    shop = make_shop(database)
    shop.write(shop.mira_id, ROUTINE)
    with database.transaction() as db:
        for days, token in ((0, "a"), (6, "b"), (8, "c")):
            at = shop.clock() - timedelta(days=days)
            session = WidgetSession(
                kind="session", token_hash=token, customer_id=shop.mira_id, created_at=at, expires_at=at
            )
            db.add(session)
        db.add(Event(at=shop.clock() - timedelta(days=3), kind="old", conversation_id=1, customer_id=1))

    shop.act(lambda db: prune(db, shop.clock()))

    with database.transaction(read_only=True) as db:
        assert db.exec(select(WidgetSession.token_hash).order_by(WidgetSession.token_hash)).all() == ["a", "b"]
        assert db.exec(select(func.count()).where(col(Event.kind) == "old")).one() == 0
        assert db.exec(select(func.count()).where(col(Event.kind) == "message")).one() == 1
