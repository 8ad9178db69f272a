"""Reads billing records: one statement for one customer, however long the history."""

from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa
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
from supportbot.db.batch_read import Fetched, Together
from supportbot.language.money import Money


def account_reads() -> dict[str, Any]:
    """The reads of one customer's records, for `Together`; they ask for the parameter `account_id`."""
    asked = sa.bindparam("account_id", type_=sa.String)

    def held(table: Any, *order: str) -> Any:
        return select(table).where(table.account_id == asked).order_by(*(col(getattr(table, name)) for name in order))

    refunds = (
        select(tables.Refund)
        .join(tables.Charge, col(tables.Charge.id) == col(tables.Refund.charge_id))
        .where(tables.Charge.account_id == asked)
        .order_by(col(tables.Refund.refunded_at), col(tables.Refund.id))
    )
    return {
        "account": select(tables.BillingAccount).where(tables.BillingAccount.external_id == asked),
        "plans": held(tables.Subscription, "started_at", "id"),
        "invoices": held(tables.Invoice, "issued_at", "id"),
        "charges": held(tables.Charge, "charged_at", "id"),
        "refunds": refunds,
        "orders": held(tables.ShopOrder, "placed_at", "number"),
    }


@lru_cache(maxsize=1)
def _together() -> Together:
    return Together(**account_reads())


def read_account(db: Session, external_id: str) -> AccountRows | None:
    """Everything the records hold about one customer, each kind oldest first; None when they do not know them."""
    return as_account(_together().fetch(db, account_id=external_id))


def as_account(found: Fetched) -> AccountRows | None:
    """What `account_reads` found; None when the records do not know the customer."""
    if not found["account"]:
        return None
    account: tables.BillingAccount = found["account"][0]
    return AccountRows(
        account=AccountRow(account.external_id, account.name, account.email, account.since),
        subscriptions=tuple(_plan(row) for row in found["plans"]),
        invoices=tuple(_invoice(row) for row in found["invoices"]),
        charges=tuple(_charge(row) for row in found["charges"]),
        refunds=tuple(_refund(row) for row in found["refunds"]),
        orders=tuple(_order(row) for row in found["orders"]),
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
