"""Values about money and records that cross borders."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from supportbot.contract.types import Money

FactKind = Literal[
    "double_charge",
    "charge_after_cancellation",
    "refund_already_made",
    "inside_refund_window",
    "outside_refund_window",
    "no_charge_found",
]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something code computed from records. `sources` are the row ids it rests on; `passage` the policy passage."""

    id: str
    kind: FactKind
    text: str
    sources: tuple[str, ...]
    amount: Money | None = None
    passage: str | None = None


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

    `due_back` is the amount due under the policy; None when nothing is. `rows` counts the rows read.
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
