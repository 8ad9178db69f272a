"""Properties of the amount due back, over accounts that nobody thought of."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from supportbot.billing.rules import case_record
from supportbot.billing.types import AccountRows, CaseRecord, ChargeRow, InvoiceRow, RefundRow, SubscriptionRow
from supportbot.contract.refund_policy import RefundPolicy
from supportbot.language.money import Money
from tests.billing.accounts import ACCOUNT, FULL_POLICY, NOW, POLICY, ZONE, make_order

TEXTS = (
    "",
    "billed twice in March",
    "refund please",
    "I cancelled in February, send my money back",
    "charge 2",
    "März",
)
MINOR = st.integers(0, 10_000)
MOMENT = st.integers(0, 200).map(lambda days: datetime(2025, 10, 1, 12, 0, tzinfo=UTC) + timedelta(days=days))
CURRENCY = st.sampled_from(["EUR", "EUR", "EUR", "USD", "JPY", "KWD"])


@st.composite
def accounts(draw: st.DrawFn, currencies: st.SearchStrategy[str] = CURRENCY) -> AccountRows:
    """Any account: plans cancelled or not, invoices with and without periods, refunds larger than their charge."""
    invoices = tuple(draw(_invoice(number, currencies)) for number in range(draw(st.integers(0, 4))))
    charges = tuple(draw(_charge(number, len(invoices), currencies)) for number in range(draw(st.integers(0, 7))))
    count = draw(st.integers(0, 5)) if charges else 0
    return AccountRows(
        account=ACCOUNT,
        subscriptions=(draw(_plan()),),
        invoices=invoices,
        charges=charges,
        refunds=tuple(draw(_refund(number, len(charges), currencies)) for number in range(count)),
        orders=tuple(
            make_order(f"O-{number}", draw(MOMENT), minor=draw(MINOR)) for number in range(draw(st.integers(0, 2)))
        ),
    )


@st.composite
def _plan(draw: st.DrawFn) -> SubscriptionRow:
    return SubscriptionRow(
        id="sub_1",
        account_id=ACCOUNT.external_id,
        plan="Box",
        price=Money(4900, "EUR"),
        interval="month",
        started_at=datetime(2024, 1, 1, tzinfo=UTC),
        renews_at=draw(st.none() | MOMENT),
        cancelled_at=draw(st.none() | MOMENT),
        ends_at=draw(st.none() | MOMENT),
    )


@st.composite
def _invoice(draw: st.DrawFn, number: int, currencies: st.SearchStrategy[str]) -> InvoiceRow:
    start = draw(st.none() | st.sampled_from([date(2025, 12, 1), date(2026, 2, 1), date(2026, 3, 1)]))
    return InvoiceRow(
        id=f"inv_{number}",
        account_id=ACCOUNT.external_id,
        description="Box",
        amount=Money(draw(st.sampled_from([4900, 100]) | MINOR), draw(currencies)),
        status="paid",
        issued_at=draw(MOMENT),
        subscription_id=draw(st.sampled_from(["sub_1", "sub_2", None])),
        period_start=start,
        period_end=draw(st.none() | st.just(start + timedelta(days=30))) if start else None,
        notice_sent_at=draw(st.none() | MOMENT),
        unannounced=draw(st.booleans()),
    )


@st.composite
def _charge(draw: st.DrawFn, number: int, invoices: int, currencies: st.SearchStrategy[str]) -> ChargeRow:
    named = [f"inv_{place}" for place in range(invoices)]
    return ChargeRow(
        id=f"ch_{number}",
        account_id=ACCOUNT.external_id,
        amount=Money(draw(st.sampled_from([4900, 100]) | MINOR), draw(currencies)),
        status=draw(st.sampled_from(["succeeded", "succeeded", "succeeded", "pending", "failed", "disputed"])),
        charged_at=draw(MOMENT),
        invoice_id=draw(st.sampled_from([*named, "inv_unknown", None])),
    )


@st.composite
def _refund(draw: st.DrawFn, number: int, charges: int, currencies: st.SearchStrategy[str]) -> RefundRow:
    return RefundRow(
        id=f"re_{number}",
        charge_id=f"ch_{draw(st.integers(0, charges - 1))}",
        amount=Money(draw(st.sampled_from([4900, 100]) | MINOR), draw(currencies)),
        status=draw(st.sampled_from(["succeeded", "succeeded", "pending", "failed"])),
        refunded_at=draw(MOMENT),
    )


def read(rows: AccountRows, text: str, policy: RefundPolicy = FULL_POLICY) -> CaseRecord:
    return case_record(rows, text=text, policy=policy, zone=ZONE, now=NOW)


def kept(rows: AccountRows, currency: str) -> int:
    """What was taken and neither went back nor is on its way, in one currency."""
    taken = {charge.id: charge.amount for charge in rows.charges if charge.status == "succeeded"}
    returned = [refund.amount for refund in rows.refunds if refund.charge_id in taken and refund.status != "failed"]
    amounts = [amount.minor for amount in taken.values() if amount.currency == currency]
    return sum(amounts) - sum(amount.minor for amount in returned if amount.currency == currency)


def _after_refund(rows: AccountRows, text: str, refund: RefundRow) -> int:
    due = read(replace(rows, refunds=(*rows.refunds, refund)), text).due_back
    return due.minor if due else 0


@settings(max_examples=100, deadline=None)
@given(accounts(), st.sampled_from(TEXTS))
def test_what_is_due_is_above_zero_and_in_a_currency_that_was_taken(rows: AccountRows, text: str) -> None:
    due = read(rows, text).due_back

    taken = {charge.amount.currency for charge in rows.charges if charge.status == "succeeded"}
    assert due is None or (due.minor > 0 and due.currency in taken)


@settings(max_examples=100, deadline=None)
@given(accounts(currencies=st.just("KWD")), st.sampled_from(TEXTS), st.sampled_from([POLICY, FULL_POLICY]))
def test_in_one_currency_what_is_due_is_never_more_than_was_taken_and_kept(
    rows: AccountRows, text: str, policy: RefundPolicy
) -> None:
    due = read(rows, text, policy).due_back

    assert due is None or 0 < due.minor <= kept(rows, "KWD")


@settings(max_examples=60, deadline=None)
@given(accounts(), st.sampled_from(TEXTS))
def test_what_is_due_stands_as_a_fact_on_rows_of_the_account(rows: AccountRows, text: str) -> None:
    record = read(rows, text)
    known = {charge.id for charge in rows.charges} | {refund.id for refund in rows.refunds}

    assert (record.due is None) == (record.due_back is None)
    if record.due is not None:
        assert record.due.amount == record.due_back and record.due.passage == record.due_passage
        assert record.due.sources and set(record.due.sources) <= known
    assert all(fact.sources for fact in record.facts)
    assert {fact.amount for fact in record.facts if fact.amount} <= record.amounts


@settings(max_examples=60, deadline=None)
@given(accounts(currencies=st.just("EUR")), st.sampled_from(TEXTS))
def test_returning_what_is_due_lowers_it_for_one_of_the_charges_shown(rows: AccountRows, text: str) -> None:
    record = read(rows, text)
    if record.due_back is None:
        return
    taken = {charge.id for charge in rows.charges if charge.status == "succeeded"}
    shown = [line.source for line in record.ledger if line.source in taken]

    left = [
        _after_refund(rows, text, RefundRow("re_new", charge, record.due_back, "succeeded", NOW)) for charge in shown
    ]

    assert min(left) < record.due_back.minor
    assert len(shown) > 1 or left == [0]


@settings(max_examples=60, deadline=None)
@given(accounts(), st.sampled_from(TEXTS), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: AccountRows, text: str, chance: object) -> None:
    def shuffled(items: tuple[object, ...]) -> tuple[object, ...]:
        mixed = list(items)
        chance.shuffle(mixed)  # type: ignore[attr-defined]
        return tuple(mixed)

    other = AccountRows(
        rows.account,
        rows.subscriptions,
        rows.invoices,
        shuffled(rows.charges),  # type: ignore[arg-type]
        shuffled(rows.refunds),  # type: ignore[arg-type]
        shuffled(rows.orders),  # type: ignore[arg-type]
    )

    assert read(other, text) == read(rows, text)


@settings(max_examples=60, deadline=None)
@given(accounts(), st.sampled_from(TEXTS))
def test_every_amount_in_the_ledger_stands_in_a_row_and_may_be_stated(rows: AccountRows, text: str) -> None:
    record = read(rows, text)

    amounts = {Money(abs(line.amount.minor), line.amount.currency) for line in record.ledger if line.amount}
    assert amounts <= record.amounts
    assert {line.on for line in record.ledger} <= record.dates
    assert [line.on for line in record.ledger] == sorted(line.on for line in record.ledger)
