"""The fault table: for every way a server misbehaves, how often it is asked, how it ends, and what the agent sees."""

import pytest

from tests.gateway.faults import Seen, run_all

DEADLINE_S, TRY_S = 6.5, 2.5
# fault: calls to the task's model, how a task without a backup ends, whether the backup may take over
WANTED = {
    "429": (2, "rate_limited", True),
    "429, Retry-After 1": (2, "rate_limited", True),
    "429, Retry-After a date": (2, "rate_limited", True),
    "429, retry-after-ms 300": (2, "rate_limited", True),
    "429, Retry-After 60": (1, "rate_limited", True),
    "429 quota": (1, "quota", True),
    "500": (2, "overloaded", True),
    "529": (2, "overloaded", True),
    "400 context length": (1, "context_length", False),
    "400 content policy": (1, "filtered", False),
    "400 plain": (1, "invalid_request", False),
    "401": (1, "auth", True),
    "cut JSON": (2, "truncated", False),
    "content filter": (1, "filtered", False),
    "refusal": (1, "refused", False),
    "context window full": (1, "context_length", False),
    "hangs": (2, "timeout", True),
    "drips a byte at a time": (2, "timeout", True),
    "5 MB answer": (2, "schema_invalid", False),
    "wrong schema": (2, "schema_invalid", False),
    "prose": (2, "schema_invalid", False),
    "connection reset": (2, "transport", True),
    "never closes": (2, "timeout", True),
    "hangs up": (2, "transport", True),
}
# Each of these is played in either wire format, for low-risk and for risk tasks.
NAMED = {
    "429",
    "429, Retry-After 1",
    "429 quota",
    "500",
    "529",
    "400 context length",
    "400 content policy",
    "hangs",
    "drips a byte at a time",
    "cut JSON",
    "content filter",
    "refusal",
    "prose",
    "wrong schema",
    "5 MB answer",
    "connection reset",
}
# What one format says in other words than the table.
OTHERWISE = {("anthropic", "content filter"): (1, "refused", False)}


@pytest.fixture(scope="module", params=["openai_compatible", "anthropic"])
def rows(request: pytest.FixtureRequest) -> list[Seen]:
    return run_all([request.param], deadline_s=DEADLINE_S, try_s=TRY_S)


def test_every_fault_is_asked_ended_and_passed_on_as_the_table_says(rows: list[Seen]) -> None:
    seen = {(row.fault, row.risk): (row.calls, row.backup_calls, row.ended) for row in rows}
    wanted = {}
    for api, fault in {(row.api, row.fault) for row in rows}:
        calls, ended, passed_on = OTHERWISE.get((api, fault), WANTED[fault])
        wanted[fault, "high"] = (calls, 0, ended)
        wanted[fault, "low"] = (calls, int(passed_on), "ok" if passed_on else ended)
    assert seen == wanted


def test_every_named_fault_is_played_for_both_risks(rows: list[Seen]) -> None:
    assert len(NAMED) == 16
    for risk in ("low", "high"):
        assert {row.fault for row in rows if row.risk == risk} >= NAMED


def test_no_run_makes_more_than_three_calls_or_outlives_its_deadline(rows: list[Seen]) -> None:
    assert max(row.calls + row.backup_calls for row in rows) <= 3
    assert max(row.seconds for row in rows) <= 2 * DEADLINE_S


def test_the_agent_is_told_in_words_and_a_risk_task_never_gets_the_backups_draft(rows: list[Seen]) -> None:
    for row in rows:
        if row.ended == "ok":
            assert row.risk == "low"
            assert row.agent_sees.startswith("A draft. The backup answered, after ")
        else:
            assert row.agent_sees.startswith("No draft. Stopped after ")
            assert row.agent_sees.endswith("A person is needed.")


def test_a_server_that_says_when_to_come_back_is_obeyed(rows: list[Seen]) -> None:
    took = {row.fault: row.seconds for row in rows if row.risk == "high"}
    assert took["429, Retry-After 1"] >= 1.0
    assert took["429, retry-after-ms 300"] >= 0.3
    assert took["429, Retry-After 60"] < DEADLINE_S
