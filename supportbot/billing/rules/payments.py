"""Groups charges by what they pay for, so that a second charge for one thing stands beside the first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from supportbot.billing.types import (
    AccountRows,
    ChargeRow,
    InvoiceRow,
    OrderRow,
    RefundRow,
    RefundStatus,
    SubscriptionRow,
)
from supportbot.language.money import Money

# How near an order and a charge without an invoice must be, to belong together.
ORDER_DAYS = 7

Purpose = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Payment:
    """Every charge for one thing, oldest first, with what went back; `charges` holds failed ones too."""

    charges: tuple[ChargeRow, ...]
    refunds: tuple[RefundRow, ...]
    invoices: tuple[InvoiceRow, ...]
    subscription: SubscriptionRow | None = None
    order: OrderRow | None = None

    @property
    def taken(self) -> tuple[ChargeRow, ...]:
        """The charges that took money and that no bank disputes."""
        return tuple(charge for charge in self.charges if charge.status == "succeeded")

    @property
    def disputed(self) -> tuple[ChargeRow, ...]:
        """The charges for which a bank has a chargeback open."""
        return tuple(charge for charge in self.charges if charge.status == "disputed")

    @property
    def pending(self) -> tuple[ChargeRow, ...]:
        """The charges that are reserved and have taken nothing yet."""
        return tuple(charge for charge in self.charges if charge.status == "pending")

    @property
    def failed(self) -> tuple[ChargeRow, ...]:
        """The tries that took nothing."""
        return tuple(charge for charge in self.charges if charge.status == "failed")

    @property
    def newest_at(self) -> datetime:
        """When its last charge was made or tried."""
        return self.charges[-1].charged_at


def group_payments(rows: AccountRows, *, zone: tzinfo, double_charge_days: int) -> tuple[Payment, ...]:
    """Group an account's charges, oldest payment first.

    Charges belong together when they name one invoice, or when they take the same amount within
    `double_charge_days` and nothing shows that they are for different periods, invoices or orders.
    """
    book = _Book(rows, zone)
    groups: list[list[ChargeRow]] = []
    of_invoice: dict[str, list[ChargeRow]] = {}
    recent: list[list[ChargeRow]] = []
    for charge in sorted(rows.charges, key=_by_time):
        recent = [group for group in recent if book.days_between(group[-1], charge) <= double_charge_days]
        home = of_invoice.get(charge.invoice_id or "") or _repeated(charge, recent, book, double_charge_days)
        if home is None:
            home = []
            groups.append(home)
        home.append(charge)
        if all(group is not home for group in recent):
            recent.append(home)
        if charge.invoice_id:
            of_invoice.setdefault(charge.invoice_id, home)
    return tuple(book.payment(group) for group in groups)


def row_ids(rows: AccountRows) -> frozenset[str]:
    """Every id, invoice number and order number of an account's rows."""
    ids = {plan.id for plan in rows.subscriptions} | {invoice.id for invoice in rows.invoices}
    ids |= {invoice.name for invoice in rows.invoices}
    ids |= {charge.id for charge in rows.charges} | {refund.id for refund in rows.refunds}
    return frozenset(ids | {order.number for order in rows.orders})


def local_day(moment: datetime, zone: tzinfo) -> date:
    """The day of a moment in the shop's zone."""
    return moment.astimezone(zone).date()


