"""A desk ready to work: a shop with people, customers, records and articles, in a database with migrated tables."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import TypeVar

from flask import Flask
from sqlmodel import Session
from werkzeug.test import TestResponse

from supportbot.accounts.actions import create_token
from supportbot.accounts.passwords import hash_password
from supportbot.accounts.queries import as_person
from supportbot.accounts.tables import Agent
from supportbot.accounts.types import Person
from supportbot.app import create_app
from supportbot.audit.actions import AuditLog
from supportbot.audit.types import SYSTEM
from supportbot.billing.actions import import_records
from supportbot.billing.types import AccountRow, BillingRecords, ChargeRow, InvoiceRow, RefundRow, SubscriptionRow
from supportbot.clock import FixedClock
from supportbot.customers.tables import Customer, Site
from supportbot.db import Database
from supportbot.drafting.actions.edits import split_text, write_reply
from supportbot.drafting.flow import Drafting
from supportbot.drafting.queries import Drafts, drafts_of
from supportbot.drafting.tables import Draft
from supportbot.engine import MemoryEngine
from supportbot.gateway import Gateway
from supportbot.gateway.probe import Probe
from supportbot.gateway.providers.builtin import BuiltinProvider
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec, Provider
from supportbot.governance.actions import activate_policy, approve_policy, ensure_first_policy, propose_policy
from supportbot.governance.model_probe import Asked, AskedModels
from supportbot.inbox.actions import receive_message
from supportbot.inbox.tables import Conversation, Outgoing
from supportbot.inbox.types import InboundMessage
from supportbot.jobs.job_kinds import register_jobs
from supportbot.knowledge.actions import import_articles
from supportbot.language.money import Money
from supportbot.routing.policy import parse_policy, read_policy, shipped_document
from supportbot.runtime import Runtime
from supportbot.settings import Settings

NOW = datetime(2026, 3, 18, 9, 14, tzinfo=UTC)  # a Wednesday
SECRET_KEY = "k" * 43
PASSWORD = "a long password"
NO_DATA = Path("no-data-here")
PEOPLE: tuple[tuple[str, str, int | None], ...] = (
    ("noor", "agent", 0),
    ("ines", "lead", 10_000),
    ("bram", "owner", None),
)
ROUTINE = "Where is my invoice?"
DISPUTE = "I was billed twice in March and I cancelled before the renewal."
_numbers = count(1)
Result = TypeVar("Result")

INVOICES = """---
slug: find-your-invoices
title: Find your invoices
kind: help
locale: en
topic: billing
short_answer: "Your newest invoice {newest_invoice} of {newest_invoice_date} is ready to download in your account."
short_answer_plain: Your invoices are ready to download in your account.
actions: [open_invoices, talk_to_person]
questions: ["Where is my invoice?", "How do I find my invoices?", "I need a copy of my invoice"]
---
## Where they are

Open Account, then Invoices. The newest invoice stands at the top.
"""
TWICE = """---
slug: a-charge-appears-twice
title: A charge appears twice
kind: help
locale: en
topic: billing
short_answer: We are sorry about the double payment, and your refund for both charges has been approved.
actions: [open_invoices]
outcome: refund_approved
questions:
  - I was billed twice in March
  - I was billed twice and I cancelled before the renewal
  - I was charged twice this month
---
## What happens next

Both charges are on their way back and arrive in five to seven working days.
"""
POLICY = files("supportbot.seed").joinpath("content/policy/refunds.md").read_text(encoding="utf-8")


@dataclass
class ScriptedProvider:
    """A provider that answers what it is told to, in order; the last answer is repeated."""

    answers: list[ModelAnswer]
    requests: list[ModelRequest] = field(default_factory=list)

    def complete(self, spec: ModelSpec, request: ModelRequest) -> ModelAnswer:
        """The next answer."""
        self.requests.append(request)
        return self.answers[min(len(self.requests), len(self.answers)) - 1]

    def close(self) -> None:
        """There is nothing to close."""


@dataclass
class Shop:
    """Everything a test needs at hand."""

    database: Database
    clock: FixedClock
    runtime: Runtime
    drafting: Drafting
    agent: Person
    lead: Person
    owner: Person
    site_id: int
    jonas_id: int
    mira_id: int
    visitor_id: int

    def write(self, customer_id: int, text: str, *, message_id: str | None = None) -> int:
        """A customer's message; gives its id."""
        inbound = InboundMessage(
            channel="widget",
            customer_id=customer_id,
            external_id=message_id or f"m-{next(_numbers)}",
            text=text,
            received_at=self.clock(),
        )
        with self.database.transaction() as db:
            return receive_message(db, self.runtime, inbound).message_id

    def work(self) -> None:
        """Run every job that is due."""
        engine = self.runtime.engine
        assert isinstance(engine, MemoryEngine)
        engine.run_due(self.clock())

    def drafted(self, customer_id: int, text: str) -> Draft:
        """A message with its drafts made; gives the main one."""
        message_id = self.write(customer_id, text)
        self.work()
        main = self.drafts(message_id).main
        assert main is not None
        return main

    def drafts(self, message_id: int) -> Drafts:
        """The drafts of a message."""
        with self.database.transaction(read_only=True) as db:
            return drafts_of(db, message_id)

    def draft(self, draft_id: int | None) -> Draft:
        """A draft as stored now."""
        with self.database.transaction(read_only=True) as db:
            return db.get_one(Draft, draft_id)

    def conversation(self, conversation_id: int) -> Conversation:
        """A conversation as stored now."""
        with self.database.transaction(read_only=True) as db:
            return db.get_one(Conversation, conversation_id)

    def write_by_hand(
        self, conversation_id: int, text: str, *, by: Person | None = None, resolve: bool = False
    ) -> Outgoing:
        """A hand-written reply let go; it leaves in ten seconds."""
        words = split_text(text)
        return self.act(
            lambda db: write_reply(db, self.runtime, conversation_id, words, by=by or self.agent, resolve=resolve)
        )

    def send_by_hand(self, conversation_id: int, text: str) -> None:
        """A hand-written reply that has left."""
        self.write_by_hand(conversation_id, text)
        self.pass_time(11)

    def act(self, action: Callable[[Session], Result]) -> Result:
        """Run one action in a transaction."""
        with self.database.transaction() as db:
            return action(db)

    def pass_time(self, seconds: float) -> None:
        """Let time pass and run what became due."""
        self.clock.move(timedelta(seconds=seconds))
        self.work()


