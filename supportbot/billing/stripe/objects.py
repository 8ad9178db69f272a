"""What is read of each of Stripe's objects. The rest is dropped at once: nothing else is stored, not even for a while.

Fields that are not named here are ignored, because Stripe adds some within one API version.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Listed = Literal["disputes", "refunds", "charges", "invoices", "subscriptions", "products", "customers"]


def _id_of(value: object) -> object:
    """The id, whether the object itself stands here or only its id."""
    return value.get("id") if isinstance(value, Mapping) else value


def _listed(value: object) -> object:
    """The objects of a list inside an object; only the first page of it is needed here."""
    return value.get("data", ()) if isinstance(value, Mapping) else value or ()


Ref = Annotated[str | None, BeforeValidator(_id_of)]
Moment = Annotated[int, Field(ge=0, le=253_402_300_799)]


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    id: str


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Customer(_Read):
    """A customer; `metadata` may hold the shop's own user id."""

    created: Moment
    name: str | None = None
    email: str | None = None
    metadata: dict[str, str] = {}


class Product(_Read):
    """What a plan is a price of."""

    name: str | None = None


class Plan(_Part):
    """A plan or price inside a subscription."""

    nickname: str | None = None
    name: str | None = None
    amount: int | None = None
    currency: str
    interval: str | None = None
    interval_count: int | None = 1
    product: Ref = None


class Item(_Part):
    """A line of a subscription; Stripe moved the period here in later versions."""

    plan: Plan | None = None
    quantity: int | None = 1


class Subscription(_Read):
    """A subscription in any state."""

    customer: Ref
    status: str
    start_date: Moment | None = None
    created: Moment
    canceled_at: Moment | None = None
    cancel_at: Moment | None = None
    cancel_at_period_end: bool = False
    current_period_end: Moment | None = None
    ended_at: Moment | None = None
    items: Annotated[tuple[Item, ...], BeforeValidator(lambda value: tuple(_listed(value)))] = ()


class Period(_Part):
    """From the first moment to the one after the last."""

    start: Moment
    end: Moment


class Line(_Part):
    """A line of an invoice."""

    description: str | None = None
    period: Period | None = None
    type: str | None = None
    proration: bool = False


class Transitions(_Part):
    """When an invoice changed state."""

    finalized_at: Moment | None = None


class Invoice(_Read):
    """An invoice; the charge that paid it stands here or names it."""

    customer: Ref
    subscription: Ref = None
    charge: Ref = None
    number: str | None = None
    description: str | None = None
    amount_due: int
    currency: str
    status: str | None = None
    created: Moment
    status_transitions: Transitions = Transitions()
    lines: Annotated[tuple[Line, ...], BeforeValidator(lambda value: tuple(_listed(value)))] = ()
    metadata: dict[str, str] = {}


class Card(_Part):
    """The end of a card's number."""

    last4: str | None = None


class Method(_Part):
    """How a charge was paid."""

    card: Card | None = None


class Charge(_Read):
    """A charge; `captured` false means reserved only."""

    customer: Ref = None
    invoice: Ref = None
    amount: int
    currency: str
    status: str
    captured: bool | None = True
    refunded: bool = False
    disputed: bool = False
    created: Moment
    payment_method_details: Method | None = None


class Refund(_Read):
    """Money that goes back."""

    charge: Ref = None
    amount: int
    currency: str
    status: str | None = "succeeded"
    created: Moment


class Dispute(_Read):
    """A chargeback."""

    charge: Ref
    amount: int
    currency: str
    status: str
    created: Moment


OBJECTS: Mapping[Listed, type[_Read]] = {
    "disputes": Dispute,
    "refunds": Refund,
    "charges": Charge,
    "invoices": Invoice,
    "subscriptions": Subscription,
    "products": Product,
    "customers": Customer,
}


def picked(kind: Listed, data: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of one object, JSON-like.

    Raises:
        pydantic.ValidationError: it has not the shape that Stripe documents.
    """
    return OBJECTS[kind].model_validate(data).model_dump(mode="json")
