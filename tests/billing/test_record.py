"""The case record: facts, ledger and the amount due back, on accounts whose answer was worked out by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from supportbot.billing.rules import case_record
from supportbot.billing.types import AccountRows, CaseRecord
from supportbot.contract.refund_policy import RefundPolicy
from supportbot.language.money import Money
from tests.billing.accounts import (
    ACCOUNT,
    NOW,
    POLICY,
    ZONE,
    at,
    euro,
    jonas,
    make_charge,
    make_invoice,
    make_order,
    make_plan,
    make_refund,
)

BILLED_TWICE = "I was billed twice in March and I cancelled before the renewal. Please sort this out."


def read(rows: AccountRows, text: str = BILLED_TWICE, policy: RefundPolicy = POLICY, **kwargs: str) -> CaseRecord:
    return case_record(rows, text=text, policy=policy, zone=ZONE, now=NOW, **kwargs)


def kinds(record: CaseRecord) -> Sequence[str]:
    return [fact.kind for fact in record.facts]


def with_march(*, charges: Sequence[object], refunds: Sequence[object] = (), cancelled: bool = False) -> AccountRows:
    return AccountRows(
        account=ACCOUNT,
        subscriptions=(make_plan(cancelled_at=at(2, 28, 16) if cancelled else None),),
        invoices=(make_invoice(),),
        charges=tuple(charges),  # type: ignore[arg-type]
        refunds=tuple(refunds),  # type: ignore[arg-type]
    )


TWICE = (make_charge("ch_1", at(3, 1)), make_charge("ch_2", at(3, 2)))


# The case of the mock-up


def test_jonas_is_due_the_charge_after_cancelling_less_what_went_back() -> None:
    record = read(jonas())

    assert record.due_back == euro(4900)
    assert record.due_passage == "refunds#4.2"
    assert kinds(record) == ["charge_after_cancellation", "double_charge", "refund_already_made"]
    assert [fact.passage for fact in record.facts] == ["refunds#4.2", "refunds#4.5", "refunds#4.3"]


def test_the_ledger_of_jonas_reads_like_the_approvers_page() -> None:
    lines = [(line.on, line.what, line.source, line.amount) for line in read(jonas()).ledger]

    assert lines == [
        (date(2026, 2, 28), "Jonas cancelled the plan", "sub_0457 cancelled_at", None),
        (date(2026, 3, 1), "Renewal day; the plan had already ended", "sub_0457 renews_at", None),
        (date(2026, 3, 14), "Charged after cancelling, card ending 4417", "ch_8841", euro(4900)),
        (date(2026, 3, 15), "Charged again, same card and invoice", "ch_8846", euro(4900)),
        (date(2026, 3, 16), "Second charge returned by the payment provider", "re_2210", euro(-4900)),
    ]
    assert read(jonas()).rows == 5


def test_no_sum_of_both_charges_may_be_stated() -> None:
    record = read(jonas())

    assert record.amounts == {euro(4900)}
    assert {"INV-2026-0311", "ch_8841", "re_2210", "sub_0457"} <= record.ids
    assert date(2026, 3, 16) in record.dates


def test_every_fact_has_its_own_id_and_rests_on_rows_of_the_account() -> None:
    record = read(jonas())

    assert len({fact.id for fact in record.facts}) == len(record.facts)
    assert all(set(fact.sources) <= record.ids for fact in record.facts)


# What counts as charged twice


def test_a_second_charge_for_one_invoice_is_due_back_once() -> None:
    record = read(with_march(charges=TWICE))

    assert record.due_back == euro(4900)
    assert record.due_passage == "refunds#4.5"
    assert kinds(record) == ["double_charge"]


def test_a_refund_of_the_first_charge_settles_the_second() -> None:
    record = read(with_march(charges=TWICE, refunds=[make_refund("re_1", "ch_1", at(3, 4))]))

    assert record.due_back is None
    assert record.due_passage == "refunds#4.3"


def test_a_pending_refund_counts_as_returned_and_a_failed_one_does_not() -> None:
    pending = make_refund("re_1", "ch_2", at(3, 4), status="pending")
    failed = make_refund("re_1", "ch_2", at(3, 4), status="failed")

    assert read(with_march(charges=TWICE, refunds=[pending])).due_back is None
    assert read(with_march(charges=TWICE, refunds=[failed])).due_back == euro(4900)
    assert "refund_already_made" not in kinds(read(with_march(charges=TWICE, refunds=[failed])))


def test_a_partly_returned_charge_leaves_the_rest_due() -> None:
    record = read(with_march(charges=TWICE, refunds=[make_refund("re_1", "ch_2", at(3, 4), minor=1234)]))

    assert record.due_back == euro(3666)
    assert record.ledger[-1].what == "Part of the second charge returned by the payment provider"


def test_a_failed_try_before_the_payment_is_no_charge() -> None:
    tries = (make_charge("ch_1", at(3, 1), status="failed"), make_charge("ch_2", at(3, 2)))
    record = read(with_march(charges=tries), "I was charged twice in March.")

    assert record.due_back is None
    assert record.due_passage == "refunds#4.6"
    assert "payment_failed" in kinds(record)
    assert "double_charge" not in kinds(record)


def test_two_part_payments_of_one_invoice_are_no_double_charge() -> None:
    parts = (make_charge("ch_1", at(3, 1), minor=2000), make_charge("ch_2", at(3, 2), minor=2900))

    assert kinds(read(with_march(charges=parts), "charged twice in March")) == ["outside_refund_window"]


def test_charges_for_two_months_are_no_double_charge_however_near() -> None:
    rows = AccountRows(
        account=ACCOUNT,
        subscriptions=(make_plan(),),
        invoices=(make_invoice("INV-2", month=2), make_invoice("INV-3", month=3)),
        charges=(make_charge("ch_1", at(2, 27), invoice_id="INV-2"), make_charge("ch_2", at(3, 1), invoice_id="INV-3")),
    )

    assert "double_charge" not in kinds(read(rows))
    assert read(rows).due_back is None


def test_two_invoices_for_one_period_are_a_double_charge() -> None:
    rows = AccountRows(
        account=ACCOUNT,
        subscriptions=(make_plan(),),
        invoices=(make_invoice("INV-3"), make_invoice("INV-3b")),
        charges=(make_charge("ch_1", at(3, 1), invoice_id="INV-3"), make_charge("ch_2", at(3, 3), invoice_id="INV-3b")),
    )

    assert read(rows).due_back == euro(4900)


@pytest.mark.parametrize(("second", "due"), [(at(3, 8), euro(4900)), (at(3, 9), None)])
def test_a_charge_without_an_invoice_repeats_another_only_within_the_days_of_the_policy(
    second: object, due: Money | None
) -> None:
    charges = (make_charge("ch_1", at(3, 1)), make_charge("ch_2", second, invoice_id=None))  # type: ignore[arg-type]

    assert read(with_march(charges=charges)).due_back == due


def test_a_late_second_charge_for_an_invoice_is_a_fact_but_not_due_under_a_policy_of_seven_days() -> None:
    record = read(with_march(charges=(make_charge("ch_1", at(3, 1)), make_charge("ch_2", at(3, 20)))))

    assert record.due_back is None
    assert "They are 19 days apart; the policy speaks of 7." in record.facts[0].text


def test_two_orders_of_one_price_are_no_double_charge_and_one_order_charged_twice_is() -> None:
    charges = (
        make_charge("ch_1", at(4, 1), minor=7200, invoice_id=None),
        make_charge("ch_2", at(4, 2), minor=7200, invoice_id=None),
    )
    two = AccountRows(ACCOUNT, charges=charges, orders=(make_order("O-1", at(4, 1)), make_order("O-2", at(4, 2))))
    one = replace(two, orders=two.orders[:1])

    assert read(two, "You charged me twice").due_back is None
    assert read(one, "You charged me twice").due_back == euro(7200)


# Cancelling


def test_a_period_that_started_before_the_cancellation_is_not_due() -> None:
    rows = replace(
        with_march(charges=[make_charge("ch_1", at(3, 1))]), subscriptions=(make_plan(cancelled_at=at(3, 1, 12)),)
    )

    assert read(rows).due_back is None
    assert "charge_after_cancellation" not in kinds(read(rows))


def test_the_day_of_a_cancellation_is_a_day_of_the_shops_zone() -> None:
    late = replace(make_plan(), cancelled_at=at(2, 28, 23))
    rows = replace(with_march(charges=[make_charge("ch_1", at(3, 1))]), subscriptions=(late,))
    in_amsterdam = read(rows)
    in_utc = case_record(rows, text=BILLED_TWICE, policy=POLICY, zone=ZoneInfo("UTC"), now=NOW)

    assert in_amsterdam.due_back is None
    assert in_utc.due_back == euro(4900)


def test_every_charge_after_cancelling_is_added_up_when_no_month_is_named() -> None:
    rows = AccountRows(
        account=ACCOUNT,
        subscriptions=(make_plan(cancelled_at=at(1, 20)),),
        invoices=(make_invoice("INV-2", month=2), make_invoice("INV-3", month=3), make_invoice("INV-4", month=4)),
        charges=tuple(make_charge(f"ch_{month}", at(month, 1), invoice_id=f"INV-{month}") for month in (2, 3, 4)),
    )

    assert read(rows, "I cancelled and you keep charging me").due_back == euro(14700)
    assert read(rows, "Why was I charged in March although I cancelled?").due_back == euro(4900)


def test_a_month_without_the_trouble_still_shows_what_is_due_elsewhere() -> None:
    record = read(jonas(), "I cancelled in February and was charged all the same")

    assert record.due_back == euro(4900)


# Rules that are not in force, banks, currencies


def test_nothing_is_due_under_a_rule_that_the_policy_does_not_have() -> None:
    record = read(jonas(), policy=RefundPolicy(currency="EUR"))

    assert record.due_back is None
    assert "charge_after_cancellation" in kinds(record)


def test_nothing_is_due_beside_an_open_chargeback() -> None:
    record = read(with_march(charges=(TWICE[0], replace(TWICE[1], status="disputed"))))

    assert record.due_back is None
    assert record.due_passage == "refunds#4.4"
    assert "chargeback_open" in kinds(record)


def test_different_currencies_are_never_added_up() -> None:
    charges = (make_charge("ch_1", at(3, 1)), make_charge("ch_2", at(3, 2), currency="USD"))
    record = read(with_march(charges=charges))

    assert record.due_back is None
    assert [fact.text for fact in record.facts if fact.kind == "mixed_currencies"] == [
        "The amounts are in EUR and USD; they are not added up, so there is no total."
    ]


def test_money_that_went_back_beyond_a_charge_is_counted_against_what_is_due() -> None:
    rows = with_march(charges=TWICE)
    other = make_charge("ch_9", at(1, 1), minor=1000, invoice_id="INV-9")
    over = make_refund("re_9", "ch_9", at(1, 2), minor=3000)
    rows = replace(rows, charges=(*rows.charges, other), refunds=(over,))

    assert read(rows).due_back == euro(2900)


# The refund window


def kettle(placed: object) -> AccountRows:
    return AccountRows(
        account=ACCOUNT,
        invoices=(make_invoice("INV-K", minor=7200, period=False, description="Pouring kettle"),),
        charges=(make_charge("ch_k", placed, minor=7200, invoice_id="INV-K"),),  # type: ignore[arg-type]
        orders=(make_order("ORD-1", placed),),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(("placed", "kind", "due"), [(at(3, 11), "inside", euro(7200)), (at(3, 10), "outside", None)])
def test_an_order_goes_back_inside_the_window_and_not_a_day_later(placed: object, kind: str, due: Money | None) -> None:
    record = read(kettle(placed), "I would like to return the kettle and get my money back")

    assert kinds(record) == [f"{kind}_refund_window"]
    assert record.due_back == due
    assert record.due_passage == "refunds#4.1"


def test_the_window_makes_nothing_due_unless_the_customer_asks_for_money_back() -> None:
    record = read(kettle(at(4, 1)), "Where is my kettle?")

    assert record.due_back is None
    assert kinds(record) == ["inside_refund_window"]


def test_what_went_back_already_is_not_due_inside_the_window() -> None:
    rows = replace(kettle(at(4, 1)), refunds=(make_refund("re_1", "ch_k", at(4, 2), minor=7000),))

    assert read(rows, "Please refund the kettle").due_back == euro(200)


def test_a_request_that_could_mean_either_of_two_orders_names_no_amount() -> None:
    rows = kettle(at(4, 1))
    second = make_charge("ch_l", at(4, 3), minor=1800, invoice_id=None)
    rows = replace(
        rows,
        charges=(*rows.charges, second),
        orders=(*rows.orders, make_order("ORD-2", at(4, 3), minor=1800, description="Burr set")),
    )

    assert read(rows, "I want a refund for April").due_back is None
    assert read(rows, "I want a refund for ORD-2").due_back == euro(1800)


# Nothing there


def test_a_named_month_without_a_charge_is_a_fact() -> None:
    record = read(jonas(), "What was the charge in January for?")

    assert "The records hold no charge in January 2026." in [fact.text for fact in record.facts]


def test_an_account_without_any_row_says_so() -> None:
    record = read(AccountRows(account=ACCOUNT))

    assert kinds(record) == ["no_charge_found"]
    assert (record.ledger, record.due_back, record.due_passage, record.rows) == ((), None, None, 0)
    assert dict(record.values) == {"email": "jonas@post.example", "month": "March"}


def test_a_history_of_a_thousand_charges_is_read_whole() -> None:
    days = [at(1, 1) - timedelta(days=2 * number) for number in range(1000)]
    rows = jonas()
    rows = replace(
        rows,
        charges=(*rows.charges, *(make_charge(f"ch_{day:%y%m%d}", day, invoice_id=f"I-{day:%y%m%d}") for day in days)),
        orders=tuple(make_order(f"O-{day:%y%m%d}", day, minor=4900) for day in days),
    )

    record = read(rows)

    assert record.due_back == euro(4900)
