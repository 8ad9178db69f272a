"""Writes the story into a database by playing it: the same actions that serve real customers run with a clock that
stands where the story stands. So every draft, check, divergence and audit entry in the demo was really made."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from supportbot.accounts.actions import NewPerson, add_person, create_token
from supportbot.accounts.types import Person
from supportbot.audit.actions import AuditLog
from supportbot.audit.types import SYSTEM
from supportbot.billing.actions import import_records, mark_all_checked
from supportbot.clock import FixedClock, system_clock
from supportbot.customers.tables import Customer, Site
from supportbot.db import Database
from supportbot.drafting.flow import Drafting
from supportbot.engine import MemoryEngine
from supportbot.governance.actions import ensure_first_policy
from supportbot.governance.model_probe import AskedModels, ask_models
from supportbot.governance.types import ActivePolicy
from supportbot.inbox.actions import DRAFT_JOB
from supportbot.jobs.job_kinds import register_jobs
from supportbot.knowledge.actions import import_articles
from supportbot.routing.policy import PolicyDocument, read_policy, shipped_document, shipped_policy
from supportbot.runtime import Runtime
from supportbot.seed.billing import billing_records, changed_records
from supportbot.seed.playback import Cast, play
from supportbot.seed.records_as_of import as_of
from supportbot.seed.story import tell_story
from supportbot.seed.types import RefundPolicy, Shop, Story

SHIPPED_OWNER = "owner@example.test"


@dataclass(frozen=True, slots=True)
class SeededUser:
    """Somebody who can log in to the demo."""

    name: str
    email: str
    password: str
    role: str
    api_token: str

    def as_dict(self) -> dict[str, str]:
        """As `demo.json` holds it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Seeded:
    """What the demo prints."""

    site_key: str
    users: tuple[SeededUser, ...]


def is_seeded(database: Database) -> bool:
    """Whether there is a shop already."""
    with database.transaction(read_only=True) as db:
        return db.exec(select(Site.id)).first() is not None


def seed(
    parts: Drafting,
    *,
    secret_key: str,
    policy_document: PolicyDocument | None,
    password: Callable[[], str],
    progress: Callable[[str], None],
    story: Story | None = None,
) -> Seeded:
    """Fill an empty, migrated database with the demo's shop and its fortnight.

    Args:
        policy_document: the first approved policy; the shipped one when None.
        parts: the wired application; its engine takes what is still to be drafted, its gateway drafts the rest.
        password: gives each person's password.
        story: what to fill it with; by default the whole story as it stands now.
    """
    with parts.database.filling():
        return _fill(
            parts,
            story or tell_story(system_clock()),
            secret_key,
            policy_document,
            password=password,
            progress=progress,
        )


def _fill(
    parts: Drafting,
    story: Story,
    secret_key: str,
    policy_document: PolicyDocument | None,
    *,
    password: Callable[[], str],
    progress: Callable[[str], None],
) -> Seeded:
    database, engine = parts.database, parts.runtime.engine
    clock = FixedClock(_opening(story))
    audit = AuditLog(secret_key, clock)
    runtime = Runtime(MemoryEngine(clock=clock), audit, clock)
    shipped = ActivePolicy(0, shipped_document(), shipped_policy()) if policy_document else None
    drafting = Drafting(database, runtime, parts.gateway, shipped)
    register_jobs(drafting)
    asked = _ask(parts, policy_document, progress)
    with database.transaction() as db:
        site = _add_site(db, story, clock())
        users, people = _add_people(db, audit, story.shop, password)
        customers = _add_customers(db, story, site, clock())
        known = billing_records(as_of(story, clock()))
        import_records(db, known, at=clock(), audit=audit)
        sources = [(f"{article.slug}.md", article.source) for article in story.articles]
        sources.append((f"{story.policy.slug}.md", _dated(story.policy)))
        import_articles(db, sources, at=clock(), publish=True, audit=audit)
        _add_policy(db, policy_document, story.shop, clock(), asked)
    cast = Cast(drafting, clock, people, customers, site)

    def read_records(as_they_stand: Story, at: datetime) -> None:
        nonlocal known
        before, known = known, billing_records(as_they_stand)
        with database.transaction() as db:
            import_records(db, changed_records(known, before), at=at, audit=audit)
            mark_all_checked(db, at=at)

    waiting = play(
        cast, story.conversations, progress=progress, new_day=lambda: read_records(as_of(story, clock()), clock())
    )
    read_records(story, story.told_at)
    with database.transaction() as db:
        for message_id in waiting:
            engine.enqueue(db, DRAFT_JOB, key=f"draft:{message_id}", ids={"message_id": message_id})
    return Seeded(story.shop.site_key, users)