def make_shop(
    database: Database, *, provider: Provider | None = None, now: datetime = NOW, policy: str | None = None
) -> Shop:
    """A working desk over an empty, migrated database; the built-in provider drafts unless another is given.

    `policy` is the text of the policy in force; the shipped one unless given.
    """
    clock = FixedClock(now)
    audit = AuditLog(SECRET_KEY, clock)
    runtime = Runtime(MemoryEngine(clock=clock), audit, clock)
    gateway = Gateway({"builtin": provider or BuiltinProvider()}, clock=clock, sleep=lambda _: None)
    drafting = Drafting(database, runtime, gateway)
    register_jobs(drafting)
    with database.transaction() as db:
        site = Site(
            key="harbour-lane",
            name="Harbour Lane",
            case_prefix="HL",
            time_zone="Europe/Amsterdam",
            currency="EUR",
            sign_off="Harbour Lane support",
            created_at=clock(),
        )
        db.add(site)
        db.flush()
        people = [make_person(db, name, role, limit, clock()) for name, role, limit in PEOPLE]
        customers = [
            Customer(site_id=site.id or 0, external_id=external_id, name=name, locale="en", created_at=clock())
            for external_id, name in (("jonas", "Jonas Lindqvist"), ("mira", "Mira Haddad"), (None, "Visitor 7f3a"))
        ]
        db.add_all(customers)
        import_records(db, make_records(), at=clock(), audit=audit)
        articles = [("invoices.md", INVOICES), ("twice.md", TWICE), ("refunds.md", _dated(POLICY))]
        import_articles(db, articles, at=clock(), publish=True, audit=audit)
        document = policy or shipped_document()
        ensure_first_policy(
            db,
            document=read_policy(document),
            author="lead@example.test",
            approver="owner@example.test",
            at=clock(),
            asked=all_answered(document),
        )
        db.flush()
        ids = [row.id or 0 for row in customers]
    agent, lead, owner = people
    return Shop(database, clock, runtime, drafting, agent, lead, owner, site.id or 0, *ids)


def all_answered(document: str) -> AskedModels:
    """That every model of a policy was asked and is fit."""
    specs = parse_policy(document).model_specs().values()
    return AskedModels(tuple(Asked(spec, (), Probe(spec.key, 5, (), None)) for spec in specs))


def make_person(db: Session, name: str, role: str, limit: int | None, at: datetime) -> Person:
    """Somebody who works here, with the password PASSWORD."""
    agent = Agent(
        email=f"{name}@shop.example",
        name=name.title(),
        role=role,
        password_hash=password_hash(),
        session_key=f"session-{name}",
        release_limit_minor=limit,
        created_at=at,
    )
    db.add(agent)
    db.flush()
    return as_person(agent)


@cache
def password_hash() -> str:
    """The hash of PASSWORD, made once: hashing is slow on purpose."""
    return hash_password(PASSWORD)


