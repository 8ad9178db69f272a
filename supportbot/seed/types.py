"""The values of the demo's story: shop, articles, customers, billing records and conversations.

Times end in `_at` and are UTC; a `date` is a day in the shop's time zone; amounts are integer minor units.
Keys (`customer="mira"`, `agent="ines"`) join the values; ids (`INV-2026-0207`) are what people see.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Topic = Literal[
    "billing",
    "refund",
    "cancellation",
    "account_howto",
    "bug_technical",
    "order_shipping",
    "feedback_other",
    "out_of_scope",
]
Outcome = Literal[
    "answered",
    "needs_information",
    "refund_approved",
    "refund_needs_review",
    "refund_declined",
    "charge_needs_review",
    "cancellation_confirmed",
    "cancellation_needs_review",
    "escalated",
]
Action = Literal[
    "open_invoices",
    "track_order",
    "manage_plan",
    "update_details",
    "send_information",
    "report_problem",
    "refund_review",
    "cancellation_review",
    "talk_to_person",
]
Locale = Literal["en", "de", "es", "fr", "ar"]
Role = Literal["agent", "lead", "owner"]


@dataclass(frozen=True, slots=True)
class Passage:
    """One `##` section of an article or policy; `number` is "4.2" in a policy, "1" upwards in an article."""

    number: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class HelpArticle:
    """One help article; `source` is the whole file, front matter included."""

    slug: str
    title: str
    locale: Locale
    topic: Topic
    short_answer: str
    short_answer_plain: str | None
    actions: tuple[Action, ...]
    outcome: Outcome
    questions: tuple[str, ...]
    passages: tuple[Passage, ...]
    published_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class PolicyRules:
    """What code may rely on in the refund policy; `passages` names the passage that says each rule."""

    refund_window_days: int
    double_charge_days: int
    chargeback_stops_refund: bool
    person_confirms_every_amount: bool
    passages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RefundPolicy:
    """The shop's written refund policy; `source` is the whole file, front matter included."""

    slug: str
    title: str
    locale: Locale
    version: int
    currency: str
    rules: PolicyRules
    passages: tuple[Passage, ...]
    published_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Agent:
    """A person who answers; `refund_limit_minor` is None for "no limit"."""

    key: str
    name: str
    email: str
    role: Role
    refund_limit_minor: int | None
    initials: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Something a customer subscribes to."""

    key: str
    name: str
    interval: Literal["monthly", "quarterly"]
    price_minor: int


@dataclass(frozen=True, slots=True)
class Product:
    """Something a customer buys once."""

    key: str
    name: str
    about: str
    price_minor: int


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When people answer, in the shop's zone; times are "09:00"."""

    days: tuple[str, ...]
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class Shop:
    """The shop and how it speaks."""

    name: str
    site_key: str
    tagline: str
    about: str
    case_prefix: str
    time_zone: str
    currency: str
    sign_off: str
    support_email: str
    held_reply_by: str
    first_reply_minutes: int
    resolution_by: str
    usual_reply_minutes: int
    business_hours: BusinessHours
    hours_text: str
    usual_questions: tuple[str, ...]
    shop_customers: tuple[str, ...]
    agents: tuple[Agent, ...]
    plans: tuple[Plan, ...]
    products: tuple[Product, ...]


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of the shop; `user_id` is the shop's own id, as the widget's identity carries it."""

    key: str
    user_id: str
    name: str
    email: str
    locale: Locale
    city: str
    time_zone: str
    since: date
    card_last4: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """A plan of one customer. Of a cancelled one, `renews_at` is the first renewal that was not to happen."""

    id: str
    customer: str
    plan: str
    price_minor: int
    started_at: datetime
    renews_at: datetime
    cancelled_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice of a plan's period (then with `subscription` and period) or of an order."""

    id: str
    customer: str
    subscription: str | None
    description: str
    issued_at: datetime
    period_start: date | None
    period_end: date | None
    amount_minor: int
    currency: str
    status: Literal["paid", "refunded"]


@dataclass(frozen=True, slots=True)
class Charge:
    """One try to take money; `succeeded` and `disputed` ones took it. `ref` is the story's name for it."""

    id: str
    ref: str
    invoice: str
    customer: str
    amount_minor: int
    currency: str
    charged_at: datetime
    card_last4: str
    status: Literal["succeeded", "failed", "disputed"]
    disputed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that went back for a charge; `by` is "provider" or an agent's key."""

    id: str
    charge: str
    customer: str
    amount_minor: int
    currency: str
    refunded_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class OrderLine:
    """Some pieces of one product; `price_minor` is for one piece."""

    name: str
    quantity: int
    price_minor: int


@dataclass(frozen=True, slots=True)
class Order:
    """A parcel: an order of goods, or a month's box."""

    id: str
    customer: str
    invoice: str
    lines: tuple[OrderLine, ...]
    total_minor: int
    currency: str
    placed_at: datetime
    status: Literal["packed", "shipped", "delivered"]
    carrier: str
    tracking: str | None
    shipped_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """An interesting case and what the refund policy gives for it; `charges` are charge ids."""

    customer: str
    title: str
    due_minor: int
    passage: str
    charges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Records:
    """Who the customers are and what they paid."""

    customers: tuple[Customer, ...]
    subscriptions: tuple[Subscription, ...]
    invoices: tuple[Invoice, ...]
    charges: tuple[Charge, ...]
    refunds: tuple[Refund, ...]
    orders: tuple[Order, ...]
    disputes: tuple[Dispute, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that the demo starts with, told at `told_at`."""

    told_at: datetime
    shop: Shop
    articles: tuple[HelpArticle, ...]
    policy: RefundPolicy
    records: Records
