"""The real path of one message, and what it leaves behind. The one module here that knows the product's own.

Every message starts from the same database: the demo's shop, restored from a copy, with a clock that stands still.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from supportbot.accounts.queries import as_person
from supportbot.accounts.tables import Agent
from supportbot.audit.actions import AuditLog
from supportbot.channels.message_text import clean_text
from supportbot.clock import FixedClock
from supportbot.customers.tables import Customer
from supportbot.db import Database
from supportbot.db.migration import upgrade
from supportbot.drafting.actions.corrections import correct_topic, say_wrong_route
from supportbot.drafting.actions.decisions import approve, reject, release
from supportbot.drafting.actions.edits import send_edited, split_text, write_reply
from supportbot.drafting.actions.redrafts import regenerate
from supportbot.drafting.flow import Drafting
from supportbot.engine import MemoryEngine
from supportbot.errors import SupportbotError
from supportbot.gateway import Gateway
from supportbot.gateway.guard import DatabaseGuard
from supportbot.gateway.providers.anthropic import AnthropicProvider
from supportbot.gateway.providers.builtin import BuiltinProvider
from supportbot.gateway.providers.openai_compatible import OpenAICompatibleProvider
from supportbot.gateway.schema_mode_store import SchemaModeStore
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec
from supportbot.governance.known_names import known_names
from supportbot.governance.types import ActivePolicy
from supportbot.inbox.actions import receive_message
from supportbot.inbox.types import InboundMessage
from supportbot.jobs.job_kinds import register_jobs
from supportbot.routing.policy import parse_policy, shipped_document
from supportbot.runtime import Runtime
from supportbot.seed.load import seed
from supportbot.seed.story import tell_story
from tests.sameness.faults import Reply
from tests.sameness.policies import POLICIES
from tests.sameness.server import Server, Time

NOW = datetime(2026, 11, 18, 10, 2, tzinfo=UTC)  # a Wednesday
SECRET_KEY = "sameness-" * 5
KEY = "sk-sameness-0123456789"
VISITORS = ("Visitor 7f3a", "Visitor 1c20")
STRANGER = "nobody-0001"  # signed in, and not in the billing records
Case = Mapping[str, Any]
Record = dict[str, Any]

# What a draft leaves in the database, by section.
DRAFTED: Mapping[str, str] = {
    "decision": "decision",
    "drafts": "draft",
    "divergences": "divergence",
    "attempts": "attempt",
    "reservations": "reservation",
    "day": "spend_day",
    "breaker": "breaker",
    "ways": "model_way",
    "conversation": "conversation",
    "messages": "message",
    "gaps": "article_gap",
    "uses": "passage_use",
    "events": "event",
    "audit": "audit_entry",
}
# What is looked at once a person has acted on it, and what was due has run.
ACTED: Mapping[str, str] = {
    "drafts": "draft",
    "outgoing": "outgoing",
    "messages": "message",
    "labels": "triage_label",
    "aids": "case_aid",
    "attempts": "attempt",
    "decision": "decision",
    "conversation": "conversation",
    "audit": "audit_entry",
}
# Row numbers and chains of hashes say only in which order rows were written; lengths of calls are not played.
LEFT_OUT = frozenset({"id", "seq", "key", "latency_ms", "hash", "previous_hash", "prev_hash", "mac"})
JSON_COLUMNS = frozenset(
    {"reasons", "proposed", "variants", "changes", "checks", "sources", "facts", "detail", "result", "ways"}
)
SPLIT = ("changes", "checks", "sources", "facts", "variants", "reply")
SHORT = ("task", "generation", "state", "state_reason", "hold_kind", "outcome", "content_hash")


@dataclass
class Ground:
    """A filled database, a copy of it as it was filled, and who may write there."""

    database: Database
    live: Path
    filled: Path
    customers: dict[str, int]
    people: dict[str, Any]
    newest: dict[str, int]
    policies: dict[str, ActivePolicy] = field(default_factory=dict)

    def restore(self) -> None:
        """Bring the database back to how it was filled."""
        with closing(sqlite3.connect(self.filled)) as source, closing(sqlite3.connect(self.live)) as target:
            source.backup(target)

    def policy(self, name: str) -> ActivePolicy:
        """One of the policies by its name."""
        if name not in self.policies:
            text = POLICIES[name](shipped_document())
            self.policies[name] = ActivePolicy(1, text, parse_policy(text, known=known_names()))
        return self.policies[name]


@contextmanager
def make_ground(folder: Path) -> Iterator[Ground]:
    """The demo's shop, its customers, records, articles and people, without any conversation."""
    live, filled = folder / "live.db", folder / "filled.db"
    database = Database(f"sqlite:///{live}")
    upgrade(database)
    clock = FixedClock(NOW)
    runtime = Runtime(MemoryEngine(clock=clock), AuditLog(SECRET_KEY, clock), clock)
    parts = Drafting(database, runtime, Gateway({"builtin": BuiltinProvider()}, clock=clock))
    seed(
        parts,
        secret_key=SECRET_KEY,
        policy_document=None,
        password=lambda: "correct horse battery staple",
        progress=lambda _: None,
        story=replace(tell_story(NOW), conversations=()),
    )
    customers, people = _add_strangers(database)
    database.dispose()
    with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(filled)) as target:
        source.backup(target)
    database = Database(f"sqlite:///{live}")
    yield Ground(database, live, filled, customers, people, _newest(filled))
    database.dispose()


