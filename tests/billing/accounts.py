"""Accounts for tests: keyword-only makers with sensible values; times are days of one year in Amsterdam."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from supportbot.billing.types import (
    AccountRow,
    AccountRows,
    ChargeRow,
    ChargeStatus,
    InvoiceRow,
    OrderRow,
    RefundRow,
    RefundStatus,
    SubscriptionRow,
)
from supportbot.contract.refund_policy import RefundPolicy
from supportbot.language.money import Money

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 4, 10, 8, 0, tzinfo=UTC)
ACCOUNT = AccountRow(external_id="hl-1042", name="Jonas Lindqvist", email="jonas@post.example", since=date(2024, 1, 9))
POLICY = RefundPolicy(
    currency="EUR",
    refund_window_days=30,
    double_charge_days=7,
    passages={
        "refund_window_days": "refunds#4.1",
        "charged_after_cancelling": "refunds#4.2",
        "already_returned": "refunds#4.3",
        "chargeback_stops_refund": "refunds#4.4",
        "double_charge_days": "refunds#4.5",
        "failed_payment": "refunds#4.6",
    },
)
# The same with the two rules that not every shop has.
FULL_POLICY = replace(
    POLICY,
    renewal_notice_days=14,
    renewal_notice_plans=("month", "year"),
    passages={**POLICY.passages, "renewal_notice_days": "refunds#4.8", "unused_days_returned": "refunds#4.9"},
)


def at(month: int, day: int, hour: int = 6) -> datetime:
    """A moment of 2026, in UTC."""
    return datetime(2026, month, day, hour, 7, tzinfo=UTC)


def euro(minor: int) -> Money:
    """An amount in euro."""
    return Money(minor, "EUR")


def make_plan(*, cancelled_at: datetime | None = None, plan_id: str = "sub_0457") -> SubscriptionRow:
    """The box of 49.00, cancelled or not; a cancelled one was to renew on 1 March."""
    return SubscriptionRow(
        id=plan_id,
        account_id=ACCOUNT.external_id,
        plan="Roaster’s box",
        price=euro(4900),
        interval="month",
        started_at=datetime(2024, 8, 1, 6, 0, tzinfo=UTC),
        renews_at=at(3, 1, 5) if cancelled_at else at(5, 1, 4),
        cancelled_at=cancelled_at,
        ends_at=at(2, 28, 22) if cancelled_at else None,
    )


def make_invoice(
    invoice_id: str = "INV-2026-0311",
    *,
    month: int = 3,
    minor: int = 4900,
    plan_id: str | None = "sub_0457",
    period: bool = True,
    description: str = "Roaster’s box, monthly",
) -> InvoiceRow:
    """The invoice of one month's box, or of goods (`period=False`)."""
    return InvoiceRow(
        id=invoice_id,
        account_id=ACCOUNT.external_id,
        description=description,
        amount=euro(minor),
        status="paid",
        issued_at=at(month, 1),
        subscription_id=plan_id if period else None,
        period_start=date(2026, month, 1) if period else None,
        period_end=date(2026, month, 28) if period else None,
    )


def make_charge(
    charge_id: str,
    charged_at: datetime,
    *,
    minor: int = 4900,
    currency: str = "EUR",
    invoice_id: str | None = "INV-2026-0311",
    status: ChargeStatus = "succeeded",
) -> ChargeRow:
    """A charge on the card ending 4417."""
    return ChargeRow(
        id=charge_id,
        account_id=ACCOUNT.external_id,
        amount=Money(minor, currency),
        status=status,
        charged_at=charged_at,
        invoice_id=invoice_id,
        card_last4="4417",
    )


def make_refund(
    refund_id: str,
    charge_id: str,
    refunded_at: datetime,
    *,
    minor: int = 4900,
    currency: str = "EUR",
    status: RefundStatus = "succeeded",
) -> RefundRow:
    """Money that went back for a charge."""
    return RefundRow(
        id=refund_id,
        charge_id=charge_id,
        amount=Money(minor, currency),
        status=status,
        refunded_at=refunded_at,
    )


def make_order(number: str, placed_at: datetime, *, minor: int = 7200, description: str = "Pouring kettle") -> OrderRow:
    """A delivered order."""
    return OrderRow(
        number=number,
        account_id=ACCOUNT.external_id,
        description=description,
        amount=euro(minor),
        status="delivered",
        placed_at=placed_at,
        carrier="DHL",
        tracking="JVGL01",
        delivered_at=placed_at,
    )


def jonas() -> AccountRows:
    """Cancelled on 28 February, charged on 14 and 15 March for one invoice, the second charge returned on the 16th."""
    return AccountRows(
        account=ACCOUNT,
        subscriptions=(make_plan(cancelled_at=at(2, 28, 16)),),
        invoices=(make_invoice("INV-2026-0207", month=2), make_invoice()),
        charges=(
            make_charge("ch_8702", at(2, 1), invoice_id="INV-2026-0207"),
            make_charge("ch_8841", at(3, 14)),
            make_charge("ch_8846", at(3, 15)),
        ),
        refunds=(make_refund("re_2210", "ch_8846", at(3, 16)),),
    )
