"""The OpenAI chat-completions format as data: what is sent, and what an answer means before it is parsed. Pure."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from supportbot.gateway.providers import wire
from supportbot.gateway.providers.wire import Headers
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec, OutcomeClass, StructuredOutput, Tokens

_QUOTA = frozenset(
    {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "credit_balance_exhausted"}
    | {"project_spend_limit_exceeded", "quota_exceeded", "billing_error", "insufficient_credits", "payment_required"}
)
_CONTEXT = frozenset(
    {"context_length_exceeded", "exceed_context_size_error", "request_too_large", "string_above_max_length"}
)
_FILTER = frozenset(
    {"content_filter", "content_policy_violation", "responsibleaipolicyviolation", "content_policy", "safety"}
    | {"content_blocked", "moderation_blocked", "prompt_blocked"}
)
_RATE = frozenset({"rate_limit_exceeded", "rate_limit_error", "requests", "tokens"})


def request_body(spec: ModelSpec, request: ModelRequest) -> bytes:
    """The body of POST /chat/completions; the system text stands first and never varies."""
    system = request.system
    if spec.structured in ("json_object", "none"):
        system = with_schema(system, request.schema)
    body: dict[str, Any] = {
        "model": spec.model,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": request.user}],
        spec.length_field: request.max_output_tokens,
        "stream": False,
    }
    if spec.temperature is not None:
        body["temperature"] = spec.temperature
    if spec.effort is not None:
        body["reasoning_effort"] = spec.effort
    body.update(_DIALECTS[spec.structured or "json_schema"](request))
    return json.dumps(body).encode("ascii")


def with_schema(system: str, schema: Mapping[str, Any]) -> str:
    """The system text with the schema in words, for a server that cannot be given one."""
    shown = json.dumps(schema, ensure_ascii=False)
    return f"{system}\nAnswer with exactly one JSON object of this schema and nothing else:\n{shown}\n"


def schema_label(request: ModelRequest) -> str:
    """The schema's name in the letters that servers accept."""
    return request.schema_name.replace("/", "_")


def _json_schema(request: ModelRequest) -> dict[str, Any]:
    named = {"name": schema_label(request), "strict": True, "schema": request.schema}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _object_with_schema(request: ModelRequest) -> dict[str, Any]:
    return {"response_format": {"type": "json_object", "schema": request.schema}}


def _forced_tool(request: ModelRequest) -> dict[str, Any]:
    name = schema_label(request)
    function = {"name": name, "description": "The answer.", "parameters": request.schema}
    return {
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": name}},
    }


_DIALECTS: Mapping[StructuredOutput, Callable[[ModelRequest], dict[str, Any]]] = {
    "json_schema": _json_schema,
    "json_object_schema": _object_with_schema,
    "tool": _forced_tool,
    "json_object": lambda _: {"response_format": {"type": "json_object"}},
    "none": lambda _: {},
}


def read_answer(status: int, headers: Headers, body: bytes) -> ModelAnswer:
    """What a response means. Everything is decided from status, headers and body; the text is not parsed here."""
    data = wire.load(body)
    request_id = wire.request_id(headers)
    if 200 <= status < 300 and isinstance(data, dict) and "error" not in data:
        return _success(status, data, request_id)
    code = _error_code(data)
    outcome = _error_class(_embedded_status(status, data), code)
    if 200 <= status < 300 and not isinstance(data, dict):
        outcome, code = "transport", "no_json"
    return ModelAnswer(
        outcome,
        provider_request_id=request_id,
        http_status=status,
        error_code=(_with_field(code, data) if outcome == "invalid_request" else code) or f"http_{status}",
        retry_after_s=wire.retry_after_s(headers),
    )


