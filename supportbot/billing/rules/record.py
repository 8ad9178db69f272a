"""The case record: which payments a question is about, their facts and ledger, and what is due back."""

from datetime import date, datetime, timedelta, tzinfo

from supportbot.billing.rules.due import Standing, is_inside_window, stand, total_due
from supportbot.billing.rules.facts import missing_facts, mixed_fact, payment_facts, window_fact
from supportbot.billing.rules.ledger import ledger
from supportbot.billing.rules.payments import group_payments, local_day
from supportbot.billing.rules.question import Question, is_named_by_goods, is_named_by_id, read_question
from supportbot.billing.rules.values import (
    current_plan,
    newest_order,
    placeholder_values,
    stated_amounts,
    stated_dates,
    stated_ids,
)
from supportbot.billing.types import AccountRows, CaseRecord, Fact
from supportbot.contract.refund_policy import PolicyRule, RefundPolicy
from supportbot.language.money import Money

# How long a payment that was put right, or failed, still counts as what a question without a month is about.
RECENT_DAYS = 92
# The rules that return money whoever asks; where several do, the first one is named.
DECIDING: tuple[PolicyRule, ...] = (
    "charged_after_cancelling",
    "renewal_notice_days",
    "double_charge_days",
    "unused_days_returned",
)
Standings = tuple[Standing, ...]


def case_record(
    rows: AccountRows, *, text: str, policy: RefundPolicy, zone: tzinfo, now: datetime, locale: str = "en"
) -> CaseRecord:
    """Everything the records say about one question.

    Args:
        text: the customer's words; a month or a number in them narrows the record to its payments.
        policy: the published refund policy; nothing is due under a rule that it does not have.
        zone: the shop's zone; every date is a day there.
        locale: the language of `values`.

    Returns:
        `due_back` is what the policy returns less what already went back, over the payments of the record.
    """
    today = local_day(now, zone)
    question = read_question(text, rows, today=today)
    payments = group_payments(rows, zone=zone, double_charge_days=policy.double_charge_days or 0)
    account = tuple(stand(payment, policy=policy, zone=zone) for payment in payments)
    relevant = _relevant(account, question, zone=zone, today=today)
    due_back, passage, window = _due(relevant, account, question, policy=policy, zone=zone, today=today)
    facts = [*payment_facts(relevant, policy=policy, zone=zone), *_mixed_totals(relevant)]
    facts += [*([window] if window else []), *missing_facts(rows, question.months, _charged_months(account, zone))]
    named = {fact.amount for fact in facts if fact.amount}
    order = newest_order(rows)
    plan = current_plan(rows)
    return CaseRecord(
        account_id=rows.account.external_id,
        plan=plan.plan if plan else None,
        newest_order=order.number if order else None,
        facts=tuple(facts),
        ledger=ledger(rows.account, relevant, zone=zone),
        due_back=due_back,
        due_passage=passage,
        amounts=stated_amounts(rows, due_back) | named,
        dates=stated_dates(rows, zone),
        ids=stated_ids(rows),
        values=placeholder_values(rows, question.months, zone=zone, locale=locale),
        rows=_count_rows(relevant),
        read_at=now,
        due=_due_fact(due_back, passage, relevant),
        checked_at=rows.checked_at,
    )


def _relevant(account: Standings, question: Question, *, zone: tzinfo, today: date) -> Standings:
    """The payments that a question names; without any, the ones that need putting right, else the newest."""
    named = tuple(standing for standing in account if is_named_by_id(standing.payment, question))
    if not named and question.months:
        named = tuple(standing for standing in account if _is_in_months(standing, question, zone))
    goods = tuple(standing for standing in named or account if is_named_by_goods(standing.payment, question))
    if question.asks_return and goods and not question.claims_charge:
        return goods
    unsettled = tuple(standing for standing in account if standing.due or standing.payment.disputed)
    if named:
        return named if any(standing.is_problem for standing in named) else _in_order(account, {*named, *unsettled})
    return unsettled or _newest_problem(account, zone, today) or account[-1:]


def _in_order(account: Standings, wanted: set[Standing]) -> Standings:
    return tuple(standing for standing in account if standing in wanted)


