"""`supportbot doctor`: what is well, what is wrong, and what to do about it, on one screen."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from supportbot.accounts.tables import Agent
from supportbot.cli import main
from supportbot.db import Database
from supportbot.gateway.tables import AttemptRow, Breaker, ModelWay, SpendDay
from supportbot.routing.policy import parse_policy, shipped_document
from tests.contract.factories import make_answer
from tests.factories import make_person
from tests.gateway.faults import said
from tests.gateway.stand_in import Behaviour, reply, stand_in

KEY = "sk-doctor-canary-41"
GOOD = said("openai_compatible", make_answer())


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A migrated SQLite file of its own, a secret, and one key."""
    env = {"SUPPORTBOT_DATA_DIR": str(tmp_path), "SUPPORTBOT_DATABASE_URL": "", "SUPPORTBOT_SECRET_KEY": "s" * 40}
    assert CliRunner().invoke(main, ["migrate"], env=env).exit_code == 0
    return {**env, "FAST_KEY": KEY}


@pytest.fixture
def database(tmp_path: Path, environment: dict[str, str]) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'supportbot.db'}")
    yield opened
    opened.dispose()


def policy(base_url: str, *, more: str = "", patience_s: float = 5) -> str:
    fast = f'fast: {{provider: openai_compatible, base_url: "{base_url}", model: small, api_key_env: FAST_KEY{more},'
    text = shipped_document().replace("fast: {provider: builtin, model: extractive,", fast)
    return text.replace("try_timeout_s: 5", f"try_timeout_s: {patience_s}")


def hand_in(environment: dict[str, str], folder: Path, text: str) -> None:
    file = folder / "policy.yaml"
    file.write_text(text)
    words = ["policy", "import", str(file), "--author", "a@example.test", "--approved-by", "owner@example.test"]
    result = CliRunner().invoke(main, words, env=environment)
    assert result.exit_code == 0, result.output


def examine(environment: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *words], env=environment)


def found(environment: dict[str, str], *words: str) -> dict[str, dict[str, Any]]:
    result = examine(environment, "--json", *words)
    assert isinstance(result.exception, SystemExit | None), result.exception
    lines: dict[str, dict[str, Any]] = json.loads(result.stdout)
    return lines


@pytest.fixture
def behind(environment: dict[str, str], tmp_path: Path) -> Callable[..., dict[str, dict[str, Any]]]:
    """What the doctor says when the fast model is a server that behaves so."""

    def examine_with(behaviour: Behaviour, *, env: dict[str, str] | None = None, **given: Any) -> Any:
        with stand_in(GOOD) as server:
            hand_in(environment, tmp_path, policy(server.base_url, **given))
            server.behaviours[:] = [behaviour]
            return found({**environment, **(env or {})})

    return examine_with


def test_before_anything_was_set_up_it_says_what_to_do_next(environment: dict[str, str]) -> None:
    result = examine(environment)

    assert result.exit_code == 1
    assert "BAD  workers    none is running. Start one with: supportbot worker" in result.stdout
    assert "BAD  policy     none is active. Start from: supportbot policy export > FILE" in result.stdout
    assert result.stdout.endswith("To do, 2 of 5: workers, policy.\n")


def test_an_owner_who_is_no_user_is_worth_a_look(
    environment: dict[str, str], database: Database, tmp_path: Path
) -> None:
    with stand_in(GOOD) as server:
        hand_in(environment, tmp_path, policy(server.base_url))
    stranger = found(environment, "--no-models")["policy"]
    with database.transaction() as db:
        owner = make_person(db, "bram", "owner", None, datetime.now(UTC))
        db.get_one(Agent, owner.id).email = "Owner@example.test"
    known = found(environment, "--no-models")["policy"]

    assert stranger["state"] == "look"
    assert "its owner is owner@example.test, who is no user here: supportbot user add" in stranger["text"]
    assert known["state"] == "ok"


