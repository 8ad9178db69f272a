"""Orders of goods from `orders.csv`, and the parcels of the latest monthly boxes.

A box leaves on the Wednesday after the charge and arrives on the Friday; goods leave on the working day
after the order and arrive two days later.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from supportbot.seed.content import Script, read_csv
from supportbot.seed.moments import Calendar, months_on
from supportbot.seed.payments import Payment
from supportbot.seed.types import Invoice, Order, OrderLine, Product, Shop

_LOCAL_ZONES = ("Europe/Amsterdam", "Europe/Brussels")


class OrderRow(Script):
    """A line of `orders.csv`; `lines` is "house:2 filters:1"."""

    customer: str
    placed: str
    lines: str
    status: Literal["packed", "shipped", "delivered"]


@dataclass(frozen=True, slots=True)
class Goods:
    """An order of goods before it has numbers."""

    payment: Payment
    lines: tuple[OrderLine, ...]
    shipped_at: datetime | None
    delivered_at: datetime | None


def goods(shop: Shop, calendar: Calendar, cards: dict[str, str]) -> list[Goods]:
    """The orders of `orders.csv`; `cards` gives each customer's last four digits."""
    products = {product.key: product for product in shop.products}
    counts: dict[str, int] = {}
    found = []
    for row in read_csv("orders.csv", OrderRow):
        counts[row.customer] = counts.get(row.customer, 0) + 1
        lines = _lines(row.lines, products)
        placed_at = calendar.moment(row.placed)
        shipped = _working(calendar.day_of(placed_at) + timedelta(days=1))
        payment = Payment(
            ref=f"order-{row.customer}-{counts[row.customer]}",
            customer=row.customer,
            subscription=None,
            description=", ".join(f"{line.quantity} x {line.name}" for line in lines),
            issued_at=placed_at,
            period_start=None,
            period_end=None,
            amount_minor=sum(line.quantity * line.price_minor for line in lines),
            card_last4=cards[row.customer],
            box_number=None,
            charged_at=placed_at + timedelta(minutes=1),
        )
        found.append(
            Goods(
                payment=payment,
                lines=lines,
                shipped_at=calendar.at(shipped, "17:30") if row.status != "packed" else None,
                delivered_at=_arrival(shipped, calendar) if row.status == "delivered" else None,
            )
        )
    return found


def goods_parcels(ordered: list[Goods], invoices: tuple[Invoice, ...]) -> list[Order]:
    """The orders of goods, each with the invoice made for it."""
    by_time = {(invoice.customer, invoice.issued_at): invoice for invoice in invoices}
    return [_goods_order(one, by_time[one.payment.customer, one.payment.issued_at]) for one in ordered]


def box_parcels(invoices: tuple[Invoice, ...], calendar: Calendar) -> list[Order]:
    """The parcels of these box invoices, those of this month and the last."""
    oldest = months_on(calendar.today, -1)
    return [
        _box_order(invoice, calendar) for invoice in invoices if invoice.period_start and invoice.period_start >= oldest
    ]


def number_parcels(orders: list[Order], zones: dict[str, str]) -> tuple[Order, ...]:
    """The orders in the order of time, each with number, carrier and tracking; `zones` are the customers'."""
    ordered = sorted(orders, key=lambda order: (order.placed_at, order.invoice))
    return tuple(
        _numbered(order, 20400 + place, local=zones[order.customer] in _LOCAL_ZONES)
        for place, order in enumerate(ordered)
    )


def _lines(words: str, products: dict[str, Product]) -> tuple[OrderLine, ...]:
    lines = []
    for word in words.split():
        key, _, count = word.partition(":")
        product = products[key]
        lines.append(OrderLine(name=product.name, quantity=int(count), price_minor=product.price_minor))
    return tuple(lines)


def _goods_order(one: Goods, invoice: Invoice) -> Order:
    return Order(
        id="",
        customer=invoice.customer,
        invoice=invoice.id,
        lines=one.lines,
        total_minor=invoice.amount_minor,
        currency=invoice.currency,
        placed_at=invoice.issued_at,
        status="delivered" if one.delivered_at else "shipped" if one.shipped_at else "packed",
        carrier="",
        tracking=None,
        shipped_at=one.shipped_at,
        delivered_at=one.delivered_at,
    )


def _box_order(invoice: Invoice, calendar: Calendar) -> Order:
    """The parcel of one box, as far as it has come by now."""
    charged = calendar.day_of(invoice.issued_at)
    wednesday = charged + timedelta(days=(2 - charged.weekday() - 1) % 7 + 1)
    shipped_at = calendar.at(wednesday, "17:30")
    delivered_at = calendar.at(wednesday + timedelta(days=2), "11:40")
    return Order(
        id="",
        customer=invoice.customer,
        invoice=invoice.id,
        lines=(OrderLine(name=invoice.description, quantity=1, price_minor=invoice.amount_minor),),
        total_minor=invoice.amount_minor,
        currency=invoice.currency,
        placed_at=invoice.issued_at,
        status=("delivered" if delivered_at <= calendar.now else "shipped" if shipped_at <= calendar.now else "packed"),
        carrier="",
        tracking=None,
        shipped_at=shipped_at if shipped_at <= calendar.now else None,
        delivered_at=delivered_at if delivered_at <= calendar.now else None,
    )


def _numbered(order: Order, number: int, *, local: bool) -> Order:
    """The order with its number, its carrier and, once it has left, its tracking number."""
    digits = number * 7919 % 1_000_000_000
    tracking = f"3SHL{digits:09d}" if local else f"JVGL{digits:010d}"
    return replace(
        order,
        id=f"ORD-{number}",
        carrier="PostNL" if local else "DHL",
        tracking=tracking if order.shipped_at else None,
    )


def _arrival(shipped: date, calendar: Calendar) -> datetime:
    return calendar.at(_working(shipped + timedelta(days=2)), "11:40")


def _working(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)
