"""Whether a renewal was announced in time, as the policy asks."""

from dataclasses import dataclass
from datetime import date, tzinfo

from supportbot.billing.rules.payments import Payment, local_day
from supportbot.billing.rules.proration import period_invoice
from supportbot.billing.types import InvoiceRow
from supportbot.contract.refund_policy import RefundPolicy


@dataclass(frozen=True, slots=True)
class MissedNotice:
    """A renewal without a notice in time. `told_on` is the day of a late notice; None when there was none at all."""

    invoice: InvoiceRow
    renewed_on: date
    told_on: date | None


def missed_notice(payment: Payment, *, policy: RefundPolicy, zone: tzinfo) -> MissedNotice | None:
    """What was missed; None when the notice was in time, was not needed, or nobody knows whether there was one."""
    days, plan, invoice = policy.renewal_notice_days, payment.subscription, period_invoice(payment)
    if days is None or plan is None or invoice is None or invoice.period_start is None or not payment.taken:
        return None
    if policy.passage("renewal_notice_days") is None or plan.interval not in policy.renewal_notice_plans:
        return None
    if invoice.period_start <= local_day(plan.started_at, zone):
        return None  # the first period: nothing was renewed
    if invoice.notice_sent_at is None:
        return MissedNotice(invoice, invoice.period_start, None) if invoice.unannounced else None
    told_on = local_day(invoice.notice_sent_at, zone)
    late = (invoice.period_start - told_on).days < days
    return MissedNotice(invoice, invoice.period_start, told_on) if late else None