def test_a_model_that_answers_is_told_with_its_speed_and_its_ways_which_are_kept(
    behind: Callable[..., Any], database: Database
) -> None:
    lines = behind(GOOD)

    fast = lines["model fast"]
    assert (fast["ok"], fast["served_as"]) == (True, "small-chat-0613")
    assert fast["can"] == ["json_schema", "json_object_schema", "tool", "json_object"]
    assert fast["latency_ms"] >= 0
    assert lines["keys"]["text"] == "set: FAST_KEY"
    assert lines["model builtin"]["text"] == "built in, always answers"
    with database.transaction(read_only=True) as db:
        (row,) = db.exec(select(ModelWay)).all()
    assert (row.found_by, row.ways) == ("doctor", fast["can"])


def test_a_model_that_fails_is_told_in_words_to_act_on(behind: Callable[..., Any]) -> None:
    lines = behind(reply(401, {"error": {"message": f"Incorrect key {KEY}", "code": "invalid_api_key"}}))

    assert lines["model fast"]["state"] == "bad"
    assert "its key was not accepted. Check the key in FAST_KEY" in lines["model fast"]["text"]
    assert KEY not in json.dumps(lines)


def test_a_missing_key_is_told_by_its_variable_alone(behind: Callable[..., Any]) -> None:
    lines = behind(GOOD, env={"FAST_KEY": ""})

    assert lines["keys"]["missing"] == ["FAST_KEY"]
    assert lines["keys"]["text"].startswith("not set here: FAST_KEY (model fast).")
    assert "Set the variable FAST_KEY" in lines["model fast"]["text"]


def test_a_call_that_costs_more_than_its_task_may_is_seen_before_every_message_waits(
    behind: Callable[..., Any],
) -> None:
    dear = behind(GOOD, more=", price: {input_usd: 10, output_usd: 100}")

    line = dear["cost routine_reply, fast"]
    assert line["state"] == "bad"
    assert "the limit is 0.01, so every call is refused. Raise max_cost_usd to" in line["text"]


def test_a_call_within_its_limit_and_one_without_a_price_are_told_apart(behind: Callable[..., Any]) -> None:
    cheap = behind(GOOD, more=", price: {input_usd: 0.1, output_usd: 0.4}")

    assert cheap["cost routine_reply, fast"]["state"] == "ok"
    assert "costs at most 0.000" in cheap["cost routine_reply, fast"]["text"]


def test_an_unknown_price_asks_for_a_look_only(behind: Callable[..., Any]) -> None:
    lines = behind(GOOD)

    line = lines["cost fast"]
    assert (line["ok"], line["state"]) == (True, "look")
    assert "write price in the policy" in line["text"]
    assert not [name for name in lines if name.startswith("cost ") and name.endswith(", fast")]


def test_a_model_slower_than_its_tasks_wait_is_bad_before_every_message_times_out(behind: Callable[..., Any]) -> None:
    def slowly(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.3)
        GOOD(handler)

    line = behind(slowly, patience_s=0.2)["model fast"]

    assert line["state"] == "bad"
    assert line["text"].endswith(
        "Too slow for routine_reply, which waits 0.2 s: raise its try_timeout_s, or take a faster model"
    )


def test_a_paused_model_is_told_with_its_cause_and_its_next_probe(
    environment: dict[str, str], database: Database, tmp_path: Path
) -> None:
    opened = datetime(2026, 11, 22, 14, 2, tzinfo=UTC)
    with stand_in(GOOD) as server:
        text = policy(server.base_url)
        hand_in(environment, tmp_path, text)
        endpoint = parse_policy(text).model_specs()["fast"].endpoint
        with database.transaction() as db:
            times = {"opened_at": opened, "probe_at": opened + timedelta(minutes=5)}
            db.add(Breaker(endpoint=endpoint, model_key="fast", because="overloaded", failed_probes=3, **times))
        answering = found(environment)["breaker fast"]
    silent = found(environment)["breaker fast"]

    assert "paused since 22 Nov 14:02 UTC after an overloaded model; asked again from 14:07:00 UTC" in silent["text"]
    assert (silent["state"], silent["failed_probes"]) == ("bad", 3)
    assert answering["state"] == "look"
    assert "it answered just now" in answering["text"]


