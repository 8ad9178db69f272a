"""The adapter against a real server on loopback: what is sent, what comes back, and when it ends."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from supportbot.clock import system_clock
from supportbot.contract.reply.v1 import REPLY_1
from supportbot.contract.types import ReplyFields
from supportbot.gateway import Gateway
from supportbot.gateway.providers.builtin import BuiltinProvider
from supportbot.gateway.providers.openai_compatible import OpenAICompatibleProvider
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelResult, OutcomeClass, Tokens
from tests.contract.factories import make_answer, make_fields
from tests.gateway.factories import make_rule, make_spec
from tests.gateway.stand_in import (
    Behaviour,
    StandIn,
    close,
    drip_body,
    drip_headers,
    hang,
    reply,
    reset,
    stand_in,
    success,
)
from tests.prompting.test_prompting import make_material

KEYS = {"FAST_KEY": "sk-not-a-real-one"}
ERROR = {"error": {"message": "no", "type": "x", "code": None}}


@pytest.fixture
def provider() -> Iterator[OpenAICompatibleProvider]:
    adapter = OpenAICompatibleProvider(KEYS.get)
    yield adapter
    adapter.close()


def call(provider: OpenAICompatibleProvider, server: StandIn, *, timeout_s: float = 5.0, **spec: Any) -> ModelAnswer:
    request = ModelRequest("routine_reply", "small-chat", "s", "u", "reply/1", REPLY_1.schema, {}, 800, timeout_s)
    given = {"base_url": server.base_url, "api_key_env": "FAST_KEY", **spec}
    return provider.complete(make_spec(**given), request)


def test_an_answer_comes_back_with_tokens_model_and_request_id(provider: OpenAICompatibleProvider) -> None:
    with stand_in(success()) as server:
        answer = call(provider, server)
    assert REPLY_1.parse(answer.text) == make_fields()
    assert (answer.outcome, answer.model_answered, answer.provider_request_id) == ("ok", "small-chat-0613", "req_1")
    assert answer.tokens == Tokens(input_uncached=100, cache_read=800, cache_write=0, output=60)
    assert server.paths == ["/v1/chat/completions"]
    assert server.headers[0]["Authorization"] == "Bearer sk-not-a-real-one"
    assert server.bodies[0]["model"] == "small-chat"


def test_no_key_is_sent_where_the_policy_names_none(provider: OpenAICompatibleProvider) -> None:
    with stand_in(success()) as server:
        assert call(provider, server, api_key_env=None).outcome == "ok"
    assert "Authorization" not in server.headers[0]


def test_a_key_that_is_missing_or_malformed_is_not_asked_for(provider: OpenAICompatibleProvider) -> None:
    KEYS["BROKEN_KEY"] = "a\nb"
    with stand_in(success()) as server:
        assert call(provider, server, api_key_env="OTHER_KEY") == ModelAnswer("auth", error_code="key_missing")
        assert call(provider, server, api_key_env="BROKEN_KEY") == ModelAnswer("auth", error_code="key_malformed")
    assert server.bodies == []


@pytest.mark.parametrize("base_url", [None, "", "ftp://127.0.0.1/v1", "file:///etc/passwd"])
def test_only_http_addresses_are_called(provider: OpenAICompatibleProvider, base_url: str | None) -> None:
    with stand_in(success()) as server:
        assert call(provider, server, base_url=base_url).outcome == "invalid_request"


def test_a_redirect_is_not_followed(provider: OpenAICompatibleProvider) -> None:
    with stand_in(success()) as other, stand_in(reply(307, {}, location=f"{other.base_url}/x")) as server:
        assert call(provider, server).outcome == "invalid_request"
    assert other.bodies == []


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (reply(429, ERROR), "rate_limited"),
        (reply(429, {"error": {"code": "insufficient_quota"}}), "quota"),
        (reply(500, ERROR), "overloaded"),
        (reply(529, ERROR), "overloaded"),
        (reply(400, {"error": {"code": "context_length_exceeded"}}), "context_length"),
        (reply(400, {"error": {"code": "content_policy_violation"}}), "filtered"),
        (reply(400, ERROR), "invalid_request"),
        (reply(401, ERROR), "auth"),
        (success('{"answer": "half', finish="length"), "truncated"),
        (success("", finish="content_filter"), "filtered"),
        (success("", refusal="I can't help with that."), "refused"),
        (success("x" * 5_000_000), "schema_invalid"),
        (reset(), "transport"),
        (close(), "transport"),
    ],
)
def test_each_fault_has_its_class(
    provider: OpenAICompatibleProvider, behaviour: Behaviour, outcome: OutcomeClass
) -> None:
    with stand_in(behaviour) as server:
        answer = call(provider, server)
    assert answer.outcome == outcome
    assert answer.text == ""
    assert answer.error_code
    assert "sk-" not in repr(answer)


def test_nobody_listening_is_a_broken_transport(provider: OpenAICompatibleProvider) -> None:
    with stand_in(success()) as server:
        pass
    assert call(provider, server).outcome == "transport"


@pytest.mark.parametrize("behaviour", [hang(), drip_body(), drip_headers()], ids=["hang", "drip body", "drip headers"])
def test_a_call_ends_in_time_however_the_server_dawdles(
    provider: OpenAICompatibleProvider, behaviour: Behaviour
) -> None:
    with stand_in(behaviour) as server:
        started = time.monotonic()
        answer = call(provider, server, timeout_s=0.4)
        took = time.monotonic() - started
    assert answer.outcome == "timeout"
    assert took < 5


def test_a_connection_is_kept_and_one_that_failed_is_not(provider: OpenAICompatibleProvider) -> None:
    with stand_in(success(), reset(), success()) as server:
        assert [call(provider, server).outcome for _ in range(3)] == ["ok", "transport", "ok"]


def test_many_calls_at_once_share_the_client(provider: OpenAICompatibleProvider) -> None:
    with stand_in(success()) as server, ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda _: call(provider, server).outcome, range(64)))
    assert set(outcomes) == {"ok"}


def run(server: StandIn, provider: OpenAICompatibleProvider, **rule: Any) -> ModelResult[ReplyFields]:
    models = {
        "fast": make_spec(base_url=server.base_url, api_key_env="FAST_KEY"),
        "builtin": make_spec("builtin", provider="builtin", model="extractive"),
    }
    gateway = Gateway({"openai_compatible": provider, "builtin": BuiltinProvider()}, clock=system_clock)
    return gateway.complete(make_rule(**rule), models, system="s", user="u", material=make_material(), schema=REPLY_1)


@pytest.mark.parametrize(("risk", "calls"), [("low", 3), ("high", 2)])
def test_a_hung_model_ends_within_the_tasks_deadline(provider: OpenAICompatibleProvider, risk: str, calls: int) -> None:
    with stand_in(hang()) as server:
        started = time.monotonic()
        result = run(server, provider, deadline_s=2.0, try_timeout_s=0.5, risk=risk)
        took = time.monotonic() - started
    assert took < 4.0
    assert len(result.attempts) == calls
    assert len(server.bodies) == 2
    assert (result.fields is None) == (risk == "high")


@pytest.mark.parametrize("said", ["I would open my account.", make_answer(outcome="refund_granted"), '{"answer": "ha'])
def test_an_answer_off_the_contract_is_asked_for_once_more(provider: OpenAICompatibleProvider, said: str) -> None:
    with stand_in(success(said), success()) as server:
        result = run(server, provider)
    assert [attempt.outcome for attempt in result.attempts] == ["schema_invalid", "ok"]
    assert result.fields == make_fields()


def test_a_refusal_goes_to_a_person_and_nowhere_else(provider: OpenAICompatibleProvider) -> None:
    with stand_in(success("", refusal="I can't help with that.")) as server:
        result = run(server, provider)
    assert len(server.bodies) == len(result.attempts) == 1
    assert (result.outcome, result.fields) == ("refused", None)


def test_a_retry_waits_as_the_server_asked(provider: OpenAICompatibleProvider) -> None:
    with stand_in(reply(429, ERROR, retry_after_ms="300"), success()) as server:
        started = time.monotonic()
        result = run(server, provider)
        took = time.monotonic() - started
    assert result.outcome == "ok"
    assert 0.3 <= took < 5
