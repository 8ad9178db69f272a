"""The account as the approver reads it: one line an event, in date order."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, tzinfo

from supportbot.billing.rules.due import Standing
from supportbot.billing.rules.payments import Payment, local_day
from supportbot.billing.types import AccountRow, ChargeRow, LedgerLine, RefundRow, SubscriptionRow
from supportbot.language.money import Money

ORDINALS = ("first", "second", "third", "fourth", "fifth")
TOOK = ("succeeded", "disputed")
Dated = tuple[datetime, int, LedgerLine]


def ledger(account: AccountRow, standings: Iterable[Standing], *, zone: tzinfo) -> tuple[LedgerLine, ...]:
    """Every line about some payments and the plans they are for, oldest first."""
    lines: list[Dated] = []
    plans: dict[str, SubscriptionRow] = {}
    newest: date | None = None
    for standing in standings:
        payment = standing.payment
        lines += _charge_lines(standing, zone)
        lines += (_refund_line(refund, payment, zone) for refund in payment.refunds)
        day = local_day(payment.newest_at, zone)
        newest = max(newest, day) if newest else day
        if payment.subscription:
            plans[payment.subscription.id] = payment.subscription
    for plan in plans.values():
        lines += _plan_lines(plan, account, newest, zone)
    return tuple(line for _, _, line in sorted(lines, key=lambda dated: (dated[0], dated[1], dated[2].source)))


def ordinal(charge_id: str, payment: Payment) -> str:
    """Which of a payment's charges one is, in words; empty when there is only one."""
    number = number_of(charge_id, payment)
    if not number:
        return ""
    return ORDINALS[number - 1] if number <= len(ORDINALS) else f"{number}th"


def number_of(charge_id: str, payment: Payment) -> int:
    """Which of a payment's charges one is, from 1; 0 when there is only one."""
    taken = [charge.id for charge in payment.charges if charge.status in TOOK]
    return taken.index(charge_id) + 1 if len(taken) > 1 and charge_id in taken else 0


def _plan_lines(plan: SubscriptionRow, account: AccountRow, newest: date | None, zone: tzinfo) -> Iterator[Dated]:
    if plan.cancelled_at is None:
        return
    cancelled = local_day(plan.cancelled_at, zone)
    name = (account.name.split() or ["The customer"])[0]
    yield (
        plan.cancelled_at,
        0,
        LedgerLine(on=cancelled, what=f"{name} cancelled the plan", source=f"{plan.id} cancelled_at"),
    )
    if plan.renews_at is None:
        return
    renewal = local_day(plan.renews_at, zone)
    if cancelled < renewal and (newest is None or renewal <= newest):
        has_ended = plan.ends_at is None or plan.ends_at <= plan.renews_at
        what = "Renewal day; the plan had already ended" if has_ended else "Renewal day; the plan was cancelled"
        yield plan.renews_at, 1, LedgerLine(on=renewal, what=what, source=f"{plan.id} renews_at")


def _charge_lines(standing: Standing, zone: tzinfo) -> Iterator[Dated]:
    first: ChargeRow | None = None
    for charge in standing.payment.charges:
        took = charge.status in TOOK
        line = LedgerLine(
            on=local_day(charge.charged_at, zone),
            what=_charge_words(charge, first, standing),
            source=charge.id,
            amount=charge.amount if took else None,
        )
        first = first or (charge if took else None)
        yield charge.charged_at, 2, line


def _charge_words(charge: ChargeRow, first: ChargeRow | None, standing: Standing) -> str:
    card = f", card ending {charge.card_last4}" if charge.card_last4 else ""
    if charge.status == "failed":
        return f"Payment failed, nothing was taken{card}"
    if charge.status == "pending":
        return f"Reserved, nothing was taken yet{card}"
    if charge.status == "disputed":
        return f"Charged, disputed with the bank{card}"
    if first and charge in standing.repeats:
        return f"Charged again{_same(charge, first)}"
    if standing.after_cancelling:
        return f"Charged after cancelling{card}"
    return f"{_what_for(charge, standing.payment)}{card}"


def _same(charge: ChargeRow, first: ChargeRow) -> str:
    same = []
    if charge.card_last4 and charge.card_last4 == first.card_last4:
        same.append("card")
    if charge.invoice_id and charge.invoice_id == first.invoice_id:
        same.append("invoice")
    elif charge.amount == first.amount:
        same.append("amount")
    return f", same {' and '.join(same)}" if same else ""


def _what_for(charge: ChargeRow, payment: Payment) -> str:
    invoice = next((invoice for invoice in payment.invoices if invoice.id == charge.invoice_id), None)
    if invoice and invoice.period_start:
        return "Charged for the plan"
    if payment.order:
        return f"Charged for order {payment.order.number}"
    return f"Charged for {invoice.description}" if invoice else "Charged"


def _refund_line(refund: RefundRow, payment: Payment, zone: tzinfo) -> Dated:
    charge = next(charge for charge in payment.charges if charge.id == refund.charge_id)
    which = f"{ordinal(charge.id, payment)} charge".strip()
    part = refund.amount.currency == charge.amount.currency and refund.amount.minor < charge.amount.minor
    thing = f"part of the {which}" if part else which
    what = {
        "succeeded": f"{thing} returned by the payment provider",
        "pending": f"{thing}: its return by the payment provider is on the way",
        "failed": f"{thing}: its return failed, nothing went back",
    }[refund.status]
    amount = Money(-refund.amount.minor, refund.amount.currency) if refund.status != "failed" else None
    line = LedgerLine(
        on=local_day(refund.refunded_at, zone), what=what[0].upper() + what[1:], source=refund.id, amount=amount
    )
    return refund.refunded_at, 3, line
