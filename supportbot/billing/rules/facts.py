"""The facts about some payments, each with an id, its source rows and the policy passage it falls under."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, tzinfo

from babel.dates import format_date

from supportbot.billing.rules.due import Standing, currencies_of, is_inside_window
from supportbot.billing.rules.ledger import ordinal
from supportbot.billing.rules.payments import local_day
from supportbot.billing.types import AccountRows, ChargeRow, Fact, InvoiceRow, RefundRow
from supportbot.contract.records import RefundPolicy
from supportbot.contract.types import Money


def payment_facts(standings: Iterable[Standing], *, policy: RefundPolicy, zone: tzinfo) -> Iterator[Fact]:
    """What is wrong, or was put right, with each payment."""
    for standing in standings:
        yield from _after_cancelling(standing, policy, zone)
        yield from _unannounced(standing, policy)
        yield from _double(standing, policy, zone)
        yield from _unused(standing, policy)
        yield from _chargebacks(standing, policy, zone)
        yield from _returned(standing, policy, zone)
        yield from _over(standing, policy)
        yield from _failed(standing, policy, zone)
        yield from _mixed(standing)


def window_fact(standings: Iterable[Standing], *, policy: RefundPolicy, zone: tzinfo, today: date) -> Fact | None:
    """Whether the newest charge that has not gone back is inside the refund window; None without one or a window."""
    days = policy.refund_window_days
    open_charges = [
        (charge.charged_at, charge)
        for standing in standings
        if standing.kept and not standing.payment.disputed
        for charge in standing.payment.taken
    ]
    if days is None or not open_charges:
        return None
    charge = max(open_charges, key=lambda dated: (dated[0], dated[1].id))[1]
    day = local_day(charge.charged_at, zone)
    inside = is_inside_window(day, today=today, days=days)
    age = (today - day).days
    return Fact(
        id=f"{'inside' if inside else 'outside'}_refund_window:{charge.id}",
        kind="inside_refund_window" if inside else "outside_refund_window",
        text=(
            f"The charge of {charge.amount} on {_words(day)} is {age} {'day' if age == 1 else 'days'} old; "
            f"the refund window of {days} days {'is open' if inside else 'has closed'}."
        ),
        sources=(charge.id,),
        amount=charge.amount,
        passage=policy.passage("refund_window_days"),
    )


def missing_facts(
    rows: AccountRows, months: Iterable[tuple[int, int]], charged_months: frozenset[tuple[int, int]]
) -> Iterator[Fact]:
    """That there is no charge: in a month that the customer names, or at all."""
    for year, month in months if rows.charges else ():
        if (year, month) not in charged_months:
            name = format_date(date(year, month, 1), "MMMM y", locale="en_GB")
            yield _no_charge(f"no_charge_found:{year}-{month:02d}", f"The records hold no charge in {name}.", rows)
    if not rows.charges:
        yield _no_charge("no_charge_found:account", "The records hold no charge for this customer.", rows)


def _no_charge(fact_id: str, text: str, rows: AccountRows) -> Fact:
    return Fact(id=fact_id, kind="no_charge_found", text=text, sources=(rows.account.external_id,))


def _after_cancelling(standing: Standing, policy: RefundPolicy, zone: tzinfo) -> Iterator[Fact]:
    payment = standing.payment
    plan = payment.subscription
    charge = next(iter((*payment.taken, *payment.disputed)), None)
    if not standing.after_cancelling or plan is None or plan.cancelled_at is None or charge is None:
        return
    starts = min(invoice.period_start for invoice in payment.invoices if invoice.period_start)
    yield Fact(
        id=f"charge_after_cancellation:{charge.id}",
        kind="charge_after_cancellation",
        text=(
            f"The plan {plan.plan} was cancelled on {_on(plan.cancelled_at, zone)}; {charge.amount} was charged on "
            f"{_on(charge.charged_at, zone)} for a period that starts on {_words(starts)}."
        ),
        sources=(charge.id, plan.id, *(invoice.id for invoice in payment.invoices)),
        amount=charge.amount,
        passage=policy.passage("charged_after_cancelling"),
    )


def _unannounced(standing: Standing, policy: RefundPolicy) -> Iterator[Fact]:
    missed, plan = standing.notice, standing.payment.subscription
    if missed is None or plan is None:
        return
    charge = standing.payment.taken[0]
    told = f"a notice was sent on {_words(missed.told_on)} only" if missed.told_on else "no notice was sent before it"
    yield Fact(
        id=f"renewal_without_notice:{charge.id}",
        kind="renewal_without_notice",
        text=(
            f"The plan {plan.plan} was renewed on {_words(missed.renewed_on)} for {charge.amount}, and {told}; "
            f"the policy asks for {policy.renewal_notice_days} days."
        ),
        sources=(charge.id, missed.invoice.id, plan.id),
        amount=charge.amount,
        passage=policy.passage("renewal_notice_days"),
    )


def _unused(standing: Standing, policy: RefundPolicy) -> Iterator[Fact]:
    unused, plan = standing.unused, standing.payment.subscription
    if unused is None or plan is None or not standing.unused_minor:
        return
    charge = standing.payment.taken[0]
    share = Money(standing.unused_minor, standing.currency)
    whole = f" of {charge.amount}" if unused.share(charge.amount.minor) == share.minor else ""
    yield Fact(
        id=f"proration:{charge.id}",
        kind="proration",
        text=(
            f"The plan {plan.plan} gave its last day on {_words(unused.last_day)}; {unused.days} of {unused.of_days} "
            f"paid days were not used, which is {share}{whole}."
        ),
        sources=(charge.id, plan.id, *(invoice.id for invoice in standing.payment.invoices)),
        amount=share,
        passage=policy.passage("unused_days_returned"),
    )


def _over(standing: Standing, policy: RefundPolicy) -> Iterator[Fact]:
    if not standing.over:
        return
    over = Money(standing.over, standing.currency)
    refunds = tuple(refund.id for refund in standing.payment.refunds if refund.status != "failed")
    yield Fact(
        id=f"refunded_too_much:{refunds[-1]}",
        kind="refunded_too_much",
        text=f"More went back than was taken: {over} too much.",
        sources=(*refunds, *(charge.id for charge in standing.payment.taken)),
        amount=over,
        passage=policy.passage("already_returned"),
    )


def _double(standing: Standing, policy: RefundPolicy, zone: tzinfo) -> Iterator[Fact]:
    for charge in standing.repeats:
        first = standing.payment.taken[0]
        days = (local_day(charge.charged_at, zone) - local_day(first.charged_at, zone)).days
        limit = policy.double_charge_days
        late = (
            f" They are {days} days apart; the policy speaks of {limit}." if limit is not None and days > limit else ""
        )
        what = _same_thing(charge, first, standing.payment.invoices)
        before = f"{first.amount} on {_on(first.charged_at, zone)}"
        again = f"{charge.amount} on {_on(charge.charged_at, zone)}"
        yield Fact(
            id=f"double_charge:{charge.id}",
            kind="double_charge",
            text=f"{what} was charged twice: {before}, and again {again}.{late}",
            sources=(charge.id, first.id, *(invoice.id for invoice in standing.payment.invoices)),
            amount=charge.amount,
            passage=policy.passage("double_charge_days"),
        )


def _same_thing(charge: ChargeRow, first: ChargeRow, invoices: Iterable[InvoiceRow]) -> str:
    if charge.invoice_id and charge.invoice_id == first.invoice_id:
        return f"Invoice {next((one.name for one in invoices if one.id == charge.invoice_id), charge.invoice_id)}"
    return "The same period"


def _chargebacks(standing: Standing, policy: RefundPolicy, zone: tzinfo) -> Iterator[Fact]:
    for charge in standing.payment.disputed:
        yield Fact(
            id=f"chargeback_open:{charge.id}",
            kind="chargeback_open",
            text=f"The bank has a chargeback open for {charge.amount} of {_on(charge.charged_at, zone)}.",
            sources=(charge.id,),
            amount=charge.amount,
            passage=policy.passage("chargeback_stops_refund"),
        )


def _returned(standing: Standing, policy: RefundPolicy, zone: tzinfo) -> Iterator[Fact]:
    for refund in standing.payment.refunds:
        if refund.status == "failed":
            continue
        yield Fact(
            id=f"refund_already_made:{refund.id}",
            kind="refund_already_made",
            text=_returned_words(refund, standing, zone),
            sources=(refund.id, refund.charge_id),
            amount=refund.amount,
            passage=policy.passage("already_returned"),
        )


def _returned_words(refund: RefundRow, standing: Standing, zone: tzinfo) -> str:
    charge = next(charge for charge in standing.payment.charges if charge.id == refund.charge_id)
    which = f"{ordinal(charge.id, standing.payment)} charge".strip()
    verb = "went back" if refund.status == "succeeded" else "is on its way back since"
    day = _on(refund.refunded_at, zone)
    when = f"on {day}" if refund.status == "succeeded" else day
    return f"{refund.amount} of the {which} of {_on(charge.charged_at, zone)} {verb} {when}."


def _failed(standing: Standing, policy: RefundPolicy, zone: tzinfo) -> Iterator[Fact]:
    for charge in standing.payment.pending:
        since = _on(charge.charged_at, zone)
        yield Fact(
            id=f"payment_pending:{charge.id}",
            kind="payment_pending",
            text=f"A payment of {charge.amount} is reserved since {since}; nothing was taken yet.",
            sources=(charge.id,),
            amount=charge.amount,
            passage=policy.passage("failed_payment"),
        )
    for charge in standing.payment.failed:
        when = _on(charge.charged_at, zone)
        yield Fact(
            id=f"payment_failed:{charge.id}",
            kind="payment_failed",
            text=f"A payment of {charge.amount} failed on {when}; nothing was taken.",
            sources=(charge.id,),
            amount=charge.amount,
            passage=policy.passage("failed_payment"),
        )


def _mixed(standing: Standing) -> Iterator[Fact]:
    if not standing.mixed:
        return
    payment = standing.payment
    currencies = " and ".join(sorted(currencies_of(payment)))
    yield mixed_fact(currencies, tuple(charge.id for charge in payment.charges))


def mixed_fact(currencies: str, sources: tuple[str, ...]) -> Fact:
    """That amounts in different currencies stand side by side, so that code gives no total."""
    return Fact(
        id=f"mixed_currencies:{sources[0]}",
        kind="mixed_currencies",
        text=f"The amounts are in {currencies}; they are not added up, so there is no total.",
        sources=sources,
    )


def _on(moment: datetime, zone: tzinfo) -> str:
    return _words(local_day(moment, zone))


def _words(day: date) -> str:
    return format_date(day, "d MMMM y", locale="en_GB")
