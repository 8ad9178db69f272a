"""The facts that an article's placeholders name, in the article's language, and everything that a reply may state."""

from collections.abc import Iterator
from datetime import date, datetime, tzinfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from supportbot.billing.rules.payments import local_day, row_ids
from supportbot.billing.types import AccountRows, InvoiceRow, OrderRow, SubscriptionRow
from supportbot.contract.refund_policy import Placeholder
from supportbot.language.languages import pairs
from supportbot.language.money import Money


def current_plan(rows: AccountRows) -> SubscriptionRow | None:
    """The plan that runs, or else the one that ended last."""
    running = [plan for plan in rows.subscriptions if plan.cancelled_at is None]
    return max(running or rows.subscriptions, key=lambda plan: (plan.started_at, plan.id), default=None)


def newest_order(rows: AccountRows) -> OrderRow | None:
    """The order placed last."""
    return max(rows.orders, key=lambda order: (order.placed_at, order.number), default=None)


def placeholder_values(
    rows: AccountRows, months: tuple[tuple[int, int], ...], *, zone: tzinfo, locale: str
) -> tuple[tuple[str, str], ...]:
    """The value of every placeholder that the records can fill, in a fixed order."""
    language = babel_locale(locale)
    pairs = [
        *_invoice_values(rows, zone, language),
        *_month_values(rows, months, zone, language),
        *_plan_values(rows, zone, language),
        *_order_values(rows, zone, language),
        *_account_values(rows),
    ]
    return tuple((name, value) for name, value in pairs if value)


def stated_amounts(rows: AccountRows, due_back: Money | None) -> frozenset[Money]:
    """Every amount that stands in a row, and the amount due; no sums."""
    amounts = {invoice.amount for invoice in rows.invoices} | {order.amount for order in rows.orders}
    amounts |= {charge.amount for charge in rows.charges} | {refund.amount for refund in rows.refunds}
    amounts |= {plan.price for plan in rows.subscriptions}
    return frozenset(amounts | ({due_back} if due_back else set()))


def stated_dates(rows: AccountRows, zone: tzinfo) -> frozenset[date]:
    """Every day that stands in a row, in the shop's zone."""
    moments: list[datetime | None] = [charge.charged_at for charge in rows.charges]
    moments += [refund.refunded_at for refund in rows.refunds]
    moments += [moment for row in rows.invoices for moment in (row.issued_at, row.notice_sent_at)]
    for plan in rows.subscriptions:
        moments += [plan.started_at, plan.renews_at, plan.cancelled_at, plan.ends_at]
    for order in rows.orders:
        moments += [order.placed_at, order.delivered_at]
    days = [local_day(moment, zone) for moment in moments if moment]
    days += [day for row in rows.invoices for day in (row.period_start, row.period_end) if day]
    return frozenset(days + ([rows.account.since] if rows.account.since else []))


def stated_ids(rows: AccountRows) -> frozenset[str]:
    """Every id, number and tracking number that stands in a row."""
    return row_ids(rows) | frozenset({order.tracking for order in rows.orders if order.tracking})


def babel_locale(locale: str) -> Locale:
    """CLDR's locale for a customer's; days are written European style in English."""
    try:
        parsed = Locale.parse(locale.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale("en", "GB")
    return Locale("en", "GB") if parsed.language == "en" else parsed


def _invoice_values(rows: AccountRows, zone: tzinfo, language: Locale) -> Iterator[tuple[Placeholder, str]]:
    invoices = [invoice for invoice in rows.invoices if invoice.status not in ("draft", "void")]
    newest = max(invoices, key=lambda invoice: (invoice.issued_at, invoice.id), default=None)
    if newest:
        yield "newest_invoice", newest.name
        yield "newest_invoice_date", _day(newest.issued_at, zone, language)
        yield "newest_invoice_amount", str(newest.amount)


def _month_values(
    rows: AccountRows, months: tuple[tuple[int, int], ...], zone: tzinfo, language: Locale
) -> Iterator[tuple[Placeholder, str]]:
    for year, month in months[:1]:
        yield "month", format_date(date(year, month, 1), "LLLL", locale=language)
        invoice = _invoice_for(rows, year, month, zone)
        if invoice:
            yield "invoice_for_month", invoice.name


def _invoice_for(rows: AccountRows, year: int, month: int, zone: tzinfo) -> InvoiceRow | None:
    """The invoice of a month: the plan's for a period that starts in it, else one issued in it."""
    wanted = (year, month)
    for invoice in sorted(rows.invoices, key=lambda invoice: (invoice.issued_at, invoice.id)):
        start = invoice.period_start
        if start and (start.year, start.month) == wanted and invoice.status not in ("draft", "void"):
            return invoice
    issued = [row for row in rows.invoices if _month(local_day(row.issued_at, zone)) == wanted]
    return max(issued, key=lambda invoice: (invoice.issued_at, invoice.id), default=None)


def _plan_values(rows: AccountRows, zone: tzinfo, language: Locale) -> Iterator[tuple[Placeholder, str]]:
    plan = current_plan(rows)
    if plan:
        yield "plan", plan.plan
        yield "plan_price", str(plan.price)
        if plan.renews_at and plan.cancelled_at is None:
            yield "renews_at", _day(plan.renews_at, zone, language)
        if plan.cancelled_at:
            yield "cancelled_at", _day(plan.cancelled_at, zone, language)


def _order_values(rows: AccountRows, zone: tzinfo, language: Locale) -> Iterator[tuple[Placeholder, str]]:
    order = newest_order(rows)
    if order:
        yield "newest_order", order.number
        yield "newest_order_date", _day(order.placed_at, zone, language)
        yield "order_status", (pairs(language.language, "order_status") or pairs("en", "order_status"))[order.status]
        yield "tracking", order.tracking or ""
        yield "carrier", order.carrier or ""


def _account_values(rows: AccountRows) -> Iterator[tuple[Placeholder, str]]:
    cards = [charge for charge in rows.charges if charge.card_last4 and charge.status in ("succeeded", "disputed")]
    newest = max(cards, key=lambda charge: (charge.charged_at, charge.id), default=None)
    if newest and newest.card_last4:
        yield "card_last4", newest.card_last4
    yield "email", rows.account.email or ""


def _day(moment: datetime, zone: tzinfo, language: Locale) -> str:
    return format_date(local_day(moment, zone), "long", locale=language)


def _month(day: date) -> tuple[int, int]:
    return (day.year, day.month)
