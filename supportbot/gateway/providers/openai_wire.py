"""The OpenAI chat-completions format as data: what is sent, and what an answer means before it is parsed. Pure."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec, OutcomeClass, Tokens

Headers = Mapping[str, str]
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
_OVERLOADED = frozenset({500, 502, 503, 504, 529})
_BY_STATUS: Mapping[int, OutcomeClass] = {
    401: "auth",
    402: "quota",
    403: "auth",
    408: "timeout",
    413: "context_length",
    429: "rate_limited",
}
_REQUEST_IDS = ("x-request-id", "request-id", "apim-request-id", "x-ms-request-id", "cf-ray")


def request_body(spec: ModelSpec, request: ModelRequest) -> bytes:
    """The body of POST /chat/completions; the system text stands first and never varies."""
    system = request.system
    if spec.structured != "json_schema":
        schema = json.dumps(request.schema, ensure_ascii=False)
        system = f"{system}\nAnswer with exactly one JSON object of this schema and nothing else:\n{schema}\n"
    body: dict[str, Any] = {
        "model": spec.model,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": request.user}],
        spec.length_field: request.max_output_tokens,
        "stream": False,
    }
    if spec.temperature is not None:
        body["temperature"] = spec.temperature
    if spec.structured == "json_schema":
        name = request.schema_name.replace("/", "_")
        named = {"name": name, "strict": True, "schema": request.schema}
        body["response_format"] = {"type": "json_schema", "json_schema": named}
    elif spec.structured == "json_object":
        body["response_format"] = {"type": "json_object"}
    return json.dumps(body).encode("ascii")


def read_answer(status: int, headers: Headers, body: bytes) -> ModelAnswer:
    """What a response means. Everything is decided from status, headers and body; the text is not parsed here."""
    data = _json(body)
    request_id = next((headers[name][:200] for name in _REQUEST_IDS if headers.get(name)), None)
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
        error_code=code or f"http_{status}",
        retry_after_s=retry_after_s(headers),
    )


def retry_after_s(headers: Headers) -> float | None:
    """Seconds to wait as the server said: `retry-after-ms`, or `retry-after` in seconds or as a date."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        number = _number(headers.get(name))
        if number is not None:
            return number / unit
    said, sent = _http_date(headers.get("retry-after")), _http_date(headers.get("date"))
    return max(0.0, (said - sent).total_seconds()) if said and sent else None


def _success(status: int, data: Mapping[str, Any], request_id: str | None) -> ModelAnswer:
    choice = _first(data.get("choices"))
    message = choice.get("message")
    message = message if isinstance(message, dict) else {}
    text, refusal = _content(message)
    finish = str(choice.get("finish_reason") or "").lower()
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
        model_answered=_text(data.get("model")),
        provider_request_id=request_id or _text(data.get("id")),
        http_status=status,
        error_code=None if outcome == "ok" else finish or "refusal",
        tokens=_tokens(data.get("usage")),
    )


def _content(message: Mapping[str, Any]) -> tuple[str, bool]:
    """The text of a message, and whether it is a refusal; some servers send the content in parts."""
    content = message.get("content")
    refused = bool(message.get("refusal"))
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict)]
        refused = refused or any(part.get("type") == "refusal" for part in parts)
        content = "".join(str(part.get("text") or "") for part in parts if part.get("type") == "text")
    return (content if isinstance(content, str) else ""), refused


def _tokens(usage: object) -> Tokens:
    """Counts by kind. Prompt tokens include the cached and the newly cached ones here."""
    if not isinstance(usage, dict):
        return Tokens()
    prompt, output = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
    details = usage.get("prompt_tokens_details")
    details = details if isinstance(details, dict) else {}
    read, write = _count(details.get("cached_tokens")) or 0, _count(details.get("cache_write_tokens")) or 0
    if prompt is None or read + write > prompt:
        return Tokens(output=output)
    return Tokens(input_uncached=prompt - read - write, cache_read=read, cache_write=write, output=output)


def _error_class(status: int, code: str | None) -> OutcomeClass:
    by_code = _code_class(status, (code or "").lower())
    if by_code is not None:
        return by_code
    if status in _OVERLOADED or status > 504:
        return "overloaded"
    return _BY_STATUS.get(status, "invalid_request")


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
    names = [name[:100] for name in candidates if isinstance(name, str) and name]
    known = _QUOTA | _FILTER | _CONTEXT
    return next((name for name in names if name.lower() in known), names[0] if names else None)


def _embedded_status(status: int, data: object) -> int:
    """The status inside an error that came with HTTP 200, as some aggregators send it."""
    error = data.get("error") if isinstance(data, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    inside = isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 600
    return code if inside and isinstance(code, int) else status if status >= 300 else 500


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _first(choices: object) -> Mapping[str, Any]:
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _text(value: object) -> str | None:
    return value[:200] if isinstance(value, str) and value else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None


def _http_date(text: str | None) -> datetime | None:
    try:
        read = parsedate_to_datetime(text or "")
    except (TypeError, ValueError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
