"""What a response means: decided by status, headers and body, before anything is parsed."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportbot.contract.reply_v1 import SCHEMA
from supportbot.gateway.providers.openai_wire import read_answer, request_body, retry_after_s
from supportbot.gateway.types import OUTCOME_CLASSES, ModelRequest
from tests.gateway.factories import make_spec

RECORDED = sorted((Path(__file__).parent / "recorded" / "openai_compatible").glob("*.json"))
REQUEST = ModelRequest(
    "routine_reply", "small-chat", "Be brief.", "Where is it? \ud800", "reply/1", SCHEMA, {}, 800, 5.0
)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_each_recorded_response_has_its_class(path: Path) -> None:
    said = json.loads(path.read_text(encoding="utf-8"))
    answer = read_answer(said["status"], said["headers"], json.dumps(said["body"]).encode())
    assert answer.outcome == said["outcome"]
    assert answer.http_status == said["status"]
    if "retry_after_s" in said:
        assert answer.retry_after_s == said["retry_after_s"]
    if "request_id" in said:
        assert answer.provider_request_id == said["request_id"]
    if "model" in said:
        assert answer.model_answered == said["model"]
    if "tokens" in said:
        tokens = answer.tokens
        assert [tokens.input_uncached, tokens.cache_read, tokens.cache_write, tokens.output] == said["tokens"]
    assert bool(answer.error_code) == (answer.outcome != "ok")


def test_text_comes_only_with_success() -> None:
    texts = {path.stem: _read(path).text for path in RECORDED}
    assert {name for name, text in texts.items() if text} == {
        "openai_ok",
        "parts_content",
        "llamacpp_ok_with_reasoning",
    }
    assert set(texts.values()) == {"", '{"answer": "x"}'}


@pytest.mark.parametrize("body", [b"", b"<html>Bad</html>", b"[1]", b'{"choices"', b"[" * 100_000, b"\xff\xfe"])
def test_a_success_without_an_object_is_a_broken_transport(body: bytes) -> None:
    assert read_answer(200, {}, body).outcome == "transport"


_NAMES = st.sampled_from(["error", "choices", "message", "content", "usage", "code", "type", "prompt_tokens"])
_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.integers(200, 599), _JSON)
def test_no_response_crashes_the_reader(status: int, body: Any) -> None:
    answer = read_answer(status, {"retry-after": str(body)}, json.dumps(body).encode())
    assert answer.outcome in OUTCOME_CLASSES
    assert answer.outcome != "ok" or 200 <= status < 300


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


def _read(path: Path) -> Any:
    said = json.loads(path.read_text(encoding="utf-8"))
    return read_answer(said["status"], said["headers"], json.dumps(said["body"]).encode())