def test_how_the_tries_of_the_last_hour_ended_is_told_with_the_servers_own_code(
    environment: dict[str, str], database: Database, tmp_path: Path
) -> None:
    with stand_in(GOOD) as server:
        hand_in(environment, tmp_path, policy(server.base_url))
    text = found(environment, "--no-models")["last hour"]["text"]
    assert text == "no model but the built-in one was asked for a draft"

    refused = {"outcome": "invalid_request", "error_code": "unsupported_parameter: max_tokens"}
    for changes in ({}, {}, refused, refused, {"hours_ago": 2, **refused}, {"provider": "builtin", **refused}):
        add_try(database, **changes)

    line = found(environment, "--no-models")["last hour"]
    assert line["state"] == "look"
    assert line["text"] == (
        "4 tries, 2 failed: fast 2 x a request that the model did not accept (unsupported_parameter: max_tokens)"
    )


def test_an_hour_in_which_most_tasks_got_no_answer_is_bad_and_retries_alone_are_not(
    environment: dict[str, str], database: Database, tmp_path: Path
) -> None:
    with stand_in(GOOD) as server:
        hand_in(environment, tmp_path, policy(server.base_url))
    for task in ("routine_reply", "dispute_reply", "case_summary", "field_extraction"):
        for outcome in ("timeout", "timeout", "ok"):
            add_try(database, task=task, outcome=outcome)
    assert found(environment, "--no-models")["last hour"]["state"] == "look"

    for number in range(5):
        add_try(database, message_id=number + 2, outcome="schema_invalid")

    line = found(environment, "--no-models")["last hour"]
    assert line["state"] == "bad"
    assert "5 of 9 tasks got no model's answer." in line["text"]


def add_try(database: Database, *, hours_ago: float = 0, **changes: Any) -> None:
    given = {"model_key": "fast", "provider": "openai_compatible", "outcome": "ok", "error_code": None}
    given |= {"message_id": 1, "task": "routine_reply"} | changes
    at = datetime.now(UTC) - timedelta(hours=hours_ago)
    row = AttemptRow(
        number=1,
        policy_version=1,
        prompt="routine_reply/3",
        output_schema="reply/1",
        model_asked="small",
        started_at=at,
        latency_ms=5,
        **given,
    )
    with database.transaction() as db:
        db.add(row)


def test_what_today_has_cost_stands_beside_the_limits(
    environment: dict[str, str], database: Database, tmp_path: Path
) -> None:
    hand_in(environment, tmp_path, shipped_document())
    with database.transaction() as db:
        today = datetime.now(UTC).date()
        for day in (today, today + timedelta(days=1)):  # midnight may pass in between
            db.add(SpendDay(day=day, microusd=19_999_999, unpriced_output_tokens=12))
    assert found(environment)["spent today"]["text"].startswith("20.0000 of 20 USD; 12 of 2000000 output tokens")
    with database.transaction() as db:
        for row in db.exec(select(SpendDay)).all():
            row.microusd = 20_000_000
            db.add(row)
    line = found(environment, "--no-models")["spent today"]
    assert (line["state"], line["usd"]) == ("bad", 20.0)
    assert "messages wait for a person" in line["text"]


def test_a_database_that_cannot_be_reached_is_one_clear_line_without_its_password(
    environment: dict[str, str],
) -> None:
    env = {**environment, "SUPPORTBOT_DATABASE_URL": "postgresql://me:pa55word@127.0.0.1:9/shop"}

    result = CliRunner().invoke(main, ["doctor"], env=env)

    assert result.exit_code == 1
    (line,) = result.output.strip().splitlines()
    assert "Connection refused" in line
    assert "SUPPORTBOT_DATABASE_URL" in line
    assert "pa55word" not in line
    assert "Traceback" not in line
