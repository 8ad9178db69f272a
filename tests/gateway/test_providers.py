"""What every provider over HTTP must do, whichever format it speaks."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from supportbot.contract.reply.v1 import REPLY_1
from supportbot.gateway.providers import PROVIDERS
from supportbot.gateway.types import ModelAnswer, ModelRequest, Provider
from tests.contract.factories import make_answer, make_fields
from tests.gateway.factories import make_spec
from tests.gateway.faults import faults_of, said
from tests.gateway.stand_in import StandIn, hang, stand_in

CANARY = "sk-canary-7f3a"
Call = Callable[..., ModelAnswer]


@pytest.fixture(params=["openai_compatible", "anthropic"])
def api(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def provider(api: str) -> Iterator[Provider]:
    made = PROVIDERS[api]({"KEY": CANARY}.get)
    yield made
    made.close()


@pytest.fixture
def call(api: str, provider: Provider) -> Call:
    def complete(server: StandIn, *, timeout_s: float = 5.0, **spec: Any) -> ModelAnswer:
        request = ModelRequest("routine_reply", "small-chat", "s", "u", "reply/1", REPLY_1.schema, {}, 800, timeout_s)
        given = {"provider": api, "base_url": server.base_url, "api_key_env": "KEY", **spec}
        return provider.complete(make_spec(**given), request)

    return complete


def test_an_answer_comes_back_with_model_tokens_and_request_id(api: str, call: Call) -> None:
    with stand_in(said(api, make_answer())) as server:
        answer = call(server)
    assert REPLY_1.parse(answer.text) == make_fields()
    assert (answer.outcome, answer.model_answered, answer.provider_request_id) == ("ok", "small-chat-0613", "req_1")
    assert (answer.tokens.input_uncached, answer.tokens.output) == (900, 60)


@pytest.mark.parametrize(
    ("fault", "outcome"), [("429", "rate_limited"), ("refusal", "refused"), ("cut JSON", "truncated"), ("401", "auth")]
)
def test_each_format_says_the_same_faults_in_its_own_words(api: str, call: Call, fault: str, outcome: str) -> None:
    with stand_in(faults_of(api, hang_s=0.1)[fault]) as server:
        answer = call(server)
    assert (answer.outcome, answer.text) == (outcome, "")
    assert answer.error_code


def test_a_call_ends_in_time(call: Call) -> None:
    with stand_in(hang()) as server:
        started = time.monotonic()
        answer = call(server, timeout_s=0.4)
        took = time.monotonic() - started
    assert answer.outcome == "timeout"
    assert took < 5


def test_the_key_travels_in_one_header_and_is_told_nowhere(api: str, call: Call) -> None:
    with stand_in(*faults_of(api, hang_s=0.1).values()) as server:
        answers = [call(server, timeout_s=0.5) for _ in faults_of(api, hang_s=0.1)]
    assert CANARY not in repr(answers)
    assert CANARY not in str(server.bodies) + str(server.paths)
    for headers in server.headers:
        assert [name for name, value in headers.items() if CANARY in value] == [
            {"openai_compatible": "Authorization", "anthropic": "x-api-key"}[api]
        ]


def test_without_its_key_nothing_is_asked(api: str, call: Call) -> None:
    with stand_in(said(api, make_answer())) as server:
        assert call(server, api_key_env="OTHER") == ModelAnswer("auth", error_code="key_missing")
        assert call(server, api_key_env=None).outcome == "ok"
    assert len(server.bodies) == 1


@pytest.mark.parametrize("base_url", ["ftp://127.0.0.1/v1", "http://user:pass@127.0.0.1/v1", "http://[", "file:///x"])
def test_an_address_that_may_not_be_called_is_not(api: str, call: Call, base_url: str) -> None:
    with stand_in(said(api, make_answer())) as server:
        assert call(server, base_url=base_url) == ModelAnswer("invalid_request", error_code="base_url")
