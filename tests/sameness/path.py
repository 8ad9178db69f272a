"""The real path, from a customer's text to the rows that came of it: one seeded demo, one fixed clock, no network."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from supportbot.audit.actions import AuditLog
from supportbot.clock import FixedClock
from supportbot.customers.tables import Customer
from supportbot.db import Database
from supportbot.db.migration import upgrade
from supportbot.drafting.flow import Drafting
from supportbot.engine import MemoryEngine
from supportbot.gateway import Gateway
from supportbot.gateway.providers import PROVIDERS
from supportbot.gateway.providers.builtin import BuiltinProvider
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec
from supportbot.governance.types import ActivePolicy
from supportbot.inbox.actions import receive_message
from supportbot.inbox.types import InboundMessage
from supportbot.jobs.job_kinds import register_jobs
from supportbot.routing.policy import parse_policy, shipped_document
from supportbot.runtime import Runtime
from supportbot.seed.load import seed
from supportbot.seed.story import tell_story
from tests.gateway.stand_in import StandIn, stand_in, success

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECRET = "s" * 43
# What may differ between two runs, or says nothing of what was decided.
_LEFT_OUT = {"id", "conversation_id", "draft_id", "before_draft_id", "after_draft_id", "reservation_id", "latency_ms"}
_TABLES = (
    ("decision", "decision", "message_id"),
    ("drafts", "draft", "task, generation"),
    ("divergences", "divergence", "field"),
    ("attempts", "attempt", "task, number, id"),
)
_SHIPPED_FAST = '  fast: {provider: builtin, model: extractive, job: "Drafts routine replies from help articles."}'
_SHIPPED_REASONING = "  reasoning: {provider: builtin, model: facts, job:"


@dataclass
class Recorder:
    """The built-in provider, with a memory of what it was asked."""

    provider: BuiltinProvider
    prompts: list[list[str]] = field(default_factory=list)

    def complete(self, spec: ModelSpec, request: ModelRequest) -> ModelAnswer:
        """Ask it, and keep the prompt."""
        self.prompts.append([request.task, request.system, request.user])
        return self.provider.complete(spec, request)

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Path400:
    """A seeded demo whose models can be changed from message to message."""

    database: Database
    runtime: Runtime
    gateway: Gateway
    builtin: Recorder
    fast: StandIn
    reasoning: StandIn
    story_prompts: list[list[str]] = field(default_factory=list)

    def story(self) -> Iterator[dict[str, Any]]:
        """Every message of the demo's own week, as it was drafted while the demo was filled."""
        with self.database.transaction(read_only=True) as db:
            asked = sa.text("select id, text from message where role = 'customer' order by id")
            rows = db.connection().execute(asked).all()
        yield {"name": "prompts of the story", "prompts": self.story_prompts}
        for number, (message_id, text) in enumerate(rows):
            yield {"name": f"story {number:03d}", "text": text, **self._rows(message_id)}

    def say(self, name: str, text: str, *, locale: str, api: str | None = None) -> dict[str, Any]:
        """One message of a customer of its own, drafted by the built-in provider, or by the stand-ins over `api`."""
        for heard in (self.builtin.prompts, self.fast.bodies, self.reasoning.bodies):
            heard.clear()
        customer_id = self._customer(name, locale)
        inbound = InboundMessage("widget", customer_id, name, text, self.runtime.clock())
        with self.database.transaction() as db:
            message_id = receive_message(db, self.runtime, inbound).message_id
        Drafting(self.database, self.runtime, self.gateway, self._policy(api)).draft_reply(message_id)
        sent = {"builtin": list(self.builtin.prompts), "fast": list(self.fast.bodies)}
        sent["reasoning"] = list(self.reasoning.bodies)
        return {"name": name, "text": text, **self._rows(message_id), "prompts": sent}

    def _policy(self, api: str | None) -> ActivePolicy:
        document = shipped_document()
        if api is not None:
            spec = 'provider: {}, model: {}, base_url: "{}", structured: json_schema, job:'
            fast = spec.format(api, "small-chat", self.fast.base_url)
            reasoning = spec.format(api, "big-reasoner", self.reasoning.base_url)
            document = document.replace("fast: {provider: builtin, model: extractive, job:", f"fast: {{{fast}", 1)
            document = document.replace(_SHIPPED_REASONING, f"  reasoning: {{{reasoning}", 1)
        return ActivePolicy(1, document, parse_policy(document))

    def _customer(self, name: str, locale: str) -> int:
        at = self.runtime.clock()
        with self.database.transaction() as db:
            row = Customer(site_id=1, external_id=name, name="Robin Vale", locale=locale, created_at=at)
            db.add(row)
            db.flush()
            return row.id or 0

    def _rows(self, message_id: int) -> dict[str, Any]:
        return {name: list(self._read(table, order, message_id)) for name, table, order in _TABLES}

    def _read(self, table: str, order: str, message_id: int) -> Iterator[dict[str, Any]]:
        with self.database.transaction(read_only=True) as db:
            asked = sa.text(f"select * from {table} where message_id = :id order by {order}")
            rows = db.connection().execute(asked, {"id": message_id}).mappings().all()
        for row in rows:
            yield {name: _read_json(value) for name, value in sorted(row.items()) if name not in _LEFT_OUT}


def open_path(folder: Path, stack: ExitStack) -> Path400:
    """A freshly seeded demo in a folder; `stack` closes it."""
    database = Database(f"sqlite:///{folder / 'sameness.db'}")
    upgrade(database)
    clock = FixedClock(NOW)
    runtime = Runtime(MemoryEngine(clock=clock), AuditLog(SECRET, clock), clock)
    builtin = Recorder(BuiltinProvider())
    adapters = {name: make(lambda _: "key") for name, make in PROVIDERS.items() if name != "builtin"}
    gateway = Gateway(
        {**adapters, "builtin": builtin}, clock=clock, sleep=lambda _: None, jitter=lambda: 0.5, monotonic=lambda: 0.0
    )
    drafting = Drafting(database, runtime, gateway)
    register_jobs(drafting)
    seed(
        drafting,
        secret_key=SECRET,
        policy_document=None,
        password=lambda: "a long password",
        progress=lambda _: None,
        story=tell_story(NOW),
    )
    fast, reasoning = (stack.enter_context(stand_in(success())) for _ in range(2))
    stack.callback(gateway.close)
    stack.callback(database.dispose)
    return Path400(database, runtime, gateway, builtin, fast, reasoning, list(builtin.prompts))


def _read_json(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
