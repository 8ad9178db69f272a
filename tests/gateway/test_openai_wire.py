"""What a response means: decided by status, headers and body, before anything is parsed."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportbot.contract.reply.v1 import SCHEMA
from supportbot.gateway.providers.openai_wire import read_answer, request_body
from supportbot.gateway.providers.wire import retry_after_s
from supportbot.gateway.types import OUTCOME_CLASSES, ModelRequest
from tests.gateway.factories import is_storable, make_spec
from tests.gateway.recorded import Recorded, recorded

REQUEST = ModelRequest(
    "routine_reply", "small-chat", "Be brief.", "Where is it? \ud800", "reply/1", SCHEMA, {}, 800, 5.0
)


@pytest.mark.parametrize("said", recorded("openai_compatible"), ids=lambda said: said.name)
def test_each_recorded_response_has_its_class(said: Recorded) -> None:
    assert said.as_read(read_answer(said.status, said.headers, said.body)) == said.meaning


def test_text_comes_only_with_success() -> None:
    answers = {said.name: read_answer(said.status, said.headers, said.body) for said in recorded("openai_compatible")}
    told = {name: answer.text for name, answer in answers.items() if answer.text}
    assert told == {
        name: '{"answer": "x"}'
        for name in ("llamacpp_ok_with_reasoning", "openai_ok", "openai_forced_tool", "parts_content")
    }


@pytest.mark.parametrize("body", [b"", b"<html>Bad</html>", b"[1]", b'{"choices"', b"[" * 100_000, b"\xff\xfe"])
def test_a_success_without_an_object_is_a_broken_transport(body: bytes) -> None:
    assert read_answer(200, {}, body).outcome == "transport"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"model": "a\0b", "id": "c\ud800", "system_fingerprint": "\udfff\0", "choices": []}),
        (200, {"choices": [], "usage": {"prompt_tokens": 3_000_000_000, "completion_tokens": 10**25}}),
        (400, {"error": {"code": "a\0b", "param": "p\0\ud800"}}),
        (429, {"error": {"type": "a\ud800"}}),
    ],
)
def test_what_no_database_stores_is_left_out_of_names_and_counts(status: int, body: Any) -> None:
    answer = read_answer(status, {}, json.dumps(body).encode())
    assert is_storable(answer)
    assert answer.model_answered in ("ab", None)
    assert answer.error_code in (None, "ab: p?", "a?")


_NAMES = st.sampled_from(["error", "choices", "message", "content", "usage", "code", "type", "prompt_tokens"])
_JSON = st.recursive(
    st.none() | st.integers() | st.text(st.sampled_from("a \0\ud800é"), max_size=5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.integers(200, 599), _JSON)
def test_no_response_crashes_the_reader(status: int, body: Any) -> None:
    answer = read_answer(status, {"retry-after": str(body)}, json.dumps(body).encode())
    assert answer.outcome in OUTCOME_CLASSES
    assert answer.outcome != "ok" or 200 <= status < 300
    assert is_storable(answer)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"retry-after": "Mon, 23 Nov 2026 09:00:09 GMT", "date": "Mon, 23 Nov 2026 09:00:00 GMT"}, 9.0),
        ({"retry-after": "Mon, 23 Nov 2026 08:00:00 GMT", "date": "Mon, 23 Nov 2026 09:00:00 GMT"}, 0.0),
        ({"retry-after": "Mon, 23 Nov 2026 09:00:09 GMT"}, None),
    ],
)
def test_the_time_to_wait_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


def test_a_schema_capable_server_is_sent_the_schema() -> None:
    body = json.loads(request_body(make_spec(), REQUEST))
    assert body["response_format"]["json_schema"] == {"name": "reply_1", "strict": True, "schema": dict(SCHEMA)}
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert (body["max_tokens"], body["temperature"], body["stream"]) == (800, 0.0, False)


@pytest.mark.parametrize(("structured", "form"), [("json_object", {"type": "json_object"}), ("none", None)])
def test_another_server_is_told_the_schema_in_words(structured: str, form: dict[str, str] | None) -> None:
    body = json.loads(request_body(make_spec(structured=structured), REQUEST))
    assert body.get("response_format") == form
    assert body["messages"][0]["content"].startswith("Be brief.\n")
    assert "additionalProperties" in body["messages"][0]["content"]


def test_what_a_server_calls_its_limit_and_whether_it_takes_a_temperature_is_data() -> None:
    body = json.loads(request_body(make_spec(length_field="max_completion_tokens", temperature=None), REQUEST))
    assert body["max_completion_tokens"] == 800
    assert not {"max_tokens", "temperature"} & set(body)


def test_llama_cpp_pythons_way_and_a_forced_tool_are_dialects() -> None:
    body = json.loads(request_body(make_spec(structured="json_object_schema"), REQUEST))
    assert body["response_format"] == {"type": "json_object", "schema": dict(SCHEMA)}
    body = json.loads(request_body(make_spec(structured="tool", effort="low"), REQUEST))
    assert body["tools"][0]["function"]["parameters"] == dict(SCHEMA)
    assert body["tool_choice"] == {"type": "function", "function": {"name": "reply_1"}}
    assert body["reasoning_effort"] == "low"
    assert "response_format" not in body
