"""The Messages format: what is sent, and what a response means."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportbot.contract.reply.v1 import SCHEMA
from supportbot.gateway.providers.anthropic_wire import read_answer, request_body
from supportbot.gateway.types import OUTCOME_CLASSES, ModelRequest
from tests.gateway.factories import is_storable, make_spec
from tests.gateway.recorded import Recorded, recorded

REQUEST = ModelRequest("dispute_reply", "claude", "Be brief.", "Why twice? \ud800", "reply/1", SCHEMA, {}, 1500, 5.0)
SPEC = make_spec("reasoning", provider="anthropic", model="claude", temperature=None)


@pytest.mark.parametrize("said", recorded("anthropic"), ids=lambda said: said.name)
def test_each_recorded_response_has_its_class(said: Recorded) -> None:
    assert said.as_read(read_answer(said.status, said.headers, said.body)) == said.meaning


def test_text_comes_only_with_success_and_without_the_thinking() -> None:
    texts = {said.name: read_answer(said.status, said.headers, said.body).text for said in recorded("anthropic")}
    told = {name: json.loads(text) for name, text in texts.items() if text}
    assert told == {name: {"answer": "x"} for name in ("ok", "ok_cache_written", "ok_forced_tool", "ok_with_thinking")}


_NAMES = st.sampled_from(["type", "error", "content", "text", "usage", "stop_reason", "message", "details", "input"])
_JSON = st.recursive(
    st.none()
    | st.integers()
    | st.text(st.sampled_from("a \0\ud800é"), max_size=5)
    | st.text(max_size=5)
    | st.sampled_from(["error", "message", "text", "tool_use"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=8,
)


def test_what_no_database_stores_is_left_out_of_an_error_and_of_counts() -> None:
    error = {"type": "a\0b\ud800", "details": {"error_code": "c\0"}}
    refused = read_answer(400, {}, json.dumps({"type": "error", "error": error, "request_id": "r\0"}).encode())
    answered = read_answer(200, {}, json.dumps({"model": "m\udc00", "usage": {"output_tokens": 2**31}}).encode())
    assert (refused.error_code, refused.provider_request_id) == ("ab?", "r")
    assert (answered.model_answered, answered.tokens.output) == ("m?", None)


@settings(max_examples=200, deadline=None)
@given(st.integers(200, 599), _JSON)
def test_no_response_crashes_the_reader(status: int, body: Any) -> None:
    answer = read_answer(status, {}, json.dumps(body).encode())
    assert answer.outcome in OUTCOME_CLASSES
    assert answer.outcome != "ok" or 200 <= status < 300
    assert is_storable(answer)


def test_the_schema_is_sent_as_the_output_format() -> None:
    body = json.loads(request_body(SPEC, REQUEST))
    assert body["output_config"] == {"format": {"type": "json_schema", "schema": dict(SCHEMA)}}
    assert (body["system"], body["max_tokens"]) == ("Be brief.", 1500)
    assert body["messages"] == [{"role": "user", "content": "Why twice? \ud800"}]
    assert not {"temperature", "tools", "stream"} & set(body)


def test_a_server_without_output_formats_is_given_one_tool() -> None:
    body = json.loads(request_body(replace(SPEC, structured="tool", temperature=0.0, effort="low"), REQUEST))
    assert body["tools"][0]["input_schema"] == dict(SCHEMA)
    assert body["tool_choice"] == {"type": "tool", "name": "reply_1", "disable_parallel_tool_use": True}
    assert (body["temperature"], body["output_config"]) == (0.0, {"effort": "low"})


def test_a_server_with_neither_is_told_the_schema_in_words() -> None:
    body = json.loads(request_body(replace(SPEC, structured="none"), REQUEST))
    assert body["system"].startswith("Be brief.\n")
    assert "additionalProperties" in body["system"]
    assert "output_config" not in body
