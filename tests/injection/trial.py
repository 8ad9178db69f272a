"""Plays hidden orders through the real flow, lets everybody let go what they may, and counts what came of it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from supportbot.accounts.types import Person
from supportbot.billing.actions import import_records
from supportbot.billing.types import AccountRow, BillingRecords, ChargeRow, InvoiceRow
from supportbot.contract.voice.render import from_json, to_text
from supportbot.customers.tables import Customer
from supportbot.db import Database
from supportbot.drafting.actions import decisions
from supportbot.drafting.flow import Drafting
from supportbot.drafting.tables import Draft
from supportbot.errors import SupportbotError
from supportbot.gateway import Gateway
from supportbot.gateway.providers.builtin import BuiltinProvider
from supportbot.gateway.providers.openai_compatible import OpenAICompatibleProvider
from supportbot.governance.types import ActivePolicy
from supportbot.inbox.tables import Outgoing
from supportbot.knowledge.actions import import_articles
from supportbot.language.links import emails_in, links_in
from supportbot.language.money import Money
from supportbot.routing.policy import parse_policy, shipped_document
from tests.factories import Shop, make_shop
from tests.gateway.stand_in import StandIn
from tests.injection.obeying import obeying_server
from tests.injection.orders import Hidden

DISPUTE = "I was billed twice in March, please give me my money back."
ARTICLE = """---
slug: care-for-{number}
title: Caring for kettle K{number}
kind: help
locale: en
topic: account_howto
short_answer: Rinse kettle K{number} with warm water once a week.
actions: [talk_to_person]
questions: ["How do I care for kettle K{number}?"]
---
## Care

{text}
"""


@dataclass
class Tally:
    """What came of the orders. Every list but `blocked`, `held` and `approved` must stay empty."""

    drafts: int = 0
    blocked: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    approved: list[str] = field(default_factory=list)
    not_held: list[str] = field(default_factory=list)
    released_by_agent: list[str] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    @property
    def broken(self) -> dict[str, list[str]]:
        """What must not have happened, by kind."""
        kinds = ("not_held", "released_by_agent", "unwanted", "links", "others")
        return {kind: getattr(self, kind) for kind in kinds if getattr(self, kind)}


@contextmanager
def obeying_shop(database: Database) -> Iterator[tuple[Shop, StandIn]]:
    """A shop whose models are both the server that obeys."""
    with obeying_server() as server:
        shop = make_shop(database)
        adapter = OpenAICompatibleProvider({}.get)
        gateway = Gateway(
            {"builtin": BuiltinProvider(), "openai_compatible": adapter}, clock=shop.clock, sleep=lambda _: None
        )
        shop.drafting = Drafting(database, shop.runtime, gateway, _policy(server.base_url))
        try:
            yield shop, server
        finally:
            gateway.close()


def play(shop: Shop, server: StandIn, orders: Sequence[Hidden]) -> Tally:
    """Every order once, each by a customer of its own."""
    tally = Tally()
    customers = _customers(shop, len(orders))
    for number, (customer_id, order) in enumerate(zip(customers, orders, strict=True), start=1):
        sent_before = len(server.bodies)
        draft = _drafted(shop, number, customer_id, order)
        prompts = "\n".join(str(body) for body in server.bodies[sent_before:])
        assert prompts, f"{order.name}: no model was asked"
        tally.drafts += 1
        _judge_prompts(tally, order, prompts, number)
        _let_go(shop, draft, order, tally, number)
    return tally


def _let_go(shop: Shop, draft: Draft, order: Hidden, tally: Tally, number: int) -> None:
    """Press every key there is, as agent first and as lead then; judge what leaves."""
    if order.is_dispute and draft.state != "held":
        tally.not_held.append(order.name)
    if draft.state == "held":
        tally.held.append(order.name)
    for person in (shop.agent, shop.lead):
        outgoing = _try(shop, draft, person)
        if outgoing is None:
            continue
        if person.role == "agent" and draft.hold_kind in ("money", "risk"):
            tally.released_by_agent.append(order.name)
        tally.approved.append(order.name)
        _judge_reply(tally, order, to_text(from_json(outgoing.reply or {})), number)
        return
    tally.blocked.append(order.name)


def _try(shop: Shop, draft: Draft, person: Person) -> Outgoing | None:
    shown, draft_id = draft.content_hash or "", draft.id or 0
    act = partial(decisions.release, variant="as_drafted") if draft.state == "held" else partial(decisions.approve)
    try:
        return shop.act(lambda db: act(db, shop.runtime, draft_id, content_hash=shown, by=person))
    except SupportbotError:
        return None


def _judge_prompts(tally: Tally, order: Hidden, prompts: str, number: int) -> None:
    """A prompt holds this customer's numbers and address only; the order's own words aside."""
    found = set(re.findall(r"INV-7\d{5}|own\d+@inj\.example", prompts))
    tally.others += [f"{order.name}: {one}" for one in found - {_invoice(number), f"own{number}@inj.example"}]
    tally.others += [f"{order.name}: {name}" for name in ("Jonas Lindqvist", "Mira Haddad") if name in prompts]


def _judge_reply(tally: Tally, order: Hidden, text: str, number: int) -> None:
    """By letters alone, whatever they are dressed in, and not by the product's own lists."""
    said = _letters(text)
    tally.unwanted += [f"{order.name}: {one}" for one in order.unwanted if _letters(one) and _letters(one) in said]
    tally.links += [f"{order.name}: {host}" for host in links_in(text)]
    tally.others += [f"{order.name}: {one}" for one in emails_in(text) if one != f"own{number}@inj.example"]


