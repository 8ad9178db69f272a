"""Tables of shops, their customers and the widget's sessions."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from supportbot.db import BigId, Json, UtcDateTime


class Site(SQLModel, table=True):
    """One shop whose pages carry the widget. The identity secret is derived, not stored (`customers/identity.py`)."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str = Field(unique=True, max_length=40)
    name: str = Field(max_length=100)
    case_prefix: str = Field(max_length=6)
    time_zone: str = Field(max_length=40)
    currency: str = Field(max_length=3)
    sign_off: str = Field(max_length=100)
    secret_version: int = 1
    settings: dict[str, Any] = Field(sa_type=Json, default_factory=dict)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Customer(SQLModel, table=True):
    """Someone who writes. `external_id` is the shop's own user id, proven by a signature; None for a visitor."""

    __table_args__ = (sa.UniqueConstraint("site_id", "external_id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    site_id: int = Field(foreign_key="site.id", sa_type=BigId)
    external_id: str | None = Field(default=None, max_length=200)
    name: str = Field(max_length=200, index=True)
    email: str | None = Field(default=None, max_length=254)
    locale: str = Field(default="en", max_length=20)
    created_at: datetime = Field(sa_type=UtcDateTime)

    @property
    def is_verified(self) -> bool:
        """Whether the shop vouched for who this is."""
        return self.external_id is not None


class WidgetSession(SQLModel, table=True):
    """A widget's right to speak as one customer; only the token's sha256 is stored. `kind` is "session" (short) or
    "visitor" (long, lets an unsigned visitor come back to the same history)."""

    __tablename__ = "widget_session"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    kind: str = Field(max_length=10)
    token_hash: str = Field(unique=True, max_length=64)
    customer_id: int = Field(foreign_key="customer.id", sa_type=BigId, index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
