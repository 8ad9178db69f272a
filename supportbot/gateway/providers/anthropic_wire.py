"""The Anthropic Messages format as data: what is sent, and what an answer means before it is parsed. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from supportbot.gateway.providers import wire
from supportbot.gateway.providers.openai_wire import schema_label, with_schema
from supportbot.gateway.providers.wire import Headers
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec, OutcomeClass, Tokens

_BY_STOP: Mapping[str, OutcomeClass] = {
    "end_turn": "ok",
    "stop_sequence": "ok",
    "tool_use": "ok",
    "max_tokens": "truncated",
    "pause_turn": "truncated",
    "refusal": "refused",
    "model_context_window_exceeded": "context_length",
}
_BY_TYPE: Mapping[str, OutcomeClass] = {
    "authentication_error": "auth",
    "permission_error": "auth",
    "billing_error": "quota",
    "rate_limit_error": "rate_limited",
    "request_too_large": "context_length",
    "timeout_error": "overloaded",
    "api_error": "overloaded",
    "overloaded_error": "overloaded",
}
_SPENT = frozenset({"enforced_spend_limit_reached", "credit_balance_too_low"})
# A 400 of the one type `invalid_request_error` tells these apart by its message alone.
_BY_BEGINNING: tuple[tuple[str, OutcomeClass], ...] = (
    ("prompt is too long", "context_length"),
    ("input length and `max_tokens` exceed", "context_length"),
    ("you have reached your specified", "quota"),
    ("your credit balance is too low", "quota"),
    ("output blocked by content filtering policy", "filtered"),
)


def request_body(spec: ModelSpec, request: ModelRequest) -> bytes:
    """The body of POST /v1/messages; the system text stands first and never varies."""
    body: dict[str, Any] = {
        "model": spec.model,
        "max_tokens": request.max_output_tokens,
        "system": request.system,
        "messages": [{"role": "user", "content": request.user}],
    }
    output: dict[str, Any] = {} if spec.effort is None else {"effort": spec.effort}
    if spec.structured in (None, "json_schema"):
        output["format"] = {"type": "json_schema", "schema": request.schema}
    elif spec.structured == "tool":
        name = schema_label(request)
        body["tools"] = [{"name": name, "description": "The answer.", "input_schema": request.schema}]
        body["tool_choice"] = {"type": "tool", "name": name, "disable_parallel_tool_use": True}
    else:
        body["system"] = with_schema(request.system, request.schema)
    if output:
        body["output_config"] = output
    if spec.temperature is not None:
        body["temperature"] = spec.temperature
    return json.dumps(body).encode("ascii")


def read_answer(status: int, headers: Headers, body: bytes) -> ModelAnswer:
    """What a response means. Everything is decided from status, headers and body; the text is not parsed here."""
    data = wire.load(body)
    named = wire.text(data.get("request_id")) if isinstance(data, dict) else None
    request_id = wire.request_id(headers) or named
    if 200 <= status < 300 and isinstance(data, dict) and data.get("type") != "error":
        return _success(status, data, request_id)
    if 200 <= status < 300 and not isinstance(data, dict):
        return ModelAnswer("transport", provider_request_id=request_id, http_status=status, error_code="no_json")
    outcome, code = _error(status, data)
    return ModelAnswer(
        outcome,
        provider_request_id=request_id,
        http_status=status,
        error_code=code,
        retry_after_s=wire.retry_after_s(headers),
    )


def _success(status: int, data: Mapping[str, Any], request_id: str | None) -> ModelAnswer:
    stop = wire.text(data.get("stop_reason"), most=100) or ""
    outcome = _BY_STOP.get(stop, "ok")
    return ModelAnswer(
        outcome,
        text=_text(data.get("content")) if outcome == "ok" else "",
        model_answered=wire.text(data.get("model")),
        provider_request_id=request_id or wire.text(data.get("id")),
        http_status=status,
        error_code=None if outcome == "ok" else stop,
        tokens=_tokens(data.get("usage")),
    )


def _text(content: object) -> str:
    """The answer's text, or the forced tool's input; thinking is left out."""
    blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
    for block in blocks:
        if block.get("type") == "tool_use" and isinstance(block.get("input"), dict):
            return json.dumps(block["input"], ensure_ascii=False)
    return "".join(str(block.get("text") or "") for block in blocks if block.get("type") == "text")


def _tokens(usage: object) -> Tokens:
    """Counts by kind. Input tokens leave out what was read from or written to the cache here."""
    if not isinstance(usage, dict):
        return Tokens()
    return Tokens(
        input_uncached=wire.count(usage.get("input_tokens")),
        cache_read=wire.count(usage.get("cache_read_input_tokens")) or 0,
        cache_write=wire.count(usage.get("cache_creation_input_tokens")) or 0,
        output=wire.count(usage.get("output_tokens")),
    )


def _error(status: int, data: object) -> tuple[OutcomeClass, str]:
    error = data.get("error") if isinstance(data, dict) else None
    error = error if isinstance(error, dict) else {}
    kind, details = wire.text(error.get("type"), most=100) or "", error.get("details")
    inner = wire.text(details.get("error_code"), most=100) if isinstance(details, dict) else None
    if inner is not None and inner in _SPENT:
        return "quota", inner
    message = str(error.get("message") or "").lower()
    if status == 400 and kind == "invalid_request_error":
        for beginning, outcome in _BY_BEGINNING:
            if message.startswith(beginning):
                return outcome, kind
    by_type = _BY_TYPE.get(kind) if status < 300 or status >= 400 else None
    return by_type or wire.class_of_status(status if status >= 300 else 500), kind or f"http_{status}"
