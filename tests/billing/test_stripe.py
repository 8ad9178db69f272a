"""Importing from Stripe over its wire format: pages, patience, refusals, and what becomes of each object."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from supportbot.audit.actions import AuditLog
from supportbot.audit.tables import AuditEntry
from supportbot.billing.actions import BillingImport
from supportbot.billing.queries import read_account
from supportbot.billing.stripe import API_VERSION, StripeClient, StripeImport, StripeSource, import_stripe
from supportbot.billing.stripe.client import MOST_TRIES, checked_address
from supportbot.billing.stripe.import_run import origin_of
from supportbot.billing.tables import BillingAccount, Charge, ImportPage, ImportRun
from supportbot.billing.types import AccountRows
from supportbot.clock import FixedClock
from supportbot.db import Database
from supportbot.errors import Conflict, InvalidInput, SettingsError, SupportbotError, Unavailable
from supportbot.language.money import Money
from tests.billing.stripe_double import KEY, StripeDouble, many_charges, recorded, slow_down

NOW = datetime(2026, 4, 10, 8, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Amsterdam")


@dataclass
class Importer:
    """One installation that imports from a double; gathers what it is told."""

    database: Database
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    told: list[str] = field(default_factory=list)

    def run(self, stripe: StripeDouble, *, user_id: str = "metadata.user_id", key: str = KEY) -> StripeImport:
        client = stripe.client(key)
        try:
            return import_stripe(
                self.database,
                StripeSource(client, origin_of("k" * 43, client.base_url, key)),
                user_id=user_id,
                zone=ZONE,
                clock=self.clock,
                audit=AuditLog("k" * 32, self.clock),
                progress=self.told.append,
            )
        finally:
            client.close()

    def refused(self, stripe: StripeDouble) -> SupportbotError:
        with pytest.raises(SupportbotError) as problem:
            self.run(stripe)
        return problem.value

    def account(self, external_id: str = "jonas") -> AccountRows:
        with self.database.transaction(read_only=True) as db:
            account = read_account(db, external_id)
        assert account is not None
        return account

    def count(self, table: type) -> int:
        with self.database.transaction(read_only=True) as db:
            return db.exec(select(sa.func.count()).select_from(table)).one()

    def states(self) -> list[str]:
        with self.database.transaction(read_only=True) as db:
            return list(db.exec(select(ImportRun.state).order_by(col(ImportRun.id))))


@pytest.fixture
def importer(database: Database) -> Importer:
    return Importer(database)


def test_every_kind_of_object_becomes_the_row_that_facts_rest_on(importer: Importer) -> None:
    done = importer.run(StripeDouble())
    rows = importer.account()

    assert done.done == BillingImport(added=11, changed=0, unchanged=0)
    (plan,) = rows.subscriptions
    assert (plan.plan, str(plan.price), plan.interval) == ("Roaster's box", "49.00 EUR", "month")
    assert plan.cancelled_at == plan.ends_at == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert plan.renews_at is None
    february, march = rows.invoices
    assert (march.id, march.name, march.subscription_id) == ("in_1OtMarch", "7C21D0-0013", "sub_1OmJonas")
    assert (march.period_start, march.period_end) == (date(2026, 3, 1), date(2026, 3, 31))
    assert (february.period_start, february.period_end) == (date(2026, 2, 1), date(2026, 2, 28))
    assert march.unannounced and february.notice_sent_at == datetime(2026, 1, 10, 9, tzinfo=UTC)
    assert [(one.id, one.status) for one in rows.charges] == [
        ("ch_3OaLost", "succeeded"),
        ("ch_3OcDisputed", "disputed"),
        ("ch_3OiFebruary", "succeeded"),
        ("ch_3OtFirst", "succeeded"),
        ("ch_3OtSecond", "succeeded"),
    ]
    assert {one.card_last4 for one in rows.charges} == {"4417"}
    assert [(one.id, one.charge_id, str(one.amount)) for one in rows.refunds] == [
        ("dp_1OaLost", "ch_3OaLost", "19.00 EUR"),  # what the bank took back counts as returned
        ("re_3OtSecond", "ch_3OtSecond", "49.00 EUR"),
    ]


def test_what_is_nobodys_is_left_out_and_counted(importer: Importer) -> None:
    done = importer.run(StripeDouble())

    assert done.left_out == {
        "customers without a user id of the shop": 1,
        "charges of no customer, or of a deleted one": 1,
        "refunds of charges that are left out": 1,
    }
    assert dict(done.read) == {
        **{"disputes": 2, "refunds": 2, "charges": 6, "invoices": 2},
        **{"subscriptions": 1, "products": 1, "customers": 2},
    }


def test_a_second_run_changes_nothing_but_the_time_of_the_last_look(importer: Importer) -> None:
    importer.run(StripeDouble())
    importer.clock.move(timedelta(days=1))
    again = importer.run(StripeDouble())

    assert again.done == BillingImport(added=0, changed=0, unchanged=11)
    assert importer.count(AuditEntry) == 1
    assert importer.account().checked_at == NOW + timedelta(days=1)
    with importer.database.transaction(read_only=True) as db:
        assert db.get_one(BillingAccount, "jonas").imported_at == NOW


def test_what_changed_at_stripe_is_brought_up_to_date(importer: Importer) -> None:
    importer.run(StripeDouble())
    lists = recorded()
    lists["disputes"][0]["status"] = "won"
    done = importer.run(StripeDouble(lists))

    assert done.done == BillingImport(added=0, changed=1, unchanged=10)
    assert {one.status for one in importer.account().charges} == {"succeeded"}


@pytest.mark.parametrize(
    ("user_id", "expected"),
    [("metadata.user_id", {"jonas"}), ("id", {"cus_PbJonas", "cus_PbNoUser"}), ("email", {"jonas@post.example", "s"})],
)
def test_the_shops_own_user_id_is_found_where_it_stands(importer: Importer, user_id: str, expected: set[str]) -> None:
    importer.run(StripeDouble(), user_id=user_id)

    with importer.database.transaction(read_only=True) as db:
        found = set(db.exec(select(BillingAccount.external_id)))
    assert {name.replace("somebody@post.example", "s") for name in found} == expected


def test_customers_without_any_user_id_are_an_error_that_says_where_to_look(importer: Importer) -> None:
    with pytest.raises(InvalidInput, match=r"None of the 2 customers .*--user-id id, email or metadata\.NAME"):
        importer.run(StripeDouble(), user_id="metadata.shop_id")

    assert importer.run(StripeDouble({}), user_id="id").resumed  # nothing is read a second time


# Pages


def test_long_lists_are_read_page_after_page_with_the_pinned_version(importer: Importer) -> None:
    stripe = StripeDouble({**recorded(), "charges": many_charges(250), "refunds": [], "disputes": []})
    done = importer.run(stripe)

    assert done.read["charges"] == 250
    assert len(importer.account().charges) == 250
    assert stripe.asked("charges") == [None, "ch_00151", "ch_00051"]
    assert {request.headers["Stripe-Version"] for request in stripe.requests} == {API_VERSION}
    assert {request.url.params["limit"] for request in stripe.requests} == {"100"}
    assert {request.method for request in stripe.requests} == {"GET"}
    assert [words for words in importer.told if words.startswith("charges")] == [
        "charges: 100 so far",
        "charges: 200 so far",
        "charges: 250",
    ]


def test_an_import_that_breaks_off_leaves_nothing_and_goes_on_where_it_stopped(importer: Importer) -> None:
    stripe = StripeDouble({**recorded(), "charges": many_charges(250), "refunds": [], "disputes": []})

    def break_after_two_pages(request: httpx.Request) -> None:
        if len(stripe.asked("charges")) > 2:
            raise httpx.ConnectError("connection refused")

    stripe.before = break_after_two_pages
    problem = importer.refused(stripe)

    assert isinstance(problem, Unavailable) and "Run the same command again" in problem.message
    assert importer.count(Charge) == importer.count(BillingAccount) == 0

    stripe.before = lambda request: None
    stripe.requests.clear()
    importer.clock.move(timedelta(hours=1))
    done = importer.run(stripe)

    assert done.resumed and stripe.asked("charges") == ["ch_00051"] and stripe.asked("refunds") == []
    assert len(importer.account().charges) == 250
    assert importer.account().checked_at == NOW  # the records are as old as the first page
    assert (importer.states(), importer.count(ImportPage)) == (["done"], 0)


def test_a_run_that_broke_off_long_ago_or_with_another_key_is_not_taken_up(importer: Importer) -> None:
    stripe = StripeDouble()
    stripe.faults = [httpx.Response(401)]
    importer.refused(stripe)
    importer.clock.move(timedelta(hours=7))

    assert not importer.run(StripeDouble(), key=KEY + "2").resumed
    assert not importer.run(StripeDouble()).resumed
    assert importer.states() == ["given_up", "done", "done"]


def test_a_server_that_goes_in_circles_is_stopped(importer: Importer) -> None:
    page = {"object": "list", "has_more": True, "data": many_charges(100)}
    empty = {"object": "list", "has_more": False, "data": []}
    stripe = StripeDouble()
    stripe.faults = [httpx.Response(200, json=body) for body in (empty, empty, page, page)]

    assert "gives the same charges again and again" in importer.refused(stripe).message


def test_two_imports_at_once_do_not_mix(importer: Importer) -> None:
    stripe = StripeDouble()
    other = Importer(importer.database)

    def let_another_run(request: httpx.Request) -> None:
        if request.url.path == "/v1/customers":
            stripe.before = lambda request: None
            other.run(StripeDouble())

    stripe.before = let_another_run

    with pytest.raises(Conflict, match="Another import of the same account"):
        importer.run(stripe)
    assert (importer.states(), importer.count(ImportPage)) == (["done"], 0)
    assert len(importer.account().charges) == 5


# Patience


def test_a_rate_limit_is_waited_out_as_long_as_it_asks(importer: Importer) -> None:
    stripe = StripeDouble()
    stripe.faults = [slow_down("7"), slow_down(None), httpx.Response(503), httpx.ReadTimeout("slow")]
    done = importer.run(stripe)

    assert done.done.added == 11
    assert stripe.waits == [7.0, 1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("fault", "words", "tries"),
    [
        (lambda: slow_down("3600"), "answers 429 for disputes, after 1 tries in 0 s", 1),
        (lambda: slow_down("50"), "answers 429 for disputes, after 3 tries in 100 s", 3),
        (lambda: httpx.Response(503), "answers 503 for disputes", MOST_TRIES),
        (lambda: httpx.ConnectError("[Errno 111] Connection refused"), "gives no answer (ConnectError", MOST_TRIES),
    ],
)
def test_patience_has_a_bound_and_says_what_to_do_next(
    importer: Importer, fault: Callable[[], httpx.Response | Exception], words: str, tries: int
) -> None:
    stripe = StripeDouble()
    stripe.faults = [fault() for _ in range(20)]
    problem = importer.refused(stripe)

    assert isinstance(problem, Unavailable) and words in problem.message
    assert problem.message.endswith("Run the same command again: it goes on where this one stopped.")
    assert len(stripe.requests) == tries
    assert sum(stripe.waits) <= 120


# Refusals


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (httpx.Response(401, json={"error": {"message": f"Invalid API Key: {KEY}"}}), SettingsError, "refuses the key"),
        (httpx.Response(403), SettingsError, "may not read disputes (403). Give it the permission"),
        (httpx.Response(400, text=KEY), InvalidInput, "answers 400 for disputes, which is not how Stripe answers"),
        (httpx.Response(302, headers={"Location": "https://else.example"}), InvalidInput, "answers 302 for disputes"),
        (httpx.Response(200, text="<html>"), InvalidInput, "no list of Stripe's"),
        (httpx.Response(200, json={"data": [{"id": 7}], "has_more": False}), InvalidInput, "no list of Stripe's"),
        (httpx.Response(200, json={"data": [], "has_more": True}), InvalidInput, "no list of Stripe's"),
        (httpx.Response(200, text="[" * 100_000), InvalidInput, "no list of Stripe's"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_never_the_key(
    importer: Importer, caplog: pytest.LogCaptureFixture, fault: httpx.Response, kind: type, words: str
) -> None:
    caplog.set_level(logging.DEBUG)
    stripe = StripeDouble()
    stripe.faults = [fault]
    problem = importer.refused(stripe)

    assert isinstance(problem, kind) and words in problem.message
    assert stripe.requests[0].headers["Authorization"] == f"Bearer {KEY}"
    assert KEY not in problem.message + caplog.text + str(stripe.requests[0].url) + repr(problem.__cause__)
    assert len(stripe.requests) == 1


def test_lists_that_a_stand_in_lacks_may_be_missing_but_not_the_charges(importer: Importer) -> None:
    lists = recorded()
    without = {name: found for name, found in lists.items() if name not in ("disputes", "products")}
    done = importer.run(StripeDouble(without))

    assert done.missing == ("disputes", "products")
    assert [one.status for one in importer.account().charges][:2] == ["disputed", "disputed"]  # the charge says so
    assert "has no list of charges (404)" in importer.refused(StripeDouble({"disputes": [], "refunds": []})).message


def test_rows_that_do_not_fit_are_listed_and_read_anew_the_next_time(importer: Importer) -> None:
    lists = recorded()
    lists["charges"][1]["currency"] = "zzz"
    lists["invoices"][0]["status"] = "lost"
    problem = importer.refused(StripeDouble(lists))

    assert "Stripe, in_1OtMarch: status is 'lost'" in problem.message
    assert "Stripe, ch_3OtSecond: currency is 'ZZZ': give an ISO 4217 code" in problem.message
    assert importer.count(BillingAccount) == 0
    assert not importer.run(StripeDouble()).resumed

    lists["charges"][1]["amount"] = "49.00"
    assert "Stripe, ch_3OtSecond: amount is '49.00'" in importer.refused(StripeDouble(lists)).message


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://api.stripe.com/", "https://api.stripe.com"),
        ("http://127.0.0.1:8420", "http://127.0.0.1:8420"),
        ("http://[::1]:1", "http://[::1]:1"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://api.stripe.com", None),
        ("http://127.0.0.1.evil.example", None),
        ("https://user:pass@api.stripe.com", None),
        ("https://api.stripe.com/v1", None),
        ("ftp://api.stripe.com", None),
        ("api.stripe.com", None),
        ("http://10.0.0.5", None),
    ],
)
def test_a_key_travels_encrypted_or_not_beyond_this_machine(address: str, kept: str | None) -> None:
    if kept:
        assert checked_address(address) == kept
    else:
        with pytest.raises(InvalidInput, match=r"is no address of an API|would carry the key unencrypted"):
            checked_address(address)


@pytest.mark.parametrize("key", ["sk_test 1", "sk_test\n", "schlüssel"])
def test_what_is_no_key_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(SettingsError) as problem:
        StripeClient(key, key_name="STRIPE_API_KEY", sleep=lambda _: None)

    assert key not in str(problem.value) and "STRIPE_API_KEY holds no API key" in str(problem.value)


# States and units


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"status": "failed"}, "failed"),
        ({"status": "pending"}, "pending"),
        ({"captured": False}, "pending"),
        ({"captured": False, "refunded": True}, "failed"),
        ({"disputed": True}, "disputed"),
    ],
)
def test_what_only_was_reserved_is_not_taken(importer: Importer, change: dict[str, object], status: str) -> None:
    lists = {**recorded(), "refunds": [], "disputes": [], "charges": [{**recorded()["charges"][2], **change}]}
    importer.run(StripeDouble(lists))

    assert [one.status for one in importer.account().charges] == [status]


@pytest.mark.parametrize(
    ("amount", "currency", "money"),
    [
        (4900, "jpy", Money(4900, "JPY")),
        (4900, "kwd", Money(4900, "KWD")),
        (4900, "isk", Money(49, "ISK")),
        (49, "mga", Money(4900, "MGA")),
    ],
)
def test_amounts_are_counted_as_iso_4217_does(importer: Importer, amount: int, currency: str, money: Money) -> None:
    charge = {**recorded()["charges"][2], "amount": amount, "currency": currency}
    importer.run(StripeDouble({**recorded(), "refunds": [], "disputes": [], "charges": [charge]}))

    assert [one.amount for one in importer.account().charges] == [money]


def test_a_cancellation_without_a_time_falls_back_to_the_end_or_is_counted(importer: Importer) -> None:
    lists = recorded()
    plan = lists["subscriptions"][0]
    plan["canceled_at"] = None
    importer.run(StripeDouble(lists))
    assert importer.account().subscriptions[0].cancelled_at == datetime(2026, 2, 28, 16, tzinfo=UTC)

    plan["ended_at"] = None
    done = importer.run(StripeDouble(lists))
    assert done.left_out["cancellations whose time the server does not say"] == 1
    assert importer.account().subscriptions[0].cancelled_at is None


def test_two_stripe_customers_of_one_user_are_one_account(importer: Importer) -> None:
    lists = recorded()
    lists["customers"][0]["metadata"] = {"user_id": "jonas"}
    lists["charges"][0]["customer"] = "cus_PbNoUser"
    importer.run(StripeDouble(lists))

    assert len(importer.account().charges) == 6
    assert importer.account().account.name == "Some Body"  # as the newest of them says
