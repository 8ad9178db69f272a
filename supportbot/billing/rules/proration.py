"""Shares of an amount by days. The parts always add up to the whole, to the last cent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from supportbot.billing.rules.payments import Payment, local_day
from supportbot.billing.types import InvoiceRow, SubscriptionRow


@dataclass(frozen=True, slots=True)
class Unused:
    """The days of a paid period in which an ended plan gave nothing. `last_day` is the last one it gave something."""

    first_day: date
    last_day: date
    period_end: date

    @property
    def days(self) -> int:
        """How many days were not used; at least one."""
        return (self.period_end - self.last_day).days

    @property
    def of_days(self) -> int:
        """How many days the whole period has, first and last included."""
        return (self.period_end - self.first_day).days + 1

    def share(self, minor: int) -> int:
        """The part of an amount that falls on the unused days."""
        return split_by_weight(minor, (self.of_days - self.days, self.days))[1]


def split_by_weight(minor: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split an amount in proportion to whole weights, none negative, one above zero; integers throughout.

    What does not divide goes a cent at a time to the parts that lost most by rounding down, the earlier one first.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError(f"{tuple(weights)} are no weights: give whole numbers, none negative, one above zero.")
    sign, size = (-1, -minor) if minor < 0 else (1, minor)
    parts = [size * weight // whole for weight in weights]
    by_loss = sorted(range(len(weights)), key=lambda place: -(size * weights[place] % whole))
    for place in by_loss[: size - sum(parts)]:
        parts[place] += 1
    return tuple(sign * part for part in parts)


def unused_days(payment: Payment, zone: tzinfo) -> Unused | None:
    """The unused days of the period that a payment is for; None when the plan gave something to its end.

    The day on which a plan is cancelled or ends still counts as used.
    """
    plan, invoice = payment.subscription, period_invoice(payment)
    if plan is None or plan.cancelled_at is None or invoice is None:
        return None
    start, end = invoice.period_start, invoice.period_end
    last = _last_day(plan, zone)
    if start is None or end is None or last is None or not start <= last < end:
        return None
    return Unused(start, last, end)


def period_invoice(payment: Payment) -> InvoiceRow | None:
    """The invoice that says for which days a payment is; the earliest of several."""
    dated = [(invoice.period_start, invoice.id, invoice) for invoice in payment.invoices if invoice.period_start]
    return min(dated)[2] if dated else None


def _last_day(plan: SubscriptionRow, zone: tzinfo) -> date | None:
    """The last day of a cancelled plan. An end at midnight is the end of the day before."""
    if plan.ends_at is not None:
        return local_day(plan.ends_at - timedelta(microseconds=1), zone)
    return local_day(plan.cancelled_at, zone) if plan.cancelled_at else None
