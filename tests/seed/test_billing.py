"""The story's records, held against the billing rules: each told case comes out as the story says."""

from datetime import datetime, timedelta

import pytest

from supportbot.billing.rules import case_record
from supportbot.billing.types import AccountRows, BillingRecords, CaseRecord
from supportbot.contract.refund_policy import RefundPolicy
from supportbot.language.money import Money
from supportbot.seed import types
from supportbot.seed.billing import billing_records, changed_records
from supportbot.seed.records_as_of import as_of
from tests.seed.tellings import AMSTERDAM, MOMENTS, NOW, told

DISPUTE = "I was billed twice in March and I cancelled before the renewal."


def test_every_row_of_the_story_is_carried_over() -> None:
    story = told(NOW)
    rows = billing_records(story)

    assert len(rows.accounts) == len(story.records.customers)
    assert len(rows.subscriptions) == len(story.records.subscriptions)
    assert len(rows.invoices) == len(story.records.invoices)
    assert len(rows.charges) == len(story.records.charges)
    assert len(rows.refunds) == len(story.records.refunds)
    assert len(rows.orders) == len(story.records.orders)


def test_only_what_changed_since_last_week_is_read_again() -> None:
    story = told(NOW)
    earlier, today = (billing_records(as_of(story, at)) for at in (NOW - timedelta(days=7), NOW))
    changed = changed_records(today, earlier)

    assert changed_records(today, today) == BillingRecords()
    assert 0 < len(changed.charges) < len(today.charges)
    assert set(today.charges) <= set(earlier.charges) | set(changed.charges)


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_the_dispute_of_the_demo_is_due_49_euros_by_passage_4_2(now: datetime) -> None:
    record = read(told(now), "jonas", DISPUTE)

    assert (record.due_back, record.due_passage) == (Money(4900, "EUR"), "refunds#4.2")
    assert {line.source.split()[0] for line in record.ledger} == {"sub_0457", "ch_8841", "ch_8846", "re_2210"}


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_what_waits_comes_out_as_the_story_says(now: datetime) -> None:
    story = told(now)
    told_due = {one.customer: (one.due_minor, f"refunds#{one.passage}") for one in story.records.disputes}
    found = {}
    for one in story.conversations:
        if one.work_state == "held" and one.customer in told_due:
            record = read(story, one.customer, one.turns[0].text)
            found[one.customer] = (record.due_back.minor if record.due_back else 0, record.due_passage)

    assert len(found) == 8
    assert found == {customer: told_due[customer] for customer in found}


def test_a_customer_without_trouble_is_due_nothing() -> None:
    assert read(told(NOW), "mira", DISPUTE).due_back is None


def read(story: types.Story, customer: str, text: str) -> CaseRecord:
    """The case record of one customer's question."""
    (person,) = [one for one in story.records.customers if one.key == customer]
    rules = story.policy.rules
    policy = RefundPolicy(
        currency=story.policy.currency,
        refund_window_days=rules.refund_window_days,
        double_charge_days=rules.double_charge_days,
        passages={rule: f"refunds#{number}" for rule, number in rules.passages},  # type: ignore[misc]
    )
    rows = account(billing_records(story), person.user_id)
    return case_record(rows, text=text, policy=policy, zone=AMSTERDAM, now=story.told_at, locale=person.locale)


def account(rows: BillingRecords, user_id: str) -> AccountRows:
    """One customer's rows."""
    charges = tuple(one for one in rows.charges if one.account_id == user_id)
    (person,) = [one for one in rows.accounts if one.external_id == user_id]
    return AccountRows(
        account=person,
        subscriptions=tuple(one for one in rows.subscriptions if one.account_id == user_id),
        invoices=tuple(one for one in rows.invoices if one.account_id == user_id),
        charges=charges,
        refunds=tuple(one for one in rows.refunds if one.charge_id in {charge.id for charge in charges}),
        orders=tuple(one for one in rows.orders if one.account_id == user_id),
    )