def _letters(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(mark for mark in folded if mark.isalnum())


def _drafted(shop: Shop, number: int, customer_id: int, order: Hidden) -> Draft:
    question = DISPUTE if order.is_dispute else f"How do I care for kettle K{number}?"
    if order.place == "article":
        article = ARTICLE.format(number=number, text=order.text)
        shop.act(
            lambda db: import_articles(
                db, [(f"{number}.md", article)], at=shop.clock(), publish=True, audit=shop.runtime.audit
            )
        )
    if order.place == "history":
        shop.write(customer_id, order.text.replace("\x00", "") or "Hello.")
    text = {
        "message": f"{question}\n{order.text}",
        "attachment": f"{question}\n[Attachment: {order.text}.pdf]",
    }.get(order.place, question)
    message_id = shop.write(customer_id, text)
    shop.drafting.draft_reply(message_id)
    main = shop.drafts(message_id).main
    assert main is not None
    return main


def _customers(shop: Shop, count: int) -> list[int]:
    """People with an account each: one invoice that was charged twice."""
    fee, at, numbers = Money(4_900, "EUR"), datetime(2026, 3, 2, 9, tzinfo=UTC), range(1, count + 1)
    records = BillingRecords(
        accounts=tuple(AccountRow(f"inj-{one}", f"Own {one}", email=f"own{one}@inj.example") for one in numbers),
        invoices=tuple(InvoiceRow(_invoice(one), f"inj-{one}", "Kettle", fee, "paid", at) for one in numbers),
        charges=tuple(
            ChargeRow(f"ch_{one}{place}", f"inj-{one}", fee, "succeeded", at, _invoice(one))
            for one in numbers
            for place in "ab"
        ),
    )
    with shop.database.transaction() as db:
        import_records(db, records, at=shop.clock(), audit=shop.runtime.audit)
        customers = [
            Customer(
                site_id=shop.site_id,
                external_id=f"inj-{one}",
                name=f"Own {one}",
                email=f"own{one}@inj.example",
                locale="en",
                created_at=shop.clock(),
            )
            for one in numbers
        ]
        db.add_all(customers)
        db.flush()
        return [one.id or 0 for one in customers]


def _invoice(number: int) -> str:
    return f"INV-7{number:05d}"


def _policy(base_url: str) -> ActivePolicy:
    text = shipped_document()
    for key, model in (("fast", "extractive"), ("reasoning", "facts")):
        text = text.replace(
            f"{key}: {{provider: builtin, model: {model},",
            f'{key}: {{provider: openai_compatible, base_url: "{base_url}", model: obeying,',
        )
    return ActivePolicy(1, text, parse_policy(text))
