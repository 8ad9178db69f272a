"""Groups charges by what they pay for, so that a second charge for one thing stands beside the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from supportbot.billing.types import AccountRows, ChargeRow, InvoiceRow, OrderRow, RefundRow, SubscriptionRow

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
    orders = _orders_of_charges(rows, zone)
    purposes = {charge.id: _purpose(charge, rows, orders) for charge in rows.charges}
    groups: list[list[ChargeRow]] = []
    for charge in sorted(rows.charges, key=lambda charge: (charge.charged_at, charge.id)):
        home = next((group for group in groups if _belongs(charge, group, purposes, zone, double_charge_days)), None)
        if home is None:
            groups.append([charge])
        else:
            home.append(charge)
    return tuple(_payment(group, rows, orders) for group in groups)


def row_ids(rows: AccountRows) -> frozenset[str]:
    """Every id and order number of an account's rows."""
    ids = {plan.id for plan in rows.subscriptions} | {invoice.id for invoice in rows.invoices}
    ids |= {charge.id for charge in rows.charges} | {refund.id for refund in rows.refunds}
    return frozenset(ids | {order.number for order in rows.orders})


def local_day(moment: datetime, zone: tzinfo) -> date:
    """The day of a moment in the shop's zone."""
    return moment.astimezone(zone).date()


def _belongs(
    charge: ChargeRow, group: Sequence[ChargeRow], purposes: dict[str, Purpose], zone: tzinfo, days: int
) -> bool:
    return any(_belong_together(charge, other, purposes, zone, days) for other in group)


def _belong_together(
    charge: ChargeRow, other: ChargeRow, purposes: dict[str, Purpose], zone: tzinfo, days: int
) -> bool:
    if charge.invoice_id and charge.invoice_id == other.invoice_id:
        return True
    if charge.amount != other.amount or "failed" in (charge.status, other.status):
        return False
    if _days_between(charge.charged_at, other.charged_at, zone) > days:
        return False
    mine, theirs = purposes[charge.id], purposes[other.id]
    return not mine or not theirs or mine == theirs


def _purpose(charge: ChargeRow, rows: AccountRows, orders: dict[str, OrderRow]) -> Purpose:
    """What a charge is known to be for; empty when the records do not say."""
    if charge.invoice_id:
        invoice = next((invoice for invoice in rows.invoices if invoice.id == charge.invoice_id), None)
        if invoice and invoice.period_start:
            return ("period", invoice.subscription_id or "", invoice.period_start.isoformat())
        return ("invoice", charge.invoice_id)
    order = orders.get(charge.id)
    return ("order", order.number) if order else ()


def _orders_of_charges(rows: AccountRows, zone: tzinfo) -> dict[str, OrderRow]:
    """Pair each charge without a plan's invoice with one order of the same amount placed about then, oldest first."""
    periods = {invoice.id for invoice in rows.invoices if invoice.period_start}
    left = sorted(rows.orders, key=lambda order: (order.placed_at, order.number))
    pairs: dict[str, OrderRow] = {}
    for charge in sorted(rows.charges, key=lambda charge: (charge.charged_at, charge.id)):
        if charge.invoice_id in periods or charge.status == "failed":
            continue
        for order in left:
            near = _days_between(charge.charged_at, order.placed_at, zone) <= ORDER_DAYS
            if near and order.amount == charge.amount:
                pairs[charge.id] = order
                left.remove(order)
                break
    return pairs


def _payment(group: Sequence[ChargeRow], rows: AccountRows, orders: dict[str, OrderRow]) -> Payment:
    ids = {charge.id for charge in group}
    invoice_ids = {charge.invoice_id for charge in group}
    invoices = tuple(invoice for invoice in rows.invoices if invoice.id in invoice_ids)
    return Payment(
        charges=tuple(group),
        refunds=tuple(
            sorted(
                (refund for refund in rows.refunds if refund.charge_id in ids),
                key=lambda refund: (refund.refunded_at, refund.id),
            )
        ),
        invoices=invoices,
        subscription=_subscription(invoices, rows),
        order=next((orders[charge.id] for charge in group if charge.id in orders), None),
    )


def _subscription(invoices: Sequence[InvoiceRow], rows: AccountRows) -> SubscriptionRow | None:
    """The plan that a payment is for: the one its invoice names, or the only one there is for a period's invoice."""
    for invoice in invoices:
        if invoice.subscription_id:
            return next((plan for plan in rows.subscriptions if plan.id == invoice.subscription_id), None)
        if invoice.period_start and len(rows.subscriptions) == 1:
            return rows.subscriptions[0]
    return None


def _days_between(one: datetime, other: datetime, zone: tzinfo) -> int:
    return abs((local_day(one, zone) - local_day(other, zone)) // timedelta(days=1))