class _Book:
    """An account's rows by what they are looked up by."""

    def __init__(self, rows: AccountRows, zone: tzinfo) -> None:
        self.zone = zone
        self.plans = rows.subscriptions
        self.invoices = {invoice.id: invoice for invoice in rows.invoices}
        self.orders = _orders_of_charges(rows, zone)
        self.refunds: dict[str, list[RefundRow]] = {}
        for refund in sorted(rows.refunds, key=lambda refund: (refund.refunded_at, refund.id)):
            self.refunds.setdefault(refund.charge_id, []).append(refund)

    def purpose(self, charge: ChargeRow) -> Purpose:
        """What a charge is known to be for; empty when the records do not say."""
        if charge.invoice_id:
            invoice = self.invoices.get(charge.invoice_id)
            if invoice and invoice.period_start:
                return ("period", invoice.subscription_id or "", invoice.period_start.isoformat())
            return ("invoice", charge.invoice_id)
        order = self.orders.get(charge.id)
        return ("order", order.number) if order else ()

    def days_between(self, one: ChargeRow, other: ChargeRow) -> int:
        """How many days of the shop's zone lie between two charges."""
        return _days_between(one.charged_at, other.charged_at, self.zone)

    def payment(self, group: Sequence[ChargeRow]) -> Payment:
        """A group with everything that belongs to its charges."""
        names = dict.fromkeys(charge.invoice_id for charge in group if charge.invoice_id in self.invoices)
        invoices = tuple(self.invoices[name] for name in names if name)
        refunds = [refund for charge in group for refund in self.refunds.get(charge.id, ())]
        return Payment(
            charges=tuple(group),
            refunds=tuple(sorted(refunds, key=lambda refund: (refund.refunded_at, refund.id))),
            invoices=invoices,
            subscription=self._plan(invoices),
            order=next((self.orders[charge.id] for charge in group if charge.id in self.orders), None),
        )

    def _plan(self, invoices: Sequence[InvoiceRow]) -> SubscriptionRow | None:
        """The plan a payment is for: the one its invoice names, or the only one there is for a period's invoice."""
        for invoice in invoices:
            if invoice.subscription_id:
                return next((plan for plan in self.plans if plan.id == invoice.subscription_id), None)
            if invoice.period_start and len(self.plans) == 1:
                return self.plans[0]
        return None


def _repeated(charge: ChargeRow, recent: Sequence[list[ChargeRow]], book: _Book, days: int) -> list[ChargeRow] | None:
    """The group of which a charge takes the same amount again, for all that the records show."""
    if charge.status == "failed":
        return None
    return next((group for group in recent if any(_is_repeat(charge, other, book, days) for other in group)), None)


def _is_repeat(charge: ChargeRow, other: ChargeRow, book: _Book, days: int) -> bool:
    if charge.amount != other.amount or other.status == "failed" or book.days_between(charge, other) > days:
        return False
    mine, theirs = book.purpose(charge), book.purpose(other)
    return not mine or not theirs or mine == theirs


def _orders_of_charges(rows: AccountRows, zone: tzinfo) -> dict[str, OrderRow]:
    """Pair each charge without a plan's invoice with one order of the same amount placed about then, oldest first."""
    periods = {invoice.id for invoice in rows.invoices if invoice.period_start}
    left: dict[Money, list[OrderRow]] = {}
    for order in sorted(rows.orders, key=lambda order: (order.placed_at, order.number)):
        left.setdefault(order.amount, []).append(order)
    pairs: dict[str, OrderRow] = {}
    for charge in sorted(rows.charges, key=_by_time):
        if charge.invoice_id in periods or charge.status == "failed":
            continue
        for order in left.get(charge.amount, ()):
            if _days_between(charge.charged_at, order.placed_at, zone) <= ORDER_DAYS:
                pairs[charge.id] = order
                left[charge.amount].remove(order)
                break
    return pairs


def _by_time(charge: ChargeRow) -> tuple[datetime, str]:
    return (charge.charged_at, charge.id)


def _days_between(one: datetime, other: datetime, zone: tzinfo) -> int:
    return abs((local_day(one, zone) - local_day(other, zone)) // timedelta(days=1))


def went_back(charge: ChargeRow, refunds: Iterable[RefundRow], *, status: RefundStatus) -> Money:
    """What of a charge has gone back, or is on its way (`status` pending), in the charge's own currency."""
    own = (one.amount for one in refunds if one.charge_id == charge.id and one.status == status)
    return Money(sum(one.minor for one in own if one.currency == charge.amount.currency), charge.amount.currency)
