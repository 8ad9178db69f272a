"""The facts about some payments, each with an id, its source rows and the policy passage it falls under."""

from collections.abc import Iterable, Iterator
from datetime import date, tzinfo
from typing import Any

from supportbot.billing.rules.due import Standing, currencies_of, is_inside_window
from supportbot.billing.rules.ledger import number_of
from supportbot.billing.rules.payments import local_day
from supportbot.billing.types import AccountRows, ChargeRow, Fact, InvoiceRow, RefundRow
from supportbot.contract.refund_policy import RefundPolicy
from supportbot.contract.voice.catalogue import FactTemplate
from supportbot.contract.voice.fact_sentences import ChargeNumber, Days, Month, Sentence, Value, sentence, tell
from supportbot.language.money import Money


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
    template: FactTemplate = "window_open" if inside else "window_closed"
    return told(
        sentence(template, amount=charge.amount, charged_on=day, age=Days(age), days=Days(days)),
        id=f"{'inside' if inside else 'outside'}_refund_window:{charge.id}",
        kind="inside_refund_window" if inside else "outside_refund_window",
        sources=(charge.id,),
        amount=charge.amount,
        day=day,
        passage=policy.passage("refund_window_days"),
    )


def missing_facts(
    rows: AccountRows, months: Iterable[tuple[int, int]], charged_months: frozenset[tuple[int, int]]
) -> Iterator[Fact]:
    """That there is no charge: in a month that the customer names, or at all."""
    for year, month in months if rows.charges else ():
        if (year, month) not in charged_months:
            said = sentence("no_charge_in", month=Month(year, month))
            yield _no_charge(f"no_charge_found:{year}-{month:02d}", said, rows)
    if not rows.charges:
        yield _no_charge("no_charge_found:account", sentence("no_charge"), rows)


def told(*sentences: Sentence, **values: Any) -> Fact:
    """A fact with its text in English, for the desk, and its sentences, to tell it in any language."""
    return Fact(text=tell(sentences, "en"), told=sentences, **values)


def _no_charge(fact_id: str, said: Sentence, rows: AccountRows) -> Fact:
    return told(said, id=fact_id, kind="no_charge_found", sources=(rows.account.external_id,))


def _after_cancelling(standing: Standing, policy: RefundPolicy, zone: tzinfo) -> Iterator[Fact]:
    payment = standing.payment
    plan = payment.subscription
    charge = next(iter((*payment.taken, *payment.disputed)), None)
    if not standing.after_cancelling or plan is None or plan.cancelled_at is None or charge is None:
        return
    starts = min(invoice.period_start for invoice in payment.invoices if invoice.period_start)
    said = sentence(
        "after_cancelling",
        plan=plan.plan,
        cancelled_on=local_day(plan.cancelled_at, zone),
        amount=charge.amount,
        charged_on=local_day(charge.charged_at, zone),
        starts_on=starts,
    )
    yield told(
        said,
        id=f"charge_after_cancellation:{charge.id}",
        kind="charge_after_cancellation",
        day=local_day(charge.charged_at, zone),
        sources=(charge.id, plan.id, *(invoice.id for invoice in payment.invoices)),
        amount=charge.amount,
        passage=policy.passage("charged_after_cancelling"),
    )


