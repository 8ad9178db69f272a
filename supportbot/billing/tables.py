"""Billing records as imported. Amounts are integer minor units with a currency."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from supportbot.db import BigId, Json, UtcDateTime


class BillingAccount(SQLModel, table=True):
    """A paying customer, found by the shop's own user id.

    `imported_at` is when what is held changed last, `checked_at` when an import last looked.
    """

    __tablename__ = "billing_account"
    external_id: str = Field(primary_key=True, max_length=200)
    name: str = Field(max_length=200)
    email: str | None = Field(default=None, max_length=254)
    since: date | None = None
    imported_at: datetime = Field(sa_type=UtcDateTime)
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Subscription(SQLModel, table=True):
    """A plan somebody pays for. `interval`: month, quarter, year ..."""

    id: str = Field(primary_key=True, max_length=60)
    account_id: str = Field(foreign_key="billing_account.external_id", index=True)
    plan: str = Field(max_length=100)
    price_minor: int = Field(sa_type=BigId)
    currency: str = Field(max_length=3)
    interval: str = Field(max_length=10)
    started_at: datetime = Field(sa_type=UtcDateTime)
    renews_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Invoice(SQLModel, table=True):
    """What was asked for. `period_start` and `period_end` are the days a plan's invoice covers."""

    id: str = Field(primary_key=True, max_length=60)
    account_id: str = Field(foreign_key="billing_account.external_id", index=True)
    subscription_id: str | None = Field(default=None, max_length=60)
    description: str = Field(max_length=200)
    amount_minor: int = Field(sa_type=BigId)
    currency: str = Field(max_length=3)
    status: str = Field(max_length=20)
    issued_at: datetime = Field(sa_type=UtcDateTime)
    period_start: date | None = None
    period_end: date | None = None
    number: str | None = Field(default=None, max_length=60)
    notice_sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    unannounced: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})


class Charge(SQLModel, table=True):
    """What was taken. `status`: succeeded, pending, failed, disputed."""

    id: str = Field(primary_key=True, max_length=60)
    account_id: str = Field(foreign_key="billing_account.external_id", index=True)
    invoice_id: str | None = Field(default=None, max_length=60)
    amount_minor: int = Field(sa_type=BigId)
    currency: str = Field(max_length=3)
    status: str = Field(max_length=20)
    card_last4: str | None = Field(default=None, max_length=4)
    charged_at: datetime = Field(sa_type=UtcDateTime)


class Refund(SQLModel, table=True):
    """What went back. `status`: succeeded, pending, failed."""

    id: str = Field(primary_key=True, max_length=60)
    charge_id: str = Field(foreign_key="charge.id", index=True)
    amount_minor: int = Field(sa_type=BigId)
    currency: str = Field(max_length=3)
    status: str = Field(max_length=20)
    refunded_at: datetime = Field(sa_type=UtcDateTime)


class ShopOrder(SQLModel, table=True):
    """A parcel's worth of goods."""

    __tablename__ = "shop_order"
    number: str = Field(primary_key=True, max_length=60)
    account_id: str = Field(foreign_key="billing_account.external_id", index=True)
    description: str = Field(max_length=200)
    amount_minor: int = Field(sa_type=BigId)
    currency: str = Field(max_length=3)
    status: str = Field(max_length=20)
    carrier: str | None = Field(default=None, max_length=40)
    tracking: str | None = Field(default=None, max_length=60)
    placed_at: datetime = Field(sa_type=UtcDateTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ImportRun(SQLModel, table=True):
    """One import from an API. `state`: reading, done, given_up. `origin` tells accounts apart."""

    __tablename__ = "import_run"
    __table_args__ = (sa.Index("ix_import_run_origin", "origin", "state"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    source: str = Field(max_length=300)
    origin: str = Field(max_length=32)
    state: str = Field(max_length=10)
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    added: int = 0
    changed: int = 0
    unchanged: int = 0


class ImportPage(SQLModel, table=True):
    """A page of a list that a run has read; all of a run's pages go when it ends."""

    __tablename__ = "import_page"
    __table_args__ = (sa.UniqueConstraint("run_id", "kind", "position"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    run_id: int = Field(foreign_key="import_run.id", sa_type=BigId)
    kind: str = Field(max_length=20)
    position: int
    last_id: str | None = Field(default=None, max_length=255)
    has_more: bool
    objects: list[dict[str, Any]] = Field(sa_type=Json, default_factory=list)