def make_records() -> BillingRecords:
    """Jonas: cancelled, then charged twice, one charge returned. Mira: a box that is paid each month."""
    fee = Money(4_900, "EUR")

    def at(month: int, day: int) -> datetime:
        return datetime(2026, month, day, 9, tzinfo=UTC)

    return BillingRecords(
        accounts=(AccountRow("jonas", "Jonas Lindqvist"), AccountRow("mira", "Mira Haddad")),
        subscriptions=(
            SubscriptionRow(
                "sub_0457",
                "jonas",
                "Roaster’s box",
                fee,
                "month",
                datetime(2025, 3, 1, tzinfo=UTC),
                renews_at=at(3, 1),
                cancelled_at=at(2, 28),
                ends_at=at(2, 28),
            ),
            SubscriptionRow(
                "sub_0101", "mira", "Roaster’s box", fee, "month", datetime(2024, 5, 1, tzinfo=UTC), renews_at=at(4, 1)
            ),
        ),
        invoices=(
            InvoiceRow(
                "INV-2026-0313",
                "jonas",
                "Roaster’s box",
                fee,
                "paid",
                at(3, 14),
                "sub_0457",
                date(2026, 3, 1),
                date(2026, 3, 31),
            ),
            InvoiceRow(
                "INV-2026-0311",
                "mira",
                "Roaster’s box",
                fee,
                "paid",
                at(3, 1),
                "sub_0101",
                date(2026, 3, 1),
                date(2026, 3, 31),
            ),
        ),
        charges=(
            ChargeRow("ch_8841", "jonas", fee, "succeeded", at(3, 14), "INV-2026-0313", "4417"),
            ChargeRow("ch_8846", "jonas", fee, "succeeded", at(3, 15), "INV-2026-0313", "4417"),
            ChargeRow("ch_9001", "mira", fee, "succeeded", at(3, 1), "INV-2026-0311", "2207"),
        ),
        refunds=(RefundRow("re_2210", "ch_8846", fee, "succeeded", at(3, 16)),),
    )


def _dated(policy: str) -> str:
    return "\n".join("published: 2026-02-02" if line.startswith("published:") else line for line in policy.splitlines())


class Browser:
    """Somebody in front of the pages: a client with a session, and the token that its forms carry."""

    def __init__(self, app: Flask, person: Person | None, session_key: str) -> None:
        self.client = app.test_client()
        self._csrf = ""
        if person is not None:
            with self.client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = f"{person.id}:{session_key}", True

    @property
    def csrf_token(self) -> str:
        """The token of this session's forms."""
        if not self._csrf:
            page = self.client.get("/login", follow_redirects=True).text
            self._csrf = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        return self._csrf

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open an address."""
        return self.client.get(path, headers=headers)

    def post(self, path: str, *, htmx: bool = False, **fields: str) -> TestResponse:
        """Submit a form."""
        headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/inbox"} if htmx else {}
        return self.client.post(path, data={"csrf_token": self.csrf_token, **fields}, headers=headers)


class Api:
    """A program with a bearer token, or without one."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str) -> TestResponse:
        """GET below /api/v1."""
        return self.client.get(f"/api/v1{path}", headers=self.headers)

    def post(self, path: str, body: object) -> TestResponse:
        """POST JSON below /api/v1."""
        return self.client.post(f"/api/v1{path}", json=body, headers=self.headers)

    def delete(self, path: str) -> TestResponse:
        """DELETE below /api/v1."""
        return self.client.delete(f"/api/v1{path}", headers=self.headers)


@dataclass
class Office:
    """A shop with the whole web application in front of it; both work on the same database, engine and clock."""

    shop: Shop
    app: Flask

    def browser(self, person: Person | None = None) -> Browser:
        """A browser, signed in as `person`."""
        key = ""
        if person is not None:
            with self.shop.database.transaction(read_only=True) as db:
                key = db.get_one(Agent, person.id).session_key
        return Browser(self.app, person, key)

    def api(self, person: Person | None = None) -> Api:
        """The HTTP API, with a token of `person`."""
        if person is None:
            return Api(self.app, None)
        audit = self.shop.runtime.audit
        return Api(self.app, self.shop.act(lambda db: create_token(db, audit, person.email, "tests", by=SYSTEM)))

    def close(self) -> None:
        """Let the application's connections go."""
        wired = self.app.extensions["supportbot"]
        wired.tail.stop()
        wired.database.dispose()


def make_office(
    database: Database,
    *,
    provider: Provider | None = None,
    public_url: str = "http://localhost",
    data_dir: Path = NO_DATA,
) -> Office:
    """A shop and its web application; its jobs run when the shop works, with the same provider."""
    shop = make_shop(database, provider=provider)
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(url, data_dir, SECRET_KEY, public_url, "127.0.0.1:8000")
    app = create_app(settings, gateway=shop.drafting.gateway, clock=shop.clock, engine=MemoryEngine(clock=shop.clock))
    shop.runtime = app.extensions["supportbot"].runtime
    shop.drafting = Drafting(database, shop.runtime, shop.drafting.gateway)
    return Office(shop, app)


def own_policy(shop: Shop, owner: Person) -> None:
    """Put the shipped policy in force with somebody of this shop as its owner."""
    document = shipped_document().replace("owner@example.test", owner.email)

    def change(db: Session) -> None:
        at, was = shop.clock(), "owner@example.test"
        number = propose_policy(
            db, document=read_policy(document), problem="A new owner.", author="lead@example.test", at=at
        )
        approve_policy(db, number=number, approver=was, at=at)
        activate_policy(db, number=number, by=was, at=at)

    shop.act(change)
