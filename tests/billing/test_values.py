"""The values that an article's placeholders take."""

from typing import get_args

from supportbot.billing.rules import case_record
from supportbot.billing.types import AccountRows, OrderStatus
from supportbot.contract.refund_policy import PLACEHOLDERS
from supportbot.language.languages import LANGUAGES, pairs
from tests.billing.accounts import (
    ACCOUNT,
    NOW,
    POLICY,
    ZONE,
    at,
    jonas,
    make_charge,
    make_invoice,
    make_order,
    make_plan,
)

ROWS = AccountRows(
    account=ACCOUNT,
    subscriptions=(make_plan(),),
    invoices=(
        make_invoice("INV-2", month=2),
        make_invoice("INV-3", month=3),
        make_invoice("INV-3g", month=3, period=False, minor=6400, description="Hand grinder"),
    ),
    charges=(make_charge("ch_3", at(3, 1), invoice_id="INV-3"),),
    orders=(make_order("ORD-1", at(3, 1)), make_order("ORD-2", at(3, 20))),
)


def values(text: str, locale: str = "en", rows: AccountRows = ROWS) -> dict[str, str]:
    return dict(case_record(rows, text=text, policy=POLICY, zone=ZONE, now=NOW, locale=locale).values)


def test_every_value_is_one_that_articles_may_name() -> None:
    both = values("my March invoice") | values("my March invoice", rows=jonas())

    assert set(both) == set(PLACEHOLDERS)


def test_the_invoice_of_a_named_month_is_the_plans_own() -> None:
    assert values("Where is my invoice for February?")["invoice_for_month"] == "INV-2"
    assert values("Where is my March invoice?")["invoice_for_month"] == "INV-3"
    assert "invoice_for_month" not in values("Where is my January invoice?")
    assert "invoice_for_month" not in values("Where is my invoice?")


def test_dates_months_and_statuses_are_in_the_customers_language() -> None:
    german = values("Wo ist meine Rechnung für März?", locale="de-DE")

    assert german["month"] == "März"
    assert german["newest_order_date"] == "20. März 2026"
    assert german["order_status"] == "zugestellt"
    assert values("my March invoice")["newest_order_date"] == "20 March 2026"


def test_an_unknown_language_falls_back_to_english() -> None:
    assert values("my March invoice", locale="tlh")["order_status"] == "delivered"
    assert values("my March invoice", locale="not a locale")["month"] == "March"


def test_a_cancelled_plan_has_an_end_and_no_renewal() -> None:
    assert "renews_at" not in values("", rows=jonas())
    assert values("", rows=jonas())["cancelled_at"] == "28 February 2026"


def test_every_order_status_has_words_in_all_ten_languages() -> None:
    assert all(set(pairs(language, "order_status")) == set(get_args(OrderStatus)) for language in LANGUAGES)
