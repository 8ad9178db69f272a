"""Facts one by one, with amounts worked out by hand: notices, unused days, over-refunds, midnight, leap days."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportbot.billing.rules import case_record
from supportbot.billing.rules.proration import split_by_weight
from supportbot.billing.types import AccountRows, CaseRecord, Fact, InvoiceRow
from supportbot.contract.refund_policy import RefundPolicy
from supportbot.language.money import Money
from tests.billing.accounts import (
    ACCOUNT,
    FULL_POLICY,
    NOW,
    POLICY,
    ZONE,
    at,
    euro,
    make_charge,
    make_invoice,
    make_plan,
    make_refund,
)

MARCH = replace(make_invoice(), period_end=date(2026, 3, 31))
PAID = make_charge("ch_1", at(3, 1))


def read(rows: AccountRows, policy: RefundPolicy = FULL_POLICY, zone: ZoneInfo = ZONE) -> CaseRecord:
    return case_record(rows, text="What about my money for March?", policy=policy, zone=zone, now=NOW)


def only(record: CaseRecord, kind: str) -> Fact:
    (fact,) = [fact for fact in record.facts if fact.kind == kind]
    return fact


def kinds(record: CaseRecord) -> list[str]:
    return [fact.kind for fact in record.facts]


def account(*, invoice: InvoiceRow = MARCH, **rows: object) -> AccountRows:
    return AccountRows(ACCOUNT, **{"subscriptions": (make_plan(),), "invoices": (invoice,), "charges": (PAID,)} | rows)  # type: ignore[arg-type]


# Renewal without notice


def test_a_renewal_that_nobody_announced_is_due_back_in_full() -> None:
    record = read(account(invoice=replace(MARCH, unannounced=True)))

    fact = only(record, "renewal_without_notice")
    assert fact.text == (
        "The plan Roaster’s box was renewed on 1 March 2026 for 49.00 EUR, and no notice was sent before it; "
        "the policy asks for 14 days."
    )
    assert (fact.id, fact.passage) == ("renewal_without_notice:ch_1", "refunds#4.8")
    assert fact.sources == ("ch_1", "INV-2026-0311", "sub_0457")
    assert (record.due_back, record.due_passage) == (euro(4900), "refunds#4.8")


@pytest.mark.parametrize(("day", "is_late"), [(15, False), (16, True)])
def test_a_notice_counts_only_when_it_came_early_enough(day: int, is_late: bool) -> None:
    record = read(account(invoice=replace(MARCH, notice_sent_at=at(2, day))))

    assert ("renewal_without_notice" in kinds(record)) is is_late
    assert record.due_back == (euro(4900) if is_late else None)


def test_nothing_follows_from_records_that_say_nothing_about_a_notice() -> None:
    record = read(account())

    assert "renewal_without_notice" not in kinds(record)
    assert record.due_back is None


def test_a_first_period_renews_nothing_and_a_policy_without_the_rule_asks_for_no_notice() -> None:
    unannounced = replace(MARCH, unannounced=True)
    first = account(invoice=unannounced, subscriptions=(replace(make_plan(), started_at=at(3, 1)),))

    assert read(first).due_back is None
    assert read(account(invoice=unannounced), POLICY).due_back is None
    assert read(account(invoice=unannounced), replace(FULL_POLICY, renewal_notice_plans=("year",))).due_back is None


# Unused days


def test_the_days_after_the_end_of_a_cancelled_plan_are_returned_by_the_day() -> None:
    plan = replace(make_plan(cancelled_at=at(3, 10)), ends_at=datetime(2026, 3, 10, 23, tzinfo=UTC))
    record = read(account(subscriptions=(plan,)))

    fact = only(record, "proration")
    assert fact.text == (
        "The plan Roaster’s box gave its last day on 10 March 2026; 21 of 31 paid days were not used, "
        "which is 33.19 EUR of 49.00 EUR."
    )
    assert fact.amount == record.due_back == euro(3319)  # 4900 × 21 / 31 = 3319.35
    assert record.due_passage == "refunds#4.9"
    assert euro(3319) in record.amounts
    assert read(account(subscriptions=(plan,)), POLICY).due_back is None


def test_a_plan_that_runs_to_the_end_of_what_is_paid_leaves_no_unused_day() -> None:
    plan = replace(make_plan(cancelled_at=at(3, 10)), ends_at=datetime(2026, 3, 31, 22, tzinfo=UTC))

    assert read(account(subscriptions=(plan,))).due_back is None


def test_a_leap_year_has_one_day_more() -> None:
    year = replace(make_invoice("INV-1", minor=36_600), period_start=date(2028, 1, 1), period_end=date(2028, 12, 31))
    plan = replace(make_plan(cancelled_at=datetime(2028, 2, 28, 12, tzinfo=UTC)), ends_at=None, renews_at=None)
    paid = make_charge("ch_1", datetime(2028, 1, 1, 9, tzinfo=UTC), minor=36_600, invoice_id="INV-1")
    rows = account(invoice=year, subscriptions=(plan,), charges=(paid,))

    record = case_record(rows, text="refund", policy=FULL_POLICY, zone=ZONE, now=datetime(2028, 3, 1, tzinfo=UTC))

    assert record.due_back == euro(30_700)  # 307 of 366 days, the 29th of February among them
    assert "307 of 366 paid days" in only(record, "proration").text


def test_a_double_charge_and_unused_days_are_both_due_and_never_more_than_was_taken() -> None:
    plan = replace(make_plan(cancelled_at=at(3, 1)), ends_at=None)
    record = read(account(subscriptions=(plan,), charges=(PAID, make_charge("ch_2", at(3, 2)))))

    assert record.due_back == euro(4900 + 4742)  # 4900 × 30 / 31 = 4741.9
    assert record.due_passage == "refunds#4.5"
    assert record.due is not None and record.due.sources == ("ch_1", "ch_2")


def test_a_yen_is_not_split() -> None:
    invoice = replace(MARCH, amount=Money(4900, "JPY"))
    plan = replace(make_plan(cancelled_at=at(3, 10)), ends_at=None)
    record = read(
        account(invoice=invoice, subscriptions=(plan,), charges=(make_charge("ch_1", at(3, 1), currency="JPY"),))
    )

    assert record.due_back == Money(3319, "JPY")
    assert str(record.due_back) == "3319 JPY"


@settings(deadline=None)
@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 400), min_size=1, max_size=40).filter(any))
def test_the_parts_of_a_split_add_up_to_the_whole(minor: int, weights: list[int]) -> None:
    parts = split_by_weight(minor, weights)

    assert sum(parts) == minor
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)
    assert all(
        abs(part * sum(weights) - minor * weight) < sum(weights) for part, weight in zip(parts, weights, strict=True)
    )


@pytest.mark.parametrize("weights", [(0, 0), (-1, 2), (0,)])
def test_weights_that_say_nothing_are_refused(weights: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="are no weights"):
        split_by_weight(100, weights)


# What went back


def test_a_partial_refund_lowers_what_is_due_to_the_cent() -> None:
    charges = (PAID, make_charge("ch_2", at(3, 2)))
    record = read(account(charges=charges, refunds=(make_refund("re_1", "ch_2", at(3, 5), minor=1234),)))

    assert record.due_back == euro(4900 - 1234)
    assert record.due is not None and record.due.sources == ("ch_1", "ch_2", "re_1")


def test_a_refund_above_its_charge_is_a_fact_and_counts_against_the_next() -> None:
    too_much = make_refund("re_1", "ch_1", at(3, 5), minor=6000)
    record = read(account(refunds=(too_much,)))

    fact = only(record, "refunded_too_much")
    assert (fact.amount, fact.text) == (euro(1100), "More went back than was taken: 11.00 EUR too much.")
    assert fact.sources == ("re_1", "ch_1")
    assert record.due_back is None

    april = replace(make_invoice("INV-4", month=4), period_end=date(2026, 4, 30))
    twice = (make_charge("ch_3", at(4, 1), invoice_id="INV-4"), make_charge("ch_4", at(4, 2), invoice_id="INV-4"))
    both = AccountRows(ACCOUNT, (make_plan(),), (MARCH, april), (PAID, *twice), (too_much,))
    assert case_record(both, text="billed twice in April", policy=POLICY, zone=ZONE, now=NOW).due_back == euro(3800)


def test_a_disputed_charge_and_a_reserved_one_return_nothing() -> None:
    disputed = read(account(charges=(PAID, make_charge("ch_2", at(3, 2), status="disputed"))))
    reserved = read(account(charges=(PAID, make_charge("ch_2", at(3, 2), status="pending"))))

    assert disputed.due_back is None and "chargeback_open" in kinds(disputed)
    assert reserved.due_back is None
    assert only(reserved, "payment_pending").text == (
        "A payment of 49.00 EUR is reserved since 2 March 2026; nothing was taken yet."
    )
    assert [line.what for line in reserved.ledger][1] == "Reserved, nothing was taken yet, card ending 4417"


def test_two_currencies_are_never_added_up() -> None:
    euros = (PAID, make_charge("ch_2", at(3, 2)))
    yen = tuple(make_charge(name, at(3, 9), minor=900, currency="JPY", invoice_id=None) for name in ("ch_3", "ch_4"))
    record = read(account(charges=(*euros, *yen)))

    assert record.due_back is None and record.due is None
    assert only(record, "mixed_currencies").text.startswith("The amounts are in EUR and JPY;")


# Days are days of the shop


@pytest.mark.parametrize(
    ("zone", "is_after"), [("Europe/Amsterdam", False), ("UTC", True), ("Pacific/Auckland", False)]
)
def test_cancelling_around_midnight_is_judged_by_the_shops_own_day(zone: str, is_after: bool) -> None:
    plan = replace(make_plan(cancelled_at=datetime(2026, 2, 28, 23, 30, tzinfo=UTC)), ends_at=None)

    record = read(account(subscriptions=(plan,)), POLICY, ZoneInfo(zone))

    assert ("charge_after_cancellation" in kinds(record)) is is_after


@pytest.mark.parametrize(("zone", "is_double"), [("UTC", False), ("Europe/Amsterdam", True)])
def test_seven_days_are_counted_in_the_shops_zone(zone: str, is_double: bool) -> None:
    first = make_charge("ch_1", datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    again = make_charge("ch_2", first.charged_at + timedelta(days=7, minutes=45))  # 9 March 00:15 UTC, 01:15 there

    assert (read(account(charges=(first, again)), POLICY, ZoneInfo(zone)).due_back == euro(4900)) is is_double


def test_the_29th_of_february_is_a_day_like_any_other() -> None:
    first = make_charge("ch_1", datetime(2028, 2, 29, 12, tzinfo=UTC), invoice_id=None)
    again = make_charge("ch_2", datetime(2028, 3, 7, 12, tzinfo=UTC), invoice_id=None)
    rows = AccountRows(ACCOUNT, charges=(first, again))

    record = case_record(rows, text="", policy=POLICY, zone=ZONE, now=datetime(2028, 3, 8, tzinfo=UTC))

    assert record.due_back == euro(4900)
    assert "on 29 February 2028" in only(record, "double_charge").text


# Names of invoices


def test_an_invoice_is_called_by_its_number() -> None:
    invoice = replace(MARCH, id="in_1Nx", number="HL-0042")
    charges = (make_charge("ch_1", at(3, 1), invoice_id="in_1Nx"), make_charge("ch_2", at(3, 2), invoice_id="in_1Nx"))
    rows = account(invoice=invoice, charges=charges)

    record = case_record(rows, text="What about invoice HL-0042?", policy=POLICY, zone=ZONE, now=NOW)

    assert only(record, "double_charge").text.startswith("Invoice HL-0042 was charged twice")
    assert "HL-0042" in record.ids
    assert dict(record.values)["newest_invoice"] == "HL-0042"
