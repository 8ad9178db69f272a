"""Reads billing records: six statements for one customer, however long the history."""

from typing import cast

from sqlmodel import Session, col, select

from supportbot.billing import tables
from supportbot.billing.types import (
    AccountRow,
    AccountRows,
    ChargeRow,
    ChargeStatus,
    Interval,
    InvoiceRow,
    InvoiceStatus,
    OrderRow,
    OrderStatus,
    RefundRow,
    RefundStatus,
    SubscriptionRow,
)
from supportbot.contract.types import Money


def read_account(db: Session, external_id: str) -> AccountRows | None:
    """Everything the records hold about one customer, each kind oldest first; None when they do not know them."""
    account = db.get(tables.BillingAccount, external_id)
    if account is None:
        return None
    plans = db.exec(
        select(tables.Subscription)
        .where(tables.Subscription.account_id == external_id)
        .order_by(col(tables.Subscription.started_at), col(tables.Subscription.id))
    )
    invoices = db.exec(
        select(tables.Invoice)
        .where(tables.Invoice.account_id == external_id)
        .order_by(col(tables.Invoice.issued_at), col(tables.Invoice.id))
    )
    charges = db.exec(
        select(tables.Charge)
        .where(tables.Charge.account_id == external_id)
        .order_by(col(tables.Charge.charged_at), col(tables.Charge.id))
    )
    refunds = db.exec(
        select(tables.Refund)
        .join(tables.Charge, col(tables.Charge.id) == col(tables.Refund.charge_id))
        .where(tables.Charge.account_id == external_id)
        .order_by(col(tables.Refund.refunded_at), col(tables.Refund.id))
    )
    orders = db.exec(
        select(tables.ShopOrder)
        .where(tables.ShopOrder.account_id == external_id)
        .order_by(col(tables.ShopOrder.placed_at), col(tables.ShopOrder.number))
    )
    return AccountRows(
        account=AccountRow(account.external_id, account.name, account.email, account.since),
        subscriptions=tuple(_plan(row) for row in plans),
        invoices=tuple(_invoice(row) for row in invoices),
        charges=tuple(_charge(row) for row in charges),
        refunds=tuple(_refund(row) for row in refunds),
        orders=tuple(_order(row) for row in orders),
        checked_at=account.checked_at or account.imported_at,
    )


def _plan(row: tables.Subscription) -> SubscriptionRow:
    return SubscriptionRow(
        id=row.id,
        account_id=row.account_id,
        plan=row.plan,
        price=Money(row.price_minor, row.currency),
        interval=cast(Interval, row.interval),
        started_at=row.started_at,
        renews_at=row.renews_at,
        cancelled_at=row.cancelled_at,
        ends_at=row.ends_at,
    )


def _invoice(row: tables.Invoice) -> InvoiceRow:
    return InvoiceRow(
        id=row.id,
        account_id=row.account_id,
        description=row.description,
        amount=Money(row.amount_minor, row.currency),
        status=cast(InvoiceStatus, row.status),
        issued_at=row.issued_at,
        subscription_id=row.subscription_id,
        period_start=row.period_start,
        period_end=row.period_end,
        number=row.number,
        notice_sent_at=row.notice_sent_at,
        unannounced=row.unannounced,
    )


def _charge(row: tables.Charge) -> ChargeRow:
    return ChargeRow(
        id=row.id,
        account_id=row.account_id,
        amount=Money(row.amount_minor, row.currency),
        status=cast(ChargeStatus, row.status),
        charged_at=row.charged_at,
        invoice_id=row.invoice_id,
        card_last4=row.card_last4,
    )


def _refund(row: tables.Refund) -> RefundRow:
    return RefundRow(
        id=row.id,
        charge_id=row.charge_id,
        amount=Money(row.amount_minor, row.currency),
        status=cast(RefundStatus, row.status),
        refunded_at=row.refunded_at,
    )


def _order(row: tables.ShopOrder) -> OrderRow:
    return OrderRow(
        number=row.number,
        account_id=row.account_id,
        description=row.description,
        amount=Money(row.amount_minor, row.currency),
        status=cast(OrderStatus, row.status),
        placed_at=row.placed_at,
        carrier=row.carrier,
        tracking=row.tracking,
        delivered_at=row.delivered_at,
    )
