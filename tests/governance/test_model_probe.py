"""A policy's models are asked before it comes into force: the unfit refuse it, the silent are told."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from supportbot.clock import FixedClock
from supportbot.db import Database
from supportbot.errors import PolicyError
from supportbot.gateway import Gateway
from supportbot.gateway.providers import PROVIDERS
from supportbot.gateway.tables import ModelWay
from supportbot.governance.actions import ensure_first_policy
from supportbot.governance.model_probe import ask_models
from supportbot.governance.queries import find_active_policy
from supportbot.routing.policy import parse_policy, read_policy, shipped_document
from tests.contract.factories import make_answer
from tests.gateway.faults import said
from tests.gateway.stand_in import reply, stand_in

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OWNER, AUTHOR = "owner@example.test", "admin@example.test"
SOURCES = Path(__file__).parents[2] / "supportbot"
GOOD = said("openai_compatible", make_answer())
REFUSES = reply(404, {"error": {"message": "no", "code": "model_not_found"}})


def document(base_url: str, *, key: str = "reasoning", more: str = "") -> str:
    """The shipped policy with one model behind an address."""
    entry = f'{key}: {{provider: openai_compatible, base_url: "{base_url}", model: small-chat{more}, job: "Drafts."}}'
    lines = shipped_document().splitlines()
    return "\n".join(f"  {entry}" if line.startswith(f"  {key}: {{provider") else line for line in lines)


@contextmanager
def gateway() -> Iterator[Gateway]:
    made = Gateway({name: make({}.get) for name, make in PROVIDERS.items()}, clock=FixedClock(AT))
    yield made
    made.close()


def activate(database: Database, text: str, *, lenient: bool = False) -> tuple[str, ...]:
    """Ask and bring into force; gives what was told."""
    with gateway() as made:
        asked = replace(ask_models(parse_policy(text), made), lenient=lenient)
    with database.transaction() as db:
        ensure_first_policy(db, document=read_policy(text), author=AUTHOR, approver=OWNER, at=AT, asked=asked)
    return asked.warned


def is_active(database: Database) -> bool:
    with database.transaction(read_only=True) as db:
        return find_active_policy(db) is not None


def test_a_model_that_keeps_to_the_schema_lets_the_policy_in_and_its_way_is_kept(database: Database) -> None:
    with stand_in(GOOD) as server:
        assert activate(database, document(server.base_url)) == ()
    with database.transaction(read_only=True) as db:
        (row,) = db.exec(select(ModelWay)).all()
    assert (row.way, row.found_by, row.found_at) == ("json_schema", "activation", AT)
    assert is_active(database)


@pytest.mark.parametrize("key", ["reasoning", "fast", "builtin"])
def test_a_model_that_answers_and_cannot_do_it_refuses_the_policy_as_model_or_as_backup(
    database: Database, key: str
) -> None:
    with (
        stand_in(REFUSES) as server,
        pytest.raises(PolicyError, match=f"not fit to come into force:\n  Model '{key}' [^\n]* knows no model"),
    ):
        activate(database, document(server.base_url, key=key))
    assert not is_active(database)


def test_a_model_that_is_silent_now_is_told_with_its_tasks_and_stops_nothing(database: Database) -> None:
    (told,) = activate(database, document("http://127.0.0.1:9/v1"))
    assert told.startswith("Model 'reasoning' (dispute_reply): nobody answers at http://127.0.0.1:9/v1.")
    assert is_active(database)


def test_a_missing_key_is_told_by_its_variable(database: Database) -> None:
    (told,) = activate(database, document("http://127.0.0.1:9/v1", more=", api_key_env: REASONING_KEY"))
    assert told.endswith("its key is missing. Set the variable REASONING_KEY where the workers run.")


def test_trying_out_tells_everything_and_refuses_nothing(database: Database) -> None:
    with stand_in(REFUSES) as server:
        (told,) = activate(database, document(server.base_url), lenient=True)
    assert "its server knows no model" in told
    assert is_active(database)


def test_models_that_were_not_asked_keep_a_policy_out(database: Database) -> None:
    text = document("http://127.0.0.1:9/v1")
    with database.transaction() as db, pytest.raises(PolicyError, match="not asked before it came into force: reas"):
        ensure_first_policy(db, document=read_policy(text), author=AUTHOR, approver=OWNER, at=AT)


def test_one_place_alone_brings_a_policy_into_force() -> None:
    makers = [
        f"{path.relative_to(SOURCES)}:{function.name}"
        for path in SOURCES.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "PolicyActivation"
    ]
    assert makers == ["governance/actions.py:_activate"]