def _unannounced(standing: Standing, policy: RefundPolicy) -> Iterator[Fact]:
    missed, plan = standing.notice, standing.payment.subscription
    if missed is None or plan is None:
        return
    charge = standing.payment.taken[0]
    renewal: dict[str, Value] = {"plan": plan.plan, "renewed_on": missed.renewed_on, "amount": charge.amount}
    renewal["days"] = Days(policy.renewal_notice_days or 0)
    late = sentence("renewed_with_late_notice", told_on=missed.told_on, **renewal) if missed.told_on else None
    yield told(
        late or sentence("renewed_without_notice", **renewal),
        id=f"renewal_without_notice:{charge.id}",
        kind="renewal_without_notice",
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
    days: dict[str, Value] = {"plan": plan.plan, "last_day": unused.last_day, "amount": share}
    days |= {"unused": unused.days, "whole": unused.of_days}
    is_of_charge = unused.share(charge.amount.minor) == share.minor
    yield told(
        sentence("unused_of", charge=charge.amount, **days) if is_of_charge else sentence("unused", **days),
        id=f"proration:{charge.id}",
        kind="proration",
        sources=(charge.id, plan.id, *(invoice.id for invoice in standing.payment.invoices)),
        amount=share,
        passage=policy.passage("unused_days_returned"),
    )


def _over(standing: Standing, policy: RefundPolicy) -> Iterator[Fact]:
    if not standing.over:
        return
    over = Money(standing.over, standing.currency)
    refunds = tuple(refund.id for refund in standing.payment.refunds if refund.status != "failed")
    yield told(
        sentence("too_much", amount=over),
        id=f"refunded_too_much:{refunds[-1]}",
        kind="refunded_too_much",
        sources=(*refunds, *(charge.id for charge in standing.payment.taken)),
        amount=over,
        passage=policy.passage("already_returned"),
    )


def _double(standing: Standing, policy: RefundPolicy, zone: tzinfo) -> Iterator[Fact]:
    for charge in standing.repeats:
        first = standing.payment.taken[0]
        days = (local_day(charge.charged_at, zone) - local_day(first.charged_at, zone)).days
        limit = policy.double_charge_days
        is_late = limit is not None and days > limit
        late = (sentence("far_apart", apart=Days(days), limit=limit or 0),) if is_late else ()
        yield told(
            _charged_twice(charge, first, standing.payment.invoices, zone),
            *late,
            id=f"double_charge:{charge.id}",
            kind="double_charge",
            day=local_day(charge.charged_at, zone),
            sources=(charge.id, first.id, *(invoice.id for invoice in standing.payment.invoices)),
            amount=charge.amount,
            passage=policy.passage("double_charge_days"),
        )


def _charged_twice(charge: ChargeRow, first: ChargeRow, invoices: Iterable[InvoiceRow], zone: tzinfo) -> Sentence:
    both: dict[str, Value] = {"first": first.amount, "first_on": local_day(first.charged_at, zone)}
    both |= {"amount": charge.amount, "charged_on": local_day(charge.charged_at, zone)}
    if charge.invoice_id and charge.invoice_id == first.invoice_id:
        name = next((one.name for one in invoices if one.id == charge.invoice_id), charge.invoice_id)
        return sentence("invoice_twice", invoice=name, **both)
    return sentence("period_twice", **both)


def _chargebacks(standing: Standing, policy: RefundPolicy, zone: tzinfo) -> Iterator[Fact]:
    for charge in standing.payment.disputed:
        yield told(
            sentence("chargeback", amount=charge.amount, charged_on=local_day(charge.charged_at, zone)),
            id=f"chargeback_open:{charge.id}",
            kind="chargeback_open",
            sources=(charge.id,),
            amount=charge.amount,
            passage=policy.passage("chargeback_stops_refund"),
        )


def _returned(standing: Standing, policy: RefundPolicy, zone: tzinfo) -> Iterator[Fact]:
    for refund in standing.payment.refunds:
        if refund.status == "failed":
            continue
        yield told(
            _went_back(refund, standing, zone),
            id=f"refund_already_made:{refund.id}",
            kind="refund_already_made",
            sources=(refund.id, refund.charge_id),
            amount=refund.amount,
            passage=policy.passage("already_returned"),
        )


def _went_back(refund: RefundRow, standing: Standing, zone: tzinfo) -> Sentence:
    charge = next(charge for charge in standing.payment.charges if charge.id == refund.charge_id)
    return sentence(
        "went_back" if refund.status == "succeeded" else "goes_back",
        amount=refund.amount,
        which=ChargeNumber(number_of(charge.id, standing.payment)),
        charged_on=local_day(charge.charged_at, zone),
        returned_on=local_day(refund.refunded_at, zone),
    )


def _failed(standing: Standing, policy: RefundPolicy, zone: tzinfo) -> Iterator[Fact]:
    for charge in standing.payment.pending:
        yield told(
            sentence("reserved", amount=charge.amount, charged_on=local_day(charge.charged_at, zone)),
            id=f"payment_pending:{charge.id}",
            kind="payment_pending",
            sources=(charge.id,),
            amount=charge.amount,
            passage=policy.passage("failed_payment"),
        )
    for charge in standing.payment.failed:
        yield told(
            sentence("failed", amount=charge.amount, charged_on=local_day(charge.charged_at, zone)),
            id=f"payment_failed:{charge.id}",
            kind="payment_failed",
            sources=(charge.id,),
            amount=charge.amount,
            passage=policy.passage("failed_payment"),
        )


def _mixed(standing: Standing) -> Iterator[Fact]:
    if not standing.mixed:
        return
    payment = standing.payment
    yield mixed_fact(tuple(sorted(currencies_of(payment))), tuple(charge.id for charge in payment.charges))


def mixed_fact(currencies: tuple[str, ...], sources: tuple[str, ...]) -> Fact:
    """That amounts in different currencies stand side by side, so that code gives no total."""
    return told(
        sentence("mixed", currencies=currencies),
        id=f"mixed_currencies:{sources[0]}",
        kind="mixed_currencies",
        sources=sources,
    )
