"""Values about money and records that cross borders."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from supportbot.contract.refund_policy import RefundPolicy as RefundPolicy
from supportbot.contract.voice.fact_sentences import Sentence
from supportbot.language.money import Money

FactKind = Literal[
    "double_charge",
    "charge_after_cancellation",
    "renewal_without_notice",
    "proration",
    "refund_already_made",
    "refunded_too_much",
    "inside_refund_window",
    "outside_refund_window",
    "no_charge_found",
    "chargeback_open",
    "payment_failed",
    "payment_pending",
    "mixed_currencies",
    "amount_due_back",
]
Interval = Literal["day", "week", "month", "quarter", "half_year", "year", "other"]
InvoiceStatus = Literal["draft", "open", "paid", "refunded", "void", "uncollectible"]
ChargeStatus = Literal["succeeded", "pending", "failed", "disputed"]
RefundStatus = Literal["succeeded", "pending", "failed"]
OrderStatus = Literal["placed", "packed", "shipped", "delivered", "returned", "cancelled"]


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A paying customer; `external_id` is the shop's own user id."""

    external_id: str
    name: str
    email: str | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A plan somebody pays for. `ends_at` is when a cancelled plan stops being delivered."""

    id: str
    account_id: str
    plan: str
    price: Money
    interval: Interval
    started_at: datetime
    renews_at: datetime | None = None
    cancelled_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """What was asked for; the period is the days that a plan's invoice covers, the last one included.

    `number` is what the customer reads on it, where that is not the id. `notice_sent_at` is when the customer was told
    of the renewal that it bills; `unannounced` says that they were not. With neither, nobody knows.
    """

    id: str
    account_id: str
    description: str
    amount: Money
    status: InvoiceStatus
    issued_at: datetime
    subscription_id: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    number: str | None = None
    notice_sent_at: datetime | None = None
    unannounced: bool = False

    @property
    def name(self) -> str:
        """What people call it: its number, else its id."""
        return self.number or self.id


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """What was taken. Pending: reserved only. Failed: nothing moved. Disputed: the bank has a chargeback open."""

    id: str
    account_id: str
    amount: Money
    status: ChargeStatus
    charged_at: datetime
    invoice_id: str | None = None
    card_last4: str | None = None


@dataclass(frozen=True, slots=True)
class RefundRow:
    """What went back for one charge. A pending one is on its way; a failed one never left."""

    id: str
    charge_id: str
    amount: Money
    status: RefundStatus
    refunded_at: datetime


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A parcel's worth of goods."""

    number: str
    account_id: str
    description: str
    amount: Money
    status: OrderStatus
    placed_at: datetime
    carrier: str | None = None
    tracking: str | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccountRows:
    """Everything the records hold about one customer, as read. `checked_at`: when an import last looked at them."""

    account: AccountRow
    subscriptions: tuple[SubscriptionRow, ...] = ()
    invoices: tuple[InvoiceRow, ...] = ()
    charges: tuple[ChargeRow, ...] = ()
    refunds: tuple[RefundRow, ...] = ()
    orders: tuple[OrderRow, ...] = ()
    checked_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class BillingRecords:
    """Rows to import, in any number; a row that names another must find it here or in the records already held."""

    accounts: tuple[AccountRow, ...] = ()
    subscriptions: tuple[SubscriptionRow, ...] = ()
    invoices: tuple[InvoiceRow, ...] = ()
    charges: tuple[ChargeRow, ...] = ()
    refunds: tuple[RefundRow, ...] = ()
    orders: tuple[OrderRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """Something code computed from records. `sources` are the row ids it rests on; `passage` the policy passage.

    `text` is English, for the desk; `told` says the same in any language (`contract.telling`). `day` is the day of the
    charge that it is about.
    """

    id: str
    kind: FactKind
    text: str
    sources: tuple[str, ...]
    amount: Money | None = None
    passage: str | None = None
    told: tuple[Sentence, ...] = ()
    day: date | None = None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line of the account as the approver reads it. `source` is e.g. "ch_8841"; `amount` None for an event."""

    on: date
    what: str
    source: str
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """What the records say about one customer, read at `read_at`. All dates are in the shop's zone.

    `checked_at` is when an import last looked at them where they come from.

    `due_back` is the amount due under the policy; None when nothing is. `due` says the same as a fact, with every row
    it rests on; it stands beside `facts`, so that no draft tells it. `due_passage` is the passage that decided, also
    when it decided that nothing is due. `rows` counts the rows that the facts and the ledger rest on.
    `amounts`, `dates`, `ids`: everything a reply may state. `values` are the facts that an article's placeholders name.
    """

    account_id: str
    plan: str | None
    newest_order: str | None
    facts: tuple[Fact, ...]
    ledger: tuple[LedgerLine, ...]
    due_back: Money | None
    due_passage: str | None
    amounts: frozenset[Money]
    dates: frozenset[date]
    ids: frozenset[str]
    values: tuple[tuple[str, str], ...]
    rows: int
    read_at: datetime
    due: Fact | None = None
    checked_at: datetime | None = None
