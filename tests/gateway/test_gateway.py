"""One task run: its tries, its pauses, its backup and its end."""

import pytest

from supportbot.errors import PolicyError
from supportbot.gateway.rules.retry import MOST_CALLS
from supportbot.gateway.types import OUTCOME_CLASSES, ModelAnswer, OutcomeClass
from tests.contract.factories import make_answer, make_fields
from tests.gateway.factories import AT, MODELS, OK, ScriptedProvider, Time, complete, failed, make_gateway, make_rule

RETRIED = ("timeout", "rate_limited", "overloaded", "transport", "truncated", "schema_invalid")
PASSED_ON = ("timeout", "rate_limited", "overloaded", "transport", "quota", "auth")


def run(answers: list[ModelAnswer], spares: list[ModelAnswer] | None = None, **rule: object):  # type: ignore[no-untyped-def]
    time = Time()
    fast = ScriptedProvider(answers, time=time)
    spare = ScriptedProvider(spares or [], time=time)
    gateway = make_gateway(time, openai_compatible=fast, builtin=spare)
    result = complete(gateway, make_rule(**rule))
    return result, fast.requests, spare.requests, time


def off_contract(outcome: OutcomeClass) -> ModelAnswer:
    return ModelAnswer("ok", text="No JSON here.") if outcome == "schema_invalid" else failed(outcome)


def test_an_answer_is_parsed_and_its_try_is_logged() -> None:
    result, _, _, _ = run([OK])
    assert (result.outcome, result.fields, result.model_key) == ("ok", make_fields(), "fast")
    assert result.reason == "Answered at the first try."
    (attempt,) = result.attempts
    assert (attempt.number, attempt.model_asked, attempt.model_answered) == (1, "small-chat", "small-chat-2026-01-01")
    assert (attempt.started_at, attempt.latency_ms, attempt.is_backup) == (AT, 100, False)
    assert attempt.cost_microusd is None


@pytest.mark.parametrize("outcome", [name for name in OUTCOME_CLASSES if name != "ok"])
def test_each_failure_is_retried_passed_on_or_stopped_as_its_class_says(outcome: OutcomeClass) -> None:
    answers = [off_contract(outcome), off_contract(outcome)]
    result, first, backup, time = run(answers, [OK])
    assert len(first) == (2 if outcome in RETRIED else 1)
    assert len(backup) == (1 if outcome in PASSED_ON else 0)
    assert result.outcome == ("ok" if outcome in PASSED_ON else outcome)
    assert len(result.attempts) == len(first) + len(backup) <= MOST_CALLS
    assert time.now <= 5.0


@pytest.mark.parametrize("outcome", [name for name in OUTCOME_CLASSES if name != "ok"])
def test_a_risk_task_never_reaches_a_backup_even_if_its_rule_names_one(outcome: OutcomeClass) -> None:
    result, _, backup, _ = run([off_contract(outcome), off_contract(outcome)], [OK], risk="high")
    assert backup == []
    assert result.fields is None
    assert result.reason.endswith("A person is needed.")


def test_a_retry_that_works_is_told_in_words() -> None:
    result, _, _, time = run([failed("overloaded"), OK])
    assert result.reason == "Answered at the second try, after an overloaded model."
    assert time.slept == [0.35]


def test_a_hung_model_ends_within_the_deadline_and_the_backup_still_has_its_turn() -> None:
    result, first, backup, time = run([failed("timeout"), failed("timeout")], [OK])
    assert [request.timeout_s for request in first] == [2.0, 2.0]
    assert len(backup) == 1
    assert result.reason == "The backup answered, after no answer in time."
    assert time.now <= 5.0
    assert time.slept == []


def test_each_try_gets_only_what_is_left_of_the_deadline() -> None:
    result, first, _, time = run([failed("timeout")] * 2, deadline_s=3.0, backup=None)
    assert [request.timeout_s for request in first] == [2.0, 1.0]
    assert (result.outcome, time.now) == ("timeout", 3.0)


@pytest.mark.parametrize(("says", "slept"), [(1.5, [1.65]), (60.0, [])])
def test_retry_after_is_obeyed_with_some_spread_and_only_if_it_fits(says: float, slept: list[float]) -> None:
    result, first, backup, time = run([failed("rate_limited", retry_after_s=says), OK], [OK])
    assert time.slept == slept
    assert (len(first), len(backup)) == ((2, 0) if slept else (1, 1))
    assert result.outcome == "ok"


def test_nothing_is_waited_for_after_the_last_try() -> None:
    result, first, _, time = run([failed("rate_limited", retry_after_s=0.5)] * 2, backup=None)
    assert (len(first), result.outcome, time.slept) == (2, "rate_limited", [0.65])


def test_a_cut_off_answer_is_asked_again_with_more_room() -> None:
    _, first, _, _ = run([failed("truncated"), OK])
    assert [request.max_output_tokens for request in first] == [800, 1600]


def test_an_answer_off_the_contract_is_asked_again_with_the_fields_that_did_not_fit() -> None:
    result, first, _, _ = run([ModelAnswer("ok", text=make_answer(outcome="yes", mood=1)), OK])
    assert [attempt.outcome for attempt in result.attempts] == ["schema_invalid", "ok"]
    assert result.attempts[0].error_code == "mood, outcome"
    assert first[0].system == first[1].system
    assert "mood, outcome" in first[1].user


def test_the_rule_may_forbid_the_retry_or_the_backup() -> None:
    _, first, _, _ = run([failed("timeout")], [OK], retry_times=0)
    assert len(first) == 1
    _, first, backup, _ = run([failed("timeout")] * 2, [OK], fallback_on=frozenset())
    assert (len(first), len(backup)) == (2, 0)


def test_a_rule_that_asks_for_many_retries_still_gets_one() -> None:
    _, first, _, _ = run([failed("overloaded")] * 5, backup=None, retry_times=4)
    assert len(first) == 2


def test_a_backup_that_fails_is_not_tried_again() -> None:
    result, _, backup, _ = run([failed("overloaded")] * 2, [failed("timeout"), OK])
    assert (len(backup), result.outcome) == (1, "timeout")
    assert result.attempts[-1].is_backup


def test_a_model_or_provider_that_does_not_exist_is_a_policy_error() -> None:
    gateway = make_gateway(Time(), builtin=ScriptedProvider([OK], time=Time()))
    with pytest.raises(PolicyError, match="names model 'other'"):
        complete(gateway, make_rule(model="other"))
    with pytest.raises(PolicyError, match="provider 'openai_compatible'"):
        complete(gateway)
    assert complete(gateway, make_rule(model="builtin"), models=MODELS).outcome == "ok"


def test_a_request_that_a_model_does_not_accept_is_told_to_the_operator(caplog: pytest.LogCaptureFixture) -> None:
    run([failed("invalid_request", http_status=400, error_code="unsupported_parameter: max_tokens")])
    (line,) = caplog.records
    assert (line.levelname, line.name) == ("WARNING", "supportbot.gateway.gateway")
    assert vars(line)["error_code"] == "unsupported_parameter: max_tokens"
