"""The queues do not wait for each other: a model that keeps everybody waiting holds up drafts and nothing else."""

import threading
from dataclasses import dataclass, field

from sqlmodel import Session

from supportbot.clock import system_clock
from supportbot.db import Database
from supportbot.drafting.flow import Drafting
from supportbot.engine import DbosEngine
from supportbot.gateway.providers.builtin import BuiltinProvider
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec
from supportbot.inbox.actions import SEND_JOB, queue_reply
from supportbot.inbox.tables import Message, Outgoing
from supportbot.inbox.types import ReplyToSend
from supportbot.jobs.job_kinds import register_jobs
from supportbot.runtime import Runtime
from tests.factories import ROUTINE, Shop, make_shop
from tests.storm.processes import wait_for


@dataclass
class StuckModel:
    """Answers nobody until it is let go."""

    asked: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    go: threading.Event = field(default_factory=threading.Event)

    def complete(self, spec: ModelSpec, request: ModelRequest) -> ModelAnswer:
        self.asked.release()
        self.go.wait(120)
        return BuiltinProvider().complete(spec, request)

    def close(self) -> None:
        """There is nothing to close."""


def let_go(db: Session, shop: Shop, message_id: int) -> int:
    """A reply by hand that is due at once; gives its id."""
    conversation_id = db.get_one(Message, message_id).conversation_id
    outgoing = queue_reply(db, shop.runtime, conversation_id, ReplyToSend("Here it is.", None, "0" * 64), by=shop.agent)
    shop.runtime.engine.enqueue(db, SEND_JOB, key=f"send:{outgoing.id}:now", ids={"outgoing_id": outgoing.id or 0})
    return outgoing.id or 0


def state_of(shop: Shop, outgoing_id: int) -> str:
    with shop.database.transaction(read_only=True) as db:
        return db.get_one(Outgoing, outgoing_id).state


def test_a_reply_leaves_while_every_draft_waits_for_a_model_that_is_stuck(database: Database) -> None:
    model = StuckModel()
    shop = make_shop(database, provider=model, now=system_clock())
    engine = DbosEngine(database)
    shop.runtime = Runtime(engine, shop.runtime.audit, system_clock)
    register_jobs(Drafting(database, shop.runtime, shop.drafting.gateway))
    engine.start_worker()
    try:
        message_id = shop.write(shop.mira_id, ROUTINE)
        shop.write(shop.visitor_id, ROUTINE)
        assert model.asked.acquire(timeout=60) and model.asked.acquire(timeout=60), "both drafts ask the model"
        outgoing_id = shop.act(lambda db: let_go(db, shop, message_id))
        wait_for(lambda: state_of(shop, outgoing_id) == "sent", "the reply has left", within_s=60)
        assert not model.go.is_set()
    finally:
        model.go.set()
        engine.stop(grace_s=30)
