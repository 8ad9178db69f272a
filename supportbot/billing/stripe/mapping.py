"""Turns what was read of Stripe into billing records: whose each row is, in which state, in whole minor units. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from pydantic import ValidationError

from supportbot.billing.file_lines import KINDS, LINES, RecordKind, row_key
from supportbot.billing.files import Place, explain_line
from supportbot.billing.stripe.objects import (
    OBJECTS,
    Charge,
    Customer,
    Dispute,
    Invoice,
    Line,
    Listed,
    Plan,
    Refund,
    Subscription,
)
from supportbot.billing.types import BillingRecords

# Stripe counts these unlike ISO 4217: in hundredths that ISO does not have, and without the hundredths that it has.
HUNDREDTHS_UNLIKE_ISO = frozenset({"ISK", "UGX"})
WHOLE_UNLIKE_ISO = frozenset({"MGA"})
INTERVALS: Mapping[tuple[str, int], str] = {
    ("day", 1): "day",
    ("week", 1): "week",
    ("month", 1): "month",
    ("month", 3): "quarter",
    ("month", 6): "half_year",
    ("month", 12): "year",
    ("year", 1): "year",
}
OPEN_DISPUTES = frozenset({"warning_needs_response", "warning_under_review", "needs_response", "under_review"})
REFUND_STATES: Mapping[str, str] = {"succeeded": "succeeded", "failed": "failed", "canceled": "failed"}
NOTICE_SENT, NOTICE = "renewal_notice_sent_at", "renewal_notice"


@dataclass(frozen=True, slots=True)
class Mapped:
    """The records, where each row comes from, what was left out and how often, and what does not fit."""

    records: BillingRecords
    places: Mapping[Place, str]
    left_out: Mapping[str, int]
    problems: tuple[str, ...]


def map_records(read: Mapping[Listed, Iterable[Mapping[str, Any]]], *, user_id: str, zone: tzinfo) -> Mapped:
    """Everything that was read, as records.

    Args:
        read: the picked objects of each list.
        user_id: where the shop's own user id stands: "id" (Stripe's is the shop's), "email" or "metadata.NAME".
        zone: the shop's zone; the days that an invoice covers are days there.
    """
    return _Mapper(read, user_id, zone).run()


class _Mapper:
    def __init__(self, read: Mapping[Listed, Iterable[Mapping[str, Any]]], user_id: str, zone: tzinfo) -> None:
        self._read, self._zone = read, zone
        self._left_out: Counter[str] = Counter()
        self._names = {product.id: product.name for product in self._objects("products")}
        self._customers = {one.id: one for one in self._objects("customers")}
        self._owners = {name: owner for name, one in self._customers.items() if (owner := _owner(one, user_id))}
        self._invoices: list[Invoice] = self._objects("invoices")
        self._charges: list[Charge] = self._objects("charges")
        self._disputes: list[Dispute] = self._objects("disputes")
        self._paid_by = {invoice.charge: invoice.id for invoice in self._invoices if invoice.charge}
        self._dispute_states: dict[str, list[str]] = {}
        for dispute in self._disputes:
            self._dispute_states.setdefault(dispute.charge or "", []).append(dispute.status)

    def run(self) -> Mapped:
        """Build every row; a row that does not fit becomes a problem."""
        rows: dict[RecordKind, list[Any]] = {kind: [] for kind in KINDS}
        places: dict[Place, str] = {}
        problems: list[str] = []
        for kind, name, line in self._lines():
            try:
                row = LINES[kind].model_validate(line).row()  # type: ignore[attr-defined]
            except ValidationError as error:
                problems += explain_line(f"Stripe, {name}", error)
                continue
            places[(kind, row_key(row))] = f"Stripe, {name}"
            rows[kind].append(row)
        return Mapped(
            BillingRecords(**{kind: tuple(found) for kind, found in rows.items()}),
            places,
            dict(self._left_out),
            tuple(problems),
        )

    def _objects(self, kind: Listed) -> list[Any]:
        """Each object once: while a list is read, it can shift by one."""
        found = (OBJECTS[kind].model_validate(data) for data in self._read.get(kind, ()))
        return list({one.id: one for one in found}.values())

    def _lines(self) -> Iterator[tuple[RecordKind, str, dict[str, Any]]]:
        yield from self._accounts()
        for plan in self._objects("subscriptions"):
            yield from self._subscription(plan)
        for invoice in self._invoices:
            yield from self._invoice(invoice)
        held = {charge.id for charge in self._charges if self._owner(charge.customer, "")}
        for charge in self._charges:
            yield from self._charge(charge)
        for refund in self._objects("refunds"):
            yield from self._refund(refund, held)
        for dispute in self._disputes:
            if dispute.status == "lost" and dispute.charge in held:
                yield "refunds", dispute.id, _refund_line(dispute, "succeeded")

    def _accounts(self) -> Iterator[tuple[RecordKind, str, dict[str, Any]]]:
        """One account for each of the shop's users; of several customers with one user id the newest names it."""
        newest: dict[str, Customer] = {}
        for customer in sorted(self._customers.values(), key=lambda one: (one.created, one.id)):
            owner = self._owners.get(customer.id)
            if owner is None:
                self._left_out["customers without a user id of the shop"] += 1
            else:
                newest[owner] = customer
        for owner, customer in newest.items():
            line = {"external_id": owner, "name": _words(customer.name or customer.email or owner, 200)}
            email = (customer.email or "").strip()
            yield "accounts", customer.id, line | ({"email": email} if email else {})

    def _owner(self, customer: str | None, what: str) -> str | None:
        """The account of a customer; without one, the row is left out and counted."""
        owner = self._owners.get(customer or "")
        if owner is None and what:
            known = customer in self._customers
            why = "of customers without a user id" if known else "of no customer, or of a deleted one"
            self._left_out[f"{what} {why}"] += 1
        return owner

    def _subscription(self, plan: Subscription) -> Iterator[tuple[RecordKind, str, dict[str, Any]]]:
        owner = self._owner(plan.customer, "subscriptions")
        priced = next((item for item in plan.items if item.plan), None)
        if owner is None or plan.status in ("incomplete", "incomplete_expired"):
            return
        if priced is None or priced.plan is None:
            self._left_out["subscriptions without a price"] += 1
            return
        price, currency = priced.plan, priced.plan.currency.upper()
        ended = plan.ended_at or plan.cancel_at or (plan.current_period_end if plan.cancel_at_period_end else None)
        # Not every server says when a plan was cancelled. The day it ended is late enough to be right.
        cancelled = plan.canceled_at or (plan.ended_at if plan.status == "canceled" else None)
        if plan.status == "canceled" and cancelled is None:
            self._left_out["cancellations whose time the server does not say"] += 1
        yield (
            "subscriptions",
            plan.id,
            {
                "id": plan.id,
                "account_id": owner,
                "plan": _words(price.nickname or price.name or self._names.get(price.product or "") or plan.id, 100),
                "price_minor": _minor((price.amount or 0) * (priced.quantity or 1), currency),
                "currency": currency,
                "interval": _interval(price),
                "started_at": _at(plan.start_date or plan.created),
                "renews_at": _at(None if plan.status == "canceled" else plan.current_period_end),
                "cancelled_at": _at(cancelled),
                "ends_at": _at(ended),
            },
        )

    def _invoice(self, invoice: Invoice) -> Iterator[tuple[RecordKind, str, dict[str, Any]]]:
        owner = self._owner(invoice.customer, "invoices")
        if owner is None:
            return
        currency = invoice.currency.upper()
        line = next((one for one in invoice.lines if one.period and not one.proration), None)
        is_plan = invoice.subscription is not None and line is not None
        described = invoice.description or next((one.description for one in invoice.lines if one.description), None)
        yield (
            "invoices",
            invoice.id,
            {
                "id": invoice.id,
                "account_id": owner,
                "description": _words(described or "Invoice", 200),
                "amount_minor": _minor(max(invoice.amount_due, 0), currency),
                "currency": currency,
                "status": invoice.status or "draft",
                "issued_at": _at(invoice.status_transitions.finalized_at or invoice.created),
                "subscription_id": invoice.subscription,
                "number": invoice.number or None,
                **(self._period(line) if is_plan and line else {}),
                **_notice(invoice.metadata),
            },
        )

    def _period(self, line: Line) -> dict[str, str]:
        """The days of a period, as days of the shop's zone; its end is the first moment that is not in it."""
        if line.period is None:
            return {}
        start = datetime.fromtimestamp(line.period.start, self._zone).date()
        end = (datetime.fromtimestamp(line.period.end, self._zone) - timedelta(microseconds=1)).date()
        return {"period_start": start.isoformat(), "period_end": max(start, end).isoformat()}

    def _charge(self, charge: Charge) -> Iterator[tuple[RecordKind, str, dict[str, Any]]]:
        owner = self._owner(charge.customer, "charges")
        if owner is None:
            return
        currency = charge.currency.upper()
        card = charge.payment_method_details.card if charge.payment_method_details else None
        yield (
            "charges",
            charge.id,
            {
                "id": charge.id,
                "account_id": owner,
                "amount_minor": _minor(charge.amount, currency),
                "currency": currency,
                "status": self._charge_status(charge),
                "charged_at": _at(charge.created),
                "invoice_id": charge.invoice or self._paid_by.get(charge.id),
                "card_last4": card.last4 if card else None,
            },
        )

    def _charge_status(self, charge: Charge) -> str:
        if charge.status == "failed" or (not charge.captured and charge.refunded):
            return "failed"
        if charge.status == "pending" or not charge.captured:
            return "pending"
        states = self._dispute_states.get(charge.id)
        is_disputed = any(state in OPEN_DISPUTES for state in states) if states else charge.disputed
        return "disputed" if is_disputed else "succeeded"

    def _refund(self, refund: Refund, held: set[str]) -> Iterator[tuple[RecordKind, str, dict[str, Any]]]:
        if refund.charge in held:
            yield "refunds", refund.id, _refund_line(refund, REFUND_STATES.get(refund.status or "succeeded", "pending"))
        else:
            self._left_out["refunds of charges that are left out"] += 1


