"""The facts that placeholders name, as they stood for one customer at one moment, in the customer's language."""

from datetime import date, datetime

from babel.dates import format_date

from supportbot.language.money import Money
from supportbot.seed.moments import Calendar, months_on, next_period, workday
from supportbot.seed.types import Invoice, Locale, Order, Records, Shop, Subscription

_BABEL = {"en": "en_GB", "de": "de", "es": "es", "fr": "fr", "ar": "ar"}
_STATUS = {
    "en": ("being packed", "on its way"),
    "de": ("in Vorbereitung", "unterwegs"),
    "es": ("en preparación", "en camino"),
    "fr": ("en préparation", "en route"),
    "ar": ("قيد التجهيز", "في الطريق"),
}
_BY = {
    "en": ("tomorrow, 12:00", "{day}, 12:00"),
    "de": ("bis morgen, 12:00 Uhr", "bis {day}, 12:00 Uhr"),
    "es": ("antes de mañana a las 12:00", "antes del {day} a las 12:00"),
    "fr": ("avant demain, 12 h", "avant {day}, 12 h"),
    "ar": ("غدًا قبل الساعة 12:00", "{day} قبل الساعة 12:00"),
}


def time_words(calendar: Calendar, at: datetime, locale: Locale) -> dict[str, str]:
    """The words for time in a talk: the month before the present one, as in `billing.yaml` whenever the words were
    said, and the time that a held notice sent at `at` gives: the next working day at noon."""
    today = calendar.day_of(at)
    following = workday(today, 1)
    tomorrow, later = _BY[locale]
    weekday = format_date(following, "EEEE", locale=_BABEL[locale])
    return {
        "last_month": _month(months_on(calendar.today, -1), locale),
        "by": tomorrow if (following - today).days == 1 else later.format(day=weekday),
    }


def case_values(
    records: Records, shop: Shop, calendar: Calendar, *, customer: str, at: datetime, locale: Locale
) -> dict[str, str]:
    """Placeholder to text for every fact known at `at`; what is not known is not there."""
    (person,) = [one for one in records.customers if one.key == customer]
    values = {"email": person.email, "card_last4": person.card_last4}
    invoices = [one for one in records.invoices if one.customer == customer and one.issued_at <= at]
    if invoices:
        values |= _invoice_values(invoices[-1], calendar, locale)
    orders = [one for one in records.orders if one.customer == customer and one.placed_at <= at]
    if orders:
        values |= _order_values(orders[-1], calendar, at, locale)
    for subscription in records.subscriptions:
        if subscription.customer == customer:
            values |= _plan_values(subscription, shop, calendar, at, locale)
    return values


def month_values(records: Records, *, customer: str, month: date, locale: Locale) -> dict[str, str]:
    """The placeholders of one month's box invoice; empty if the month has none."""
    for invoice in records.invoices:
        if invoice.customer == customer and invoice.period_start == month:
            return {"month": _month(month, locale), "invoice_for_month": invoice.id}
    return {}


def _invoice_values(invoice: Invoice, calendar: Calendar, locale: Locale) -> dict[str, str]:
    return {
        "newest_invoice": invoice.id,
        "newest_invoice_date": _day(calendar.day_of(invoice.issued_at), locale),
        "newest_invoice_amount": str(Money(invoice.amount_minor, invoice.currency)),
    }


def _order_values(order: Order, calendar: Calendar, at: datetime, locale: Locale) -> dict[str, str]:
    """Status and tracking are named only while the parcel is under way."""
    values = {
        "newest_order": order.id,
        "newest_order_date": _day(calendar.day_of(order.placed_at), locale),
    }
    if order.delivered_at and order.delivered_at <= at:
        return values
    packed, shipped = _STATUS[locale]
    if order.tracking and order.shipped_at and order.shipped_at <= at:
        return values | {"order_status": shipped, "tracking": order.tracking}
    return values | {"order_status": packed}


def _plan_values(
    subscription: Subscription, shop: Shop, calendar: Calendar, at: datetime, locale: Locale
) -> dict[str, str]:
    (plan,) = [one for one in shop.plans if one.key == subscription.plan]
    values = {
        "plan": f"{plan.name}, {plan.interval}",
        "plan_price": str(Money(plan.price_minor, shop.currency)),
    }
    if subscription.cancelled_at and subscription.cancelled_at <= at:
        return values | {"cancelled_at": _day(calendar.day_of(subscription.cancelled_at), locale)}
    return values | {"renews_at": _day(next_period(plan.interval, calendar.day_of(at)), locale)}


def _day(day: date, locale: Locale) -> str:
    words = format_date(day, "long", locale=_BABEL[locale])
    return words.replace("1 ", "1er ", 1) if locale == "fr" and day.day == 1 else words


def _month(month: date, locale: Locale) -> str:
    return format_date(month, "LLLL", locale=_BABEL[locale])
