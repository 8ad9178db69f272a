"""Playing the story into a database: what the desk shows is what the real parts made of it."""

from dataclasses import replace

import pytest
from sqlmodel import Session, col, select

from supportbot.audit.actions import AuditLog
from supportbot.clock import FixedClock
from supportbot.customers.tables import Customer
from supportbot.db import Database
from supportbot.drafting.flow import Drafting
from supportbot.drafting.tables import DivergenceRow, Draft
from supportbot.engine import MemoryEngine
from supportbot.gateway import Gateway
from supportbot.gateway.providers import PROVIDERS
from supportbot.gateway.tables import AttemptRow
from supportbot.governance.queries import active_policy
from supportbot.inbox.tables import Conversation, Message
from supportbot.jobs.job_kinds import register_jobs
from supportbot.routing.policy import read_policy, shipped_document
from supportbot.runtime import Runtime
from supportbot.seed.load import Seeded, is_seeded, seed
from supportbot.settings import provider_key
from tests.seed.tellings import NOW, told

SECRET = "a-secret-for-tests-only-0123456789abcdef"
# A refund approved last week, one due and over the lead's limit, a routine question, a failed draft, one to be written.
PLAYED = ("bea", "pieter", "greta", "tom", "sam")


@pytest.fixture
def played(database: Database) -> tuple[Database, Seeded, MemoryEngine]:
    clock = FixedClock(NOW)
    engine = MemoryEngine(clock=clock)
    desk = Runtime(engine, AuditLog(SECRET, clock), clock)
    gateway = Gateway({name: make(provider_key) for name, make in PROVIDERS.items()}, clock=clock)
    drafting = Drafting(database, desk, gateway)
    register_jobs(drafting)
    story = told(NOW)
    chosen = tuple(one for one in story.conversations if one.customer in PLAYED)
    seeded = seed(
        drafting,
        secret_key=SECRET,
        policy_document=None,
        password=lambda: "correct horse battery staple",
        progress=lambda words: None,
        story=replace(story, conversations=chosen),
    )
    return database, seeded, engine


def test_each_case_stands_as_it_was_told_and_the_unwritten_draft_is_queued(
    played: tuple[Database, Seeded, MemoryEngine],
) -> None:
    database, seeded, engine = played

    assert is_seeded(database)
    assert [user.role for user in seeded.users] == ["agent", "lead", "owner"]
    with database.transaction(read_only=True) as db:
        newest = {key: newest_conversation(db, key) for key in PLAYED}
        states = {key: (one.status, one.work_state) for key, one in newest.items()}
        assert states == {
            "bea": ("resolved", "answered"),
            "pieter": ("open", "held"),
            "greta": ("resolved", "answered"),
            "tom": ("open", "failed"),
            "sam": ("open", "waiting"),
        }
    assert engine.run_due() == 1
    with database.transaction(read_only=True) as db:
        assert newest_conversation(db, "sam").work_state == "ready"


def test_last_weeks_refund_was_due_when_asked_for_and_approved_by_the_lead(
    played: tuple[Database, Seeded, MemoryEngine],
) -> None:
    database, _, _ = played
    with database.transaction(read_only=True) as db:
        (asked,) = db.exec(select(Conversation).where(col(Conversation.subject) == "Billed twice for one month"))
        drafts = db.exec(select(Draft).where(col(Draft.conversation_id) == asked.id).order_by(col(Draft.id)))
        by_task = {draft.task: draft for draft in drafts}
        reply = db.exec(
            select(Message).where(col(Message.conversation_id) == asked.id, col(Message.role) == "agent")
        ).one()
        changed = db.exec(
            select(DivergenceRow).where(
                col(DivergenceRow.conversation_id) == asked.id, col(DivergenceRow.field) == "outcome"
            )
        ).one()

    assert (changed.before, changed.after, changed.severity) == ("refund_approved", "refund_needs_review", "S1")
    assert by_task["dispute_reply"].amount_minor == 4900
    assert reply.reply is not None
    assert reply.reply["outcome"] == "refund_approved"
    assert "49.00 EUR" in reply.text


def newest_conversation(db: Session, key: str) -> Conversation:
    """The conversation that one of the story's customers opened last."""
    (person,) = [one for one in told(NOW).records.customers if one.key == key]
    rows = db.exec(
        select(Conversation)
        .join(Customer, col(Customer.id) == col(Conversation.customer_id))
        .where(col(Customer.external_id) == person.user_id)
        .order_by(col(Conversation.id).desc())
    )
    return rows.first() or pytest.fail(f"{key} has no conversation")


def test_a_first_start_with_a_policy_of_ones_own_drafts_nothing_with_its_models(database: Database) -> None:
    clock = FixedClock(NOW)
    engine = MemoryEngine(clock=clock)
    desk = Runtime(engine, AuditLog(SECRET, clock), clock)
    # Nobody listens at the policy's own model: a draft by it would fail.
    providers = {name: make(provider_key) for name, make in PROVIDERS.items()}
    drafting = Drafting(database, desk, Gateway(providers, clock=clock))
    told_words: list[str] = []
    register_jobs(drafting)
    story = told(NOW)
    own = shipped_document().replace(
        "fast: {provider: builtin, model: extractive,",
        'fast: {provider: openai_compatible, base_url: "http://127.0.0.1:9/v1", model: small-chat,',
    )
    assert "small-chat" in own
    seed(
        drafting,
        secret_key=SECRET,
        policy_document=read_policy(own),
        password=lambda: "correct horse battery staple",
        progress=told_words.append,
        story=replace(story, conversations=tuple(one for one in story.conversations if one.customer == "greta")),
    )
    (warning,) = [words for words in told_words if words.startswith("Not well")]
    assert "Model 'fast' (routine_reply, case_summary" in warning
    assert "nobody answers at http://127.0.0.1:9/v1" in warning
    with database.transaction(read_only=True) as db:
        assert active_policy(db).policy.models["fast"].model == "small-chat"
        assert {row.provider for row in db.exec(select(AttemptRow))} == {"builtin"}
        assert {row.state for row in db.exec(select(Draft))} <= {"sent", "compared"}  # none failed
