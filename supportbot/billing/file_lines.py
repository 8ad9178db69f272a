"""One line of each kind of billing file: its fields, their limits, and the value it becomes."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, get_args

from babel.numbers import list_currencies
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from supportbot.billing.types import (
    AccountRow,
    ChargeRow,
    ChargeStatus,
    Interval,
    InvoiceRow,
    InvoiceStatus,
    OrderRow,
    OrderStatus,
    RefundRow,
    RefundStatus,
    SubscriptionRow,
)
from supportbot.language.money import Money

RecordKind = Literal["accounts", "subscriptions", "invoices", "charges", "refunds", "orders"]
KINDS: tuple[RecordKind, ...] = get_args(RecordKind)
MAX_MINOR = 10**12


def _whole(value: object) -> object:
    """Only whole numbers: no decimals, no true or false."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("give whole minor units, such as 4900 for 49.00")
    if isinstance(value, str) and not re.fullmatch(r"-?\d{1,15}", value.strip(), re.ASCII):
        raise ValueError("give whole minor units, such as 4900 for 49.00")
    return int(value)


def _known_currency(value: str) -> str:
    if value not in list_currencies():
        raise ValueError("give an ISO 4217 code such as EUR")
    return value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\x00-\x1f\x7f]*$")]
Id = Annotated[Text, StringConstraints(max_length=60)]
AccountId = Annotated[Text, StringConstraints(max_length=200)]
Minor = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=MAX_MINOR)]
Currency = Annotated[str, AfterValidator(_known_currency)]


class Line(BaseModel):
    """A row as given; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AccountLine(Line):
    """A row of `accounts`."""

    external_id: AccountId
    name: Annotated[Text, StringConstraints(max_length=200)]
    email: Annotated[Text, StringConstraints(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    since: date | None = None

    def row(self) -> AccountRow:
        """The value of this line."""
        return AccountRow(self.external_id, self.name, self.email, self.since)


class SubscriptionLine(Line):
    """A row of `subscriptions`."""

    id: Id
    account_id: AccountId
    plan: Annotated[Text, StringConstraints(max_length=100)]
    price_minor: Minor
    currency: Currency
    interval: Interval
    started_at: AwareDatetime
    renews_at: AwareDatetime | None = None
    cancelled_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None

    def row(self) -> SubscriptionRow:
        """The value of this line."""
        return SubscriptionRow(
            price=Money(self.price_minor, self.currency), **self.model_dump(exclude={"price_minor", "currency"})
        )


class _Amount(Line):
    amount_minor: Minor
    currency: Currency

    def values(self) -> dict[str, Any]:
        """Every field, with the amount as money."""
        money = Money(self.amount_minor, self.currency)
        return {"amount": money, **self.model_dump(exclude={"amount_minor", "currency"})}


class InvoiceLine(_Amount):
    """A row of `invoices`."""

    id: Id
    account_id: AccountId
    description: Annotated[Text, StringConstraints(max_length=200)]
    status: InvoiceStatus
    issued_at: AwareDatetime
    subscription_id: Id | None = None
    period_start: date | None = None
    period_end: date | None = None
    number: Id | None = None
    notice_sent_at: AwareDatetime | None = None
    unannounced: bool = False

    @model_validator(mode="after")
    def _makes_sense(self) -> "InvoiceLine":
        if self.notice_sent_at and self.unannounced:
            raise ValueError("unannounced says that no notice was sent, but notice_sent_at says when")
        if self.period_start and self.period_end and self.period_end < self.period_start:
            raise ValueError(f"period_end {self.period_end} is before period_start {self.period_start}")
        return self

    def row(self) -> InvoiceRow:
        """The value of this line."""
        return InvoiceRow(**self.values())


class ChargeLine(_Amount):
    """A row of `charges`."""

    id: Id
    account_id: AccountId
    status: ChargeStatus
    charged_at: AwareDatetime
    invoice_id: Id | None = None
    card_last4: Annotated[str, StringConstraints(pattern=r"^\d{4}$")] | None = None

    def row(self) -> ChargeRow:
        """The value of this line."""
        return ChargeRow(**self.values())


class RefundLine(_Amount):
    """A row of `refunds`."""

    id: Id
    charge_id: Id
    status: RefundStatus
    refunded_at: AwareDatetime

    def row(self) -> RefundRow:
        """The value of this line."""
        return RefundRow(**self.values())


class OrderLine(_Amount):
    """A row of `orders`."""

    number: Id
    account_id: AccountId
    description: Annotated[Text, StringConstraints(max_length=200)]
    status: OrderStatus
    placed_at: AwareDatetime
    carrier: Annotated[Text, StringConstraints(max_length=40)] | None = None
    tracking: Id | None = None
    delivered_at: AwareDatetime | None = None

    def row(self) -> OrderRow:
        """The value of this line."""
        return OrderRow(**self.values())


LINES: Mapping[RecordKind, type[Line]] = {
    "accounts": AccountLine,
    "subscriptions": SubscriptionLine,
    "invoices": InvoiceLine,
    "charges": ChargeLine,
    "refunds": RefundLine,
    "orders": OrderLine,
}


def row_key(row: object) -> str:
    """The id that a row is known by."""
    for name in ("external_id", "id", "number"):
        if hasattr(row, name):
            return str(getattr(row, name))
    raise TypeError(f"{type(row).__name__} has no id.")
