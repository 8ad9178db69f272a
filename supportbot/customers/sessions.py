"""A widget's right to speak as one customer: given against a proof, or to a visitor, and checked on every call.

A visitor and a known customer never mix: a visitor token only ever leads back to a visitor, and a signed identity
only ever to the customer whom the shop named.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from supportbot.accounts.tokens import hash_token, new_token
from supportbot.accounts.types import ShopUser
from supportbot.customers.tables import Customer, Site, WidgetSession
from supportbot.errors import NotFound, NotSignedIn

SESSION_LIFE = timedelta(hours=12)
VISITOR_LIFE = timedelta(days=180)
VISITOR_NAME = "Visitor"


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """What a widget gets once. `visitor_token` is None for a customer whom the shop signed."""

    session_token: str
    visitor_token: str | None
    customer_name: str
    is_verified: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class WidgetHolder:
    """Whom a valid session token speaks for."""

    session_id: int
    customer_id: int
    site_id: int
    is_verified: bool
    expires_at: datetime


def find_site(db: Session, key: str) -> Site:
    """The site with this public key.

    Raises:
        NotFound: there is none.
    """
    site = db.exec(select(Site).where(Site.key == key)).first() if _could_be_key(key) else None
    if site is None:
        raise NotFound(
            "There is no site with this key. Check data-site-key in the widget's script tag.", code="no_site"
        )
    return site


def open_customer_session(db: Session, site: Site, user: ShopUser, *, now: datetime) -> OpenedSession:
    """Let a widget speak as the customer the shop signed; the customer is made or brought up to date."""
    customer = _known_customer(db, site, user, now=now)
    return _open(db, customer, visitor_token=None, now=now)


def open_visitor_session(db: Session, site: Site, *, visitor_token: str | None, now: datetime) -> OpenedSession:
    """Let a widget speak as a visitor: the one whom `visitor_token` names, else a new one."""
    customer = _returning_visitor(db, site, visitor_token, now=now) if visitor_token else None
    if customer is None:
        name = f"{VISITOR_NAME} {secrets.token_hex(2)}"  # told apart by agents; says nothing else
        customer = Customer(site_id=site.id or 0, external_id=None, name=name, created_at=now)
        db.add(customer)
        db.flush()
        visitor_token = _grant(db, customer, kind="visitor", now=now, life=VISITOR_LIFE)
    return _open(db, customer, visitor_token=visitor_token, now=now)


def read_session(db: Session, token: str, *, now: datetime) -> WidgetHolder:
    """Whom a session token speaks for.

    Raises:
        NotSignedIn: the token is unknown or has ended.
    """
    row = db.exec(
        select(WidgetSession, Customer)
        .join(Customer, col(Customer.id) == col(WidgetSession.customer_id))
        .where(WidgetSession.token_hash == hash_token(token), WidgetSession.kind == "session")
    ).first()
    if row is None or row[0].expires_at <= now:
        raise NotSignedIn("This chat session has ended. Open a new one.", code="session_ended")
    session, customer = row
    return WidgetHolder(
        session_id=session.id or 0,
        customer_id=session.customer_id,
        site_id=customer.site_id,
        is_verified=customer.is_verified,
        expires_at=session.expires_at,
    )


def close_session(db: Session, holder: WidgetHolder) -> None:
    """End one session; its streams end with it."""
    db.exec(delete(WidgetSession).where(col(WidgetSession.id) == holder.session_id))


def _known_customer(db: Session, site: Site, user: ShopUser, *, now: datetime) -> Customer:
    customer = _find_customer(db, site, user.external_id)
    if customer is None:
        try:
            with db.begin_nested():
                return _add_customer(db, site, user, now=now)
        except IntegrityError:  # another request made the same customer a moment ago
            customer = _find_customer(db, site, user.external_id)
    if customer is None:
        raise NotFound("The customer was removed while signing in. Try again.")
    customer.name = user.name or customer.name
    customer.email = user.email or customer.email
    customer.locale = user.locale or customer.locale
    db.add(customer)
    return customer


def _find_customer(db: Session, site: Site, external_id: str) -> Customer | None:
    query = select(Customer).where(Customer.site_id == site.id, Customer.external_id == external_id)
    return db.exec(query).first()


def _add_customer(db: Session, site: Site, user: ShopUser, *, now: datetime) -> Customer:
    customer = Customer(
        site_id=site.id or 0,
        external_id=user.external_id,
        name=user.name or f"Customer {user.external_id}"[:200],
        email=user.email,
        locale=user.locale or "en",
        created_at=now,
    )
    db.add(customer)
    db.flush()
    return customer


def _returning_visitor(db: Session, site: Site, token: str, *, now: datetime) -> Customer | None:
    query = (
        select(WidgetSession, Customer)
        .join(Customer, col(Customer.id) == col(WidgetSession.customer_id))
        .where(WidgetSession.token_hash == hash_token(token), WidgetSession.kind == "visitor")
    )
    row = db.exec(query).first()
    if row is None:
        return None
    grant, customer = row
    if grant.expires_at <= now or customer.site_id != site.id or customer.is_verified:
        return None
    grant.expires_at = now + VISITOR_LIFE
    db.add(grant)
    return customer


def _open(db: Session, customer: Customer, *, visitor_token: str | None, now: datetime) -> OpenedSession:
    ended = delete(WidgetSession).where(
        col(WidgetSession.customer_id) == customer.id, col(WidgetSession.expires_at) <= now
    )
    db.exec(ended)
    return OpenedSession(
        session_token=_grant(db, customer, kind="session", now=now, life=SESSION_LIFE),
        visitor_token=visitor_token,
        customer_name=customer.name,
        is_verified=customer.is_verified,
        expires_at=now + SESSION_LIFE,
    )


def _grant(db: Session, customer: Customer, *, kind: str, now: datetime, life: timedelta) -> str:
    token, token_hash = new_token()
    db.add(
        WidgetSession(
            kind=kind, token_hash=token_hash, customer_id=customer.id or 0, created_at=now, expires_at=now + life
        )
    )
    return token


def _could_be_key(key: str) -> bool:
    return 0 < len(key) <= 40 and key.isascii() and key.isprintable()
