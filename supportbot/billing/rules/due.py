"""What is due back for one payment under the refund policy. Integer minor units; never below zero, never twice."""

from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from supportbot.billing.rules.payments import Payment, local_day
from supportbot.billing.rules.proration import Unused, unused_days
from supportbot.billing.rules.renewal_notice import MissedNotice, missed_notice
from supportbot.billing.types import ChargeRow
from supportbot.contract.refund_policy import PolicyRule, RefundPolicy
from supportbot.language.money import Money


@dataclass(frozen=True, slots=True)
class Standing:
    """How one payment stands. Amounts are minor units of `currency`, which is "" when `mixed`.

    `rule` returns `gross` before what already went back; `due` is what is left of it. `over` is what went back
    beyond everything taken. `repeats` are the charges that came a second time. `notice` says how a renewal was not
    announced in time, `unused` which paid days a cancelled plan did not give and `unused_minor` what they cost; each
    only where the policy asks for it.
    """

    payment: Payment
    currency: str
    mixed: bool
    after_cancelling: bool
    repeats: tuple[ChargeRow, ...]
    taken: int
    returned: int
    rule: PolicyRule | None
    gross: int
    notice: MissedNotice | None = None
    unused: Unused | None = None
    unused_minor: int = 0

    @property
    def due(self) -> int:
        """What the policy returns, less what already went back; nothing while a bank has a chargeback open."""
        return 0 if self.payment.disputed else max(0, self.gross - self.returned)

    @property
    def over(self) -> int:
        """What went back beyond everything taken."""
        return max(0, self.returned - self.taken)

    @property
    def kept(self) -> int:
        """What was taken and has not gone back."""
        return max(0, self.taken - self.returned)

    @property
    def is_problem(self) -> bool:
        """Whether a charge should not have been made or kept whole, or a bank disputes it."""
        wrong = self.after_cancelling or self.notice is not None or self.unused is not None
        return wrong or bool(self.repeats) or bool(self.payment.disputed)


def stand(payment: Payment, *, policy: RefundPolicy, zone: tzinfo) -> Standing:
    """Work out what the policy returns for one payment, whoever asks."""
    currencies = currencies_of(payment)
    mixed = len(currencies) > 1
    taken = 0 if mixed else sum(charge.amount.minor for charge in payment.taken)
    surplus = 0 if mixed else max(0, taken - _asked_for(payment))
    repeats = payment.taken[1:] if surplus and len(payment.taken) > 1 else ()
    after = _is_after_cancelling(payment, zone)
    notice = None if after else missed_notice(payment, policy=policy, zone=zone)
    unused = unused_days(payment, zone) if policy.passage("unused_days_returned") and payment.taken else None
    claims: dict[PolicyRule, int] = {}
    if after and policy.passage("charged_after_cancelling"):
        claims["charged_after_cancelling"] = taken
    elif notice:
        claims["renewal_notice_days"] = taken
    else:
        if repeats and policy.passage("double_charge_days"):
            claims["double_charge_days"] = min(surplus, _near(payment, policy.double_charge_days, zone))
        if unused and not mixed:
            claims["unused_days_returned"] = unused.share(taken - surplus)
    gross = sum(claims.values())
    return Standing(
        payment=payment,
        currency="" if mixed else next(iter(currencies), ""),
        mixed=mixed,
        after_cancelling=after,
        repeats=repeats,
        taken=taken,
        returned=0 if mixed else _returned(payment),
        rule=next((rule for rule, minor in claims.items() if minor), None),
        gross=gross,
        notice=notice,
        unused=unused,
        unused_minor=claims.get("unused_days_returned", 0),
    )


def total_due(relevant: tuple[Standing, ...], account: tuple[Standing, ...]) -> Money | None:
    """Add up what is due; None when nothing is, or when currencies would have to be mixed.

    What went back beyond everything taken, anywhere in the account, is counted against it.
    """
    currencies = {standing.currency for standing in relevant if standing.due}
    if len(currencies) != 1 or any(standing.mixed for standing in relevant):
        return None
    currency = currencies.pop()
    over = sum(standing.over for standing in account if standing.currency == currency)
    minor = sum(standing.due for standing in relevant) - over
    return Money(minor, currency) if minor > 0 else None


def is_inside_window(day: date, *, today: date, days: int) -> bool:
    """Whether a charge of `day` can still be returned `today`, with a window of `days`."""
    return today - day <= timedelta(days=days)


def currencies_of(payment: Payment) -> set[str]:
    """The currencies of everything that was asked for, taken or returned."""
    amounts = [charge.amount for charge in (*payment.taken, *payment.disputed)]
    amounts += [invoice.amount for invoice in payment.invoices]
    amounts += [refund.amount for refund in payment.refunds if refund.status != "failed"]
    return {amount.currency for amount in amounts}


def _asked_for(payment: Payment) -> int:
    """What the customer owed for this one thing: its invoice, or its first charge when no invoice is known."""
    if payment.invoices:
        return payment.invoices[0].amount.minor
    return payment.taken[0].amount.minor if payment.taken else 0


def _returned(payment: Payment) -> int:
    """What went back or is on its way, for charges that no bank disputes."""
    ids = {charge.id for charge in payment.taken}
    return sum(
        refund.amount.minor for refund in payment.refunds if refund.charge_id in ids and refund.status != "failed"
    )


def _near(payment: Payment, days: int | None, zone: tzinfo) -> int:
    """The sum of the later charges that came within `days` after the first."""
    first = local_day(payment.taken[0].charged_at, zone)
    later = payment.taken[1:]
    return sum(
        charge.amount.minor
        for charge in later
        if days is None or local_day(charge.charged_at, zone) - first <= timedelta(days=days)
    )


def _is_after_cancelling(payment: Payment, zone: tzinfo) -> bool:
    """Whether the charges are for a period that starts on a day after the cancellation."""
    plan = payment.subscription
    starts = [invoice.period_start for invoice in payment.invoices if invoice.period_start]
    if plan is None or plan.cancelled_at is None or not starts or not (payment.taken or payment.disputed):
        return False
    return min(starts) > local_day(plan.cancelled_at, zone)