def _add_strangers(database: Database) -> tuple[dict[str, int], dict[str, Any]]:
    """Two visitors and somebody unknown to the records; gives customers' rows by who they are, and people by role."""
    with database.transaction() as db:
        site_id = db.connection().exec_driver_sql("SELECT min(id) FROM site").scalar() or 0
        new = [Customer(site_id=site_id, name=name, locale="en", created_at=NOW) for name in VISITORS]
        new.append(Customer(site_id=site_id, external_id=STRANGER, name="Someone New", locale="en", created_at=NOW))
        db.add_all(new)
        db.flush()
        rows = db.connection().exec_driver_sql("SELECT id, coalesce(external_id, name) FROM customer")
        customers = {name: number for number, name in rows}
        roles = db.connection().exec_driver_sql("SELECT role, min(id) FROM agent GROUP BY role")
        return customers, {role: as_person(db.get_one(Agent, number)) for role, number in roles}


def walk(ground: Ground, case: Case) -> Record:
    """Play one message from the restored database on; gives all that came of it, by section."""
    ground.restore()
    run = _Run(ground, case)
    message_id = run.say_all()
    error = None
    try:
        for _ in range(case.get("runs", 1)):
            run.drafting.draft_reply(message_id)
    except Exception as failure:
        error = str(failure) or "failed without a word"
    record = _drafted(ground)
    record["prompts"] = list(run.server.sent)
    record["pauses"] = [round(seconds, 3) for seconds in run.time.slept]
    record["error"] = error
    done = run.act(message_id)
    record["after"] = {**_acted(ground), "done": done, "prompts": run.server.sent[len(record["prompts"]) :]}
    return record


class _Run:
    """One message under way: the product put together as it runs, but for its models, its clock and its engine."""

    def __init__(self, ground: Ground, case: Case) -> None:
        self.ground, self.case = ground, case
        self.server, self.time = Server(case.get("models", {})), Time()
        self.clock = FixedClock(NOW + timedelta(hours=case.get("hours_later", 0)))
        self.engine = MemoryEngine(clock=self.clock)
        self.runtime = Runtime(self.engine, AuditLog(SECRET_KEY, self.clock), self.clock)
        gateway = Gateway(
            {
                "builtin": _Watched(self.server),
                "openai_compatible": _OpenAI(self.server, self.time),
                "anthropic": _Anthropic(self.server, self.time),
            },
            clock=self.clock,
            guard=DatabaseGuard(ground.database, self.runtime.audit, self.clock),
            monotonic=self.time.monotonic,
            sleep=self.time.sleep,
            jitter=lambda: 0.5,
            ways=SchemaModeStore(ground.database, self.clock, monotonic=self.time.monotonic),
        )
        self.drafting = Drafting(ground.database, self.runtime, gateway, ground.policy(case["policy"]))
        register_jobs(self.drafting)

    def say_all(self) -> int:
        """What was said before, then the message itself; gives its id."""
        said = [*self.case.get("earlier", ()), {"role": "customer", "text": self.case["text"]}]
        message_id = conversation_id = 0
        for number, turn in enumerate(said):
            if number:
                self.clock.move(timedelta(seconds=self.case.get("gap_s", 20)))
            if turn["role"] == "agent":
                self._answer(conversation_id, turn["text"])
                continue
            message_id, conversation_id = self._write(number, turn["text"])
            if turn.get("drafted"):
                self.drafting.draft_reply(message_id)
            with self.drafting.database.transaction() as db:
                self.engine.cancel(db, f"draft:{message_id}")
        return message_id

    def _write(self, number: int, text: str) -> tuple[int, int]:
        """A customer's message; gives its id and its conversation's."""
        inbound = InboundMessage(
            channel=self.case.get("channel", "widget"),
            customer_id=self.ground.customers[self.case["customer"]],
            external_id=f"{self.case['id']}-{number}",
            text=clean_text(text),
            received_at=self.clock(),
        )
        with self.drafting.database.transaction() as db:
            received = receive_message(db, self.runtime, inbound)
        return received.message_id, received.conversation_id

    def _answer(self, conversation_id: int, text: str) -> None:
        with self.drafting.database.transaction() as db:
            write_reply(db, self.runtime, conversation_id, split_text(text), by=self.ground.people["agent"])
        self._let_time_pass()

    def _let_time_pass(self) -> None:
        self.clock.move(timedelta(seconds=11))
        self.engine.run_due(self.clock())

    def act(self, message_id: int) -> str:
        """What a person does with the draft, then all that is due; gives what was done, or why it was refused."""
        with closing(sqlite3.connect(self.ground.live)) as connection:
            query = "SELECT id, state, content_hash, variants FROM draft WHERE message_id = ? ORDER BY id"
            drafts = connection.execute(query, (message_id,)).fetchall()
        main = next((row for row in drafts if row[1] in ("ready", "held")), None)
        act = self.case.get("then", "let go")
        try:
            with self.drafting.database.transaction() as db:
                done = self._act(db, act, message_id, main)
        except SupportbotError as refusal:
            done = f"{act}: refused: {refusal}"
        self._let_time_pass()
        return done

    def _act(self, db: Any, act: str, message_id: int, main: Any) -> str:
        agent, owner = self.ground.people["agent"], self.ground.people["owner"]
        if act == "wrong route":
            say_wrong_route(db, self.runtime, message_id, by=agent)
        elif act.startswith("topic "):
            correct_topic(db, self.runtime, message_id, act.removeprefix("topic "), by=agent)
        elif main is None:
            return "nothing to act on"
        elif act == "again":
            regenerate(db, self.runtime, main[0], by=agent)
        elif act == "reject":
            reject(db, self.runtime, main[0], reason="wrong_fact", note="It is not so.", by=agent)
        elif act.startswith("edit "):
            words = split_text(act.removeprefix("edit "))
            send_edited(db, self.runtime, main[0], words, content_hash=main[2], by=owner)
        elif main[1] == "ready":
            approve(db, self.runtime, main[0], content_hash=main[2], by=agent)
        else:
            variants = json.loads(main[3])
            variant = next(name for name in (act, "as_drafted") if name in variants)
            shown = variants[variant]["content_hash"]
            release(db, self.runtime, main[0], content_hash=shown, variant=variant, by=owner)
        return act