def _newest_problem(account: Standings, zone: tzinfo, today: date) -> Standings:
    since = today - timedelta(days=RECENT_DAYS)
    recent = [standing for standing in account if local_day(standing.payment.newest_at, zone) >= since]
    for is_wanted in (lambda standing: standing.is_problem, lambda standing: bool(standing.payment.failed)):
        found = [standing for standing in recent if is_wanted(standing)]
        if found:
            return tuple(found[-1:])
    return ()


def _due(
    relevant: Standings,
    account: Standings,
    question: Question,
    *,
    policy: RefundPolicy,
    zone: tzinfo,
    today: date,
) -> tuple[Money | None, str | None, Fact | None]:
    """The amount due, the passage that decides, and the fact about the refund window where that one decides."""
    due = total_due(relevant, account)
    if due:
        rules = {standing.rule for standing in relevant if standing.due}
        return due, policy.passage(next(rule for rule in DECIDING if rule in rules)), None
    if any(standing.payment.disputed for standing in relevant):
        return None, policy.passage("chargeback_stops_refund"), None
    if any(standing.gross for standing in relevant):
        return None, policy.passage("already_returned"), None
    window = window_fact(relevant, policy=policy, zone=zone, today=today)
    if any(standing.payment.failed for standing in relevant) and not _wants_window(question):
        return None, policy.passage("failed_payment"), window
    if window is None or not _wants_window(question):
        return None, None, window
    return _window_due(relevant, account, policy, zone, today), window.passage, window


def _due_fact(due: Money | None, passage: str | None, relevant: Standings) -> Fact | None:
    """The amount due as a fact, with every charge and refund that was counted for it."""
    if due is None:
        return None
    counted = [standing.payment for standing in relevant if standing.due or len(relevant) == 1]
    charges = tuple(charge.id for payment in counted for charge in payment.taken)
    refunds = tuple(row.id for payment in counted for row in payment.refunds if row.status != "failed")
    number = (passage or "").rpartition("#")[2]
    return Fact(
        id=f"amount_due_back:{charges[0]}",
        kind="amount_due_back",
        text=f"{due} is due back under policy {number}." if number else f"{due} is due back.",
        sources=(*charges, *refunds),
        amount=due,
        passage=passage,
    )


def _wants_window(question: Question) -> bool:
    return question.asks_return and not question.claims_charge


def _window_due(
    relevant: Standings, account: Standings, policy: RefundPolicy, zone: tzinfo, today: date
) -> Money | None:
    """What may go back inside the window: only when it is plain which one payment is meant."""
    days = policy.refund_window_days
    if days is None or policy.passage("refund_window_days") is None or len(relevant) != 1:
        return None
    standing = relevant[0]
    inside = is_inside_window(local_day(standing.payment.taken[0].charged_at, zone), today=today, days=days)
    if not inside or standing.mixed:
        return None
    over = sum(other.over for other in account if other.currency == standing.currency)
    return Money(standing.kept - over, standing.currency) if standing.kept > over else None


def _is_in_months(standing: Standing, question: Question, zone: tzinfo) -> bool:
    payment = standing.payment
    days = [local_day(charge.charged_at, zone) for charge in payment.charges]
    days += [invoice.period_start for invoice in payment.invoices if invoice.period_start]
    return any((day.year, day.month) in question.months for day in days)


def _charged_months(account: Standings, zone: tzinfo) -> frozenset[tuple[int, int]]:
    days = [local_day(charge.charged_at, zone) for standing in account for charge in standing.payment.charges]
    return frozenset((day.year, day.month) for day in days)


def _mixed_totals(relevant: Standings) -> tuple[Fact, ...]:
    """A fact when payments in different currencies are all due, so that no total is given."""
    due = [standing for standing in relevant if standing.due]
    currencies = sorted({standing.currency for standing in due})
    if len(currencies) < 2:
        return ()
    return (mixed_fact(tuple(currencies), tuple(s.payment.charges[0].id for s in due)),)


def _count_rows(relevant: Standings) -> int:
    ids: set[tuple[str, str]] = set()
    for standing in relevant:
        payment = standing.payment
        ids |= {("charge", row.id) for row in payment.charges} | {("refund", row.id) for row in payment.refunds}
        ids |= {("invoice", row.id) for row in payment.invoices}
        ids |= {("plan", payment.subscription.id)} if payment.subscription else set()
        ids |= {("order", payment.order.number)} if payment.order else set()
    return len(ids)