def _owner(customer: Customer, user_id: str) -> str | None:
    """The shop's own user id of a customer; None where it is not given."""
    place, _, name = user_id.partition(".")
    found = customer.metadata.get(name) if place == "metadata" else getattr(customer, place)
    return (found or "").strip() or None


def _refund_line(refund: Refund | Dispute, status: str) -> dict[str, Any]:
    currency = refund.currency.upper()
    return {
        "id": refund.id,
        "charge_id": refund.charge,
        "amount_minor": _minor(refund.amount, currency),
        "currency": currency,
        "status": status,
        "refunded_at": _at(refund.created),
    }


def _notice(metadata: Mapping[str, str]) -> dict[str, Any]:
    """What the shop noted on an invoice about its renewal notice."""
    if metadata.get(NOTICE_SENT):
        return {"notice_sent_at": metadata[NOTICE_SENT]}
    return {"unannounced": True} if metadata.get(NOTICE) == "none" else {}


def _minor(amount: int, currency: str) -> int | str:
    """Stripe's count of an amount in ISO 4217's minor units; words that no line accepts when it does not come out."""
    if currency in HUNDREDTHS_UNLIKE_ISO:
        return amount // 100 if amount % 100 == 0 else f"{amount} hundredths of {currency}"
    return amount * 100 if currency in WHOLE_UNLIKE_ISO else amount


def _interval(plan: Plan) -> str:
    return INTERVALS.get((plan.interval or "", plan.interval_count or 1), "other")


def _at(moment: int | None) -> str | None:
    return datetime.fromtimestamp(moment, UTC).isoformat() if moment is not None else None


def _words(text: str, most: int) -> str:
    """One printable line of at most `most` characters."""
    clean = "".join(mark if mark >= " " and mark != "\x7f" else " " for mark in text)
    return " ".join(clean.split())[:most].strip() or "-"
