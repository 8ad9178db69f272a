"""Payments of the story, and the numbers that invoices, charges and refunds carry.

The numbers of one famous case stand fixed (Jonas: ch_8841, ch_8846, re_2210); all others count from them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from supportbot.errors import InvalidInput
from supportbot.seed.moments import Calendar
from supportbot.seed.types import Charge, Invoice, Refund

BOX_NUMBERS = 60
# By how much the numbers of a month's box invoices are turned, January first.
_TURN = (0, 3, 7, 2, 9, 5, 12, 8, 1, 10, 6, 4)
_FIRST = ("jonas_first", 8841)
_SECOND = ("jonas_second", 8846)
_RETURN = ("jonas_second", 2210)


@dataclass(frozen=True, slots=True)
class Return:
    """Money that went back for the charge of that name."""

    charge: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Payment:
    """One invoice with its charge, and what else happened to it: a failed try, a second charge, a dispute."""

    ref: str
    customer: str
    subscription: str | None
    description: str
    issued_at: datetime
    period_start: date | None
    period_end: date | None
    amount_minor: int
    card_last4: str
    box_number: int | None
    charged_at: datetime
    failed: tuple[str, datetime] | None = None
    again: tuple[str, datetime] | None = None
    disputed_at: datetime | None = None
    returns: tuple[Return, ...] = ()

    @property
    def tries(self) -> tuple[tuple[str, datetime], ...]:
        """Name and time of every charge, failed ones too."""
        tries = (self.failed, (self.ref, self.charged_at), self.again)
        return tuple(one for one in tries if one is not None)


def number_invoices(payments: list[Payment], currency: str, calendar: Calendar) -> tuple[Invoice, ...]:
    """One invoice a payment, in the same order: `INV-<year>-<month><two digits>`."""
    orders_in: dict[tuple[int, int], int] = {}
    invoices = []
    for payment in payments:
        day = calendar.day_of(payment.issued_at)
        if payment.box_number is None:
            count = orders_in[day.year, day.month] = orders_in.get((day.year, day.month), BOX_NUMBERS) + 1
        else:
            count = (payment.box_number + _TURN[day.month - 1]) % BOX_NUMBERS + 1
        invoices.append(_invoice(payment, f"INV-{day.year}-{day.month:02d}{count:02d}", currency))
    return tuple(invoices)


def number_charges(payments: list[Payment], invoices: tuple[Invoice, ...], currency: str) -> tuple[Charge, ...]:
    """Every charge in the order of time, numbered around the two fixed ones."""
    tries = sorted((at, ref, place) for place, payment in enumerate(payments) for ref, at in payment.tries)
    numbers = _charge_numbers([ref for _, ref, _ in tries])
    return tuple(
        Charge(
            id=f"ch_{number}",
            ref=ref,
            invoice=invoices[place].id,
            customer=payments[place].customer,
            amount_minor=payments[place].amount_minor,
            currency=currency,
            charged_at=at,
            card_last4=payments[place].card_last4,
            status=_status(payments[place], ref),
            disputed_at=payments[place].disputed_at if ref == payments[place].ref else None,
        )
        for number, (at, ref, place) in zip(numbers, tries, strict=True)
    )


def number_refunds(payments: list[Payment], charges: tuple[Charge, ...], currency: str) -> tuple[Refund, ...]:
    """Every refund in the order of time, numbered around the fixed one."""
    by_ref = {charge.ref: charge for charge in charges}
    returns = sorted((one for payment in payments for one in payment.returns), key=lambda one: one.at)
    fixed = [one.charge for one in returns].index(_RETURN[0])
    return tuple(
        Refund(
            id=f"re_{_RETURN[1] + place - fixed}",
            charge=by_ref[one.charge].id,
            customer=by_ref[one.charge].customer,
            amount_minor=by_ref[one.charge].amount_minor,
            currency=currency,
            refunded_at=one.at,
            by=one.by,
        )
        for place, one in enumerate(returns)
    )


def _invoice(payment: Payment, number: str, currency: str) -> Invoice:
    taken = 1 + (payment.again is not None)
    return Invoice(
        id=number,
        customer=payment.customer,
        subscription=payment.subscription,
        description=payment.description,
        issued_at=payment.issued_at,
        period_start=payment.period_start,
        period_end=payment.period_end,
        amount_minor=payment.amount_minor,
        currency=currency,
        status="refunded" if len(payment.returns) == taken else "paid",
    )


def _charge_numbers(refs: list[str]) -> list[int]:
    """Numbers in the order of time: counted back from the first fixed charge, on from the second."""
    first, second = refs.index(_FIRST[0]), refs.index(_SECOND[0])
    if second - first > _SECOND[1] - _FIRST[1]:
        raise InvalidInput(f"Too many charges lie between {_FIRST[0]} and {_SECOND[0]}; move an order.")
    return [_SECOND[1] + place - second if place >= second else _FIRST[1] + place - first for place in range(len(refs))]


def _status(payment: Payment, ref: str) -> Literal["succeeded", "failed", "disputed"]:
    if payment.failed and ref == payment.failed[0]:
        return "failed"
    return "disputed" if payment.disputed_at and ref == payment.ref else "succeeded"
