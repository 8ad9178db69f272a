"""A small shop to storm: one site, one agent, the shipped policy and the demo's help articles."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from supportbot.accounts.actions import NewPerson, add_person, create_token
from supportbot.app import migrate_all
from supportbot.audit.actions import AuditLog
from supportbot.audit.types import SYSTEM
from supportbot.clock import system_clock
from supportbot.customers.tables import Site
from supportbot.db import Database
from supportbot.governance.actions import ensure_first_policy
from supportbot.knowledge.actions import import_articles
from supportbot.routing.policy import read_policy, shipped_document
from supportbot.seed.story import tell_story
from supportbot.settings import load_settings

SITE_KEY = "storm-shop"
EMAIL = "agent@storm.example"
OWNER = "owner@example.test"


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the shop stands: the environment of its processes, its address, and an agent's token."""

    env: dict[str, str]
    url: str
    agent_token: str


def prepare(database_url: str, folder: Path, port: int) -> Ground:
    """Migrate an empty database and open the shop in it."""
    env = {
        "SUPPORTBOT_DATABASE_URL": database_url,
        "SUPPORTBOT_DATA_DIR": str(folder),
        "SUPPORTBOT_SECRET_KEY": secrets.token_urlsafe(32),
        "SUPPORTBOT_BIND": f"127.0.0.1:{port}",
        "SUPPORTBOT_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    settings = load_settings(env)
    migrate_all(settings)
    now = system_clock()
    story = tell_story(now)
    audit = AuditLog(settings.secret_key, system_clock)
    database = Database(database_url)
    with database.transaction() as db:
        db.add(
            Site(
                key=SITE_KEY,
                name="Storm shop",
                case_prefix="ST",
                time_zone="Europe/Amsterdam",
                currency="EUR",
                sign_off="Storm shop support",
                settings={"case_start": 1000},
                created_at=now,
            )
        )
        add_person(db, audit, NewPerson(EMAIL, "Agent", "agent", secrets.token_urlsafe(12), None), by=SYSTEM)
        token = create_token(db, audit, EMAIL, "storm", by=SYSTEM)
        sources = [(f"{article.slug}.md", article.source) for article in story.articles]
        sources.append((f"{story.policy.slug}.md", story.policy.source))
        published = {story.policy.slug: story.policy.published_at}
        import_articles(db, sources, at=now, publish=True, audit=audit, published_at=published)
        document = shipped_document()
        ensure_first_policy(db, document=read_policy(document), author="lead@example.test", approver=OWNER, at=now)
    database.dispose()
    return Ground(env, settings.public_url, token)
