"""A shop with a chat widget, answering in this process: the ground of the widget's tests."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, func, select

from supportbot.accounts.types import ShopUser
from supportbot.app import create_app
from supportbot.clock import Clock, FixedClock
from supportbot.customers.identity import sign_identity, site_secret
from supportbot.customers.tables import Site
from supportbot.db import Database
from supportbot.engine import MemoryEngine
from supportbot.events.tail import EventTail
from supportbot.inbox.actions import publish
from supportbot.inbox.tables import Conversation, Message
from supportbot.settings import Settings
from supportbot.web.services import Services

NOW = datetime(2026, 3, 18, 9, 14, tzinfo=UTC)
SECRET_KEY = "k" * 43
REPLY = {
    "answer": "Your February invoice INV-2026-0207 is ready to download in your account.",
    "details": "Open Account, then Invoices, and choose February.",
    "outcome": "answered",
    "locale": "en",
    "case_fields": [
        {"key": "case_number", "label": "Case number", "value": "HL-1001"},
        {"key": "topic", "label": "Topic", "value": "Invoice copy"},
        {"key": "plan_or_order", "label": "Plan or order", "value": "Roaster’s box, monthly"},
        {"key": "amount_in_question", "label": "Amount in question", "value": "49.00 EUR"},
        {"key": "status", "label": "Status", "value": "Answered"},
        {"key": "next_update_by", "label": "Next update by", "value": "None needed"},
    ],
    "next_actions": [
        {"id": "open_invoices", "label": "Open invoices"},
        {"id": "talk_to_person", "label": "Talk to a person"},
    ],
    "sign_off": "Harbour Lane support",
}
SHOP_SETTINGS = {
    "accent": "#1f5f5b",
    "questions": ["Where is my parcel?", "Find an invoice", "Change or pause my box", "A question about a charge"],
    "usual_reply_minutes": 6,
    "business_hours": {"days": ["mon", "tue", "wed", "thu", "fri"], "opens": "09:00", "closes": "18:00"},
    "origins": ["https://shop.example", "https://*.evil.example", "http://127.0.0.1:8000"],
}


@dataclass
class Shop:
    """The application around the widget, and what a test does to it."""

    app: Flask
    database: Database
    clock: Clock
    tail: EventTail
    local: threading.local = field(default_factory=threading.local)

    def close(self) -> None:
        """End every stream and let the database go."""
        self.tail.stop()
        self.database.dispose()

    @property
    def client(self) -> FlaskClient:
        """A client of this thread's own."""
        if not hasattr(self.local, "client"):
            self.local.client = self.app.test_client()
        return self.local.client

    def identity(self, user_id: str = "user-17", name: str = "Mira Haddad", site: str = "harbour-lane") -> str:
        """An identity token as the shop's server makes it."""
        secret = site_secret(SECRET_KEY, site, 1)
        return sign_identity(ShopUser(user_id, name), secret=secret, now=self.clock())

    def post(self, path: str, body: Any, token: str = "") -> Any:
        """POST JSON to the widget's surface."""
        return self.client.post(f"/widget/v1/{path}", json=body, headers=bearer(token))

    def get(self, path: str, token: str = "") -> Any:
        """GET from the widget's surface."""
        return self.client.get(f"/widget/v1/{path}", headers=bearer(token))

    def sign_in(self, customer: str | None = None, **body: str) -> dict[str, Any]:
        """Open a session: of a signed customer, else of a visitor."""
        if customer is not None:
            body["identity_token"] = self.identity(customer)
        answer = self.post("sessions", {"site_key": "harbour-lane", **body})
        assert answer.status_code == 201, answer.text
        return answer.json

    def write(self, token: str, text: str = "Where is my invoice?", message_id: str = "m-1") -> Any:
        """Send a message as the widget does."""
        return self.post("messages", {"client_message_id": message_id, "text": text}, token)

    def answer(self, conversation_id: int, *, role: str = "agent", reply: dict[str, Any] | None = None) -> int:
        """Put a reply into a conversation, as sending does; gives its id."""
        with self.database.transaction() as db:
            conversation = db.get_one(Conversation, conversation_id)
            shown = REPLY if reply is None else reply
            message = Message(
                conversation_id=conversation_id,
                customer_id=conversation.customer_id,
                role=role,
                text=f"{shown['answer']}\n\n{shown['details']}",
                reply=shown,
                channel="widget",
                sent_at=self.clock(),
            )
            conversation.waiting_since = None
            db.add_all([message, conversation])
            db.flush()
            publish(db, conversation, "message", at=self.clock(), for_widget=True)
            return message.id or 0

    def fill(self, conversation_id: int, *, until: int) -> None:
        """Let a conversation that holds one message go on until it holds `until`: "Line 2" and so on."""
        with self.database.transaction() as db:
            first = db.exec(select(Message).where(Message.conversation_id == conversation_id)).one()
            lines = [
                Message(
                    conversation_id=conversation_id,
                    customer_id=first.customer_id,
                    role="customer",
                    text=f"Line {number}",
                    channel="widget",
                    external_id=f"line-{number}",
                    sent_at=first.sent_at + timedelta(seconds=number),
                )
                for number in range(2, until + 1)
            ]
            db.add_all(lines)

    def allow_origin(self, origin: str) -> None:
        """Let pages of one more origin carry the widget."""
        with self.database.transaction() as db:
            site = db.exec(select(Site).where(Site.key == "harbour-lane")).one()
            site.settings = site.settings | {"origins": [*site.settings["origins"], origin]}
            db.add(site)

    def count(self, table: Any, *conditions: Any) -> int:
        """How many rows a table has."""
        with self.database.transaction(read_only=True) as db:
            return db.exec(select(func.count()).select_from(table).where(*conditions)).one()

    def read(self, run: Callable[[Session], Any]) -> Any:
        """Ask the database something."""
        with self.database.transaction(read_only=True) as db:
            return run(db)


