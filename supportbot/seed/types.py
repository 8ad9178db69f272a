"""The values of the demo's story: shop, articles, customers, billing records and conversations.

Times end in `_at` and are UTC; a `date` is a day in the shop's time zone; amounts are integer minor units.
Keys (`customer="mira"`, `agent="ines"`) join the values; ids (`INV-2026-0207`) are what people see.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from supportbot.contract.types import ActionId, Outcome
from supportbot.routing.types import HoldKind, Topic

Locale = Literal["en", "de", "es", "fr", "ar"]
Role = Literal["agent", "lead", "owner"]
DraftState = Literal["ready", "held", "compared", "void", "sent", "rejected", "failed"]
RejectReason = Literal["wrong_fact", "does_not_answer", "promises_too_much", "wrong_tone", "other"]
Variant = Literal["as_drafted", "edited", "written", "approve_refund"]
Status = Literal["open", "pending", "snoozed", "resolved"]
WorkState = Literal["drafting", "ready", "held", "failed", "answered"]


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
    actions: tuple[ActionId, ...]
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
class Reply:
    """What a draft proposes or an agent sent. `sources` are passages, e.g. "refunds#4.2"."""

    answer: str
    details: str
    outcome: Outcome
    next_actions: tuple[ActionId, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FailedTry:
    """One try of a model that gave nothing; `model` is a key of the routing policy."""

    at: datetime
    model: str
    outcome: str
    latency_ms: int


@dataclass(frozen=True, slots=True)
class Draft:
    """What one task made of one customer message, and what became of it.

    `article` is the help article a fast draft was made from; `amount_minor` what the records gave as due back.
    """

    task: Literal["routine_reply", "dispute_reply"]
    state: DraftState
    reply: Reply | None
    article: str | None
    amount_minor: int | None
    created_at: datetime
    finished_at: datetime
    shown_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    edited: bool = False
    reject_reason: RejectReason | None = None
    reject_note: str = ""
    tries: tuple[FailedTry, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing in a conversation.

    A customer's turn carries its drafts (none while one is being written); an agent's turn the reply as it was sent
    and how it came about. A note is for agents only; a system turn is the notice of a held message.
    """

    role: Literal["customer", "agent", "system", "note"]
    at: datetime
    text: str
    author: str | None = None
    external_id: str | None = None
    drafts: tuple[Draft, ...] = ()
    reply: Reply | None = None
    variant: Variant | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """What the customer said when asked whether the answer helped."""

    value: Literal["yes", "partly", "no"]
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation of a customer, or of a visitor (then `customer` is None and `visitor` a short name).

    `key` is the story's own name for it. `waiting_since` is the oldest customer message without an answer. The
    hold's kind and label stay with a conversation that was held and is answered.
    """

    key: str
    case_number: str
    customer: str | None
    visitor: str | None
    channel: Literal["widget", "email"]
    subject: str
    locale: Locale
    status: Status
    work_state: WorkState
    topic: Topic | None
    hold_kind: HoldKind | None
    hold_label: str | None
    assignee: str | None
    priority: Literal["normal", "high"]
    tags: tuple[str, ...]
    turns: tuple[Turn, ...]
    created_at: datetime
    waiting_since: datetime | None
    snoozed_until: datetime | None
    resolved_at: datetime | None
    rating: Rating | None


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that the demo starts with, told at `told_at`."""

    told_at: datetime
    shop: Shop
    articles: tuple[HelpArticle, ...]
    policy: RefundPolicy
    records: Records
    conversations: tuple[Conversation, ...]