# What is left in the database


def _newest(path: Path) -> dict[str, int]:
    """The newest row of each table."""
    with closing(sqlite3.connect(path)) as connection:
        names = sorted({*DRAFTED.values(), *ACTED.values()})
        newest = {name: connection.execute(f"SELECT max(rowid) FROM {name}").fetchone()[0] for name in names}
    return {name: number or 0 for name, number in newest.items()}


def _drafted(ground: Ground) -> Record:
    """Every row that the draft led to, by section, as plain values."""
    record = _left_behind(ground, DRAFTED)
    for name in SPLIT:
        record[name] = [draft.pop(name) for draft in record["drafts"]]
    return record


def _acted(ground: Ground) -> Record:
    """What became of it once a person had acted."""
    record = _left_behind(ground, ACTED)
    record["drafts"] = [{name: draft[name] for name in SHORT} for draft in record["drafts"]]
    return record


def _left_behind(ground: Ground, tables: Mapping[str, str]) -> Record:
    with closing(sqlite3.connect(ground.live)) as connection:
        return {section: _rows(connection, table, after=ground.newest[table]) for section, table in tables.items()}


def _rows(connection: sqlite3.Connection, table: str, *, after: int) -> list[Record]:
    rows = connection.execute(f"SELECT * FROM {table} WHERE rowid > ? ORDER BY rowid", (after,))
    names = [one[0] for one in rows.description]
    return [
        {name: _value(name, value) for name, value in zip(names, row, strict=True) if _is_kept(name)} for row in rows
    ]


def _is_kept(column: str) -> bool:
    return column not in LEFT_OUT and not column.endswith("_id")


def _value(column: str, stored: Any) -> Any:
    """A reply stays the text that was stored; other JSON is read, so that only its meaning counts."""
    return json.loads(stored) if column in JSON_COLUMNS and isinstance(stored, str) else stored


# The models


class _Watched(BuiltinProvider):
    """The built-in drafter; what it is asked is kept."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server

    def complete(self, spec: ModelSpec, request: ModelRequest) -> ModelAnswer:
        """See the built-in drafter."""
        schema = json.dumps(request.schema, sort_keys=True)
        self._server.sent.append(
            {
                "to": "builtin",
                "model": request.model,
                "task": request.task,
                "system": request.system,
                "user": request.user,
                "material": json.loads(json.dumps(request.material, sort_keys=True)),
                "schema_name": request.schema_name,
                "schema": hashlib.sha256(schema.encode()).hexdigest(),
                "max_output_tokens": request.max_output_tokens,
            }
        )
        return super().complete(spec, request)


def _client(server: Server, time: Time, api: str) -> httpx.Client:
    def answer(request: httpx.Request) -> httpx.Response:
        reply: Reply = server.answer(api, request, time)
        return httpx.Response(reply.status, headers=dict(reply.headers), content=reply.body)

    return httpx.Client(transport=httpx.MockTransport(answer), trust_env=False)


class _OpenAI(OpenAICompatibleProvider):
    """The real adapter; the server behind it is played."""

    def __init__(self, server: Server, time: Time) -> None:
        super().__init__(_key_for)
        self._played = _client(server, time, "openai_compatible")

    def _open(self) -> httpx.Client:
        return self._played


class _Anthropic(AnthropicProvider):
    """The real adapter; the server behind it is played."""

    def __init__(self, server: Server, time: Time) -> None:
        super().__init__(_key_for)
        self._played = _client(server, time, "anthropic")

    def _open(self) -> httpx.Client:
        return self._played


def _key_for(name: str) -> str | None:
    return KEY if name == "MODEL_KEY" else None