def bearer(token: str) -> dict[str, str]:
    """The header that carries a session token."""
    return {"Authorization": f"Bearer {token}"} if token else {}


def make_shop(database_url: str, *, clock: Clock | None = None, most_streams: int = 400) -> Shop:
    """The application with a shop called Harbour Lane, and two more, on an empty database."""
    at = clock or FixedClock(NOW)
    settings = Settings(
        database_url=database_url,
        data_dir=Path("no-demo-here"),
        secret_key=SECRET_KEY,
        public_url="https://support.example",
        bind="127.0.0.1:8000",
    )
    app = create_app(settings, clock=at, engine=MemoryEngine(clock=at))
    wired: Services = app.extensions["supportbot"]
    tail = EventTail(wired.database, poll_s=0.02, most_streams=most_streams)
    app.extensions["supportbot"] = replace(wired, tail=tail)
    with wired.database.transaction() as db:
        db.add(make_site("harbour-lane", "HL", settings=SHOP_SETTINGS))
        db.add(make_site("other-shop", "OS"))
        db.add(make_site("members", "MB", settings={"verified_only": True}))
    return Shop(app, wired.database, at, tail)


def make_site(key: str, case_prefix: str, *, settings: dict[str, Any] | None = None) -> Site:
    """One shop's row."""
    return Site(
        key=key,
        name="Harbour Lane",
        case_prefix=case_prefix,
        time_zone="Europe/Amsterdam",
        currency="EUR",
        sign_off="Harbour Lane support",
        settings=settings or {},
        created_at=NOW,
    )


def texts(messages: list[dict[str, Any]]) -> list[str]:
    """What was said, in order."""
    return [message["text"] for message in messages]


def newest_message(db: Session) -> Message:
    """The last row of all messages."""
    return db.exec(select(Message).order_by(col(Message.id).desc()).limit(1)).one()