def keep_records_fresh(database: Database) -> None:
    """The demo's records have no source that could be read again: say that they are as they were."""
    with database.transaction() as db:
        mark_all_checked(db, at=system_clock())


def _dated(policy: RefundPolicy) -> str:
    """The policy's file with the day on which it was published in this telling."""
    return re.sub(r"(?m)^published:.*$", f"published: {policy.published_at.date()}", policy.source, count=1)


def _opening(story: Story) -> datetime:
    """A little before the first thing that happens."""
    first = min((one.created_at for one in story.conversations), default=story.told_at)
    return first - timedelta(days=1)


def _add_site(db: Session, story: Story, at: datetime) -> Site:
    shop = story.shop
    settings: dict[str, Any] = {
        "case_start": _first_case(story) - 1,
        "tagline": shop.tagline,
        "about": shop.about,
        "products": [asdict(product) for product in shop.products],
        "questions": list(shop.usual_questions),
        "hours_text": shop.hours_text,
        "business_hours": asdict(shop.business_hours),
        "usual_reply_minutes": shop.usual_reply_minutes,
        "shop_customers": [
            customer.user_id
            for key in shop.shop_customers
            for customer in story.records.customers
            if customer.key == key
        ],
    }
    site = Site(
        key=shop.site_key,
        name=shop.name,
        case_prefix=shop.case_prefix,
        time_zone=shop.time_zone,
        currency=shop.currency,
        sign_off=shop.sign_off,
        settings=settings,
        created_at=at,
    )
    db.add(site)
    db.flush()
    return site


def _first_case(story: Story) -> int:
    numbers = [int(one.case_number.rpartition("-")[2]) for one in story.conversations]
    return min(numbers, default=1001)


def _add_people(
    db: Session, audit: AuditLog, shop: Shop, password: Callable[[], str]
) -> tuple[tuple[SeededUser, ...], dict[str, Person]]:
    users, people = [], {}
    for agent in sorted(shop.agents, key=lambda one: ("agent", "lead", "owner").index(one.role)):
        secret = password()
        new = NewPerson(agent.email, agent.name, agent.role, secret, agent.refund_limit_minor)
        people[agent.key] = add_person(db, audit, new, by=SYSTEM)
        token = create_token(db, audit, agent.email, "demo", by=SYSTEM)
        users.append(SeededUser(agent.name, agent.email, secret, agent.role, token))
    return tuple(users), people


def _add_customers(db: Session, story: Story, site: Site, at: datetime) -> dict[str, int]:
    rows = {}
    for customer in story.records.customers:
        row = Customer(
            site_id=site.id or 0,
            external_id=customer.user_id,
            name=customer.name,
            email=customer.email,
            locale=customer.locale,
            created_at=datetime.combine(customer.since, at.timetz()),
        )
        db.add(row)
        rows[customer.key] = row
    for name in dict.fromkeys(one.visitor for one in story.conversations if one.visitor):
        row = Customer(site_id=site.id or 0, name=f"Visitor {name}", locale="en", created_at=at)
        db.add(row)
        rows[name] = row
    db.flush()
    return {key: row.id or 0 for key, row in rows.items()}


def _ask(parts: Drafting, document: PolicyDocument | None, progress: Callable[[str], None]) -> AskedModels | None:
    """Ask the models of a policy that was handed in. Trying out refuses nothing: what is wrong is told."""
    if document is None:
        return None
    asked = replace(ask_models(document.policy, parts.gateway), lenient=True)
    for sentence in asked.warned:
        progress(f"Not well: {sentence}")
    return asked


def _add_policy(
    db: Session, document: PolicyDocument | None, shop: Shop, at: datetime, asked: AskedModels | None
) -> None:
    owner = next(agent.email for agent in shop.agents if agent.role == "owner")
    author = next(agent.email for agent in shop.agents if agent.role == "lead")
    document = document or read_policy(shipped_document().replace(SHIPPED_OWNER, owner))
    approver = document.policy.owner
    author = author if author != approver else owner
    ensure_first_policy(db, document=document, author=author, approver=approver, at=at, asked=asked)
