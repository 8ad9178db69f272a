"""Billing records that are too old, or missing, lead to a calm default and a hold, with the reason said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from supportbot.billing.actions import import_records, mark_all_checked
from supportbot.billing.types import BillingRecords
from supportbot.contract.voice.render import from_json, to_text
from supportbot.customers.tables import Customer
from supportbot.db import Database
from supportbot.drafting.flow import Drafting
from supportbot.drafting.tables import Draft
from supportbot.governance.types import ActivePolicy
from supportbot.routing.policy import parse_policy, shipped_document
from tests.factories import DISPUTE, ROUTINE, Shop, make_records, make_shop

HOW_TO = "How do I change my password?"


@pytest.fixture
def shop(database: Database) -> Shop:
    return make_shop(database)


def age(shop: Shop, hours: float) -> None:
    shop.clock.move(timedelta(hours=hours))


def words(draft: Draft) -> str:
    return to_text(from_json(draft.reply or {}))


def reasons(shop: Shop, draft: Draft) -> str:
    decision = shop.drafts(draft.message_id).decision
    assert decision is not None
    return " ".join(reason["text"] for reason in decision.reasons)


def test_records_within_the_bound_answer_as_ever(shop: Shop) -> None:
    age(shop, 72)

    routine, dispute = shop.drafted(shop.mira_id, ROUTINE), shop.drafted(shop.jonas_id, DISPUTE)

    assert routine.state == "ready" and "INV-2026-0311" in words(routine)
    assert dispute.facts["due_back_minor"] == 4900


def test_an_everyday_money_question_is_held_when_the_records_are_too_old(shop: Shop) -> None:
    age(shop, 73)
    draft = shop.drafted(shop.mira_id, ROUTINE)

    assert (draft.state, draft.hold_kind) == ("held", "unsure")
    assert "The billing records are 3 days old; the policy trusts them for 72 hours." in reasons(shop, draft)
    assert "INV-2026-0311" not in words(draft)
    assert draft.facts["problem"].startswith("The billing records are 3 days old")


def test_a_dispute_names_no_amount_when_the_records_are_too_old(shop: Shop) -> None:
    age(shop, 73)
    draft = shop.drafted(shop.jonas_id, DISPUTE)

    assert (draft.state, draft.hold_kind) == ("held", "money")
    assert draft.facts["problem"].endswith("Import them again.")
    assert "ledger" not in draft.facts and list(draft.variants) == ["as_drafted"]
    assert "49.00" not in words(draft)
    assert "are 3 days old" in reasons(shop, draft)


def test_a_question_about_no_money_does_not_wait_for_records(shop: Shop) -> None:
    before = shop.drafted(shop.mira_id, HOW_TO)
    age(shop, 73)
    after = shop.drafted(shop.mira_id, HOW_TO)

    assert (after.state, after.task) == (before.state, before.task) == ("ready", "routine_reply")


def test_an_import_that_finds_nothing_new_makes_old_records_trusted_again(shop: Shop) -> None:
    age(shop, 73)
    with shop.database.transaction() as db:
        done = import_records(db, make_records(), at=shop.clock(), audit=shop.runtime.audit)

    assert (done.added, done.changed) == (0, 0)
    assert shop.drafted(shop.mira_id, ROUTINE).state == "ready"


def test_an_import_of_one_customers_rows_says_nothing_about_another(shop: Shop) -> None:
    age(shop, 73)
    refund = replace(make_records().refunds[0], status="pending")
    with shop.database.transaction() as db:
        import_records(db, BillingRecords(refunds=(refund,)), at=shop.clock(), audit=shop.runtime.audit)

    assert "problem" in shop.drafted(shop.mira_id, ROUTINE).facts
    assert shop.drafted(shop.jonas_id, DISPUTE).facts["problem"] is None


def test_a_source_that_tells_of_changes_alone_may_say_that_it_looked(shop: Shop) -> None:
    age(shop, 73)
    with shop.database.transaction() as db:
        mark_all_checked(db, at=shop.clock())

    assert shop.drafted(shop.mira_id, ROUTINE).state == "ready"


@pytest.mark.parametrize(("bound", "state"), [("null", "ready"), ("1000", "ready"), ("12", "held")])
def test_the_bound_is_the_policys(shop: Shop, bound: str, state: str) -> None:
    document = shipped_document().replace("records_max_age_hours: 72", f"records_max_age_hours: {bound}")
    drafting = Drafting(
        shop.database, shop.runtime, shop.drafting.gateway, ActivePolicy(0, document, parse_policy(document))
    )
    age(shop, 100)
    message_id = shop.write(shop.mira_id, ROUTINE)
    drafting.draft_reply(message_id)

    main = shop.drafts(message_id).main
    assert main is not None and main.state == state


def test_a_verified_customer_whom_the_records_do_not_know_is_held(shop: Shop) -> None:
    with shop.database.transaction() as db:
        stranger = Customer(
            site_id=shop.site_id, external_id="nobody", name="No Body", locale="en", created_at=shop.clock()
        )
        db.add(stranger)
        db.flush()
        stranger_id = stranger.id or 0
    draft = shop.drafted(stranger_id, ROUTINE)

    assert (draft.state, draft.hold_kind) == ("held", "unsure")
    assert "No billing account was found." in reasons(shop, draft)
