"""The shop's records: a regular life of every subscription, orders, and what went wrong in `billing.yaml`."""

from dataclasses import replace
from datetime import date, timedelta

from supportbot.errors import InvalidInput
from supportbot.seed.content import Script, read_csv, read_yaml
from supportbot.seed.moments import Calendar, months_on, next_period
from supportbot.seed.parcels import box_parcels, goods, goods_parcels, number_parcels
from supportbot.seed.payments import Payment, Return, number_charges, number_invoices, number_refunds
from supportbot.seed.types import (
    Charge,
    Customer,
    Dispute,
    Invoice,
    Locale,
    Plan,
    Records,
    Shop,
    Subscription,
)


def tell_records(calendar: Calendar, shop: Shop) -> Records:
    """Customers, subscriptions, invoices, charges, refunds and parcels as they stand now."""
    rows = read_csv("customers.csv", CustomerRow)
    book = read_yaml("billing.yaml", BillingBook)
    plans = {plan.key: plan for plan in shop.plans}
    subscriptions = tuple(_subscription(row, plans, book, calendar) for row in rows if row.plan != "none")
    paid = _regular(rows, subscriptions, plans, calendar)
    paid = [_with_trouble(payment, book, calendar) for payment in paid]
    paid += [_after_cancelling(line, rows, subscriptions, plans, calendar) for line in book.after_cancelling]
    ordered = goods(shop, calendar, {row.key: row.card_last4 for row in rows})
    payments = sorted(paid + [order.payment for order in ordered], key=lambda payment: payment.issued_at)
    invoices = number_invoices(payments, shop.currency, calendar)
    charges = number_charges(payments, invoices, shop.currency)
    return Records(
        customers=tuple(_customer(row, calendar) for row in rows),
        subscriptions=subscriptions,
        invoices=invoices,
        charges=charges,
        refunds=number_refunds(payments, charges, shop.currency),
        orders=number_parcels(
            goods_parcels(ordered, invoices) + box_parcels(_delivered(invoices, subscriptions, calendar), calendar),
            {row.key: row.time_zone for row in rows},
        ),
        disputes=tuple(_dispute(key, expected, charges) for key, expected in book.expected.items()),
    )


class CustomerRow(Script):
    """A line of `customers.csv`; `box_number` fixes minute and invoice number of the regular charge."""

    key: str
    user_id: str
    name: str
    email: str
    locale: Locale
    city: str
    time_zone: str
    since_months: int
    since_day: int
    plan: str
    plan_months: int
    box_number: str
    subscription_id: str
    card_last4: str


class ReturnLine(Script):
    """Money that went back."""

    ref: str
    at: str
    by: str


class ChargeLine(Script):
    """A charge of an invoice that ought not to exist."""

    ref: str
    at: str
    returned: ReturnLine | None = None


class AfterCancelling(Script):
    """An invoice made although the plan had ended."""

    customer: str
    month: str
    issued: str
    charges: tuple[ChargeLine, ...]


class TroubleLine(ChargeLine):
    """Something that happened to the regular charge of one month."""

    customer: str
    month: str


class Expected(Script):
    """What the refund policy gives in one case."""

    due_minor: int
    passage: str
    title: str
    charges: tuple[str, ...]


class BillingBook(Script):
    """`billing.yaml`: what happened beside the regular charges."""

    cancellations: dict[str, str]
    after_cancelling: tuple[AfterCancelling, ...]
    charged_again: tuple[TroubleLine, ...]
    failed_first: tuple[TroubleLine, ...]
    disputed: tuple[TroubleLine, ...]
    expected: dict[str, Expected]


def _customer(row: CustomerRow, calendar: Calendar) -> Customer:
    since = months_on(calendar.today, -row.since_months).replace(day=row.since_day)
    return Customer(
        key=row.key,
        user_id=row.user_id,
        name=row.name,
        email=row.email,
        locale=row.locale,
        city=row.city,
        time_zone=row.time_zone,
        since=since,
        card_last4=row.card_last4,
    )


def _subscription(row: CustomerRow, plans: dict[str, Plan], book: BillingBook, calendar: Calendar) -> Subscription:
    plan = plans[row.plan]
    start = _first_period(plan, months_on(calendar.today, -row.plan_months))
    words = book.cancellations.get(row.key)
    cancelled_at = calendar.moment(words) if words else None
    last_day = calendar.day_of(cancelled_at) if cancelled_at else calendar.today
    renewal = next_period(plan.interval, last_day)
    if not cancelled_at and calendar.now < calendar.at(calendar.today, "06:00"):
        renewal = next_period(plan.interval, last_day - timedelta(days=1))
    return Subscription(
        id=row.subscription_id,
        customer=row.key,
        plan=plan.key,
        price_minor=plan.price_minor,
        started_at=calendar.at(start, "06:00"),
        renews_at=calendar.at(renewal, "06:00"),
        cancelled_at=cancelled_at,
        ended_at=calendar.at(renewal - timedelta(days=1), "23:59") if cancelled_at else None,
    )


