"""The story's records as rows to import."""

from dataclasses import fields

from supportbot.billing.types import (
    AccountRow,
    BillingRecords,
    ChargeRow,
    InvoiceRow,
    OrderRow,
    RefundRow,
    SubscriptionRow,
)
from supportbot.language.money import Money
from supportbot.seed.types import Story

KINDS = tuple(one.name for one in fields(BillingRecords))
INTERVALS = {"monthly": "month", "quarterly": "quarter"}


def billing_records(story: Story) -> BillingRecords:
    """Every billing row of the story, under the shop's own user ids."""
    records, user_ids = story.records, _user_ids(story)
    return BillingRecords(
        accounts=tuple(AccountRow(one.user_id, one.name, one.email, one.since) for one in records.customers),
        subscriptions=_subscriptions(story),
        invoices=tuple(
            InvoiceRow(
                id=one.id,
                account_id=user_ids[one.customer],
                description=one.description,
                amount=Money(one.amount_minor, one.currency),
                status=one.status,
                issued_at=one.issued_at,
                subscription_id=one.subscription,
                period_start=one.period_start,
                period_end=one.period_end,
            )
            for one in records.invoices
        ),
        charges=tuple(
            ChargeRow(
                id=one.id,
                account_id=user_ids[one.customer],
                amount=Money(one.amount_minor, one.currency),
                status=one.status,
                charged_at=one.charged_at,
                invoice_id=one.invoice,
                card_last4=one.card_last4,
            )
            for one in records.charges
        ),
        refunds=tuple(
            RefundRow(one.id, one.charge, Money(one.amount_minor, one.currency), "succeeded", one.refunded_at)
            for one in records.refunds
        ),
        orders=_orders(story),
    )


def _subscriptions(story: Story) -> tuple[SubscriptionRow, ...]:
    currency, user_ids = story.shop.currency, _user_ids(story)
    plans = {plan.key: plan for plan in story.shop.plans}
    return tuple(
        SubscriptionRow(
            id=one.id,
            account_id=user_ids[one.customer],
            plan=plans[one.plan].name,
            price=Money(one.price_minor, currency),
            interval=INTERVALS[plans[one.plan].interval],  # type: ignore[arg-type]
            started_at=one.started_at,
            renews_at=one.renews_at,
            cancelled_at=one.cancelled_at,
            ends_at=one.ended_at,
        )
        for one in story.records.subscriptions
    )


def _orders(story: Story) -> tuple[OrderRow, ...]:
    user_ids = _user_ids(story)
    return tuple(
        OrderRow(
            number=one.id,
            account_id=user_ids[one.customer],
            description=", ".join(f"{line.quantity} × {line.name}" for line in one.lines)[:200],
            amount=Money(one.total_minor, one.currency),
            status=one.status,
            placed_at=one.placed_at,
            carrier=one.carrier,
            tracking=one.tracking,
            delivered_at=one.delivered_at,
        )
        for one in story.records.orders
    )


def _user_ids(story: Story) -> dict[str, str]:
    return {customer.key: customer.user_id for customer in story.records.customers}


def changed_records(records: BillingRecords, before: BillingRecords) -> BillingRecords:
    """Only the rows that `before` does not hold, or holds with other values."""
    known = {kind: set(getattr(before, kind)) for kind in KINDS}
    changed = {kind: tuple(row for row in getattr(records, kind) if row not in known[kind]) for kind in KINDS}
    return BillingRecords(**changed)
