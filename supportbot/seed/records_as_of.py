"""The story's records as they stood at an earlier moment, so that a talk of last week is drafted from last week's."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from supportbot.seed.moments import Calendar, next_period
from supportbot.seed.types import Charge, Invoice, Order, Shop, Story, Subscription


def as_of(story: Story, at: datetime) -> Story:
    """The story with only those records that existed at `at`, each in the state it had then.

    Customers and subscriptions all stay; a plan that was cancelled later is not cancelled yet.
    """
    records = story.records
    refunds = tuple(one for one in records.refunds if one.refunded_at <= at)
    returned = {one.charge for one in refunds}
    charges = tuple(_charge(one, at) for one in records.charges if one.charged_at <= at)
    open_charges = {one.invoice for one in charges if one.status == "succeeded" and one.id not in returned}
    return replace(
        story,
        records=replace(
            records,
            subscriptions=tuple(_subscription(one, story.shop, at) for one in records.subscriptions),
            invoices=tuple(_invoice(one, open_charges) for one in records.invoices if one.issued_at <= at),
            charges=charges,
            refunds=refunds,
            orders=tuple(_order(one, at) for one in records.orders if one.placed_at <= at),
        ),
    )


def _subscription(one: Subscription, shop: Shop, at: datetime) -> Subscription:
    if one.cancelled_at and one.cancelled_at <= at:
        return one
    (plan,) = [plan for plan in shop.plans if plan.key == one.plan]
    calendar = Calendar(now=at, zone=ZoneInfo(shop.time_zone))
    start = max(at, one.started_at)
    renews_at = calendar.at(next_period(plan.interval, calendar.day_of(start)), "06:00")
    return replace(one, cancelled_at=None, ended_at=None, renews_at=min(renews_at, one.renews_at))


def _invoice(one: Invoice, open_charges: set[str]) -> Invoice:
    return replace(one, status="paid") if one.id in open_charges else one


def _charge(one: Charge, at: datetime) -> Charge:
    if one.disputed_at and one.disputed_at > at:
        return replace(one, status="succeeded", disputed_at=None)
    return one


def _order(one: Order, at: datetime) -> Order:
    if one.delivered_at and one.delivered_at <= at:
        return one
    if one.shipped_at and one.shipped_at <= at:
        return replace(one, status="shipped", delivered_at=None)
    return replace(one, status="packed", tracking=None, shipped_at=None, delivered_at=None)
