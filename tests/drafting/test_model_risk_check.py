"""A model that reads messages again before they go the fast way: it may raise the risk, never lower it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from sqlmodel import Session, select

from supportbot.db import Database
from supportbot.errors import PolicyError
from supportbot.gateway.providers.builtin import BuiltinProvider
from supportbot.gateway.tables import AttemptRow
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec
from supportbot.governance.actions import activate_policy, approve_policy, propose_policy
from supportbot.routing.policy import parse_policy, read_policy, shipped_document
from supportbot.routing.tables import Decision
from tests.factories import DISPUTE, ROUTINE, Shop, make_shop

MODELLESS = """  triage:
    model: null
"""
SECOND = """  triage:
    model: fast
    backup: null
    prompt: triage/1
    schema: triage/1
    deadline_s: 0.5
    try_timeout_s: 0.5
    retry: {on: [], times: 0}
"""
LOW = '{"topic": "billing", "risk": "low", "reason": "An invoice is looked for."}'
HIGH = '{"topic": "refund", "risk": "high", "reason": "Wants money back."}'


@dataclass
class Second:
    """The built-in drafter, with a stand-in for triage beside it."""

    answer: Callable[[], ModelAnswer]
    asked: list[str] = field(default_factory=list)

    def complete(self, spec: ModelSpec, request: ModelRequest) -> ModelAnswer:
        if request.task != "triage":
            return BuiltinProvider().complete(spec, request)
        self.asked.append(request.user)
        return self.answer()

    def close(self) -> None:
        """There is nothing to close."""


def with_second_reading(database: Database, answer: Callable[[], ModelAnswer]) -> tuple[Shop, Second]:
    provider = Second(answer)
    shop = make_shop(database, provider=provider)
    document = shipped_document().replace(MODELLESS, SECOND)

    def switch_on(db: Session) -> None:
        number = propose_policy(
            db, document=read_policy(document), problem="Rules miss some.", author="x@y.example", at=shop.clock()
        )
        approve_policy(db, number=number, approver="owner@example.test", at=shop.clock())
        activate_policy(db, number=number, by="owner@example.test", at=shop.clock())

    shop.act(switch_on)
    return shop, provider


def decided(shop: Shop, message_id: int) -> Decision:
    with shop.database.transaction(read_only=True) as db:
        return db.exec(select(Decision).where(Decision.message_id == message_id)).one()


def triage_calls(shop: Shop) -> list[AttemptRow]:
    with shop.database.transaction(read_only=True) as db:
        return list(db.exec(select(AttemptRow).where(AttemptRow.task == "triage")))


def late() -> ModelAnswer:
    time.sleep(0.6)
    return ModelAnswer("ok", text=LOW)


def test_low_changes_nothing_and_the_call_is_on_record(database: Database) -> None:
    shop, provider = with_second_reading(database, lambda: ModelAnswer("ok", text=LOW))

    draft = shop.drafted(shop.mira_id, ROUTINE)

    decision = decided(shop, draft.message_id)
    assert (draft.state, decision.hold) == ("ready", False)
    assert [reason["layer"] for reason in decision.reasons] != ["model_task"]
    (call,) = triage_calls(shop)
    assert (call.message_id, call.draft_id, call.prompt, call.outcome) == (draft.message_id, None, "triage/1", "ok")
    assert ROUTINE in provider.asked[0]


def test_high_holds_what_would_have_gone_fast(database: Database) -> None:
    shop, _ = with_second_reading(database, lambda: ModelAnswer("ok", text=HIGH))

    draft = shop.drafted(shop.mira_id, ROUTINE)

    decision = decided(shop, draft.message_id)
    assert (draft.state, draft.task, decision.lane, decision.risk) == ("held", "dispute_reply", "reasoning", "high")
    assert decision.reasons[0]["layer"] == "model_task"
    assert "Wants money back" not in str(decision.reasons)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda: ModelAnswer("timeout"), "longer than 500 ms"),
        (late, "longer than 500 ms"),
        (lambda: ModelAnswer("ok", text="It is fine, let it go."), "gave no answer"),
        (lambda: ModelAnswer("ok", text='{"topic": "billing", "risk": "none", "reason": "x"}'), "gave no answer"),
        (lambda: ModelAnswer("refused"), "gave no answer"),
        (lambda: ModelAnswer("transport"), "gave no answer"),
    ],
    ids=["timeout", "late", "prose", "off the schema", "refused", "no connection"],
)
def test_without_a_clear_answer_in_time_the_message_is_held_as_unsure(
    sqlite_database_url: str, answer: Callable[[], ModelAnswer], says: str
) -> None:
    database = Database(sqlite_database_url)
    shop, _ = with_second_reading(database, answer)

    draft = shop.drafted(shop.mira_id, ROUTINE)

    decision = decided(shop, draft.message_id)
    assert (draft.state, draft.hold_kind) == ("held", "unsure")
    assert decision.reasons[0]["layer"] == "model_task"
    assert says in decision.reason
    assert len(triage_calls(shop)) == 1
    database.dispose()


def test_what_the_layers_hold_is_never_shown_to_it(database: Database) -> None:
    shop, provider = with_second_reading(database, lambda: ModelAnswer("ok", text=LOW))

    draft = shop.drafted(shop.jonas_id, DISPUTE)

    assert draft.state == "held"
    assert provider.asked == []


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        (("deadline_s: 0.5", "deadline_s: 2"), "tasks.triage.deadline_s", "0.5"),
        (
            ("backup: null\n    prompt: triage/1", "backup: builtin\n    prompt: triage/1"),
            "tasks.triage.backup",
            "null",
        ),
        (("retry: {on: [], times: 0}", "retry: {on: [timeout], times: 1}"), "tasks.triage.retry.times", "0"),
        (("schema: triage/1", "schema: reply/1"), "tasks.triage.schema", "triage/1"),
    ],
)
def test_a_policy_that_gives_triage_more_than_its_half_second_is_refused(
    change: tuple[str, str], path: str, says: str
) -> None:
    document = shipped_document().replace(MODELLESS, SECOND)
    parse_policy(document)

    with pytest.raises(PolicyError) as refused:
        parse_policy(document.replace(*change, 1))

    assert says in refused.value.fields[path]
