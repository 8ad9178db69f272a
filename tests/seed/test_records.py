"""The shop's records: numbers are unique, references hold, and only the told cases have money due."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from supportbot.seed import types
from tests.seed.tellings import AMSTERDAM, MOMENTS, NOW, told


@pytest.fixture(scope="module", params=MOMENTS, ids=str)
def records(request: pytest.FixtureRequest) -> types.Records:
    return told(request.param).records


@pytest.mark.parametrize("kind", ["subscriptions", "invoices", "charges", "refunds", "orders"])
def test_ids_are_unique(records: types.Records, kind: str) -> None:
    ids = Counter(one.id for one in getattr(records, kind))

    assert [number for number, count in ids.items() if count > 1] == []


def test_customers_are_unique_in_key_user_id_and_address(records: types.Records) -> None:
    for name in ("key", "user_id", "email", "name"):
        assert len({getattr(one, name) for one in records.customers}) == len(records.customers) == 42


def test_addresses_are_of_example_domains(records: types.Records) -> None:
    assert [one.email for one in records.customers if not one.email.endswith(".example")] == []


def test_every_reference_holds(records: types.Records) -> None:
    customers = {one.key for one in records.customers}
    invoices = {one.id: one.customer for one in records.invoices}
    charges = {one.id: one.customer for one in records.charges}

    assert {one.customer for one in records.subscriptions + records.disputes} <= customers
    assert {invoices[one.invoice] for one in records.orders} <= customers
    assert all(invoices[one.invoice] == one.customer for one in records.charges + records.orders)
    assert all(charges[one.charge] == one.customer for one in records.refunds)
    assert all(charges[charge] == one.customer for one in records.disputes for charge in one.charges)


def test_no_more_goes_back_than_was_taken_and_never_before(records: types.Records) -> None:
    charges = {one.id: one for one in records.charges}

    for refund in records.refunds:
        charge = charges[refund.charge]
        assert refund.amount_minor <= charge.amount_minor
        assert refund.refunded_at > charge.charged_at
        assert charge.status == "succeeded"


def test_parcels_leave_after_the_order_and_arrive_after_they_left(records: types.Records) -> None:
    for order in records.orders:
        moments = [at for at in (order.placed_at, order.shipped_at, order.delivered_at) if at]

        assert moments == sorted(moments)
        assert len(moments) == {"packed": 1, "shipped": 2, "delivered": 3}[order.status]
        assert (order.tracking is None) == (order.status == "packed")


def test_the_policy_gives_each_told_case_what_it_says(records: types.Records) -> None:
    told = {one.customer: one.due_minor for one in records.disputes}
    asked = {charge for one in records.disputes if one.passage == "4.1" for charge in one.charges}
    found = dict.fromkeys(told, 0) | {
        customer: amount for customer, amount in due_back(records, asked).items() if amount
    }

    assert found == told
    assert (told["jonas"], told["clara"], told["sofia"], told["pieter"]) == (4900, 4900, 4900, 24000)
    assert [told[key] for key in ("anouk", "mateo", "ola", "devin", "freya")] == [0, 0, 0, 0, 0]


def test_jonas_was_charged_twice_after_cancelling_and_got_one_back() -> None:
    records = told(NOW).records
    (subscription,) = [one for one in records.subscriptions if one.customer == "jonas"]
    first, second = [one for one in records.charges if one.customer == "jonas"][-2:]
    (back,) = [one for one in records.refunds if one.customer == "jonas"]

    assert (subscription.id, day(subscription.cancelled_at)) == ("sub_0457", "28 Feb 2026")
    assert day(subscription.renews_at) == "01 Mar 2026"
    assert (first.id, day(first.charged_at), first.card_last4) == ("ch_8841", "14 Mar 2026", "4417")
    assert (second.id, day(second.charged_at)) == ("ch_8846", "15 Mar 2026")
    assert (back.id, back.charge, day(back.refunded_at)) == ("re_2210", "ch_8846", "16 Mar 2026")
    assert first.invoice == second.invoice


def test_mira_has_an_invoice_for_every_month_up_to_now() -> None:
    records = told(NOW).records
    boxes = [one for one in records.invoices if one.customer == "mira" and one.subscription]

    assert [one.id for one in boxes if one.id.startswith("INV-2026")][:3] == [
        "INV-2026-0104",
        "INV-2026-0207",
        "INV-2026-0311",
    ]
    assert (boxes[-1].id, boxes[-1].amount_minor) == ("INV-2026-1110", 4900)
    assert len(boxes) == 23


def test_a_box_is_renewed_on_the_first_and_not_before_its_hour() -> None:
    def mira(now: datetime) -> tuple[str, int]:
        records = told(now).records
        (subscription,) = [one for one in records.subscriptions if one.customer == "mira"]
        return day(subscription.renews_at), sum(one.customer == "mira" for one in records.invoices)

    before, after = (datetime(2026, 11, 1, hour, 0, tzinfo=AMSTERDAM) for hour in (5, 7))

    assert mira(before)[0] == "01 Nov 2026"
    assert mira(after)[0] == "01 Dec 2026"


def day(at: datetime | None) -> str:
    assert at is not None
    return at.astimezone(AMSTERDAM).strftime("%d %b %Y")


def due_back(records: types.Records, asked: set[str]) -> dict[str, int]:
    """What the refund policy gives each customer: 4.1 for the charges asked about, 4.2 and 4.5 for all."""
    returned: dict[str, int] = defaultdict(int)
    for refund in records.refunds:
        returned[refund.charge] += refund.amount_minor
    due: dict[str, int] = defaultdict(int)
    for charge in _owed(records, asked):
        due[charge.customer] += charge.amount_minor - returned[charge.id]
    return due


def _owed(records: types.Records, asked: set[str]) -> Iterator[types.Charge]:
    invoices = {one.id: one for one in records.invoices}
    cancelled = {one.id: one.cancelled_at for one in records.subscriptions if one.cancelled_at}
    now = max(one.charged_at for one in records.charges)
    first: dict[str, datetime] = {}
    for charge in records.charges:
        if charge.status == "failed":
            continue
        invoice = invoices[charge.invoice]
        ended = cancelled.get(invoice.subscription or "")
        late = ended and invoice.period_start and invoice.period_start > ended.date()
        again = charge.charged_at - first.setdefault(charge.invoice, charge.charged_at)
        twice = timedelta() < again <= timedelta(days=7)
        window = charge.id in asked and now - charge.charged_at <= timedelta(days=30)
        if charge.status == "succeeded" and (late or twice or window):
            yield charge