def _regular(
    rows: tuple[CustomerRow, ...],
    subscriptions: tuple[Subscription, ...],
    plans: dict[str, Plan],
    calendar: Calendar,
) -> list[Payment]:
    """One payment a period of each plan, from its start until it was cancelled or until now."""
    by_key = {row.key: row for row in rows}
    payments = []
    for subscription in subscriptions:
        plan, row = plans[subscription.plan], by_key[subscription.customer]
        end = calendar.day_of(subscription.ended_at) if subscription.ended_at else calendar.today
        period = calendar.day_of(subscription.started_at)
        while period <= end:
            payment = _payment(row, plan, subscription, period, calendar)
            if payment.charged_at <= calendar.now:
                payments.append(payment)
            period = next_period(plan.interval, period)
    return payments


def _payment(row: CustomerRow, plan: Plan, subscription: Subscription, period: date, calendar: Calendar) -> Payment:
    issued_at = calendar.at(period, f"06:{int(row.box_number):02d}")
    return Payment(
        ref=f"box-{row.key}-{period:%Y-%m}",
        customer=row.key,
        subscription=subscription.id,
        description=f"{plan.name}, {plan.interval}",
        issued_at=issued_at,
        period_start=period,
        period_end=next_period(plan.interval, period) - timedelta(days=1),
        amount_minor=plan.price_minor,
        card_last4=row.card_last4,
        box_number=int(row.box_number),
        charged_at=issued_at + timedelta(minutes=2),
    )


def _with_trouble(payment: Payment, book: BillingBook, calendar: Calendar) -> Payment:
    """The payment with whatever `billing.yaml` says happened to it."""
    for line in book.charged_again:
        if _is_about(line, payment, calendar):
            again = (line.ref, calendar.moment(line.at))
            payment = replace(payment, again=again, returns=_returns((line,), calendar))
    for line in book.failed_first:
        if _is_about(line, payment, calendar):
            payment = replace(payment, failed=(line.ref, calendar.moment(line.at)))
    for line in book.disputed:
        if _is_about(line, payment, calendar):
            payment = replace(payment, ref=line.ref, disputed_at=calendar.moment(line.at))
    return payment


def _is_about(line: TroubleLine, payment: Payment, calendar: Calendar) -> bool:
    return line.customer == payment.customer and calendar.month(line.month) == payment.period_start


def _after_cancelling(
    line: AfterCancelling,
    rows: tuple[CustomerRow, ...],
    subscriptions: tuple[Subscription, ...],
    plans: dict[str, Plan],
    calendar: Calendar,
) -> Payment:
    row = next(row for row in rows if row.key == line.customer)
    subscription = next(one for one in subscriptions if one.customer == line.customer)
    payment = _payment(row, plans[subscription.plan], subscription, calendar.month(line.month), calendar)
    first, *later = line.charges
    return replace(
        payment,
        ref=first.ref,
        issued_at=calendar.moment(line.issued),
        charged_at=calendar.moment(first.at),
        again=(later[0].ref, calendar.moment(later[0].at)) if later else None,
        returns=_returns(line.charges, calendar),
    )


def _returns(lines: tuple[ChargeLine, ...], calendar: Calendar) -> tuple[Return, ...]:
    return tuple(
        Return(charge=line.ref, at=calendar.moment(line.returned.at), by=line.returned.by)
        for line in lines
        if line.returned
    )


def _delivered(
    invoices: tuple[Invoice, ...], subscriptions: tuple[Subscription, ...], calendar: Calendar
) -> tuple[Invoice, ...]:
    """The box invoices for which a parcel was sent: none for a period that began after cancelling."""
    cancelled = {one.id: calendar.day_of(one.cancelled_at) for one in subscriptions if one.cancelled_at}
    return tuple(
        invoice
        for invoice in invoices
        if invoice.subscription
        and invoice.period_start
        and invoice.period_start <= cancelled.get(invoice.subscription, calendar.today)
    )


def _dispute(key: str, expected: Expected, charges: tuple[Charge, ...]) -> Dispute:
    by_ref = {charge.ref: charge.id for charge in charges}
    unknown = set(expected.charges) - set(by_ref)
    if unknown:
        raise InvalidInput(f"billing.yaml expects charges of {key} that do not exist: {sorted(unknown)}.")
    return Dispute(
        customer=key,
        title=expected.title,
        due_minor=expected.due_minor,
        passage=expected.passage,
        charges=tuple(by_ref[ref] for ref in expected.charges),
    )


def _first_period(plan: Plan, month: date) -> date:
    if plan.interval == "quarterly":
        return months_on(month, -(month.month - 1) % 3)
    return month