def _success(status: int, data: Mapping[str, Any], request_id: str | None) -> ModelAnswer:
    choice = _first(data.get("choices"))
    message = choice.get("message")
    message = message if isinstance(message, dict) else {}
    text, refusal = _content(message)
    finish = (wire.text(choice.get("finish_reason"), most=100) or "").lower()
    outcome: OutcomeClass = "ok"
    if finish in _FILTER:
        outcome = "filtered"
    elif refusal:
        outcome = "refused"
    elif finish in ("length", "max_tokens"):
        outcome = "truncated"
    return ModelAnswer(
        outcome,
        text=text if outcome == "ok" else "",
        model_answered=wire.text(data.get("model")),
        provider_request_id=request_id or wire.text(data.get("id")),
        fingerprint=wire.text(data.get("system_fingerprint")),
        http_status=status,
        error_code=None if outcome == "ok" else finish or "refusal",
        tokens=_tokens(data.get("usage")),
    )


def _content(message: Mapping[str, Any]) -> tuple[str, bool]:
    """The text of a message, and whether it is a refusal; some servers send the content in parts, or as a tool call."""
    content = message.get("content")
    refused = bool(message.get("refusal"))
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict)]
        refused = refused or any(part.get("type") == "refusal" for part in parts)
        content = "".join(str(part.get("text") or "") for part in parts if part.get("type") == "text")
    text = content if isinstance(content, str) else ""
    return text or _tool_arguments(message), refused


def _tool_arguments(message: Mapping[str, Any]) -> str:
    function = _first(message.get("tool_calls")).get("function")
    arguments = function.get("arguments") if isinstance(function, dict) else None
    return arguments if isinstance(arguments, str) else ""


def _tokens(usage: object) -> Tokens:
    """Counts by kind. Prompt tokens include the cached and the newly cached ones here."""
    if not isinstance(usage, dict):
        return Tokens()
    prompt, output = wire.count(usage.get("prompt_tokens")), wire.count(usage.get("completion_tokens"))
    details = usage.get("prompt_tokens_details")
    details = details if isinstance(details, dict) else {}
    read, write = wire.count(details.get("cached_tokens")) or 0, wire.count(details.get("cache_write_tokens")) or 0
    if prompt is None or read + write > prompt:
        return Tokens(output=output)
    return Tokens(input_uncached=prompt - read - write, cache_read=read, cache_write=write, output=output)


def _error_class(status: int, code: str | None) -> OutcomeClass:
    return _code_class(status, (code or "").lower()) or wire.class_of_status(status)


def _code_class(status: int, code: str) -> OutcomeClass | None:
    """What the error's own code says, where it says more than the status."""
    if status >= 500:
        return None
    classes: tuple[tuple[frozenset[str], OutcomeClass], ...] = (
        (_QUOTA, "quota"),
        (_FILTER, "filtered"),
        (_CONTEXT, "context_length"),
        (_RATE, "rate_limited"),
    )
    return next((outcome for codes, outcome in classes if code in codes), None)


def _error_code(data: object) -> str | None:
    """The error's code or type, the most telling first: an inner code, the code, the type."""
    error = data.get("error") if isinstance(data, dict) else None
    if not isinstance(error, dict):
        return None
    inner = error.get("innererror")
    candidates = [inner.get("code")] if isinstance(inner, dict) else []
    candidates += [error.get("code"), error.get("type"), error.get("status")]
    names = [name for one in candidates if (name := wire.text(one, most=100))]
    known = _QUOTA | _FILTER | _CONTEXT
    return next((name for name in names if name.lower() in known), names[0] if names else None)


def _with_field(code: str | None, data: object) -> str | None:
    """The code, and the field of the request that it is about."""
    error = data.get("error") if isinstance(data, dict) else None
    field = wire.text(error.get("param"), most=60) if isinstance(error, dict) else None
    return f"{code}: {field}"[:100] if code and field else code


def _embedded_status(status: int, data: object) -> int:
    """The status inside an error that came with HTTP 200, as some aggregators send it."""
    error = data.get("error") if isinstance(data, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    inside = isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 600
    return code if inside and isinstance(code, int) else status if status >= 300 else 500


def _first(choices: object) -> Mapping[str, Any]:
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}
